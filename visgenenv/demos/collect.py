"""Making a set of demonstrations in a folder: play, judge, choose, write; a killed run goes on where it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import orjson
from msgspec import Struct

from visgenenv.demos.candidates import Candidate, Studio
from visgenenv.demos.parquet import require_pyarrow
from visgenenv.demos.pool import Pool, in_order, processes
from visgenenv.demos.publish import draw_files, drawings, publish, wants_parquet
from visgenenv.demos.report import Report, report_of
from visgenenv.demos.requests import Requests
from visgenenv.demos.selection import Selection
from visgenenv.demos.settings import Settings
from visgenenv.errors import DemosError
from visgenenv.tools import load_toolbox

PART = 48
"""Requests that are played as one job, and kept as one file until everything is done."""
Progress = Callable[[str, int, int], None]
"""Told the stage ("kept", "pictures"), how much is done, and of how much."""


def make_demos(
    settings: Settings,
    folder: str | Path,
    *,
    workers: int = 1,
    parquet: bool | None = None,
    progress: Progress | None = None,
) -> Report:
    """Make a set of demonstrations and write it to a folder.

    What is written depends on the settings alone, not on `workers`, and not on how often the run was killed and begun
    again. With several workers, a script needs the usual `if __name__ == "__main__":`.

    Args:
        settings: What the set is to be.
        folder: Made if missing. A run of the same settings that was killed there goes on.
        workers: Processes.
        parquet: Whether `demos.parquet` is written too; None: if pyarrow is installed.
        progress: Told how far it is.

    Returns:
        How the set came about. `report.kept` is less than `settings.n` only if the requests ran out.

    Raises:
        DemosError: The folder holds another set, or one of other settings.
        MissingExtra: Parquet is asked for and pyarrow is missing.
    """
    parquet = wants_parquet(parquet) or settings.images == "bytes"
    if parquet:
        require_pyarrow()
    folder = Path(folder)
    work = folder / ".parts"
    facts = {**settings.fingerprint(), "suite_version": Requests(settings).version, **load_toolbox().versions}
    done = _claim(folder, work, facts)
    if done is not None:
        return done
    tell = progress or (lambda stage, n, of: None)
    with processes(workers) as pool:
        selection, seen = _choose(settings, folder, work, pool, workers, tell)
        report = report_of(selection, seen)
        if settings.images == "files":
            drawn = in_order(pool, draw_files, drawings(settings, folder), workers)
            for number, _ in enumerate(drawn, 1):
                tell("pictures", number, report.kept)
        publish(settings, folder, facts, report, pool, workers, parquet)
    shutil.rmtree(work, ignore_errors=True)
    return report


def _claim(folder: Path, work: Path, facts: dict[str, Any]) -> Report | None:
    """Take a folder for these settings; return the report of a set that is finished there already."""
    finished, begun = folder / "manifest.json", work / "settings.json"
    wanted = orjson.loads(orjson.dumps(facts))
    for path in (finished, begun):
        if path.exists():
            held = orjson.loads(path.read_bytes())
            other = [name for name in wanted if held.get("settings", {}).get(name) != wanted[name]]
            if other:
                name = other[0]
                raise DemosError(
                    f"{folder} holds demonstrations with {name} = {held.get('settings', {}).get(name)!r}, not {wanted[name]!r};"
                    " name another folder, or remove this one"
                )
            if path is finished:
                return msgspec.convert(held["report"], Report)
    if (folder / "demos.jsonl").exists() and not begun.exists():
        raise DemosError(f"{folder} holds a demos.jsonl of unknown origin; name another folder")
    work.mkdir(parents=True, exist_ok=True)
    begun.write_bytes(orjson.dumps({"settings": facts}, option=orjson.OPT_INDENT_2))
    return None


def _choose(
    settings: Settings, folder: Path, work: Path, pool: Pool, workers: int, tell: Progress
) -> tuple[Selection, int]:
    """Write the rows and traces of what is kept; return the selection and the number of requests looked at."""
    selection, seen = Selection(settings), 0
    rows, traces = folder / "demos.jsonl.part", folder / "traces.jsonl.part"
    with rows.open("wb") as row_file, traces.open("wb") as trace_file:
        for candidate in _candidates(settings, work, pool, workers):
            seen = candidate.number + 1
            if selection.decide(candidate) == "kept":
                row_file.write(candidate.row + b"\n")
                trace_file.write(candidate.trace + b"\n")
                tell("kept", selection.kept, settings.n)
            if selection.full:
                break
    for part in (rows, traces):
        os.replace(part, part.with_suffix(""))
    return selection, seen


def _candidates(settings: Settings, work: Path, pool: Pool, workers: int) -> Iterator[Candidate]:
    """Yield every candidate in the order of the requests; parts that an earlier run has played are read."""
    starts = range(0, len(Requests(settings)), PART)
    for path in in_order(pool, play_part, (_Part(settings, start, work) for start in starts), workers):
        yield from msgspec.msgpack.decode(path.read_bytes(), type=list[Candidate])


class _Part(Struct, frozen=True):
    settings: Settings
    start: int
    work: Path


def play_part(part: _Part) -> Path:
    """Play a part, unless that has been done, and return the file of its candidates."""
    path = part.work / f"{part.start:09}.msgpack"
    if not path.exists():
        played = _studio(msgspec.msgpack.encode(part.settings)).candidates(part.start, part.start + PART)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(msgspec.msgpack.encode(played))
        os.replace(unfinished, path)
    return path


@lru_cache(maxsize=1)
def _studio(settings: bytes) -> Studio:
    return Studio(msgspec.msgpack.decode(settings, type=Settings))
