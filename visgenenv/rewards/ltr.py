"""LtrReward: the reward of a finished record, alone or together with the others of its group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from visgenenv.rewards.batch import OnFailure, judged
from visgenenv.rewards.cons import cons_score
from visgenenv.rewards.facts import cited, delivered
from visgenenv.rewards.format import format_score
from visgenenv.rewards.judges.base import Judge
from visgenenv.rewards.match import match_score
from visgenenv.rewards.plan import plan_score
from visgenenv.rewards.presets import DEFAULT, PRESETS, Preset, load_preset
from visgenenv.rewards.record import VERSION, RewardRecord, combine
from visgenenv.rewards.result import result_score
from visgenenv.rewards.tool import tool_score
from visgenenv.rewards.traj import traj_score
from visgenenv.trajectory import Trajectory
from visgenenv.types import Score

__all__ = ["COMPONENTS", "PRESETS", "VERSION", "Component", "OnFailure", "Preset", "RewardRecord", "combine", "load_preset", "score", "score_all"]  # fmt: skip

Component = Callable[[Trajectory], Score]

COMPONENTS: dict[str, Component] = {
    "plan": plan_score,
    "tool": tool_score,
    "format": format_score,
    "result": result_score,
    "traj": traj_score,
    "cons": cons_score,
    "match": match_score,
}
"""Every shipped component by name."""


def score(
    trajectory: Trajectory,
    preset: str | Preset = DEFAULT,
    *,
    components: Mapping[str, Component] | None = None,
    weights: Mapping[str, float] | None = None,
    judge: Judge | None = None,
    on_failure: OnFailure = "fallback",
) -> RewardRecord:
    """Score a finished record.

    Args:
        trajectory: From a rollout, a trace or the environment.
        preset: Name in `PRESETS`, or a `Preset`.
        components: Name -> `(trajectory) -> Score`; default `COMPONENTS`. Add your own: `{**COMPONENTS, "brand": brand}`.
        weights: On top of the preset's.
        judge: Who judges plan and execution, where they have a part in the reward; default the rules.
        on_failure: What happens if the judge gives no verdict.

    Returns:
        The record; `record.explain()` says why.
    """
    (record,) = score_all(
        [trajectory], preset, components=components, weights=weights, judge=judge, on_failure=on_failure
    )
    return record


def score_all(
    trajectories: Sequence[Trajectory],
    preset: str | Preset = DEFAULT,
    *,
    components: Mapping[str, Component] | None = None,
    weights: Mapping[str, float] | None = None,
    judge: Judge | None = None,
    on_failure: OnFailure = "fallback",
    groups: Sequence[Any] | None = None,
) -> list[RewardRecord]:
    """Score many records, with all questions put to the judge at once.

    Args:
        trajectories: Finished records, in any order.
        preset: Name in `PRESETS`, or a `Preset`.
        components: Name -> `(trajectory) -> Score`; default `COMPONENTS`.
        weights: On top of the preset's.
        judge: Who judges plan and execution; default the rules.
        on_failure: "fallback": where a verdict is missing, every record of its group is judged by the rules, so that
            no one has an advantage from having been judged differently; "mask": their `status` is "judge_failed";
            "raise": `JudgeError`. `visgenenv.rewards.judge_rates(records)` tells how often.
        groups: What belongs together, one label a record; default: the same task.

    Returns:
        One record each, in the same order.

    Raises:
        JudgeError: A verdict is missing, and `on_failure` is "raise".
    """
    recipe = load_preset(preset)
    name = preset if isinstance(preset, str) else "custom"
    parts = dict(COMPONENTS if components is None else components)
    _check_weights({**recipe.weights, **(weights or {})}, parts, recipe)
    labels = [one.task.id for one in trajectories] if groups is None else list(groups)
    given: list[dict[str, Score]] = [{}] * len(labels)
    if judge is not None:
        mode = recipe.modes.get("plan", "gated")
        given = judged(trajectories, _asked(parts, recipe, weights or {}), judge, on_failure, labels, mode)
    out = []
    for trajectory, verdicts in zip(trajectories, given, strict=True):
        scores = {
            key: verdicts[key] if key in verdicts else _with_mode(key, part, recipe)(trajectory)
            for key, part in parts.items()
        }
        out.append(combine(scores, recipe, name, gates_of(trajectory), weights))
    return out


def _check_weights(weights: Mapping[str, float], parts: Mapping[str, Component], recipe: Preset) -> None:
    missing = weights.keys() - parts.keys() | ({"plan"} - parts.keys() if recipe.plan != "none" else set())
    if missing:
        raise ValueError(f"weights name no component: {', '.join(sorted(missing))}; components: {', '.join(parts)}")
    negative = sorted(name for name, weight in weights.items() if not weight >= 0)
    if negative:
        raise ValueError(f"a weight is at least 0: {', '.join(negative)}")


def _asked(parts: Mapping[str, Component], recipe: Preset, weights: Mapping[str, float]) -> list[str]:
    """Return the components to ask the judge about: the shipped ones that have a part in the reward."""
    shipped = [name for name in ("plan", "traj") if parts.get(name) is COMPONENTS[name]]
    return [name for name in shipped if recipe.counts(name) or weights.get(name)]


def gates_of(trajectory: Trajectory) -> dict[str, float]:
    """Return G, nothing is forged and nothing unknown is cited, and V, something asked for is delivered."""
    forged = any(fault.startswith("forged_") for step in trajectory.steps for fault in step.action.faults)
    return {"G": float(not forged and not cited(trajectory)[1]), "V": float(bool(delivered(trajectory)))}


def _with_mode(name: str, component: Component, preset: Preset) -> Component:
    if name not in preset.modes or component is not COMPONENTS.get(name):
        return component
    moded: Callable[..., Score] = component
    return partial(moded, mode=preset.modes[name])
