"""Pictures from words; where a service takes references, what it draws descends from them."""

from __future__ import annotations

from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.image.pictures import (
    SCALE,
    drawn,
    extended,
    failure,
    longer,
    pixels,
    read_prompt,
    sent,
    slowest,
)
from visgenenv.types import ToolResult


def tool_text2image_gemini(
    call: Invocation, *, prompt: str, model: str, aspect_ratio: str, image_size: str, num_images: int
) -> ToolResult:
    """nano-banana: fixed pixels per ratio, one draw per image, sometimes a text instead of a picture."""
    width, height = call.spec.tables["sizes"][model][aspect_ratio]
    size = width * SCALE[image_size], height * SCALE[image_size]
    faults = call.output_faults(num_images)
    assets = [drawn(call, {"prompt": prompt}, [], i, size, "png") for i in range(num_images) if faults[i] is None]
    failed = [(index, fault) for index, fault in enumerate(faults) if fault is not None]
    if not assets:
        return call.fail(failed[0][1])
    data: dict[str, Any] = {"failed": [failure(*one) for one in failed]} if failed else {}
    price = call.spec.price["per_image"][model][image_size]
    latency = slowest(*call.spec.latency["model"][model], num_images)
    return call.done(*assets, data=data, latency=latency, cost=price * len(assets))


def tool_text2image_hunyuan(
    call: Invocation,
    *,
    prompt: str,
    resolution: str,
    images: list[str],
    revise: bool,
    logo_add: bool,
    seed: int | None = None,
) -> ToolResult:
    """Hunyuan Image 3.0: one picture of exactly the pixels asked for, from a prompt that it may rewrite first."""
    tables, spec = call.spec.tables, call.spec
    width, height = pixels(resolution, ":")
    if width * height > tables["area"]:
        area = f"{resolution} has {width * height} pixels, at most {tables['area']} are allowed"
        call.refuse(f"$.resolution: {area}, for instance 1280:720 or 1024:1024")
    subjects = sent(call, images, "InvalidParameterValue")
    asset = drawn(call, {"prompt": prompt}, subjects, 0, (width, height), "png")
    data: dict[str, Any] = {"task_id": call.task_id}
    if revise:
        data["revised_prompt"] = extended(prompt, tables)
        if seed is not None:
            data["warnings"] = ["seed has no effect while revise is on"]
    return call.done(asset, data=data, latency=None if revise else spec.latency["plain"], cost=spec.price["per_image"])


def tool_text2image_gpt(
    call: Invocation,
    *,
    prompt: str,
    model: str,
    n: int,
    size: str,
    quality: str,
    background: str,
    output_format: str,
    output_compression: int,
    moderation: str,
) -> ToolResult:
    """GPT Image: three sizes, all pictures or none; `auto` reads the orientation off the prompt."""
    tables, spec = call.spec.tables, call.spec
    if size == "auto":
        size = tables["sizes"][_orientation(prompt, tables)]
    if quality == "auto":
        quality = "medium"
    shape = pixels(size, "x")
    assets = [drawn(call, {"prompt": prompt}, [], i, shape, output_format) for i in range(n)]
    data = {"size": size, "quality": quality, "background": background, "output_format": output_format}
    square, oblong = spec.price["per_image"][model][quality]
    latency = longer(spec.latency["quality"][quality], n, spec.latency["per_extra_image"])
    return call.done(*assets, data=data, latency=latency, cost=n * (square if shape[0] == shape[1] else oblong))


def _orientation(prompt: str, tables: dict[str, Any]) -> str:
    """Return "wide" or "tall" if the prompt asks for it, else "square"."""
    prompt = prompt.lower()
    if any(word in prompt for word in tables["tall_words"]):
        return "tall"
    return "wide" if any(word in prompt for word in tables["wide_words"]) else "square"


def tool_text2image_qwen(
    call: Invocation,
    *,
    prompt: str,
    negative_prompt: str = "",
    size: str,
    n: int,
    model: str,
    prompt_extend: bool,
    watermark: bool,
    seed: int | None = None,
) -> ToolResult:
    """Qwen-Image: one picture in one of five sizes; what is too long in the prompt is cut, not refused."""
    prompt, data = read_prompt(call, prompt, prompt_extend)
    params = {"prompt": prompt, "negative_prompt": negative_prompt} if negative_prompt else {"prompt": prompt}
    asset = drawn(call, params, [], 0, pixels(size, "*"), "png")
    return call.done(asset, data=data, cost=call.spec.price["per_image"][model])
