"""R_format: how well the trajectory keeps the Understand-Think-Plan-Create form (specification 1.1)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from visgenenv.parsing import duplicate_keys
from visgenenv.rewards.cases import due
from visgenenv.rewards.facts import cited, delivered
from visgenenv.rewards.plan_reading import read_plan
from visgenenv.trajectory import Trajectory
from visgenenv.types import Action, Score, Step

_TAGS = ("unclosed_", "stray_", "nested_", "text_outside", "forged_", "too_long", "lone_surrogate")
_ORDER = ("no_think", "many_thinks", "think_late", "many_plans", "plan_late", "many_answers", "call_and_answer",
          "no_act", "too_many_calls")  # fmt: skip
_JSON = ("bad_json", "bad_call", "bad_answer")
_FORGED = ("forged_response", "forged_role")


def format_score(trajectory: Trajectory, mode: str = "mixed") -> Score:
    """Score the form: episode checks times the turns' checks.

    Args:
        trajectory: A finished record.
        mode: How turns are joined: "min" (VisionCreator-R1), "mean", or "mixed", half of each.
    """
    if not trajectory.steps:
        return Score(0.0, "no turn was played")
    turns = _turn_checks(trajectory)
    values = [sum(checks.values()) / len(checks) for checks in turns]
    episode = _episode_checks(trajectory)
    low, mean = min(values), sum(values) / len(values)
    joined = {"min": low, "mean": mean, "mixed": (low + mean) / 2}[mode]
    value = joined * sum(episode.values()) / len(episode)
    broken = [name for name, good in episode.items() if not good]
    broken += [f"turn {i}: {name}" for i, checks in enumerate(turns) for name, good in checks.items() if not good]
    reason = f"broken: {', '.join(broken[:6])}" if broken else "every turn keeps the form"
    return Score(value, reason, {"episode": episode, "turns": values})


def _turn_checks(trajectory: Trajectory) -> list[dict[str, bool]]:
    """Return, per turn, the checks `tags, order, content` and, where there is JSON, `json`."""
    out = []
    thinks: set[str] = set()
    for index, step in enumerate(trajectory.steps):
        action = step.action
        checks = {
            "tags": not _any(action, _TAGS),
            "order": not _any(action, _ORDER),
            "content": _content(action, thinks, trajectory.steps[:index]),
        }
        if action.calls or action.answer or _any(action, _JSON):
            checks["json"] = _json(trajectory, action)
        thinks.add(normal(action.think))
        out.append(checks)
    return out


def _any(action: Action, codes: Sequence[str]) -> bool:
    return any(fault.startswith(tuple(codes)) for fault in action.faults)


def _content(action: Action, thinks: set[str], before: Sequence[Step]) -> bool:
    """A think says something new; a plan has a step; a second plan has a reason."""
    if len(action.think) < 8 or normal(action.think) in thinks or "short_think" in action.faults:
        return False
    if action.plan is None:
        return True
    return bool(read_plan(action.plan).steps) and due(before)


def _json(trajectory: Trajectory, action: Action) -> bool:
    """JSON is strict, names no key twice, and an answer does not claim what was not delivered."""
    if _any(action, _JSON) or "short_summary" in action.faults or _twice(action):
        return False
    if action.answer is None or trajectory.answer is not action.answer:
        return True
    n, unknown = len(delivered(trajectory)), cited(trajectory)[1]
    complete = n >= trajectory.task.count[0] and not unknown
    return {"success": complete, "partial": n > 0, "failed": not complete}[action.answer.task_status]


def _twice(action: Action) -> bool:
    """Whether any JSON of a turn names a key twice; where every colon after a quote belongs to a key, none can."""
    keys = sum(2 + _keys(call.arguments) for call in action.calls) + 3 * (action.answer is not None)
    plan = action.plan.count('":') if action.plan else 0
    return action.text.count('":') - plan != keys and duplicate_keys(action.text)


def _keys(value: Any) -> int:
    if type(value) is dict:
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if type(value) is list else 0


def _episode_checks(trajectory: Trajectory) -> dict[str, bool]:
    steps = trajectory.steps
    first_call = next((i for i, step in enumerate(steps) if step.action.calls), len(steps))
    plans = [i for i, step in enumerate(steps) if step.action.plan is not None]
    answers = [i for i, step in enumerate(steps) if step.action.answer is not None]
    return {
        "plan before the first call": bool(plans) and plans[0] <= first_call,
        "exactly one answer": len(answers) == 1,
        "answer in the last turn": bool(answers) and answers[-1] == len(steps) - 1,
        "no forged role": not any(fault in _FORGED for step in steps for fault in step.action.faults),
    }


def normal(text: str) -> str:
    """Fold case, width and whitespace, so that a think repeated with other spacing is a repetition."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
