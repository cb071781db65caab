"""Sound from recipes: songs with a true tempo, speech-like syllables of exact length, clip ambience, mixes and cuts.

Everything is synthesised with numpy from the recipe's seed; `samples` returns float32 in [-1, 1] of exactly the
number of samples asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visgenenv.types import Recipe

Signal = NDArray[np.float32]

SCALE = (0, 2, 4, 7, 9)
"""Semitones of the pentatonic scale the melodies walk on."""
PROGRESSIONS = ((0, 5, -3, 2), (0, -3, 5, 7), (0, 7, -3, 5), (-3, 5, 0, 7))
SYLLABLES_PER_SECOND = 4.5
FORMANTS = ((730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870))
"""First and second formants of five vowels (Hz)."""


def samples(recipe: Recipe, n_samples: int, rate: int, channels: int = 2) -> Signal:
    """Return the sound of a recipe from its beginning: shape (n_samples, channels), silence past its end.

    Args:
        recipe: Any node; what has no sound is silent.
        n_samples: Exactly so many samples.
        rate: Samples a second.
        channels: 1 or 2.
    """
    mono = _mono(recipe, n_samples, rate)
    return np.repeat(np.clip(mono, -1, 1)[:, None], channels, axis=1)


def audible(recipe: Recipe) -> bool:
    """Whether a recipe has any sound at all."""
    if recipe.node in ("shot", "animate"):
        return bool(recipe.params.get("audio"))
    if recipe.node == "timeline":
        params = recipe.params
        native = params["keep_audio"] and any(clip["has_audio"] for clip in params["clips"])
        return bool(native or params["tracks"] or params["bgm"])
    if recipe.node == "titles":
        return audible(recipe.sources[0])
    return recipe.node in ("song", "speech", "cut")


def _mono(recipe: Recipe, n: int, rate: int) -> Signal:
    make = NODES.get(recipe.node)
    out = np.zeros(n, np.float32)
    if make is not None and n:
        sound = make(recipe, n, rate)[:n]
        out[: len(sound)] = sound
    return out


def _generator(recipe: Recipe, purpose: str) -> np.random.Generator:
    digest = blake2b(f"{recipe.seed}:{purpose}".encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))


def _length(recipe: Recipe, n: int, rate: int) -> int:
    """Samples that the recipe itself lasts, at most n."""
    return min(n, round(float(recipe.params.get("seconds", n / rate)) * rate))


def _song(recipe: Recipe, n: int, rate: int) -> Signal:
    """Chords, bass, a walking melody and drums, in bars of four beats at the recipe's tempo."""
    n = _length(recipe, n, rate)
    rng = _generator(recipe, "song")
    root = 110 * 2 ** (int(rng.integers(0, 12)) / 12)
    chords = PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))]
    beat = 60 / float(recipe.params["bpm"])
    bar = _bars(root, chords, beat, rate, tuple(rng.integers(0, len(SCALE), 32).tolist()))
    out = np.resize(bar, n) if n else bar[:0]
    fade = min(n, rate)
    if fade:
        out[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return out


@lru_cache(maxsize=8)
def _bars(root: float, chords: tuple[int, ...], beat: float, rate: int, walk: tuple[int, ...]) -> Signal:
    """Return four bars, one chord each."""
    length = round(16 * beat * rate)
    out = np.zeros(length, np.float32)
    for number, semitones in enumerate(chords):
        base = root * 2 ** (semitones / 12)
        _add(out, number * 4 * beat, _pad((base, base * 1.26, base * 1.5), 4 * beat, rate) * 0.16, rate)
        for half in range(8):
            note = base * 2 * 2 ** (SCALE[walk[number * 8 + half]] / 12)
            _add(out, (number * 4 + half / 2) * beat, _pluck(note, beat / 2, rate) * 0.22, rate)
        for step in range(4):
            at = (number * 4 + step) * beat
            _add(out, at, _pluck(base / 2, beat, rate) * 0.3, rate)
            _add(out, at, _kick(rate) if step % 2 == 0 else _snare(rate), rate)
    return out


def _add(out: Signal, at: float, sound: Signal, rate: int) -> None:
    """Mix a sound in at a time, cut at the end."""
    start = round(at * rate)
    end = min(len(out), start + len(sound))
    out[start:end] += sound[: end - start]


def _time(seconds: float, rate: int) -> Signal:
    return np.arange(round(seconds * rate), dtype=np.float32) / np.float32(rate)


def _pad(notes: tuple[float, ...], seconds: float, rate: int) -> Signal:
    t = _time(seconds, rate)
    envelope = np.minimum(1, np.minimum(t / 0.08, (seconds - t) / 0.08)).astype(np.float32)
    tone = sum((np.sin(2 * np.pi * note * t) for note in notes), np.zeros_like(t))
    return np.asarray(tone * envelope / len(notes), np.float32)


def _pluck(note: float, seconds: float, rate: int) -> Signal:
    t = _time(seconds, rate)
    tone = np.sin(2 * np.pi * note * t) + 0.3 * np.sin(4 * np.pi * note * t)
    return np.asarray(tone * np.exp(-5 * t / seconds), np.float32)


def _kick(rate: int) -> Signal:
    t = _time(0.18, rate)
    sweep = 50 * t + 6 * (1 - np.exp(-25 * t))
    return np.asarray(0.5 * np.sin(2 * np.pi * sweep) * np.exp(-18 * t), np.float32)


def _snare(rate: int) -> Signal:
    t = _time(0.12, rate)
    noise = np.random.default_rng(7).standard_normal(len(t))
    return (0.12 * noise * np.exp(-28 * t)).astype(np.float32)


def _speech(recipe: Recipe, n: int, rate: int) -> Signal:
    """Syllables of two vowel formants over a falling pitch: the length and loudness of speech, not its words."""
    n = _length(recipe, n, rate)
    params, rng = recipe.params, _generator(recipe, "speech")
    count = max(1, round(n / rate * SYLLABLES_PER_SECOND))
    base = (120 if "female" not in str(params.get("voice_id", "")) else 210) * 2 ** (float(params.get("pitch", 0)) / 12)
    edges = np.linspace(0, n, count + 1).astype(int)
    out = np.zeros(n, np.float32)
    for start, end in pairwise(edges.tolist()):
        t = np.arange(end - start, dtype=np.float32) / rate
        if not len(t) or rng.random() < 0.08:
            continue
        pitch = base * (1.1 - 0.2 * start / n + 0.06 * rng.standard_normal())
        first, second = FORMANTS[int(rng.integers(len(FORMANTS)))]
        voice = np.sin(2 * np.pi * pitch * t) * (
            1 + 0.6 * np.sin(2 * np.pi * first * t) + 0.3 * np.sin(2 * np.pi * second * t)
        )
        out[start:end] = voice * np.sin(np.pi * np.linspace(0, 1, len(t))) ** 0.6
    return (out * 0.35 * min(2.0, float(params.get("vol", 1)))).astype(np.float32)


def _ambience(recipe: Recipe, n: int, rate: int) -> Signal:
    """A clip's own sound: soft filtered noise that swells slowly."""
    if not recipe.params.get("audio"):
        return np.zeros(0, np.float32)
    n = _length(recipe, n, rate)
    rng = _generator(recipe, "ambience")
    coarse = rng.standard_normal(n // 24 + 2)
    wind = np.interp(np.arange(n) / 24, np.arange(len(coarse)), coarse)
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * np.arange(n) / rate / 5 + rng.random() * 6)
    return (0.06 * wind * swell).astype(np.float32)


def _timeline(recipe: Recipe, n: int, rate: int) -> Signal:
    """Clip sound where it is kept, tracks at their starts, music underneath."""
    params, sources = recipe.params, recipe.sources
    out = np.zeros(n, np.float32)
    at = 0.0
    for clip in params["clips"]:
        if params["keep_audio"] and clip["has_audio"] and not clip["still"]:
            part = _from(sources[clip["source"]], clip["start"], clip["seconds"], rate)
            _add(out, at, part * np.float32(clip["volume"]), rate)
        at += clip["seconds"] - params["overlap"]
    for track in params["tracks"]:
        part = _mono(sources[track["source"]], round(track["seconds"] * rate), rate) * np.float32(track["volume"])
        _add(out, track["start"], _faded(part, track.get("fade_in", 0), track.get("fade_out", 0), rate), rate)
    music = params["bgm"]
    if music:
        out += _music(sources[music["source"]], music, n, rate)
    return out


def _music(source: Recipe, music: dict[str, Any], n: int, rate: int) -> Signal:
    """Background music as long as the film: looped, or silent after its end."""
    length = min(n, round(float(music["seconds"]) * rate))
    bed = np.zeros(n, np.float32)
    once = _mono(source, length, rate)
    if music["loop"] and length:
        bed[:] = np.resize(once, n)
    else:
        bed[:length] = once
    return np.asarray(bed * music["volume"], np.float32)


def _from(recipe: Recipe, start: float, seconds: float, rate: int) -> Signal:
    """Return the sound of a recipe from `start` on, `seconds` long."""
    first = round(start * rate)
    return _mono(recipe, first + round(seconds * rate), rate)[first:]


def _faded(part: Signal, fade_in: float, fade_out: float, rate: int) -> Signal:
    part = part.copy()
    head, tail = min(len(part), round((fade_in or 0) * rate)), min(len(part), round((fade_out or 0) * rate))
    if head:
        part[:head] *= np.linspace(0, 1, head, dtype=np.float32)
    if tail:
        part[-tail:] *= np.linspace(1, 0, tail, dtype=np.float32)
    return part


def _cut(recipe: Recipe, n: int, rate: int) -> Signal:
    """Trim, concat, loop, fades, volume, mix, normalise: in this order."""
    params, sources = recipe.params, recipe.sources
    whole = [
        _mono(source, round(length * rate), rate) for source, length in zip(sources, params["lengths"], strict=True)
    ]
    out = whole[0][round(params["start"] * rate) : round(params["end"] * rate)]
    out = np.concatenate([out, *(whole[index] for index in params["concat"])])
    if params["loop_to"] is not None and len(out):
        out = np.resize(out, round(params["loop_to"] * rate))
    out = _faded(out, params["fade_in"], params["fade_out"], rate) * np.float32(params["volume"])
    for index in params["mix"]:
        longer, shorter = (out, whole[index]) if len(out) >= len(whole[index]) else (whole[index].copy(), out)
        longer[: len(shorter)] += shorter
        out = longer
    if params["normalize"] and len(out) and float(np.abs(out).max()) > 0:
        out = out * np.float32(0.9 / np.abs(out).max())
    return out


NODES: dict[str, Callable[[Recipe, int, int], Signal]] = {
    "song": _song,
    "speech": _speech,
    "shot": _ambience,
    "animate": _ambience,
    "timeline": _timeline,
    "cut": _cut,
    "titles": lambda recipe, n, rate: _mono(recipe.sources[0], n, rate),
}
