"""The files of a page: playable films and full pictures for some episodes, small previews for the rest."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from msgspec import Struct, structs
from PIL import Image

from visgenenv import media
from visgenenv.errors import MediaError
from visgenenv.media.drawing import frame
from visgenenv.types import Asset
from visgenenv.viewer.play import Play

PREVIEW_PX = 208
"""Longest side of a small preview, in pixels."""
POSTER_PX = 640
_OVER_BUDGET = "not drawn: the page is at its size limit"


class Figure(Struct, frozen=True):
    """What the page shows of one asset. Paths are relative to the page; empty where there is no such file."""

    anchor: str
    name: str
    caption: str
    shape: str
    """"still", "full" (a picture in its own size), "film", "sound" or "words"."""
    still: str = ""
    film: str = ""
    sound: str = ""
    text: str = ""
    note: str = ""
    width: int = 0
    height: int = 0


class _Job(Struct, frozen=True):
    figure: Figure
    asset: Asset
    folder: Path
    place: Path
    film_height: int


def draw_figures(
    plays: Sequence[Play],
    folder: Path,
    budget: int,
    film_height: int,
    workers: int = 1,
    tick: Callable[[int], None] | None = None,
) -> dict[tuple[str, str], Figure]:
    """Write every file the page needs below `folder/media`; return the figures by (play's anchor, asset id).

    Args:
        plays: The episodes; those with `full` come first when room is short.
        folder: Of the page.
        budget: Bytes that all files together may take; what comes after is left out, and its figure says so.
        film_height: Of films, in pixels; 0 keeps every film in its own size.
        workers: Processes that draw at the same time.
        tick: Called with the number of figures done.
    """
    ordered = sorted(plays, key=lambda play: not play.full)
    keys = [(play, asset) for play in ordered for asset in play.trajectory.assets]
    jobs = [_Job(bare(play, one), one, folder, folder / "media" / play.anchor, film_height) for play, one in keys]
    figures: dict[tuple[str, str], Figure] = {}
    left = budget
    for (play, asset), figure in zip(keys, _drawn(jobs, workers), strict=True):
        files = [folder / name for name in (figure.still, figure.film, figure.sound) if name]
        size = sum(file.stat().st_size for file in files)
        if size > left:
            for file in files:
                file.unlink()
            figure = structs.replace(figure, still="", film="", sound="", note=_OVER_BUDGET)
        else:
            left -= size
        figures[play.anchor, asset.id] = figure
        if tick is not None:
            tick(len(figures))
    return figures


def bare(play: Play, asset: Asset) -> Figure:
    """Return an asset's figure without any file."""
    shape = _SHAPES.get(asset.kind, "words")
    if not play.full and shape != "words":
        shape = "still"
    return Figure(f"{play.anchor}-{asset.id}", asset.url.removeprefix("asset://"), describe(asset), shape)


def _drawn(jobs: Sequence[_Job], workers: int) -> Iterator[Figure]:
    if workers < 2 or len(jobs) < 8:
        yield from map(_draw, jobs)
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_DFL))
    try:
        yield from pool.map(_draw, jobs, chunksize=2)
    finally:  # also when the user interrupts: nothing that waits is begun
        pool.shutdown(cancel_futures=True)


def _draw(job: _Job) -> Figure:
    """Draw one figure; what cannot be drawn becomes a figure that says why."""
    figure = job.figure
    try:
        if figure.shape == "words":
            return structs.replace(figure, text=str(media.open_asset(job.asset)))
        job.place.mkdir(parents=True, exist_ok=True)
        return _DRAW[figure.shape](job)
    except MediaError as error:
        return structs.replace(figure, note=f"not drawn: {error}")


def _still(job: _Job) -> Figure:
    asset = job.asset
    if asset.kind == "audio":
        return _pictured(job, media.view(asset)[0])
    if asset.kind == "image":
        return _pictured(job, _frame(asset, 0.0, PREVIEW_PX))
    return _pictured(job, _sheet([_frame(asset, share, PREVIEW_PX // 2) for share in (0.0, 0.3, 0.6, 0.9)]))


def _frame(asset: Asset, share: float, longest: int) -> Image.Image:
    """Return a small picture of a film at a share of its length (or of a picture), in the exact shape."""
    scale = min(1.0, longest / max(asset.width, asset.height))
    width, height = max(2, round(asset.width * scale)), max(2, round(asset.height * scale))
    index = int(share * asset.n_frames)
    return frame(asset.recipe, index * asset.fps[1] / asset.fps[0] if index else 0.0, width, height)


def _sheet(frames: Sequence[Image.Image]) -> Image.Image:
    """Lay four frames out two by two."""
    width, height = frames[0].size
    sheet = Image.new("RGB", (2 * width, 2 * height))
    for index, picture in enumerate(frames):
        sheet.paste(picture, (index % 2 * width, index // 2 * height))
    return sheet


def _pictured(job: _Job, picture: Image.Image) -> Figure:
    path = job.place / f"{job.asset.id}.jpg"
    picture.convert("RGB").save(path, quality=65)
    return structs.replace(job.figure, still=_link(path, job), width=picture.width, height=picture.height)


def _full(job: _Job) -> Figure:
    path = media.export_preview(job.asset, job.place / f"{job.asset.id}.jpg", height=job.asset.height)
    return structs.replace(job.figure, still=_link(path, job), width=job.asset.width, height=job.asset.height)


def _film(job: _Job) -> Figure:
    asset = job.asset
    figure = _pictured(job, _frame(asset, 0.3, POSTER_PX))
    if job.film_height:
        height = min(job.film_height, asset.height)
        path = media.export_preview(asset, job.place / f"{asset.id}.mp4", height=height)
    else:
        path = media.export_asset(asset, job.place)
    return structs.replace(figure, film=_link(path, job))


def _sound(job: _Job) -> Figure:
    path = media.export_asset(job.asset, job.place)
    return structs.replace(_still(job), sound=_link(path, job))


def _link(path: Path, job: _Job) -> str:
    return path.relative_to(job.folder).as_posix()


_SHAPES = {"image": "full", "video": "film", "audio": "sound"}
_DRAW: dict[str, Callable[[_Job], Figure]] = {"still": _still, "full": _full, "film": _film, "sound": _sound}


def describe(asset: Asset) -> str:
    """Say in a few words what an asset is: `1280×720, 8.00 s, with sound`."""
    facts = []
    if asset.width:
        facts.append(f"{asset.width}×{asset.height}")
    if asset.duration:
        facts.append(f"{asset.duration:.2f} s")
    if asset.kind == "video":
        facts.append("with sound" if asset.has_audio else "silent")
    if asset.subtype:
        facts.append(asset.subtype)
    return ", ".join(facts)
