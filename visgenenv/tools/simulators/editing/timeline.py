"""The arithmetic of a composition: which stretch of which asset, the frame's size, when sound starts and ends."""

from __future__ import annotations

from typing import Any, NamedTuple

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.video.generation import with_short_side
from visgenenv.types import Asset

MAX_SIDE = 16384
"""Longest side of a picture that H.264 can carry."""
STILL = 5.0
"""Seconds of a motionless picture that count as its own material; longer is stretched."""


class Cut(NamedTuple):
    """One clip of a composition: which asset, from where, for how many seconds, how loud."""

    asset: Asset
    start: float
    seconds: float
    volume: float


def read_cut(call: Invocation, index: int, clip: dict[str, Any]) -> Cut:
    """Read one clip. A picture needs a duration; a film takes start and end, or start and duration."""
    asset = call.asset(clip["asset"])
    if len(clip) == 1 and asset.kind == "video":  # the commonest: a whole film
        return Cut(asset, 0.0, asset.duration, 1.0)
    duration, volume = clip.get("duration"), float(clip.get("volume", 1.0))
    if asset.kind == "image":
        if duration is None:
            call.refuse(f"clips[{index}]: an image needs a duration (0.1 to 60 s)")
        return Cut(asset, 0.0, float(duration), volume)
    start, end = clip.get("start", 0), clip.get("end")
    frame = asset.fps[1] / asset.fps[0]
    if duration is not None:
        begin = start + asset.duration if start < 0 else start
        if end is None:
            end = begin + duration
        elif abs((end if end > 0 else end + asset.duration) - begin - duration) > frame:
            call.refuse(f"clips[{index}]: end and duration contradict each other; give one of them")
    begin, end = bounds(call, start, end, asset.duration, frame, f"clips[{index}]: ")
    return Cut(asset, begin, end - begin, volume)


def bounds(
    call: Invocation, start: float, end: float | None, length: float, slack: float, where: str = ""
) -> tuple[float, float]:
    """Return where a cut begins and ends, in seconds; refuse in MoviePy's words. Negatives count from the end."""
    begin = start + length if start < 0 else start
    if begin < 0:
        call.refuse(f"{where}start_time ({start:.2f}) lies before the clip's beginning ({-length:.2f}).")
    if begin >= length:
        call.refuse(f"{where}start_time ({start:.2f}) should be smaller than the clip's duration ({length:.2f}).")
    stop = length if end is None else end + length if end < 0 else end
    if stop > length + slack + 1e-9:
        call.refuse(f"{where}end_time ({end:.2f}) should be smaller or equal to the clip's duration ({length:.2f}).")
    stop = min(stop, length)
    if begin >= stop:
        call.refuse(f"{where}start_time ({begin:.2f}) should be smaller than end_time ({stop:.2f}).")
    return float(begin), float(stop)


def check_overlap(call: Invocation, cuts: list[Cut], overlap: float) -> None:
    """Every clip must outlast the transitions it takes part in: one at either end of the film, two in between."""
    last = len(cuts) - 1
    for index, cut in enumerate(cuts):
        lost = overlap if index in (0, last) else 2 * overlap
        if lost >= cut.seconds:
            which = "transition" if lost == overlap else "two transitions"
            message = f"Transition duration must be less than clip: clips[{index}] lasts {cut.seconds:.2f} s"
            call.refuse(f"{message}, its {which} of {overlap:g} s take {lost:g} s", code="transition_too_long")


def frame_size(call: Invocation, cuts: list[Cut], aspect_ratio: str | None, resolution: str | None) -> tuple[int, int]:
    """Return the size asked for; what is not asked for follows the canvas that holds every clip ("compose")."""
    width = height = 0
    for cut in cuts:
        asset = cut.asset
        width, height = max(width, asset.width), max(height, asset.height)
    width, height = width + width % 2, height + height % 2
    if aspect_ratio or resolution:
        short = int(resolution[:-1]) if resolution else min(width, height)
        if aspect_ratio:
            width, height = map(int, aspect_ratio.split(":"))
        width, height = with_short_side(short, width, height)
    if max(width, height) > MAX_SIDE:
        call.refuse(f"a film of {width}x{height} cannot be encoded: the longest side may be {MAX_SIDE} px")
    return width, height


def fastest(cuts: list[Cut]) -> tuple[int, int]:
    """Return the highest frame rate among the films; pictures alone make a film of 24 fps."""
    fastest = (0, 1)
    for cut in cuts:
        rate = cut.asset.fps
        if rate[0] * fastest[1] > fastest[0] * rate[1]:
            fastest = rate
    return fastest if fastest[0] else (24, 1)


def with_sound(
    call: Invocation, shown: float, tracks: list[dict[str, Any]], music: dict[str, Any] | None, sync: str
) -> float:
    """Return the seconds until picture and tracks have ended; `longest` also waits for music that does not loop."""
    ends = [track.get("start", 0) + call.asset(track["asset"]).duration for track in tracks]
    if sync == "longest" and music and not music.get("loop", True):
        ends.append(call.asset(music["asset"]).duration)
    return float(max([shown, *ends]))


def soundtrack(
    call: Invocation,
    tracks: list[dict[str, Any]],
    music: dict[str, Any] | None,
    seconds: float,
    cited: dict[str, Asset],
    parents: dict[tuple[str, str], None],
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Read tracks and music; enter their assets into `cited` and `parents`. `source` is an asset id for now."""
    placed = []
    for index, track in enumerate(tracks):
        asset, start = call.asset(track["asset"]), float(track.get("start", 0))
        if start >= seconds:
            message = f"start_time ({start:.2f}) should be smaller than the film's duration ({seconds:.2f})."
            call.refuse(f"audio_tracks[{index}]: {message}")
        audible = min(asset.duration, seconds - start)
        fade_in = min(float(track.get("fade_in", 0)), audible)
        placed.append({
            "source": asset.id,
            "start": start,
            "volume": float(track.get("volume", 1)),
            "fade_in": fade_in,
            "fade_out": min(float(track.get("fade_out", 0)), audible - fade_in),
            "seconds": audible,
        })  # fmt: skip
        cited.setdefault(asset.id, asset)
        parents[asset.id, "track"] = None
    if not music:
        return placed, None
    asset, loop = call.asset(music["asset"]), music.get("loop", True)
    cited.setdefault(asset.id, asset)
    parents[asset.id, "track"] = None
    audible = seconds if loop else min(asset.duration, seconds)
    volume = float(music.get("volume", 0.25))
    return placed, {"source": asset.id, "volume": volume, "loop": loop, "seconds": audible}


def lay_out(cuts: list[Cut], overlap: float, place: dict[str, int]) -> tuple[list[dict[str, Any]], list[float]]:
    """Return the recipe's clip entries, and when each clip comes on screen in seconds of the film."""
    entries, starts, now = [], [], 0.0
    for asset, start, seconds, volume in cuts:
        still = asset.kind == "image"
        entries.append({
            "source": place[asset.id],
            "start": start,
            "seconds": seconds,
            "native": min(seconds, STILL) if still else seconds,
            "still": still,
            "size": [asset.width, asset.height],
            "volume": volume,
            "has_audio": asset.has_audio,
        })  # fmt: skip
        starts.append(round(now, 3))
        now += seconds - overlap
    return entries, starts


def is_whole(cuts: list[Cut], keep_audio: bool, shape: tuple[int, int, int, tuple[int, int]]) -> bool:
    """Whether the film is one film unchanged: same pixels, frames and loudness."""
    asset = cuts[0].asset
    return (
        len(cuts) == 1
        and asset.kind == "video"
        and shape == (asset.width, asset.height, asset.n_frames, asset.fps)
        and cuts[0].start == 0
        and (not asset.has_audio or (keep_audio and cuts[0].volume == 1))
    )


def stretch_of(asset: Asset, start: float, end: float, speed: float = 1.0) -> dict[str, Any]:
    """Return a recipe's clip entry for a stretch of its first source, played `speed` times as fast."""
    return {
        "source": 0,
        "start": start,
        "seconds": (end - start) / speed,
        "native": end - start,
        "still": False,
        "size": [asset.width, asset.height],
        "volume": 1.0,
        "has_audio": asset.has_audio,
    }


def plain_film(clips: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the parameters of a `timeline` recipe that shows clips one after another, with their own sound."""
    return {
        "clips": clips,
        "transition": "none",
        "overlap": 0.0,
        "fit": "pad",
        "hold": 0.0,
        "keep_audio": True,
        "tracks": [],
        "bgm": None,
    }
