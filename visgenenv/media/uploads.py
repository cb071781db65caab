"""Files that the user brings, as assets: drawn from their description like everything else."""

from __future__ import annotations

import re

from visgenenv.media.graphs import chance
from visgenenv.types import Asset, Recipe, Upload

_SPOKEN = re.compile(
    r"voice|speech|speak|narrat|interview|podcast|says|人声|旁白|配音|口播|讲话|朗读|录音", re.IGNORECASE
)

PICTURE = (1024, 1024)
FILM = (1280, 720)
FILM_SECONDS, AUDIO_SECONDS = 8.0, 30.0
"""What an upload is that does not say its size or length."""


def upload_asset(upload: Upload, asset_id: str, lineage: str) -> Asset:
    """Make the asset of an upload; `lineage` becomes the seed of its recipe."""
    return {"image": _picture, "video": _film, "audio": _sound}[upload.kind](upload, asset_id, lineage)


def _picture(upload: Upload, asset_id: str, lineage: str) -> Asset:
    return Asset(
        id=asset_id,
        url=f"asset://{asset_id}.png",
        kind="image",
        mime="image/png",
        recipe=Recipe("scene", lineage, {"prompt": upload.description}),
        width=upload.width or PICTURE[0],
        height=upload.height or PICTURE[1],
        created_by="user",
        content_root=asset_id,
    )


def _film(upload: Upload, asset_id: str, lineage: str) -> Asset:
    seconds = upload.duration or FILM_SECONDS
    n_frames = max(1, round(seconds * 24))
    return Asset(
        id=asset_id,
        url=f"asset://{asset_id}.mp4",
        kind="video",
        mime="video/mp4",
        recipe=Recipe("shot", lineage, {"prompt": upload.description, "seconds": n_frames / 24, "audio": True}),
        width=upload.width or FILM[0],
        height=upload.height or FILM[1],
        n_frames=n_frames,
        fps=(24, 1),
        has_audio=True,
        sample_rate=48000,
        channels=2,
        created_by="user",
        content_root=asset_id,
    )


def _sound(upload: Upload, asset_id: str, lineage: str) -> Asset:
    n_samples = max(1, round((upload.duration or AUDIO_SECONDS) * 44100))
    seconds, words = n_samples / 44100, upload.description
    if _SPOKEN.search(words):
        recipe = Recipe("speech", lineage, {"text": words, "voice_id": upload.name, "seconds": seconds})
    else:
        bpm = round(80 + 60 * chance(lineage, "tempo")[0], 1)
        recipe = Recipe("song", lineage, {"style": words, "instrumental": True, "bpm": bpm, "seconds": seconds})
    return Asset(
        id=asset_id,
        url=f"asset://{asset_id}.mp3",
        kind="audio",
        mime="audio/mpeg",
        recipe=recipe,
        n_samples=n_samples,
        sample_rate=44100,
        channels=2,
        has_audio=True,
        created_by="user",
        content_root=asset_id,
    )
