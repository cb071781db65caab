"""How many tokens a demonstration has: estimated from its characters, and from the size of its pictures.

The characters per token were measured with Qwen's own vocabulary (151,643 ranks, the same in Qwen2.5, Qwen3 and
Qwen3-VL) on 300 demonstrations; the estimate for a set is within a few percent of a real count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from visgenenv.demos.chat import Chat

CHARS_PER_TOKEN: Mapping[str, Mapping[str, float]] = {
    "en": {"system": 3.36, "user": 3.98, "assistant": 3.58, "tool": 2.52},
    "zh": {"system": 2.53, "user": 1.39, "assistant": 2.57, "tool": 2.43},
}
"""By language and role. Tool results are dense: numbers and asset ids fall into short pieces."""

PATCH = 32
"""Qwen3-VL reads 32 x 32 pixels as one token."""
AROUND_PICTURE, AROUND_MESSAGE = 2, 5
"""Marks before and behind a picture (`<|vision_start|>`) and a message (`<|im_start|>`, role, `<|im_end|>`)."""


class Tokens(Struct, frozen=True):
    """Estimated tokens by part."""

    system: int
    """The system prompt with the tools."""
    dialogue: int
    """Everything said and told."""
    trained: int
    """Of these, what the assistant says: the tokens a loss on the assistant alone learns from."""
    pictures: int

    @property
    def total(self) -> int:
        return self.system + self.dialogue + self.pictures


def count_tokens(chat: Chat, sizes: Sequence[tuple[int, int]], chars_per_token: float | None = None) -> Tokens:
    """Estimate the tokens of a chat.

    Args:
        chat: Of a record.
        sizes: Width and height of its pictures, in pixels.
        chars_per_token: One rate for everything; None: `CHARS_PER_TOKEN`.
    """
    measured = CHARS_PER_TOKEN[chat.lang]
    rates = measured if chars_per_token is None else dict.fromkeys(measured, chars_per_token)
    said = {"user": 0.0, "assistant": 0.0, "tool": 0.0}
    for message in chat.messages[1:]:
        said[message["role"]] += len(message["content"]) / rates[message["role"]] + AROUND_MESSAGE
    pictures = sum(round(width / PATCH) * round(height / PATCH) + AROUND_PICTURE for width, height in sizes)
    return Tokens(
        system=round(len(chat.system) / rates["system"]) + AROUND_MESSAGE,
        dialogue=round(sum(said.values())),
        trained=round(said["assistant"]),
        pictures=pictures,
    )
