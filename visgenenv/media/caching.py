"""A memory for what recipes give: recipes hold dicts, so they are looked up by seed and compared by value."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from visgenenv.types import Recipe

Result = TypeVar("Result")


def by_recipe(size: int) -> Callable[[Callable[[Recipe], Result]], Callable[[Recipe], Result]]:
    """Remember the results of a pure function of a recipe, the latest `size` of them."""

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
