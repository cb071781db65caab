"""`visgenenv view`: look at episodes, in a page on disk or through a server of this machine."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, overload

import typer
from rich.markup import escape

from visgenenv.cli.terminal import CORES, BadInput, Json, Preset, console, emit, named_preset, writable
from visgenenv.errors import MediaError
from visgenenv.media import MediaDB
from visgenenv.media.database import default_path
from visgenenv.progress import bar
from visgenenv.rewards import RewardRecord
from visgenenv.rewards.presets import DEFAULT
from visgenenv.viewer import Play, Store, ViewServer, write_page
from visgenenv.viewer.figures import SHOWN
from visgenenv.viewer.guard import Guard
from visgenenv.viewer.scoring import score_safely

PORT = 8650
"""Taken if it is free and no other was asked for."""
FILM_HEIGHT = 360


def view(
    traces_files: Annotated[list[Path], typer.Argument(metavar="TRACES...", help="Trace files, or folders with one.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write OUT/index.html instead of serving; made if missing.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help=f"Of the server; default {PORT}, or any if that is taken.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    preset: Preset = DEFAULT,
    full: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="With --out: episodes with films and full pictures; default: the published queries, else 3.",
        ),
    ] = None,
    max_mb: Annotated[float, typer.Option(min=1.0, help="With --out: megabytes that page and media may take.")] = 30.0,
    film_height: Annotated[
        int, typer.Option(min=0, help="Height of films in pixels; 0: their own size.")
    ] = FILM_HEIGHT,
    media: Annotated[
        list[str] | None,
        typer.Option("--media", help="A media database whose files may be shown, beside your own and those that ship."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Look at episodes: what the agent planned, called, got, made and earned.

    Serves a page on 127.0.0.1 and opens a browser; long runs open at once, and what is appended is there when the page
    is loaded again. With --out it writes OUT/index.html instead, a page that needs no server and no network.
    """
    named_preset(preset)
    folder = writable(out) if out is not None else None
    store = _store(traces_files)
    guard = _guard(media or [])
    if folder is None:
        _serve(store, preset, port, not no_open, film_height, guard, as_json)
        return
    plays = _plays(store, preset, full)
    page = draw_page(plays, folder, "VisGenEnv episodes", max_mb, film_height, guard)
    size = sum(file.stat().st_size for name in ("media", "episodes") for file in (folder / name).rglob("*.*"))
    size += page.stat().st_size
    if as_json:
        emit({"page": str(page), "episodes": len(plays), "bytes": size})
    else:
        console.print(f"{len(plays)} episode{'s' * (len(plays) != 1)}, {size / 1e6:.1f} MB: {escape(str(page))}")


def draw_page(
    plays: Sequence[Play], folder: Path, title: str, max_mb: float, film_height: int, guard: Guard | None = None
) -> Path:
    """Write the page on all cores, with a progress bar."""
    total = sum(asset.kind in SHOWN for play in plays for asset in play.trajectory.assets)
    with bar("drawing", total) as done:
        return write_page(
            plays, folder, title=title, max_mb=max_mb, film_height=film_height, workers=CORES, tick=done, guard=guard
        )


def _store(given: Sequence[Path]) -> Store:
    paths = [path / "traces.jsonl" if path.is_dir() else path for path in given]
    try:
        total = sum(path.stat().st_size for path in paths)
        with bar("reading") as done:
            store = Store(paths, lambda read: done(read, total))
    except OSError as error:
        raise BadInput(f"cannot read the trace file {error.filename}: {error.strerror or error}") from error
    if not len(store):
        raise BadInput(f"{', '.join(map(str, paths))}: holds no trace")
    return store


def _guard(named: Sequence[str]) -> Guard:
    """Allow the databases that the user names, and the user's own if there is one."""
    for path in named:
        try:
            MediaDB(path).count()
        except MediaError as error:
            raise BadInput(str(error)) from error
    own = [default_path()] if Path(default_path()).is_dir() else []
    return Guard(tuple(dict.fromkeys([*named, *own])))


class _Plays(Sequence[Play]):
    """The episodes of a store, read from their file each time: a long run need not fit into memory."""

    def __init__(self, store: Store, records: Sequence[RewardRecord], full: frozenset[int]):
        self.store, self.records, self.full = store, records, full

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, index: int) -> Play: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Play]: ...
    def __getitem__(self, index: int | slice) -> Play | Sequence[Play]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        brief, trajectory = self.store.briefs[index], self.store.trajectory(index)
        return Play(brief.policy, trajectory, self.records[index], index, index in self.full, brief.step, brief.source)


def _plays(store: Store, preset: str, full: int | None) -> _Plays:
    """Score every episode and choose those that are shown in full."""
    published = frozenset(index for index, brief in enumerate(store.briefs) if brief.task.id.startswith("paper/"))
    chosen = frozenset(range(full)) if full is not None else published or frozenset(range(3))
    records = []
    with bar("scoring", len(store)) as done:
        for index in range(len(store)):
            records.append(score_safely(store.trajectory(index), preset))
            done(index + 1)
    return _Plays(store, records, chosen)


def _serve(
    store: Store, preset: str, port: int | None, opens: bool, film_height: int, guard: Guard, as_json: bool
) -> None:
    with _server(store, preset, port, film_height, guard) as server:
        if as_json:
            emit({"url": server.url, "episodes": len(store)})
        else:
            console.print(
                f"{len(store):,} episode{'s' * (len(store) != 1)} at [link={server.url}]{server.url}[/link]   (Ctrl+C ends it)"
            )
        if opens:
            threading.Timer(0.1, webbrowser.open, [server.url]).start()
        server.serve()


def _server(store: Store, preset: str, port: int | None, film_height: int, guard: Guard) -> ViewServer:
    """Return a server at the port asked for; at any free one if none was asked for and the usual one is taken."""
    for number in (PORT, 0) if port is None else (port,):
        try:
            return ViewServer(store, preset, number, film_height=film_height, guard=guard, workers=CORES)
        except OSError as error:
            problem = error
    raise BadInput(f"cannot serve at port {port}: {problem.strerror or problem}")
