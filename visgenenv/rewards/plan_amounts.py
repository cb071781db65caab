"""How many calls a step of a plan stands for, where only its words say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil

from msgspec import Struct

from visgenenv.rewards.families import FAMILIES, family_of
from visgenenv.rewards.plans import PlanStep
from visgenenv.types import Task

_READ = 600
"""Characters of a step that are read for amounts."""
MAX_TIMES = 1_000
"""More calls to a step are read as so many."""
_CLIP_SECONDS = 8.0
"""Longest clip of the fastest way to film (Veo 3); a film of no stated number of shots has at least so few."""

_ONCE = frozenset({"composite", "music", "subtitle", "tts_composite", "audio_edit", "pipeline", "trim", "speed",
                   "postprocess", "script", "shots", "polish", "script_merge", "summary", "refine", "page", "search",
                   "inspire", "todo", "llm", "beats"})  # fmt: skip
"""Families that are called once, unless the words say once for every film, clip or time."""

_TIMES = re.compile(r"(?:[×✕*]\s*(\d{1,3})|(?<![a-z0-9])x\s?(\d{1,3})(?![\dx])|(?<![\d:x])(\d{1,3})\s?[×✕x](?![a-z0-9])|(\d{1,3})\s*(?:times|calls)\b|(\d{1,3})\s*次)", re.I)  # fmt: skip
_EACH = re.compile(
    r"\b(?:each|every|per|for all|all (?:the )?(?:shots|scenes|panels|pictures|images|keyframes|frames|poses|pages|lines|items|views|skins)|one by one|"
    r"respectively|individually|separately)\b|每一?[个张幅条支段页枚镜帧款句]|每[个一]|逐[个一张幅页镜条段句]|分别|各自|各(?:个|张|幅|生成|一)|依次",
    re.I,
)
_PER_FILM = re.compile(
    r"\b(?:each|every|per)\s+(?:\w+\s+)?(?:films?|videos?|cuts?)\b|每[个支条部](?:影片|视频|成片|短片)", re.I
)
_PER_CLIP = re.compile(
    r"\b(?:each|every|per)\s+(?:\w+\s+)?(?:clips?|shots?|scenes?|segments?)\b|每[个一]?(?:视频)?(?:片段|分镜|镜头|段)",
    re.I,
)
_NUMBER_WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_CHINESE_DIGITS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_THINGS = (
    r"images?|pictures?|photos?|frames?|key-?frames?|clips?|shots?|scenes?|illustrations?|panels?|pages?|posters?|icons?|banners?|avatars?|"
    r"stickers?|emojis?|covers?|videos?|films?|versions?|variants?|variations?|concepts?|poses?|actions?|lines?|voices?|edits?|views?|skins?|segments?|references?|sheets?|renders?|drawings?|designs?|portraits?"
)
_COUNTED = re.compile(
    rf"(?<![\w:.-])(\d{{1,3}}|{'|'.join(_NUMBER_WORDS)})\s+(?:\w+(?:[- ]\w+)?\s+){{0,3}}?(?:{_THINGS})\b"
    r"|(?<![第\d:.])(\d{1,3}|[一两二三四五六七八九]?十?[一两二三四五六七八九十])\s*(?:张|幅|个|段|条|页|枚|支|帧|镜|款|句|组)(?!半)",
    re.I,
)
_LENGTHS = re.compile(r"\d+(?:\.\d+)?\s*[-–]?\s*(?:seconds?|secs?|s|minutes?|min|px|pixels|p|k|fps)\b|\d+\s*(?:秒|分钟|像素)|\d+\s*[::x×*]\s*\d+(?=\D|$)(?!\s*(?:times|次))", re.I)  # fmt: skip


_PURPOSE = re.compile(
    r"(?:\b(?:so that|so as to|in order to|to (?:keep|ensure|make sure|guarantee|stay|anchor|unify)|as (?:a |the )?reference for|which (?:keeps|ensures))\b|[,，;]?(?:确保|保证|以便|用于|以保持|作为后续|供后续|使后续))[^.;。;]*",
    re.I,
)
"""Says what a step is good for later, not how often it is done."""


class Amounts(Struct, frozen=True):
    """What "each" means in a task: how many items (pictures or shots of a film) and how many films there are."""

    items: int = 1
    films: int = 1

    @staticmethod
    def of(task: Task) -> Amounts:
        """Return the amounts of a task."""
        if task.modality == "image":
            return Amounts(task.count[0], 1)
        films = max(1, task.count[0])
        shots = task.shots
        if shots is None:
            seconds = task.duration.seconds if task.duration else 0.0
            if task.duration and task.duration.scope == "total":
                seconds /= films
            shots = max(1, ceil(seconds / _CLIP_SECONDS - 1e-9))
        return Amounts(shots * films, films)


def times_of(text: str, family: str, amounts: Amounts, before: Sequence[PlanStep] = ()) -> int:
    """Return the calls that the words of a step stand for.

    Args:
        text: Of the step, in compatibility form (full-width characters folded).
        family: Of its tool.
        amounts: What "each" means.
        before: The steps before it: "each keyframe" are as many as there are keyframes.

    Example:
        >>> times_of("animate each keyframe", "image2video", Amounts(8)), times_of("生成6张关键帧", "text2image", Amounts(8))
        (8, 6)
        >>> times_of("join all the clips", "composite", Amounts(8))
        1
    """
    said = _PURPOSE.sub(" ", _LENGTHS.sub(" ", text[:_READ]))
    times = _TIMES.search(said)
    if times:
        return max(1, int(next(group for group in times.groups() if group)))
    if family in _ONCE:
        if _PER_CLIP.search(said):
            return amounts.items
        return amounts.films if _PER_FILM.search(said) else 1
    counted = _COUNTED.search(said)
    if counted and not (_EACH.search(said[: counted.start()]) and _value(counted) == 1):
        n = _value(counted)
        if n > 1 or not _EACH.search(said):
            return n
    if _EACH.search(said):
        return max(_latest(family, before), amounts.items)
    return 1


def yield_of(text: str) -> int:
    """Return how many things the words of a step say it makes; 0 if they do not say.

    >>> yield_of("Draw all icons on one sheet"), yield_of("生成四张海报"), yield_of("Draw the pictures")
    (1, 4, 0)
    """
    counted = _COUNTED.search(_PURPOSE.sub(" ", _LENGTHS.sub(" ", text[:_READ])))
    return _value(counted) if counted else 0


def _value(match: re.Match[str]) -> int:
    word = (match[1] or match[2]).lower()
    if word.isdecimal():
        return max(1, int(word))
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS.index(word) + 1
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return _CHINESE_DIGITS.get(word, 1)
    return _CHINESE_DIGITS.get(tens, 1) * 10 + _CHINESE_DIGITS.get(ones, 0)


def _latest(family: str, before: Sequence[PlanStep]) -> int:
    """Return how many of what this family takes the latest step that makes it will make, if several."""
    known = FAMILIES.get(family)
    kinds = {kind for need in known.takes for kind in need} if known else set()
    for step in reversed(before):
        made = FAMILIES.get(family_of(step.tool))
        if made and made.gives in kinds and step.n > 1:
            return step.n
    return 1
