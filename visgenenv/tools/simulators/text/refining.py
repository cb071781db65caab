"""Polishing a prompt: tidy it, add what the generator needs, and fit it into a length without losing its facts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import orjson

from visgenenv.tools.simulators.text.prose import MARKS, Lang, bare_subject, clip, numbered, plain, sentences
from visgenenv.tools.simulators.text.wishes import Wishes, read_wishes, swapped

VARIANTS = 16
"""So many ways to round a prompt off."""
_FACT = re.compile(r"[“\"「《][^”\"」》\n]{1,40}[”\"」》]|\d+(?:[.,:×*/]\d+)*%?|\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_WORDS = (
    "A An And As At But By For From He Her His I If In It Its Keep Make No Not Of On One Or Our She So Some That The"
    " Their Then There These They This Those To Two Use We When While With You Your"
)
_PLAIN = frozenset(_WORDS.split())
"""Capitalised at the start of a sentence, but no names."""
_SPACES = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+([,.;:!?])(?=\s|$)|\s+([,;])(?=\w)")


def facts(text: str) -> list[str]:
    """Return the names and numbers of a text, in order: figures, quoted words, capitalised words that may be names."""
    return [fact for fact in dict.fromkeys(_FACT.findall(text)) if fact not in _PLAIN]


@lru_cache(256)
def refine(
    text: str, lang: Lang, limit: int, style: str, instruction: str, craft: tuple[str, ...], first: int
) -> tuple[str, tuple[str, ...]]:
    """Return the polished text, at most `limit` characters long, and up to five notes on what was done.

    `craft` are the phrases the target generator profits from; `first` says with which of them to begin.
    """
    wishes, known = read_wishes(instruction), _NOTES[lang]
    body, notes = _body(text, lang, limit, wishes)
    for phrase, why in _additions(wishes, style, craft, lang, first):
        if phrase.lower() in body.lower():
            continue
        longer = _join(body, phrase, lang)
        if len(longer) <= limit:
            body = longer
            if known[why] not in notes:
                notes.append(known[why])
    return body, tuple(notes[:5])


def _body(text: str, lang: Lang, limit: int, wishes: Wishes) -> tuple[str, list[str]]:
    """Return the source's own words, tidied and short enough, and what was done to them."""
    known = _NOTES[lang]
    shots = _shots(text)
    whole = _without(swapped(plain(text), wishes.swap), wishes.drop)
    body = _tidied(whole, lang)
    changed = [known["asked"]] if wishes.swap and whole != plain(text) else []
    if not shots and len(body) <= limit:
        return body, [known["kept"], *changed]
    lines = shots or _lines(whole, lang)
    shortened = "\n".join(lines) if lines else condense(body, limit)
    if len(shortened) > limit:
        shortened = _with_facts("\n".join(_fit_lines(lines, limit * 4 // 5)), facts(" ".join(lines)), limit)
    if len(shortened) >= len(body):
        return shortened, [known["kept"], *changed]
    return shortened, [known["cut"].format(len(body), len(shortened)), *changed]


def _tidied(text: str, lang: Lang) -> str:
    """Return a text in one line: without a request's opening, its spaces and its first letter in order."""
    text = _SPACES.sub(" ", text).strip()
    bare = bare_subject(text, lang)
    if not facts(text[: len(text) - len(bare)].partition(" ")[2]):
        text = bare
    if lang == "en":
        text = _BEFORE_MARK.sub(lambda match: f"{match[1]}" if match[1] else f"{match[2]} ", text)
    return text[:1].upper() + text[1:]


def _without(text: str, drop: tuple[str, ...]) -> str:
    """Leave out the clauses that speak of what is not wanted, as long as something is left."""
    if not any(word.lower() in text.lower() for word in drop):
        return text
    clauses = re.split(r"(?<=[,.;!?。\uff0c\uff1b\uff01\uff1f\n])", text)
    kept = "".join([clause for clause in clauses if not any(word.lower() in clause.lower() for word in drop)])
    return kept if kept.strip(MARKS) else text


def _additions(wishes: Wishes, style: str, craft: tuple[str, ...], lang: Lang, first: int) -> list[tuple[str, str]]:
    added = [(_STYLE[lang].format(style), "style")] if style else []
    added += [(phrase, "asked") for phrase in wishes.add]
    added += [(_NONE[lang].format(phrase), "asked") for phrase in wishes.drop]
    if not wishes.shorter:
        added += [(craft[(first + i) % len(craft)], "craft") for i in range(len(craft))]
    return added


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
    short, room = short.rstrip(MARKS) or short, limit - len(short)
    missing: list[str] = []
    for fact in known:
        if len(fact) + 2 <= room and fact not in short:
            missing.append(fact)
            room -= len(fact) + 2
        if room < 3:
            break
    return ", ".join([short, *missing])


def _lines(text: str, lang: Lang) -> list[str]:
    """Return a text's opening and its numbered shots, one line each, or nothing if no shots are numbered."""
    opening, shots = numbered(text)
    opening = bare_subject(opening, lang) if opening else ""
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
    """Cut every line to its share of a length; short lines leave their room to the long ones."""
    room, fitted = limit, dict[int, str]()
    for left, i in enumerate(sorted(range(len(lines)), key=lambda i: len(lines[i]))):
        share = max(room // (len(lines) - left) - 1, 1)
        fitted[i] = clip(lines[i], share)
        room -= len(fitted[i]) + 1
    return [fitted[i] for i in range(len(lines))]


def _join(body: str, phrase: str, lang: Lang) -> str:
    if lang == "zh":
        bare = body.rstrip(MARKS) or body
        return f"{bare}\uff0c{phrase}。"
    bare = body.rstrip(MARKS) if body[-1:] not in "!?" else body
    return f"{bare}{'' if bare[-1:] in '!?' else '.'} {phrase[0].upper()}{phrase[1:]}."


_STYLE = {"en": "{} style", "zh": "{}风格"}
_NONE = {"en": "no {}", "zh": "不出现{}"}
_NOTES = {
    "en": {
        "kept": "kept every fact of the source",
        "cut": "shortened from {} to {} characters, names and numbers kept as far as they fit",
        "style": "named the style",
        "asked": "worked in what the instruction asked for",
        "craft": "added what the target generator profits from",
    },
    "zh": {
        "kept": "保留了原文全部信息",
        "cut": "由{}字缩短到{}字\uff0c尽量保留名称与数字",
        "style": "写明了风格",
        "asked": "按修改要求做了补充",
        "craft": "补充了有助于目标工具的描述",
    },
}
