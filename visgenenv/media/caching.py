"""Memories of bounded size: for what recipes give, and for pictures that are drawn again and again."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from visgenenv.types import Recipe

Result = TypeVar("Result")


def by_recipe(size: int) -> Callable[[Callable[[Recipe], Result]], Callable[[Recipe], Result]]:
    """Remember the results of a pure function of a recipe, the latest `size` of them.

    Recipes hold dicts, so they are looked up by seed and compared by value.
    """

    def decorate(function: Callable[[Recipe], Result]) -> Callable[[Recipe], Result]:
        memory: OrderedDict[tuple[str, str], tuple[Recipe, Result]] = OrderedDict()

        @functools.wraps(function)
        def remembered(recipe: Recipe) -> Result:
            key = (recipe.node, recipe.seed)
            known = memory.get(key)
            if known is not None and (known[0] is recipe or known[0] == recipe):
                return known[1]
            result = function(recipe)
            memory[key] = recipe, result
            if len(memory) > size:
                memory.popitem(last=False)
            return result

        return remembered

    return decorate


class Shelf(Generic[Result]):
    """Keeps what was made for a key until all that is kept is larger than `room` bytes; the longest unused goes first.

    What alone takes more than `largest` bytes is not kept; the `least` newest are kept in any case.
    """

    def __init__(self, room: int, largest: int, least: int = 0):
        self.room, self.largest, self.least, self.filled = room, largest, least, 0
        self._kept: OrderedDict[Hashable, tuple[Result, int]] = OrderedDict()

    def get(self, key: Hashable) -> Result | None:
        """Return what is kept for a key."""
        known = self._kept.get(key)
        if known is None:
            return None
        self._kept.move_to_end(key)
        return known[0]

    def put(self, key: Hashable, value: Result, size: int) -> Result:
        """Keep something that takes `size` bytes; return it."""
        if size <= self.largest:
            old = self._kept.pop(key, None)
            self._kept[key] = value, size
            self.filled += size - (old[1] if old else 0)
            while self.filled > self.room and len(self._kept) > self.least:
                self.filled -= self._kept.popitem(last=False)[1][1]
        return value
