"""A demonstration as a row of a data set: plain columns and strings, so that Arrow changes nothing in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from visgenenv.demos.chat import Chat, rendered
from visgenenv.demos.grader import Grade
from visgenenv.demos.pictures import shown_size
from visgenenv.demos.tokens import count_tokens
from visgenenv.rewards import RewardRecord
from visgenenv.trajectory import Trajectory

PLAIN = ("id", "lang", "type", "modality", "dimension", "difficulty", "scenario")
COLUMNS: dict[str, str] = {
    "id": "of the task; unique",
    "messages": "list of {role, content}: system, user, assistant, tool; plain strings, as the environment told them",
    "tools": "the offered tools, an OpenAI function schema each: one JSON array, which TRL reads as it is",
    "pictures": "list of {message, file, url, width, height}: what belongs behind the text of message number `message`",
    "assistant_spans": "list of [start, end]: where the assistant speaks in the text of Qwen3-VL's chat template",
    "lang": "en or zh",
    "type": "one of the 42, video.1 to image.21",
    "modality": "image or video",
    "dimension": "of the benchmark: creative, match, object, scene, style, variety, amount, duration, storyboard",
    "difficulty": "easy, medium or hard: up to 5, up to 14, or more calls in the shortest plan",
    "scenario": "the field of life",
    "mode": "quality mode of the expert that played",
    "steps": "acts of the agent: plans, tool calls and the answer",
    "turns": "messages of the assistant",
    "calls": "tool calls",
    "tokens": "estimated, all in all: system prompt with tools, conversation, pictures",
    "reward": "LtrReward under the preset `hardened`",
    "grade": "of the grader, 0 to 1",
    "task": "JSON: the whole task with its ground truth",
    "ledger": "JSON: every call in order, with its arguments, its result's status and error, and what it cost",
    "reward_record": "JSON: the reward with all its reasons",
    "provenance": "JSON: seeds, suite, settings and versions by which the same demonstration is made again",
}
"""Every column and what it holds."""


def make_row(
    record: Trajectory,
    chat: Chat,
    reward: RewardRecord,
    grade: Grade,
    provenance: Mapping[str, Any],
    *,
    folder: str | None,
    image_px: int,
    chars_per_token: float | None = None,
) -> dict[str, Any]:
    """Return a record as a row with the columns of `COLUMNS`.

    Args:
        record: A finished record.
        chat: What it is to a trainer.
        reward: Its reward.
        grade: Its grade.
        provenance: `mode` and whatever else says where it comes from.
        folder: Of the pictures, relative to the data set; "" if they have no files, None without pictures.
        image_px: Longest side of a picture.
        chars_per_token: For the estimate of tokens; None: as measured.
    """
    task = msgspec.to_builtins(record.task)
    pictures = [] if folder is None else _pictures(record, chat, folder, image_px)
    sizes = [(picture["width"], picture["height"]) for picture in pictures]
    tokens = count_tokens(chat, sizes, chars_per_token)
    return {
        "id": record.task.id,
        "messages": [{"role": one["role"], "content": one["content"]} for one in chat.messages],
        "tools": chat.tools,
        "pictures": pictures,
        "assistant_spans": [list(span) for span in rendered(chat)[1]],
        **{name: task.get(name, "") for name in PLAIN if name != "id"},
        "mode": provenance["mode"],
        "steps": steps_of(record),
        "turns": len(record.steps),
        "calls": sum(len(step.action.calls) for step in record.steps),
        "tokens": tokens.total,
        "reward": reward.reward,
        "grade": grade.value,
        "task": _json(task),
        "ledger": _json(_ledger(record)),
        "reward_record": _json(msgspec.to_builtins(reward)),
        "provenance": _json({**provenance, "grade_levels": grade.levels, "token_parts": msgspec.to_builtins(tokens)}),
    }


def steps_of(record: Trajectory) -> int:
    """Count the acts of an agent: its plans, tool calls and answer, which in VisionCreator's format are a step each."""
    actions = [step.action for step in record.steps]
    return sum(len(one.calls) + (one.plan is not None) + (one.answer is not None) for one in actions)


def _pictures(record: Trajectory, chat: Chat, folder: str, image_px: int) -> list[dict[str, Any]]:
    assets = {asset.url: asset for asset in record.assets}
    rows = []
    for message, url in chat.pictures:
        if url in assets:
            width, height = shown_size(assets[url], image_px)
            name = f"{folder}/{assets[url].id}.jpg" if folder else ""
            rows.append({"message": message, "file": name, "url": url, "width": width, "height": height})
    return rows


def _ledger(record: Trajectory) -> list[dict[str, Any]]:
    return [
        {
            "turn": entry.turn,
            "tool": entry.call.name,
            "arguments": entry.call.arguments,
            "status": entry.result.status,
            "error": entry.result.error and entry.result.error.type,
            "fault": entry.result.error and entry.result.error.fault,
            "assets": [asset.url for asset in entry.result.assets],
            "latency_s": entry.result.usage.latency_s,
            "cost_usd": entry.result.usage.cost_usd,
        }
        for entry in record.ledger
    ]


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
