"""Films: reference, keyframes, clips, voice, music, cut, subtitles; only as much of it as the request needs."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from msgspec.structs import replace

from visgenenv.policies.brief import Brief
from visgenenv.policies.workflows.answers import deliver
from visgenenv.policies.workflows.craft import about, noise, prompt, reference_prompt, tune
from visgenenv.policies.workflows.cutting import Sound, cues, cut_arguments
from visgenenv.policies.workflows.offer import Offer
from visgenenv.policies.workflows.shapes import BEATS, COMPOSITE, EFFECTS, KLING, SUBTITLE
from visgenenv.policies.workflows.shooting import Shooting, composes, frame_of, on_beat, opening_think, plan_of, prepare
from visgenenv.policies.workflows.timing import on_beats
from visgenenv.policies.workflows.turns import Picture, Result, Step, Turn, Way, Wish, Work, obtain
from visgenenv.policies.workflows.words import counted, say
from visgenenv.types import Lang

Stage = Generator[Turn, list[Result], Any]


def make_films(brief: Brief, offer: Offer, lang: Lang) -> Work:
    """Make the film or films of a brief and deliver these alone."""
    shooting = prepare(brief, offer)
    if shooting is None:
        yield deliver([], brief.count, "", lang)
        return
    plan, start = plan_of(shooting, offer, lang), opening_think(shooting, lang)
    clips, sound = yield from _material(shooting, offer, lang, plan, start)
    if on_beat(shooting, offer) and sound.music:
        shooting = yield from _to_the_beat(shooting, sound.music, lang)
    films = yield from _finish(shooting, clips, sound, lang)
    seconds = round(sum(float(film.get("duration", 0.0)) for film in films), 1)
    made = counted(len(films), "film", lang)
    shots = counted(shooting.per_film, "shot", lang)
    summary = say("summary_film", lang, n=made, shots=shots, seconds=seconds, subject=about(brief))
    yield deliver([film["url"] for film in films], brief.count, summary, lang)


def _material(shooting: Shooting, offer: Offer, lang: Lang, plan: tuple[Step, ...], start: str) -> Stage:
    """Make clips, voice and music; what does not depend on anything goes out with the first turn."""
    brief, tool = shooting.brief, shooting.tool
    lengths = shooting.lengths
    sound = [
        Wish(say("voice", lang, k=k), offer.speak(text, brief.lang, narrator=not brief.lines))
        for k, (_, _, text) in enumerate(shooting.spoken, 1)
    ]
    composed, effects = composes(brief, offer), brief.effects and offer.has(EFFECTS)
    if composed:
        sound.append(Wish(say("music", lang), offer.score(tune(brief))))
    if effects:
        sound.append(Wish(say("effects", lang), offer.effect(noise(brief), shooting.film_seconds)))
    frame = frame_of(brief)
    anchor = brief.picture if shooting.grouped else ""
    if shooting.grouped and not anchor:
        first = [Wish(say("reference", lang), offer.draw(reference_prompt(brief), frame))]
    elif shooting.grouped:
        first = _edits(shooting, offer, anchor, lang)
    elif tool == KLING:
        first = [
            Wish(say("keyframe", lang, k=k), offer.draw(prompt(brief, text), frame))
            for k, text in enumerate(shooting.shown, 1)
        ]
    else:
        first = [
            Wish(say("clip", lang, k=k), offer.film(prompt(brief, text), length, brief.size))
            for k, (text, length) in enumerate(zip(shooting.shown, lengths, strict=True), 1)
        ]
    made = yield from obtain([*first, *sound], start, lang, plan)
    pictures, heard = made[: len(first)], made[len(first) :]
    if shooting.grouped and not anchor:
        anchor = pictures[0][0]["url"] if pictures[0] else ""
        think = say("keyframes", lang, anchor=anchor, n=len(shooting.shown), first=shooting.shown[0][:120])
        pictures = (yield from obtain(_edits(shooting, offer, anchor, lang), think, lang)) if anchor else []
    clips = pictures
    if tool == KLING:
        clips = yield from _animate(shooting, offer, pictures, lang)
    voices, rest = heard[: len(shooting.spoken)], heard[len(shooting.spoken) :]
    urls = [made[0]["url"] if made else "" for made in rest]
    music = urls.pop(0) if composed else brief.song if brief.music else ""
    return clips, Sound(voices, music, urls.pop(0) if effects else "")


def _to_the_beat(shooting: Shooting, music: str, lang: Lang) -> Generator[Turn, list[Result], Shooting]:
    """Find the beats of the music and move the cuts there."""
    wish = Wish(say("beat_times", lang), (Way(BEATS, {"audio": music}),), tells=True)
    (told,) = yield from obtain([wish], say("beats", lang), lang)
    beats = (told[0].get("data") or {}).get("beat_times") if told else ()
    n = shooting.per_film
    times = on_beats(shooting.seconds[:n], beats or (), shooting.lengths[:n])
    return replace(shooting, seconds=tuple(times * shooting.films))


def _edits(shooting: Shooting, offer: Offer, anchor: str, lang: Lang) -> list[Wish]:
    brief = shooting.brief
    return [
        Wish(say("keyframe", lang, k=k), offer.edit(prompt(brief, text, edit=True), anchor, frame_of(brief)))
        for k, text in enumerate(shooting.shown, 1)
    ]


def _animate(shooting: Shooting, offer: Offer, frames: list[list[Picture]], lang: Lang) -> Stage:
    wishes = [
        Wish(
            say("clip", lang, k=k),
            offer.animate(prompt(shooting.brief, text), frame[0]["url"], length) if frame else (),
        )
        for k, (text, length, frame) in enumerate(zip(shooting.shown, shooting.lengths, frames, strict=False), 1)
    ]
    drawn = sum(bool(frame) for frame in frames)
    lengths = ", ".join(str(length) for length in sorted(set(shooting.lengths)))
    return (yield from obtain(wishes, say("clips", lang, n=drawn, lengths=lengths), lang))


def _finish(shooting: Shooting, clips: list[list[Picture]], heard: Sound, lang: Lang) -> Stage:
    """Cut each film and put its subtitles on; a film with a missing clip is cut from what there is."""
    n = shooting.per_film
    films = [
        [
            (clip[0], seconds)
            for clip, seconds in zip(clips[k : k + n], shooting.seconds[k : k + n], strict=False)
            if clip
        ]
        for k in range(0, n * shooting.films, n)
    ]
    films = [film for film in films if film]
    if not films:
        return []
    done: list[Picture] = [film[0][0] for film in films]
    if shooting.cut:
        wishes = [
            Wish(say("film", lang, k=k + 1), (Way(COMPOSITE, cut_arguments(shooting, k, film, heard)),))
            for k, film in enumerate(films)
        ]
        sound = say("with_voice", lang) if shooting.spoken else ""
        sound += say("with_music", lang) if heard.music else ""
        clips_ready = sum(len(film) for film in films)
        think = say("cut", lang, n=clips_ready, seconds=shooting.film_seconds, sound=sound)
        made = yield from obtain(wishes, think, lang)
        done = [film[0] for film in made if film]
    if shooting.brief.subtitle and done:
        done = yield from _subtitled(shooting, done, heard.voices, lang)
    return done


def _subtitled(shooting: Shooting, films: list[Picture], voices: list[list[Picture]], lang: Lang) -> Stage:
    wishes = []
    for k, film in enumerate(films):
        arguments = {"video": film["url"], "subtitles": cues(shooting, k, float(film.get("duration", 0.0)), voices)}
        wishes.append(Wish(say("subtitled", lang, k=k + 1), (Way(SUBTITLE, arguments),)))
    think = say("titles", lang, url=films[0]["url"], n=len(wishes[0].ways[0].arguments["subtitles"]))
    made = yield from obtain(wishes, think, lang)
    return [film[0] for film in made if film]
