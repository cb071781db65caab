"""Turns as tokens: what the policy wrote, what the environment answered, and which of it carries loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from msgspec import Struct
from transformers import ProcessorMixin

from visgenenv.adapters.lm.episodes import EpisodeEnvironment
from visgenenv.prompts import load_dialect
from visgenenv.types import Sampling

_CALL = {"type": "function", "function": {"name": "tool", "arguments": {}}}
_DUMMY = ({"role": "user", "content": "-"}, {"role": "assistant", "content": "", "tool_calls": [_CALL]})


VISION = ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>")


def vision_ids(tokenizer: Any) -> list[int]:
    """Return the ids of tokens that stand for pixels, which no policy may write."""
    known = tokenizer.get_vocab()
    return sorted(known[token] for token in VISION if token in known)


class Told(Struct, frozen=True):
    """What the environment answers as a model reads it: token ids, and the pictures among them."""

    ids: list[int]
    pictures: list[Any] = []
    pixels: torch.Tensor | None = None
    grid: torch.Tensor | None = None


class Writer:
    """Writes tool messages as the tokens that follow a turn, up to where the policy writes again.

    Args:
        processor: A processor, or the tokenizer of a model that reads text only.
        template: Chat template to use; default the processor's own.
        settings: `chat_template_kwargs` of the trainer.
    """

    def __init__(self, processor: Any, template: str | None = None, settings: dict[str, Any] | None = None):
        self._processor = processor
        self._sees = isinstance(processor, ProcessorMixin)
        self.tokenizer = processor.tokenizer if self._sees else processor
        self._options = {"tokenize": False, "chat_template": template, **(settings or {})}
        dummy = self._text(_DUMMY, ask=False)
        end = dummy.rfind(self.tokenizer.eos_token)
        self._skip = len(dummy) if end < 0 else end + len(self.tokenizer.eos_token)
        self._head = dummy[: self._skip]

    def __call__(self, messages: Sequence[dict[str, Any]]) -> Told:
        """Write messages that follow an assistant's turn, and the header of the next turn.

        Raises:
            ValueError: The template rewrites earlier turns when new ones come, so that no suffix exists.
        """
        whole = self._text([*_DUMMY, *messages], ask=True)
        if not whole.startswith(self._head):
            raise ValueError("the chat template changes earlier turns when later ones come; use one that only appends")
        return self._told(whole[self._skip :], messages)

    def _told(self, text: str, messages: Sequence[dict[str, Any]]) -> Told:
        """Return a text with the pictures of its messages as token ids and features."""
        parts = [part for message in messages for part in _parts(message)] if self._sees else []
        pictures = [part["image"] for part in parts if part["type"] == "image"]
        if not pictures:
            return Told(self.tokenizer(text, add_special_tokens=False)["input_ids"])
        out = self._processor(text=[text], images=[pictures], return_tensors="pt")
        return Told(out["input_ids"][0].tolist(), pictures, out["pixel_values"], out["image_grid_thw"])

    def prompt(self, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]] = ()) -> Told:
        """Write the messages that open an episode, and the header of the first turn.

        Args:
            messages: System and request, pictures among their parts.
            tools: Schemas for the chat template.
        """
        return self._told(self._text(messages, ask=True, tools=list(tools) or None), messages)

    def opens_think(self, prompt_ids: Sequence[int]) -> bool:
        """Whether a prompt ends inside a `<think>` that the template has opened."""
        return bool(self.tokenizer.decode(prompt_ids[-4:]).rstrip().endswith("<think>"))

    def _text(self, messages: Sequence[dict[str, Any]], ask: bool, tools: Any = None) -> str:
        shown = messages if self._sees else [{**one, "content": flat_text([one])} for one in messages]
        more = {"tools": tools} if tools else {}
        return str(self._processor.apply_chat_template(list(shown), add_generation_prompt=ask, **self._options, **more))


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    return message["content"] if isinstance(message["content"], list) else []


def flat_text(messages: Sequence[dict[str, Any]]) -> str:
    """Return the text of messages, without pictures.

    >>> flat_text([{"content": "a"}, {"content": [{"type": "text", "text": "b"}, {"type": "image"}]}])
    'ab'
    """
    whole = []
    for message in messages:
        content = message["content"]
        whole.append(content if isinstance(content, str) else "".join(part.get("text", "") for part in _parts(message)))
    return "".join(whole)


class Rollout:
    """One member of a group while it is being played: its tokens, its loss mask, its messages and pictures.

    `mask` is 1 on tokens the policy wrote (its end-of-turn token too) and 0 on all others.

    Args:
        environment: The episode, already reset.
        prompt_ids: Token ids of the prompt.
        writer: Of what the environment says.
        eos: Ids that end a turn.
        pictures: Of the prompt.
    """

    def __init__(
        self,
        environment: EpisodeEnvironment,
        prompt_ids: list[int],
        writer: Writer,
        eos: Sequence[int],
        pictures: Sequence[Any] = (),
    ):
        self.environment = environment
        self.prompt_ids = prompt_ids
        self.ids: list[int] = []
        self.mask: list[int] = []
        self.logprobs: list[float] = []
        self.messages: list[dict[str, Any]] = []
        self.prompt_pictures = list(pictures)
        self.pictures: list[Any] = []
        self.features: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._writer = writer
        self._eos = set(eos)
        self._dialect = load_dialect("qwen-thinking" if writer.opens_think(prompt_ids) else "utpc")

    def play(self, ids: list[int], logprobs: Sequence[float] | None, model: str, version: str) -> list[dict[str, Any]]:
        """Let the environment act on a turn; return the messages that answer it."""
        ended = bool(ids) and ids[-1] in self._eos
        self.ids += ids
        self.mask += [1] * len(ids)
        self.logprobs += list(logprobs or ())
        text = self._writer.tokenizer.decode(ids[:-1] if ended else ids, skip_special_tokens=False)
        sampling = Sampling(
            token_ids=tuple(ids),
            logprobs=tuple(logprobs or ()),
            finish_reason="stop" if ended else "length",
            model=model,
            policy_version=version,
        )
        answer = self.environment._play(self._dialect.read(text), sampling)
        self.messages.append({"role": "assistant", "content": text})
        return answer

    def read(self, messages: list[dict[str, Any]], room: int) -> bool:
        """Append what the environment said, unless it leaves the policy no token to write.

        Args:
            messages: As `play` returned them.
            room: Tokens that may still follow.

        Returns:
            Whether there was room.
        """
        told = self._writer(messages)
        end = self._writer.tokenizer.eos_token_id
        ids = told.ids if self.ids and self.ids[-1] == end else [end, *told.ids]
        if len(ids) >= room:
            return False
        self.ids += ids
        self.mask += [0] * len(ids)
        self.logprobs += [0.0] * len(ids)
        self.messages += messages
        self.pictures += told.pictures
        if told.pixels is not None and told.grid is not None:
            self.features.append((told.pixels, told.grid))
        return True
