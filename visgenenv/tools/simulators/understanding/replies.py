"""From what is asked and what is observed to a reply: the sentences of the answer, and the data of its kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import Struct

from visgenenv.media.effects import named
from visgenenv.tools.simulators.understanding import answers, findings, judgements, listening, measures
from visgenenv.tools.simulators.understanding import phrases as say
from visgenenv.tools.simulators.understanding.questions import Ask, Questions
from visgenenv.tools.simulators.understanding.sights import Sight
from visgenenv.types import Lang

LONGEST = 12_000
"""So many characters an answer has at most."""


class Luck(NamedTuple):
    """What of an answer is chance: tenths added to scores, and by how many percent a tempo is misjudged."""

    spread: int = 0
    percent: int = 0


class Reply(Struct, frozen=True, eq=False):
    """An answer, its data (not to be changed), and how many tokens it has."""

    answer: str
    data: dict[str, Any]
    tokens: int


_SEEN: dict[str, Callable[[Ask, Sight, Lang], str]] = {
    "subject": answers.subject, "count": answers.count, "colour": answers.colour, "where": answers.where,
    "scene": answers.scene, "style": answers.style, "light": answers.light, "text": answers.text,
    "size": measures.size, "length": measures.length, "rate": measures.rate, "camera": measures.camera,
    "action": answers.action, "shots": measures.shots, "exists": findings.exists, "match": findings.match,
}  # fmt: skip
_HEARD: dict[str, Callable[[Ask, Sight, Lang, int], str]] = {
    "sound": listening.sound, "music": listening.music, "tempo": listening.tempo, "vocals": listening.vocals,
    "genre": listening.genre, "mood": listening.mood, "speech": listening.speech, "language": listening.language_of,
}  # fmt: skip
_JUDGED = frozenset({"same", "compare", "reference"})
_NEED_LUCK = frozenset({"same", "compare", "reference", "quality", "music", "tempo", "sound", "describe"})
_FOR_THE_EAR = frozenset({"size", "length", "rate"})
"""Of the kinds that are about what is seen, those that a sound has an answer to as well."""
_DESCRIBED = frozenset({"subject", "scene", "style", "light", "size", "length", "sound", "music"})
"""What a description tells in any case."""
LEADS = {
    "describe": "describe", "quality": "quality", "consistency": "same", "compare": "same", "shots": "shots",
    "ocr": "text", "style": "style", "transcribe": "speech", "music": "music", "emotion": "mood",
}  # fmt: skip
"""What each kind of analysis tells first, whatever the question."""
_CANNOT = {
    "en": "The rest of the question cannot be answered from what is to be seen and heard.",
    "zh": "问题的其余部分无法从画面和声音中判断。",
}


@lru_cache(maxsize=4096)
def needs_luck(questions: Questions, kind: str) -> bool:
    """Whether anything in the reply depends on chance."""
    return any(ask.kind in _NEED_LUCK for ask in _asks(questions, kind))


@lru_cache(maxsize=4096)
def compose(questions: Questions, sights: tuple[Sight, ...], kind: str, luck: Luck, stamped: bool = False) -> Reply:
    """Answer everything that is asked about some assets.

    Args:
        questions: What the text asks.
        sights: One or more assets, all of one domain.
        kind: Of the analysis; "qa" answers the questions alone.
        luck: Of this call.
        stamped: Whether a transcript carries times.
    """
    lang = questions.lang
    told = dict.fromkeys(_answer(ask, sights, lang, kind, luck, stamped) for ask in _asks(questions, kind))
    if questions.open or (kind == "qa" and not questions.asks):
        told[_CANNOT[lang]] = None
    text = ("\n" if len(sights) > 1 else "" if lang == "zh" else " ").join(told)
    text = text if len(text) <= LONGEST else text[:LONGEST].rstrip() + "..."
    report = _REPORTS.get(kind)
    return Reply(text, report(sights, lang, luck) if report else {}, tokens(text))


@lru_cache(maxsize=2048)
def tokens(text: str) -> int:
    """Estimate the tokens of a text: four characters each, of Chinese one and a half."""
    if text.isascii():
        return -(-len(text) // 4)
    wide = sum(char >= "\u2e80" for char in text)
    return int(wide / 1.5 + (len(text) - wide) / 4 + 0.999)


def _asks(questions: Questions, kind: str) -> list[Ask]:
    """Return what is to be answered: what the kind of analysis tells anyway, then what else is asked."""
    lead = LEADS.get(kind)
    if lead is None:
        return list(questions.asks) or [Ask("describe")]
    also = {lead, "describe", "compare" if lead == "same" else lead}
    first = next((ask for ask in questions.asks if ask.kind == lead), Ask(lead))
    others = [ask for ask in questions.asks if ask.kind not in also]
    if lead == "describe":
        others = [ask for ask in others if ask.kind not in _DESCRIBED or ask.yes_no]
    return [first, *others]


def _answer(ask: Ask, sights: tuple[Sight, ...], lang: Lang, kind: str, luck: Luck, stamped: bool) -> str:
    if ask.kind in _JUDGED:
        if sights[0].kind == "audio":
            return _without_picture(sights, lang)
        judge = judgements.reference if ask.kind == "reference" else judgements.same
        return judge(sights, lang, luck.spread)
    told = [_single(ask, sight, lang, kind, luck, stamped) for sight in sights]
    if len(sights) == 1:
        return told[0]
    noun = say.noun(sights[0], lang)
    if lang == "zh":
        return "\n".join(f"{noun} {n}:{text}" for n, text in enumerate(told, 1))
    return "\n".join(f"{noun.capitalize()} {n}: {text}" for n, text in enumerate(told, 1))


def _single(ask: Ask, sight: Sight, lang: Lang, kind: str, luck: Luck, stamped: bool) -> str:
    """Answer one question about one asset."""
    if ask.kind == "describe":
        return _described(ask, sight, lang, luck)
    if ask.kind == "quality":
        return judgements.quality(sight, lang, luck.spread)
    if kind == "transcribe" and ask.kind == "speech" and not ask.quoted:
        return listening.transcribed(sight, lang, stamped)
    if ask.kind in _HEARD:
        return _HEARD[ask.kind](ask, sight, lang, luck.percent)
    if sight.kind == "audio" and ask.kind in ("exists", "match"):
        return _noise(ask, sight, lang, luck)
    if sight.kind == "audio" and ask.kind not in _FOR_THE_EAR:
        return _without_picture((sight,), lang)
    return _SEEN[ask.kind](ask, sight, lang)


def _described(ask: Ask, sight: Sight, lang: Lang, luck: Luck) -> str:
    space = "" if lang == "zh" else " "
    if sight.kind == "audio":
        return f"{measures.length(ask, sight, lang)}{space}{listening.heard(sight, lang, luck.percent)}"
    text = answers.describe(ask, sight, lang)
    return text if sight.kind == "image" else f"{text}{space}{listening.sound(Ask('sound'), sight, lang, luck.percent)}"


def _without_picture(sights: tuple[Sight, ...], lang: Lang) -> str:
    return "音频中看不到画面。" if lang == "zh" else "In a recording there is nothing to be seen."


def _noise(ask: Ask, sight: Sight, lang: Lang, luck: Luck) -> str:
    """Answer whether a recording holds the sounds that a question names; whatever else it names cannot be heard."""
    names = [*[one.name for one in ask.subjects], *ask.scenes, *ask.lights, *ask.words]
    wanted = [noise for name in names for noise in named(name)]
    known = bool(wanted) and len(wanted) >= len(names) and all(noise in sight.noises for noise in wanted)
    head = ("是的:" if lang == "zh" else "Yes: ") if known else ("没有:" if lang == "zh" else "No: ")
    return head + listening.heard(sight, lang, luck.percent)


Report = Callable[[tuple[Sight, ...], Lang, Luck], dict[str, Any]]


def _numbered(item: dict[str, Any], index: int, sights: tuple[Sight, ...]) -> dict[str, Any]:
    """Say in the data which of several assets an item belongs to, counted from 0."""
    return {**item, sights[0].kind: index} if len(sights) > 1 else item


def _shots(sights: tuple[Sight, ...], lang: Lang, luck: Luck) -> dict[str, Any]:
    told = [
        _numbered({"start": round(view.start, 2), "end": round(view.end, 2), "description": measures.shot(sight, at, lang)},
                  index, sights)
        for index, sight in enumerate(sights)
        for at, view in enumerate(sight.views)
    ]  # fmt: skip
    return {"shots": told}


def _quality(sights: tuple[Sight, ...], lang: Lang, luck: Luck) -> dict[str, Any]:
    scores = [judgements.quality_score(sight.issues, luck.spread) for sight in sights]
    told: list[Any] = []
    for index, sight in enumerate(sights):
        for one in sight.issues:
            text = judgements.issue(one.code, lang)
            if sight.kind == "video":
                told.append(_numbered({"timestamp": round(one.at, 2), "text": text}, index, sights))
            else:
                told.append(text if len(sights) == 1 else f"{say.noun(sight, lang)} {index + 1}: {text}")
    return {"score": round(sum(scores) / len(scores), 1), "issues": told}


def _consistency(sights: tuple[Sight, ...], lang: Lang, luck: Luck) -> dict[str, Any]:
    """Score and differences; of films, with the time at which each shot that differs begins."""
    likeness = judgements.likeness_of(sights)
    told = judgements.differences(likeness, sights, lang)
    score = judgements.scored(likeness, luck.spread)
    if sights[0].kind == "image":
        return {"score": score, "differences": told}
    where = [sights[0].views[one.view - 1].start if len(sights) == 1 else 0.0 for one in likeness.differences]
    found = [{"timestamp": round(at, 2), "text": text} for at, text in zip(where, told, strict=True)]
    return {"score": score, "issues": found}


def _text(sights: tuple[Sight, ...], lang: Lang, luck: Luck) -> dict[str, Any]:
    lines = [
        line for sight in sights for line in (answers.captions(sight), *dict.fromkeys(cue[2] for cue in sight.cues))
    ]
    return {"text": "\n".join(line for line in lines if line)}


def _segments(sights: tuple[Sight, ...], lang: Lang, luck: Luck) -> dict[str, Any]:
    told = []
    for index, sight in enumerate(sights):
        names = listening.speakers(sight)
        told += [_numbered(listening.segment(one, names), index, sights) for one in sight.said]
    return {"segments": told}


def _music(sights: tuple[Sight, ...], lang: Lang, luck: Luck) -> dict[str, Any]:
    """Describe the music of the first sound that has any; without music nothing but the absence of a singer."""
    played = next((sight.music for sight in sights if sight.music), None)
    if played is None:
        return {"genre": None, "mood": None, "estimated_bpm": None, "has_vocals": False}
    bpm = listening.estimated(played.bpm, luck.percent)
    genre, mood = played.genre, played.mood
    if lang == "zh":
        genre, mood = say.chinese(genre), say.chinese(mood)
    return {"genre": genre, "mood": mood, "estimated_bpm": bpm or None, "has_vocals": played.vocals}


_REPORTS: dict[str, Report] = {
    "shots": _shots, "quality": _quality, "consistency": _consistency, "compare": _consistency, "ocr": _text,
    "transcribe": _segments, "music": _music,
}  # fmt: skip
