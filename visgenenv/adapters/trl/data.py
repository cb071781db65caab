"""Data sets of tasks: a row a task, which TRL repeats for the members of a group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasets import Dataset

from visgenenv.adapters.lm.data import draw_seed, task_rows
from visgenenv.adapters.lm.view import View
from visgenenv.types import Task


def task_dataset(tasks: str | Sequence[Task] = "train", view: View | None = None, **choice: Any) -> Dataset:
    """Return `task_rows(...)` as a data set for `GRPOTrainer(train_dataset=...)`."""
    return Dataset.from_list(task_rows(tasks, view, **choice))


def with_seeds(rows: Sequence[dict[str, Any]], seed: int = 0) -> list[dict[str, Any]]:
    """Give every row a `seed` of its own, for TRL's own trainers: the members of a group repeat the row, and so share it.

    `VisGenGRPOTrainer` needs no such column: it draws new worlds at every step.
    """
    return [{**row, "seed": draw_seed(seed, row["index"])} for row in rows]
