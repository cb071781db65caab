"""What a record may make the viewer do: traces come from anywhere, and drawing one must not read or fill the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from visgenenv._data import data_dir
from visgenenv.errors import MediaError
from visgenenv.media import MediaDB
from visgenenv.media.cache import default_folder
from visgenenv.types import Asset, Recipe

MAX_SIDE = 16_384
MAX_PIXELS = 48_000_000
"""Of a picture; the largest a tool delivers has 17 million."""
MAX_SECONDS = 1_800.0
MAX_FRAMES = 60_000
MAX_RATE = 192_000
MAX_RECIPES = 4_000
"""A recipe is refused if it is made from more than so many others."""
MAX_NUMBER = 1_000_000_000
_ID, _NAME = re.compile("[0-9A-Za-z_]{1,200}"), re.compile("[0-9A-Za-z_]{1,200}[.][0-9a-z]{2,5}")
_FILES = ("path", "file")
_SIDES, _LENGTHS = ("width", "height", "size"), ("seconds", "length", "duration", "native", "start", "end")
_LARGEST = {"seed": float("inf"), **dict.fromkeys(_SIDES, MAX_SIDE), **dict.fromkeys(_LENGTHS, MAX_SECONDS)}


class Guard(Struct, frozen=True):
    """Says which assets may be drawn.

    Args:
        databases: Folders of media databases whose photos, clips and sounds may be shown, beside those that ship.
    """

    databases: tuple[str, ...] = ()

    def check(self, asset: Asset) -> None:
        """Let an asset pass whose making is bounded and reads only files that may be shown.

        Raises:
            MediaError: It would not; the message says why.
        """
        if not (_ID.fullmatch(asset.id) and _NAME.fullmatch(asset.url.rpartition("/")[2])):
            raise MediaError("its name is none that a file may have")
        _check_size(asset)
        for count, recipe in enumerate(_recipes(asset.recipe)):
            if count > MAX_RECIPES:
                raise MediaError(f"it is made from more than {MAX_RECIPES} others")
            for name, value in _leaves(recipe.params):
                if isinstance(value, (int, float)) and abs(value) > _LARGEST.get(name, MAX_NUMBER):
                    raise MediaError(f"its recipe asks for {name} = {value:.3g}")
                if name in _FILES and isinstance(value, str) and not self._may_read(recipe, name, value):
                    raise MediaError(
                        f"the record names the file {value!r}, which is in no media database that is open here; "
                        "name the database with --media"
                    )

    def _may_read(self, recipe: Recipe, name: str, value: str) -> bool:
        if recipe.node == "file" and name == "file":
            return (default_folder() / value).resolve().is_relative_to(default_folder().resolve())
        path = Path(value)
        if path.is_absolute() and path.resolve().is_relative_to(data_dir("media_db").resolve()):
            return True
        return any(value in _files_of(folder) for folder in self.databases)


@lru_cache(8)
def _files_of(folder: str) -> frozenset[str]:
    return frozenset(entry.path for entry in MediaDB(folder).entries())


def _check_size(asset: Asset) -> None:
    if asset.kind in ("image", "video"):
        if not (0 < asset.width <= MAX_SIDE and 0 < asset.height <= MAX_SIDE):
            raise MediaError(f"a picture of {asset.width} by {asset.height} pixels is not drawn")
        if asset.width * asset.height > MAX_PIXELS:
            raise MediaError(f"a picture of {asset.width * asset.height} pixels is larger than the viewer draws")
    if (asset.kind == "video" or asset.n_frames) and not (min(asset.fps) > 0 and 0 < asset.n_frames <= MAX_FRAMES):
        raise MediaError(f"a film of {asset.n_frames} frames at {asset.fps[0]}/{asset.fps[1]} a second is not drawn")
    if asset.kind == "audio" and not (0 < asset.sample_rate <= MAX_RATE and asset.n_samples >= 0):
        raise MediaError(f"a sound of {asset.sample_rate} samples a second is not drawn")
    if asset.kind in ("audio", "video") and asset.duration > MAX_SECONDS:
        raise MediaError(f"{asset.duration:.0f} s are more than the viewer draws ({MAX_SECONDS:.0f} s)")


def _recipes(recipe: Recipe) -> Iterator[Recipe]:
    """Yield a recipe and everything it is made from, each object once."""
    waiting, seen = [recipe], {id(recipe)}
    while waiting:
        one = waiting.pop()
        yield one
        for source in one.sources:
            if id(source) not in seen:
                seen.add(id(source))
                waiting.append(source)


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every plain value in nested parameters with the name it stands under."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, dict):
            waiting += [(str(key), item) for key, item in one.items()]
        elif isinstance(one, (list, tuple)):
            waiting += [(name, item) for item in one]
        else:
            yield name, one
