"""A record as a chat: messages, tools and pictures, and the very characters that a model of the Qwen family reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from visgenenv.prompts import conversation_messages, pictured_urls, query_text, system_text, wrap
from visgenenv.tools import Toolbox
from visgenenv.trajectory import Trajectory

TEMPLATE = Path(__file__).with_name("chat_template.jinja")
"""Our own writing of Qwen3-VL's chat template, with marks around what the assistant says."""

_START, _END = "<|im_start|>", "<|im_end|>\n"


class Chat(Struct, frozen=True):
    """What a record is to a trainer.

    `messages` are system, user, assistant and tool messages with plain strings; `schemas` the offered tools, a line of
    JSON each, as chat templates write them; `pictures` pairs of message number and asset url, in reading order.
    """

    lang: str
    messages: tuple[dict[str, Any], ...]
    schemas: tuple[str, ...]
    pictures: tuple[tuple[int, str], ...]

    @property
    def tools(self) -> str:
        """The offered tools as one JSON array."""
        return f"[{', '.join(self.schemas)}]"

    @property
    def system(self) -> str:
        """The whole system prompt, tools included."""
        return system_text(self.lang, self.schemas)


def read_chat(record: Trajectory, toolbox: Toolbox) -> Chat:
    """Return a record as a chat: exactly what its policy was told and said.

    Args:
        record: A finished record.
        toolbox: The one it was played with.
    """
    lang = record.settings.get("lang") or record.task.lang
    task = record.task
    uploads = [asset for asset in record.assets if asset.created_by == "user"]
    first = query_text(task.query, uploads, [upload.description for upload in task.uploads], lang)
    messages = conversation_messages(lang, first, record.steps)
    wanted = tuple(toolbox) if record.settings.get("tools") == "all" else task.tool_pool or tuple(toolbox)
    offered = tuple(dict.fromkeys(name for name in wanted if name in toolbox))
    return Chat(lang, messages, tuple(toolbox.function_texts(lang, offered)), _pictures(record, messages))


def _pictures(record: Trajectory, messages: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, str], ...]:
    if record.settings.get("feedback", "auto") != "auto":
        return ()
    return tuple((number, url) for number, message in enumerate(messages) for url in pictured_urls(dict(message)))


def rendered(chat: Chat) -> tuple[str, list[tuple[int, int]]]:
    """Return the text a model is trained on, and where in it the assistant speaks.

    The characters are those of Qwen3-VL's chat template without pictures. A span begins after the assistant's header
    and ends with `<|im_end|>` and its newline, as the template's `generation` marks have it.

    Returns:
        The text, and pairs of character offsets (start, end).
    """
    parts = [f"{_START}system\n{chat.system}{_END}"]
    length, spans = len(parts[0]), []
    told: list[str] = []
    for message in (*chat.messages[1:], None):
        if message is not None and message["role"] == "tool":
            told.append(message["content"])
            continue
        if told:
            parts.append(f"{_START}user\n{wrap(told)}{_END}")
            length, told = length + len(parts[-1]), []
        if message is None:
            break
        parts.append(f"{_START}{message['role']}\n{message['content']}{_END}")
        if message["role"] == "assistant":
            spans.append((length + len(_START) + len("assistant\n"), length + len(parts[-1])))
        length += len(parts[-1])
    return "".join(parts), spans


@lru_cache(maxsize=1)
def chat_template() -> str:
    """Return the template, for `tokenizer.chat_template`.

    Example:
        >>> chat_template().count("{%- generation -%}")
        1
    """
    return TEMPLATE.read_text("utf-8")
