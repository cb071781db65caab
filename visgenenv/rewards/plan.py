"""R_plan: how good the plan in force at the first call is (specification 1.5; VisionCreator, section 4.3.2)."""

from __future__ import annotations

from collections.abc import Mapping

from visgenenv.rewards.cases import plan_case
from visgenenv.rewards.judges.base import PLAN_FACETS, Judge, Verdict
from visgenenv.rewards.judges.rules import RuleJudge
from visgenenv.trajectory import Trajectory
from visgenenv.types import Score

UNMET = 0.5
"""Factor for a plan that cannot give what was asked for."""
_WEIGHTS = {"requirement": 0.3, "coherence": 0.2, "executability": 0.2, "atomicity": 0.1, "optimality": 0.2}
_RULES = RuleJudge()


def plan_score(trajectory: Trajectory, mode: str = "gated", judge: Judge | None = None) -> Score:
    """Score the plan by its five facets; no plan scores 0.

    Args:
        trajectory: A finished record.
        mode: "gated": the mean of coherence, executability, atomicity and optimality, halved if the requirement is
            unmet; "mean5": the mean of all five; "weighted": with weights .3, .2, .2, .1, .2.
        judge: Who judges; default the rules.

    Returns:
        The score; its evidence holds `facets`, what each rests on, and `judge`. A value of None with
        `evidence["failed"]` says that the judge gave no verdict.
    """
    case = plan_case(trajectory)
    if case is None:
        return Score(0.0, "there is no plan before the first call")
    if not case.plan.steps:
        return Score(0.0, "no step can be read in the plan")
    return plan_verdict((judge or _RULES).judge_plan(case), mode)


def plan_verdict(verdict: Verdict | None, mode: str = "gated") -> Score:
    """Turn a verdict on a plan into its score."""
    if verdict is None:
        return Score(None, "the judge gave no verdict on the plan", {"failed": True})
    value = planned_value(verdict.facets, mode)
    evidence = {"facets": verdict.facets, "why": verdict.evidence, "judge": verdict.source}
    return Score(value, verdict.reason, evidence)


def planned_value(facets: Mapping[str, float], mode: str) -> float:
    """Join the five facets to one value."""
    if mode == "weighted":
        return sum(weight * facets[name] for name, weight in _WEIGHTS.items())
    if mode == "mean5":
        return sum(facets[name] for name in PLAN_FACETS) / 5
    if mode != "gated":
        raise ValueError(f"unknown mode {mode!r} of the plan; known: gated, mean5, weighted")
    mean = sum(facets[name] for name in PLAN_FACETS[1:]) / 4
    return mean if facets["requirement"] else UNMET * mean
