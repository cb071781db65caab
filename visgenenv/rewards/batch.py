"""Putting all questions of a batch to a judge at once, and what happens to a group where a verdict is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.errors import JudgeError
from visgenenv.rewards.cases import plan_case, traj_case
from visgenenv.rewards.judges.base import Judge, PlanCase, Verdict
from visgenenv.rewards.judges.findings import Case, Finding, find, judge_one
from visgenenv.rewards.judges.rules import RuleJudge
from visgenenv.rewards.plan import plan_verdict
from visgenenv.rewards.record import RewardRecord
from visgenenv.rewards.traj import traj_verdict
from visgenenv.trajectory import Trajectory
from visgenenv.types import Score

OnFailure = Literal["fallback", "mask", "raise"]
"""What happens to a group in which a judge gave no verdict: the rules judge it, it has no reward, or `JudgeError`."""

_SIBLING = "another record of the group has no verdict"
_RULES = RuleJudge()


class _Asked(Struct, frozen=True):
    place: int
    name: str
    case: Case
    finding: Finding


def judged(
    trajectories: Sequence[Trajectory],
    names: Collection[str],
    judge: Judge,
    on_failure: OnFailure,
    groups: Sequence[Any],
    plan_mode: str = "gated",
) -> list[dict[str, Score]]:
    """Return, per record, the scores of the components that a judge decides.

    Plans and executions go to the judge together. A record without a readable plan, or without a call, needs no judge
    and has no entry. Where one verdict is missing the whole group is treated alike, so that no record has an advantage
    from how it was judged: `evidence["verdict"]` is then "missing" or, for the others of the group, "sibling missing".

    Args:
        trajectories: Finished records.
        names: "plan", "traj", both or neither.
        judge: Who judges.
        on_failure: "fallback": the rules judge the group; "mask": the group's values are None; "raise".
        groups: A label for each record.
        plan_mode: See `plan_verdict`.

    Raises:
        JudgeError: A verdict is missing, and `on_failure` is "raise"; says how many and why.
    """
    asked = _ask(trajectories, names, judge)
    failed = {groups[one.place]: one.finding.problem for one in reversed(asked) if one.finding.verdict is None}
    if failed and on_failure == "raise":
        missing = sum(one.finding.verdict is None for one in asked)
        why = "; ".join(sorted(set(failed.values())))[:500]
        raise JudgeError(f"the judge gave no verdict on {missing} of {len(asked)} cases: {why}")
    out: list[dict[str, Score]] = [{} for _ in trajectories]
    for one in asked:
        if groups[one.place] not in failed:
            out[one.place][one.name] = _score(one, one.finding.verdict, plan_mode)
        else:
            out[one.place][one.name] = _instead(one, on_failure, plan_mode)
    return out


def judge_rates(records: Iterable[RewardRecord]) -> dict[str, float]:
    """Return how well a judge did its duty.

    `judge_fail_rate` is the share of records on which it gave no verdict, `fallback_rate` the share that the rules
    judged in its place, `mask_rate` the share left without a reward.
    """
    rows = list(records)
    missing = [{_verdict(facets) for facets in row.facets.values()} for row in rows]
    fallen = [bool(seen - {""}) and row.status == "ok" for seen, row in zip(missing, rows, strict=True)]
    return {
        "judge_fail_rate": sum("missing" in seen for seen in missing) / max(1, len(rows)),
        "fallback_rate": sum(fallen) / max(1, len(rows)),
        "mask_rate": sum(row.status == "judge_failed" for row in rows) / max(1, len(rows)),
    }


def _ask(trajectories: Sequence[Trajectory], names: Collection[str], judge: Judge) -> list[_Asked]:
    rows = [(place, *row) for place, one in enumerate(trajectories) for row in _cases(one, names)]
    findings = find(judge, [case for *_, case in rows])
    return [_Asked(*row, finding) for row, finding in zip(rows, findings, strict=True)]


def _cases(trajectory: Trajectory, names: Collection[str]) -> Iterator[tuple[str, Case]]:
    """Yield what there is to judge about a record."""
    if "plan" in names:
        plan = plan_case(trajectory)
        if plan is not None and plan.plan.steps:
            yield "plan", plan
    if "traj" in names:
        traj = traj_case(trajectory)
        if traj.plan is not None and traj.calls:
            yield "traj", traj


def _score(one: _Asked, verdict: Verdict | None, plan_mode: str) -> Score:
    return plan_verdict(verdict, plan_mode) if isinstance(one.case, PlanCase) else traj_verdict(verdict)


def _instead(one: _Asked, on_failure: OnFailure, plan_mode: str) -> Score:
    """Score a case of a group in which a verdict is missing."""
    own = one.finding.verdict is None
    why = f"the judge gave no verdict ({one.finding.problem})" if own else _SIBLING
    score = _score(one, judge_one(_RULES, one.case) if on_failure == "fallback" else None, plan_mode)
    reason = f"{score.reason} [by the rules: {why}]" if on_failure == "fallback" else why
    return replace(
        score, reason=reason, evidence={**score.evidence, "verdict": "missing" if own else "sibling missing"}
    )


def _verdict(facets: Any) -> str:
    return str(facets.get("verdict", "")) if isinstance(facets, dict) else ""
