"""What recipes sound like: one function per node, in a dict; float32 in [-1, 1], made from the seed alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from visgenenv.media import effects, mixing, sound
from visgenenv.media.defects_heard import spoilt_sound
from visgenenv.media.operations import processed_sound
from visgenenv.media.recorded import file_of, recorded_sound
from visgenenv.media.takes import played
from visgenenv.types import Recipe

Signal = NDArray[np.float32]


def samples(recipe: Recipe, n_samples: int, rate: int, channels: int = 2) -> Signal:
    """Return the sound of a recipe from its beginning: shape (n_samples, channels), silence past its end.

    Args:
        recipe: Any node; what has no sound is silent.
        n_samples: Exactly so many samples.
        rate: Samples a second.
        channels: 1 or 2; both carry the same.
    """
    mono = np.clip(hear(recipe, n_samples, rate), -1, 1)
    return np.repeat(mono[:, None], channels, axis=1)


def hear(recipe: Recipe, n: int, rate: int) -> Signal:
    """Return the first `n` samples of a recipe on one channel."""
    make, own = SOUNDS.get(recipe.node), mixing.seconds_of(recipe)
    lasting = min(n, round(own * rate)) if own else n
    if make is None or lasting <= 0:
        return np.zeros(max(0, n), np.float32)
    made = make(recipe, lasting, rate)
    if "flaw" in recipe.params:
        made = spoilt_sound(recipe, made, own or n / rate, rate)
    return made if lasting == n else np.concatenate([made, np.zeros(n - lasting, np.float32)])


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
    if recipe.node == "ops":
        return not any(op["op"] == "mute" for op in recipe.params["ops"]) and audible(recipe.sources[0])
    if recipe.node == "pace":
        return audible(recipe.sources[0])
    if recipe.node == "effect":
        return not recipe.params.get("silent")
    if recipe.node == "file":
        return bool(recipe.params["audio"])
    return recipe.node in ("song", "speech", "cut")


def _song(recipe: Recipe, n: int, rate: int) -> Signal:
    """Return a song as it is composed, or the recording of a media database that stands for it."""
    if "entry" not in recipe.params:
        return sound.song(recipe, n, rate)
    track = played(recipe.params["entry"], n, rate)
    return sound.faded(track, rate, mixing.seconds_of(recipe) or n / rate, 0.005, 0.5)


def _ambience(recipe: Recipe, n: int, rate: int) -> Signal:
    """Return the beginning of a clip's whole ambience: what is heard does not depend on how much is asked for."""
    if not recipe.params.get("audio"):
        return np.zeros(n, np.float32)
    return sound.ambience(recipe, max(n, round(mixing.seconds_of(recipe) * rate)), rate)[:n]


def _processed(recipe: Recipe, n: int, rate: int) -> Signal:
    source = hear(recipe.sources[0], round(float(recipe.params["length"]) * rate), rate)
    return processed_sound(recipe, source, n, rate)


def _recorded(recipe: Recipe, n: int, rate: int) -> Signal:
    path = file_of(recipe)
    if path is None:
        return hear(recipe.sources[0], n, rate)
    out = np.zeros(n, np.float32)
    sounding = recorded_sound(path, rate)[:n]
    out[: sounding.size] = sounding
    return out


SOUNDS: dict[str, Callable[[Recipe, int, int], Signal]] = {
    "song": _song,
    "speech": sound.speech,
    "effect": effects.effect,
    "shot": _ambience,
    "animate": _ambience,
    "timeline": lambda recipe, n, rate: mixing.film_sound(recipe, n, rate, hear),
    "cut": lambda recipe, n, rate: mixing.cut_sound(recipe, n, rate, hear),
    "titles": lambda recipe, n, rate: hear(recipe.sources[0], n, rate),
    "pace": lambda recipe, n, rate: mixing.paced_sound(recipe, n, rate, hear),
    "ops": _processed,
    "file": _recorded,
}
"""By node: the recipe's own first `n` samples; never asked for more than the recipe lasts."""
