"""How far what was executed is what was planned, judged by rules (specification 1.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.rewards.families import INFORMING, INSPECTING, MEDIUM, batch_of, family_of
from visgenenv.rewards.judges.base import Call, TrajCase
from visgenenv.rewards.plans import OWN_ACT, Plan

SIBLING = 0.8
"""What a call counts that was planned with another tool of the same family."""


class Matching(Struct, frozen=True):
    """How executed calls and planned steps meet.

    `matched` is their weight; `executed` counts the successful calls that had to be planned, `planned` the expanded
    steps, `order` is the share of the plan's dependencies kept, `covered` the steps that a call did for another.
    """

    matched: float
    executed: int
    planned: int
    order: float
    covered: float = 0.0
    unplanned: tuple[str, ...] = ()

    @property
    def faithfulness(self) -> float:
        """Share of what was done that was planned."""
        return min(1.0, self.matched / self.executed) if self.executed else 0.0

    @property
    def coverage(self) -> float:
        """Share of what was planned that was done."""
        return min(1.0, (self.matched + self.covered) / self.planned) if self.planned else 0.0

    @property
    def value(self) -> float:
        """The harmonic mean of both, times the order kept."""
        both = self.faithfulness + self.coverage
        return 2 * self.faithfulness * self.coverage / both * self.order if both else 0.0


def match(case: TrajCase) -> Matching:
    """Match the calls of a trajectory to the steps of the plan in force."""
    if case.plan is None:
        return Matching(0.0, sum(call.ok for call in case.calls), 0, 0.0)
    allowed = max(2, ceil(0.25 * case.task.reference_length))
    before = case.replans[0][0] if case.replans else len(case.calls)
    first = _to_plan(case.plan, case.calls[:before], case, allowed)
    parts = [first]
    bounds = [*[number for number, _ in case.replans], len(case.calls)]
    for (start, plan), end in zip(case.replans, bounds[1:], strict=True):
        # a justified new plan replaces what was not yet done
        parts.append(_to_plan(plan, case.calls[start:end], case, allowed))
    if case.replans:
        done = min(first.planned, round(first.matched))
        parts[0] = replace(first, planned=done)
    planned = sum(part.planned for part in parts)
    executed = sum(part.executed for part in parts)
    weights = [max(1, part.planned) for part in parts]
    order = sum(part.order * weight for part, weight in zip(parts, weights, strict=True)) / sum(weights)
    unplanned = tuple(call for part in parts for call in part.unplanned)
    matched, covered = sum(part.matched for part in parts), sum(part.covered for part in parts)
    return Matching(matched, executed, planned, order, covered, unplanned)


def _to_plan(plan: Plan, calls: Sequence[Call], case: TrajCase, allowed: int) -> Matching:
    steps = [step for step in plan.steps if family_of(step.tool) not in (OWN_ACT, "todo")]
    wanted: Counter[str] = Counter()
    for step in steps:
        wanted[step.tool] += step.n
    counted = _counted(calls, wanted, allowed)
    failed = {family_of(call.tool) for call in calls if call.fault}
    matched, covered, unplanned = _assign(wanted, counted, failed)
    planned = sum(wanted.values())
    return Matching(matched, len(counted), planned, _order(plan, calls), covered, tuple(unplanned))


def _counted(calls: Sequence[Call], wanted: Counter[str], allowed: int) -> list[Call]:
    """Return the successful calls that a plan has to account for.

    Exempt are notes on the to-do list, inspections, as many pieces of information as are allowed (unless the plan has
    steps for them), and what makes good a partial or flawed result of the same family.
    """
    planned = {family_of(tool) for tool in wanted}
    owing: Counter[str] = Counter()
    out: list[Call] = []
    for call in calls:
        family = family_of(call.tool)
        if not call.ok or family == "todo":
            continue
        if family in INFORMING and family not in planned and not call.repeats and (family in INSPECTING or allowed):
            allowed -= family not in INSPECTING
            continue
        if owing[family] and not call.repeats:
            owing[family] -= 1
        else:
            out.append(call)
        owing[family] += call.partial or call.flawed
    return out


def _assign(wanted: Counter[str], calls: Sequence[Call], failed: set[str]) -> tuple[float, float, list[str]]:
    """Match as much weight as possible: the same tool first, then another of its family.

    A step that names only a family takes any of its tools as its own. A sibling that stands in for a tool that
    failed in this very episode counts in full. A call that brings several files where single calls were planned
    covers as many steps.

    Returns:
        The weight matched, the further steps covered, and the ids of the calls that match nothing.
    """
    left = +wanted
    matched, rest, spare = 0.0, [], Counter[str]()
    for call in calls:
        own = call.tool if left[call.tool] > 0 else family_of(call.tool)
        if left[own] > 0:
            left[own] -= 1
            matched += 1
            spare[own] += max(0, len(call.outputs) - 1) if batch_of(call.tool) > 1 else 0
        else:
            rest.append(call)
    unplanned = []
    for call in rest:
        family = family_of(call.tool)
        sibling = next((tool for tool, n in left.items() if n > 0 and _alike(tool, family, failed)), None)
        if sibling is None:
            unplanned.append(call.id)
            continue
        left[sibling] -= 1
        matched += 1.0 if family_of(sibling) in failed else SIBLING
    covered = sum(min(left[own], n) for own, n in spare.items())
    return matched, covered, unplanned


def _alike(tool: str, family: str, failed: set[str]) -> bool:
    planned = family_of(tool)
    return planned == family or (planned in failed and MEDIUM.get(planned, planned) == MEDIUM.get(family, family))


def _order(plan: Plan, calls: Sequence[Call]) -> float:
    """Return the share of the plan's dependencies that execution kept: what is needed was begun before what needs it."""
    first: dict[str, int] = {}
    for place, call in enumerate(calls):
        if call.ok:
            first.setdefault(family_of(call.tool), place)
    kept = asked = 0
    for number, step in enumerate(plan.steps, 1):
        own = family_of(step.tool)
        for dep in step.deps:
            needed = family_of(plan.steps[dep - 1].tool) if 0 < dep < number else own
            if needed != own and own in first and needed in first:
                asked += 1
                kept += first[needed] < first[own]
    return kept / asked if asked else 1.0
