"""Sound played faster or slower: at the same pitch (overlap-add of matching pieces) or at another (resampled)."""

from __future__ import annotations

import numpy as np

from visgenenv.media.sound import Samples

PIECE, SEARCH = 0.04, 0.01
"""Seconds of one piece, and how far around its place the best match is looked for."""
COARSE, TEMPLATE = 8, 512
"""Every so many samples are compared at first, and so many samples around the best of them after that."""


def stretched(sound: Samples, n: int, rate: int, keep_pitch: bool = True) -> Samples:
    """Return a sound on exactly `n` samples.

    Args:
        sound: On one channel.
        n: Samples of the result.
        rate: Samples a second, of both.
        keep_pitch: Whether tones stay as high as they are; otherwise a faster sound is a higher one.
    """
    if n == sound.size or not sound.size:
        return np.resize(sound, n) if sound.size else np.zeros(n, np.float32)
    if not keep_pitch:
        return np.interp(np.linspace(0, sound.size - 1, n), np.arange(sound.size), sound).astype(np.float32)
    return _matched(sound, n, rate)


def _matched(sound: Samples, n: int, rate: int) -> Samples:
    """Lay pieces of the sound over each other at the new pace, each moved to where it continues the one before."""
    hop = max(2, round(PIECE * rate / 2))
    search = min(round(SEARCH * rate), hop)
    window = np.hanning(2 * hop + 1)[:-1].astype(np.float32)
    pad = 2 * hop + search
    source = np.concatenate([np.zeros(pad, np.float32), sound, np.zeros(2 * pad, np.float32)])
    out = np.zeros((n // hop + 4) * hop, np.float32)
    pace, follow = sound.size / n, None
    for step in range(n // hop + 2):
        # The middle of this piece is the moment `step * hop` of the result, and so a moment of the source.
        at = round(min(step * hop * pace, sound.size)) + pad - hop
        if follow is not None:
            at += _best_shift(source, at, source[follow : follow + 2 * hop], search)
        out[step * hop : (step + 2) * hop] += window * source[at : at + 2 * hop]
        follow = at + hop
    return out[hop : hop + n]


def _best_shift(source: Samples, at: int, template: Samples, search: int) -> int:
    """Return by how many samples the piece at `at` should be moved to look most like the template."""
    first = max(0, at - search)
    area = source[first : at + search + template.size]
    rough = int(np.argmax(np.correlate(area[::COARSE], template[::COARSE], "valid"))) * COARSE
    low = max(0, rough - COARSE)
    short = template[:TEMPLATE]
    fine = np.correlate(area[low : rough + COARSE + short.size], short, "valid")
    return first + low + int(np.argmax(fine)) - at


def paced(sound: Samples, span: tuple[float, float], speed: float, rate: int, keep_pitch: bool) -> Samples:
    """Return a sound whose stretch from `span[0]` to `span[1]` seconds plays `speed` times as fast."""
    first, last = (min(sound.size, round(moment * rate)) for moment in span)
    middle = stretched(sound[first:last], round((span[1] - span[0]) / speed * rate), rate, keep_pitch)
    return np.concatenate([sound[:first], middle, sound[last:]])
