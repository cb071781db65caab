"""The list of episodes as compact JSON: columns rather than rows, and every text that comes again written once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from visgenenv.rewards import COMPONENTS, PRESETS, RewardRecord
from visgenenv.tasks.scenarios import TYPES
from visgenenv.types import Task
from visgenenv.viewer.briefs import Brief

GIST = 240
"""So many characters of a request are in the list; searching looks at them, at the task's id and at the policy."""

Marks = tuple[float | None, bool, str, tuple[float | None, ...]]
"""What the list shows of a score: reward, success, status, value per component (None where it does not apply)."""


class Table:
    """Gives every distinct value a number."""

    def __init__(self) -> None:
        self.places: dict[Hashable, int] = {}
        self.values: list[Any] = []

    def add(self, key: Hashable, value: Any = None) -> int:
        """Return the number of a key; `value` is what is kept for it, default the key."""
        place = self.places.setdefault(key, len(self.values))
        if place == len(self.values):
            self.values.append(key if value is None else value)
        return place


def marks_of(record: RewardRecord, names: Sequence[str] = tuple(COMPONENTS)) -> Marks:
    """Return what the list shows of a score, with the values of some components in their order."""
    values = tuple(round(record.components[name], 4) if record.applicable.get(name) else None for name in names)
    return (round(record.reward, 4), bool(record.gates["V"]), record.status, values)


def columns(
    briefs: Sequence[Brief], marks: Iterable[Marks | None], components: Sequence[str], preset: str
) -> dict[str, Any]:
    """Return the list as plain data: `tasks`, `policies`, `worlds`, `errors`, and `rows` by column."""
    tasks, policies, sources, worlds, errors = (Table() for _ in range(5))
    rows: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for brief, mark in zip(briefs, marks, strict=True):
        task = brief.task
        values = (
            tasks.add((task.id, task.query), _task(task)),
            policies.add(brief.policy[:120]),
            sources.add(brief.source[:120]),
            brief.step,
            worlds.add(brief.world, str(brief.world)),
            brief.turns,
            brief.calls,
            brief.agent_failures,
            brief.env_failures,
            [errors.add(name[:60]) for name in (*brief.errors, *brief.faults)],
            round(brief.latency_s, 1),
            round(brief.cost_usd, 4),
            brief.truncated_by[:60],
            int(brief.answered),
            brief.paid,
            mark,
        )
        for name, value in zip(_COLUMNS, values, strict=True):
            rows[name].append(value)
    return {
        "components": list(components),
        "counted": [name for name in components if preset not in PRESETS or PRESETS[preset].counts(name)],
        "types": TYPES,
        "tasks": tasks.values,
        "policies": policies.values,
        "sources": sources.values,
        "worlds": worlds.values,
        "errors": errors.values,
        "rows": rows,
    }


_COLUMNS = ("task", "policy", "source", "step", "world", "turns", "calls", "agent", "env", "errors", "latency", "cost",
            "cut", "answered", "paid", "marks")  # fmt: skip


def _task(task: Task) -> list[str]:
    gist = " ".join(task.query.split())[:GIST]
    short = (task.id, task.lang, task.type, task.dimension, task.modality, task.difficulty, task.scenario)
    return [*(text[:120] for text in short), gist]
