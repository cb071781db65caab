"""The sounds a sound effect is made of: each from noise and tones alone, in about the loudness it has in life.

Every maker takes how many samples, the sample rate and a generator, and returns mono samples; the effect that uses it
sets the level.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from visgenenv.media.noise import Luck, band, burst, repeated, swell, tone
from visgenenv.media.sound import Samples, envelope, lay

Maker = Callable[[int, int, Luck], Samples]

_BELL = ((0.5, 0.6), (1.0, 1.0), (1.19, 0.7), (1.5, 0.4), (2.0, 0.6), (2.74, 0.35), (3.0, 0.25), (4.07, 0.15))
"""Partials of a bell as multiples of its pitch, with their strength: hum, prime, tierce, quint, nominal and above."""


def rain(n: int, rate: int, luck: Luck) -> Samples:
    drops = repeated(n, rate, 0.03, luck, lambda: tone(luck.uniform(2500, 6000), 0.012, rate, 300), 0.9)
    return band(n, rate, 900, 9000, luck) * swell(n, rate, 0.5, luck, 0.7) * 0.7 + drops * 0.5


def wind(n: int, rate: int, luck: Luck) -> Samples:
    gust = swell(n, rate, 0.7, luck, 0.15)
    whistle = band(n, rate, 500, 1100, luck) * gust * gust * gust
    return np.asarray(band(n, rate, 60, 420, luck) * gust + whistle * 0.4, np.float32)


def waves(n: int, rate: int, luck: Luck) -> Samples:
    t = np.arange(n) / rate
    surf = (0.5 + 0.5 * np.sin(2 * np.pi * 0.16 * t + luck.uniform(0, 6))) ** 2
    swash = band(n, rate, 60, 500, luck) * (0.4 + 0.6 * surf) + band(n, rate, 900, 5000, luck) * surf**2 * 0.6
    return np.asarray(swash, np.float32)


def water(n: int, rate: int, luck: Luck) -> Samples:
    def bubble() -> Samples:
        return tone(luck.uniform(350, 1100), luck.uniform(0.03, 0.09), rate, 25, luck.uniform(2000, 6000))

    return band(n, rate, 350, 2600, luck) * 0.35 + repeated(n, rate, 0.05, luck, bubble, 0.9) * 0.6


def fire(n: int, rate: int, luck: Luck) -> Samples:
    crackle = repeated(n, rate, 0.09, luck, lambda: burst(0.02, rate, 250, 1200, 7000, luck), 0.9)
    return band(n, rate, 50, 300, luck) * swell(n, rate, 3, luck, 0.5) * 0.5 + crackle


def thunder(n: int, rate: int, luck: Luck) -> Samples:
    def clap() -> Samples:
        rumble = burst(4.0, rate, 0.9, 22, 170, luck) * swell(round(4.0 * rate), rate, 5, luck, 0.3)
        lay(rumble, 0, burst(0.5, rate, 7, 80, 1500, luck) * 0.7)
        return rumble

    return repeated(n, rate, 5.0, luck, clap)


def explosion(n: int, rate: int, luck: Luck) -> Samples:
    def blast() -> Samples:
        sound = burst(2.5, rate, 2.2, 25, 260, luck)
        lay(sound, 0, burst(0.6, rate, 9, 200, 5000, luck) * 0.8)
        lay(sound, 0, tone(52, 1.2, rate, 3, -18) * 0.8)
        return sound

    return repeated(n, rate, 4.0, luck, blast)


def footsteps(n: int, rate: int, luck: Luck) -> Samples:
    def step() -> Samples:
        sound = tone(luck.uniform(75, 105), 0.14, rate, 30, -150)
        lay(sound, 0, burst(0.09, rate, 55, 500, 3500, luck) * 0.5)
        return sound

    return repeated(n, rate, 0.55, luck, step, 0.06)


def bell(n: int, rate: int, luck: Luck) -> Samples:
    pitch = luck.uniform(420, 900)

    def ring() -> Samples:
        partials = [tone(pitch * ratio, 3.0, rate, 0.9 + 0.7 * ratio) * level for ratio, level in _BELL]
        return np.asarray(sum(partials), np.float32)

    return repeated(n, rate, 2.5, luck, ring, 0.1)


def engine(n: int, rate: int, luck: Luck) -> Samples:
    pitch, t = luck.uniform(45, 75), np.arange(n) / rate
    phase = 2 * np.pi * np.cumsum(pitch * (0.9 + 0.2 * swell(n, rate, 0.6, luck, 0.0))) / rate
    hum = sum(np.sin(k * phase) / k for k in range(1, 9))
    throb = 0.7 + 0.3 * np.sin(2 * np.pi * pitch / 4 * t)
    return np.asarray(hum * throb * 0.6, np.float32) + band(n, rate, 60, 900, luck) * 0.25


def whoosh(n: int, rate: int, luck: Luck) -> Samples:
    def sweep() -> Samples:
        length = min(n, round(luck.uniform(0.7, 1.1) * rate))
        t = np.linspace(0, 1, length)
        bands = (((150, 600), 0.35), ((600, 2200), 0.55), ((2200, 7000), 0.62))
        parts = [band(length, rate, *edges, luck) * np.exp(-(((t - at) / 0.17) ** 2)) for edges, at in bands]
        return np.asarray(sum(parts), np.float32)

    return repeated(n, rate, 2.0, luck, sweep)


def applause(n: int, rate: int, luck: Luck) -> Samples:
    claps = [burst(0.03, rate, 130, 700, 4500, luck) for _ in range(24)]
    return repeated(n, rate, 0.008, luck, lambda: claps[luck.integers(24)], 0.9) + band(n, rate, 700, 4000, luck) * 0.3


def crowd(n: int, rate: int, luck: Luck) -> Samples:
    voices = [band(n, rate, low, low * 2.2, luck) * swell(n, rate, 4, luck, 0.1) for low in (180, 420, 900)]
    return np.asarray(sum(voices), np.float32)


def birds(n: int, rate: int, luck: Luck) -> Samples:
    def song() -> Samples:
        track, pitch = np.zeros(round(0.8 * rate), np.float32), luck.uniform(2200, 4200)
        for k in range(int(luck.integers(2, 6))):
            lay(track, round(0.13 * k * rate), tone(pitch, 0.09, rate, 0, luck.uniform(-9000, 9000)))
        return track

    return repeated(n, rate, 0.9, luck, song) + band(n, rate, 200, 1500, luck) * 0.05


def insects(n: int, rate: int, luck: Luck) -> Samples:
    t = np.arange(n) / rate
    chirp = (np.sin(2 * np.pi * 14 * t) > 0) * (np.sin(2 * np.pi * 0.8 * t + luck.uniform(0, 6)) > -0.2)
    return np.asarray(np.sin(2 * np.pi * luck.uniform(3800, 4600) * t) * chirp * 0.6, np.float32)


def bark(n: int, rate: int, luck: Luck) -> Samples:
    def once() -> Samples:
        pitch, t = luck.uniform(260, 380), np.arange(round(0.18 * rate)) / rate
        voice = sum(np.sin(2 * np.pi * k * (pitch * t - 400 * t**2)) / k for k in range(1, 7))
        return envelope(np.asarray(voice, np.float32), rate, 0.01, 0.1)

    return repeated(n, rate, 0.6, luck, once)


def meow(n: int, rate: int, luck: Luck) -> Samples:
    def once() -> Samples:
        t = np.arange(round(0.7 * rate)) / rate
        pitch = 520 + 260 * np.sin(np.pi * t / 0.7)
        phase = 2 * np.pi * np.cumsum(pitch) / rate
        return envelope(
            np.asarray(np.sin(phase) + 0.6 * np.sin(2 * phase) + 0.3 * np.sin(3 * phase), np.float32), rate, 0.08, 0.2
        )

    return repeated(n, rate, 1.8, luck, once)


def click(n: int, rate: int, luck: Luck) -> Samples:
    return repeated(n, rate, 1.0, luck, lambda: tone(luck.uniform(1800, 3200), 0.03, rate, 220), 0.1)


def typing(n: int, rate: int, luck: Luck) -> Samples:
    return repeated(n, rate, 0.14, luck, lambda: burst(0.03, rate, 180, 900, 6000, luck), 0.7)


def knock(n: int, rate: int, luck: Luck) -> Samples:
    def thrice() -> Samples:
        track = np.zeros(round(0.8 * rate), np.float32)
        for k in range(3):
            lay(track, round(0.22 * k * rate), tone(190, 0.12, rate, 38, -300))
        return track

    return repeated(n, rate, 2.4, luck, thrice)


def glass(n: int, rate: int, luck: Luck) -> Samples:
    def smash() -> Samples:
        track = burst(0.8, rate, 9, 2500, 12000, luck)
        for _ in range(14):
            at, pitch = int(luck.uniform(0, 0.4) * rate), luck.uniform(2600, 8500)
            lay(track, at, tone(pitch, 0.3, rate, 18) * 0.3)
        return track

    return repeated(n, rate, 3.0, luck, smash)


def ticking(n: int, rate: int, luck: Luck) -> Samples:
    return repeated(n, rate, 0.5, luck, lambda: tone(luck.choice([2100.0, 2500.0]), 0.02, rate, 260), 0.0)


def heartbeat(n: int, rate: int, luck: Luck) -> Samples:
    def beat() -> Samples:
        track = np.zeros(round(0.5 * rate), np.float32)
        lay(track, 0, tone(58, 0.16, rate, 16))
        lay(track, round(0.24 * rate), tone(66, 0.13, rate, 20) * 0.7)
        return track

    return repeated(n, rate, 0.85, luck, beat, 0.02)


def alarm(n: int, rate: int, luck: Luck) -> Samples:
    pitch = luck.uniform(800, 1100)
    return repeated(n, rate, 0.5, luck, lambda: tone(pitch, 0.25, rate) * 0.8, 0.0)


def siren(n: int, rate: int, luck: Luck) -> Samples:
    t = np.arange(n) / rate
    pitch = 850 + 350 * np.sin(2 * np.pi * 0.35 * t + luck.uniform(0, 6))
    return np.asarray(np.sin(2 * np.pi * np.cumsum(pitch) / rate) * 0.7, np.float32)


def magic(n: int, rate: int, luck: Luck) -> Samples:
    def sparkle() -> Samples:
        track, pitch = np.zeros(round(1.8 * rate), np.float32), luck.uniform(1000, 1400)
        for k, step in enumerate((0, 4, 7, 11, 12, 16, 19, 24)):
            lay(track, round(0.07 * k * rate), tone(pitch * 2 ** (step / 12), 0.9, rate, 5) * 0.5)
        return track

    return repeated(n, rate, 2.6, luck, sparkle)


def texture(n: int, rate: int, luck: Luck) -> Samples:
    """What is heard where the words name nothing we can make: air and a soft hum."""
    low = luck.uniform(120, 500)
    air = band(n, rate, low, low * 5, luck) * swell(n, rate, 1.5, luck, 0.4) * 0.6
    return air + tone(luck.uniform(110, 260), n / rate, rate) * 0.15
