"""Reading and measuring plain text, English and Chinese: language, sentences, length, cutting, numbered shots."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Lang = Literal["en", "zh"]

_HAN = re.compile(r"[\u4e00-\u9fff]")
_END = re.compile(r"([。!?\uff1b\uff01\uff1f][”」』\"]*|[.;][”\"]*(?=\s|$)|\n)\s*")
_MARKER = re.compile(
    r"(?:画面|镜头|分镜|场景)\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[:\uff1a、.]\**\s*"
    r"|\b[SsFfPp](?:hot|cene|rame|anel)\s*\d{1,3}\s*[:.)\-–]\**\s*"
    r"|(?:^|(?<=\n))[ \t]*(?:[-*][ \t]*)?[(\uff08]?\d{1,2}[.)、\uff09][ \t]*"
)
_QUOTED = r"[“\"「]([^”\"」]{0,400})[”\"」]"
_SPEECH = re.compile(
    rf"[配旁对台画VvNnDd](?:音|白|词|外音|oice-?over|O|arrat(?:ion|or)|ialogue)\s*[:\uff1a]\s*(?:{_QUOTED}|([^\n]+))"
    rf"|(?:\b(?:says|said|asks|asked|whispers|shouts)\b|(?:问|喊|说)?道|说)\s*(?:[,:\uff0c\uff1a]\s*)?{_QUOTED}"
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
_PRODUCT_ZH = re.compile(r"的[^,。!?的\uff0c\uff01\uff1f]{0,8}?(?:视频|短片|影片|广告片?|宣传片|动画片?|MV|脚本)$")
_REQUEST_ZH = re.compile(
    r"^(?:请|帮我|为我|给我|我想|我要)*(?:制作|生成|创作|设计|拍摄|写|做|拍|画(?![面家中外]))(?:一[个部段支条张篇则]|\d+[个部段支条张])?"
    r"(?:\d+秒的?)?[^,。!?\n\uff0c\uff01\uff1f]{0,12}?(?:关于|讲述|介绍|展示|主题为|[:\uff1a])"
)
_SPEECH_MARKS = ("“", '"', "「", ":", "\uff1a")
_HELD = re.compile("\x02(\\d+)\x03")
_EMPHASIS = re.compile(r"\*{2,3}|`{1,3}|(?:^|(?<=\n))#{1,6} ")
_BREAKS = (".!?。\uff01\uff1f", ",;、\uff0c\uff1b \n")
MARKS = " .,;:!?。、\uff0c\uff1b\uff1a\uff01\uff1f"
"""Marks that end or part sentences, Latin and Chinese."""


def language(text: str, asked: str = "auto") -> Lang:
    """Return the language asked for, or the one a text is written in (Chinese from one Han character in five)."""
    if asked != "auto":
        return "zh" if asked == "zh" else "en"
    sample = text[:400]
    return "zh" if len(_HAN.findall(sample)) * 5 >= max(len(sample), 1) else "en"


def sentences(text: str) -> list[str]:
    """Split a text at the ends of its sentences and at line breaks."""
    parts = _END.split(text)
    whole = [(body + end).strip() for body, end in zip(parts[::2], [*parts[1::2], ""], strict=True)]
    return [sentence for sentence in whole if sentence]


def length(text: str, lang: Lang) -> int:
    """Return how long a text is to speak: in words (English), or in characters, a mark counting a third (Chinese)."""
    return _remembered_length(text, lang) if len(text) < 200 else _length(text, lang)


def _length(text: str, lang: Lang) -> int:
    if lang == "en":
        return len(text.split())
    return (len(text) - text.count(" ") + 2 * sum(map(str.isalnum, text)) + 1) // 3


_remembered_length = lru_cache(4096)(_length)


def clip(text: str, limit: int) -> str:
    """Cut a text to at most `limit` characters, at the end of a sentence, a clause or a word where one is near.

    >>> clip("A red fox sleeps. A bear wakes up.", 24)
    'A red fox sleeps.'
    """
    if len(text) <= limit:
        return text
    for marks in _BREAKS:
        end = max(text.rfind(mark, limit // 2, limit) for mark in marks)
        if end > 0:
            return text[: end + 1].rstrip(_BREAKS[1])
    return text[:limit]


def clip_words(text: str, limit: int, lang: Lang) -> str:
    """Cut a text to a `length` of at most `limit`."""
    if length(text, lang) <= limit:
        return text
    if lang == "en":
        return " ".join(text.split()[:limit]).rstrip(",;:")
    kept, thirds = [], 0
    for character in text:
        thirds += 3 if character.isalnum() else character != " "
        if thirds > 3 * limit:
            break
        kept.append(character)
    return "".join(kept).rstrip("、,;:\uff0c\uff1b\uff1a")


def chunks(items: list[str], n: int) -> list[list[str]]:
    """Share out `items` over `n` consecutive groups of nearly equal size; some are empty if there are too few."""
    count = len(items)
    return [items[i * count // n : (i + 1) * count // n] for i in range(n)]


def bare_subject(text: str, lang: Lang) -> str:
    """Return what a request is about: without `Make a 30 s film about …`, without `8 scenes, set in …`."""
    if lang == "zh":
        return _PRODUCT_ZH.sub("", _REQUEST_ZH.sub("", text, count=1)) or text
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


def plain(text: str) -> str:
    """Return a text without the marks of Markdown: no stars, no hashes before headings."""
    return _EMPHASIS.sub("", text) if "*" in text or "`" in text or "#" in text else text


def told(text: str) -> list[tuple[str, str]]:
    """Split a text into sentences, each with the words spoken in it or right after it.

    >>> told("A fox wakes. Voiceover: “Good morning.” It runs off.")
    [('A fox wakes.', 'Good morning.'), ('It runs off.', '')]
    """
    if not any(mark in text for mark in _SPEECH_MARKS):
        return [(sentence, "") for sentence in sentences(text)]
    said: list[str] = []

    def hold(match: re.Match[str]) -> str:
        said.append(next(filter(None, match.groups()), "").strip())
        return f"\x02{len(said) - 1}\x03" if match[3] is not None else f"\n\x02{len(said) - 1}\x03\n"

    pieces: list[tuple[str, str]] = []
    waiting = ""
    for line in sentences(_SPEECH.sub(hold, text.replace("\x02", "").replace("\x03", ""))):
        words = " ".join(said[int(number)] for number in _HELD.findall(line))
        seen = _HELD.sub("", line).strip()
        if any(map(str.isalnum, seen)):
            pieces.append((seen, f"{waiting} {words}".strip()))
            waiting = ""
        elif pieces:
            pieces[-1] = pieces[-1][0], f"{pieces[-1][1]} {words}".strip()
        else:
            waiting = f"{waiting} {words}".strip()
    return pieces or ([(waiting, waiting)] if waiting else [])


def spoken(text: str) -> tuple[str, str]:
    """Part a shot's text into what is seen and what is said.

    >>> spoken("The fox looks up. Voiceover: “What is this?”")
    ('The fox looks up.', 'What is this?')
    """
    if not any(mark in text for mark in _SPEECH_MARKS):
        return text, ""
    said = [next(filter(None, match), "") for match in _SPEECH.findall(text)]
    return (_SPEECH.sub("", text).strip() or text, " ".join(said).strip()) if said else (text, "")
