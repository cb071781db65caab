"""What a picture holds, before anything is drawn: its scene graph, read from a recipe's prompt and sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.lexicon import COLOURS, SCENES, STYLES, SUBJECTS, Mentions, find
from visgenenv.luck import digest, uniforms
from visgenenv.media import wishes
from visgenenv.media.caching import by_recipe
from visgenenv.types import Recipe, Subject

MOST_KINDS = 5
"""So many different subjects are drawn; further ones are listed as unrendered."""

MOST_OF_A_KIND = 12
"""So many copies of one subject are drawn at most."""

_SCENES_OF_CHANCE = ("meadow", "studio", "forest", "beach", "street", "garden", "sky", "living room")


class Figure(Struct, frozen=True):
    """A subject to be drawn. Two figures with the same `identity` look the same, whatever picture they are in."""

    name: str
    count: int = 1
    colour: str = ""
    identity: str = ""


class Graph(Struct, frozen=True):
    """All that decides a picture: what is in it, where, in which light and manner. `seed` decides the rest."""

    seed: str = ""
    figures: tuple[Figure, ...] = ()
    scene: str = "studio"
    style: str = ""
    lights: tuple[str, ...] = ()
    caption: str = ""
    framing: str = "medium"
    tint: str = ""
    """A colour the prompt names without giving it to a subject; plain backdrops take it."""
    prompt: str = ""
    unrendered: tuple[str, ...] = ()


def chance(seed: str, name: str) -> tuple[float, ...]:
    """Return eight uniforms in [0, 1) that belong to a seed and a name."""
    return tuple(uniforms(digest(b"media", seed.encode("utf-8", "replace"), name.encode("utf-8", "replace"))))


@by_recipe(2048)
def graph(recipe: Recipe) -> Graph:
    """Read the scene graph of any recipe; one without a picture has an empty graph."""
    read = _READERS.get(recipe.node)
    if read is None:
        return Graph(recipe.seed)
    if recipe.params.get("match") == "random" and recipe.node in ("scene", "edit", "shot"):
        return _by_chance(recipe)
    return read(recipe)


def _by_chance(recipe: Recipe) -> Graph:
    """Draw the content from the seed alone: the paper's setting, where only size and length are as asked."""
    u = chance(recipe.seed, "random content")
    names = list(SUBJECTS)
    picked = dict.fromkeys([names[int(u[0] * len(names))], names[int(u[1] * len(names))]][: 1 + (u[2] < 0.35)])
    colours = ["", "", *COLOURS]
    figures = tuple(
        Figure(
            name,
            1 + int(u[3] * 3) if SUBJECTS[name].category != "sky" else 1,
            colours[int(u[4] * len(colours))],
            recipe.seed,
        )
        for name in picked
    )
    styles = ["", "", "", *STYLES]
    prompt = _text(recipe.params, "prompt")
    found = find(prompt)
    asked = tuple(dict.fromkeys([*[s.name for s in found.subjects], *found.unknown]))
    return Graph(
        recipe.seed,
        figures,
        list(SCENES)[int(u[5] * len(SCENES))],
        styles[int(u[6] * len(styles))],
        prompt=prompt,
        unrendered=tuple(name for name in asked if name not in picked),
    )


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
    )


def _edit(recipe: Recipe) -> Graph:
    """A changed picture: everything stays that the prompt does not speak of."""
    if not recipe.sources:
        return _scene(recipe)
    base = graph(recipe.sources[0])
    prompt = _text(recipe.params, "prompt")
    found = find(prompt)
    references = [graph(source) for source in recipe.sources[1:]]
    gone = set(found.excluded) | wishes.removed(prompt) | _unwanted(recipe)
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
