"""From an episode to the plain values that `play.html` shows. Nothing here is HTML except links to figures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from markupsafe import Markup, escape
from msgspec import to_builtins

from visgenenv.rewards import PRESETS, RewardRecord
from visgenenv.trajectory import Trajectory
from visgenenv.types import Answer, Step, ToolCall, ToolError, ToolResult
from visgenenv.viewer.figures import Figure
from visgenenv.viewer.play import Play

Figures = Mapping[tuple[str, str], Figure]
_LINK = re.compile(r"(?:asset://)?((?:img|vid|aud|txt|sub|doc)_[0-9a-z]{4,134})(?:\.[a-z0-9]{2,4})?")


def transcript(play: Play, figures: Figures, *, opened: bool = False) -> dict[str, Any]:
    """Return everything the page shows of an episode; `opened` unfolds it."""
    trajectory, record = play.trajectory, play.record
    task, success = trajectory.task, succeeded(record)
    mine = {asset.id: figures[play.anchor, asset.id] for asset in trajectory.assets}
    return {
        "anchor": play.anchor,
        "task": task.id,
        "policy": play.policy,
        "suite": task.split or task.id.partition("/")[0],
        "outcome": "success" if success else "failure",
        "mood": "good" if success else "bad",
        "open": opened,
        "reward": decimal(record.reward),
        "cells": [decimal(record.components[name] if record.applicable[name] else None) for name in record.components],
        "gist": " ".join(task.query.split())[:200],
        "query": task.query,
        "uploads": [mine[asset.id] for asset in trajectory.assets if asset.created_by == "user"],
        "facts": _facts(trajectory),
        "answer": _answer(trajectory, trajectory.answer, mine),
        "truncated_by": trajectory.truncated_by,
        "scores": _scores(record),
        "turns": [_turn(step, place, mine) for place, step in enumerate(trajectory.steps, 1)],
    }


def succeeded(record: RewardRecord) -> bool:
    """Whether an asset of the right modality, made in the episode, was delivered."""
    return bool(record.gates["V"])


def decimal(value: float | None) -> str:
    """Write a score with three decimals, or a dash where a component does not apply."""
    return "–" if value is None else f"{value:.3f}"


def _facts(trajectory: Trajectory) -> str:
    task, ledger = trajectory.task, trajectory.ledger
    failed = sum(not entry.ok for entry in ledger)
    facts = (
        f"type {task.type}",
        task.lang,
        f"{len(trajectory.steps)} turns",
        f"{len(ledger)} calls, {failed} failed",
        f"{trajectory.latency_s:,.0f} s simulated",
        f"${trajectory.cost_usd:.2f} simulated",
        f"seed {trajectory.seed}",
    )
    return " · ".join(facts)


def _answer(trajectory: Trajectory, answer: Answer | None, mine: Mapping[str, Figure]) -> dict[str, Any] | None:
    if answer is None:
        return None
    cited = [(url, trajectory.asset(url)) for url in dict.fromkeys(answer.answer_url_list)]
    return {
        "status": answer.task_status,
        "summary": answer.summary,
        "figures": [mine[asset.id] for _, asset in cited if asset is not None],
        "unknown": [url for url, asset in cited if asset is None],
    }


def _scores(record: RewardRecord) -> list[dict[str, Any]]:
    rows = []
    for (name, value), sentence in zip(record.components.items(), record.evidence, strict=True):
        applies, facets = record.applicable[name], record.facets[name]
        rows.append(
            {
                "name": name,
                "value": decimal(value if applies else None),
                "share": round(100 * value) if applies else None,
                "counts": PRESETS[record.preset].counts(name) if record.preset in PRESETS else True,
                "contribution": decimal(record.contributions[name]),
                "reason": sentence.partition(": ")[2],
                "facets": _pretty(facets) if facets else "",
            }
        )
    return rows


def _turn(step: Step, place: int, mine: Mapping[str, Figure]) -> dict[str, Any]:
    action = step.action
    results: list[ToolResult | None] = [*step.results]
    results += [None] * (len(action.calls) - len(results))
    return {
        "number": place,
        "faults": action.faults,
        "think": action.think,
        "reflect": action.reflect,
        "plan": _plan(action.plan, mine) if action.plan is not None else None,
        "calls": [_call(call, result, mine) for call, result in zip(action.calls, results, strict=True)],
        "answers": action.answer is not None,
        "told": [linked(text, mine) for text in step.told],
        "raw": action.text,
    }


def _plan(text: str, mine: Mapping[str, Figure]) -> dict[str, Any]:
    """Return a plan's steps if it is the JSON list that the system prompt asks for, else its text."""
    try:
        steps = orjson.loads(text)
    except ValueError:
        steps = None
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        return {"steps": [], "text": linked(text, mine)}
    return {"steps": [_plan_step(step) for step in steps], "text": ""}


def _plan_step(step: Mapping[str, Any]) -> dict[str, Any]:
    count, after = step.get("n", 1), step.get("deps")
    notes = [f"× {count}"] if count not in (1, None) else []
    if isinstance(after, list) and after:
        notes.append("after " + ", ".join(map(str, after)))
    return {"goal": step.get("goal", ""), "tool": step.get("tool", ""), "notes": " · ".join(notes)}


def _call(call: ToolCall, result: ToolResult | None, mine: Mapping[str, Figure]) -> dict[str, Any]:
    usage = result.usage if result is not None else None
    return {
        "tool": call.name or "unreadable call",
        "arguments": _pairs(call.arguments, mine),
        "ran": result is not None,
        "usage": f"{usage.latency_s:.1f} s · ${usage.cost_usd:.3f}" if usage is not None else "",
        "error": _error(result.error) if result is not None and result.error is not None else None,
        "data": _pairs(result.data, mine) if result is not None else [],
        "figures": [mine[asset.id] for asset in result.assets if asset.id in mine] if result is not None else [],
    }


def _error(error: ToolError) -> dict[str, Any]:
    notes = [error.vendor_code, "the agent's own" if error.fault == "AGENT" else "the service's"]
    notes.append("may be retried" if error.retryable else "no use repeating it unchanged")
    if error.charged:
        notes.append("charged")
    return {
        "type": error.type,
        "http_status": error.http_status,
        "message": error.message,
        "notes": " · ".join(note for note in notes if note),
    }


def _pairs(values: Mapping[str, Any], mine: Mapping[str, Figure]) -> list[tuple[str, dict[str, Any]]]:
    """Return name and shown value: words as they are, nested values as indented JSON, links to what is on the page."""
    return [(name, _shown(value, mine)) for name, value in values.items()]


def _shown(value: Any, mine: Mapping[str, Figure]) -> dict[str, Any]:
    nested = isinstance(value, (dict, list)) and bool(value)
    flat = isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value)
    if isinstance(value, str):
        text = value
    elif flat and sum(len(str(item)) for item in value) < 160:
        nested, text = False, ", ".join(map(str, value))
    else:
        text = _pretty(value)
    return {"pre": nested, "text": linked(text, mine)}


def _pretty(value: Any) -> str:
    try:
        return orjson.dumps(to_builtins(value), option=orjson.OPT_INDENT_2).decode()
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def linked(text: str, mine: Mapping[str, Figure]) -> Markup:
    """Escape a text and turn every asset of this episode into a link to its figure."""
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        figure = mine.get(match[1])
        if figure is not None:
            parts += [escape(text[end : match.start()]), Markup('<a href="#{}">{}</a>').format(figure.anchor, match[0])]
            end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def overview(policy: str, plays: Sequence[Play], names: Sequence[str]) -> dict[str, Any]:
    """Return a policy's line of the overview: its means over episodes."""
    records = [play.record for play in plays]
    ledgers = [play.trajectory.ledger for play in plays]
    n = len(plays)
    return {
        "policy": policy,
        "episodes": n,
        "success": f"{sum(map(succeeded, records)) / n:.1%}",
        "reward": decimal(sum(record.reward for record in records) / n),
        "components": [decimal(mean_component(records, name)) for name in names],
        "turns": f"{sum(len(play.trajectory.steps) for play in plays) / n:.1f}",
        "calls": f"{sum(map(len, ledgers)) / n:.1f}",
        "failures": f"{sum(not entry.ok for ledger in ledgers for entry in ledger) / n:.1f}",
        "cost": f"${sum(play.trajectory.cost_usd for play in plays) / n:.2f}",
    }


def mean_component(records: Sequence[RewardRecord], name: str) -> float | None:
    """Return a component's mean over the records it applies to, or None if it applies to none."""
    values = [record.components[name] for record in records if record.applicable[name]]
    return sum(values) / len(values) if values else None
