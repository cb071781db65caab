"""Grammars of a turn for constrained decoding: structural tags of xgrammar, as vLLM and SGLang take them too.

A model that is held to them writes turns that parse, and calls that fit the schemas of its tools, before it has learnt
to. It is no substitute for learning: under a grammar the tokens are no longer drawn from the policy that GRPO updates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from visgenenv.parsing import MIN_CHARS

Tag = dict[str, Any]

ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "task_status": {"type": "string", "enum": ["success", "partial", "failed"]},
        "answer_url_list": {"type": "array", "items": {"type": "string"}},
        "summary": {"type": "string", "minLength": MIN_CHARS},
    },
    "required": ["task_status", "answer_url_list", "summary"],
    "additionalProperties": False,
}
"""JSON schema of what stands inside `<answer>`."""
PLAN: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "goal": {"type": "string"},
            "tool": {"type": "string"},
            "n": {"type": "integer", "minimum": 1},
            "deps": {"type": "array", "items": {"type": "integer", "minimum": 1}},
        },
        "required": ["goal", "tool", "n", "deps"],
        "additionalProperties": False,
    },
}
"""JSON schema of what the system prompt asks for inside `<plan>`."""


def call_tags(schemas: Sequence[dict[str, Any]], longest: int | None = None) -> list[Tag]:
    """Return one tag for each tool: a whole `<tool_call>` whose arguments fit the tool's schema.

    Args:
        schemas: OpenAI function schemas, of the tools on offer.
        longest: Characters of a string and items of an array that are allowed at most, where a schema allows more.

    Example:
        >>> from visgenenv import load_toolbox
        >>> call_tags(load_toolbox().openai(["tool_task_manager"]))[0]["begin"]
        '<tool_call>\\n{"name": "tool_task_manager", "arguments": '
    """
    tags = []
    for schema in schemas:
        function = schema["function"]
        begin = f'<tool_call>\n{{"name": {orjson.dumps(function["name"]).decode()}, "arguments": '
        tags.append(_tag(begin, _json(function["parameters"], longest), "}\n</tool_call>"))
    return tags


def calls_grammar(schemas: Sequence[dict[str, Any]]) -> Tag:
    """Return a structural tag under which text is free, and whatever begins as a call becomes a well-formed one.

    For models that know the format: thinking, plan and answer are left to them.
    """
    return _structural({"type": "triggered_tags", "triggers": ["<tool_call>"], "tags": call_tags(schemas)})


def turn_grammar(
    schemas: Sequence[dict[str, Any]], *, think_chars: int = 400, longest: int | None = None, calls: int = 32
) -> Tag:
    """Return a structural tag of a whole turn: a think, then a plan with or without calls, calls, or an answer.

    Args:
        schemas: OpenAI function schemas, of the tools on offer.
        think_chars: Longest think.
        longest: Of strings and arrays, as in `call_tags`.
        calls: Most calls of a turn.

    Example:
        >>> from visgenenv import load_toolbox
        >>> turn_grammar(load_toolbox().openai(["tool_task_manager"]))["format"]["type"]
        'sequence'
    """
    think = _tag("<think>\n", {"type": "any_text", "max_chars": think_chars, "excludes": ["<"]}, "\n</think>\n\n")
    plan = _tag("<plan>\n", _json(PLAN, longest), "\n</plan>")
    answer = _tag("<answer>\n", _json(ANSWER, longest), "\n</answer>")
    one = (
        {"type": "or", "elements": call_tags(schemas, longest)} if len(schemas) > 1 else call_tags(schemas, longest)[0]
    )
    following = {"type": "sequence", "elements": [{"type": "const_string", "value": "\n\n"}, one]}
    some = {"type": "sequence", "elements": [one, {"type": "repeat", "min": 0, "max": calls - 1, "content": following}]}
    planned = {"type": "sequence", "elements": [plan, {"type": "repeat", "min": 0, "max": calls, "content": following}]}
    return _structural({"type": "sequence", "elements": [think, {"type": "or", "elements": [planned, some, answer]}]})


def vllm_options(tag: Tag) -> dict[str, Any]:
    """Return a tag as `structured_outputs` of vLLM's sampling parameters and of its server's requests."""
    return {"structured_outputs": {"structural_tag": orjson.dumps(tag).decode()}}


def _structural(form: Tag) -> Tag:
    return {"type": "structural_tag", "format": form}


def _tag(begin: str, content: Tag, end: str) -> Tag:
    return {"type": "tag", "begin": begin, "content": content, "end": end}


def _json(schema: dict[str, Any], longest: int | None) -> Tag:
    return {"type": "json_schema", "json_schema": _limited(schema, longest), "max_whitespace_cnt": 1}


def _limited(schema: Any, longest: int | None) -> Any:
    """Cap what a schema allows; what is chosen or has a pattern stays as it is.

    Limits of strings become patterns, or go where there is no cap: xgrammar 0.2 lets control characters, which JSON
    forbids, into strings of limited length, and takes minutes over patterns of thousands of characters. The patterns
    keep out what could pass for a tag, too.
    """
    if isinstance(schema, list):
        return [_limited(part, longest) for part in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: part if name in ("enum", "default") else _limited(part, longest) for name, part in schema.items()}
    if out.get("type") == "string" and not out.keys() & {"enum", "pattern", "format"}:
        least, most = out.pop("minLength", 0), out.pop("maxLength", longest)
        if longest is not None:
            out["pattern"] = f"^{_PLAIN}{{{least},{max(least, min(most, longest))}}}$"
    if longest is not None and out.get("type") == "array":
        out["maxItems"] = max(min(out.get("maxItems", longest), longest), out.get("minItems", 0))
    return out


_PLAIN = r'[^\x00-\x1f"\\<]'
"""A character that stands for itself in JSON and begins no tag."""
