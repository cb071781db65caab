"""The pictures of a one-call film: stock clips found by search terms, or the user's own material, cut to length."""

from __future__ import annotations

from functools import lru_cache
from itertools import cycle
from typing import Any

from msgspec import Struct

from visgenenv.lexicon import find, phrase
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.editing.timeline import Cut, lay_out
from visgenenv.tools.simulators.text.prose import MARKS, clip
from visgenenv.types import Asset, Recipe

FPS = (30, 1)


class Cutting(Struct, frozen=True):
    """The stock part of a film: its clip entries, when they start, and the recipe parameters of every clip."""

    entries: list[dict[str, Any]]
    starts: list[float]
    shots: list[dict[str, Any]]
    terms: list[str]


@lru_cache(1024)
def search_terms(text: str) -> str:
    """Return what to look for in an English stock library: two things and a place at most, no names, no style.

    >>> search_terms("毛毡小狐狸在森林里奔跑")
    'a fox, forest'
    """
    found = find(text)
    words = [phrase(subject, "en") for subject in found.subjects[:2]]
    words += found.scenes[:1] if found.scenes else ()
    if words:
        return ", ".join(words)
    unknown = " ".join(found.unknown[:2]) if text.isascii() else ""  # Chinese words outside the lexicon have no seams
    return unknown or clip(text.strip(), 60).strip(MARKS) or "abstract"


@lru_cache(256)
def stock_clips(
    terms: tuple[str, ...],
    shots: tuple[float, ...],
    seconds: float,
    each: float,
    overlap: float,
    width: int,
    height: int,
) -> Cutting:
    """Stage material: a stock clip for every stretch of the film, found by the terms of what is told in it."""
    lengths = _lengths(shots, seconds, each, overlap)
    n = len(lengths)
    searched = [terms[i * len(terms) // n] for i in range(n)]
    params = [
        {"prompt": term, "seconds": length, "audio": False} for term, length in zip(searched, lengths, strict=True)
    ]
    nothing = Recipe("shot", "")
    clips = [Asset(str(i), "", "video", "video/mp4", nothing, width, height, fps=FPS) for i in range(n)]
    cuts = [Cut(asset, 0.0, length, 1.0) for asset, length in zip(clips, lengths, strict=True)]
    entries, starts = lay_out(cuts, overlap if n > 1 else 0.0, {asset.id: i for i, asset in enumerate(clips)})
    return Cutting(entries, starts, params, list(dict.fromkeys(searched)))


def own_clips(
    call: Invocation, each: float, seconds: float, overlap: float
) -> tuple[list[dict[str, Any]], list[float], float, list[Recipe]]:
    """Fill the film with the user's material; without transitions where its pieces are too short for them."""
    pieces = _pieces([call.asset(name) for name in call.arguments["materials"]], each, seconds)
    usable = [piece for piece in pieces if piece.seconds > 2 * overlap]
    overlap = overlap if usable else 0.0
    cuts = _filled(call, usable or pieces, seconds, overlap)
    sources = {cut.asset.id: cut.asset.recipe for cut in cuts}
    entries, starts = lay_out(cuts, overlap, {asset_id: i for i, asset_id in enumerate(sources)})
    return entries, starts, overlap, list(sources.values())


def _lengths(shots: tuple[float, ...], seconds: float, each: float, overlap: float) -> list[float]:
    """Return the lengths of the stock clips: those of a storyboard, in proportion, or equal pieces."""
    if shots:
        usable, whole = seconds + (len(shots) - 1) * overlap, sum(shots)
        lengths = [usable * shot / whole for shot in shots]
        if min(lengths) > 2 * overlap:
            return lengths
    n = max(int((seconds - overlap) / (each - overlap) + 0.999999), 1)
    return [(seconds + (n - 1) * overlap) / n] * n


def _pieces(own: list[Asset], each: float, seconds: float) -> list[Cut]:
    """Cut material into pieces of the length asked for; what is left at a film's end is a shorter piece."""
    pieces = []
    for asset in own:
        if asset.kind == "image":
            pieces.append(Cut(asset, 0.0, each, 1.0))
            continue
        start = 0.0
        while not start or start < min(asset.duration - _SHORTEST, seconds):
            pieces.append(Cut(asset, start, min(each, asset.duration - start), 1.0))
            start += each
    return pieces


_SHORTEST = 1.0
"""Seconds: a shorter rest of a film is not used."""
_MOST_CUTS = 600


def _filled(call: Invocation, pieces: list[Cut], seconds: float, overlap: float) -> list[Cut]:
    """Take pieces in order, again from the first if need be, until the film is full; the last one is cut to length."""
    cuts: list[Cut] = []
    left = seconds
    whole = sum([piece.seconds - overlap for piece in pieces])
    if seconds / whole * len(pieces) > _MOST_CUTS:
        call.refuse(f"stage material: the materials last {whole:.2f} s together, too short to fill {seconds:.0f} s")
    for piece in cycle(pieces):
        gain = piece.seconds - (overlap if cuts else 0.0)
        if gain >= left - 1e-9:
            cuts.append(piece._replace(seconds=left + (overlap if cuts else 0.0)))
            return cuts
        cuts.append(piece)
        left -= gain
    return cuts
