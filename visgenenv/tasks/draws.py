"""A short stream of chance for one task: uniform numbers drawn in blocks, because single draws cost more than a task.

One generator serves a task: setting up a second one would take a tenth of the time that a task takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

BRANCHES = 2
_BLOCK = 128


class Draws:
    """Seeded choices. Equal keys give equal choices, on every platform.

    >>> Draws(0, 7).below(10) == Draws(0, 7).below(10)
    True
    """

    def __init__(self, *key: int):
        self._key = key
        rng = np.random.default_rng(key)
        self._more: np.random.Generator | None = rng
        self._left: list[float] = rng.random(_BLOCK).tolist()
        self._branches = rng.random((BRANCHES, _BLOCK))

    def branch(self, number: int) -> Draws:
        """Return a stream of its own, of `BRANCHES` there are: what is drawn here changes nothing there.

        >>> one, two = Draws(0, 7), Draws(0, 7)
        >>> _ = [one.unit() for _ in range(300)]
        >>> one.branch(1).unit() == two.branch(1).unit()
        True
        """
        stream = object.__new__(Draws)
        stream._key = (*self._key, 1 + number)
        stream._more = None
        stream._left = self._branches[number].tolist()
        return stream

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        if not self._left:
            if self._more is None:
                self._more = np.random.default_rng(self._key)
            self._left = self._more.random(_BLOCK).tolist()
        return self._left.pop()

    def below(self, n: int) -> int:
        """Return a whole number from 0 to n - 1."""
        return int(self.unit() * n)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self.unit() * (high - low + 1))

    def chance(self, p: float) -> bool:
        return self.unit() < p

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[int(self.unit() * len(options))]

    def sample(self, n: int, k: int) -> list[int]:
        """Return `k` different numbers below `n`, in random order."""
        pool = list(range(n))
        for place in range(k):
            other = place + int(self.unit() * (n - place))
            pool[place], pool[other] = pool[other], pool[place]
        return pool[:k]
