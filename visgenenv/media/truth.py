"""What an asset really shows and sounds like: a pure function of its recipe, never told to a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from visgenenv.media.audio import audible
from visgenenv.media.caching import by_recipe
from visgenenv.media.graphs import Figure, graph
from visgenenv.media.layout import arrange
from visgenenv.types import Asset, Recipe, Shot, Subject, Truth

STILL_SECONDS = 5.0
"""A picture shown in a film counts as material of its own for so long (our choice; no source says)."""


def truth(asset: Asset) -> Truth:
    """Return what an asset shows: subjects with places, scene, style, words, shots, music, speech, subtitles.

    Example:
        >>> from visgenenv import load_toolbox
        >>> from visgenenv.tools import Workspace
        >>> call = {"prompt": "two red foxes in a snowy forest"}
        >>> picture = load_toolbox().call("tool_text2image_gemini", call, Workspace(seed=1)).assets[0]
        >>> [(one.name, one.count, one.colour) for one in truth(picture).subjects]
        [('fox', 2, 'red')]
    """
    found = recipe_truth(asset.recipe)
    if asset.kind in ("image", "video") and asset.height:
        return replace(found, subjects=_placed(asset))
    return found


@by_recipe(2048)
def recipe_truth(recipe: Recipe) -> Truth:
    """Return the truth of a recipe, without places (those depend on the frame's shape)."""
    known = _TRUTHS.get(recipe.node)
    return known(recipe) if known else Truth()


def _placed(asset: Asset) -> tuple[Subject, ...]:
    """Return the subjects drawn, each with the mean place of its copies."""
    drawn = graph(asset.recipe)
    places: dict[Figure, list[tuple[float, float]]] = {}
    for place in arrange(drawn, asset.width / asset.height):
        places.setdefault(place.figure, []).append((place.x, place.y))
    out = []
    for figure in drawn.figures:
        at = places.get(figure, [(0.5, 0.5)])
        centre = (round(sum(x for x, _ in at) / len(at), 4), round(sum(y for _, y in at) / len(at), 4))
        out.append(Subject(figure.name, figure.count, figure.colour, centre))
    return tuple(out)


def _picture(recipe: Recipe) -> Truth:
    drawn = graph(recipe)
    subjects = tuple(Subject(figure.name, figure.count, figure.colour) for figure in drawn.figures)
    return Truth(subjects, drawn.scene, drawn.style, drawn.caption, unrendered=drawn.unrendered)


def _clip(recipe: Recipe) -> Truth:
    seconds = float(recipe.params["seconds"])
    shot = Shot(recipe.seed, seconds, seconds, description=str(recipe.params.get("prompt", ""))[:200])
    return replace(_picture(recipe), shots=(shot,), sound=audible(recipe))


def _song(recipe: Recipe) -> Truth:
    return Truth(bpm=float(recipe.params["bpm"]), music=True)


def _speech(recipe: Recipe) -> Truth:
    return Truth(speech=str(recipe.params["text"]))


def _timeline(recipe: Recipe) -> Truth:
    """A film shows its clips one after another, and sounds like everything that was laid under it."""
    params = recipe.params
    shots = tuple(shot for clip in params["clips"] for shot in _shots(recipe.sources[clip["source"]], clip))
    heard = [recipe_truth(source) for source in _heard(recipe)]
    seen = [recipe_truth(recipe.sources[clip["source"]]) for clip in params["clips"]]
    first = recipe_truth(recipe.sources[params["clips"][0]["source"]]) if params["clips"] else Truth()
    return Truth(
        subjects=tuple(dict.fromkeys(subject for one in seen for subject in one.subjects)),
        scene=first.scene,
        style=first.style,
        text=" ".join(dict.fromkeys(one.text for one in seen if one.text)),
        shots=shots,
        bpm=next((one.bpm for one in heard if one.music), 0.0),
        speech=" ".join(one.speech for one in heard if one.speech),
        music=any(one.music for one in heard),
        sound=any(one.sound for one in heard),
        subtitles=_subtitles(params, seen),
        unrendered=tuple(dict.fromkeys(word for one in seen for word in one.unrendered)),
    )


def _heard(recipe: Recipe) -> Iterator[Recipe]:
    """Yield the recipes whose sound can be heard in a film: louder than nothing."""
    params, sources = recipe.params, recipe.sources
    for clip in params["clips"]:
        if params["keep_audio"] and clip["has_audio"] and clip["volume"] > 0:
            yield sources[clip["source"]]
    for track in params["tracks"]:
        if track["volume"] > 0 and track["seconds"] > 0:
            yield sources[track["source"]]
    if params["bgm"] and params["bgm"]["volume"] > 0:
        yield sources[params["bgm"]["source"]]


def _shots(source: Recipe, clip: dict[str, Any]) -> Iterator[Shot]:
    """Yield the shots of one clip: its own, trimmed, where the source is itself a film of several."""
    seconds = float(clip["seconds"])
    if clip["still"]:
        native = min(seconds, STILL_SECONDS)
        yield Shot(source.seed, seconds, native, seconds / native, str(source.params.get("prompt", ""))[:200])
        return
    native = float(clip["native"])
    stretch = seconds / native if native else 1.0
    start, end, now = float(clip["start"]), float(clip["start"]) + native, 0.0
    for shot in recipe_truth(source).shots:
        shown = min(end, now + shot.seconds) - max(start, now)
        now += shot.seconds
        if shown > 1e-6:
            own = shown / shot.stretch
            yield replace(shot, seconds=shown * stretch, native=own, stretch=stretch * shot.stretch)


def _subtitles(params: dict[str, Any], seen: list[Truth]) -> tuple[tuple[float, float, str], ...]:
    """Return the cues of subtitled clips, moved to where they are in the film."""
    out, now = [], 0.0
    for clip, one in zip(params["clips"], seen, strict=True):
        for start, end, words in one.subtitles:
            first, last = max(start - clip["start"], 0.0), min(end - clip["start"], clip["seconds"])
            if last > first:
                out.append((now + first, now + last, words))
        now += clip["seconds"] - params["overlap"]
    return tuple(out)


def _titles(recipe: Recipe) -> Truth:
    below = recipe_truth(recipe.sources[0])
    cues = tuple((float(cue["start"]), float(cue["end"]), str(cue["text"])) for cue in recipe.params["cues"])
    defects = ("missing_glyphs",) if recipe.params.get("missing_glyphs") else ()
    return replace(below, subtitles=(*below.subtitles, *cues), defects=(*below.defects, *defects))


def _cut(recipe: Recipe) -> Truth:
    """An edited sound holds what its sources hold, unless it is silenced."""
    if not recipe.params["volume"]:
        heard = [recipe_truth(recipe.sources[index]) for index in recipe.params["mix"]]
    else:
        heard = [recipe_truth(source) for source in recipe.sources]
    return Truth(
        bpm=next((one.bpm for one in heard if one.music), 0.0),
        speech=" ".join(one.speech for one in heard if one.speech),
        music=any(one.music for one in heard),
        sound=any(one.sound for one in heard),
    )


def _document(recipe: Recipe) -> Truth:
    return Truth(text=str(recipe.params.get("text", "")))


_TRUTHS: dict[str, Callable[[Recipe], Truth]] = {
    "scene": _picture,
    "edit": _picture,
    "shot": _clip,
    "animate": _clip,
    "song": _song,
    "speech": _speech,
    "timeline": _timeline,
    "titles": _titles,
    "cut": _cut,
    "document": _document,
}
