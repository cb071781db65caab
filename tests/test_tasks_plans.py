"""The plans of test requests stand nowhere in training: not among the expert's plans, not in the judge's repository."""

import json
from pathlib import Path

import pytest

from visgenenv import ExpertPolicy, load_suite, load_toolbox
from visgenenv.episode import Episode
from visgenenv.parsing import parse_action
from visgenenv.rewards import experts
from visgenenv.tasks import load_task
from visgenenv.tools import load_faults

ROWS = [json.loads(line) for line in Path(experts.__file__).with_name("plans.jsonl").read_text("utf-8").splitlines()]


def plan_of(task):
    """The plan that the expert writes for a task, as text."""
    episode = Episode(task, load_toolbox(), seed=0, faults=load_faults("none"))
    (turn,) = ExpertPolicy().act([episode.conversation()])
    return parse_action(turn).plan


@pytest.fixture(scope="module")
def asked_plans():
    plans = {plan_of(task): task.id for name in ("visgenbench", "test_hard") for task in load_suite(name)}
    assert None not in plans and len(plans) > 1300
    return plans


def test_no_test_plan_is_the_plan_of_a_training_request(asked_plans):
    for task in load_suite("train")[:3000]:
        plan = plan_of(task)
        assert plan not in asked_plans, f"{asked_plans[plan]} has the plan of {task.id}"


def test_no_test_plan_stands_in_the_judges_repository(asked_plans):
    kept = [json.dumps(row["plan"], sort_keys=True, ensure_ascii=False) for row in ROWS]
    asked = {json.dumps(json.loads(plan), sort_keys=True, ensure_ascii=False) for plan in asked_plans}
    assert len(kept) > 250 and not set(kept) & asked


def test_the_repository_was_drawn_from_training_requests_of_its_types():
    assert all(row["from"].startswith("train") for row in ROWS)
    for row in ROWS:
        task = load_task(row["from"])
        assert (task.type, task.lang) == (row["type"], row["lang"]), row["id"]
