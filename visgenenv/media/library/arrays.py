"""The sampler's arrays: built from the store, written beside it, mapped into memory by every process that draws.

Rows are sorted by bucket (kind, shape, length) and then by content, so that equal libraries draw equal files wherever
they lie. A word's postings are row numbers in that order, hence sorted by bucket, too.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from math import log2
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from visgenenv.media.library.entry import seconds_of
from visgenenv.media.library.store import ARRAYS, version_of

FORMAT = 1
"""Counted up when the arrays change their meaning."""
PER_OCTAVE = (8, 4)
"""Buckets an octave of shape (width to height) and of length."""
_CHUNK = 50_000

Numbers = NDArray[Any]


class Columns(Struct):
    """What the arrays are built from, a row an entry: `shapes` and `lengths` are log2 of width/height and seconds."""

    ids: Numbers
    kinds: Numbers
    shapes: Numbers
    lengths: Numbers
    marks: Numbers
    word_rows: Numbers
    word_keys: Numbers


class Arrays(Struct):
    """The arrays of one version. `buckets` has a row (kind, shape, length, first row) for each that is not empty."""

    ids: Numbers
    shapes: Numbers
    lengths: Numbers
    buckets: Numbers
    keys: Numbers
    starts: Numbers
    postings: Numbers


@lru_cache(maxsize=1 << 16)
def word_key(word: str) -> int:
    """Return the number that stands for a word in the arrays."""
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())


def build(columns: Columns) -> Arrays:
    """Sort rows into buckets and turn the words of rows into rows of words."""
    shape = np.round(columns.shapes * PER_OCTAVE[0]).astype(np.int64)
    length = np.round(columns.lengths * PER_OCTAVE[1]).astype(np.int64)
    place = ((columns.kinds.astype(np.int64) << 32) + ((shape + (1 << 15)) << 16) + length + (1 << 15)).astype(np.int64)
    order = np.lexsort((columns.marks, place))
    place = place[order]
    first = np.flatnonzero(np.r_[True, place[1:] != place[:-1]]) if len(place) else np.zeros(0, np.int64)
    held = place[first]
    buckets = np.stack(
        [held >> 32, (held >> 16 & 0xFFFF) - (1 << 15), (held & 0xFFFF) - (1 << 15), first.astype(np.int64)], axis=1
    )
    rank = np.empty(len(order), np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    rows = rank[columns.word_rows]
    by_word = np.lexsort((rows, columns.word_keys))
    keys, starts = np.unique(columns.word_keys[by_word], return_index=True)
    return Arrays(
        ids=columns.ids[order].astype(np.int64),
        shapes=columns.shapes[order].astype(np.float32),
        lengths=columns.lengths[order].astype(np.float32),
        buckets=buckets,
        keys=keys.astype(np.uint64),
        starts=np.r_[starts, len(rows)].astype(np.int64),
        postings=rows[by_word],
    )


def columns_of(rows: Iterable[tuple[int, int, float, float, int, tuple[str, ...]]]) -> Columns:
    """Gather rows of (id, kind, width / height, seconds, mark, words); 0 where there is no shape or length."""
    parts: list[tuple[Numbers, ...]] = []
    source, at = iter(rows), 0
    while chunk := list(islice(source, _CHUNK)):
        ids, kinds, shapes, seconds, marks, words = zip(*chunk, strict=True)
        numbers = [at + index for index, some in enumerate(words) for _ in some]
        keys = [word_key(word) for some in words for word in some]
        lengths = [log2(value) if value > 0 else 0.0 for value in seconds]
        logs = [log2(value) if value > 0 else 0.0 for value in shapes]
        columns = (ids, kinds, logs, lengths, marks, numbers, keys)
        kinds_of = (np.int64, np.uint8, np.float32, np.float32, np.uint64, np.int64, np.uint64)
        parts.append(tuple(np.array(column, dtype) for column, dtype in zip(columns, kinds_of, strict=True)))
        at += len(chunk)
    if not parts:
        return columns_of_nothing()
    return Columns(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def columns_of_nothing() -> Columns:
    return Columns(*(np.zeros(0, dtype) for dtype in ("i8", "u1", "f4", "f4", "u8", "i8", "u8")))


def read(home: Path, store: sqlite3.Connection) -> Arrays:
    """Return the arrays of what the store holds now: mapped from their files, made first if they are missing."""
    store.execute("BEGIN")  # version and rows are to be of one moment
    try:
        return _read(home, store)
    finally:
        store.execute("COMMIT")


def _read(home: Path, store: sqlite3.Connection) -> Arrays:
    name = f"{ARRAYS}{FORMAT}-{version_of(store)}"
    if not (home / name).is_dir():
        arrays = build(columns_of(_rows(store)))
        try:
            save(arrays, home, name)
        except OSError:  # a folder that cannot be written still can be drawn from
            return arrays
    try:
        return load(home / name)
    except OSError:  # another process has just replaced them
        return build(columns_of(_rows(store)))


def _rows(store: sqlite3.Connection) -> Iterator[tuple[int, int, float, float, int, tuple[str, ...]]]:
    query = """SELECT id, kind, width, height, n_frames, fps_num, fps_den, n_samples, sample_rate, fingerprint, words
        FROM entries"""
    for number, kind, width, height, frames, over, under, samples, rate, mark, words in store.execute(query):
        seconds = seconds_of(frames, over, under, samples, rate)
        said = tuple(words.split("|")) if words else ()
        yield number, kind, width / height if height else 0.0, seconds, int.from_bytes(mark[:8]), said


def save(arrays: Arrays, home: Path, name: str) -> None:
    """Write the arrays as a folder that appears whole or not at all, and remove those of other versions."""
    making = Path(mkdtemp(prefix=f".{ARRAYS}", dir=home))
    try:
        for field in arrays.__struct_fields__:
            np.save(making / f"{field}.npy", getattr(arrays, field), allow_pickle=False)
        if not (home / name).exists():
            os.replace(making, home / name)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    for old in [*home.glob(f"{ARRAYS}*"), *home.glob(f".{ARRAYS}*")]:
        if old.name != name:
            shutil.rmtree(old, ignore_errors=True)


def load(folder: Path) -> Arrays:
    """Map the arrays; their pages are read when first touched and shared by all processes."""
    return Arrays(*(_mapped(folder / f"{field}.npy") for field in Arrays.__struct_fields__))


def _mapped(path: Path) -> Numbers:
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    return np.asarray(mapped)
