"""The expert at length: everything right, thought over at length, looked up, spelt out, and one call a turn."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from msgspec.structs import replace

from visgenenv.policies.workflows.craft import about
from visgenenv.policies.workflows.job import Job, plainly
from visgenenv.policies.workflows.lookups import chosen, look_over, look_up, lookup_steps
from visgenenv.policies.workflows.turns import Call, Result, Step, Turn, Work
from visgenenv.policies.workflows.words import say

ROOM = 24
"""Turns that production may take where nothing fails; what needs more calls makes several in a turn."""
MOST_STEPS = 40
"""A plan is spelt out call by call up to this length."""
_ASIDES = 8


def verbosely(job: Job) -> Work:
    """Do the job as at its best, with everything said and every call for itself."""
    inner = plainly(job)
    turn = next(inner)
    if turn.plan is None:
        yield turn
        return
    expected = sum(step.n for step in turn.plan)
    tools = chosen(job, expected)
    plan: tuple[Step, ...] | None = spelt_out(turn.plan, lookup_steps(job, tools), job)
    if tools:
        yield from look_up(job, tools, plan)
        plan = None
    size, done, number = ceil(expected / ROOM), 0, 0
    while turn.answer is None:
        results: list[Result] = []
        for start in range(0, len(turn.calls), size):
            calls = turn.calls[start : start + size]
            number += len(calls)
            lead = say("step", job.lang, k=number, n=max(expected, number), what=calls[0].name)
            middle = [turn.think] if not start else []
            think = " ".join((lead, *middle, *_asides(job, calls[0], number, done)))
            results += yield Turn(think, calls, plan)
            plan, done = None, done + len(calls)
        turn = inner.send(results)
    said = yield from look_over(job, turn.answer["answer_url_list"])
    more = [say("looked_over", job.lang, answer=said)] if said else []
    yield replace(turn, think=" ".join((turn.think, *more, *_asides(job, None, number + 1, done))))


def _asides(job: Job, call: Call | None, number: int, done: int) -> Iterator[str]:
    """Yield two or three remarks, others every time."""
    if call is None:
        yield say("more_7", job.lang, done=done)
        return
    options = [k for k in range(1, _ASIDES + 1) if k != 1 or number == 1]
    n = 2 + job.chance.happens(f"aside {number}", 0.5)
    for k in job.chance.several(f"asides {number}", options, n):
        yield say(f"more_{k}", job.lang, subject=about(job.brief), tool=call.name, done=done)


def spelt_out(plan: tuple[Step, ...], before: tuple[Step, ...], job: Job) -> tuple[Step, ...]:
    """Write every call of a plan as a step of its own, after the steps that come before it.

    A step that was to be done as often as the one it needs depends on its own counterpart, else on all of them.
    """
    steps = list(before)
    if len(before) + sum(step.n for step in plan) > MOST_STEPS:
        shift = len(before)
        return (*before, *(replace(step, deps=tuple(dep + shift for dep in step.deps)) for step in plan))
    places: list[range] = []
    for step in plan:
        first = len(steps) + 1
        for k in range(step.n):
            needed = [
                place
                for dep in step.deps
                for place in ([places[dep - 1][k]] if len(places[dep - 1]) == step.n else places[dep - 1])
            ]
            goal = say("goal_one", job.lang, goal=step.goal, k=k + 1) if step.n > 1 else step.goal
            steps.append(Step(goal, step.tool, 1, tuple(needed), step.deliver))
        places.append(range(first, len(steps) + 1))
    return tuple(steps)
