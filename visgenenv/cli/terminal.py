"""What every command shares: reading what the user named, writing where the user said, and how bad input is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from visgenenv.errors import VisGenError, did_you_mean
from visgenenv.policies import MODES, ExpertPolicy, Policy, RandomPolicy
from visgenenv.progress import bar
from visgenenv.rewards import PRESETS
from visgenenv.tasks import load_suite, read_tasks
from visgenenv.tools import load_faults
from visgenenv.trace import read_traces
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task

CORES = os.cpu_count() or 1
POLICIES: dict[str, Callable[[], Policy]] = {"expert": ExpertPolicy, "random": RandomPolicy}
POLICIES |= {f"expert-{mode}": partial(ExpertPolicy, mode) for mode in (*MODES[1:], "mixed")}  # type: ignore[arg-type]

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Out = Annotated[Path, typer.Option("--out", help="Folder to write to; made if missing.", show_default=True)]
Preset = Annotated[str, typer.Option(help=f"How components are joined: {', '.join(PRESETS)}.")]

console = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120)
"""For people. What is piped elsewhere gets 120 columns."""


class BadInput(VisGenError):
    """The user named or wrote something that cannot be used; the message is the one line that is shown."""


def emit(value: Any) -> None:
    """Print one line of JSON."""
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.flush()


@contextmanager
def training_bar(total: int, metrics: Path) -> Iterator[Callable[[int], None]]:
    """Show a progress bar of a run that writes `metrics`; give a function that sets how many steps are done.

    It is to be called once before the first step, with those that an earlier run has done: they do not count towards
    the steps per second. Reward and success are those of the latest row that has them.
    """
    with bar("training", total) as shown:
        earlier: int | None = None

        def tell(done: int) -> None:
            nonlocal earlier
            earlier = done if earlier is None else earlier
            latest: dict[str, Any] = {}
            for row in _last_rows(metrics):
                latest |= {
                    name: row[name] for name in ("reward", "success", "env/success") if row.get(name) is not None
                }
            success = latest.get("success", latest.get("env/success"))
            shown(done, reward=latest.get("reward"), success=success, steps=done - earlier)

        yield tell


def _last_rows(path: Path, size: int = 65_536) -> list[dict[str, Any]]:
    """Return the rows at the end of a JSONL file, none if it is not there yet."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            lines = file.read().splitlines()
    except OSError:
        return []
    rows = []
    for line in lines:
        try:
            rows.append(orjson.loads(line))
        except ValueError:
            continue  # cut, or being written
    return rows


def known(kind: str, name: str, names: Sequence[str]) -> str:
    """Return `name` if it is one of `names`; else say which is meant."""
    if name not in names:
        raise BadInput(f"unknown {kind} {name!r}{did_you_mean(name, names)}; known: {', '.join(names)}")
    return name


def named_policy(name: str) -> Policy:
    return POLICIES[known("policy", name, list(POLICIES))]()


def named_preset(name: str) -> str:
    return known("preset", name, list(PRESETS))


def named_faults(name: str) -> str:
    try:
        load_faults(name)
    except ValueError as error:
        raise BadInput(str(error)) from error
    return name


def named_suite(name: str, seed: int = 0) -> Sequence[Task]:
    """Return a suite by name, or the tasks of a JSONL file."""
    return read_tasks(name) if name.endswith(".jsonl") else load_suite(name, seed)


def writable(folder: Path) -> Path:
    """Make a folder and prove that files can be written there, before any work is done."""
    probe = folder / ".visgenenv-probe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise BadInput(f"cannot write to the folder {folder}: {error.strerror or error}") from error
    return folder


def traces(path: Path) -> Iterator[Trajectory]:
    """Yield the records of a trace file (or of the `traces.jsonl` in a folder); an empty one is bad input."""
    path = path / "traces.jsonl" if path.is_dir() else path
    empty = True
    try:
        for trajectory in read_traces(path):
            empty = False
            yield trajectory
    except OSError as error:
        raise BadInput(f"cannot read the trace file {path}: {error.strerror or error}") from error
    if empty:
        raise BadInput(f"{path}: holds no trace")
