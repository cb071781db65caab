"""Reads what an mp4, mov or m4a says of itself: tracks, frames, samples, rotation. No codec; a few reads a file."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

from msgspec import Struct

from visgenenv.media.library.refusal import Refused

LARGEST_INDEX = 64 << 20
"""A `moov` box of more bytes is not read: eight hours of film need about 20 MB."""

_CONTAINERS = frozenset({b"trak", b"edts", b"mdia", b"minf", b"stbl"})
_MOST_BOXES = 4096


class Track(Struct):
    """One track. `turned` is a quarter turn: the upright picture has width and height exchanged."""

    sort: str = ""
    """"vide", "soun" or another handler."""
    codec: str = ""
    width: int = 0
    height: int = 0
    turned: bool = False
    timescale: int = 0
    duration: int = 0
    edits: tuple[tuple[int, int], ...] = ()
    """What of the track is played: length in the movie's timescale, start in the track's (-1: nothing)."""
    n_frames: int = 0
    fps: tuple[int, int] = (0, 1)
    n_samples: int = 0
    sample_rate: int = 0
    channels: int = 0


class Movie(Struct, frozen=True):
    """The tracks of a file; `fragmented` files keep their counts elsewhere and need a demuxer."""

    tracks: tuple[Track, ...]
    fragmented: bool


def read_movie(file: BinaryIO, size: int) -> Movie:
    """Read the index of an mp4, mov or m4a file of `size` bytes.

    Raises:
        Refused: If it has no index, or ends before its own boxes do.
    """
    index = _index(file, size)
    inside = list(_boxes(index))
    headers = [body for name, body in inside if name == b"mvhd" and len(body) >= 24]
    timescale = int.from_bytes(headers[0][20:24] if headers[0][0] else headers[0][12:16]) if headers else 0
    tracks = tuple(_track(body, timescale) for name, body in inside if name == b"trak")
    return Movie(tracks, any(name == b"mvex" for name, _ in inside))


def outer_boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the body of every outermost box, to the end of the file.

    Raises:
        Refused: If the file ends before a box does.
    """
    at = 0
    for _ in range(_MOST_BOXES):
        if at >= size:
            return
        name, length, head = _header(file, at, size)
        if length < head or at + length > size:
            raise Refused(f"cut off: its {_plain(name)} box ends {at + length - size} bytes after the file")
        yield name, at + head, at + length
        at += length


def _index(file: BinaryIO, size: int) -> memoryview:
    """Return the body of `moov`, after a walk over all boxes."""
    found = [(start, end) for name, start, end in outer_boxes(file, size) if name == b"moov"]
    if not found:
        raise Refused("cut off or broken: it has no index (moov box)")
    start, end = found[-1]
    if end - start > LARGEST_INDEX:
        raise Refused(f"an index of {end - start >> 20} MiB; at most {LARGEST_INDEX >> 20} are read")
    file.seek(start)
    return memoryview(file.read(end - start))


def _header(file: BinaryIO, at: int, size: int) -> tuple[bytes, int, int]:
    """Return name, whole length and header length of the box at an offset."""
    file.seek(at)
    head = file.read(16)
    if len(head) < 8:
        raise Refused("cut off inside the header of a box")
    length, name = int.from_bytes(head[:4]), head[4:8]
    if length == 1:
        return name, int.from_bytes(head[8:16]), 16
    return name, length or size - at, 8


def _plain(name: bytes) -> str:
    return "".join(chr(byte) if 32 < byte < 127 else "?" for byte in name)


def _boxes(body: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the boxes inside a body; one that claims to be longer than what is there ends it."""
    at = 0
    while at + 8 <= len(body):
        length, name = int.from_bytes(body[at : at + 4]), bytes(body[at + 4 : at + 8])
        if length < 8 or at + length > len(body):
            return
        yield name, body[at + 8 : at + length]
        at += length


def _track(body: memoryview, timescale: int) -> Track:
    track = Track()
    waiting = [body]
    while waiting:
        for name, inner in _boxes(waiting.pop()):
            if name in _CONTAINERS:
                waiting.append(inner)
            elif name in _READERS and len(inner) >= 16:
                _READERS[name](track, inner)
    if track.timescale and track.duration:
        _measure(track, timescale)
    return track


def _measure(track: Track, timescale: int) -> None:
    """Count frames or samples, of what the edit list plays: phones trim films with it, encoders their first samples."""
    played = [(length, start) for length, start in track.edits if start >= 0]
    units = track.duration
    if timescale and played:
        asked = sum(length * track.timescale // timescale for length, _ in played)
        skipped = played[0][1] if track.sort == "soun" else 0  # a film's start allows for reordered frames
        units = min(track.duration - skipped, asked or track.duration)
    if track.sort == "vide" and track.n_frames:
        rate = Fraction(track.n_frames * track.timescale, track.duration)
        rate = rate if rate.denominator <= 1001 else rate.limit_denominator(1001)
        track.fps = (rate.numerator, rate.denominator)
        track.n_frames = min(track.n_frames, max(1, round(units * rate / track.timescale)))
    if track.sort == "soun":
        track.sample_rate = track.sample_rate or track.timescale
        track.n_samples = max(0, round(units * track.sample_rate / track.timescale))


def _elst(track: Track, body: memoryview) -> None:
    long = body[0] == 1
    count = min(int.from_bytes(body[4:8]), 64, (len(body) - 8) // (20 if long else 12))
    half = 8 if long else 4
    starts = [8 + index * (20 if long else 12) for index in range(count)]
    track.edits = tuple(
        (int.from_bytes(body[at : at + half]), int.from_bytes(body[at + half : at + 2 * half], signed=True))
        for at in starts
    )


def _tkhd(track: Track, body: memoryview) -> None:
    matrix = 52 if body[0] else 40
    if len(body) >= matrix + 36:
        a, b, _, c, d = (_signed(body, matrix + 4 * place) for place in range(5))
        track.turned = abs(b) > abs(a) and abs(c) > abs(d)


def _signed(body: memoryview, at: int) -> int:
    return int.from_bytes(body[at : at + 4], signed=True)


def _mdhd(track: Track, body: memoryview) -> None:
    if body[0]:
        track.timescale, track.duration = int.from_bytes(body[20:24]), int.from_bytes(body[24:32])
    else:
        track.timescale, track.duration = int.from_bytes(body[12:16]), int.from_bytes(body[16:20])


def _hdlr(track: Track, body: memoryview) -> None:
    track.sort = track.sort or _plain(bytes(body[8:12]))


def _stsd(track: Track, body: memoryview) -> None:
    entry = body[8:]
    if len(entry) >= 36:
        track.codec = _plain(bytes(entry[4:8]))
        track.width, track.height = int.from_bytes(entry[32:34]), int.from_bytes(entry[34:36])
        track.channels, track.sample_rate = int.from_bytes(entry[24:26]), int.from_bytes(entry[32:34])


def _stts(track: Track, body: memoryview) -> None:
    """Add up the table of frame lengths: it is exact where the header's duration is rounded."""
    count = min(int.from_bytes(body[4:8]), (len(body) - 8) // 8)
    rows = [int.from_bytes(body[at : at + 4]) for at in range(8, 8 + 8 * count, 4)]
    total = sum(number * length for number, length in zip(rows[::2], rows[1::2], strict=True))
    track.n_frames = sum(rows[::2])
    track.duration = total or track.duration


_READERS = {b"elst": _elst, b"tkhd": _tkhd, b"mdhd": _mdhd, b"hdlr": _hdlr, b"stsd": _stsd, b"stts": _stts}
