"""Why a file is left out: said in one line, and never a reason to stop."""

from __future__ import annotations

import unicodedata

from msgspec import Struct


class Refused(Exception):
    """A file cannot be used; the message says why, without its name."""


class LeftOut(Struct, frozen=True):
    """A file that is not in the database: its printable name inside its folder, and the reason."""

    name: str
    reason: str


_HIDING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks that turn the direction of text, so that a name reads as another."""


def printable(name: str) -> str:
    """Return a name with everything escaped that a terminal or a JSON file should not get.

    >>> printable("a\\x1b[31mred.png")
    'a\\\\x1b[31mred.png'
    """
    return "".join(letter if is_plain(letter) else _escaped(letter) for letter in name)


def is_plain(text: str) -> bool:
    """Whether a text has only characters that print as themselves: no controls, no undecodable bytes."""
    if text.isascii():
        return text.isprintable()
    return not any(letter in _HIDING or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text)


def _escaped(letter: str) -> str:
    if "\udc80" <= letter <= "\udcff":  # how Python keeps a byte of a name that is not UTF-8
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape", "surrogatepass").decode()
