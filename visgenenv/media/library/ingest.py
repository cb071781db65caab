"""Taking a folder into a media database: walk, read in parallel, write in chunks. Run again, it brings it up to date.

What has not changed since (size and time of a file and of its sidecars) is not read again. Whoever interrupts it
loses at most the chunks not yet written, and the next run goes on from there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.errors import MediaError
from visgenenv.media.library.readers import Job, read_all
from visgenenv.media.library.refusal import LeftOut
from visgenenv.media.library.walking import Found, Walk
from visgenenv.media.library.writer import Writer

READER = 1
"""Counted up when files are to be read anew because the reading has changed."""

Progress = Callable[[int, int], None]


class Report(Struct, frozen=True):
    """What `add` did, in numbers of files, and what is left out, by name inside the folder.

    `entries` are those of the folder in the database now, `added` came in, `unchanged` were known and not read
    again, `removed` were in it and are not in the folder any more.
    """

    folder: str
    entries: int
    added: int
    unchanged: int
    removed: int
    left_out: tuple[LeftOut, ...]


def add(
    home: Path,
    folder: str | os.PathLike[str],
    tags: Sequence[str] | None = None,
    *,
    progress: Progress = lambda done, total: None,
    workers: int | None = None,
    deep: bool = False,
) -> Report:
    """Bring a database up to date with a folder of media files.

    Args:
        home: The folder of the database; made if missing.
        folder: What to take in, with all folders inside it.
        tags: Words for every file of it; None keeps those given the last time.
        progress: Called with how many files have been read, of how many; 0 of 0 while the folder is walked.
        workers: Processes that read; default one a core. With 1 this process reads alone.
        deep: Also decode every new file in full.

    Raises:
        MediaError: If there is no such folder, or another process is changing the database.
    """
    root = _root(folder)
    with Writer(home) as writer:
        number, said = writer.folder(str(root), _joined(tags))
        walk = Walk(root, home.resolve(), lambda count: progress(0, 0))
        found = list(stamped(walk, said))
        removed = _forget_what_changed(writer, number, found, walk.unread)
        before = writer.stamps(number)
        todo = [one for one in found if before.get(one.name) != one.stamp]
        writer.leave_out(number, walk.left_out)
        held = writer.count(number)
        job = Job(str(root), tuple(said.split("|")), deep)
        progress(0, len(todo))
        done = 0
        for readings in read_all(job, todo, workers or os.cpu_count() or 1):
            writer.take(number, readings)
            done += len(readings)
            progress(done, len(todo))
        entries, left_out = writer.count(number), tuple(writer.left_out(number))
    return Report(str(root), entries, entries - held, len(found) - len(todo), removed, left_out)


def stamped(walk: Walk, tags: str) -> Iterator[Found]:
    """Yield what a walk finds, with stamps as the store keeps them: also new tags are a reason to read again."""
    for one in walk:
        yield replace(one, stamp=f"{READER}|{tags}|{one.stamp}")


def _root(folder: str | os.PathLike[str]) -> Path:
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise MediaError(f"{root}: not a folder" if root.exists() else f"{root}: no such folder")
    return root.resolve()


def _joined(tags: Sequence[str] | None) -> str | None:
    """Write tags as the store keeps them."""
    if tags is None:
        return None
    return "|".join(dict.fromkeys(" ".join(tag.replace("|", " ").split()) for tag in tags if tag.strip()))


def _forget_what_changed(writer: Writer, number: int, found: list[Found], unread: list[str]) -> int:
    """Drop what is no longer there and what is to be read anew; return how many entries are gone."""
    known = writer.stamps(number)
    beside = {one.name: one.sidecars for one in found}
    changed = [one.name for one in found if known.get(one.name, one.stamp) != one.stamp]
    seen = {*beside, *(note for notes in beside.values() for note in notes)}
    gone = [name for name in known if name not in seen and not _inside(name, unread)]
    writer.forget(number, [part for name in changed for part in (name, *beside[name])])
    return writer.forget(number, gone)


def _inside(name: str, folders: list[str]) -> bool:
    return any(name.startswith(f"{folder}/") if folder else True for folder in folders)
