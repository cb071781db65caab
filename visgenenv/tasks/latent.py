"""The truth of a request before it has words: what is wanted, how many, how long, with what sound and shape."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from visgenenv.lexicon import COLOURS, SCENES, STYLES, SUBJECTS, name_in
from visgenenv.lexicon import phrase as subject_phrase
from visgenenv.tasks.scenarios import Pair
from visgenenv.types import Duration, Group, Lang, Modality, Size, Subject, Upload

Same = Literal["object", "scene", "style"]


class Hero(Struct, frozen=True):
    """The one that a request is about: a lexicon subject, its colour (people have none), something to know it by."""

    name: str
    colour: str
    trait: Pair

    def noun(self, lang: Lang) -> str:
        return name_in(SUBJECTS[self.name], lang)

    def words(self, lang: Lang) -> str:
        """Describe the hero in full."""
        if lang == "zh":
            entry = SUBJECTS[self.name]
            colour = COLOURS[self.colour].zh[0] if self.colour else ""
            return f"一{entry.measure}{self.trait[1]}的{colour}{entry.zh[0]}"
        return f"{subject_phrase(Subject(self.name, 1, self.colour), 'en')} {self.trait[0]}"

    def group(self, n_required: int, user_ref: str = "") -> Group:
        entry = SUBJECTS[self.name]
        attrs = (*([self.colour] if self.colour else ()), self.name, "|".join(self.trait))
        return Group(self.name, "object", n_required, (entry.en[0], entry.zh[0]), attrs, user_ref)


class Latent(Struct, frozen=True):
    """Everything a request demands, in no language. Its text never says less or more."""

    type: str
    dimension: str
    domain: str = ""
    """The scenario it comes from, by its English name."""
    hero: Hero | None = None
    topic: Pair | None = None
    things: tuple[Subject, ...] = ()
    scene: str = ""
    style: str = ""
    count: tuple[int, int] = (1, 1)
    each: int = 1
    """Pictures per listed item ("two of each")."""
    items: tuple[Pair, ...] = ()
    item_word: Pair = ("", "")
    """What the items are called: "views"."""
    lines: tuple[Pair, ...] = ()
    shots: int | None = None
    duration: Duration | None = None
    audio: tuple[Literal["bgm", "tts", "sfx"], ...] = ()
    subtitle: bool = False
    size: Size | None = None
    same: tuple[Same, ...] = ()
    """What must stay the same in every picture or shot."""
    upload: Literal["", "picture", "footage", "short", "song"] = ""
    """What the user brings; "short" is footage that lasts two thirds of the film that is to be made of it."""
    fact: Pair | None = None
    """A remark with a number that demands nothing."""
    brand: Pair | None = None
    """Name of the company that asks, if anybody says who asks."""

    @property
    def modality(self) -> Modality:
        return "image" if self.type.startswith("image") else "video"

    @property
    def uploads(self) -> tuple[Upload, ...]:
        if self.upload in ("footage", "short") and self.topic and self.duration:
            asked = self.duration.seconds
            seconds = 2 * asked + 6 if self.upload == "footage" else asked * 2 / 3
            return (Upload("footage", "video", f"raw footage: {self.topic[0]}", 1280, 720, seconds),)
        if self.upload == "song" and self.topic:
            return (Upload("song", "audio", f"instrumental mix of {self.topic[0]}", duration=90.0),)
        if self.upload == "picture" and self.hero:
            return (Upload("reference", "image", self.hero.words("en"), 1024, 1024),)
        return ()

    def groups(self) -> tuple[Group, ...]:
        """Return the demands for consistency; every picture or shot must meet them."""
        n = self.shots or self.count[0]
        found: list[Group] = []
        for kind in self.same:
            if kind == "object" and self.hero:
                found.append(self.hero.group(n, "reference" if self.upload == "picture" else ""))
            elif kind != "object":
                name = self.scene if kind == "scene" else self.style
                entry = (SCENES if kind == "scene" else STYLES)[name]
                found.append(Group(name, kind, n, (entry.en[0], entry.zh[0])))
        return tuple(found)

    def attributes(self) -> tuple[str, ...]:
        """Return what every picture, or the whole film, must show; what an uploaded file shows is not asked for."""
        if self.upload in ("footage", "short"):
            return ()
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
