"""Beat tracking: the tempo and the beats that librosa would find in a sound, with its quantisation and its errors."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, exp, log2
from typing import Any, NamedTuple

from visgenenv.media.beats import Pulse, pulses, within
from visgenenv.media.graphs import chance
from visgenenv.media.truth import recipe_truth
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.editing.rendering import ROUNDING
from visgenenv.tools.simulators.editing.timeline import bounds
from visgenenv.types import Asset, ToolResult

HOP = 512 / 22050
"""Seconds of one analysis frame: beats lie on this grid, and tempos are 60 / (k x HOP)."""
_HALF_OR_DOUBLE = 0.4
"""How well half and double the true tempo fit a steady beat; the true one fits with 1."""


class Found(NamedTuple):
    """What the tracker reports: the tempo, the beats in seconds, and how sure it may be (0 to 1)."""

    bpm: float
    times: tuple[float, ...]
    confidence: float


def tool_beat_detect(
    call: Invocation,
    *,
    audio: str,
    start_bpm: float,
    tightness: float,
    min_interval: float,
    start_time: float,
    end_time: float | None,
) -> ToolResult:
    """Find tempo and beats of a sound, or of a stretch of it; times are those of the whole sound."""
    sound = call.asset(audio)
    film = sound.kind == "video"
    if film and not sound.has_audio:
        call.refuse("video has no audio stream")
    slack = sound.fps[1] / sound.fps[0] if film else ROUNDING
    span = bounds(call, start_time, end_time, sound.duration, slack)
    found = _listen(sound, span, float(start_bpm), float(tightness))
    times = list(_thinned(found.times, float(min_interval)) if min_interval else found.times)
    data: dict[str, Any] = {
        "bpm": found.bpm,
        "beat_times": times,
        "beat_count": len(times),
        "downbeats": times[::4],
        "duration": round(sound.duration, 3),
        "confidence": found.confidence,
    }
    return call.done(data=data)


def _listen(sound: Asset, span: tuple[float, float], start_bpm: float, tightness: float) -> Found:
    """Return what is found: a beat in music, some rhythm in speech and noise, nothing in silence."""
    recipe = sound.recipe
    heard = tuple(within(pulses(recipe), *span))
    luck = chance(recipe.seed, "beat tracking")
    if heard:
        main = max(heard, key=lambda pulse: pulse.end - pulse.start)
        factor = octave(main.bpm, start_bpm)
        times = _steady(heard, span, factor, 1 + int(4 * luck[0]))
        return Found(quantised(main.bpm * factor), times, round(0.82 + 0.16 * luck[1], 2))
    truth = recipe_truth(recipe)
    if truth.speech:
        frames = 17 + int(16 * luck[2])
        return _unsteady(recipe.seed, span, frames, tightness, round(0.08 + 0.22 * luck[1], 2))
    if truth.sound or truth.music:  # music of whose tempo nothing is known: a recording of the user's own
        return _unsteady(recipe.seed, span, _NOISE_FRAMES, tightness, round(0.05 + 0.2 * luck[1], 2))
    return Found(0.0, (), 0.0)


_NOISE_FRAMES = 25
"""Frames from beat to beat that the tracker finds in noise: 103.36 beats a minute (measured with librosa 0.11)."""


def quantised(bpm: float) -> float:
    """Return the tempo that a whole number of frames gives, nearest to a tempo in frames.

    >>> quantised(120), quantised(128), quantised(174)
    (117.45, 129.2, 172.27)
    """
    return round(60 / (max(1, int(60 / bpm / HOP + 0.5)) * HOP), 2)


@lru_cache(maxsize=4096)
def octave(bpm: float, start_bpm: float) -> float:
    """Return 1, 2 or 0.5: by which factor the tracker misses a tempo far from the one it starts from.

    It weighs tempos by a log-normal around `start_bpm`, one octave wide.

    >>> octave(120, 120), octave(174, 40), octave(70, 300)
    (1.0, 0.5, 2.0)
    """
    fits = ((1.0, 1.0), (2.0, _HALF_OR_DOUBLE), (0.5, _HALF_OR_DOUBLE))
    return max(fits, key=lambda fit: fit[1] * exp(-0.5 * log2(bpm * fit[0] / start_bpm) ** 2))[0]


@lru_cache(maxsize=1024)
def _steady(heard: tuple[Pulse, ...], span: tuple[float, float], factor: float, lost: int) -> tuple[float, ...]:
    """Return the beats of music on the frame grid; the first few are lost, as the tracker trims weak ones."""
    times = []
    for pulse in heard:
        period = 60 / (pulse.bpm * factor)
        number = ceil((pulse.start - pulse.beat) / period - 1e-6)
        while (moment := pulse.beat + number * period) < pulse.end - 1e-9:
            times.append(_on_grid(moment, span))
            number += 1
    times = sorted(set(times))
    return tuple(times[min(lost, max(0, len(times) - 2)) :])


def _on_grid(moment: float, span: tuple[float, float]) -> float:
    """Return a time on the frame grid that begins where the analysis begins, to the millisecond, inside the sound."""
    last = int((span[1] - span[0]) / HOP)
    return round(span[0] + min(max(0, int((moment - span[0]) / HOP + 0.5)), last) * HOP, 3)


def _unsteady(seed: str, span: tuple[float, float], frames: int, tightness: float, confidence: float) -> Found:
    """Return beats where there are none: near a tempo, and the further from it the looser the tracker is."""
    times = _wandering(seed, span, frames, min(0.4, 0.2 * (100 / tightness) ** 0.5))
    return Found(round(60 / (frames * HOP), 2) if times else 0.0, times, confidence)


@lru_cache(maxsize=1024)
def _wandering(seed: str, span: tuple[float, float], frames: int, loose: float) -> tuple[float, ...]:
    times: list[float] = []
    last, frame, block = int((span[1] - span[0]) / HOP), frames // 2, 0
    while frame < last:
        for u in chance(seed, f"beats {block}"):
            if frame < last:
                times.append(round(span[0] + frame * HOP, 3))
            frame += max(1, round(frames * (1 + loose * (2 * u - 1))))
        block += 1
    return tuple(times)


@lru_cache(maxsize=1024)
def _thinned(times: tuple[float, ...], least: float) -> tuple[float, ...]:
    """Return the beats that come at least so many seconds after the one kept before them."""
    kept: list[float] = []
    for moment in times:
        if not kept or moment - kept[-1] >= least - 1e-9:
            kept.append(moment)
    return tuple(kept)
