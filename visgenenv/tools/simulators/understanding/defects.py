"""What is technically wrong with an asset, and when it shows: read from how the asset was made."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from visgenenv.media.defects_joined import defects, is_heard
from visgenenv.media.shots import through
from visgenenv.media.timeline import starts
from visgenenv.types import Asset, Recipe, Truth

SMALL_SIDE = 480
"""A picture whose shorter side has fewer pixels looks soft on a screen (our choice)."""
STILL_SECONDS = 5.0
"""A picture that stands longer in a film is felt to be frozen (our choice)."""
POOR_RATE = 16_000
"""A sound of fewer samples a second is dull."""


AGAINST_THE_REQUEST = frozenset({
    "wrong_count", "missing_object", "extra_object", "wrong_colour", "wrong_subject", "missing_text", "wrong_tempo",
})  # fmt: skip
"""Defects that only who knows the request can tell: what is seen is told, and it is told truly."""
ABOUT_SOMETHING = frozenset({"cropped", "extra_limb", "vanishing_object"})
"""Defects of one subject, whose name stands behind the code."""


class Issue(Struct, frozen=True):
    """A defect by its code, and the second from which on it shows (0 in a picture)."""

    at: float
    code: str


def issues(asset: Asset, known: Truth) -> tuple[Issue, ...]:
    """Return what is wrong with an asset, in the order of time."""
    found = list(_generated(asset, known))
    if asset.kind in ("image", "video") and min(asset.width, asset.height) < SMALL_SIDE:
        found.append(Issue(0.0, "low_resolution"))
    if asset.kind == "video":
        found += _film_issues(asset.recipe, (asset.width, asset.height), asset.duration)
    if asset.kind == "audio" and 0 < asset.sample_rate < POOR_RATE:
        found.append(Issue(0.0, "low_sample_rate"))
    heard = known.speech or known.music or known.sound
    if asset.kind == "audio" and not heard and "near_silent" not in known.defects:
        found.append(Issue(0.0, "silence"))
    return tuple(sorted(dict.fromkeys(found), key=lambda issue: issue.at))


def _generated(asset: Asset, known: Truth) -> Iterator[Issue]:
    """Yield what came out wrong and can be told by looking: not that two foxes were to be three."""
    begins = {label: start for (start, _), label in reversed(defects(asset.recipe))}
    for label in known.defects:
        kind, _, detail = label.partition(":")
        if kind in AGAINST_THE_REQUEST:
            continue
        if kind == "noise" and is_heard(asset.recipe, label):
            kind = "hiss"
        about = f":{detail}" if kind in ABOUT_SOMETHING and "->" not in detail else ""
        yield Issue(_first_time(kind, known, begins.get(label, 0.0)), kind + about)


def _first_time(code: str, known: Truth, otherwise: float) -> float:
    odd = [start for start, _, words in known.subtitles if not words.isascii()]
    return min(odd) if code == "missing_glyphs" and odd else otherwise


def _film_issues(film: Recipe, shape: tuple[int, int], seconds: float) -> Iterator[Issue]:
    """Yield the borders, long stills and frozen end of a film, followed through what was done to it later."""
    params = film.params
    if film.node in ("titles", "file") and film.sources:
        yield from _film_issues(film.sources[0], shape, seconds)
    elif film.node == "ops":
        below = _film_issues(film.sources[0], tuple(params["size"]), float(params["length"]))
        found = [((issue.at, issue.at + 1e-3), issue.code) for issue in below]
        yield from [Issue(start, code) for (start, _), code in through(params["ops"], found)]
        yield from [Issue(0.0, "borders") for op in params["ops"] if op["op"] == "pad"]
        yield from [Issue(float(op["time"]), "frozen") for op in params["ops"] if op["op"] == "freeze"]
    elif film.node == "timeline":
        for clip, at in zip(params["clips"], starts(params["clips"], params["overlap"]), strict=True):
            if clip["still"] and clip["seconds"] > STILL_SECONDS:
                yield Issue(at, "still")
            if params.get("fit") != "crop" and _is_other_shape(clip["size"], shape):
                yield Issue(at, "borders")
        if params.get("hold"):
            yield Issue(max(0.0, seconds - float(params["hold"])), "frozen")


def _is_other_shape(size: list[int], shape: tuple[int, int]) -> bool:
    """Whether a clip leaves borders in a frame; what rounding may have made is none (as it is drawn)."""
    ratio = size[0] / size[1] * shape[1] / shape[0]
    return not 0.96 < ratio < 1.04
