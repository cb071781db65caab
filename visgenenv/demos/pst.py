"""The two stages of VisionCreator's progressive specialisation training, as lists of what to mix."""

from __future__ import annotations

from typing import Any

REPEAT = 3
"""lambda: how often each demonstration is seen in a stage; VisionCreator's ablation (its Table 4) writes `3 x`."""

GENERAL: dict[str, tuple[str, int]] = {
    "DeepSeek-R1-Distill-110k": ("text", 110_000),
    "LONGCOT-Refine-500K": ("text", 500_000),
    "alpaca-gpt4-data": ("text", 100_000),
    "M3IT": ("multimodal", 1_592_000),
    "function-calling-chatml": ("tool calling", 112_000),
    "xlam-function-calling-60k": ("tool calling", 60_000),
    "ms-agent": ("tool calling", 600_000),
    "ToolACE": ("tool calling", 11_000),
    "ToolBench": ("tool calling", 123_000),
    "AFM": ("tool calling", 76_000),
}
"""The general data of VisionCreator's Table 7: kind and size. None of it is shipped here."""

STAGES = {"general foundation": 500_000, "targeted specialisation": 200_000}
"""General examples in each stage (equations 2 and 3)."""


def manifest(demos: int, repeat: int = REPEAT) -> dict[str, Any]:
    """Return both stages: general data by name, and the demonstrations `repeat` times.

    The paper does not say how the general examples are divided among their sources; here each has its share by size.

    Args:
        demos: How many demonstrations there are.
        repeat: How often each is seen in a stage.

    Example:
        >>> first = manifest(4000)["stages"][0]
        >>> first["general_examples"], first["demonstrations"]["examples"], round(first["demonstrations"]["share"], 4)
        (500000, 12000, 0.0234)
    """
    return {
        "what": "two-stage mixture of progressive specialisation training: D_gen 500k + lambda D_vis, D_gen 200k + lambda D_vis",
        "source": "VisionCreator, arXiv 2603.02681, equations 2 and 3, Table 7",
        "note": "General data are named, not shipped: fill in `path` with where you have them. Their division is ours.",
        "lambda": repeat,
        "stages": [_stage(name, general, demos, repeat) for name, general in STAGES.items()],
    }


def _stage(name: str, general: int, demos: int, repeat: int) -> dict[str, Any]:
    total = sum(size for _, size in GENERAL.values())
    examples = demos * repeat
    return {
        "name": name,
        "general_examples": general,
        "general": [
            {
                "name": source,
                "kind": kind,
                "published_size": size,
                "examples": round(general * size / total),
                "path": None,
            }
            for source, (kind, size) in GENERAL.items()
        ],
        "demonstrations": {
            "file": "demos.jsonl",
            "examples": examples,
            "repeat": repeat,
            "share": examples / (examples + general),
        },
    }
