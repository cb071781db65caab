"""Sound editing, executed: trim, concat, loop, fades, volume, mix, normalise."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from visgenenv.tools.local.desk import RATE, Desk, Product
from visgenenv.tools.local.filters import sound
from visgenenv.tools.local.reels import exact, nearest
from visgenenv.tools.local.times import ROUNDING, span
from visgenenv.tools.local.waves import Layer, blended, changed, fitted, looped, part

BIT_RATE = 192_000


def cut_sound(
    desk: Desk,
    *,
    audio: str,
    start_time: float,
    end_time: float | None,
    fade_in: float,
    fade_out: float,
    volume: float,
    concat_with: list[str],
    mix_with: list[str],
    normalize: bool,
    format: str,
    loop_to_duration: float | None = None,
) -> tuple[list[Product], dict[str, Any]]:
    """Cut sound, in this order: trim, concat, loop, fades, volume, mix, normalise."""
    asset = desk.call.asset(audio)
    slack = ROUNDING
    if asset.kind == "video":
        source = desk.open(asset)
        slack = 1 / source.fps
        if not source.sounds:
            desk.refuse("video has no audio stream")
    whole = desk.wave(asset)
    start, end = span(desk, start_time, end_time, Fraction(whole.shape[1], RATE), slack)
    wave = part(whole, RATE, start, end)
    wave = wave if wave.shape[1] else whole[:, -1:]
    wave = np.concatenate([wave, *[desk.wave(desk.call.asset(name)) for name in concat_with]], axis=1)
    if loop_to_duration is not None:
        wave = looped(wave, nearest(exact(loop_to_duration) * RATE))
    seconds = Fraction(wave.shape[1], RATE)
    if exact(fade_in) + exact(fade_out) > seconds + ROUNDING:
        total = f"fade_in ({fade_in:.2f}) and fade_out ({fade_out:.2f})"
        desk.refuse(f"{total} should together be smaller or equal to the audio's duration ({float(seconds):.2f}).")
    wave = changed(wave, RATE, volume, fade_in, fade_out)
    mixed = [desk.wave(desk.call.asset(name)) for name in mix_with]
    if mixed:
        longest = max(one.shape[1] for one in (wave, *mixed))
        wave = blended([Layer(one) for one in (wave, *mixed)], longest, RATE)
    if normalize and wave.any():  # the loudness of silence is minus infinity
        wave = fitted(sound(wave, RATE, [("loudnorm", ""), ("aresample", str(RATE))]), wave.shape[1])
    return [desk.make_sound(wave, RATE, format, BIT_RATE)], {}
