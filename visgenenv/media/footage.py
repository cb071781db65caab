"""Photos and clips of a media database, as a generated picture or film shows them: cut and scaled to its exact size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from visgenenv.errors import MediaError
from visgenenv.media.caching import Shelf
from visgenenv.media.library.probing import held
from visgenenv.media.recorded import Recording

_photos: Shelf[Image.Image] = Shelf(64_000_000, largest=16_000_000)


def photo(path: str, width: int, height: int) -> Image.Image:
    """Return a photo upright, cut at its centre to the shape asked for and scaled. Do not change it.

    Raises:
        MediaError: The file is gone or no longer a picture.
    """
    key = path, width, height
    known = _photos.get(key)
    return known if known is not None else _photos.put(key, _read(*key), 4 * width * height)


def _read(path: str, width: int, height: int) -> Image.Image:
    try:
        with Image.open(path) as opened:
            opened.draft("RGB", (width, height))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise MediaError(f"{path}: the media database holds this picture, but it cannot be read: {error}") from error
    return conformed(upright, width, height)


def conformed(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Cut a picture at its centre to the shape `width:height` and scale it to exactly that size."""
    own, wanted = picture.width / picture.height, width / height
    wide, high = picture.width * min(1.0, wanted / own), picture.height * min(1.0, own / wanted)
    left, top = (picture.width - wide) / 2, (picture.height - high) / 2
    return picture.resize((width, height), Image.Resampling.BILINEAR, box=(left, top, left + wide, top + high))


class Clip:
    """A clip of the database, played from its beginning and again from there when it has ended."""

    def __init__(self, entry: dict[str, Any], width: int, height: int):
        self.path, self.size = held(entry), (width, height)
        self.fps, self.n_frames = tuple(entry["fps"]), max(1, int(entry["n_frames"]))
        self.lying = entry["width"] >= entry["height"]
        self.recording = Recording(Path(self.path), self.fps, entry["width"], entry["height"])

    def picture(self, t: float) -> Image.Image:
        """Return the frame at `t` seconds."""
        seconds = self.n_frames * self.fps[1] / self.fps[0]
        try:
            picture = self.recording.upright(t % seconds)
        except (OSError, AttributeError, IndexError) as error:
            message = f"{self.path}: the media database holds this clip, but it cannot be decoded: {error}"
            raise MediaError(message) from error
        if (picture.width >= picture.height) != self.lying:  # phones write a quarter turn beside the pixels
            picture = picture.rotate(-90, expand=True)
        return conformed(picture, *self.size)


def player(entry: dict[str, Any], width: int, height: int) -> Callable[[float], Image.Image]:
    """Return what draws the moments of an entry (`params["entry"]` of a recipe) at a size."""
    if entry["kind"] == "image":
        return lambda t: photo(held(entry), width, height)
    return Clip(entry, width, height).picture
