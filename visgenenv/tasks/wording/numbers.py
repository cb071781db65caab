"""Numbers and lengths of time as people write them."""

from __future__ import annotations

from visgenenv.lexicon.numerals import CHINESE_DIGITS, ENGLISH_NUMBERS
from visgenenv.tasks.draws import Draws

_MINUTES_EN = {
    30: ("half a minute",), 60: ("1 minute", "one minute", "1 min"), 90: ("one and a half minutes", "1.5 minutes"),
    120: ("2 minutes", "two minutes"), 150: ("two and a half minutes",), 180: ("3 minutes", "three minutes"),
}  # fmt: skip
_MINUTES_ZH = {
    30: ("半分钟",), 60: ("一分钟", "1分钟"), 75: ("1分15秒",), 90: ("一分半", "1分30秒"), 120: ("两分钟", "2分钟"),
    150: ("两分半", "2分30秒"), 180: ("三分钟", "3分钟"),
}  # fmt: skip


def number_en(n: int, draws: Draws) -> str:
    """Write a number as digits or as a word."""
    return ENGLISH_NUMBERS[n] if n < len(ENGLISH_NUMBERS) and draws.chance(0.5) else str(n)


def range_en(low: int, high: int, draws: Draws) -> str:
    """Write a range, both ends in the same way."""
    if high < len(ENGLISH_NUMBERS) and draws.chance(0.5):
        return draws.pick(("{} to {}", "between {} and {}")).format(ENGLISH_NUMBERS[low], ENGLISH_NUMBERS[high])
    return draws.pick(("{}-{}", "{} to {}", "between {} and {}")).format(low, high)


def number_zh(n: int, draws: Draws) -> str:
    """Write a number as digits or as Chinese numerals, as said before a measure word ("两张")."""
    return numeral(n, counting=True) if draws.chance(0.5) else str(n)


def numeral(n: int, counting: bool = False) -> str:
    """Write a number below 100 in Chinese numerals.

    >>> numeral(2, counting=True), numeral(12), numeral(40)
    ('两', '十二', '四十')
    """
    if n == 2 and counting:
        return "两"
    tens, ones = divmod(n, 10)
    head = "" if not tens else "十" if tens == 1 else f"{CHINESE_DIGITS[tens]}十"
    return head + (CHINESE_DIGITS[ones] if ones or not tens else "")


def seconds_en(seconds: float, draws: Draws) -> str:
    """Write a length as "40 seconds", "40 s", "1 minute"."""
    n = int(seconds)
    forms = [f"{n} seconds", f"{n} s", f"{n} sec"]
    forms += [f"{ENGLISH_NUMBERS[n]} seconds"] if n < len(ENGLISH_NUMBERS) else []
    return draws.pick([*forms, *_MINUTES_EN.get(n, ())])


def length_en(seconds: float, draws: Draws) -> str:
    """Write a length as it stands before a noun: "40-second", "one-minute"."""
    n = int(seconds)
    forms = [f"{n}-second", f"{n}s"]
    forms += {60: ["one-minute", "1-minute"], 30: ["half-minute"], 120: ["two-minute"], 180: ["3-minute"]}.get(n, [])
    forms += [f"{ENGLISH_NUMBERS[n]}-second"] if n < len(ENGLISH_NUMBERS) else []
    return draws.pick(forms)


def seconds_zh(seconds: float, draws: Draws) -> str:
    """Write a length as 40秒, 四十秒, 一分钟, 一分半."""
    n = int(seconds)
    forms = [f"{n}秒", f"{n}秒钟"] + ([f"{numeral(n)}秒"] if n < 100 else [])
    return draws.pick([*forms, *_MINUTES_ZH.get(n, ())])
