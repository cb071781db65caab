"""A record scores the same to the last bit wherever, whenever and beside whatever it is scored; and in bounded time."""

import os
import random
import subprocess
import sys
from time import process_time

import pytest
from threats import honest, tasks_for
from threats.on_talk import crashing

from visgenenv import ExpertPolicy, RandomPolicy, load_suite, rollout, score
from visgenenv.rewards import COMPONENTS, PRESETS, diagnostics, score_all, turn_rewards
from visgenenv.rewards.diagnosis import SIGNS, correlation, summary
from visgenenv.testing import ComponentError, check_component
from visgenenv.trace import write_traces
from visgenenv.types import Score

TASKS = [*load_suite("paper"), *load_suite("dev")[:9]]
RECORDS = [
    *rollout(ExpertPolicy(), TASKS, seed=2, faults="stress", progress=False),
    *rollout(RandomPolicy(), TASKS, seed=2, progress=False),
]
ELSEWHERE = """
import sys
from visgenenv import score
from visgenenv.trace import read_traces
for record in read_traces(sys.argv[1]):
    print(*(score(record, preset).reward.hex() for preset in sys.argv[2].split(",")))
"""


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_gives_the_same_bits(tmp_path, hash_seed):
    path = tmp_path / "traces.jsonl"
    write_traces(path, RECORDS)
    command = [sys.executable, "-c", ELSEWHERE, str(path), ",".join(PRESETS)]
    env = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    here = [" ".join(score(record, preset).reward.hex() for preset in PRESETS) for record in RECORDS]
    assert done.stdout.splitlines() == here


def test_the_order_of_a_batch_does_not_matter():
    order = list(range(len(RECORDS)))
    random.Random(5).shuffle(order)
    straight = score_all(RECORDS)
    shuffled = score_all([RECORDS[place] for place in order])
    assert [shuffled[order.index(place)] for place in range(len(RECORDS))] == straight
    assert straight == [score(record) for record in RECORDS]


@pytest.mark.parametrize("h", [honest(task) for task in tasks_for(lambda task: True, types=2)], ids=lambda h: h.task.id)
def test_input_made_to_crash_a_grader_is_scored_in_bounded_time(h):
    record = crashing(h)
    start = process_time()
    found = score(record)
    assert process_time() - start < 1.0
    assert found.status == "ok" and found.reward <= 0.15


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_shipped_component_keeps_the_rules_of_components(name):
    check_component(COMPONENTS[name], [*RECORDS[:4], *RECORDS[-2:]])


def test_a_component_that_breaks_the_rules_is_told_all_of_them():
    def careless(trajectory):
        return Score(len(trajectory.steps) / 3 if trajectory.answer else None, "")

    with pytest.raises(ComponentError, match=r"neither None nor in \[0, 1\][\s\S]*no reason[\s\S]*some plays"):
        check_component(careless, RECORDS[:2])


def test_a_component_that_looks_at_ids_is_found_out():
    with pytest.raises(ComponentError, match="other asset ids"):
        check_component(lambda record: Score(float(record.assets[-1].id > "img_5"), "by id"), RECORDS[:8])


class TestTurnRewards:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_they_sum_to_the_reward(self, preset):
        for record in RECORDS[::3]:
            rewards = turn_rewards(record, preset)
            assert len(rewards) == len(record.steps) and sum(rewards) == score(record, preset).reward

    def test_the_answer_brings_most_of_it(self):
        rewards = turn_rewards(RECORDS[1])
        assert rewards[-1] == max(rewards) > 0.5


class TestDiagnostics:
    def test_a_group_that_earns_the_same_teaches_nothing(self):
        found = diagnostics([RECORDS[0], RECORDS[0], RECORDS[1], RECORDS[len(TASKS) + 1]])
        assert found.groups == {"n": 2.0, "size": 2.0} and found.zero_variance == 0.5
        assert found.spread["plan"] == pytest.approx(0.25)  # 0 in the first group, half of 1 in the second

    def test_signs_of_cheating_are_counted(self):
        found = diagnostics(RECORDS)
        assert tuple(found.hacks) == SIGNS
        assert found.hacks["no_plan"] == pytest.approx(0.5) and found.hacks["forged"] == 0.0
        assert found.judge == {"judge_fail_rate": 0.0, "fallback_rate": 0.0, "mask_rate": 0.0}

    def test_the_flat_form_holds_numbers_alone(self):
        flat = summary(diagnostics(RECORDS))
        assert all(isinstance(value, float) for value in flat.values()) and "spread/match" in flat

    def test_nothing_at_all_is_no_error(self):
        assert diagnostics([]).reward == {"mean": 0.0, "spread": 0.0}

    def test_correlation_of_what_does_not_vary(self):
        assert correlation([1.0, 1.0], [1.0, 2.0]) == 0.0 and correlation([0.0, 1.0], [1.0, 0.0]) == -1.0
