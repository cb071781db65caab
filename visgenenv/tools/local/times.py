"""Times in a call: where stretches begin and end, checked against how long the file really is."""

from __future__ import annotations

from fractions import Fraction

from visgenenv.tools.local.desk import Desk
from visgenenv.tools.local.reels import exact

Span = tuple[Fraction, Fraction]
ROUNDING = Fraction(1, 1000)
"""Seconds by which a time may lie past the end: lengths are told to the millisecond."""


def span(desk: Desk, start: float, end: float | None, length: Fraction, slack: Fraction, where: str = "") -> Span:
    """Return a stretch of something that lasts `length`, refused where MoviePy would and in its words.

    Negative times count from the end. ffmpeg would cut silently at the end, or write a file without frames.
    """
    lasts, begin = f"the clip's duration ({float(length):.2f})", exact(start)
    begin += length if start < 0 else 0
    if begin < 0:
        desk.refuse(f"{where}start_time ({start:.2f}) lies before the clip's beginning ({-float(length):.2f}).")
    if begin >= length:
        desk.refuse(f"{where}start_time ({start:.2f}) should be smaller than {lasts}.")
    stop = length if end is None else exact(end) + (length if end < 0 else 0)
    if stop > length + slack:
        desk.refuse(f"{where}end_time ({end:.2f}) should be smaller or equal to {lasts}.")
    if stop <= begin:
        desk.refuse(f"{where}start_time ({float(begin):.2f}) should be smaller than end_time ({float(stop):.2f}).")
    return begin, min(stop, length)


def without(spans: list[Span], length: Fraction) -> list[Span]:
    """Return what is left of `length` seconds when stretches that do not overlap are taken out."""
    left, now = [], Fraction(0)
    for start, end in sorted(spans):
        left.append((now, start))
        now = end
    return [(start, end) for start, end in [*left, (now, length)] if end > start]
