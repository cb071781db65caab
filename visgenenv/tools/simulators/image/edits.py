"""Pictures made from pictures: the first is edited, the others show further subjects, and ancestry is passed on."""

from __future__ import annotations

from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.image.pictures import (
    SCALE,
    edited,
    like,
    longer,
    nearest_ratio,
    pixels,
    read_prompt,
    sent,
)
from visgenenv.types import Asset, ToolResult


def tool_image_edit_gemini(
    call: Invocation, *, prompt: str, images: list[str], model: str, aspect_ratio: str | None, image_size: str
) -> ToolResult:
    """nano-banana with pictures: one of the fixed sizes, by default the one nearest to the last picture's shape."""
    sources = sent(call, images, "INVALID_ARGUMENT")
    sizes = call.spec.tables["sizes"][model]
    last = call.asset(images[-1])
    width, height = sizes[aspect_ratio or nearest_ratio(last.width, last.height, tuple(sizes))]
    scale = SCALE[image_size]
    asset = edited(call, {"prompt": prompt}, sources, 0, (width * scale, height * scale))
    median, p95 = call.spec.latency["model"][model]
    return call.done(asset, latency=(median, p95), cost=call.spec.price["per_image"][model][image_size])


def tool_image_edit_qwen(
    call: Invocation,
    *,
    prompt: str,
    images: list[str],
    n: int,
    size: str | None,
    model: str,
    negative_prompt: str = "",
    prompt_extend: bool,
    watermark: bool,
    seed: int | None = None,
) -> ToolResult:
    """Qwen-Image-Edit: the shape of the last picture on about a million pixels, unless `size` says otherwise."""
    tables, spec = call.spec.tables, call.spec
    sources = sent(call, images, "BadRequest.TooLarge")
    prompt, data = read_prompt(call, prompt, prompt_extend)
    least, most = tables["advised_side"]
    odd = [a.url for a in sources if not (least <= a.width <= most and least <= a.height <= most)]
    if odd:
        data.setdefault("warnings", []).append(
            f"sides of {least} to {most} pixels are advised; outside: {', '.join(odd)}"
        )
    last = call.asset(images[-1])
    shape = pixels(size, "*") if size else like(last.width, last.height, tables["area"])
    params = {"prompt": prompt, "negative_prompt": negative_prompt} if negative_prompt else {"prompt": prompt}
    assets = [edited(call, params, sources, i, shape) for i in range(n)]
    latency = longer((spec.latency["median"], spec.latency["p95"]), n, spec.latency["per_extra_image"])
    return call.done(*assets, data=data, latency=latency, cost=n * spec.price["per_image"][model])


def tool_image_edit_gpt(
    call: Invocation,
    *,
    prompt: str,
    images: list[str],
    mask: str | None = None,
    model: str,
    input_fidelity: str,
    n: int,
    size: str,
    quality: str,
    background: str,
    output_format: str,
    output_compression: int,
) -> ToolResult:
    """GPT Image with pictures: three sizes, `auto` nearest to the first picture, all pictures or none."""
    tables, spec = call.spec.tables, call.spec
    sources = sent(call, images, "invalid_image_file")
    if mask is not None:
        _check_mask(call, call.asset(mask), sources[0])
    if size == "auto":
        size = tables["sizes"][nearest_ratio(sources[0].width, sources[0].height, tuple(tables["sizes"]))]
    if quality == "auto":
        quality = "medium"
    shape = pixels(size, "x")
    params = {"prompt": prompt, "input_fidelity": input_fidelity}
    assets = [edited(call, params, sources, i, shape, output_format) for i in range(n)]
    data: dict[str, Any] = {
        "size": size,
        "quality": quality,
        "background": background,
        "output_format": output_format,
        "input_fidelity": input_fidelity,
    }
    square, oblong = spec.price["per_image"][model][quality]
    read = len(sources) * spec.price["per_input_image"][model][input_fidelity]
    latency = longer(spec.latency["quality"][quality], n, spec.latency["per_extra_image"])
    return call.done(
        *assets, data=data, latency=latency, cost=n * ((square if shape[0] == shape[1] else oblong) + read)
    )


def _check_mask(call: Invocation, mask: Asset, first: Asset) -> None:
    """A mask is a PNG of exactly the first picture's size."""
    if mask.mime in call.spec.tables["no_alpha"]:
        call.refuse(
            f"invalid mask: {mask.url} is {mask.mime}, expected image/png with transparency", code="invalid_mask"
        )
    if (mask.width, mask.height) != (first.width, first.height):
        sizes = f"the mask is {mask.width}x{mask.height}, the first image {first.width}x{first.height}"
        call.refuse(f"invalid mask: {sizes}; both must have the same size", code="invalid_mask")
