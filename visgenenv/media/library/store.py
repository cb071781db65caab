"""The store of a media database: one SQLite file in a folder. Here it is read; `writer` changes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from visgenenv.errors import MediaError
from visgenenv.media.library.entry import KINDS, Entry
from visgenenv.media.library.refusal import LeftOut

FILE, LOCK, ARRAYS = "library.sqlite", "library.lock", "arrays-"
UNPACKED = "unpacked"
OURS = (FILE, LOCK, ARRAYS, UNPACKED)
"""How the names in a database's folder begin."""
MAPPED = 4 << 30
"""Bytes of the store that a reader maps instead of copying pages; all processes share them."""
FORMAT = 1
"""Of the tables. A store of another format is refused with a plain message."""

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE folders (id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, tags TEXT NOT NULL);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, folder INTEGER NOT NULL, name TEXT NOT NULL, stamp TEXT NOT NULL,
    kind INTEGER NOT NULL, form TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    n_frames INTEGER NOT NULL, fps_num INTEGER NOT NULL, fps_den INTEGER NOT NULL,
    n_samples INTEGER NOT NULL, sample_rate INTEGER NOT NULL, channels INTEGER NOT NULL,
    words TEXT NOT NULL, caption TEXT NOT NULL, licence TEXT NOT NULL,
    fingerprint BLOB NOT NULL UNIQUE, UNIQUE (folder, name));
CREATE TABLE left_out (
    folder INTEGER NOT NULL, name TEXT NOT NULL, stamp TEXT NOT NULL, reason TEXT NOT NULL, same_as INTEGER,
    PRIMARY KEY (folder, name)) WITHOUT ROWID;
CREATE INDEX left_out_same_as ON left_out (same_as) WHERE same_as IS NOT NULL;
"""
_ENTRY = """folders.path || '/' || name, kind, width, height, n_frames, fps_num, fps_den, n_samples, sample_rate,
    words, caption, licence, fingerprint FROM entries JOIN folders ON folders.id = entries.folder"""


def open_to_read(home: Path) -> sqlite3.Connection:
    """Open the store in a folder for reading only.

    Raises:
        MediaError: If there is none, or it is not one of ours.
    """
    path = home / FILE
    if not path.is_file():
        raise MediaError(f"no media database in {home}; make one with: visgenenv media add DIR --db {home}")
    place = f"file:{quote(str(path))}?mode=ro"
    try:
        return _checked(place)
    except sqlite3.OperationalError:  # a read-only disk has no room for the shared memory of the log
        return _checked(f"{place}&immutable=1")


def _checked(place: str) -> sqlite3.Connection:
    store = sqlite3.connect(place, uri=True, check_same_thread=False, isolation_level=None)
    try:
        store.execute(f"PRAGMA mmap_size = {MAPPED}")
        (found,) = store.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() or (0,)
    except sqlite3.OperationalError:
        store.close()
        raise
    except sqlite3.DatabaseError as error:
        store.close()
        raise MediaError(f"{place[5:].partition('?')[0]}: not a media database ({error})") from error
    if found != FORMAT:
        store.close()
        raise MediaError(f"{place[5:].partition('?')[0]}: a database of format {found}; this version reads {FORMAT}")
    return store


def version_of(store: sqlite3.Connection) -> str:
    """Return a text that changes with every change of the content."""
    rows = dict(store.execute("SELECT name, value FROM meta"))
    return f"{rows['library']}-{rows['revision']}"


def entries(store: sqlite3.Connection, where: str = "", values: Iterable[object] = ()) -> Iterator[Entry]:
    """Yield entries; `where` is what follows in SQL."""
    for row in store.execute(f"SELECT {_ENTRY} {where}", tuple(values)):
        yield entry_of(row)


def entry_of(row: tuple[str, int, int, int, int, int, int, int, int, str, str, str, bytes]) -> Entry:
    path, kind, width, height, n_frames, fps_num, fps_den, n_samples, rate, words, caption, licence, mark = row
    kept = tuple(words.split("|")) if words else ()
    fps = (fps_num, fps_den)
    return Entry(path, KINDS[kind], width, height, n_frames, fps, n_samples, rate, kept, caption, licence, mark.hex())


def entry_by_id(store: sqlite3.Connection, number: int) -> Entry | None:
    row = store.execute(f"SELECT {_ENTRY} WHERE entries.id = ?", (number,)).fetchone()
    return entry_of(row) if row else None


def left_out(store: sqlite3.Connection) -> Iterator[LeftOut]:
    """Yield what is not in the database, by path."""
    rows = store.execute("SELECT path || '/' || name, reason FROM left_out JOIN folders ON id = folder ORDER BY 1")
    for name, reason in rows:
        yield LeftOut(name, reason)
