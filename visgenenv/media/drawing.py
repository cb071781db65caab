"""The one primitive: `frame(recipe, t, width, height)`, for pictures, clips, films and films with words on them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from PIL import Image

from visgenenv.media.graphs import graph
from visgenenv.media.scenes import Player, clip, morph, still
from visgenenv.media.timeline import Montage, Screen, Titles
from visgenenv.types import Recipe

PLAYERS = 24
"""So many prepared scenes are kept; at 1280 x 720 each holds about 5 MB."""

_players: OrderedDict[tuple[str, str, int, int], tuple[Recipe, Player]] = OrderedDict()


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
        _players.move_to_end(key)
        return known[1]
    made = _PLAYERS.get(recipe.node, _blank)(recipe, width, height)
    _players[key] = recipe, made
    if len(_players) > PLAYERS:
        _players.popitem(last=False)
    return made


def _still(recipe: Recipe, width: int, height: int) -> Player:
    picture = still(graph(recipe), width, height)
    return lambda t: picture


def _clip(recipe: Recipe, width: int, height: int) -> Player:
    params = recipe.params
    seconds = float(params["seconds"])
    moving = clip(graph(recipe), width, height, seconds, str(params.get("prompt", "")))
    if params.get("tail"):
        return morph(moving, frame(recipe.sources[1], 0.0, width, height), seconds)
    return moving


def _film(recipe: Recipe, width: int, height: int) -> Player:
    return Montage(recipe, Screen(width, height), _play).picture


def _titled(recipe: Recipe, width: int, height: int) -> Player:
    return Titles(recipe, Screen(width, height, height / recipe.params["size"][1]), _play).picture


def _play(recipe: Recipe, screen: Screen) -> Player:
    return player(recipe, screen.width, screen.height)


def _blank(recipe: Recipe, width: int, height: int) -> Player:
    picture = Image.new("RGB", (width, height))
    return lambda t: picture


_PLAYERS: dict[str, Callable[[Recipe, int, int], Player]] = {
    "scene": _still,
    "edit": _still,
    "shot": _clip,
    "animate": _clip,
    "timeline": _film,
    "titles": _titled,
}
