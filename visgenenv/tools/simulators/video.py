"""Being written."""
from __future__ import annotations
from typing import Any
from visgenenv.tools.invocation import Invocation
from visgenenv.types import ToolResult

def tool_text2video_veo(call: Invocation, **arguments: Any) -> ToolResult:
    """Being written."""
    return call.done()


def tool_image2video_keling(call: Invocation, **arguments: Any) -> ToolResult:
    """Being written."""
    return call.done()


