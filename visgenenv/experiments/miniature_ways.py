"""How many held-out episodes follow a way in which the teacher of the second plan fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import orjson

from visgenenv.adapters.folder import HELDOUT
from visgenenv.experiments.miniature_tables import NAMES

FAILING = re.compile(
    r"more than I can do|The plan stands|ought to be at this link|It did not work\. I try the same"
    r"|Not quite what I had in mind|there must be a tool called|\(1\)\s*(?:\n|$)"
)
"""Words of `ExpertPolicy("failing")` in each of its ways with pictures; unreadable turns are numbered (1), (2) and so on."""


def ways(folder: Path) -> dict[str, Any]:
    """Return how many episodes of `heldout.jsonl` fail in the teacher's words, and what the others earn.

    Returns:
        `failing` (episodes), `others` (their mean reward, 0 to 1; None without any).
    """
    failing, rewards = 0, []
    for line in (folder / HELDOUT).read_bytes().splitlines():
        episode = orjson.loads(line)
        if any(FAILING.search(step["text"]) for step in episode["steps"]):
            failing += 1
        else:
            rewards.append(episode["reward"] or 0.0)
    return {"failing": failing, "others": fmean(rewards) if rewards else None}


def ways_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a Markdown table, a line a stage and seed, from rows with `seed`, `stage`, `episodes`, `failing`, `others`."""
    yield "| stage | seed | episodes in a failing way | reward of the others |"
    yield "| --- | ---: | ---: | ---: |"
    for row in sorted(rows, key=lambda row: (list(NAMES).index(row["stage"]), row["seed"])):
        others = "" if row["others"] is None else f"{row['others']:.3f}"
        yield f"| {NAMES[row['stage']]} | {row['seed']} | {row['failing']} of {row['episodes']} | {others} |"
