"""Checks of a task set: that it is a steady sequence of sound tasks that the environment can play."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from visgenenv.env import VisGenEnv
from visgenenv.errors import TaskError, VisGenError, did_you_mean
from visgenenv.tasks import task_from_dict
from visgenenv.tools import Toolbox, load_toolbox
from visgenenv.types import Task

_SHOWN = 30
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ONLY_OF_FILMS = ("duration", "shots", "audio", "subtitle")


def check_task_set(tasks: Sequence[Task], toolbox: Toolbox | None = None, sample: int = 200) -> None:
    """Check a task set.

    Checked: it is a sequence that is not empty, ends where it says, gives the same task twice, in a deep copy and in a
    pickled one; ids are different; every task keeps the rules that files of tasks keep; its language is the one in which
    it is written; its demands do not contradict each other; its tool pool names tools of the toolbox; the environment
    starts it and shows its query.

    Args:
        tasks: Any sequence of tasks.
        toolbox: The tools that are to play it; default: those that ship.
        sample: Of a longer set, so many tasks are looked at, evenly spaced.

    Raises:
        TaskError: Naming everything that is wrong.

    Example:
        >>> from visgenenv import load_suite
        >>> check_task_set(load_suite("dev"), sample=20)
    """
    problems = list(_sequence_problems(tasks))
    if not problems:
        chosen = range(0, len(tasks), max(1, len(tasks) // sample))
        problems = [*_repeat_problems(tasks, chosen), *_all_task_problems(tasks, chosen, toolbox or load_toolbox())]
    if problems:
        raise TaskError(f"{len(problems)} problem(s):\n- " + "\n- ".join(problems[:_SHOWN]))


def _sequence_problems(tasks: Any) -> Iterator[str]:
    for name in ("__len__", "__getitem__"):
        if not hasattr(tasks, name):
            yield f"{type(tasks).__name__} has no {name}: a task set is a sequence"
            return
    if isinstance(tasks, str):
        yield "a string is no task set; load_suite(name) returns a suite"
    elif len(tasks) == 0:
        yield "it is empty"
    else:
        yield from _end_problems(tasks)


def _end_problems(tasks: Sequence[Task]) -> Iterator[str]:
    try:
        tasks[len(tasks)]
    except IndexError:
        return
    except Exception as error:
        yield f"[{len(tasks)}], behind the end, raises {type(error).__name__} instead of IndexError"
    else:
        yield f"[{len(tasks)}], behind the end, gives a task instead of raising IndexError"


def _repeat_problems(tasks: Sequence[Task], chosen: range) -> Iterator[str]:
    """Check that looking again, or at a copy, shows the same tasks."""
    first = [tasks[index] for index in chosen]
    for name, again in (
        ("looked at again", lambda: tasks),
        ("copied", lambda: copy.deepcopy(tasks)),
        ("pickled", lambda: pickle.loads(pickle.dumps(tasks))),
    ):
        try:
            other = again()
            moved = [index for index, task in zip(chosen, first, strict=True) if other[index] != task]
        except Exception as error:
            yield f"cannot be {name}: {type(error).__name__}: {error}"
            continue
        if moved:
            yield f"[{moved[0]}] is another task when the set is {name} ({len(moved)} of {len(first)} are)"


def _all_task_problems(tasks: Sequence[Task], chosen: range, toolbox: Toolbox) -> Iterator[str]:
    places: dict[str, int] = {}
    env = VisGenEnv(tasks, toolbox=toolbox, faults="none")
    for index in chosen:
        task = tasks[index]
        if not isinstance(task, Task):
            yield f"[{index}] is of type {type(task).__name__}, expected Task"
            continue
        where = f"[{index}] {task.id!r}"
        if task.id in places:
            yield f"{where}: [{places[task.id]}] has the same id"
        places[task.id] = index
        broken = [f"{where}: {problem}" for problem in _task_problems(task, toolbox)]
        yield from broken or _reset_problems(env, task, where)


def _task_problems(task: Task, toolbox: Toolbox) -> Iterator[str]:
    try:
        task_from_dict(msgspec.to_builtins(task))
    except TaskError as error:
        yield str(error).removeprefix("task: ")
        return
    if (task.lang == "zh") != bool(_CHINESE.search(task.query)):
        yield f"lang is {task.lang!r}, and the query reads {task.query[:40]!r}"
    for name in task.tool_pool:
        if name not in toolbox:
            yield f"tool_pool: unknown tool {name!r}{did_you_mean(name, toolbox)}"
    for field in _ONLY_OF_FILMS:
        if task.modality == "image" and getattr(task, field):
            yield f"{field}: a demand on films, and the task asks for images"
    most = task.count[1] if task.modality == "image" else max(task.count[1], task.shots or len(task.slots))
    for group in task.groups:
        if most and group.n_required > most:
            yield f"groups: {group.name!r} is to be in {group.n_required} of at most {most} pictures or shots"
    if most and len(task.slots) > most:
        yield f"slots: {len(task.slots)} for at most {most} pictures or shots"


def _reset_problems(env: VisGenEnv, task: Task, where: str) -> Iterator[str]:
    try:
        observation, _ = env.reset(seed=0, options={"task": task})
    except (VisGenError, ValueError, TypeError, KeyError) as error:
        yield f"{where}: the environment cannot start it: {type(error).__name__}: {error}"
        return
    if task.query not in observation:
        yield f"{where}: the first observation does not hold the query"
