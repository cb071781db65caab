"""A conversation as the messages of a request: native calls or tagged text, pictures, and shorter where it must be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
from msgspec import Struct, structs

from visgenenv.media.looking import Looker, data_url
from visgenenv.parsing import blocks, parse_action
from visgenenv.prompts import Images, pictured_urls, system_prompt, system_text, wrap
from visgenenv.types import Conversation, ToolCall

Message = dict[str, Any]
Part = dict[str, Any]

NATIVE_NOTE = {
    "en": (
        "Here tools are called through the interface for function calls: call them there, and do not write "
        "<tool_call>. <plan> and <answer> are written as text, and so is <think>, unless you have a channel of your "
        "own for reasoning: what you think there counts as <think>."
    ),
    "zh": (
        "此处通过函数调用接口来调用工具:请在接口中发起调用,不要书写 <tool_call>。<plan> 与 <answer> 以文字书写;"
        "<think> 也以文字书写,若你有单独的推理通道,则其中的思考即视为 <think>。"
    ),
}
"""What a model that calls natively is told besides the environment's instructions."""


class Form(Struct, frozen=True):
    """How conversations are written.

    Args:
        native: Calls as `tool_calls` and results as `tool` messages; else everything as tagged text.
        images: Where pictures stand: "user" (in a user message after the results), "tool" (in the result's own message,
            which needs `native`), "none".
        max_images: So many of the newest pictures.
        thinking: Earlier thinking of native turns goes back as "field" (`reasoning_content`), "text" (`<think>`), or
            is left out ("none").
        result_chars: Characters of a tool result; None: all.
        whole_turns: Results of so many of the latest turns are never shortened.
    """

    native: bool
    images: Images
    max_images: int
    thinking: str
    result_chars: int | None = None
    whole_turns: int = 0

    def shorter(self, level: int) -> Form:
        """Return the form for a conversation that was too long `level` times."""
        if level == 0:
            return self
        changes = SHORTENINGS[level - 1]
        return structs.replace(self, **changes, max_images=min(self.max_images, len(SHORTENINGS) + 1 - level))


SHORTENINGS: tuple[dict[str, Any], ...] = (
    {"result_chars": 400, "whole_turns": 2},
    {"result_chars": 200, "thinking": "none"},
)
"""What changes each time the server says that a conversation is too long; fewer pictures are sent, too."""


class _Turn(Struct, frozen=True):
    """One assistant turn of a conversation, and the contents it was answered with."""

    text: str
    told: tuple[str, ...]


def chat_messages(conversation: Conversation, form: Form) -> tuple[list[Message], int]:
    """Write a conversation as OpenAI-style messages; tell how many pictures they hold.

    Every native call is answered by a `tool` message under its id. What answers no readable call (a note, the refusal
    of a call that is no JSON) follows in a user message, as do the pictures. With tagged text, user and assistant take
    turns, and results stand in the tags of the Qwen template.
    """
    draw = _pictures(conversation, form)
    first = conversation.messages[1]
    out: list[Message] = [
        {"role": "system", "content": _system(conversation, form)},
        {"role": "user", "content": _content(first["content"], draw(first))},
    ]
    turns = list(_turns(conversation))
    for number, turn in enumerate(turns):
        recent = number >= len(turns) - form.whole_turns
        told = [content if recent else brief(content, form.result_chars) for content in turn.told]
        write = _native_turn if form.native else _text_turn
        out += write(number, turn, told, draw, form)
    return out, sum(_n_images(one["content"]) for one in out)


def _n_images(content: str | list[Part]) -> int:
    return 0 if isinstance(content, str) else sum(part["type"] == "image_url" for part in content)


def _system(conversation: Conversation, form: Form) -> str:
    lang = conversation.lang
    if form.native:
        return f"{system_prompt(lang)}\n\n{NATIVE_NOTE[lang]}"
    return system_text(lang, tuple(json.dumps(tool, ensure_ascii=False) for tool in conversation.tools))


def _turns(conversation: Conversation) -> Iterator[_Turn]:
    text: str | None = None
    told: list[str] = []
    for message in conversation.messages[2:]:
        if message["role"] == "assistant":
            if text is not None:
                yield _Turn(text, tuple(told))
            text, told = message["content"], []
        else:
            told.append(message["content"])
    if text is not None:
        yield _Turn(text, tuple(told))


def _text_turn(
    number: int, turn: _Turn, told: Sequence[str], draw: Callable[[Message], list[Part]], form: Form
) -> list[Message]:
    text = turn.text if form.thinking != "none" else _split(turn.text, ())[0]
    out: list[Message] = [{"role": "assistant", "content": text or " "}]
    if told:
        seen = [part for content in turn.told for part in draw({"role": "tool", "content": content})]
        out.append({"role": "user", "content": _content(wrap(told), seen)})
    return out


def _native_turn(
    number: int, turn: _Turn, told: Sequence[str], draw: Callable[[Message], list[Part]], form: Form
) -> list[Message]:
    calls = parse_action(turn.text).calls
    rest, think = _split(turn.text, calls)
    if form.thinking == "text" and think:
        rest = f"<think>\n{think}\n</think>\n\n{rest}"
    assistant: Message = {"role": "assistant", "content": rest}
    if form.thinking == "field" and think:
        assistant["reasoning_content"] = think
    ids = {place: f"t{number:04d}c{place:03d}" for place, call in enumerate(calls) if not call.error}
    if ids:
        assistant["tool_calls"] = [_native_call(calls[place], name) for place, name in ids.items()]
    elif not rest:
        assistant["content"] = " "
    out = [assistant]
    notes, seen = [], []
    for place, content in enumerate(told):
        parts = draw({"role": "tool", "content": turn.told[place]})
        if place in ids:
            shown = parts if form.images == "tool" else []
            out.append({"role": "tool", "tool_call_id": ids[place], "content": _content(content, shown)})
            seen += [] if form.images == "tool" else parts
        else:
            notes.append(content)
    if notes or seen:
        out.append({"role": "user", "content": _content(wrap(notes) if notes else "", seen)})
    return out


def _native_call(call: ToolCall, name: str) -> dict[str, Any]:
    """Write one call. Its id has nine letters and digits, the one form that every vendor takes."""
    function = {"name": call.name, "arguments": orjson.dumps(call.arguments).decode()}
    return {"id": name, "type": "function", "function": function}


def _split(text: str, calls: Sequence[ToolCall]) -> tuple[str, str]:
    """Return a turn without its thinking and without these calls (unreadable ones stay as they are), and the thinking."""
    thoughts = []
    readable = iter(calls)
    for tag, body, _ in blocks(text):
        if tag == "think" and f"<think>{body}</think>" in text:
            text = text.replace(f"<think>{body}</think>", "", 1)
            thoughts.append(body.strip())
        elif tag == "tool_call":
            call = next(readable, None)
            if call is not None and not call.error:
                for name in ("tool_call", "tool.call"):
                    text = text.replace(f"<{name}>{body}</{name}>", "", 1)
    return text.strip(), "\n\n".join(thoughts)


def brief(content: str, limit: int | None) -> str:
    """Cut a tool result to about `limit` characters; its status, error and asset urls always stay."""
    if limit is None or len(content) <= limit:
        return content
    try:
        told = orjson.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return f"{content[:limit]}…[cut]"
    told.pop("usage", None)
    data = orjson.dumps(told.pop("data", None) or {}).decode()
    if "assets" in told:
        told["assets"] = [{"url": one["url"], "kind": one["kind"]} for one in told["assets"]]
    room = max(0, limit - len(orjson.dumps(told)))
    if data != "{}":
        told["data"] = {"cut": data[:room], "note": f"cut: the whole result has {len(content)} characters"}
    return min(content, orjson.dumps(told).decode().replace("<", "\\u003c"), key=len)


def _content(text: str, parts: Sequence[Part]) -> str | list[Part]:
    """Return plain text where there are no pictures."""
    if not parts:
        return text
    return [{"type": "text", "text": text}, *parts] if text else list(parts)


def _pictures(conversation: Conversation, form: Form) -> Callable[[Message], list[Part]]:
    """Return what draws the pictures of a message: of the whole conversation the newest only, each under its url."""
    look = conversation.look
    if look is None or form.images == "none" or form.max_images < 1:
        return lambda message: []
    urls = [url for message in conversation.messages for url in pictured_urls(message)]
    encoded = look.data_urls if isinstance(look, Looker) else lambda url: [data_url(one) for one in look(url)]
    newest = set(list(dict.fromkeys(reversed(urls)))[: form.max_images])

    def draw(message: Message) -> list[Part]:
        parts: list[Part] = []
        for url in pictured_urls(message):
            for picture in encoded(url) if url in newest else ():
                parts.append({"type": "text", "text": f"{url}:"})
                parts.append({"type": "image_url", "image_url": {"url": picture}})
        return parts

    return draw
