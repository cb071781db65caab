"""Manners of drawing: each is a filter for one layer, a backdrop (RGB) or a figure (RGBA)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from visgenenv.media.backdrops import graded
from visgenenv.media.textures import Grain, blotches, fibres, grain, of_size, specks, strokes, texture, washes

PIXELS_ACROSS = 144
"""Pixel art is drawn with so many pixels on the shorter side."""


def styled(layer: Image.Image, style: str) -> Image.Image:
    """Draw a layer in a style; an unknown or empty style leaves it as it is."""
    filter_ = FILTERS.get(style)
    return filter_(layer) if filter_ else layer


def _textured(layer: Image.Image, pattern: Callable[[tuple[int, int]], Grain], strength: float) -> Image.Image:
    """Make a layer lighter and darker after a pattern."""
    fitting = texture(pattern, layer.size, strength)
    return _colours(layer, lambda image: ImageChops.add(image, fitting, 1, -128))


def _dabbed(image: Image.Image, across: int, times: int) -> Image.Image:
    """Join the colours of a picture into patches, as many as fit `across` on its shorter side."""
    small = max(1, min(image.size) // across)
    patches = image.reduce(small) if small > 1 else image
    for _ in range(times):
        patches = patches.filter(ImageFilter.MedianFilter(3))
    return patches if small == 1 else patches.resize(image.size, Image.Resampling.BILINEAR)


def _frayed(layer: Image.Image, grain: Grain, reach: float) -> Image.Image:
    """Make the edge of a figure uneven; a backdrop has none."""
    if layer.mode != "RGBA":
        return layer
    soft = layer.getchannel("A").filter(ImageFilter.GaussianBlur(max(0.6, reach * layer.height)))
    alpha = np.asarray(soft, dtype=np.float32) + 90 * grain
    frayed = layer.copy()
    frayed.putalpha(Image.fromarray((np.clip((alpha - 90) * 3, 0, 255)).astype(np.uint8)))
    return frayed


def _colours(layer: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Apply a filter to the colours of a layer and keep its outline."""
    if layer.mode != "RGBA":
        return change(layer)
    result = change(layer.convert("RGB")).convert("RGBA")
    result.putalpha(layer.getchannel("A"))
    return result


def bordered(
    layer: Image.Image, colour: tuple[int, int, int], width: float, blur: float = 0.0, strength: float = 1.0
) -> Image.Image:
    """Draw a line, or a glow, around a figure; it becomes larger on all sides. A backdrop has no border."""
    if layer.mode != "RGBA":
        return layer
    radius = max(1, round(width * layer.height))
    padded = ImageOps.expand(layer, 3 * radius + round(2 * blur * layer.height), (0, 0, 0, 0))
    spread = padded.getchannel("A").filter(ImageFilter.GaussianBlur(radius)).point(_spread(round(16 * strength)))
    if blur:
        spread = spread.filter(ImageFilter.GaussianBlur(blur * layer.height))
    border = Image.new("RGBA", padded.size, (*colour, 0))
    border.putalpha(spread)
    return Image.alpha_composite(border, padded)


@lru_cache(maxsize=17)
def _spread(sixteenths: int) -> list[int]:
    """Return how opaque a border is where a blurred outline is so opaque."""
    return [min(255, 5 * value) * sixteenths // 16 for value in range(256)]


def _watercolour(layer: Image.Image) -> Image.Image:
    def washed(image: Image.Image) -> Image.Image:
        return Image.blend(_dabbed(image, 100, 1), Image.new("RGB", image.size, (255, 250, 240)), 0.24)

    unit = max(1, min(layer.size) // 90)
    return _frayed(_textured(_colours(layer, washed), blotches, 0.13), grain(*layer.size, 3 * unit, 3 * unit), 0.008)


def _felt(layer: Image.Image) -> Image.Image:
    def soft(image: Image.Image) -> Image.Image:
        return ImageEnhance.Color(image.filter(ImageFilter.BoxBlur(max(0.5, min(image.size) / 300)))).enhance(0.86)

    rough = _textured(_colours(layer, soft), fibres, 0.2 if layer.mode == "RGBA" else 0.11)
    return _frayed(rough, of_size(fibres, layer.size), 0.006) if layer.mode == "RGBA" else rough


def _oil(layer: Image.Image) -> Image.Image:
    times = 1 if layer.mode == "RGBA" else 2
    rich = _colours(layer, lambda image: ImageEnhance.Color(_dabbed(image, 64, times)).enhance(1.3))
    return _textured(rich, strokes, 0.06)


def _flat(layer: Image.Image) -> Image.Image:
    colours = 7 if layer.mode == "RGBA" else 14

    def few(image: Image.Image) -> Image.Image:
        small = max(1, min(image.size) // 40)
        palette = image.reduce(small).quantize(colours, dither=Image.Dither.NONE)
        return image.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")

    return _colours(layer, few)


def _ink(layer: Image.Image) -> Image.Image:
    backdrop = layer.mode != "RGBA"

    def washed(image: Image.Image) -> Image.Image:
        grey = image.convert("L").point(_FADING)
        if backdrop:
            soft = image.convert("L").filter(ImageFilter.BoxBlur(1.4 * min(image.size) / 160))
            grey = ImageOps.autocontrast(soft, cutoff=2)
        return ImageOps.colorize(grey, (96, 96, 100) if backdrop else (22, 22, 28), (250, 245, 232))

    drawn = _textured(_colours(layer, washed), washes, 0.06)
    return drawn if backdrop else _frayed(drawn, of_size(washes, layer.size), 0.006)


_FADING = [min(255, max(0, int((v - 62) * 1.55))) for v in range(256)]
_SHADING = [60 + v * 195 // 255 for v in range(256)]


def _cyberpunk(layer: Image.Image) -> Image.Image:
    if layer.mode == "RGBA":
        return bordered(
            _colours(layer, lambda image: ImageEnhance.Color(image).enhance(1.25)), (0, 240, 255), 0.008, 0.012
        )
    dark = ImageOps.colorize(layer.convert("L"), (12, 4, 40), (255, 170, 240), (120, 30, 170))
    return Image.blend(graded(layer, "night"), dark, 0.72)


def _sketch(layer: Image.Image) -> Image.Image:
    def drawn(image: Image.Image) -> Image.Image:
        grey = image.convert("L")
        inverse = ImageOps.invert(grey).filter(ImageFilter.BoxBlur(max(1.0, 1.4 * min(image.size) / 90)))
        lines = np.minimum(
            255, np.asarray(grey, np.float32) * 255 / np.maximum(1, 255 - np.asarray(inverse, np.float32))
        )
        shaded = Image.blend(Image.fromarray(lines.astype(np.uint8)), grey.point(_SHADING), 0.55)
        return ImageOps.colorize(shaded, (52, 50, 56), (252, 250, 244))

    return bordered(_colours(layer, drawn), (70, 68, 74), 0.004)


def _cartoon(layer: Image.Image) -> Image.Image:
    bold = _colours(layer, lambda image: ImageEnhance.Color(ImageOps.posterize(image, 3)).enhance(1.25))
    return bordered(bold, (40, 30, 44), 0.01)


def _vintage(layer: Image.Image) -> Image.Image:
    def faded(image: Image.Image) -> Image.Image:
        sepia = ImageOps.colorize(image.convert("L"), (48, 32, 20), (250, 236, 206), (166, 128, 88))
        return Image.blend(image, sepia, 0.74)

    return _textured(_colours(layer, faded), specks, 0.05)


def _monochrome(layer: Image.Image) -> Image.Image:
    return _colours(layer, lambda image: image.convert("L").convert("RGB"))


def _paper_cut(layer: Image.Image) -> Image.Image:
    return bordered(_textured(_flat(layer), fibres, 0.05), (252, 250, 246), 0.016)


def _photo(layer: Image.Image) -> Image.Image:
    if layer.mode == "RGBA":
        return layer
    return layer.filter(ImageFilter.BoxBlur(1.2 * min(layer.size) / 260))


def _rendered(layer: Image.Image) -> Image.Image:
    return _colours(layer, lambda image: ImageChops.soft_light(image, ImageEnhance.Contrast(image).enhance(1.1)))


FILTERS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "photo": _photo,
    "watercolour": _watercolour,
    "felt": _felt,
    "oil painting": _oil,
    "flat": _flat,
    "ink": _ink,
    "cyberpunk": _cyberpunk,
    "sketch": _sketch,
    "cartoon": _cartoon,
    "3d render": _rendered,
    "vintage": _vintage,
    "black and white": _monochrome,
    "paper cut": _paper_cut,
}
"""By style name. Pixel art is not a filter: its frames are drawn small and enlarged."""
