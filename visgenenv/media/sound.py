"""Sound made from recipes: songs with a known tempo, syllables that last as long as the speech, ambience."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from visgenenv.media.defects_heard import tempo
from visgenenv.media.graphs import chance, graph
from visgenenv.types import Recipe

Samples = NDArray[np.float32]
"""Mono samples in [-1, 1]."""

_MINOR = re.compile(r"sad|dark|melanch|tense|suspense|epic|noir|mysterious|悲|暗|忧|紧张|史诗|神秘", re.I)
_SOFT = re.compile(
    r"ambient|calm|soft|lullaby|piano|acoustic|gentle|relax|sleep|cozy|舒缓|轻柔|安静|钢琴|温馨|助眠", re.I
)
_MAJOR_CHORDS = ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12))
_MINOR_CHORDS = ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17))
_SYLLABLE = re.compile(r"[\u3400-\u9fff]|[aeiouy]+[^aeiouy\s]*|[0-9]|[,.;:!?，。；：！？、…\n]", re.I)
_PAUSE_MARKS = frozenset(",.;:!?，。；：！？、…\n")
_VOWELS = ((730, 1090), (270, 2290), (530, 1840), (570, 840), (300, 870), (490, 1350))
"""First two formants of six vowels in Hz (Peterson and Barney, 1952, men, rounded)."""


def _time(n: int, rate: int) -> NDArray[np.float64]:
    return np.arange(n) / rate


def song(recipe: Recipe, n: int, rate: int) -> Samples:
    """Play chords, bass, drums and (unless instrumental) a lead voice at exactly the recipe's tempo."""
    params = recipe.params
    words = f"{params.get('style') or ''} {params.get('title') or ''}"
    u = chance(recipe.seed, "song")
    beat = 60 / tempo(recipe)
    root = 110 * 2 ** (int(u[0] * 7) / 12)
    chords = _MINOR_CHORDS if _MINOR.search(words) else _MAJOR_CHORDS
    soft = bool(_SOFT.search(words))
    period = 16 * beat
    loop = np.zeros(round(period * rate), np.float32)
    for bar, chord in enumerate(chords):
        _bar(loop, rate, bar * 4 * beat, beat, root, chord, soft, u[1 + bar % 4])
        if not params.get("instrumental"):
            _melody(loop, rate, bar * 4 * beat, beat, root, chord, recipe.seed, bar)
    # Repeat the four bars at their exact place in time, so that the tempo does not drift by rounding.
    loop = np.clip(loop * np.float32(0.5), -1, 1)
    track = np.zeros(n, np.float32)
    repeat = 0
    while (start := round(repeat * period * rate)) < n:
        stop = min(n, round((repeat + 1) * period * rate), start + loop.size)
        track[start:stop] = loop[: stop - start]
        repeat += 1
    return faded(track, rate, float(params.get("seconds") or n / rate), 0.02, 1.2)


def _bar(
    loop: Samples, rate: int, start: float, beat: float, root: float, chord: tuple[int, ...], soft: bool, u: float
) -> None:
    for note in chord:
        _add(loop, rate, start, _pad(root * 2 ** (1 + note / 12), 4 * beat, rate) * (0.2 if soft else 0.15))
    bass = _pluck(root * 2 ** (chord[0] / 12 - 1), 0.9 * beat, rate, 3.0) * 0.5
    for k in range(4):
        at, note = start + k * beat, chord[(k + int(u * 3)) % 3] + 12
        _add(loop, rate, at, bass)
        high = _pluck(root * 2 ** (1 + note / 12), 0.8 * beat, rate, 5.0)
        for later, strength in ((0.0, 0.2), (0.5, 0.12)):
            _add(loop, rate, at + later * beat, high * strength)
        # Every beat has a drum of about the same strength: a beat tracker then hears beats, not bars or half beats.
        if soft:
            _add(loop, rate, at, _kick(rate) * (0.3 if k else 0.4))
            _add(loop, rate, at, _hiss(rate, 0.05, 80) * 0.05)
        else:
            _add(loop, rate, at, _kick(rate) * (0.6 if k % 2 else 0.75))
            _add(loop, rate, at, _hiss(rate, 0.12, 24) * (0.2 if k % 2 else 0.12))
            _add(loop, rate, at + 0.5 * beat, _hiss(rate, 0.04, 90) * 0.02)


def _melody(
    loop: Samples, rate: int, start: float, beat: float, root: float, chord: tuple[int, ...], seed: str, bar: int
) -> None:
    u = chance(seed, f"melody {bar}")
    at = 0.0
    for k in range(5):
        length = (0.5, 1.0, 1.0, 0.5, 1.0)[k]
        pitch = root * 2 ** (2 + chord[int(u[k] * 3)] / 12)
        t = _time(round(length * beat * rate * 0.92), rate)
        tone = np.sin(2 * np.pi * pitch * t + 0.9 * np.sin(2 * np.pi * 5.2 * t)) + 0.4 * np.sin(4 * np.pi * pitch * t)
        _add(loop, rate, start + at * beat, envelope(tone.astype(np.float32), rate, 0.04, 0.09) * 0.16)
        at += length


def _add(track: Samples, rate: int, at: float, sound: Samples) -> None:
    """Mix a sound in at a time in seconds."""
    lay(track, round(at * rate), sound)


def lay(track: Samples, at: int, sound: Samples) -> None:
    """Mix a sound into a track from sample `at` on; what runs over the track's end is left out."""
    stop = min(track.size, at + sound.size)
    if at < stop:
        track[at:stop] += sound[: stop - at]


def envelope(sound: Samples, rate: int, attack: float, release: float) -> Samples:
    """Let a sound swell and fade, in place, over so many seconds; return it."""
    a, r = min(sound.size, round(attack * rate)), min(sound.size, round(release * rate))
    if a:
        sound[:a] *= np.linspace(0, 1, a, dtype=np.float32)
    if r:
        sound[-r:] *= np.linspace(1, 0, r, dtype=np.float32)
    return sound


def _pad(pitch: float, seconds: float, rate: int) -> Samples:
    n = round(seconds * rate)
    tone = _sine(pitch, n, rate)
    tone += _sine(1.004 * pitch, n, rate) * np.float32(0.5)
    tone += _sine(2 * pitch, n, rate) * np.float32(0.2)
    tone *= np.float32(0.6)
    return envelope(tone, rate, 0.08, 0.12)


def _sine(pitch: float, n: int, rate: int) -> Samples:
    """Return `n` samples of a sine in single precision, which is several times faster."""
    sine: Samples = np.sin(np.arange(n, dtype=np.float32) * np.float32(2 * np.pi * pitch / rate))
    return sine


@lru_cache(maxsize=64)
def _pluck(pitch: float, seconds: float, rate: int, decay: float) -> Samples:
    n = round(seconds * rate)
    tone = _sine(pitch, n, rate)
    tone += _sine(2 * pitch, n, rate) * np.float32(0.35)
    tone *= np.exp(np.arange(n, dtype=np.float32) * np.float32(-decay / rate))
    return _kept(envelope(tone, rate, 0.004, 0.02))


def _kept(sound: Samples) -> Samples:
    """Guard a sound that is remembered against being changed."""
    sound.flags.writeable = False
    return sound


@lru_cache(maxsize=8)
def _kick(rate: int) -> Samples:
    t = _time(round(0.22 * rate), rate)
    return _kept((np.sin(2 * np.pi * (48 * t + 4.5 * (1 - np.exp(-28 * t)))) * np.exp(-14 * t)).astype(np.float32))


@lru_cache(maxsize=16)
def _hiss(rate: int, seconds: float, decay: float) -> Samples:
    n = round(seconds * rate)
    noise = np.random.default_rng([n, rate]).standard_normal(n)
    return _kept((noise * np.exp(-decay * _time(n, rate)) * 0.5).astype(np.float32))


def faded(track: Samples, rate: int, seconds: float, fade_in: float, fade_out: float) -> Samples:
    """Fade in at the beginning and out towards `seconds`, in place, even if the track is cut before; return it."""
    fade_out = min(fade_out, 0.3 * seconds + 1e-6)
    np.clip(track, -1, 1, out=track)
    risen, falls = round(fade_in * rate) + 1, max(0, round((seconds - fade_out) * rate) - 1)
    track[:risen] *= np.clip(np.arange(track[:risen].size) / rate / fade_in, 0, 1).astype(np.float32)
    left = seconds - np.arange(falls, track.size) / rate
    track[falls:] *= np.clip(left / fade_out, 0, 1).astype(np.float32)
    return track


def speech(recipe: Recipe, n: int, rate: int) -> Samples:
    """Speak in vowels: one syllable for each of the text, spread over exactly the recipe's length."""
    params = recipe.params
    syllables = _SYLLABLE.findall(str(params.get("text") or "")) or ["a"]
    length = float(params.get("seconds") or n / rate)
    weights = np.array([1.4 if part[0] in _PAUSE_MARKS else 1.0 for part in syllables])
    edges = np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum() * max(0.05, length - 0.12) + 0.05
    voice = chance(str(params.get("voice_id") or ""), "voice")
    base = (105 + 125 * voice[0]) * 2 ** (float(params.get("pitch") or 0) / 12)
    track = np.zeros(n, np.float32)
    for index, part in enumerate(syllables):
        start, stop = edges[index], edges[index + 1]
        if part[0] in _PAUSE_MARKS or start * rate >= n:
            continue
        rising = 1 + 0.12 * np.sin(index * 1.7) - 0.1 * index / len(syllables)
        _add(
            track, rate, float(start), _vowel(base * rising, float(stop - start) * 0.94, rate, ord(part[0].lower()) % 6)
        )
    return np.asarray(np.clip(track * 0.55 * min(2.0, float(params.get("vol") or 1.0)), -1, 1), np.float32)


def _vowel(pitch: float, seconds: float, rate: int, vowel: int) -> Samples:
    n = max(1, round(seconds * rate))
    phase = (np.arange(n) * (pitch * 1024 / rate)).astype(np.int64) & 1023
    return envelope(_period(round(pitch / 4) * 4, vowel)[phase], rate, min(0.03, seconds / 4), min(0.05, seconds / 3))


@lru_cache(maxsize=512)
def _period(pitch: int, vowel: int) -> Samples:
    """One period of a vowel, 1024 samples: the harmonics near its two formants, up to 3.6 kHz."""
    turn = np.arange(1024) * (2 * np.pi / 1024)
    first, second = _VOWELS[vowel]
    sound = np.zeros(1024)
    for harmonic in range(1, 3600 // max(1, pitch) + 1):
        hertz = harmonic * pitch
        gain = np.exp(-(((hertz - first) / 160) ** 2)) + 0.5 * np.exp(-(((hertz - second) / 240) ** 2)) + 0.04
        sound += gain / np.sqrt(harmonic) * np.sin(harmonic * turn + harmonic)
    return (0.5 * sound).astype(np.float32)


_AMBIENCE = {
    "ocean": (400, 0.12, 0.0), "beach": (500, 0.12, 0.1), "underwater": (180, 0.2, 0.0), "forest": (1500, 0.25, 0.9),
    "garden": (1200, 0.25, 0.8), "meadow": (1000, 0.2, 0.7), "city": (260, 0.5, 0.0), "street": (320, 0.5, 0.1),
    "snow": (700, 0.15, 0.0), "mountain": (800, 0.15, 0.2), "desert": (700, 0.12, 0.0), "space": (120, 0.1, 0.0),
}  # fmt: skip
"""Per scene: cut-off of the noise in Hz, how often it swells per second, how likely a bird sings in a second."""


def ambience(recipe: Recipe, n: int, rate: int) -> Samples:
    """Play the sound of a clip's scene: wind, waves, traffic or a quiet room, and birds where they live."""
    scene = graph(recipe)
    cutoff, swell, birds = _AMBIENCE.get(scene.scene, (220, 0.1, 0.0))
    if "rain" in scene.lights:
        cutoff, birds = 4000, 0.0
    t = _time(n, rate)
    noise = _low_passed(n, rate, cutoff, recipe.seed)
    track = (noise * (0.6 + 0.4 * np.sin(2 * np.pi * swell * t + 1)) * 0.22).astype(np.float32)
    for second in range(int(n / rate)):
        u = chance(recipe.seed, f"bird {second}")
        if u[0] < birds:
            for k in range(2 + int(u[1] * 3)):
                _add(track, rate, second + u[2] * 0.4 + 0.13 * k, _chirp(2200 + 1800 * u[3], rate))
    return faded(track, rate, float(recipe.params.get("seconds") or n / rate), 0.05, 0.1)


def _low_passed(n: int, rate: int, cutoff: float, seed: str) -> Samples:
    """Noise without what lies above a frequency; it repeats after 8 seconds."""
    period = max(1, min(n, 8 * rate))
    rng = np.random.default_rng(int(chance(seed, "noise")[0] * 2**32))
    spectrum = np.fft.rfft(rng.standard_normal(period))
    hertz = np.fft.rfftfreq(period, 1 / rate)
    noise = np.fft.irfft(spectrum / (1 + (hertz / cutoff) ** 2), period)
    noise /= max(1e-9, float(np.abs(noise).max()))
    return np.resize(noise.astype(np.float32), n)


def _chirp(pitch: float, rate: int) -> Samples:
    t = _time(round(0.09 * rate), rate)
    return (np.sin(2 * np.pi * (pitch * t + 3500 * t**2)) * np.hanning(t.size) * 0.12).astype(np.float32)
