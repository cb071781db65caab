"""From a recipe to finished bytes in the cache: what was encoded once is copied, cut or joined, never encoded again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from math import lcm
from mmap import ACCESS_READ, mmap
from pathlib import Path

import orjson

from visgenenv._data import data_dir
from visgenenv.media import files, films
from visgenenv.media.cache import MediaCache
from visgenenv.media.caching import by_recipe
from visgenenv.media.mp4 import Strand, movie_parts, read_movie
from visgenenv.media.recorded import file_of
from visgenenv.media.renditions import Run, runs_of
from visgenenv.types import Asset, Recipe

FULL, SMALL = 23, 30
"""Quality of full films and of previews: x264's constant rate factor (smaller is better)."""
_DRAWS = ("media", "lexicon")
"""Packages whose code decides what a recipe looks and sounds like."""


def materialise(asset: Asset, size: tuple[int, int] | None = None, cache: MediaCache | None = None) -> Path:
    """Return the finished file of an image, a film or a sound, made if the cache does not hold it yet.

    Args:
        asset: Its bytes depend on the recipe and the numbers of the record alone, not on its id.
        size: Of a preview; default: the asset's own.
        cache: Default: the user's.
    """
    cache = cache or MediaCache()
    suffix = f".{asset.url.rpartition('.')[2]}" if size is None else ".mp4"
    key = _key(asset, size or (asset.width, asset.height), FULL if size is None else SMALL)
    return cache.get(key, suffix, partial(_make, asset, size, cache))


def _make(asset: Asset, size: tuple[int, int] | None, cache: MediaCache, path: Path) -> None:
    if size is None and (finished := file_of(asset.recipe)):
        path.write_bytes(finished.read_bytes())
        return
    runs = runs_of(asset) if asset.kind == "video" and asset.mime == "video/mp4" else None
    width, height = size or (asset.width, asset.height)
    if runs and width % 2 == height % 2 == 0:
        parts = _joined(asset, runs, (width, height), FULL if size is None else SMALL, cache)
        with path.open("wb") as file:
            file.writelines(parts)
    elif size is not None:
        films.write_small_film(asset, path, size)
    else:
        files.write_file(asset, path)


def _joined(
    asset: Asset, runs: Sequence[Run], size: tuple[int, int], crf: int, cache: MediaCache
) -> list[bytes | memoryview]:
    """Put a film together from the coded frames of its clips, and its own sound; return its pieces."""
    clips = {run.recipe.seed: run.recipe for run in runs}
    coded = {seed: _mapped(rendition(clip, asset.fps, size, crf, cache)) for seed, clip in clips.items()}
    tracks = {seed: read_movie(data)[0] for seed, data in coded.items()}
    parts = [(coded[run.recipe.seed], tracks[run.recipe.seed], run.first, run.end) for run in runs]
    numerator, denominator = asset.fps
    length = asset.n_frames * denominator * 512
    strands = [Strand(parts[0][1], parts, numerator * 512, denominator * 512, 0, length)]
    rate = asset.sample_rate or films.FILM_RATE
    if asset.has_audio:
        data = films.coded_sound(asset)
        (track,) = read_movie(data)
        samples = round(asset.n_frames * denominator * rate / numerator)
        whole = [(data, track, 0, len(track.sizes))]
        strands.append(Strand(track, whole, rate, films.AAC_FRAME, track.media_time, samples))
    return movie_parts(strands, lcm(numerator * 512, rate))


def _mapped(path: Path) -> mmap:
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def rendition(recipe: Recipe, fps: tuple[int, int], size: tuple[int, int], crf: int, cache: MediaCache) -> Path:
    """Return the coded frames of a whole clip, without sound: closed groups of about a second, no B-frames."""
    n_frames = round(float(recipe.params["seconds"]) * fps[0] / fps[1])
    clip = Asset("", "asset://clip.mp4", "video", "video/mp4", recipe, *size, n_frames=n_frames, fps=fps)
    return cache.get(_key(clip, size, crf) + b" rendition", ".mp4", lambda path: films.encode(clip, path, size, crf))


def _key(asset: Asset, size: tuple[int, int], crf: int) -> bytes:
    """Return what decides the bytes of a file: recipe, exact numbers, quality, and the code that draws and encodes."""
    numbers = (asset.mime, size, crf, asset.n_frames, asset.fps, asset.n_samples, asset.sample_rate, asset.channels,
               asset.has_audio, asset.width, asset.height)  # fmt: skip
    return b" ".join([_versions(), recipe_key(asset.recipe), orjson.dumps(numbers)])


@by_recipe(4096)
def recipe_key(recipe: Recipe) -> bytes:
    """Return a digest of a recipe and all its sources."""
    own = orjson.dumps([recipe.node, recipe.seed, recipe.params], option=orjson.OPT_SORT_KEYS)
    return blake2b(b" ".join([own, *map(recipe_key, recipe.sources)]), digest_size=16).hexdigest().encode()


@cache
def _versions() -> bytes:
    """Return a digest of the code and the pictures that draw and of the libraries that encode: what they make may differ."""
    root = Path(__file__).parent.parent
    digest = blake2b(digest_size=8)
    for package in _DRAWS:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.read_bytes())
    shipped = data_dir("media_db")
    for path in sorted(path for folder in ("sprites", "fonts") for path in (shipped / folder).iterdir()):
        digest.update(f"{path.name} {path.stat().st_size}".encode())
    for library in ("av", "pillow", "numpy"):
        digest.update(version(library).encode())
    return digest.hexdigest().encode()
