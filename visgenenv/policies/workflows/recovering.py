"""The expert on a bad morning: it makes a slip or two, reads the error, puts it right, and ends well."""

from __future__ import annotations

from collections.abc import Generator

from visgenenv.policies.workflows.job import Job, plainly
from visgenenv.policies.workflows.slips import Slip, slip_in
from visgenenv.policies.workflows.turns import AGENT, Result, Step, Turn, Work
from visgenenv.policies.workflows.words import say

TWICE = 0.35
"""Probability of a second slip, in the turn after the first."""
_MESSAGE_CHARS = 160


def recovering(job: Job) -> Work:
    """Do the job as at its best but for a slip in one or two of the calls."""
    inner = plainly(job)
    turn = next(inner)
    first = job.chance.pick("slip in turn", range(stages(turn.plan or ())))
    slipping = {first, first + 1} if job.chance.happens("twice", TWICE) else {first}
    number = 0
    while turn.answer is None:
        results = yield from _played(turn, job, number, number in slipping)
        turn = inner.send(results)
        number += 1
    yield turn


def stages(plan: tuple[Step, ...]) -> int:
    """Return how many turns a plan takes at least: the length of its longest chain of needs."""
    depths: list[int] = []
    for step in plan:
        depths.append(1 + max((depths[dep - 1] for dep in step.deps), default=0))
    return max(depths, default=1)


def _played(turn: Turn, job: Job, number: int, slipping: bool) -> Generator[Turn, list[Result], list[Result]]:
    """Play a turn; one of its calls with a slip, which is put right in the next."""
    place = job.chance.pick(f"slip in call {number}", range(len(turn.calls)))
    slip = slip_in(turn.calls[place], job.offer, job.chance, f"slip {number}") if slipping else None
    if slip is None:
        return (yield turn)
    calls = tuple(slip.call if k == place else call for k, call in enumerate(turn.calls))
    results = yield Turn(turn.think, calls, turn.plan)
    error = (results[place].get("error") or {}) if place < len(results) else {}
    if str(error.get("type")) not in AGENT:
        return results
    mended = yield Turn(_regret(slip, error, job), (turn.calls[place],))
    return [*results[:place], *mended[:1], *results[place + 1 :]]


def _regret(slip: Slip, error: Result, job: Job) -> str:
    """Think about what went wrong: what the tool says, what was written, what is right."""
    message = " ".join(str(error.get("message") or error.get("type")).split())[:_MESSAGE_CHARS].rstrip(" .?。")
    tool = slip.right if slip.kind == "tool" else slip.call.name
    words = {"message": message, "tool": tool, "name": slip.name, "wrong": slip.wrong, "right": slip.right}
    return say(f"slip_{slip.kind}", job.lang, **words)
