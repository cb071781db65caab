"""The tools as other programs want to be told of them: OpenAI functions, the Qwen template's block, MCP tools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from visgenenv.tools.spec import ToolSpec

_HEAD = (
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>"
)
_TAIL = (
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
    "<tool_call></tool_call> XML tags:\n<tool_call>\n"
    '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
)
_READS = ("understanding", "search", "planning")
"""Categories whose tools change no asset of the user's."""


def qwen_block(schemas: Iterable[str]) -> str:
    """Return the tools block of the Qwen chat template (as in Qwen3-VL's own) around schemas, a line of JSON each."""
    return f"{_HEAD}{''.join(chr(10) + schema for schema in schemas)}{_TAIL}"


def mcp_tool(spec: ToolSpec, lang: str) -> dict[str, Any]:
    """Return a tool as `tools/list` of the Model Context Protocol gives it (revision 2025-06-18)."""
    function = spec.function_schema(lang)["function"]
    return {
        "name": spec.name,
        "title": spec.title[lang],
        "description": function["description"],
        "inputSchema": function["parameters"],
        "outputSchema": _result_schema(spec),
        "annotations": {
            "title": spec.title[lang],
            "readOnlyHint": spec.category in _READS,
            "destructiveHint": False,
            "idempotentHint": False,
            "openWorldHint": False,
        },
    }


def _result_schema(spec: ToolSpec) -> dict[str, Any]:
    """Describe a whole result: what `tools.wire.encode_result` writes."""
    number, text = {"type": "number"}, {"type": "string"}
    return {
        "type": "object",
        "required": ["status", "usage"],
        "properties": {
            "status": {"type": "string", "enum": ["success", "error"]},
            "assets": {
                "type": "array",
                "items": {"type": "object", "required": ["url", "kind"], "properties": {"url": text, "kind": text}},
            },
            "data": spec.output_schema,
            "error": {
                "type": "object",
                "required": ["type", "message", "retryable"],
                "properties": {"type": text, "message": text, "retryable": {"type": "boolean"}},
            },
            "usage": {"type": "object", "properties": {"latency_s": number, "cost_usd": number}},
        },
    }
