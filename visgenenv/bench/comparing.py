"""Two runs side by side: paired differences by task, so that easy and hard tasks cancel out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from visgenenv.bench.bootstrap import Estimate, Floats, Redraws, interval, joined
from visgenenv.bench.columns import COLUMNS, O_SCORE, S_RATE
from visgenenv.bench.header import Header
from visgenenv.bench.reports import Report, Run
from visgenenv.bench.rows import Row
from visgenenv.bench.tables import value_of
from visgenenv.errors import BenchError


class Difference(Struct, frozen=True):
    """What B has more than A in one column.

    Attributes:
        a: Mean of A.
        b: Mean of B.
        difference: B - A with its interval, `n` tasks.
        better: Tasks in which B is ahead; `worse`, in which A is.
    """

    a: float
    b: float
    difference: Estimate
    better: int
    worse: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)


class Comparison(Struct, frozen=True):
    """Two runs on the same tasks.

    Attributes:
        a: Header of the first.
        b: Header of the second.
        judged_by: Who judged in both.
        columns: By title, with `reward` and `met` after the paper's.
        tasks: How many tasks both have played.
        same_luck: Whether both have the same seed, so that sample j of a task met the same weather.
    """

    a: Header
    b: Header
    judged_by: str
    columns: dict[str, Difference]
    tasks: int
    same_luck: bool


def compare(a: Run, b: Run) -> Comparison:
    """Compare two runs, as `read_run` gives them.

    Of every task the means over its samples are compared; the intervals draw whole requests again (`bootstrap`).

    Raises:
        BenchError: The runs are not about the same tasks, under the same rules, judged by the same.
    """
    one, other = a.report, b.report
    _check(one, other)
    values_a, values_b = _values(a), _values(b)
    shared = sorted(values_a.keys() & values_b.keys())
    if not shared:
        raise BenchError("the two runs have no task in common")
    facts = {row.index: row for row in a.rows}
    clusters = [(facts[index].dimension, facts[index].request) for index in shared]
    redraws = Redraws(clusters)
    dimensions = np.array([dimension for dimension, _ in clusters])
    columns: dict[str, Difference] = {}
    draws: dict[str, Floats] = {}
    everywhere = np.ones(len(shared), np.bool_)
    parts = {column.title: ("value", dimensions == column.dimension) for column in COLUMNS}
    parts |= {S_RATE: ("success", everywhere), "reward": ("reward", everywhere), "met": ("met", everywhere)}
    for title, (name, part) in parts.items():
        pairs = np.array([(values_a[index][name], values_b[index][name]) for index in shared])
        known = part & ~np.isnan(pairs).any(axis=1)
        if known.any():
            columns[title], draws[title] = _difference(pairs, known, redraws)
    return Comparison(
        one.header, other.header, one.judged_by, _with_overall(columns, draws), len(shared),
        one.header.seed == other.header.seed,
    )  # fmt: skip


def _difference(pairs: Floats, known: NDArray[np.bool_], redraws: Redraws) -> tuple[Difference, Floats]:
    apart = np.nan_to_num(pairs[:, 1] - pairs[:, 0])
    drawn = redraws.means(apart, known)
    estimate = Estimate(round(float(apart[known].mean()), 6), *interval(drawn), int(known.sum()))
    mean_a, mean_b = (round(float(pairs[known, side].mean()), 6) for side in (0, 1))
    better, worse = int((apart[known] > _EVEN).sum()), int((apart[known] < -_EVEN).sum())
    return Difference(mean_a, mean_b, estimate, better, worse), drawn


def _with_overall(columns: dict[str, Difference], draws: dict[str, Floats]) -> dict[str, Difference]:
    """Put O-Score after S-Rate, if all ten columns are there."""
    titles = [*(column.title for column in COLUMNS), S_RATE]
    if not all(title in columns for title in titles):
        return columns
    ten = [columns[title] for title in titles]
    a, b = (sum(values) / len(ten) for values in ([one.a for one in ten], [one.b for one in ten]))
    low, high = interval(joined({title: draws[title] for title in titles}))
    overall = Difference(
        round(a, 6), round(b, 6), Estimate(round(b - a, 6), low, high, columns[S_RATE].difference.n), 0, 0
    )
    rest = {title: one for title, one in columns.items() if title not in titles}
    return {**{title: columns[title] for title in titles}, O_SCORE: overall, **rest}


def _values(run: Run) -> dict[int, dict[str, float]]:
    """Return each task's means over its samples; NaN where there is nothing to tell."""
    tasks: dict[int, list[Row]] = {}
    for row in run.rows:
        tasks.setdefault(row.index, []).append(row)
    return {
        index: {
            "value": _mean([_known(value_of(row, run.grades)) for row in of]),
            "success": _mean([float(row.success) for row in of]),
            "reward": _mean([row.reward for row in of]),
            "met": _mean([float(row.met) for row in of]),
        }
        for index, of in tasks.items()
    }


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _check(one: Report, other: Report) -> None:
    a, b = one.header, other.header
    pairs = {
        "suites": (f"{a.suite.name} version {a.suite.version}", f"{b.suite.name} version {b.suite.version}"),
        "tasks": (a.suite.checksum, b.suite.checksum),
        "faults": (a.faults, b.faults),
        "metrics": (a.versions.get("metrics"), b.versions.get("metrics")),
        "rewards": (a.versions.get("reward"), b.versions.get("reward")),
        "judges": (one.judged_by, other.judged_by),
        "graders": (one.grader, other.grader),
    }
    for name, (left, right) in pairs.items():
        if left != right:
            raise BenchError(f"these runs cannot be compared: {name} differ ({left}; {right})")


_EVEN = 1e-9
