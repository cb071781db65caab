"""Film files, exact to the frame and the sample: mp4 and mov (H.264, AAC), webm (VP9, Opus), gif."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from visgenenv.media.audio import samples
from visgenenv.media.drawing import frame
from visgenenv.types import Asset

FILM_RATE = 48_000
"""Sample rate of a film's sound, unless its record says another."""
AAC_FRAME = 1024


class _Form(NamedTuple):
    """How a kind of film file is written."""

    container: str
    video: str
    audio: str


_FORMS = {
    "video/mp4": _Form("mp4", "libx264", "aac"),
    "video/quicktime": _Form("mov", "libx264", "aac"),
    "video/webm": _Form("webm", "libvpx-vp9", "libopus"),
}


def write_film(asset: Asset, path: Path) -> None:
    """Write the whole file of a film in the format of its record."""
    if asset.mime == "image/gif":
        _write_gif(asset, path)
    else:
        encode(asset, path, (asset.width, asset.height), 23, _FORMS.get(asset.mime, _FORMS["video/mp4"]))


def write_small_film(asset: Asset, path: Path, size: tuple[int, int]) -> None:
    """Write a smaller mp4 with the same frames and the same sound."""
    encode(asset, path, size, 30)


def encode(asset: Asset, path: Path, size: tuple[int, int], crf: int, form: _Form = _FORMS["video/mp4"]) -> None:
    """Encode a film with one thread, so that the same film gives the same bytes every time."""
    import av

    fps = Fraction(*asset.fps)
    ticks = lcm(asset.fps[0], asset.sample_rate or FILM_RATE)
    options = {} if form.container == "webm" else {"movflags": "+faststart", "movie_timescale": str(ticks)}
    with av.open(str(path), "w", format=form.container, options=options) as container:
        stream: Any = container.add_stream(form.video, rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p" if size[0] % 2 == size[1] % 2 == 0 else "yuv444p"
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = 1 / fps
        stream.options = _quality(form, crf, fps)
        sound = _Sound(container, asset, form) if asset.has_audio else None
        for index, drawn in enumerate(_frames(asset, size)):
            picture: Any = av.VideoFrame.from_ndarray(np.asarray(drawn), format="rgb24")
            picture.pts, picture.time_base = index, 1 / fps
            container.mux(stream.encode(picture))
            if sound is not None:
                sound.until(float((index + 1) / fps))
        container.mux(stream.encode(None))
        if sound is not None:
            sound.finish()


def _quality(form: _Form, crf: int, fps: Fraction) -> dict[str, str]:
    """Return encoder options: fast, key frames every second; H.264 in closed groups without B-frames."""
    keys = str(max(1, round(fps)))
    if form.video == "libx264":
        return {"preset": "superfast", "crf": str(crf), "bf": "0", "g": keys, "sc_threshold": "0"}
    return {"deadline": "realtime", "cpu-used": "8", "crf": str(crf + 8), "b": "0", "g": keys, "lag-in-frames": "0",
            "auto-alt-ref": "0"}  # fmt: skip


def _frames(asset: Asset, size: tuple[int, int]) -> Iterator[Image.Image]:
    for index in range(asset.n_frames):
        yield frame(asset.recipe, index * asset.fps[1] / asset.fps[0], *size)


def coded_sound(asset: Asset) -> bytes:
    """Return the sound of a film alone, as AAC in an mp4 file."""
    import av

    buffer = io.BytesIO()
    options = {"movie_timescale": str(asset.sample_rate or FILM_RATE)}
    with av.open(buffer, "w", format="mp4", options=options) as container:
        _Sound(container, asset, _FORMS["video/mp4"]).finish()
    return buffer.getvalue()


class _Sound:
    """The sound track of a film, written alongside its frames so that the file is interleaved."""

    def __init__(self, container: Any, asset: Asset, form: _Form):
        self.container = container
        self.rate = asset.sample_rate or FILM_RATE
        if form.audio == "libopus":
            self.rate = FILM_RATE
        self.stream = container.add_stream(form.audio, rate=self.rate, layout="stereo")
        self.stream.codec_context.thread_count = 1
        total = round(asset.n_frames * asset.fps[1] * self.rate / asset.fps[0])
        data = samples(asset.recipe, total, self.rate, 2)
        self.data, self.lead = led_in(data) if form.audio == "aac" else (data, 0)
        self.layout = "fltp" if form.audio == "aac" else "flt"
        self.size = AAC_FRAME if form.audio == "aac" else 960
        self.done = 0

    def until(self, seconds: float) -> None:
        """Encode everything up to a time."""
        while self.done + self.size <= min(len(self.data), seconds * self.rate + self.lead):
            self._encode()

    def finish(self) -> None:
        """Encode what is left."""
        while self.done < len(self.data):
            self._encode()
        self.container.mux(self.stream.encode(None))

    def _encode(self) -> None:
        piece = self.data[self.done : self.done + self.size]
        self.container.mux(self.stream.encode(audio_frame(piece, self.rate, self.done - self.lead, self.layout)))
        self.done += self.size


def led_in(data: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Fill AAC's last frame by silence before time zero instead of after the end.

    Decoders obey an mp4 edit list to the sample at the beginning, but play the padding of a short last frame.
    """
    lead = -len(data) % AAC_FRAME
    return np.concatenate([np.zeros((lead, data.shape[1]), np.float32), data]), lead


def audio_frame(data: NDArray[np.float32], rate: int, pts: int, layout: str = "fltp") -> Any:
    """Return samples as a frame for an encoder; `layout` is planar (fltp) or interleaved (flt)."""
    import av

    shaped = data.T if layout == "fltp" else data.reshape(1, -1)
    channels = "stereo" if data.shape[1] == 2 else "mono"
    piece = av.AudioFrame.from_ndarray(np.ascontiguousarray(shaped), format=layout, layout=channels)
    piece.sample_rate, piece.pts, piece.time_base = rate, pts, Fraction(1, rate)
    return piece


def _write_gif(asset: Asset, path: Path) -> None:
    """Write an endless gif: every frame, with a palette of its own, as long as whole hundredths of a second allow."""
    with path.open("wb") as file:
        now = 0
        for index, drawn in enumerate(_frames(asset, (asset.width, asset.height))):
            picture = drawn.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            if not index:
                file.writelines(GifImagePlugin.getheader(picture, info={"loop": 0})[0])
            ends = round((index + 1) * 100 * asset.fps[1] / asset.fps[0])
            file.writelines(GifImagePlugin.getdata(picture, duration=(ends - now) * 10, include_color_table=True))
            now = ends
        file.write(b";")
