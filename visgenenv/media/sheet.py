"""Small pictures of assets: one for a model, one for a person to see a whole episode at a glance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visgenenv.media.caching import Shelf
from visgenenv.media.opening import open_asset
from visgenenv.media.view import frame_sheet, view
from visgenenv.types import Asset, Recipe

TILE_PX, COLUMNS, MOST = 224, 4, 48
VISIBLE = ("image", "video", "audio")


Pixels = NDArray[np.uint8]

_seen: Shelf[tuple[Recipe, Pixels]] = Shelf(128_000_000, largest=2_000_000)
"""Finished thumbnails."""


def thumbnail(asset: Asset, max_px: int = 448) -> Image.Image:
    """Return one RGB picture of at most `max_px` a side: the image, a film's frame sheet, a sound's spectrogram."""
    return Image.fromarray(pixels(asset, max_px))


def pixels(asset: Asset, max_px: int = 448) -> Pixels:
    """Return `thumbnail` as a read-only array (height, width, 3), which is remembered."""
    recipe = asset.recipe
    key = (recipe.node, recipe.seed, asset.kind, asset.width, asset.height, asset.n_frames, asset.n_samples, max_px)
    known = _seen.get(key)
    if known is not None and (known[0] is recipe or known[0] == recipe):
        return known[1]
    drawn = np.array(_drawn(asset, max_px))
    drawn.flags.writeable = False
    return _seen.put(key, (recipe, drawn), drawn.nbytes)[1]


def _drawn(asset: Asset, max_px: int) -> Image.Image:
    if asset.kind == "image":
        return view(asset, max_px=max_px)[0]
    # The frames of a film are drawn twice as large as they are shown, not at their own size.
    picture: Image.Image = frame_sheet(asset, 2 * max_px) if asset.kind == "video" else open_asset(asset)
    picture.thumbnail((max_px, max_px), Image.Resampling.BILINEAR)
    return picture.convert("RGB")


def letterbox(picture: Image.Image, side: int) -> Image.Image:
    """Return a `side` x `side` RGB picture with the given one in its middle, on black."""
    picture = picture.copy()
    picture.thumbnail((side, side), Image.Resampling.BILINEAR)
    square = Image.new("RGB", (side, side))
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return square


def letterboxed(assets: Sequence[Asset], n: int, side: int) -> Pixels:
    """Return the thumbnails of up to `n` assets, each in the middle of a black square: (n, side, side, 3)."""
    squares: Pixels = np.zeros((n, side, side, 3), np.uint8)
    for square, asset in zip(squares, assets, strict=False):
        shown = pixels(asset, side)
        height, width = shown.shape[:2]
        top, left = (side - height) // 2, (side - width) // 2
        square[top : top + height, left : left + width] = shown
    return squares


def contact_sheet(assets: Sequence[Asset]) -> Image.Image:
    """Return a grid of everything that can be seen, oldest first, at most 48 tiles (the newest, if there are more)."""
    shown = [asset for asset in assets if asset.kind in VISIBLE][-MOST:]
    rows = max(1, -(-len(shown) // COLUMNS))
    sheet = Image.new("RGB", (COLUMNS * TILE_PX, rows * TILE_PX), (24, 24, 24))
    for index, asset in enumerate(shown):
        corner = (index % COLUMNS * TILE_PX, index // COLUMNS * TILE_PX)
        sheet.paste(letterbox(thumbnail(asset, TILE_PX - 8), TILE_PX), corner)
    return sheet
