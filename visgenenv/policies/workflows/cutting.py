"""Cutting: the call that joins clips and sound, and the subtitles that follow its timing."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from visgenenv.policies.workflows.shapes import film_ratio, film_resolution
from visgenenv.policies.workflows.shooting import Shooting
from visgenenv.policies.workflows.timing import starts
from visgenenv.policies.workflows.turns import Picture


class Sound(Struct, frozen=True):
    """What is heard in the films: a recording per spoken text (or none), music, an effect; links may be empty."""

    voices: list[list[Picture]]
    music: str = ""
    effects: str = ""


def cut_arguments(shooting: Shooting, film: int, clips: list[tuple[Picture, float]], heard: Sound) -> dict[str, Any]:
    """Write the call that cuts one film: clips trimmed to their time, voice at its place, music underneath."""
    brief = shooting.brief
    entries: list[dict[str, Any]] = []
    for clip, seconds in clips:
        entry: dict[str, Any] = {"asset": clip["url"]}
        if brief.seconds is not None and clip.get("duration", 0.0) > seconds + 0.02:
            entry |= {"start": 0, "end": seconds}
        entries.append(entry)
    arguments: dict[str, Any] = {"clips": entries, "keep_original_audio": False}
    if brief.size is not None:
        arguments |= {"aspect_ratio": film_ratio(brief.size), "resolution": film_resolution(brief.size), "fit": "crop"}
    tracks = [
        {"asset": voice[0]["url"], "start": at}
        for (of, at, _), voice in zip(shooting.spoken, heard.voices, strict=False)
        if of == film and voice
    ]
    tracks += [{"asset": heard.effects, "start": 0}] if heard.effects else []
    if tracks:
        arguments["audio_tracks"] = tracks
    if heard.music:
        arguments["background_music"] = {"asset": heard.music, "volume": 0.25}
    return arguments


def cues(shooting: Shooting, film: int, total: float, voices: list[list[Picture]]) -> list[dict[str, Any]]:
    """Return what is read on screen and when: the spoken words, or else a caption per shot."""
    spoken = [
        (at, float(voice[0].get("duration", 2.0)) if voice else 2.0, text)
        for (of, at, text), voice in zip(shooting.spoken, voices, strict=False)
        if of == film
    ]
    if not spoken:
        n = shooting.per_film
        seconds, shown = shooting.seconds[:n], shooting.shown[film * n : (film + 1) * n]
        spoken = list(zip(starts(seconds), seconds, shown, strict=True))
    cues = []
    for at, length, text in spoken:
        parts = _lines(text)
        for k, part in enumerate(parts):
            start, end = at + length * k / len(parts), min(total, at + length * (k + 1) / len(parts))
            if end - start > 0.1:
                cues.append({"text": part, "start_time": round(start, 2), "end_time": round(end, 2)})
    return cues or [{"text": shooting.shown[0][:80], "start_time": 0, "end_time": round(total, 2)}]


def _lines(text: str) -> list[str]:
    """Split a text into subtitles of at most 80 characters, at its full stops where possible."""
    parts = [part.strip() for part in text.replace("。", "。\n").replace(". ", ".\n").split("\n")]
    return [part[k : k + 80] for part in parts if part for k in range(0, len(part), 80)]
