"""Composition, executed: clips and pictures fitted into one frame, joined or crossfaded, with sound under them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from visgenenv.tools.local.desk import RATE, Desk, Product, Source
from visgenenv.tools.local.filters import Wave
from visgenenv.tools.local.reels import (
    Frames,
    Reel,
    chained,
    crossed,
    exact,
    filtered,
    frozen,
    gridded,
    held,
    nearest,
    still,
    stretch,
)
from visgenenv.tools.local.times import Span, span
from visgenenv.tools.local.waves import Layer, blended, looped, part
from visgenenv.types import Asset

Made = tuple[list[Product], dict[str, Any]]
XFADES = {"crossfade": "fade", "fade": "fadeblack", "slide": "slideleft", "wipe": "wiperight", "dissolve": "dissolve"}
"""Our transitions by their names in libavfilter's `xfade`."""
LONGEST_SIDE = 16_384
"""Pixels that H.264 can carry."""


class Clip(NamedTuple):
    """One clip: its moving pictures, the film and the stretch of it they come from, how loud that is."""

    reel: Reel
    film: Source | None
    span: Span
    volume: float


def compose(
    desk: Desk,
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
) -> Made:
    """Put clips, pictures, tracks and music together."""
    opened: dict[str, Source] = {}
    cuts = [_clip(desk, opened, index, clip) for index, clip in enumerate(clips)]
    overlap = Fraction(0) if transition == "none" or len(cuts) == 1 else exact(transition_duration)
    _check_transitions(desk, cuts, overlap)
    size = _frame(cuts, aspect_ratio, resolution)
    if max(size) > LONGEST_SIDE:
        desk.refuse(f"a film of {size[0]}x{size[1]} cannot be encoded: the longest side may be {LONGEST_SIDE} px")
    rate = Fraction(fps) if fps else max((cut.film.fps for cut in cuts if cut.film), default=Fraction(24))
    shown = sum((cut.reel.seconds for cut in cuts), Fraction(0)) - (len(cuts) - 1) * overlap
    sounds = {name: desk.wave(desk.call.asset(name)) for name in _sounds(audio_tracks, background_music)}
    wanted = _lasting(shown, audio_tracks, background_music, audio_sync, sounds)
    n_frames = nearest(wanted * rate)
    desk.check_work(n_frames / rate, *size, rate, 2.0)
    _check_starts(desk, audio_tracks, n_frames / rate)
    fitted = [cut._replace(reel=fit_into(cut.reel, size, fit)) for cut in cuts]
    frames = joined([cut.reel for cut in fitted], overlap, transition, rate, n_frames)
    sound = _mixed(desk, cuts, overlap, keep_original_audio, audio_tracks, background_music, sounds, n_frames / rate)
    starts = [round(float(at), 3) for at in begins([cut.reel for cut in cuts], overlap)]
    return [desk.make_film(frames, size, rate, sound)], {"clip_starts": starts}


def joined(reels: list[Reel], overlap: Fraction, transition: str, fps: Fraction, n_frames: int) -> Frames:
    """Yield reels of one size on a frame grid, the last frame held until there are `n_frames`."""
    shown = nearest((sum((reel.seconds for reel in reels), Fraction(0)) - (len(reels) - 1) * overlap) * fps)
    if not overlap:
        whole = chained(reels)
        return gridded(frozen(whole, whole.seconds, max(Fraction(0), n_frames / fps - whole.seconds)), fps)
    return held(crossed(reels, overlap, XFADES[transition], fps), reels[0], fps, n_frames - shown)


def begins(reels: list[Reel], overlap: Fraction) -> list[Fraction]:
    """Return when each reel comes on screen."""
    out, now = [], Fraction(0)
    for reel in reels:
        out.append(now)
        now += reel.seconds - overlap
    return out


def fit_into(reel: Reel, size: tuple[int, int], fit: str) -> Reel:
    """Return a reel at the size of the frame: with borders, or cut to fill it."""
    width, height = size
    if (reel.width, reel.height) == size:
        return reel
    if fit == "crop":
        return filtered(reel, ("scale", f"{width}:{height}:force_original_aspect_ratio=increase"),
                        ("crop", f"{width}:{height}:exact=1"), ("setsar", "1"))  # fmt: skip
    return filtered(reel, ("scale", f"{width}:{height}:force_original_aspect_ratio=decrease"),
                    ("pad", f"{width}:{height}:(ow-iw)/2:(oh-ih)/2"), ("setsar", "1"))  # fmt: skip


def _clip(desk: Desk, opened: dict[str, Source], index: int, clip: dict[str, Any]) -> Clip:
    asset, where = desk.call.asset(clip["asset"]), f"clips[{index}]: "
    duration, volume = clip.get("duration"), float(clip.get("volume", 1))
    if asset.kind == "image":
        if duration is None:
            desk.refuse(f"{where}an image needs a duration (0.1 to 60 s)")
        seconds = exact(duration)
        return Clip(still(desk.picture(asset), seconds), None, (Fraction(0), seconds), volume)
    source = opened.setdefault(asset.id, desk.open(asset)) if asset.id not in opened else opened[asset.id]
    start, end, frame = clip.get("start", 0), clip.get("end"), 1 / source.fps
    if duration is None:
        cut = span(desk, start, end, source.seconds, frame, where)
    else:
        begin = exact(start) + (source.seconds if start < 0 else 0)
        stop = begin + exact(duration)
        if end is not None and abs(exact(end) + (source.seconds if end <= 0 else 0) - stop) > frame:
            desk.refuse(f"{where}end and duration contradict each other; give one of them")
        # A duration is exact; an end given beside it only confirms it.
        cut = span(desk, start, float(stop) if end is None else end, source.seconds, frame, where)
    return Clip(stretch(source.reel, *cut), source, cut, volume)


def _check_transitions(desk: Desk, cuts: list[Clip], overlap: Fraction) -> None:
    for index, cut in enumerate(cuts):
        lost = overlap * ((index > 0) + (index < len(cuts) - 1))
        if overlap and lost >= cut.reel.seconds:
            told = f"clips[{index}] lasts {float(cut.reel.seconds):.2f} s, transitions take {float(lost):g} s"
            desk.refuse(f"Transition duration must be less than clip: {told}", code="transition_too_long")


def _frame(cuts: list[Clip], aspect_ratio: str | None, resolution: str | None) -> tuple[int, int]:
    """Return the frame asked for, else the one that holds every clip; its sides are even."""
    width, height = (even_up(max(getattr(cut.reel, side) for cut in cuts)) for side in ("width", "height"))
    if not aspect_ratio and not resolution:
        return width, height
    short = int(resolution.removesuffix("p")) if resolution else min(width, height)
    shape = Fraction(*map(int, aspect_ratio.split(":"))) if aspect_ratio else Fraction(width, height)
    if shape >= 1:
        return even(short * shape), short
    return short, even(short / shape)


def even_up(side: int) -> int:
    """Return the next even number, which `yuv420p` wants."""
    return -(-side // 2) * 2


def even(side: Fraction) -> int:
    """Return the even number nearest to a length, at least 2 (the `-2` of libavfilter's `scale`)."""
    return max(2, 2 * nearest(side / 2))


def _sounds(tracks: list[dict[str, Any]], music: dict[str, Any] | None) -> list[str]:
    return list(dict.fromkeys(one["asset"] for one in [*tracks, *([music] if music else [])]))


def _lasting(
    shown: Fraction, tracks: list[dict[str, Any]], music: dict[str, Any] | None, sync: str, sounds: dict[str, Wave]
) -> Fraction:
    """Return how long the film is: as its pictures, or until what is to be waited for has ended."""
    ends = [shown]
    if sync != "trim":
        ends += [exact(one.get("start", 0)) + Fraction(sounds[one["asset"]].shape[1], RATE) for one in tracks]
    if sync == "longest" and music and not music.get("loop", True):
        ends.append(Fraction(sounds[music["asset"]].shape[1], RATE))
    return max(ends)


def _check_starts(desk: Desk, tracks: list[dict[str, Any]], seconds: Fraction) -> None:
    for index, one in enumerate(tracks):
        if exact(one.get("start", 0)) >= seconds:
            told = f"start_time ({one['start']:.2f}) should be smaller than the film's duration ({float(seconds):.2f})."
            desk.refuse(f"audio_tracks[{index}]: {told}")


def _mixed(
    desk: Desk,
    cuts: list[Clip],
    overlap: Fraction,
    keep: bool,
    tracks: list[dict[str, Any]],
    music: dict[str, Any] | None,
    sounds: dict[str, Wave],
    seconds: Fraction,
) -> Wave | None:
    """Mix the clips' own sound, the tracks and the music; None if there is none of them."""
    n, layers, last = nearest(seconds * RATE), [], len(cuts) - 1
    heard: dict[str, Wave] = {}
    for index, (cut, at) in enumerate(zip(cuts, begins([cut.reel for cut in cuts], overlap), strict=True)):
        if keep and cut.film is not None and cut.film.sounds:
            asset: Asset = cut.film.asset
            whole = heard.setdefault(asset.id, desk.wave(asset)) if asset.id not in heard else heard[asset.id]
            fades = (float(overlap) if index else 0.0, float(overlap) if index < last else 0.0)
            layers.append(Layer(part(whole, RATE, *cut.span), nearest(at * RATE), cut.volume, *fades))
    for one in tracks:
        first = nearest(exact(one.get("start", 0)) * RATE)
        wave = sounds[one["asset"]][:, : n - first]
        layers.append(Layer(wave, first, one.get("volume", 1), one.get("fade_in", 0), one.get("fade_out", 0)))
    if music:
        wave = sounds[music["asset"]]
        wave = looped(wave, n) if music.get("loop", True) else wave[:, :n]
        layers.append(Layer(wave, 0, music.get("volume", 0.25)))
    return blended(layers, n, RATE) if layers else None
