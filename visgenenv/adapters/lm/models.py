"""Models by name: "tiny", a folder, or a name of the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText, AutoProcessor, AutoTokenizer

from visgenenv.adapters.tiny import ImageOnlyQwen3VLProcessor, TinySize, build_tiny, tiny_processor
from visgenenv.errors import VisGenError


def load_model(name: str, *, size: TinySize | None = None, seed: int = 0, dtype: str = "float32") -> tuple[Any, Any]:
    """Return a model and its processor (of a model that reads text only: its tokenizer).

    Args:
        name: "tiny" (built here, with random weights), a folder, or a name of the hub.
        size: Of a tiny model.
        seed: Of a tiny model's weights.
        dtype: Of the weights ("bfloat16" on a GPU).

    Raises:
        VisGenError: There is no such model.
    """
    if name == "tiny":
        return build_tiny(size, seed)
    config, reader = _config(name)
    weights = getattr(torch, dtype)
    kind = AutoModelForImageTextToText if hasattr(config, "vision_config") else AutoModelForCausalLM
    return kind.from_pretrained(name, dtype=weights), reader.from_pretrained(name)


def load_processor(name: str, *, size: TinySize | None = None) -> Any:
    """Return the processor (or tokenizer) of a model without loading its weights.

    Args:
        name: As for `load_model`.
        size: Of a tiny model.

    Raises:
        VisGenError: There is no such model.
    """
    if name == "tiny":
        return tiny_processor((size or TinySize()).vocab_size)
    return _config(name)[1].from_pretrained(name)


def _config(name: str) -> tuple[Any, Any]:
    """Return a model's configuration and the class that reads its processor."""
    try:
        config = AutoConfig.from_pretrained(name)
    except (OSError, ValueError) as error:
        kind = "folder without a config.json" if Path(name).is_dir() else "model"
        raise VisGenError(f"{kind} {name!r}: {str(error).splitlines()[0]}") from error
    if not hasattr(config, "vision_config"):
        return config, AutoTokenizer
    return config, ImageOnlyQwen3VLProcessor if config.model_type == "qwen3_vl" else AutoProcessor
