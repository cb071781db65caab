"""R_result: how far the delivery meets the objective constraints of the task (specification 1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visgenenv import media
from visgenenv.rewards.facts import cited, delivered
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Score, Shot, Size, Task

OTHER_MODALITY = 0.5
"""Factor when the answer also cites files nobody asked for."""
MAX_STRETCH = 2.0
"""Slow motion counts up to this factor; loops and freeze frames do not count at all."""
MIN_SHOT_S = 1.0
SIZE_TOLERANCE = 0.03
"""Vendors' own tables miss nominal ratios by this much."""

__all__ = ["constraints", "delivered", "met", "result_score"]


def result_score(trajectory: Trajectory, mode: str = "graded") -> Score:
    """Score the delivery: the product of one factor per constraint, 0 without a valid delivery.

    Args:
        trajectory: A finished record.
        mode: "graded", or "binary" (1.0 if every factor is 1, else 0.0: VisionCreator-R1's reading).
    """
    assets, unknown = cited(trajectory)
    files = delivered(trajectory)
    if trajectory.answer is None:
        return Score(0.0, "the episode has no valid answer")
    if unknown:
        return Score(0.0, f"the answer cites {unknown[0][:80]!r}, which no tool has made", {"unknown": unknown[:5]})
    if not files:
        return Score(0.0, f"the answer delivers no {trajectory.task.modality} made in this episode")
    factors = constraints(trajectory.task, files)
    foreign = [asset.url for asset in assets if not _asked_for(trajectory.task, asset)]
    if foreign:
        factors["nothing else"] = OTHER_MODALITY
    value = 1.0
    for factor in factors.values():
        value *= factor
    if mode == "binary":
        value = float(value == 1.0)
    missed = [name for name, factor in factors.items() if factor < 1.0]
    reason = f"missed: {', '.join(missed)}" if missed else "every objective constraint is met"
    return Score(value, reason, {"factors": factors, "delivered": [asset.url for asset in files]})


def met(trajectory: Trajectory) -> bool:
    """Whether every objective constraint is met: the environment's bare reward."""
    return result_score(trajectory, "binary").value == 1.0


def constraints(task: Task, files: Sequence[Asset]) -> dict[str, float]:
    """Return one factor in [0, 1] for each constraint that the task states."""
    played = task.duration is not None or task.shots is not None or task.audio or task.subtitle
    truths = [media.timing(asset) for asset in files] if played else []
    factors = {"count": _count(len(files), *task.count)}
    if task.duration is not None:
        lengths = [_effective_seconds(asset, truth.shots) for asset, truth in zip(files, truths, strict=True)]
        if task.duration.scope == "total":
            lengths = [sum(lengths)]
        factors["duration"] = sum(_duration(d, task.duration.seconds) for d in lengths) / len(lengths)
    if task.shots is not None:
        n = _distinct_shots([shot for truth in truths for shot in truth.shots])
        factors["shots"] = max(0.0, 1 - abs(n - task.shots) / task.shots)
    heard: dict[str, Any] = {
        "bgm": any(truth.music for truth in truths),
        "tts": any(truth.speech for truth in truths),
        "sfx": any(truth.sound for truth in truths),
    }
    factors |= {track: float(heard[track]) for track in task.audio}
    if task.subtitle:
        factors["subtitle"] = float(any(truth.subtitles for truth in truths))
    if task.size is not None:
        factors["size"] = float(all(_fits(asset, task.size) for asset in files))
    return factors


def _asked_for(task: Task, asset: Asset) -> bool:
    return asset.kind == task.modality or (task.subtitle and asset.kind == "subtitle")


def _count(n: int, low: int, high: int) -> float:
    if low <= n <= high:
        return 1.0
    return max(0.0, 1 - abs(n - (low if n < low else high)) / low)


def _duration(seconds: float, wanted: float) -> float:
    """1 within max(0.5 s, 10 %), falling to 0 at three times that."""
    tolerance = max(0.5, 0.1 * wanted)
    excess = abs(seconds - wanted) - tolerance
    return 1.0 if excess <= 1e-6 else max(0.0, 1 - excess / (2 * tolerance))


def _effective_seconds(asset: Asset, shots: Sequence[Shot]) -> float:
    """Seconds that count: of each source its own material once, slow motion up to twice its length."""
    if not shots:
        return asset.duration
    longest: dict[str, float] = {}
    for shot in shots:
        longest[shot.source] = longest.get(shot.source, 0.0) + shot.native * min(MAX_STRETCH, shot.stretch)
    return min(asset.duration, sum(longest.values()))


def _distinct_shots(shots: Sequence[Shot]) -> int:
    seconds: dict[str, float] = {}
    for shot in shots:
        seconds[shot.source] = seconds.get(shot.source, 0.0) + shot.seconds
    return sum(length >= MIN_SHOT_S - 1e-6 for length in seconds.values())


def _fits(asset: Asset, size: Size) -> bool:
    if (asset.width, asset.height) == (size.width, size.height):
        return True
    return abs(asset.width * size.height / (asset.height * size.width) - 1) <= SIZE_TOLERANCE
