"""The words of a script: narrations as long as a speaker needs, made of leads, points and thoughts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from msgspec import Struct

from visgenenv.tools.simulators.text.prose import Lang, clip_words, length
from visgenenv.tools.spec import ToolSpec

_POINT_LENGTH = {"en": 30, "zh": 60}
_THIN = {"en": 5, "zh": 8}
"""Below so many words a scene, the narration is one text parted over the scenes."""
_CLAUSE_END = re.compile(r"[,;:\uff0c\uff1b\uff1a、]")


class Words(Struct, frozen=True, eq=False):
    """The script document's words in one language, ready to be written with. A key by identity."""

    speech_rate: float
    beats: dict[str, list[str]]
    leads: dict[str, list[str]]
    visuals: dict[str, list[str]]
    views: list[str]
    kinds: dict[str, str]
    thoughts: list[tuple[str, int]]
    """Sentences that say something of any subject, each with its length; long enough for ten minutes unrepeated."""
    pads: list[list[str]]
    """Short sentences by their length."""


@lru_cache(16)
def words_of(spec: ToolSpec, lang: Lang) -> Words:
    """Return the words of a script document, compiled once."""
    return compile_words(spec.tables, lang)


def compile_words(tables: dict[str, Any], lang: Lang) -> Words:
    """Compile the word tables of the script document."""
    turns, thoughts = tables["turns"][lang], tables["thoughts"][lang]
    bank = [_sentence("", thought, lang) for thought in thoughts]
    for round_ in range(len(turns)):
        bank += [_sentence(turns[(round_ + i) % len(turns)], thought, lang) for i, thought in enumerate(thoughts)]
    return Words(
        tables["speech_rate"][lang],
        {kind: rows[lang][::2] for kind, rows in tables["leads"].items()},
        {kind: rows[lang][1::2] for kind, rows in tables["leads"].items()},
        {kind: rows[lang] for kind, rows in tables["visuals"].items()},
        tables["views"][lang],
        tables["kinds"][lang],
        [(sentence, length(sentence, lang)) for sentence in bank],
        tables["pads"][lang],
    )


def _sentence(turn: str, thought: str, lang: Lang) -> str:
    if lang == "zh":
        return f"{turn}{thought}。"
    return f"{turn} {thought}." if turn else f"{capital(thought)}."


class Point(Struct, frozen=True):
    """What one scene must tell: what is seen, what is said (what is seen if nothing is), whether it names its figure."""

    seen: str
    said: str
    whole: bool = False


def place(i: int, n: int, beats: int) -> int:
    """Return which of `beats` steps of the tale scene `i` of `n` tells: the first one opens it, the last one ends it."""
    return (2 * i * (beats - 1) + n - 1) // (2 * (n - 1)) if n > 1 else 0


def _again(subject: str) -> str:
    """Name a subject that is known by now: `a fox` becomes `the fox`."""
    article, _, rest = subject.partition(" ")
    return f"the {rest}" if article.lower() in ("a", "an") and rest else subject


def narrate(
    words: Words,
    subject: str,
    own: list[list[Point]],
    total: int,
    kind: str,
    lang: Lang,
    first: int,
) -> list[str]:
    """Write one narration a scene, together `total` words (English) or characters (Chinese) long, or nearly."""
    n = len(own)
    lines = [[_line(point.said or point.seen, lang) for point in scene] for scene in own]
    pen = _Pen(words, lang, first)
    if total < _THIN[lang] * n:
        return _thin(pen, subject, [line for scene in lines for line in scene], total, n)
    leads, narrations, spent = words.leads[kind], [], 0
    for i in range(n):
        beat = place(i, n, len(leads))
        lead = (
            leads[beat].format(s=_again(subject) if i else subject)
            if i == 0 or beat != place(i - 1, n, len(leads))
            else ""
        )
        room = total * (i + 1) // n - spent
        wanted = sum(length(line, lang) for line in lines[i])
        room = max(room, min(wanted, total - spent - 2 * (n - 1 - i)))
        text, used = pen.write(capital(lead), lines[i], room, last=i == n - 1)
        narrations.append(text)
        spent += used
    return narrations


class _Pen:
    """Writes narrations one after the other, never the same thought twice while there are others."""

    def __init__(self, words: Words, lang: Lang, first: int):
        self.words, self.lang = words, lang
        self.joint = " " if lang == "en" else ""
        self.at = first * 7

    def write(self, lead: str, lines: list[str], room: int, last: bool) -> tuple[str, int]:
        """Return a text of `room` words or a little less (exactly so many in the last scene), and its length."""
        kept, left = self.fitting(lines, room)
        size = length(lead, self.lang) if lead else 0
        if lead and size <= left:
            kept.insert(0, lead)
            left -= size
        thoughts, pads = self.words.thoughts, self.words.pads
        longest = len(pads) - 1
        while left > (longest if last else 6):
            thought, size = thoughts[self.at % len(thoughts)]
            if size > left:
                break
            self.at += 1
            kept.append(thought)
            left -= size
        while left > 1 and (last or not kept):
            size = min(left, longest)
            kept.append(pads[size][self.at % len(pads[size])])
            self.at += 1
            left -= size
        return self.joint.join(kept), room - left

    def fitting(self, lines: list[str], room: int) -> tuple[list[str], int]:
        """Return the lines that fit, a long one cut where a clause ends, and how much room is left."""
        kept = []
        for line in lines:
            line = shortened(line, room, self.lang)
            if line:
                kept.append(line)
                room -= length(line, self.lang)
        return kept, room


def _thin(pen: _Pen, subject: str, lines: list[str], total: int, n: int) -> list[str]:
    """Part one short text over more scenes than it has sentences."""
    opening = clip_words(_closed(capital(subject), pen.lang), total, pen.lang)
    text, _ = pen.write(opening, lines, total, last=True)
    units = text.split() if pen.lang == "en" else list(text)
    count = len(units)
    return [pen.joint.join(units[i * count // n : (i + 1) * count // n]) for i in range(n)]


def _line(text: str, lang: Lang) -> str:
    """Return what a narrator says of one point, in a sentence."""
    limit = _POINT_LENGTH[lang]
    return _closed(capital(shortened(text, limit, lang) or clip_words(text, limit, lang)), lang)


def shortened(text: str, room: int, lang: Lang) -> str:
    """Cut a text to a length at the end of a sentence or clause; nothing if not even its first clause fits."""
    if length(text, lang) <= room:
        return text
    ends = [match.start() for match in _CLAUSE_END.finditer(text, 0, 40 * max(room, 1))]
    for end in reversed(ends):
        if length(text[:end], lang) <= room:
            return _closed(text[:end], lang)
    return ""


def _closed(text: str, lang: Lang) -> str:
    if not text or text[-1] in '.!?。\uff01\uff1f:”"':
        return text
    return text.rstrip(",;、\uff0c\uff1b") + ("." if lang == "en" else "。")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
