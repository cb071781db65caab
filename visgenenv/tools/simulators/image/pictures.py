"""What the picture services have in common: sizes as they write them, pictures they are sent, waits for several."""

from __future__ import annotations

from functools import lru_cache
from math import log, sqrt
from typing import Any

from visgenenv.luck import log_normal
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.spec import Fault
from visgenenv.types import Asset, Recipe

SCALE = {"1K": 1, "2K": 2, "4K": 4}
FORMATS = {"png": ("png", "image/png"), "jpeg": ("jpg", "image/jpeg"), "webp": ("webp", "image/webp")}
BYTES_PER_PIXEL = {"image/png": 1.5, "image/jpeg": 0.3, "image/webp": 0.3}
"""What a picture's file weighs (our assumption); an unknown format weighs as much as a PNG."""


def pixels(size: str, mark: str) -> tuple[int, int]:
    """Read a size such as `1024x768`, whose numbers are parted by `mark`."""
    width, _, height = size.partition(mark)
    return int(width), int(height)


@lru_cache(512)
def nearest_ratio(width: int, height: int, ratios: tuple[str, ...]) -> str:
    """Return the ratio nearest to a picture's, on a logarithmic scale.

    >>> nearest_ratio(1664, 928, ("1:1", "16:9", "9:16"))
    '16:9'
    """
    shape = log(width / height)
    return min(ratios, key=lambda ratio: abs(log(int(ratio.partition(":")[0]) / int(ratio.partition(":")[2])) - shape))


@lru_cache(512)
def like(width: int, height: int, area: int) -> tuple[int, int]:
    """Return a size of about `area` pixels and the given shape, in multiples of 16."""
    ratio = width / height
    wide = max(round(sqrt(area * ratio) / 16) * 16, 16)
    return wide, max(round(wide / ratio / 16) * 16, 16)


def check_weight(call: Invocation, asset: Asset, place: str, code: str) -> None:
    """Refuse a picture whose file would be heavier than the service takes (`max_megabytes` of its document)."""
    megabytes = asset.width * asset.height * BYTES_PER_PIXEL.get(asset.mime, 1.5) / 1e6
    limit = call.spec.tables["max_megabytes"]
    if megabytes > limit:
        seen = f"{asset.url} ({asset.width}x{asset.height}, about {megabytes:.0f} MB)"
        call.refuse(f"$.{place}: {seen} exceeds {limit} MB", "TOO_LARGE", code, 413)


def sent(call: Invocation, images: list[str], code: str) -> list[Asset]:
    """Return the pictures a call sends, each once, in order; refuse one that is too heavy."""
    sources = [call.asset(image) for image in images]
    for index, asset in enumerate(sources):
        check_weight(call, asset, f"images[{index}]", code)
    return list({asset.id: asset for asset in sources}.values()) if len(sources) > 1 else sources


def drawn(
    call: Invocation, params: dict[str, Any], subjects: list[Asset], index: int, size: tuple[int, int], form: str
) -> Asset:
    """Mint picture `index` of a call that draws from words; what its references show are its subjects."""
    recipe = Recipe("scene", call.seed(index), params, tuple([asset.recipe for asset in subjects]))
    parents = tuple([(asset.id, "subject") for asset in subjects])
    return call.mint("image", *FORMATS[form], recipe, width=size[0], height=size[1], parents=parents)


def failure(index: int, fault: Fault) -> dict[str, Any]:
    """Say which picture of a call did not arrive, and why."""
    return {"index": index, "type": fault.type, "vendor_code": fault.vendor_code, "message": fault.message}


def edited(
    call: Invocation,
    params: dict[str, Any],
    sources: list[Asset],
    index: int,
    size: tuple[int, int],
    form: str = "png",
) -> Asset:
    """Mint picture `index` of an edit: the first source is edited, the others are subjects."""
    parents = ((sources[0].id, "edit_source"), *[(asset.id, "subject") for asset in sources[1:]])
    recipe = Recipe("edit", call.seed(index), params, tuple([asset.recipe for asset in sources]))
    return call.mint("image", *FORMATS[form], recipe, width=size[0], height=size[1], parents=parents)


def read_prompt(call: Invocation, prompt: str, extend: bool) -> tuple[str, dict[str, Any]]:
    """Return what DashScope reads of a prompt, and the data it reports on it."""
    tables = call.spec.tables
    limit = tables["prompt_chars"]
    data: dict[str, Any] = {}
    if len(prompt) > limit:
        data["warnings"] = [f"the prompt has {len(prompt)} characters; only the first {limit} were read"]
        prompt = prompt[:limit]
    if extend:
        data["actual_prompt"] = extended(prompt, tables)
    return prompt, data


def extended(prompt: str, tables: dict[str, Any]) -> str:
    """Return a prompt as a service rewrites it: our simulators add a phrase that names nothing to be drawn."""
    return str(prompt + tables["extension"]["en" if prompt.isascii() else "zh"])


@lru_cache(512)
def slowest(median: float, p95: float, n: int) -> tuple[float, float]:
    """Return median and p95 of the slowest of `n` requests that run side by side."""
    return (
        (median, p95) if n == 1 else (log_normal(0.5 ** (1 / n), median, p95), log_normal(0.95 ** (1 / n), median, p95))
    )


def longer(latency: tuple[float, float] | list[float], n: int, share: float) -> tuple[float, float]:
    """Return median and p95 for `n` pictures, each after the first adding a share of the time."""
    factor = 1 + share * (n - 1)
    return latency[0] * factor, latency[1] * factor
