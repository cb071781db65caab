"""What an asset really shows and sounds like: a pure function of its recipe, never told to a policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from math import prod
from typing import Any

from msgspec.structs import replace

from visgenenv.media.audio import audible
from visgenenv.media.beats import pulses
from visgenenv.media.caching import by_recipe
from visgenenv.media.defects_heard import said, tempo
from visgenenv.media.defects_joined import labels
from visgenenv.media.graphs import Figure, graph
from visgenenv.media.layout import arrange
from visgenenv.media.mixing import seconds_of
from visgenenv.media.shots import shots, subtitles
from visgenenv.types import Asset, Recipe, Shot, Subject, Truth

_CUE = re.compile(
    r"(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d+):(\d\d):(\d\d)[,.](\d{1,3})[^\n]*\n((?:[^\n]*\S[^\n]*(?:\n|$))*)"
)


Of = Callable[[Recipe], Truth]
"""The truth of a source: `recipe_truth`, or less of it."""


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
        placed = _placed(asset)
        return replace(found, subjects=(*placed, *found.subjects[len(placed) :]))
    return found


def timing(asset: Asset) -> Truth:
    """Return of the truth only what a clock and an ear tell: shots, music, speech, sound, subtitles.

    No prompt is read for it, so that it costs a tenth of `truth`.

    Example:
        >>> from visgenenv import load_toolbox
        >>> from visgenenv.tools import Workspace
        >>> song = load_toolbox().call("tool_music_suno", {"prompt": "calm piano"}, Workspace(seed=1)).assets[0]
        >>> timing(song).music, timing(song).shots
        (True, ())
    """
    return _recipe_timing(asset.recipe)


@by_recipe(2048)
def _recipe_timing(recipe: Recipe) -> Truth:
    known = _TIMINGS.get(recipe.node)
    return known(recipe, _recipe_timing) if known else Truth()


@by_recipe(2048)
def recipe_truth(recipe: Recipe) -> Truth:
    """Return the truth of a recipe, without places (those depend on the frame's shape)."""
    known = TRUTHS.get(recipe.node)
    found, wrong = known(recipe, recipe_truth) if known else Truth(), labels(recipe)
    if not wrong:
        return found
    drifted = [label.partition("->")[2] for label in wrong if label.startswith("identity_drift:")]
    return replace(
        found,
        subjects=(*found.subjects, *[Subject(name) for name in drifted]),
        defects=tuple(dict.fromkeys((*found.defects, *wrong))),
    )


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
    out += [Subject(name, 1, colour) for name, colour in drawn.depicted]
    return tuple(out)


def _picture(recipe: Recipe, of: Of) -> Truth:
    drawn = graph(recipe)
    subjects = tuple(Subject(figure.name, figure.count, figure.colour) for figure in drawn.figures)
    subjects += tuple(Subject(name, 1, colour) for name, colour in drawn.depicted)
    return Truth(subjects, drawn.scene, drawn.style, drawn.caption, unrendered=drawn.unrendered)


def _clip(recipe: Recipe, of: Of) -> Truth:
    return replace(_picture(recipe, of), shots=_shots(recipe), sound=audible(recipe))


def _song(recipe: Recipe, of: Of) -> Truth:
    return Truth(bpm=tempo(recipe) if recipe.params["bpm"] else 0.0, music=True)


def _speech(recipe: Recipe, of: Of) -> Truth:
    return Truth(speech=said(recipe, 0.0, 1.0, 1.0) if "flaw" in recipe.params else str(recipe.params["text"]))


def _effect(recipe: Recipe, of: Of) -> Truth:
    """A sound effect is heard, unless it came out almost silent."""
    return Truth(sound=True) if audible(recipe) else Truth(defects=("near_silent",))


def _timeline(recipe: Recipe, of: Of) -> Truth:
    """A film shows its clips one after another, and sounds like everything that was laid under it."""
    params = recipe.params
    seen = [of(recipe.sources[clip["source"]]) for clip in params["clips"]]
    return Truth(
        subjects=_merged(subject for one in seen for subject in one.subjects),
        scene=next((one.scene for one in seen if one.scene), ""),
        style=next((one.style for one in seen if one.style), ""),
        text=" ".join(dict.fromkeys(one.text for one in seen if one.text)),
        shots=_shots(recipe),
        subtitles=subtitles(recipe, [one.subtitles for one in seen]),
        unrendered=tuple(dict.fromkeys(word for one in seen for word in one.unrendered)),
        **_together(recipe, _heard(recipe, of)),
    )


def _merged(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """Join equal subjects of several clips; the largest number seen at once counts."""
    merged: dict[tuple[str, str], Subject] = {}
    for subject in subjects:
        known = merged.get((subject.name, subject.colour))
        if known is None or subject.count > known.count:
            merged[subject.name, subject.colour] = subject
    return tuple(merged.values())


def _together(recipe: Recipe, heard: Iterable[Truth]) -> dict[str, Any]:
    """Describe what several sounds are together; the tempo is that of the music heard longest."""
    all_of_it, beat = list(heard), pulses(recipe)
    return {
        "bpm": max(beat, key=lambda pulse: pulse.end - pulse.start).bpm if beat else 0.0,
        "speech": " ".join(one.speech for one in all_of_it if one.speech),
        "music": bool(beat) or any(one.music for one in all_of_it),
        "sound": any(one.sound for one in all_of_it),
    }


def _shots(recipe: Recipe) -> tuple[Shot, ...]:
    return tuple([shot for _, shot in shots(recipe)])


def _heard(recipe: Recipe, of: Of) -> Iterator[Truth]:
    """Yield what can be heard in a film: the stretches used, of what is louder than nothing."""
    params, sources = recipe.params, recipe.sources
    for clip in params["clips"]:
        if params["keep_audio"] and clip["has_audio"] and clip["volume"] > 0:
            yield _stretch(of, sources[clip["source"]], clip["start"], clip["start"] + clip["native"])
    for track in params["tracks"]:
        if track["volume"] > 0 and track["seconds"] > 0:
            yield _stretch(of, sources[track["source"]], 0.0, track["seconds"])
    if params["bgm"] and params["bgm"]["volume"] > 0:
        yield _stretch(of, sources[params["bgm"]["source"]], 0.0, params["bgm"]["seconds"])


def _stretch(of: Of, recipe: Recipe, start: float, end: float, length: float = 0.0) -> Truth:
    """Describe a stretch of a sound: of its words, the share that is spoken in it."""
    whole, length = of(recipe), length or seconds_of(recipe)
    if not whole.speech or not length or (start <= 0 and end >= length - 0.002):
        return whole
    if "flaw" in recipe.params and recipe.node == "speech":
        return replace(whole, speech=said(recipe, start, end, length))
    first, last = (round(min(1.0, max(0.0, moment / length)) * len(whole.speech)) for moment in (start, end))
    return replace(whole, speech=whole.speech[first:last].strip())


def _titles(recipe: Recipe, of: Of) -> Truth:
    below = of(recipe.sources[0])
    cues = tuple((float(cue["start"]), float(cue["end"]), str(cue["text"])) for cue in recipe.params["cues"])
    defects = ("missing_glyphs",) if recipe.params.get("missing_glyphs") else ()
    words = " ".join(dict.fromkeys(text for text in (below.text, *[text for _, _, text in cues]) if text))
    subtitles = tuple(sorted(below.subtitles + cues))
    return replace(below, text=words, subtitles=subtitles, defects=(*below.defects, *defects))


def _cut(recipe: Recipe, of: Of) -> Truth:
    """An edited sound holds what is left of its sources, unless it is silenced."""
    params, sources = recipe.params, recipe.sources
    mixed = [of(sources[index]) for index in params["mix"]]
    if not params["volume"]:
        return Truth(**_together(recipe, mixed))
    first = _stretch(of, sources[0], params["start"], params["end"], params["lengths"][0])
    joined = [of(sources[index]) for index in params["concat"]]
    return Truth(**_together(recipe, [first, *joined, *mixed]))


def _pace(recipe: Recipe, of: Of) -> Truth:
    """The same sound, at another tempo."""
    return Truth(**_together(recipe, [of(recipe.sources[0])]))


def _ops(recipe: Recipe, of: Of) -> Truth:
    """The same film, maybe longer, without colours, without sound, or with a watermark's words."""
    ops, below = recipe.params["ops"], of(recipe.sources[0])
    marks = [of(recipe.sources[op["source"]]).text for op in ops if op["op"] == "watermark"]
    words = " ".join(dict.fromkeys(text for text in (below.text, *marks) if text))
    grey = any(op.get("name") == "bw" or op.get("saturation") == 0 for op in ops)
    silent = any(op["op"] == "mute" or op.get("volume") == 0 for op in ops)
    laps = prod(op["count"] for op in ops if op["op"] == "loop")
    heard = _together(recipe, [] if silent else [below])
    return replace(
        below,
        **heard | {"speech": " ".join([heard["speech"]] * laps).strip()},
        subjects=tuple(replace(one, colour="") for one in below.subjects) if grey else below.subjects,
        text=words,
        shots=_shots(recipe),
        subtitles=subtitles(recipe, [below.subtitles]),
    )


def _document(recipe: Recipe, of: Of) -> Truth:
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


TRUTHS: dict[str, Callable[[Recipe, Of], Truth]] = {
    "scene": _picture,
    "edit": _picture,
    "shot": _clip,
    "animate": _clip,
    "song": _song,
    "speech": _speech,
    "effect": _effect,
    "timeline": _timeline,
    "titles": _titles,
    "cut": _cut,
    "pace": _pace,
    "ops": _ops,
    "document": _document,
    "file": lambda recipe, of: of(recipe.sources[0]) if recipe.sources else Truth(),
}


def _unseen_clip(recipe: Recipe, of: Of) -> Truth:
    return Truth(shots=_shots(recipe), sound=audible(recipe))


_TIMINGS = {name: known for name, known in TRUTHS.items() if name not in ("scene", "edit")}
_TIMINGS |= {"shot": _unseen_clip, "animate": _unseen_clip}
