"""The ends of the scale: the expert scores near one, an empty play near nothing, and hidden truth reaches nobody."""

import gymnasium as gym
import msgspec
import pytest

from visgenenv import ExpertPolicy, RandomPolicy, load_suite, rollout, score
from visgenenv.rewards import PRESETS
from visgenenv.rollouts import episode_seed
from visgenenv.tasks.scenarios import SCENARIOS
from visgenenv.trace import encode
from visgenenv.types import Duration, Group, Size

PAPER = load_suite("paper")
DEV = [load_suite("dev")[index] for index in range(40)]


class Silent:
    """Says nothing useful, then gives up."""

    def act(self, conversations):
        give_up = '<think>this is too hard for me</think><answer>{"task_status": "failed", "answer_url_list": [], "summary": "I gave up."}</answer>'
        return [give_up for _ in conversations]


@pytest.mark.parametrize("seed", range(5))
def test_the_expert_masters_the_published_queries_under_realistic_faults(seed):
    records = rollout(ExpertPolicy(), PAPER, seed=seed, faults="realistic", progress=False)
    assert [record.reward for record in records] == [1.0, 1.0, 1.0]
    for preset in ("hardened", "paper"):
        assert sum(score(record, preset).reward for record in records) / 3 >= 0.95


def by_type(records, preset):
    """Return the mean reward of each type of task in each language."""
    rewards = {}
    for record in records:
        rewards.setdefault((record.task.type, record.task.lang), []).append(score(record, preset).reward)
    return {key: sum(found) / len(found) for key, found in rewards.items()}


def test_the_expert_scores_near_one_on_every_type_in_both_languages():
    suite = load_suite("train", seed=3)
    chosen = {}
    for index in range(600):
        chosen.setdefault((suite[index].type, suite[index].lang), []).append(suite[index])
    assert set(chosen) == {(type, lang) for type in SCENARIOS for lang in ("en", "zh")}
    records = rollout(ExpertPolicy(), [task for tasks in chosen.values() for task in tasks[:4]], progress=False)
    for preset in ("hardened", "paper"):
        means = by_type(records, preset)
        assert {key: mean for key, mean in means.items() if mean < 0.95} == {}, preset


def test_random_play_earns_next_to_nothing():
    records = rollout(RandomPolicy(), [*PAPER, *DEV], progress=False)
    for preset in ("hardened", "paper"):
        assert max(by_type(records, preset).values()) <= 0.15


def test_giving_up_earns_nothing():
    for record in rollout(Silent(), PAPER, progress=False):
        assert score(record).reward == score(record, "paper").reward == record.reward == 0.0


def test_an_episode_without_a_turn_earns_nothing():
    env = gym.make("VisGen-v0", max_turns=5)
    env.reset(seed=1)
    empty = env.unwrapped.trajectory
    for preset in PRESETS:
        assert score(empty, preset).reward == 0.0


def hidden_truth_permuted(task):
    """Change every hidden field; what is left is what a user could know."""
    return msgspec.structs.replace(
        task,
        type="video.7" if task.type != "video.7" else "image.3",
        modality="image" if task.modality == "video" else "video",
        count=(7, 9),
        dimension="variety",
        split="other",
        difficulty="hard" if task.difficulty != "hard" else "easy",
        duration=Duration(123.0, "each"),
        shots=17,
        audio=("sfx",),
        subtitle=not task.subtitle,
        size=Size(21, 9),
        groups=(Group("a zebra", "object", 5),),
        attributes=("two green zebras",),
        slots=("waiting|等待",),
        reference_length=99,
        source="elsewhere",
    )


@pytest.mark.parametrize("index", range(12))
def test_hidden_truth_changes_no_tool_output_and_no_expert_turn(index):
    tasks = [*PAPER, *DEV[:9]]
    honest = rollout(ExpertPolicy(), [tasks[index]], seed=4, progress=False)[0]
    blind = rollout(ExpertPolicy(), [hidden_truth_permuted(tasks[index])], seed=4, progress=False)[0]
    assert [step.text for step in blind.steps] == [step.text for step in honest.steps]
    assert [step.told for step in blind.steps] == [step.told for step in honest.steps]
    assert blind.assets == honest.assets


def test_records_do_not_depend_on_how_many_lanes_run():
    many = rollout(ExpertPolicy(), DEV[:8], num_envs=8, seed=3, progress=False)
    few = rollout(ExpertPolicy(), DEV[:8], num_envs=3, seed=3, progress=False)
    assert [encode(record) for record in many] == [encode(record) for record in few]


def test_episode_seeds_of_neighbouring_rollouts_do_not_overlap():
    seeds = [episode_seed(seed, index) for seed in range(20) for index in range(200)]
    assert len(set(seeds)) == len(seeds)


def test_records_arrive_as_they_finish_and_return_in_order():
    seen = []
    records = rollout(
        RandomPolicy(), DEV[:6], num_envs=2, progress=False, on_record=lambda index, record: seen.append(index)
    )
    assert sorted(seen) == list(range(6))
    assert [record.task.id for record in records] == [task.id for task in DEV[:6]]


def test_a_policy_that_returns_too_few_turns_is_told_so():
    class Mute:
        def act(self, conversations):
            return []

    with pytest.raises(ValueError, match="0 turns for 1 conversations"):
        rollout(Mute(), PAPER[:1] if isinstance(PAPER, list) else [PAPER[0]], progress=False)
