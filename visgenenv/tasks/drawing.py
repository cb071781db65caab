"""Drawing what a request is about: a hero or topic, things, a place, a style. `amounts` draws the rest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from visgenenv.lexicon import SUBJECTS
from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Hero, Latent, Same
from visgenenv.tasks.scenarios import Domain, Material, Pair, Part, Scenario, material
from visgenenv.tasks.scenarios.casting import SHOWN_AT, heroes, natural, things_at
from visgenenv.tasks.scenarios.catalogue import CAUSES, CREATIVE_DOMAINS, GOODS
from visgenenv.tasks.scenarios.places import FESTIVE, INDOORS, NATURE, OUTDOORS, ROOMS, SETS
from visgenenv.types import Subject

_COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "black")
_HEROES = frozenset(["creature", "person", "animal", "photo"])
_SONG_DOMAINS = frozenset(["music", "festivals", "campus", "weddings"])
_KINDS: tuple[Same, ...] = ("object", "scene", "style")

About = tuple[str, Hero | None, Pair | None]
"""Field of life, hero, topic."""


def draw_head(scenario: Scenario, dimension: str, words: Material, draws: Draws, hard: bool = False) -> Latent:
    """Draw what a request is about: hero or topic, things, place, style. This alone decides which split it is in."""
    domain, hero, topic = _about(scenario, words, draws)
    match = dimension == "match"
    if dimension == "duration" and draws.chance(scenario.footage):
        return Latent(scenario.type, dimension, domain, hero, topic, upload="footage")
    same = _same(scenario, dimension, hero, hard)
    scene = style = ""
    if match or scenario.about == "scene" or "scene" in same:
        scene = draws.pick(_places(scenario, match, hero))
    always = match or scenario.about == "scene"  # a bare place has nothing else that tells it from other requests
    if "style" in same or (scenario.styled and (always or draws.chance(0.7 if dimension == "creative" else 0.45))):
        style = draws.pick(_drawn_styles(words.part))
    if not match:
        return Latent(scenario.type, dimension, domain, hero, topic, (), scene, style, same=same)
    return Latent(
        scenario.type, dimension, domain, None, None, _things(scene, scenario.styled, words, draws), scene, style
    )


def _about(scenario: Scenario, words: Material, draws: Draws) -> About:
    about = scenario.about
    if about in _HEROES:
        name = draws.pick(heroes(about, scenario.moments, words.part))
        return draws.pick(_domains(words.part, "creative")).name[0], _hero(name, scenario, words, draws), None
    if about == "goods":
        domain = draws.pick(_domains(words.part, "goods"))
        name = draws.pick(_goods(words.part, domain.name[0]))
        return domain.name[0], _hero(name, scenario, words, draws), None
    if about == "steps":
        steps = draws.pick(words.steps)
        return steps.domain, None, steps.topic
    sort = "songs" if about == "song" else "causes" if scenario.type == "video.2" else ""
    domain = draws.pick(_domains(words.part, sort))
    return domain.name[0], None, _topic(about, domain, words, draws)


def _topic(about: str, domain: Domain, words: Material, draws: Draws) -> Pair | None:
    if about == "company":
        brand = draws.pick(words.brands)
        return f"{brand[0]}, {domain.company[0]}", f"{domain.company[1]}{brand[1]}"
    if about == "song":
        return draws.pick(words.pairs("songs"))
    return {"matter": domain.matter, "occasion": domain.occasion}.get(about)


@lru_cache(maxsize=16)
def _domains(part: Part, sort: str) -> tuple[Domain, ...]:
    """Return the scenarios of some sort."""
    found = material(part).domains
    if sort == "goods":
        return tuple(one for one in found if _goods(part, one.name[0]))
    names = {"creative": CREATIVE_DOMAINS, "songs": _SONG_DOMAINS, "causes": CAUSES}.get(sort)
    return found if names is None else tuple(one for one in found if one.name[0] in names)


@lru_cache(maxsize=128)
def _goods(part: Part, domain: str) -> tuple[str, ...]:
    """Return what is sold in a scenario, as far as the part of the data knows it."""
    subjects = material(part).subjects
    return tuple(name for name in GOODS.get(domain, ()) if name in subjects[SUBJECTS[name].category])


@lru_cache(maxsize=2)
def _drawn_styles(part: Part) -> tuple[str, ...]:
    return tuple(name for name in material(part).styles if name not in ("photo", "black and white"))


def _hero(name: str, scenario: Scenario, words: Material, draws: Draws) -> Hero:
    """Give a hero its colour and something to know it by. People have none: it would be taken for their skin."""
    category = SUBJECTS[name].category
    if category == "food":
        return Hero(name, natural(name), draws.pick(words.pairs("toppings")))
    if category == "person" and name != "robot":
        return Hero(name, "", draws.pick(words.pairs("looks")))
    if category == "animal" and (scenario.about == "photo" or scenario.moments == "nature"):
        return Hero(name, natural(name), draws.pick(words.pairs("marks")))
    alive = category in ("animal", "person")
    return Hero(name, draws.pick(_COLOURS), draws.pick(words.pairs("traits" if alive else "finishes")))


def _things(scene: str, styled: bool, words: Material, draws: Draws) -> tuple[Subject, ...]:
    """Draw two or three different things with their numbers and colours; food and plants keep their own."""
    names = things_at(scene, words.part, not styled)
    chosen = [names[i] for i in draws.sample(len(names), draws.between(2, 3))]
    found = []
    for name in chosen:
        category = SUBJECTS[name].category
        own = category in ("food", "plant") or (category == "animal" and not styled)
        found.append(Subject(name, draws.between(1, 4), natural(name) if own else draws.pick(_COLOURS)))
    return tuple(found)


def _same(scenario: Scenario, dimension: str, hero: Hero | None, hard: bool) -> tuple[Same, ...]:
    if dimension not in _KINDS:
        return ()
    if hard and hero and scenario.styled and "scene" in scenario.dimensions:
        return _KINDS
    return tuple(kind for kind in _KINDS if kind == dimension)


def _places(scenario: Scenario, match: bool, hero: Hero | None) -> Sequence[str]:
    """Return the places a request may name: in a demand to keep one, those with a layout that can be kept."""
    if not match:
        vehicle = hero is not None and SUBJECTS[hero.name].category == "vehicle"
        return OUTDOORS if vehicle else scenario.places
    if scenario.about == "goods":
        return INDOORS
    if scenario.about in ("creature", "person", "animal"):
        return NATURE
    return SHOWN_AT if scenario.places in (ROOMS, SETS, FESTIVE) else scenario.places


def head_key(latent: Latent) -> str:
    """Return all that a latent is about as a text, from which its split follows."""
    hero = latent.hero
    return repr((latent.type, latent.dimension, hero and (hero.name, hero.colour, hero.trait[0]), latent.topic,
                 [(thing.name, thing.count, thing.colour) for thing in latent.things], latent.scene, latent.style,
                 latent.upload in ("footage", "short")))  # fmt: skip
