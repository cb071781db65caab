"""What a picture holds, before anything is drawn: its scene graph, read from a recipe's prompt and sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from visgenenv.lexicon import Mentions, find
from visgenenv.media import wishes
from visgenenv.media.caching import by_recipe
from visgenenv.media.chosen import by_chance, filmed
from visgenenv.media.content import MOST_KINDS, MOST_OF_A_KIND, Figure, Graph, chance
from visgenenv.media.defects import flawed
from visgenenv.media.defects_mended import shows, speaks_of
from visgenenv.types import Recipe, Subject

__all__ = ["Figure", "Graph", "chance", "graph"]

_SCENES_OF_CHANCE = ("meadow", "studio", "forest", "beach", "street", "garden", "sky", "living room")


@by_recipe(2048)
def graph(recipe: Recipe) -> Graph:
    """Read the scene graph of any recipe, as it is shown; one without a picture has an empty graph."""
    read = _READERS.get(recipe.node)
    if read is None:
        return Graph(recipe.seed)
    if "entry" in recipe.params:
        meant = filmed(recipe)
    elif recipe.params.get("match") == "random" and recipe.node in ("scene", "edit", "shot"):
        meant = by_chance(recipe)
    else:
        meant = read(recipe)
    return flawed(meant, recipe) if "flaw" in recipe.params else meant


@by_recipe(512)
def _intended(recipe: Recipe) -> Graph:
    """Read a picture as it would be if nothing had gone wrong, in it or in the picture it was made from."""
    if recipe.node == "edit" and recipe.sources and recipe.params.get("match") != "random":
        return _changed(recipe, _intended(recipe.sources[0]))
    if recipe.node in ("ops", "titles") and recipe.sources:
        return _intended(recipe.sources[0])
    if "flaw" not in recipe.params:
        return graph(recipe)
    return graph(replace(recipe, params={name: value for name, value in recipe.params.items() if name != "flaw"}))


def _scene(recipe: Recipe) -> Graph:
    """A new picture: the prompt's own words first, then what reference pictures show."""
    prompt = _text(recipe.params, "prompt")
    found = find(prompt)
    references = [graph(source) for source in recipe.sources]
    identity = _text(recipe.params, "identity") or recipe.seed  # the members of a group look alike
    figures = [_figure(subject, identity, references) for subject in found.subjects]
    figures += _from_references(figures, references, found)
    unwanted = _unwanted(recipe)
    figures = [figure for figure in figures if figure.name not in unwanted]
    drawn, left_out = _limited(figures)
    first = references[0] if references else None
    return Graph(
        seed=first.seed if first and not found.scenes else recipe.seed,
        figures=drawn,
        scene=_setting(found, first, recipe.seed),
        style=found.styles[0] if found.styles else first.style if first else "",
        lights=found.lights[:2] or (first.lights if first and not found.scenes else ()),
        caption=found.caption,
        framing=wishes.framing(prompt) or "medium",
        tint=wishes.loose_colour(found),
        prompt=prompt,
        unrendered=(*left_out, *found.unknown),
        pose=recipe.seed if first and not found.scenes else "",
    )


def _edit(recipe: Recipe) -> Graph:
    """A changed picture: everything stays that the prompt does not speak of, what was wrong too.

    An edit with a flaw of its own is drawn anew: it has this one alone.
    """
    if not recipe.sources:
        return _scene(recipe)
    base, prompt = graph(recipe.sources[0]), _text(recipe.params, "prompt")
    if base.flaws and "flaw" in recipe.params:
        base = _intended(recipe.sources[0])
    mended = [flaw for flaw in base.flaws if speaks_of(flaw, prompt, find(prompt))]
    if mended:
        base = _intended(recipe.sources[0])
    changed = _changed(recipe, base, [flaw.name for flaw in mended if flaw.kind == "wrong_count"])
    return replace(changed, flaws=tuple(flaw for flaw in base.flaws if shows(flaw, changed)))


def _changed(recipe: Recipe, base: Graph, counted: Sequence[str] = ()) -> Graph:
    """Apply an edit to a picture; of the figures `counted`, too many or too few were shown, and none is to go."""
    prompt = _text(recipe.params, "prompt")
    found = find(prompt)
    if base.footage and found.scenes:  # elsewhere: what the photo shows is drawn there
        depicted = tuple(Figure(name, 1, colour, base.seed) for name, colour in base.depicted)
        base = replace(base, footage={}, depicted=(), figures=(*base.figures, *depicted))
    references = [graph(source) for source in recipe.sources[1:]]
    gone = (set(found.excluded) | wishes.removed(prompt) | _unwanted(recipe)) - set(counted)
    old, new = wishes.swapped(prompt)
    figures = [_recoloured(figure, found, prompt, base) for figure in base.figures]
    if old and new:
        figures = [_swap(figure, new) if figure.name == old else figure for figure in figures]
        gone.add(old)
    kept = {figure.name for figure in figures}
    figures += [_figure(subject, recipe.seed, references) for subject in found.subjects if subject.name not in kept]
    figures += _from_references(figures, references, found)
    drawn, left_out = _limited([figure for figure in figures if figure.name not in gone])
    return replace(
        base,
        figures=drawn,
        scene=found.scenes[0] if found.scenes else base.scene,
        style=found.styles[0] if found.styles else base.style,
        lights=found.lights[:2] or base.lights,
        caption=found.caption or base.caption,
        framing=wishes.framing(prompt) or base.framing,
        prompt=prompt,
        unrendered=(*left_out, *found.unknown),
        pose=recipe.seed if wishes.is_new_picture(prompt) else base.pose,
    )


def _animate(recipe: Recipe) -> Graph:
    """A picture set in motion: the first frame decides what is seen, the prompt how it moves and in which light."""
    if not recipe.sources:
        return _scene(recipe)
    base = graph(recipe.sources[0])
    prompt = _text(recipe.params, "prompt")
    found = find(prompt)
    shown = {figure.name for figure in base.figures}
    unseen = [subject.name for subject in found.subjects if subject.name not in shown]
    return replace(base, prompt=prompt, unrendered=tuple(dict.fromkeys([*unseen, *found.unknown])))


def _first_source(recipe: Recipe) -> Graph:
    return graph(recipe.sources[0]) if recipe.sources else Graph(recipe.seed)


_READERS: dict[str, Callable[[Recipe], Graph]] = {
    "scene": _scene,
    "shot": _scene,
    "edit": _edit,
    "animate": _animate,
    "timeline": _first_source,
    "titles": _first_source,
    "ops": _first_source,
}


def _text(params: dict[str, Any], name: str) -> str:
    return str(params.get(name) or "")


def _figure(subject: Subject, seed: str, references: list[Graph]) -> Figure:
    """Make a figure; one that a reference picture also shows takes its looks from there."""
    for reference in references:
        for known in reference.figures:
            if known.name == subject.name and subject.colour in ("", known.colour):
                return replace(known, count=subject.count)
    return Figure(subject.name, subject.count, subject.colour, seed)


def _from_references(figures: list[Figure], references: list[Graph], found: Mentions) -> list[Figure]:
    """Return the main figure of each reference picture that the prompt did not name."""
    named = {figure.name for figure in figures} | set(found.excluded)
    added: dict[str, Figure] = {}
    for reference in references:
        for figure in reference.figures[:1] if figures else reference.figures:
            if figure.name not in named:
                added.setdefault(figure.name, figure)
    return list(added.values())


def _limited(figures: list[Figure]) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Keep what fits into one picture; return it and the names of the rest."""
    kept = tuple(replace(figure, count=min(figure.count, MOST_OF_A_KIND)) for figure in figures[:MOST_KINDS])
    return kept, tuple(figure.name for figure in figures[MOST_KINDS:])


def _setting(found: Mentions, first: Graph | None, seed: str) -> str:
    if found.scenes:
        return found.scenes[0]
    if first:
        return first.scene
    return _SCENES_OF_CHANCE[int(chance(seed, "scene")[0] * len(_SCENES_OF_CHANCE))]


def _unwanted(recipe: Recipe) -> set[str]:
    """Return the subjects that a recipe's negative prompt names."""
    prompt = _text(recipe.params, "negative_prompt")
    return {subject.name for subject in find(prompt).subjects} if prompt else set()


def _swap(figure: Figure, new: Subject) -> Figure:
    return replace(figure, name=new.name, colour=new.colour)


def _recoloured(figure: Figure, found: Mentions, prompt: str, base: Graph) -> Figure:
    """Apply the number and colour that an editing prompt gives to a figure, if any."""
    asked = next((subject for subject in found.subjects if subject.name == figure.name), None)
    colour = asked.colour if asked else ""
    speaks_of_it = asked or (not found.subjects and figure == base.figures[0])
    if not colour and speaks_of_it and wishes.is_change(prompt):
        colour = wishes.loose_colour(found)
    count = asked.count if asked and asked.count > 1 else figure.count
    return replace(figure, colour=colour or figure.colour, count=count)
