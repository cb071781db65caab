"""Reading a script: its shots or sentences, what is said in each, where each takes place, and who appears."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct

from visgenenv.lexicon import SCENES, SUBJECTS, find, name_in, phrase
from visgenenv.tools.simulators.text.prose import MARKS, Lang, bare_subject, clip, numbered, plain, sentences, told

_PART, _SETTING, _TITLE = 2000, 160, 60
_LONGEST = 600.0
_READ = 400
"""Characters of a part that are looked at for its place and its figures."""
_MOST_FIGURES = 3
_ALIVE = ("animal", "person")
_STAYING = ("sky", "plant", "building")
_PLACE_EN = re.compile(
    r"\b(?:in|at|inside|into|through|under|across|onto|on)\s+(?:the|an?|her|his|their|its)\s+"
    r"((?:[\w'-]+\s+){0,2}?[\w'-]+)(?=\s*(?:[.,;:!?]|$|\b(?:and|with|where|while|as|that|which|who|of|to|by|for|s?he|it|they|we|you)\b))",
    re.IGNORECASE,
)
_WORDS_NO_PLACES = (
    "morning evening afternoon night day end beginning middle moment time way hurry background foreground hand hands face"
    " air frame centre center lens light dark distance first last other same go move step place world meantime whole"
    " side left right top bottom front back phone screen speaker rain wind storm sun sunshine moonlight story film"
)
_NO_PLACES = frozenset(_WORDS_NO_PLACES.split())
_FRAMING = re.compile(r"镜头|特写|近景|中景|全景|远景|俯拍|仰拍|shot\b|close-up|\bview\b", re.IGNORECASE)
_COMMA = re.compile("[,\uff0c;\uff1b。]")
_SHORT = 24
_PRONOUN = re.compile(r"\b(?:s?he|it|they|her|him|his|them|their|its)\b|[他她它]", re.IGNORECASE)


class Part(Struct, frozen=True):
    """One stretch of a script: what is seen, what is said, where it takes place, who is named in it."""

    seen: str
    said: str
    place: str = ""
    figures: tuple[str, ...] = ()
    refers: bool = False
    """Whether it speaks of somebody without a name (`she`), or of nobody at all."""


class Figure(Struct, frozen=True):
    """Who or what a script is about: its name in the lexicon's words, and how the script describes it."""

    name: str
    description: str
    introduced: bool
    """Whether the description is the script's own (`a little fox`) and not made up from the name."""
    alive: bool = True
    """An animal or a person; a thing is what the whole script is about and belongs into every shot."""


class Script(Struct, frozen=True):
    """A script, read: its title, the setting all shots share, its parts in order, and its length if it states one.

    `fixed`: the parts are numbered shots or scenes, and a storyboard without a demand of its own keeps them one for
    one. `cast`: the figures it names, most often first.
    """

    title: str
    setting: str
    parts: tuple[Part, ...]
    seconds: float = 0.0
    fixed: bool = False
    cast: tuple[Figure, ...] = ()


@lru_cache(64)
def read_script(text: str, lang: Lang) -> Script:
    """Read a script of tool_video_script_gen (JSON), numbered shots, or plain sentences."""
    if text.lstrip()[:1] == "{":
        known = _read_document(text, lang)
        if known is not None:
            return known
    text = plain(text)
    preamble, shots = numbered(text)
    if shots:
        pieces = [_joined(shot, lang) for shot in shots]
        setting = clip(bare_subject(preamble.partition("\n")[0], lang), _SETTING).strip(MARKS)
        title = titled(setting or pieces[0][0], lang)
        return _understood(title, setting, pieces, lang, fixed=True, about=preamble)
    pieces = told(bare_subject(text.strip(), lang)) or [(text.strip(), "")]
    return _understood(titled(pieces[0][0], lang), "", pieces, lang)


def lines_of(seen: str) -> list[str]:
    """Return the sentences of what is seen; a framing alone (`特写镜头。`) belongs to the sentence after it."""
    lines: list[str] = []
    held = ""
    for line in sentences(seen):
        if held:
            line, held = f"{held}{' ' if held.isascii() else ''}{line}", ""
        elif len(line) <= _SHORT and _FRAMING.search(line):
            held = line
            continue
        lines.append(line)
    if held:
        lines[-1:] = [f"{lines[-1]}{' ' if held.isascii() else ''}{held}" if lines else held]
    return lines


def titled(text: str, lang: Lang) -> str:
    """Return a title for what a text describes: its first clause, without a framing before it.

    >>> titled("特写镜头。一只小狐狸探出头来,眼睛闪闪发光", "zh")
    '一只小狐狸探出头来'
    """
    lines = sentences(text)
    if len(lines) > 1 and _FRAMING.search(lines[0]) and len(lines[0]) <= _SHORT:
        text = text[text.index(lines[0]) + len(lines[0]) :]
    if lang == "zh":
        text = _COMMA.split(text.strip(MARKS), maxsplit=1)[0]
    title = clip(text.strip(), _TITLE).strip(MARKS) or clip(text.strip(), _TITLE)
    return f"{title[:1].upper()}{title[1:]}"


def _joined(shot: str, lang: Lang) -> tuple[str, str]:
    """Return what is seen and what is said in one numbered shot."""
    joint = " " if lang == "en" else ""
    pieces = told(shot) or [(shot, "")]
    return joint.join(seen for seen, _ in pieces if seen), joint.join(said for _, said in pieces if said)


def _read_document(text: str, lang: Lang) -> Script | None:
    try:
        document: Any = orjson.loads(text)
        scenes = document["scenes"]
        pieces = [(str(scene["visual"]), str(scene["narration"])) for scene in scenes]
        seconds = min(max(float(sum(scene["est_duration"] for scene in scenes)), 0.0), _LONGEST)
        title = str(document["title"])
    except (ValueError, TypeError, KeyError):
        return None
    return _understood(title, "", pieces, lang, seconds, fixed=True, about=title) if pieces else None


def _understood(
    title: str,
    setting: str,
    pieces: list[tuple[str, str]],
    lang: Lang,
    seconds: float = 0.0,
    fixed: bool = False,
    about: str = "",
) -> Script:
    """Enter places and figures: a part without a place of its own stays where the one before it was."""
    places = [setting or _place(seen, lang) for seen, _ in pieces]
    named = [find(seen[:_READ]).subjects for seen, _ in pieces]
    cast = _cast(about, [seen for seen, _ in pieces], named, lang)
    known = {figure.name for figure in cast}
    thing = bool(cast) and not cast[0].alive
    parts, place = [], ""
    for (seen, said), own, subjects in zip(pieces, places, named, strict=True):
        place = own or ("" if fixed else place)
        figures = tuple(
            dict.fromkeys(name for name in (name_in(SUBJECTS[s.name], lang) for s in subjects) if name in known)
        )
        refers = not figures and (thing or not subjects or _PRONOUN.search(seen[:_READ]) is not None)
        parts.append(Part(clip(seen, _PART), clip(said, _PART), place, figures, refers))
    return Script(title, setting, tuple(parts), seconds, fixed, cast)


def _place(seen: str, lang: Lang) -> str:
    """Return where a part takes place, as it says itself, or nothing."""
    seen = seen[:_READ]
    for match in _PLACE_EN.finditer(seen) if lang == "en" else ():
        if match[1].rpartition(" ")[2].lower() not in _NO_PLACES:
            return match[1]
    scenes, lower = find(seen).scenes, seen.lower()
    if not scenes:
        return ""
    entry = SCENES[scenes[0]]
    forms = [form for form in (entry.en if lang == "en" else entry.zh) if form in lower]
    return max(forms, key=len, default=name_in(entry, lang))


def _cast(about: str, seen: list[str], named: list[Any], lang: Lang) -> tuple[Figure, ...]:
    """Return who appears: living figures by how often they are named, or else the thing it is all about."""
    counts: dict[str, int] = {}
    first: dict[str, Any] = {}
    heads = find(about[:_READ]).subjects if about else ()
    for subjects in (heads, *named):
        for subject in subjects:
            counts[subject.name] = counts.get(subject.name, 0) + 1
            first.setdefault(subject.name, subject)
    order = sorted(counts, key=lambda name: -counts[name])
    alive = [name for name in order if SUBJECTS[name].category in _ALIVE][:_MOST_FIGURES]
    things = [name for name in order if counts[name] > 1 and SUBJECTS[name].category not in (*_ALIVE, *_STAYING)][:1]
    texts = (about, *seen)
    return tuple(_figure(first[name], texts, lang) for name in alive or things)


@lru_cache(64)
def read_cast(actions: tuple[str, ...], lang: Lang) -> tuple[Figure, ...]:
    """Return who appears in the actions of a storyboard."""
    return _cast("", list(actions), [find(action[:_READ]).subjects for action in actions], lang)


def _figure(subject: Any, texts: tuple[str, ...], lang: Lang) -> Figure:
    """Return a figure in the words that first introduce it: `a little fox`."""
    entry = SUBJECTS[subject.name]
    name, alive = name_in(entry, lang), entry.category in _ALIVE
    forms = "|".join(re.escape(form) for form in sorted(entry.en if lang == "en" else entry.zh, key=len, reverse=True))
    pattern = (
        rf"\ban?\s+((?:[a-z'-]+\s+){{0,3}}?(?:{forms}))\b"
        if lang == "en"
        else rf"[一这那][{entry.measure}]([^\s,。，、；：！？“”（）()一]{{0,9}}?(?:{forms}))"
    )
    for text in texts:
        match = re.search(pattern, text[:_READ], re.IGNORECASE)
        if match:
            article = "an" if match[1][0] in "aeiouAEIOU" else "a"
            return Figure(name, f"{article} {match[1]}" if lang == "en" else match[1], True, alive)
    return Figure(name, phrase(subject, "en") if lang == "en" else name, False, alive)
