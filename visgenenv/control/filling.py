"""Arguments for tools that have no template of their own: what their schema requires, in the plainest form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Find = Callable[[str], Sequence[str]]
"""Gives links, best first, for the beginning of an id ("img_"); "" stands for any."""

_ALSO = {
    "tool_content_summary": ("text",),
    "tool_html_builder": ("sections",),
    "tool_video_auto_pipeline": ("topic",),
    "tool_search_content": ("query",),
    "tool_tts_composite": ("text",),
    "tool_audio_edit_cut": ("fade_in",),
}
"""Properties that a rule of the tool wants beside the required ones: one of several, so the schema names none."""
_NUMBERS = {"fade_in": 0.5}
NOTHING = "asset://img_00000000.png"
"""A link to no file, where there is none to name: the environment answers ASSET_NOT_FOUND."""
_QUESTION = "Are there any defects, and how good is the quality?"
_PREFIX = {"image": "img_", "images": "img_", "video": "vid_", "videos": "vid_", "audio": "aud_", "audios": "aud_",
          "script": "txt_", "storyboard": "txt_"}  # fmt: skip


def filled(tool: str, schema: dict[str, Any], text: str, find: Find) -> dict[str, Any]:
    """Return arguments for a tool.

    Args:
        tool: Its name.
        schema: Its parameters.
        text: What the request is about; stands wherever words are wanted.
        find: Where links come from.
    """
    names = [*(schema.get("required") or ()), *_ALSO.get(tool, ())]
    parts = schema.get("properties", {})
    return {name: _value(name, parts[name], text, find) for name in names if name in parts}


def _value(name: str, schema: dict[str, Any], text: str, find: Find) -> Any:
    if name in _NUMBERS:
        return _NUMBERS[name]
    if name == "question":
        return _QUESTION
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "asset-url":
        return next(iter(find(_PREFIX.get(name, ""))), NOTHING)
    return _of_type(name, schema, text, find)


def _of_type(name: str, schema: dict[str, Any], text: str, find: Find) -> Any:
    types = schema.get("type", "string")
    type = types if isinstance(types, str) else types[0]
    if type == "array":
        items = schema.get("items", {})
        if items.get("format") == "asset-url":
            return list(find(_PREFIX.get(name, "")))[: schema.get("maxItems", 4)] or [NOTHING]
        return [_value("", items, text, find) for _ in range(max(1, schema.get("minItems", 0)))]
    if type == "object":
        parts = schema.get("properties", {})
        required = schema.get("required") or list(parts)[:1]
        return {part: _value(part, parts[part], text, find) for part in required if part in parts}
    if type in ("number", "integer"):
        return schema.get("default", schema.get("minimum", 1))
    if type == "boolean":
        return bool(schema.get("default", False))
    return text[: min(200, schema.get("maxLength", 200))]
