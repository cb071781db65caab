"""Putting things together: films of clips, pictures and tracks; sound cut, joined and mixed. Ancestry is kept."""

from __future__ import annotations

from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.editing.rendering import RATE, ROUNDING, count_frames, count_samples, render_time
from visgenenv.tools.simulators.editing.timeline import (
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
from visgenenv.types import Recipe, ToolResult


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
    n_frames = count_frames(call, wanted, rate)
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
    whole = count_samples(source.duration)
    start, end = bounds(call, start_time, end_time, whole / RATE, slack)
    joined, mixed = [call.asset(name) for name in concat_with], [call.asset(name) for name in mix_with]
    trimmed = max(1, min(count_samples(end) - count_samples(start), whole))
    n_samples = trimmed + sum([count_samples(asset.duration) for asset in joined])
    looped = n_samples if loop_to_duration is None else count_samples(loop_to_duration)
    _check_fades(call, fade_in, fade_out, looped / RATE)
    changed = film or joined or mixed or fade_in or fade_out or volume != 1 or normalize or looped != whole or start > 0
    n_samples = max([looped, *[count_samples(asset.duration) for asset in mixed]])
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


def _check_fades(call: Invocation, fade_in: float, fade_out: float, seconds: float) -> None:
    if fade_in + fade_out > seconds + ROUNDING:
        total = f"fade_in ({fade_in:.2f}) and fade_out ({fade_out:.2f})"
        call.refuse(f"{total} should together be smaller or equal to the audio's duration ({seconds:.2f}).")
