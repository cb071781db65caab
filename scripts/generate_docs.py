"""Writes the pages of `docs/` that follow from data: tools and task gallery. With `--check`, says which are stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from visgenenv.tasks import load_suite
from visgenenv.tasks.scenarios import TYPES
from visgenenv.tools import ToolSpec, load_documents
from visgenenv.types import Task

DOCS = Path(__file__).resolve().parent.parent / "docs"

INTRODUCTION = """\
# Tools

<!-- Written by scripts/generate_docs.py from tool_specs/; change those documents and run `make docs`. -->

{n} of the 36 tools of the VisionCreator paper are here. Each is one document of `tool_specs/` (names, wording,
parameters, rules, prices, latencies, failures) and one simulator function of the same name in
`visgenenv/tools/simulators/`. How a call runs, and how to add a tool of your own, is in [own-tool.md](own-tool.md).

The parameter names follow the real services where these document them. Failure rates are assumptions; each stands
in the tool's document, is scaled by the fault profile (`faults="none" | "realistic" | "stress" | "randomized"`) and
can be changed there.

## Errors every tool can give

They are the agent's own mistakes and come back as results, never as exceptions.

| type | HTTP | when |
| --- | --- | --- |
| `BAD_CALL` | 400 | the call cannot be read: not JSON, no name, arguments that are not an object |
| `UNKNOWN_TOOL` | 404 | no tool has this name; the nearest name is given |
| `TOOL_NOT_AVAILABLE` | 403 | the tool exists but this task does not offer it |
| `INVALID_ARGUMENT` | 400 | a value is outside the schema or breaks a rule below; names the path, the value and the options |
| `ASSET_NOT_FOUND` | 404 | a cited asset does not exist in this episode |
| `UNSUPPORTED_FORMAT` | 415 | a cited asset is of a kind the parameter does not take |
| `PRECONDITION_FAILED` | 409 | the call fits its schema but not the state it meets |

## Overview

| tool | simulates | median latency |
| --- | --- | --- |
{overview}
"""


def pages() -> dict[Path, str]:
    """Return every generated page with its content."""
    return {DOCS / "tools.md": catalogue(load_documents()), DOCS / "gallery.md": gallery(load_suite("dev"))}


def catalogue(specs: dict[str, ToolSpec]) -> str:
    overview = "\n".join(
        f"| [`{name}`](#{name}) | {spec.service} | {spec.latency['median']:g} s |" for name, spec in specs.items()
    )
    head = INTRODUCTION.format(n=len(specs), overview=overview)
    return "\n".join([head, *(section(spec) for spec in specs.values())])


def section(spec: ToolSpec) -> str:
    """Return one tool's section."""
    parts = [
        f"## {spec.name}",
        f"{spec.title['en']} · {spec.title['zh']} · category `{spec.category}` · simulates {spec.service}",
        spec.description["en"],
        _table(("parameter", "type", "default", "meaning"), _parameters(spec.input_schema)),
    ]
    if spec.rules:
        parts.append("**Rules**\n\n" + "\n".join(f"- {rule.message}" for rule in spec.rules))
    if spec.faults:
        rows = [
            (f"`{f.type}`", str(f.http_status), f"`{f.vendor_code}`" if f.vendor_code else "", f"{f.rate * 100:g} %",
             "yes" if f.retryable else "no", f.message)
            for f in spec.faults
        ]  # fmt: skip
        parts.append("**Failures of the service**")
        parts.append(_table(("type", "HTTP", "code", "rate", "retry helps", "message"), rows))
    parts.append(f"**Latency** median {spec.latency['median']:g} s, 95th percentile {spec.latency['p95']:g} s of "
                 "simulated time.")  # fmt: skip
    parts.append("**Price** in US dollars: " + "; ".join(_numbers(spec.price)) + ".")
    if spec.tables:
        lines = (f"- {name}: `{json.dumps(table, ensure_ascii=False)}`" for name, table in spec.tables.items())
        parts.append("**Numbers of the service**\n\n" + "\n".join(lines))
    parts.append("**Example**\n\n```json\n" + json.dumps(spec.examples[0], ensure_ascii=False, indent=2) + "\n```")
    parts.append("**Sources**\n\n" + "\n".join(f"- {_link(source)}" for source in spec.sources))
    return "\n\n".join(parts) + "\n"


def _parameters(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, ...]]:
    """Yield a row per parameter, nested ones by their path (`clips[].asset`)."""
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        default = f"`{json.dumps(part['default'], ensure_ascii=False)}`" if "default" in part else ""
        yield f"`{path}`", _kind(part), "required" if name in required else default, _english(part.get("description"))
        items = part.get("items", {})
        yield from _parameters(items, f"{path}[].")
        yield from _parameters(part, f"{path}.")


def _kind(part: dict[str, Any]) -> str:
    """Say a schema's type, options and bounds in a few words."""
    if "enum" in part:
        return " ".join(f"`{json.dumps(option, ensure_ascii=False)}`" for option in part["enum"])
    types = part.get("type", "any")
    words = " or ".join(types) if isinstance(types, list) else str(types)
    if "array" in words and part.get("items"):
        words += f" of {_kind(part['items'])}"
    kinds = part.get("x-asset") or part.get("x-cite")
    if kinds:
        words = f"{' or '.join(kinds)} asset" + ("" if "x-asset" in part else ", or plain text")
    return words + "".join(f", {bound}" for bound in _bounds(part))


def _bounds(part: dict[str, Any]) -> Iterator[str]:
    low, high = part.get("minimum"), part.get("maximum")
    if low is not None or high is not None:
        yield f"{low if low is not None else ''}…{high if high is not None else ''}"
    for few, many, unit in (("minLength", "maxLength", "characters"), ("minItems", "maxItems", "items")):
        if part.get(many) is not None:
            yield f"{part.get(few, 0)}…{part[many]} {unit}"
    if "multipleOf" in part:
        yield f"multiple of {part['multipleOf']}"


def _english(description: Any) -> str:
    return description["en"] if isinstance(description, dict) else description or ""


def _numbers(tree: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the leaves of a price list as `a, b: 0.039`."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _numbers(value, (*path, str(key).replace("_", " ")))
    else:
        yield f"{', '.join(path)} {tree if isinstance(tree, str) else json.dumps(tree)}"


def _link(source: str) -> str:
    return f"<{source}>" if source.startswith("http") and " " not in source else source


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


GALLERY = """\
# Task gallery

<!-- Written by scripts/generate_docs.py from the suite `dev`; run `make docs` after a change to the generator. -->

The first request of every type that the suite `dev` holds, in English and Chinese: {n} of the 42 types of
VisionCreator's Table 8. What is hidden from the policy stands below each. [tasks.md](tasks.md) says how they are drawn.
"""


def gallery(suite: Sequence[Task]) -> str:
    """Return the page with one request of every type, in both languages."""
    firsts: dict[str, int] = {}
    for index in range(0, len(suite), 2):
        firsts.setdefault(suite[index].type, index)
    shown = [firsts[type] for type in TYPES if type in firsts]
    return "\n".join([GALLERY.format(n=len(shown)), *(_request(suite[i], suite[i + 1]) for i in shown)])


def _request(english: Task, chinese: Task) -> str:
    """Return the section of one request."""
    quoted = [_quote(task.query) for task in (english, chinese)]
    facts = "; ".join(_demands(english))
    title = f"## {english.type} {TYPES[english.type]}"
    return f"{title}\n\n{quoted[0]}\n\n{quoted[1]}\n\n`{english.id}`, {english.difficulty}: {facts}.\n"


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
        yield f"{len(task.uploads)} uploads"
    yield f"shortest plan {task.reference_length} calls"


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` compare them; return the exit code."""
    written = pages()
    stale = [path for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(DOCS.parent)} is stale: run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(written[path], "utf-8")
        print(f"wrote {path.relative_to(DOCS.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
