"""Small pictures of assets: one for a model, one for a person to see a whole episode at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from visgenenv.media.opening import open_asset
from visgenenv.media.view import view
from visgenenv.types import Asset

TILE_PX, COLUMNS, MOST = 224, 4, 48
VISIBLE = ("image", "video", "audio")


def thumbnail(asset: Asset, max_px: int = 448) -> Image.Image:
    """Return one RGB picture of at most `max_px` a side: the image, a film's frame sheet, a sound's spectrogram."""
    if asset.kind == "image":
        return view(asset, max_px=max_px)[0].convert("RGB")
    picture: Image.Image = open_asset(asset).convert("RGB")
    picture.thumbnail((max_px, max_px), Image.Resampling.BILINEAR)
    return picture


def letterbox(picture: Image.Image, side: int) -> Image.Image:
    """Return a `side` x `side` RGB picture with the given one in its middle, on black."""
    picture = picture.copy()
    picture.thumbnail((side, side), Image.Resampling.BILINEAR)
    square = Image.new("RGB", (side, side))
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return square


def contact_sheet(assets: Sequence[Asset]) -> Image.Image:
    """Return a grid of everything that can be seen, oldest first, at most 48 tiles (the newest, if there are more)."""
    shown = [asset for asset in assets if asset.kind in VISIBLE][-MOST:]
    rows = max(1, -(-len(shown) // COLUMNS))
    sheet = Image.new("RGB", (COLUMNS * TILE_PX, rows * TILE_PX), (24, 24, 24))
    for index, asset in enumerate(shown):
        corner = (index % COLUMNS * TILE_PX, index // COLUMNS * TILE_PX)
        sheet.paste(letterbox(thumbnail(asset, TILE_PX - 8), TILE_PX), corner)
    return sheet
