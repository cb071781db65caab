"""What comes out wrong in generated pictures and clips: chosen by a recipe's luck among what its content allows."""

from __future__ import annotations

from visgenenv.media import defects_moving, defects_still
from visgenenv.media.content import Graph, chance
from visgenenv.media.defects_still import Case
from visgenenv.types import Recipe

STILL, MOVING = tuple(defects_still.KINDS), tuple(defects_moving.KINDS)
SOFT = ("blur", "low_resolution", "noise")
_MAKERS = {**defects_still.KINDS, **defects_moving.KINDS}


def flawed(meant: Graph, recipe: Recipe) -> Graph:
    """Return a picture with the flaw that a recipe's `flaw` decides on: in an order of luck, the first to be seen."""
    luck = f"flaw {float(recipe.params['flaw'])!r}"
    case = Case(meant, chance(recipe.seed, luck))
    order = [u for part in "abc" for u in chance(recipe.seed, f"{luck} {part}")]
    for _, kind in sorted(zip(order, _kinds(recipe, bool(meant.footage)), strict=False)):
        made = _MAKERS[kind](case)
        if made is not None:
            return made
    return meant


def _kinds(recipe: Recipe, filmed: bool) -> tuple[str, ...]:
    """Return what can go wrong in a node; of content drawn by chance nobody can say what was meant.

    In a photo or a clip of a library nothing can be moved, only the whole of it spoilt.
    """
    if filmed:
        return (*SOFT, "colour_cast", "garbled_text", "missing_text")
    kinds: tuple[str, ...] = MOVING if recipe.node in ("shot", "animate") else ()
    if recipe.node == "animate":
        return (*kinds, *SOFT)
    if recipe.params.get("match") == "random":
        return (*kinds, "extra_limb", "cropped", *SOFT, "colour_cast")
    return (*kinds, *STILL)
