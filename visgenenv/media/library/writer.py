"""Changing the store of a media database: one writer at a time, every change a transaction.

Whatever kills a writer leaves a database that opens and holds what was committed. Media files are never touched.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType

from msgspec import Struct

from visgenenv.errors import MediaError
from visgenenv.media.library.entry import KINDS
from visgenenv.media.library.probing import Probe
from visgenenv.media.library.refusal import LeftOut
from visgenenv.media.library.store import FILE, FORMAT, LOCK, SCHEMA, open_to_read


class Reading(Struct):
    """What reading one file gave: a probe with its words, or the reason why it is left out."""

    name: str
    stamp: str
    probe: Probe | None = None
    words: tuple[str, ...] = ()
    caption: str = ""
    licence: str = ""
    reason: str = ""
    notes: tuple[LeftOut, ...] = ()
    """Sidecars that could not be used; the file is taken without them."""


class Writer:
    """The one writer of a store; use it in a `with`. Makes the store if there is none.

    Raises:
        MediaError: If another process is writing, or the folder cannot hold a database.
    """

    def __init__(self, home: Path):
        home.mkdir(parents=True, exist_ok=True)
        if not os.access(home, os.W_OK):
            raise MediaError(f"cannot write to the folder {home}")
        self.home = home
        self._lock = sqlite3.connect(home / LOCK, timeout=0, isolation_level=None)
        try:
            self._lock.execute("BEGIN EXCLUSIVE")  # held to the end, and let go by the system if we are killed
            self.store = self._open()
        except sqlite3.OperationalError as error:
            self._lock.close()
            raise MediaError(f"{home}: another process is changing this media database ({error})") from error
        except BaseException:
            self._lock.close()
            raise

    def _open(self) -> sqlite3.Connection:
        path = self.home / FILE
        if path.exists() and path.stat().st_size:
            with closing(open_to_read(self.home)):
                pass
        store = sqlite3.connect(path, timeout=30, isolation_level=None)
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = NORMAL")
        if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            library = os.urandom(8).hex()
            made = f"INSERT INTO meta VALUES ('format', {FORMAT}), ('library', '{library}'), ('revision', 0);"
            store.executescript(f"BEGIN; {SCHEMA} {made} COMMIT;")
        return store

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(sqlite3.OperationalError):  # a reader is looking: the log stays beside the file
            self.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.store.execute("PRAGMA journal_mode = DELETE")
        self.store.close()
        self._lock.close()

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; counts as a change of the content."""
        self.store.execute("BEGIN IMMEDIATE")
        try:
            yield self.store
            self.store.execute("UPDATE meta SET value = value + 1 WHERE name = 'revision'")
            self.store.execute("COMMIT")
        except BaseException:
            self.store.execute("ROLLBACK")
            raise

    def folder(self, path: str, tags: str | None) -> tuple[int, str]:
        """Return number and tags of a folder; new tags replace those it had, None keeps them."""
        found = self.store.execute("SELECT id, tags FROM folders WHERE path = ?", (path,)).fetchone()
        if found and tags in (None, found[1]):
            return int(found[0]), str(found[1])
        with self.changing() as store:
            row = store.execute(
                "INSERT INTO folders (path, tags) VALUES (?, ?) "
                "ON CONFLICT (path) DO UPDATE SET tags = excluded.tags RETURNING id",
                (path, tags or ""),
            ).fetchone()
        return int(row[0]), tags or ""

    def stamps(self, folder: int) -> dict[str, str]:
        """Return the stamp of every file of a folder that was read, taken or left out."""
        query = "SELECT name, stamp FROM {} WHERE folder = ? AND stamp != ''"
        both = (self.store.execute(query.format(table), (folder,)) for table in ("entries", "left_out"))
        return {name: stamp for rows in both for name, stamp in rows}

    def count(self, folder: int) -> int:
        """Return how many entries a folder has."""
        (count,) = self.store.execute("SELECT count(*) FROM entries WHERE folder = ?", (folder,)).fetchone()
        return int(count)

    def left_out(self, folder: int) -> Iterator[LeftOut]:
        """Yield what of a folder is left out, by name inside it."""
        for row in self.store.execute("SELECT name, reason FROM left_out WHERE folder = ? ORDER BY name", (folder,)):
            yield LeftOut(*row)

    def forget(self, folder: int, names: Iterable[str]) -> int:
        """Drop files, and what was left out because it repeats them; return how many were in the database."""
        rows = [(folder, name) for name in names]
        if not rows:
            return 0
        with self.changing() as store:
            store.executemany(
                "DELETE FROM left_out WHERE same_as = (SELECT id FROM entries WHERE folder = ? AND name = ?)", rows
            )
            gone = store.executemany("DELETE FROM entries WHERE folder = ? AND name = ?", rows).rowcount
            store.executemany("DELETE FROM left_out WHERE folder = ? AND name = ?", rows)
        return gone

    def take(self, folder: int, readings: Iterable[Reading]) -> list[LeftOut]:
        """Write what was read, in one transaction; return what of it is left out."""
        out: list[LeftOut] = []
        with self.changing() as store:
            for reading in readings:
                same = self._insert(store, folder, reading)
                reason = reading.reason or (f"same content as {same[1]}" if same else "")
                refused = [*reading.notes, *([LeftOut(reading.name, reason)] if reason else [])]
                out += refused
                store.executemany(
                    "INSERT OR REPLACE INTO left_out VALUES (?, ?, ?, ?, ?)",
                    [(folder, one.name, reading.stamp, one.reason, same[0] if same else None) for one in refused],
                )
        return out

    def _insert(self, store: sqlite3.Connection, folder: int, reading: Reading) -> tuple[int, str] | None:
        """Add an entry; return number and name of the one that has this content already, if one has."""
        if (probe := reading.probe) is None:
            return None
        row = (
            folder, reading.name, reading.stamp, KINDS.index(probe.kind), probe.form, probe.width, probe.height,
            probe.n_frames, *probe.fps, probe.n_samples, probe.sample_rate, probe.channels,
            "|".join(reading.words), reading.caption, reading.licence, probe.fingerprint,
        )  # fmt: skip
        marks = ", ".join("?" * len(row))
        if store.execute(f"INSERT INTO entries VALUES (NULL, {marks}) ON CONFLICT DO NOTHING", row).rowcount:
            return None
        found = store.execute("SELECT id, name FROM entries WHERE fingerprint = ?", (probe.fingerprint,)).fetchone()
        return found if found is None else (int(found[0]), str(found[1]))

    def leave_out(self, folder: int, met: Iterable[LeftOut]) -> None:
        """Replace what the last walk of a folder met and could not even try to read."""
        rows = sorted({(folder, one.name, one.reason) for one in met})
        query = "SELECT folder, name, reason FROM left_out WHERE folder = ? AND stamp = ''"
        if rows == sorted(self.store.execute(query, (folder,))):
            return
        with self.changing() as store:
            store.execute("DELETE FROM left_out WHERE folder = ? AND stamp = ''", (folder,))
            store.executemany("INSERT OR REPLACE INTO left_out VALUES (?, ?, '', ?, NULL)", rows)

    def remove(self, path: str) -> int:
        """Forget a folder, or what lies at or under a path inside one; return how many entries it held."""
        removed = 0
        for number, root in self.store.execute("SELECT id, path FROM folders").fetchall():
            whole = root == path or root.startswith(f"{path.rstrip('/')}/")
            inside = "" if whole else path[len(root) + 1 :] if path.startswith(f"{root}/") else None
            if inside is None:
                continue
            query = (
                "SELECT name FROM {} WHERE folder = ?1 AND (?2 = '' OR name = ?2 OR substr(name, 1, ?3) = ?2 || '/')"
            )
            names = [
                name
                for table in ("entries", "left_out")
                for (name,) in self.store.execute(query.format(table), (number, inside, len(inside) + 1))
            ]
            removed += self.forget(number, names)
            if whole:
                with self.changing() as store:
                    store.execute("DELETE FROM folders WHERE id = ?", (number,))
        return removed
