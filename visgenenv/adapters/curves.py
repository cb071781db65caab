"""Learning curves as a PNG, drawn with Pillow from the rows of `metrics.jsonl`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from PIL import Image, ImageDraw, ImageFont

Points = list[tuple[float, float]]

_SIZE, _MARGIN = (960, 540), (70, 40, 30, 60)
"""Pixels: width and height; left, top, right, bottom."""
_COLOURS = ("#1f5fbf", "#c4451c", "#2b8a3e", "#7a4fa3", "#a36a00", "#00838f")
_INK, _PALE = "#222222", "#dddddd"


def draw_curves(
    series: Mapping[str, Points],
    path: str | Path,
    title: str = "",
    lines: Mapping[str, float] | None = None,
    unit: str = "environment steps",
) -> Path:
    """Draw values in [0, 1] over steps.

    Args:
        series: Name -> points (step, value).
        path: PNG file to write.
        title: Stands above.
        lines: Name -> value of a dashed level line, such as the expert's reward.
        unit: Stands below the axis of steps.

    Example:
        >>> import tempfile, pathlib
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "curve.png"
        >>> draw_curves({"held out": [(0, 0.01), (1000, 0.4)]}, file, lines={"expert": 1.0}).stat().st_size > 1000
        True
    """
    image = Image.new("RGB", _SIZE, "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(16)
    right = _rounded(max([step for points in series.values() for step, _ in points], default=1) or 1)
    _axes(pen, font, right, title, unit)
    for name, value in (lines or {}).items():
        _level(pen, font, name, value)
    for points, colour in zip(series.values(), _cycle(), strict=False):
        places = [_place(step / right, value) for step, value in points]
        pen.line(places, fill=colour, width=3, joint="curve")
        for x, y in places:
            pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=colour)
    _legend(pen, font, list(series))
    path = Path(path)
    image.save(path)
    return path


def curves_of(metrics: str | Path, names: Sequence[str] = ("reward", "heldout_reward")) -> dict[str, Points]:
    """Return the points of a run's `metrics.jsonl`, for each name that has any."""
    rows: list[dict[str, Any]] = [orjson.loads(line) for line in Path(metrics).read_bytes().splitlines()]
    found = {name: [(row["step"], row[name]) for row in rows if row.get(name) is not None] for name in names}
    return {name: points for name, points in found.items() if points}


def _rounded(steps: float) -> float:
    """Return the next number up whose fifths are easy to read.

    >>> _rounded(200_704), _rounded(2_048)
    (225000.0, 2250.0)
    """
    unit: int = 10 ** (len(str(int(steps))) - 2)
    return next(n * unit for n in (10, 12.5, 15, 20, 22.5, 25, 30, 40, 50, 60, 75, 100) if n * unit >= steps)


def _cycle() -> Iterator[str]:
    while True:
        yield from _COLOURS


def _place(x: float, y: float) -> tuple[float, float]:
    left, top, right, bottom = _MARGIN
    width, height = _SIZE
    return left + x * (width - left - right), height - bottom - min(1.0, max(0.0, y)) * (height - top - bottom)


def _axes(pen: ImageDraw.ImageDraw, font: Any, right: float, title: str, unit: str) -> None:
    for k in range(6):
        x, y = _place(0, k / 5)
        pen.line([(x, y), _place(1, k / 5)], fill=_PALE)
        pen.text((x - 8, y), f"{k / 5:.1f}", fill=_INK, font=font, anchor="rm")
        x, y = _place(k / 5, 0)
        pen.text((x, y + 8), f"{right * k / 5:,.0f}", fill=_INK, font=font, anchor="ma")
    pen.line([_place(0, 1), _place(0, 0), _place(1, 0)], fill=_INK, width=2)
    pen.text((_place(0.5, 0)[0], _SIZE[1] - 8), unit, fill=_INK, font=font, anchor="ms")
    pen.text((_place(0, 0)[0], 10), title, fill=_INK, font=font)


def _level(pen: ImageDraw.ImageDraw, font: Any, name: str, value: float) -> None:
    for k in range(0, 100, 2):
        pen.line([_place(k / 100, value), _place((k + 1) / 100, value)], fill=_INK, width=1)
    x, y = _place(0, value)
    pen.text((x + 8, y + 4), f"{name} {value:.3f}", fill=_INK, font=font)


def _legend(pen: ImageDraw.ImageDraw, font: Any, names: Sequence[str]) -> None:
    x, y = _place(1, 0)
    for k, (name, colour) in enumerate(zip(reversed(names), reversed(_COLOURS[: len(names)]), strict=False)):
        pen.text((x - 10, y - 12 - 20 * k), name, fill=colour, font=font, anchor="rs")
