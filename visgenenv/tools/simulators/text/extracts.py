"""Taking a text apart for a summary: what it states, whatever its form, and how much each statement matters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import fsum, sqrt
from typing import Any

import orjson
from msgspec import Struct

from visgenenv.tools.simulators.search.ranking import terms
from visgenenv.tools.simulators.text.prose import MARKS, Lang, language, sentences

_CUE = re.compile(r"^(?:\d+|WEBVTT.*|.*\d\d:\d\d[,.]\d{1,3}\s*-->.*)$")
_MARK = re.compile(r"^(?:#{1,6}|[-*•>]|\d{1,2}[.)、])\s+")
_EMPHASIS = re.compile(r"\*\*|__|`")
_SOURCE_LINE = re.compile(r"^(?:—\s.*)?https?://\S+$|^!\[")
_NEXT_PAGE = re.compile(r"^—\s.*https?://\S+\s*$", re.MULTILINE)
_ASIDE = re.compile(r"\s?\([^()]{1,60}\)|\uff08[^\uff08\uff09]{1,60}\uff09")
_JOINER = re.compile(
    r"^(?:however|moreover|furthermore|in addition|also|besides|but|and|so|then|therefore|thus|finally|meanwhile),?\s+"
    r"|^(?:此外|另外|同时|不过|但是|但|然而|因此|所以|而且|并且|于是|接着|然后|最后)[,\uff0c]?",
    re.IGNORECASE,
)
_NO_STATEMENT = frozenset({"url", "id", "transition", "sfx", "bgm_mood", "camera_move", "shot_size", "aspect_ratio"})
_FEW_TERMS = 4
_ENDINGS = frozenset(".!?;。\uff01\uff1f\uff1b”\"'")
_TOO_ALIKE = 0.6
_OVERVIEW, _FIRST, _SECOND, _FIGURE, _FOCUS, _TOPIC, _NO_SENTENCE = 1.0, 0.35, 0.15, 0.1, 2.0, 1.0, -0.6


class Statement(Struct, frozen=True):
    """One sentence of a source, in the source's order; `score` says how much it matters."""

    text: str
    source: int
    place: int
    lang: Lang
    terms: frozenset[str]
    score: float = 0.0


def statements(texts: Sequence[str], focus: str = "") -> list[Statement]:
    """Return all that the texts state, scored; sentences that say the same again are left out.

    Pages of a search, each closed by a line that names where it stands, count as sources of their own.
    """
    found, seen = [], set()
    parts = [part for text in texts for part in _NEXT_PAGE.split(text)]
    for source, part in enumerate(parts):
        for place, (line, overview) in enumerate(_lines(part)):
            key = line.strip(MARKS).lower()
            if key and key not in seen:
                seen.add(key)
                bonus = _OVERVIEW if overview else 0.0
                found.append(Statement(line, source, place, language(line), frozenset(terms(line)), bonus))
    return _scored(found, frozenset(terms(focus)))


def compressed(text: str) -> str:
    """Shorten a sentence by what can go: the word that joins it to the one before, and asides in brackets."""
    short = _JOINER.sub("", _ASIDE.sub("", text), count=1).strip()
    return short[:1].upper() + short[1:] if short else text


def best(known: Sequence[Statement], room: int, gap: int, most: int = 400) -> list[Statement]:
    """Pick the statements that matter most, none like another, within `room` characters (`gap` more for each)."""
    picked: list[Statement] = []
    for one in sorted(known, key=lambda one: (-one.score, one.source, one.place)):
        cost = len(compressed(one.text)) + gap
        if len(picked) < most and cost <= room and not any(_alike(one, other) for other in picked):
            picked.append(one)
            room -= cost
    return sorted(picked, key=lambda one: (one.source, one.place))


def _alike(one: Statement, other: Statement) -> bool:
    shared = len(one.terms & other.terms)
    return shared > _TOO_ALIKE * min(len(one.terms), len(other.terms)) if shared else False


def _scored(found: list[Statement], focus: frozenset[str]) -> list[Statement]:
    """Score by how common a sentence's words are in the whole, its place, its figures, the overview and the focus."""
    counts = Counter(term for one in found for term in one.terms)
    most = max(counts.values(), default=1)
    overview = frozenset(term for one in found if one.score for term in one.terms)
    places = Counter[int]()
    out = []
    for one in found:
        n, place = len(one.terms), places[one.source]
        places[one.source] += 1
        score = one.score + fsum(sqrt(counts[term] / most) for term in one.terms) / sqrt(n + 4)
        score += _FIRST if place == 0 else _SECOND if place == 1 else 0.0
        score += _FIGURE * any(term.isdigit() for term in one.terms)
        score += _FOCUS * len(focus & one.terms) / len(focus) if focus else 0.0
        score += _TOPIC * len(overview & one.terms) / (n + 2)
        score += _NO_SENTENCE * (n < _FEW_TERMS or one.text[-1] not in _ENDINGS)
        out.append(Statement(one.text, one.source, one.place, one.lang, one.terms, score))
    return out


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the sentences of a text, and whether each is an overview of the whole."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            yield from _told(orjson.loads(text))
            return
        except ValueError:
            pass
    for line in text.splitlines():
        line = line.strip()
        if not line or _CUE.match(line) or _SOURCE_LINE.match(line):
            continue
        for sentence in sentences(_EMPHASIS.sub("", _MARK.sub("", line))):
            yield sentence, False


def _told(value: Any) -> Iterator[tuple[str, bool]]:
    """Yield what a JSON text says: a storyboard shot by shot, a script scene by scene, anything else string by string."""
    if isinstance(value, dict) and isinstance(value.get("shots"), list):
        yield from _storyboard(value)
    elif isinstance(value, dict) and isinstance(value.get("scenes"), list):
        yield from _script(value)
    else:
        for line in _strings(value):
            yield line, False


def _storyboard(board: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    shots = [shot for shot in board["shots"] if isinstance(shot, dict)]
    title, total = _word(board, "title"), board.get("total_duration")
    lang = language(title + "".join(_word(shot, "action") for shot in shots[:3]))
    seconds = f"{total:g}" if isinstance(total, int | float) else ""
    if lang == "zh":
        length = f"\uff0c总长{seconds}秒" if seconds else ""
        yield f"《{title}》共{len(shots)}个镜头{length}。", True
    else:
        yield f"{title}: {len(shots)} shots{f', {seconds} s in total' if seconds else ''}.", True
    for number, shot in enumerate(shots, 1):
        seen = _word(shot, "action") or _word(shot, "scene") or _word(shot, "image_prompt")
        said = _word(shot, "narration") or _word(shot, "dialogue")
        yield _shot(number, seen.rstrip(MARKS), next(iter(sentences(said)), ""), lang), False


def _shot(number: int, seen: str, said: str, lang: Lang) -> str:
    if lang == "zh":
        return f"镜头{number}\uff1a{seen}" + (f"\uff0c“{said.rstrip(MARKS)}”。" if said else "。")
    return f"Shot {number}: {seen}" + (f", “{said.rstrip(MARKS)}”." if said else ".")


def _script(script: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    overview = _word(script, "logline") or _word(script, "title")
    if overview:
        yield overview, True
    for scene in script["scenes"]:
        if isinstance(scene, dict):
            for sentence in sentences(_word(scene, "narration") or _word(scene, "visual")):
                yield sentence, False


def _strings(value: Any) -> Iterator[str]:
    """Yield the sentences of every string in a JSON value, keys that name no statement aside."""
    if isinstance(value, str):
        yield from sentences(value)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in _NO_STATEMENT:
                yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _word(mapping: dict[str, Any], key: str) -> str:
    """Return a text of a JSON object, or nothing."""
    value = mapping.get(key)
    return value.strip() if isinstance(value, str) else ""
