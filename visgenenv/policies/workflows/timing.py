"""How long each shot of a film is on screen, and which clip length covers it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from visgenenv.policies.workflows.shapes import CLIP_SECONDS

PAUSE_S = 0.3
"""Silence left after a spoken line."""
MIN_SHOT_S = 4.0
"""A shot nobody gave a length lasts at least this long."""


def shots_for(seconds: float | None, tool: str) -> int:
    """Return the fewest shots of one tool that fill a film, or one if nobody said how long it is."""
    return max(1, ceil((seconds or 0.0) / CLIP_SECONDS[tool][-1] - 1e-9))


def share_out(total: float | None, needs: Sequence[float], tool: str) -> list[float]:
    """Return seconds per shot.

    Args:
        total: Of the film; None lets each shot last as its clip does.
        needs: Least seconds of each shot: its spoken line.
        tool: That makes the clips.
    """
    lengths = CLIP_SECONDS[tool]
    if total is None:
        return [float(next((one for one in lengths if one >= max(need, MIN_SHOT_S)), lengths[-1])) for need in needs]
    equal = total / len(needs)
    if all(need <= equal for need in needs):
        return [round(equal, 3)] * len(needs)
    spare = total - sum(needs)
    if spare < 0:
        return [round(total * need / sum(needs), 3) for need in needs]
    return [round(min(lengths[-1], need + spare / len(needs)), 3) for need in needs]


def starts(seconds: Sequence[float]) -> list[float]:
    """Return when each shot begins.

    >>> starts([5.0, 5.0, 3.0])
    [0.0, 5.0, 10.0]
    """
    return [round(sum(seconds[:k], 0.0), 3) for k in range(len(seconds))]
