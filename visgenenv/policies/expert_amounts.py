"""Reading amounts from a request, English or Chinese: numbers, lengths of time, shapes; and what is no amount."""

from __future__ import annotations

import re

from msgspec import Struct

from visgenenv.lexicon.numerals import CHINESE_DIGITS, ENGLISH_NUMBERS

_WORDS = {word: n for n, word in enumerate(ENGLISH_NUMBERS) if n} | {
    "a": 1,
    "an": 1,
    "dozen": 12,
    "thirty": 30,
    "forty": 40,
}
_WORDS |= {
    "a dozen": 12,
    "half a dozen": 6,
    "a pair of": 2,
    "a couple of": 2,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "single": 1,
}
_NUMERALS = {digit: n for n, digit in enumerate(CHINESE_DIGITS)} | {"两": 2, "〇": 0}

NUMBER_EN = r"(?:\d{1,3}(?![\d,.]{0,12}\d)|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
NUMBER_ZH = r"(?:\d{1,3}(?!\d)|[零〇一二两三四五六七八九十]{1,4})"

_NO_AMOUNTS = re.compile(
    r"[$¥￥€]\s?\d[\d,.]{0,12}"
    r"|(?<!\d)\d[\d,.]{0,12}[\s-]?(?:dollars?|yuan|euros?|usd|rmb|followers|fans|stores?|people|weeks?|days?|hours?|years?(?:[ -]old)?)\b"
    r"|(?<![\dx×*:])(?<![x×*] )(?:19|20)\d\d(?!\d|\s?[x×*:])年?|(?<!\d)\d{1,6}%|(?<!\d)\d{1,2}折|[一二三四五六七八九]折"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\s\d{1,2}\b"
    r"|\d{1,2}月\d{1,2}[日号]?|\baged?\s\d{1,3}(?:\s?(?:to|-)\s?\d{1,3})?|\broom\s\d{1,5}|(?<!\d)\d{1,5}室"
    r"|(?<!\d)\d{1,3}\s?(?:到|至|-)\s?\d{1,3}岁|(?<!\d)\d{1,3}岁|(?<!\d)\d[\d,.]{0,12}\s?(?:元|块钱|万|家|周|天|小时)|\d{1,3}人|两周",
    re.IGNORECASE,
)

_ASKERS = re.compile(
    r"\b(?:Our client is|I work for|We are|The order comes from|On behalf of|You may know)\s(?=[A-Z])[^.!?\n]{2,120}"
    r"|(?:客户是|需求方是|委托方是|您可能知道)[^。!?\n]{1,60}|我在[^,。!?\n]{1,40}工作|我们是[^,。!?\n]{1,40}|代[^,。!?\n]{1,40}提出"
)


class Amount(Struct, frozen=True):
    """A number as written: a range if `low < high`; where it stands in the text."""

    low: int
    high: int
    start: int
    end: int


def number(text: str) -> int:
    """Read a number that `NUMBER_EN` or `NUMBER_ZH` has matched.

    >>> number("eight"), number("十二"), number("两"), number("24")
    (8, 12, 2, 24)
    """
    if text.isascii():
        return int(text) if text.isdigit() else _WORDS[text.lower()]
    if text.isdigit():
        return int(text)
    head, ten, ones = text.partition("十")
    if ten:
        return (_NUMERALS.get(head, 1) if head else 1) * 10 + (_NUMERALS.get(ones, 0) if ones else 0)
    return int("".join(str(_NUMERALS[digit]) for digit in text))


def without_remarks(text: str) -> str:
    """Blank out years, prices, ages, dates and the like, keeping every other character in its place."""
    return _NO_AMOUNTS.sub(lambda match: "·" * len(match[0]), without_askers(text))


def without_askers(text: str) -> str:
    """Blank out who asks: a client that makes music does not ask for music."""
    return _ASKERS.sub(lambda match: "·" * len(match[0]), text)


_RANGE_EN = rf"(?P<low>{NUMBER_EN})(?:\s?(?:-|–|to|and)\s?(?P<high>{NUMBER_EN}))?"
_RANGE_ZH = rf"(?P<low>{NUMBER_ZH})(?:\s?(?:-|~|到|至)\s?(?P<high>{NUMBER_ZH}))?"
_BETWEEN = rf"(?!(?:of|for|with|about|in|and|showing|from|by|to|on|at|that|has|into|{NUMBER_EN})\b)[\w'-]+"


def count_en(text: str, nouns: str) -> Amount | None:
    """Find the first number that counts one of the nouns (a regular expression), up to five words before it."""
    pattern = rf"(?<![\w.:x-]){_RANGE_EN}\s+(?:{_BETWEEN}\s+){{0,5}}?(?:{nouns})\b"
    return _amount(re.search(pattern, text, re.IGNORECASE))


def count_zh(text: str, nouns: str, measures: str) -> Amount | None:
    """Find the first number with a measure word that counts one of the nouns, at most 16 characters on."""
    pattern = rf"(?<![\d.第])(?<!\d:){_RANGE_ZH}\s?(?:{measures})[^,。!?;:、\n]{{0,16}}?(?:{nouns})"
    return _amount(re.search(pattern, text))


def _amount(match: re.Match[str] | None) -> Amount | None:
    if match is None:
        return None
    low = number(match["low"])
    high = number(match["high"]) if match["high"] else low
    return Amount(min(low, high), max(low, high), match.start(), match.end())


_SECONDS = (
    (re.compile(r"(\d{1,2})\s?分(?:钟)?\s?(\d{1,2})\s?秒"), lambda m: 60 * int(m[1]) + int(m[2])),
    (re.compile(r"(\d{1,2}|[一两二三四五])\s?分半"), lambda m: 60 * number(m[1]) + 30),
    (re.compile(rf"\b({NUMBER_EN}) (?:and a half minutes?|minutes? and a half)"), lambda m: 60 * number(m[1]) + 30),
    (re.compile(r"(?<![\d.])(\d\.5)[ -]min(?:ute)?s?\b"), lambda m: 60 * float(m[1])),
    (re.compile(r"半分钟|half[ -](?:a[ -])?minute"), lambda m: 30),
    (re.compile(rf"({NUMBER_ZH})\s?秒"), lambda m: number(m[1])),
    (re.compile(rf"({NUMBER_ZH})\s?分钟"), lambda m: 60 * number(m[1])),
    (re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d)?)[\s-]?(?:s|secs?|seconds?)\b"), lambda m: float(m[1])),
    (re.compile(rf"\b({NUMBER_EN})[\s-]seconds?\b"), lambda m: number(m[1])),
    (re.compile(rf"\b({NUMBER_EN})[\s-]?min(?:ute)?s?\b"), lambda m: 60 * number(m[1])),
)


def seconds(text: str) -> tuple[float, int] | None:
    """Find a length of time: seconds, and where it stands; the most specific form wins.

    >>> seconds("a 40-second film"), seconds("总时长一分半"), seconds("half a minute")
    ((40.0, 2), (90.0, 3), (30.0, 0))
    """
    lowered = text.lower()
    for pattern, value in _SECONDS:
        match = pattern.search(lowered)
        if match:
            return float(value(match)), match.start()
    return None


_PIXELS = re.compile(r"(?<!\d)(\d{3,4})\s?[x×*]\s?(\d{3,4})(?!\d)")
_RATIO = re.compile(r"(?<![\d:])(\d{1,2}):(\d{1,2})(?![\d:])")
_RATIOS = {(1, 1), (2, 3), (3, 2), (3, 4), (4, 3), (4, 5), (5, 4), (9, 16), (16, 9), (21, 9)}


def shape(text: str) -> tuple[int, int, bool] | None:
    """Find a demand on shape: width, height, and whether these are pixels (else they are a ratio)."""
    match = _PIXELS.search(text)
    if match:
        return int(match[1]), int(match[2]), True
    for match in _RATIO.finditer(text):
        ratio = int(match[1]), int(match[2])
        if ratio in _RATIOS:
            return *ratio, False
    return None
