"""Qwen3-VL's processor for text and images only: made, saved and loaded without torchvision."""

from __future__ import annotations

import copy
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from transformers import AutoProcessor, Qwen3VLConfig, Qwen3VLProcessor
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.processing_utils import ProcessorMixin

from visgenenv.adapters.tiny.tokenizer import train_tokenizer
from visgenenv.demos.chat import chat_template

_TOKENS = {
    "image": "<|image_pad|>",
    "video": "<|video_pad|>",
    "vision_start": "<|vision_start|>",
    "vision_end": "<|vision_end|>",
}


class ImageOnlyQwen3VLProcessor(Qwen3VLProcessor):
    """`Qwen3VLProcessor` without its video part, which alone needs torchvision.

    It loads what `Qwen3VLProcessor` has saved, older checkpoints of the hub included. Tensors come back as tensors, and
    a batch may hold rows without an image.

    Args:
        image_processor: `Qwen2VLImageProcessorPil`, for instance.
        tokenizer: Of a Qwen3-VL.
        chat_template: Jinja text.
    """

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None, **kwargs: Any):
        for name, token in _TOKENS.items():
            setattr(self, f"{name}_token", token)
            setattr(self, f"{name}_token_id", tokenizer.convert_tokens_to_ids(token))
        ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)

    def __call__(self, images: Any = None, text: Any = None, **kwargs: Any) -> Any:
        if isinstance(images, list | tuple) and any(row is None or row == [] for row in images):
            images = [[] if row is None else row for row in images]
            images = images if any(len(row) for row in images) else None
        out = super().__call__(images=images, text=text, **kwargs)
        for name in ("pixel_values", "image_grid_thw"):
            if name in out and not isinstance(out[name], torch.Tensor):
                out[name] = torch.as_tensor(np.asarray(out[name]))
        return out


AutoProcessor.register(Qwen3VLConfig, ImageOnlyQwen3VLProcessor, exist_ok=True)


@lru_cache(maxsize=4)
def _trained(vocab_size: int) -> Any:
    return train_tokenizer(vocab_size=vocab_size)


def tiny_processor(
    vocab_size: int = 1024, patch_px: int = 16, min_px: int = 32, max_px: int = 256, tokenizer: Any = None
) -> Any:
    """Return a processor for a tiny model.

    Args:
        vocab_size: Of the tokenizer.
        patch_px: Side of a vision patch; two by two of them are one token.
        min_px: An image of less area than this squared is enlarged to it.
        max_px: An image of more area than this squared is reduced to it.
        tokenizer: From `train_tokenizer`, in place of the one of `vocab_size`.
    """
    images = Qwen2VLImageProcessorPil(
        size={"shortest_edge": min_px**2, "longest_edge": max_px**2},
        patch_size=patch_px,
        image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
    )
    tokenizer = copy.deepcopy(_trained(vocab_size) if tokenizer is None else tokenizer)
    return ImageOnlyQwen3VLProcessor(images, tokenizer, chat_template=_template())


def _template() -> str:
    """Return Qwen3-VL's chat template: TRL's copy, which its trainers know, or our own writing of it."""
    if find_spec("trl") is None:
        return chat_template()
    from trl.chat_template_utils import qwen3_vl_chat_template

    return str(qwen3_vl_chat_template)
