"""Figures with panels side by side, lines with bands, drawn with Pillow: twice the size, then made smaller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from visgenenv.experiments.ablation import Experiment
from visgenenv.experiments.best_of_n import Curve
from visgenenv.experiments.training import curve_of, run_name

Banded = Sequence[tuple[float, float, float, float]]
"""Points: x and y with the lower and upper end of a band."""

COLOURS = {"RL1": "#c4451c", "RL2": "#a36a00", "RL4": "#1f5fbf", "hardened": "#2b8a3e"}
_INK, _PALE = "#222222", "#dddddd"
_SCALE, _WIDTH, _HEIGHT = 2, 480, 400
_LEFT, _TOP, _RIGHT, _BOTTOM = 48, 40, 16, 56


class Panel(Struct, frozen=True):
    """One panel: values in [0, 1] over x.

    Attributes:
        title: Above it.
        xlabel: Below it.
        ticks: Places on the x axis, from its left end on, with what is written there.
        series: By name, which decides the colour.
    """

    title: str
    xlabel: str
    ticks: tuple[tuple[float, str], ...]
    series: dict[str, Banded]

    @property
    def span(self) -> tuple[float, float]:
        """Both ends of the x axis."""
        ends = [x for x, _ in self.ticks] + [point[0] for points in self.series.values() for point in points]
        return min(ends), max(ends)


def draw_panels(panels: Sequence[Panel], path: str | Path) -> Path:
    """Draw panels beside each other into a PNG.

    Example:
        >>> import tempfile
        >>> panel = Panel("gold", "n", ((0, "1"), (1, "2")), {"RL1": [(0, 0.2, 0.1, 0.3), (1, 0.5, 0.4, 0.6)]})
        >>> file = draw_panels([panel], tempfile.mkdtemp() + "/figure.png")
        >>> Image.open(file).size
        (480, 400)
    """
    image = Image.new("RGB", (_SCALE * _WIDTH * len(panels), _SCALE * _HEIGHT), "white")
    for place, panel in enumerate(panels):
        image.paste(_drawn(panel), (_SCALE * _WIDTH * place, 0))
    path = Path(path)
    image.resize((_WIDTH * len(panels), _HEIGHT), Image.Resampling.LANCZOS).save(path, optimize=True)
    return path


def draw_learning(experiment: Experiment, out: str | Path, path: str | Path) -> Path:
    """Draw reward under the training preset, and gold, of held-out tasks while the policies learned.

    Bands reach from the lowest to the highest run.
    """
    training = experiment.training
    rows = {
        preset: [curve_of(Path(out) / run_name(preset, seed)) for seed in training.seeds] for preset in training.presets
    }
    last = max(row["step"] for runs in rows.values() for run in runs for row in run)
    apart = next(n * 10**k for k in range(12) for n in (1, 2, 5) if last / (n * 10**k) <= 4)
    ticks = tuple((float(step), f"{step:,}") for step in range(0, last + 1, apart))

    def series(name: str) -> dict[str, Banded]:
        return {preset: [_across(same, name) for same in zip(*runs, strict=True)] for preset, runs in rows.items()}

    panels = [
        Panel(title, "environment steps", ticks, series(name))
        for title, name in (("Held-out reward, each by its own preset", "heldout_reward"), ("Gold value", "gold"))
    ]
    return draw_panels(panels, path)


def draw_best(curves: Mapping[str, Curve], path: str | Path) -> Path:
    """Draw reward and gold of the best of n over n, by preset."""
    ns = next(iter(curves.values())).ns
    ticks = tuple((float(place), str(n)) for place, n in enumerate(ns))

    def series(name: str) -> dict[str, Banded]:
        return {
            preset: [(float(x), p.value, p.low, p.high) for x, p in enumerate(getattr(told, name))]
            for preset, told in curves.items()
        }

    titles = {"proxy": "Reward of the best of n, by its own preset", "gold": "Gold value of the best of n",
              "passed": "Share of the best of n that passes gold"}  # fmt: skip
    return draw_panels([Panel(title, "n", ticks, series(name)) for name, title in titles.items()], path)


def _across(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[float, float, float, float]:
    values = [float(row[name]) for row in rows]
    return float(rows[0]["step"]), fmean(values), min(values), max(values)


def _drawn(panel: Panel) -> Image.Image:
    canvas = Image.new("RGBA", (_SCALE * _WIDTH, _SCALE * _HEIGHT), "white")
    left, right = panel.span

    def place(x: float, y: float) -> tuple[float, float]:
        wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        inside = min(1.0, max(0.0, y))
        return _SCALE * (_LEFT + (x - left) / (right - left) * wide), _SCALE * (_HEIGHT - _BOTTOM - inside * high)

    _axes(ImageDraw.Draw(canvas), panel, place)
    for name, points in panel.series.items():
        canvas = _band(
            canvas, [place(x, high) for x, _, _, high in points], [place(x, low) for x, _, low, _ in points], name
        )
    pen = ImageDraw.Draw(canvas)
    for name, points in panel.series.items():
        pen.line([place(x, y) for x, y, _, _ in points], fill=_colour(name), width=2 * _SCALE, joint="curve")
        for x, y in (place(x, y) for x, y, _, _ in points):
            pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill=_colour(name))
    _legend(pen, list(panel.series))
    return canvas.convert("RGB")


def _band(
    canvas: Image.Image, upper: list[tuple[float, float]], lower: list[tuple[float, float]], name: str
) -> Image.Image:
    layer = Image.new("RGBA", canvas.size, (0, 0, 0, 0))
    ImageDraw.Draw(layer).polygon([*upper, *reversed(lower)], fill=_colour(name) + "26")
    return Image.alpha_composite(canvas, layer)


def _axes(pen: ImageDraw.ImageDraw, panel: Panel, place: Any) -> None:
    small, large = ImageFont.load_default(11 * _SCALE), ImageFont.load_default(13 * _SCALE)
    left, right = panel.span
    for k in range(6):
        x, y = place(left, k / 5)
        pen.line([(x, y), place(right, k / 5)], fill=_PALE, width=_SCALE)
        pen.text((x - 6 * _SCALE, y), f"{k / 5:.1f}", fill=_INK, font=small, anchor="rm")
    for x, text in panel.ticks:
        at = place(x, 0)
        pen.text((at[0], at[1] + 6 * _SCALE), text, fill=_INK, font=small, anchor="ma")
    pen.line([place(left, 1), place(left, 0), place(right, 0)], fill=_INK, width=_SCALE)
    middle = place((left + right) / 2, 0)[0]
    pen.text((middle, _SCALE * (_HEIGHT - 10)), panel.xlabel, fill=_INK, font=small, anchor="ms")
    pen.text((_SCALE * _LEFT, 12 * _SCALE), panel.title, fill=_INK, font=large)


def _legend(pen: ImageDraw.ImageDraw, names: Sequence[str]) -> None:
    font = ImageFont.load_default(12 * _SCALE)
    for k, name in enumerate(reversed(names)):
        at = (_SCALE * (_WIDTH - _RIGHT - 6), _SCALE * (_HEIGHT - _BOTTOM - 8 - 16 * k))
        pen.text(at, name, fill=_colour(name), font=font, anchor="rs")


def _colour(name: str) -> str:
    return COLOURS.get(name, "#7a4fa3")
