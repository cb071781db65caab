"""Sound before it is a file: decoded, cut, faded, played at another pace, laid over other sound."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from visgenenv.tools.local.filters import Step, Wave, mixed, sound
from visgenenv.tools.local.reels import nearest


class Layer:
    """A sound in a mix: where it begins (in samples), how loud it is, how long it fades (in seconds)."""

    __slots__ = ("at", "fade_in", "fade_out", "volume", "wave")

    def __init__(self, wave: Wave, at: int = 0, volume: float = 1.0, fade_in: float = 0.0, fade_out: float = 0.0):
        self.wave, self.at, self.volume, self.fade_in, self.fade_out = wave, at, volume, fade_in, fade_out


def decoded(path: Path, rate: int = 0, channels: int = 0) -> tuple[Wave, int]:
    """Return the whole sound of a file and its sample rate.

    Args:
        path: An audio file, or a film with sound.
        rate: Samples a second of the result; default: the file's own.
        channels: 1 or 2; default: the file's own.
    """
    out: list[Wave] = []
    with av.open(str(path)) as container:
        own, kept = container.streams.audio[0].rate, container.streams.audio[0].channels
        plain = av.AudioResampler(format="fltp", layout="mono" if kept == 1 else "stereo", rate=own)
        for frame in container.decode(audio=0):
            out += [np.asarray(piece.to_ndarray(), np.float32) for piece in plain.resample(frame)]
        out += [np.asarray(piece.to_ndarray(), np.float32) for piece in plain.resample(None)]
    wave = np.concatenate(out, axis=1) if out else np.zeros((kept, 0), np.float32)
    if channels and channels != wave.shape[0]:
        wave = np.repeat(wave, 2, axis=0) if channels == 2 else wave.mean(axis=0, keepdims=True)
    return resampled(wave, own, rate or own), rate or own


def resampled(wave: Wave, rate: int, wanted: int) -> Wave:
    """Return a sound at another sample rate, as long as it was to the sample."""
    if rate == wanted or not wave.shape[1]:
        return wave
    return fitted(sound(wave, rate, [("aresample", str(wanted))]), nearest(Fraction(wave.shape[1] * wanted, rate)))


def fitted(wave: Wave, n: int) -> Wave:
    """Return a sound on exactly `n` samples: cut, or followed by silence."""
    if wave.shape[1] >= n:
        return wave[:, :n]
    return np.pad(wave, ((0, 0), (0, n - wave.shape[1])))


def part(wave: Wave, rate: int, start: Fraction, end: Fraction) -> Wave:
    """Return a stretch of a sound, from the sample nearest to its beginning to the one nearest to its end."""
    return wave[:, nearest(start * rate) : nearest(end * rate)]


def changed(wave: Wave, rate: int, volume: float = 1.0, fade_in: float = 0.0, fade_out: float = 0.0) -> Wave:
    """Return a sound louder or softer, and with fades at its ends."""
    n, steps = wave.shape[1], []
    if fade_in:
        steps.append(("afade", f"t=in:ss=0:ns={max(1, round(fade_in * rate))}"))
    if fade_out:
        length = min(n, max(1, round(fade_out * rate)))
        steps.append(("afade", f"t=out:ss={n - length}:ns={length}"))
    if volume != 1:
        steps.append(("volume", f"{volume:.6f}"))
    return sound(wave, rate, steps) if steps and n else wave


def looped(wave: Wave, n: int) -> Wave:
    """Return a sound from its beginning again as often as `n` samples take."""
    if wave.shape[1] >= n or not wave.shape[1]:
        return fitted(wave, n)
    return np.tile(wave, (1, -(-n // wave.shape[1])))[:, :n]


def paced(wave: Wave, rate: int, speed: Fraction, keep_pitch: bool) -> Wave:
    """Return a sound `speed` times as fast: at the same pitch (`atempo`, in steps of 0.5 to 2) or at another."""
    n = nearest(wave.shape[1] / speed)
    if speed == 1 or not wave.shape[1]:
        return wave
    if keep_pitch:
        return fitted(sound(wave, rate, tempo_steps(float(speed))), n)
    # Two sample rates in a ratio near the speed; what is left of the difference is less than a hundredth of a second.
    return fitted(sound(wave, rate, [("asetrate", str(max(1, round(rate * speed)))), ("aresample", str(rate))]), n)


def tempo_steps(speed: float) -> list[Step]:
    """Return the `atempo` filters that play a sound at a speed: each does 0.5 to 2."""
    steps = []
    while not 0.5 <= speed <= 2:
        step = 2.0 if speed > 2 else 0.5
        steps.append(("atempo", str(step)))
        speed /= step
    return [*steps, ("atempo", f"{speed:.9f}")]


def blended(layers: Sequence[Layer], n: int, rate: int) -> Wave:
    """Return layers added up on exactly `n` samples (`adelay`, `amix`); silence where there is none."""
    parts: list[tuple[Wave, list[Step]]] = [
        (changed(layer.wave, rate, layer.volume, layer.fade_in, layer.fade_out),
         [("adelay", f"{layer.at}S:all=1")] if layer.at else [])
        for layer in layers if layer.wave.shape[1] and layer.at < n
    ]  # fmt: skip
    if not parts:
        return np.zeros((2, n), np.float32)
    parts = [(np.repeat(wave, 2, axis=0) if wave.shape[0] == 1 else wave, steps) for wave, steps in parts]
    return fitted(mixed(parts, rate, []), n)
