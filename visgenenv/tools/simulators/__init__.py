"""One simulator per tool document, of the same name. The table is written out by hand: this is all there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from visgenenv.tools.simulators import image
from visgenenv.types import ToolResult

Simulator = Callable[..., ToolResult]
"""`simulate(call: Invocation, **arguments) -> ToolResult`; arguments are validated, with defaults filled in."""

SIMULATORS: dict[str, Simulator] = {
    "tool_text2image_gemini": image.tool_text2image_gemini,
}

__all__ = ["SIMULATORS", "Any", "Simulator"]
