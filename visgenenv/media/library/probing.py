"""What a file is, by its content: kind, upright size, frames, samples, fingerprint. Its name counts for nothing.

Headers are read and nothing is decoded, unless `deep` is asked for. Only formats named here are opened at all: a
demuxer left to guess would also follow playlists to other files.
"""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from hashlib import blake2b
from typing import Any, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.errors import MediaError
from visgenenv.media.library.boxes import read_movie
from visgenenv.media.library.demuxing import container_of, decode_all, read_streams
from visgenenv.media.library.entry import EntryKind, seconds_of
from visgenenv.media.library.pictures import MOST_PIXELS, open_picture, picture_form, read_picture
from visgenenv.media.library.refusal import Refused
from visgenenv.media.library.tones import Tone, looks_like_mp3, read_flac, read_mp3, read_ogg, read_wav

LARGEST: dict[EntryKind, int] = {"image": 256 << 20, "audio": 1 << 30, "video": 16 << 30}
"""Bytes a file may have."""
SMALLEST_SIDE, LONGEST_SIDE = 16, 30_000
LONGEST = 8 * 3600.0
"""Seconds a film or a sound may last."""

_HEAD = 192
_PIECE = 1 << 16


class Probe(Struct, frozen=True):
    """What a file's header says. Sizes are those of the upright picture; a film's sound is in the sample fields."""

    kind: EntryKind
    form: str
    """Codec or picture format in lower case."""
    fingerprint: bytes = b""
    width: int = 0
    height: int = 0
    n_frames: int = 0
    fps: tuple[int, int] = (0, 1)
    n_samples: int = 0
    sample_rate: int = 0
    channels: int = 0

    @property
    def seconds(self) -> float:
        return seconds_of(self.n_frames, *self.fps, self.n_samples, self.sample_rate)


def probe(path: str, deep: bool = False) -> Probe:
    """Read what a file is.

    Args:
        path: A regular file; links are not followed and pipes and devices not opened.
        deep: Also decode it in full, which finds damage in the middle and takes a thousand times as long.

    Raises:
        Refused: Saying why it cannot be used.
    """
    try:
        with opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                raise Refused("empty: 0 bytes")
            found = _probed(file, size)
            _within_limits(found, size)
            if deep:
                _decode(file, found)
            return replace(found, fingerprint=fingerprint(file, size))
    except Refused:
        raise
    except OSError as error:
        said = f"cannot be read: {error.strerror}" if error.errno else f"broken: {_line(error)}"
        raise Refused(said) from error
    except MemoryError as error:
        raise Refused("broken: reading it needs more memory than there is") from error
    except Exception as error:  # what parsers raise on hostile input has no common class
        raise Refused(f"broken: {type(error).__name__}: {_line(error)}") from error


def opened(path: str) -> BinaryIO:
    """Open a regular file for reading, whatever stands there by now."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Refused("not a regular file")
    return os.fdopen(descriptor, "rb")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__


def _probed(file: BinaryIO, size: int) -> Probe:
    head = file.read(_HEAD)
    file.seek(0)
    form = picture_form(head)
    if form and not (form == "WEBP" and head[:4] != b"RIFF"):
        if size > LARGEST["image"]:
            raise Refused(_too_large(size, "image"))
        width, height = read_picture(file, size, form)
        return Probe("image", form.lower(), width=width, height=height)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return _movie(file, size)
    if (tone := _tone(file, size, head)) is not None:
        return Probe("audio", tone.codec, b"", 0, 0, 0, (0, 1), tone.n_samples, tone.sample_rate, tone.channels)
    if (container := container_of(head)) is not None:
        return _demuxed(file, container)
    raise Refused("not a picture, film or sound of a known kind")


def _movie(file: BinaryIO, size: int) -> Probe:
    movie = read_movie(file, size)
    film = next((track for track in movie.tracks if track.sort == "vide" and track.width), None)
    sound = next((track for track in movie.tracks if track.sort == "soun"), None)
    if movie.fragmented or (film and not film.n_frames):
        return _demuxed(file, "mov", turned=film is not None and film.turned)
    heard = (sound.n_samples, sound.sample_rate, sound.channels) if sound else (0, 0, 0)
    if film:
        shape = (film.height, film.width) if film.turned else (film.width, film.height)
        return Probe("video", film.codec, b"", *shape, film.n_frames, film.fps, *heard)
    if not sound:
        raise Refused("it has neither pictures nor sound")
    return Probe("audio", sound.codec, b"", 0, 0, 0, (0, 1), *heard)


def _tone(file: BinaryIO, size: int, head: bytes) -> Tone | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return read_wav(file, size)
    if head[:4] == b"fLaC":
        return read_flac(file, size)
    if head[:4] == b"OggS" and b"\x80theora" not in head:
        return read_ogg(file, size)
    return read_mp3(file, size) if looks_like_mp3(head) else None


def _demuxed(file: BinaryIO, container: str, turned: bool = False) -> Probe:
    found = read_streams(file, container)
    shape = (found.height, found.width) if turned else (found.width, found.height)
    heard = (found.n_samples, found.sample_rate, found.channels)
    return Probe("video" if found.width else "audio", found.form, b"", *shape, found.n_frames, found.fps, *heard)


def _within_limits(found: Probe, size: int) -> None:
    if size > LARGEST[found.kind]:
        raise Refused(_too_large(size, found.kind))
    if found.kind != "audio":
        low, high = sorted((found.width, found.height))
        if low < SMALLEST_SIDE or high > LONGEST_SIDE or low * high > MOST_PIXELS:
            allowed = f"sides of {SMALLEST_SIDE} to {LONGEST_SIDE:,} pixels are read"
            raise Refused(f"a picture of {found.width}x{found.height}; {allowed}")
    if found.kind != "image" and not 0 < found.seconds <= LONGEST:
        raise Refused(f"it lasts {found.seconds:.0f} s; more than 0 and at most {LONGEST:.0f} are read")


def _too_large(size: int, kind: EntryKind) -> str:
    return f"too large: {size >> 20:,} MiB; at most {LARGEST[kind] >> 20:,} of this kind"


def fingerprint(file: BinaryIO, size: int) -> bytes:
    """Return 16 bytes that name a content: of all of a file up to 1 MiB, of 18 pieces and the size of a larger one."""
    digest = blake2b(size.to_bytes(8), digest_size=16)
    if size <= 1 << 20:
        file.seek(0)
        digest.update(file.read())
    else:
        for piece in range(18):
            file.seek((size - _PIECE) * piece // 17)
            digest.update(file.read(_PIECE))
    return digest.digest()


def held(entry: dict[str, Any]) -> str:
    """Return the path of an entry (`params["entry"]` of a recipe) if the file there has the content that it names.

    A record names files by path and content, and may come from somebody else: what it does not know it cannot show.

    Raises:
        MediaError: The file is gone, cannot be read, or is another one by now.
    """
    return _held(str(entry["path"]), str(entry.get("fingerprint", "")))


@lru_cache(65_536)
def _held(path: str, named: str) -> str:
    try:
        with opened(os.path.realpath(path)) as file:
            found = fingerprint(file, os.fstat(file.fileno()).st_size).hex()
    except (OSError, Refused) as error:
        raise MediaError(f"{path}: the media database holds this file, but it cannot be read: {error}") from error
    if found != named:
        raise MediaError(f"{path}: this is not the file that the record names; its content is another")
    return path


def _decode(file: BinaryIO, found: Probe) -> None:
    """Decode all of a file; what cannot be decoded is refused."""
    if found.kind == "image":
        with open_picture(file, found.form.upper()) as image:
            image.load()
    else:
        decode_all(file)
