"""How flaws look: over a whole frame (blur, coarse pixels, noise, a cast, flicker) or on one figure (a limb too many)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from visgenenv.media.caching import Shelf
from visgenenv.media.content import Flaw
from visgenenv.media.defects_still import CASTS

_GRAINS = 180
"""So many grains of noise lie along the shorter side."""
_noises: Shelf[Image.Image] = Shelf(8_000_000, largest=4_000_000)


def spoilt(frame: Image.Image, flaws: Iterable[Flaw], progress: float) -> Image.Image:
    """Return a frame with the flaws that lie over the whole of it, at a share of the clip's time.

    Where little has edges (`luck` of a blur or of low resolution) a flaw is stronger, so that it can be seen.
    """
    for flaw in flaws:
        if flaw.start <= progress <= flaw.end:
            match flaw.kind:
                case "blur":
                    radius = 0.036 if flaw.luck else 0.024
                    frame = frame.filter(ImageFilter.GaussianBlur(radius * min(frame.size)))
                case "low_resolution":
                    frame = _coarse(frame, 20 if flaw.luck else 32)
                case "noise":
                    frame = _noisy(frame, progress)
                case "colour_cast":
                    frame = Image.blend(frame, Image.new("RGB", frame.size, CASTS[flaw.after]), 0.36)
                case "flicker":
                    frame = _flashing(frame, flaw, progress)
    return frame


def _coarse(frame: Image.Image, across: int) -> Image.Image:
    """Show a frame in large pixels, so many on its shorter side."""
    unit = min(frame.size) / across
    size = (max(2, round(frame.width / unit)), max(2, round(frame.height / unit)))
    return frame.resize(size, Image.Resampling.BOX).resize(frame.size, Image.Resampling.NEAREST)


def _noisy(frame: Image.Image, progress: float) -> Image.Image:
    """Add coloured grains, others at every moment."""
    unit = min(frame.size) / _GRAINS
    size = (max(2, round(frame.width / unit)), max(2, round(frame.height / unit)))
    grains = _noises.get(size)
    if grains is None:
        rng = np.random.default_rng(size)
        values = np.clip(rng.normal(0, 42, (size[1], size[0], 3)) + rng.normal(0, 24, (size[1], size[0], 1)), -127, 127)
        grains = _noises.put(size, Image.fromarray((values + 128).astype(np.uint8)), 4 * size[0] * size[1])
    moved = round(progress * 997)
    if moved:
        grains = Image.fromarray(np.roll(np.asarray(grains), (moved * 31, moved * 53), axis=(0, 1)))
    pixels = np.asarray(frame, np.int16) + np.asarray(grains.resize(frame.size, Image.Resampling.NEAREST), np.int16)
    return Image.fromarray(np.clip(pixels - 128, 0, 255).astype(np.uint8))


def _flashing(frame: Image.Image, flaw: Flaw, progress: float) -> Image.Image:
    """Make a frame much darker (a dark one: much lighter), by turns more and less."""
    strong = round(progress * 200) % 2
    colour = (0, 0, 0) if flaw.luck else (235, 235, 225)
    return Image.blend(frame, Image.new("RGB", frame.size, colour), 0.66 if strong else 0.32)


def with_limb(image: Image.Image, right: bool) -> Image.Image:
    """Return a figure with one more limb, on one side; the picture becomes wider, its middle stays where it is."""
    side = image.height
    wide = round(0.34 * side)
    layer = Image.new("RGBA", (image.width + 2 * wide, side), (0, 0, 0, 0))
    alpha = np.asarray(image.getchannel("A")) > 128
    row = round(0.7 * side)
    inside = np.flatnonzero(alpha[min(row, side - 1)])
    if not inside.size:
        return image
    edge = int(inside[-1] if right else inside[0])
    depth = max(1, round(0.08 * inside.size))
    at = max(0, min(image.width - 1, edge - depth if right else edge + depth))
    colour: tuple[int, ...] = image.getpixel((at, min(row, side - 1)))[:3]  # type: ignore[index]
    layer.alpha_composite(image, (wide, 0))
    _limb(layer, (at + wide, row), 1 if right else -1, side, colour)
    return layer


def _limb(layer: Image.Image, start: tuple[int, int], way: int, side: int, colour: tuple[int, ...]) -> None:
    """Draw a raised arm with a paw, three times as large as needed so that its edges are soft."""
    fine = 3
    big = Image.new("RGBA", (layer.width * fine, layer.height * fine), (0, 0, 0, 0))
    draw = ImageDraw.Draw(big)
    elbow = (start[0] + way * 0.17 * side, start[1] - 0.02 * side)
    hand = (start[0] + way * 0.27 * side, start[1] - 0.26 * side)
    dark = tuple(round(value * 0.55) for value in colour)
    light = tuple(round(value + (255 - value) * 0.35) for value in colour)
    for grow, tone in ((0.03, dark), (0.0, colour)):
        line = [(x * fine, y * fine) for x, y in (start, elbow, hand)]
        draw.line(line, (*tone, 255), round((0.13 + grow) * side * fine), joint="curve")
        for (x, y), radius in ((elbow, 0.06), (hand, 0.08)):
            r = (radius + grow / 2) * side
            box = ((x - r) * fine, (y - r) * fine, (x + r) * fine, (y + r) * fine)
            draw.ellipse(box, (*(light if radius > 0.07 and not grow else tone), 255))
    layer.alpha_composite(big.reduce(fine))
