"""The folder of a run: what it is about, and a line for every finished episode. Lines are only ever added.

`run.json` is the header, `traces.jsonl` the episodes, `rows.jsonl` their numbers, line by line the same; `grades.jsonl`
is what a vision model said. A killed run loses the episodes in play; a line it was writing is cut off when the folder is
opened again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from visgenenv.bench.header import FORMAT, Header, differences
from visgenenv.bench.rows import Key, Row
from visgenenv.errors import BenchError

RUN, TRACES, ROWS, GRADES, REPORT, PAGE = (
    "run.json", "traces.jsonl", "rows.jsonl", "grades.jsonl", "report.json", "index.html",
)  # fmt: skip


class RunFolder:
    """The folder of a run, opened to add to it. Use it in a `with` statement; nobody else can add meanwhile.

    Args:
        folder: Made if missing.
        header: What the run is about; a folder that holds another run is refused.

    Raises:
        BenchError: The folder holds another run, or something else, or is in use, or a file in it is broken.
    """

    def __init__(self, folder: str | Path, header: Header):
        self.folder = Path(folder)
        self.header = header
        self._traces: BinaryIO | None = None
        self._rows: BinaryIO | None = None
        self.rows: list[Row] = []

    def __enter__(self) -> RunFolder:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.folder)
        self._lock.__enter__()
        try:
            self._claim()
            self.rows = read_rows(self.folder)
            self._traces = (self.folder / TRACES).open("ab")
            self._rows = (self.folder / ROWS).open("ab")
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for file in (self._traces, self._rows):
            if file is not None:
                file.close()
        self._lock.__exit__(None, None, None)

    @property
    def done(self) -> set[Key]:
        """The episodes that need not be played again."""
        return {row.key for row in self.rows}

    def add(self, row: Row, trace: bytes) -> None:
        """Add a finished episode: first its trace, then its row."""
        assert self._traces is not None and self._rows is not None
        for file, line in ((self._traces, trace), (self._rows, msgspec.json.encode(row))):
            file.write(line + b"\n")
            file.flush()
        self.rows.append(row)

    def _claim(self) -> None:
        """Make the folder this run's, or prove that it is."""
        path = self.folder / RUN
        if path.exists():
            known = read_header(self.folder)
            told = differences(known, self.header)
            if told:
                raise BenchError(
                    f"{self.folder} holds another run ({told[0][:200]}); give this one a folder of its own"
                )
            _mend(self.folder)
        else:
            taken = [name for name in (TRACES, ROWS) if (self.folder / name).exists()]
            if taken:
                raise BenchError(f"{self.folder} has a {taken[0]} but no {RUN}; give this run a folder of its own")
        write_whole(path, msgspec.json.format(msgspec.json.encode(self.header)) + b"\n")


def read_header(folder: Path) -> Header:
    """Read what a folder's run is about; raise `BenchError` if that cannot be told."""
    path = folder / RUN
    try:
        raw = path.read_bytes()
        found = msgspec.json.decode(raw, type=_Format).format
        if found != FORMAT:
            raise BenchError(
                f"{path}: format {found}, which this version of visgenenv does not read (it reads {FORMAT})"
            )
        return msgspec.json.decode(raw, type=Header)
    except OSError as error:
        raise BenchError(f"{folder} holds no run of the benchmark: {RUN}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise BenchError(f"{path}: {error}") from error


def read_rows(folder: Path) -> list[Row]:
    """Read the rows of a folder in the order of their episodes' ends; raise `BenchError` if one cannot be read."""
    path, rows, seen = folder / ROWS, [], set[Key]()
    for number, line in enumerate(_lines(path), 1):
        try:
            row = _ROW.decode(line)
        except msgspec.MsgspecError as error:
            raise BenchError(f"{path}: line {number}: {error}; start anew in another folder") from error
        if row.key in seen:
            raise BenchError(f"{path}: line {number}: a second row of {row.task}, sample {row.sample}")
        seen.add(row.key)
        rows.append(row)
    return rows


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears in one piece."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


class _Format(msgspec.Struct):
    format: int


_ROW = msgspec.json.Decoder(Row)


def _mend(folder: Path) -> None:
    """Cut off what a killed run left: a line without its end, a trace without its row."""
    rows = cut_tail(folder / ROWS)
    traces = cut_tail(folder / TRACES)
    if traces < rows:
        raise BenchError(f"{folder}: {TRACES} has {traces} lines for {rows} rows; start anew in another folder")
    if traces > rows:
        ends = [0]
        for line in _lines(folder / TRACES):
            ends.append(ends[-1] + len(line))
        os.truncate(folder / TRACES, ends[rows])


def cut_tail(path: Path) -> int:
    """Cut off a last line without its end; return how many lines there are."""
    if not path.exists():
        return 0
    whole = count = 0
    for line in _lines(path):
        if not line.endswith(b"\n"):
            os.truncate(path, whole)
            break
        whole += len(line)
        count += 1
    return count


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as file:
            yield from file


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep others from adding to a folder at the same time, where the system can."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / ".lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BenchError(f"{folder} is in use by another run of the benchmark") from error
        yield
