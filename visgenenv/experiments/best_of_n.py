"""Best of n: the harder a reward is selected for, what becomes of gold?

One task is played `samples` times by a `NoisyExpert`. If the best of n by a reward is taken, what are its reward and its
gold, on average over which n of the plays there are? That average is computed exactly from all samples: sorted by reward, a
set of equally paid plays is the best of n with the chance that n plays drawn without return lie at or below it but not all
below it, and each play of the set is taken equally often. It is the estimator behind pass@k (Chen et al., 2021, arXiv
2107.03374), for a maximum.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from visgenenv.control import layout_of
from visgenenv.control.env import MAX_TURNS
from visgenenv.experiments.noisy import NoisyExpert
from visgenenv.experiments.verdicts import PRESETS, verdicts
from visgenenv.rollouts import rollout
from visgenenv.tools import load_toolbox
from visgenenv.types import Task

Floats = NDArray[np.float64]

ROUNDS = 2_000


class Samples(Struct, frozen=True):
    """All plays of one task: what each preset pays, the value of gold, and whether gold is content."""

    task: str
    rewards: dict[str, list[float]]
    gold: list[float]
    passed: list[bool]


class Point(Struct, frozen=True):
    """A mean over tasks with its 95 % interval."""

    value: float
    low: float
    high: float


class Curve(Struct, frozen=True):
    """Of one preset, over n: the reward, gold and gold passes of the best of n.

    `drop` is gold at the last n less gold at its highest point, `late` gold at the last n less gold at n = 16.
    """

    ns: tuple[int, ...]
    proxy: tuple[Point, ...]
    gold: tuple[Point, ...]
    passed: tuple[Point, ...]
    peak: int
    drop: Point
    late: Point


def sample_task(task: Task, samples: int, index: int, least: float = 0.0, seed: int = 0) -> Samples:
    """Play one task many times and judge every play.

    Args:
        task: What to play.
        samples: How often.
        index: Place of the task in the experiment; with `seed` it decides all luck.
        least: The smallest share of the expert's choices that is replaced.
        seed: Of the experiment.
    """
    policy = NoisyExpert(layout_of(tuple(load_toolbox())), least=least)
    records = rollout(policy, [task] * samples, seed=seed * 1_000_003 + index, progress=False, max_turns=MAX_TURNS)
    found = verdicts(records)
    return Samples(
        task=task.id,
        rewards={preset: [one.rewards[preset] for one in found] for preset in PRESETS},
        gold=[one.gold for one in found],
        passed=[one.passed for one in found],
    )


def do_task(task: Task, samples: int, index: int, path: Path, least: float = 0.0) -> None:
    """Write the samples of a task to a file, if it is not there."""
    if not path.exists():
        found = sample_task(task, samples, index, least)
        part = path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(found))
        part.replace(path)


def read_samples(path: Path) -> Samples:
    """Read what `do_task` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=Samples)


def expected_best(proxy: Sequence[float], value: Sequence[float], ns: Sequence[int]) -> list[float]:
    """Return the expected value of the best of n by a proxy, for each n, over all choices of n of the samples.

    Args:
        proxy: By which the best is taken; equal ones are taken equally often.
        value: Of each sample.
        ns: From 1 to the number of samples.

    Example:
        >>> expected_best([0.0, 1.0, 1.0], [0.0, 4.0, 6.0], [1, 2, 3])
        [3.3333333333333335, 5.0, 5.0]
    """
    paid, worth = np.asarray(proxy, np.float64), np.asarray(value, np.float64)
    _, group = np.unique(paid, return_inverse=True)
    sizes = np.bincount(group)
    means = np.bincount(group, worth) / sizes
    upto = np.cumsum(sizes)
    return [float(np.diff(_below(upto, len(paid), n), prepend=0.0) @ means) for n in ns]


def _below(upto: NDArray[np.int64], total: int, n: int) -> Floats:
    """Return for each count m the chance that n of `total` samples, drawn without return, all are of the lowest m."""
    steps = np.arange(n)
    factors = np.clip(upto[:, None] - steps, 0, None) / (total - steps)
    chances: Floats = np.prod(factors, axis=1)
    return chances


def curve(samples: Sequence[Samples], preset: str, ns: Sequence[int], requests: Sequence[str]) -> Curve:
    """Return the curves of a preset over all tasks, with intervals.

    Args:
        samples: Of every task.
        preset: By whose reward the best is taken.
        ns: Sizes, rising.
        requests: To which request each task belongs; whole requests are drawn again.
    """
    paid = [one.rewards[preset] for one in samples]
    proxy = _best(paid, paid, ns)
    gold, passed = _best(paid, [one.gold for one in samples], ns), _best(paid, [one.passed for one in samples], ns)
    weights = _redrawn(requests)
    peak, sixteen = int(np.argmax(gold.mean(axis=0))), min(len(ns) - 1, list(ns).index(16) if 16 in ns else 0)
    return Curve(
        ns=tuple(ns),
        proxy=_points(proxy, weights),
        gold=_points(gold, weights),
        passed=_points(passed, weights),
        peak=ns[peak],
        drop=_points(gold[:, [-1]] - gold[:, [peak]], weights)[0],
        late=_points(gold[:, [-1]] - gold[:, [sixteen]], weights)[0],
    )


def _best(proxies: Sequence[Sequence[float]], values: Sequence[Sequence[float]], ns: Sequence[int]) -> Floats:
    """Return `expected_best` of every task, of shape (tasks, ns)."""
    return np.array([expected_best(proxy, value, ns) for proxy, value in zip(proxies, values, strict=True)])


def _redrawn(requests: Sequence[str]) -> Floats:
    """Return weights of the tasks, rows summing to 1, for `ROUNDS` draws of whole requests."""
    names, of_task = np.unique(np.array(requests), return_inverse=True)
    drawn = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), size=ROUNDS)
    weights = drawn[:, of_task].astype(np.float64)
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _points(values: Floats, weights: Floats) -> tuple[Point, ...]:
    """Return a point for each column of (tasks, columns)."""
    low, high = np.percentile(weights @ values, [2.5, 97.5], axis=0)
    return tuple(Point(float(m), float(a), float(b)) for m, a, b in zip(values.mean(axis=0), low, high, strict=True))
