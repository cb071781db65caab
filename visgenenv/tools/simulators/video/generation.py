"""Video generation: shots from words and from pictures (Veo), and pictures set in motion (Kling)."""

from __future__ import annotations

from math import log
from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.image.pictures import check_weight, nearest_ratio
from visgenenv.types import Asset, Recipe, ToolResult

FPS = (24, 1)
"""Both services deliver 24 frames a second, so a clip of `d` seconds has exactly `24 * d` frames."""
SAMPLE_RATE = 48000
"""Of the stereo sound that a generated film may have."""
TOLERANCE = 0.03
"""Pixels are not the nominal ratio (a 16:9 picture of Gemini is 1.75): within 3 % nothing is said of a crop."""


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
    subjects = {asset.id: asset for asset in map(call.asset, reference_images)}
    parents = tuple([(subject, "subject") for subject in subjects])
    sources = tuple([asset.recipe for asset in subjects.values()])
    return _filmed(call, "shot", aspect_ratio, sources, parents, {}, {})


def tool_image2video_veo3(
    call: Invocation,
    *,
    image: str,
    prompt: str,
    negative_prompt: str,
    model: str,
    aspect_ratio: str | None,
    resolution: str,
    duration_seconds: int,
    generate_audio: bool,
    person_generation: str,
    last_frame: str | None = None,
    seed: int | None = None,
) -> ToolResult:
    """Veo 3 from a picture: the frame nearest to its shape, cut at the centre where it is neither 16:9 nor 9:16."""
    ends = [("image", "first_frame", call.asset(image))]
    if last_frame is not None:
        ends.append(("last_frame", "last_frame", call.asset(last_frame)))
    for name, _, asset in ends:
        _check_file(call, asset, name, "INVALID_ARGUMENT")
    ratios = tuple(call.spec.tables["sizes"][resolution])
    if aspect_ratio is None and resolution in call.spec.tables["wide_only"].get(model, ()):
        ratios = ratios[:1]
    first = ends[0][2]
    ratio = aspect_ratio or nearest_ratio(first.width, first.height, ratios)
    cropped = [_crop(name, asset, ratio) for name, _, asset in ends if _differs(asset, ratio)]
    parents = tuple([(asset.id, role) for _, role, asset in ends])
    sources = tuple([asset.recipe for _, _, asset in ends])
    told = {"warnings": cropped} if cropped else {}
    return _filmed(call, "animate", ratio, sources, parents, {"tail": last_frame is not None}, told)


def _filmed(
    call: Invocation,
    node: str,
    ratio: str,
    sources: tuple[Recipe, ...],
    parents: tuple[tuple[str, str], ...],
    more: dict[str, Any],
    told: dict[str, Any],
) -> ToolResult:
    """Film what the arguments say, from words (`shot`) or from pictures (`animate`)."""
    given = call.arguments
    prompt, model, resolution, audio = given["prompt"], given["model"], given["resolution"], given["generate_audio"]
    _check_tokens(call, prompt)
    if audio:  # the sound filter stops only films that have sound
        (filtered,) = call.output_faults(1)
        if filtered is not None:
            return call.fail(filtered)
    seconds = int(given["duration_seconds"])
    params = {"prompt": prompt, "seconds": float(seconds), "audio": audio, **more}
    if given["negative_prompt"]:
        params["negative_prompt"] = given["negative_prompt"]
    width, height = call.spec.tables["sizes"][resolution][ratio]
    film = _film(call, Recipe(node, call.seed(), params, sources), width, height, seconds, audio, parents)
    price = call.spec.price["per_second"]["with_audio" if audio else "without_audio"][model][resolution]
    wait = _veo_wait(call, model, resolution)
    return call.done(film, data={"task_id": call.task_id, **told}, latency=(wait, wait), cost=price * seconds)


def _film(
    call: Invocation,
    recipe: Recipe,
    width: int,
    height: int,
    seconds: int,
    audio: bool,
    parents: tuple[tuple[str, str], ...],
) -> Asset:
    return call.mint(
        "video",
        "mp4",
        "video/mp4",
        recipe,
        width=width,
        height=height,
        n_frames=24 * seconds,
        fps=FPS,
        has_audio=audio,
        sample_rate=SAMPLE_RATE if audio else 0,
        channels=2 if audio else 0,
        parents=parents,
    )


def _check_tokens(call: Invocation, prompt: str) -> None:
    """Refuse a prompt of more tokens than Veo reads: one for a Chinese character, one for four others."""
    limit = call.spec.tables["prompt_tokens"]
    if len(prompt) <= limit or prompt.isascii():
        return
    wide = sum([ord(char) > 0x2E7F for char in prompt])
    tokens = wide + (len(prompt) - wide + 3) // 4
    if tokens > limit:
        call.refuse(f"$.prompt: about {tokens} tokens, at most {limit} are read: shorten it")


def _differs(asset: Asset, ratio: str) -> bool:
    """Whether a picture has another shape than a frame of the given ratio."""
    wide, _, tall = ratio.partition(":")
    return abs(log(asset.width * int(tall) / (asset.height * int(wide)))) > TOLERANCE


def _crop(name: str, asset: Asset, ratio: str) -> str:
    return f"input cropped: {name} is {asset.width}x{asset.height} and was cut at its centre to {ratio}"


def _veo_wait(call: Invocation, model: str, resolution: str) -> float:
    """Draw the seconds from submission to delivery; the service documents its least and its most."""
    table = call.spec.latency
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
    ends = [(first, "first_frame")]
    _check_picture(call, first, "image")
    if image_tail is not None:
        last = call.asset(image_tail)
        _check_picture(call, last, "image_tail")
        ends.append((last, "last_frame"))
    seconds, audio = int(duration), sound == "on"
    width, height = with_short_side(call.spec.tables["short_side"][mode], first.width, first.height)
    params = {"prompt": prompt, "seconds": float(seconds), "audio": audio, "tail": len(ends) > 1}
    if negative_prompt:
        params["negative_prompt"] = negative_prompt
    recipe = Recipe("animate", call.seed(), params, tuple([asset.recipe for asset, _ in ends]))
    parents = tuple([(asset.id, role) for asset, role in ends])
    film = _film(call, recipe, width, height, seconds, audio, parents)
    wait = _kling_wait(call, model_name, mode, seconds)
    price = call.spec.price["per_second"][model_name][f"{mode}_sound" if audio else mode]
    return call.done(film, data={"task_id": call.task_id}, latency=wait, cost=price * seconds)


def _check_picture(call: Invocation, picture: Asset, name: str) -> None:
    """Refuse a picture that Kling cannot start from: its format, weight, sides or ratio."""
    limits = call.spec.tables["picture"]
    _check_file(call, picture, name, "1201")
    short, long = sorted((picture.width, picture.height))
    if short < limits["min_side"]:
        message = f"each side of {name} must be at least {limits['min_side']} px; got {picture.width}x{picture.height}"
        call.refuse(message)
    if long > short * limits["max_ratio"]:
        message = f"the ratio of {name} must lie between 1:2.5 and 2.5:1; got {picture.width}x{picture.height}"
        call.refuse(message)


def _check_file(call: Invocation, picture: Asset, name: str, code: str) -> None:
    """Refuse a picture in a format the service does not read, or one too heavy to send."""
    if picture.mime in call.spec.tables["unread_formats"]:
        message = f"$.{name}: {picture.url} is {picture.mime}, expected image/png or image/jpeg"
        call.refuse(message, "UNSUPPORTED_FORMAT", status=415)
    check_weight(call, picture, name, code)


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
    table = call.spec.latency
    factor = table["mode"][mode] * table["model"].get(model_name, 1.0) * (table["ten_seconds"] if seconds == 10 else 1)
    return table["median"] * factor, table["p95"] * factor
