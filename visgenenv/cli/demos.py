"""`visgenenv demos`: demonstrations to learn from, made, filtered and written as a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import orjson
import typer
from msgspec import to_builtins
from rich.markup import escape
from rich.table import Table

from visgenenv.cli.playing import narrow
from visgenenv.cli.terminal import CORES, BadInput, Json, console, emit, known, named_faults, writable
from visgenenv.demos import Report, Settings, make_demos
from visgenenv.demos.settings import IMAGE_PX, WEIGHTS
from visgenenv.progress import bar

Out = Annotated[Path, typer.Option("--out", help="Folder to write to; made if missing.")]


def demos(
    n: Annotated[int, typer.Option("--n", min=1, help="How many demonstrations are kept.")] = 200,
    out: Out = Path("demos"),
    seed: Annotated[int, typer.Option(min=0, help="Of requests, worlds and quality.")] = 0,
    suite: Annotated[str, typer.Option(help="train, dev, or a JSONL file of your own tasks.")] = "train",
    lang: Annotated[str, typer.Option(help="en, zh, or both by turns.")] = "both",
    tools: Annotated[str, typer.Option(help="What is offered: all tools, or each task's own pool.")] = "all",
    faults: Annotated[str, typer.Option(help="none, realistic, stress or randomized.")] = "realistic",
    mix: Annotated[
        str | None,
        typer.Option(help="How often each quality plays, as in optimal=2,verbose=1.", show_default=False),
    ] = None,
    images: Annotated[str, typer.Option(help="files, bytes (inside demos.parquet) or none.")] = "files",
    image_px: Annotated[int, typer.Option(min=32, help="Longest side of a picture.")] = IMAGE_PX,
    chars_per_token: Annotated[
        float | None, typer.Option(help="For the estimate of tokens; default: as measured with Qwen's vocabulary.")
    ] = None,
    parquet: Annotated[
        bool | None, typer.Option("--parquet/--no-parquet", help="Default: if pyarrow is installed.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = CORES,
    as_json: Json = False,
) -> None:
    """Play, filter and write demonstrations: OUT/demos.jsonl, pictures, traces, statistics and a card.

    The outcome depends on the options above --workers alone. A killed run goes on where it was when the same command is
    given again.
    """
    settings = _settings(
        n=n,
        seed=seed,
        suite=suite,
        lang=known("language", lang, ("en", "zh", "both")),
        tools=known("value of --tools", tools, ("all", "task")),
        faults=named_faults(faults),
        weights=dict(WEIGHTS) if mix is None else _mixture(mix),
        images=known("value of --images", images, ("files", "bytes", "none")),
        image_px=image_px,
        chars_per_token=chars_per_token,
    )
    start = perf_counter()
    with _bars() as progress:
        report = make_demos(settings, writable(out), workers=workers, parquet=parquet, progress=progress)
    facts = _facts(out, report, perf_counter() - start)
    emit(facts) if as_json else _print(settings, report, facts)


def _settings(**chosen: Any) -> Settings:
    try:
        return Settings(**chosen)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _mixture(text: str) -> dict[str, float]:
    """Read `optimal=2,verbose=1`."""
    weights: dict[str, float] = {}
    for part in text.split(","):
        mode, _, weight = part.partition("=")
        try:
            weights[mode.strip()] = float(weight or 1)
        except ValueError as error:
            raise BadInput(f"--mix wants name=number pairs, as in optimal=2,verbose=1, not {part!r}") from error
    return weights


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for each stage, from its first step on: before that, what is refused is refused in one line."""
    with ExitStack() as stack:
        shown: dict[str, Callable[[int], None]] = {}

        def tell(stage: str, done: int, of: int) -> None:
            if stage not in shown:
                stack.close()
                shown[stage] = stack.enter_context(bar(_STAGES[stage], of))
            shown[stage](done)

        yield tell


_STAGES = {"kept": "demonstrations", "pictures": "their pictures"}


def _facts(out: Path, report: Report, seconds: float) -> dict[str, Any]:
    statistics = orjson.loads((out / "statistics.json").read_bytes())
    return {
        "out": str(out),
        **to_builtins(report),
        "first_share": report.first_share,
        "second_share": report.second_share,
        "mean": statistics["mean"],
        "above": statistics["above"],
        "files": sorted(path.name for path in out.iterdir() if not path.name.startswith(".")),
        "seconds": round(seconds, 2),
    }


def _print(settings: Settings, report: Report, facts: dict[str, Any]) -> None:
    table = narrow(Table("", "n", "share", "VisGenData-4k"))
    table.add_row("trajectories", f"{report.played:,}", "", "16,000")
    table.add_row("after reward and grader", f"{report.passed:,}", f"{report.first_share:.1%}", "6,000 (37.5%)")
    table.add_row("after likeness, quota, review", f"{report.kept:,}", f"{report.second_share:.1%}", "4,000 (66.7%)")
    console.print(table)
    mean = facts["mean"]
    console.print(
        f"{mean['steps']:.1f} steps and {mean['tokens']:,.0f} tokens in the mean (VisGenData-4k: 15 and 29k). "
        f"{report.kept} demonstrations in {facts['seconds']:.0f} s: {escape(facts['out'])}"
    )
    if report.kept < settings.n:
        console.print(f"The requests ran out: {report.kept} instead of {settings.n} could be kept.")
    if "demos.parquet" not in facts["files"]:
        console.print("There is no demos.parquet, as pyarrow is not installed or --no-parquet was given.")
