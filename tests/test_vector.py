"""The vector environment equals Gymnasium's own, step by step, in every autoreset mode."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv

from visgenenv import VisGenVectorEnv, load_suite
from visgenenv.vector import VisGenEnv

N = 3
THINK = "<think>\nlook at the request, turn {}\n</think>\n\n"
DRAW = THINK + '<tool_call>{{"name": "tool_text2image_gemini", "arguments": {{"prompt": "fox {}"}}}}</tool_call>'
ANSWER = THINK + '<answer>{{"task_status": "failed", "answer_url_list": [], "summary": "nothing to show"}}</answer>'


def actions(turn):
    return [(ANSWER if turn % (lane + 3) == lane + 2 else DRAW).format(turn, turn) for lane in range(N)]


def make(**kwargs):
    return lambda: gym.make("visgenenv:VisGen-v0", tasks="paper", **kwargs)


def compare(ours, theirs, turns=12, mode=AutoresetMode.NEXT_STEP):
    assert data_equivalence(ours.reset(seed=11), theirs.reset(seed=11))
    over = np.zeros(N, bool)
    for turn in range(turns):
        if mode is AutoresetMode.DISABLED and over.any():
            mask = {"reset_mask": over}
            assert data_equivalence(ours.reset(options=dict(mask)), theirs.reset(options=dict(mask)))
        one, two = ours.step(actions(turn)), theirs.step(actions(turn))
        for name, a, b in zip(("obs", "reward", "terminated", "truncated", "info"), one, two, strict=True):
            assert data_equivalence(tuple(a) if name == "obs" and not isinstance(a, dict) else a,
                                    tuple(b) if name == "obs" and not isinstance(b, dict) else b), (turn, name)  # fmt: skip
        over = one[2] | one[3]
    ours.close()
    theirs.close()


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_text_lanes_equal_sync_vector_env(mode):
    ours = gym.make_vec("VisGen-v0", N, tasks="paper", autoreset_mode=mode.value)
    assert isinstance(ours.unwrapped, VisGenVectorEnv)
    compare(ours, SyncVectorEnv([make()] * N, autoreset_mode=mode), mode=mode)


def test_multimodal_lanes_equal_sync_vector_env():
    ours = gym.make_vec("VisGen-v0", N, tasks="paper", observation="multimodal")
    compare(ours, SyncVectorEnv([make(observation="multimodal")] * N), turns=5)


@pytest.mark.parametrize("shared_memory", [True, False])
@pytest.mark.parametrize("context", ["fork", "spawn"])
def test_text_lanes_equal_async_vector_env(shared_memory, context):
    ours = gym.make_vec("VisGen-v0", N, tasks="paper")
    theirs = AsyncVectorEnv([make()] * N, shared_memory=shared_memory, context=context)
    compare(ours, theirs, turns=6)


def test_each_lane_may_be_given_its_task():
    envs = VisGenVectorEnv(3)
    tasks = ["paper/felt-workshop", load_suite("paper")[0], "paper/elf-archer"]
    observations, infos = envs.reset(seed=0, options={"tasks": tasks})
    assert list(infos["task"]) == ["paper/felt-workshop", "paper/smart-speaker", "paper/elf-archer"]
    assert observations[2].startswith("Generate 10 character")


def test_a_finished_lane_hands_over_its_record():
    envs = VisGenVectorEnv(N, tasks="paper")
    envs.reset(seed=0)
    *_, terminations, _, infos = envs.step([ANSWER.format(0), DRAW.format(0, 0), DRAW.format(0, 0)])
    assert terminations.tolist() == [True, False, False]
    assert infos["trajectory"][0].terminated and infos["trajectory"][1] is None


def test_lanes_may_go_at_their_own_pace():
    envs = VisGenVectorEnv(N, tasks="paper", faults="none")
    first, _ = envs.reset(seed=0)
    mask = np.array([True, False, True])
    observations, *_, infos = envs.step_lanes([DRAW.format(0, 0), None, DRAW.format(0, 0)], mask)
    assert observations[1] == first[1] and infos["turn"].tolist() == [1, 0, 1]
    alone = VisGenEnv("paper", faults="none")
    alone.reset(seed=2)
    assert alone.step(DRAW.format(0, 0))[0] == observations[2]


@pytest.mark.parametrize(
    "options", [{"tasks": ["paper/elf-archer"]}, {"reset_mask": np.zeros(N, bool)}, {"reset_mask": [True] * N}]
)
def test_bad_options_are_refused(options):
    with pytest.raises(ValueError):
        VisGenVectorEnv(N, tasks="paper").reset(options=options)
