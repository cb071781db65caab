"""What a film shows when: its shots and subtitles, followed through cuts, speeds, loops and freezes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from msgspec.structs import replace

from visgenenv.media.caching import by_recipe
from visgenenv.media.timeline import starts
from visgenenv.types import Recipe, Shot

STILL_SECONDS = 5.0
"""A picture shown in a film counts as material of its own for so long (our choice; no source says)."""

Span = tuple[float, float]
Thing = TypeVar("Thing")


@by_recipe(2048)
def shots(recipe: Recipe) -> tuple[tuple[float, Shot], ...]:
    """Return the shots of a film with the seconds at which each comes on screen."""
    if recipe.node in ("shot", "animate"):
        seconds = float(recipe.params["seconds"])
        return ((0.0, Shot(recipe.seed, seconds, seconds, description=_description(recipe))),)
    if recipe.node == "timeline":
        clips = recipe.params["clips"]
        placed = zip(clips, starts(clips, float(recipe.params["overlap"])), strict=True)
        return tuple(one for clip, at in placed for one in _clip_shots(recipe.sources[clip["source"]], clip, at))
    if recipe.node == "ops":
        found = [((at, at + shot.seconds), shot) for at, shot in shots(recipe.sources[0])]
        return tuple(
            (start, _lasting(shot, end - start)) for (start, end), shot in through(recipe.params["ops"], found)
        )
    return shots(recipe.sources[0]) if recipe.node in ("titles", "file") and recipe.sources else ()


def _clip_shots(source: Recipe, clip: dict[str, Any], at: float) -> Iterator[tuple[float, Shot]]:
    """Yield the shots of one clip: a picture's own, or those of a film that lie in the stretch used."""
    seconds, native = float(clip["seconds"]), float(clip["native"])
    if clip["still"]:
        own, origin = min(seconds, STILL_SECONDS), _first_drawn(source)
        yield at, Shot(origin.seed, seconds, own, seconds / own, _description(origin))
        return
    stretch, first, last = seconds / native if native else 1.0, float(clip["start"]), float(clip["start"]) + native
    for begins, shot in shots(source):
        start, end = max(first, begins), min(last, begins + shot.seconds)
        if end - start > 1e-6:
            yield at + (start - first) * stretch, _lasting(shot, (end - start) * stretch, (end - start) / shot.stretch)


def _lasting(shot: Shot, seconds: float, native: float | None = None) -> Shot:
    """Return a shot that is on screen for so long and uses so much of its material; by default as much as it did."""
    if native is None:
        if abs(seconds - shot.seconds) < 1e-9:
            return shot
        native = shot.native
    return replace(shot, seconds=seconds, native=native, stretch=seconds / native if native else 1.0)


def _description(recipe: Recipe) -> str:
    return str(recipe.params.get("prompt", ""))[:200]


def _first_drawn(recipe: Recipe) -> Recipe:
    """Return where the pixels of a recipe were first made."""
    while recipe.node in ("titles", "timeline", "ops", "file") and recipe.sources:
        recipe = recipe.sources[0]
    return recipe


def through(ops: list[dict[str, Any]], found: Iterable[tuple[Span, Thing]]) -> list[tuple[Span, Thing]]:
    """Return when things that show from one time to another show after a film's operations."""
    now = list(found)
    for op in ops:
        if op["op"] == "loop":
            now = _looped(op, now)
        elif op["op"] == "freeze":
            now = [(_frozen(op, span), thing) for span, thing in now]
    return now


def _looped(op: dict[str, Any], found: list[tuple[Span, Thing]]) -> list[tuple[Span, Thing]]:
    return [
        ((start + lap * op["length"], end + lap * op["length"]), thing)
        for lap in range(op["count"])
        for (start, end), thing in found
    ]


def _frozen(op: dict[str, Any], span: Span) -> Span:
    """What is on screen at the moment of the freeze stays there longer; what comes after it comes later."""
    (start, end), time = span, op["time"]
    if start > time:
        return start + op["duration"], end + op["duration"]
    shows = time < end or (time >= op["length"] - 1e-9 and end >= op["length"] - 1e-9)
    return (start, end + op["duration"]) if shows else span


def subtitles(
    recipe: Recipe, below: list[tuple[tuple[float, float, str], ...]]
) -> tuple[tuple[float, float, str], ...]:
    """Return the subtitles of a film whose clips (or whose one source) show those `below`, moved to where they are."""
    params = recipe.params
    if recipe.node == "ops":
        cues = [((start, end), words) for start, end, words in below[0]]
        return tuple((start, end, words) for (start, end), words in through(params["ops"], cues))
    out = []
    for clip, shown, now in zip(params["clips"], below, starts(params["clips"], params["overlap"]), strict=True):
        pace = clip["seconds"] / clip["native"] if clip["native"] else 1.0
        for start, end, words in shown:
            first, last = max(start - clip["start"], 0.0), min(end - clip["start"], clip["native"])
            if last > first:
                out.append((now + first * pace, now + last * pace, words))
    return tuple(out)
