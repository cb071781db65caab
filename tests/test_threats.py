"""No listed way of cheating pays under `hardened`; the paper's own ablations show why (specification, section 2)."""

import pytest
from threats import THREATS, honest, tasks_for

from visgenenv import score

TYPES = 5
"""Types of task a threat is tried on, in both languages."""


def tried(threat, types=TYPES):
    """Yield honest play and cheating play on each of the chosen tasks."""
    n = 0
    for task in threat.tasks():
        if n == 2 * types:
            return
        play = honest(task)
        cheated = threat.play(play)
        if cheated is not None:
            n += 1
            yield play.record, cheated


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat.id)
def test_cheating_ends_as_far_below_honest_play_as_it_should(threat):
    cells = 0
    for record, cheated in tried(threat):
        straight, crooked = score(record), score(cheated)
        assert straight.reward >= 0.9, f"{record.task.id}: {straight.explain()}"
        assert crooked.status == "ok"
        assert threat.held(crooked.reward, straight.reward), (
            f"{threat.id} ({threat.what}) on {record.task.id}: {crooked.reward:.3f} of {straight.reward:.3f}\n"
            f"{crooked.explain()}"
        )
        cells += 1
    assert cells == 2 * TYPES


def test_the_papers_first_ablation_is_fooled_most_often_and_the_full_reward_never():
    ties = dict.fromkeys(("RL1", "RL2", "hardened"), 0)
    for threat in THREATS[::2]:
        for record, cheated in tried(threat, types=2):
            for preset in ties:
                ties[preset] += score(cheated, preset).reward > score(record, preset).reward - 0.02
    assert ties["RL1"] > ties["RL2"] > ties["hardened"] == 0


def test_failing_on_purpose_pays_less_the_more_it_is_done():
    from functools import partial

    from threats.on_calls import farming

    for task in tasks_for(lambda task: True, types=3):
        rewards = [score(partial(farming, k)(honest(task))).reward for k in range(5)]
        assert rewards == sorted(rewards, reverse=True) and len(set(rewards)) == 5


def test_handing_over_more_of_the_pictures_pays_more():
    from functools import partial

    from threats.on_delivery import many, only_made

    for task in tasks_for(many, types=3):
        rewards = [score(partial(only_made, share)(honest(task))).reward for share in (0.1, 0.5, 1.0)]
        assert rewards == sorted(rewards) and len(set(rewards)) == 3


def test_saying_that_something_is_missing_pays_more_than_claiming_success():
    from threats.on_delivery import false_success, honest_partial, many

    for task in tasks_for(many, types=5):
        play = honest(task)
        assert score(false_success(play)).reward < score(honest_partial(play)).reward < score(play.record).reward


def test_asking_the_judge_for_full_marks_inside_the_plan_changes_nothing_worth_having():
    from threats.on_plans import flattery_in_the_plan

    for task in tasks_for(lambda task: True, types=5):
        play = honest(task)
        moved = score(flattery_in_the_plan(play)).components["plan"] - score(play.record).components["plan"]
        assert -0.05 <= moved <= 0
