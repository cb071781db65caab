"""One number an episode: how well it did in the dimension its task belongs to (specification 6.2)."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from visgenenv import media
from visgenenv.bench.consistency import consistency
from visgenenv.bench.novelty import creative, variety
from visgenenv.bench.seen import fit, words
from visgenenv.rewards.attributes import shown
from visgenenv.rewards.facts import delivered
from visgenenv.rewards.match import shot_recipes
from visgenenv.rewards.result import MIN_SHOT_S, constraints
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset


class Measure(Struct, frozen=True):
    """What an episode is worth in its dimension, in [0, 1]: for the table, and graded where the table passes or fails.

    None: it cannot be told, such as a duration that nobody asked for.
    """

    value: float | None
    graded: float | None = None


def measure(trajectory: Trajectory) -> Measure:
    """Measure an episode in the dimension of its task; without a delivery of the right kind it is worth nothing.

    Example:
        >>> from visgenenv import ExpertPolicy, load_suite, rollout
        >>> (record,) = rollout(ExpertPolicy(), [load_suite("paper")[1]], faults="none", progress=False)
        >>> record.task.dimension, measure(record).value > 0.9
        ('object', True)
    """
    found = MEASURES.get(trajectory.task.dimension)
    if found is None:
        return Measure(None)
    if not delivered(trajectory):
        return Measure(0.0, 0.0)
    return found(trajectory)


def amount(trajectory: Trajectory) -> Measure:
    """1 if the number of delivered files is one that was asked for, else 0; graded: by how many it is missed."""
    return _passed(constraints(trajectory.task, delivered(trajectory))["count"])


def duration(trajectory: Trajectory) -> Measure:
    """1 within 10 % (at least half a second) of what was asked for, falling to 0 at three times that."""
    value = constraints(trajectory.task, delivered(trajectory)).get("duration")
    return Measure(value, value)


def storyboard(trajectory: Trajectory) -> Measure:
    """1 if there are as many shots as asked for, each from a source of its own and asked for in words of its own."""
    wanted = trajectory.task.shots
    if wanted is None:
        return Measure(None)
    files = delivered(trajectory)
    n = len(_shots(files))
    share = max(0.0, 1 - abs(n - wanted) / wanted)
    return _passed(min(share, constraints(trajectory.task, files)["shots"]))


def _shots(files: tuple[Asset, ...]) -> set[object]:
    """Return what tells the shots of films apart; those on screen for less than a second are none."""
    seconds: dict[str, float] = {}
    for asset in files:
        for shot in media.truth(asset).shots:
            seconds[shot.source] = seconds.get(shot.source, 0.0) + shot.seconds
    recipes = list({one.seed: one for asset in files for one in shot_recipes(asset.recipe)}.values())
    said: dict[str, object] = {one.seed: words(seen.own) for one, seen in zip(recipes, shown(recipes), strict=True)}
    return {said.get(source, source) for source, length in seconds.items() if length >= MIN_SHOT_S - 1e-6}


def _passed(graded: float) -> Measure:
    return Measure(float(graded == 1.0), graded)


def _match(trajectory: Trajectory) -> Measure:
    """What was asked for, found in what was delivered."""
    return Measure(fit(trajectory))


MEASURES: dict[str, Callable[[Trajectory], Measure]] = {
    "creative": lambda trajectory: Measure(creative(trajectory)),
    "match": _match,
    "object": lambda trajectory: Measure(consistency(trajectory, "object")),
    "scene": lambda trajectory: Measure(consistency(trajectory, "scene")),
    "style": lambda trajectory: Measure(consistency(trajectory, "style")),
    "variety": lambda trajectory: Measure(variety(trajectory)),
    "amount": amount,
    "duration": duration,
    "storyboard": storyboard,
}
"""By dimension."""
