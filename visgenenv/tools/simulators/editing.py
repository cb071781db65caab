"""Editing: films put together, sound cut and mixed, words laid over pictures. All of it keeps ancestry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visgenenv.tools.invocation import Invocation, Refused
from visgenenv.tools.simulators.cues import Cue, read_cues, write_srt
from visgenenv.tools.simulators.timeline import (
    bounds,
    check_overlap,
    fastest,
    frame_size,
    is_whole,
    lay_out,
    read_cut,
    soundtrack,
    with_sound,
)
from visgenenv.types import Asset, Recipe, ToolError, ToolResult

RATE = 44100
"""Edited sound has this sample rate, and two channels."""
ROUNDING = 0.001
"""Seconds by which a length may be overshot: agents are told lengths to the millisecond."""


def tool_video_composite(
    call: Invocation,
    *,
    clips: list[dict[str, Any]],
    transition: str,
    transition_duration: float,
    audio_tracks: list[dict[str, Any]],
    keep_original_audio: bool,
    fit: str,
    audio_sync: str,
    background_music: dict[str, Any] | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    fps: int | None = None,
) -> ToolResult:
    """Put clips, pictures, tracks and music together: `sum(d) - (n - 1) * t` seconds, on the frame grid."""
    cuts = [read_cut(call, index, clip) for index, clip in enumerate(clips)]
    overlap = 0.0 if transition == "none" or len(cuts) == 1 else float(transition_duration)
    if overlap:
        check_overlap(call, cuts, overlap)
    width, height = frame_size(call, cuts, aspect_ratio, resolution)
    rate = (int(fps), 1) if fps else fastest(cuts)
    shown = sum([cut.seconds for cut in cuts]) - (len(cuts) - 1) * overlap
    wanted = shown if audio_sync == "trim" else with_sound(call, shown, audio_tracks, background_music, audio_sync)
    n_frames = int(wanted * rate[0] / rate[1] + 0.5)
    if not n_frames:
        call.refuse(f"the film would be empty: {wanted:.4f} s are less than half a frame at {rate[0] / rate[1]:g} fps")
    seconds = n_frames * rate[1] / rate[0]
    wait = render_time(call, seconds, width, height, rate)

    cited = {cut.asset.id: cut.asset for cut in cuts}
    parents = dict.fromkeys([(asset_id, "clip") for asset_id in cited])
    tracks, music = soundtrack(call, audio_tracks, background_music, seconds, cited, parents)
    place = {asset_id: index for index, asset_id in enumerate(cited)}
    for track in (*tracks, music) if music else tracks:
        track["source"] = place[track["source"]]
    entries, starts = lay_out(cuts, overlap, place)
    params = {
        "clips": entries,
        "transition": transition,
        "overlap": overlap,
        "fit": fit,
        "hold": seconds - shown if wanted > shown else 0.0,
        "keep_audio": keep_original_audio,
        "tracks": tracks,
        "bgm": music,
    }
    has_audio = bool(tracks or music) or (keep_original_audio and any(cut.asset.has_audio for cut in cuts))
    untouched = not (tracks or music) and is_whole(cuts, keep_original_audio, (width, height, n_frames, rate))
    film = call.mint(
        "video",
        "mp4",
        "video/mp4",
        Recipe("timeline", call.seed(), params, tuple([asset.recipe for asset in cited.values()])),
        width=width,
        height=height,
        n_frames=n_frames,
        fps=rate,
        has_audio=has_audio,
        sample_rate=RATE if has_audio else 0,
        channels=2 if has_audio else 0,
        parents=tuple(parents),
        content_root=cuts[0].asset.content_root if untouched else "",
    )
    return call.done(
        film, data={"clip_starts": starts}, latency=(wait, wait), cost=call.spec.price["per_second"] * seconds
    )


def render_time(call: Invocation, seconds: float, width: int, height: int, fps: tuple[int, int]) -> float:
    """Draw the seconds an edit takes (its median grows with pixels and frames), or refuse one beyond the limit."""
    model = call.spec.tables["render"]
    work = seconds * (width * height / model["pixels"]) * (fps[0] / fps[1] / model["fps"])
    median = model["base"] + model["per_second"] * work
    limit = model["limit"]
    if median > limit:
        message = f"rendering {seconds:.1f} s at {width}x{height} needs about {median:.0f} s, the limit is {limit} s"
        raise Refused(ToolError("TIMEOUT", 504, f"{message}: make it shorter or smaller"))
    return float(min(call.latency(median, model["p95_ratio"] * median), limit))


def tool_audio_edit_cut(
    call: Invocation,
    *,
    audio: str,
    start_time: float,
    end_time: float | None,
    fade_in: float,
    fade_out: float,
    volume: float,
    concat_with: list[str],
    mix_with: list[str],
    normalize: bool,
    format: str,
    loop_to_duration: float | None = None,
) -> ToolResult:
    """Cut sound, in this order: trim, concat, loop, fades, volume, mix, normalise. Exact to the sample."""
    source = call.asset(audio)
    film = source.kind == "video"
    if film and not source.has_audio:
        call.refuse("video has no audio stream")
    slack = source.fps[1] / source.fps[0] if film else ROUNDING
    start, end = bounds(call, start_time, end_time, source.duration, slack)
    joined, mixed = [call.asset(name) for name in concat_with], [call.asset(name) for name in mix_with]
    whole = _samples(source.duration)
    trimmed = max(1, min(_samples(end) - _samples(start), whole))
    n_samples = trimmed + sum([_samples(asset.duration) for asset in joined])
    looped = n_samples if loop_to_duration is None else _samples(loop_to_duration)
    _check_fades(call, fade_in, fade_out, looped / RATE)
    changed = film or joined or mixed or fade_in or fade_out or volume != 1 or normalize or looped != whole or start > 0
    n_samples = max([looped, *[_samples(asset.duration) for asset in mixed]])
    sources = (source, *joined, *mixed)
    params = {
        "start": start,
        "end": end,
        "fade_in": float(fade_in),
        "fade_out": float(fade_out),
        "volume": float(volume),
        "loop_to": None if loop_to_duration is None else float(loop_to_duration),
        "normalize": normalize,
        "lengths": [asset.duration for asset in sources],
        "concat": list(range(1, 1 + len(joined))),
        "mix": list(range(1 + len(joined), len(sources))),
        "from_video": film,
    }
    roles = dict.fromkeys([(source.id, "source"), *[(asset.id, "track") for asset in sources[1:]]])
    sound = call.mint(
        "audio",
        format,
        {"mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4"}[format],
        Recipe("cut", call.seed(), params, tuple([asset.recipe for asset in sources])),
        n_samples=n_samples,
        sample_rate=RATE,
        channels=2,
        has_audio=True,
        parents=tuple(roles),
        content_root="" if changed else source.content_root,
    )
    return call.done(sound)


def _samples(seconds: float) -> int:
    """Return the samples nearest to a length, at least one."""
    return max(1, int(seconds * RATE + 0.5)) if seconds > 0 else 0


def _check_fades(call: Invocation, fade_in: float, fade_out: float, seconds: float) -> None:
    if fade_in + fade_out > seconds + ROUNDING:
        total = f"fade_in ({fade_in:.2f}) and fade_out ({fade_out:.2f})"
        call.refuse(f"{total} should together be smaller or equal to the audio's duration ({seconds:.2f}).")


def tool_subtitle_add_text(
    call: Invocation,
    *,
    video: str,
    start_time: float,
    end_time: float | None,
    position: str,
    font_size: int,
    font_color: str,
    stroke_color: str,
    stroke_width: float,
    font_type: str,
    style: str,
    burn_in: bool,
    subtitles: list[dict[str, Any]] | None = None,
    subtitle_file: str | None = None,
    text: str | None = None,
    background_color: str | None = None,
) -> ToolResult:
    """Burn words into a film without changing its size, rate or length, or write them as an srt file."""
    film = call.asset(video)
    parents = [(film.id, "source")]
    wanted: Sequence[Cue]
    if subtitles is not None:
        wanted = [(float(cue["start_time"]), float(cue["end_time"]), cue["text"]) for cue in subtitles]
    elif subtitle_file is not None:
        wanted = _cues_of(call, call.asset(subtitle_file))
        parents.append((call.asset(subtitle_file).id, "source"))
    else:
        wanted = [(float(start_time), film.duration if end_time is None else float(end_time), text or "")]
    cues, warnings = _fit_cues(call, wanted, film.duration)
    data: dict[str, Any] = {"cues": len(cues)}
    if warnings:
        data["warnings"] = warnings
    if not burn_in:
        return _as_file(call, cues, film, tuple(parents), data)
    wait = render_time(call, film.duration, film.width, film.height, film.fps)
    params = {
        "cues": [{"text": words, "start": start, "end": end} for start, end, words in cues],
        "position": position,
        "font_size": int(font_size),
        "font_color": font_color,
        "stroke_color": stroke_color,
        "stroke_width": float(stroke_width),
        "background_color": background_color,
        "style": style,
        "font_type": font_type,
        "size": [film.width, film.height],
    }
    if font_type in call.spec.tables["latin_fonts"] and not all(words.isascii() for _, _, words in cues):
        params["missing_glyphs"] = True
        message = f"font {font_type!r} has latin glyphs only: other characters are drawn as boxes; use 'sans_cjk'"
        data.setdefault("warnings", []).append(message)
    titled = call.mint(
        "video",
        "mp4",
        "video/mp4",
        Recipe("titles", call.seed(), params, (film.recipe,)),
        width=film.width,
        height=film.height,
        n_frames=film.n_frames,
        fps=film.fps,
        has_audio=film.has_audio,
        sample_rate=film.sample_rate,
        channels=film.channels,
        parents=tuple(parents),
    )
    return call.done(titled, data=data, latency=(wait, wait), cost=call.spec.price["per_second"] * film.duration)


def _cues_of(call: Invocation, file: Asset) -> tuple[Cue, ...]:
    cues = read_cues(str(file.recipe.params.get("text", "")))
    if not cues:
        call.refuse(f"Unable to open {file.url}: it holds no readable srt, vtt or ass cue")
    return cues


def _fit_cues(call: Invocation, cues: Sequence[Cue], length: float) -> tuple[list[Cue], list[str]]:
    """Check cues against a film's length; what runs over its end is clipped, with a warning."""
    fitted: list[Cue] = []
    clipped: list[str] = []
    for index, (start, end, words) in enumerate(cues):
        if not words.strip():
            call.refuse(f"cue {index}: its text is empty")
        if start >= end:
            call.refuse(f"cue {index}: start_time ({start:.2f}) should be smaller than end_time ({end:.2f}).")
        if start >= length:
            call.refuse(
                f"cue {index}: start_time ({start:.2f}) should be smaller than the clip's duration ({length:.2f})."
            )
        if end > length + ROUNDING:
            clipped.append(str(index))
        fitted.append((start, min(end, length), words))
    if not clipped:
        return fitted, []
    return fitted, [f"clipped at the end of the video ({length:.2f} s): cue {', '.join(clipped)}"]


def _as_file(
    call: Invocation, cues: list[Cue], film: Asset, parents: tuple[tuple[str, str], ...], data: dict[str, Any]
) -> ToolResult:
    sources = (film.recipe, *[asset.recipe for asset in call.cited if asset.kind == "subtitle"])
    recipe = Recipe("document", call.seed(), {"text": write_srt(cues)}, sources)
    file = call.mint("subtitle", "srt", "application/x-subrip", recipe, subtype="srt", parents=parents)
    return call.done(file, data=data, latency=tuple(call.spec.tables["file_latency"]))
