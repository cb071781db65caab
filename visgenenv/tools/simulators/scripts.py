"""Writing a script: scenes whose narration is as long as a speaker needs, and whose durations add up exactly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from visgenenv.tools.simulators.prose import MARKS, Lang, bare_subject, clip, clip_words, length, sentences

_SUBJECT_LENGTH = {"en": 8, "zh": 14}
_POINT_LENGTH = {"en": 30, "zh": 60}
_THIN = {"en": 5, "zh": 8}
"""Below so many words a scene, the narration is one text parted over the scenes."""


def write_script(
    tables: dict[str, Any],
    *,
    topic: str,
    duration: float,
    kind: str,
    lang: Lang,
    n: int,
    style: str,
    audience: str,
    points: list[str],
    first: int,
) -> dict[str, Any]:
    """Return `title, logline, scenes, word_count` of a script on `topic`.

    Args:
        tables: Of the tool's document: leads, fillers and pads, by language.
        topic: As asked; its first sentence gives the subject, the others become points.
        duration: In seconds.
        kind: The script type.
        lang: Language of our own words.
        n: How many scenes.
        style: Written into every picture.
        audience: Written into the logline.
        points: What must be said, in order.
        first: Which filler to begin with, so that two scripts on one topic differ.
    """
    lines = sentences(topic)
    subject = _subject(lines[0], lang)
    said = [clip_words(point, _POINT_LENGTH[lang], lang) for point in [*lines[1:], *points]]
    total = max(round(duration * tables["speech_rate"][lang]), 1)
    narrations = _narrate(tables, subject, said, total, kind, lang, n, first)
    seconds = share(duration, [length(text, lang) or 1 for text in narrations])
    beats = tables["leads"][kind][lang][::2]
    scenes = [
        {
            "scene_id": i + 1,
            "heading": beats[place(i, n, len(beats))],
            "narration": narrations[i],
            "visual": _visual(subject, _nth(said, i, n) or beats[place(i, n, len(beats))].lower(), style, lang),
            "est_duration": seconds[i],
        }
        for i in range(n)
    ]
    return {
        "title": clip(subject, 60).rstrip(".。") if lang == "zh" else _capital(clip(subject, 60).rstrip(".")),
        "logline": _logline(tables["kinds"][lang][kind], subject, audience, n, lang),
        "scenes": scenes,
        "word_count": sum(len(text.split()) if lang == "en" else sum(map(str.isalnum, text)) for text in narrations),
    }


def share(total: float, weights: list[int]) -> list[float]:
    """Part `total` seconds by weight, in tenths of a second where there is room; the parts add up to it exactly."""
    n, whole = len(weights), sum(weights)
    grid = 10 if total / n >= 0.5 else 1000
    bounds, running = [0], 0
    for i, weight in enumerate(weights[:-1], 1):
        running += weight
        least, most = bounds[-1] + 1, int(total * grid) - (n - i)
        bounds.append(min(max(round(total * grid * running / whole), least), most))
    parts = [(b - a) / grid for a, b in pairwise(bounds)]
    return [*parts, round(total - bounds[-1] / grid, 6)]


def place(i: int, n: int, beats: int) -> int:
    """Return which of `beats` steps of the tale scene `i` of `n` tells: the first one opens it, the last one ends it."""
    return (2 * i * (beats - 1) + n - 1) // (2 * (n - 1)) if n > 1 else 0


def _again(subject: str) -> str:
    """Name a subject that is known by now: `a fox` becomes `the fox`."""
    article, _, rest = subject.partition(" ")
    return f"the {rest}" if article.lower() in ("a", "an") and rest else subject


def _subject(line: str, lang: Lang) -> str:
    bare = bare_subject(line, lang).strip(MARKS)
    for mark in ",;:。\uff0c\uff1b\uff1a":
        head = bare.partition(mark)[0]
        if length(head, lang) >= (2 if lang == "en" else 3):
            bare = head
    return clip_words(bare or line, _SUBJECT_LENGTH[lang], lang)


def _narrate(
    tables: dict[str, Any], subject: str, said: list[str], total: int, kind: str, lang: Lang, n: int, first: int
) -> list[str]:
    """Write `n` narrations that together have `total` words (English) or characters (Chinese)."""
    fillers = _fillers(tables["fillers"][lang], tables["openers"][lang], first, lang)
    pads = tables["pads"][lang]
    if total < _THIN[lang] * n:
        return _thin([f"{subject}{'.' if lang == 'en' else '。'}", *said], fillers, pads, total, lang, n)
    leads = tables["leads"][kind][lang][1::2]
    narrations, spent = [], 0
    for i in range(n):
        beat = place(i, n, len(leads))
        lead = (
            [leads[beat].format(s=_again(subject) if i else subject)]
            if i == 0 or beat != place(i - 1, n, len(leads))
            else []
        )
        own = [said[j] for j in range(len(said)) if j * n // len(said) == i]
        text, used = _fill([*lead, *own], fillers, total * (i + 1) // n - spent, lang)
        spent += used
        narrations.append(text)
    return [*narrations[:-1], _pad(narrations[-1], pads, total - spent, lang)]


def _thin(opening: list[str], fillers: Iterator[str], pads: list[str], total: int, lang: Lang, n: int) -> list[str]:
    text, used = _fill(opening, fillers, total, lang)
    text = _pad(text, pads, total - used, lang)
    units = text.split() if lang == "en" else list(text)
    count = len(units)
    joint = " " if lang == "en" else ""
    return [joint.join(units[i * count // n : (i + 1) * count // n]) for i in range(n)]


def _fill(opening: list[str], fillers: Iterator[str], room: int, lang: Lang) -> tuple[str, int]:
    """Join the opening sentences and then fillers as long as they fit into `room`; return the text and its length."""
    text: list[str] = []
    left = room
    for sentence in opening:
        fitting = _closed(clip_words(sentence, left, lang), lang) if left > 2 else ""
        text.append(fitting)
        left -= length(fitting, lang)
    misses = 0
    while left > 1 and misses < 6:
        filler = next(fillers)
        size = length(filler, lang)
        if size <= left:
            text.append(filler)
            left -= size
        else:
            misses += 1
    joint = " " if lang == "en" else ""
    return joint.join(part for part in text if part), room - left


def _fillers(bank: list[str], openers: list[str], first: int, lang: Lang) -> Iterator[str]:
    """Go round the bank for ever, beginning at `first`; each further round opens its sentences in another way."""
    turn = 0
    while True:
        opener = openers[turn % len(openers)]
        for i in range(len(bank)):
            filler = bank[(first + i) % len(bank)]
            if not opener:
                yield filler
            elif lang == "zh":
                yield opener + filler
            else:
                yield f"{opener} {filler[0].lower()}{filler[1:]}"
        turn += 1


def _pad(text: str, pads: list[str], missing: int, lang: Lang) -> str:
    """Add closing phrases until nothing is missing."""
    while missing > 0:
        size = min(missing, len(pads) - 1)
        text += (" " if lang == "en" and text else "") + pads[size]
        missing -= size
    return text


def _closed(text: str, lang: Lang) -> str:
    if not text or text[-1] in '.!?。\uff01\uff1f:”"':
        return text
    return text.rstrip(",;、\uff0c\uff1b") + ("." if lang == "en" else "。")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _nth(items: list[str], i: int, n: int) -> str:
    """Return the item that belongs to place `i` of `n`, or nothing."""
    return items[i * len(items) // n] if items else ""


def _visual(subject: str, detail: str, style: str, lang: Lang) -> str:
    detail = detail.rstrip(MARKS)
    if lang == "zh":
        return f"{subject}\uff0c{detail}" + (f"\uff0c{style}风格。" if style else "。")
    return f"{_capital(subject)}, {detail}" + (f", {style} style." if style else ".")


def _logline(kind: str, subject: str, audience: str, n: int, lang: Lang) -> str:
    if lang == "zh":
        return f"{f'面向{audience}的' if audience else ''}{kind}\uff1a{subject}\uff0c共{n}个场景。"
    return f"{kind} about {subject}{f' for {audience}' if audience else ''}, told in {n} scene{'s' if n > 1 else ''}."
