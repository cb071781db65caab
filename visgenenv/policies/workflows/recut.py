"""Films from the user's own footage: trimmed, with sound, with subtitles; nothing new is shot."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from visgenenv.policies.brief import Brief
from visgenenv.policies.workflows.answers import deliver
from visgenenv.policies.workflows.craft import about, narration, noise, tune
from visgenenv.policies.workflows.cutting import Sound, cues, cut_arguments
from visgenenv.policies.workflows.offer import Offer
from visgenenv.policies.workflows.shapes import COMPOSITE, EFFECTS, SPEED, SUBTITLE, SUNO, TRIM, TTS, VEO
from visgenenv.policies.workflows.shooting import Shooting, composes, opening_think
from visgenenv.policies.workflows.turns import Picture, Result, Step, Turn, Way, Wish, Work, obtain
from visgenenv.policies.workflows.words import counted, say
from visgenenv.types import Lang

USUAL_S = 15.0
"""Length of a film nobody gave a length."""


def make_recut(brief: Brief, offer: Offer, lang: Lang) -> Work:
    """Cut one film from the footage the user brought and deliver it."""
    shooting = footage_shooting(brief, offer)
    plan = _plan(shooting, offer, lang)
    wishes = _sounds(shooting, offer, lang)
    start = opening_think(shooting, lang)
    heard = Sound([])
    if wishes:
        made = yield from obtain(wishes, start, lang, plan)
        heard = _sound_of(shooting, offer, made)
    cut = Way(cutter(brief, offer), _cut(shooting, offer, heard))
    think = say("cut", lang, n=1, seconds=shooting.film_seconds, sound="") if wishes else start
    films = (yield from obtain([Wish(say("film", lang, k=1), (cut,))], think, lang, None if wishes else plan))[0]
    if films and brief.subtitle and offer.has(SUBTITLE):
        films = yield from _subtitled(shooting, films[0], heard, lang)
    seconds = round(sum(float(film.get("duration", 0.0)) for film in films), 1)
    made_of = {"n": counted(len(films), "film", lang), "shots": counted(1, "shot", lang)}
    summary = say("summary_film", lang, seconds=seconds, subject=about(brief), **made_of)
    yield deliver([film["url"] for film in films], 1, summary, lang)


def cutter(brief: Brief, offer: Offer) -> str:
    """Return the tool that brings the footage to its length: one that slows it down, cuts it, or only trims it."""
    if brief.slower and offer.has(SPEED):
        return SPEED
    return next((tool for tool in (COMPOSITE, TRIM, SPEED) if offer.has(tool)), "")


def _cut(shooting: Shooting, offer: Offer, heard: Sound) -> dict[str, Any]:
    url, seconds = shooting.brief.footage, shooting.seconds[0]
    tool = cutter(shooting.brief, offer)
    if tool == SPEED:
        return {"video": url, "target_duration": seconds}
    if tool == TRIM:
        return {"video": url, "start_time": 0, "end_time": seconds}
    return cut_arguments(shooting, 0, [({"url": url, "duration": 1e9}, seconds)], heard)


def footage_shooting(brief: Brief, offer: Offer) -> Shooting:
    """Decide how the user's own footage is cut: one shot, as long as the film."""
    seconds = brief.seconds or USUAL_S
    shown = (about(brief),)
    spoken = ((0, 0.0, narration(brief, (), seconds)),) if brief.voice and offer.has(TTS) else ()
    return Shooting(brief, VEO, False, 1, 1, shown, (seconds,), spoken)


def _plan(shooting: Shooting, offer: Offer, lang: Lang) -> tuple[Step, ...]:
    brief = shooting.brief
    wanted = (("voice", TTS, bool(shooting.spoken)), ("music", SUNO, composes(brief, offer)),
              ("effects", EFFECTS, brief.effects and offer.has(EFFECTS)))  # fmt: skip
    steps = [Step(say(f"goal_{goal}", lang), tool) for goal, tool, needed in wanted if needed]
    titled = brief.subtitle and offer.has(SUBTITLE)
    steps.append(Step(say("goal_trim", lang), cutter(brief, offer), 1, tuple(range(1, len(steps) + 1)), not titled))
    if titled:
        steps.append(Step(say("goal_titles", lang), SUBTITLE, 1, (len(steps),), True))
    return tuple(steps)


def _sounds(shooting: Shooting, offer: Offer, lang: Lang) -> list[Wish]:
    brief = shooting.brief
    wishes = [
        Wish(say("voice", lang, k=1), offer.speak(text, brief.lang, narrator=True)) for _, _, text in shooting.spoken
    ]
    if composes(brief, offer):
        wishes.append(Wish(say("music", lang), offer.score(tune(brief))))
    if brief.effects and offer.has(EFFECTS):
        wishes.append(Wish(say("effects", lang), offer.effect(noise(brief), shooting.film_seconds)))
    return wishes


def _sound_of(shooting: Shooting, offer: Offer, made: list[list[Picture]]) -> Sound:
    voices, rest = made[: len(shooting.spoken)], made[len(shooting.spoken) :]
    urls = [one[0]["url"] if one else "" for one in rest]
    music = urls.pop(0) if composes(shooting.brief, offer) else shooting.brief.song
    return Sound(voices, music, urls.pop(0) if urls else "")


def _subtitled(shooting: Shooting, film: Picture, heard: Sound, lang: Lang) -> Generator[Turn, list[Result], Any]:
    lines = cues(shooting, 0, float(film.get("duration", 0.0)), heard.voices)
    way = Way(SUBTITLE, {"video": film["url"], "subtitles": lines})
    think = say("titles", lang, url=film["url"], n=len(lines))
    return (yield from obtain([Wish(say("subtitled", lang, k=1), (way,))], think, lang))[0]
