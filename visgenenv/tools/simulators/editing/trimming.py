"""Trimming films: stretches kept or cut out, on the frame grid."""

from __future__ import annotations

from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.editing.rendering import count_frames, render_time
from visgenenv.tools.simulators.editing.timeline import bounds, plain_film, stretch_of
from visgenenv.types import Recipe, ToolResult

Span = tuple[float, float]
_TOUCHING = 1e-6
"""Stretches nearer to each other than this (in seconds) are one."""


def tool_video_trim_edit(
    call: Invocation,
    *,
    video: str,
    start_time: float,
    end_time: float | None,
    mode: str,
    accurate: bool,
    segments: list[dict[str, Any]] | None = None,
) -> ToolResult:
    """Keep stretches of a film in the order given, or cut them out of it; size, rate and sound stay as they are."""
    film = call.asset(video)
    length, frame = film.duration, film.fps[1] / film.fps[0]
    if segments is None:
        spans = [bounds(call, start_time, end_time, length, frame)]
    else:
        spans = [bounds(call, one["start"], one["end"], length, frame, f"segments[{i}]: ")
                 for i, one in enumerate(segments)]  # fmt: skip
    spans = _joined(_rest(call, spans, length, frame) if mode == "remove" else spans)
    if not accurate:
        spans = _to_keyframes(spans, length, call.spec.tables["keyframe_slack"] * call.draws[1])
    seconds = sum([end - start for start, end in spans])
    n_frames = count_frames(call, seconds, film.fps)
    seconds = n_frames * frame
    wait = render_time(call, seconds, film.width, film.height, film.fps) if accurate else None
    params = plain_film([stretch_of(film, start, end) for start, end in spans])
    untouched = len(spans) == 1 and spans[0][0] == 0 and n_frames == film.n_frames
    trimmed = call.mint(
        "video",
        "mp4",
        "video/mp4",
        Recipe("timeline", call.seed(), params, (film.recipe,)),
        width=film.width,
        height=film.height,
        n_frames=n_frames,
        fps=film.fps,
        has_audio=film.has_audio,
        sample_rate=film.sample_rate,
        channels=film.channels,
        parents=((film.id, "source"),),
        content_root=film.content_root if untouched else "",
    )
    kept = [{"start": round(start, 3), "end": round(end, 3)} for start, end in spans]
    latency = tuple(call.spec.latency["copy"]) if wait is None else (wait, wait)
    return call.done(trimmed, data={"kept": kept}, latency=latency, cost=call.spec.price["per_second"] * seconds)


def _rest(call: Invocation, spans: list[Span], length: float, frame: float) -> list[Span]:
    """Return what is left of a film when stretches are cut out; they must not overlap, nor be all of it."""
    rest, now = [], 0.0
    for start, end in sorted(spans):
        if start < now - _TOUCHING:
            call.refuse(f"segments to remove must not overlap: one starts at {start:.2f} s, before {now:.2f} s")
        if start - now > _TOUCHING:
            rest.append((now, start))
        now = end
    if length - now > _TOUCHING:
        rest.append((now, length))
    if sum([end - start for start, end in rest]) * 2 < frame:
        call.refuse(f"nothing would be left: what is to be removed covers the whole video ({length:.2f} s)")
    return rest


def _joined(spans: list[Span]) -> list[Span]:
    """Join stretches that follow on each other, as if they had never been apart."""
    joined = spans[:1]
    for start, end in spans[1:]:
        if abs(start - joined[-1][1]) < _TOUCHING:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _to_keyframes(spans: list[Span], length: float, extra: float) -> list[Span]:
    """Lengthen stretches by `extra` seconds in all, as a stream copy does: it can only cut at key frames."""
    longer = []
    for start, end in spans:
        before = min(extra, start)
        after = min(extra - before, length - end)
        extra -= before + after
        longer.append((start - before, end + after))
    return longer
