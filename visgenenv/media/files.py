"""Writing the exact file of one asset: a picture in its format, sound to the sample, a text, a page."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visgenenv.media.audio import samples
from visgenenv.media.drawing import frame
from visgenenv.media.films import audio_frame, led_in, write_film
from visgenenv.media.mp3 import set_length
from visgenenv.types import Asset

_LINK = re.compile(r"(?<=[\"'(=])asset://")
_PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


def write_file(asset: Asset, path: Path) -> None:
    """Write an asset's file to `path`, whatever it is called."""
    _FILES[asset.kind](asset, path)


def _image(asset: Asset, path: Path) -> None:
    picture = frame(asset.recipe, 0.0, asset.width, asset.height)
    options = {"PNG": {"compress_level": 1}, "JPEG": {"quality": 92}, "WEBP": {"quality": 90}}
    form = _PICTURES[asset.mime]
    picture.save(path, form, **options[form])


def _audio(asset: Asset, path: Path) -> None:
    data = samples(asset.recipe, asset.n_samples, asset.sample_rate, asset.channels)
    if asset.mime in ("audio/wav", "audio/x-wav"):
        _wav(asset, data, path)
    else:
        codec, form = {"audio/mpeg": ("libmp3lame", "mp3"), "audio/mp4": ("aac", "mp4")}[asset.mime]
        _compressed(asset, data, path, codec, form)


def _wav(asset: Asset, data: NDArray[np.float32], path: Path) -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(asset.channels)
        file.setsampwidth(2)
        file.setframerate(asset.sample_rate)
        file.writeframes((data * 32767).astype("<i2").tobytes())
    path.write_bytes(buffer.getvalue())


def _compressed(asset: Asset, data: NDArray[np.float32], path: Path, codec: str, form: str) -> None:
    import av

    data, lead = led_in(data) if codec == "aac" else (data, 0)
    options = {"movie_timescale": str(asset.sample_rate)} if form == "mp4" else {}
    with av.open(str(path), "w", format=form, options=options) as container:
        stream: Any = container.add_stream(codec, rate=asset.sample_rate)
        stream.layout = "stereo" if asset.channels == 2 else "mono"
        stream.bit_rate = 192_000 if asset.recipe.node == "cut" else 128_000  # as tool_audio_edit_cut promises
        size = stream.codec_context.frame_size or 1152
        for start in range(0, len(data), size):
            container.mux(stream.encode(audio_frame(data[start : start + size], asset.sample_rate, start - lead)))
        container.mux(stream.encode(None))
    if form == "mp3":
        set_length(path, asset.n_samples, asset.sample_rate, asset.channels)


def _text(asset: Asset, path: Path) -> None:
    path.write_text(str(asset.recipe.params.get("text", "")), encoding="utf-8", errors="replace", newline="")


def _page(asset: Asset, path: Path) -> None:
    """Write a page whose links to assets are the names of their files, as exported beside it."""
    text = str(asset.recipe.params.get("text", ""))
    path.write_text(_LINK.sub("", text), encoding="utf-8", errors="replace", newline="")


_FILES: dict[str, Callable[[Asset, Path], None]] = {
    "image": _image,
    "video": write_film,
    "audio": _audio,
    "text": _text,
    "subtitle": _text,
    "document": _page,
}
