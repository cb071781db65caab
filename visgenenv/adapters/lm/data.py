"""Rows of tasks: a row a task, which a trainer repeats for the members of a group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from visgenenv.adapters.lm.view import View
from visgenenv.tasks import load_suite, read_tasks
from visgenenv.types import Task


def task_rows(
    tasks: str | Sequence[Task] = "train",
    view: View | None = None,
    *,
    limit: int | None = None,
    lang: str | None = None,
    difficulty: str | None = None,
    modality: str | None = None,
) -> list[dict[str, Any]]:
    """Return one row a task: `prompt` (the system message and room for the request), `task`, `task_id`, `index`.

    The request itself is written by the environment's `reset`, since the links of a user's files belong to the episode.

    Args:
        tasks: Name of a suite, a JSONL file of tasks, or tasks.
        view: Says what the system message holds.
        limit: The first so many that fit.
        lang: Only tasks in "en" or "zh".
        difficulty: Only "easy", "medium" or "hard" ones.
        modality: Only "image" or "video".

    Raises:
        ValueError: No task fits.

    Example:
        >>> [row["task_id"] for row in task_rows("dev", limit=2, lang="en")]
        ['dev/0-en', 'dev/1-en']
    """
    wanted = {"lang": lang, "difficulty": difficulty, "modality": modality}
    rows: list[dict[str, Any]] = []
    for task in _suite(tasks):
        if limit is not None and len(rows) >= limit:
            break
        if all(value in (None, getattr(task, name)) for name, value in wanted.items()):
            rows.append(_row(task, len(rows), view or View()))
    if not rows:
        said = ", ".join(f"{name}={value}" for name, value in wanted.items() if value is not None)
        raise ValueError(f"no task of {tasks if isinstance(tasks, str) else 'the list'} fits {said or 'limit=0'}")
    return rows


def draw_seed(*parts: int) -> int:
    """Return a seed below 2^62 that depends on all the numbers, none of them negative.

    >>> draw_seed(0, 1) == draw_seed(0, 1) != draw_seed(1, 0)
    True
    """
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> np.uint64(2))


def _suite(tasks: str | Sequence[Task]) -> Sequence[Task]:
    if not isinstance(tasks, str):
        return tasks
    return read_tasks(tasks) if tasks.endswith(".jsonl") else load_suite(tasks)


def _row(task: Task, index: int, view: View) -> dict[str, Any]:
    return {
        "prompt": [*view.system(task.lang), {"role": "user", "content": ""}],
        "task": msgspec.json.encode(task).decode(),
        "task_id": task.id,
        "index": index,
    }
