"""Beat tracking, executed: onsets, tempo and beats found in the decoded sound (Ellis 2007, as librosa does it)."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visgenenv.tools.local.desk import Desk, Product
from visgenenv.tools.local.times import ROUNDING, span
from visgenenv.tools.local.waves import decoded

RATE, HOP, WINDOW, BANDS = 22_050, 512, 2048, 64
_SECONDS = 8.0
"""Longest lag, in seconds, that is looked at for a period."""
Line = NDArray[np.float64]


def track(
    desk: Desk,
    *,
    audio: str,
    start_bpm: float,
    tightness: float,
    min_interval: float,
    start_time: float,
    end_time: float | None,
) -> tuple[list[Product], dict[str, Any]]:
    """Find tempo and beats of a sound, or of a stretch of it; times are those of the whole sound."""
    asset, slack = desk.call.asset(audio), ROUNDING
    if asset.kind == "video":
        source = desk.open(asset)
        slack = 1 / source.fps
        if not source.sounds:
            desk.refuse("video has no audio stream")
        length = source.seconds
    wave, rate = decoded(desk.path(asset))
    if asset.kind == "audio":
        length = Fraction(wave.shape[1], rate)
    start, end = span(desk, start_time, end_time, length, slack)
    mono = decoded(desk.path(asset), RATE, 1)[0][0].astype(np.float64)
    bpm, frames, sure = beats(mono[int(start * RATE) : int(end * RATE)], float(start_bpm), float(tightness))
    times: list[float] = []
    for frame in frames:
        moment = round(float(start) + frame * HOP / RATE, 3)
        if moment <= float(end) and (not times or moment - times[-1] >= min_interval):
            times.append(moment)
    data = {
        "bpm": bpm,
        "beat_times": times,
        "beat_count": len(times),
        "downbeats": times[::4],
        "duration": round(float(length), 3),
        "confidence": sure,
    }
    return [], data


def beats(wave: Line, start_bpm: float, tightness: float) -> tuple[float, list[int], float]:
    """Return the tempo, the frames on which a beat falls, and how regular the sound is (0 to 1)."""
    onsets = _onsets(wave)
    if onsets.size < 3 or not onsets.any():
        return 0.0, [], 0.0
    lag, sure = _period(onsets, start_bpm)
    return round(60 * RATE / HOP / lag, 2), _chain(onsets, lag, tightness), sure


def _onsets(wave: Line) -> Line:
    """Return how much louder each frame is than the one before it, over all bands."""
    if wave.size < HOP or float(np.abs(wave).max()) < 1e-4:
        return np.zeros(0)
    padded = np.pad(wave, WINDOW // 2)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(pieces, axis=1)) ** 2 @ _bands().T
    level = 10 * np.log10(np.maximum(power, 1e-10))
    level = np.maximum(level, level.max() - 80)
    rise = np.maximum(np.diff(level, axis=0, prepend=level[:1]), 0).mean(axis=1)
    return np.asarray(rise, np.float64)


@cache
def _bands() -> Line:
    """Return triangles on the mel scale, one row a band."""
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, BANDS + 2) / 2595) - 1)
    hertz = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    up = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(up, down))


def _period(onsets: Line, start_bpm: float) -> tuple[int, float]:
    """Return the period in frames: where the onsets repeat best, weighed by a log-normal around `start_bpm`."""
    longest = min(onsets.size - 1, int(_SECONDS * RATE / HOP))
    centred = onsets - onsets.mean()
    size = 2 * onsets.size
    own = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2)[: longest + 1]
    lags = np.arange(1, longest + 1)
    bpm = 60 * RATE / HOP / lags
    fit = np.log1p(1e6 * np.maximum(own[1:] / max(float(own[0]), 1e-12), 0))
    weight = fit - 0.5 * np.log2(bpm / start_bpm) ** 2
    weight[bpm > 320] = -np.inf
    lag = int(lags[int(np.argmax(weight))])
    return lag, round(float(np.clip(own[lag] / max(float(own[0]), 1e-12), 0, 1)), 2)


def _chain(onsets: Line, lag: int, tightness: float) -> list[int]:
    """Return the frames that lie a period apart as nearly as possible and on onsets as strong as possible."""
    spread = np.exp(-0.5 * (np.arange(-lag, lag + 1) * 32.0 / lag) ** 2)
    score = np.convolve(onsets / max(float(onsets.std()), 1e-9), spread, "same")[: onsets.size]
    before = np.arange(-2 * lag, -max(1, round(lag / 2)) + 1)
    cost = -tightness * np.log(-before / lag) ** 2
    total, back, threshold = np.zeros(onsets.size), np.full(onsets.size, -1), 0.01 * float(score.max())
    started = False
    for now in range(onsets.size):
        places = now + before
        inside = places >= 0
        best = int(np.argmax(np.where(inside, cost + total[np.maximum(places, 0)], cost))) if inside.any() else -1
        gain = float(cost[best] + (total[places[best]] if best >= 0 and places[best] >= 0 else 0)) if best >= 0 else 0.0
        total[now] = score[now] + gain
        if started or score[now] >= threshold:
            started = True
            back[now] = places[best] if best >= 0 and places[best] >= 0 else -1
    return _trimmed(_walk(total, back), score)


def _walk(total: Line, back: NDArray[np.int64]) -> list[int]:
    peaks = [i for i in range(1, total.size - 1) if total[i - 1] < total[i] >= total[i + 1]]
    if not peaks:
        return []
    middle = float(np.median(total[peaks]))
    place = max(i for i in peaks if 2 * total[i] > middle) if any(2 * total[i] > middle for i in peaks) else peaks[-1]
    found = []
    while place >= 0:
        found.append(int(place))
        place = int(back[place])
    return found[::-1]


def _trimmed(found: list[int], score: Line) -> list[int]:
    """Leave out weak beats at either end."""
    if len(found) < 3:
        return found
    strength = np.convolve(score[found], np.hanning(5), "same")[: len(found)]
    strong = np.flatnonzero(strength > 0.5 * float(np.sqrt((strength**2).mean())))
    return found[int(strong[0]) : int(strong[-1]) + 1] if strong.size else []
