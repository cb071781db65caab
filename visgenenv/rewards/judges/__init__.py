"""Judges: who says how good a plan is, and how far it was followed."""

from visgenenv.rewards.judges.base import Call, Judge, PlanCase, Reference, TrajCase, Verdict, task_view
from visgenenv.rewards.judges.cached import CachedJudge
from visgenenv.rewards.judges.chat import ChatJudge
from visgenenv.rewards.judges.findings import Finding
from visgenenv.rewards.judges.noisy import NoisyJudge
from visgenenv.rewards.judges.rules import RuleJudge

__all__ = [
    "CachedJudge",
    "Call",
    "ChatJudge",
    "Finding",
    "Judge",
    "NoisyJudge",
    "PlanCase",
    "Reference",
    "RuleJudge",
    "TrajCase",
    "Verdict",
    "task_view",
]
