"""What asking a judge about cases comes to, and who a judge is: the ground on which judges wrap one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from visgenenv.rewards.judges.base import Judge, PlanCase, TrajCase, Verdict, judge_plans, judge_trajs

Case = PlanCase | TrajCase

UNEXPLAINED = "the judge gave no verdict"


class Finding(Struct, frozen=True):
    """What asking about one case came to.

    Attributes:
        verdict: None if it failed; `problem` then says why.
        raw: Every reply of a model, the unreadable ones too.
        latency_s: From the first request to the last reply; 0.0 if no model was asked.
    """

    verdict: Verdict | None
    raw: tuple[str, ...] = ()
    latency_s: float = 0.0
    problem: str = ""


def judge_one(judge: Judge, case: Case) -> Verdict | None:
    """Judge a case of either kind."""
    return judge.judge_plan(case) if isinstance(case, PlanCase) else judge.judge_traj(case)


def find(judge: Judge, cases: Sequence[Case]) -> list[Finding]:
    """Judge cases of either kind, all at once if the judge can, with its own account of failures if it gives one."""
    own = getattr(judge, "find", None)
    if own is not None:
        findings: list[Finding] = own(cases)
        return findings
    plans = iter(judge_plans(judge, [case for case in cases if isinstance(case, PlanCase)]))
    trajs = iter(judge_trajs(judge, [case for case in cases if isinstance(case, TrajCase)]))
    verdicts = [next(plans if isinstance(case, PlanCase) else trajs) for case in cases]
    return [Finding(verdict, problem="" if verdict else UNEXPLAINED) for verdict in verdicts]


def identity_of(judge: Any) -> Any:
    """Return who a judge says it is, as plain JSON data; it changes whenever its verdicts may.

    Raises:
        ValueError: The judge has no `identity`.
    """
    identity = getattr(judge, "identity", None)
    if identity is None:
        raise ValueError(
            f"{type(judge).__name__} does not say who it is; give it an attribute `identity`, a text or other plain data "
            "that changes whenever its verdicts may, such as 'my judge, version 1'"
        )
    return identity
