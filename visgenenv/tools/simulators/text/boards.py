"""Storyboards as the tools exchange them: read from JSON, their lengths, and writing them down again."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.text.prose import Lang, language
from visgenenv.types import Asset

Shot = dict[str, Any]

TEXTS = ("shot_size", "camera_move", "scene", "action", "dialogue", "image_prompt", "video_prompt", "transition", "sfx",
         "bgm_mood")  # fmt: skip
"""Fields of a shot that hold text; one that is missing is read as empty."""
MOST_SHOTS = 150
_LONGEST = 600


class Board(Struct, frozen=True, eq=False):
    """A storyboard, read: its own document, and its shots with every field there. Not to be changed; a key by identity."""

    document: dict[str, Any]
    shots: tuple[Shot, ...]
    lang: Lang


class Unreadable(ValueError):
    """Says why a text is no storyboard."""


@lru_cache(128)
def read_board(text: str) -> Board | Unreadable:
    """Read a storyboard's JSON. What an agent wrote by hand may leave fields out; ids and lengths must make sense."""
    try:
        document = orjson.loads(text)
    except ValueError:
        return Unreadable("storyboard is not valid JSON")
    listed = document.get("shots") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed or not all(isinstance(shot, dict) for shot in listed):
        return Unreadable("storyboard holds no shots: expected an object with a list 'shots' of objects")
    if len(listed) > MOST_SHOTS:
        return Unreadable(f"storyboard holds {len(listed)} shots, more than {MOST_SHOTS}")
    shots = []
    for index, shot in enumerate(listed):
        seconds = shot.get("duration", 5.0)
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= _LONGEST:
            return Unreadable(
                f"storyboard: shots[{index}].duration must be a number of seconds above 0, up to {_LONGEST}"
            )
        shots.append(_whole(shot, index, float(seconds)))
    ids = [shot["shot_id"] for shot in shots]
    if len(set(ids)) < len(ids):
        return Unreadable("storyboard: every shot needs a shot_id of its own")
    sample = " ".join(f"{shot['action']}{shot['image_prompt']}" for shot in shots[:4])
    return Board(document, tuple(shots), language(sample or str(document.get("title", ""))))


def _whole(shot: Shot, index: int, seconds: float) -> Shot:
    """Return a shot with every field there, of its right type."""
    number, cast = shot.get("shot_id"), shot.get("characters")
    return {
        **shot,
        "shot_id": number if isinstance(number, int) and not isinstance(number, bool) else index + 1,
        "duration": seconds,
        **{name: shot[name] if isinstance(shot.get(name), str) else "" for name in TEXTS},
        "characters": [name for name in cast if isinstance(name, str)] if isinstance(cast, list) else [],
    }


def board_of(call: Invocation, text: str, source: Asset | None) -> Board:
    """Return the storyboard of a call, cited or given as JSON; refuse what is none."""
    if source is not None:
        check_subtype(call, "storyboard", source)
        text = str(source.recipe.params["text"])
    board = read_board(text)
    if isinstance(board, Unreadable):
        call.refuse(str(board))
    return board


def check_subtype(call: Invocation, wanted: str, asset: Asset) -> None:
    """Refuse a text of another sort than the parameter of this name asks for."""
    if asset.subtype != wanted:
        found = f"a {asset.subtype}" if asset.subtype else "a plain text"
        call.refuse(f"$.{wanted}: {asset.id} is {found}, expected a text asset of subtype {wanted!r}")


def steps_of(shots: tuple[Shot, ...], durations: dict[str, list[int]]) -> list[int]:
    """Return the lengths of the video model whose lengths all shots have, or nothing if they fit none."""
    used = {shot["duration"] for shot in shots}
    return next((allowed for allowed in durations.values() if used <= set(allowed)), [])


def total_of(shots: list[Shot]) -> float:
    return float(round(sum([shot["duration"] for shot in shots]), 6))


def document_of(board: Board, shots: list[Shot], **more: Any) -> dict[str, Any]:
    """Return a storyboard with new shots; all else that its document says is kept."""
    document = {"title": "", "aspect_ratio": "16:9", **board.document}
    return {**document, "total_duration": total_of(shots), "shots": shots, **more}


def written(document: dict[str, Any]) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def differences(old: list[Shot], new: list[Shot]) -> list[dict[str, Any]]:
    """List what is different, field by field; a shot that came or went is one entry of field `shot`.

    `old` are the shots as their document has them; a field it left out was null before.
    """
    before, after = {shot["shot_id"]: shot for shot in old}, {shot["shot_id"]: shot for shot in new}
    changes = [
        {"shot_id": number, "field": field, "before": before[number].get(field), "after": value}
        for number, shot in after.items()
        if number in before
        for field, value in shot.items()
        if before[number].get(field) != value
    ]
    changes += [
        {"shot_id": number, "field": "shot", "before": shot, "after": None}
        for number, shot in before.items()
        if number not in after
    ]
    changes += [
        {"shot_id": number, "field": "shot", "before": None, "after": shot}
        for number, shot in after.items()
        if number not in before
    ]
    return changes
