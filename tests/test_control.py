"""The control view: the same episodes as numbers, with nothing known that a reader of the conversation would not know."""

import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from msgspec.structs import replace
from PIL import Image

import visgenenv
from visgenenv import ControlView, ExpertPolicy, LtrReward, Task, load_suite, load_toolbox, rollout, score
from visgenenv.adapters.curves import curves_of, draw_curves
from visgenenv.adapters.folder import Folder
from visgenenv.control import (
    Choice,
    ControlExpert,
    ControlPolicy,
    ControlVectorEnv,
    decode,
    encode,
    layout_of,
    read_choice,
    write_choice,
)
from visgenenv.control.layout import ANSWER, COMPONENTS, PLAN
from visgenenv.parsing import parse_action

LAYOUT = layout_of(tuple(load_toolbox()))
DRAW = LAYOUT.move("tool_text2image_gemini")
EDIT = LAYOUT.move("tool_image_edit_gemini")


def easy_and_medium(suite, n):
    return [task for task in load_suite(suite)[:n] if task.difficulty != "hard"]


def legal(mask, rng):
    return [
        int(rng.choice(np.flatnonzero(mask[start : start + n])))
        for start, n in zip(LAYOUT.starts, LAYOUT.nvec, strict=True)
    ]


def column(observation, name):
    return float(observation["observations"][LAYOUT.columns.index(name)])


def play(env, choices, **reset):
    """Play choices; return the last step and all observations."""
    observation, _ = env.reset(**reset)
    seen, last = [observation], None
    for choice in choices:
        last = env.step(write_choice(choice))
        seen.append(last[0])
        if last[2] or last[3]:
            break
    return last, seen


def elf(**settings):
    return ControlView(LtrReward(gym.make("VisGen-v0", faults="none", tools="all", **settings)))


ELF = {"seed": 3, "options": {"task": "paper/elf-archer"}}
GOOD = [
    Choice(PLAN, route="reference"),
    Choice(DRAW, show="reference"),
    Choice(EDIT, source="reference"),
    Choice(ANSWER, source="pictures"),
]


def test_gymnasium_finds_nothing_to_warn_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gym.make("VisGenControl-v0", tasks="dev").unwrapped)


def test_every_action_is_played_as_a_whole_turn_without_a_fault_of_form():
    (_, reward, terminated, _, info), _ = play(elf(), GOOD, **ELF)
    record = info["trajectory"]
    assert terminated and len(record.steps) == 4 and not any(step.action.faults for step in record.steps)
    assert [len(step.action.calls) for step in record.steps] == [0, 1, 10, 0]
    assert reward == score(record).reward > 0.95


def test_the_reward_may_stand_underneath_or_on_top():
    inside = ControlView(LtrReward(gym.make("VisGen-v0", faults="none", tools="all")))
    on_top = LtrReward(ControlView(gym.make("VisGen-v0", faults="none", tools="all")))
    paid = [play(env, GOOD, **ELF)[0] for env in (inside, on_top)]
    assert paid[0][1] == paid[1][1] == paid[1][4]["ltr"].reward


def test_a_record_is_replayed_by_its_texts_alone():
    last, _ = play(elf(), GOOD, **ELF)
    record = last[4]["trajectory"]
    env = gym.make("VisGen-v0", faults="none", tools="all")
    env.reset(seed=record.seed, options={"task": record.task})
    for step in record.steps:
        env.step(step.text)
    assert env.unwrapped.trajectory.steps == record.steps


@pytest.mark.parametrize(
    ("spoilt", "component"),
    [
        ({0: Choice(PLAN, route="pictures", count="half")}, "plan"),
        ({0: Choice(DRAW, show="reference")}, "plan"),
        ({2: Choice(DRAW, show="each")}, "cons"),
        ({2: Choice(EDIT, source="reference", count="half")}, "result"),
        ({2: Choice(EDIT, source="reference", show="all")}, "match"),
        ({3: Choice(ANSWER, source="pictures", count="half")}, "result"),
        ({3: Choice(ANSWER, source="upload")}, "result"),
        ({1: Choice(EDIT, show="reference")}, "tool"),
    ],
)
def test_a_worse_choice_costs_the_component_it_offends(spoilt, component):
    good = play(elf(), GOOD, **ELF)[0]
    bad = play(elf(), [spoilt.get(k, choice) for k, choice in enumerate(GOOD)], **ELF)[0]
    assert bad[4]["ltr"].components[component] < good[4]["ltr"].components[component]
    assert bad[1] < good[1] - 0.05


def test_the_scripted_controller_reaches_nine_tenths_from_the_numbers_alone():
    policy = ControlPolicy(ControlExpert(LAYOUT), LAYOUT)
    for suite in ("train", "dev"):
        tasks = easy_and_medium(suite, 120)
        rewards = [record.reward for record in rollout(policy, tasks, reward="hardened", progress=False)]
        for level in ("easy", "medium"):
            own = [reward for reward, task in zip(rewards, tasks, strict=True) if task.difficulty == level]
            assert sum(own) / len(own) >= 0.95 and len(own) > 10
        assert sum(reward >= 0.9 for reward in rewards) >= 0.95 * len(rewards)


def test_an_easy_request_takes_at_most_twelve_moves():
    policy = ControlPolicy(ControlExpert(LAYOUT), LAYOUT)
    tasks = [task for task in load_suite("train")[:200] if task.difficulty == "easy"]
    records = rollout(policy, tasks, progress=False)
    assert max(len(record.steps) for record in records) <= 12


def test_random_legal_play_earns_next_to_nothing():
    rng = np.random.default_rng(0)
    env = gym.make("VisGenControl-v0", tasks=easy_and_medium("train", 100))
    rewards = []
    for episode in range(80):
        observation, _ = env.reset(seed=episode)
        over = False
        while not over:
            observation, reward, ended, cut, _ = env.step(legal(observation["action_mask"], rng))
            over = ended or cut
        rewards.append(reward)
    assert sum(rewards) / len(rewards) <= 0.05


@pytest.mark.parametrize("tools", ["task", "all"])
def test_whatever_is_chosen_becomes_a_turn_and_never_an_exception(tools):
    rng = np.random.default_rng(1)
    env = gym.make("VisGenControl-v0", tasks="visgenbench", faults="stress", tools=tools)
    env.action_space.seed(2)
    for episode in range(25):
        observation, _ = env.reset(seed=episode)
        over = False
        while not over:
            assert env.observation_space.contains(observation)
            mask = observation["action_mask"]
            assert all(mask[start : start + n].any() for start, n in zip(LAYOUT.starts, LAYOUT.nvec, strict=True))
            action = env.action_space.sample() if rng.random() < 0.6 else legal(mask, rng)
            action[0] = action[0] if rng.random() < 0.9 or action[0] != ANSWER else PLAN
            observation, _, ended, cut, _ = env.step(action)
            over = ended or cut
        faults = {fault for step in env.unwrapped.trajectory.steps for fault in step.action.faults}
        assert faults <= {"no_act"}


def test_what_the_mask_rules_out_is_answered_with_an_error():
    env = elf()
    observation, _ = env.reset(**ELF)
    kling = LAYOUT.move("tool_image2video_keling")
    assert not observation["action_mask"][kling]
    env.step(write_choice(Choice(kling, source="pictures")))
    assert env.unwrapped.trajectory.steps[-1].results[0].error.type == "ASSET_NOT_FOUND"


@pytest.mark.parametrize("numbers", [[99] + [0] * 8, [-1] + [0] * 8, [0, 9] + [0] * 7, [0] * 5])
def test_numbers_outside_the_space_are_refused(numbers):
    env = elf()
    env.reset(**ELF)
    with pytest.raises(ValueError, match=r"outside the action space|numbers, not|is no tool"):
        env.step(numbers)


def test_the_observation_is_a_function_of_the_conversation():
    env = ControlView(gym.make("VisGen-v0", tasks="train"))
    expert = ControlExpert(LAYOUT)
    for episode in range(12):
        observation, _ = env.reset(seed=episode)
        over = False
        while not over:
            conversation = env.unwrapped.conversation
            again = encode(conversation, LAYOUT)
            assert all(np.array_equal(again[key], observation[key]) for key in observation)
            action = expert.act(observation)
            assert decode(action, conversation, LAYOUT) == env.text_of(action)
            observation, _, ended, cut, _ = env.step(action)
            over = ended or cut


def test_nothing_hidden_reaches_the_observation():
    known = load_suite("dev")[4]
    lie = replace(
        known, count=(9, 9), groups=(), attributes=("nine green owls",), slots=(), shots=None, size=None,
        reference_length=40, duration=None, audio=("sfx",), modality="video", type="video.1",
    )  # fmt: skip
    seen = []
    for task in (known, lie):
        env = ControlView(gym.make("VisGen-v0", faults="none", max_turns=12))
        rng = np.random.default_rng(5)
        observation, _ = env.reset(seed=1, options={"task": task})
        rows, over = [observation], False
        while not over:
            observation, _, ended, cut, _ = env.step(legal(observation["action_mask"], rng))
            rows.append(observation)
            over = ended or cut
        seen.append((rows, [step.text for step in env.unwrapped.trajectory.steps]))
    assert seen[0][1] == seen[1][1]
    assert all(np.array_equal(a[k], b[k]) for a, b in zip(seen[0][0], seen[1][0], strict=True) for k in a)


def test_conversations_of_other_policies_can_be_read_and_taken_over():
    env = gym.make("VisGen-v0", tasks="dev", faults="none")
    env.reset(seed=4)
    (turn,) = ExpertPolicy().act([env.unwrapped.conversation])
    env.step(turn)
    env.step("no tags at all")
    policy = ControlPolicy(ControlExpert(LAYOUT), LAYOUT)
    over = False
    while not over:
        (turn,) = policy.act([env.unwrapped.conversation])
        assert not parse_action(turn).faults
        _, _, ended, cut, info = env.step(turn)
        over = ended or cut
    assert info["success"]


def test_a_turn_does_not_depend_on_the_batch():
    tasks = easy_and_medium("dev", 12)
    policy = ControlPolicy(ControlExpert(LAYOUT), LAYOUT)
    together = rollout(policy, tasks, num_envs=12, progress=False)
    alone = rollout(ControlPolicy(ControlExpert(LAYOUT), LAYOUT), tasks, num_envs=1, progress=False)
    assert together == alone


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_the_vector_equals_the_synchronous_one_step_by_step(mode):
    tasks = easy_and_medium("train", 40)
    ours = ControlVectorEnv(3, autoreset_mode=mode, tasks=tasks)
    build = [lambda: visgenenv.control.ControlEnv(tasks=tasks)] * 3
    sync = SyncVectorEnv(build, autoreset_mode=mode)
    rng = np.random.default_rng(0)
    seen = [envs.reset(seed=11)[0] for envs in (ours, sync)]
    for _ in range(60):
        assert all(np.array_equal(seen[0][key], seen[1][key]) for key in seen[1])
        actions = np.array([legal(mask, rng) for mask in seen[0]["action_mask"]])
        steps = [envs.step(actions) for envs in (ours, sync)]
        for part in range(1, 4):
            assert np.array_equal(steps[0][part], steps[1][part])
        if mode is AutoresetMode.SAME_STEP and (steps[0][2] | steps[0][3]).any():
            for lane in np.flatnonzero(steps[0][2] | steps[0][3]):
                final = [step[4]["final_obs"][lane] for step in steps]
                assert all(np.array_equal(final[0][key], final[1][key]) for key in final[1])
        seen = [step[0] for step in steps]
        over = steps[0][2] | steps[0][3]
        if mode is AutoresetMode.DISABLED and over.any():
            seen = [envs.reset(options={"reset_mask": over})[0] for envs in (ours, sync)]


def test_gym_makes_both_and_tells_the_layout():
    env = gym.make("VisGenControl-v0", tasks="paper", reward="RL1")
    envs = gym.make_vec("VisGenControl-v0", 2, tasks="paper", reward=None)
    assert env.unwrapped.layout == envs.unwrapped.layout == LAYOUT
    assert env.action_space.nvec.tolist() == list(LAYOUT.nvec) and LAYOUT.components == ("move", *COMPONENTS)
    assert envs.observation_space["observations"].shape == (2, len(LAYOUT.columns))
    assert len(set(LAYOUT.columns)) == len(LAYOUT.columns)


def test_a_choice_survives_the_way_through_numbers():
    choice = Choice(7, "upload", "all", "titled", "more", "tall", "long", "never", "music")
    assert read_choice(write_choice(choice)) == choice


def test_the_request_is_told_in_numbers_as_its_words_say():
    task = Task("t/0", "en", "Produce a 40-second film in 16:9 with eight shots about a red fox. Add background music.",
                "video.1", "video")  # fmt: skip
    env = ControlView(gym.make("VisGen-v0", tools="all"))
    observation, _ = env.reset(seed=0, options={"task": task})
    told = {
        name: column(observation, f"request.{name}") for name in ("film", "shots", "seconds", "music", "wide", "voice")
    }
    assert told == pytest.approx(
        {"film": 1, "shots": (8 / 12) ** 0.5, "seconds": 40 / 60, "music": 1, "wide": 1, "voice": 0}
    )


def test_slots_tell_what_is_there_what_is_missing_and_where_it_comes_from():
    _, seen = play(elf(), GOOD[:3], **ELF)
    after_reference, after_edits = seen[2], seen[3]
    assert column(after_reference, "reference.complete") == 1 and column(after_reference, "pictures.missing") > 0.83
    told = {
        name: column(after_edits, f"pictures.{name}") for name in ("made", "missing", "complete", "planned", "drawn")
    }
    assert told == pytest.approx(
        {"made": (10 / 12) ** 0.5, "missing": 0, "complete": 1, "planned": (11 / 12) ** 0.5, "drawn": 1}
    )


def test_only_what_failed_is_asked_for_again():
    env = ControlView(gym.make("VisGen-v0", faults="stress", tools="all", max_turns=20))
    for seed in range(20):
        play(env, GOOD[:3], seed=seed, options={"task": "paper/elf-archer"})
        results = env.unwrapped.trajectory.steps[-1].results
        failed = sum(not result.ok for result in results)
        if len(results) == 10 and 0 < failed < 10:
            break
    env.step(write_choice(GOOD[2]))
    again = env.unwrapped.trajectory.steps[-1].action.calls
    assert len(again) == failed


def test_defects_told_by_an_analysis_are_seen():
    env = ControlView(gym.make("VisGen-v0", faults="stress", tools="all"))
    look = Choice(LAYOUT.move("tool_image_analysis"), source="pictures")
    told = 0
    for seed in range(12):
        _, seen = play(env, [*GOOD[:3], look], seed=seed, options=ELF["options"])
        result = env.unwrapped.trajectory.steps[-1].results[0]
        answer = result.data.get("answer", "")
        assert (column(seen[-1], "pictures.flaws") > 0) == ("issues:" in answer)
        told += "issues:" in answer
    assert told


def test_shaping_rewards_progress_at_once_and_takes_it_back_at_the_end():
    plain, shaped = (gym.make("VisGenControl-v0", faults="none", tools="all", shaping=weight) for weight in (0.0, 0.5))
    paid = []
    for env in (plain, shaped):
        env.reset(**ELF)
        paid.append([env.step(write_choice(choice))[1] for choice in GOOD])
    assert paid[1] == pytest.approx([0.0, 0.5 * 1 / 11, 0.5 * 10 / 11, paid[0][3] - 0.5])
    assert sum(paid[1]) == pytest.approx(sum(paid[0]))
    envs = gym.make_vec("VisGenControl-v0", 1, faults="none", tools="all", shaping=0.5)
    envs.reset(seed=[ELF["seed"]], options=ELF["options"])
    assert [envs.step([write_choice(choice)])[1][0] for choice in GOOD] == pytest.approx(paid[1])


def test_a_curve_is_drawn_and_a_resumed_folder_keeps_what_came_before(tmp_path):
    folder = Folder(tmp_path)
    for step, value in ((0, 0.1), (1000, 0.6), (2000, 0.9)):
        folder.add_row({"step": step, "heldout_reward": value})
    assert curves_of(tmp_path / "metrics.jsonl") == {"heldout_reward": [(0, 0.1), (1000, 0.6), (2000, 0.9)]}
    with Image.open(draw_curves(curves_of(tmp_path / "metrics.jsonl"), tmp_path / "curve.png", "title")) as curve:
        assert curve.size == (960, 540) and len(curve.getcolors(10_000)) > 3
    folder.begin(1000)
    assert [step for step, _ in curves_of(tmp_path / "metrics.jsonl")["heldout_reward"]] == [0, 1000]
    assert (tmp_path / "metrics.1.jsonl").read_bytes().count(b"\n") == 3
