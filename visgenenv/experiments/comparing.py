"""Differences between two handfuls of runs: Welch's interval, Hedges' g, and an exact permutation test.

Needs SciPy, which the extra `rllib` brings.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from visgenenv.adapters import require

ROUNDS = 10_000
NOTHING = 1e-12
"""A standard error or deviation below this is rounding."""

Floats = NDArray[np.float64]


class Difference(Struct, frozen=True):
    """Of means, b less a, with its 95 % interval; the effect size `g` with its own; and the two-sided p."""

    mean: float
    low: float
    high: float
    g: float
    g_low: float
    g_high: float
    p: float


def difference(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Compare the values of runs.

    Args:
        a: One value a run; at least two.
        b: The others.

    Example:
        >>> found = difference([0.1, 0.2, 0.3], [0.5, 0.6, 0.7])
        >>> round(found.mean, 3), round(found.low, 3), round(found.high, 3), found.p
        (0.4, 0.173, 0.627, 0.1)
    """
    require("rllib", "scipy")
    from scipy import stats  # type: ignore[import-untyped]

    one, other = np.asarray(a, np.float64), np.asarray(b, np.float64)
    mean, p = float(other.mean() - one.mean()), _permuted(stats, one, other)
    shares = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    error = float(np.sqrt(sum(shares)))
    g, (g_low, g_high) = float(hedges(one, other)), _redrawn(one, other)
    if error < NOTHING:
        return Difference(mean, mean, mean, g, g_low, g_high, p)
    freedom = error**4 / (shares[0] ** 2 / (len(one) - 1) + shares[1] ** 2 / (len(other) - 1))
    reach = error * float(stats.t.ppf(0.975, freedom))
    return Difference(mean, mean - reach, mean + reach, g, g_low, g_high, p)


def hedges(a: Floats, b: Floats) -> Floats:
    """Return Hedges' g along the last axis: the difference of means in pooled standard deviations.

    Corrected for few values by 1 - 3 / (4 (n + m) - 9) (Hedges, 1981). Infinite where nothing spreads but the means differ.

    Example:
        >>> float(hedges(np.array([0.1, 0.2, 0.3]), np.array([0.5, 0.6, 0.7])).round(3))
        3.2
    """
    n, m = a.shape[-1], b.shape[-1]
    pooled = ((n - 1) * a.var(axis=-1, ddof=1) + (m - 1) * b.var(axis=-1, ddof=1)) / (n + m - 2)
    pooled = np.where(pooled < NOTHING**2, 0.0, pooled)
    gap = np.round(b.mean(axis=-1) - a.mean(axis=-1), 12)
    with np.errstate(divide="ignore", invalid="ignore"):
        g: Floats = np.nan_to_num(
            (1 - 3 / (4 * (n + m) - 9)) * gap / np.sqrt(pooled), nan=0.0, posinf=np.inf, neginf=-np.inf
        )
    return g


def _redrawn(a: Floats, b: Floats) -> tuple[float, float]:
    """Return the percentile interval of g over draws of runs; draws in which nothing spreads are left out."""
    rng = np.random.default_rng(0)
    drawn = hedges(rng.choice(a, (ROUNDS, len(a))), rng.choice(b, (ROUNDS, len(b))))
    known = drawn[np.isfinite(drawn)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (np.nan, np.nan)
    return float(low), float(high)


def _permuted(stats: object, a: Floats, b: Floats) -> float:
    """Return the share of all ways to deal the values to two hands whose means differ at least as much."""
    found = stats.permutation_test(  # type: ignore[attr-defined]
        (a, b), lambda x, y, axis: y.mean(axis=axis) - x.mean(axis=axis), vectorized=True, n_resamples=np.inf
    )
    return float(found.pvalue)
