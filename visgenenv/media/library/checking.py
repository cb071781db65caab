"""Whether a database tells the truth: the store is sound, and its files are there and are what it says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from visgenenv.media.library.entry import Entry
from visgenenv.media.library.ingest import Progress, stamped
from visgenenv.media.library.probing import Probe, probe
from visgenenv.media.library.readers import Job, read_all
from visgenenv.media.library.refusal import LeftOut, Refused
from visgenenv.media.library.starter import Starter
from visgenenv.media.library.store import entries, open_to_read
from visgenenv.media.library.walking import Walk


def faults(
    home: Path, deep: bool = False, progress: Progress = lambda done, total: None, workers: int | None = None
) -> Iterator[LeftOut]:
    """Yield what is wrong with a database: files that are gone, changed, or (`deep`) cannot be decoded in full."""
    store = open_to_read(home)
    try:
        for (said,) in store.execute("PRAGMA quick_check"):
            if said != "ok":
                yield LeftOut(str(home), f"the store is damaged: {said}")
        folders = store.execute("SELECT id, path, tags FROM folders ORDER BY path").fetchall()
        known = {
            number: {entry.path: entry for entry in entries(store, "WHERE folder = ?", (number,))}
            for number, _, _ in folders
        }
        stamps = {
            number: dict(store.execute("SELECT name, stamp FROM entries WHERE folder = ?", (number,)))
            for number, _, _ in folders
        }
    finally:
        store.close()
    for number, root, tags in folders:
        yield from _of_folder(root, tags, known[number], stamps[number], deep, progress, workers)


def _of_folder(
    root: str,
    tags: str,
    known: dict[str, Entry],
    stamps: dict[str, str],
    deep: bool,
    progress: Progress,
    workers: int | None,
) -> Iterator[LeftOut]:
    if not os.path.isdir(root):
        yield LeftOut(root, f"the folder is gone, and with it {len(known)} files")
        return
    found = {one.name: one for one in stamped(Walk(Path(root)), tags)}
    for name in sorted(stamps.keys() - found.keys()):
        yield LeftOut(f"{root}/{name}", "gone since it was added")
    there = [one for name, one in sorted(found.items()) if name in stamps]
    same = [one for one in there if one.stamp == stamps[one.name]]
    for one in there:
        if one.stamp != stamps[one.name]:
            yield LeftOut(f"{root}/{one.name}", "changed since it was added")
    if not deep:
        progress(len(there), len(there))
        return
    done = 0
    for readings in read_all(Job(root, tuple(tags.split("|")), deep), same, workers or os.cpu_count() or 1):
        for reading in readings:
            entry = known[f"{root}/{reading.name}"]
            said = reading.reason or differences(entry, reading.probe)
            if said:
                yield LeftOut(entry.path, said)
        done += len(readings)
        progress(done, len(same))


def starter_faults(starter: Starter, deep: bool = False) -> Iterator[LeftOut]:
    """Yield what is wrong with the shipped database."""
    for entry in starter.all:
        try:
            said = differences(entry, probe(entry.path, deep))
        except Refused as refused:
            said = str(refused)
        if said:
            yield LeftOut(entry.path, said)


def differences(entry: Entry, found: Probe | None) -> str:
    """Say what of an entry is not as a probe of its file says; nothing if all is."""
    if found is None:
        return ""
    fields = ("kind", "width", "height", "n_frames", "fps", "n_samples", "sample_rate")
    pairs = [(name, getattr(entry, name), getattr(found, name)) for name in fields]
    pairs.append(("fingerprint", entry.fingerprint, found.fingerprint.hex()))
    return "; ".join(f"{name} is {there}, not {said}" for name, said, there in pairs if said != there)
