"""From candidates to demonstrations, one after another: first cut, likeness, quota, review."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from visgenenv.demos.candidates import Candidate
from visgenenv.demos.requests import SUITES
from visgenenv.demos.settings import Settings
from visgenenv.demos.similar import Shelf

FIRST = ("invalid", "reward", "grade")
SECOND = ("duplicate", "quota", "review")
FATES = (*FIRST, *SECOND, "kept")
"""What may become of a candidate, in the order in which it is decided."""

SHARES = {"easy": 0.15, "medium": 0.75, "hard": 1.0}
"""The greatest share of what is kept that a difficulty may have."""
CROWDED, SLACK = 1.5, 3
"""A type in a language may have so many times its equal share of what is kept, and so many more."""
CELLS = 84
"""42 types in two languages."""


class Selection:
    """Decides in the order of the requests, so that the outcome does not depend on who played them, or when.

    Args:
        settings: Of the whole set.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.balanced = settings.suite in SUITES
        self._cells = CELLS if settings.lang == "both" else CELLS // 2
        self.fates: Counter[tuple[str, str]] = Counter()
        self.objections: Counter[str] = Counter()
        self._filled: Counter[Any] = Counter()
        self._shelf = Shelf(settings.alike)
        self._kept = 0

    def decide(self, candidate: Candidate) -> str:
        """Return a candidate's fate, and remember it."""
        fate = self._fate(candidate)
        self.fates[fate, candidate.mode] += 1
        if fate == "review":
            self.objections.update(candidate.objections)
        if fate == "kept":
            self._kept += 1
            self._filled.update([(candidate.type, candidate.lang), candidate.difficulty])
            self._shelf.add(np.array(candidate.likeness, np.uint32))
        return fate

    def _fate(self, candidate: Candidate) -> str:
        fallen = self.settings.first_cut(candidate.valid, candidate.reward, candidate.grade)
        if fallen:
            return fallen
        if self._shelf.holds_like(np.array(candidate.likeness, np.uint32)):
            return "duplicate"
        if self.balanced and self._crowded(candidate):
            return "quota"
        return "review" if candidate.objections else "kept"

    def _crowded(self, candidate: Candidate) -> bool:
        """Whether its type or its difficulty has its share of what is kept already.

        The shares hold at every moment, so that a set of 200 is the beginning of a set of 4,000.
        """
        n = self.kept
        of_type = self._filled[candidate.type, candidate.lang]
        of_difficulty = self._filled[candidate.difficulty]
        full = of_difficulty >= SHARES[candidate.difficulty] * n + SLACK
        return full or of_type >= CROWDED * n / self._cells + SLACK

    def count(self, *fates: str) -> int:
        """Return how many candidates met one of these fates."""
        return sum(n for (fate, _), n in self.fates.items() if fate in fates)

    @property
    def played(self) -> int:
        return sum(self.fates.values())

    @property
    def kept(self) -> int:
        return self._kept

    @property
    def full(self) -> bool:
        return self.kept >= self.settings.n
