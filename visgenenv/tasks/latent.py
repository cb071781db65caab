"""The truth of a request before it has words: what is wanted, how many, how long, with what sound and shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import numpy as np
from msgspec import Struct, structs

from visgenenv.lexicon import COLOURS, SCENES, STYLES, SUBJECTS, name_in
from visgenenv.lexicon import phrase as subject_phrase
from visgenenv.tasks.scenarios.catalogue import Scenario
from visgenenv.tasks.scenarios.phrases import FINISHES, TOPPINGS, TRAITS, Pair
from visgenenv.types import Duration, Group, Lang, Modality, Size, Subject, Upload

T = TypeVar("T")

SECONDS = (8, 10, 12, 15, 16, 20, 24, 30, 36, 40, 45, 48, 60)
EACH_SECONDS = (5, 6, 8, 10)
SHOT_SECONDS = (3, 4, 5, 6)
_PLAIN_COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "black")
_NOT_HEROES = frozenset(
    {"child", "fish", "bee", "noodles", "grapes", "sushi", "ball", "curtain", "gift", "sheep", "deer", "pot"}
)
_PICTURE_STYLES = tuple(name for name in STYLES if name not in ("photo", "black and white"))


class Hero(Struct, frozen=True):
    """The one that a request is about: a lexicon subject, its colour and something to know it by."""

    name: str
    colour: str
    trait: Pair

    def noun(self, lang: Lang) -> str:
        return name_in(SUBJECTS[self.name], lang)

    def words(self, lang: Lang) -> str:
        """Describe the hero in full."""
        if lang == "zh":
            entry = SUBJECTS[self.name]
            return f"一{entry.measure}{self.trait[1]}的{COLOURS[self.colour].zh[0]}{entry.zh[0]}"
        return f"{subject_phrase(Subject(self.name, 1, self.colour), 'en')} {self.trait[0]}"

    def group(self, n_required: int, user_ref: str = "") -> Group:
        entry = SUBJECTS[self.name]
        attrs = (self.colour, self.name, "|".join(self.trait))
        return Group(self.name, "object", n_required, (entry.en[0], entry.zh[0]), attrs, user_ref)


class Latent(Struct, frozen=True):
    """Everything a request demands, in no language. Its text never says less or more."""

    type: str
    dimension: str
    count: tuple[int, int] = (1, 1)
    each: int = 1
    """Pictures per listed item ("two of each")."""
    hero: Hero | None = None
    topic: Pair | None = None
    things: tuple[Subject, ...] = ()
    scene: str = ""
    style: str = ""
    items: tuple[Pair, ...] = ()
    lines: tuple[Pair, ...] = ()
    shots: int | None = None
    duration: Duration | None = None
    audio: tuple[Literal["bgm", "tts", "sfx"], ...] = ()
    subtitle: bool = False
    size: Size | None = None
    group: Literal["", "object", "scene", "style"] = ""
    upload: bool = False
    fact: int = -1
    """Index of a remark with a number that demands nothing, or -1."""

    @property
    def modality(self) -> Modality:
        return "image" if self.type.startswith("image") else "video"

    @property
    def uploads(self) -> tuple[Upload, ...]:
        if not (self.upload and self.hero):
            return ()
        return (Upload("reference", "image", self.hero.words("en"), 1024, 1024),)

    def groups(self) -> tuple[Group, ...]:
        """Return the demand for consistency, if there is one; every picture or shot must meet it."""
        n_required = self.shots or self.count[0]
        if self.group == "object" and self.hero:
            return (self.hero.group(n_required, "reference" if self.upload else ""),)
        if self.group == "scene":
            entry = SCENES[self.scene]
            return (Group(self.scene, "scene", n_required, (entry.en[0], entry.zh[0])),)
        if self.group == "style":
            entry = STYLES[self.style]
            return (Group(self.style, "style", n_required, (entry.en[0], entry.zh[0])),)
        return ()

    def attributes(self) -> tuple[str, ...]:
        """Return what every picture, or the whole film, must show; what an uploaded picture shows is not asked for."""
        shown = [subject_phrase(thing, "en") for thing in self.things]
        if not shown and self.topic:
            shown = ["|".join(self.topic)]
        elif not shown and self.hero and not self.upload:
            shown = [subject_phrase(Subject(self.hero.name, 1, self.hero.colour), "en"), "|".join(self.hero.trait)]
        shown += [f"scene: {self.scene}"] if self.scene else []
        return (*shown, f"style: {self.style}") if self.style else tuple(shown)

    def slots(self) -> tuple[str, ...]:
        """Return what the single pictures or shots show, as often as each is asked for."""
        nouns = [self.hero.noun("en"), self.hero.noun("zh")] if self.hero else ["", ""]
        named = [
            "|".join(text.replace("{H}", noun) for text, noun in zip(item, nouns, strict=True)) for item in self.items
        ]
        return tuple(name for name in named for _ in range(self.each))


def draw_latent(scenario: Scenario, rng: np.random.Generator) -> Latent:
    """Draw one request of a scenario."""
    dimension = pick(scenario.dimensions, rng)
    latent = Latent(scenario.type, dimension, **_about(scenario, dimension, rng))
    draw = _draw_images if scenario.type.startswith("image") else _draw_film
    latent = draw(latent, scenario, rng)
    size = _draw_size(scenario, rng)
    fact = int(pick(scenario.facts, rng)) if rng.random() < 0.45 else -1
    return structs.replace(latent, size=size, fact=fact)


def pick(options: Sequence[T], rng: np.random.Generator) -> T:
    """Return one of the options."""
    return options[int(rng.integers(len(options)))]


def _about(scenario: Scenario, dimension: str, rng: np.random.Generator) -> dict[str, Any]:
    """Draw hero or topic, place and style."""
    about: dict[str, Any] = {}
    if scenario.heroes:
        names = [name for name, e in SUBJECTS.items() if e.category in scenario.heroes and name not in _NOT_HEROES]
        about["hero"] = _draw_hero(pick(names, rng), rng)
    if scenario.topics:
        about["topic"] = pick(scenario.topics, rng)
    if dimension == "match":
        about["things"] = _draw_things(rng)
    if dimension in ("scene", "match"):
        about["scene"] = pick(scenario.scenes or tuple(SCENES), rng)
    wanted = dimension == "style" or (scenario.styled and dimension in ("match", "creative"))
    if wanted or (scenario.styled and rng.random() < 0.5):
        about["style"] = pick(_PICTURE_STYLES, rng)
    return about


def _draw_hero(name: str, rng: np.random.Generator) -> Hero:
    entry = SUBJECTS[name]
    if entry.category in ("animal", "person"):
        return Hero(name, pick(_PLAIN_COLOURS, rng), pick(TRAITS, rng))
    if entry.category in ("food", "plant"):
        return Hero(name, entry.natural, pick(TOPPINGS, rng))
    return Hero(name, pick(_PLAIN_COLOURS, rng), pick(FINISHES, rng))


def _draw_things(rng: np.random.Generator) -> tuple[Subject, ...]:
    """Draw two or three different things with their numbers and colours."""
    names = [name for name, e in SUBJECTS.items() if e.category in ("animal", "object", "plant", "food", "vehicle")]
    chosen = rng.choice(len(names), size=int(rng.integers(2, 4)), replace=False)
    return tuple(Subject(names[int(i)], int(rng.integers(1, 5)), pick(_PLAIN_COLOURS, rng)) for i in chosen)


def _draw_items(pool: Sequence[T], n: int, ordered: bool, rng: np.random.Generator) -> list[int]:
    chosen = [int(i) for i in rng.choice(len(pool), size=n, replace=False)]
    return sorted(chosen) if ordered else chosen


def _draw_images(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> Latent:
    """Draw how many pictures, what each shows, and what must stay the same in all."""
    dimension, moments = latent.dimension, scenario.moments
    if dimension in ("match", "creative"):
        n = int(rng.integers(1, 4))
        return structs.replace(latent, count=(n, n))
    if dimension == "variety":
        n = int(rng.integers(4, 9))
        return structs.replace(latent, count=(n, n))
    if dimension == "amount":
        return _draw_amount(latent, moments, scenario.ordered, rng)
    n = int(rng.integers(3, min(len(moments), 10) + 1))
    items = tuple(moments[i] for i in _draw_items(moments, n, scenario.ordered, rng))
    upload = dimension == "object" and bool(rng.random() < scenario.upload)
    return structs.replace(latent, count=(n, n), items=items, group=dimension, upload=upload)


def _draw_amount(latent: Latent, moments: Sequence[Pair], ordered: bool, rng: np.random.Generator) -> Latent:
    """Draw a plain number, a range, a list, or so many of each."""
    form = rng.random()
    if form < 0.2:
        low = int(rng.integers(2, 8))
        return structs.replace(latent, count=(low, low + int(rng.integers(1, 3))))
    if form < 0.4 and not ordered:
        each, kinds = int(rng.integers(2, 4)), int(rng.integers(2, 5))
        items = tuple(moments[i] for i in _draw_items(moments, kinds, False, rng))
        return structs.replace(latent, count=(each * kinds, each * kinds), each=each, items=items)
    n = int(rng.integers(2, min(len(moments), 20 if rng.random() < 0.1 else 10) + 1))
    if form < 0.6:
        return structs.replace(latent, count=(n, n))
    items = tuple(moments[i] for i in _draw_items(moments, n, ordered, rng))
    return structs.replace(latent, count=(n, n), items=items)


def _draw_film(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> Latent:
    """Draw length, shots, sound and subtitles of one film, or number and length of several."""
    dimension = latent.dimension
    audio = pick(scenario.sound, rng)
    if dimension == "amount":
        n = int(rng.integers(2, 6))
        each = Duration(float(pick(EACH_SECONDS, rng)), "each")
        return structs.replace(latent, count=(n, n), duration=each, audio=tuple(a for a in audio if a == "bgm"))
    subtitle = bool(rng.random() < scenario.subtitle)
    latent = structs.replace(latent, audio=audio, subtitle=subtitle)
    if dimension in ("duration", "creative"):
        return structs.replace(latent, duration=Duration(float(pick(SECONDS, rng))))
    return _draw_storyboard(latent, scenario, rng)


def _draw_storyboard(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> Latent:
    moments: Sequence[Pair] = scenario.moments
    if scenario.steps:
        topic, moments = pick(scenario.steps, rng)
        latent = structs.replace(latent, topic=topic)
    grouped = latent.dimension if latent.dimension in ("object", "scene", "style") else ""
    n = int(rng.integers(3, min(len(moments), 8 if grouped else 10) + 1))
    chosen = _draw_items(moments, n, scenario.ordered, rng)
    spoken = bool("tts" in latent.audio and scenario.lines and rng.random() < 0.7)
    return structs.replace(
        latent,
        shots=n,
        items=tuple(moments[i] for i in chosen),
        lines=tuple(scenario.lines[i] for i in chosen) if spoken else (),
        duration=Duration(float(n * pick(SHOT_SECONDS, rng))) if rng.random() < 0.45 else None,
        group=grouped,
        upload=grouped == "object" and bool(rng.random() < scenario.upload),
    )


def _draw_size(scenario: Scenario, rng: np.random.Generator) -> Size | None:
    u = rng.random()
    if scenario.pixels and u < 0.15:
        return Size(*pick(scenario.pixels, rng), exact=True)
    if scenario.ratios and u < 0.7:
        return Size(*pick(scenario.ratios, rng))
    return None
