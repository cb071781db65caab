"""Who can be the hero of a request, and which things can stand where."""

from __future__ import annotations

from functools import lru_cache

from visgenenv.lexicon import SUBJECTS
from visgenenv.tasks.scenarios.places import PLACES
from visgenenv.tasks.scenarios.tables import Part, material

_AWKWARD = frozenset(
    ["child", "person", "fish", "bee", "sheep", "deer", "noodles", "grapes", "sushi", "bread", "headphones", "sunglasses",
     "bottle", "sneaker", "ball", "yarn", "curtain", "pot", "coffee cup", "tea", "orange", "dumpling", "gift", "lotion",
     "perfume", "snowman", "bow", "sword", "shield"]
)  # fmt: skip
"""Words with no singular or plural of their own, or whose two languages do not mean quite the same."""
_SWIMMERS = frozenset(["whale", "dolphin", "octopus", "mermaid", "butterfly"])
"""They take no stairs and pack no bags."""
_WILD = frozenset(
    ["fox", "rabbit", "bear", "lion", "horse", "monkey", "bird", "duck", "flamingo", "frog", "mouse", "owl", "koala",
     "hedgehog", "giraffe", "wolf", "squirrel", "turtle", "tiger", "elephant", "parrot"]
)  # fmt: skip
_ON_ROADS = frozenset(["car", "truck", "bus", "bicycle", "motorcycle"])
_ON_WATER = frozenset(["whale", "dolphin", "octopus", "turtle", "duck", "ship", "sailing boat"])
_IN_AIR = frozenset(
    ["balloon", "kite", "airplane", "helicopter", "rocket", "ufo", "bird", "butterfly", "dragon", "owl", "parrot", "lantern",
     "unicorn"]
)  # fmt: skip
_HEROES: dict[str, tuple[str, ...]] = {
    "creature": ("animal", "person"),
    "person": ("person",),
    "animal": ("animal",),
    "photo": ("animal", "vehicle"),
}
_UNREAL = frozenset(["dragon", "unicorn", "dinosaur", "ufo"])
_STANDING = frozenset(["expressions", "skins", "styles"])
"""Pools in which nobody has to walk, so that a whale will do."""
SHOWN_AT = tuple(name for name in PLACES if name not in ("space", "underwater"))
"""Places at which things of both parts of the data can be seen."""


@lru_cache(maxsize=64)
def heroes(about: str, moments: str, part: Part) -> tuple[str, ...]:
    """Return the subjects that a request of some sort may be about."""
    names = [name for kind in _HEROES[about] for name in material(part).subjects[kind] if name not in _AWKWARD]
    if moments == "nature":
        return tuple(name for name in names if name in _WILD)
    if about == "photo":
        return tuple(name for name in names if name in _WILD or name in _ON_ROADS)
    return tuple(name for name in names if moments in _STANDING or name not in _SWIMMERS)


@lru_cache(maxsize=64)
def things_at(scene: str, part: Part, real: bool) -> tuple[str, ...]:
    """Return the subjects that may be seen at a place; with `real`, only such as there are."""
    subjects = material(part).subjects

    def of(*kinds: str) -> list[str]:
        names = [name for kind in kinds for name in subjects[kind] if name not in _AWKWARD]
        return [name for name in names if not (real and name in _UNREAL)]

    if scene == "ocean":
        return tuple(name for name in of("animal", "vehicle") if name in _ON_WATER)
    if scene in ("sky", "night sky"):
        return tuple(name for name in of("animal", "vehicle", "object") if name in _IN_AIR)
    if PLACES[scene].inside:
        return tuple(of("object") if scene == "stage" else of("object", "food"))
    low = [name for name in of("animal") if name not in _SWIMMERS or name == "butterfly"]
    return (*low, *(name for name in of("vehicle") if name in _ON_ROADS), *of("plant"))


def natural(name: str) -> str:
    """Return the colour that a subject has of its own; cream is called white, as it would be taken for a filling."""
    colour = SUBJECTS[name].natural
    return "white" if colour == "cream" else colour
