"""Write the expert repository from the scripted expert's own plans, or check it: `python scripts/expert_plans.py --check`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from visgenenv import load_suite, load_toolbox
from visgenenv.episode import Episode
from visgenenv.parsing import parse_action
from visgenenv.policies import ExpertPolicy
from visgenenv.rewards.cases import pool_of
from visgenenv.rewards.experts import load_references, signature
from visgenenv.rewards.judges import PlanCase, RuleJudge
from visgenenv.rewards.plan import planned_value
from visgenenv.rewards.plan_reading import read_plan
from visgenenv.tasks.scenarios import SCENARIOS
from visgenenv.tools import load_faults
from visgenenv.types import Task

PATH = Path(__file__).parents[1] / "visgenenv" / "rewards" / "experts" / "plans.jsonl"
LEAST, MOST = 3, 6
"""Plans a type and language."""
LOOKED_AT = 6_000
"""Training tasks looked at."""
GOOD = 0.95


def plan_of(task: Task) -> str:
    """Return the plan that the expert writes in its first turn."""
    episode = Episode(task, load_toolbox(), seed=0, faults=load_faults("none"))
    (turn,) = ExpertPolicy().act([episode.conversation()])
    return parse_action(turn).plan or ""


def drawn() -> Iterator[dict[str, Any]]:
    """Yield reference plans: for every type and language different demands or tools, the commonest first.

    Where the first half of the tasks has too few of these, other numbers make another plan.
    """
    suite = load_suite("train", seed=1)
    seen: dict[tuple[str, str], set[Any]] = {}
    for index in range(LOOKED_AT):
        task = suite[index]
        key, demands = (task.type, task.lang), signature(task)
        known = seen.setdefault(key, set())
        if len(known) == MOST:
            continue
        plan = plan_of(task)
        numbers = len(known) >= LEAST or index < LOOKED_AT // 2
        shape = (demands, tuple((step.tool, 0 if numbers else step.n) for step in read_plan(plan).steps))
        if shape in known or value_of(task, plan) < GOOD:
            continue
        known.add(shape)
        yield {
            "id": f"{task.type}/{task.lang}/{len(known)}",
            "type": task.type,
            "lang": task.lang,
            "signature": demands,
            "plan": orjson.loads(plan),
            "from": task.id,
        }


def value_of(task: Task, plan: str) -> float:
    """Return what the rules give a plan, without comparing it with others."""
    case = PlanCase(task, pool_of(task), (), read_plan(plan))
    return planned_value(RuleJudge().judge_plan(case).facets, "gated")


def check() -> list[str]:
    """Return what is wrong with the repository as it stands."""
    known = load_references()
    problems = [
        f"{type} {lang}: {len(known.get((type, lang), ()))} plans, at least {LEAST} are needed"
        for type in SCENARIOS
        for lang in ("en", "zh")
        if len(known.get((type, lang), ())) < LEAST
    ]
    problems += [f"{one.id}: not a plan" for plans in known.values() for one in plans if not one.plan.steps]
    ids = [one.id for plans in known.values() for one in plans]
    problems += [f"{one}: twice" for one in sorted(set(ids)) if ids.count(one) > 1]
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say what is wrong with the file")
    if not parser.parse_args().check:
        rows = sorted(drawn(), key=lambda row: row["id"])
        PATH.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
        load_references.cache_clear()
    problems = check()
    print("\n".join(problems) or f"{PATH.name}: {sum(map(len, load_references().values()))} plans, nothing wrong")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
