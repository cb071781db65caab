"""Numbers and lengths of time as people write them."""

from __future__ import annotations

import numpy as np

from visgenenv.lexicon.numerals import CHINESE_DIGITS, ENGLISH_NUMBERS
from visgenenv.tasks.latent import pick


def number_en(n: int, rng: np.random.Generator) -> str:
    """Write a number as digits or as a word."""
    return ENGLISH_NUMBERS[n] if n < len(ENGLISH_NUMBERS) and rng.random() < 0.5 else str(n)


def number_zh(n: int, rng: np.random.Generator) -> str:
    """Write a number as digits or as Chinese numerals, as said before a measure word ("两张")."""
    return numeral(n, counting=True) if rng.random() < 0.5 else str(n)


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


def seconds_en(seconds: float, rng: np.random.Generator) -> str:
    """Write a length as "40 seconds", "40 s", "1 minute"."""
    n = int(seconds)
    forms = [f"{n} seconds", f"{n} s", f"{n} sec"]
    forms += [f"{ENGLISH_NUMBERS[n]} seconds"] if n < len(ENGLISH_NUMBERS) else []
    forms += {30: ["half a minute"], 60: ["1 minute", "one minute"], 90: ["one and a half minutes"]}.get(n, [])
    return pick(forms, rng)


def length_en(seconds: float, rng: np.random.Generator) -> str:
    """Write a length as it stands before a noun: "40-second", "one-minute"."""
    n = int(seconds)
    forms = [f"{n}-second", f"{n}s"]
    forms += {60: ["one-minute", "1-minute"], 30: ["half-minute"]}.get(n, [])
    forms += [f"{ENGLISH_NUMBERS[n]}-second"] if n < len(ENGLISH_NUMBERS) else []
    return pick(forms, rng)


def seconds_zh(seconds: float, rng: np.random.Generator) -> str:
    """Write a length as 40秒, 四十秒, 一分钟, 一分半."""
    n = int(seconds)
    forms = [f"{n}秒", f"{n}秒钟", f"{numeral(n)}秒"]
    forms += {30: ["半分钟"], 60: ["一分钟", "1分钟"], 90: ["一分半", "1分30秒"]}.get(n, [])
    return pick(forms, rng)
