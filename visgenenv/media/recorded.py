"""Recipes that are finished files: node `file`, made where a tool was really executed.

Params: `file` (its place in the media cache), `fps` (numerator and denominator; films), `seconds`, `audio` (whether it
sounds). `sources` holds, if it is known, the recipe that says what is seen and heard in it; it is also drawn instead of a
file that is no longer there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visgenenv.errors import MediaError
from visgenenv.media.cache import default_folder
from visgenenv.types import Recipe

_FAR = 48
"""Frames that are decoded one after the other rather than jumped over."""


def file_of(recipe: Recipe) -> Path | None:
    """Return the file of a `file` recipe; None for other nodes, and where it has been removed but can be drawn anew.

    Raises:
        MediaError: It has been removed, and nothing says what it showed; or it lies outside the media cache.
    """
    if recipe.node != "file":
        return None
    path = default_folder() / str(recipe.params["file"])
    if not path.resolve().is_relative_to(default_folder().resolve()):
        raise MediaError(f"the record names {recipe.params['file']!r}, which lies outside the media cache")
    if path.is_file():
        return path
    if recipe.sources:
        return None
    raise MediaError(f"{recipe.params['file']} is no longer in the media cache {default_folder()}")


class Recording:
    """Plays a film file at a size; frames are decoded as they are asked for, cheapest in their order."""

    def __init__(self, path: Path, fps: tuple[int, int], width: int, height: int):
        self.path, self.rate, self.size = path, fps[0] / fps[1], (width, height)
        self.frames: Iterator[tuple[int, Any]] = iter(())
        self.shown: tuple[int, Any] = (-1, None)

    def picture(self, t: float) -> Image.Image:
        """Return the frame on screen at `t` seconds at the size asked for; past the end the last one."""
        picture = self.upright(t)
        return picture if picture.size == self.size else picture.resize(self.size, Image.Resampling.BILINEAR)

    def upright(self, t: float) -> Image.Image:
        """Return the frame on screen at `t` seconds at its own size."""
        wanted = int(t * self.rate + 1e-6)
        if self.shown[1] is None or not self.shown[0] <= wanted < self.shown[0] + _FAR:
            self.frames, self.shown = _frames(self.path, self.rate, wanted), (-1, None)
        while self.shown[0] < wanted and (following := next(self.frames, None)):
            self.shown = following
        picture: Image.Image = self.shown[1].to_image()
        return picture


def _frames(path: Path, rate: float, wanted: int) -> Iterator[tuple[int, Any]]:
    """Yield numbered frames from the last key frame before one on; the file is closed when nobody asks any more."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        if wanted >= _FAR:
            container.seek(int(wanted / rate / float(stream.time_base or 1)), stream=stream)
        for frame in container.decode(stream):
            yield round(float((frame.pts or 0) * (stream.time_base or 1)) * rate), frame


@lru_cache(maxsize=8)
def recorded_sound(path: Path, rate: int) -> NDArray[np.float32]:
    """Return the sound of a file on one channel, at a sample rate; empty if it has none."""
    import av

    out: list[NDArray[np.float32]] = []
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return np.zeros(0, np.float32)
        layout = "mono" if container.streams.audio[0].channels == 1 else "stereo"
        heard = av.AudioResampler(format="fltp", layout=layout, rate=rate)
        for frame in (*container.decode(audio=0), None):
            out += [piece.to_ndarray().mean(axis=0) for piece in heard.resample(frame)]
    return np.concatenate(out).astype(np.float32) if out else np.zeros(0, np.float32)
