"""A grader that looks at what was delivered, in the place of VisionCreator's VLM grader. It shares no rule with the reward.

The reward asks whether the work was done well; this asks whether one would like what came out: it reads the request's
own words and `media.truth` of the files, and gives each question of a short list a level from 0 to 4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from visgenenv import media
from visgenenv.lexicon import find
from visgenenv.rewards.facts import delivered
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Task, Truth

TOP = 4
HASTY_S, LONGEST_SHARE, SLOW = 1.0, 0.6, 1.5
"""A shot is hasty below so many seconds; lengthy beyond this share of a film; slow when stretched so far."""
CHARS_PER_S = {"en": 24.0, "zh": 9.0}
"""Faster subtitles cannot be read along."""


class Grade(Struct, frozen=True):
    """`value` in [0, 1] is the mean level over 4, times the share of files without a flaw; `levels` are those of the
    questions that apply."""

    value: float
    levels: dict[str, int]


class Seen(Struct, frozen=True):
    """What the grader has in front of it."""

    task: Task
    files: tuple[Asset, ...]
    truths: tuple[Truth, ...]


def grade(record: Trajectory) -> Grade:
    """Grade a delivery; one without any file has the value 0.

    Example:
        >>> from visgenenv import ExpertPolicy, load_suite, rollout
        >>> grade(rollout(ExpertPolicy(), [load_suite("paper")[1]], faults="none", progress=False)[0]).levels
        {'flawless': 4, 'varied': 4}
    """
    files = tuple(delivered(record))
    if not files:
        return Grade(0.0, {"delivered": 0})
    seen = Seen(record.task, files, tuple(media.truth(asset) for asset in files))
    shares = {name: ask(seen) for name, ask in QUESTIONS[record.task.modality].items()}
    levels = {name: int(TOP * share + 1e-9) for name, share in shares.items() if share is not None}
    sound = shares["flawless"] or 0.0
    return Grade(sound * sum(levels.values()) / (TOP * len(levels)), levels)


def _shown(seen: Seen) -> float | None:
    """Share of the things that the request gives a colour or a number ("four blue snowmen") that are seen somewhere."""
    if seen.task.uploads:
        return None
    said = find(seen.task.query)
    named = {subject.name for subject in said.subjects if subject.colour or subject.count > 1} - set(said.excluded)
    there = {subject.name for truth in seen.truths for subject in truth.subjects}
    return len(named & there) / len(named) if named else None


def _flawless(seen: Seen) -> float | None:
    """Share of the files in which nothing is visibly or audibly wrong."""
    return sum(not truth.defects for truth in seen.truths) / len(seen.truths)


def _same(seen: Seen) -> float | None:
    """How much of what must not change does not: the colour of the one it is about, the scene, the style."""
    if not seen.task.groups or len(seen.truths) < 2:
        return None
    values = []
    for group in seen.task.groups:
        if group.kind != "object":
            values.append(_largest([getattr(truth, group.kind) for truth in seen.truths], len(seen.truths)))
            continue
        shades = [{one.colour for one in truth.subjects if one.name == group.name} for truth in seen.truths]
        if any(shades):  # else it is nothing that is drawn here
            values.append(_largest([min(shade) for shade in shades if shade], len(shades)))
    return _share(values) if values else None


def _largest(values: Sequence[str], n: int) -> float:
    return max((values.count(value) for value in values), default=0) / n


def _varied(seen: Seen) -> float | None:
    """Share of pictures that do not show exactly what another shows."""
    if len(seen.truths) < 2:
        return None
    looks = {(truth.subjects, truth.scene, truth.style, truth.text, truth.unrendered) for truth in seen.truths}
    return len(looks) / len(seen.truths)


def _pace(seen: Seen) -> float | None:
    """Share of shots that are neither hasty, nor most of a film of three and more, nor slowed down."""
    good = total = 0
    for truth in seen.truths:
        whole = sum(shot.seconds for shot in truth.shots)
        for shot in truth.shots:
            lengthy = len(truth.shots) > 2 and shot.seconds > LONGEST_SHARE * whole
            total += 1
            good += shot.seconds >= HASTY_S and shot.stretch <= SLOW and not lengthy
    return good / total if total else None


def _heard(seen: Seen) -> float | None:
    """Share of the films in which one hears what the request asks for."""
    wanted = {"bgm": "music", "tts": "speech", "sfx": "sound"}
    parts = [wanted[part] for part in seen.task.audio]
    return _share([all(bool(getattr(truth, part)) for part in parts) for truth in seen.truths]) if parts else None


def _readable(seen: Seen) -> float | None:
    """Share of the subtitles that stand long enough to be read, inside their film."""
    pace = CHARS_PER_S[seen.task.lang]
    lines = [
        0 <= start < end <= asset.duration + 0.05 and len(text) <= pace * (end - start) + 4
        for asset, truth in zip(seen.files, seen.truths, strict=True)
        for start, end, text in truth.subtitles
    ]
    return _share(lines) if lines else None


def _share(marks: Sequence[float]) -> float:
    return sum(marks) / len(marks)


Question = Callable[[Seen], float | None]
QUESTIONS: dict[str, dict[str, Question]] = {
    "image": {"shown": _shown, "flawless": _flawless, "same": _same, "varied": _varied},
    "video": {"shown": _shown, "flawless": _flawless, "same": _same, "pace": _pace, "heard": _heard, "readable": _readable},
}  # fmt: skip
"""The questions by modality; each gives a share in [0, 1], or None where it does not apply."""
