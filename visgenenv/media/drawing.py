"""The one primitive: `frame(recipe, t, width, height)`, for pictures, clips, films and films with words on them."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from visgenenv.media.caching import Shelf
from visgenenv.media.graphs import graph
from visgenenv.media.operations import Processed
from visgenenv.media.recorded import Recording, file_of
from visgenenv.media.scenes import Player, clip, morph, still
from visgenenv.media.timeline import Montage, Screen, Titles
from visgenenv.types import Recipe

KEPT_PIXELS = 24_000_000
"""Prepared scenes are kept until their frames have so many pixels in all (about 150 MB); at least three are."""
OPEN_FILE = 500_000
"""A film that is being decoded counts as so many pixels more: a decoder holds pictures of its own."""
_players: Shelf[tuple[Recipe, Player]] = Shelf(KEPT_PIXELS, largest=1 << 30, least=3)


def frame(recipe: Recipe, t: float, width: int, height: int) -> Image.Image:
    """Draw what a recipe shows at `t` seconds, as an RGB picture of exactly this size. Do not change the picture.

    Example:
        >>> from visgenenv.types import Recipe
        >>> frame(Recipe("scene", "a1", {"prompt": "a red fox in a forest"}), 0.0, 320, 180).size
        (320, 180)
    """
    return player(recipe, width, height)(t)


def player(recipe: Recipe, width: int, height: int) -> Player:
    """Return what draws a recipe's moments at a size; backdrops and sprites are prepared once and kept."""
    key = (recipe.node, recipe.seed, width, height)
    known = _players.get(key)
    if known is not None and (known[0] is recipe or known[0] == recipe):
        return known[1]
    made = PLAYERS.get(recipe.node, _blank)(recipe, width, height)
    decoding = recipe.node == "file" or "entry" in recipe.params
    return _players.put(key, (recipe, made), width * height + (OPEN_FILE if decoding else 0))[1]


def _still(recipe: Recipe, width: int, height: int) -> Player:
    picture = still(graph(recipe), width, height)
    return lambda t: picture


def _clip(recipe: Recipe, width: int, height: int) -> Player:
    params = recipe.params
    seconds, drawn = float(params["seconds"]), graph(recipe)
    motion = "" if params.get("match") == "random" else str(params.get("prompt", ""))
    moving = clip(drawn, width, height, seconds, motion)
    if params.get("tail") and len(recipe.sources) > 1:
        return morph(moving, frame(recipe.sources[1], 0.0, width, height), seconds)
    return moving


def _film(recipe: Recipe, width: int, height: int) -> Player:
    return Montage(recipe, Screen(width, height), _play).picture


def _titled(recipe: Recipe, width: int, height: int) -> Player:
    own = recipe.params.get("size") or (width, height)
    return Titles(recipe, Screen(width, height, height / own[1]), _play).picture


def _processed(recipe: Recipe, width: int, height: int) -> Player:
    return Processed(recipe, width, height, _play).picture


def _recorded(recipe: Recipe, width: int, height: int) -> Player:
    path = file_of(recipe)
    if path is None:
        return player(recipe.sources[0], width, height)
    return Recording(path, tuple(recipe.params["fps"]), width, height).picture


def _play(recipe: Recipe, screen: Screen) -> Player:
    return player(recipe, screen.width, screen.height)


def _blank(recipe: Recipe, width: int, height: int) -> Player:
    picture = Image.new("RGB", (width, height))
    return lambda t: picture


PLAYERS: dict[str, Callable[[Recipe, int, int], Player]] = {
    "scene": _still,
    "edit": _still,
    "shot": _clip,
    "animate": _clip,
    "timeline": _film,
    "titles": _titled,
    "ops": _processed,
    "file": _recorded,
}
"""By node: prepares a recipe at a size and returns what draws its moments."""
