"""Subtitle files: srt, WebVTT and ass read into cues, and cues written as srt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

Cue = tuple[float, float, str]
"""Start and end in seconds, and the words between."""

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_ARROW = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
_DIALOGUE = re.compile(rf"Dialogue:[^,]*,\s*{_TIME}\s*,\s*{_TIME}\s*,")
_OVERRIDE = re.compile(r"\{[^{}]*\}")


@lru_cache(maxsize=256)
def read_cues(text: str) -> tuple[Cue, ...]:
    r"""Return the cues of an srt, vtt or ass text in their order; empty if there are none. Never raises.

    >>> read_cues("1\n00:00:01,500 --> 00:00:03,000\nHello\n")
    ((1.5, 3.0, 'Hello'),)
    """
    cues: list[Cue] = []
    times: tuple[float, float] | None = None
    words: list[str] = []
    for line in (*text.lstrip("\ufeff").splitlines(), ""):
        spoken = None if times else _DIALOGUE.match(line)
        if spoken:
            parts = line.split(",", 9)
            said = _OVERRIDE.sub("", parts[-1]).replace("\\N", "\n").replace("\\n", "\n")
            if len(parts) == 10 and said.strip():
                cues.append((*_span(spoken), said.strip()))
            continue
        arrow = _ARROW.match(line)
        if arrow or not line.strip():
            if times and words:
                cues.append((*times, "\n".join(words)))
            times, words = _span(arrow) if arrow else None, []
        elif times:
            words.append(line.strip())
    return tuple(cues)


def _span(match: re.Match[str]) -> tuple[float, float]:
    parts = match.groups()
    return _seconds(*parts[:4]), _seconds(*parts[4:])


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def write_srt(cues: Iterable[Cue]) -> str:
    r"""Return cues as an srt text that `read_cues` reads back, to the millisecond.

    >>> write_srt([(1.5, 3.0, "Hello")])
    '1\n00:00:01,500 --> 00:00:03,000\nHello\n'
    """
    return "\n".join(
        [f"{n}\n{_stamps(start, end)}\n{_lines(words)}\n" for n, (start, end, words) in enumerate(cues, 1)]
    )


def _stamps(start: float, end: float) -> str:
    first = int(start * 1000 + 0.5)
    last = max(first + 1, int(end * 1000 + 0.5))
    if last < _HOUR:  # nearly always, and written in one go
        a, b = first // 1000, last // 1000
        return f"00:{a // 60:02d}:{a % 60:02d},{first % 1000:03d} --> 00:{b // 60:02d}:{b % 60:02d},{last % 1000:03d}"
    return f"{_stamp(first)} --> {_stamp(last)}"


_HOUR = 3_600_000
"""Milliseconds."""


def _stamp(milliseconds: int) -> str:
    seconds, milliseconds = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{milliseconds:03d}"


@lru_cache(maxsize=1024)
def _lines(words: str) -> str:
    """A blank line ends a cue and an arrow starts one, so neither may stand inside the words."""
    return "\n".join([line.strip() for line in words.replace("-->", "→").splitlines() if line.strip()])
