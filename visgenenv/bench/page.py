"""The report as a page of HTML that needs nothing else, light or dark as the reader's system is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from visgenenv.bench.bootstrap import Estimate
from visgenenv.bench.reports import Report
from visgenenv.bench.store import PAGE, write_whole
from visgenenv.bench.tables import TITLES, Line

PARTS = {"modality": "Images and videos", "lang": "Languages", "difficulty": "Difficulties", "type": "Types"}


def write_page(folder: str | Path, reports: Sequence[Report]) -> Path:
    """Write `folder/index.html` about one run, or several on the same suite, and return its path."""
    path = Path(folder) / PAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, render(reports).encode("utf-8", "replace"))
    return path


def render(reports: Sequence[Report]) -> str:
    """Return the page."""
    return _template().render(
        reports=reports,
        suite=reports[0].header.suite,
        titles=TITLES,
        parts=PARTS,
        cell=cell,
        percent=_percent,
        settings=_settings,
        bar=_bar,
    )


def cell(estimate: Estimate) -> dict[str, str]:
    """Return a cell's text and its interval, `–` where there is nothing to tell."""
    if estimate.value is None:
        return {"value": "–", "interval": ""}
    low, high = estimate.low, estimate.high
    return {
        "value": f"{estimate.value:.3f}",
        "interval": "" if low is None or high is None else f"{low:.2f}–{high:.2f}",
    }


def _bar(line: Line) -> int:
    """Return a line's own score in per cent, for a bar."""
    return round(100 * (line.own.value or 0.0))


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _settings(report: Report) -> list[tuple[str, str]]:
    """Return everything the numbers depend on, in words."""
    header, suite = report.header, report.header.suite
    rows: list[tuple[str, Any]] = [
        ("suite", f"{suite.name}, version {suite.version or 'none'}, seed {suite.seed}, {suite.tasks} tasks"),
        ("checksum", suite.checksum),
        ("samples a task", header.samples),
        ("seed", header.seed),
        ("faults", header.faults),
        *((("chosen by the reward from", f"{header.best_of} plays"),) if header.best_of > 1 else ()),
        ("system prompt", header.prompt),
        *((f"version of {name}", value) for name, value in header.versions.items()),
        *((f"policy: {name}", value) for name, value in header.settings.items()),
    ]
    if report.grader:
        grader = report.grader
        rows += [
            ("grader", grader.model),
            ("rubrics", grader.rubrics),
            ("calibration", grader.calibration.hash if grader.calibration else "none"),
        ]
        rows += [(f"grader: {name}", value) for name, value in grader.decoding.items()]
    return [(name, str(value)) for name, value in rows]


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("visgenenv.bench"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    source = environment.loader.get_source(environment, "report.css")[0]  # type: ignore[union-attr]
    environment.globals["css"] = Markup(source)
    return environment.get_template("report.html")
