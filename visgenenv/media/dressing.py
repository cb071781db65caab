"""Figures as they stand in a scene: in its light and style, with a limb too many, set off from what is behind them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from visgenenv.media.backdrops import graded
from visgenenv.media.caching import Shelf
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


def dressed(place: Place, graph: Graph, frame_height: int) -> Image.Image:
    """Return the picture of a figure in the scene's light and style; copies of a figure share it."""
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
        image = styled(with_limb(image, side) if limb else image, graph.style)
        known = _dressed.put(key, image, 4 * image.width * image.height)
    return known


def _limb(place: Place, graph: Graph) -> Flaw | None:
    """Return the flaw that gives a figure a limb too many; of several copies the first has it."""
    flaws = [flaw for flaw in graph.flaws if flaw.kind == "extra_limb" and flaw.name == place.figure.name]
    return flaws[0] if flaws and place.index == 0 else None


def set_off(image: Image.Image, place: Place, backdrop: Image.Image) -> Image.Image:
    """Draw a rim around a figure whose colours are close to those of the backdrop behind it."""
    width, height = backdrop.size
    size = max(2, round(24 * image.width / height)), max(2, round(24 * image.height / height))
    left, top = place.x * width - image.width / 2, place.y * height - image.height / 2
    box = (max(0, left), max(0, top), min(width, left + image.width), min(height, top + image.height))
    small = np.asarray(image.resize(size, Image.Resampling.NEAREST), np.int16)
    behind = np.asarray(backdrop.resize(size, Image.Resampling.NEAREST, box), np.int16)
    opaque = small[..., 3] > 128
    if not opaque.any():
        return image
    contrast = float(np.abs(small[..., :3] - behind).max(axis=2)[opaque].mean())
    if contrast >= CONTRAST:
        return image
    rim = (34, 28, 44) if behind[opaque].mean() > 120 else (250, 246, 234)
    return bordered(image, rim, 0.012, strength=min(1.0, (CONTRAST - contrast) / 20))
