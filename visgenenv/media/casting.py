"""Which file of a media database stands for a generated picture, clip, song or effect: the best match, or one by chance."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from visgenenv.lexicon import find
from visgenenv.media import effects, takes
from visgenenv.media.database import MediaDB
from visgenenv.media.library.entry import Entry
from visgenenv.media.library.words import words_of
from visgenenv.types import Recipe

_KINDS = {"scene": "image", "edit": "image", "shot": "video"}
_SOUNDS = frozenset({"song", "effect"})


def cast(media: MediaDB, recipe: Recipe, width: int, height: int, seconds: float, u: float) -> Recipe:
    """Return the recipe of a generated picture, clip, song or effect with the entry that it shows or plays, if any.

    With `match="prompt"` an entry must show every subject that the prompt names, and pictures made from others are drawn
    as ever, since no photo of a library shows the same subject again; an effect must be all the sounds that are asked
    for, a song share a word with what is asked. With `match="random"` (the paper's setting) any entry of the nearest
    shape and length will do.

    Args:
        media: A database of the user's own.
        recipe: Of node scene, edit, shot, song or effect; others come back as they are.
        width: In pixels.
        height: In pixels.
        seconds: Length of a clip or a sound.
        u: Decides among equals; in [0, 1).
    """
    if recipe.node in _SOUNDS:
        return _played(media, recipe, seconds, u)
    kind = _KINDS.get(recipe.node)
    if kind is None:
        return recipe
    if media.match == "random":
        entry = media.draw(kind, width, height, seconds, u=u)  # type: ignore[arg-type]
    else:
        subjects, places = _asked(str(recipe.params.get("prompt", "")))
        if recipe.sources or not subjects or recipe.node == "edit":
            return recipe
        words = (*subjects, *places)
        entry = media.draw(kind, width, height, seconds, words, u, least=len(subjects))  # type: ignore[arg-type]
        if entry is not None and not set(subjects) <= set(entry.words):
            entry = None
    return recipe if entry is None else replace(recipe, params={**recipe.params, "entry": _record(entry)})


def _played(media: MediaDB, recipe: Recipe, seconds: float, u: float) -> Recipe:
    """Return the recipe of a song or an effect with the sound that it plays, if the database has one."""
    random, song = media.match == "random", recipe.node == "song"
    if random:
        entry = media.draw("audio", seconds=seconds, u=u)
    else:
        entry = _song(media, recipe, seconds, u) if song else _effect(media, recipe, seconds, u)
    if entry is None:
        return recipe
    params = {**recipe.params, "entry": _record(entry)}
    if song:  # nothing that was asked for is sung or played: what is known is what the file's words say
        said = {"style": ", ".join(entry.words), "title": "", "lyrics": "", "bpm": takes.tempo_said(entry)}
        params |= said | {"instrumental": not takes.is_sung(entry)}
    return replace(recipe, params=params)


def _song(media: MediaDB, recipe: Recipe, seconds: float, u: float) -> Entry | None:
    words = words_of(f"{recipe.params.get('style') or ''} {recipe.params.get('title') or ''}")
    entry = media.draw("audio", seconds=seconds, words=words, u=u) if words else None
    return entry if entry is not None and takes.is_music(entry) else None


def _effect(media: MediaDB, recipe: Recipe, seconds: float, u: float) -> Entry | None:
    asked = effects.sounds_of(recipe)
    if not asked:
        return None
    words = (*asked, *words_of(str(recipe.params.get("prompt") or "")))
    for wanted in (words, asked):
        entry = media.draw("audio", seconds=seconds, words=wanted, u=u)
        if entry is not None and set(asked) <= set(effects.named(" ".join(entry.words))):
            return entry
    return None


@lru_cache(1024)
def _asked(prompt: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = find(prompt)
    return tuple(dict.fromkeys(subject.name for subject in found.subjects)), found.scenes


def _record(entry: Entry) -> dict[str, Any]:
    """Return what a recipe keeps of an entry: where its file lies, and what it is."""
    sound = {"n_samples": entry.n_samples, "sample_rate": entry.sample_rate} if entry.kind == "audio" else {}
    return {
        **sound,
        "kind": entry.kind,
        "path": entry.path,
        "fingerprint": entry.fingerprint,
        "words": list(entry.words),
        "width": entry.width,
        "height": entry.height,
        "n_frames": entry.n_frames,
        "fps": list(entry.fps),
    }
