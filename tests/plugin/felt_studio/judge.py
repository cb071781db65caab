"""A judge: the rules, and a word of praise for felt."""

from msgspec.structs import replace

from visgenenv.rewards.judges import RuleJudge


class Foreman:
    """Judges as the rules do."""

    identity = "felt foreman, version 1"

    def __init__(self):
        self.rules = RuleJudge()

    def judge_plan(self, case):
        verdict = self.rules.judge_plan(case)
        felt = sum("felt" in step.goal.casefold() for step in case.plan.steps)
        return replace(verdict, reason=f"{verdict.reason}; {felt} steps speak of felt")

    def judge_traj(self, case):
        return self.rules.judge_traj(case)
