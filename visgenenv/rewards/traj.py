"""R_traj: how far what was executed is what was planned (specification 1.6; VisionCreator, section 4.3.2)."""

from __future__ import annotations

from visgenenv.rewards.cases import traj_case
from visgenenv.rewards.judges.base import TRAJ_FACETS, Judge, Verdict
from visgenenv.rewards.judges.rules import RuleJudge
from visgenenv.trajectory import Trajectory
from visgenenv.types import Score

_RULES = RuleJudge()


def traj_score(trajectory: Trajectory, judge: Judge | None = None) -> Score:
    """Score the agreement of plan and execution: by the rules, F of coverage and faithfulness times the order kept.

    Args:
        trajectory: A finished record.
        judge: Who judges; default the rules. A verdict without `score` counts as the mean of its facets.
    """
    return traj_verdict((judge or _RULES).judge_traj(traj_case(trajectory)))


def traj_verdict(verdict: Verdict | None) -> Score:
    """Turn a verdict on an execution into its score."""
    if verdict is None:
        return Score(None, "the judge gave no verdict on the execution", {"failed": True})
    facets = verdict.facets
    mean = sum(facets[name] for name in TRAJ_FACETS) / len(TRAJ_FACETS)
    evidence = {"facets": facets, "why": verdict.evidence, "judge": verdict.source}
    return Score(facets.get("score", mean), verdict.reason, evidence)
