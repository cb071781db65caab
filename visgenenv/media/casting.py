"""Which photo or clip of a media database stands for a generated picture: the best match, or one by chance."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from visgenenv.lexicon import find
from visgenenv.media.database import MediaDB
from visgenenv.media.library.entry import Entry
from visgenenv.types import Recipe

_KINDS = {"scene": "image", "edit": "image", "shot": "video"}


def cast(media: MediaDB, recipe: Recipe, width: int, height: int, seconds: float, u: float) -> Recipe:
    """Return the recipe of a generated picture or clip with the entry that it shows, if the database has one.

    With `match="prompt"` an entry must show every subject that the prompt names, and pictures made from others are drawn
    as ever, since no photo of a library shows the same subject again. With `match="random"` (the paper's setting) any
    entry of the nearest shape and length will do.

    Args:
        media: A database of the user's own.
        recipe: Of node scene, edit or shot; others come back as they are.
        width: In pixels.
        height: In pixels.
        seconds: Length of a clip.
        u: Decides among equals; in [0, 1).
    """
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


@lru_cache(1024)
def _asked(prompt: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = find(prompt)
    return tuple(dict.fromkeys(subject.name for subject in found.subjects)), found.scenes


def _record(entry: Entry) -> dict[str, Any]:
    """Return what a recipe keeps of an entry: where its file lies, and what it is."""
    return {
        "kind": entry.kind,
        "path": entry.path,
        "fingerprint": entry.fingerprint,
        "words": list(entry.words),
        "width": entry.width,
        "height": entry.height,
        "n_frames": entry.n_frames,
        "fps": list(entry.fps),
    }
