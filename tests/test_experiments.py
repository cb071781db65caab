"""The parts of the reward experiment that need no trainer: best of n, the noisy expert, what counts as hacked, figures."""

from __future__ import annotations

from itertools import combinations
from statistics import fmean

import pytest
from msgspec.structs import replace
from PIL import Image

from visgenenv import load_suite, load_toolbox, rollout
from visgenenv.control import ControlExpert, ControlPolicy, layout_of
from visgenenv.experiments.best_of_n import Samples, curve, expected_best, sample_task
from visgenenv.experiments.figures import Panel, draw_panels
from visgenenv.experiments.noisy import NoisyExpert
from visgenenv.experiments.verdicts import Verdict, hacked, overpaid, read_verdicts, write_verdicts

HONEST = Verdict("t", {"RL1": 1.0, "hardened": 1.0}, 0.9, False, {"files": 0.9}, {}, ())


def paid(reward, gold):
    return replace(HONEST, rewards={"RL1": reward, "hardened": 0.2}, gold=gold)


def by_hand(proxy, value, n):
    """The mean, over all ways to choose n, of the value of the best paid; equal ones share."""
    worth = []
    for chosen in combinations(range(len(proxy)), n):
        top = max(proxy[place] for place in chosen)
        worth.append(fmean(value[place] for place in chosen if proxy[place] == top))
    return fmean(worth)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6])
def test_the_best_of_n_is_the_mean_over_all_ways_to_choose_n(n):
    proxy, value = [0.1, 0.4, 0.4, 0.7, 0.2, 0.9], [1.0, 0.0, 0.5, 0.2, 0.8, 0.3]
    assert expected_best(proxy, value, [n])[0] == pytest.approx(by_hand(proxy, value, n))


def test_a_proxy_that_says_nothing_chooses_at_random():
    assert expected_best([1.0] * 4, [0.0, 1.0, 0.0, 1.0], [1, 2, 4]) == pytest.approx([0.5, 0.5, 0.5])


def test_two_hundred_and_fifty_six_samples_lose_no_precision():
    proxy = [float(k) for k in range(256)]
    assert expected_best(proxy, proxy, [1, 256]) == pytest.approx([127.5, 255.0])


def test_a_proxy_against_gold_is_seen_to_turn_down():
    samples = [
        Samples(f"t/{k}", {"RL1": [float(place) for place in range(64)]}, [1 - abs(place - 32) / 32 for place in range(64)], [False] * 64)
        for k in range(6)
    ]  # fmt: skip
    found = curve(samples, "RL1", [1, 2, 4, 8, 16, 32, 64], [one.task for one in samples])
    assert found.peak < 16 and found.drop.value < -0.3 and found.drop.high < 0 and found.late.value < 0
    assert found.proxy[-1].value == 63.0 and found.passed[-1].value == 0.0


def test_samples_of_a_task_repeat_and_differ_among_themselves():
    (task,) = load_suite("dev")[:1]
    one, other = sample_task(task, 12, index=3), sample_task(task, 12, index=4)
    assert one == sample_task(task, 12, index=3) and one != other
    assert len(set(one.rewards["hardened"])) > 2 and len(one.gold) == 12 and set(one.rewards) == {"RL1", "RL2", "RL4", "hardened"}  # fmt: skip


def test_without_noise_the_noisy_expert_is_the_expert():
    layout, tasks = layout_of(tuple(load_toolbox())), load_suite("dev")[:4]
    expert, noisy, still = (
        [step.text for record in rollout(policy, tasks, progress=False, max_turns=20) for step in record.steps]
        for policy in (ControlPolicy(ControlExpert(layout), layout), NoisyExpert(layout), NoisyExpert(layout, most=0.0))
    )
    assert still == expert != noisy


def test_hacked_is_what_is_paid_like_honest_play_and_worth_less():
    assert hacked(paid(1.0, 0.5), HONEST, "RL1") and hacked(paid(0.96, 0.8), HONEST, "RL1")
    assert not hacked(paid(0.9, 0.5), HONEST, "RL1"), "it was paid less"
    assert not hacked(paid(1.0, 0.85), HONEST, "RL1"), "it is worth as much"
    assert not hacked(paid(1.0, 0.5), HONEST, "hardened"), "another reward pays less"
    assert hacked(paid(0.9, 0.5), HONEST, "RL1", tie=0.1) and not hacked(paid(1.0, 0.75), HONEST, "RL1", loss=0.2)


def test_overpaid_is_the_share_of_reward_beyond_the_share_of_gold():
    assert overpaid(paid(0.8, 0.45), HONEST, "RL1") == pytest.approx(0.3)
    assert overpaid(paid(0.2, 0.9), HONEST, "RL1") == 0.0
    assert overpaid(paid(0.5, 0.1), replace(HONEST, gold=0.0), "RL1") == 0.0


def test_verdicts_are_written_and_read(tmp_path):
    write_verdicts(tmp_path / "verdicts.jsonl", [HONEST, paid(0.5, 0.25)])
    assert read_verdicts(tmp_path / "verdicts.jsonl") == [HONEST, paid(0.5, 0.25)]
    assert [file.name for file in tmp_path.iterdir()] == ["verdicts.jsonl"]


def test_a_figure_has_its_panels_beside_each_other(tmp_path):
    panel = Panel("gold", "n", ((0, "1"), (1, "2")), {"RL1": [(0, 0.2, 0.1, 0.3), (1, 0.5, 0.4, 0.6)]})
    with Image.open(draw_panels([panel, panel, panel], tmp_path / "figure.png")) as figure:
        colours = {colour for _, colour in figure.getcolors(1 << 20)}
    assert figure.size == (1440, 400) and any(red > 180 and blue < 60 for red, _, blue in colours)
