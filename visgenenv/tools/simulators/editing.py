"""Being written."""
from __future__ import annotations
from typing import Any
from visgenenv.tools.invocation import Invocation
from visgenenv.types import ToolResult

def tool_video_composite(call: Invocation, **arguments: Any) -> ToolResult:
    """Being written."""
    return call.done()


def tool_audio_edit_cut(call: Invocation, **arguments: Any) -> ToolResult:
    """Being written."""
    return call.done()


def tool_subtitle_add_text(call: Invocation, **arguments: Any) -> ToolResult:
    """Being written."""
    return call.done()


