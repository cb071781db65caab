"""Writing Parquet: the rows as they are, and if wanted the pictures as bytes in a column that `datasets` decodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from visgenenv.demos.rows import COLUMNS
from visgenenv.errors import MissingExtra

BATCH = 64
_NUMBERS = ("steps", "turns", "calls", "tokens")
_SHARES = ("reward", "grade")


def require_pyarrow() -> Any:
    """Return the module.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtra(
            "Parquet needs pyarrow: pip install pyarrow (it also comes with 'visgenenv[trl]')"
        ) from error
    return pyarrow


def write_parquet(path: Path, rows: Iterable[dict[str, Any]], images: Iterable[list[bytes]] | None = None) -> None:
    """Write rows of `COLUMNS`.

    Args:
        path: Of the file.
        rows: In order.
        images: JPEGs of each row in reading order; they become a column `images`.
    """
    pa = require_pyarrow()
    schema = _schema(pa, images is not None)
    part = path.with_name(path.name + ".part")
    full = rows if images is None else _joined(rows, images)
    waiting = iter(full)
    with pa.parquet.ParquetWriter(part, schema, compression="zstd") as writer:
        while batch := list(islice(waiting, BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema))
    part.replace(path)


def _joined(rows: Iterable[dict[str, Any]], images: Iterable[list[bytes]]) -> Iterator[dict[str, Any]]:
    for row, pictures in zip(rows, images, strict=True):
        yield {**row, "images": [{"bytes": one, "path": None} for one in pictures]}


def _schema(pa: Any, with_images: bool) -> Any:
    string, number = pa.string(), pa.int64()
    picture = {"message": number, "file": string, "url": string, "width": number, "height": number}
    special = {
        "messages": pa.list_(pa.struct([("role", string), ("content", string)])),
        "pictures": pa.list_(pa.struct(list(picture.items()))),
        "assistant_spans": pa.list_(pa.list_(number)),
        **dict.fromkeys(_NUMBERS, number),
        **dict.fromkeys(_SHARES, pa.float64()),
    }
    fields = [(name, special.get(name, string)) for name in COLUMNS]
    if not with_images:
        return pa.schema(fields)
    fields.append(("images", pa.list_(pa.struct([("bytes", pa.binary()), ("path", string)]))))
    return pa.schema(fields, {"huggingface": orjson.dumps({"info": {"features": _features()}})})


def _features() -> dict[str, Any]:
    """Describe the columns to `datasets`, which then decodes `images` by itself."""

    def value(kind: str) -> dict[str, str]:
        return {"dtype": kind, "_type": "Value"}

    def several(one: Any) -> dict[str, Any]:
        return {"feature": one, "_type": "List"}

    text, number = value("string"), value("int64")
    picture = {"message": number, "file": text, "url": text, "width": number, "height": number}
    special: dict[str, Any] = {
        "messages": several({"role": text, "content": text}),
        "pictures": several(picture),
        "assistant_spans": several(several(number)),
        **dict.fromkeys(_NUMBERS, number),
        **dict.fromkeys(_SHARES, value("float64")),
    }
    return {**{name: special.get(name, text) for name in COLUMNS}, "images": several({"_type": "Image"})}
