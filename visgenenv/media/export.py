"""Exact files from recipes: pictures at their size and format, films frame by frame, sound to the sample.

A file is written beside its place and moved there when it is whole, so a killed process leaves no half file.
"""

from __future__ import annotations

import io
import os
import re
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visgenenv.errors import MediaError
from visgenenv.media.audio import samples
from visgenenv.media.drawing import frame
from visgenenv.media.films import audio_frame, led_in, write_film, write_small_film
from visgenenv.types import Asset

_LINK = re.compile(r"(?<=[\"'(=])asset://")
_PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


def export_asset(asset: Asset, folder: Path) -> Path:
    """Write the exact file of an asset into `folder` (made if missing) and return its path.

    Raises:
        MediaError: The folder cannot be made or written, or the asset's kind has no file form.
    """
    path = Path(folder) / asset.url.rpartition("/")[2]
    _write(path, lambda part: _FILES[asset.kind](asset, part))
    return path


def export_preview(asset: Asset, path: Path, height: int = 360) -> Path:
    """Write a small version for a page: a picture as JPEG, a film as mp4 of that height (same frames, same sound)."""
    if asset.kind == "video":
        height = max(2, height // 2 * 2)
        width = max(2, round(asset.width * height / asset.height / 2) * 2)
        _write(path, lambda part: write_small_film(asset, part, (width, height)))
    elif asset.kind == "image":
        width = max(1, round(asset.width * height / asset.height))
        picture = _picture(asset, width, height)
        _write(path, lambda part: picture.convert("RGB").save(part, "JPEG", quality=82))
    else:
        raise MediaError(f"{asset.url}: a preview can be made of images and videos, not of kind {asset.kind!r}")
    return path


def _write(path: Path, make: Callable[[Path], object]) -> None:
    """Make a file under a temporary name and move it to its place."""
    part = path.with_name(f".{path.name[-80:]}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make(part)
        os.replace(part, path)
    except OSError as error:
        raise MediaError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True) if path.parent.is_dir() else None


def _picture(asset: Asset, width: int, height: int) -> Image.Image:
    return frame(asset.recipe, 0.0, width, height)


def _image(asset: Asset, path: Path) -> None:
    picture = _picture(asset, asset.width, asset.height)
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
