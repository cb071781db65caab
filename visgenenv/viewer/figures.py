"""What is shown of an asset, and the files that show it: previews, full pictures, films and sounds."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from msgspec import Struct
from PIL import Image

from visgenenv import media
from visgenenv.errors import MediaError
from visgenenv.media.drawing import frame
from visgenenv.types import Asset
from visgenenv.viewer.guard import Guard
from visgenenv.viewer.play import Play

PREVIEW_PX = 208
"""Longest side of a small preview, in pixels."""
POSTER_PX = 640
_OVER_BUDGET = "not drawn: the page is at its size limit"
_WAVE = 256
_FULL_PAGE = 4_000
"""With less room than so many bytes, no further preview is tried."""


class Figure(Struct, frozen=True):
    """The files that show an asset, relative to the page; empty where there is none. `note` says why there is none."""

    thumb: str = ""
    """Small, for the graph of assets."""
    still: str = ""
    """For the place where the asset was made."""
    full: str = ""
    film: str = ""
    sound: str = ""
    note: str = ""


class Wish(Struct, frozen=True):
    """A file to be made: which part of which asset, where."""

    asset: Asset
    part: str
    """A key of `PARTS`."""
    folder: Path
    film_height: int
    guard: Guard


def draw(wish: Wish) -> Path:
    """Make a file and return its path.

    Raises:
        MediaError: It cannot be made, or the guard does not let the asset pass.
    """
    wish.guard.check(wish.asset)
    wish.folder.mkdir(parents=True, exist_ok=True)
    try:
        return PARTS[wish.part](wish)
    except MediaError:
        raise
    except Exception as error:  # the recipe comes from a file that anybody may have written
        raise MediaError(f"the recipe cannot be drawn ({type(error).__name__}: {error})"[:300]) from error


def _thumb(wish: Wish) -> Path:
    asset = wish.asset
    if asset.kind == "audio":
        picture = media.view(asset)[0]
    elif asset.kind == "image":
        picture = _moment(asset, 0.0, PREVIEW_PX)
    else:
        picture = _sheet([_moment(asset, share, PREVIEW_PX // 2) for share in (0.0, 0.3, 0.6, 0.9)])
    return _save(wish, picture, 65)


def _still(wish: Wish) -> Path:
    if wish.asset.kind == "audio":
        return _save(wish, media.view(wish.asset)[0], 80)
    return _save(wish, _moment(wish.asset, 0.3, POSTER_PX), 80)


def _full(wish: Wish) -> Path:
    return media.export_preview(wish.asset, _path(wish), height=wish.asset.height)


def _film(wish: Wish) -> Path:
    if not wish.film_height:
        return media.export_asset(wish.asset, wish.folder)
    height = min(wish.film_height, wish.asset.height)
    return media.export_preview(wish.asset, wish.folder / f"{wish.asset.id}.mp4", height=height)


def _sound(wish: Wish) -> Path:
    return media.export_asset(wish.asset, wish.folder)


PARTS: dict[str, Callable[[Wish], Path]] = {
    "thumb": _thumb,
    "still": _still,
    "full": _full,
    "film": _film,
    "sound": _sound,
}
"""By name: what makes a file."""

SHOWN = {"image": ("thumb", "full"), "video": ("thumb", "still", "film"), "audio": ("still", "sound")}
"""The parts of an asset, by its kind, that a page shows in full."""
SERVED = {"image": ("thumb", "still", "full"), "video": ("thumb", "still", "film"), "audio": ("still", "sound")}
"""The parts that a server makes when they are asked for."""


def _path(wish: Wish) -> Path:
    return wish.folder / f"{wish.asset.id}.{wish.part}.jpg"


def _save(wish: Wish, picture: Image.Image, quality: int) -> Path:
    picture.convert("RGB").save(_path(wish), "JPEG", quality=quality)
    return _path(wish)


def _moment(asset: Asset, share: float, longest: int) -> Image.Image:
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


class _Job(Struct, frozen=True):
    anchor: str
    wishes: tuple[Wish, ...]


def draw_figures(
    plays: Sequence[Play],
    folder: Path,
    budget: int,
    film_height: int,
    workers: int = 1,
    tick: Callable[[int], None] | None = None,
    guard: Guard | None = None,
) -> dict[tuple[str, str], Figure]:
    """Write the files that the page shows below `folder/media`; return the figures by (play's anchor, asset id).

    Args:
        plays: The episodes; those with `full` come first when room is short. They are walked through, not kept.
        folder: Of the page.
        budget: Bytes that all files together may take; what comes after is left out, and its figure says so.
        film_height: Of films, in pixels; 0 keeps every film in its own size.
        workers: Processes that draw at the same time.
        tick: Called with the number of figures done.
        guard: Says what may be drawn.
    """
    figures: dict[tuple[str, str], Figure] = {}
    room = _Room(budget)
    jobs = _jobs(plays, folder, film_height, guard or Guard())
    for done, (job, (parts, note)) in enumerate(_drawn(jobs, workers, room), 1):
        made = [folder / name for name in parts.values()]
        if not room.take(sum(path.stat().st_size for path in made)):
            for path in made:
                path.unlink()
            parts, note = {}, _OVER_BUDGET
        figures[job.anchor, job.wishes[0].asset.id] = figure_of(parts, note)
        if tick is not None:
            tick(done)
    return figures


class _Room:
    """Bytes that are left."""

    def __init__(self, left: int):
        self.left = left

    def __bool__(self) -> bool:
        return self.left > _FULL_PAGE

    def take(self, size: int) -> bool:
        if size > self.left:
            return False
        self.left -= size
        return True


def figure_of(parts: dict[str, str], note: str = "") -> Figure:
    """Return the figure of the files there are; a picture's own full size may stand for its still, and so on."""
    shown = {**parts}
    shown.setdefault("still", parts.get("full") or parts.get("thumb", ""))
    shown.setdefault("thumb", shown["still"])
    return Figure(**shown, note=note)


MISSING = Figure(note=_OVER_BUDGET)
"""Of what was not tried any more."""


def _jobs(plays: Sequence[Play], folder: Path, film_height: int, guard: Guard) -> Iterator[_Job]:
    for full in (True, False):
        for play in plays:
            if play.full != full:
                continue
            place = folder / "media" / play.anchor
            for asset in play.trajectory.assets:
                parts = SHOWN.get(asset.kind, ()) if full else SHOWN.get(asset.kind, ())[:1]
                if parts:
                    wishes = tuple(Wish(asset, part, place, film_height, guard) for part in parts)
                    yield _Job(play.anchor, wishes)


def _drawn(jobs: Iterable[_Job], workers: int, room: _Room) -> Iterator[tuple[_Job, tuple[dict[str, str], str]]]:
    """Draw in waves, so that no more is begun than there may be room for; stop when there is none."""
    jobs = iter(jobs)
    wave = list(islice(jobs, _WAVE))
    if workers < 2 or len(wave) < 8:
        while wave and room:
            for job in wave:
                if room:
                    yield job, _draw(job)
            wave = list(islice(jobs, _WAVE))
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_DFL))
    try:
        while wave and room:
            yield from zip(wave, pool.map(_draw, wave, chunksize=2), strict=True)
            wave = list(islice(jobs, _WAVE))
    finally:  # also when the user interrupts: nothing that waits is begun
        pool.shutdown(cancel_futures=True)


def _draw(job: _Job) -> tuple[dict[str, str], str]:
    """Make the files of one asset; what cannot be drawn is a note that says why."""
    parts: dict[str, str] = {}
    try:
        for wish in job.wishes:
            parts[wish.part] = draw(wish).relative_to(wish.folder.parents[1]).as_posix()
    except MediaError as error:
        return parts, f"not drawn: {error}"
    return parts, ""


def describe(asset: Asset) -> str:
    """Say in a few words what an asset is: `1280×720, 8.00 s, with sound`."""
    facts = []
    if asset.width:
        facts.append(f"{asset.width}×{asset.height}")
    if (asset.fps[0] or not asset.n_frames) and asset.duration:
        facts.append(f"{asset.duration:.2f} s")
    if asset.kind == "video":
        facts.append("with sound" if asset.has_audio else "silent")
    if asset.subtype:
        facts.append(asset.subtype)
    return ", ".join(facts)
