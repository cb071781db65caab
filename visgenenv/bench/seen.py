"""What is on screen in a delivery, picture by picture or shot by shot."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from visgenenv.lexicon import find
from visgenenv.media.graphs import Graph, graph
from visgenenv.media.truth import recipe_truth
from visgenenv.rewards.attributes import Shown, shown
from visgenenv.rewards.facts import delivered
from visgenenv.rewards.match import match_score, shot_recipes
from visgenenv.trajectory import Trajectory
from visgenenv.types import Recipe, Task

SPARE = 5
"""So many subjects, scenes and styles nobody asked for may be named in a prompt."""
_HEAPED = ("subject:", "scene:", "style:")


class Seen(Struct, frozen=True):
    """One picture, or one shot of a film."""

    recipe: Recipe
    shown: Shown
    graph: Graph

    @property
    def drawn(self) -> frozenset[str]:
        """What is drawn because a prompt named it, as marks such as `scene:kitchen`; what came by chance is none.

        How near the camera is, is left to `words`: it is drawn, but not read alike in both languages.
        """
        seen, marks = self.graph, set[str]()
        for figure in seen.figures:
            marks |= {f"subject:{figure.name}", f"number:{figure.name} {figure.count}"}
            marks |= {f"colour:{figure.name} {figure.colour}"} if figure.colour else set()
        marks |= {f"subject:{name}" for name, _ in seen.depicted}
        marks |= {f"scene:{seen.scene}"} if seen.scene in self.shown.named else set()
        marks |= {f"style:{seen.style}"} if seen.style in self.shown.named else set()
        marks |= {f"light:{light}" for light in seen.lights}
        marks |= {f"caption:{seen.caption}"} if seen.caption else set()
        return frozenset(marks | ({f"tint:{seen.tint}"} if seen.tint else set()))

    @property
    def words(self) -> frozenset[str]:
        """What its own prompts say, in English words and pairs of Chinese characters."""
        return words(self.shown.own)


def words(said: frozenset[str]) -> frozenset[str]:
    """Leave out single characters: they stand in pairs already."""
    return frozenset(one for one in said if len(one) > 1)


def seen_in(trajectory: Trajectory) -> list[Seen]:
    """Return every delivered picture, or every shot of the delivered films, in order."""
    files = delivered(trajectory)
    if trajectory.task.modality == "image":
        recipes = [asset.recipe for asset in files]
    else:
        recipes = [recipe for asset in files for recipe in shot_recipes(asset.recipe)]
    return [Seen(recipe, one, graph(recipe)) for recipe, one in zip(recipes, shown(recipes), strict=True)]


def edits(recipe: Recipe) -> int:
    """Return how many edits lie between a picture or clip and the picture it goes back to."""
    count = 0
    while recipe.sources and recipe.node in ("edit", "animate", "ops", "titles"):
        count += recipe.node == "edit"
        recipe = recipe.sources[0]
    return count


def drifted(recipe: Recipe) -> bool:
    """Whether a figure came out as somebody else."""
    return any(flaw.startswith("identity_drift") for flaw in recipe_truth(recipe).defects)


def fit(trajectory: Trajectory) -> float | None:
    """Return the reward's `match`, lowered where prompts are heaps of keywords; None where it does not apply.

    `match` sees what is drawn, and a picture holds five subjects at most. So prompts are read here too: those that name
    more than five subjects, scenes and styles nobody asked for count as much less as they name more.
    """
    value = match_score(trajectory).value
    seen = seen_in(trajectory)
    if not value or not seen:
        return value
    asked = asked_marks(request_text(trajectory.task))
    heaps = [sum(mark.startswith(_HEAPED) for mark in asked_marks(one.shown.prompt) - asked) for one in seen]
    return value * sum(min(1.0, SPARE / heap) if heap else 1.0 for heap in heaps) / len(heaps)


def request_text(task: Task) -> str:
    """Return all the words of a request, and of what it demands."""
    return "\n".join((task.query, *task.attributes, *task.slots))


@lru_cache(maxsize=8192)
def asked_marks(text: str) -> frozenset[str]:
    """Return the marks of `Seen.drawn` that a text names, without colours and numbers of subjects."""
    found = find(text)
    marks = {f"subject:{one.name}" for one in found.subjects}
    marks |= {f"scene:{name}" for name in found.scenes} | {f"style:{name}" for name in found.styles}
    marks |= {f"light:{name}" for name in found.lights}
    return frozenset(marks | ({f"caption:{found.caption}"} if found.caption else set()))
