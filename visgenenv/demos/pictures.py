"""The pictures of demonstrations: what the policy was shown, as JPEG files or bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from visgenenv import media
from visgenenv.media.view import SHEET_COLUMNS, SHEET_ROWS, SPECTROGRAM, small_size
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset

QUALITY = 85


def shown_size(asset: Asset, max_px: int) -> tuple[int, int]:
    """Return width and height of the picture that shows an asset, without drawing it."""
    if asset.kind == "image":
        return small_size(asset.width, asset.height, max_px)
    if asset.kind == "audio":
        return _fitted(*SPECTROGRAM, max_px)
    width, height = small_size(asset.width, asset.height, 2 * max_px // SHEET_COLUMNS)
    return _fitted(width * SHEET_COLUMNS, height * SHEET_ROWS, max_px)


def _fitted(width: int, height: int, side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def jpeg(asset: Asset, max_px: int) -> bytes:
    """Draw an asset and return the bytes of a JPEG."""
    buffer = io.BytesIO()
    media.thumbnail(asset, max_px).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def draw_pictures(record: Trajectory, row: Mapping[str, Any], folder: Path, max_px: int) -> int:
    """Draw the files that a row's `pictures` name, below `folder`; those that are there already stay.

    Returns:
        How many were drawn.
    """
    drawn = 0
    for picture in row["pictures"]:
        path = folder / picture["file"]
        if path.exists():
            continue
        asset = record.asset(picture["url"])
        assert asset is not None, picture
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(jpeg(asset, max_px))
        part.replace(path)
        drawn += 1
    return drawn


def picture_bytes(record: Trajectory, row: Mapping[str, Any], max_px: int) -> list[bytes]:
    """Return the JPEGs of a row's `pictures`, in order."""
    assets = {asset.url: asset for asset in record.assets}
    return [jpeg(assets[picture["url"]], max_px) for picture in row["pictures"]]


def with_pictures(row: Mapping[str, Any], folder: str | Path) -> dict[str, Any]:
    """Return `messages` with image parts and `images`, in order, for a trainer of vision models.

    Args:
        row: Of a data set with `--images files`.
        folder: Of the data set.

    Returns:
        `messages`, in which a message with pictures has a list of parts as its content, the text first; and `images`,
        the opened Pillow pictures in reading order.
    """
    messages = [dict(message) for message in row["messages"]]
    images = []
    for picture in row["pictures"]:
        message = messages[picture["message"]]
        if isinstance(message["content"], str):
            message["content"] = [{"type": "text", "text": message["content"]}]
        message["content"] = [*message["content"], {"type": "image"}]
        images.append(Image.open(Path(folder) / picture["file"]).convert("RGB"))
    return {"messages": messages, "images": images}
