"""Coded films that are made once and used again: a clip, its cuts, its loops and joins of it share their frames."""

from __future__ import annotations

from typing import Any, NamedTuple

from visgenenv.types import Asset, Recipe


class Run(NamedTuple):
    """A stretch of a coded film: frames `first` to `end` of the rendition of a recipe at the film's size and rate."""

    recipe: Recipe
    first: int
    end: int


def group_of_pictures(fps: tuple[int, int]) -> int:
    """Return how many frames lie between two key frames of a rendition: about a second."""
    return max(1, round(fps[0] / fps[1]))


def runs_of(asset: Asset) -> list[Run] | None:
    """Return the runs of which a film consists, or None if its frames must be encoded anew.

    A film consists of runs if nothing is drawn over its clips and none is blended, faded, scaled, slowed or held, and
    each begins at a key frame of its rendition.
    """
    return _runs(asset.recipe, (asset.width, asset.height), asset.fps, asset.n_frames)


def _runs(recipe: Recipe, size: tuple[int, int], fps: tuple[int, int], n_frames: int) -> list[Run] | None:
    if recipe.node in ("shot", "animate"):
        return [Run(recipe, 0, n_frames)] if n_frames <= round(_length(recipe, fps)) else None
    if recipe.node != "timeline" or recipe.params.get("overlap") or recipe.params.get("hold"):
        return None
    runs: list[Run] = []
    for clip in recipe.params["clips"]:
        part = _clip(recipe, clip, size, fps)
        if part is None:
            return None
        runs += part
    return runs if sum(run.end - run.first for run in runs) == n_frames else None


def _clip(recipe: Recipe, clip: dict[str, Any], size: tuple[int, int], fps: tuple[int, int]) -> list[Run] | None:
    """Return the runs of one clip of a timeline: a stretch of its source's runs."""
    if clip.get("still") or tuple(clip.get("size") or size) != size or abs(clip["native"] - clip["seconds"]) > 1e-6:
        return None
    rate = fps[0] / fps[1]
    first, count = float(clip["start"]) * rate, float(clip["seconds"]) * rate
    if abs(first - round(first)) > 1e-3 or abs(count - round(count)) > 1e-3:
        return None
    source = recipe.sources[clip["source"]]
    whole = _runs(source, size, fps, round(_length(source, fps)))
    return None if whole is None else _stretch(whole, round(first), round(first) + round(count), group_of_pictures(fps))


def _length(recipe: Recipe, fps: tuple[int, int]) -> float:
    """Return the frames of a whole clip or film at a rate."""
    if recipe.node == "timeline":
        return sum(float(clip["seconds"]) for clip in recipe.params["clips"]) * fps[0] / fps[1]
    return float(recipe.params.get("seconds", 0.0)) * fps[0] / fps[1]


def _stretch(runs: list[Run], first: int, end: int, group: int) -> list[Run] | None:
    """Cut frames `first` to `end` out of runs laid end to end; None where a cut would not begin at a key frame."""
    cut, now = [], 0
    for run in runs:
        begin, stop = max(first, now), min(end, now + run.end - run.first)
        if begin < stop:
            start = run.first + begin - now
            if start % group:
                return None
            cut.append(Run(run.recipe, start, run.first + stop - now))
        now += run.end - run.first
    return cut if end <= now else None
