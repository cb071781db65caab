"""`visgenenv media add | list | check | remove`: a media database of your own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import to_builtins
from rich.markup import escape
from rich.table import Column, Table

from visgenenv.cli.terminal import CORES, BadInput, Json, console, emit, known
from visgenenv.media import MediaDB
from visgenenv.media.database import VARIABLE, default_path
from visgenenv.media.library import Entry, LeftOut, Report, words_of
from visgenenv.media.library.entry import KINDS
from visgenenv.progress import bar

SHOWN = 20
"""Reports shown to people; --json and --all show every one."""

media = typer.Typer(
    help="Your own photos, clips and sounds: what generated media may show.",
    epilog="Example: visgenenv media add ~/Pictures --tags holidays",
    no_args_is_help=False,
)

Db = Annotated[
    Path | None,
    typer.Option(
        "--db", help=f"Folder of the database. Default: {VARIABLE}, else one in your user data.", show_default=False
    ),
]
Deep = Annotated[bool, typer.Option("--deep", help="Decode every file in full, too: slow, finds damage inside.")]


@media.command(epilog="Example: visgenenv media add ~/Pictures --tags holidays,sea --db media")
def add(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of pictures, films and sounds, or a .parquet file.")
    ],
    db: Db = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tags", help="Words for every file of it, with commas between them.")
    ] = None,
    deep: Deep = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that read.")] = CORES,
    as_json: Json = False,
) -> None:
    """Take a folder in, or bring it up to date: only what has changed is read. The files stay where they are."""
    words = None if tags is None else [word for given in tags for word in given.replace("，", ",").split(",")]
    base = _database(db)
    with bar("reading") as done:
        report = base.add(folder, words, progress=done, workers=workers, deep=deep)
    base.count()  # makes the arrays, so that the first draw need not
    if as_json:
        emit({"db": base.path, **to_builtins(report)})
        return
    _print_report(report)
    console.print(f'Use it: VisGenEnv(media=MediaDB("{escape(str(base.path))}"))')


@media.command("list", epilog="Example: visgenenv media list --kind image --words fox,snow --limit 20")
def list_media(
    db: Db = None,
    kind: Annotated[str, typer.Option(help=f"Only these: {', '.join(KINDS)}.")] = "",
    words: Annotated[str, typer.Option(help="Only what has all these words, with commas between them.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="List at most so many; default 20, all with --json.")] = None,
    left_out: Annotated[bool, typer.Option("--left-out", help="List what is not in it instead, and why.")] = False,
    as_json: Json = False,
) -> None:
    """List what a database holds, or what was left out of it."""
    base = _database(db)
    if kind:
        known("kind", kind, KINDS)
    if left_out:
        _print_left_out(list(base.left_out()), limit, as_json)
        return
    wanted = [word.strip().lower() for word in words.replace("，", ",").split(",") if word.strip()]
    found = [one for one in base.entries() if kind in ("", one.kind) and all(_has(one.words, word) for word in wanted)]
    listed = found[: limit or (None if as_json else SHOWN)]
    if as_json:
        for one in listed:
            emit({**to_builtins(one), "seconds": round(one.duration, 3)})
        return
    console.print(_title(base, found, listed), soft_wrap=True)
    table = Table(Column("file", overflow="fold"), "kind", "size", "length", "words")
    for one in listed:
        table.add_row(escape(one.path), one.kind, _size(one), _length(one), escape(", ".join(one.words[:8])))
    console.print(table)


@media.command(epilog="Example: visgenenv media check --deep")
def check(db: Db = None, deep: Deep = False, as_json: Json = False) -> None:
    """Check that every file is there and unchanged. Exit code 1 if one is not."""
    base = _database(db)
    with bar("checking") as done:
        wrong = list(base.check(deep, progress=done))
    if as_json:
        emit({"db": base.path, "entries": base.count(), "problems": to_builtins(wrong)})
    else:
        _print_reasons(wrong, None)
        console.print(f"{base.count():,} entries, {len(wrong):,} with a problem.")
        if wrong:
            console.print("Bring it up to date: visgenenv media add DIR")
    if wrong:
        raise typer.Exit(1)


@media.command(epilog="Example: visgenenv media remove ~/Pictures/2019")
def remove(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders to forget.")],
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Forget files or folders. They stay on disk; `media add` of their folder takes them in again."""
    base = _database(db)
    removed = {str(path): base.remove(path) for path in paths}
    for path, count in removed.items():
        if not count:
            raise BadInput(f"{path}: nothing of it is in the database {base.path}")
    if as_json:
        emit({"db": base.path, "removed": removed})
    else:
        console.print(f"{sum(removed.values()):,} entries forgotten; {base.count():,} are left.")


def _database(db: Path | None) -> MediaDB:
    path = str(db) if db else default_path()
    if Path(path).expanduser().is_file():
        raise BadInput(f"{path}: a file; a media database is a folder")
    return MediaDB(path)


def _has(words: tuple[str, ...], word: str) -> bool:
    """Whether a word is there as it is written, or as the lexicon reads it."""
    return word in words or (bool(read := words_of(word)) and set(read) <= set(words))


def _print_report(report: Report) -> None:
    console.print(
        f"{escape(report.folder)}: {report.entries:,} entries, {report.added:,} new, {report.unchanged:,} unchanged, "
        f"{report.removed:,} gone, {len(report.left_out):,} left out"
    )
    _print_reasons(report.left_out, SHOWN)


def _print_reasons(some: tuple[LeftOut, ...] | list[LeftOut], limit: int | None) -> None:
    for one in some[:limit]:
        console.print(f"- {escape(one.name)}: {escape(one.reason)}", soft_wrap=True)
    if limit is not None and len(some) > limit:
        console.print(
            f"and {len(some) - limit:,} more; all of them: visgenenv media list --left-out --limit {len(some)}"
        )


def _print_left_out(some: list[LeftOut], limit: int | None, as_json: bool) -> None:
    if as_json:
        for one in some[:limit]:
            emit(to_builtins(one))
    else:
        _print_reasons(some, limit or SHOWN)
        console.print(f"{len(some):,} files left out")


def _title(base: MediaDB, found: list[Entry], listed: list[Entry]) -> str:
    counts: Any = Counter(one.kind for one in found)
    said = ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS if counts[kind]) or "nothing"
    return escape(f"{base.path}: {said}" + (f" (the first {len(listed)})" if len(listed) < len(found) else ""))


def _size(one: Entry) -> str:
    return f"{one.width}×{one.height}" if one.width else f"{one.sample_rate} Hz"


def _length(one: Entry) -> str:
    return f"{one.duration:.2f} s" if one.duration else ""
