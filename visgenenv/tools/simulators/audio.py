"""Being written."""
from __future__ import annotations
from typing import Any
from visgenenv.tools.invocation import Invocation
from visgenenv.types import ToolResult

def tool_music_suno(call: Invocation, **arguments: Any) -> ToolResult:
    """Being written."""
    return call.done()


def tool_tts_generation(call: Invocation, **arguments: Any) -> ToolResult:
    """Being written."""
    return call.done()


