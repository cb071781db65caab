"""A database opened for drawing, once a process: read-only, its arrays mapped, its latest entries remembered."""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from pathlib import Path

from visgenenv.media.library.arrays import read
from visgenenv.media.library.entry import KINDS, Entry, EntryKind
from visgenenv.media.library.sampler import Sampler
from visgenenv.media.library.starter import Starter
from visgenenv.media.library.store import entry_by_id, open_to_read, version_of

_REMEMBERED = 8192


class Library:
    """A database of one's own as it was when it was opened."""

    def __init__(self, home: Path):
        self.store = open_to_read(home)
        self.version = version_of(self.store)
        self.sampler = Sampler(read(home, self.store))
        self._known: dict[int, Entry] = {}

    def entry(self, number: int) -> Entry | None:
        """Return an entry; None if it has been removed since."""
        known = self._known.get(number)
        if known is None:
            known = entry_by_id(self.store, number)
            if known is None:
                return None
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[number] = known
        return known

    def close(self) -> None:
        self.store.close()


_open: dict[tuple[int, str], Library | Starter] = {}


def opened(path: str | None) -> Library | Starter:
    """Return the database at a path, or the shipped one; a forked process opens its own."""
    key = (os.getpid(), path or "")
    if key not in _open:
        _open[key] = Starter() if path is None else Library(Path(path))
    return _open[key]


def forget(path: str | None) -> None:
    """Let the next draw see the database as it is then."""
    known = _open.pop((os.getpid(), path or ""), None)
    if isinstance(known, Library):
        known.close()


@atexit.register
def _close_all() -> None:
    for process, path in list(_open):
        if process == os.getpid():
            forget(path)


def draw(
    path: str | None, kind: EntryKind, shape: float, seconds: float, words: Sequence[str], u: float, least: int
) -> Entry | None:
    """Draw an entry; if somebody has removed it meanwhile, draw again from what is there now."""
    for _ in range(2):
        library = opened(path)
        number = library.sampler.draw(KINDS.index(kind), shape, seconds, words, u, least)
        if number is None:
            return None
        entry = library.entry(number)
        if entry is not None:
            return entry
        forget(path)
    return None
