"""What a policy is told, in words: system prompt, query, corrections, and the messages of every chat format.

Tool results are `role: tool` messages without tags; the Qwen3-VL template adds `<tool_response>` around them,
and the text observation adds the very same characters itself (`wrap`), so that a policy trained on one reads the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

import orjson
from msgspec import Struct

from visgenenv.errors import did_you_mean
from visgenenv.media.looking import data_url
from visgenenv.parsing import MAX_CALLS, MAX_CHARS, parse_action
from visgenenv.tools.exports import qwen_block
from visgenenv.types import Action, Asset, Conversation, Step

Images = Literal["tool", "user", "none"]
Look = Callable[[str], Sequence[Any]]
"""Turns an asset url into Pillow images small enough for a model."""

_SYSTEM = {
    "en": """You are a visual creation agent. You understand the user's request, think, plan, and create the images or the film it asks for by calling tools.

Every turn begins with your reasoning inside <think></think>. After it comes exactly one of these:
1. <plan></plan>: once, before your first call, a JSON list of steps, each {"goal": "...", "tool": "...", "n": calls, "deps": [earlier step numbers]}. Calls may follow in the same turn. Plan again only if a call failed, a result is flawed or the user asks.
2. <tool_call>{"name": "...", "arguments": {...}}</tool_call>: one or more calls, at most 32 a turn. Independent calls belong in one turn, where they run at the same time.
3. <answer>{"task_status": "success" or "partial" or "failed", "answer_url_list": ["asset://..."], "summary": "..."}</answer>: once, at the end; cite only what the user asked for, by the urls that the tools returned.

Results come back as tool messages. Cite assets by their url. Calls cost time and money; a failed call says why and whether a retry helps. If the request needs the same person, object, place or style throughout, make a reference image first and build every picture on it.""",
    "zh": """你是一名视觉创作智能体。你要理解用户的需求,思考、规划,并通过调用工具创作出用户所要的图片或影片。

每一轮都以 <think></think> 内的思考开始,之后必须是以下三者之一:
1. <plan></plan>:在第一次调用之前给出一次计划,内容为 JSON 列表,每一步形如 {"goal": "...", "tool": "...", "n": 调用次数, "deps": [所依赖的前面步骤的编号]}。同一轮中可以紧接着调用工具。只有在调用失败、结果有缺陷或用户提出要求时才重新规划。
2. <tool_call>{"name": "...", "arguments": {...}}</tool_call>:一次或多次调用,每轮最多 32 次。互不依赖的调用应放在同一轮,它们会同时执行。
3. <answer>{"task_status": "success" 或 "partial" 或 "failed", "answer_url_list": ["asset://..."], "summary": "..."}</answer>:仅在最后给出一次;只列出用户所要的成果,使用工具返回的链接。

工具结果以工具消息返回。请用链接引用素材。调用会花费时间和费用;失败的调用会说明原因以及重试是否有用。如果需求要求人物、物体、场景或风格保持一致,请先生成参考图,再以它为基础生成每一张画面。""",
}

_NOTES = {
    "plan_noted": {
        "en": "The plan is noted. Go on with a tool call.",
        "zh": "计划已记录,请继续调用工具。",
    },
    "too_long": {
        "en": f"The turn is longer than {MAX_CHARS} characters and was not read. Write a shorter one.",
        "zh": f"本轮内容超过 {MAX_CHARS} 个字符,未被读取。请缩短后重写。",
    },
    "too_many_calls": {
        "en": f"Only the first {MAX_CALLS} tool calls of a turn are executed; the rest were ignored.",
        "zh": f"每轮只执行前 {MAX_CALLS} 次工具调用,其余已被忽略。",
    },
    "bad_answer": {
        "en": 'The answer was not accepted. It must be one <answer></answer> holding exactly {"task_status": "success" or "partial" or "failed", "answer_url_list": [urls], "summary": text}.',
        "zh": '答案未被接受。必须且只能有一个 <answer></answer>,内容恰为 {"task_status": "success" 或 "partial" 或 "failed", "answer_url_list": [链接], "summary": 文字}。',
    },
    "no_act": {
        "en": "Nothing was done: the turn holds no readable tool call, plan or answer. After <think></think> write <plan></plan>, <tool_call></tool_call> or <answer></answer>, each properly closed.",
        "zh": "未执行任何操作:本轮没有可读取的工具调用、计划或答案。请在 <think></think> 之后写 <plan></plan>、<tool_call></tool_call> 或 <answer></answer>,并正确闭合标签。",
    },
}

_UPLOADED = re.compile(r"^- (asset://[0-9a-z_]+\.[0-9a-z]+) \(", re.MULTILINE)
"""A line of the first observation that names a file of the user's."""
_UPLOADS = {"en": "The user's files:", "zh": "用户上传的素材:"}


def system_prompt(lang: str) -> str:
    """Return the instructions, without the tools (chat templates render those from `Conversation.tools`)."""
    return _SYSTEM[lang]


@lru_cache(maxsize=256)
def system_text(lang: str, schemas: tuple[str, ...]) -> str:
    """Return the instructions with the tools' JSON schemas (a line of text each), in the form Qwen models know."""
    return f"{_SYSTEM[lang]}\n\n{qwen_block(schemas)}"


def query_text(query: str, uploads: Sequence[Asset], descriptions: Sequence[str], lang: str) -> str:
    """Return the first observation: the request, and the links of the files that come with it."""
    if not uploads:
        return query
    lines = [f"- {asset.url} ({text})" for asset, text in zip(uploads, descriptions, strict=True)]
    return "\n".join([query, "", _UPLOADS[lang], *lines])


def note(code: str, lang: str) -> str:
    """Return the environment's own word on a turn, as the content of a tool message."""
    return orjson.dumps({"status": "note", "message": _NOTES[code][lang]}).decode()


def corrections(action: Action, lang: str) -> list[str]:
    """Return what the policy is told about a turn whose format left something undone; often nothing."""
    faults = action.faults
    notes: list[str] = [code for code in ("too_long", "too_many_calls") if code in faults]
    spoilt = not {"bad_answer", "many_answers", "unclosed_answer"}.isdisjoint(faults)
    if spoilt or ("bad_json" in faults and not action.calls):
        notes.append("bad_answer")
    if not (notes or action.calls):
        notes.append("plan_noted" if action.plan is not None else "no_act")
    return [note(code, lang) for code in notes]


def wrap(told: Sequence[str]) -> str:
    """Return the text observation: each tool message in its tags, exactly as the Qwen3-VL template renders them."""
    if len(told) == 1:
        return f"<tool_response>\n{told[0]}\n</tool_response>"
    return "\n".join(f"<tool_response>\n{content}\n</tool_response>" for content in told)


def conversation_messages(lang: str, first: str, steps: Sequence[Step]) -> tuple[dict[str, Any], ...]:
    """Return the conversation so far as OpenAI-style messages; it only ever grows at its end."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": system_prompt(lang)},
        {"role": "user", "content": first},
    ]
    for step in steps:
        messages.append({"role": "assistant", "content": step.action.text})
        messages.extend({"role": "tool", "content": content} for content in step.told)
    return tuple(messages)


class Dialect(Struct, frozen=True):
    """How a policy writes and reads.

    Args:
        name: "utpc" (tags in plain text), "qwen-thinking" (the template has already opened `<think>`),
            "native" (an API with `tool_calls` and `reasoning_content`).
        opens_think: The template writes `<think>` itself, so the model's text begins inside it.
        native: Assistant turns are written with `reasoning_content` and `tool_calls` instead of tags.
    """

    name: str
    opens_think: bool = False
    native: bool = False

    def read(self, text: str) -> str:
        """Return the canonical UTPC text of what the model wrote."""
        if self.opens_think and "</think>" in text and not text.lstrip().startswith("<think>"):
            return f"<think>\n{text.lstrip()}"
        return text

    def write(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return an assistant message of a conversation as this dialect's chat template wants it."""
        return native_message(message["content"]) if self.native else dict(message)


DIALECTS = {
    "utpc": Dialect("utpc"),
    "qwen-thinking": Dialect("qwen-thinking", opens_think=True),
    "native": Dialect("native", native=True),
}


def load_dialect(name: str) -> Dialect:
    """Return a dialect by name."""
    if name not in DIALECTS:
        raise ValueError(f"unknown dialect {name!r}{did_you_mean(name, DIALECTS)}; known: {', '.join(DIALECTS)}")
    return DIALECTS[name]


def native_message(text: str) -> dict[str, Any]:
    """Write a UTPC turn as an OpenAI-style message with `reasoning_content` and `tool_calls`."""
    action = parse_action(text)
    rest = []
    if action.plan is not None:
        rest.append(f"<plan>\n{action.plan}\n</plan>")
    if action.answer is not None:
        answer = {
            "task_status": action.answer.task_status,
            "answer_url_list": list(action.answer.answer_url_list),
            "summary": action.answer.summary,
        }
        rest.append(f"<answer>\n{orjson.dumps(answer).decode()}\n</answer>")
    message: dict[str, Any] = {"role": "assistant", "content": "\n\n".join(rest)}
    if action.think:
        message["reasoning_content"] = action.think
    calls = [call for call in action.calls if not call.error]
    if calls:
        message["tool_calls"] = [
            {
                "id": f"call_{index}",
                "type": "function",
                "function": {"name": call.name, "arguments": orjson.dumps(call.arguments).decode()},
            }
            for index, call in enumerate(calls)
        ]
    return message


def to_messages(
    conversation: Conversation,
    *,
    dialect: str = "utpc",
    images: Images = "tool",
    look: Look | None = None,
    encoded: bool = False,
) -> list[dict[str, Any]]:
    """Convert a conversation to chat messages with image parts.

    Args:
        conversation: As the environment gives it.
        dialect: How assistant turns are written.
        images: "tool": pictures are parts of the tool message that made them (local Qwen3-VL templates);
            "user": they follow in a user message (servers that take images from users only); "none": no pictures.
        look: Draws the pictures of an asset url (`env.unwrapped.look`); without it there are none.
        encoded: True gives `image_url` parts with JPEG data URLs (OpenAI servers), False Pillow images.

    Returns:
        Fresh message dicts, in order; with `images="none"` or no `look`, the contents are plain strings.
    """
    writer = load_dialect(dialect)
    out: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    for message in conversation.messages:
        if message["role"] != "tool" and waiting:
            out.append({"role": "user", "content": waiting})
            waiting = []
        if message["role"] == "assistant":
            out.append(writer.write(message))
            continue
        parts = _image_parts(message, look, encoded) if look and images != "none" else []
        if parts and (images == "tool" or message["role"] == "user"):
            out.append({"role": message["role"], "content": [{"type": "text", "text": message["content"]}, *parts]})
        else:
            out.append(dict(message))
            waiting += parts
    if waiting:
        out.append({"role": "user", "content": waiting})
    return out


def _image_parts(message: dict[str, Any], look: Look, encoded: bool) -> list[dict[str, Any]]:
    """Draw what a message shows: the user's files, or the new images and films of a tool message."""
    pictures = [picture for url in pictured_urls(message) for picture in look(url)]
    if encoded:
        return [{"type": "image_url", "image_url": {"url": data_url(picture)}} for picture in pictures]
    return [{"type": "image", "image": picture} for picture in pictures]


def pictured_urls(message: dict[str, Any]) -> list[str]:
    """Return the urls of what a message shows: the user's files, or what a tool message reports as new."""
    if message["role"] == "user":
        return _UPLOADED.findall(message["content"])
    return shown_urls(message["content"]) if message["role"] == "tool" else []


def shown_urls(content: str) -> list[str]:
    """Return the urls of the pictures, films and sounds that a tool message reports as new."""
    try:
        told = orjson.loads(content)
    except ValueError:
        return []
    assets = told.get("assets", ()) if isinstance(told, dict) else ()
    return [asset["url"] for asset in assets if asset["kind"] in ("image", "video", "audio")]
