"""Likeness of demonstrations: MinHash over the words of the request and the steps of the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from visgenenv.rewards.plan_reading import read_plan
from visgenenv.trajectory import Trajectory

PERMUTATIONS = 64
SHINGLE = 3
"""So many words (or Chinese characters) stand together."""

_PRIME = np.uint64((1 << 31) - 1)
_FACTORS = np.random.default_rng(20_260_302).integers(1, 2**31 - 1, (2, PERMUTATIONS, 1), dtype=np.uint64)
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")

Signature = NDArray[np.uint32]


def signature(record: Trajectory) -> Signature:
    """Return the MinHash signature of a record's request and plan: (64,) of uint32."""
    pieces = np.array([crc32(piece.encode()) for piece in {*_words(record.task.query), *_steps(record)}], np.uint64)
    mixed = (_FACTORS[0] * (pieces % _PRIME) + _FACTORS[1]) % _PRIME
    least: Signature = mixed.min(axis=1).astype(np.uint32)
    return least


def _words(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    for at in range(max(1, len(words) - SHINGLE + 1)):
        yield " ".join(words[at : at + SHINGLE])


def _steps(record: Trajectory) -> Iterator[str]:
    plan = next((step.action.plan for step in record.steps if step.action.plan), "")
    for place, step in enumerate(read_plan(plan).steps):
        yield f"step {place}: {step.tool} x {step.n}: {step.goal}"


class Shelf:
    """The signatures of what is kept so far.

    Example:
        >>> shelf = Shelf(0.5)
        >>> one = np.arange(64, dtype=np.uint32)
        >>> shelf.holds_like(one), shelf.add(one), shelf.holds_like(one)
        (False, None, True)
    """

    def __init__(self, alike: float):
        self.alike = alike
        self._rows = np.empty((256, PERMUTATIONS), np.uint32)
        self._n = 0

    def holds_like(self, one: Signature) -> bool:
        """Whether something kept shares more than `alike` with this one."""
        shares = (self._rows[: self._n] == one).mean(axis=1)
        return bool(self._n and shares.max() > self.alike)

    def add(self, one: Signature) -> None:
        if self._n == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self._n] = one
        self._n += 1
