"""Reading many files at once, in processes of their own: one that crashes costs one file, not the run."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

from msgspec import Struct

from visgenenv.media.library.probing import opened, probe
from visgenenv.media.library.refusal import LeftOut, Refused
from visgenenv.media.library.walking import Found
from visgenenv.media.library.words import Sidecar, all_words, read_sidecar
from visgenenv.media.library.writer import Reading

CHUNK = 250
"""Files read and written together."""
FEW = 1500
"""So many files this process reads alone: starting others would take longer."""
LARGEST_SIDECAR = 1 << 18
"""Bytes."""
_AHEAD = 3
"""Chunks given to every process at a time."""

_Pool = ProcessPoolExecutor


class Job(Struct, frozen=True):
    """What a reader must know beside the files: their folder, words for all of them, whether to decode them."""

    root: str
    tags: tuple[str, ...] = ()
    deep: bool = False


def read_all(job: Job, files: Sequence[Found], workers: int) -> Iterator[list[Reading]]:
    """Read files; yield what was read chunk by chunk, in their order."""
    chunks = deque(list(files[at : at + CHUNK]) for at in range(0, len(files), CHUNK))
    if workers > 1 and len(files) > FEW:
        yield from _in_parallel(job, chunks, workers)
    while chunks:
        yield read(job, chunks.popleft())


def read(job: Job, files: Sequence[Found]) -> list[Reading]:
    """Read files one after the other."""
    return [_read(job, one) for one in files]


def _read(job: Job, found: Found) -> Reading:
    notes: list[LeftOut] = []
    path = os.path.join(job.root, found.name)
    try:
        seen = probe(path, job.deep)
    except Refused as refused:
        return Reading(found.name, found.stamp, reason=str(refused))
    said = Sidecar()
    for name in found.sidecars:
        try:
            said = _both(said, _sidecar(os.path.join(job.root, name)))
        except (OSError, ValueError, Refused) as error:
            notes.append(LeftOut(name, f"not read as a caption: {' '.join(str(error).split())[:120]}"))
    words = all_words(found.name, said, job.tags)
    return Reading(found.name, found.stamp, seen, words, said.caption, said.licence, notes=tuple(notes))


def _sidecar(path: str) -> Sidecar:
    with opened(path) as file:
        content = file.read(LARGEST_SIDECAR + 1)
    if len(content) > LARGEST_SIDECAR:
        raise Refused(f"more than {LARGEST_SIDECAR >> 10} KiB")
    return read_sidecar(os.path.splitext(path)[1].lower(), content)


def _both(one: Sidecar, other: Sidecar) -> Sidecar:
    caption = " ".join(dict.fromkeys(text for text in (one.caption, other.caption) if text))
    return Sidecar(caption, (*one.tags, *other.tags), one.licence or other.licence)


def _in_parallel(job: Job, chunks: deque[list[Found]], workers: int) -> Iterator[list[Reading]]:
    """Empty `chunks` with several processes; leave the rest there if none can be started."""
    pool = _pool(workers)
    try:
        if not _starts(pool):
            return
        running: deque[tuple[list[Found], Future[list[Reading]]]] = deque()
        while chunks or running:
            while chunks and len(running) < workers * _AHEAD:
                running.append((chunks[0], pool.submit(read, job, chunks[0])))
                chunks.popleft()
            files, future = running.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                waiting = [files, *(chunk for chunk, _ in running)]
                running.clear()
                pool.shutdown(wait=False)
                for chunk in waiting:
                    yield _carefully(job, chunk)
                pool = _pool(workers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _carefully(job: Job, files: list[Found]) -> list[Reading]:
    """Read files of which one crashes its reader: halve them until it stands alone."""
    pool = _pool(1)
    try:
        return pool.submit(read, job, files).result()
    except BrokenProcessPool:
        if len(files) == 1:
            return [Reading(files[0].name, files[0].stamp, reason="broken: the process that read it crashed")]
        middle = len(files) // 2
        return _carefully(job, files[:middle]) + _carefully(job, files[middle:])
    finally:
        pool.shutdown(wait=False)


def _pool(workers: int) -> _Pool:
    return ProcessPoolExecutor(workers, get_context("spawn"), _begin)


def _starts(pool: _Pool) -> bool:
    """Whether processes can be started: a script without `if __name__ == "__main__"` has none that live."""
    try:
        pool.submit(os.getpid).result()
    except BrokenProcessPool:
        return False
    return True


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
