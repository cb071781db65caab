"""How much of an episode a model under training is shown: system prompt, schemas, pictures, lengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from msgspec import Struct

from visgenenv.adapters.lm.links import Links
from visgenenv.policies.chat_messages import brief
from visgenenv.prompts import pictured_urls, system_prompt

Message = dict[str, Any]
Look = Callable[[str], Sequence[Any]]

SHORT = {
    "en": "Think inside <think></think>. Then write a <plan></plan> (once, first), <tool_call></tool_call> (one or "
    "more), or at the end <answer></answer>.",
    "zh": "先在 <think></think> 内思考,然后写 <plan></plan>(仅一次,在最前)、<tool_call></tool_call>(一次或多次),最后写 <answer></answer>。",
}
"""The instructions in one sentence, for models that learn the form from demonstrations and have little room."""


class View(Struct, frozen=True, kw_only=True):
    """What of an episode is put before a model. The record and the reward always hold the whole.

    Args:
        instructions: "full" (the environment's system prompt), "short" (one sentence) or "none".
        schemas: "full" (as the environment offers them), "compact" (names, parameters and types, no descriptions,
            only what is required) or "none".
        images: Where pictures stand: "tool" (in the message of the result that made them, as Qwen3-VL reads them),
            "user" (in a user message after the results, for templates that drop pictures of tools), "none".
        image_px: Longest side of a picture in pixels; Qwen3-VL takes one token for 32 x 32 of them.
        max_images: The first so many pictures of a rollout are shown. What was shown stays: a conversation only grows.
        result_chars: A longer tool result is cut to about so many characters; its status, error and urls stay.
        links: "real", or "numbered": `asset://img_1.png` for the first link of the conversation, and so on. The numbers
            are turned back before a turn is played, so that records hold real links; the model saves the copying of
            random letters.

    Example:
        >>> View(images="none").images
        'none'
    """

    instructions: Literal["full", "short", "none"] = "full"
    schemas: Literal["full", "compact", "none"] = "full"
    images: Literal["tool", "user", "none"] = "tool"
    image_px: int = 256
    max_images: int = 16
    result_chars: int | None = None
    links: Literal["real", "numbered"] = "real"

    def system(self, lang: str) -> list[Message]:
        """Return the system message, if there is one."""
        words = {"full": system_prompt(lang), "short": SHORT[lang], "none": ""}[self.instructions]
        return [{"role": "system", "content": words}] if words else []

    def request(self, message: Message, gallery: Gallery) -> str | list[dict[str, Any]]:
        """Return what the user says first, with the user's own pictures."""
        return _with(gallery.told(message["content"]), gallery.pictures(message))

    def tools(self, schemas: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the schemas on offer, for `tools=` of a chat template."""
        if self.schemas == "none":
            return []
        return [compact(schema) if self.schemas == "compact" else schema for schema in schemas]

    def results(self, told: Sequence[str], gallery: Gallery) -> list[Message]:
        """Return the messages that answer a turn: one of a tool for each content, with the pictures it reports."""
        messages: list[Message] = []
        waiting: list[Any] = []
        for content in told:
            pictures = gallery.pictures({"role": "tool", "content": content})
            shown = pictures if self.images == "tool" else []
            waiting += [] if self.images == "tool" else pictures
            messages.append(
                {
                    "role": "tool",
                    "name": "tool",
                    "content": _with(gallery.told(brief(content, self.result_chars)), shown),
                }
            )
        if waiting:
            messages.append({"role": "user", "content": _with("", waiting)})
        return messages


class Gallery:
    """The pictures of one conversation, drawn as they are mentioned and counted, and the numbers of its links.

    Args:
        view: Says how many, and whether at all.
        look: Draws an asset by url.
    """

    def __init__(self, view: View, look: Look | None):
        self._look = None if view.images == "none" else look
        self._left = view.max_images
        self.links = Links() if view.links == "numbered" else None

    def told(self, text: str) -> str:
        """Return what the environment says as the model reads it."""
        return self.links.told(text) if self.links else text

    def written(self, text: str) -> str:
        """Return what an assistant wrote, in the links that the model reads."""
        return self.links.written(text) if self.links else text

    def meant(self, text: str) -> str:
        """Return what the model wrote, in real links."""
        return self.links.meant(text) if self.links else text

    def pictures(self, message: Message) -> list[Any]:
        """Return the pictures that a message brings, as far as there is room for them."""
        if self._look is None or self._left < 1:
            return []
        found = [picture for url in pictured_urls(message)[: self._left] for picture in self._look(url)][: self._left]
        self._left -= len(found)
        return found


def _with(text: str, pictures: Sequence[Any]) -> str | list[dict[str, Any]]:
    """Return plain text where there are no pictures."""
    if not pictures:
        return text
    parts: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    return parts + [{"type": "image", "image": picture} for picture in pictures]


def compact(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a function schema with the names, types and choices of its required parameters, and nothing else.

    Example:
        >>> prompt = {"type": "string", "description": "What to draw.", "maxLength": 800}
        >>> parameters = {"type": "object", "properties": {"prompt": prompt, "seed": {}}, "required": ["prompt"]}
        >>> compact({"type": "function", "function": {"name": "draw", "description": "…", "parameters": parameters}})
        {'name': 'draw', 'parameters': {'prompt': 'string'}}
    """
    function = schema["function"]
    parameters = function["parameters"]
    wanted = parameters.get("required") or list(parameters.get("properties", {}))[:1]
    return {"name": function["name"], "parameters": {name: _kind(parameters["properties"][name]) for name in wanted}}


def _kind(part: dict[str, Any]) -> Any:
    if "enum" in part:
        return part["enum"]
    kind = part.get("type", "any")
    if kind == "array":
        return [_kind(part.get("items", {}))]
    if kind == "object":
        required = part.get("required", ())
        return {name: _kind(inner) for name, inner in part.get("properties", {}).items() if name in required}
    return kind
