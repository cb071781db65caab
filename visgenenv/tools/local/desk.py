"""Where one call is executed: the files of what it cites, and the files it makes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from fractions import Fraction
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import NoReturn

from msgspec import Struct
from PIL import Image

from visgenenv.media.cache import MediaCache
from visgenenv.media.materialise import materialise
from visgenenv.tools.invocation import Invocation, Refused
from visgenenv.tools.local.encoding import FILMS, SOUNDS, Measured, measured, write_film, write_sound
from visgenenv.tools.local.filters import Wave
from visgenenv.tools.local.reels import Frames, Reel, film, nearest
from visgenenv.tools.local.waves import decoded, fitted
from visgenenv.types import Asset, Kind, ToolError, ToolResult

RATE = 44_100
"""Sample rate of edited sound, which has two channels."""
FILM_RATE = 48_000
LIMIT_S = 600.0
"""Work that would take longer, by the measured model of the editing services, is not begun."""
FRAME_AT_720P = 921_600


class Product(Struct, frozen=True):
    """A file that a call has made: a film or a sound with what was counted in it, or a text."""

    kind: Kind
    extension: str
    mime: str
    path: Path | None = None
    facts: Measured = Measured()
    text: str = ""
    parents: tuple[tuple[str, str], ...] | None = None
    """Default: everything the call cites."""


class Source(Struct, frozen=True):
    """A film that is cited, as its file has it."""

    asset: Asset
    path: Path
    reel: Reel
    fps: Fraction
    facts: Measured

    @property
    def sounds(self) -> bool:
        return bool(self.facts.sample_rate)

    @property
    def seconds(self) -> Fraction:
        return self.reel.seconds


class Desk:
    """Opens the files a call cites, and keeps the files it makes in the media cache.

    Args:
        call: What is executed.
        cache: Where files lie; the default one, since recipes of node `file` name files in it.
        twin: What the simulator answers to the same call: whence come voices, stock clips and music, which no file holds.
        shrink: Films of whole pipelines are made at this fraction of their width and height (1: full size).
    """

    def __init__(self, call: Invocation, cache: MediaCache, twin: ToolResult, shrink: int = 1):
        self.call, self.cache, self.twin, self.shrink = call, cache, twin, shrink

    def path(self, asset: Asset) -> Path:
        """Return the exported file of a picture, a film or a sound."""
        return materialise(asset, cache=self.cache)

    def film(self, reference: str) -> Source:
        """Open a cited film."""
        return self.open(self.call.asset(reference))

    def open(self, asset: Asset) -> Source:
        """Open the file of a film and count what is in it."""
        path = self.path(asset)
        extension = asset.url.rpartition(".")[2]
        facts = measured(path, "video", Fraction(*asset.fps), FILMS[extension].clock)
        fps = Fraction(*facts.fps)
        return Source(asset, path, film(path, facts.width, facts.height, fps, facts.n_frames), fps, facts)

    def picture(self, asset: Asset) -> Image.Image:
        """Open the file of a picture."""
        with Image.open(self.path(asset)) as picture:
            return picture.convert("RGB")

    def wave(self, asset: Asset, rate: int = RATE, channels: int = 2) -> Wave:
        """Decode the file of a sound, or the sound of a film."""
        return decoded(self.path(asset), rate, channels)[0]

    def refuse(self, message: str, type: str = "INVALID_ARGUMENT", code: str = "") -> NoReturn:
        """Answer with an error that is the agent's own."""
        self.call.refuse(message, type, code)

    def check_work(self, seconds: Fraction, width: int, height: int, fps: Fraction, factor: float = 1.0) -> None:
        """Refuse work beyond ten minutes: 1.5 s, and half a second for every second of 720p at 24 frames a second."""
        work = float(seconds) * (width * height / FRAME_AT_720P) * float(fps / 24)
        if (1.5 + 0.5 * work) * factor > LIMIT_S:
            told = f"rendering {float(seconds):.1f} s at {width}x{height} would take more than {LIMIT_S:.0f} s"
            raise Refused(ToolError("TIMEOUT", 504, f"{told}: make it shorter or smaller"))

    def make_film(
        self,
        frames: Frames,
        size: tuple[int, int],
        fps: Fraction,
        sound: Wave | None = None,
        rate: int = RATE,
        extension: str = "mp4",
    ) -> Product:
        """Encode a film, count what came out, and keep it. Its sound must be as long as its picture (`film_sound`)."""
        form = FILMS[extension]
        track = None if sound is None else (sound, rate)
        first = next(frames, None)
        if first is None:
            self.refuse(f"the film would be empty: it lasts less than half a frame at {float(fps):g} fps")
        whole = chain([first], frames)
        return self.keep_film(extension, fps, lambda part: write_film(part, whole, size, fps, form, track))

    def keep_film(self, extension: str, fps: Fraction, write: Callable[[Path], object]) -> Product:
        """Let a film be written, count what came out, and keep it."""
        form, path = FILMS[extension], self._kept(extension, write)
        return Product("video", extension, form.mime, path, measured(path, "video", fps, form.clock))

    def make_sound(self, wave: Wave, rate: int, extension: str, bit_rate: int = 128_000) -> Product:
        """Encode a sound, count what came out, and keep it."""
        form = SOUNDS[extension]
        path = self._kept(extension, lambda part: write_sound(part, wave, rate, form, bit_rate))
        return Product("audio", extension, form.mime, path, measured(path, "audio"))

    def _kept(self, extension: str, write: Callable[[Path], object]) -> Path:
        """Return a file in the cache under the digest of its bytes."""
        with tempfile.TemporaryDirectory(prefix="visgenenv-edit-") as folder:
            part = Path(folder) / f"made.{extension}"
            write(part)
            data = part.read_bytes()
        key = b"file " + blake2b(data, digest_size=20).digest()
        return self.cache.get(key, f".{extension}", lambda path: path.write_bytes(data))


def film_sound(wave: Wave, frames: int, fps: Fraction, rate: int) -> Wave:
    """Return a sound exactly as long as so many frames."""
    return fitted(wave, nearest(frames / fps * rate))
