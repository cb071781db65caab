"""`LtrReward` pays at the end, says why, and pays the same in a vector as alone."""

import gymnasium as gym
import msgspec
import pytest
from gymnasium.vector import AutoresetMode

import visgenenv
from visgenenv import ExpertPolicy, LtrReward, score
from visgenenv.rewards import RuleJudge
from visgenenv.wrappers.vector import LtrReward as VectorLtrReward

THINK = "<think>\nlook at the request first\n</think>\n\n"
DRAW = THINK + '<tool_call>{"name": "tool_text2image_gemini", "arguments": {"prompt": "an elf archer"}}</tool_call>'
ANSWER = '<think>\nhand it over now\n</think>\n\n<answer>{"task_status": "failed", "answer_url_list": [], "summary": "nothing to show"}</answer>'


def play(env):
    env.reset(seed=3, options={"task": "paper/elf-archer"})
    assert env.step(DRAW)[1] == 0.0
    return env.step(ANSWER)


def test_the_wrapper_pays_the_score_of_the_record_and_shows_it():
    env = LtrReward(gym.make("VisGen-v0"), preset="RL1")
    _, reward, terminated, _, info = play(env)
    assert terminated and reward == info["ltr"].reward == score(info["trajectory"], "RL1").reward > 0


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_vector_lanes_are_paid_like_single_environments(mode):
    envs = VectorLtrReward(gym.make_vec("VisGen-v0", 2, autoreset_mode=mode.value), preset="RL1")
    envs.reset(seed=3, options={"tasks": ["paper/elf-archer", "paper/felt-workshop"]})
    assert envs.step((DRAW, DRAW))[1].tolist() == [0.0, 0.0]
    _, rewards, *_, infos = envs.step((ANSWER, DRAW))
    alone = play(LtrReward(gym.make("VisGen-v0"), preset="RL1"))
    assert rewards.tolist() == [alone[1], 0.0]
    assert infos["ltr"][0] == alone[4]["ltr"] and infos["ltr"][1] is None


def test_the_default_is_the_hardened_reward_and_a_judge_is_an_argument():
    class Strict(RuleJudge, frozen=True):
        def judge_plan(self, case):
            found = super().judge_plan(case)
            return msgspec.structs.replace(found, facets=dict.fromkeys(found.facets, 0.5), source="strict")

    _, reward, *_, info = play(LtrReward(gym.make("VisGen-v0")))
    assert info["ltr"].preset == "hardened" and reward == score(info["trajectory"]).reward
    env = LtrReward(gym.make("VisGen-v0", faults="none"), judge=Strict())
    over = False
    env.reset(seed=3, options={"task": "paper/elf-archer"})
    while not over:
        (turn,) = ExpertPolicy().act([env.unwrapped.conversation])
        _, reward, over, _, info = env.step(turn)
    assert info["ltr"].components["plan"] == 0.5 and "strict" in info["ltr"].judge and reward == pytest.approx(0.5)


def test_an_unknown_preset_is_refused_at_once():
    with pytest.raises(ValueError, match="unknown preset"):
        LtrReward(gym.make("VisGen-v0"), preset="RL99")


def test_the_exported_wrapper_is_the_single_one():
    assert visgenenv.LtrReward is LtrReward
