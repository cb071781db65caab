"""Video generation: a shot from words (Veo), and a picture set in motion (Kling)."""

from __future__ import annotations

from visgenenv.tools.invocation import Invocation
from visgenenv.types import Asset, Recipe, ToolResult

FPS = (24, 1)
"""Both services deliver 24 frames a second, so a clip of `d` seconds has exactly `24 * d` frames."""
SAMPLE_RATE = 48000
"""Of the stereo sound that a generated film may have."""


def tool_text2video_veo(
    call: Invocation,
    *,
    prompt: str,
    negative_prompt: str,
    model: str,
    aspect_ratio: str,
    resolution: str,
    duration_seconds: int,
    generate_audio: bool,
    person_generation: str,
    reference_images: list[str],
    seed: int | None = None,
) -> ToolResult:
    """Veo 3: 4, 6 or 8 seconds at a fixed size, with its own sound unless that is switched off."""
    if generate_audio:  # the sound filter stops only films that have sound
        (filtered,) = call.output_faults(1)
        if filtered is not None:
            return call.fail(filtered)
    width, height = call.spec.tables["sizes"][resolution][aspect_ratio]
    seconds = int(duration_seconds)
    subjects = {asset.id: asset for asset in map(call.asset, reference_images)}
    params = {"prompt": prompt, "seconds": float(seconds), "audio": generate_audio}
    if negative_prompt:
        params["negative_prompt"] = negative_prompt
    film = call.mint(
        "video",
        "mp4",
        "video/mp4",
        Recipe("shot", call.seed(), params, tuple([asset.recipe for asset in subjects.values()])),
        width=width,
        height=height,
        n_frames=24 * seconds,
        fps=FPS,
        has_audio=generate_audio,
        sample_rate=SAMPLE_RATE if generate_audio else 0,
        channels=2 if generate_audio else 0,
        parents=tuple([(subject, "subject") for subject in subjects]),
    )
    price = call.spec.price["per_second"]["with_audio" if generate_audio else "without_audio"][model][resolution]
    wait = _veo_wait(call, model, resolution)
    return call.done(film, data={"task_id": call.task_id}, latency=(wait, wait), cost=price * seconds)


def _veo_wait(call: Invocation, model: str, resolution: str) -> float:
    """Draw the seconds from submission to delivery; the service documents its least and its most."""
    table = call.spec.tables["latency"]
    factor = table["resolution"][resolution]
    median, p95 = table["model"][model]
    low, high = table["clamp"]
    return float(min(max(call.latency(median * factor, p95 * factor), low), high))


def tool_image2video_keling(
    call: Invocation,
    *,
    image: str,
    prompt: str,
    negative_prompt: str,
    model_name: str,
    mode: str,
    duration: str | int,
    sound: str,
    image_tail: str | None = None,
) -> ToolResult:
    """Kling: 5 or 10 seconds that start from a picture and keep its shape; there is no ratio to choose."""
    first = call.asset(image)
    last = None if image_tail is None else call.asset(image_tail)
    _check_picture(call, first, "image")
    if last is not None:
        _check_picture(call, last, "image_tail")
    seconds = int(duration)
    width, height = with_short_side(call.spec.tables["short_side"][mode], first.width, first.height)
    params = {"prompt": prompt, "seconds": float(seconds), "audio": sound == "on", "tail": last is not None}
    if negative_prompt:
        params["negative_prompt"] = negative_prompt
    ends = ((first, "first_frame"),) if last is None else ((first, "first_frame"), (last, "last_frame"))
    film = call.mint(
        "video",
        "mp4",
        "video/mp4",
        Recipe("animate", call.seed(), params, tuple([asset.recipe for asset, _ in ends])),
        width=width,
        height=height,
        n_frames=24 * seconds,
        fps=FPS,
        has_audio=sound == "on",
        sample_rate=SAMPLE_RATE if sound == "on" else 0,
        channels=2 if sound == "on" else 0,
        parents=tuple([(asset.id, role) for asset, role in ends]),
    )
    wait = _kling_wait(call, model_name, mode, seconds)
    price = call.spec.price["per_second"][model_name][f"{mode}_sound" if sound == "on" else mode]
    return call.done(film, data={"task_id": call.task_id}, latency=wait, cost=price * seconds)


def _check_picture(call: Invocation, picture: Asset, name: str) -> None:
    limits = call.spec.tables["picture"]
    short, long = sorted((picture.width, picture.height))
    if short < limits["min_side"]:
        message = f"each side of {name} must be at least {limits['min_side']} px; got {picture.width}x{picture.height}"
        call.refuse(message, code="1201")
    if long > short * limits["max_ratio"]:
        message = f"the ratio of {name} must lie between 1:2.5 and 2.5:1; got {picture.width}x{picture.height}"
        call.refuse(message, code="1201")


def with_short_side(short: int, width: int, height: int) -> tuple[int, int]:
    """Return a size of ratio `width:height` whose short side is `short` (even) and whose long side is even.

    >>> with_short_side(720, 1344, 768), with_short_side(480, 16, 9)
    ((1260, 720), (854, 480))
    """
    if width >= height:
        return (short * width + height) // (2 * height) * 2, short
    return short, (short * height + width) // (2 * width) * 2


def _kling_wait(call: Invocation, model_name: str, mode: str, seconds: int) -> tuple[float, float]:
    """Return median and 95th percentile of the wait, in seconds."""
    table = call.spec.tables["latency"]
    factor = table["mode"][mode] * table["model"].get(model_name, 1.0) * (table["ten_seconds"] if seconds == 10 else 1)
    return call.spec.latency["median"] * factor, call.spec.latency["p95"] * factor
