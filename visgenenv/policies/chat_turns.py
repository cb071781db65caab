"""What became of a conversation that was put to a model: a turn, or an honest failed answer and its reason."""

from __future__ import annotations

import re
from typing import Any

import orjson
from msgspec import Struct

from visgenenv.endpoint import message_of
from visgenenv.prompts import load_dialect
from visgenenv.types import Action

TOO_LONG = re.compile(
    r"context[ _]?(?:length|window|size)|(?:prompt|input|messages?) (?:is|are) too long"
    r"|too many (?:input |prompt )?tokens|reduce the length|too large for model|max_model_len"
    r"|longer than the (?:model|maximum)|token count .*exceeds|exceed[^.]* (?:input|context) (?:token )?limit"
    r"|input tokens exceed|max_tokens must be at least 1, got -",
    re.IGNORECASE,
)
"""How servers say that a conversation is too long: vLLM, SGLang, llama.cpp and the vendors, as of 2026."""
ABOUT_IMAGES = re.compile(r"image|multi-?modal|vision", re.IGNORECASE)
"""How servers say that a model reads no pictures, or fewer."""
_ABOUT_TOOLS = re.compile(r"tool|function", re.IGNORECASE)

_GAVE_UP = {
    "context": {
        "en": "The conversation no longer fits the model's context, even with shorter tool results.",
        "zh": "对话已超出模型的上下文长度,缩短工具结果后仍然放不下。",
    },
    "lost": {
        "en": "The model's server gave no answer to this conversation.",
        "zh": "模型服务器没有对这段对话作出回应。",
    },
}


class ChatTurn(Struct, frozen=True):
    """A turn. If the conversation was given up: how ("context", "lost"), why, and what the server last did."""

    text: str
    counts: dict[str, int] = {}
    kind: str = ""
    problem: str = ""
    status: int = 0
    reached: bool = True


def read_turn(completion: Any) -> ChatTurn:
    """Make a turn of a chat completion: its canonical text, and what is to be counted."""
    message = dict(message_of(completion))
    content = message.get("content")
    if isinstance(content, str) and not (message.get("reasoning_content") or message.get("reasoning")):
        before = content.partition("</think>")[0]
        message["content"] = content if "<think>" in before else load_dialect("qwen-thinking").read(content)
    text = Action.from_message(message).text
    usage = completion.get("usage")
    counts = {name: _whole(usage, name) for name in ("prompt_tokens", "completion_tokens")}
    counts["cut_off"] = int(completion["choices"][0].get("finish_reason") == "length")
    counts["empty"] = int(not text)
    return ChatTurn(text, counts)


def _whole(usage: Any, name: str) -> int:
    value = usage.get(name) if isinstance(usage, dict) else 0
    return value if isinstance(value, int) else 0


def given_up(kind: str, lang: str, problem: str, status: int = 0, reached: bool = True) -> ChatTurn:
    """Return the turn of a conversation that the model cannot go on with: a failed answer that says so."""
    why = _GAVE_UP[kind][lang]
    answer = {"task_status": "failed", "answer_url_list": [], "summary": why}
    text = f"<think>\n{why}\n</think>\n\n<answer>\n{orjson.dumps(answer).decode()}\n</answer>"
    return ChatTurn(text, kind=kind, problem=problem, status=status, reached=reached)


def advice(said: str) -> str:
    """Say which setting helps against the two refusals that a first attempt most often meets."""
    if ABOUT_IMAGES.search(said):
        return "; a model that reads no pictures wants images='none', one that reads few a smaller max_images"
    if _ABOUT_TOOLS.search(said):
        return "; a server that takes no tools wants native_tools=False"
    return ""
