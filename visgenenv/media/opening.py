"""Opening an asset as a person would: a picture at full size, a film as a sheet of frames, a text as text."""

from __future__ import annotations

from typing import Any

from visgenenv.media.drawing import frame
from visgenenv.media.view import frame_sheet, spectrogram
from visgenenv.types import Asset, Recipe, Upload

UPLOAD_SIZE = (1024, 1024)
UPLOAD_FPS = (24, 1)
UPLOAD_RATE = 44_100


def open_asset(asset: Asset) -> Any:
    """Return a Pillow image (image), a 2x4 frame sheet (video), a spectrogram (audio), or `str` (all else)."""
    if asset.kind == "image":
        return frame(asset.recipe, 0.0, asset.width, asset.height).copy()
    if asset.kind == "video":
        return frame_sheet(asset)
    if asset.kind == "audio":
        return spectrogram(asset.recipe, asset.duration)
    return str(asset.recipe.params.get("text", ""))


def upload_asset(upload: Upload, asset_id: str, lineage: str) -> Asset:
    """Return the asset of a file the user brings; it shows what the upload's description says."""
    width, height = upload.width or UPLOAD_SIZE[0], upload.height or UPLOAD_SIZE[1]
    seconds = upload.duration or 8.0
    common = {"id": asset_id, "created_by": "user", "content_root": asset_id}
    if upload.kind == "image":
        recipe = Recipe("scene", lineage, {"prompt": upload.description})
        return Asset(url=f"asset://{asset_id}.png", kind="image", mime="image/png", recipe=recipe, width=width,
                     height=height, **common)  # fmt: skip
    if upload.kind == "video":
        recipe = Recipe("shot", lineage, {"prompt": upload.description, "seconds": seconds, "audio": False})
        frames = round(seconds * UPLOAD_FPS[0] / UPLOAD_FPS[1])
        return Asset(url=f"asset://{asset_id}.mp4", kind="video", mime="video/mp4", recipe=recipe, width=width,
                     height=height, n_frames=frames, fps=UPLOAD_FPS, **common)  # fmt: skip
    params = {"style": upload.description, "title": upload.name, "lyrics": "", "instrumental": True, "bpm": 110.0,
              "seconds": seconds}  # fmt: skip
    return Asset(url=f"asset://{asset_id}.mp3", kind="audio", mime="audio/mpeg", recipe=Recipe("song", lineage, params),
                 n_samples=round(seconds * UPLOAD_RATE), sample_rate=UPLOAD_RATE, channels=2, has_audio=True,
                 **common)  # fmt: skip
