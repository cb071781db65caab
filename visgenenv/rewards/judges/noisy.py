"""A judge with a known error, for measuring what noise in verdicts does to training."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from msgspec.structs import replace

from visgenenv.luck import first_uniform, normal
from visgenenv.rewards.judges.base import Judge, PlanCase, TrajCase, Verdict, judge_plans, judge_trajs
from visgenenv.rewards.judges.findings import Case, identity_of
from visgenenv.rewards.judges.prompts import question_of


class NoisyJudge:
    """Another judge with an error added: one normal draw a case, the same on every graded facet.

    As the facets err together, the score errs by the same draw: by `bias` on average with standard deviation `sd`,
    except where a facet meets 0 or 1. `requirement`, which is yes or no, stays. The draw belongs to the content of the
    case, so that equal plans get equal errors in every process and every batch.

    Args:
        judge: Whose verdicts are disturbed.
        sd: Standard deviation of the error.
        bias: Its mean.
        seed: Another seed, another error.

    Example:
        >>> from visgenenv.rewards.judges import NoisyJudge, RuleJudge
        >>> judge = NoisyJudge(RuleJudge(), sd=0.05)
    """

    def __init__(self, judge: Judge, sd: float, bias: float = 0.0, *, seed: int = 0):
        if sd < 0:
            raise ValueError(f"sd is a standard deviation, at least 0, not {sd}")
        self.judge = judge
        self.sd = sd
        self.bias = bias
        self.seed = seed

    @property
    def identity(self) -> dict[str, Any]:
        """Who judges; see `CachedJudge`."""
        return {"judge": "noisy", "sd": self.sd, "bias": self.bias, "seed": self.seed, "of": identity_of(self.judge)}

    def judge_plan(self, case: PlanCase) -> Verdict | None:
        """Judge a plan with an error."""
        return self._disturbed(case, self.judge.judge_plan(case))

    def judge_traj(self, case: TrajCase) -> Verdict | None:
        """Judge an execution with an error."""
        return self._disturbed(case, self.judge.judge_traj(case))

    def judge_plans(self, cases: Sequence[PlanCase]) -> list[Verdict | None]:
        """Judge plans, at once if the other judge can."""
        return [self._disturbed(*pair) for pair in zip(cases, judge_plans(self.judge, cases), strict=True)]

    def judge_trajs(self, cases: Sequence[TrajCase]) -> list[Verdict | None]:
        """Judge executions, at once if the other judge can."""
        return [self._disturbed(*pair) for pair in zip(cases, judge_trajs(self.judge, cases), strict=True)]

    def error(self, case: Case) -> float:
        """Return the error that belongs to a case."""
        named = f"{self.seed}:{question_of(case).key}".encode()
        return normal(first_uniform(blake2b(named).digest()), self.bias, self.sd, float("-inf"), float("inf"))

    def _disturbed(self, case: Case, verdict: Verdict | None) -> Verdict | None:
        if verdict is None:
            return None
        error = self.error(case)
        facets = {
            name: value if name == "requirement" else min(1.0, max(0.0, value + error))
            for name, value in verdict.facets.items()
        }
        reason = f"{verdict.reason}; an error of {error:+.3f} was added"
        return replace(verdict, facets=facets, reason=reason, source=f"noisy:{verdict.source}")
