"""An optional dense signal: how far the plan is carried out, as a potential. It moves no optimum and no return.

Ng, Harada and Russell (1999): a reward of the form `phi(next) - phi(now)`, with a potential that is nothing at the
end, leaves the best policy where it was. Here nothing is discounted, so an episode's shaping adds up to 0.0.
"""

from __future__ import annotations

from visgenenv.control.standing import Standing


def progress(standing: Standing) -> float:
    """Return how far what was called is what was planned, in [0, 1]: calls that are both, over calls that are either.

    Only successful calls count, tool by tool; without a plan the potential is 0.
    """
    both = either = 0
    for tool in standing.planned.keys() | standing.made.keys():
        planned, made = standing.planned[tool], standing.made[tool]
        both += min(planned, made)
        either += max(planned, made)
    return both / either if standing.has_plan and either else 0.0
