"""A surface to paint backdrops on: coordinates are shares of the frame, so one painter serves every size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import pi

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from visgenenv.media.content import chance

Colour = tuple[int, int, int] | tuple[int, int, int, int]
Point = tuple[float, float]

_ACROSS = np.linspace(0, 1, 65)
_SMALL_CORNER = 10
"""Corners rounded by at most so many pixels look the same cut off straight, which is much faster."""


class Canvas:
    """An RGB image with brushes. `aspect` is width / height; radii are shares of the height.

    With `finer` = 2 whatever has edges is painted with twice as many pixels each way, so that `finished()` has soft
    edges; what runs softly anyway is painted with as many as the result has, which is much faster. So is everything
    after `roughly()`, until `soften` blurs it.
    """

    def __init__(self, width: int, height: int, seed: str, finer: int = 1):
        self.aspect = width / height
        self.seed = seed
        self.finer = self._fineness = finer
        self._scale = 1
        self._take(Image.new("RGB", (width, height)))

    @classmethod
    def on(cls, image: Image.Image) -> Canvas:
        """Return a canvas to paint on a picture."""
        canvas = cls(1, 1, "")
        canvas.aspect = image.width / image.height
        canvas._take(image)
        return canvas

    def _take(self, image: Image.Image) -> None:
        self.image = image
        self.width, self.height = image.size
        self._solid, self._sheer = ImageDraw.Draw(image), ImageDraw.Draw(image, "RGBA")

    def _brush(self, colour: Colour) -> ImageDraw.ImageDraw:
        """Return what paints edges in a colour: with the fine pixels, and mixed with what is there if it is sheer."""
        if self._scale < self.finer:
            size = (self.width * self.finer, self.height * self.finer)
            self._scale = self.finer
            self._take(self.image.resize(size, Image.Resampling.NEAREST))
        return self._solid if len(colour) == 3 else self._sheer

    def finished(self) -> Image.Image:
        """Return the picture painted so far, at its own size; painting may go on."""
        if self._scale > 1:
            self._take(self.image.reduce(self._scale))
            self._scale = 1
        return self.image

    def roughly(self) -> None:
        """Paint edges with no more pixels than the result has: what follows is going to be softened."""
        self.finer = 1

    def draws(self, name: str, n: int) -> list[float]:
        """Return `n` uniforms that belong to this canvas's seed and a name."""
        blocks = [chance(self.seed, f"{name} {block}") for block in range((n + 7) // 8)]
        return [u for block in blocks for u in block][:n]

    def gradient(self, stops: Sequence[tuple[float, Colour]], top: float = 0.0, bottom: float = 1.0) -> None:
        """Fill the band between two heights with colours that run into each other downwards."""
        y0, y1 = round(top * self.height), round(bottom * self.height)
        if y1 <= y0:
            return
        at = np.linspace(0, 1, y1 - y0)
        places = [stop for stop, _ in stops]
        column = np.stack([np.interp(at, places, [colour[i] for _, colour in stops]) for i in range(3)], axis=-1)
        strip = Image.fromarray(column.round().astype(np.uint8)[:, None, :])
        self.image.paste(strip.resize((self.width, y1 - y0), Image.Resampling.NEAREST), (0, y0))

    def disc(self, x: float, y: float, radius: float, colour: Colour, squash: float = 1.0) -> None:
        """Fill an ellipse; `squash` is its height over its width."""
        brush = self._brush(colour)
        cx, cy, r = x * self.width, y * self.height, max(0.6, radius * self.height)
        brush.ellipse((cx - r, cy - r * squash, cx + r, cy + r * squash), fill=colour)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, radius: float = 0.0) -> None:
        """Fill a rectangle with rounded corners."""
        brush = self._brush(colour)
        left, right = sorted((x0 * self.width, x1 * self.width))
        upper, lower = sorted((y0 * self.height, y1 * self.height))
        round_by = min(radius * self.height, (right - left) / 2, (lower - upper) / 2)
        if round_by > _SMALL_CORNER:
            brush.rounded_rectangle((left, upper, right, lower), round_by, fill=colour)
        elif radius:
            brush.polygon(_chamfered(left, upper, right, lower, 0.45 * round_by), fill=colour)
        else:
            brush.rectangle((left, upper, right, lower), fill=colour)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon."""
        brush = self._brush(colour)
        brush.polygon([(x * self.width, y * self.height) for x, y in points], fill=colour)

    def stroke(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """Draw a line `width` of the height thick."""
        brush = self._brush(colour)
        pixels = max(1, round(width * self.height))
        joint = "curve" if pixels > 4 else None
        brush.line([(x * self.width, y * self.height) for x, y in points], fill=colour, width=pixels, joint=joint)

    def hills(self, y: float, rise: float, waves: float, colour: Colour, name: str) -> None:
        """Fill everything below a rolling line around height `y`."""
        u = self.draws(f"hills {name}", 4)
        turns = 2 * pi * waves * _ACROSS
        swing = np.sin(turns + 2 * pi * u[0]) + 0.5 * np.sin(2.1 * turns + 2 * pi * u[1])
        heights = y - rise * (swing + 0.3 * np.sin(5 * turns + 2 * pi * u[2])) / 1.8
        self.shape([(0, 1.01), *zip(_ACROSS.tolist(), heights.tolist(), strict=True), (1, 1.01)], colour)

    def peaks(self, y: float, rise: float, n: int, colour: Colour, cap: Colour | None, name: str) -> None:
        """Fill a ridge of `n` mountains, with caps of snow if a colour for them is given."""
        u = self.draws(f"peaks {name}", 2 * n)
        for i in range(n):
            x, top = (i + 0.2 + 0.6 * u[2 * i]) / n, y - rise * (0.55 + 0.45 * u[2 * i + 1])
            half = 0.75 / n * (0.8 + 0.6 * u[2 * i + 1])
            self.shape([(x - half, y), (x, top), (x + half, y)], colour)
            self.shape([(x, top), (x + half, y), (x + 0.15 * half, y)], (0, 0, 0, 28))
            if cap:
                d = 0.3
                low = top + (y - top) * d
                zigzag = [
                    (x + half * d * k, low - (y - top) * 0.07 * (j % 2)) for j, k in enumerate((1, 0.5, 0, -0.5, -1))
                ]
                self.shape([(x, top), *zigzag], cap)
        self.box(0, y - 0.004, 1, 1.01, colour)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 0.8) -> None:
        """Shine a soft light: strongest at its centre, nothing at `radius` (a share of the height)."""
        if radius > 0.45:
            self.finished()
        size = max(2, round(2 * radius * self.height))
        left, top = round(x * self.width) - size // 2, round(y * self.height) - size // 2
        seen = max(0, -left), max(0, -top), min(size, self.width - left), min(size, self.height - top)
        if seen[0] < seen[2] and seen[1] < seen[3]:
            mask = _spot(size, strength, seen)
            self.image.paste(Image.new("RGB", mask.size, colour[:3]), (left + seen[0], top + seen[1]), mask)

    def soften(self, radius: float) -> None:
        """Blur everything painted so far, `radius` as a share of the height."""
        self.finished()
        self.finer = self._fineness
        reach = radius * self.height
        small = round(reach)
        if small > 2:
            reduced = self.image.reduce(small).filter(ImageFilter.GaussianBlur(reach / small))
            self._take(reduced.resize(self.image.size, Image.Resampling.BILINEAR))
        else:
            self._take(self.image.filter(ImageFilter.BoxBlur(1.4 * reach)))


@lru_cache(maxsize=1)
def halo() -> Image.Image:
    """A white spot that fades to nothing at the border, 128 px."""
    axis = np.linspace(-1, 1, 128)
    distance = np.minimum(1, np.hypot(axis[:, None], axis[None, :]))
    fade: NDArray[np.float64] = (1 - distance) ** 2
    return Image.fromarray((255 * fade).astype(np.uint8))


@lru_cache(maxsize=32)
def _spot(size: int, strength: float, seen: tuple[int, int, int, int]) -> Image.Image:
    """Return the part `seen` of the mask of a glow that is `size` pixels wide."""
    faint = halo().point([int(v * strength) for v in range(256)])
    scale = faint.width / size
    box = (seen[0] * scale, seen[1] * scale, seen[2] * scale, seen[3] * scale)
    return faint.resize((seen[2] - seen[0], seen[3] - seen[1]), Image.Resampling.BILINEAR, box)


def _chamfered(left: float, upper: float, right: float, lower: float, cut: float) -> list[Point]:
    """Return a rectangle without its corners."""
    return [
        (left + cut, upper), (right - cut, upper), (right, upper + cut), (right, lower - cut),
        (right - cut, lower), (left + cut, lower), (left, lower - cut), (left, upper + cut),
    ]  # fmt: skip
