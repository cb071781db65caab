"""Narration laid over a film: the film, the voice as a sound of its own, and the subtitles of what is said."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.audio.generation import sentence_cues
from visgenenv.tools.simulators.editing.cues import Cue, write_srt
from visgenenv.tools.simulators.editing.rendering import RATE, count_frames, count_samples, render_median
from visgenenv.tools.simulators.editing.timeline import plain_film, stretch_of
from visgenenv.tools.simulators.editing.voiceover import Line, Voiceover, fit, place, read_given, synthesise
from visgenenv.types import Asset, Recipe, ToolResult


def tool_tts_composite(
    call: Invocation,
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
) -> ToolResult:
    """Speak words over a film (or lay a finished narration under it); also gives the narration and its subtitles."""
    film, given = call.asset(video), None if audio is None else call.asset(audio)
    if given is not None:
        spoken, wanted = read_given(given), [0.0]
    elif segments is None:
        spoken, wanted = synthesise(call, [{"text": text}], speed, voice_id), [0.0]
    else:
        asked = sorted(segments, key=lambda one: float(one["start_time"]))
        spoken, wanted = synthesise(call, asked, speed, voice_id), [float(one["start_time"]) for one in asked]
    lines, warnings = place(spoken.lines, wanted)
    lines = fit(call, lines, wanted, film.duration, overflow)
    end, n_frames = lines[-1].start + lines[-1].seconds, film.n_frames
    if overflow == "extend" and end > film.duration:
        n_frames = count_frames(call, end, film.fps)
    length = n_frames * film.fps[1] / film.fps[0]
    if lines[-1].start >= length:
        lost = [f"{start:.2f} s" for line, start in zip(lines, wanted, strict=True) if line.start >= length]
        warnings.append(f"the video ends ({length:.2f} s) before these segments can be spoken: {', '.join(lost)}")
        lines = [line for line in lines if line.start < length]
    spoken = Voiceover(lines, spoken.characters, spoken.rate, spoken.channels)
    return _delivered(call, film, given, n_frames, length, spoken, warnings)


def _delivered(
    call: Invocation,
    film: Asset,
    given: Asset | None,
    n_frames: int,
    length: float,
    spoken: Voiceover,
    warnings: list[str],
) -> ToolResult:
    """Mint the film, the narration and, if any words are known, their subtitles."""
    lines, model, parents = spoken.lines, call.spec.latency, ((film.id, "source"),)
    wait = render_median(call, length, film.width, film.height, film.fps)
    if spoken.characters:
        wait += model["speech"][0] + model["speech"][1] * sum([line.seconds for line in lines])
    pace = call.spec.tables["pace"]
    cues = [
        (start, min(end, length), words) for line in lines for start, end, words in _cues(pace, line) if start < length
    ]
    narration = _narration(call, given, spoken, length)
    assets = [_film(call, film, given, n_frames, narration, cues), narration]
    if cues:
        file = Recipe("document", call.seed(2), {"text": write_srt(cues)}, (film.recipe, narration.recipe))
        assets.append(call.mint("subtitle", "srt", "application/x-subrip", file, subtype="srt", parents=parents))
    else:
        warnings.append("no speech was recognised in the audio: there are no subtitles")
    data: dict[str, Any] = {
        "narration_duration": round(narration.duration, 3),
        "segments": [
            {"start_time": round(start, 3), "end_time": round(min(length, start + seconds), 3)}
            for start, seconds, _, _ in lines
        ],
        "characters": spoken.characters,
    }
    if warnings:
        data["warnings"] = warnings
    cost = call.spec.price["per_character"] * spoken.characters + call.spec.price["per_second"] * length
    return call.done(*assets, data=data, latency=(wait, model["render"]["p95_ratio"] * wait), cost=cost)


def _narration(call: Invocation, given: Asset | None, spoken: Voiceover, length: float) -> Asset:
    """Mint what is spoken as a sound of its own, from the film's beginning to the last word or the film's end."""
    lines, last = spoken.lines, spoken.lines[-1]
    seconds = min(length, last.start + last.seconds)
    n_samples = count_samples(seconds, spoken.rate)
    if len(lines) == 1 and not last.start and (seconds == last.seconds or (given and n_samples == given.n_samples)):
        recipe = last.recipe
    else:
        params = plain_film([])
        params["keep_audio"], params["seconds"] = False, n_samples / spoken.rate
        params["tracks"] = [
            {"source": index, "start": line.start, "seconds": min(line.seconds, seconds - line.start), "volume": 1.0,
             "fade_in": 0.0, "fade_out": 0.0}
            for index, line in enumerate(lines)
        ]  # fmt: skip
        recipe = Recipe("timeline", call.seed(1), params, tuple([line.recipe for line in lines]))
    extension, mime, root = "mp3", "audio/mpeg", ""
    if given is not None:
        extension, mime = given.url.rpartition(".")[2], given.mime
        root = given.content_root if recipe is given.recipe else ""
    return call.mint(
        "audio",
        extension,
        mime,
        recipe,
        n_samples=n_samples,
        sample_rate=spoken.rate,
        channels=spoken.channels,
        has_audio=True,
        parents=((given.id, "track"),) if given else (),
        content_root=root,
    )


def _film(
    call: Invocation, film: Asset, given: Asset | None, n_frames: int, narration: Asset, cues: list[Cue]
) -> Asset:
    """Mint the film with the narration over its own, lowered sound, and with the words in the picture if wanted."""
    arguments, own = call.arguments, film.duration
    length, volume = n_frames * film.fps[1] / film.fps[0], float(arguments["original_volume"])
    params = plain_film([stretch_of(film, 0.0, own)])
    params["clips"][0]["volume"], params["keep_audio"] = volume, volume > 0
    params["hold"] = max(0.0, length - own)
    params["tracks"] = [
        {"source": 1, "start": 0.0, "seconds": min(narration.duration, length), "fade_in": 0.0, "fade_out": 0.0,
         "volume": float(arguments["voice_volume"])}
    ]  # fmt: skip
    burnt = cues and arguments["burn_subtitles"]
    recipe = Recipe("timeline", call.seed(3 if burnt else 0), params, (film.recipe, narration.recipe))
    if burnt:
        titles = call.spec.tables["titles"] | {"size": [film.width, film.height]}
        titles["font_size"] = max(12, round(call.spec.tables["font_share"] * film.height))
        titles["cues"] = [{"text": words, "start": start, "end": end} for start, end, words in cues]
        recipe = Recipe("titles", call.seed(0), titles, (recipe,))
    return call.mint(
        "video",
        "mp4",
        "video/mp4",
        recipe,
        width=film.width,
        height=film.height,
        n_frames=n_frames,
        fps=film.fps,
        has_audio=True,
        sample_rate=RATE,
        channels=2,
        parents=((film.id, "source"), (given.id, "track")) if given else ((film.id, "source"),),
    )


def _cues(pace: dict[str, Any], line: Line) -> list[Cue]:
    """Return the subtitles of a line, a sentence each, spread over the time it is spoken in."""
    cues = _sentences(line.text, pace["chinese"], pace["latin"]) if line.text else ()
    if not cues:
        return []
    scale = max(0.0, line.seconds - pace["tail"]) / max(cues[-1][1], 1e-3)
    return [(line.start + start * scale, line.start + end * scale, words) for start, end, words in cues]


@lru_cache(maxsize=512)
def _sentences(text: str, chinese: float, latin: float) -> tuple[Cue, ...]:
    """Return the sentences of a text with their times at speed 1."""
    cues = sentence_cues({"chinese": chinese, "latin": latin}, text, 1.0)
    return tuple((cue["start_time"], cue["end_time"], cue["text"]) for cue in cues)
