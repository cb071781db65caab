"""Cuts and subtitles: which clips, how long, with which sound; what is read when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from visgenenv.control.calls import chosen, held_in, usual
from visgenenv.control.commission import act_of
from visgenenv.control.filling import NOTHING
from visgenenv.control.layout import Choice
from visgenenv.control.standing import Standing
from visgenenv.policies.workflows.cutting import Sound, cues, cut_arguments
from visgenenv.policies.workflows.shapes import film_ratio
from visgenenv.policies.workflows.shooting import Shooting
from visgenenv.policies.workflows.turns import Call, Picture

_ENDLESS = {"duration": 1e9}
"""The user's footage, whose length a request does not tell."""
_USUAL_S, _SHORTEST_S = 5.0, 0.5


def cuts(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    """Yield one cut a film."""
    commission = standing.commission
    shooting = commission.shooting(standing.clip_tool)
    for film in chosen(standing, "cuts", choice.count):
        arguments = cut_arguments(shooting, film, _clips(standing, shooting, choice, film), _heard(standing, choice))
        if choice.shape in ("square", "wide", "tall"):
            arguments |= {"aspect_ratio": film_ratio(commission.size(choice.shape)), "fit": "crop"}
        yield Call(tool, _timed(arguments, choice.length))


def _clips(standing: Standing, shooting: Shooting, choice: Choice, film: int) -> list[tuple[Picture, float]]:
    """Return a film's clips, with the seconds that each is on screen."""
    source = usual(standing, "cut") if choice.source == "usual" else choice.source
    if source == "upload":
        brought = [made.asset for made in held_in(standing, "upload") if made.kind != "audio"][:1]
        return [(_ENDLESS | asset, shooting.seconds[0]) for asset in brought]
    n = shooting.per_film
    slot = standing.slots.get(source, {})
    return [(slot[place].asset, shooting.seconds[place % len(shooting.seconds)])
            for place in sorted(slot) if film * n <= place < (film + 1) * n]  # fmt: skip


def _timed(arguments: dict[str, Any], length: str) -> dict[str, Any]:
    """Leave the clips as long as asked, halve them, or take them whole."""
    for entry in arguments["clips"] if length != "asked" else ():
        end = entry.pop("end", _USUAL_S)
        entry.pop("start", None)
        if length == "short":
            entry |= {"start": 0, "end": max(_SHORTEST_S, round(end / 2, 2))}
    return arguments


def _heard(standing: Standing, choice: Choice) -> Sound:
    """Return the sound of a cut: of what was made, what the switches let through."""
    slots, brief = standing.slots, standing.commission.brief
    music = next((made.url for made in slots["music"].values()), brief.song)
    effects = next((made.url for made in slots["effects"].values()), "")
    asked = {"music": brief.music, "voice": brief.voice, "effects": brief.effects}
    heard = {name: choice.sound in ("all", name) or (choice.sound == "asked" and asked[name]) for name in asked}
    return Sound(_voices(standing) if heard["voice"] else [], music if heard["music"] else "",
                 effects if heard["effects"] else "")  # fmt: skip


def _voices(standing: Standing) -> list[list[Picture]]:
    """Return the recording of every spoken text, or none where it is missing."""
    made = standing.slots["voices"]
    n = max(1, len(standing.commission.shooting(standing.clip_tool).spoken))
    return [[made[k].asset] if k in made else [] for k in range(n)]


def paced(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    """Yield one call a film that trims it, or changes its speed, to the length asked for."""
    shooting = standing.commission.shooting(standing.clip_tool)
    films = [made.url for made in held_in(standing, choice.source, "pace") if made.kind == "video"] or [NOTHING]
    seconds = shooting.film_seconds * {"short": 0.5, "long": 2.0}.get(choice.length, 1.0)
    length = {"start_time": 0, "end_time": seconds} if act_of(tool) == "trim" else {"target_duration": seconds}
    for place in chosen(standing, "cuts", choice.count):
        yield Call(tool, {"video": films[place % len(films)]} | length)


def titles(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    """Yield one subtitling a film; without a film, one that names a file which does not exist."""
    shooting = standing.commission.shooting(standing.clip_tool)
    films = [made.asset for made in held_in(standing, choice.source, "title") if made.kind == "video"]
    for place in chosen(standing, "titled", choice.count):
        film = films[place] if place < len(films) else None
        if film is None and films:
            continue
        seconds = float(film.get("duration", _USUAL_S)) if film else _USUAL_S
        lines = cues(shooting, min(place, shooting.films - 1), seconds, _voices(standing))
        yield Call(tool, {"video": film["url"] if film else NOTHING, "subtitles": lines})
