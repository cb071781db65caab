"""A small random Qwen3-VL with its processor, chat template and tokenizer, built without any download.

It is Qwen3-VL in everything but size: the same classes of transformers, the same tags, tools, vision tokens and chat
template. What trains it trains the real one, and a test or a laptop can run it.

>>> from visgenenv.adapters.tiny import build_tiny, load_tiny, save_tiny
>>> model, processor = build_tiny()
>>> round(sum(weight.numel() for weight in model.parameters()), -4)
280000
"""

from visgenenv.adapters import require

require("trl", "torch", "transformers")

from visgenenv.adapters.tiny.model import TinySize, build_tiny, load_tiny, save_tiny, tiny_config  # noqa: E402
from visgenenv.adapters.tiny.processor import ImageOnlyQwen3VLProcessor, tiny_processor  # noqa: E402
from visgenenv.adapters.tiny.tokenizer import corpus, train_tokenizer  # noqa: E402

__all__ = [
    "ImageOnlyQwen3VLProcessor",
    "TinySize",
    "build_tiny",
    "corpus",
    "load_tiny",
    "save_tiny",
    "tiny_config",
    "tiny_processor",
    "train_tokenizer",
]
