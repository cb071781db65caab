"""The expert repository: reference plans for every type of task and both languages.

The plans stand in `plans.jsonl`, a line each. `scripts/expert_plans.py` writes them from the workflows of the scripted
expert on tasks of the training split, and checks them; no test task's plan is among them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import orjson

from visgenenv.rewards.judges.base import Reference
from visgenenv.rewards.plan_reading import read_plan
from visgenenv.types import Task

VERSION = 2
"""Raised whenever a plan of the repository changes; part of what a verdict is cached under."""

AT_MOST = 2
"""References shown to a judge."""


def references_for(task: Task) -> tuple[Reference, ...]:
    """Return the reference plans of a task's type and language whose demands are most alike, at most two."""
    return _nearest(task.type, task.lang, signature(task))


@lru_cache(maxsize=1024)
def _nearest(type: str, lang: str, wanted: tuple[str, ...]) -> tuple[Reference, ...]:
    known = load_references().get((type, lang), ())
    ranked = sorted(known, key=lambda one: (len(set(one.signature) ^ set(wanted)), one.id))
    return tuple(ranked[:AT_MOST])


def signature(task: Task) -> tuple[str, ...]:
    """Return the demands that decide how a task is gone about.

    >>> from visgenenv import load_suite
    >>> signature(load_suite("paper")[2])
    ('object', 'shots', 'tts')
    """
    demands = [group.kind for group in task.groups] + [str(sound) for sound in task.audio]
    flags = {
        "upload": bool(task.uploads),
        "shots": task.shots is not None,
        "duration": task.duration is not None,
        "subtitle": task.subtitle,
        "several": task.count[1] > 1,
    }
    return tuple(sorted({*demands, *(name for name, there in flags.items() if there)}))


@lru_cache(maxsize=1)
def load_references() -> dict[tuple[str, str], tuple[Reference, ...]]:
    """Return the whole repository, by type and language."""
    found: dict[tuple[str, str], list[Reference]] = {}
    for line in Path(__file__).with_name("plans.jsonl").read_bytes().splitlines():
        one = _reference(orjson.loads(line))
        found.setdefault((one.type, one.lang), []).append(one)
    return {key: tuple(plans) for key, plans in found.items()}


def _reference(row: dict[str, Any]) -> Reference:
    plan = read_plan(orjson.dumps(row["plan"]).decode())
    bare = {name: row[name] for name in ("id", "type", "lang", "signature")}
    return msgspec.convert({**bare, "plan": msgspec.to_builtins(plan)}, Reference)
