"""Image generation and editing: text2image_* make pictures without parents, image_edit_* pass ancestry on."""

from __future__ import annotations

from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.types import Recipe, ToolResult


def tool_text2image_gemini(
    call: Invocation, *, prompt: str, model: str, aspect_ratio: str, image_size: str, num_images: int
) -> ToolResult:
    """nano-banana: fixed pixels per ratio, one draw per image, sometimes a text instead of a picture."""
    width, height = call.spec.tables["sizes"][model][aspect_ratio]
    scale = {"1K": 1, "2K": 2, "4K": 4}[image_size]
    faults = call.output_faults(num_images)
    assets = tuple(
        call.mint(
            "image",
            "png",
            "image/png",
            Recipe("scene", call.seed(index), {"prompt": prompt}),
            width=width * scale,
            height=height * scale,
        )
        for index in range(num_images)
        if faults[index] is None
    )
    failed = [(index, fault) for index, fault in enumerate(faults) if fault is not None]
    if not assets:
        return call.fail(failed[0][1])
    data: dict[str, Any] = {}
    if failed:
        data["failed"] = [{"index": i, "type": f.type, "message": f.message} for i, f in failed]
    price = call.spec.price["per_image"][model][image_size]
    return call.done(*assets, data=data, latency=tuple(call.spec.tables["latency"][model]), cost=price * len(assets))
