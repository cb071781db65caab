"""What is wrong with an asset, and when: the flaws of what it was made from, followed through cuts and joins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from visgenenv.media.caching import by_recipe
from visgenenv.media.defects_heard import HEARD, KINDS, flaw_of
from visgenenv.media.graphs import graph
from visgenenv.media.shots import Span, through
from visgenenv.media.timeline import starts
from visgenenv.types import Recipe

LEAST = 0.25
"""A defect of which less than so many seconds are left is not noticed."""

Defect = tuple[Span, str]
"""From when to when (seconds), and which."""


@by_recipe(2048)
def defects(recipe: Recipe) -> tuple[Defect, ...]:
    """Return the defects of an asset in the order of time, as `truth` names them; pictures have them from 0 to 0.

    Example:
        >>> defects(Recipe("speech", "a", {"text": "hello", "seconds": 2.0, "flaw": 0.3}))
        (((0.0, 2.0), 'clipping'),)
    """
    read = _READERS.get(recipe.node)
    return tuple(dict.fromkeys(sorted(read(recipe)))) if read else ()


def labels(recipe: Recipe) -> tuple[str, ...]:
    """Return the names of the defects of an asset, each once."""
    return tuple(dict.fromkeys(label for _, label in defects(recipe)))


def is_heard(recipe: Recipe, label: str) -> bool:
    """Whether a defect of a recipe is one of its sound."""
    return label.partition(":")[0] in HEARD or recipe.node in KINDS


def _drawn(recipe: Recipe) -> Iterator[Defect]:
    seconds = float(recipe.params.get("seconds") or 0.0) if recipe.node in ("shot", "animate") else 0.0
    for flaw in graph(recipe).flaws:
        yield (flaw.start * seconds, flaw.end * seconds), flaw.label


def _heard(recipe: Recipe) -> Iterator[Defect]:
    flaw, seconds = flaw_of(recipe), float(recipe.params.get("seconds") or 0.0)
    if flaw:
        yield (flaw.start * seconds, flaw.end * seconds), flaw.label


def _between(found: Iterable[Defect], start: float, end: float) -> Iterator[Defect]:
    """Yield what shows between two times, for long enough; what has no length shows always."""
    for (first, last), label in found:
        if first == last == 0:
            yield (0.0, end - start), label
        elif min(last, end) - max(first, start) >= min(LEAST, last - first):
            yield (max(first, start) - start, min(last, end) - start), label


def _moved(found: Iterable[Defect], by: float, stretch: float = 1.0) -> Iterator[Defect]:
    for (start, end), label in found:
        yield (by + start * stretch, by + end * stretch), label


def _timeline(recipe: Recipe) -> Iterator[Defect]:
    params, sources = recipe.params, recipe.sources
    for clip, at in zip(params["clips"], starts(params["clips"], params["overlap"]), strict=True):
        source, native = sources[clip["source"]], float(clip["native"])
        audible = params["keep_audio"] and clip["has_audio"] and clip["volume"] > 0
        found = [one for one in defects(source) if audible or not is_heard(source, one[1])]
        if clip["still"]:
            yield from _moved(_between(found, 0.0, float(clip["seconds"])), at)
        else:
            part = _between(found, float(clip["start"]), float(clip["start"]) + native)
            yield from _moved(part, at, float(clip["seconds"]) / native if native else 1.0)
    layers = [*params["tracks"], *([params["bgm"]] if params["bgm"] else [])]
    for layer in layers:
        if layer["volume"] > 0 and layer["seconds"] > 0:
            source = sources[layer["source"]]
            found = [one for one in defects(source) if is_heard(source, one[1])]
            yield from _moved(_between(found, 0.0, float(layer["seconds"])), float(layer.get("start") or 0.0))


def _cut(recipe: Recipe) -> Iterator[Defect]:
    params, sources = recipe.params, recipe.sources
    now = float(params["end"]) - float(params["start"])
    if params["volume"]:
        yield from _between(_sound_of(sources[0]), float(params["start"]), float(params["end"]))
        for index in params["concat"]:
            yield from _moved(_between(_sound_of(sources[index]), 0.0, params["lengths"][index]), now)
            now += params["lengths"][index]
    for index in params["mix"]:
        yield from _between(_sound_of(sources[index]), 0.0, params["lengths"][index])


def _sound_of(recipe: Recipe) -> list[Defect]:
    return [one for one in defects(recipe) if is_heard(recipe, one[1])]


def _pace(recipe: Recipe) -> Iterator[Defect]:
    """The same, in as much time as the slowed or quickened sound takes."""
    params = recipe.params
    first, last, speed = (float(params[name]) for name in ("start", "end", "speed"))

    def now(t: float) -> float:
        return t + (1 / speed - 1) * (min(max(t, first), last) - first)

    for (start, end), label in _sound_of(recipe.sources[0]):
        yield (now(start), now(end)), label


def _ops(recipe: Recipe) -> Iterator[Defect]:
    """The same picture faults, unless colours are gone with the colours; none of a sound that is gone."""
    ops, source = recipe.params["ops"], recipe.sources[0]
    silent = any(op["op"] == "mute" or op.get("volume") == 0 for op in ops)
    grey = any(op.get("name") == "bw" or op.get("saturation") == 0 for op in ops)
    for span, label in through(ops, [(span, label) for span, label in defects(source)]):
        heard = is_heard(source, label)
        coloured = label.partition(":")[0] in ("wrong_colour", "colour_drift", "colour_cast")
        if not (heard and silent) and not (coloured and grey):
            yield span, label


_READERS: dict[str, Callable[[Recipe], Iterator[Defect]]] = {
    "scene": _drawn,
    "edit": _drawn,
    "shot": _drawn,
    "animate": _drawn,
    "song": _heard,
    "speech": _heard,
    "effect": _heard,
    "timeline": _timeline,
    "titles": lambda recipe: iter(defects(recipe.sources[0])),
    "file": lambda recipe: iter(defects(recipe.sources[0]) if recipe.sources else ()),
    "cut": _cut,
    "pace": _pace,
    "ops": _ops,
}
