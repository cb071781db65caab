"""A conversation's own luck: named draws from its seed, so that every turn finds the same decisions again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from visgenenv.luck import derive_key, digest, first_uniform

Option = TypeVar("Option")


class Chance:
    """Draws by name; the same name gives the same draw, whatever else was drawn.

    Args:
        seed: Of the conversation.

    Example:
        >>> chance = Chance(7)
        >>> chance.pick("colour", ["red", "green", "blue"]) == Chance(7).pick("colour", ["red", "green", "blue"])
        True
    """

    def __init__(self, seed: int):
        self._key = derive_key("expert", seed)

    def unit(self, name: str) -> float:
        """Return a float in [0, 1)."""
        return first_uniform(digest(self._key, name.encode()))

    def happens(self, name: str, probability: float) -> bool:
        return self.unit(name) < probability

    def pick(self, name: str, options: Sequence[Option]) -> Option:
        return options[int(self.unit(name) * len(options))]

    def several(self, name: str, options: Sequence[Option], n: int) -> list[Option]:
        """Return `n` of the options (or all there are), in an order of luck."""
        order = sorted(range(len(options)), key=lambda place: self.unit(f"{name} {place}"))
        return [options[place] for place in order[:n]]
