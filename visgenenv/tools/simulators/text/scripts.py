"""Writing a script: scenes whose narration is as long as a speaker needs, and whose durations add up exactly."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

import orjson
from msgspec import Struct

from visgenenv.lexicon import SUBJECTS, find, name_in
from visgenenv.tools.simulators.text.prose import MARKS, Lang, bare_subject, clip, clip_words, length, sentences
from visgenenv.tools.simulators.text.reading import Script, read_script
from visgenenv.tools.simulators.text.wording import Point, Words, capital, narrate, place

VARIANTS = 16
"""So many scripts a model may write on one request."""
MOST_SCENES = 40
_SUBJECT_LENGTH = {"en": 8, "zh": 14}
_DANGLING = re.compile(
    r"(?:\s+(?:and|or|but|with|of|for|to|in|on|at|by|from|the|an?|their|her|his|its|who|that|which|as|is|are|while))+$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"^(?:how|why|what|when|where|who|whether)\b(?:\s+(?:to|do|does|did|is|are)\b)?\s*", re.IGNORECASE)
_VERB = re.compile(
    r"\s+(?:is|are|was|were|can|do|does|make|makes|work|works|get|gets|grow|grows|need|needs|have|has)\b"
)
_OPENING = re.compile(r"^(?:An?|The|How|Why|What|When|Where|Who|My|Our|Your|Two|Three|Some|One)\b")
_PLAIN_START = re.compile(r"^(?:They|It|He|She|We|You|The|An?|His|Her|Its|Their)\b")
_DEMAND = re.compile(
    r"\b(?:should|must|please|make sure|ensure|needs? to|the (?:video|film))\b|请|要求|必须|需要|应该|应当|整个视频|本视频",
    re.IGNORECASE,
)


class Written(Struct, frozen=True):
    """A script or storyboard as data and as the text of its asset. Kept for calls that ask for the same."""

    data: dict[str, Any]
    text: str

    def told(self) -> dict[str, Any]:
        """Return the data for one result: its objects are its own, so that changing them spoils no other result."""
        return {key: _own(value) for key, value in self.data.items()}


def _own(value: Any) -> Any:
    if type(value) is not list:
        return value
    return [item.copy() if type(item) is dict else item for item in value]


@lru_cache(256)
def write_script(
    words: Words,
    topic: str,
    duration: float,
    kind: str,
    lang: Lang,
    n_scenes: int | None,
    style: str,
    audience: str,
    points: tuple[str, ...],
    first: int,
) -> Written:
    """Return `title, logline, scenes, word_count` of a script on `topic`.

    Args:
        words: The script document's, in `lang`.
        topic: As asked. Its first sentence gives the subject, the others are points; numbered shots become scenes.
        duration: In seconds.
        kind: The script type.
        lang: Language of our own words.
        n_scenes: How many scenes; by default those the topic numbers, else one for every six seconds.
        style: Written into every picture.
        audience: Written into the logline.
        points: What must be said, in order.
        first: Which thought to begin with, so that two scripts on one topic differ.
    """
    asked = read_script(topic, lang)
    subject = subject_of(topic, asked, lang)
    shots = [Point(part.seen, part.said, whole=not part.refers) for part in asked.parts] if asked.fixed else []
    n = n_scenes or (min(len(shots), MOST_SCENES) if shots else min(max(round(duration / 6), 1), MOST_SCENES))
    told = shots or [Point(line, "") for line in sentences(topic)[1:] if not _DEMAND.search(line)]
    told += [Point(point, point) for point in points]
    own = [[told[j] for j in range(i * len(told) // n, (i + 1) * len(told) // n)] for i in range(n)]
    if len(told) < n:
        own = [[told[j] for j in range(len(told)) if j * n // len(told) == i] for i in range(n)]
    total = max(round(duration * words.speech_rate), 1)
    narrations = narrate(words, subject, own, total, kind, lang, first)
    seconds = share(duration, [length(text, lang) or 1 for text in narrations])
    headings, seen = _headings(words.beats[kind], n), _visuals(words, subject, own, kind, style, lang)
    scenes = [
        {
            "scene_id": i + 1,
            "heading": headings[i],
            "narration": narrations[i],
            "visual": seen[i],
            "est_duration": seconds[i],
        }
        for i in range(n)
    ]
    data = {
        "title": capital(clip(subject, 60).rstrip(".。")),
        "logline": _logline(words.kinds[kind], subject, audience, n, lang),
        "scenes": scenes,
        "word_count": sum(len(text.split()) if lang == "en" else sum(map(str.isalnum, text)) for text in narrations),
    }
    return Written(data, orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())


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


def subject_of(topic: str, asked: Script, lang: Lang) -> str:
    """Return what a request is about, in a few words: its setting or figure if it is a whole script, else its head."""
    if asked.fixed and asked.cast:
        return asked.cast[0].description
    lines = sentences(asked.setting or topic) or [topic]
    bare = bare_subject(lines[0], lang).strip(MARKS)
    for mark in ",;:。\uff0c\uff1b\uff1a":
        head = bare.partition(mark)[0]
        if length(head, lang) >= (2 if lang == "en" else 3):
            bare = head
    short = clip_words(bare or lines[0], _SUBJECT_LENGTH[lang], lang)
    short = _DANGLING.sub("", short) or short or clip(topic.strip(), _SUBJECT_LENGTH[lang])
    return f"{short[0].lower()}{short[1:]}" if _OPENING.match(short) else short


def _headings(beats: list[str], n: int) -> list[str]:
    """Name the scenes by their step of the tale; a step told in several scenes counts them."""
    steps = [place(i, n, len(beats)) for i in range(n)]
    return [
        beats[step] if i == 0 or steps[i - 1] != step else f"{beats[step]} ({i - steps.index(step) + 1})"
        for i, step in enumerate(steps)
    ]


def _visuals(words: Words, subject: str, own: list[list[Point]], kind: str, style: str, lang: Lang) -> list[str]:
    """Describe one picture a scene; no two are worded alike."""
    n, pictures = len(own), words.visuals[kind]
    thing, seen, taken = picture_of(subject, lang), [], dict[str, int]()
    comma, colon, stop = (", ", ": ", ".") if lang == "en" else ("\uff0c", "\uff1a", "。")
    for i in range(n):
        points = [clip(point.seen.rstrip(MARKS), 300) for point in own[i]]
        text = comma.join(points) if points else pictures[place(i, n, len(pictures))].format(s=thing)
        again = taken[text] = taken.get(text, -1) + 1
        if points and not own[i][0].whole and not _names(text, thing):
            text = f"{thing}{colon}{_PLAIN_START.sub(lambda match: match[0].lower(), text)}"
        text += f"{comma}{words.views[(again - 1) % len(words.views)]}" if again else ""
        named = f"{style} style" if lang == "en" else f"{style}风格"
        seen.append(capital(text) + (f"{comma}{named}{stop}" if style and style not in text else stop))
    return seen


def _names(text: str, thing: str) -> bool:
    """Whether a text already speaks of the thing: by what both show, or by its last word."""
    shown = {subject.name for subject in find(thing).subjects}
    if shown:
        return not shown.isdisjoint(subject.name for subject in find(text).subjects)
    return thing.rpartition(" ")[2].lower() in text.lower()


def picture_of(subject: str, lang: Lang) -> str:
    """Return what of a subject can stand in a picture: of `how bees make honey`, the bees."""
    if lang == "zh" or not _CLAUSE.match(subject):
        return subject
    drawn = find(subject).subjects
    if drawn:
        return name_in(SUBJECTS[drawn[0].name], lang, drawn[0].count)
    rest = _VERB.split(_CLAUSE.sub("", subject), maxsplit=1)[0]
    return clip_words(rest, 3, lang) or subject


def _logline(kind: str, subject: str, audience: str, n: int, lang: Lang) -> str:
    if lang == "zh":
        return f"{f'面向{audience}的' if audience else ''}{kind}\uff1a{subject}\uff0c共{n}个场景。"
    return f"{kind} about {subject}{f', made for {audience},' if audience else ','} told in {n} scene{'s' if n > 1 else ''}."
