"""Reading and measuring plain text, English and Chinese: language, sentences, length, cutting, numbered shots."""

from __future__ import annotations

import re
from typing import Literal

Lang = Literal["en", "zh"]

_HAN = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(
    r"(?<=[。!?;])(?![”」』])\s*|(?<=[。!?!?][”」』])\s*|(?:(?<=[.!?;])|(?<=[.!?]\"))\s+(?=[\w\"“(])|\s*\n+\s*"
)
_MARKER = re.compile(
    r"\**(?:画面|镜头|分镜|场景)\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[::、.]\**\s*"
    r"|\**\b(?:[Ss]hot|[Ss]cene|[Ff]rame|[Pp]anel)\s*\d{1,3}\s*[:.)\-–]\**\s*"
    r"|(?:^|(?<=\n))[ \t]*[-*]?[ \t]*[((]?\d{1,2}[.)、)][ \t]*"
)
_SPEECH = re.compile(
    r"(?:配音|旁白|对白|台词|画外音|\b(?:[Vv]oice-?over|VO|[Nn]arrat(?:ion|or)|[Dd]ialogue))\s*[::]\s*"
    r"(?:[“\"「]([^”\"」]*)[”\"」]|([^\n]+))"
    r"|(?:\b(?:says|said|asks|asked|whispers|shouts)\b|说道|说|问道|喊道)\s*[,,::]?\s*[“\"「]([^”\"」]+)[”\"」]"
)
_REQUEST_EN = re.compile(
    r"^(?:please\s+|can you\s+|i want (?:you )?to\s+)*"
    r"(?:make|create|write|produce|generate|design|film|shoot|draw)\b[^.!?\n]{0,160}?"
    r"\b(?:about|for|featuring|showing|titled|set in|of)\s+",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^(?:an?\s+|the\s+)?\d+\s+(?:scenes?|shots?|images?|pictures?|clips?|frames?)\b[,\s]*(?:set in\s+|of\s+)?",
    re.IGNORECASE,
)
_REQUEST_ZH = re.compile(
    r"^(?:请|帮我|为我|给我|我想|我要)*(?:制作|生成|创作|设计|拍摄|写|做|拍|画)(?:一[个部段支条张篇则]|\d+[个部段支条张])?"
    r"(?:\d+秒的?)?[^,。!?\n]{0,12}?(?:关于|讲述|介绍|展示|主题为|[::])"
)


def language(text: str, asked: str = "auto") -> Lang:
    """Return the language asked for, or the one a text is written in (Chinese from one Han character in five)."""
    if asked != "auto":
        return "zh" if asked == "zh" else "en"
    sample = text[:400]
    return "zh" if len(_HAN.findall(sample)) * 5 >= max(len(sample), 1) else "en"


def sentences(text: str) -> list[str]:
    """Split a text at the ends of its sentences and at line breaks."""
    return [part.strip() for part in _SENTENCE.split(text) if part and part.strip()]


def length(text: str, lang: Lang) -> int:
    """Return what a speaker counts: words in English; in Chinese the characters, without punctuation and spaces."""
    return len(text.split()) if lang == "en" else sum(map(str.isalnum, text))


def clip(text: str, limit: int) -> str:
    """Cut a text to at most `limit` characters, at the end of a sentence, a clause or a word where one is near.

    >>> clip("A red fox sleeps. A bear wakes up.", 24)
    'A red fox sleeps.'
    """
    if len(text) <= limit:
        return text
    for marks in (".。!?!?", ",,;;、 \n"):
        end = max(text.rfind(mark, limit // 2, limit) for mark in marks)
        if end > 0:
            return text[: end + 1].rstrip(" ,,;;、\n")
    return text[:limit]


def clip_words(text: str, limit: int, lang: Lang) -> str:
    """Cut a text to at most `limit` words (English) or counted characters (Chinese)."""
    if length(text, lang) <= limit:
        return text
    if lang == "en":
        return " ".join(text.split()[:limit]).rstrip(",;:")
    kept, counted = [], 0
    for character in text:
        counted += character.isalnum()
        if counted > limit:
            break
        kept.append(character)
    return "".join(kept).rstrip(",、;:")


def chunks(items: list[str], n: int) -> list[list[str]]:
    """Share out `items` over `n` consecutive groups of nearly equal size; some are empty if there are too few."""
    count = len(items)
    return [items[i * count // n : (i + 1) * count // n] for i in range(n)]


def bare_subject(text: str, lang: Lang) -> str:
    """Return what a request is about: without `Make a 30 s film about …`, without `8 scenes, set in …`."""
    if lang == "zh":
        return _REQUEST_ZH.sub("", text, count=1) or text
    return _COUNTED.sub("", _REQUEST_EN.sub("", text, count=1), count=1) or text


def numbered(text: str) -> tuple[str, list[str]]:
    """Return what stands before a script's numbered shots, and the shots in order of appearance.

    Shots are marked `画面1:`, `Shot 2:`, `(3)` or `4.` at a line's start. A paragraph after the last one belongs
    to none of them. Without at least two marks there are no numbered shots.
    """
    marks = list(_MARKER.finditer(text))
    if len(marks) < 2:
        return text, []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    shots = [text[mark.end() : end].replace("**", "").strip() for mark, end in zip(marks, ends, strict=True)]
    shots[-1] = shots[-1].partition("\n\n")[0]
    return text[: marks[0].start()].replace("**", "").strip(), [shot for shot in shots if shot]


def spoken(text: str) -> tuple[str, str]:
    """Part a shot's text into what is seen and what is said.

    >>> spoken("The fox looks up. Voiceover: “What is this?”")
    ('The fox looks up.', 'What is this?')
    """
    said = [next(filter(None, match), "") for match in _SPEECH.findall(text)]
    return (_SPEECH.sub("", text).strip() or text, " ".join(said).strip()) if said else (text, "")
