"""Reading a question in free text, English or Chinese, into what is asked: kinds of question, and what each names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.lexicon import find
from visgenenv.tools.simulators.text.prose import language
from visgenenv.tools.simulators.understanding.question_kinds import MEASURES, RATIOS, kinds_in
from visgenenv.types import Lang, Subject

MOST_ASKS = 24
"""So many different things are answered in one call; a question may have 4,000 characters."""

Domain = Literal["image", "video", "audio"]


class Ask(Struct, frozen=True):
    """One thing that is asked. `kind` is a key of `question_kinds.KINDS`, or "exists"; the rest is what the question names."""

    kind: str
    subjects: tuple[Subject, ...] = ()
    groups: tuple[str, ...] = ()
    """Lexicon categories asked about as a whole (`animal`, `person`, …)."""
    scenes: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    lights: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Content words outside the lexicon: nothing of the kind can be drawn."""
    quoted: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    """Sizes and ratios named: "1024x1024", "16:9"."""
    counted: bool = False
    """Whether the numbers of the subjects are meant ("are there two foxes", not "are there foxes")."""
    yes_no: bool = False

    @property
    def names_something(self) -> bool:
        """Whether anything is named that can be there or not."""
        return any(getattr(self, name) for name in _NAMED)


class Questions(Struct, frozen=True, eq=False):
    """All that a text asks, in its order. `open` says that something was asked that no kind covers."""

    lang: Lang
    asks: tuple[Ask, ...] = ()
    open: bool = False


_NAMED = ("subjects", "groups", "scenes", "styles", "lights", "colours", "words", "quoted")
_ENTITY_KINDS = frozenset({"exists", "match", "count", "colour", "where"})
_SPECIAL_COUNTS = frozenset({"shots", "tempo", "rate", "length", "size", "text", "speech", "vocals", "language"})
_ASSET = re.compile(r"(?:asset://)?\b(?:img|vid|aud|txt|sub|doc)_[0-9a-z]{4,200}(?:\.[a-z0-9]{2,4})?")
_QUOTE = re.compile(r"[\"“「『]([^\"”」』\n]{1,80})[\"”」』]")
_MARK = "\ue000"
_CLAUSE = re.compile(
    r"[,;?!\uff0c\u3002\uff1b\uff1a\uff1f\uff01\n]+|[.:](?=\s|$)|以及|并且|还有|另外|同时"
    r"|\b(?:and|but|or)\b(?=\s+(?:how|what|which|where|who|when|is|are|does|do|has|have|was|were|whether|if|check|tell|list|describe)\b)",
)
_YES_NO = re.compile(
    r"^\W{0,4}(?:please )?(?:is|are|was|were|does|do|did|has|have|can|could|will|any)(?:n't)?\b|\b(?:whether|verify|confirm"
    r"|make sure|ensure|is there|are there|(?:check|see|tell me) (?:if|that)|if (?:there|the|it|they|any)|contains?|includes?|visible)\b"
    r"|吗|是否|有没有|是不是|有无|能否|能不能|确认|包含|出现",
)
_WH = re.compile(r"\b(?:what|which|how|where|who|whose|when|why)\b|什么|哪|怎|多少|几[个只秒]|谁|为何")
_NUMBERED = re.compile(
    r"\b(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:exactly|only|just) (?:one|an?))\b"
    rf"|[二两三四五六七八九十\d][{MEASURES}]",
)
_SPELLING = re.compile(r"\btypos?\b|\bspell|错别字")
_SIZE = re.compile(rf"(?<!\d)(?:{RATIOS})(?!\d)|" r"\b\d{2,5} ?[x×*] ?\d{2,5}\b")
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|he|she|him|her|those|these)\b|它|他|她|其|[\u3400-\u9fff]")
"""Chinese leaves the pronoun out, so that any Chinese clause may speak of what the one before it named."""
_ASKING = re.compile(
    r"有没有|是不是|能不能|是否|有无|能否|请问|请|确认|检查|包含|出现|存在|符合|匹配|描述|提示词|满足|体现|对应|按照|看得?到|可以|画面|图片|[这那]?张?图(?=[里中上内是有符])|[这那]张|照片|要求|风格|标题|视频|影片|音频|哪里|哪儿|哪边|位置|颜色"
    r"|什么|多少|数量|一下|吗|呢|里面?|几(?=[只个条头匹辆])"
)
_GROUPS = {
    "animal": re.compile(r"\banimals?\b|\bcreatures?\b|动物"),
    "person": re.compile(r"\bpeople\b|\bpersons?\b|\bhumans?\b|人物|人类|几个?人|多少人|有人"),
    "vehicle": re.compile(r"\bvehicles?\b|交通工具|车辆"),
    "building": re.compile(r"\bbuildings?\b|建筑"),
    "plant": re.compile(r"\bplants\b|植物"),
    "food": re.compile(r"\bfoods?\b|食物|食品"),
    "object": re.compile(r"\bproducts?\b|产品|商品"),
}
_PLAIN_WORDS = """
there any some see seen visible present appear appears appearing contain contains containing include includes including picture
image photo video film clip audio recording frame frames shown showing shows tell check verify confirm make sure ensure whether
if please can could know think look looks like also really actually clearly anywhere somewhere something anything else thing
things well yes no answer question first second third last foreground main whole entire asset file following given
animal animals creature creatures people persons human humans vehicle vehicles building buildings plants food foods product
products two three four five six seven eight nine ten exactly readable legible clear color
colors colour colours same still let want match matches matching need needs needed us briefly detail details between across every
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())


@lru_cache(maxsize=2048)
def route(text: str, asked: str, domain: Domain) -> Questions:
    """Return what a text asks about an asset of a domain; linear in its length, and it never raises.

    Args:
        text: The question, or several.
        asked: Language of the answer: "en", "zh", or "auto" for the question's own.
        domain: In a picture, "shot" is no kind of question.

    Example:
        >>> [ask.kind for ask in route("How many foxes are there, and what text is shown?", "auto", "image").asks]
        ['count', 'text']
    """
    text = _ASSET.sub(" ", text)
    quotes = [quote.strip() for quote in _QUOTE.findall(text)]
    lang = language(text, asked)
    asks: dict[Ask, None] = {}
    latest: list[Ask] = []
    unclear = False
    for clause in _CLAUSE.split(_QUOTE.sub(f" {_MARK} ", text).lower()):
        n_quotes = clause.count(_MARK)
        quoted, quotes = tuple(quotes[:n_quotes]), quotes[n_quotes:]
        if not clause.strip() or len(asks) >= MOST_ASKS:
            continue
        found, rest_is_open = _read(clause, quoted, domain, latest)
        if found:
            latest, unclear = found, unclear or rest_is_open
        elif latest and latest[-1].kind in _ENTITY_KINDS:
            latest = _continued(latest, _named(clause, quoted, latest[-1].kind))
            for ask in latest:
                asks.pop(next((old for old in asks if old.kind == ask.kind), ask), None)
        else:
            unclear = unclear or bool(_WH.search(clause) or _YES_NO.search(clause))
        asks.update(dict.fromkeys(latest))
    return Questions(lang, tuple(asks)[:MOST_ASKS], unclear)


def _read(clause: str, quoted: tuple[str, ...], domain: Domain, before: list[Ask]) -> tuple[list[Ask], bool]:
    """Return what one clause asks, in the order of its words, and whether that leaves something of it open."""
    at = kinds_in(clause)
    if domain == "image":
        at.pop("shots", None)
        if "speech" in at and (quoted or "text" in at):  # a picture "says" what is written in it
            at["text"] = min(at.pop("speech"), at.get("text", len(clause)))
    yes_no = bool(_YES_NO.search(clause)) and not _WH.search(_ASKING.sub("", clause))
    if not at and not yes_no:
        return [], False
    named = _named(clause, quoted, "exists")
    if before and before[-1].kind == "match" and named.names_something and not yes_no and not _WH.search(clause):
        return [], False  # a description goes on
    kinds = _without_doubles(at, named, clause)
    if "speech" in kinds:  # "the speaker says" is about a voice
        named = replace(named, subjects=tuple(one for one in named.subjects if one.name != "smart speaker"))
    rest = _not_covered(named, kinds) if yes_no and not {"match", "count"} & kinds.keys() else Ask("exists")
    if rest.names_something:
        kinds["exists"] = -1
    if before and before[-1].kind in _ENTITY_KINDS and not (named.subjects or named.groups):
        named, rest = _about_the_same(clause, before[-1], named, rest)
    qualified = yes_no and bool(named.words) and bool(kinds) and not {"exists", "match", "count"} & kinds.keys()
    qualified = qualified or ("text" in kinds and bool(_SPELLING.search(clause)))
    asks = []
    for kind in sorted(kinds, key=kinds.__getitem__):
        about = rest if kind == "exists" else named
        words = about.words if kind in ("exists", "match") or (kind == "count" and not about.subjects) else ()
        asks.append(replace(about, kind=kind, words=words, yes_no=yes_no and not qualified))
    return asks, qualified  # "is the music slow": neither Yes nor No can be said to that


def _about_the_same(clause: str, last: Ask, named: Ask, rest: Ask) -> tuple[Ask, Ask]:
    """Let a clause that says "it" or "they" speak of what the one before it named."""
    if not _PRONOUN.search(clause):
        return named, rest
    if rest.colours and len(last.subjects) == 1:  # "is it red?"
        known, (colour, *others) = last.subjects[0], rest.colours
        rest = replace(rest, subjects=(Subject(known.name, 1, colour),), colours=tuple(others))
    return replace(named, subjects=last.subjects, groups=last.groups), rest


def _without_doubles(at: dict[str, int], named: Ask, clause: str) -> dict[str, int]:
    """Drop the kinds that only help another one along: "how many shots" counts shots, not what is seen."""
    kinds = dict(at)
    if len(kinds) > 1 and clause.startswith(("audio", "音频"), kinds.get("sound", len(clause))):
        kinds.pop("sound")  # "transcribe the audio" asks for no more than the words
    if _SPECIAL_COUNTS & kinds.keys() and not named.subjects and not named.groups:
        kinds.pop("count", None)
    drops = {
        "camera": ("shots", "action"), "genre": ("style", "music"), "vocals": ("music", "speech"), "tempo": ("music",),
        "language": ("speech", "text"), "shots": ("scene",), "match": ("describe", "subject", "text", "compare"),
        "reference": ("match", "compare"), "same": ("match", "subject", "compare", "shots"), "count": ("subject",),
    }  # fmt: skip
    for kind, dropped in drops.items():
        if kind in kinds:
            for other in dropped:
                kinds.pop(other, None)
    if len(kinds) > 1:
        kinds.pop("describe", None)
    if "subject" in kinds and len(kinds) > 1 and named.subjects:
        kinds.pop("subject")
    return kinds


def _not_covered(named: Ask, kinds: dict[str, int]) -> Ask:
    """Return what a yes/no question names beyond what its other kinds will answer."""
    covers = {
        "subjects": {"colour", "where", "same", "reference"}, "groups": {"colour", "where", "same", "subject", "vocals", "speech", "music", "sound"},
        "scenes": {"scene"}, "styles": {"style", "genre"}, "lights": {"light"}, "colours": {"colour"},
        "words": set(kinds), "quoted": {"text", "speech"},
    }  # fmt: skip
    gone: dict[str, tuple[()]] = {name: () for name, by in covers.items() if by & kinds.keys()}
    return replace(named, **gone)


@lru_cache(maxsize=2048)
def _named(clause: str, quoted: tuple[str, ...], kind: str) -> Ask:
    """Return what a clause names: things of the lexicon, groups of them, and words for what cannot be drawn."""
    found = find(_ASKING.sub(" ", clause.replace(_MARK, " ")))
    groups = tuple(name for name, pattern in _GROUPS.items() if pattern.search(clause))
    subjects = list(found.subjects) + [Subject(name) for name in found.excluded]
    subjects = [one for one in subjects if not (one.name == "person" and "person" in groups)]
    loose = [colour for colour in found.colours if all(one.colour != colour for one in subjects)]
    if loose and len(subjects) == 1 and not subjects[0].colour:
        subjects = [Subject(subjects[0].name, subjects[0].count, loose.pop(0))]
    words = [word for word in found.unknown if word not in _PLAIN and not _asks(word)]
    return Ask(
        kind, tuple(subjects), groups, found.scenes, found.styles, found.lights, tuple(loose), tuple(words), quoted,
        tuple(_SIZE.findall(clause)), counted=bool(_NUMBERED.search(clause)),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _asks(word: str) -> bool:
    """Whether a word tells what is asked, so that it names nothing to be looked for."""
    return bool(kinds_in(word)) or any(pattern.search(word) for pattern in _GROUPS.values())


def _continued(latest: list[Ask], more: Ask) -> list[Ask]:
    """Let a clause without a question of its own go on with the last one: "is there a fox, a bear, a bee"."""
    last = latest[-1]
    both: dict[str, Any] = {name: tuple(dict.fromkeys(getattr(last, name) + getattr(more, name))) for name in _NAMED}
    if last.kind not in ("exists", "match"):
        both["words"] = last.words
    return [*latest[:-1], replace(last, **both, counted=last.counted or more.counted)]
