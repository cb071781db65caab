"""What a policy of the miniature does on tasks it has not been trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from visgenenv.adapters.folder import HELDOUT, Folder, reward_row
from visgenenv.bench import COLUMNS
from visgenenv.bench.columns import S_RATE
from visgenenv.bench.rows import Key, row_of
from visgenenv.bench.tables import lines
from visgenenv.policies import Policy
from visgenenv.rewards import score_all
from visgenenv.rollouts import rollout
from visgenenv.types import Task


def measure_policy(policy: Policy, tasks: Sequence[Task], samples: int, folder: Path, max_turns: int) -> dict[str, Any]:
    """Play tasks and score the episodes by the rewards and by the benchmark's own columns.

    The benchmark's `evaluate` would let an episode run for forty turns; these are short.

    Args:
        policy: Who plays.
        tasks: What is played; the same tasks meet the same worlds whoever plays.
        samples: Episodes of a task.
        folder: For `heldout.jsonl`, the episodes.
        max_turns: Of an episode.

    Returns:
        `reward` (preset "hardened"), `r_vrt` (preset "paper", equation 7 as published), `components`, `success`,
        `episodes`, `columns` (title to mean, None where no task has the dimension), `turns` and `plays` (mean number
        of turns, reward of each episode).
    """
    keys = [Key(index, sample) for sample in range(samples) for index in range(len(tasks))]
    records = rollout(policy, [tasks[key.index] for key in keys], faults="none", max_turns=max_turns, progress=False)
    hardened = score_all(records, "hardened")
    (line,) = lines([row_of(key, [record])[0] for key, record in zip(keys, records, strict=True)])
    kept = Folder(folder)
    kept.begin()
    kept.add_traces(records, [one.reward for one in hardened], 0, name=HELDOUT)
    titles = (*(column.title for column in COLUMNS), S_RATE)
    return {
        **reward_row(hardened),
        "r_vrt": fmean(one.reward or 0.0 for one in score_all(records, "paper")),
        "columns": {title: line.cells[title].value if title in line.cells else None for title in titles},
        "turns": fmean(len(record.steps) for record in records),
        "plays": [round(one.reward or 0.0, 4) for one in hardened],
    }
