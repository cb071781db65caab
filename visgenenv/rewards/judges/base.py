"""What a judge is: it reads a case, a plan or what was done about it, and gives a verdict, or none if it could not.

A case holds all that a judge may know. Nothing in it depends on the ids of an episode, so that equal work is an
equal case, and a verdict on it can be shared and cached. How the facets become a score is not the judge's business:
`visgenenv.rewards.plan` and `visgenenv.rewards.traj` do that, equally for every judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

from msgspec import Struct

from visgenenv.rewards.plans import Plan
from visgenenv.types import Task

PLAN_FACETS = ("requirement", "coherence", "executability", "atomicity", "optimality")
"""Of a verdict on a plan, each in [0, 1]; `requirement` is 0 or 1."""

TRAJ_FACETS = ("coverage", "faithfulness", "order")
"""Of a verdict on what was executed, each in [0, 1]."""


class Reference(Struct, frozen=True):
    """A plan of the expert repository: for which type of task, in which language, made for which demands."""

    id: str
    type: str
    lang: str
    signature: tuple[str, ...]
    """The demands it was written for, such as `object`, `bgm`, `shots`."""
    plan: Plan


class PlanCase(Struct, frozen=True):
    """A plan to be judged. `plan.text` is what the policy wrote, word for word."""

    task: Task
    tool_pool: tuple[str, ...]
    expert_plans: tuple[Reference, ...]
    """At most two, of the same type and language; never made for this very task."""
    plan: Plan


class Call(Struct, frozen=True):
    """One executed call. Assets are named by the order of their making: `a1`, `a2`, … (`u1`, … the user's files)."""

    id: str
    """`c1`, `c2`, … in the order of execution."""
    turn: int
    tool: str
    ok: bool
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    """Assets made, each with its kind in `kinds`."""
    kinds: tuple[str, ...] = ()
    fault: Literal["", "AGENT", "ENV"] = ""
    error: str = ""
    repeats: bool = False
    """Whether an identical call succeeded before."""
    partial: bool = False
    """Whether it gave less than was asked for, so that the rest had to be asked for again."""
    flawed: bool = False
    """Whether something it made has a defect, so that there was reason to make it again."""


class TrajCase(Struct, frozen=True):
    """What was planned and what was done. `plan` is the one in force at the first call; None if there was none."""

    task: Task
    plan: Plan | None
    calls: tuple[Call, ...]
    replans: tuple[tuple[int, Plan], ...] = ()
    """Later plans that had a reason, each with the number of calls executed before it."""
    delivered: tuple[str, ...] = ()


class Verdict(Struct, frozen=True):
    """What a judge found.

    Attributes:
        facets: Name -> value in [0, 1]: those of `PLAN_FACETS` or `TRAJ_FACETS`. A verdict on a trajectory may add
            `score`, which then stands for the whole; else the whole is the mean of the facets.
        reason: One sentence for people.
        evidence: Facet -> what the value rests on: a quotation, or what is missing.
        source: Who judged, such as "rules" or "chat:MODEL".
    """

    facets: dict[str, float]
    reason: str
    evidence: dict[str, str] = {}
    source: str = ""


@runtime_checkable
class Judge(Protocol):
    """Judges plans and trajectories. Pure as far as it can be: equal cases, equal verdicts.

    A judge that is faster with many cases at once may also have `judge_plans` and `judge_trajs`, from a sequence of
    cases to a list of as many verdicts.
    """

    def judge_plan(self, case: PlanCase) -> Verdict | None:
        """Judge a plan; None if it could not be judged."""
        ...

    def judge_traj(self, case: TrajCase) -> Verdict | None:
        """Judge what was executed against what was planned; None if it could not be judged."""
        ...


Case = TypeVar("Case", PlanCase, TrajCase)


def judge_plans(judge: Judge, cases: Sequence[PlanCase]) -> list[Verdict | None]:
    """Judge many plans, at once if the judge can."""
    return _judged(getattr(judge, "judge_plans", None), judge.judge_plan, cases)


def judge_trajs(judge: Judge, cases: Sequence[TrajCase]) -> list[Verdict | None]:
    """Judge many trajectories, at once if the judge can."""
    return _judged(getattr(judge, "judge_trajs", None), judge.judge_traj, cases)


def _judged(
    together: Callable[[Sequence[Case]], list[Verdict | None]] | None,
    alone: Callable[[Case], Verdict | None],
    cases: Sequence[Case],
) -> list[Verdict | None]:
    if together is None:
        return [alone(case) for case in cases]
    verdicts = together(cases)
    if len(verdicts) != len(cases):
        raise ValueError(f"the judge returned {len(verdicts)} verdicts for {len(cases)} cases")
    return verdicts


def task_view(task: Task) -> dict[str, Any]:
    """Return what a judge is told of a task, as plain JSON data: the request and what it objectively demands.

    The task's id, split and source stay out, so that the same request is the same document wherever it comes from.
    """
    view: dict[str, Any] = {
        "request": task.query,
        "language": task.lang,
        "type": task.type,
        "modality": task.modality,
        "deliverables": {"least": task.count[0], "most": task.count[1]},
        "reference_calls": task.reference_length,
    }
    if task.uploads:
        view["user_files"] = [f"{upload.name}: {upload.kind}, {upload.description}" for upload in task.uploads]
    if task.duration is not None:
        view["duration"] = {"seconds": task.duration.seconds, "scope": task.duration.scope}
    if task.shots is not None:
        view["shots"] = task.shots
    if task.audio:
        view["sound"] = list(task.audio)
    if task.subtitle:
        view["subtitles"] = True
    if task.size is not None:
        view["size"] = {"width": task.size.width, "height": task.size.height, "exact_pixels": task.size.exact}
    if task.groups:
        view["must_stay_the_same"] = [
            {"what": group.name, "kind": group.kind, "in": group.n_required} for group in task.groups
        ]
    return view
