"""Sound generation: songs (Suno) and spoken words (text to speech)."""

from __future__ import annotations

import re
from typing import Any

from visgenenv.luck import normal
from visgenenv.tools.invocation import Invocation
from visgenenv.types import Asset, Recipe, ToolResult

RATE = 44100
"""Samples a second of a song."""


def tool_music_suno(
    call: Invocation,
    *,
    custom_mode: bool,
    instrumental: bool,
    model: str,
    prompt: str,
    style: str,
    title: str,
    negative_tags: str,
    vocal_gender: str | None = None,
    style_weight: float | None = None,
    weirdness_constraint: float | None = None,
) -> ToolResult:
    """Suno: always two songs, each as long as the service pleases."""
    _refuse_artists(call, f"{prompt}\n{style}\n{title}")
    warnings = []
    if not custom_mode and (style or title):
        warnings.append("style and title are used in custom mode only; they were ignored")
        style = title = ""
    words = "" if instrumental else prompt if custom_mode else f"[Verse]\n{prompt}"
    tags, name = style or prompt, title or prompt[:40]
    params = {"style": tags, "title": name, "lyrics": words, "instrumental": instrumental}
    if vocal_gender and not instrumental:
        params["vocal_gender"] = vocal_gender
    longest, luck = call.spec.tables["longest"][model], call.draws
    first = _song(call, 0, params, longest, luck[1], luck[3])
    second = _song(call, 1, params, longest, luck[2], luck[4])
    told = [
        {"title": name, "tags": tags, "lyrics": words, "duration": int(song.n_samples * 100 / RATE + 0.5) / 100}
        for song in (first, second)
    ]
    data: dict[str, Any] = {"task_id": call.task_id, "songs": told}
    if warnings:
        data["warnings"] = warnings
    return call.done(first, second, data=data, cost=call.spec.price["per_call"])


def _refuse_artists(call: Invocation, text: str) -> None:
    """The service turns down names of real artists, whatever the weather."""
    text = text.lower()
    for artist in call.spec.tables["artists"]:
        if artist in text:
            named = f"SENSITIVE_WORD_ERROR: the text names the artist {artist!r}."
            call.refuse(f"{named} Describe the style without the name.", "CONTENT_BLOCKED", "SENSITIVE_WORD_ERROR")


def _song(call: Invocation, index: int, params: dict[str, Any], longest: float, u: float, v: float) -> Asset:
    """Mint one song; luck `u` gives its length, `v` its hidden tempo."""
    tables = call.spec.tables
    mean, sd, shortest = tables["duration"]
    n_samples = int(normal(u, mean, sd, shortest, longest) * RATE + 0.5)
    slow, fast = tables["bpm"]
    tempo = int((slow + (fast - slow) * v) * 10 + 0.5) / 10
    recipe = Recipe("song", call.seed(index), {**params, "bpm": tempo, "seconds": n_samples / RATE})
    return call.mint(
        "audio", "mp3", "audio/mpeg", recipe, n_samples=n_samples, sample_rate=RATE, channels=2, has_audio=True
    )


_PAUSE = re.compile(r"<#(\d{1,2}(?:\.\d{1,2})?)#>")
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SENTENCE = re.compile(r"[^。！？!?.;；\n]{1,120}[。！？!?.;；\n]{0,50}|[。！？!?.;；\n]{1,50}")
_MIME = {"mp3": "audio/mpeg", "wav": "audio/wav"}
_MOST_CUES = 400


def tool_tts_generation(
    call: Invocation,
    *,
    text: str,
    voice_id: str,
    speed: float,
    pitch: int,
    vol: float,
    language: str,
    format: str,
    sample_rate: int,
    with_timestamps: bool,
    emotion: str | None = None,
) -> ToolResult:
    """Text to speech, mono: as long as its characters and pauses take at the given speed."""
    spoken = spoken_words(call, text)
    pace = call.spec.tables["pace"]
    stretch = speech_stretch(pace, call.draws[1], speed)
    seconds = spoken_seconds(pace, text) * stretch + pace["tail"]
    if seconds > pace["longest"]:
        call.refuse(
            f"the speech would last {seconds:.0f} s, more than {pace['longest']} s: split the text", code="2013"
        )
    sample_rate = int(sample_rate)
    n_samples = int(seconds * sample_rate + 0.5)
    params = {
        "text": spoken,
        "voice_id": voice_id,
        "speed": speed,
        "pitch": pitch,
        "vol": vol,
        "emotion": emotion or "",
        "language": language if language != "auto" else "zh" if chinese_characters(spoken) else "en",
        "seconds": n_samples / sample_rate,
    }
    speech = call.mint(
        "audio", format, _MIME[format], Recipe("speech", call.seed(), params),
        n_samples=n_samples, sample_rate=sample_rate, channels=1, has_audio=True,
    )  # fmt: skip
    data: dict[str, Any] = {"characters": len(text)}
    if with_timestamps:
        data["subtitles"] = sentence_cues(pace, text, stretch)
    wait, price = call.spec.latency, call.spec.price["per_character"]
    median = wait["base"] + wait["per_second"] * seconds
    return call.done(speech, data=data, latency=(median, median * wait["p95"] / wait["median"]), cost=price * len(text))


def spoken_words(call: Invocation, text: str) -> str:
    """Return what is spoken of a text, without its pause tags; refuse one that cannot be spoken."""
    if not text.isprintable():
        _refuse_invisible(call, text)
    spoken = _PAUSE.sub(" ", text) if "<#" in text else text
    if not spoken.strip():
        call.refuse("text holds nothing that can be spoken", code="1042")
    return spoken


def speech_stretch(pace: dict[str, Any], luck: float, speed: float) -> float:
    """Return the seconds spoken for each second of a text's usual length: luck and the pace asked for."""
    slow, fast = pace["luck"]
    return float((slow + (fast - slow) * luck) / speed)


def _refuse_invisible(call: Invocation, text: str) -> None:
    """More than a tenth of invisible characters (controls, zero-width marks) is an error; line breaks are fine."""
    invisible = sum([not char.isprintable() and not char.isspace() for char in text])
    if invisible > call.spec.tables["invisible_share"] * len(text):
        call.refuse(f"{invisible} of {len(text)} characters are invisible, more than 10 %", code="1042")


def chinese_characters(text: str) -> int:
    """Return how many Chinese characters a text has."""
    return 0 if text.isascii() else len(_CHINESE.findall(text))


def spoken_seconds(pace: dict[str, Any], text: str) -> float:
    """Return the seconds a text takes at speed 1: Chinese characters, all others, and its pause tags."""
    pauses = 0.0
    if "<#" in text:
        pauses = sum(map(float, _PAUSE.findall(text)))
        text = _PAUSE.sub("", text)
    chinese = chinese_characters(text)
    return float(chinese / pace["chinese"] + (len(text) - chinese) / pace["latin"] + pauses)


def sentence_cues(pace: dict[str, Any], text: str, stretch: float) -> list[dict[str, Any]]:
    """Return one cue a sentence, or several short sentences to a cue where there would be more than `_MOST_CUES`."""
    cues: list[dict[str, Any]] = []
    least = max(1, len(text) // _MOST_CUES)
    now = start = 0.0
    line = ""
    for index, part in enumerate(_PAUSE.split(text)):
        if index % 2:  # the seconds of a pause tag
            now += float(part) * stretch
            start = start if line else now
            continue
        for sentence in _SENTENCE.findall(part):
            now += spoken_seconds(pace, sentence) * stretch
            line = f"{line}{sentence}"
            if len(line.strip()) >= least:
                cues.append({"text": line.strip(), "start_time": round(start, 3), "end_time": round(now, 3)})
                start, line = now, ""
    if line.strip():
        cues.append({"text": line.strip(), "start_time": round(start, 3), "end_time": round(now, 3)})
    return cues
