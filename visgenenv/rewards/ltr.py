"""LtrReward: the arithmetic that joins components to one reward, and the presets that say how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from msgspec import Struct

from visgenenv.errors import did_you_mean
from visgenenv.rewards.facts import cited, delivered
from visgenenv.rewards.format import format_score
from visgenenv.rewards.result import result_score
from visgenenv.rewards.tool import tool_score
from visgenenv.trajectory import Trajectory
from visgenenv.types import Score

VERSION = 1
"""Raised whenever a change may move a score."""

Component = Callable[[Trajectory], Score]

COMPONENTS: dict[str, Component] = {
    "tool": tool_score,
    "format": format_score,
    "result": result_score,
}
"""The components built so far; plan, traj, cons and match follow."""


class Preset(Struct, frozen=True):
    """How components are joined.

    Args:
        weights: Of the components in the mean; one that is not named is reported but does not count.
        modes: Passed as `mode` to the shipped components.
        source: Where the recipe stands.
    """

    weights: dict[str, float]
    modes: dict[str, str] = {}
    source: str = ""


PRESETS: dict[str, Preset] = {
    "RL1": Preset({"result": 1.0, "format": 1.0}, source="VisionCreator, Table 4: PST + Result + Format"),
}
"""Presets built so far; those that need the plan (`hardened`, `paper`, `RL2`, `RL4`, `additive`) follow with it."""


class RewardRecord(Struct, frozen=True):
    """A reward with all its reasons. The keys are the same for every task.

    Attributes:
        reward: In [0, 1].
        components: Value per component; 0.0 where it does not apply.
        contributions: What each component adds to the reward; they sum to it exactly.
        applicable: Whether a component applies to the task.
        facets: Finer values, by component.
        gates: `V`, the paper's success; `G`, that nothing is forged and nothing unknown is cited (1.0 or 0.0).
        evidence: One sentence a component.
        status: "ok".
    """

    reward: float
    components: dict[str, float]
    contributions: dict[str, float]
    applicable: dict[str, bool]
    facets: dict[str, Any]
    gates: dict[str, float]
    evidence: tuple[str, ...]
    preset: str
    version: int = VERSION
    status: Literal["ok"] = "ok"

    def explain(self) -> str:
        """Return the reasons, a line each, the reward first."""
        return "\n".join([f"reward {self.reward:.3f} ({self.preset})", *self.evidence])


def score(
    trajectory: Trajectory,
    preset: str | Preset = "RL1",
    *,
    components: Mapping[str, Component] | None = None,
    weights: Mapping[str, float] | None = None,
) -> RewardRecord:
    """Score a finished record: the weighted mean over the components that apply.

    Args:
        trajectory: From a rollout, a trace or the environment.
        preset: Name in `PRESETS`, or a `Preset`.
        components: Name -> `(trajectory) -> Score`; default `COMPONENTS`. Add your own: `{**COMPONENTS, "brand": brand}`.
        weights: On top of the preset's.

    Returns:
        The record; `record.explain()` says why.
    """
    recipe = load_preset(preset)
    joined = {**recipe.weights, **(weights or {})}
    parts = dict(components or COMPONENTS)
    missing = joined.keys() - parts.keys()
    if missing:
        raise ValueError(f"weights name no component: {', '.join(sorted(missing))}; components: {', '.join(parts)}")
    scores = {name: _with_mode(name, part, recipe)(trajectory) for name, part in parts.items()}
    name = preset if isinstance(preset, str) else "custom"
    return combine(scores, joined, name, _gates(trajectory))


def combine(
    scores: Mapping[str, Score], weights: Mapping[str, float], preset: str, gates: dict[str, float]
) -> RewardRecord:
    """Join scores to a reward: sum(w * value) / sum(w) over the components that apply."""
    counted = {name: w for name, w in weights.items() if scores[name].value is not None}
    total = sum(counted.values())
    values = {name: one.value or 0.0 for name, one in scores.items()}
    shares = {name: counted.get(name, 0.0) * values[name] / total if total else 0.0 for name in scores}
    return RewardRecord(
        reward=sum(shares.values()),
        components=values,
        contributions=shares,
        applicable={name: one.value is not None for name, one in scores.items()},
        facets={name: one.evidence for name, one in scores.items()},
        gates=gates,
        evidence=tuple(f"{name} {_show(one.value)}: {one.reason}" for name, one in scores.items()),
        preset=preset,
    )


def load_preset(preset: str | Preset) -> Preset:
    """Return a preset by name, or as given."""
    if isinstance(preset, Preset):
        return preset
    if preset not in PRESETS:
        raise ValueError(f"unknown preset {preset!r}{did_you_mean(preset, PRESETS)}; known: {', '.join(PRESETS)}")
    return PRESETS[preset]


def _with_mode(name: str, component: Component, preset: Preset) -> Component:
    if name not in preset.modes:
        return component
    moded: Callable[..., Score] = component
    return partial(moded, mode=preset.modes[name])


def _gates(trajectory: Trajectory) -> dict[str, float]:
    forged = any(fault.startswith("forged_") for step in trajectory.steps for fault in step.action.faults)
    return {"G": float(not forged and not cited(trajectory)[1]), "V": float(bool(delivered(trajectory)))}


def _show(value: float | None) -> str:
    return "does not apply" if value is None else f"{value:.3f}"
