"""The files of a page: playable films and full pictures for some episodes, small previews for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from msgspec import Struct, structs
from PIL import Image

from visgenenv import media
from visgenenv.errors import MediaError
from visgenenv.types import Asset
from visgenenv.viewer.play import Play

PREVIEW_PX = 240
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
    asset: Asset
    anchor: str
    folder: Path
    full: bool
    delivered: bool
    film_px: int


def draw_figures(
    plays: Sequence[Play],
    folder: Path,
    budget: int,
    film_px: int,
    workers: int = 1,
    tick: Callable[[int, int], None] | None = None,
) -> dict[tuple[str, str], Figure]:
    """Write every file the page needs below `folder/media`; return the figures by (play's anchor, asset id).

    Args:
        plays: The episodes; those with `full` come first when room is short.
        folder: Of the page.
        budget: Bytes that all files together may take; what comes after is left out, and its figure says so.
        film_px: Longest side of a film, in pixels; 0 keeps every film in its own size.
        workers: Processes that draw at the same time.
        tick: Called with (figures done, figures in all).
    """
    ordered = sorted(plays, key=lambda play: not play.full)
    jobs = [_job(play, asset, folder, film_px) for play in ordered for asset in play.trajectory.assets]
    figures: dict[tuple[str, str], Figure] = {}
    left = budget
    for job, figure in zip(jobs, _drawn(jobs, workers), strict=True):
        files = [folder / name for name in (figure.still, figure.film, figure.sound) if name]
        size = sum(file.stat().st_size for file in files)
        if size > left:
            for file in files:
                file.unlink()
            figure = structs.replace(figure, still="", film="", sound="", note=_OVER_BUDGET)
        else:
            left -= size
        figures[job.anchor, job.asset.id] = figure
        if tick is not None:
            tick(len(figures), len(jobs))
    return figures


def _job(play: Play, asset: Asset, folder: Path, film_px: int) -> _Job:
    answer = play.trajectory.answer
    delivered = answer is not None and any(asset.id in url for url in answer.answer_url_list)
    return _Job(asset, play.anchor, folder, play.full, delivered, film_px)


def _drawn(jobs: Sequence[_Job], workers: int) -> Iterator[Figure]:
    if workers < 2 or len(jobs) < 8:
        yield from map(_draw, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_draw, jobs, chunksize=4)


def _draw(job: _Job) -> Figure:
    """Draw one figure; what cannot be drawn becomes a figure that says why."""
    asset = job.asset
    figure = Figure(f"{job.anchor}-{asset.id}", asset.url, describe(asset), _shape(job))
    if figure.shape == "words":
        return structs.replace(figure, text=str(media.open_asset(asset)))
    place = job.folder / "media" / job.anchor
    place.mkdir(parents=True, exist_ok=True)
    try:
        return _DRAW[figure.shape](job, figure, place)
    except MediaError as error:
        return structs.replace(figure, note=f"not drawn: {error}")


def _shape(job: _Job) -> str:
    kind = job.asset.kind
    if kind == "image":
        return "full" if job.full else "still"
    if kind == "video":
        return "film" if job.full else "still"
    if kind == "audio":
        return "sound" if job.full else "still"
    return "words"


def _still(job: _Job, figure: Figure, place: Path) -> Figure:
    if job.asset.kind == "image":
        picture = media.view(job.asset, max_px=PREVIEW_PX)[0]
    elif job.asset.kind == "video":
        picture = _sheet(media.view(job.asset, max_px=PREVIEW_PX // 2, n_frames=4))
    else:
        picture = media.view(job.asset, max_px=PREVIEW_PX)[0]
    return _pictured(figure, job, picture, place / f"{job.asset.id}.jpg")


def _sheet(frames: Sequence[Image.Image]) -> Image.Image:
    """Lay frames out two by two."""
    width, height = frames[0].size
    rows = (len(frames) + 1) // 2
    sheet = Image.new("RGB", (2 * width, rows * height))
    for index, frame in enumerate(frames):
        sheet.paste(frame, (index % 2 * width, index // 2 * height))
    return sheet


def _pictured(figure: Figure, job: _Job, picture: Image.Image, path: Path, quality: int = 75) -> Figure:
    picture.convert("RGB").save(path, quality=quality)
    still = path.relative_to(job.folder).as_posix()
    return structs.replace(figure, still=still, width=picture.width, height=picture.height)


def _full(job: _Job, figure: Figure, place: Path) -> Figure:
    path = media.export_asset(job.asset, place)
    still = path.relative_to(job.folder).as_posix()
    return structs.replace(figure, still=still, width=job.asset.width, height=job.asset.height)


def _film(job: _Job, figure: Figure, place: Path) -> Figure:
    poster = media.view(job.asset, max_px=POSTER_PX, n_frames=4)[1]
    figure = _pictured(figure, job, poster, place / f"{job.asset.id}.jpg")
    path = media.export_preview(job.asset, place, max_px=job.film_px)
    return structs.replace(figure, film=path.relative_to(job.folder).as_posix())


def _sound(job: _Job, figure: Figure, place: Path) -> Figure:
    figure = _still(job, figure, place)
    path = media.export_asset(job.asset, place)
    return structs.replace(figure, sound=path.relative_to(job.folder).as_posix())


_DRAW: dict[str, Callable[[_Job, Figure, Path], Figure]] = {
    "still": _still,
    "full": _full,
    "film": _film,
    "sound": _sound,
}


def describe(asset: Asset) -> str:
    """Say in one line what an asset is: `img_k3x9ab12.png, 1344x768, tool_text2image_gemini`."""
    facts = [asset.url.removeprefix("asset://")]
    if asset.width:
        facts.append(f"{asset.width}×{asset.height}")
    if asset.duration:
        facts.append(f"{asset.duration:.2f} s")
    if asset.kind == "video":
        facts.append("with sound" if asset.has_audio else "silent")
    if asset.subtype:
        facts.append(asset.subtype)
    if asset.created_by:
        facts.append(asset.created_by)
    return ", ".join(facts)
