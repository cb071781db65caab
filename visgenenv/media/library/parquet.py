"""Media out of a Parquet file, such as `Dataset.to_parquet` of Hugging Face datasets writes: one file a cell, with its words.

A database holds paths, so the bytes in the table are written out once, into the database's folder. What the other
columns say of a row (caption, tags, label, licence) stands beside its file as a `.json`. Needs pyarrow.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from visgenenv.errors import MediaError
from visgenenv.media.library.store import UNPACKED
from visgenenv.media.library.words import TOLD

_ROWS = 16
"""Rows read at a time."""
_SAFE = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]+")
_MARK = ".source.json"


def is_parquet(path: str | os.PathLike[str]) -> bool:
    """Whether a path names a Parquet file."""
    return str(path).lower().endswith(".parquet")


def unpacked(home: Path, file: str | os.PathLike[str]) -> Path:
    """Return the folder of a database in which the media of a Parquet file lie, or would."""
    path = Path(file).expanduser().resolve()
    return home.resolve() / UNPACKED / _SAFE.sub("-", str(path.with_suffix(""))).strip("-")[-120:]


def unpack(
    home: Path, file: str | os.PathLike[str], progress: Callable[[int, int], None] = lambda done, total: None
) -> Path:
    """Write the media of a Parquet file into a database's folder, if they are not there yet; return where they are.

    Interrupted, it goes on the next time; what has been written is whole.

    Raises:
        MediaError: pyarrow is not installed, the file cannot be read, or no column of it holds media.
    """
    path, folder = Path(file).expanduser(), unpacked(home, file)
    try:
        stamp, table = f"{path.stat().st_size} {path.stat().st_mtime_ns}", _opened(path)
    except OSError as error:
        raise MediaError(f"{path}: {error.strerror or error}") from error
    mark = folder / _MARK
    known = orjson.loads(mark.read_bytes()) if mark.is_file() else {}
    if known.get("stamp") != stamp:
        shutil.rmtree(folder, ignore_errors=True)
    if known != {"stamp": stamp, "whole": True}:
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_bytes(orjson.dumps({"stamp": stamp, "whole": False}))
        _write_rows(table, folder, progress, path)
        mark.write_bytes(orjson.dumps({"stamp": stamp, "whole": True}))
    return folder


def _opened(path: Path) -> Any:
    try:
        reader = import_module("pyarrow.parquet")
    except ImportError as error:
        raise MediaError(f"{path}: reading Parquet needs pyarrow: pip install pyarrow") from error
    try:
        return reader.ParquetFile(str(path))
    except ValueError as error:  # ArrowInvalid is one
        raise MediaError(f"{path}: not a Parquet file that can be read: {error}") from error


def _write_rows(table: Any, folder: Path, progress: Callable[[int, int], None], path: Path) -> None:
    schema, rows, done = table.schema_arrow, table.metadata.num_rows, 0
    media = [field.name for field in schema if _holds_media(str(field.type))]
    if not media:
        raise MediaError(
            f"{path}: no column of it holds media (binary, or a struct with bytes): {', '.join(schema.names)}"
        )
    names = _label_names(schema.metadata or {})
    said = [field.name for field in schema if field.name.lower() in TOLD or field.name in names]
    try:
        for batch in table.iter_batches(_ROWS, columns=[*media, *said]):
            for row in batch.to_pylist():
                told = {name: _told(row[name], names.get(name)) for name in said}
                for place, (name, cell) in enumerate(_cells(row, media)):
                    _write(folder / f"{done:08d}{'-' * bool(place)}{place or ''}{name}", cell, told)
                done += 1
            progress(done, rows)
    except (OSError, ValueError) as error:
        raise MediaError(f"{path}: cannot be unpacked after row {done}: {error}") from error


def _holds_media(kind: str) -> bool:
    return kind in ("binary", "large_binary") or (kind.startswith("struct<") and "bytes: binary" in kind)


def _label_names(metadata: dict[bytes, bytes]) -> dict[str, list[str]]:
    """Return the names of numbered labels by column, as Hugging Face datasets notes them in the file."""
    try:
        features = orjson.loads(metadata[b"huggingface"])["info"]["features"]
        return {name: one["names"] for name, one in features.items() if one.get("_type") == "ClassLabel"}
    except (KeyError, TypeError, AttributeError, ValueError):
        return {}


def _told(value: Any, names: list[str] | None) -> Any:
    """Return what a column says of a row; a numbered label by its name."""
    if names is not None and isinstance(value, int):
        return names[value] if 0 <= value < len(names) else ""
    return value


def _cells(row: dict[str, Any], media: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the media of a row, each with the end of its file's name."""
    for column in media:
        cell = row[column]
        content = cell.get("bytes") if isinstance(cell, dict) else cell
        if content:
            origin = Path(str(cell.get("path") or "")) if isinstance(cell, dict) else Path()
            stem, suffix = _SAFE.sub("-", origin.stem).strip("-")[:60], _SAFE.sub("", origin.suffix)[:5]
            yield f"-{stem}" * bool(stem) + f".{suffix or 'bin'}", content


def _write(path: Path, content: bytes, told: dict[str, Any]) -> None:
    if path.is_file():
        return
    words = {("labels" if isinstance(key, str) and key not in TOLD else key): value for key, value in told.items()}
    path.with_name(f"{path.name}.json").write_bytes(orjson.dumps(words, default=str))
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
