"""Gold: what a customer would find in the delivered files, written apart from every reward.

No module of `visgenenv.rewards` is imported here, and none imports this one (a lint contract). It reads the hidden
task and the delivered files: their sizes and lengths, their pixels, and what is drawn in them. It looks neither at
the plan nor at the calls nor at any prompt. docs/experiments/gold.md says what is asked for and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from visgenenv import media
from visgenenv.lexicon import SCENES, STYLES, find
from visgenenv.media.drawing import frame
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Shot, Size, Subject, Task, Truth

THUMBNAIL = 64
"""Pixels a side at which pictures are compared."""
SAME = 3.0
"""Pictures whose grey levels (0 to 255) differ by less than this on average are one picture."""
SHORTEST_SHOT_S = 1.0

Pixels = NDArray[np.float32]


class Gold(Struct, frozen=True):
    """What was asked for and how much of it is there, each in [0, 1]; `value` is their mean, 0 if nothing came."""

    items: dict[str, float]

    @property
    def value(self) -> float:
        return sum(self.items.values()) / len(self.items) if self.items.get("files") else 0.0

    @property
    def passed(self) -> bool:
        """Whether the customer has nothing to complain of."""
        return bool(self.items) and min(self.items.values()) == 1.0


def gold(trajectory: Trajectory) -> Gold:
    """Judge the delivery of an episode by its files alone.

    Example:
        >>> from visgenenv import ExpertPolicy, load_suite, rollout
        >>> (record,) = rollout(ExpertPolicy(), [load_suite("dev")[0]], faults="none", progress=False)
        >>> gold(record).passed
        True
    """
    task, files = trajectory.task, received(trajectory)
    if not files:
        return Gold({"files": 0.0})
    truths = [media.truth(asset) for asset in files]
    pictures = [asset_pixels(asset) for asset in files] if task.modality == "image" else [*_shot_pixels(files, truths)]
    items = {"files": _files(task, files, pictures)}
    if task.duration is not None:
        items["length"] = _length(files, task.duration.seconds, task.duration.scope == "total")
    if task.shots is not None:
        items["shots"] = float(_different(pictures) == task.shots)
    if task.size is not None:
        items["shape"] = sum(_shaped(asset, task.size) for asset in files) / len(files)
    items |= _heard(task, truths)
    wanted = [one for text in task.attributes for one in _drawable(text)]
    if wanted:
        items["content"] = _content(wanted, truths)
    items["flawless"] = sum(not truth.defects for truth in truths) / len(truths)
    return Gold(items)


def received(trajectory: Trajectory) -> list[Asset]:
    """Return the files of the kind asked for that the answer names and the episode made, each once."""
    answer = trajectory.answer
    named = [trajectory.asset(url) for url in answer.answer_url_list] if answer else []
    right = [asset for asset in named if asset and asset.kind == trajectory.task.modality]
    return list({asset.id: asset for asset in right if asset.created_by != "user"}.values())


def _files(task: Task, files: Sequence[Asset], pictures: Sequence[Pixels]) -> float:
    """1 if as many as asked for came; pictures that look the same are one."""
    n = _different(pictures) if task.modality == "image" else len(files)
    low, high = task.count
    return 1.0 if low <= n <= high else min(n, high) / max(n, low)


def _length(files: Sequence[Asset], seconds: float, total: bool) -> float:
    """Return the share of files (or of the one total) within a tenth of what was asked for, at least half a second."""
    lengths = [sum(asset.duration for asset in files)] if total else [asset.duration for asset in files]
    return sum(abs(length - seconds) <= max(0.5, 0.1 * seconds) + 1e-6 for length in lengths) / len(lengths)


def _shaped(asset: Asset, size: Size) -> bool:
    if size.exact and (asset.width, asset.height) == (size.width, size.height):
        return True
    return abs(asset.width / asset.height / (size.width / size.height) - 1) <= 0.03


def _heard(task: Task, truths: Sequence[Truth]) -> dict[str, float]:
    """Return what share of the films has the music, the voice, the sounds and the subtitles that were asked for."""
    there = {
        "bgm": [truth.music for truth in truths],
        "tts": [bool(truth.speech) for truth in truths],
        "sfx": [truth.sound for truth in truths],
        "subtitle": [bool(truth.subtitles) for truth in truths],
    }
    asked = [*task.audio, *(["subtitle"] if task.subtitle else [])]
    return {name: float(any(there[name])) for name in asked}


def _drawable(text: str) -> Iterator[Subject | str]:
    """Yield what can be looked for in a picture: a subject, or `scene: x` or `style: x`; other words yield nothing."""
    kind, colon, name = text.partition(": ")
    if colon and name in (SCENES if kind == "scene" else STYLES if kind == "style" else {}):
        yield text
    elif "|" not in text:
        yield from find(text).subjects[:1]


def _content(wanted: Sequence[Subject | str], truths: Sequence[Truth]) -> float:
    """Return the share of what was asked for that is drawn as it was asked for, the mean over the files."""
    return sum(sum(_drawn(one, truth) for one in wanted) for truth in truths) / (len(wanted) * len(truths))


def _drawn(wanted: Subject | str, truth: Truth) -> bool:
    if isinstance(wanted, str):
        kind, _, name = wanted.partition(": ")
        return name == (truth.scene if kind == "scene" else truth.style)
    alike = [one for one in truth.subjects if one.name == wanted.name]
    return any(one.count == wanted.count and one.colour in (wanted.colour, *([] if wanted.colour else [one.colour]))
               for one in alike)  # fmt: skip


def asset_pixels(asset: Asset, seconds: float = 0.0) -> Pixels:
    """Return the grey thumbnail of a file at a moment, 64 x 64."""
    picture = frame(asset.recipe, seconds, THUMBNAIL, THUMBNAIL).convert("L")
    return np.asarray(picture, np.float32)


def _shot_pixels(files: Sequence[Asset], truths: Sequence[Truth]) -> Iterator[Pixels]:
    """Yield the middle of every shot that is on screen for a second or more."""
    for asset, truth in zip(files, truths, strict=True):
        for start, shot in _times(truth.shots):
            if shot.seconds >= SHORTEST_SHOT_S - 1e-6:
                yield asset_pixels(asset, min(start + shot.seconds / 2, asset.duration))


def _times(shots: Sequence[Shot]) -> Iterator[tuple[float, Shot]]:
    start = 0.0
    for shot in shots:
        yield start, shot
        start += shot.seconds


def _different(pictures: Sequence[Pixels]) -> int:
    """Count pictures that look different from all before."""
    kept: list[Pixels] = []
    for picture in pictures:
        if all(float(np.abs(picture - other).mean()) >= SAME for other in kept):
            kept.append(picture)
    return len(kept)
