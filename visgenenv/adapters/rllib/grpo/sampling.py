"""Turns drawn from a model of transformers: the same request gives the same turn, whatever else is in the batch.

A row's draws come from its own seed, one uniform number a token, and not from a generator that the batch shares. So a
rollout does not depend on which runner, engine or batch it lands in, as far as the logits do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from msgspec import Struct
from transformers import GenerationConfig, LogitsProcessor

from visgenenv.adapters.lm.data import draw_seed


class Request(Struct, frozen=True, kw_only=True):
    """One turn to write.

    Args:
        ids: The conversation so far.
        max_tokens: Longest turn.
        seed: Of the turn's draws.
        greedy: The likeliest token instead of a drawn one.
        pixels: Features of the pictures among `ids`, float32 of shape (patches, width).
        grid: Patches of each picture, int64 of shape (pictures, 3).
        pictures: Or Pillow images, for engines that make features themselves.
    """

    ids: list[int]
    max_tokens: int
    seed: int
    greedy: bool = False
    pixels: torch.Tensor | None = None
    grid: torch.Tensor | None = None
    pictures: tuple[Any, ...] = ()


class Reply(Struct, frozen=True):
    """One turn as written: token ids (its end token too), their log-probabilities, the version of the weights."""

    ids: list[int]
    logprobs: list[float]
    version: int = 0


class Draws(LogitsProcessor):
    """Chooses every token itself and notes its log-probability under what was sampled from.

    Args:
        seeds: One a row, None: the likeliest token.
        longest: Tokens to draw at most.
        temperature: Of the distribution.
        banned: Ids that are never drawn.
        device: Of the model.
    """

    def __init__(
        self, seeds: Sequence[int | None], longest: int, temperature: float, banned: Sequence[int], device: Any
    ):
        numbers = [_uniforms(seed, longest) for seed in seeds]
        self._uniforms = torch.from_numpy(np.stack(numbers)).to(device)
        self._greedy = torch.tensor([[seed is None] for seed in seeds], device=device)
        self._banned = torch.tensor(sorted(banned), dtype=torch.long, device=device)
        self._temperature = temperature
        self.logprobs: list[torch.Tensor] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Return scores that leave one token each."""
        logp = log_softmax(scores, self._temperature, self._banned)
        cumulated = logp.double().exp().cumsum(-1)
        place = len(self.logprobs)
        wanted = self._uniforms[:, place : place + 1] * cumulated[:, -1:]
        drawn = torch.searchsorted(cumulated, wanted, right=True).clamp(max=logp.shape[-1] - 1)
        chosen = torch.where(self._greedy, logp.argmax(-1, keepdim=True), drawn)
        self.logprobs.append(logp.gather(1, chosen))
        return torch.full_like(scores, -torch.inf).scatter(1, chosen, 0.0)


def log_softmax(logits: Any, temperature: float, banned: Any) -> Any:
    """Return the log-probabilities that turns are drawn from, float32: the sampler and the loss share this.

    Args:
        logits: Of shape (..., vocabulary).
        temperature: Of the distribution.
        banned: Ids, an int64 tensor, that have no probability.
    """
    scores = logits.float() / temperature
    return scores.index_fill(-1, banned, -torch.inf).log_softmax(-1)


def _uniforms(seed: int | None, longest: int) -> Any:
    if seed is None:
        return np.zeros(longest)
    return np.random.Generator(np.random.PCG64(draw_seed(seed))).random(longest)


class Sampler:
    """Writes turns with a model of transformers.

    Args:
        model: With its weights.
        end: Ids that end a turn; pad: the id that fills.
        pad: As said.
        image: Id that stands for pixels, None: the model reads text only.
        banned: Ids that are never drawn.
        temperature: Of the distribution.
        batch: Rows generated together at most.
    """

    def __init__(
        self,
        model: Any,
        *,
        end: Sequence[int],
        pad: int,
        image: int | None,
        banned: Sequence[int],
        temperature: float = 1.0,
        batch: int = 64,
    ):
        self.model, self.end, self.pad, self.image = model, list(end), pad, image
        self.banned, self.temperature, self.batch = list(banned), temperature, batch
        model.generation_config = GenerationConfig(eos_token_id=self.end, pad_token_id=pad)

    def __call__(self, requests: Sequence[Request], version: int = 0) -> list[Reply]:
        """Return one turn for each request."""
        replies: list[Reply] = []
        for start in range(0, len(requests), self.batch):
            replies += self._write(requests[start : start + self.batch], version)
        return replies

    def _write(self, requests: Sequence[Request], version: int) -> list[Reply]:
        device = self.model.device
        inputs = padded([one.ids for one in requests], self.pad, "left", device)
        inputs |= vision([(one.pixels, one.grid) for one in requests], inputs["input_ids"], self.image)
        longest = max(one.max_tokens for one in requests)
        seeds = [None if one.greedy else one.seed for one in requests]
        draws = Draws(seeds, longest, self.temperature, self.banned, device)
        with torch.no_grad():
            out = self.model.generate(
                **inputs, max_new_tokens=longest, do_sample=False, logits_processor=[draws], use_cache=True
            )
        new = out[:, inputs["input_ids"].shape[1] :].tolist()
        logprobs = torch.cat(draws.logprobs, 1).tolist()
        return [
            Reply(*self._cut(ids, scores, one.max_tokens), version)
            for ids, scores, one in zip(new, logprobs, requests, strict=True)
        ]

    def _cut(self, ids: list[int], logprobs: list[float], most: int) -> tuple[list[int], list[float]]:
        """Return a turn up to its end token, which belongs to it."""
        end = next((place + 1 for place, one in enumerate(ids) if one in self.end), len(ids))
        return ids[: min(end, most)], logprobs[: min(end, most)]


def padded(rows: Sequence[Sequence[int]], fill: int, side: str, device: Any) -> dict[str, Any]:
    """Return `input_ids` and `attention_mask`, int64 of shape (rows, longest)."""
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), fill)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for place, row in enumerate(rows):
        span = slice(width - len(row), width) if side == "left" else slice(len(row))
        ids[place, span] = torch.tensor(row)
        mask[place, span] = 1
    return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}


def vision(pairs: Sequence[tuple[Any, Any]], ids: Any, image: int | None) -> dict[str, Any]:
    """Return the pictures of a batch as Qwen3-VL takes them: features in one piece, grids, which tokens they stand for.

    Args:
        pairs: Features and grid of each row, or (None, None).
        ids: int64 of shape (rows, width).
        image: Id that stands for pixels.
    """
    if image is None:
        return {}
    out = {"mm_token_type_ids": (ids == image).long()}
    shown = [(pixels, grid) for pixels, grid in pairs if pixels is not None]
    if shown:
        out["pixel_values"] = torch.cat([pixels for pixels, _ in shown]).to(ids.device)
        out["image_grid_thw"] = torch.cat([grid for _, grid in shown]).to(ids.device)
    return out
