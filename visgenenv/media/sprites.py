"""The figures' pictures: loaded once, recoloured, sized and shaded."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

from visgenenv._data import data_dir
from visgenenv.lexicon import COLOURS, SUBJECTS
from visgenenv.media.caching import Shelf
from visgenenv.media.content import Figure, chance

_CLOTHES_START = {"person": 0.55}
"""People change the colour of their clothes, which begin this far down; all else changes as a whole."""
_PLAIN = frozenset({"person", "sky"})
"""Kinds whose copies all look alike; of the others each identity has a shade of its own."""


_SHADES = (-10, -5, 0, 5, 10)
"""Degrees by which the hue of an identity may differ from that of its subject."""
_LIGHT = (0.3, 0.5, 0.2)
"""How much red, green and blue count for the lightness of a sprite."""
_DARK = 58
"""What is darker than this (of 256) keeps its darkness when a sprite is painted in another colour: lines, eyes, tyres."""
_portraits: Shelf[Image.Image] = Shelf(24_000_000, largest=1_000_000)
_sources: Shelf[Image.Image] = Shelf(48_000_000, largest=1_000_000)
"""Sprites as portraits are made from: with half their pixels so many times over, turned, or as light and shade alone."""


@lru_cache(maxsize=256)
def sprite(name: str) -> Image.Image:
    """Return the picture of a subject, RGBA, at most 256 px."""
    with Image.open(data_dir("media_db") / "sprites" / f"{SUBJECTS[name].sprite}.webp") as image:
        return image.convert("RGBA")


def hue_of(figure: Figure) -> int:
    """Return by how many degrees the hue of a figure differs from that of its subject."""
    if SUBJECTS[figure.name].category in _PLAIN or figure.colour:
        return 0
    return _SHADES[int(chance(figure.identity, "shade")[0] * len(_SHADES))]


def portrait(figure: Figure, height: int, mirrored: bool = False) -> Image.Image:
    """Return a figure `height` pixels tall (wide ones: so that neither side exceeds it by much). Do not change it."""
    key = figure.name, figure.colour, hue_of(figure), height, mirrored
    known = _portraits.get(key)
    if known is None:
        image = _drawn(*key[:4])
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else image
        known = _portraits.put(key, image, 4 * image.width * image.height)
    return known


def _drawn(name: str, colour: str, hue: int, height: int) -> Image.Image:
    """Colour and size a sprite, in the order that has fewer pixels to colour."""
    image, entry = sprite(name), SUBJECTS[name]
    factor = height / max(image.height, image.width * 0.9)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    times = 2 if factor <= 0.25 else 1 if factor <= 0.5 else 0
    smooth = Image.Resampling.BICUBIC if factor >= 1 else Image.Resampling.BILINEAR
    if not colour or colour == entry.natural:
        return _source(name, hue, times).resize(size, smooth).convert("RGBA")
    rgb, start = COLOURS[colour].rgb, _CLOTHES_START.get(entry.category, 0.0)
    if start:
        dressed = _source(name, 0, times).resize(size, smooth).convert("RGBA")
        return _clothed(dressed, _paints(rgb, _middle(name, start)), start)
    return _painted(_shading(name, times).resize(size, smooth).convert("LA"), _paints(rgb, _middle(name, 0.0)))


def _source(name: str, hue: int, times: int) -> Image.Image:
    """Return a sprite turned by `hue` degrees, halved so many times over, its colours multiplied by its opacity."""
    key = name, hue, times
    known = _sources.get(key)
    if known is None:
        if times:
            image = _source(name, hue, times - 1).reduce(2)
        else:
            image = (_turned(sprite(name), hue) if hue else sprite(name)).convert("RGBa")
        known = _sources.put(key, image, 4 * image.width * image.height)
    return known


def _shading(name: str, times: int) -> Image.Image:
    """Return the light and shade of a sprite, halved so many times over, multiplied by its opacity."""
    key = name, times
    known = _sources.get(key)
    if known is None:
        if times:
            image = _shading(name, times - 1).reduce(2)
        else:
            own = sprite(name)
            light = own.convert("RGB").convert("L", (*_LIGHT, 0.0))
            image = Image.merge("LA", (light, own.getchannel("A"))).convert("La")
        known = _sources.put(key, image, 4 * image.width * image.height)
    return known


@lru_cache(maxsize=256)
def _middle(name: str, start: float) -> float:
    """Return how light the middle of a sprite's pixels is, from a height on; white is 255."""
    pixels = np.asarray(sprite(name), dtype=np.float32)
    light = pixels[..., :3] @ np.array(_LIGHT, dtype=np.float32)
    rows = np.arange(len(light))[:, None] / len(light)
    shown = light[(pixels[..., 3] > 128) & (rows >= start)]
    return float(np.median(shown)) if shown.size else 128.0


def _painted(shaded: Image.Image, paints: bytes) -> Image.Image:
    """Paint light and shade (LA) in one colour."""
    light, alpha = shaded.split()
    light.putpalette(paints)
    painted = light.convert("RGB")
    painted.putalpha(alpha)
    return painted


def _clothed(image: Image.Image, paints: bytes, start: float) -> Image.Image:
    """Paint the clothes of a person, which begin so far down."""
    colours = image.convert("RGB")
    shaded = Image.merge("LA", (colours.convert("L", (*_LIGHT, 0.0)), image.getchannel("A")))
    painted = _painted(shaded, paints)
    painted.paste(image, mask=_undressed(colours, start))
    return painted


@lru_cache(maxsize=4096)
def _paints(rgb: tuple[int, int, int], middle: float) -> bytes:
    """Return what a colour becomes at each of 256 lightnesses, itself at the middle one; the dark stays as it is."""
    level = np.arange(256)[:, None] / max(middle, 60.0)
    value = np.array(rgb)
    paints = np.minimum(255, np.where(level <= 1, value * level, value + (255 - value) * (level - 1) * 0.9))
    if sum(rgb) > 180:
        paints[:_DARK] = np.arange(_DARK)[:, None]
    return paints.astype(np.uint8).tobytes()


def _undressed(colours: Image.Image, start: float) -> Image.Image:
    """Return the mask of what is no clothes of a person: the head and the yellow hands."""
    pixels = np.asarray(colours)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    hands = (red > 200) & (green > 120) & (green < 215) & (blue < 110)
    rows = np.arange(len(pixels), dtype=np.float32)[:, None] / len(pixels)
    dressed = np.clip((rows - start) * 12, 0, 1) * ~hands
    return Image.fromarray((255 * (1 - dressed)).astype(np.uint8))


def _turned(image: Image.Image, hue: int) -> Image.Image:
    """Turn all hues a little, so that two foxes need not be the same fox."""
    h, s, v = image.convert("RGB").convert("HSV").split()
    turned = h.point([(value + round(hue * 256 / 360)) % 256 for value in range(256)])
    result = Image.merge("HSV", (turned, s, v)).convert("RGB")
    result.putalpha(image.getchannel("A"))
    return result
