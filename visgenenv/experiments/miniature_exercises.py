"""Exercises in calling tools and in reading their results: the general data of the paper in miniature.

VisionCreator mixes its demonstrations with function calling, tool use and reasoning from public sets (its Table 7).
None of those is shipped here. What a model of half a million weights needs of them is the form of a call and of an
answer, which short conversations of nothing else teach in minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import orjson

MOST_WORDS, MOST_LINKS = 8, 3


def exercises(seed: int, tools: Sequence[str], words: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield conversations without end, as rows for `ChatCollator`: a call to write, or links to hand over.

    Args:
        seed: The same seed gives the same exercises.
        tools: Names of tools to call.
        words: Prompts are made of these.

    Example:
        >>> row = next(exercises(1, ["tool_draw"], ["red", "fox"]))
        >>> sorted(row)
        ['files', 'id', 'messages_json', 'pixels', 'tools_json']
    """
    draw = Random(seed)
    while True:
        messages = _call(draw, tools, words) if draw.random() < 0.7 else _links(draw, words)
        yield {
            "id": "exercise",
            "messages_json": orjson.dumps(messages).decode(),
            "tools_json": "[]",
            "files": [],
            "pixels": [],
        }


def _call(draw: Random, tools: Sequence[str], words: Sequence[str]) -> list[dict[str, Any]]:
    """Return a request that names a tool and what to give it, and the call."""
    name, prompt = draw.choice(tools), _some(draw, words)
    call = orjson.dumps({"name": name, "arguments": {"prompt": prompt}}).decode()
    return [
        {"role": "user", "content": f"Call {name} for: {prompt}."},
        {"role": "assistant", "content": f"<tool_call>\n{call}\n</tool_call>"},
    ]


def _links(draw: Random, words: Sequence[str]) -> list[dict[str, Any]]:
    """Return a tool's result with links, and the answer that hands them over."""
    links = [f"asset://img_{number}.png" for number in range(1, draw.randint(1, MOST_LINKS) + 1)]
    told = {"status": "success", "assets": [{"url": link, "kind": "image"} for link in links]}
    answer = {
        "task_status": "success",
        "answer_url_list": links,
        "summary": f"Made {len(links)} pictures: {_some(draw, words)}.",
    }
    said = f"<think>\nI deliver {', '.join(links)}.\n</think>\n\n" if draw.random() < 0.5 else ""
    return [
        {"role": "tool", "name": "tool", "content": orjson.dumps(told).decode()},
        {"role": "assistant", "content": f"{said}<answer>\n{orjson.dumps(answer).decode()}\n</answer>"},
    ]


def _some(draw: Random, words: Sequence[str]) -> str:
    return " ".join(draw.choices(words, k=draw.randint(2, MOST_WORDS)))
