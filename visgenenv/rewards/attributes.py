"""What a task asks to be seen, and whether it is: attributes against the truth of what was made.

An attribute is written for people: `four orange hats`, `scene: kitchen`, `style: ink`, or words that cannot be drawn
here, in one or both languages (`in a yellow raincoat|穿着黄色雨衣`). The first three are looked for in the truth of
the picture. The last can only have been asked for: they are looked for in the prompts the picture was made with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from visgenenv.lexicon import SCENES, STYLES, find
from visgenenv.media.caching import by_recipe
from visgenenv.media.graphs import graph
from visgenenv.media.truth import recipe_truth
from visgenenv.types import Recipe, Subject

_LATIN = re.compile(r"[a-z][a-z'-]+")
_CHINESE = re.compile("[\u3400-\u9fff]+")
_FILLERS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "by",
        "for",
        "with",
        "without",
        "and",
        "or",
        "from",
        "into",
        "its",
        "it",
        "is",
        "are",
        "as",
        "that",
        "this",
        "their",
        "his",
        "her",
        "each",
        "every",
        "all",
        "one",
        "some",
        "very",
        "through",
        "under",
        "over",
        "out",
        "up",
        "down",
        "off",
        "style",
        "about",
    ]
)
_ANCESTORS = 6
"""A picture edited more often than this is described by its last edits."""
_DRAWN = ("scene", "edit", "shot", "animate")


class Attribute(Struct, frozen=True):
    """One thing asked for: `subject` with number and colour, or `name` of a scene or style, or words to be said."""

    text: str
    sort: Literal["subject", "scene", "style", "words"]
    name: str = ""
    subject: Subject | None = None
    forms: tuple[frozenset[str], ...] = ()
    """Of words: what must be said, in either language."""


class Shown(Struct, frozen=True):
    """What is seen in a picture or clip, and what was said to get it."""

    subjects: tuple[Subject, ...] = ()
    scene: str = ""
    style: str = ""
    said: frozenset[str] = frozenset()
    """Pieces of all prompts along the chain of edits that led to it."""
    own: frozenset[str] = frozenset()
    """The same, without the prompts of a picture that others were drawn from as well."""
    named: frozenset[str] = frozenset()
    """Scenes and styles that any of the prompts names; what is drawn without being named came by chance."""
    prompt: str = ""
    """Its own prompts, spaces and case folded."""
    look: str = ""
    """All that decides how it looks. Pictures drawn anew differ in their seed; edits of one picture share it."""


@lru_cache(maxsize=8192)
def read_attribute(text: str) -> Attribute:
    """Read an attribute.

    >>> read_attribute("four orange hats").subject
    Subject(name='hat', count=4, colour='orange', position=(0.5, 0.5))
    >>> read_attribute("scene: kitchen").name, read_attribute("waving hello|打招呼").sort
    ('kitchen', 'words')
    """
    head, colon, rest = text.partition(":")
    if colon and head.strip() in ("scene", "style") and rest.strip() in (SCENES if head.strip() == "scene" else STYLES):
        return Attribute(text, "scene" if head.strip() == "scene" else "style", rest.strip())
    if "|" not in text:
        found = find(text)
        if len(found.subjects) == 1 and not found.unknown:
            return Attribute(text, "subject", found.subjects[0].name, found.subjects[0])
        if not found.subjects and not found.unknown and len(found.scenes) + len(found.styles) == 1:
            sort: Literal["scene", "style"] = "scene" if found.scenes else "style"
            return Attribute(text, sort, (*found.scenes, *found.styles)[0])
    return Attribute(text, "words", forms=tuple(pieces(form) for form in text.split("|") if pieces(form)))


@lru_cache(maxsize=8192)
def pieces(text: str, singles: bool = False) -> frozenset[str]:
    """Return what a text says in pieces that can be looked for: English words, pairs of Chinese characters.

    A character that stands alone is a piece; with `singles` every one is, so that such a piece can be found.
    """
    text = text.lower()
    words = {_stem(word) for word in _LATIN.findall(text) if word not in _FILLERS}
    runs = _CHINESE.findall(text)
    pairs = {run[k : k + 2] for run in runs for k in range(max(1, len(run) - 1))}
    return frozenset(words | pairs | (set("".join(runs)) if singles else set()))


def _stem(word: str) -> str:
    """Fold plural and possessive, so that "carrots" is found in "carrot"."""
    word = word.removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def shown(recipes: Sequence[Recipe]) -> list[Shown]:
    """Return what drawn recipes show that are delivered together."""
    chains = [_chain(recipe) for recipe in recipes]
    times = Counter(seed for chain in chains for seed in {seed for seed, _ in chain})
    return [_shown(recipe, chain, times) for recipe, chain in zip(recipes, chains, strict=True)]


def _shown(recipe: Recipe, chain: Sequence[tuple[str, str]], times: Counter[str]) -> Shown:
    truth = recipe_truth(recipe)
    own = [prompt for place, (seed, prompt) in enumerate(chain) if not place or times[seed] == 1]
    mine = frozenset().union(*(pieces(prompt, True) for prompt in own))
    said = mine.union(*(pieces(prompt, True) for _, prompt in chain)) if len(own) < len(chain) else mine
    mentioned = [find(prompt) for _, prompt in chain]
    named = frozenset(name for one in mentioned for name in (*one.scenes, *one.styles))
    return Shown(truth.subjects, truth.scene, truth.style, said, mine, named, " ".join("\n".join(own).lower().split()),
                 _look(recipe))  # fmt: skip


@by_recipe(4096)
def _look(recipe: Recipe) -> str:
    seen = graph(recipe)
    figures = [(one.name, one.count, one.colour, one.identity) for one in seen.figures]
    return repr((seen.seed, figures, seen.scene, seen.style, seen.lights, seen.caption, seen.framing, seen.tint))


@by_recipe(4096)
def _chain(recipe: Recipe) -> tuple[tuple[str, str], ...]:
    """Return seed and prompt of a recipe and of what it was edited or animated from, the latest first."""
    links: list[tuple[str, str]] = []
    here: Recipe | None = recipe
    while here is not None and here.node in _DRAWN and len(links) < _ANCESTORS:
        links.append((here.seed, str(here.params.get("prompt") or "")))
        here = here.sources[0] if here.sources and here.node in ("edit", "animate") else None
    return tuple(links)


def found_in(wanted: Attribute, seen: Shown, alone: bool = False) -> float:
    """Return how far an attribute is there, in [0, 1].

    Args:
        wanted: What was asked for.
        seen: What there is.
        alone: Whether it is asked of one slot, so that words must stand in prompts that no other picture shares.
    """
    if wanted.sort in ("scene", "style"):
        return _manner(wanted, seen)
    if wanted.sort == "words":
        said = seen.own if alone else seen.said
        return max([_share(form, said) for form in wanted.forms], default=0.0)
    assert wanted.subject is not None
    return max([_alike(wanted.subject, one) for one in seen.subjects if one.name == wanted.name], default=0.0)


def _manner(wanted: Attribute, seen: Shown) -> float:
    """Whether a scene or style was asked for and is drawn; half, if it was asked for clearly and another is drawn."""
    if wanted.name not in seen.named:
        return 0.0
    if wanted.name == (seen.scene if wanted.sort == "scene" else seen.style):
        return 1.0
    mentioned = find(seen.prompt)
    named = mentioned.scenes if wanted.sort == "scene" else mentioned.styles
    return 0.5 if len(named) <= 2 and wanted.name in named else 0.0


def _share(form: frozenset[str], said: frozenset[str]) -> float:
    return len(form & said) / len(form)


def _alike(wanted: Subject, one: Subject) -> float:
    """Half for being there, the rest for colour and number where they were asked for."""
    points = [1.0, 1.0]
    if wanted.colour:
        points.append(float(one.colour == wanted.colour))
    if wanted.count > 1:
        points.append(1 - min(1.0, abs(one.count - wanted.count) / wanted.count))
    return sum(points) / len(points)


def names_it(text: str, prompt: str) -> bool:
    """Whether a prompt says at least half of an attribute, in either language, whatever was drawn."""
    wanted, mentioned = read_attribute(text), find(prompt)
    subjects = {one.name for one in mentioned.subjects}
    if wanted.sort == "subject":
        return wanted.name in subjects
    if wanted.sort in ("scene", "style"):
        return wanted.name in (*mentioned.scenes, *mentioned.styles)
    colour = find(text).colours
    if colour and all(name in mentioned.colours for name in colour) and len(pieces(text)) == 1:
        return True
    return max([_share(form, pieces(prompt, True)) for form in wanted.forms], default=0.0) >= 0.5
