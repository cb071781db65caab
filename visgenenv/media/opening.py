"""Opening an asset as a person would: a picture at full size, a film as a sheet of frames, a text as text."""

from __future__ import annotations

from typing import Any

from visgenenv.media.drawing import frame
from visgenenv.media.view import frame_sheet, spectrogram
from visgenenv.types import Asset


def open_asset(asset: Asset) -> Any:
    """Return a Pillow image (image), a 2x4 frame sheet (video), a spectrogram (audio), or `str` (all else)."""
    if asset.kind == "image":
        return frame(asset.recipe, 0.0, asset.width, asset.height).copy()
    if asset.kind == "video":
        return frame_sheet(asset)
    if asset.kind == "audio":
        return spectrogram(asset.recipe, asset.duration)
    return str(asset.recipe.params.get("text", ""))
