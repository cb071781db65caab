"""Figures as they stand in a scene: in its light and style, with a limb too many, set off from what is behind them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

from visgenenv.media.backdrops import backdrop, graded, looks
from visgenenv.media.caching import Shelf
from visgenenv.media.canvas import halo
from visgenenv.media.content import Flaw, Graph
from visgenenv.media.defects_drawn import with_limb
from visgenenv.media.layout import Place
from visgenenv.media.sprites import hue_of, portrait
from visgenenv.media.styles import bordered, styled

CONTRAST = 62.0
"""Figures that differ less from what is behind them (mean of 256 levels) are set off by a rim."""
_GLOOM = 0.45
"""So much of a scene's light falls on its figures."""
_dressed: Shelf[Image.Image] = Shelf(24_000_000, largest=1_000_000)
_grounds: Shelf[Image.Image] = Shelf(48_000_000, largest=1_200_000)


def ground(graph: Graph, width: int, height: int) -> Image.Image:
    """Return what stands behind the figures, in the scene's light and style. Do not change the picture."""
    if not graph.style:
        return backdrop(graph, width, height)
    key = (*looks(graph), width, height)
    known = _grounds.get(key)
    if known is None:
        known = _grounds.put(key, styled(backdrop(graph, width, height), graph.style), 4 * width * height)
    return known


def dressed(place: Place, graph: Graph, frame_height: int) -> Image.Image:
    """Return the picture of a figure in the scene's light and style; copies of a figure share it.

    Its colours are multiplied by its opacity (mode RGBa): so it can be laid over a frame or leant over fastest.
    """
    figure, height = place.figure, max(3, round(place.height * frame_height))
    limb = _limb(place, graph)
    side = limb is not None and limb.luck < 0.5 and figure.count == 1
    looks = figure.name, figure.colour, hue_of(figure), height, place.mirrored, graph.lights, graph.style
    key = (*looks, limb is not None, side)
    known = _dressed.get(key)
    if known is None:
        image = portrait(figure, height, place.mirrored)
        for light in graph.lights:
            image = graded(image, light, _GLOOM)
        image = styled(with_limb(image, side) if limb else image, graph.style).convert("RGBa")
        known = _dressed.put(key, image, 4 * image.width * image.height)
    return known


def _limb(place: Place, graph: Graph) -> Flaw | None:
    """Return the flaw that gives a figure a limb too many; of several copies the first has it."""
    flaws = [flaw for flaw in graph.flaws if flaw.kind == "extra_limb" and flaw.name == place.figure.name]
    return flaws[0] if flaws and place.index == 0 else None


def set_off(image: Image.Image, place: Place, behind: Image.Image) -> Image.Image:
    """Draw a rim around a figure (mode RGBa) whose colours are close to those of the backdrop behind it."""
    width, height = behind.size
    size = max(2, round(24 * image.width / height)), max(2, round(24 * image.height / height))
    left, top = place.x * width - image.width / 2, place.y * height - image.height / 2
    box = (max(0, left), max(0, top), min(width, left + image.width), min(height, top + image.height))
    small = np.asarray(image.resize(size, Image.Resampling.NEAREST).convert("RGBA"), np.int16)
    back = np.asarray(behind.resize(size, Image.Resampling.NEAREST, box), np.int16)
    opaque = small[..., 3] > 128
    if not opaque.any():
        return image
    contrast = float(np.abs(small[..., :3] - back).max(axis=2)[opaque].mean())
    if contrast >= CONTRAST:
        return image
    rim = (34, 28, 44) if back[opaque].mean() > 120 else (250, 246, 234)
    bold = bordered(image.convert("RGBA"), rim, 0.012, strength=min(1.0, (CONTRAST - contrast) / 20))
    return bold.convert("RGBa")


def leaning(image: Image.Image, lean: int) -> Image.Image:
    """Return a figure whose head is `lean` pixels to the right of where it was (negative: to the left).

    Its rows are moved, its feet stay. The picture becomes wider by as much on both sides.
    """
    wide = abs(lean)
    slant = (1, lean / image.height, -wide - lean, 0, 1, 0)
    return image.transform((image.width + 2 * wide, image.height), Image.Transform.AFFINE, slant)


def shadow(width: int) -> Image.Image:
    """Return the mask of a soft shadow on the ground under something `width` pixels wide."""
    return _shadow(-(-width // 4) * 4)


@lru_cache(maxsize=256)
def _shadow(width: int) -> Image.Image:
    size = (max(2, round(width * 1.15)), max(2, round(width * 0.26)))
    return _shade().resize(size, Image.Resampling.BILINEAR)


@lru_cache(maxsize=1)
def _shade() -> Image.Image:
    return halo().point([min(130, int(value * 0.9)) for value in range(256)])
