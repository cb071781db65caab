"""Drawing a latent: first what it is about, then how many, how long, with which sound, in which shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

from msgspec import structs

from visgenenv.lexicon import SCENES, STYLES, SUBJECTS
from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Hero, Latent, Same
from visgenenv.tasks.scenarios import SCENARIOS, Domain, Material, Pair, Part, Scenario, material
from visgenenv.tasks.scenarios.catalogue import CAUSES, CREATIVE_DOMAINS, GOODS
from visgenenv.types import Duration, Size, Subject

SECONDS = (8, 10, 12, 15, 16, 20, 24, 30, 36, 40, 45, 48, 60)
HARD_SECONDS = (60, 64, 72, 75, 80, 90, 96, 100, 120, 150, 180)
EACH_SECONDS = (5, 6, 8, 10)
SHOT_SECONDS = (3, 4, 5, 6)
_COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "black")
_NOT_HEROES = frozenset(
    {"child", "person", "fish", "bee", "noodles", "grapes", "sushi", "ball", "curtain", "gift", "sheep", "deer", "pot",
     "snowman", "bow", "tree", "plant", "flower"}
)  # fmt: skip
_ROOMS = ("living room", "kitchen", "studio", "garden", "cafe", "office", "street", "stage", "city", "beach")
_SETS = (*_ROOMS, "forest", "desert", "meadow", "mountain")
_HEROES: dict[str, tuple[str, ...]] = {
    "creature": ("animal", "person"),
    "person": ("person",),
    "animal": ("animal",),
    "photo": ("animal", "vehicle"),
    "thing": ("animal", "object", "plant", "food", "vehicle"),
}


def draw_head(scenario: Scenario, dimension: str, words: Material, draws: Draws, hard: bool = False) -> Latent:
    """Draw what a request is about: hero or topic, things, place, style. This alone decides which split it is in."""
    latent = _about(Latent(scenario.type, dimension), scenario, words, draws)
    if dimension == "match":
        latent = structs.replace(latent, things=_things(words, draws), hero=None, topic=None)
    same = _same(scenario, dimension, latent, hard)
    scene = scenario.about == "scene" or "scene" in same or dimension == "match"
    style = "style" in same or (
        scenario.styled and (dimension == "match" or draws.chance(0.7 if dimension == "creative" else 0.45))
    )
    pictures = [name for name in words.styles if name not in ("photo", "black and white")]
    return structs.replace(
        latent,
        same=same,
        scene=draws.pick(_places(scenario, dimension)) if scene else "",
        style=draws.pick(pictures) if style else "",
    )


def draw_rest(latent: Latent, words: Material, draws: Draws, hard: bool = False) -> Latent:
    """Draw numbers, items, lengths, sound, shape and remarks of a request."""
    scenario = SCENARIOS[latent.type]
    draw = _draw_images if latent.modality == "image" else _draw_film
    latent = draw(latent, scenario, words, draws, hard)
    size = _size(scenario, draws) if latent.upload != "footage" else None
    fact = draws.below(len(words.pools["facts"])) if draws.chance(0.4) else -1
    brand = draws.below(len(words.brands)) if draws.chance(0.35) else -1
    return structs.replace(latent, size=size, fact=fact, brand=brand)


def _about(latent: Latent, scenario: Scenario, words: Material, draws: Draws) -> Latent:
    about = scenario.about
    if about == "goods":
        names: Sequence[str] = ()
        while not names:
            domain = draws.pick(words.domains)
            names = [name for name in GOODS.get(domain.name[0], ()) if _ours(name, words)]
        return structs.replace(latent, domain=domain.name[0], hero=_hero(draws.pick(names), words, draws))
    if about in _HEROES:
        domain = _domain(words, draws, lambda one: one.name[0] in CREATIVE_DOMAINS)
        names = _names(about, words.part)
        return structs.replace(latent, domain=domain.name[0], hero=_hero(draws.pick(names), words, draws))
    domain = draws.pick(words.domains)
    if about == "song":
        domain = _domain(words, draws, lambda one: one.name[0] in ("music", "festivals", "campus", "weddings"))
    if latent.type == "video.2":
        domain = _domain(words, draws, lambda one: one.name[0] in CAUSES)
    topics: dict[str, Callable[[], Pair]] = {
        "matter": lambda: domain.matter,
        "occasion": lambda: domain.occasion,
        "company": lambda: _named(domain, words, draws),
        "song": lambda: (lambda row: (row[0], row[1]))(draws.pick(words.pools["songs"])),
        "steps": lambda: draws.pick(words.steps)[0],
    }
    return structs.replace(latent, domain=domain.name[0], topic=topics[about]() if about in topics else None)


@lru_cache(maxsize=16)
def _names(about: str, part: Part) -> tuple[str, ...]:
    """Return the subjects of a part that may be a hero of some sort, or a thing that is shown."""
    names = (name for kind in _HEROES[about] for name in material(part).subjects[kind])
    return tuple(name for name in names if about == "thing" or name not in _NOT_HEROES)


def _ours(name: str, words: Material) -> bool:
    return name in words.subjects[SUBJECTS[name].category]


def _domain(words: Material, draws: Draws, fits: Callable[[Domain], bool]) -> Domain:
    domain = draws.pick(words.domains)
    while not fits(domain):
        domain = draws.pick(words.domains)
    return domain


def _named(domain: Domain, words: Material, draws: Draws) -> Pair:
    """Name a company with its brand: "Lumora, a juice bar"."""
    brand = draws.pick(words.brands)
    return f"{brand[0]}, {domain.company[0]}", f"{domain.company[1]}{brand[1]}"


def _hero(name: str, words: Material, draws: Draws) -> Hero:
    entry = SUBJECTS[name]
    if entry.category in ("food", "plant"):
        return Hero(name, entry.natural, draws.pick(words.pairs("toppings")))
    pool = "traits" if entry.category in ("animal", "person") else "finishes"
    return Hero(name, draws.pick(_COLOURS), draws.pick(words.pairs(pool)))


def _things(words: Material, draws: Draws) -> tuple[Subject, ...]:
    """Draw two or three different things with their numbers and colours."""
    names = _names("thing", words.part)
    chosen = draws.sample(len(names), draws.between(2, 3))
    return tuple(Subject(names[i], draws.between(1, 4), draws.pick(_COLOURS)) for i in chosen)


def _same(scenario: Scenario, dimension: str, latent: Latent, hard: bool) -> tuple[Same, ...]:
    kinds: tuple[Same, ...] = ("object", "scene", "style")
    if dimension not in kinds:
        return ()
    if hard and latent.hero and scenario.styled:
        return kinds
    return tuple(kind for kind in kinds if kind == dimension)


def _places(scenario: Scenario, dimension: str) -> Sequence[str]:
    """Return the places a request may name: in a demand to keep one, those with a layout that can be kept."""
    if dimension == "match":
        return tuple(SCENES)
    return _SETS if scenario.about in ("creature", "person", "animal", "photo", "scene") else _ROOMS


def _pool(scenario: Scenario, latent: Latent, words: Material) -> tuple[Sequence[Pair], Sequence[Pair]]:
    """Return what the single pictures or shots may show, and the lines that belong to them."""
    if scenario.moments == "styles":
        return [
            (f"{STYLES[name].en[0]} style", f"{STYLES[name].zh[0].removesuffix('风格')}风格") for name in words.styles
        ], ()
    if scenario.about == "steps":
        return next(steps for topic, steps in words.steps if topic == latent.topic), ()
    rows = words.pools[scenario.moments]
    lines = [(row[2], row[3]) for row in rows] if scenario.spoken and len(rows[0]) == 4 else []
    return words.pairs(scenario.moments), lines


def _choose(n: int, of: int, ordered: bool, draws: Draws) -> list[int]:
    chosen = draws.sample(of, n)
    return sorted(chosen) if ordered else chosen


def _draw_images(latent: Latent, scenario: Scenario, words: Material, draws: Draws, hard: bool) -> Latent:
    """Draw how many pictures, what each shows, and what must stay the same in all."""
    dimension, (moments, _) = latent.dimension, _pool(scenario, latent, words)
    if dimension in ("match", "creative"):
        n = draws.between(11, 14) if hard else draws.between(1, 3)
        return structs.replace(latent, count=(n, n))
    if dimension == "variety":
        n = draws.between(11, 16) if hard else draws.between(4, 8)
        return structs.replace(latent, count=(n, n))
    if dimension == "amount":
        return _draw_amount(latent, moments, scenario.ordered, draws, hard)
    least, most = (min(11, len(moments)), 14) if hard else (3, 10)
    n = draws.between(least, min(len(moments), most))
    items = tuple(moments[i] for i in _choose(n, len(moments), scenario.ordered, draws))
    upload: Literal["", "picture"] = "picture" if latent.same == ("object",) and draws.chance(scenario.upload) else ""
    return structs.replace(latent, count=(n, n), items=items, upload=upload)


def _draw_amount(latent: Latent, moments: Sequence[Pair], ordered: bool, draws: Draws, hard: bool) -> Latent:
    """Draw a plain number, a range, a list, or so many of each."""
    form, (least, most) = draws.unit(), (11, 20) if hard else (2, 10)
    if form < 0.2:
        low = draws.between(least, most - 2)
        return structs.replace(latent, count=(low, low + draws.between(1, 2)))
    if form < 0.4 and not ordered:
        each, kinds = (draws.between(3, 4), draws.between(4, 5)) if hard else (draws.between(2, 3), draws.between(2, 4))
        items = tuple(moments[i] for i in _choose(kinds, len(moments), False, draws))
        return structs.replace(latent, count=(each * kinds, each * kinds), each=each, items=items)
    n = draws.between(least, most)
    if form < 0.65 or n > len(moments):
        return structs.replace(latent, count=(n, n))
    items = tuple(moments[i] for i in _choose(n, len(moments), ordered, draws))
    return structs.replace(latent, count=(n, n), items=items)


def _draw_film(latent: Latent, scenario: Scenario, words: Material, draws: Draws, hard: bool) -> Latent:
    """Draw length, shots, sound and subtitles of one film, or number and length of several."""
    dimension = latent.dimension
    audio: tuple[Any, ...] = draws.pick(scenario.sound)
    if dimension == "amount":
        n = draws.between(11, 14) if hard else draws.between(2, 8)
        each = Duration(float(draws.pick(EACH_SECONDS)), "each")
        return structs.replace(latent, count=(n, n), duration=each, audio=tuple(a for a in audio if a == "bgm"))
    latent = structs.replace(latent, audio=audio, subtitle=draws.chance(scenario.subtitle))
    seconds = Duration(float(draws.pick(HARD_SECONDS if hard else SECONDS)))
    if dimension == "duration" and draws.chance(scenario.footage):
        spoken = tuple(a for a in audio if a == "bgm")
        return structs.replace(latent, duration=seconds, upload="footage", audio=spoken, style="", scene="")
    if latent.topic and scenario.song and "bgm" in audio and draws.chance(scenario.song):
        latent = structs.replace(latent, upload="song")
    if dimension in ("duration", "creative", "match"):
        return structs.replace(latent, duration=seconds)
    if dimension == "variety":
        n = draws.between(11, 14) if hard else draws.between(4, 8)
        total = Duration(float(n * draws.pick((6, 7, 8) if hard else SHOT_SECONDS)))
        return structs.replace(latent, shots=n, duration=total if hard or draws.chance(0.4) else None)
    return _draw_storyboard(latent, scenario, words, draws, hard)


def _draw_storyboard(latent: Latent, scenario: Scenario, words: Material, draws: Draws, hard: bool) -> Latent:
    moments, lines = _pool(scenario, latent, words)
    most = len(moments) if hard else min(len(moments), 8 if latent.same else 12)
    n = draws.between(min(11, most) if hard else 3, most)
    chosen = _choose(n, len(moments), scenario.ordered, draws)
    spoken = bool("tts" in latent.audio and lines and draws.chance(0.7))
    timed = draws.chance(1.0 if hard else 0.45)
    return structs.replace(
        latent,
        shots=n,
        items=tuple(moments[i] for i in chosen),
        lines=tuple(lines[i] for i in chosen) if spoken else (),
        duration=Duration(float(n * draws.pick((6, 7, 8) if hard else SHOT_SECONDS))) if timed else None,
        upload="picture" if latent.same == ("object",) and draws.chance(scenario.upload) else latent.upload,
    )


def _size(scenario: Scenario, draws: Draws) -> Size | None:
    u = draws.unit()
    if scenario.pixels and u < 0.15:
        return Size(*draws.pick(scenario.pixels), exact=True)
    if scenario.ratios and u < 0.7:
        return Size(*draws.pick(scenario.ratios))
    return None
