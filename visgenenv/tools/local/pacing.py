"""Speed, executed: frames last longer or shorter, sound is stretched by `atempo` or resampled."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from visgenenv.tools.local.desk import Desk, Product, film_sound
from visgenenv.tools.local.filters import Wave
from visgenenv.tools.local.reels import chained, exact, gridded, nearest, stretch
from visgenenv.tools.local.times import ROUNDING, Span, span
from visgenenv.tools.local.waves import decoded, fitted, paced, part
from visgenenv.types import Asset

SLOWEST, FASTEST = Fraction(1, 10), Fraction(4)
_SLACK = Fraction(1, 10**9)
Made = tuple[list[Product], dict[str, Any]]


def adjust_speed(
    desk: Desk,
    *,
    video: str,
    keep_pitch: bool,
    keep_fps: bool,
    speed: float | None = None,
    target_duration: float | None = None,
    segment: dict[str, float] | None = None,
) -> Made:
    """Play a film or a sound at another pace, whole or in one stretch."""
    asset = desk.call.asset(video)
    if asset.kind == "audio":
        wave, rate = decoded(desk.path(asset))
        length = Fraction(wave.shape[1], rate)
        pace, stretched = _asked(desk, length, ROUNDING, speed, target_duration, segment)
        return [_sound(desk, asset, wave, rate, pace, stretched, keep_pitch)], {"speed": round(float(pace), 6)}
    source = desk.open(asset)
    pace, stretched = _asked(desk, source.seconds, 1 / source.fps, speed, target_duration, segment)
    fps = source.fps if keep_fps or pace >= 1 else (source.fps * pace).limit_denominator(100_000)
    reel = chained([stretch(source.reel, *one) for one in _parts(source.seconds, pace, stretched)])
    size = (reel.width, reel.height)
    desk.check_work(reel.seconds, *size, fps, 0.8)
    sound, rate = None, source.facts.sample_rate
    if source.sounds:
        wave = desk.wave(asset, rate, source.facts.channels)
        sound = film_sound(_paced(wave, rate, pace, stretched, keep_pitch), nearest(reel.seconds * fps), fps, rate)
    return [desk.make_film(gridded(reel, fps), size, fps, sound, rate)], {"speed": round(float(pace), 6)}


def _asked(
    desk: Desk,
    length: Fraction,
    slack: Fraction,
    speed: float | None,
    target: float | None,
    segment: dict[str, float] | None,
) -> tuple[Fraction, Span]:
    """Return the pace, and the stretch that is played at it."""
    stretched = (Fraction(0), length)
    if segment is not None:
        stretched = span(desk, segment["start"], segment["end"], length, slack, "segment: ")
    if speed is not None:
        return exact(speed), stretched
    paced_part = stretched[1] - stretched[0]
    left = exact(target or 0) - (length - paced_part)
    if left <= 0:
        told = f"what lies outside the segment lasts {float(length - paced_part):.2f} s"
        desk.refuse(f"target_duration ({target:.2f}) is too short: {told}")
    pace = paced_part / left
    if not SLOWEST - _SLACK <= pace <= FASTEST + _SLACK:
        told = f"to make {float(length):.2f} s last {target:.2f} s it would have to be {float(pace):.3g}"
        desk.refuse(f"speed must be between 0.1 and 4: {told}")
    return pace, stretched


def _parts(length: Fraction, pace: Fraction, stretched: Span) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Return the stretches of a film with the pace of each; empty ones are left out."""
    one = Fraction(1)
    parts = [(Fraction(0), stretched[0], one), (*stretched, pace), (stretched[1], length, one)]
    return [part for part in parts if part[1] > part[0]]


def _paced(wave: Wave, rate: int, pace: Fraction, stretched: Span, keep_pitch: bool) -> Wave:
    length = Fraction(wave.shape[1], rate)
    pieces = [
        paced(part(wave, rate, start, min(end, length)), rate, speed, keep_pitch)
        for start, end, speed in _parts(max(length, stretched[1]), pace, stretched)
    ]
    return np.concatenate(pieces, axis=1)


def _sound(
    desk: Desk, asset: Asset, wave: Wave, rate: int, pace: Fraction, stretched: Span, keep_pitch: bool
) -> Product:
    changed = stretched[1] - stretched[0]
    seconds = Fraction(wave.shape[1], rate) - changed + changed / pace
    out = fitted(_paced(wave, rate, pace, stretched, keep_pitch), max(1, nearest(seconds * rate)))
    return desk.make_sound(out, rate, asset.url.rpartition(".")[2])
