"""Drawing the rest of a latent: how many, how long, which items, with which sound, in which shape, with which remarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from visgenenv.lexicon import STYLES, SUBJECTS
from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Latent
from visgenenv.tasks.scenarios import SCENARIOS, Material, Pair, Scenario
from visgenenv.tasks.scenarios.catalogue import LARGE
from visgenenv.types import Duration, Size

SECONDS = (8, 10, 12, 15, 16, 20, 24, 30, 36, 40, 45, 48, 60)
HARD_SECONDS = (60, 64, 72, 75, 80, 90, 96, 100, 120, 150, 180)
EACH_SECONDS = (5, 6, 8, 10)
SHOT_SECONDS = (3, 4, 5, 6)
STRETCHED_SECONDS = (12, 15, 24, 30, 36, 45, 48, 60)
"""Lengths that footage two thirds as long is slowed down to."""
_MASCOTS = frozenset(["image.10", "image.11", "image.14", "image.15", "image.16"])
"""Types with a hero that a company may ask for."""
_ITEM_WORDS: dict[str, Pair] = {"views": ("views", "画面"), "times": ("conditions", "时段与天气")}

Changes = dict[str, Any]


def draw_rest(latent: Latent, words: Material, draws: Draws, hard: bool = False) -> Latent:
    """Draw numbers, items, lengths, sound, shape and remarks of a request."""
    scenario = SCENARIOS[latent.type]
    draw = _images if latent.modality == "image" else _film
    changes = draw(latent, scenario, words, draws, hard)
    bare_cut = latent.upload == "footage" and not changes["audio"]
    if not bare_cut:
        changes["size"] = _size(scenario, draws, exact=changes.get("upload") != "footage")
    if draws.chance(0.4):
        changes["fact"] = draws.pick(words.pairs("facts", _audience(scenario)))
    asked = scenario.about in ("goods", "occasion", "matter", "song", "steps") or latent.type in _MASCOTS
    if draws.chance(0.4) and asked:
        changes["brand"] = draws.pick(words.brands)
    return structs.replace(latent, **changes)


def _audience(scenario: Scenario) -> str:
    if scenario.about in ("goods", "occasion"):
        return scenario.about
    return "story" if scenario.about in ("creature", "animal") else ""


def _pool(scenario: Scenario, latent: Latent, words: Material) -> tuple[Sequence[Pair], Sequence[Pair]]:
    """Return what the single pictures or shots may show, and the lines that belong to them."""
    name = scenario.stays if "scene" in latent.same and scenario.stays else scenario.moments
    if name == "styles":
        return [_style_pair(style) for style in words.styles], ()
    if scenario.about == "steps":
        return next(steps.rows for steps in words.steps if steps.topic == latent.topic), ()
    lines = [(row[2], row[3]) for row in words.pools.get(name, ()) if len(row) == 4] if scenario.spoken else []
    return words.pairs(name, _sort(name, latent)), lines


def _sort(pool: str, latent: Latent) -> str:
    """Return for which kind of thing, or field, a pool has rows of its own."""
    if pool == "public":
        return latent.domain
    if latent.hero is None:
        return ""
    food = SUBJECTS[latent.hero.name].category == "food"
    if pool == "detail":
        return "food" if food else "object"
    return "food" if food else "large" if latent.hero.name in LARGE else "small"


def _style_pair(name: str) -> Pair:
    return f"{STYLES[name].en[0]} style", f"{STYLES[name].zh[0].removesuffix('风格')}风格"


def _choose(n: int, of: int, ordered: bool, draws: Draws) -> list[int]:
    chosen = draws.sample(of, n)
    return sorted(chosen) if ordered else chosen


def _images(latent: Latent, scenario: Scenario, words: Material, draws: Draws, hard: bool) -> Changes:
    """Draw how many pictures, what each shows, and what must stay the same in all."""
    dimension = latent.dimension
    if dimension in ("match", "creative"):
        n = draws.between(11, 14) if hard else draws.between(1, 3)
        return {"count": (n, n)}
    if dimension == "variety":
        n = draws.between(11, 16) if hard else draws.between(4, 8)
        return {"count": (n, n)}
    moments, _ = _pool(scenario, latent, words)
    if dimension == "amount":
        return _amount(moments, scenario, draws, hard)
    least, most = (min(11, len(moments)), 14) if hard else (3, 10)
    n = draws.between(least, min(len(moments), most))
    changes: Changes = {"count": (n, n)}
    changes["items"] = tuple(moments[i] for i in _choose(n, len(moments), scenario.ordered, draws))
    changes["item_word"] = _ITEM_WORDS.get(scenario.stays if "scene" in latent.same else "", scenario.item_word)
    if latent.same == ("object",) and draws.chance(scenario.upload):
        changes["upload"] = "picture"
    return changes


def _amount(moments: Sequence[Pair], scenario: Scenario, draws: Draws, hard: bool) -> Changes:
    """Draw a plain number, a range, a list, or so many of each."""
    form, (least, most), word = draws.unit(), (11, 20) if hard else (2, 10), scenario.item_word
    if form < 0.2:
        low = draws.between(least, most - 2)
        return {"count": (low, low + draws.between(1, 2))}
    if form < 0.4 and not scenario.ordered:
        each, kinds = (draws.between(3, 4), draws.between(4, 5)) if hard else (draws.between(2, 3), draws.between(2, 4))
        items = tuple(moments[i] for i in _choose(kinds, len(moments), False, draws))
        return {"count": (each * kinds, each * kinds), "each": each, "items": items, "item_word": word}
    n = draws.between(least, most)
    if form < 0.65 or n > len(moments):
        return {"count": (n, n)}
    items = tuple(moments[i] for i in _choose(n, len(moments), scenario.ordered, draws))
    return {"count": (n, n), "items": items, "item_word": word}


def _film(latent: Latent, scenario: Scenario, words: Material, draws: Draws, hard: bool) -> Changes:
    """Draw length, shots, sound and subtitles of one film, or number and length of several."""
    dimension = latent.dimension
    audio: tuple[Any, ...] = draws.pick(scenario.sound)
    if dimension == "amount":
        n = draws.between(11, 14) if hard else draws.between(2, 8)
        each = Duration(float(draws.pick(EACH_SECONDS)), "each")
        return {"count": (n, n), "duration": each, "audio": tuple(a for a in audio if a == "bgm")}
    changes: Changes = {"audio": audio, "subtitle": draws.chance(scenario.subtitle)}
    if latent.upload == "footage":
        return _recut(changes, draws, hard)
    if latent.topic and "bgm" in audio and draws.chance(scenario.song):
        changes["upload"] = "song"
    if dimension in ("duration", "creative", "match"):
        changes["duration"] = Duration(float(draws.pick(HARD_SECONDS if hard else SECONDS)))
        return changes
    if dimension == "variety":
        n = draws.between(11, 14) if hard else draws.between(4, 8)
        changes["shots"] = n
        if hard or draws.chance(0.4):
            changes["duration"] = Duration(float(n * draws.pick((6, 7, 8) if hard else SHOT_SECONDS)))
        return changes
    return changes | _storyboard(latent, scenario, words, audio, draws, hard)


def _recut(changes: Changes, draws: Draws, hard: bool) -> Changes:
    """Draw a film from footage that the user brings: longer than the film, to be cut, or shorter, to be slowed down."""
    changes["upload"] = "footage"
    if not hard and draws.chance(0.3):
        seconds = draws.pick(STRETCHED_SECONDS)
        return changes | {"upload": "short", "duration": Duration(float(seconds)), "audio": ()}
    if draws.chance(0.4):
        changes["audio"] = ()
    return changes | {"duration": Duration(float(draws.pick(HARD_SECONDS if hard else SECONDS)))}


def _storyboard(
    latent: Latent, scenario: Scenario, words: Material, audio: tuple[str, ...], draws: Draws, hard: bool
) -> Changes:
    moments, lines = _pool(scenario, latent, words)
    most = len(moments) if hard else min(len(moments), 8 if latent.same else 12)
    n = draws.between(min(11, most) if hard else 3, most)
    n = len(moments) if scenario.about == "steps" else n  # a tutorial without one of its steps is of no use
    chosen = _choose(n, len(moments), scenario.ordered, draws)
    changes: Changes = {"shots": n, "items": tuple(moments[i] for i in chosen)}
    if "tts" in audio and lines and draws.chance(0.7):
        changes["lines"] = tuple(lines[i] for i in chosen)
    if hard or draws.chance(0.45):
        changes["duration"] = Duration(float(n * draws.pick((6, 7, 8) if hard else SHOT_SECONDS)))
    if latent.same == ("object",) and draws.chance(scenario.upload):
        changes["upload"] = "picture"
    return changes


def _size(scenario: Scenario, draws: Draws, exact: bool) -> Size | None:
    u = draws.unit()
    if scenario.pixels and u < 0.15 and exact:
        return Size(*draws.pick(scenario.pixels), exact=True)
    if scenario.ratios and u < 0.7:
        return Size(*draws.pick(scenario.ratios))
    return None
