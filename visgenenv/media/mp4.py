"""mp4 files taken apart and put together without a codec: any run of coded frames, exact to the frame and the sample.

A rendition whose groups of pictures are closed and hold no B-frames can be cut at any key frame, ended at any frame,
joined with others of the same encoder settings and repeated, by writing new tables over the same bytes (ISO/IEC
14496-12). It takes about a thousandth of the time of encoding again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from mmap import mmap
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from visgenenv.errors import MediaError

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
Data = bytes | mmap
"""A whole file, read or mapped."""
_INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}


class Track(NamedTuple):
    """A track as a file describes it: where its samples (coded frames or packets) lie, and which can be started at."""

    kind: str
    """"vide" or "soun"."""
    description: bytes
    """The `stsd` box: codec, size, parameter sets."""
    timescale: int
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    keys: NDArray[np.bool_]
    media_time: int
    """Where presentation begins, in units of the timescale (AAC has a lead-in)."""
    width: int
    height: int


class Strand(NamedTuple):
    """One track of a new film: runs `(file, its track, first sample, end)`.

    Files encoded with other settings bring their own description along; what is read of `track` is kind and size.
    """

    track: Track
    runs: Sequence[tuple[Data, Track, int, int]]
    timescale: int
    delta: int
    """Units of the timescale that a sample lasts."""
    media_time: int
    duration: int
    """Presented length in units of the timescale."""


def read_movie(data: Data) -> list[Track]:
    """Return the tracks of an mp4 file.

    Raises:
        MediaError: It is no mp4, or one in fragments.
    """
    try:
        tracks = [_track(data, dict(_within(data, start, end))) for start, end in _all(data, b"trak")]
    except (struct.error, KeyError, IndexError, ValueError) as error:
        raise MediaError(f"not an mp4 file that can be read: {error}") from error
    if not tracks:
        raise MediaError("not an mp4 file: it has no track")
    return tracks


def _boxes(data: Data, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, beginning and end of the content of every box between two places."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        stop = end if size == 0 else start + size
        if (size and size < head) or stop > end:
            raise ValueError(f"the box {kind!r} at byte {start} does not fit into the file")
        yield kind, start + head, stop
        start = stop


def _all(data: Data, wanted: bytes) -> Iterator[tuple[int, int]]:
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind == b"moov":
            yield from ((s, e) for k, s, e in _boxes(data, start, end) if k == wanted)


def _within(data: Data, start: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Yield every box inside a track, those of its inner containers, too."""
    for kind, first, stop in _boxes(data, start, end):
        yield kind, (first, stop)
        if kind in _INSIDE:
            yield from _within(data, first, stop)


def _track(data: Data, found: dict[bytes, tuple[int, int]]) -> Track:
    kind = data[found[b"hdlr"][0] + 8 : found[b"hdlr"][0] + 12].decode("latin1")
    version = data[found[b"mdhd"][0]]
    (timescale,) = struct.unpack_from(">I", data, found[b"mdhd"][0] + (20 if version else 12))
    sizes = _sizes(data, found[b"stsz"][0])
    keys = np.ones(len(sizes), np.bool_)
    if b"stss" in found:
        keys[:] = False
        keys[_table(data, found[b"stss"][0])[:, 0] - 1] = True
    description = data[found[b"stsd"][0] - 8 : found[b"stsd"][1]]
    width, height = struct.unpack_from(">II", data, found[b"tkhd"][1] - 8)
    return Track(kind, description, timescale, _offsets(data, found, sizes), sizes, keys,
                 _media_time(data, found), width >> 16, height >> 16)  # fmt: skip


def _table(data: Data, start: int, columns: int = 1, kind: str = ">u4") -> NDArray[np.int64]:
    """Return a box's table of numbers: its count stands after version and flags."""
    (count,) = struct.unpack_from(">I", data, start + 4)
    values = np.frombuffer(data, kind, count * columns, start + 8).astype(np.int64)
    return values.reshape(count, columns)


def _sizes(data: Data, start: int) -> NDArray[np.int64]:
    """Return how many bytes each sample has."""
    fixed, count = struct.unpack_from(">II", data, start + 4)
    if not fixed:
        return np.frombuffer(data, ">u4", count, start + 12).astype(np.int64)
    if fixed * count > len(data):
        raise ValueError("its samples are larger than the file")
    return np.full(count, fixed, np.int64)


def _offsets(data: Data, found: dict[bytes, tuple[int, int]], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each sample begins, from the tables of chunks."""
    short = b"stco" in found
    chunks = _table(data, found[b"stco" if short else b"co64"][0], 1, ">u4" if short else ">u8")[:, 0]
    groups = _table(data, found[b"stsc"][0], 3)
    spans = np.diff(np.append(groups[:, 0], len(chunks) + 1))
    if (spans < 0).any() or int(spans.sum()) != len(chunks) or int((spans * groups[:, 1]).sum()) != len(sizes):
        raise ValueError("its tables of chunks and samples contradict each other")
    per_chunk = np.repeat(groups[:, 1], spans)
    begins = np.cumsum(sizes) - sizes
    heads = np.concatenate([[0], np.cumsum(per_chunk)[:-1]])
    return np.asarray(np.repeat(chunks - begins[heads], per_chunk) + begins, np.int64)


def _media_time(data: Data, found: dict[bytes, tuple[int, int]]) -> int:
    if b"elst" not in found:
        return 0
    start = found[b"elst"][0]
    (count,) = struct.unpack_from(">I", data, start + 4)
    form, size = (">Qq", 20) if data[start] else (">Ii", 12)
    times = [struct.unpack_from(form, data, start + 8 + size * index)[1] for index in range(count)]
    return next((int(time) for time in times if time >= 0), 0)


def write_movie(strands: Sequence[Strand], movie_timescale: int) -> bytes:
    """Return a whole mp4 file that holds the strands.

    Raises:
        MediaError: A run does not begin at a key frame.
    """
    return b"".join(movie_parts(strands, movie_timescale))


def movie_parts(strands: Sequence[Strand], movie_timescale: int) -> list[bytes | memoryview]:
    """Return the same file in pieces to be written one after the other, the coded frames as views of where they lie.

    The tables come first, so that it plays while it loads.
    """
    body = _Body()
    placed = [[body.place(run) for run in strand.runs] for strand in strands]
    head = _box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    size = len(_moov(strands, placed, movie_timescale, 0))
    moov = _moov(strands, placed, movie_timescale, len(head) + size + 8)
    return [head + moov + struct.pack(">I4s", 8 + body.size, b"mdat"), *body.parts]


class _Body:
    """The coded frames of a new film; those of a run stand there once, however often it occurs."""

    def __init__(self) -> None:
        self.parts: list[bytes | memoryview] = []
        self.size = 0
        self._known: dict[tuple[int, int, int], int] = {}

    def place(self, run: tuple[Data, Track, int, int]) -> int:
        """Take in a run; return where in the body it begins."""
        data, source, first, end = run
        if not 0 <= first < end <= len(source.sizes) or not source.keys[first]:
            raise MediaError(f"a run from frame {first} to {end} does not begin at a key frame of the film")
        key = (id(data), first, end)
        if key not in self._known:
            self._known[key] = self.size
            view, offsets, sizes = memoryview(data), source.offsets[first:end], source.sizes[first:end]
            heads = np.flatnonzero(np.append(True, offsets[:-1] + sizes[:-1] != offsets[1:]))  # a gap lies before them
            for start, stop in zip(heads.tolist(), [*heads[1:].tolist(), end - first], strict=True):
                self.parts.append(view[int(offsets[start]) : int(offsets[stop - 1] + sizes[stop - 1])])
            self.size += int(sizes.sum())
        return self._known[key]


def _box(kind: bytes, *content: bytes) -> bytes:
    size = 8 + sum(map(len, content))
    return b"".join([struct.pack(">I4s", size, kind), *content])


def _moov(strands: Sequence[Strand], placed: list[list[int]], timescale: int, base: int) -> bytes:
    lengths = [round(strand.duration * timescale / strand.timescale) for strand in strands]
    header = struct.pack(">IIIIIIH10x", 0, 0, 0, timescale, max(lengths), 0x10000, 0x100)
    movie = _box(b"mvhd", header, _MATRIX, bytes(24), struct.pack(">I", len(strands) + 1))
    traks = [
        _trak(number, strand, [base + at for at in starts], length)
        for number, (strand, starts, length) in enumerate(zip(strands, placed, lengths, strict=True), 1)
    ]
    return _box(b"moov", movie, *traks)


def _trak(number: int, strand: Strand, starts: list[int], length: int) -> bytes:
    track = strand.track
    seen = track.kind == "vide"
    header = struct.pack(">IIIIII8xHHHH", 7, 0, 0, number, 0, length, 0, 0 if seen else 1, 0 if seen else 0x100, 0)
    tkhd = _box(b"tkhd", header, _MATRIX, struct.pack(">II", track.width << 16, track.height << 16))
    edits = _box(b"edts", _box(b"elst", struct.pack(">IIIiI", 0, 1, length, strand.media_time, 0x10000)))
    counts = [end - first for _, _, first, end in strand.runs]
    total = sum(counts) * strand.delta
    mdhd = _box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, strand.timescale, total, 0x55C4, 0))
    hdlr = _box(b"hdlr", struct.pack(">II4s12x", 0, 0, track.kind.encode()), b"Handler\0")
    medium = _box(b"vmhd", struct.pack(">IQ", 1, 0)) if seen else _box(b"smhd", bytes(8))
    place = _box(b"dinf", _box(b"dref", struct.pack(">II", 0, 1), _box(b"url ", struct.pack(">I", 1))))
    stbl = _stbl(strand, counts, starts)
    return _box(b"trak", tkhd, edits, _box(b"mdia", mdhd, hdlr, _box(b"minf", medium, place, stbl)))


def _codec(track: Track) -> bytes:
    """Return what a decoder must know of a track: its parameter sets, without the bit rates noted beside them."""
    place = track.description.find(b"avcC") - 4
    if place < 0:
        return track.description
    (size,) = struct.unpack_from(">I", track.description, place)
    return track.description[place : place + size]


def _stbl(strand: Strand, counts: list[int], starts: list[int]) -> bytes:
    """Return the tables of a strand; every run is one chunk."""
    sizes = np.concatenate([track.sizes[first:end] for _, track, first, end in strand.runs])
    keys = np.flatnonzero(np.concatenate([track.keys[first:end] for _, track, first, end in strand.runs])) + 1
    codecs = [_codec(track) for _, track, _, _ in strand.runs]
    known = {
        codec: track.description[16:]
        for codec, (_, track, _, _) in reversed(list(zip(codecs, strand.runs, strict=True)))
    }
    numbers = {codec: number for number, codec in enumerate(known, 1)}
    chunks = [(count, numbers[codec]) for count, codec in zip(counts, codecs, strict=True)]
    groups = [(index, *chunk) for index, chunk in enumerate(chunks, 1) if index == 1 or chunk != chunks[index - 2]]
    stsc = b"".join(struct.pack(">III", *group) for group in groups)
    parts = [
        _box(b"stsd", struct.pack(">II", 0, len(known)), *known.values()),
        _box(b"stts", struct.pack(">IIII", 0, 1, len(sizes), strand.delta)),
        _box(b"stsc", struct.pack(">II", 0, len(groups)), stsc),
        _box(b"stsz", struct.pack(">III", 0, 0, len(sizes)), sizes.astype(">u4").tobytes()),
        _box(b"stco", struct.pack(">II", 0, len(starts)), np.array(starts).astype(">u4").tobytes()),
    ]
    if len(keys) < len(sizes):
        parts.insert(2, _box(b"stss", struct.pack(">II", 0, len(keys)), keys.astype(">u4").tobytes()))
    return _box(b"stbl", *parts)
