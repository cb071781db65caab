"""How a policy sees what was made: small pictures of an episode's assets by url, and nothing else about them."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from visgenenv.media.caching import Shelf
from visgenenv.media.sheet import VISIBLE, thumbnail
from visgenenv.types import Asset, Recipe

_encoded: Shelf[tuple[Recipe, str]] = Shelf(64_000_000, largest=1_000_000)
"""Finished data URLs: a model that is asked turn by turn sees the same pictures again and again."""


def data_url(picture: Image.Image) -> str:
    """Return a picture as a JPEG in a data URL."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


class Looker:
    """Draws the assets of one episode for its policy; it can be pickled.

    Args:
        assets: By id, as they are when somebody looks.
        max_px: Longest side of a picture.
    """

    __slots__ = ("_assets", "_max_px")

    def __init__(self, assets: Mapping[str, Asset], max_px: int):
        self._assets = assets
        self._max_px = max_px

    def __call__(self, url: str) -> list[Image.Image]:
        """Return one picture of an image, a film (a sheet of its frames) or a sound (a spectrogram); else none."""
        asset = self._seen(url)
        return [thumbnail(asset, self._max_px)] if asset else []

    def sized(self, max_px: int) -> Looker:
        """Return one that draws the same assets at another size."""
        return Looker(self._assets, max_px)

    def data_urls(self, url: str) -> list[str]:
        """Return the same as JPEGs in data URLs, which are remembered."""
        asset = self._seen(url)
        if asset is None:
            return []
        recipe = asset.recipe
        shape = (asset.kind, asset.width, asset.height, asset.n_frames, asset.n_samples, self._max_px)
        key = (recipe.node, recipe.seed, *shape)
        known = _encoded.get(key)
        if known is None or not (known[0] is recipe or known[0] == recipe):
            encoded = data_url(thumbnail(asset, self._max_px))
            known = _encoded.put(key, (recipe, encoded), len(encoded))
        return [known[1]]

    def _seen(self, url: str) -> Asset | None:
        asset = self._assets.get(url.removeprefix("asset://").partition(".")[0])
        return asset if asset is not None and asset.kind in VISIBLE else None

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Looker) and (self._assets, self._max_px) == (other._assets, other._max_px)

    __hash__ = object.__hash__
