"""From rows to cells: the paper's columns with their intervals, for all episodes or for a part of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import comb

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from visgenenv.bench.bootstrap import Estimate, Floats, Redraws, interval, joined
from visgenenv.bench.columns import COLUMNS, O_SCORE, S_RATE, o_score
from visgenenv.bench.rows import Row

TITLES = (*(column.title for column in COLUMNS), S_RATE, O_SCORE)
"""The paper's columns in the paper's order."""
BREAKDOWNS = ("modality", "lang", "difficulty", "type")

Grades = Mapping[tuple[int, int], float]
"""Values of a vision model by index and sample; they take the place of the simulated ones in the judged columns."""


class Line(Struct, frozen=True):
    """One line of the table.

    Attributes:
        name: What it is a line of: "all", or a part such as "zh".
        cells: By title of the column.
        own: Mean over the episodes of what each is worth in its own dimension; unlike O-Score it needs no full row.
        reward: Mean LtrReward.
        met: Share of episodes that meet every objective constraint.
        episodes: How many.
    """

    name: str
    cells: dict[str, Estimate]
    own: Estimate
    reward: Estimate
    met: Estimate
    episodes: int


class Costs(Struct, frozen=True):
    """Means per episode; errors as shares of all calls. Seconds and dollars are the simulation's."""

    turns: float
    calls: float
    agent_errors: float
    env_errors: float
    format_faults: float
    seconds: float
    cost_usd: float
    truncated: float
    """Share of episodes that a limit ended."""


class _Columns:
    """The rows as arrays, one entry an episode, and their redraws."""

    def __init__(self, rows: Sequence[Row], grades: Grades | None):
        values = [value_of(row, grades) for row in rows]
        self.known = np.array([value is not None for value in values], np.bool_)
        self.value = np.array([value or 0.0 for value in values])
        self.dimension = np.array([row.dimension for row in rows])
        self.tasks = np.array([row.index for row in rows])
        self.plain = {
            "success": np.array([row.success for row in rows], np.float64),
            "reward": np.array([row.reward for row in rows]),
            "met": np.array([row.met for row in rows], np.float64),
        }
        self.redraws = Redraws([(row.dimension, row.request) for row in rows])

    def estimate(self, values: Floats, counted: NDArray[np.bool_]) -> Estimate:
        if not counted.any():
            return Estimate(None)
        mean = round(float(values[counted].mean()), 6)
        return Estimate(mean, *interval(self.redraws.means(values, counted)), len(set(self.tasks[counted].tolist())))


def lines(rows: Sequence[Row], by: str = "", grades: Grades | None = None) -> tuple[Line, ...]:
    """Return the line of all rows, or one for every value of a field, such as "lang"."""
    if not rows:
        return ()
    columns = _Columns(rows, grades)
    if not by:
        return (_line("all", columns, np.ones(len(rows), np.bool_)),)
    of_row = np.array([getattr(row, by) for row in rows])
    return tuple(_line(name, columns, of_row == name) for name in sorted(set(of_row.tolist()), key=_order))


def pass_hat(rows: Sequence[Row], passed: Sequence[bool]) -> tuple[float, ...]:
    """Return pass^1, pass^2, … : the chance that k samples of one task all pass, the mean over the tasks.

    Of a task with c passes in n samples that is C(c, k) / C(n, k) (tau-bench, arXiv 2406.12045, section 4).
    Tasks with fewer samples than the others bound k.

    Args:
        rows: Of all samples.
        passed: Whether each passed.
    """
    tasks: dict[int, list[bool]] = {}
    for row, one in zip(rows, passed, strict=True):
        tasks.setdefault(row.index, []).append(one)
    most = min(map(len, tasks.values()), default=0)
    return tuple(
        round(sum(comb(sum(of), k) / comb(len(of), k) for of in tasks.values()) / len(tasks), 6)
        for k in range(1, most + 1)
    )


def costs(rows: Sequence[Row]) -> Costs:
    """Return what the episodes cost and how their calls failed."""
    n, calls = max(1, len(rows)), max(1, sum(row.calls for row in rows))
    return Costs(
        turns=sum(row.turns for row in rows) / n,
        calls=sum(row.calls for row in rows) / n,
        agent_errors=sum(row.agent_errors for row in rows) / calls,
        env_errors=sum(row.env_errors for row in rows) / calls,
        format_faults=sum(row.format_faults for row in rows) / n,
        seconds=sum(row.seconds for row in rows) / n,
        cost_usd=sum(row.cost_usd for row in rows) / n,
        truncated=sum(row.ended != "answer" for row in rows) / n,
    )


def _line(name: str, columns: _Columns, part: NDArray[np.bool_]) -> Line:
    cells: dict[str, Estimate] = {}
    draws: dict[str, Floats] = {}
    for column in COLUMNS:
        counted = part & columns.known & (columns.dimension == column.dimension)
        cells[column.title] = columns.estimate(columns.value, counted)
        draws[column.title] = columns.redraws.means(columns.value, counted)
    cells[S_RATE] = columns.estimate(columns.plain["success"], part)
    draws[S_RATE] = columns.redraws.means(columns.plain["success"], part)
    overall = o_score({title: cell.value for title, cell in cells.items()})
    if overall is not None:
        low, high = interval(joined(draws))
        cells[O_SCORE] = Estimate(round(overall, 6), low, high, cells[S_RATE].n)
    else:
        cells[O_SCORE] = Estimate(None)
    return Line(
        name,
        cells,
        own=columns.estimate(columns.value, part & columns.known),
        reward=columns.estimate(columns.plain["reward"], part),
        met=columns.estimate(columns.plain["met"], part),
        episodes=int(part.sum()),
    )


def value_of(row: Row, grades: Grades | None) -> float | None:
    """Return what an episode counts for: a failure 0, a judged dimension what the grader said, if there is one."""
    if grades is None or row.dimension not in _JUDGED:
        return row.value
    return grades.get((row.index, row.sample), 0.0 if not row.success else None)


_JUDGED = frozenset(column.dimension for column in COLUMNS if column.sort == "judged")
_DIFFICULTIES = ("easy", "medium", "hard")


def _order(name: str) -> tuple[int, str, int, str]:
    """Sort types by number and difficulties by hardness."""
    if name in _DIFFICULTIES:
        return _DIFFICULTIES.index(name), "", 0, name
    kind, _, number = name.partition(".")
    return 0, kind, int(number) if number.isdigit() else 0, name
