"""Writes the pages of `docs/` that follow from data: tools, task gallery, charts. With `--check`, says which are stale."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from performance_charts import charts
from tool_pages import catalogue

from visgenenv.tasks import load_suite
from visgenenv.tasks.scenarios import TYPES
from visgenenv.tools import load_toolbox
from visgenenv.types import Task

DOCS = Path(__file__).resolve().parent.parent / "docs"


def pages() -> dict[Path, str]:
    """Return every generated page with its content."""
    tasks = {"gallery.md": gallery(load_suite("dev")), "requests.md": requests(SEED)}
    written = {DOCS / "tasks" / name: text for name, text in tasks.items()}
    return {**catalogue(load_toolbox(), DOCS), **written, **charts(DOCS)}


SEED = 6
"""Of the sample of requests that is listed to be read."""
SAMPLED = 100
GALLERY = """\
# Task gallery

<!-- Written by scripts/generate_docs.py from the suite `dev`; run `make docs` after a change to the generator. -->

The first request of every type that the suite `dev` holds, in English and Chinese: {n} of the 42 types of
VisionCreator's Table 8. What is hidden from the policy stands below each. [tasks.md](../tasks.md) says how they are
drawn, [requests.md](requests.md) lists a hundred more.
"""
REQUESTS = """\
# Two hundred requests

<!-- Written by scripts/generate_docs.py; run `make docs` after a change to the generator. -->

A sample to read: {n} requests in each language, drawn with seed {seed} from `train` and `visgenbench`, half of each. The
English and the Chinese text of a request demand the same.
"""


def gallery(suite: Sequence[Task]) -> str:
    """Return the page with one request of every type, in both languages."""
    firsts: dict[str, int] = {}
    for index in range(0, len(suite), 2):
        firsts.setdefault(suite[index].type, index)
    shown = [firsts[type] for type in TYPES if type in firsts]
    return "\n".join([GALLERY.format(n=len(shown)), *(_request(suite[i], suite[i + 1]) for i in shown)])


def requests(seed: int) -> str:
    """Return the page with a sample of requests from the training and the test words."""
    sections = [REQUESTS.format(n=SAMPLED, seed=seed)]
    for suite in (load_suite("train", seed=seed), load_suite("visgenbench")):
        for k in range(SAMPLED // 2):
            place = 2 * (k * (len(suite) // SAMPLED))
            sections.append(_request(suite[place], suite[place + 1], f"{suite[place].id.removesuffix('-en')}"))
    return "\n".join(sections)


def _request(english: Task, chinese: Task, title: str = "") -> str:
    """Return the section of one request."""
    quoted = [_quote(task.query) for task in (english, chinese)]
    facts = "; ".join(_demands(english))
    title = title or f"{english.type} {TYPES[english.type]}"
    about = f"`{english.id}`, {english.type}, {english.dimension}, {english.scenario}, {english.difficulty}"
    return f"## {title}\n\n{quoted[0]}\n\n{quoted[1]}\n\n{about}: {facts}.\n"


def _quote(text: str) -> str:
    """Return a text as a block quote that keeps its lines."""
    return "\\\n".join(f"> {line}" for line in text.splitlines() if line)


def _demands(task: Task) -> Iterator[str]:
    low, high = task.count
    yield f"{low if low == high else f'{low} to {high}'} {task.modality}{'s' if high > 1 else ''}"
    if task.duration:
        yield f"{task.duration.seconds:g} s {'in all' if task.duration.scope == 'total' else 'each'}"
    if task.shots:
        yield f"{task.shots} shots"
    if task.audio:
        yield f"sound: {', '.join(task.audio)}"
    if task.subtitle:
        yield "subtitles"
    if task.size:
        unit = "x" if task.size.exact else ":"
        yield f"{task.size.width}{unit}{task.size.height}"
    for group in task.groups:
        yield f"same {group.kind} ({group.name}) in {group.n_required}"
    if task.uploads:
        yield f"brought along: {', '.join(upload.kind for upload in task.uploads)}"
    yield f"shortest plan {task.reference_length} calls"


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` compare them; return the exit code."""
    written = pages()
    gone = sorted(set((DOCS / "tools").glob("*.md")) - written.keys())
    stale = [path for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in [*stale, *gone]:
            print(f"{path.relative_to(DOCS.parent)} is stale: run `make docs`", file=sys.stderr)
        return 1 if stale or gone else 0
    for path in gone:
        path.unlink()
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(written[path], "utf-8")
        print(f"wrote {path.relative_to(DOCS.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
