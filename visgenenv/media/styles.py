"""Manners of drawing: each is a filter for one layer, a backdrop (RGB) or a figure (RGBA)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from visgenenv.media.backdrops import graded

PIXELS_ACROSS = 144
"""Pixel art is drawn with so many pixels on the shorter side."""

Grain = NDArray[np.float32]


def styled(layer: Image.Image, style: str) -> Image.Image:
    """Draw a layer in a style; an unknown or empty style leaves it as it is."""
    filter_ = FILTERS.get(style)
    return filter_(layer) if filter_ else layer


@lru_cache(maxsize=24)
def _grain(width: int, height: int, step_x: int, step_y: int) -> Grain:
    """Noise in [-1, 1] whose spots are `step_x` by `step_y` pixels large; always the same."""
    rng = np.random.default_rng([width, height, step_x, step_y])
    small = rng.random((max(2, height // step_y), max(2, width // step_x)), dtype=np.float32)
    spots = Image.fromarray((small * 255).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(spots, dtype=np.float32) / np.float32(127.5) - np.float32(1)


def _fibres(size: tuple[int, int]) -> Grain:
    unit = max(1, min(size) // 220)
    along, across = _grain(*size, 9 * unit, unit), _grain(*size, unit, 9 * unit)
    return np.asarray((along + across + _grain(*size, 2 * unit, 2 * unit)) / 2, np.float32)


def _textured(layer: Image.Image, grain: Grain, strength: float) -> Image.Image:
    pixels = np.asarray(layer, dtype=np.float32).copy()
    pixels[..., :3] *= 1 + strength * grain[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), layer.mode)


def _frayed(layer: Image.Image, grain: Grain, reach: float) -> Image.Image:
    """Make the edge of a figure uneven; a backdrop has none."""
    if layer.mode != "RGBA":
        return layer
    soft = layer.getchannel("A").filter(ImageFilter.GaussianBlur(max(0.6, reach * layer.height)))
    alpha = np.asarray(soft, dtype=np.float32) + 90 * grain
    layer.putalpha(Image.fromarray((np.clip((alpha - 90) * 3, 0, 255)).astype(np.uint8)))
    return layer


def _colours(layer: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Apply a filter to the colours of a layer and keep its outline."""
    if layer.mode != "RGBA":
        return change(layer)
    result = change(layer.convert("RGB")).convert("RGBA")
    result.putalpha(layer.getchannel("A"))
    return result


def _bordered(layer: Image.Image, colour: tuple[int, int, int], width: float, blur: float = 0.0) -> Image.Image:
    """Draw a line, or a glow, around a figure."""
    if layer.mode != "RGBA":
        return layer
    radius = max(1, round(width * layer.height))
    padded = ImageOps.expand(layer, 3 * radius + round(2 * blur * layer.height), (0, 0, 0, 0))
    spread = padded.getchannel("A").filter(ImageFilter.GaussianBlur(radius)).point(lambda v: min(255, v * 5))
    if blur:
        spread = spread.filter(ImageFilter.GaussianBlur(blur * layer.height))
    border = Image.new("RGBA", padded.size, (*colour, 0))
    border.putalpha(spread)
    return Image.alpha_composite(border, padded)


def _watercolour(layer: Image.Image) -> Image.Image:
    unit = max(1, min(layer.size) // 90)
    soft = _colours(layer, lambda image: image.filter(ImageFilter.MedianFilter(5 if min(image.size) > 200 else 3)))
    pale = _colours(soft, lambda image: Image.blend(image, Image.new("RGB", image.size, (255, 250, 240)), 0.24))
    blotches = _grain(*layer.size, 7 * unit, 7 * unit) * 0.7 + _grain(*layer.size, 2 * unit, 2 * unit) * 0.3
    return _frayed(_textured(pale, blotches, 0.13), _grain(*layer.size, 3 * unit, 3 * unit), 0.008)


def _felt(layer: Image.Image) -> Image.Image:
    grain = _fibres(layer.size)
    soft = _colours(layer, lambda image: image.filter(ImageFilter.GaussianBlur(max(0.5, min(image.size) / 300))))
    calm = _colours(soft, lambda image: ImageEnhance.Color(image).enhance(0.86))
    return _frayed(_textured(calm, grain, 0.2 if layer.mode == "RGBA" else 0.11), grain, 0.006)


def _oil(layer: Image.Image) -> Image.Image:
    def brushed(image: Image.Image) -> Image.Image:
        small = image.copy()
        small.thumbnail((420, 420))
        return small.filter(ImageFilter.ModeFilter(7)).resize(image.size, Image.Resampling.BICUBIC)

    rich = _colours(_colours(layer, brushed), lambda image: ImageEnhance.Color(image).enhance(1.3))
    unit = max(1, min(layer.size) // 160)
    return _textured(rich, _grain(*layer.size, 8 * unit, 2 * unit) + _grain(*layer.size, 2 * unit, 6 * unit), 0.05)


def _flat(layer: Image.Image) -> Image.Image:
    colours = 7 if layer.mode == "RGBA" else 14
    return _colours(layer, lambda image: image.quantize(colours, dither=Image.Dither.NONE).convert("RGB"))


def _ink(layer: Image.Image) -> Image.Image:
    backdrop = layer.mode != "RGBA"

    def washed(image: Image.Image) -> Image.Image:
        grey = image.convert("L").point(lambda v: min(255, max(0, int((v - 62) * 1.55))))
        if backdrop:
            grey = ImageOps.autocontrast(image.convert("L"), cutoff=2).filter(
                ImageFilter.GaussianBlur(min(image.size) / 160)
            )
        return ImageOps.colorize(grey, (96, 96, 100) if backdrop else (22, 22, 28), (250, 245, 232))

    unit = max(1, min(layer.size) // 80)
    blotches = _grain(*layer.size, 6 * unit, 6 * unit)
    return _frayed(_textured(_colours(layer, washed), blotches, 0.06), blotches, 0.006)


def _cyberpunk(layer: Image.Image) -> Image.Image:
    if layer.mode == "RGBA":
        return _bordered(
            _colours(layer, lambda image: ImageEnhance.Color(image).enhance(1.25)), (0, 240, 255), 0.008, 0.012
        )
    dark = ImageOps.colorize(layer.convert("L"), (12, 4, 40), (255, 170, 240), (120, 30, 170))
    return Image.blend(graded(layer, "night"), dark, 0.72)


def _sketch(layer: Image.Image) -> Image.Image:
    def drawn(image: Image.Image) -> Image.Image:
        grey = image.convert("L")
        inverse = ImageOps.invert(grey).filter(ImageFilter.GaussianBlur(max(1.0, min(image.size) / 90)))
        lines = np.minimum(
            255, np.asarray(grey, np.float32) * 255 / np.maximum(1, 255 - np.asarray(inverse, np.float32))
        )
        shaded = Image.blend(Image.fromarray(lines.astype(np.uint8)), grey.point(lambda v: 60 + v * 195 // 255), 0.55)
        return ImageOps.colorize(shaded, (52, 50, 56), (252, 250, 244))

    return _bordered(_colours(layer, drawn), (70, 68, 74), 0.004)


def _cartoon(layer: Image.Image) -> Image.Image:
    bold = _colours(layer, lambda image: ImageEnhance.Color(ImageOps.posterize(image, 3)).enhance(1.25))
    return _bordered(bold, (40, 30, 44), 0.01)


def _vintage(layer: Image.Image) -> Image.Image:
    def faded(image: Image.Image) -> Image.Image:
        sepia = ImageOps.colorize(image.convert("L"), (48, 32, 20), (250, 236, 206), (166, 128, 88))
        return Image.blend(image, sepia, 0.74)

    return _textured(_colours(layer, faded), _grain(*layer.size, 2, 2), 0.05)


def _monochrome(layer: Image.Image) -> Image.Image:
    return _colours(layer, lambda image: image.convert("L").convert("RGB"))


def _paper_cut(layer: Image.Image) -> Image.Image:
    return _bordered(_textured(_flat(layer), _fibres(layer.size), 0.05), (252, 250, 246), 0.016)


def _photo(layer: Image.Image) -> Image.Image:
    if layer.mode == "RGBA":
        return layer
    return layer.filter(ImageFilter.GaussianBlur(min(layer.size) / 260))


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
