"""Reading what the single pictures or shots of a request show: numbered lists, named shots, enumerations."""

from __future__ import annotations

import re

from msgspec import Struct

from visgenenv.policies.expert_amounts import NUMBER_EN, NUMBER_ZH, number

_MARKS = (
    re.compile(r"\*{0,2}(?:Shot|Scene|Frame|Page|Panel)\s?\d{1,2}\s?[:.]\s*", re.IGNORECASE),
    re.compile(
        r"\*{0,2}(?:镜头|画面|分镜|场景|第)\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:个?(?:镜头?|幕|页|格|场))?\s?:\s*"
    ),
    re.compile(r"(?:^|\n|(?<=[\s。.;:]))[ \t]*(?:[-*]\s*)?\(\d{1,2}\)\s*"),
    re.compile(r"(?:^|\n)[ \t]*(?:[-*]\s*)?\d{1,2}[.、)]\s+"),
    re.compile(r"(?:^|\n)[ \t]*\[\d{1,2}\]\s*"),
    re.compile(r"\n[ \t]*[-*•]\s+"),
)
_SAID = re.compile(
    r"(?:Voice|Line|Voice-?over|Narrator|Dialogue|配音|台词|旁白|对白)\s?:\s*[\"“「]([^\"”」\n]{1,400})[\"”」]"
)
_ENUMERATION_EN = re.compile(
    r"(?:\b(?:include|including|cover|following|these|each|are)\b[^.:\n]{0,80}:)\s*([^.\n]*(?:,| and )[^.\n]*)",
    re.IGNORECASE,
)
_ENUMERATION_ZH = re.compile(
    r"(?:包括|包含|分别是|分别为|依次为|以下|如下)(?:[^:。、\n]{0,12}:)?([^:。\n]+、[^。\n]+)|[^,。:\n]{2,10}:([^:。\n]+、[^。\n]+)|有([^:。,\n]+、[^。,\n]+),[各每]"
)
_EACH_EN = re.compile(rf"\b({NUMBER_EN})\s+(?:[\w-]+\s+){{1,4}}?(?:for\s+)?each\b", re.IGNORECASE)
_EACH_ZH = re.compile(rf"(?:各|每种|每个|每款|每类)\s?({NUMBER_ZH})\s?(?:张|幅|个|枚|页|款|条)")


class Item(Struct, frozen=True):
    """One picture or shot: what it shows, and what is said in it."""

    text: str
    line: str = ""


class Listing(Struct, frozen=True):
    """The items of a request, how many of each are wanted, and the rest of the text."""

    items: tuple[Item, ...]
    each: int
    premise: str


def read_items(text: str) -> Listing:
    """Split a request into its items and its premise."""
    for mark in _MARKS:
        found = list(mark.finditer(text))
        if len(found) >= 2:
            return _marked(text, found)
    return _enumerated(text)


def _marked(text: str, marks: list[re.Match[str]]) -> Listing:
    """Cut the text at its marks; the last item ends with its line."""
    ends = [mark.start() for mark in marks[1:]]
    rest = text.find("\n", marks[-1].end())
    ends.append(len(text) if rest < 0 else rest)
    items = tuple(_item(text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True))
    premise = f"{text[: marks[0].start()]}\n{text[ends[-1] :]}".strip()
    return Listing(items, _each(premise), premise)


def _item(text: str) -> Item:
    line = _SAID.search(text)
    shown = _SAID.sub("", text) if line else text
    return Item(re.sub(r"\*+|\s+", " ", shown).strip(" .。;-"), line[1].strip() if line else "")


def _enumerated(text: str) -> Listing:
    match = _ENUMERATION_EN.search(text) or _ENUMERATION_ZH.search(text)
    if match is None:
        return Listing((), 1, text)
    listed = next(group for group in match.groups() if group)
    if "、" in listed:
        names = (listed.partition(",")[0] if _EACH_ZH.search(listed) else listed).split("、")
    else:
        names = _split_en(listed)
    items = tuple(Item(name.strip(" .")) for name in names if name.strip(" ."))
    premise = f"{text[: match.start()]} {text[match.end() :]}".strip()
    return Listing(items, _each(text), premise)


def colon_list(premise: str, n: int) -> Listing | None:
    """Find "…: a, b, c." where exactly the `n` things are named that the request counts."""
    for match in re.finditer(r":\s*([^.。:\n]{5,800})", premise):
        listed = match[1]
        names = listed.split("、") if "、" in listed else _split_en(listed)
        if len(names) == n:
            rest = f"{premise[: match.start()]}. {premise[match.end() :]}".strip()
            return Listing(tuple(Item(name.strip()) for name in names), 1, rest)
    return None


def _split_en(listed: str) -> list[str]:
    """Split "a, b, and c" or "a, b and c"; an "and" inside a name ("black and white") stays."""
    *first, last = re.split(r",\s*", listed)
    if last.startswith("and "):
        return [*first, last[4:]]
    return [*first, *re.split(r"\s+and\s+(?!white\b)", last)]


def _each(text: str) -> int:
    match = _EACH_ZH.search(text) or _EACH_EN.search(text)
    return number(match[1]) if match else 1
