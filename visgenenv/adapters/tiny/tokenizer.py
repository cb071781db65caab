"""A byte-level BPE tokenizer with Qwen's special tokens, trained on what agents are told and write here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import orjson
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import Qwen2Tokenizer
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

from visgenenv.demos.chat import read_chat
from visgenenv.policies import ExpertPolicy, RandomPolicy
from visgenenv.rollouts import rollout
from visgenenv.tasks import load_suite
from visgenenv.tools import load_toolbox

END_OF_TURN, PAD = "<|im_end|>", "<|endoftext|>"
SPECIAL = (
    PAD, "<|im_start|>", END_OF_TURN, "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>",
    "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>",
    "<|video_pad|>",
)  # fmt: skip
"""Qwen's control tokens, in Qwen's order; decoding may leave them out."""
TAGS = ("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<think>", "</think>")
"""Tags that are one token each in Qwen3-VL too, and are always decoded."""


def corpus(tasks: int = 48) -> Iterator[str]:
    """Yield what the tokenizer learns from: system prompts, tools, requests, results, and turns of two policies.

    Args:
        tasks: Of the training split, English and Chinese by turns; each is played by the expert, every third at random.
    """
    chosen = list(islice(iter(load_suite("train")), tasks))
    toolbox = load_toolbox()
    records = rollout(ExpertPolicy(), chosen, faults="realistic", progress=False)
    records += rollout(RandomPolicy(), chosen[::3], faults="realistic", progress=False)
    for record in records:
        chat = read_chat(record, toolbox)
        yield from chat.schemas
        yield from (message["content"] for message in chat.messages)


def train_tokenizer(texts: Iterable[str] | None = None, vocab_size: int = 1024) -> Qwen2Tokenizer:
    """Train a tokenizer in Qwen's form; the same texts give the same tokenizer.

    Args:
        texts: To learn from; default `corpus()`.
        vocab_size: Tokens in all, the 256 bytes and 20 special ones included.

    Example:
        >>> tokenizer = train_tokenizer(["<think>a fox</think>"], 300)
        >>> tokenizer.decode(tokenizer("<think>狐 fox</think><|im_end|>")["input_ids"])
        '<think>狐 fox</think><|im_end|>'
    """
    least = 256 + len(SPECIAL) + len(TAGS)
    if vocab_size < least:
        raise ValueError(f"vocab_size is at least {least} (bytes and special tokens), not {vocab_size}")
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex("|".join(TAGS)), "removed"),
            pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - len(SPECIAL) - len(TAGS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator(corpus() if texts is None else texts, trainer)
    return _as_qwen(bpe)


def _as_qwen(bpe: Tokenizer) -> Qwen2Tokenizer:
    learnt = orjson.loads(bpe.to_str())["model"]
    merges = [tuple(pair) for pair in learnt["merges"]]
    tokenizer = Qwen2Tokenizer(
        vocab=learnt["vocab"], merges=merges, eos_token=END_OF_TURN, pad_token=PAD, unk_token=None
    )
    tokenizer.add_tokens(list(SPECIAL), special_tokens=True)
    tokenizer.add_tokens(list(TAGS))
    return tokenizer
