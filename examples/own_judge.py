"""Bring your own judge: two methods, from a case to a verdict. Here a producer who minds the budget."""

import tempfile

from msgspec.structs import replace

from visgenenv import ExpertPolicy, load_suite, load_toolbox, rollout, score
from visgenenv.rewards.judges import CachedJudge, PlanCase, RuleJudge, TrajCase, Verdict
from visgenenv.testing import check_judge

DEAR = {name for name, tool in load_toolbox().items() if tool.spec.category == "video"}


class Producer:
    """Judges as the rules do, and takes a twentieth off `optimality` for every film clip that a plan shoots."""

    identity = "producer, version 1"  # caches keep verdicts under it: change it whenever verdicts may change

    def __init__(self):
        self.rules = RuleJudge()

    def judge_plan(self, case: PlanCase) -> Verdict | None:
        verdict = self.rules.judge_plan(case)
        clips = sum(step.n for step in case.plan.steps if step.tool in DEAR)
        value = max(0.0, verdict.facets["optimality"] - clips / 20)
        said = f"{clips} clips to shoot; {verdict.evidence.get('optimality', '')}"
        return replace(
            verdict,
            facets={**verdict.facets, "optimality": value},
            reason=f"{verdict.reason}; {clips} clips to shoot",
            evidence={**verdict.evidence, "optimality": said},
            source="producer",
        )

    def judge_traj(self, case: TrajCase) -> Verdict | None:
        return self.rules.judge_traj(case)


def main() -> None:
    producer = Producer()
    check_judge(producer)  # well-formed, steady, sensible, and deaf to plans that ask for marks
    for record in rollout(ExpertPolicy(), load_suite("paper"), faults="none", progress=False):
        verdict = score(record, judge=producer)
        print(f"{record.task.id:22} {score(record).reward:.3f} by the rules, {verdict.reward:.3f} by the producer")
    print(verdict.explain())
    with tempfile.TemporaryDirectory() as folder:  # verdicts on disk: worth it when a judge is slow or costs money
        for _ in range(2):
            cached = CachedJudge(producer, folder)
            score(record, judge=cached)
            print("found in the cache:", cached.report()["hits"], "of", cached.report()["cases"])


if __name__ == "__main__":
    main()
