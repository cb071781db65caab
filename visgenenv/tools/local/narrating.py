"""Narration, executed: spoken lines laid over a film in time. The voice itself is the simulated speech service's."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from msgspec.structs import replace

from visgenenv.media.materialise import materialise
from visgenenv.media.truth import recipe_truth
from visgenenv.tools.local.desk import RATE, Desk, Product, Source, film_sound
from visgenenv.tools.local.filters import Wave
from visgenenv.tools.local.reels import exact, frozen, gridded, nearest, sliced
from visgenenv.tools.local.times import ROUNDING
from visgenenv.tools.local.titling import Cue, srt, with_words
from visgenenv.tools.local.waves import Layer, blended, decoded, fitted, paced, resampled
from visgenenv.tools.simulators.audio.generation import sentence_cues
from visgenenv.tools.simulators.editing.voiceover import synthesise
from visgenenv.types import Asset, Recipe

FASTEST = 2.0
SUBTITLE_SHARE = 0.06
"""Height of burnt-in letters, as a share of the film's."""


class Voice(NamedTuple):
    """One spoken line: its sound, its words, and when it is wanted."""

    wave: Wave
    words: str
    wanted: Fraction


class Told(NamedTuple):
    """A narration: its lines and when each begins, their sample rate, the file format it is delivered in."""

    voices: list[Voice]
    starts: list[Fraction]
    rate: int
    extension: str
    characters: int
    warnings: list[str]

    def end(self, index: int = -1) -> Fraction:
        return self.starts[index] + Fraction(self.voices[index].wave.shape[1], self.rate)


def narrate(
    desk: Desk,
    *,
    video: str,
    speed: float,
    original_volume: float,
    voice_volume: float,
    overflow: str,
    burn_subtitles: bool,
    segments: list[dict[str, Any]] | None = None,
    text: str | None = None,
    audio: str | None = None,
    voice_id: str | None = None,
) -> tuple[list[Product], dict[str, Any]]:
    """Speak words over a film, or lay a finished narration under it."""
    source = desk.film(video)
    if audio is not None:
        told = _given(desk, desk.call.asset(audio))
    else:
        asked = sorted(segments or [{"text": text, "start_time": 0}], key=lambda one: float(one["start_time"]))
        told = _spoken(desk, asked, speed, voice_id)
    told = _placed(desk, told, source.seconds, overflow)
    n_frames = source.facts.n_frames
    if overflow == "extend" and told.end() > source.seconds:
        n_frames = nearest(told.end() * source.fps)
    lasts = n_frames / source.fps
    desk.check_work(lasts, source.reel.width, source.reel.height, source.fps)
    told = _heard(told, lasts)
    n_samples = min(nearest(lasts * told.rate), nearest(told.starts[-1] * told.rate) + told.voices[-1].wave.shape[1])
    narration = _together(told, n_samples)
    cues = _cues(desk, told, lasts)
    volumes = voice_volume, original_volume
    film = _film(desk, source, n_frames, resampled(narration, told.rate, RATE), volumes, cues if burn_subtitles else [])
    roles = [(source.asset.id, "source")]
    tracks = [] if audio is None else [(desk.call.asset(audio).id, "track")]
    alone = desk.make_sound(narration, told.rate, told.extension)
    products = [replace(film, parents=(*roles, *tracks)), replace(alone, parents=tuple(tracks))]
    if cues:
        products.append(Product("subtitle", "srt", "application/x-subrip", text=srt(cues), parents=tuple(roles)))
    else:
        told.warnings.append("no speech was recognised in the audio: there are no subtitles")
    return products, _data(told, alone.facts.n_samples, lasts)


def _data(told: Told, n_samples: int, lasts: Fraction) -> dict[str, Any]:
    spans = [(start, min(lasts, told.end(index))) for index, start in enumerate(told.starts)]
    data: dict[str, Any] = {
        "narration_duration": round(n_samples / told.rate, 3),
        "segments": [{"start_time": round(float(start), 3), "end_time": round(float(end), 3)} for start, end in spans],
        "characters": told.characters,
    }
    return data | ({"warnings": told.warnings} if told.warnings else {})


def _film(
    desk: Desk, source: Source, n_frames: int, voice: Wave, volumes: tuple[float, float], cues: list[Cue]
) -> Product:
    """Lay the voice over the film's own, lowered sound, and words over its picture; hold its last frame if need be."""
    reel, fps = source.reel, source.fps
    layers = [Layer(voice, 0, volumes[0])]
    if source.sounds:
        layers.append(Layer(desk.wave(source.asset), 0, volumes[1]))
    sound = film_sound(blended(layers, nearest(n_frames / fps * RATE), RATE), n_frames, fps, RATE)
    reel = frozen(reel, reel.seconds, n_frames / fps - reel.seconds)
    if cues:
        reel = sliced(reel, 1 / fps)
        reel = with_words(reel, cues, {"font_size": max(12, round(SUBTITLE_SHARE * reel.height)), "stroke_width": 2.0})
    return desk.make_film(gridded(reel, fps), (reel.width, reel.height), fps, sound)


def _given(desk: Desk, asset: Asset) -> Told:
    wave, rate = decoded(desk.path(asset))
    voice = Voice(wave, recipe_truth(asset.recipe).speech, Fraction(0))
    return Told([voice], [Fraction(0)], rate, asset.url.rpartition(".")[2], 0, [])


def _spoken(desk: Desk, asked: list[dict[str, Any]], speed: float, voice_id: str | None) -> Told:
    """Have the lines spoken, each into a file of its own, and decode those."""
    made, voices = synthesise(desk.call, asked, speed, voice_id), []
    for line, one in zip(made.lines, asked, strict=True):
        path = materialise(_wav(line.recipe, nearest(exact(line.seconds) * made.rate), made.rate), cache=desk.cache)
        voices.append(Voice(decoded(path)[0], line.text, exact(one["start_time"])))
    return Told(voices, [], made.rate, "mp3", made.characters, [])


def _wav(recipe: Recipe, n_samples: int, rate: int) -> Asset:
    return Asset("", "asset://line.wav", "audio", "audio/wav", recipe, n_samples=max(1, n_samples), sample_rate=rate,
                 channels=1, has_audio=True)  # fmt: skip


def _placed(desk: Desk, told: Told, length: Fraction, overflow: str) -> Told:
    """Place lines, and deal with a narration that outlasts the film."""
    told = _in_turn(told)
    for voice in told.voices:
        if overflow != "extend" and voice.wanted >= length:
            late = f"start_time ({float(voice.wanted):.2f}) should be smaller than the clip's duration"
            desk.refuse(f"segments: {late} ({float(length):.2f}).")
    if told.end() <= length + ROUNDING or overflow in ("trim", "extend"):
        return told
    message = f"narration ({float(told.end()):.1f} s) is longer than the video ({float(length):.1f} s)"
    if overflow == "error":
        desk.refuse(message)
    factor = _pace(told, length)
    if factor > FASTEST:
        desk.refuse(f"{message}: it would have to be spoken more than twice as fast")
    return _in_turn(_faster(told, factor), told.warnings)


def _in_turn(told: Told, warnings: list[str] | None = None) -> Told:
    """Let each line begin when it should, or when the one before it has ended."""
    starts, waits, free = [], [], Fraction(0)
    for voice in told.voices:
        if voice.wanted < free:
            late = f"the segment at {float(voice.wanted):.2f} s starts at {float(free):.2f} s"
            waits.append(f"{late}: the one before it still speaks")
        starts.append(max(voice.wanted, free))
        free = starts[-1] + Fraction(voice.wave.shape[1], told.rate)
    return told._replace(starts=starts, warnings=waits if warnings is None else warnings)


def _faster(told: Told, factor: float) -> Told:
    pace = Fraction(factor)
    return told._replace(voices=[one._replace(wave=paced(one.wave, told.rate, pace, True)) for one in told.voices])


def _pace(told: Told, length: Fraction) -> float:
    """Find by halving how much faster the lines must be spoken for the last to end with the film."""
    low, high = 1.0, FASTEST * 1.01
    for _ in range(40):
        middle, free = (low + high) / 2, Fraction(0)
        for voice in told.voices:
            free = max(voice.wanted, free) + Fraction(voice.wave.shape[1], told.rate) / Fraction(middle)
        low, high = (low, middle) if free <= length else (middle, high)
    return round(high, 9)


def _heard(told: Told, lasts: Fraction) -> Told:
    """Leave out the lines that could only begin after the film has ended."""
    n = sum(start < lasts for start in told.starts)
    if n == len(told.voices):
        return told
    lost = ", ".join(f"{float(voice.wanted):.2f} s" for voice in told.voices[n:])
    late = f"the video ends ({float(lasts):.2f} s) before these segments can be spoken: {lost}"
    return told._replace(voices=told.voices[:n], starts=told.starts[:n], warnings=[*told.warnings, late])


def _together(told: Told, n: int) -> Wave:
    """Return all that is spoken as one sound, on as many channels as the voice has."""
    first = told.voices[0].wave
    if len(told.voices) == 1 and not told.starts[0]:
        return fitted(first, n)
    layers = [Layer(voice.wave, nearest(at * told.rate)) for voice, at in zip(told.voices, told.starts, strict=True)]
    mixed = blended(layers, n, told.rate)
    return mixed if first.shape[0] == 2 else np.ascontiguousarray(mixed[:1])


def _cues(desk: Desk, told: Told, lasts: Fraction) -> list[Cue]:
    """Return the sentences of every line, spread over its time as the speech service says they are spoken."""
    pace, cues = desk.call.spec.tables["pace"], []
    for index, (voice, at) in enumerate(zip(told.voices, told.starts, strict=True)):
        said = sentence_cues(pace, voice.words, 1.0) if voice.words else []
        spoken = max(0.0, float(told.end(index) - at) - pace["tail"])
        scale = spoken / max(said[-1]["end_time"], 1e-3) if said else 0.0
        for one in said:
            start, end = (at + exact(round(one[name] * scale, 6)) for name in ("start_time", "end_time"))
            if start < lasts:
                cues.append((start, min(end, lasts), one["text"]))
    return cues
