"""Writing episodes as a page on disk that needs nothing else: no network, no server, no program but a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from visgenenv.rewards import COMPONENTS
from visgenenv.types import Asset
from visgenenv.viewer.briefs import brief_of
from visgenenv.viewer.columns import columns, marks_of
from visgenenv.viewer.episode import episode, to_text
from visgenenv.viewer.figures import MISSING, SHOWN, Figure, draw_figures
from visgenenv.viewer.guard import Guard
from visgenenv.viewer.play import Play
from visgenenv.viewer.shell import MARK, page

MEGABYTE = 1_000_000
INLINE_BYTES = 8 * MEGABYTE
"""Up to so many bytes of episodes stand in `index.html` itself; more are loaded from `episodes/` as they are opened."""
SHARD = 20
"""Episodes a file there."""
_SAMPLE = 200
_NOTHING = Figure()


def write_page(
    plays: Sequence[Play],
    folder: str | Path,
    *,
    title: str = "VisGenEnv episodes",
    max_mb: float = 30.0,
    film_height: int = 360,
    workers: int = 1,
    tick: Callable[[int], None] | None = None,
    guard: Guard | None = None,
) -> Path:
    """Write `folder/index.html`, the pictures, films and sounds it shows below `folder/media`, and long runs' episodes.

    Args:
        plays: The episodes in the order of the page; those with `full` are shown with films and full pictures. The
            sequence is walked through several times, so that it may read its items from a file each time.
        folder: Made if missing. An earlier page of ours there, and its media, are replaced; all else is left alone.
        title: Of the page.
        max_mb: Megabytes that page and figures together may take. What was said and done is never left out: figures
            take what is left.
        film_height: Of films, in pixels; 0 keeps films in their own size.
        workers: Processes that draw at the same time.
        tick: Called with the number of figures done (of all assets that have a picture or a sound).
        guard: Says which assets may be drawn; default: those that read no file but the shipped ones.

    Returns:
        The path of the page.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    _clear(path)
    index = _index(plays, title)
    words = _words(plays)
    room = int(max_mb * MEGABYTE) - words - len(page({**index, "mode": "inline"}))
    figures = draw_figures(plays, folder, room, film_height, workers, tick, guard)
    texts = ((place, to_text(_episode(play, figures))) for place, play in enumerate(plays))
    if words <= INLINE_BYTES:
        path.write_bytes(page({**index, "mode": "inline"}, texts))
    else:
        _write_shards(folder / "episodes", texts)
        path.write_bytes(page({**index, "mode": "shards", "shard": SHARD}))
    return path


def _clear(path: Path) -> None:
    """Remove the media and episodes of a page that we wrote earlier in the same place, and of no other."""
    if path.is_file() and MARK in path.read_bytes()[:1000]:
        shutil.rmtree(path.parent / "media", ignore_errors=True)
        for old in (path.parent / "episodes").glob("*.js"):
            if re.fullmatch(r"\d{5}\.js", old.name):
                old.unlink()


def _index(plays: Sequence[Play], title: str) -> dict[str, Any]:
    briefs, records = [], []
    for play in plays:
        briefs.append(brief_of(play.trajectory, play.policy, play.step, play.source))
        records.append(play.record)
    names = list(dict.fromkeys(name for record in records for name in record.components)) or list(COMPONENTS)
    preset = ", ".join(dict.fromkeys(record.preset for record in records))
    marks = [marks_of(record, names) for record in records]
    return {**columns(briefs, marks, names, preset), "title": title, "preset": preset}


def _words(plays: Sequence[Play]) -> int:
    """Return how many bytes the episodes take in words, with the links to their figures; of many, judge by some."""
    stride = max(1, len(plays) // _SAMPLE)
    chosen = range(0, len(plays), stride)
    size = sum(len(to_text(_episode(plays[place], None)).encode("utf-8", "replace")) for place in chosen)
    return int(size * len(plays) / max(1, len(chosen)) * (1.0 if stride == 1 else 1.1))


def _episode(play: Play, figures: dict[tuple[str, str], Figure] | None) -> dict[str, Any]:
    chosen = partial(_longest, play) if figures is None else partial(_drawn, play, figures)
    return episode(play.trajectory, play.record, chosen)


def _drawn(play: Play, figures: dict[tuple[str, str], Figure], asset: Asset) -> Figure:
    return figures.get((play.anchor, asset.id), MISSING) if asset.kind in SHOWN else _NOTHING


def _longest(play: Play, asset: Asset) -> Figure:
    """Return a figure with links at least as long as the real one's."""
    link = f"media/{play.anchor}/{asset.id}.still.jpg"
    return Figure(link, link, link, link if play.full else "", "") if asset.kind in SHOWN else _NOTHING


def _write_shards(folder: Path, texts: Iterator[tuple[int, str]]) -> None:
    """Write scripts of `SHARD` episodes each: a page from a disk may load scripts beside it, but no other files."""
    folder.mkdir(exist_ok=True)
    held: list[str] = []
    for place, text in texts:
        held.append(f"visgenenvEpisode({place}, {to_text(text)});\n")
        if len(held) == SHARD:
            _write_shard(folder, place // SHARD, held)
            held = []
    if held:
        _write_shard(folder, place // SHARD, held)


def _write_shard(folder: Path, number: int, lines: Sequence[str]) -> None:
    (folder / f"{number:05d}.js").write_text("".join(lines), encoding="utf-8", errors="replace", newline="")
