"""Ranking the stock library: what a query asks for, how well an entry shows it, and what merely looks alike."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import chain

from msgspec import Struct

from visgenenv.lexicon import COLOURS, SUBJECTS, find
from visgenenv.luck import digest
from visgenenv.tools.simulators.search.stock import Entry, library

MOST = 400
"""How many entries of a ranking are kept; pages beyond have nothing."""

_WEIGHTS = {"subject": 4.0, "scene": 2.0, "style": 2.0, "colour": 1.5, "light": 1.0}
_EXTRA_SHARE = 3
"""Of a vague query's results, the last one in so many shows something else of the same sort."""


class Wanted(Struct, frozen=True):
    """What a query asks for, in lexicon names."""

    subjects: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    lights: tuple[str, ...] = ()

    @property
    def facets(self) -> int:
        """How many things are asked for."""
        return len(self.subjects) + sum(map(bool, (self.scenes, self.styles, self.colours, self.lights)))


class Found(Struct, frozen=True):
    """The entries that fit, best first; look-alikes for a vague query; and whether one fits in every respect."""

    matches: tuple[int, ...] = ()
    lookalikes: tuple[int, ...] = ()
    exact: bool = False


@lru_cache(1024)
def read_query(query: str, style_tags: tuple[str, ...] = ()) -> Wanted:
    """Read a query and style tags into what they ask for; words outside the lexicon ask for nothing."""
    read = [find(query), *[find(tag) for tag in style_tags]]
    subjects = [one for found in read for one in found.subjects]
    coloured = [colour for found in read for colour in found.colours]
    return Wanted(
        tuple(dict.fromkeys(one.name for one in subjects)),
        tuple(dict.fromkeys(chain.from_iterable(found.scenes for found in read))),
        tuple(dict.fromkeys(chain.from_iterable(found.styles for found in read))),
        tuple(dict.fromkeys([*coloured, *[one.colour for one in subjects if one.colour]])),
        tuple(dict.fromkeys(chain.from_iterable(found.lights for found in read))),
    )


@lru_cache(1024)
def rank(asked: Wanted, media_type: str = "image", orientation: str = "", colour: str = "") -> Found:
    """Rank the library: the more of what is asked an entry shows, the earlier; at least half of it must be there."""
    if not asked.facets:
        return Found()
    full = _WEIGHTS["subject"] * len(asked.subjects)
    full += sum(_WEIGHTS[sort] for sort in ("scene", "style", "colour", "light") if getattr(asked, f"{sort}s"))
    scored = [
        (-score, entry.order, entry.number)
        for entry in map(library().__getitem__, _candidates(asked))
        if _admits(entry, media_type, orientation, colour) and (score := _score(entry, asked)) * 2 >= full
    ]
    scored.sort()
    matches = tuple(number for _, _, number in scored[:MOST])
    vague = asked.facets == 1
    alike = _lookalikes(asked, media_type, orientation, colour) if vague and matches else ()
    return Found(matches, alike, bool(scored) and -scored[0][0] >= full)


def page_of(found: Found, number: int, count: int) -> list[Entry]:
    """Return page `number` (from 1) of `count` entries; look-alikes stand at its end."""
    extra = count // _EXTRA_SHARE if found.lookalikes else 0
    own = count - extra
    numbers = found.matches[(number - 1) * own : number * own]
    if numbers:
        numbers += found.lookalikes[(number - 1) * extra : number * extra]
    entries = library()
    return [entries[one] for one in numbers]


def nearest_colour(text: str) -> str:
    """Return the palette's name for a colour given by name or as #RRGGBB; empty for a word that is none."""
    text = text.strip().lower()
    if text.startswith("#") and len(text) == 7:
        rgb = [int(text[i : i + 2], 16) for i in (1, 3, 5)]
        return min(COLOURS, key=lambda n: sum((a - b) ** 2 for a, b in zip(COLOURS[n].rgb, rgb, strict=True)))
    return next((entry.name for entry in COLOURS.values() if text in (entry.name, *entry.en, *entry.zh)), "")


@cache
def _by_facet() -> dict[tuple[str, str], tuple[int, ...]]:
    found: dict[tuple[str, str], list[int]] = {}
    for entry in library():
        facets = [("subject", one.name) for one in entry.subjects]
        facets += [("scene", entry.scene), ("style", entry.style), ("light", entry.light), ("colour", entry.colour)]
        for facet in facets:
            found.setdefault(facet, []).append(entry.number)
    return {facet: tuple(numbers) for facet, numbers in found.items()}


def _candidates(asked: Wanted) -> Iterable[int]:
    """Return the entries that show something of the weightiest sort asked for."""
    for sort in ("subject", "scene", "style", "colour", "light"):
        names = getattr(asked, f"{sort}s")
        if names:
            return dict.fromkeys(chain.from_iterable(_by_facet().get((sort, name), ()) for name in names))
    return ()


def _score(entry: Entry, asked: Wanted) -> float:
    names = {one.name for one in entry.subjects}
    return (
        _WEIGHTS["subject"] * sum(name in names for name in asked.subjects)
        + _WEIGHTS["scene"] * (entry.scene in asked.scenes)
        + _WEIGHTS["style"] * (entry.style in asked.styles)
        + _WEIGHTS["colour"] * (entry.colour in asked.colours)
        + _WEIGHTS["light"] * (entry.light in asked.lights)
    )


def _admits(entry: Entry, media_type: str, orientation: str, colour: str) -> bool:
    return (
        (media_type == "both" or (media_type == "video") == bool(entry.seconds))
        and (not orientation or entry.orientation == orientation)
        and (not colour or entry.colour == colour)
    )


def _lookalikes(asked: Wanted, media_type: str, orientation: str, colour: str) -> tuple[int, ...]:
    """Return entries of other things of the same sort, in an order of the query's own; none unless a thing is asked."""
    if not asked.subjects:
        return ()
    category = SUBJECTS[asked.subjects[0]].category
    shuffle = int.from_bytes(digest(b"look-alikes", asked.subjects[0].encode())[:4], "little")
    others = [
        (entry.order ^ shuffle, entry.number)
        for entry in library()
        if entry.subjects
        and SUBJECTS[entry.subjects[0].name].category == category
        and all(one.name not in asked.subjects for one in entry.subjects)
        and _admits(entry, media_type, orientation, colour)
    ]
    return tuple(number for _, number in sorted(others)[: MOST // _EXTRA_SHARE])
