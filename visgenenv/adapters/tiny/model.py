"""The tiny model itself: Qwen3-VL's own classes with random weights, from 0.2 million parameters upwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from msgspec import Struct
from transformers import GenerationConfig, Qwen3VLConfig, Qwen3VLForConditionalGeneration

from visgenenv.adapters.tiny.processor import ImageOnlyQwen3VLProcessor, tiny_processor
from visgenenv.errors import VisGenError


class TinySize(Struct, frozen=True, kw_only=True):
    """How large a tiny model is.

    Args:
        hidden: Width of the text model; a multiple of `heads`, and `hidden / heads` of 8.
        layers: Of the text model.
        heads: Attention heads; half as many keys and values.
        vision: Width of the vision tower, two layers deep.
        vocab_size: Of the tokenizer.
        positions: Longest conversation in tokens.
        std: Of the random weights. Trained from scratch, models this small get stuck on copying words from the request
            at 0.02, the usual value, and learn it at 0.08.
        rope_theta: Base of the rotary positions. The smaller, the more of them tell neighbours apart; 500 suits
            conversations of a thousand tokens.
    """

    hidden: int = 64
    layers: int = 2
    heads: int = 4
    vision: int = 32
    vocab_size: int = 1024
    positions: int = 32768
    std: float = 0.02
    rope_theta: float = 1e4

    def __post_init__(self) -> None:
        if self.hidden % (8 * self.heads):
            raise ValueError(f"hidden is a multiple of 8 * heads = {8 * self.heads}, not {self.hidden}")


def tiny_config(size: TinySize, processor: Any) -> Qwen3VLConfig:
    """Return the configuration of a Qwen3-VL of this size with the tokens of this processor."""
    head = size.hidden // size.heads
    quarter = head // 8
    text = {
        "vocab_size": len(processor.tokenizer),
        "hidden_size": size.hidden,
        "intermediate_size": 3 * size.hidden,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "num_key_value_heads": max(1, size.heads // 2),
        "head_dim": head,
        "max_position_embeddings": size.positions,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": size.rope_theta,
            "mrope_section": [head // 2 - 2 * quarter, quarter, quarter],
            "mrope_interleaved": True,
        },
        "tie_word_embeddings": True,
        "initializer_range": size.std,
        "pad_token_id": processor.tokenizer.pad_token_id,
        "eos_token_id": processor.tokenizer.eos_token_id,
    }
    vision = {
        "depth": 2,
        "hidden_size": size.vision,
        "intermediate_size": 2 * size.vision,
        "num_heads": 2,
        "patch_size": processor.image_processor.patch_size,
        "spatial_merge_size": processor.image_processor.merge_size,
        "temporal_patch_size": processor.image_processor.temporal_patch_size,
        "out_hidden_size": size.hidden,
        "num_position_embeddings": 64,
        "deepstack_visual_indexes": [0],
        "initializer_range": size.std,
    }
    ids = {f"{name}_token_id": getattr(processor, f"{name}_token_id") for name in ("image", "video", "vision_start", "vision_end")}  # fmt: skip
    return Qwen3VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=True, **ids)


def build_tiny(size: TinySize | None = None, seed: int = 0, tokenizer: Any = None) -> tuple[Any, Any]:
    """Return a random model and its processor; the same seed gives the same weights.

    Args:
        size: How large.
        seed: Of the weights.
        tokenizer: From `train_tokenizer`; default one of `size.vocab_size` tokens for all that this library says.

    Example:
        >>> model, processor = build_tiny()
        >>> len(processor.tokenizer)
        1024
    """
    size = size or TinySize()
    processor = tiny_processor(size.vocab_size, tokenizer=tokenizer)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen3VLForConditionalGeneration(tiny_config(size, processor))
    tokenizer = processor.tokenizer
    model.generation_config = GenerationConfig(
        eos_token_id=[tokenizer.eos_token_id, tokenizer.pad_token_id], pad_token_id=tokenizer.pad_token_id
    )
    return model, processor


def save_tiny(model: Any, processor: Any, folder: str | Path) -> None:
    """Write model and processor as transformers does."""
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def load_tiny(folder: str | Path) -> tuple[Any, Any]:
    """Read what `save_tiny` or a trainer wrote; works for every Qwen3-VL folder, without torchvision.

    Raises:
        VisGenError: There is no model in the folder.
    """
    if not (Path(folder) / "config.json").is_file():
        raise VisGenError(f"{folder}: there is no model here (no config.json)")
    model = Qwen3VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    return model, ImageOnlyQwen3VLProcessor.from_pretrained(folder)
