"""Files of assets where a person wants them: exact ones, and small ones for a page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from visgenenv.errors import MediaError
from visgenenv.media.drawing import frame
from visgenenv.media.files import write_file
from visgenenv.media.materialise import materialise
from visgenenv.types import Asset

_MEDIA = ("image", "video", "audio")


def export_asset(asset: Asset, folder: Path) -> Path:
    """Write the exact file of an asset into `folder` (made if missing) and return its path.

    Pictures, films and sounds come from the media cache; there they are made at their first use.

    Raises:
        MediaError: The folder cannot be made or written, or the asset's kind has no file form.
    """
    path = Path(folder) / asset.url.rpartition("/")[2]
    if asset.kind in _MEDIA:
        _write(path, lambda part: part.write_bytes(materialise(asset).read_bytes()))
    else:
        _write(path, lambda part: write_file(asset, part))
    return path


def export_many(assets: Iterable[Asset], folder: Path, workers: int | None = None) -> Iterator[Path]:
    """Write the files of many assets in a pool of processes; yield the paths in order, as they are done.

    Args:
        assets: Of any kind.
        folder: Made if missing.
        workers: Processes; default: one a core. 1 works in this process.
    """
    chosen = list(assets)
    workers = min(workers or os.cpu_count() or 1, len(chosen))
    if workers <= 1:
        yield from (export_asset(asset, folder) for asset in chosen)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(export_asset, chosen, [folder] * len(chosen))


def export_preview(asset: Asset, path: Path, height: int = 360) -> Path:
    """Write a small version for a page: a picture as JPEG, a film as mp4 of that height (same frames, same sound)."""
    if asset.kind == "video":
        height = max(2, height // 2 * 2)
        width = max(2, round(asset.width * height / asset.height / 2) * 2)
        _write(path, lambda part: part.write_bytes(materialise(asset, (width, height)).read_bytes()))
    elif asset.kind == "image":
        width = max(1, round(asset.width * height / asset.height))
        picture = frame(asset.recipe, 0.0, width, height)
        _write(path, lambda part: picture.convert("RGB").save(part, "JPEG", quality=82))
    else:
        raise MediaError(f"{asset.url}: a preview can be made of images and videos, not of kind {asset.kind!r}")
    return path


def _write(path: Path, make: Callable[[Path], object]) -> None:
    """Make a file under a temporary name and move it to its place."""
    part = path.with_name(f".{path.name[-80:]}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make(part)
        os.replace(part, path)
    except OSError as error:
        raise MediaError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True) if path.parent.is_dir() else None
