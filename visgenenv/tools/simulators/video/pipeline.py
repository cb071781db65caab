"""The one-call film: script, voice, stock material, cut, music and subtitles, each stage done as its own tool does it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import orjson
from msgspec import Struct

from visgenenv._data import data_dir
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.audio.generation import (
    chinese_characters,
    sentence_cues,
    speech_stretch,
    spoken_seconds,
    spoken_words,
)
from visgenenv.tools.simulators.editing.cues import write_srt
from visgenenv.tools.simulators.editing.rendering import RATE, count_samples
from visgenenv.tools.simulators.editing.timeline import plain_film
from visgenenv.tools.simulators.text.boards import board_of, check_subtype
from visgenenv.tools.simulators.text.prose import Lang, clip, language, sentences
from visgenenv.tools.simulators.text.reading import read_script
from visgenenv.tools.simulators.text.scripts import VARIANTS, write_script
from visgenenv.tools.simulators.text.wording import Words, compile_words
from visgenenv.tools.simulators.text.writing import text_of
from visgenenv.tools.simulators.video.materials import FPS, own_clips, search_terms, stock_clips
from visgenenv.types import Asset, Recipe, ToolResult

_USUAL = 30.0
"""Seconds of a film on a topic when nobody says how long it is to be."""
_TOLERANCE = 0.05
_SPEECH, _SONG, _CUT, _STOCK = 3, 4, 5, 10
"""Recipe seeds of a call: 0 to 2 are the film, the narration and the subtitles."""


class Plan(Struct, frozen=True):
    """What is to be told: lines of narration in order, each with what to look for in the stock library."""

    lines: tuple[str, ...]
    terms: tuple[str, ...]
    lang: Lang
    seconds: tuple[float, ...] = ()
    """How long each is to be on screen, if a storyboard says so."""


class Voice(Struct, frozen=True):
    """The narration, and what follows from it: the film's frames, its subtitles, how many lines were left out."""

    text: str
    seconds: float
    n_frames: int
    titles: list[dict[str, Any]]
    srt: str
    dropped: int
    chinese: bool
    plain: bool
    """Whether its words are spoken as they stand, without pause tags or invisible characters."""


def tool_video_auto_pipeline(
    call: Invocation,
    *,
    topic: str | None = None,
    script: str | None = None,
    storyboard: str | None = None,
    materials: list[str],
    video_aspect: str,
    clip_duration: float,
    target_duration: float | None = None,
    voice_id: str | None = None,
    voice_rate: float,
    bgm: str,
    bgm_volume: float,
    subtitle_enabled: bool,
    transition: str,
) -> ToolResult:
    """Make a narrated film in one go. It neither plans nor keeps anybody the same from shot to shot."""
    luck, pace = call.draws, call.spec.tables["pace"]
    plan = _plan(call, topic, script, storyboard, target_duration, luck[3])
    stretch = speech_stretch(pace, luck[1], voice_rate)
    voice = _speak(plan.lines, plan.lang, target_duration, (pace["chinese"], pace["latin"], pace["tail"]), stretch)
    if not voice.text.strip():
        call.refuse("stage tts: the script holds nothing that can be spoken")
    spoken = voice.text if voice.plain else spoken_words(call, voice.text)
    if voice.seconds > pace["longest"]:
        told = f"the narration would last {voice.seconds:.0f} s, more than {pace['longest']} s: shorten it"
        call.refuse(f"stage tts: {told}")
    if not materials:
        (nothing,) = call.output_faults(1)
        if nothing is not None:
            return call.fail(nothing)
    return _delivered(call, plan, voice, spoken, luck[2])


def _plan(
    call: Invocation, topic: str | None, script: str | None, storyboard: str | None, target: float | None, luck: float
) -> Plan:
    """Stage script: write one on the topic, or read what is given."""
    if topic is not None:
        if not topic.strip():
            call.refuse("stage script: the topic holds no words, only spaces")
        return _told(topic.strip(), target or _USUAL, int(luck * VARIANTS))
    if script is not None:
        source = call.asset(script)
        if source.subtype:
            check_subtype(call, "script", source)
        return _read(text_of(source))
    source = call.asset(storyboard or "")
    board = board_of(call, "", source)
    shots = board.shots
    lines = tuple([str(shot.get("narration") or shot["dialogue"] or shot["action"]) for shot in shots])
    terms = tuple([search_terms(shot["image_prompt"] or shot["action"]) for shot in shots])
    return Plan(lines, terms, board.lang, tuple([shot["duration"] for shot in shots]))


@lru_cache(128)
def _told(topic: str, seconds: float, first: int) -> Plan:
    lang = language(topic)
    scenes = write_script(_words(lang), topic, seconds, "explainer", lang, None, "", "", (), first).data["scenes"]
    terms = tuple([search_terms(scene["visual"]) for scene in scenes])
    return Plan(tuple([scene["narration"] for scene in scenes]), terms, lang)


@cache
def _words(lang: Lang) -> Words:
    """Return the words of tool_video_script_gen, whose stage the first one is."""
    document = orjson.loads((data_dir("tool_specs") / "text" / "tool_video_script_gen.json").read_bytes())
    return compile_words(document["simulation"]["tables"], lang)


@lru_cache(128)
def _read(text: str) -> Plan:
    lang = language(text)
    parts = read_script(text, lang).parts
    return Plan(
        tuple([part.said or part.seen for part in parts]), tuple([search_terms(part.seen) for part in parts]), lang
    )


@lru_cache(256)
def _speak(
    lines: tuple[str, ...], lang: Lang, target: float | None, pace: tuple[float, float, float], stretch: float
) -> Voice:
    """Stage tts: speak the lines; with a target, as many sentences from the beginning as fit into it."""
    chinese, latin, tail = pace
    rates = {"chinese": chinese, "latin": latin}
    joint = " " if lang == "en" else ""
    said = [sentence for line in lines for sentence in sentences(line)]
    text, kept = joint.join(said), len(said)
    seconds = spoken_seconds(rates, text) * stretch + tail
    most = target * (1 + _TOLERANCE) if target else seconds
    if seconds > most:
        kept = _fitting(said, joint, rates, stretch, most - tail)
        first = spoken_seconds(rates, said[0]) * stretch
        text = joint.join(said[:kept]) or clip(said[0], max(int(len(said[0]) * (most - tail) / first), 1))
        seconds = spoken_seconds(rates, text) * stretch + tail
    wanted = target if target and seconds < target * (1 - _TOLERANCE) else seconds
    n_frames = int(wanted * FPS[0] + 0.5)
    end = n_frames / FPS[0]
    cues = [(c["start_time"], min(c["end_time"], end), c["text"]) for c in sentence_cues(rates, text, stretch)]
    cues = [cue for cue in cues if cue[0] < cue[1]]
    plain = text.isprintable() and "<#" not in text
    titles = [{"text": words, "start": start, "end": stop} for start, stop, words in cues]
    return Voice(
        text, seconds, n_frames, titles, write_srt(cues), len(said) - kept, chinese_characters(text) > 0, plain
    )


def _fitting(said: list[str], joint: str, rates: dict[str, float], stretch: float, most: float) -> int:
    """Return how many sentences can be spoken in `most` seconds."""
    now = 0.0
    for kept, sentence in enumerate(said):
        now += spoken_seconds(rates, f"{sentence}{joint}") * stretch
        if now > most:
            return kept
    return len(said)


def _delivered(call: Invocation, plan: Plan, voice: Voice, spoken: str, luck: float) -> ToolResult:
    """Stages cut and render: mint film, narration and subtitles."""
    arguments, tables = call.arguments, call.spec.tables
    seconds = voice.n_frames / FPS[0]
    width, height = tables["sizes"][arguments["video_aspect"]]
    parents = tuple(dict.fromkeys([(asset.id, _ROLES.get(asset.kind, "clip")) for asset in call.cited]))
    narration = _narration(call, voice, spoken, parents)
    overlap = 0.0 if arguments["transition"] == "none" else float(tables["transition_seconds"])
    each = float(arguments["clip_duration"])
    if arguments["materials"]:
        entries, starts, overlap, recipes = own_clips(call, each, seconds, overlap)
        terms: list[str] = []
    else:
        stock = stock_clips(plan.terms, plan.seconds, seconds, each, overlap, width, height)
        entries, starts, terms = stock.entries, stock.starts, stock.terms
        lineage = call.lineage
        recipes = [Recipe("shot", f"{lineage}{i}", params) for i, params in enumerate(stock.shots, _STOCK)]
    overlap = overlap if len(entries) > 1 else 0.0
    track = {"source": len(recipes), "start": 0.0, "volume": 1.0, "fade_in": 0.0, "fade_out": 0.0,
             "seconds": min(narration.duration, seconds)}  # fmt: skip
    recipes.append(narration.recipe)
    params = plain_film(entries) | {"transition": arguments["transition"], "overlap": overlap, "keep_audio": False}
    params["tracks"] = [track]
    music = _music(call, luck)
    if music is not None:
        volume = float(arguments["bgm_volume"])
        params["bgm"] = {"source": len(recipes), "volume": volume, "loop": True, "seconds": seconds}
        recipes.append(music)
    burnt = arguments["subtitle_enabled"]
    recipe = Recipe("timeline", call.seed(_CUT if burnt else 0), params, tuple(recipes))
    if burnt:
        titles = tables["titles"] | {"size": [width, height], "cues": voice.titles}
        recipe = Recipe("titles", call.seed(0), titles, (recipe,))
    film = call.mint("video", "mp4", "video/mp4", recipe, width=width, height=height, n_frames=voice.n_frames, fps=FPS,
                     has_audio=True, sample_rate=RATE, channels=2, parents=parents)  # fmt: skip
    assets = [film, narration]
    if burnt:
        file = Recipe("document", call.seed(2), {"text": voice.srt}, (narration.recipe,))
        assets.append(call.mint("subtitle", "srt", "application/x-subrip", file, subtype="srt", parents=parents))
    data: dict[str, Any] = {
        "task_id": call.task_id,
        "script": voice.text,
        "terms": terms,
        "clip_starts": starts,
        "narration_duration": round(narration.duration, 3),
    }
    if voice.dropped:
        data["warnings"] = [f"{voice.dropped} sentences at the end were left out: they do not fit into target_duration"]
    return call.done(*assets, data=data, latency=_wait(call, seconds), cost=_bill(call, voice, seconds, len(terms)))


def _wait(call: Invocation, seconds: float) -> tuple[float, float]:
    """Return median and 95th percentile of the time all stages take together."""
    table = call.spec.latency
    median = table["pipeline"]["base"] + table["pipeline"]["per_second"] * seconds
    return median, median * table["p95"] / table["median"]


_ROLES = {"text": "source", "audio": "track"}


def _bill(call: Invocation, voice: Voice, seconds: float, searched: int) -> float:
    """Return the sum of the stages: script, voice, stock searches, render."""
    price = call.spec.price
    script = price["script"] if call.arguments.get("topic") else 0.0
    return float(
        script
        + price["per_character"] * len(voice.text)
        + price["per_search"] * searched
        + price["per_second"] * seconds
    )


def _narration(call: Invocation, voice: Voice, spoken: str, parents: tuple[tuple[str, str], ...]) -> Asset:
    tables = call.spec.tables
    rate, lang = tables["pace"]["sample_rate"], "zh" if voice.chinese else "en"
    n_samples = count_samples(voice.seconds, rate)
    params = {
        "text": spoken,
        "voice_id": call.arguments.get("voice_id") or tables["voices"][lang],
        "speed": call.arguments["voice_rate"],
        "pitch": 0,
        "vol": 1.0,
        "emotion": "",
        "language": lang,
        "seconds": n_samples / rate,
    }
    written = tuple([parent for parent in parents if parent[1] == "source"])
    return call.mint("audio", "mp3", "audio/mpeg", Recipe("speech", call.seed(_SPEECH), params), n_samples=n_samples,
                     sample_rate=rate, channels=1, has_audio=True, parents=written)  # fmt: skip


def _music(call: Invocation, luck: float) -> Recipe | None:
    """Return the music: the asset cited, any instrumental of the library, or none."""
    bgm = call.arguments["bgm"]
    if bgm == "none":
        return None
    if bgm != "random":
        return call.asset(bgm).recipe
    styles = call.spec.tables["music"]
    style = styles[int(luck * len(styles))]
    params = {"style": style, "title": style, "lyrics": "", "instrumental": True, "seconds": 120.0,
              "bpm": round(70 + 100 * luck, 1)}  # fmt: skip
    return Recipe("song", call.seed(_SONG), params)
