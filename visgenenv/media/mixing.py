"""Sound put together: the tracks of a film, and what cutting, joining, looping and mixing give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from visgenenv.media.sound import Samples, envelope, lay
from visgenenv.media.stretching import paced, stretched
from visgenenv.media.timeline import starts
from visgenenv.types import Recipe

Hear = Callable[[Recipe, int, int], Samples]
"""Gives the first samples of a recipe's sound: recipe, how many, sample rate."""


def film_sound(recipe: Recipe, n: int, rate: int, hear: Hear) -> Samples:
    """Mix a timeline: the clips' own sound if it is kept, the tracks at their times, the music under all."""
    params, mix = recipe.params, np.zeros(n, np.float32)
    clips: list[dict[str, Any]] = params["clips"]
    overlap = float(params.get("overlap") or 0.0)
    heard = _heard_clips(recipe, rate, hear) if params.get("keep_audio") else {}
    for clip, at in zip(clips, starts(clips, overlap), strict=True):
        if clip.get("has_audio") and clip["source"] in heard:
            own = envelope(_own_sound(clip, heard[clip["source"]], rate), rate, overlap, overlap)
            lay(mix, round(at * rate), own * float(clip.get("volume", 1.0)))
    for track in params.get("tracks") or ():
        sound = hear(recipe.sources[track["source"]], round(float(track["seconds"]) * rate), rate)
        sound = envelope(sound.copy(), rate, float(track.get("fade_in") or 0), float(track.get("fade_out") or 0))
        lay(mix, round(float(track["start"]) * rate), sound * float(track.get("volume", 1.0)))
    if music := params.get("bgm"):
        sound = _music(recipe.sources[music["source"]], music, rate, hear)
        lay(mix, 0, envelope(sound.copy(), rate, 0.05, min(0.8, n / rate / 4)) * float(music.get("volume", 0.25)))
    return np.clip(mix, -1, 1)


def _heard_clips(recipe: Recipe, rate: int, hear: Hear) -> dict[int, Samples]:
    """Hear each source of a film's clips once, as far as any clip of it goes."""
    ends: dict[int, int] = {}
    for clip in recipe.params["clips"]:
        if clip.get("has_audio"):
            end = round(float(clip["start"]) * rate) + round(float(clip["native"]) * rate)
            ends[clip["source"]] = max(end, ends.get(clip["source"], 0))
    return {source: hear(recipe.sources[source], end, rate) for source, end in ends.items()}


def _own_sound(clip: dict[str, Any], heard: Samples, rate: int) -> Samples:
    """Return a clip's own sound as long as it is on screen: slow and fast motion stretch it."""
    first, length = round(float(clip["start"]) * rate), round(float(clip["native"]) * rate)
    own = heard[first : first + length].copy()
    if clip["native"] == clip["seconds"]:
        return own
    return stretched(own, round(float(clip["seconds"]) * rate), rate, bool(clip.get("keep_pitch", True)))


def paced_sound(recipe: Recipe, n: int, rate: int, hear: Hear) -> Samples:
    """Play one stretch of a sound faster or slower, the rest as it is."""
    params = recipe.params
    whole = hear(recipe.sources[0], round(float(params["length"]) * rate), rate)
    sound = paced(whole, (float(params["start"]), float(params["end"])), float(params["speed"]), rate,
                  bool(params["keep_pitch"]))  # fmt: skip
    out = np.zeros(n, np.float32)
    out[: sound.size] = sound[:n]
    return out


def _music(recipe: Recipe, music: dict[str, Any], rate: int, hear: Hear) -> Samples:
    """Return the music of a film, from its beginning again when it has ended, if it is to loop."""
    n, own = round(float(music["seconds"]) * rate), seconds_of(recipe)
    if music.get("loop") and own:
        return np.resize(hear(recipe, min(n, max(1, round(own * rate))), rate), n)
    return hear(recipe, n, rate)


def seconds_of(recipe: Recipe) -> float:
    """Return how long the sound of a recipe is by itself; 0.0 where only its asset knows."""
    params = recipe.params
    if recipe.node != "cut":
        return float(params.get("seconds") or 0.0)
    if params.get("loop_to") is not None:
        own = float(params["loop_to"])
    else:
        own = (
            float(params["end"])
            - float(params["start"])
            + sum(params["lengths"][i] for i in params.get("concat") or ())
        )
    return max([own, *[float(params["lengths"][i]) for i in params.get("mix") or ()]])


def cut_sound(recipe: Recipe, n: int, rate: int, hear: Hear) -> Samples:
    """Trim, join, loop, fade, make louder, mix, normalise: in this order."""
    params = recipe.params
    lengths = [float(length) for length in params["lengths"]]

    def whole(index: int) -> Samples:
        return hear(recipe.sources[index], round(lengths[index] * rate), rate)

    first, last = round(float(params["start"]) * rate), round(float(params["end"]) * rate)
    sound = hear(recipe.sources[0], last, rate)[first:]
    sound = np.concatenate([sound, *[whole(index) for index in params.get("concat") or ()]])
    if params.get("loop_to") is not None:
        sound = np.resize(sound, round(float(params["loop_to"]) * rate))
    sound = envelope(sound.copy(), rate, float(params.get("fade_in") or 0), float(params.get("fade_out") or 0))
    sound = sound * float(params.get("volume", 1.0))
    mix = np.zeros(n, np.float32)
    lay(mix, 0, sound)
    for index in params.get("mix") or ():
        lay(mix, 0, whole(index))
    loudest = float(np.abs(mix).max()) if n else 0.0
    if params.get("normalize") and loudest > 0:
        mix *= 0.9 / loudest
    return np.clip(mix, -1, 1)
