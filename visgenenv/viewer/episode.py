"""One episode as plain values for the page. Everything here is text to be shown: nothing is HTML, nothing is a key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import orjson
from msgspec import to_builtins

from visgenenv.rewards import PRESETS, RewardRecord
from visgenenv.tools import load_toolbox
from visgenenv.trajectory import Trajectory
from visgenenv.types import Answer, Asset, Step, Task, ToolCall, ToolError, ToolResult
from visgenenv.viewer.figures import SHOWN, Figure, describe

FigureOf = Callable[[Asset], Figure]
Pair = tuple[str, str, bool]
"""A name, its value as text, and whether the value is nested (and so set in lines)."""

_PUBLIC = ("id", "lang", "query", "uploads")


def episode(trajectory: Trajectory, record: RewardRecord | None, figures: FigureOf) -> dict[str, Any]:
    """Return everything the page shows of an episode.

    Args:
        trajectory: The record.
        record: How it was scored; None if scoring failed.
        figures: Gives the files that show an asset.
    """
    task = trajectory.task
    return {
        "query": task.query,
        "type": task.type,
        "truth": truth(task),
        "seeds": [str(trajectory.seed), str(trajectory.world_seed)],
        "settings": [*pairs(trajectory.settings), *pairs(trajectory.versions)],
        "latency": trajectory.latency_s,
        "cost": trajectory.cost_usd,
        "assets": [_asset(asset, figures(asset)) for asset in trajectory.assets],
        "answer": _answer(trajectory, trajectory.answer),
        "cut": trajectory.truncated_by,
        "turns": [_turn(step) for step in trajectory.steps],
        "score": score_sheet(record) if record is not None else None,
    }


def truth(task: Task) -> list[Pair]:
    """Return a task's ground truth, as far as it has any."""
    plain = to_builtins(task)
    return pairs({name: value for name, value in plain.items() if name not in _PUBLIC and value not in ("", [], None)})


def _asset(asset: Asset, figure: Figure) -> dict[str, Any]:
    shape = asset.kind if asset.kind in SHOWN else "words"
    return {
        "id": asset.id,
        "name": asset.url.removeprefix("asset://"),
        "kind": asset.kind,
        "shape": shape,
        "caption": describe(asset),
        "by": asset.created_by,
        "parents": [list(parent) for parent in asset.parents],
        "text": str(asset.recipe.params.get("text", "")) if shape == "words" else "",
        "size": [asset.width, asset.height],
        **{name: value for name, value in to_builtins(figure).items() if value},
    }


def _answer(trajectory: Trajectory, answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    cited = {url: trajectory.asset(url) for url in answer.answer_url_list}
    return {
        "status": answer.task_status,
        "summary": answer.summary,
        "urls": [[url, asset.id if asset is not None else ""] for url, asset in cited.items()],
    }


def score_sheet(record: RewardRecord) -> dict[str, Any]:
    """Return a score with its reasons."""
    rows = []
    for (name, value), sentence in zip(record.components.items(), record.evidence, strict=True):
        facets = record.facets[name]
        rows.append(
            {
                "name": name,
                "value": value if record.applicable[name] else None,
                "counts": PRESETS[record.preset].counts(name) if record.preset in PRESETS else True,
                "adds": record.contributions[name],
                "reason": sentence.partition(": ")[2],
                "evidence": pretty(facets) if facets else "",
            }
        )
    return {
        "preset": record.preset,
        "reward": record.reward,
        "status": record.status,
        "joined": [[name, value] for name, value in record.joined.items()],
        "gates": [[name, bool(value)] for name, value in record.gates.items()],
        "rows": rows,
    }


def _turn(step: Step) -> dict[str, Any]:
    action = step.action
    results: list[ToolResult | None] = [*step.results]
    results += [None] * (len(action.calls) - len(results))
    sampling = step.sampling
    return {
        "faults": list(action.faults),
        "think": action.think,
        "reflect": action.reflect or "",
        "plan": _plan(action.plan) if action.plan is not None else None,
        "calls": [_call(call, result) for call, result in zip(action.calls, results, strict=True)],
        "answers": action.answer is not None,
        "told": list(step.told),
        "raw": action.text,
        "tokens": len(sampling.token_ids) if sampling is not None else 0,
        "version": sampling.policy_version if sampling is not None else "",
    }


def _plan(text: str) -> dict[str, Any]:
    """Return a plan's steps if it is the JSON list that the system prompt asks for, else its text."""
    try:
        steps = orjson.loads(text)
    except ValueError:
        steps = None
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        return {"steps": [], "text": text}
    return {"steps": [_plan_step(step) for step in steps], "text": ""}


def _plan_step(step: Mapping[str, Any]) -> list[str]:
    count, after = step.get("n", 1), step.get("deps")
    notes = [f"× {count}"] if count not in (1, None) else []
    if isinstance(after, list) and after:
        notes.append("after " + ", ".join(map(str, after)))
    return [str(step.get("goal", "")), str(step.get("tool", "")), " · ".join(notes)]


def _call(call: ToolCall, result: ToolResult | None) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "tool": call.name or "unreadable call",
        "category": _categories().get(call.name, ""),
        "arguments": pairs(call.arguments),
        "unread": call.error,
        "ran": result is not None,
    }
    if result is None:
        return plain
    usage = result.usage
    return {
        **plain,
        "start": usage.started_s,
        "latency": usage.latency_s,
        "cost": usage.cost_usd,
        "error": _error(result.error) if result.error is not None else None,
        "data": pairs(result.data),
        "assets": [asset.id for asset in result.assets],
        "flaws": list(result.flaws),
    }


@cache
def _categories() -> dict[str, str]:
    return {name: tool.spec.category for name, tool in load_toolbox().items()}


def _error(error: ToolError) -> dict[str, Any]:
    notes = [error.vendor_code, "the agent's own" if error.fault == "AGENT" else "the service's"]
    notes.append("may be retried" if error.retryable else "no use repeating it unchanged")
    if error.charged:
        notes.append("charged")
    return {
        "type": error.type,
        "status": error.http_status,
        "message": error.message,
        "fault": error.fault,
        "notes": " · ".join(note for note in notes if note),
    }


def pairs(values: Mapping[str, Any]) -> list[Pair]:
    """Return names and values as text: words as they are, short lists in a line, all else as indented JSON."""
    return [(str(name), *_shown(value)) for name, value in values.items()]


def _shown(value: Any) -> tuple[str, bool]:
    if isinstance(value, str):
        return value, False
    flat = isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value)
    if flat and sum(len(str(item)) for item in value) < 160:
        return ", ".join(map(str, value)), False
    return pretty(value), isinstance(value, (dict, list)) and bool(value)


def pretty(value: Any) -> str:
    """Return a value as indented JSON, or as Python writes it where JSON cannot."""
    try:
        return orjson.dumps(to_builtins(value), option=orjson.OPT_INDENT_2).decode()
    except (TypeError, ValueError, RecursionError):
        return repr(value)


_UNSAFE = re.compile("[<>&\u2028\u2029]")


def to_text(value: Any) -> str:
    """Return JSON that may stand inside a script element or a script: no `<`, `>`, `&` and no line separators.

    Lone surrogates, which UTF-8 cannot carry, become question marks.
    """
    try:
        text = orjson.dumps(value).decode()
    except TypeError:  # a lone surrogate, or an integer of more than 64 bits
        text = orjson.dumps(_plain(value)).decode()
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_plain(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, int) and abs(value) >= 2**63 else value
