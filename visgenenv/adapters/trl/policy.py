"""A local model as a policy: what `rollout` and `evaluate` take, for measuring what was trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from msgspec import to_builtins
from transformers import ProcessorMixin

from visgenenv.adapters.lm.turns import flat_text, vision_ids
from visgenenv.adapters.lm.view import Gallery, View
from visgenenv.adapters.trl.chats import shown
from visgenenv.adapters.trl.constrained import Constraint
from visgenenv.media.looking import Looker
from visgenenv.prompts import load_dialect
from visgenenv.types import Conversation


class QwenVLPolicy:
    """Writes the next turns of conversations with a model of transformers, in batches.

    Sampling depends on each conversation's own seed and turn only where a batch holds one conversation; the likeliest
    turn (`temperature=0`) never depends on anything else than the conversation.

    Args:
        model: A model of transformers.
        processor: Its processor, or the tokenizer of a model that reads text only.
        view: What of a conversation is shown; the same as in training.
        max_turn_tokens: Longest turn.
        temperature: 0.0: the likeliest token. Otherwise every token can be drawn, as in training: transformers alone
            would keep to the fifty likeliest.
        batch: Conversations in a batch.
        constraint: Holds the model to a grammar of its tools; default: it writes what it likes.

    Example:
        >>> from visgenenv import load_suite, rollout
        >>> from visgenenv.adapters.tiny import build_tiny
        >>> policy = QwenVLPolicy(*build_tiny(), view=View(schemas="compact"), max_turn_tokens=4)
        >>> len(rollout(policy, [load_suite("paper")[1]], max_turns=2, progress=False)[0].steps)
        2
    """

    def __init__(
        self,
        model: Any,
        processor: Any,
        *,
        view: View | None = None,
        max_turn_tokens: int = 1024,
        temperature: float = 0.0,
        batch: int = 16,
        constraint: Constraint | None = None,
    ):
        self.model = model
        self.processor = processor
        self.view = view or View()
        self.max_turn_tokens = max_turn_tokens
        self.temperature = temperature
        self.batch = batch
        self.constraint = constraint
        self._sees = isinstance(processor, ProcessorMixin)
        self._tokenizer = processor.tokenizer if self._sees else processor
        self._pixels = vision_ids(self._tokenizer)

    @property
    def settings(self) -> dict[str, Any]:
        """What goes into the records."""
        name = str(getattr(self.model.config, "_name_or_path", ""))
        constrained = self.constraint is not None
        return {
            "model": name,
            "temperature": self.temperature,
            "constrained": constrained,
            "view": to_builtins(self.view),
        }

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        """Return one turn per conversation."""
        galleries = [self._gallery(one) for one in conversations]
        prompts = [self._prompt(one, gallery) for one, gallery in zip(conversations, galleries, strict=True)]
        order = sorted(range(len(prompts)), key=lambda place: len(prompts[place][0]))
        turns = [""] * len(prompts)
        for start in range(0, len(order), self.batch):
            places = order[start : start + self.batch]
            seed = conversations[places[0]].seed + conversations[places[0]].turn
            held = self.constraint and self.constraint.processor([conversations[place].tools for place in places])
            for place, turn in zip(places, self._write([prompts[one] for one in places], seed, held), strict=True):
                turns[place] = galleries[place].meant(turn)
        return turns

    def _gallery(self, conversation: Conversation) -> Gallery:
        look = conversation.look
        return Gallery(self.view, look.sized(self.view.image_px) if isinstance(look, Looker) else look)

    def _prompt(self, conversation: Conversation, gallery: Gallery) -> tuple[str, list[Any]]:
        messages, tools = shown(conversation.messages, conversation.tools, conversation.lang, self.view, gallery)
        pictures = [part["image"] for one in messages if isinstance(one["content"], list) for part in one["content"] if part["type"] == "image"]  # fmt: skip
        if not self._sees:
            messages = [{**one, "content": flat_text([one])} for one in messages]
        text = self.processor.apply_chat_template(
            messages, tools=tools or None, tokenize=False, add_generation_prompt=True
        )
        return text, pictures if self._sees else []

    def _write(self, prompts: Sequence[tuple[str, list[Any]]], seed: int, held: Any) -> list[str]:
        """Generate one turn for each prompt of a batch."""
        texts = [text for text, _ in prompts]
        options: dict[str, Any] = {"padding": True, "padding_side": "left", "return_tensors": "pt"}
        if self._sees:
            pictures = [shown for _, shown in prompts]
            inputs = self.processor(text=texts, images=pictures if any(pictures) else None, **options)
        else:
            inputs = self.processor(texts, **options)
        inputs = inputs.to(self.model.device)
        sampling: dict[str, Any] = (
            {"do_sample": True, "temperature": self.temperature, "top_k": 0, "top_p": 1.0}
            if self.temperature
            else {"do_sample": False}
        )
        sampling |= {"suppress_tokens": self._pixels} if self._pixels else {}
        sampling |= {"logits_processor": [held]} if held else {}
        training = self.model.training
        self.model.eval()
        with torch.no_grad(), torch.random.fork_rng(devices=[], enabled=bool(self.temperature)):
            if self.temperature:
                torch.manual_seed(seed)
            out = self.model.generate(**inputs, max_new_tokens=self.max_turn_tokens, **sampling)
        self.model.train(training)
        new = out[:, inputs["input_ids"].shape[1] :]
        return [self._text(ids.tolist(), text) for ids, text in zip(new, texts, strict=True)]

    def _text(self, ids: list[int], prompt: str) -> str:
        ends = {self._tokenizer.eos_token_id, self._tokenizer.pad_token_id}
        end = next((place for place, one in enumerate(ids) if one in ends), len(ids))
        text = self._tokenizer.decode(ids[:end], skip_special_tokens=False)
        return load_dialect("qwen-thinking" if prompt.rstrip().endswith("<think>") else "utpc").read(text)
