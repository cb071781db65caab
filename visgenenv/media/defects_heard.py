"""What comes out wrong in generated sound: a gap, overload, noise, another tempo, an end that is missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visgenenv.media.content import Flaw, chance
from visgenenv.types import Recipe

Samples = NDArray[np.float32]
KINDS = {
    "song": ("silence_gap", "clipping", "noise", "wrong_tempo", "truncated"),
    "speech": ("silence_gap", "clipping", "noise", "truncated"),
    "effect": ("silence_gap", "clipping", "noise", "truncated"),
}
"""By node: what can go wrong."""
HEARD = frozenset({"silence_gap", "clipping", "wrong_tempo", "truncated", "near_silent"})
"""Flaws that only a sound can have; noise there is in pictures too."""
OVERLOAD, CEILING = 9.0, 0.95
"""A clipped sound is so many times too loud, and cut at this level."""
HISS = 0.09
"""Level of added noise (root mean square)."""
_TEMPOS = (0.76, 0.82, 1.2, 1.28)


def flaw_of(recipe: Recipe) -> Flaw | None:
    """Return what is wrong with a generated sound; None if nothing is, or if hardly anything is heard anyway."""
    luck, kinds = recipe.params.get("flaw"), KINDS.get(recipe.node)
    if luck is None or not kinds or recipe.params.get("silent"):
        return None
    if "entry" in recipe.params:  # the tempo of a recording stays what it is
        kinds = tuple(kind for kind in kinds if kind != "wrong_tempo")
    kind = kinds[min(int(float(luck) * len(kinds)), len(kinds) - 1)]
    u = chance(recipe.seed, f"flaw {luck!r}")
    match kind:
        case "silence_gap":
            start, length = 0.25 + 0.2 * u[0], 0.18 + 0.12 * u[1]
            return Flaw(kind, start=start, end=start + length)
        case "truncated":
            return Flaw(kind, start=0.5 + 0.25 * u[0])
        case "wrong_tempo":
            meant = _meant_tempo(recipe)
            return Flaw(kind, "", f"{meant:g}", f"{meant * _TEMPOS[int(u[0] * len(_TEMPOS))]:.1f}")
    return Flaw(kind)


def _meant_tempo(recipe: Recipe) -> float:
    return float(recipe.params.get("bpm") or 110)


def tempo(recipe: Recipe) -> float:
    """Return the beats a minute at which a song is really played."""
    flaw = flaw_of(recipe)
    return float(flaw.after) if flaw and flaw.kind == "wrong_tempo" else _meant_tempo(recipe)


def spoilt_sound(recipe: Recipe, sound: Samples, seconds: float, rate: int) -> Samples:
    """Return the first samples of a generated sound that lasts `seconds`, with what is wrong with it."""
    flaw = flaw_of(recipe)
    if flaw is None or not sound.size:
        return sound
    match flaw.kind:
        case "silence_gap" | "truncated":
            sound = sound.copy()
            sound[round(flaw.start * seconds * rate) : round(flaw.end * seconds * rate)] = 0
        case "clipping":
            sound = np.clip(sound * np.float32(OVERLOAD), -CEILING, CEILING)
        case "noise":
            rng = np.random.default_rng(int(chance(recipe.seed, "hiss")[0] * 2**32))
            sound = sound + np.float32(HISS) * rng.standard_normal(sound.size, dtype=np.float32)
    return sound


def said(recipe: Recipe, start: float, end: float, seconds: float) -> str:
    """Return what is heard of a speech of `seconds` from one time to another: none of the words that are missing."""
    text, flaw = str(recipe.params.get("text") or ""), flaw_of(recipe)
    missing = (flaw.start, flaw.end) if flaw and flaw.kind in ("silence_gap", "truncated") else (1.0, 1.0)
    shares = [min(1.0, max(0.0, moment / seconds)) if seconds else 1.0 for moment in (start, end)]
    pieces = [(shares[0], min(shares[1], missing[0])), (max(shares[0], missing[1]), shares[1])]
    heard = [text[round(first * len(text)) : round(last * len(text))] for first, last in pieces if last > first]
    return " ".join(piece.strip() for piece in heard if piece.strip())
