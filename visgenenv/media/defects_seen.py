"""How well something can be seen: which share of a frame a figure stands out from, and how its looks differ."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from PIL import Image

from visgenenv.media.backdrops import backdrop, graded
from visgenenv.media.content import Figure, Graph
from visgenenv.media.layout import arrange
from visgenenv.media.sprites import portrait
from visgenenv.media.styles import styled

SHAPES = (16 / 9, 1.0, 9 / 16)
"""A defect must show in frames of all these shapes (width / height)."""
LEVELS = 48
"""By so many of 256 levels something must differ from what is around it to be noticed."""
OTHER = 72
"""By so many levels a colour must differ from another to be taken for another."""
SMALL, GROUND = 40, (96, 54)
"""Figures are judged at so many pixels' height, on backdrops of this size."""
CELLS = 64
"""What hides what is judged on a frame of so many cells each way."""


def area(graph: Graph, name: str, aspect: float) -> float:
    """Return the share of a frame of this shape in which the figures of a name can be seen, not hidden by others."""
    return _area(graph.pose or graph.seed, graph.figures, graph.scene, graph.framing, bool(graph.caption), name, aspect)


@lru_cache(maxsize=1024)
def _area(
    seed: str, figures: tuple[Figure, ...], scene: str, framing: str, captioned: bool, name: str, aspect: float
) -> float:
    cells = np.zeros((CELLS, CELLS), np.int8)
    for place in arrange(Graph(seed, figures, scene, framing=framing), aspect):
        wide, high = 0.4 * place.height / aspect, 0.45 * place.height
        left, right = (min(CELLS, max(0, round((place.x + side * wide) * CELLS))) for side in (-1, 1))
        top, bottom = (min(CELLS, max(0, round((place.y + side * high) * CELLS))) for side in (-1, 1))
        cells[top:bottom, left:right] = 1 if place.figure.name == name else 2
    if captioned:
        cells[: CELLS // 4] = 0
    return float((cells == 1).mean()) / 0.72 * _filled(name)


@lru_cache(maxsize=512)
def _filled(name: str) -> float:
    """Return the share of a square of its height that a figure covers."""
    layer = np.asarray(portrait(Figure(name), SMALL))
    return float((layer[..., 3] > 128).sum()) / SMALL**2


def seen(graph: Graph, name: str) -> float:
    """Return the share of a frame in which the figures of a name stand out, in the shape where it is least."""
    figure = next(figure for figure in graph.figures if figure.name == name)
    return min(area(graph, name, aspect) for aspect in SHAPES) * standing_out(graph, figure)


def changed(graph: Graph, before: Figure, after: Figure) -> float:
    """Return the share of a frame that differs if a figure is drawn as another in its place."""
    least = min(area(graph, before.name, aspect) for aspect in SHAPES)
    return least * _difference(_plain(graph), _bare(before), _bare(after))


def standing_out(graph: Graph, figure: Figure) -> float:
    """Return the share of a figure's pixels that differ clearly from the backdrop behind it."""
    return _contrast(_plain(graph), _bare(figure))


def ground(graph: Graph) -> tuple[int, int, int]:
    """Return the mean colour of a picture's backdrop."""
    red, green, blue = _backdrop(_plain(graph)).reshape(-1, 3).mean(axis=0).round()
    return int(red), int(green), int(blue)


class _Setting(Struct, frozen=True):
    """What decides the looks of a backdrop, and of figures before it."""

    scene: str
    style: str
    lights: tuple[str, ...]
    tint: str


def _plain(graph: Graph) -> _Setting:
    return _Setting(graph.scene, graph.style, graph.lights, graph.tint if graph.scene == "studio" else "")


def _bare(figure: Figure) -> Figure:
    return replace(figure, count=1)


Pixels = NDArray[np.int16]


@lru_cache(maxsize=256)
def _backdrop(setting: _Setting) -> Pixels:
    empty = Graph(scene=setting.scene, style=setting.style, lights=setting.lights, tint=setting.tint)
    return np.asarray(styled(backdrop(empty, *GROUND), setting.style), dtype=np.int16)


@lru_cache(maxsize=512)
def _layer(setting: _Setting, figure: Figure) -> Pixels:
    """Return a figure as it looks in a picture's light and style, in colours and opacity."""
    image = portrait(figure, SMALL)
    for light in setting.lights:
        image = graded(image, light, 0.45)
    image = styled(image, setting.style)
    return np.asarray(image.resize((SMALL, SMALL), Image.Resampling.BILINEAR), dtype=np.int16)


@lru_cache(maxsize=1024)
def _contrast(setting: _Setting, figure: Figure) -> float:
    layer, behind = _layer(setting, figure), _backdrop(setting)
    patch = behind[behind.shape[0] * 2 // 5 : behind.shape[0] * 9 // 10, behind.shape[1] // 4 : -behind.shape[1] // 4]
    around = np.asarray(
        Image.fromarray(patch.astype(np.uint8)).resize((SMALL, SMALL), Image.Resampling.BILINEAR), dtype=np.int16
    )
    opaque = layer[..., 3] > 128
    apart = np.abs(layer[..., :3] - around).max(axis=2) > LEVELS
    return float((apart & opaque).sum()) / max(1, int(opaque.sum()))


@lru_cache(maxsize=1024)
def _difference(setting: _Setting, before: Figure, after: Figure) -> float:
    one, two = _layer(setting, before), _layer(setting, after)
    opaque = one[..., 3] > 128
    apart = np.abs(one[..., :3] - two[..., :3]).max(axis=2) > OTHER
    outline = opaque != (two[..., 3] > 128)
    return float(((apart & opaque) | outline).sum()) / max(1, int(opaque.sum()))
