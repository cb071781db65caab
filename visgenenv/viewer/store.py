"""Trace files that are looked at: every line is known by its place, and read whole only when somebody opens it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import RLock

import orjson
from msgspec import Struct

from visgenenv.errors import TraceError
from visgenenv.trace import from_json
from visgenenv.trajectory import Trajectory
from visgenenv.viewer.briefs import Brief, brief_of_line


class Place(Struct, frozen=True):
    """Where a line stands."""

    path: str
    offset: int
    length: int


class Store:
    """The episodes of some trace files. Files may grow while they are looked at, by `refresh`.

    Args:
        paths: JSONL files.
        tick: Called with the number of bytes read so far.

    Raises:
        TraceError: A line is no record; the message names file and line. A last line without its newline, which
            somebody may still be writing, is left out.
        OSError: A file cannot be read.
    """

    def __init__(self, paths: Sequence[str | Path], tick: Callable[[int], None] | None = None):
        self.paths = [Path(path) for path in paths]
        self.generation = 0
        """Changes when the files were replaced: numbers of episodes mean something else then."""
        several = len(self.paths) > 1
        self._sources = {path: f"{path.resolve().parent.name}/{path.stem}" if several else "" for path in self.paths}
        self.lock = RLock()
        self._clear()
        self._read(tick)

    def __len__(self) -> int:
        return len(self.briefs)

    def refresh(self) -> None:
        """Read what has been appended; start anew if a file has been replaced or cut."""
        with self.lock:
            if any(self._replaced(path) for path in self.paths):
                self.generation += 1
                self._clear()
            self._read(None)

    def line(self, index: int) -> bytes:
        """Return the line of an episode.

        Raises:
            TraceError: The file has changed since.
        """
        return read_line(self.places[index])

    def trajectory(self, index: int) -> Trajectory:
        """Return the whole record of an episode.

        Raises:
            TraceError: The line holds no record (any more).
        """
        return read_place(self.places[index])

    def _clear(self) -> None:
        self.briefs: list[Brief] = []
        self.places: list[Place] = []
        self._ends: dict[Path, tuple[int, int, int]] = {}

    def _replaced(self, path: Path) -> bool:
        known = self._ends.get(path)
        if known is None:
            return False
        status = path.stat()
        return status.st_ino != known[0] or status.st_size < known[1]

    def _read(self, tick: Callable[[int], None] | None) -> None:
        total = 0
        for path in self.paths:
            _, end, number = self._ends.get(path, (0, 0, 0))
            with path.open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                file.seek(end)
                for line in file:
                    if not line.endswith(b"\n") and not _whole(line):
                        break
                    self._ends[path] = inode, end, number
                    self._add(path, end, number + 1, line)
                    end, number, total = end + len(line), number + 1, total + len(line)
                    if tick is not None and number % 256 == 0:
                        tick(total)
            self._ends[path] = inode, end, number

    def _add(self, path: Path, offset: int, number: int, line: bytes) -> None:
        if not line.strip():
            return
        try:
            brief = brief_of_line(line, path.stem, self._sources[path])
        except (ValueError, TraceError) as error:
            raise TraceError(f"{path}: line {number}: {error}") from error
        self.briefs.append(brief)
        self.places.append(Place(str(path), offset, len(line)))


def _whole(line: bytes) -> bool:
    """Whether a last line without its newline is JSON all the same."""
    try:
        orjson.loads(line)
    except ValueError:
        return False
    return True


def read_line(place: Place) -> bytes:
    """Return the line at a place; raise `TraceError` if the file is not there any more or shorter."""
    try:
        with open(place.path, "rb") as file:
            file.seek(place.offset)
            line = file.read(place.length)
    except OSError as error:
        raise TraceError(f"{place.path}: {error.strerror or error}") from error
    if len(line) < place.length:
        raise TraceError(f"{place.path} has changed since it was opened; load the page again")
    return line


def read_place(place: Place) -> Trajectory:
    """Return the record at a place; raise `TraceError` if there is none (any more)."""
    line = read_line(place)
    try:
        return from_json(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        raise TraceError(f"{place.path} has changed since it was opened; load the page again") from error
    except TraceError as error:
        raise TraceError(f"{place.path}: the line at byte {place.offset:,}: {error}") from error
