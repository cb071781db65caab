"""Deciding how to shoot before the first call: which tool makes the clips, what they show, how long they last."""

from __future__ import annotations

from msgspec import Struct

from visgenenv.policies.brief import Brief
from visgenenv.policies.workflows.craft import about, invented, narration, speech_seconds, way_of
from visgenenv.policies.workflows.offer import Offer
from visgenenv.policies.workflows.shapes import (
    BEATS,
    CLIP_SECONDS,
    COMPOSITE,
    EFFECTS,
    KLING,
    SUBTITLE,
    SUNO,
    TTS,
    VEO,
    clip_length,
    film_ratio,
)
from visgenenv.policies.workflows.timing import PAUSE_S, share_out, shots_for, starts
from visgenenv.policies.workflows.turns import Step
from visgenenv.policies.workflows.words import counted, say
from visgenenv.types import Lang, Size


class Shooting(Struct, frozen=True):
    """All that is decided before the first call: how the clips are made, what they show, how long they last.

    One entry of `shown` and `seconds` per shot; films follow one another. `spoken` are texts with the time, in
    their film, at which they begin; `films` of `per_film` shots each are cut.
    """

    brief: Brief
    tool: str
    grouped: bool
    films: int
    per_film: int
    shown: tuple[str, ...]
    seconds: tuple[float, ...]
    spoken: tuple[tuple[int, float, str], ...]
    """Film, start in it, text."""

    @property
    def lengths(self) -> tuple[int, ...]:
        return tuple(clip_length(self.tool, seconds) for seconds in self.seconds)

    @property
    def film_seconds(self) -> float:
        return round(sum(self.seconds[: self.per_film]), 2)

    @property
    def cut(self) -> bool:
        """Whether the clips need cutting: several, sound, another shape, or trimming."""
        brief, length = self.brief, self.lengths[0]
        trims = brief.seconds is not None and abs(length - self.seconds[0]) > max(0.5, 0.1 * self.seconds[0])
        shape = brief.size is not None and (brief.size.exact or (self.tool == VEO and not _veo_shape(brief.size)))
        return self.per_film > 1 or brief.music or brief.effects or bool(self.spoken) or shape or trims


def prepare(brief: Brief, offer: Offer) -> Shooting | None:
    """Decide how to shoot; None if the tools on offer cannot film at all."""
    seconds = _film_seconds(brief)
    frames = offer.has(KLING) and (bool(offer.makers(None)) or (bool(brief.picture) and bool(offer.editors(None))))
    grouped = frames and bool(offer.editors(None)) and bool(brief.group or (brief.recurring and not offer.has(VEO)))
    tool = KLING if grouped else _cheapest(brief, seconds, offer.has(VEO), frames)
    return shoot_with(tool, grouped, brief, offer) if tool else None


def _film_seconds(brief: Brief) -> float | None:
    """Return how long one film is to be, if the request says."""
    if brief.seconds is not None and brief.count > 1 and not brief.per_item:
        return brief.seconds / brief.count
    return brief.seconds


def shoot_with(tool: str, grouped: bool, brief: Brief, offer: Offer) -> Shooting:
    """Decide the rest when it is settled which tool makes the clips, and whether they come from one reference."""
    seconds = _film_seconds(brief)
    per_film = brief.shots or shots_for(seconds, tool)
    texts = [item.text for item in brief.items] if len(brief.items) == per_film else []
    n = per_film * brief.count
    shown = tuple(texts * brief.count) if texts else invented(brief, n, film=True)
    lines = [item.line for item in brief.items] if texts and brief.lines and offer.has(TTS) else [""] * per_film
    needs = [speech_seconds(line) + PAUSE_S if line else 0.0 for line in lines]
    times = share_out(seconds, needs, tool)
    spoken = [(film, at, line) for film in range(brief.count) for at, line in zip(starts(times), lines, strict=True)]
    said = [entry for entry in spoken if entry[2]]
    if brief.voice and not said and offer.has(TTS):
        for film in range(brief.count):
            part = shown[film * per_film : (film + 1) * per_film]
            said.append((film, 0.0, narration(brief, part, sum(times))))
    return Shooting(brief, tool, grouped, brief.count, per_film, shown, tuple(times * brief.count), tuple(said))


def _cheapest(brief: Brief, seconds: float | None, veo: bool, frames: bool) -> str:
    """Choose between clips from text (Veo) and from keyframes (Kling) by the number of calls."""
    calls = {}
    for tool, offered, each in ((VEO, veo, 1), (KLING, frames, 2)):
        if offered:
            n = brief.shots or shots_for(seconds, tool)
            fits = seconds is None or any(abs(one - seconds) <= max(0.5, 0.1 * seconds) for one in CLIP_SECONDS[tool])
            shaped = brief.size is None or (not brief.size.exact and (tool == KLING or _veo_shape(brief.size)))
            if seconds is not None and n * CLIP_SECONDS[tool][-1] < 0.9 * seconds and (veo and frames):
                continue  # the other tool makes longer clips
            calls[tool] = n * each + (n > 1 or not fits or not shaped or brief.music or brief.voice or brief.effects)
    return min(calls, key=lambda tool: calls[tool]) if calls else ""


def _veo_shape(size: Size) -> bool:
    return (size.width, size.height) in ((16, 9), (9, 16))


def opening_think(shooting: Shooting, lang: Lang) -> str:
    brief = shooting.brief
    how = "film_upload" if brief.picture else "film_anchor"
    if brief.footage:
        how = "film_footage"
    elif not shooting.grouped:
        how = "film_frames" if shooting.tool == KLING else "film_clips"
    length = say("length", lang, seconds=shooting.film_seconds) if brief.seconds else ""
    start = say(
        "film_start",
        lang,
        films=counted(shooting.films, "film", lang),
        shots=counted(shooting.per_film, "shot", lang),
        length=length,
        subject=about(brief),
        how=say(how, lang),
    )
    return f"{start}{' ' if lang == 'en' else ''}{way_of(brief, lang)}"


def plan_of(shooting: Shooting, offer: Offer, lang: Lang) -> tuple[Step, ...]:
    """Write down the stages in the order in which they will be called."""
    brief, n = shooting.brief, len(shooting.shown)
    steps: list[Step] = []

    def add(goal: str, tool: str, times: int, *deps: int) -> int:
        steps.append(Step(say(f"goal_{goal}", lang), tool, times, tuple(dep for dep in deps if dep)))
        return len(steps)

    anchor = 0
    if shooting.grouped and not brief.picture:
        anchor = add("reference", offer.makers(frame_of(brief))[0], 1)
    voice = add("voice", TTS, len(shooting.spoken)) if shooting.spoken else 0
    music = add("music", SUNO, 1) if composes(brief, offer) else 0
    effects = add("effects", EFFECTS, 1) if brief.effects and offer.has(EFFECTS) else 0
    if shooting.tool == KLING:
        drawer = offer.editors(frame_of(brief)) if shooting.grouped else offer.makers(frame_of(brief))
        frames = add("keyframes", drawer[0], n, anchor)
        film = add("clips", KLING, n, frames)
    else:
        film = add("text_clips", VEO, n)
    if shooting.cut:
        beats = add("beats", BEATS, 1, music) if on_beat(shooting, offer) else 0
        film = add("cut", COMPOSITE, shooting.films, film, voice, music, effects, beats)
    if brief.subtitle and offer.has(SUBTITLE):
        film = add("titles", SUBTITLE, shooting.films, film)
    last = steps[-1]
    steps[-1] = Step(last.goal, last.tool, last.n, last.deps, True)
    return tuple(steps)


def on_beat(shooting: Shooting, offer: Offer) -> bool:
    """Whether to cut on the beats: a music film of several shots in which nobody speaks, and beats can be found."""
    brief = shooting.brief
    several = shooting.per_film > 1 and brief.seconds is not None and not shooting.spoken
    return brief.template == "W11" and several and offer.has(BEATS) and bool(brief.song or composes(brief, offer))


def composes(brief: Brief, offer: Offer) -> bool:
    """Whether music has to be made: it is wanted, can be made, and the user has brought none."""
    return brief.music and not brief.song and offer.has(SUNO)


def frame_of(brief: Brief) -> Size:
    """Return the shape of the keyframes: the film's, as a ratio."""
    width, height = (int(side) for side in film_ratio(brief.size).split(":"))
    return Size(width, height)
