"""What stands beside the demonstrations: Parquet, template, mixtures, statistics, a card and a manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import orjson
from msgspec import Struct

from visgenenv.demos.card import card
from visgenenv.demos.chat import chat_template
from visgenenv.demos.parquet import write_parquet
from visgenenv.demos.pictures import draw_pictures, picture_bytes
from visgenenv.demos.pool import Pool, in_order
from visgenenv.demos.pst import manifest
from visgenenv.demos.report import Report
from visgenenv.demos.settings import Settings
from visgenenv.demos.statistics import Figures, write_page
from visgenenv.trace import from_json

_INDENT = orjson.OPT_INDENT_2


class Drawing(Struct, frozen=True):
    """A demonstration whose pictures are to be drawn."""

    row: bytes
    trace: bytes
    folder: Path
    max_px: int


def draw_files(job: Drawing) -> int:
    """Draw the picture files of a demonstration that are not there yet; return how many those were."""
    row = orjson.loads(job.row)
    if all((job.folder / picture["file"]).exists() for picture in row["pictures"]):
        return 0
    return draw_pictures(from_json(orjson.loads(job.trace)), row, job.folder, job.max_px)


def draw_bytes(job: Drawing) -> list[bytes]:
    """Draw the pictures of a demonstration and return them as JPEGs, in reading order."""
    return picture_bytes(from_json(orjson.loads(job.trace)), orjson.loads(job.row), job.max_px)


def drawings(settings: Settings, folder: Path) -> Iterator[Drawing]:
    """Yield a job for every demonstration."""
    with (folder / "demos.jsonl").open("rb") as rows, (folder / "traces.jsonl").open("rb") as traces:
        for row, trace in zip(rows, traces, strict=True):
            yield Drawing(row, trace, folder, settings.image_px)


def wants_parquet(parquet: bool | None) -> bool:
    """Whether Parquet is to be written: as asked for, else if it can be."""
    return find_spec("pyarrow") is not None if parquet is None else parquet


def publish(
    settings: Settings,
    folder: Path,
    facts: Mapping[str, Any],
    report: Report,
    pool: Pool,
    workers: int,
    parquet: bool,
) -> None:
    """Write everything that is made from `demos.jsonl` and `traces.jsonl`; the manifest, which marks the end, last."""
    if parquet:
        images = None
        if settings.images == "bytes":
            images = in_order(pool, draw_bytes, drawings(settings, folder), workers)
        write_parquet(folder / "demos.parquet", _rows(folder), images)
    figures = Figures.of(_rows(folder))
    (folder / "chat_template.jinja").write_text(chat_template(), "utf-8")
    (folder / "pst.json").write_bytes(orjson.dumps(manifest(report.kept), option=_INDENT))
    (folder / "statistics.json").write_bytes(orjson.dumps(figures.summary(), option=_INDENT))
    write_page(folder / "statistics.html", settings, report, figures)
    (folder / "README.md").write_text(card(settings, report, figures, parquet), "utf-8")
    names = ("demos.jsonl", "demos.parquet", "traces.jsonl")
    document = {
        "settings": dict(facts),
        "report": msgspec.to_builtins(report),
        "files": {name: _fingerprint(folder / name) for name in names if (folder / name).exists()},
    }
    part = folder / "manifest.json.part"
    part.write_bytes(orjson.dumps(document, option=_INDENT))
    part.replace(folder / "manifest.json")


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / "demos.jsonl").open("rb") as rows:
        yield from map(orjson.loads, rows)


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
