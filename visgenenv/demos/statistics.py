"""The numbers of a set of demonstrations, beside those that VisionCreator gives for its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec import Struct

from visgenenv.demos.report import Report
from visgenenv.demos.settings import Settings
from visgenenv.demos.tokens import CHARS_PER_TOKEN

NUMBERS = ("steps", "turns", "calls", "tokens", "trained", "grade", "reward")
NAMES = ("type", "lang", "modality", "difficulty", "dimension", "mode")
BINS: dict[str, tuple[float, ...]] = {
    "steps": tuple(range(0, 51, 3)),
    "turns": tuple(range(0, 31, 2)),
    "tokens": tuple(range(0, 48_001, 2_000)),
}
"""Edges of the histograms; the last bin holds everything beyond. Empty bins at both ends are not shown."""
ABOVE: dict[str, tuple[int, ...]] = {"steps": (10, 15, 20), "tokens": (24_000, 28_000, 32_000)}

PAPER = {
    "trajectories": 16_000,
    "passed": 6_000,
    "kept": 4_000,
    "first_share": 0.375,
    "second_share": 0.667,
    "steps_mean": 15.0,
    "steps_above_20": 0.64,
    "tokens_mean": 29_000.0,
    "tokens_above_32000": 0.43,
    "types": 42,
}
"""What VisionCreator says of VisGenData-4k (arXiv 2603.02681, section 3 and Figure 5)."""


class Figures(Struct, frozen=True):
    """The numbers of every demonstration, by column, in the order of the rows; names are counted."""

    numbers: dict[str, list[float]]
    names: dict[str, dict[str, int]]

    @staticmethod
    def of(rows: Iterable[Mapping[str, Any]]) -> Figures:
        """Collect them from rows of `COLUMNS`."""
        numbers: dict[str, list[float]] = {name: [] for name in NUMBERS}
        names: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
        for row in rows:
            parts = orjson.loads(row["provenance"])["token_parts"]
            for name in NUMBERS:
                numbers[name].append(parts["trained"] if name == "trained" else row[name])
            for name in NAMES:
                names[name][row[name]] += 1
        return Figures(numbers, {name: dict(sorted(counts.items(), key=_by_number)) for name, counts in names.items()})

    def mean(self, name: str) -> float:
        values = self.numbers[name]
        return sum(values) / len(values) if values else 0.0

    def above(self, name: str, limit: float) -> float:
        """Return the share of demonstrations with more."""
        values = self.numbers[name]
        return sum(value > limit for value in values) / len(values) if values else 0.0

    def histogram(self, name: str) -> list[tuple[str, int]]:
        """Return label and count of every bin from the first that holds something to the last."""
        edges = BINS[name]
        counts = [0] * (len(edges) - 1)
        for value in self.numbers[name]:
            counts[max(0, sum(value >= edge for edge in edges[1:-1]))] += 1
        labels = [_label(low, high) for low, high in pairwise(edges)]
        labels[-1] = f"{_short(edges[-2])} and more"
        filled = [place for place, n in enumerate(counts) if n] or [0]
        return list(zip(labels, counts, strict=True))[filled[0] : filled[-1] + 1]

    def summary(self) -> dict[str, Any]:
        """Return means, shares, histograms and counts as plain data."""
        return {
            "demonstrations": len(self.numbers["steps"]),
            "mean": {name: self.mean(name) for name in NUMBERS},
            "above": {name: {str(at): self.above(name, at) for at in limits} for name, limits in ABOVE.items()},
            "histograms": {name: dict(self.histogram(name)) for name in BINS},
            "counts": self.names,
            "chars_per_token": {lang: dict(rates) for lang, rates in CHARS_PER_TOKEN.items()},
            "paper": PAPER,
        }


def _by_number(item: tuple[str, int]) -> tuple[str, int]:
    """Sort `video.2` before `video.10`."""
    head, _, number = item[0].partition(".")
    return head, int(number) if number.isdigit() else 0


def _label(low: float, high: float) -> str:
    return f"{_short(low)} to {_short(high - 1)}" if high < 1000 else f"{_short(low)} to {_short(high)}"


def _short(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


@cache
def _template() -> Any:
    loader = PackageLoader("visgenenv.demos", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("statistics.html")


def write_page(path: Path, settings: Settings, report: Report, figures: Figures) -> None:
    """Write one page of HTML that needs nothing else."""
    page = _template().render(
        settings=settings,
        report=report,
        figures=figures,
        paper=PAPER,
        histograms={name: figures.histogram(name) for name in BINS},
        rates=CHARS_PER_TOKEN,
        above=ABOVE,
    )
    path.write_text(page, "utf-8")
