"""Drawing rows from the arrays in microseconds: by kind, nearest shape and length, and words. No chance of its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import TypeVar

import numpy as np

from visgenenv.lexicon import COLOURS, LIGHTS, STYLES
from visgenenv.media.library.arrays import PER_OCTAVE, Arrays, Numbers, word_key

LOOKED_AT = 32
"""So many rows that have the rarest word are compared at most."""
NEAREST = 64
"""So many buckets are tried, from the nearest on, before all are."""
_PIVOTS = 4
_QUALITIES = frozenset({*COLOURS, *STYLES, *LIGHTS})
"""Words that choose among what shows the others: a prompt for a red fox is not met by anything red."""
_SHAPE, _LONGER, _SHORTER = 1.0, 0.25, 0.5
"""What an octave off costs: a picture of another shape loses its sides, a longer film is cut, a shorter one repeats."""
_KEPT = 8192
"""Answers remembered of each sort."""

_Key = tuple[int, int, int]
"""A kind, and the places of a shape and a length among the buckets."""
_Question = TypeVar("_Question")
_Answer = TypeVar("_Answer")


class Sampler:
    """Draws row numbers. The same arrays and arguments give the same row on every machine."""

    def __init__(self, arrays: Arrays):
        self.arrays = arrays
        self._starts = [*arrays.buckets[:, 3].tolist(), len(arrays.ids)]
        self._kinds = {
            kind: (self._starts[where[0]], self._starts[where[-1] + 1], where)
            for kind in range(3)
            if len(where := np.flatnonzero(arrays.buckets[:, 0] == kind))
        }
        self._orders: dict[_Key, tuple[int, Numbers, Numbers]] = {}
        self._lists: dict[tuple[int, str], Numbers] = {}
        self._nearby: dict[tuple[str, _Key], Numbers] = {}

    def count(self, kind: int) -> int:
        """Return how many rows a kind has."""
        first, end, _ = self._kinds.get(kind, (0, 0, None))
        return end - first

    def draw(
        self, kind: int, shape: float, seconds: float, words: Sequence[str], u: float, least: int = 1
    ) -> int | None:
        """Return the id of a row, or None if there is none.

        Args:
            kind: Its place in `KINDS`.
            shape: Wanted width / height.
            seconds: Wanted length.
            words: If given, only rows with at least `least` of them: as many as possible, then the nearest.
            u: In [0, 1).
            least: How many of the words a row must have.
        """
        if kind not in self._kinds:
            return None
        wanted = (log2(shape) if shape > 0 else 0.0, log2(seconds) if seconds > 0 else 0.0)
        key = (kind, round(wanted[0] * PER_OCTAVE[0]), round(wanted[1] * PER_OCTAVE[1]))
        if words:
            row = self._with_words(key, wanted, words, u, least)
            return None if row is None else int(self.arrays.ids[row])
        bucket = self._near(key)[0]
        first, end = self._starts[bucket], self._starts[bucket + 1]
        return int(self.arrays.ids[first + _pick(u, end - first)])

    def _near(self, key: _Key) -> tuple[int, Numbers, Numbers]:
        """Return the nearest bucket, and where the nearest ones begin and end, from the nearest on."""
        known = self._orders.get(key)
        if known is None:
            where = self._kinds[key[0]][2]
            rows = self.arrays.buckets[where]
            shape = (rows[:, 1] - key[1]) / PER_OCTAVE[0]
            length = (rows[:, 2] - key[2]) / PER_OCTAVE[1]
            order = where[np.argsort(_distance(shape, length), kind="stable")[:NEAREST]]
            starts = np.array(self._starts)
            known = int(order[0]), starts[order].astype(np.uint32), starts[order + 1].astype(np.uint32)
            _remember(self._orders, key, known)
        return known

    def _with_words(
        self, key: _Key, wanted: tuple[float, float], words: Sequence[str], u: float, least: int
    ) -> int | None:
        """Take the rarest words in turn; compare rows that have it by how many of the others they have."""
        asked = tuple(dict.fromkeys(words))
        lists = [(word, rows) for word in asked if len(rows := self._postings(key[0], word))]
        if len(lists) < least:
            return None
        only_qualities = _QUALITIES.issuperset(asked)
        pivots = sorted((len(rows), word) for word, rows in lists if only_qualities or word not in _QUALITIES)
        for _, pivot in pivots[:_PIVOTS]:
            rows, alike = self._candidates(pivot, key, u)
            if len(lists) > 1:
                score = np.zeros(len(rows), np.int8)
                for _, other in lists:
                    score += _among(rows, other)
                best = int(score.max())
                if best < least:
                    continue
                rows = rows[score == best]
            u = u * 9973.0 % 1.0  # its first digits may have chosen the rows already
            return int(rows[_pick(u, len(rows))]) if alike else self._nearest(rows, wanted, u)
        return None

    def _postings(self, kind: int, word: str) -> Numbers:
        """Return the rows of a kind that have a word, ascending."""
        known = self._lists.get((kind, word))
        if known is None:
            arrays, key = self.arrays, np.uint64(word_key(word))
            at = int(arrays.keys.searchsorted(key))
            known = arrays.postings[:0]
            if at < len(arrays.keys) and arrays.keys[at] == key:
                rows = arrays.postings[arrays.starts[at] : arrays.starts[at + 1]]
                low, high = rows.searchsorted(np.array(self._kinds[kind][:2], np.uint32))
                known = rows[low:high]
            _remember(self._lists, (kind, word), known)
        return known

    def _candidates(self, word: str, key: _Key, u: float) -> tuple[Numbers, bool]:
        """Return rows that have a word, and whether they are of one bucket.

        All if they are few, else at most `LOOKED_AT` of the nearest bucket that has some.
        """
        rows = self._postings(key[0], word)
        if len(rows) <= LOOKED_AT:
            return rows, False
        near = self._nearby.get((word, key))
        if near is None:
            _, starts, ends = self._near(key)
            low, high = rows.searchsorted(starts), rows.searchsorted(ends)
            some = np.flatnonzero(high > low)
            near = rows[low[some[0]] : high[some[0]]] if len(some) else rows
            _remember(self._nearby, (word, key), near)
        alike = len(near) < len(rows) or len(self._kinds[key[0]][2]) == 1
        if len(near) > LOOKED_AT:  # neighbours in a bucket have nothing in common, and lie together in memory
            first = _pick(u, len(near) - LOOKED_AT + 1)
            near = near[first : first + LOOKED_AT]
        return near, alike

    def _nearest(self, rows: Numbers, wanted: tuple[float, float], u: float) -> int:
        """Choose among rows that are as near as the nearest, within the width of a bucket."""
        far = _distance(self.arrays.shapes[rows] - wanted[0], self.arrays.lengths[rows] - wanted[1])
        near = rows[far <= far.min() + 0.5 / PER_OCTAVE[0]]
        return int(near[_pick(u, len(near))])


def _distance(shape: Numbers, length: Numbers) -> Numbers:
    distance: Numbers = np.abs(shape) * _SHAPE + np.maximum(length * _LONGER, -length * _SHORTER)
    return distance


def _among(rows: Numbers, other: Numbers) -> Numbers:
    """Say of every row whether it is in an ascending list: 1 or 0."""
    found: Numbers = other.take(other.searchsorted(rows), mode="clip") == rows
    return found.view(np.int8)


def _remember(memory: dict[_Question, _Answer], question: _Question, answer: _Answer) -> None:
    if len(memory) >= _KEPT:
        memory.clear()
    memory[question] = answer


def _pick(u: float, count: int) -> int:
    return min(int(u * count), count - 1)
