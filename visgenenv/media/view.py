"""Looking at an asset without making its file: small pictures drawn straight from the recipe."""

from __future__ import annotations

import numpy as np
from PIL import Image

from visgenenv.errors import MediaError
from visgenenv.media.audio import hear
from visgenenv.media.drawing import frame
from visgenenv.types import Asset, Recipe

MULTIPLE = 32
"""Sides are multiples of this: Qwen3-VL reads 32 x 32 pixels as one token."""
SHEET_COLUMNS, SHEET_ROWS = 4, 2
SPECTROGRAM = (448, 224)
_RATE = 16_000
_WINDOW = np.hanning(512).astype(np.float32)
_PAINTS = bytes(
    round(dark + level * share)
    for level in range(256)
    for dark, share in ((20, 235 / 255), (24, 200 / 255), (48, 90 / 255))
)
"""The colours of a spectrogram from silence to the loudest."""


def view(asset: Asset, max_px: int = 448, n_frames: int = 8) -> list[Image.Image]:
    """Return small RGB pictures of an asset: one of an image, `n_frames` of a film, a spectrogram of a sound.

    They are the caller's own.

    Args:
        asset: Of kind image, video or audio.
        max_px: Longest side; both sides are multiples of 32.
        n_frames: Evenly spread over a film, from its first frame to its last.
    """
    if asset.kind == "audio":
        return [spectrogram(asset.recipe, asset.duration)]
    if asset.kind not in ("image", "video"):
        raise MediaError(f"{asset.url}: a {asset.kind} has no picture")
    size = small_size(asset.width, asset.height, max_px)
    if asset.kind == "image":
        return [frame(asset.recipe, 0.0, *size).copy()]
    seconds = asset.fps[1] / asset.fps[0]
    last = max(asset.n_frames - 1, 0)
    count = max(1, min(n_frames, asset.n_frames))
    picks = [round(index * last / max(count - 1, 1)) for index in range(count)]
    return [frame(asset.recipe, pick * seconds, *size).copy() for pick in picks]


def small_size(width: int, height: int, max_px: int) -> tuple[int, int]:
    """Return the size of a view: the shape kept as well as multiples of 32 allow."""
    scale = min(1.0, max_px / max(width, height))
    return tuple(max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in (width, height))  # type: ignore[return-value]


def frame_sheet(asset: Asset, max_px: int = 1792) -> Image.Image:
    """Return eight frames of a film as one picture, four to a row, in the order of time."""
    frames = view(asset, max_px // SHEET_COLUMNS, SHEET_COLUMNS * SHEET_ROWS)
    width, height = frames[0].size
    sheet = Image.new("RGB", (width * SHEET_COLUMNS, height * SHEET_ROWS))
    for index, picture in enumerate(frames):
        sheet.paste(picture, (index % SHEET_COLUMNS * width, index // SHEET_COLUMNS * height))
    return sheet


def spectrogram(recipe: Recipe, seconds: float) -> Image.Image:
    """Return a picture of a sound: time to the right, frequency (0 to 8 kHz) upwards, loudness as brightness."""
    width, height = SPECTROGRAM
    n = max(1024, round(min(seconds, 600.0) * _RATE))
    wave = hear(recipe, n, _RATE)
    starts = np.linspace(0, max(len(wave) - 512, 0), width).astype(int)
    pieces = np.clip(np.lib.stride_tricks.sliding_window_view(wave, 512)[starts], -1, 1) * _WINDOW
    waves = np.fft.rfft(pieces, axis=1)[:, 1:]
    power = np.log10(waves.real**2 + waves.imag**2 + np.float32(1e-8)) / 2
    shown = (np.clip((power + 3) / 5, 0, 1) * 255).astype(np.uint8).T[::-1]
    picture = Image.fromarray(np.ascontiguousarray(shown)).resize((width, height), Image.Resampling.BILINEAR)
    picture.putpalette(_PAINTS)
    return picture.convert("RGB")
