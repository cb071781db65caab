"""How many held-out episodes follow a way in which the teacher of the second plan fails."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import fmean
from typing import Any

import orjson

from visgenenv.adapters.folder import HELDOUT

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
