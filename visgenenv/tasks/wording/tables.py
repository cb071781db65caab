"""The phrasings of each part of the data, in both languages; training and tests share none."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from visgenenv.tasks.scenarios.tables import Part, read_rows


class Family(Struct, frozen=True):
    """One way to put a request: how it is laid out, and how it asks for pictures and for films."""

    layout: str
    images: tuple[str, str]
    films: tuple[str, str]


class Phrasings(Struct, frozen=True):
    """All ways of saying things in one part of the data."""

    families: tuple[Family, ...]
    forms: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    """By what is said: the English and the Chinese forms."""


@lru_cache(maxsize=2)
def phrasings(part: Part) -> Phrasings:
    """Return the phrasings of a part."""
    rows = read_rows(Path(__file__).with_name(f"{part}.txt"))
    head = next(name for name in rows if name.startswith("families"))
    families = tuple(Family(row[0], (row[1], row[3]), (row[2], row[4])) for row in rows.pop(head))
    forms = {name: (tuple(row[0] for row in found), tuple(row[1] for row in found)) for name, found in rows.items()}
    return Phrasings(families, forms)
