"""Image generation and editing: text2image_* make pictures without parents, image_edit_* pass ancestry on."""

from __future__ import annotations

from functools import lru_cache
from math import log, sqrt
from typing import Any

from visgenenv.luck import log_normal
from visgenenv.tools.invocation import Invocation
from visgenenv.types import Asset, Recipe, ToolResult

_SCALE = {"1K": 1, "2K": 2, "4K": 4}
_FORMATS = {"png": ("png", "image/png"), "jpeg": ("jpg", "image/jpeg"), "webp": ("webp", "image/webp")}


def tool_text2image_gemini(
    call: Invocation, *, prompt: str, model: str, aspect_ratio: str, image_size: str, num_images: int
) -> ToolResult:
    """nano-banana: fixed pixels per ratio, one draw per image, sometimes a text instead of a picture."""
    width, height = call.spec.tables["sizes"][model][aspect_ratio]
    scale = _SCALE[image_size]
    faults = call.output_faults(num_images)
    assets = tuple(
        call.mint("image", "png", "image/png", Recipe("scene", call.seed(index), {"prompt": prompt}),
                  width=width * scale, height=height * scale)
        for index in range(num_images)
        if faults[index] is None
    )  # fmt: skip
    failed = [(index, fault) for index, fault in enumerate(faults) if fault is not None]
    if not assets:
        return call.fail(failed[0][1])
    data: dict[str, Any] = {}
    if failed:
        data["failed"] = [{"index": i, "type": f.type, "message": f.message} for i, f in failed]
    price = call.spec.price["per_image"][model][image_size]
    latency = _slowest(*call.spec.tables["latency"][model], num_images)
    return call.done(*assets, data=data, latency=latency, cost=price * len(assets))


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
    tables = call.spec.tables
    if size == "auto":
        size = tables["sizes"][_orientation(prompt, tables)]
    if quality == "auto":
        quality = "medium"
    width, height = _pixels(size, "x")
    extension, mime = _FORMATS[output_format]
    assets = [
        call.mint(
            "image", extension, mime, Recipe("scene", call.seed(i), {"prompt": prompt}), width=width, height=height
        )
        for i in range(n)
    ]
    data = {"size": size, "quality": quality, "background": background, "output_format": output_format}
    square, oblong = call.spec.price["per_image"][model][quality]
    return call.done(
        *assets,
        data=data,
        latency=_longer(tables["latency"][quality], n, tables["latency_per_extra_image"]),
        cost=n * (square if width == height else oblong),
    )


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
    width, height = _pixels(size, "*")
    prompt, data = _read_prompt(call, prompt, prompt_extend)
    params = {"prompt": prompt, "negative_prompt": negative_prompt} if negative_prompt else {"prompt": prompt}
    asset = call.mint("image", "png", "image/png", Recipe("scene", call.seed(), params), width=width, height=height)
    return call.done(asset, data=data, cost=call.spec.price["per_image"][model])


def tool_image_edit_gemini(
    call: Invocation, *, prompt: str, images: list[str], model: str, aspect_ratio: str | None, image_size: str
) -> ToolResult:
    """nano-banana with pictures: one of the fixed sizes, by default the one nearest to the last picture's shape."""
    sources = _sources(call, images, "INVALID_ARGUMENT")
    sizes = call.spec.tables["sizes"][model]
    last = call.asset(images[-1])
    width, height = sizes[aspect_ratio or _nearest_ratio(last.width, last.height, tuple(sizes))]
    scale = _SCALE[image_size]
    asset = _edit(call, prompt, sources, 0, width * scale, height * scale)
    median, p95 = call.spec.tables["latency"][model]
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
    sources = _sources(call, images, "BadRequest.TooLarge")
    prompt, data = _read_prompt(call, prompt, prompt_extend)
    least, most = tables["advised_side"]
    odd = [a.url for a in sources if not (least <= a.width <= most and least <= a.height <= most)]
    if odd:
        data.setdefault("warnings", []).append(
            f"sides of {least} to {most} pixels are advised; outside: {', '.join(odd)}"
        )
    last = call.asset(images[-1])
    width, height = _pixels(size, "*") if size else _like(last.width, last.height, tables["area"])
    assets = [_edit(call, prompt, sources, i, width, height) for i in range(n)]
    latency = _longer((spec.latency["median"], spec.latency["p95"]), n, tables["latency_per_extra_image"])
    return call.done(*assets, data=data, latency=latency, cost=n * spec.price["per_image"][model])


def _edit(call: Invocation, prompt: str, sources: list[Asset], index: int, width: int, height: int) -> Asset:
    """Mint an edited picture: the first source is edited, the others are subjects."""
    parents = ((sources[0].id, "edit_source"), *[(asset.id, "subject") for asset in sources[1:]])
    recipe = Recipe("edit", call.seed(index), {"prompt": prompt}, tuple([asset.recipe for asset in sources]))
    return call.mint("image", "png", "image/png", recipe, width=width, height=height, parents=parents)


def _sources(call: Invocation, images: list[str], code: str) -> list[Asset]:
    """Return the pictures to edit, each once, in order; refuse one that would be too heavy to send."""
    tables = call.spec.tables
    limit, weights = tables["max_megabytes"], tables["bytes_per_pixel"]
    sources = [call.asset(image) for image in images]
    for i, asset in enumerate(sources):
        megabytes = asset.width * asset.height * weights.get(asset.mime, 1.5) / 1e6
        if megabytes > limit:
            message = f"$.images[{i}]: {asset.url} ({asset.width}x{asset.height}, about {megabytes:.0f} MB) exceeds {limit} MB"
            call.refuse(message, "TOO_LARGE", code, 413)
    return list({asset.id: asset for asset in sources}.values()) if len(sources) > 1 else sources


def _read_prompt(call: Invocation, prompt: str, extend: bool) -> tuple[str, dict[str, Any]]:
    """Return what DashScope reads of a prompt, and the data it reports on it."""
    tables = call.spec.tables
    limit = tables["prompt_chars"]
    data: dict[str, Any] = {}
    if len(prompt) > limit:
        data["warnings"] = [f"the prompt has {len(prompt)} characters; only the first {limit} were read"]
        prompt = prompt[:limit]
    if extend:
        data["actual_prompt"] = prompt + tables["extension"]["en" if prompt.isascii() else "zh"]
    return prompt, data


def _orientation(prompt: str, tables: dict[str, Any]) -> str:
    """Return "wide" or "tall" if the prompt asks for it, else "square"."""
    prompt = prompt.lower()
    if any(word in prompt for word in tables["tall_words"]):
        return "tall"
    return "wide" if any(word in prompt for word in tables["wide_words"]) else "square"


def _pixels(size: str, mark: str) -> tuple[int, int]:
    width, _, height = size.partition(mark)
    return int(width), int(height)


@lru_cache(256)
def _nearest_ratio(width: int, height: int, ratios: tuple[str, ...]) -> str:
    """Return the ratio nearest to the picture's, on a logarithmic scale."""
    shape = log(width / height)
    return min(ratios, key=lambda ratio: abs(log(int(ratio.partition(":")[0]) / int(ratio.partition(":")[2])) - shape))


@lru_cache(256)
def _like(width: int, height: int, area: int) -> tuple[int, int]:
    """Return a size of about `area` pixels and the given shape, in multiples of 16."""
    ratio = width / height
    wide = max(round(sqrt(area * ratio) / 16) * 16, 16)
    return wide, max(round(wide / ratio / 16) * 16, 16)


@lru_cache(256)
def _slowest(median: float, p95: float, n: int) -> tuple[float, float]:
    """Return median and p95 of the slowest of `n` requests that run side by side."""
    return (
        (median, p95) if n == 1 else (log_normal(0.5 ** (1 / n), median, p95), log_normal(0.95 ** (1 / n), median, p95))
    )


def _longer(latency: tuple[float, float] | list[float], n: int, share: float) -> tuple[float, float]:
    """Return median and p95 for `n` pictures, each after the first adding a share of the time."""
    factor = 1 + share * (n - 1)
    return latency[0] * factor, latency[1] * factor
