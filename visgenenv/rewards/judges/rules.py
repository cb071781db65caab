"""`RuleJudge`: judges by rules, offline; equal cases get equal verdicts, always and everywhere."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from visgenenv.rewards.judges.base import PlanCase, TrajCase, Verdict
from visgenenv.rewards.plan_facets import plan_facets
from visgenenv.rewards.traj_facets import match

VERSION = 2


class RuleJudge(Struct, frozen=True):
    """Runs plans on paper and matches calls to steps. The default judge, and what others fall back on.

    Example:
        >>> from visgenenv.rewards.judges import RuleJudge
        >>> RuleJudge().name
        'rules'
    """

    name: str = "rules"

    @property
    def identity(self) -> dict[str, Any]:
        """Who judges, for caches; the version rises whenever a rule may change a verdict."""
        return {"judge": self.name, "version": VERSION}

    def judge_plan(self, case: PlanCase) -> Verdict:
        """Judge the five facets of a plan; a plan without steps has none of them."""
        if not case.plan.steps:
            nothing = dict.fromkeys(("requirement", "coherence", "executability", "atomicity", "optimality"), 0.0)
            return Verdict(nothing, "no step can be read in it", source=self.name)
        found = plan_facets(case.plan, case.task, case.tool_pool, case.expert_plans)
        weak = [f"{name}: {said}" for name, (value, said) in found.items() if value < 1]
        reason = "; ".join(weak) or f"{len(case.plan.steps)} steps, nothing to object to"
        facets = {name: value for name, (value, _) in found.items()}
        return Verdict(facets, reason, {name: said for name, (_, said) in found.items()}, self.name)

    def judge_traj(self, case: TrajCase) -> Verdict:
        """Judge how far what was done is what was planned; without a plan nothing was."""
        found = match(case)
        facets = {"coverage": found.coverage, "faithfulness": found.faithfulness, "order": found.order}
        evidence = {
            "coverage": f"{found.matched + found.covered:g} of {found.planned} planned calls were made",
            "faithfulness": f"{found.matched:g} of {found.executed} calls were planned",
            "order": f"{found.order:.0%} of the dependencies were kept",
        }
        if found.unplanned:
            evidence["unplanned"] = ", ".join(found.unplanned[:8])
        reason = "there was no plan" if case.plan is None else "; ".join(list(evidence.values())[:2])
        return Verdict({**facets, "score": found.value}, reason, evidence, self.name)
