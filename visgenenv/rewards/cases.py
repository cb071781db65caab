"""From a finished record to the cases a judge reads: the plan in force, and what was done about it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from visgenenv.rewards.experts import references_for
from visgenenv.rewards.facts import delivered, ledger_of, repeats
from visgenenv.rewards.judges.base import Call, PlanCase, TrajCase
from visgenenv.rewards.plan_amounts import Amounts
from visgenenv.rewards.plan_reading import read_plan
from visgenenv.rewards.plans import Plan
from visgenenv.tools import load_toolbox
from visgenenv.trajectory import Trajectory
from visgenenv.types import LedgerEntry, Step, Task


def plan_case(trajectory: Trajectory) -> PlanCase | None:
    """Return the case of the plan in force at the first call; None if there is no plan."""
    found = plan_in_force(trajectory)
    if found is None:
        return None
    task = trajectory.task
    pool = pool_of(task, str(trajectory.settings.get("tools", "task")))
    return PlanCase(task, pool, references_for(task), found[1])


def traj_case(trajectory: Trajectory) -> TrajCase:
    """Return the case of what was planned and done."""
    found = plan_in_force(trajectory)
    ledger = ledger_of(trajectory)
    names = {asset.id: name for asset, name in zip(trajectory.assets, _names(trajectory), strict=True)}
    calls = tuple(_call(entry, names, again) for entry, again in zip(ledger, repeats(trajectory), strict=True))
    replans = tuple(_replans(trajectory, found[0])) if found else ()
    made = tuple(names[asset.id] for asset in delivered(trajectory))
    return TrajCase(trajectory.task, found[1] if found else None, calls, replans, made)


def plan_in_force(trajectory: Trajectory) -> tuple[int, Plan] | None:
    """Return the last plan written before the first call, and its turn. A plan after that call replaces nothing."""
    amounts = Amounts.of(trajectory.task)
    found: tuple[int, str] | None = None
    for turn, step in enumerate(trajectory.steps):
        action = step.action
        if action.plan is not None and "plan_late" not in action.faults:
            found = turn, action.plan
        if action.calls:
            break
    return (found[0], read_plan(found[1], amounts)) if found else None


def _replans(trajectory: Trajectory, first: int) -> list[tuple[int, Plan]]:
    """Return the later plans that had a reason, each with the number of calls before it."""
    amounts = Amounts.of(trajectory.task)
    out: list[tuple[int, Plan]] = []
    calls = 0
    for turn, step in enumerate(trajectory.steps):
        if turn > first and step.action.plan is not None and calls and due(trajectory.steps[:turn]):
            plan = read_plan(step.action.plan, amounts)
            if plan.steps:
                out.append((calls, plan))
        calls += len(step.action.calls)
    return out


def due(before: Sequence[Step]) -> bool:
    """Whether a plan is due: none was made yet, or since the last one a call failed or its result was flawed."""
    for step in reversed(before):
        if not all(result.ok and not result.flaws and not result.data.get("failed") for result in step.results):
            return True
        if step.action.plan is not None:
            return False
    return True


def pool_of(task: Task, offered: str = "task") -> tuple[str, ...]:
    """Return the tools that could be called: the task's pool, or all there are."""
    return task.tool_pool if task.tool_pool and offered != "all" else _all_tools()


@lru_cache(maxsize=1)
def _all_tools() -> tuple[str, ...]:
    return tuple(load_toolbox())


def _names(trajectory: Trajectory) -> list[str]:
    """Name assets by the order of their making, the user's apart."""
    names, user, made = [], 0, 0
    for asset in trajectory.assets:
        if asset.created_by == "user":
            user += 1
            names.append(f"u{user}")
        else:
            made += 1
            names.append(f"a{made}")
    return names


def _call(entry: LedgerEntry, names: dict[str, str], repeats: bool) -> Call:
    result = entry.result
    error = result.error
    return Call(
        id=f"c{entry.index + 1}",
        turn=entry.turn,
        tool=entry.call.name,
        ok=error is None,
        inputs=tuple(names[asset_id] for asset_id in result.inputs if asset_id in names),
        outputs=tuple(names[asset.id] for asset in result.assets if asset.id in names),
        kinds=tuple(asset.kind for asset in result.assets),
        fault=error.fault if error else "",
        error=error.type if error else "",
        repeats=repeats,
        partial=error is None and bool(result.data.get("failed")),
        flawed=bool(result.flaws),
    )
