"""Choosing what to train on: tasks that are sometimes done and sometimes not, since only these teach a difference.

Among attempts that all succeed, or all fail, there is nothing to prefer; the variance of success, p(1 - p), says how
much two attempts at one task differ on average. See PLR (Jiang et al. 2021) and "learnability" (Rutherford et al. 2024).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import gcd
from typing import Any

from msgspec import Struct

from visgenenv.errors import TaskError
from visgenenv.tasks.draws import Draws
from visgenenv.types import Task

PRIOR = 1.0
"""Successes and failures that are taken for granted before anything was tried: Laplace's rule."""
_GOLDEN = 0.6180339887498949


def family_of(task: Task) -> str:
    """Return the family that a task is counted in: modality, dimension, difficulty.

    >>> from visgenenv.tasks import load_task
    >>> family_of(load_task("visgenbench/0-en"))
    'image/creative/easy'
    """
    return f"{task.modality}/{task.dimension or task.type}/{task.difficulty}"


class Tally(Struct):
    """How often a family was tried and done, as far as it is remembered; `at` is the update it was last seen in."""

    done: float = 0.0
    tried: float = 0.0
    at: int = 0


class Curriculum:
    """Draws tasks of a suite, those of a family as often as its success is open: by p(1 - p).

    The suite is walked in an order of its own, every task once before any comes again. A task that comes up is taken
    with the chance `floor + (1 - floor) 4 p (1 - p)`, with p the success of its family, and passed over otherwise. So
    the mixture starts as the suite's own, and no family is ever left out. What was seen long ago counts less, since
    the policy learns: its weight halves every `half_life` updates.

    Args:
        suite: What to draw from.
        seed: Of the order and of the choices. The same seed, draws and updates give the same tasks.
        floor: Chance of a task whose family is always done or never, in (0, 1]; 1: the suite's own mixture.
        half_life: Updates after which evidence counts half.
        key: Which family a task belongs to.

    Raises:
        TaskError: An empty suite, or a bound that is not kept.

    Example:
        >>> from visgenenv import load_suite
        >>> from visgenenv.tasks import Curriculum
        >>> curriculum = Curriculum(load_suite("train"), seed=1)
        >>> batch = curriculum.draw(8)
        >>> for task in batch:
        ...     curriculum.update(task, success=task.modality == "image")
        >>> len(batch), sorted(curriculum.state())
        (8, ['position', 'tallies', 'updates'])
    """

    def __init__(
        self, suite: Sequence[Task], seed: int = 0, *, floor: float = 0.1, half_life: float = 2000.0,
        key: Callable[[Task], str] = family_of,
    ):  # fmt: skip
        if not len(suite):
            raise TaskError("a curriculum needs at least one task")
        if not 0 < floor <= 1 or not half_life > 0:
            raise TaskError(f"floor lies in (0, 1] and half_life above 0, got {floor:g} and {half_life:g}")
        self.suite = suite
        self.seed = seed
        self.floor = floor
        self.half_life = half_life
        self.key = key
        self._start, self._stride = _walk(len(suite), seed)
        self._position = self._updates = 0
        self._tallies: dict[str, Tally] = {}

    def __iter__(self) -> Iterator[Task]:
        """Yield tasks without end."""
        while True:
            yield self._next()

    def draw(self, n: int) -> list[Task]:
        """Return the next `n` tasks."""
        return [self._next() for _ in range(n)]

    def update(self, task: Task, success: float) -> None:
        """Note how an attempt at a task went.

        Args:
            task: One that was drawn, or any other of its family.
            success: Whether it was done; or in [0, 1], the share of several attempts that were.

        Raises:
            TaskError: `success` lies outside [0, 1].
        """
        if not 0 <= success <= 1:
            raise TaskError(f"success lies in [0, 1], got {success!r}")
        self._updates += 1
        tally = self._tallies.setdefault(self.key(task), Tally())
        kept = self._memory(tally)
        tally.done = tally.done * kept + float(success)
        tally.tried = tally.tried * kept + 1.0
        tally.at = self._updates

    def success(self, family: str) -> float:
        """Return the estimated success of a family, 0.5 for one that was never tried."""
        tally = self._tallies.get(family, Tally())
        kept = self._memory(tally)
        return (tally.done * kept + PRIOR) / (tally.tried * kept + 2 * PRIOR)

    def chance(self, family: str) -> float:
        """Return the chance that a task of a family is taken when it comes up."""
        p = self.success(family)
        return self.floor + (1 - self.floor) * 4 * p * (1 - p)

    def state(self) -> dict[str, Any]:
        """Return all that a run that goes on later needs, as JSON can hold it."""
        tallies = {name: [tally.done, tally.tried, tally.at] for name, tally in sorted(self._tallies.items())}
        return {"position": self._position, "updates": self._updates, "tallies": tallies}

    def load(self, state: dict[str, Any]) -> None:
        """Take up where a curriculum with the same arguments was when its state was taken.

        Raises:
            TaskError: This is no such state.
        """
        try:
            position, updates = int(state["position"]), int(state["updates"])
            tallies = {
                str(name): Tally(float(done), float(tried), int(at))
                for name, (done, tried, at) in state["tallies"].items()
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TaskError(f"not the state of a curriculum: {error!r}") from error
        self._position, self._updates, self._tallies = position, updates, tallies

    def _next(self) -> Task:
        while True:
            task = self.suite[(self._start + self._position * self._stride) % len(self.suite)]
            chance = self.chance(self.key(task))
            taken = chance >= 1 or Draws(self.seed, self._position).unit() < chance
            self._position += 1
            if taken:
                return task

    def _memory(self, tally: Tally) -> float:
        """Return how much of a tally still counts."""
        return float(0.5 ** ((self._updates - tally.at) / self.half_life))


def _walk(n: int, seed: int) -> tuple[int, int]:
    """Return where a walk through `n` tasks starts, and a stride that visits each once and spreads them evenly."""
    draws = Draws(seed, n)
    start, stride = draws.below(n), max(1, int(n * (_GOLDEN + 0.01 * draws.unit())))
    while gcd(stride, n) != 1:
        stride += 1
    return start, stride
