"""The charts of `docs/performance.md`: bars drawn from the tables of `docs/benchmarks.md`, as SVG."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

Bar = tuple[str, float, bool]
"""Label, length, whether the aim is met."""

FLOOR, GOAL = 60_000, 100_000
"""Steps a second and core that were set as the least and as the aim."""
SIMULATOR_US = 15.0
"""Aim for every simulator."""

_WIDTH, _LABEL, _ROW, _HEAD, _FOOT, _EDGE = 860, 330, 22, 54, 14, 70
_INK, _PALE, _MET, _MISSED = "#24292f", "#8c959f", "#2f7d5b", "#c4501f"
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "MB": 1e6, "GB": 1e9}
_AMOUNT = re.compile(r"(?P<first>[\d.,]+)(?: to (?P<last>[\d.,]+))? (?P<unit>us|ms|s|MB|GB)\b")


def charts(docs: Path) -> dict[Path, str]:
    """Return every chart with its content."""
    text = (docs / "benchmarks.md").read_text("utf-8")
    steps = [(row, _number(rate)) for row, rate in _columns(text, "Steps: measured", 0, "per second")]
    steps = [(row, rate) for row, rate in steps if row.startswith(("bare", "gym.make"))]
    tools = [(row, float(us)) for row, us in _columns(text, "Tools", 0, "simulator, us")]
    shares = [
        *_shares(_columns(text, "Media", 0, "measured", "aim")),
        *_shares(_columns(text, "Tasks and the benchmark", 0, 1, "limit")),
    ]
    drawn = {
        "steps": draw(
            "Steps per second and core",
            _judged(steps, FLOOR, more=True),
            {f"least, {FLOOR:,}": FLOOR, f"aim, {GOAL:,}": GOAL},
        ),
        "tools": draw("Microseconds of each simulator", _judged(tools, SIMULATOR_US), {"aim, 15": SIMULATOR_US}),
        "aims": draw("Time or memory, as a share of the aim (less is better)", _judged(shares, 1.0), {"aim": 1.0}),
    }
    return {docs / "images" / f"performance-{name}.svg": svg for name, svg in drawn.items()}


def draw(title: str, bars: Sequence[Bar], marks: dict[str, float]) -> str:
    """Return a bar chart as SVG: green bars meet their aim, red ones miss it; marks are vertical lines."""
    longest = max([length for _, length, _ in bars] + list(marks.values()))
    scale = (_WIDTH - _LABEL - _EDGE) / longest
    height = _HEAD + _ROW * len(bars) + _FOOT
    parts = [_text(14, 22, title, weight="bold")]
    for row, (name, value) in enumerate(marks.items()):
        x = _LABEL + value * scale
        parts += [
            f'<path d="M{x:.1f} {_HEAD - 4}V{height - _FOOT}" stroke="{_PALE}" stroke-dasharray="4 3"/>',
            _text(x, _HEAD - 8 - 14 * (row % 2), name, anchor="middle", size=11, colour="#57606a"),
        ]
    for index, (label, length, met) in enumerate(bars):
        y = _HEAD + _ROW * index
        colour = _MET if met else _MISSED
        parts += [
            _text(_LABEL - 8, y + 13, label, anchor="end", size=12),
            f'<rect x="{_LABEL}" y="{y + 3}" width="{length * scale:.1f}" height="{_ROW - 7}" fill="{colour}"/>',
            _text(_LABEL + length * scale + 5, y + 13, _shown(length), size=12, halo=True),
        ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" role="img">'
    )
    card = f'<title>{escape(title)}</title>\n<rect width="{_WIDTH}" height="{height}" rx="6" fill="#ffffff"/>'
    return "\n".join([head, card, *parts, "</svg>\n"])


def _judged(rows: Sequence[tuple[str, float]], aim: float, *, more: bool = False) -> list[Bar]:
    return [(label, value, value >= aim if more else value <= aim) for label, value in rows]


def _columns(text: str, heading: str, *columns: str | int) -> Iterator[list[str]]:
    """Yield the cells of some columns, by title or place, of the first table below a heading.

    Raises:
        ValueError: There is no such heading, table or column.
    """
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    head, _, *rows = table or [[], []]
    missing = [name for name in columns if name not in (head if isinstance(name, str) else range(len(head)))]
    if missing:
        raise ValueError(
            f"docs/benchmarks.md, '## {heading}': no column {missing[0]!r}; scripts/performance_charts.py draws it"
        )
    for row in itertools.takewhile(lambda cells: len(cells) == len(head), rows):
        yield [row[head.index(name) if isinstance(name, str) else name] for name in columns]


def _shares(rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, float]]:
    """Yield measured / aim of the rows that have both in times or sizes, the worse end of a range counting."""
    for label, measured, aim in rows:
        ours, wanted = _amount(measured), _amount(aim)
        if ours and wanted:
            yield _short(label), ours / wanted


def _amount(cell: str) -> float | None:
    """Return the largest amount a cell begins with, in seconds or bytes."""
    listed = re.match(r"([\d.,]+(?:, [\d.,]+)+) (us|ms|s)\b", cell)
    if listed:
        return max(map(float, listed[1].split(", "))) * _UNITS[listed[2]]
    found = _AMOUNT.match(cell)
    return _number(found["last"] or found["first"]) * _UNITS[found["unit"]] if found else None


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _short(label: str) -> str:
    """Return a label without code marks, cut to what stands beside a bar."""
    label = label.replace("`", "")
    return label if len(label) <= 52 else label[:51].rsplit(" ", 1)[0].rstrip(",") + " …"


def _shown(length: float) -> str:
    return f"{length:,.0f}" if length >= 1000 else f"{length:.3g}"


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 14, weight: str = "normal", colour: str = _INK,
    halo: bool = False,
) -> str:  # fmt: skip
    around = ' stroke="#ffffff" stroke-width="3" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{colour}"{around}>{escape(text)}</text>'
    )
