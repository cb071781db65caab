"""What a media database costs: a draw at 100,000, a million and ten million rows; taking in files; bringing it up to date.

    python benchmarks/media_db.py [--rows 100000 1000000] [--large] [--files 100000] [--json FILE]

Rows are synthetic and stand in a real store with real arrays (kinds, shapes, lengths and words as in a mixed photo
library), so a draw is the whole of `MediaDB.draw`, the row of SQLite included. `--large` adds ten million rows, which
takes some minutes and 4 GB of disk in the temporary folder. `--files` makes that many small real files and takes them in.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from visgenenv import MediaDB
from visgenenv.lexicon import COLOURS, SCENES, SUBJECTS
from visgenenv.media.library.writer import Writer

DRAWS = 20_000
SHAPES = ((1920, 1080), (1080, 1920), (1024, 1024), (1536, 1024), (1024, 1536), (4096, 2304))
SECONDS = (4.0, 5.0, 8.0, 10.0, 30.0, 120.0)
COMMON = ("fox", "dog", "forest", "city", "red", "blue")


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the table `entries`: seven in ten pictures, two films, one sound."""
    luck = np.random.default_rng(1)
    subjects, scenes, colours = list(SUBJECTS), list(SCENES), list(COLOURS)
    for start in range(0, count, 100_000):
        size = min(100_000, count - start)
        kinds = luck.choice(3, size, p=(0.7, 0.2, 0.1)).tolist()
        widths = luck.integers(320, 4000, size).tolist()
        heights = luck.integers(320, 3000, size).tolist()
        frames = luck.integers(24, 2400, size).tolist()
        picks = (luck.power(3, (size, 3)) * (len(subjects), len(scenes), len(colours))).astype(int).tolist()
        rare = luck.integers(0, 20_000, size).tolist()
        marks = luck.bytes(16 * size)
        for at in range(size):
            kind, (subject, scene, colour) = kinds[at], picks[at]
            words = f"{subjects[subject]}|{scenes[scene]}|{colours[colour]}|name{rare[at]}"
            pixels = (widths[at], heights[at]) if kind < 2 else (0, 0)
            moving = (frames[at], 24, 1) if kind == 1 else (0, 0, 1)
            sound = (frames[at] * 2000, 48000, 2) if kind else (0, 0, 0)
            mark = marks[16 * at : 16 * at + 16]
            name = f"{start + at:09d}"
            yield (1, name, "1", kind, "x", *pixels, *moving, *sound, words, "", "", mark)


def draws_of(count: int, folder: Path) -> dict[str, float]:
    """Make a database of so many rows; return seconds to make it and microseconds of CPU time a draw."""
    started = time.perf_counter()
    with Writer(folder) as writer:
        writer.folder("/library", "")
        with writer.changing() as store:
            store.executemany(f"INSERT INTO entries VALUES (NULL{', ?' * 17})", rows(count))
    stored = time.perf_counter()
    media = MediaDB(folder)
    media.count()
    built = time.perf_counter()
    result = {
        "store_s": stored - started,
        "arrays_s": built - stored,
        "store_mb": (folder / "library.sqlite").stat().st_size / 1e6,
        "arrays_mb": sum(path.stat().st_size for path in folder.rglob("*.npy")) / 1e6,
    }
    asked: dict[str, list[tuple[str, ...]]] = {
        "any": [()],
        "one word": [(word,) for word in COMMON],
        "three words": [("fox", "forest", "red"), ("dog", "city", "blue"), ("cat", "beach", "green")],
        "a rare word": [(f"name{number}",) for number in range(0, 20_000, 371)],
    }
    for label, words in asked.items():
        taken = []
        for index in range(DRAWS):
            wanted = ("image", "video", "audio")[index % 10 // 7 + (index % 10 == 9)]
            shape, seconds = SHAPES[index % len(SHAPES)], SECONDS[index // 7 % len(SECONDS)]
            said = words[index % len(words)]
            u = index * 0.6180339887 % 1.0
            before = time.thread_time_ns()
            media.draw(wanted, *shape, seconds, said, u)  # type: ignore[arg-type]
            taken.append(time.thread_time_ns() - before)
        result[f"{label}: median us"] = statistics.median(taken) / 1e3
        result[f"{label}: p99 us"] = sorted(taken)[int(DRAWS * 0.99)] / 1e3
    return result


def ingest(count: int, folder: Path) -> dict[str, float]:
    """Make small files and take them in, twice; return seconds."""
    make_files(count, folder / "files")
    media = MediaDB(folder / "db")
    result: dict[str, float] = {}
    for label in ("add_s", "again_s"):
        started = time.perf_counter()
        report = media.add(folder / "files")
        result[label] = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    result["cpu_s"] = sum(one.ru_utime + one.ru_stime for one in used)
    return {**result, "entries": report.entries, "left_out": len(report.left_out)}


def make_files(count: int, folder: Path) -> None:
    """Write small pictures and sounds: JPEG, PNG, WebP and WAV, each with bytes of its own, 1,000 a folder."""
    luck = np.random.default_rng(2)
    bases = []
    for index in range(40):
        picture = Image.fromarray(luck.integers(0, 255, (6, 8, 3), dtype=np.uint8))
        picture = picture.resize((160 + index, 120 + index % 7), Image.Resampling.BICUBIC)
        path = folder.parent / f"base.{('jpg', 'png', 'webp')[index % 3]}"
        picture.save(path)
        bases.append((path.suffix, path.read_bytes()))
        path.unlink()
    names = list(SUBJECTS)
    for index in range(count):
        if not index % 1000:
            inside = folder / f"{list(SCENES)[index // 1000 % len(SCENES)]}-{index // 1000}"
            inside.mkdir(parents=True)
        stem = f"{names[index % len(names)]}_{index}"
        if index % 10 == 9:
            sound = luck.bytes(1600)
            (inside / f"{stem}.wav").write_bytes(_wav(sound))
            continue
        suffix, content = bases[index % len(bases)]
        (inside / f"{stem}{suffix}").write_bytes(_marked(suffix, content, index))


def _wav(sound: bytes) -> bytes:
    size = len(sound).to_bytes(4, "little")
    form = b"\x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"
    return b"RIFF" + (36 + len(sound)).to_bytes(4, "little") + b"WAVEfmt " + form + b"data" + size + sound


def _marked(suffix: str, content: bytes, index: int) -> bytes:
    """Make a picture's bytes unique, behind what its readers read."""
    tail = index.to_bytes(8)
    if suffix == ".jpg":
        return content[:2] + b"\xff\xfe\x00\x0a" + tail + content[2:]
    return content + tail


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--large", action="store_true", help="ten million rows, too")
    parser.add_argument("--files", type=int, default=0, help="small files to take in")
    parser.add_argument("--json", type=Path, help="write the numbers to this file, too")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, numpy {np.__version__}")
    results: dict[str, dict[str, float]] = {}
    for count in [*options.rows, *([10_000_000] if options.large else [])]:
        folder = Path(tempfile.mkdtemp())
        try:
            results[f"{count:,} rows"] = draws_of(count, folder)
        finally:
            shutil.rmtree(folder)
        _print(f"{count:,} rows", results[f"{count:,} rows"])
    if options.files:
        with tempfile.TemporaryDirectory() as folder_name:
            results[f"{options.files:,} files"] = ingest(options.files, Path(folder_name))
        _print(f"{options.files:,} files", results[f"{options.files:,} files"])
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


def _print(title: str, numbers: dict[str, float]) -> None:
    print(f"\n{title}")
    for name, value in numbers.items():
        print(f"  {name:24}{value:12,.2f}")


if __name__ == "__main__":
    main()
