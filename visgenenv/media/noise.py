"""What sound effects are built from: bands of noise, strokes, tones that die away, and their repetition in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from visgenenv.media.sound import Samples, envelope, lay

Luck = np.random.Generator


def band(n: int, rate: int, low: float, high: float, luck: Luck) -> Samples:
    """Return noise between two frequencies in Hz, with soft edges; its loudest sample is 1."""
    spectrum = np.fft.rfft(luck.standard_normal(n).astype(np.float32))
    hertz = np.fft.rfftfreq(n, 1 / rate)
    spectrum *= 1 / (1 + (hertz / high) ** 6) / (1 + (low / np.maximum(hertz, 1e-3)) ** 6)
    noise = np.fft.irfft(spectrum, n)
    return np.asarray(noise / max(1e-9, float(np.abs(noise).max(initial=0.0))), np.float32)


def swell(n: int, rate: int, per_second: float, luck: Luck, least: float = 0.2) -> NDArray[np.float32]:
    """Return a level that wanders between `least` and 1, about so many times a second."""
    points = luck.uniform(least, 1.0, max(2, int(n / rate * per_second) + 3))
    return np.interp(np.arange(n) / rate * per_second, np.arange(points.size), points).astype(np.float32)


def tone(pitch: float, seconds: float, rate: int, decay: float = 0.0, glide: float = 0.0) -> Samples:
    """Return a sine that dies away (`decay` a second) while its pitch glides (Hz a second)."""
    t = np.arange(max(1, round(seconds * rate))) / rate
    sine = np.sin(2 * np.pi * (pitch * t + glide / 2 * t**2)) * np.exp(-decay * t)
    return envelope(sine.astype(np.float32), rate, min(0.002, seconds / 8), min(0.02, seconds / 4))


def burst(seconds: float, rate: int, decay: float, low: float, high: float, luck: Luck) -> Samples:
    """Return a stroke of noise that dies away."""
    n = max(8, round(seconds * rate))
    return np.asarray(band(n, rate, low, high, luck) * np.exp(-decay * np.arange(n) / rate), np.float32)


def _times(n: int, rate: int, every: float, luck: Luck, jitter: float = 0.3) -> Iterator[int]:
    """Yield the samples at which something happens again and again, `every` so many seconds, the first soon."""
    at = luck.uniform(0.0, min(0.2, every / 4))
    while at * rate < n:
        yield int(at * rate)
        at += every * luck.uniform(1 - jitter, 1 + jitter)


def repeated(n: int, rate: int, every: float, luck: Luck, make: Callable[[], Samples], jitter: float = 0.3) -> Samples:
    """Return a track on which something sounds again and again, each time a little louder or softer."""
    track = np.zeros(n, np.float32)
    for at in _times(n, rate, every, luck, jitter):
        lay(track, at, make() * luck.uniform(0.6, 1.0))
    return track
