"""How long each shot of a film is on screen, and which clip length covers it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from visgenenv.policies.workflows.shapes import CLIP_SECONDS

PAUSE_S = 0.3
"""Silence left after a spoken line."""
LEAST_SHOT_S = 1.0
"""Shortest shot that counts as one."""
FAR_S = 1.2
"""A cut is moved to a beat at most so far away."""
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


def on_beats(seconds: Sequence[float], beats: Sequence[float], longest: Sequence[float]) -> list[float]:
    """Return seconds per shot so that the film cuts on beats, each cut on the beat nearest to where it was.

    Args:
        seconds: Per shot, as they were.
        beats: Times in the music, which begins with the film.
        longest: Seconds of each clip: no shot can be longer.

    Returns:
        The new lengths, or the old ones where there are too few beats or the film would become shorter by over 5 %.

    >>> on_beats([4.0, 4.0, 4.0], [0.5, 3.8, 4.3, 7.9, 8.4], [5, 5, 5])
    [3.8, 4.1, 4.1]
    """
    moved: list[float] = []
    at = 0.0
    for cut, most in zip(starts(seconds)[1:], longest, strict=False):
        near = [beat for beat in beats if LEAST_SHOT_S <= beat - at <= most and abs(beat - cut) <= FAR_S]
        if not near:
            return list(seconds)
        beat = min(near, key=lambda one: abs(one - cut))
        moved.append(round(beat - at, 3))
        at = beat
    last = min(longest[-1], sum(seconds) - at)
    if last < LEAST_SHOT_S or at + last < 0.95 * sum(seconds):
        return list(seconds)
    return [*moved, round(last, 3)]


def starts(seconds: Sequence[float]) -> list[float]:
    """Return when each shot begins.

    >>> starts([5.0, 5.0, 3.0])
    [0.0, 5.0, 10.0]
    """
    return [round(sum(seconds[:k], 0.0), 3) for k in range(len(seconds))]
