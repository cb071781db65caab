"""Patterns of cloth, paper and paint: noise of many shapes, the same every time, kept for sizes close to each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visgenenv.media.caching import Shelf

Grain = NDArray[np.float32]

_grains: Shelf[Grain] = Shelf(24_000_000, largest=4_000_000)
_textures: Shelf[Image.Image] = Shelf(24_000_000, largest=4_000_000)


def _padded(size: tuple[int, int]) -> tuple[int, int]:
    """Return a size that figures of many sizes share, at least as large."""
    return -(-size[0] // 64) * 64, -(-size[1] // 64) * 64


def grain(width: int, height: int, step_x: int, step_y: int) -> Grain:
    """Return noise in [-1, 1] whose spots are `step_x` by `step_y` pixels large; always the same."""
    size = _padded((width, height))
    key = (*size, step_x, step_y)
    known = _grains.get(key)
    if known is None:
        rng = np.random.default_rng(key)
        small = rng.random((max(2, size[1] // step_y), max(2, size[0] // step_x)), dtype=np.float32)
        spots = Image.fromarray((small * 255).astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
        known = np.asarray(spots, dtype=np.float32) / np.float32(127.5) - np.float32(1)
        _grains.put(key, known, known.nbytes)
    return known[:height, :width]


def of_size(pattern: Callable[[tuple[int, int]], Grain], size: tuple[int, int]) -> Grain:
    """Return a pattern, made once for all sizes that are close to each other."""
    key = (pattern.__name__, _padded(size))
    known = _grains.get(key)
    if known is None:
        known = pattern(key[1])
        _grains.put(key, known, known.nbytes)
    return known[: size[1], : size[0]]


def fibres(size: tuple[int, int]) -> Grain:
    unit = max(1, min(size) // 220)
    along, across = grain(*size, 9 * unit, unit), grain(*size, unit, 9 * unit)
    return np.asarray((along + across + grain(*size, 2 * unit, 2 * unit)) / 2, np.float32)


def blotches(size: tuple[int, int]) -> Grain:
    unit = max(1, min(size) // 90)
    return np.asarray(grain(*size, 7 * unit, 7 * unit) * 0.7 + grain(*size, 2 * unit, 2 * unit) * 0.3, np.float32)


def strokes(size: tuple[int, int]) -> Grain:
    unit = max(1, min(size) // 160)
    return np.asarray(grain(*size, 8 * unit, 2 * unit) + grain(*size, 2 * unit, 6 * unit), np.float32)


def washes(size: tuple[int, int]) -> Grain:
    unit = max(1, min(size) // 80)
    return grain(*size, 6 * unit, 6 * unit)


def specks(size: tuple[int, int]) -> Grain:
    return grain(*size, 2, 2)


def texture(pattern: Callable[[tuple[int, int]], Grain], size: tuple[int, int], strength: float) -> Image.Image:
    """Return a pattern as an RGB picture of exactly this size; 128 is where it changes nothing."""
    key = (pattern.__name__, _padded(size), strength)
    known = _textures.get(key)
    if known is None:
        grey = Image.fromarray(np.clip(128 + 128 * strength * of_size(pattern, key[1]), 0, 255).astype(np.uint8))
        known = _textures.put(key, Image.merge("RGB", (grey, grey, grey)), 4 * grey.width * grey.height)
    return known if known.size == size else known.crop((0, 0, *size))
