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
_portraits: Shelf[Image.Image] = Shelf(24_000_000, largest=1_000_000)


@lru_cache(maxsize=256)
def sprite(name: str) -> Image.Image:
    """Return the picture of a subject, RGBA, at most 256 px."""
    with Image.open(data_dir("media_db") / "sprites" / f"{SUBJECTS[name].sprite}.webp") as image:
        return image.convert("RGBA")


@lru_cache(maxsize=512)
def _halved(name: str, times: int) -> Image.Image:
    """Return the picture of a subject with half its pixels each way, so many times over."""
    return _halved(name, times - 1).reduce(2) if times else sprite(name)


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
    image = sprite(name)
    factor = height / max(image.height, image.width * 0.9)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    if factor >= 1:
        return _coloured(image, name, colour, hue).resize(size, Image.Resampling.BICUBIC)
    times = 2 if factor <= 0.25 else 1 if factor <= 0.5 else 0
    return _coloured(_halved(name, times).resize(size, Image.Resampling.BILINEAR), name, colour, hue)


def _coloured(image: Image.Image, name: str, colour: str, hue: int) -> Image.Image:
    """Give a picture of a subject a colour (none: its own, turned by `hue` degrees)."""
    entry = SUBJECTS[name]
    if colour and colour != entry.natural:
        return _recoloured(image, name, COLOURS[colour].rgb, _CLOTHES_START.get(entry.category, 0.0))
    return _turned(image, hue) if hue else image


@lru_cache(maxsize=256)
def _middle(name: str, start: float) -> float:
    """Return how light the middle of a sprite's pixels is, from a height on; white is 255."""
    pixels = np.asarray(sprite(name), dtype=np.float32)
    light = pixels[..., :3] @ np.array(_LIGHT, dtype=np.float32)
    rows = np.arange(len(light))[:, None] / len(light)
    shown = light[(pixels[..., 3] > 128) & (rows >= start)]
    return float(np.median(shown)) if shown.size else 128.0


_LIGHT = (0.3, 0.5, 0.2)
"""How much red, green and blue count for the lightness of a sprite."""


def _recoloured(image: Image.Image, name: str, rgb: tuple[int, int, int], start: float) -> Image.Image:
    """Paint a sprite in one colour, keeping its light and shade."""
    colours = image.convert("RGB")
    light = colours.convert("L", (*_LIGHT, 0.0))
    painted = light.copy()
    painted.putpalette(_paints(rgb, max(_middle(name, start), 60.0)))
    painted = painted.convert("RGB")
    if sum(rgb) > 180:
        painted.paste(colours, mask=light.point([255] * 58 + [0] * 198))
    if start:
        painted.paste(colours, mask=_undressed(colours, start))
    painted.putalpha(image.getchannel("A"))
    return painted


@lru_cache(maxsize=512)
def _paints(rgb: tuple[int, int, int], middle: float) -> bytes:
    """Return what a colour becomes at each of 256 lightnesses, itself at the middle one."""
    levels = [light / middle for light in range(256)]
    return bytes(
        min(255, int(value * level if level <= 1 else value + (255 - value) * (level - 1) * 0.9))
        for level in levels
        for value in rgb
    )


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
