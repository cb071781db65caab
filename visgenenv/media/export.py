"""Exact files from recipes: pictures at their size and format, films frame by frame, sound to the sample.

A file is written beside its place and moved there when it is whole, so a killed process leaves no half file.
"""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Callable
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visgenenv.errors import MediaError
from visgenenv.media.audio import samples
from visgenenv.media.drawing import frame
from visgenenv.types import Asset

FILM_RATE = 48_000
"""Sample rate of a film's sound, unless its record says another."""
AAC_FRAME = 1024
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
        _write(path, lambda part: _film(asset, part, (width, height), crf=30))
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


def _video(asset: Asset, path: Path) -> None:
    _film(asset, path, (asset.width, asset.height), crf=23)


def _film(asset: Asset, path: Path, size: tuple[int, int], crf: int) -> None:
    """Encode H.264 (yuv420p, closed groups without B-frames, one thread: the same bytes every time) and AAC."""
    import av

    fps = Fraction(*asset.fps)
    ticks = lcm(asset.fps[0], asset.sample_rate or FILM_RATE)
    options = {"movflags": "+faststart", "movie_timescale": str(ticks)}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream: Any = container.add_stream("libx264", rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p" if size[0] % 2 == size[1] % 2 == 0 else "yuv444p"
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = 1 / fps
        stream.options = {"preset": "superfast", "crf": str(crf), "bf": "0", "g": str(round(fps)), "sc_threshold": "0"}
        sound = _Sound(container, asset) if asset.has_audio else None
        for index in range(asset.n_frames):
            picture: Any = _as_frame(frame(asset.recipe, float(index / fps), *size))
            picture.pts, picture.time_base = index, 1 / fps
            container.mux(stream.encode(picture))
            if sound is not None:
                sound.until(float((index + 1) / fps))
        container.mux(stream.encode(None))
        if sound is not None:
            sound.finish()


def _as_frame(picture: Image.Image) -> Any:
    import av

    return av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")


class _Sound:
    """The AAC track of a film, written alongside its frames so that the file is interleaved."""

    def __init__(self, container: Any, asset: Asset):
        self.container = container
        self.rate = asset.sample_rate or FILM_RATE
        self.stream = container.add_stream("aac", rate=self.rate, layout="stereo")
        self.stream.codec_context.thread_count = 1
        total = round(asset.n_frames * asset.fps[1] * self.rate / asset.fps[0])
        self.data, self.lead = _led_in(samples(asset.recipe, total, self.rate, 2))
        self.done = 0

    def until(self, seconds: float) -> None:
        """Encode everything up to a time."""
        while self.done + AAC_FRAME <= min(len(self.data), seconds * self.rate + self.lead):
            self._encode()

    def finish(self) -> None:
        """Encode what is left."""
        while self.done < len(self.data):
            self._encode()
        self.container.mux(self.stream.encode(None))

    def _encode(self) -> None:
        piece = self.data[self.done : self.done + AAC_FRAME]
        self.container.mux(self.stream.encode(_audio_frame(piece, self.rate, self.done - self.lead)))
        self.done += AAC_FRAME


def _led_in(data: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Fill AAC's last frame by silence before time zero instead of after the end.

    Decoders obey an mp4 edit list to the sample at the beginning, but play the padding of a short last frame.
    """
    lead = -len(data) % AAC_FRAME
    return np.concatenate([np.zeros((lead, data.shape[1]), np.float32), data]), lead


def _audio_frame(data: NDArray[np.float32], rate: int, pts: int) -> Any:
    import av

    layout = "stereo" if data.shape[1] == 2 else "mono"
    piece = av.AudioFrame.from_ndarray(np.ascontiguousarray(data.T), format="fltp", layout=layout)
    piece.sample_rate, piece.pts, piece.time_base = rate, pts, Fraction(1, rate)
    return piece


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

    data, lead = _led_in(data) if codec == "aac" else (data, 0)
    options = {"movie_timescale": str(asset.sample_rate)} if form == "mp4" else {}
    with av.open(str(path), "w", format=form, options=options) as container:
        stream: Any = container.add_stream(codec, rate=asset.sample_rate)
        stream.layout = "stereo" if asset.channels == 2 else "mono"
        stream.bit_rate = 128_000
        size = stream.codec_context.frame_size or 1152
        for start in range(0, len(data), size):
            container.mux(stream.encode(_audio_frame(data[start : start + size], asset.sample_rate, start - lead)))
        container.mux(stream.encode(None))


def _text(asset: Asset, path: Path) -> None:
    path.write_text(str(asset.recipe.params.get("text", "")), encoding="utf-8", errors="replace", newline="")


_FILES: dict[str, Callable[[Asset, Path], None]] = {
    "image": _image,
    "video": _video,
    "audio": _audio,
    "text": _text,
    "subtitle": _text,
    "document": _text,
}
