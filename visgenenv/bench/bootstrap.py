"""Intervals: what the table would say if other requests had been drawn, as far as these requests can tell.

Whole requests are drawn again, with all their samples and in both their languages, because those are not independent;
within every dimension as many as there are, because a suite's numbers are fixed. Percentiles of 2,000 such tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

ROUNDS = 2_000
LEVEL = 0.95

Floats = NDArray[np.float64]


class Estimate(Struct, frozen=True):
    """A mean with its interval; `n` is the number of tasks behind it. All None where there is nothing to tell."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0


class Redraws:
    """Draws requests again, the same way for every column of a table, so that columns can be joined.

    Args:
        clusters: For every episode, its stratum and its request.
        seed: Of the drawing.
    """

    def __init__(self, clusters: Sequence[tuple[str, str]], seed: int = 0):
        rng = np.random.default_rng(seed)
        self.names = sorted(set(clusters))
        places = {name: place for place, name in enumerate(self.names)}
        self.of_episode = np.array([places[name] for name in clusters], np.int64)
        self.weights = np.zeros((ROUNDS, len(self.names)))
        for stratum in sorted({stratum for stratum, _ in self.names}):
            inside = [place for place, name in enumerate(self.names) if name[0] == stratum]
            share = np.full(len(inside), 1 / len(inside))
            self.weights[:, inside] = rng.multinomial(len(inside), share, size=ROUNDS)

    def means(self, values: Floats, counted: NDArray[np.bool_]) -> Floats:
        """Return the mean of the counted episodes in every table drawn; NaN where none of them was drawn."""
        sums = np.bincount(self.of_episode, np.where(counted, values, 0.0), len(self.names))
        counts = np.bincount(self.of_episode, counted, len(self.names))
        drawn = self.weights @ counts
        means: Floats = np.divide(self.weights @ sums, drawn, out=np.full(ROUNDS, np.nan), where=drawn > 0)
        return means


def interval(draws: Floats) -> tuple[float | None, float | None]:
    """Return the percentile interval of what was drawn, None if most of it is missing."""
    known = draws[~np.isnan(draws)]
    if 2 * len(known) < len(draws):
        return None, None
    low, high = np.percentile(known, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return round(float(low), 6), round(float(high), 6)


def joined(columns: Mapping[str, Floats]) -> Floats:
    """Return the mean over columns in every table drawn."""
    return np.mean(list(columns.values()), axis=0) if columns else np.full(ROUNDS, np.nan)
