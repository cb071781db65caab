"""Checks of a reward component and of a judge: run them on your own before you train with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import msgspec

from visgenenv.errors import VisGenError
from visgenenv.policies import ExpertPolicy, RandomPolicy
from visgenenv.rollouts import rollout
from visgenenv.tasks import load_suite
from visgenenv.trace import encode, from_json
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Score


class ComponentError(VisGenError):
    """A component breaks a rule of components; the message names all that were broken."""


def check_component(component: Callable[[Trajectory], Score], trajectories: Sequence[Trajectory] | None = None) -> None:
    """Check a reward component on finished records.

    Checked: the value is None or a number in [0, 1]; there is a reason; the same record scores the same twice, after
    a trace round trip, and with other asset ids; the record is left as it was; an episode without a single turn, one
    without an answer and one cut short are scored without an exception; whether it applies depends on the task alone.

    Args:
        component: `(trajectory) -> Score`.
        trajectories: To try it on; default: a few plays of the expert and of a random policy.

    Raises:
        ComponentError: Naming everything that is wrong.

    Example:
        >>> from visgenenv.rewards import COMPONENTS
        >>> check_component(COMPONENTS["format"])
    """
    records = list(trajectories) if trajectories is not None else _records()
    problems = list(dict.fromkeys(problem for record in records for problem in _problems(component, record)))
    applies: dict[str, set[bool]] = {}
    for record in [*records, *(cut for one in records for cut in _cut_short(one))]:
        try:
            applies.setdefault(record.task.id, set()).add(component(record).value is None)
        except Exception:
            continue  # told above
    problems += [
        f"{task}: applies to some plays of the task and not to others"
        for task, both in applies.items()
        if len(both) > 1
    ]
    if problems:
        raise ComponentError(f"{len(problems)} problem(s):\n- " + "\n- ".join(problems[:20]))


def _records() -> list[Trajectory]:
    tasks = [*load_suite("paper"), *load_suite("dev")[:6]]
    return [record for policy in (ExpertPolicy(), RandomPolicy()) for record in rollout(policy, tasks, progress=False)]


def _problems(component: Callable[[Trajectory], Score], record: Trajectory) -> Iterator[str]:
    where = record.task.id
    before = encode(record)
    try:
        first = component(record)
    except Exception as error:
        yield f"{where}: {type(error).__name__}: {error}"
        return
    yield from _shape(first, where)
    if encode(record) != before:
        yield f"{where}: the record was changed"
    for name, other in (
        ("the same record", record),
        ("the record read back from a trace", from_json(msgspec.json.decode(before))),
        ("the record with other asset ids", renamed(record)),
    ):
        again = component(other)
        if again.value != first.value:
            yield f"{where}: {name} scores {again.value}, the record itself {first.value}"
    for cut in _cut_short(record):
        try:
            yield from _shape(component(cut), f"{where} after {len(cut.steps)} turns")
        except Exception as error:
            yield f"{where} after {len(cut.steps)} turns: {type(error).__name__}: {error}"


def _shape(found: Score, where: str) -> Iterator[str]:
    if not isinstance(found, Score):
        yield f"{where}: returned {type(found).__name__}, expected Score"
        return
    value = found.value
    if value is not None and not (isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= 1):
        yield f"{where}: the value {value!r} is neither None nor in [0, 1]"
    if not found.reason.strip():
        yield f"{where}: there is no reason"


def _cut_short(record: Trajectory) -> list[Trajectory]:
    """Return the record as it stood before the answer, and before the first turn."""
    whole = msgspec.structs.replace(record, terminated=False, truncated_by="turns")
    return [msgspec.structs.replace(whole, steps=record.steps[:n]) for n in {0, len(record.steps) - 1}]


def renamed(record: Trajectory) -> Trajectory:
    """Return a record with every asset id exchanged for another of the same form."""
    data = encode(record).decode()
    for place, asset in enumerate(record.assets):
        data = data.replace(asset.id, _other(asset, place))
    return from_json(msgspec.json.decode(data.encode()))


def _other(asset: Asset, place: int) -> str:
    prefix, _, rest = asset.id.partition("_")
    return f"{prefix}_{place:0{max(4, len(rest))}d}"
