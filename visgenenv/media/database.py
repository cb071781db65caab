"""The media database: the photos, clips and sounds that generated media may show."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import rmtree
from typing import Literal

from msgspec import Struct
from msgspec.structs import force_setattr

from visgenenv.errors import MediaError
from visgenenv.media.library import opened
from visgenenv.media.library.checking import faults, starter_faults
from visgenenv.media.library.entry import KINDS, Entry, EntryKind
from visgenenv.media.library.ingest import Progress, Report, add
from visgenenv.media.library.parquet import is_parquet, unpack, unpacked
from visgenenv.media.library.refusal import LeftOut
from visgenenv.media.library.starter import Starter
from visgenenv.media.library.store import entries, left_out, open_to_read
from visgenenv.media.library.words import words_of
from visgenenv.media.library.writer import Writer

VARIABLE = "VISGENENV_MEDIA"
"""The environment variable that names the folder of the command line's database."""


class MediaDB(Struct, frozen=True):
    """What generated media show.

    With `match="prompt"` (the default) a picture shows what its prompt asks for, as far as the lexicon reaches.
    With `match="random"` (the paper's setting) subjects, scene and style are drawn from the recipe's seed, and
    only size and length are as asked.

    Making one touches no disk; the first draw in a process opens the database there, read-only. It may be pickled
    and handed to other processes.

    Attributes:
        path: The folder of a database of your own (`visgenenv media add`); None: the photos, clips and sounds that ship.
        match: "prompt" or "random".

    Example:
        >>> MediaDB().draw("image", 640, 480, words="一只猫", u=0.5).words[0]
        'cat'
    """

    path: str | None = None
    match: Literal["prompt", "random"] = "prompt"

    def __post_init__(self) -> None:
        if self.match not in ("prompt", "random"):
            raise ValueError(f"match is 'prompt' or 'random', not {self.match!r}")
        if self.path is not None:
            force_setattr(self, "path", os.path.expanduser(os.fspath(self.path)))

    def draw(
        self,
        kind: EntryKind,
        width: int = 0,
        height: int = 0,
        seconds: float = 0.0,
        words: str | Sequence[str] = (),
        u: float = 0.0,
        *,
        least: int = 1,
    ) -> Entry | None:
        """Draw an entry: of this kind, with most of the words, of the nearest shape and length, among equals by `u`.

        Args:
            kind: "image", "video" or "audio".
            width: With `height` the wanted shape; of sounds it does not matter.
            height: See `width`.
            seconds: Wanted length of a film or a sound.
            words: A prompt, or words as `words_of` gives them. Without any, all entries of the kind are equal.
            u: In [0, 1): the same `u` draws the same entry from equal libraries.
            least: How many of the words an entry must have.

        Returns:
            The entry, or None if the database has none of the kind, or none with so many of the words.

        Raises:
            MediaError: If there is no database at `path`.
        """
        if kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
        wanted = words_of(words) if isinstance(words, str) else words
        if words and not wanted:
            return None
        shape = width / height if width and height and kind != "audio" else 0.0
        return opened.draw(self.path, kind, shape, seconds if kind != "image" else 0.0, wanted, u, least)

    def count(self, kind: EntryKind | None = None) -> int:
        """Return how many entries there are, of a kind or in all."""
        sampler = opened.opened(self.path).sampler
        return sum(sampler.count(code) for code, name in enumerate(KINDS) if kind in (None, name))

    @property
    def version(self) -> str:
        """A text that changes with every change of the database."""
        return opened.opened(self.path).version

    def entries(self) -> Iterator[Entry]:
        """Yield all entries, by path."""
        library = opened.opened(self.path)
        if isinstance(library, Starter):
            yield from library.all
        else:
            yield from entries(library.store, "ORDER BY 1")

    def left_out(self) -> Iterator[LeftOut]:
        """Yield the files of its folders that are not in it, each with the reason."""
        library = opened.opened(self.path)
        if not isinstance(library, Starter):
            yield from left_out(library.store)

    def add(
        self,
        folder: str | os.PathLike[str],
        tags: Sequence[str] | None = None,
        *,
        progress: Progress = lambda done, total: None,
        workers: int | None = None,
        deep: bool = False,
    ) -> Report:
        """Take a folder of media files in, or bring it up to date; the arguments are those of `media.library.add`.

        A Parquet file (`.parquet`) may stand for the folder: its media are written into the database's folder first.
        """
        home = self._home()
        try:
            if is_parquet(folder):
                folder = unpack(home, folder, progress)
            return add(home, folder, tags, progress=progress, workers=workers, deep=deep)
        finally:
            opened.forget(self.path)

    def remove(self, path: str | os.PathLike[str]) -> int:
        """Forget a file, or everything in a folder; return how many entries that were. The files stay where they are.

        Of a Parquet file everything that came out of it is forgotten, and what was written out is deleted.
        """
        open_to_read(self._home()).close()  # a database that is not there is not to be made
        place = unpacked(self._home(), path) if is_parquet(path) else Path(path).expanduser().absolute()
        with Writer(self._home()) as writer:
            removed = writer.remove(os.path.abspath(place))
            if is_parquet(path):
                rmtree(place, ignore_errors=True)
        opened.forget(self.path)
        return removed

    def check(self, deep: bool = False, progress: Progress = lambda done, total: None) -> Iterator[LeftOut]:
        """Yield files that are gone or have changed; with `deep`, also those that cannot be decoded in full."""
        library = opened.opened(self.path)
        if isinstance(library, Starter):
            yield from starter_faults(library, deep)
        else:
            yield from faults(self._home(), deep, progress)

    def _home(self) -> Path:
        if self.path is None:
            raise MediaError("the media that ship cannot be changed; name a database: MediaDB(path)")
        return Path(self.path)


def default_path() -> str:
    """Return the folder of the command line's database: VISGENENV_MEDIA, else one where the platform keeps user data."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return str(base / "visgenenv" / "media")
