"""Polishing a prompt: tidy it, add what the generator needs, and fit it into a length without losing its facts."""

from __future__ import annotations

import re
from typing import Any

import orjson

from visgenenv.tools.simulators.prose import MARKS, Lang, clip, numbered, sentences

_FACT = re.compile(r"[“\"「《][^”\"」》\n]{1,40}[”\"」》]|\d+(?:[.,:×*/]\d+)*%?|\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_WORDS = (
    "A An And As At But By For From He Her His I If In It Its Keep Make No Not Of On One Or Our She So Some That The"
    " Their Then There These They This Those To Two Use We When While With You Your"
)
_PLAIN = frozenset(_WORDS.split())
"""Capitalised at the start of a sentence, but no names."""
_ASKED = re.compile(
    r"\b(?:add|include|mention|with)\s+((?:(?! and (?:keep|make|use|do|remove|change)\b)[^.;,\n]){2,120})|(?:加入|加上|添加|增加|包含|突出)([^。,;\n\uff0c\uff1b]{1,60})",
    re.IGNORECASE,
)
_SHORTER = re.compile(r"\b(?:short(?:er|en)?|concise|brief|trim)\b|简短|精简|缩短|简洁", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def facts(text: str) -> list[str]:
    """Return the names and numbers of a text, in order: figures, quoted words, capitalised words that may be names."""
    return [fact for fact in dict.fromkeys(_FACT.findall(text)) if fact not in _PLAIN]


def refine(
    text: str, *, lang: Lang, limit: int, style: str, instruction: str, craft: list[str], first: int
) -> tuple[str, list[str]]:
    """Return the polished text, at most `limit` characters long, and up to five notes on what was done.

    `craft` are the phrases the target generator profits from; `first` says with which of them to begin.
    """
    body, shots = _SPACES.sub(" ", text).strip(), _shots(text)
    notes = [_NOTES[lang]["kept"]]
    if shots or len(body) > limit:
        shots = shots or _lines(text)
        shortened = "\n".join(shots) if shots else condense(body, limit)
        if len(shortened) > limit:
            shortened = _with_facts("\n".join(_fit_lines(shots, limit * 4 // 5)), facts(" ".join(shots)), limit)
        if len(body) > limit:
            notes = [_NOTES[lang]["cut"].format(len(body), len(shortened))]
        body = shortened
    additions = [(next(filter(None, match)).strip(), "asked") for match in _ASKED.findall(instruction)]
    if style:
        additions.insert(0, (_STYLE[lang].format(style), "style"))
    if not _SHORTER.search(instruction):
        additions += [(craft[(first + i) % len(craft)], "craft") for i in range(len(craft))]
    for phrase, why in additions:
        longer = _join(body, phrase, lang)
        if len(longer) <= limit and phrase.lower() not in body.lower():
            body = longer
            if _NOTES[lang][why] not in notes:
                notes.append(_NOTES[lang][why])
    return body, notes[:5]


def condense(text: str, limit: int) -> str:
    """Shorten a text to `limit` characters: whole sentences first to last, then the names and numbers left out."""
    kept: list[str] = []
    room = limit * 4 // 5
    for sentence in sentences(text):
        if len(sentence) + 1 <= room:
            kept.append(sentence)
            room -= len(sentence) + 1
    return _with_facts(" ".join(kept) or clip(text, limit * 4 // 5), facts(text), limit)


def _with_facts(short: str, known: list[str], limit: int) -> str:
    """Add to a shortened text the names and numbers it has lost, as far as they fit."""
    missing = [fact for fact in known if fact not in short]
    for fact in missing:
        longer = f"{short.rstrip(MARKS)}, {fact}"
        if len(longer) <= limit:
            short = longer
    return short


def _lines(text: str) -> list[str]:
    """Return a text's opening and its numbered shots, one line each, or nothing if no shots are numbered."""
    opening, shots = numbered(text)
    return [*([opening] if opening else []), *(f"{i}. {shot}" for i, shot in enumerate(shots, 1))] if shots else []


def _shots(text: str) -> list[str]:
    """Return one line a shot if the text is a storyboard of tool_video_shot_gen, else nothing."""
    if text.lstrip()[:1] != "{":
        return []
    try:
        shots: Any = orjson.loads(text).get("shots")
        return [f"{shot['shot_id']}. {shot['image_prompt']}" for shot in shots]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _fit_lines(lines: list[str], limit: int) -> list[str]:
    share = max(limit // len(lines) - 1, 1)
    return [clip(line, share) for line in lines]


def _join(body: str, phrase: str, lang: Lang) -> str:
    bare = body.rstrip(MARKS) if body[-1:] not in "!?" else body
    if lang == "zh":
        return f"{bare}\uff0c{phrase}。"
    return f"{bare}{'' if bare[-1:] in '!?' else '.'} {phrase[0].upper()}{phrase[1:]}."


_STYLE = {"en": "{} style", "zh": "{}风格"}
_NOTES = {
    "en": {
        "kept": "kept every word of the source",
        "cut": "shortened from {} to {} characters, names and numbers kept as far as they fit",
        "style": "named the style",
        "asked": "worked in what the instruction asked for",
        "craft": "added what the target generator profits from",
    },
    "zh": {
        "kept": "保留了原文全部内容",
        "cut": "由{}字缩短到{}字\uff0c尽量保留名称与数字",
        "style": "写明了风格",
        "asked": "按修改要求做了补充",
        "craft": "补充了有助于目标工具的描述",
    },
}
