"""What an asset really shows and sounds like: a pure function of its recipe, never told to a policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from visgenenv.media.audio import audible
from visgenenv.media.caching import by_recipe
from visgenenv.media.graphs import Figure, graph
from visgenenv.media.layout import arrange
from visgenenv.media.mixing import seconds_of
from visgenenv.media.timeline import starts
from visgenenv.types import Asset, Recipe, Shot, Subject, Truth

STILL_SECONDS = 5.0
"""A picture shown in a film counts as material of its own for so long (our choice; no source says)."""

_CUE = re.compile(
    r"(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d+):(\d\d):(\d\d)[,.](\d{1,3})[^\n]*\n((?:[^\n]*\S[^\n]*(?:\n|$))*)"
)


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
    if asset.recipe.node in ("scene", "edit", "shot", "animate") and asset.height:
        return replace(found, subjects=_placed(asset))
    return found


@by_recipe(2048)
def recipe_truth(recipe: Recipe) -> Truth:
    """Return the truth of a recipe, without places (those depend on the frame's shape)."""
    known = TRUTHS.get(recipe.node)
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
    seen = [recipe_truth(recipe.sources[clip["source"]]) for clip in params["clips"]]
    return Truth(
        subjects=_merged(subject for one in seen for subject in one.subjects),
        scene=next((one.scene for one in seen if one.scene), ""),
        style=next((one.style for one in seen if one.style), ""),
        text=" ".join(dict.fromkeys(one.text for one in seen if one.text)),
        shots=tuple(shot for clip in params["clips"] for shot in _shots(recipe.sources[clip["source"]], clip)),
        subtitles=_subtitles(params, seen),
        unrendered=tuple(dict.fromkeys(word for one in seen for word in one.unrendered)),
        **_together(_heard(recipe)),
    )


def _merged(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Join equal subjects of several clips; the largest number seen at once counts."""
    merged: dict[tuple[str, str], Subject] = {}
    for subject in subjects:
        known = merged.get((subject.name, subject.colour))
        if known is None or subject.count > known.count:
            merged[subject.name, subject.colour] = subject
    return tuple(merged.values())


def _together(heard: Iterable[Truth]) -> dict[str, Any]:
    """Describe what several sounds are together."""
    all_of_it = list(heard)
    return {
        "bpm": next((one.bpm for one in all_of_it if one.music), 0.0),
        "speech": " ".join(one.speech for one in all_of_it if one.speech),
        "music": any(one.music for one in all_of_it),
        "sound": any(one.sound for one in all_of_it),
    }


def _heard(recipe: Recipe) -> Iterator[Truth]:
    """Yield what can be heard in a film: the stretches used, of what is louder than nothing."""
    params, sources = recipe.params, recipe.sources
    for clip in params["clips"]:
        if params["keep_audio"] and clip["has_audio"] and clip["volume"] > 0:
            yield _stretch(sources[clip["source"]], clip["start"], clip["start"] + clip["native"])
    for track in params["tracks"]:
        if track["volume"] > 0 and track["seconds"] > 0:
            yield _stretch(sources[track["source"]], 0.0, track["seconds"])
    if params["bgm"] and params["bgm"]["volume"] > 0:
        yield _stretch(sources[params["bgm"]["source"]], 0.0, params["bgm"]["seconds"])


def _stretch(recipe: Recipe, start: float, end: float, length: float = 0.0) -> Truth:
    """Describe a stretch of a sound: of its words, the share that is spoken in it."""
    whole, length = recipe_truth(recipe), length or seconds_of(recipe)
    if not whole.speech or not length or (start <= 0 and end >= length - 0.002):
        return whole
    first, last = (round(min(1.0, max(0.0, moment / length)) * len(whole.speech)) for moment in (start, end))
    return replace(whole, speech=whole.speech[first:last].strip())


def _shots(source: Recipe, clip: dict[str, Any]) -> Iterator[Shot]:
    """Yield the shots of one clip: its own, trimmed, where the source is itself a film of several."""
    seconds = float(clip["seconds"])
    if clip["still"]:
        native, origin = min(seconds, STILL_SECONDS), _first_drawn(source)
        yield Shot(origin.seed, seconds, native, seconds / native, str(origin.params.get("prompt", ""))[:200])
        return
    native = float(clip["native"])
    stretch = seconds / native if native else 1.0
    start, end, now = float(clip["start"]), float(clip["start"]) + native, 0.0
    below = _first_film(source)
    overlap = float(below.params["overlap"]) if below.node == "timeline" else 0.0
    for shot in recipe_truth(source).shots:
        shown = min(end, now + shot.seconds) - max(start, now)
        now += shot.seconds - overlap
        if shown > 1e-6:
            own = shown / shot.stretch
            yield replace(shot, seconds=shown * stretch, native=own, stretch=stretch * shot.stretch)


def _first_film(recipe: Recipe) -> Recipe:
    """Return the film under any words laid over it."""
    while recipe.node == "titles":
        recipe = recipe.sources[0]
    return recipe


def _first_drawn(recipe: Recipe) -> Recipe:
    """Return where the pixels of a recipe were first made."""
    while recipe.node in ("titles", "timeline") and recipe.sources:
        recipe = recipe.sources[0]
    return recipe


def _subtitles(params: dict[str, Any], seen: list[Truth]) -> tuple[tuple[float, float, str], ...]:
    """Return the cues of subtitled clips, moved to where they are in the film."""
    out = []
    for clip, one, now in zip(params["clips"], seen, starts(params["clips"], params["overlap"]), strict=True):
        pace = clip["seconds"] / clip["native"] if clip["native"] else 1.0
        for start, end, words in one.subtitles:
            first, last = max(start - clip["start"], 0.0), min(end - clip["start"], clip["native"])
            if last > first:
                out.append((now + first * pace, now + last * pace, words))
    return tuple(out)


def _titles(recipe: Recipe) -> Truth:
    below = recipe_truth(recipe.sources[0])
    cues = tuple((float(cue["start"]), float(cue["end"]), str(cue["text"])) for cue in recipe.params["cues"])
    defects = ("missing_glyphs",) if recipe.params.get("missing_glyphs") else ()
    words = " ".join(dict.fromkeys(text for text in (below.text, *[text for _, _, text in cues]) if text))
    subtitles = tuple(sorted(below.subtitles + cues))
    return replace(below, text=words, subtitles=subtitles, defects=(*below.defects, *defects))


def _cut(recipe: Recipe) -> Truth:
    """An edited sound holds what is left of its sources, unless it is silenced."""
    params, sources = recipe.params, recipe.sources
    mixed = [recipe_truth(sources[index]) for index in params["mix"]]
    if not params["volume"]:
        return Truth(**_together(mixed))
    first = _stretch(sources[0], params["start"], params["end"], params["lengths"][0])
    return Truth(**_together([first, *[recipe_truth(sources[index]) for index in params["concat"]], *mixed]))


def _document(recipe: Recipe) -> Truth:
    """A text is what it says; its timed cues, if it has any, are subtitles."""
    text = str(recipe.params.get("text", ""))
    return Truth(text=text, subtitles=tuple(_cues(text)) if "-->" in text else ())


def _cues(text: str) -> Iterator[tuple[float, float, str]]:
    for match in _CUE.finditer(text.replace("\r\n", "\n")):
        times = []
        for first in (1, 5):
            hours, minutes, seconds = (int(match[first + place]) for place in range(3))
            times.append(hours * 3600 + minutes * 60 + seconds + int(match[first + 3].ljust(3, "0")) / 1000)
        yield times[0], times[1], match[9].strip()


TRUTHS: dict[str, Callable[[Recipe], Truth]] = {
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
