"""Speed: films and sounds played faster or slower, whole or in one stretch."""

from __future__ import annotations

from fractions import Fraction

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.editing.rendering import ROUNDING, count_frames, count_samples, render_time
from visgenenv.tools.simulators.editing.timeline import bounds, plain_film, stretch_of
from visgenenv.types import Asset, Recipe, ToolResult

SLOWEST, FASTEST = 0.1, 4.0
FINEST = 100_000
"""Largest denominator of a frame rate."""


def tool_video_speed_adjust(
    call: Invocation,
    *,
    video: str,
    keep_pitch: bool,
    keep_fps: bool,
    speed: float | None = None,
    target_duration: float | None = None,
    segment: dict[str, float] | None = None,
) -> ToolResult:
    """Play a film or a sound at another pace: `d / speed` seconds, or `d - s + s / speed` for a stretch of `s`."""
    source = call.asset(video)
    length, film = source.duration, source.kind == "video"
    span = (0.0, length)
    if segment is not None:
        slack = source.fps[1] / source.fps[0] if film else ROUNDING
        span = bounds(call, segment["start"], segment["end"], length, slack, "segment: ")
    if speed is None:
        speed = _speed_for(call, float(target_duration or 0), span, length)
    lasting = (span[1] - span[0]) / speed
    seconds = length - (span[1] - span[0]) + lasting
    if film:
        return _film(call, source, span, float(speed), seconds, keep_pitch, keep_fps)
    return _sound(call, source, span, float(speed), seconds, keep_pitch)


def _speed_for(call: Invocation, wanted: float, span: tuple[float, float], length: float) -> float:
    """Return the speed that makes the whole as long as wanted; refuse one that is out of bounds."""
    paced = span[1] - span[0]
    left = wanted - (length - paced)
    if left <= 0:
        outside = f"what lies outside the segment lasts {length - paced:.2f} s"
        call.refuse(f"target_duration ({wanted:.2f}) is too short: {outside}")
    speed = paced / left
    if not SLOWEST - 1e-9 <= speed <= FASTEST + 1e-9:
        told = f"to make {length:.2f} s last {wanted:.2f} s it would have to be {speed:.3g}"
        call.refuse(f"speed must be between 0.1 and 4: {told}")
    return speed


def _film(
    call: Invocation,
    film: Asset,
    span: tuple[float, float],
    speed: float,
    seconds: float,
    keep_pitch: bool,
    keep_fps: bool,
) -> ToolResult:
    fps = film.fps if keep_fps or speed >= 1 else _slower(film.fps, speed)
    n_frames = count_frames(call, seconds, fps)
    seconds = n_frames * fps[1] / fps[0]
    wait = render_time(call, seconds, film.width, film.height, fps)
    pieces = ((0.0, span[0], 1.0), (*span, speed), (span[1], film.duration, 1.0))
    clips = [stretch_of(film, *piece) | {"keep_pitch": keep_pitch} for piece in pieces if piece[1] - piece[0] > 1e-9]
    paced = call.mint(
        "video",
        "mp4",
        "video/mp4",
        Recipe("timeline", call.seed(), plain_film(clips), (film.recipe,)),
        width=film.width,
        height=film.height,
        n_frames=n_frames,
        fps=fps,
        has_audio=film.has_audio,
        sample_rate=film.sample_rate,
        channels=film.channels,
        parents=((film.id, "source"),),
        content_root=film.content_root if (n_frames, fps) == (film.n_frames, film.fps) else "",
    )
    data = {"speed": round(speed, 6)}
    return call.done(paced, data=data, latency=(wait, wait), cost=call.spec.price["per_second"] * seconds)


def _slower(fps: tuple[int, int], speed: float) -> tuple[int, int]:
    """Return the frame rate of a slowed film that shows the same frames, each for longer."""
    rate = (Fraction(*fps) * Fraction(speed)).limit_denominator(FINEST)
    return rate.numerator, rate.denominator


def _sound(
    call: Invocation, sound: Asset, span: tuple[float, float], speed: float, seconds: float, keep_pitch: bool
) -> ToolResult:
    n_samples = count_samples(seconds, sound.sample_rate)
    params = {
        "start": span[0],
        "end": span[1],
        "speed": speed,
        "keep_pitch": keep_pitch,
        "length": sound.duration,
        "seconds": n_samples / sound.sample_rate,
    }
    paced = call.mint(
        "audio",
        sound.url.rpartition(".")[2],
        sound.mime,
        Recipe("pace", call.seed(), params, (sound.recipe,)),
        n_samples=n_samples,
        sample_rate=sound.sample_rate,
        channels=sound.channels,
        has_audio=True,
        parents=((sound.id, "source"),),
        content_root=sound.content_root if n_samples == sound.n_samples else "",
    )
    cost = call.spec.price["per_second"] * seconds
    return call.done(paced, data={"speed": round(speed, 6)}, latency=tuple(call.spec.latency["sound"]), cost=cost)
