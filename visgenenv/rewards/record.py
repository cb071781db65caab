"""The reward with all its reasons, and the arithmetic by which scores become one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from visgenenv.rewards.presets import UNDELIVERED, Preset
from visgenenv.types import Score

VERSION = 3
"""Raised whenever a change may move a score."""

_GRAIN = 2.0**40
"""Contributions are whole multiples of 1 / 2^40: however they are added up, the sum is exact."""


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
        preset: Name of the recipe, or "custom".
        joined: The plan's factor (1.0 where it has none), the mean of the components, and the factor of the gates.
        judge: Who judged the plan and the execution.
        status: "ok"; "judge_failed": there was no verdict, and 0.0 is no reward but the lack of one;
            "invalid_task": nothing applies to the task.
    """

    reward: float
    components: dict[str, float]
    contributions: dict[str, float]
    applicable: dict[str, bool]
    facets: dict[str, Any]
    gates: dict[str, float]
    evidence: tuple[str, ...]
    preset: str
    joined: dict[str, float] = {}
    judge: str = ""
    version: int = VERSION
    status: Literal["ok", "judge_failed", "invalid_task"] = "ok"

    def explain(self) -> str:
        """Return the reasons, a line each: the reward and how it was joined, the gates, then every component."""
        if self.status != "ok":
            return "\n".join([f"reward missing ({self.preset}): {self.status.replace('_', ' ')}", *self.evidence])
        plan, mean, gate = (self.joined.get(name, 1.0) for name in ("plan", "mean", "gate"))
        head = f"reward {self.reward:.3f} ({self.preset}): plan {plan:.3f} x mean {mean:.3f} x gates {gate:.2f}"
        if "plus" in self.joined:
            head = f"reward {self.reward:.3f} ({self.preset}): mean of plan {self.joined['plus']:.3f} and {mean:.3f}"
        return "\n".join([head, *self._gate_lines(), *self._component_lines()])

    def _gate_lines(self) -> list[str]:
        lines = []
        if not self.gates["G"]:
            lines.append("gate G: something was forged, or the answer cites what does not exist")
        if not self.gates["V"]:
            lines.append("gate V: nothing of the requested kind was delivered")
        return lines

    def _component_lines(self) -> list[str]:
        lines = []
        for name, sentence in zip(self.components, self.evidence, strict=True):
            adds = self.contributions[name]
            lines.append(f"{sentence} [adds {adds:.3f}]" if adds else sentence)
            facets = (self.facets[name] or {}).get("facets") if isinstance(self.facets[name], dict) else None
            why = (self.facets[name] or {}).get("why", {}) if facets else {}
            for facet, value in (facets or {}).items():
                if value < 1 and facet != "score":
                    lines.append(f"  {facet} {value:.3f}: {why.get(facet, '')}".rstrip(": "))
        return lines


def combine(
    scores: Mapping[str, Score],
    recipe: Preset,
    name: str,
    gates: Mapping[str, float],
    weights: Mapping[str, float] | None = None,
) -> RewardRecord:
    """Join scores to a reward.

    Args:
        scores: By component; `plan` may be missing where the recipe does not use it.
        recipe: How to join.
        name: Of the recipe, for the record.
        gates: `G` and `V`, 1.0 or 0.0.
        weights: On top of the recipe's.
    """
    counted = _counted(scores, {**recipe.weights, **(weights or {})})
    total = sum(counted.values())
    values = {key: one.value or 0.0 for key, one in scores.items()}
    mean = sum(w * values[key] for key, w in counted.items()) / total if total else 0.0
    plan = values.get("plan", 0.0) if recipe.plan != "none" else 1.0
    gate = gates["G"] * (1.0 if gates["V"] else UNDELIVERED) if recipe.gates else 1.0
    factor = gate * (plan if recipe.plan == "times" else 0.5 if recipe.plan == "plus" else 1.0)
    raw = {key: factor * counted.get(key, 0.0) * values[key] / total if total else 0.0 for key in scores}
    if recipe.plan == "plus" and "plan" in raw:
        raw["plan"] += gate * 0.5 * plan
    shares = _exact(raw)
    wanted = weights or {}
    failed = any(one.evidence.get("failed") for key, one in scores.items() if recipe.counts(key) or wanted.get(key))
    status: Literal["ok", "judge_failed", "invalid_task"] = (
        "judge_failed" if failed else "ok" if total else "invalid_task"
    )
    if status != "ok":
        shares = dict.fromkeys(shares, 0.0)
    joined = {"plan": plan if recipe.plan == "times" else 1.0, "mean": mean, "gate": gate}
    return RewardRecord(
        reward=sum(shares.values()),
        components=values,
        contributions=shares,
        applicable={key: one.value is not None for key, one in scores.items()},
        facets={key: one.evidence for key, one in scores.items()},
        gates=dict(gates),
        evidence=tuple(f"{key} {_show(one.value)}: {one.reason}" for key, one in scores.items()),
        preset=name,
        joined={**joined, "plus": plan} if recipe.plan == "plus" else joined,
        judge=", ".join(dict.fromkeys(one.evidence["judge"] for one in scores.values() if one.evidence.get("judge"))),
        status=status,
    )


def _counted(scores: Mapping[str, Score], weights: Mapping[str, float]) -> dict[str, float]:
    return {key: w for key, w in weights.items() if scores[key].value is not None and w}


def _exact(raw: Mapping[str, float]) -> dict[str, float]:
    """Round shares to whole grains whose sum is the rounded sum, and never more than 1."""
    grains = {key: int(share * _GRAIN) for key, share in raw.items()}
    whole = min(round(sum(raw.values()) * _GRAIN), int(_GRAIN))
    missing = whole - sum(grains.values())
    for key in sorted(grains, key=lambda key: (-raw[key], key)):
        if missing <= 0 or not raw[key]:
            break
        grains[key] += 1
        missing -= 1
    return {key: n / _GRAIN for key, n in grains.items()}


def _show(value: float | None) -> str:
    return "does not apply" if value is None else f"{value:.3f}"
