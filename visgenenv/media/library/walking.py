"""Finds the files of a folder: regular ones inside it, under names that print, each with the sidecars beside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from visgenenv.media.library.refusal import LeftOut, is_plain, printable
from visgenenv.media.library.store import OURS

LONGEST_NAME = 1000
"""Characters of a path inside its folder."""

_SIDECARS = (".txt", ".json")
_NOT_FILES = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Found(Struct, frozen=True):
    """A file to be probed. `stamp` changes whenever it or a sidecar of it does; `name` is its path inside the folder."""

    name: str
    stamp: str
    sidecars: tuple[str, ...] = ()
    """Names of the captions beside it."""


class Walk:
    """One pass over a folder. Iterate over it for the files; afterwards `left_out` and `unread` say what it met.

    Hidden files and folders (names that begin with a dot) and the files of a database in `home` are passed over.
    """

    def __init__(self, root: Path, home: Path | None = None, seen: Callable[[int], None] = lambda count: None):
        self.root = root
        ours = [home / name for name in OURS] if home else []
        self._ours = tuple(str(path) for path in ours if not root.is_relative_to(path))
        self.left_out: list[LeftOut] = []
        self.unread: list[str] = []
        """Folders that could not be listed: what they held before may still be there."""
        self._seen = seen

    def __iter__(self) -> Iterator[Found]:
        waiting = [""]
        count = 0
        while waiting:
            inside = waiting.pop()
            folders: list[str] = []
            for found in self._folder(inside, folders):
                count += 1
                if not count % 1000:
                    self._seen(count)
                yield found
            waiting += reversed(folders)
        self._seen(count)

    def _folder(self, inside: str, folders: list[str]) -> Iterator[Found]:
        try:
            with os.scandir(self.root / inside) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._leave_out(inside or ".", f"a folder that cannot be listed: {error.strerror or error}")
            self.unread.append(inside)
            return
        files: dict[str, os.stat_result] = {}
        for entry in entries:
            name = f"{inside}/{entry.name}" if inside else entry.name
            if not entry.name.startswith(".") and not entry.path.startswith(self._ours):
                self._sort(entry, name, files, folders)
        yield from _with_sidecars(files)

    def _sort(self, entry: os.DirEntry[str], name: str, files: dict[str, os.stat_result], folders: list[str]) -> None:
        try:
            if entry.is_symlink():
                self._link(entry, name)
            elif not is_plain(entry.name):
                self._leave_out(name, "its name has control characters or is not UTF-8")
            elif len(name) > LONGEST_NAME:
                self._leave_out(name, f"its path has {len(name)} characters; at most {LONGEST_NAME} are taken")
            elif entry.is_dir(follow_symlinks=False):
                folders.append(name)
            else:
                status = entry.stat(follow_symlinks=False)
                other = next((said for test, said in _NOT_FILES if test(status.st_mode)), None)
                if other:
                    self._leave_out(name, other)
                else:
                    files[name] = status
        except OSError as error:
            self._leave_out(name, f"cannot be read: {error.strerror or error}")

    def _link(self, entry: os.DirEntry[str], name: str) -> None:
        """Links are never followed: what they lead to inside the folder is found there anyway."""
        target = Path(os.path.realpath(entry.path))
        if not target.is_relative_to(self.root):
            self._leave_out(name, "a link that leads out of the folder")
        elif not target.exists():
            self._leave_out(name, "a link that leads nowhere")

    def _leave_out(self, name: str, reason: str) -> None:
        self.left_out.append(LeftOut(printable(name), reason))


def _with_sidecars(files: dict[str, os.stat_result]) -> Iterator[Found]:
    """Give every file its stamp and its sidecars: `fox.txt` or `fox.jpg.txt` is one of `fox.jpg`."""
    notes = {name for name in files if name.lower().endswith(_SIDECARS)}
    used: set[str] = set()
    found: list[Found] = []
    for name in files.keys() - notes if notes else files:
        stem = os.path.splitext(name)[0]
        beside = [note for suffix in _SIDECARS for note in (name + suffix, stem + suffix) if note in notes]
        used.update(beside)
        found.append(Found(name, _stamp(files, [name, *beside]), tuple(beside)))
    found += [Found(name, _stamp(files, [name])) for name in notes - used]
    yield from sorted(found, key=lambda one: one.name)


def _stamp(files: dict[str, os.stat_result], names: list[str]) -> str:
    return ",".join(f"{files[name].st_size}.{files[name].st_mtime_ns}" for name in names)
