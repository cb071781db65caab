"""The figures' pictures: loaded once, recoloured, sized and shaded."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visgenenv._data import data_dir
from visgenenv.lexicon import COLOURS, SUBJECTS
from visgenenv.media.graphs import Figure, chance

_CLOTHES_START = {"person": 0.55}
"""People change the colour of their clothes, which begin this far down; all else changes as a whole."""
_PLAIN = frozenset({"person", "sky"})
"""Kinds whose copies all look alike; of the others each identity has a shade of its own."""


@lru_cache(maxsize=256)
def sprite(name: str) -> Image.Image:
    """Return the picture of a subject, RGBA, at most 256 px."""
    with Image.open(data_dir("media_db") / "sprites" / f"{SUBJECTS[name].sprite}.webp") as image:
        return image.convert("RGBA")


@lru_cache(maxsize=256)
def dressed(name: str, colour: str, hue: int) -> Image.Image:
    """Return a subject in a colour (none: its own), its hue turned by `hue` degrees."""
    image = sprite(name)
    entry = SUBJECTS[name]
    if colour and colour != entry.natural:
        return _recoloured(image, COLOURS[colour].rgb, _CLOTHES_START.get(entry.category, 0.0))
    return _turned(image, hue) if hue else image


def portrait(figure: Figure, height: int, mirrored: bool = False) -> Image.Image:
    """Return a figure `height` pixels tall (wide ones: so that neither side exceeds it by much)."""
    category = SUBJECTS[figure.name].category
    hue = 0 if category in _PLAIN or figure.colour else round((chance(figure.identity, "shade")[0] - 0.5) * 20)
    image = dressed(figure.name, figure.colour, hue)
    factor = height / max(image.height, image.width * 0.9)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    image = image.resize(size, Image.Resampling.BICUBIC if factor > 1 else Image.Resampling.BILINEAR)
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else image


def _recoloured(image: Image.Image, rgb: tuple[int, int, int], start: float) -> Image.Image:
    """Paint a sprite in one colour, keeping its light and shade."""
    pixels = np.asarray(image, dtype=np.float32)
    colours, alpha = pixels[..., :3], pixels[..., 3]
    light = colours @ np.array([0.3, 0.5, 0.2], dtype=np.float32)
    rows = np.arange(image.height, dtype=np.float32)[:, None] / image.height
    share = np.clip((rows - start) * 12, 0, 1) if start else np.ones_like(rows)
    if start:
        share = share * ~_skin(colours)
    shown = light[(alpha > 128) & (rows >= start)]
    middle = float(np.median(shown)) if shown.size else 128.0
    level = light / max(middle, 60.0)
    target = np.array(rgb, dtype=np.float32)
    painted = np.where(
        level[..., None] <= 1, target * level[..., None], target + (255 - target) * (level[..., None] - 1) * 0.9
    )
    painted = np.where((light < 58)[..., None] & (target.sum() > 180), colours, painted)
    mixed = colours + (np.clip(painted, 0, 255) - colours) * share[..., None]
    return _image(np.dstack([mixed, alpha]))


def _skin(colours: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where a sprite of a person shows its yellow hands."""
    red, green, blue = colours[..., 0], colours[..., 1], colours[..., 2]
    skin: NDArray[np.bool_] = (red > 200) & (green > 120) & (green < 215) & (blue < 110)
    return skin


def _turned(image: Image.Image, hue: int) -> Image.Image:
    """Turn all hues a little, so that two foxes need not be the same fox."""
    red, green, blue, alpha = image.split()
    h, s, v = Image.merge("RGB", (red, green, blue)).convert("HSV").split()
    turned = h.point([(value + round(hue * 256 / 360)) % 256 for value in range(256)])
    return Image.merge("RGBA", (*Image.merge("HSV", (turned, s, v)).convert("RGB").split(), alpha))


def _image(pixels: NDArray[np.float32]) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGBA" if pixels.shape[2] == 4 else "RGB")
