"""The environment is a good citizen of Gymnasium, and nothing a policy writes makes it raise."""

import pickle
import subprocess
import sys
import warnings

import gymnasium as gym
import numpy as np
import orjson
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import visgenenv
from visgenenv.parsing import MAX_CHARS

THINK = "<think>\nlook at the request first\n</think>\n\n"


def call(name, **arguments):
    return f"<tool_call>\n{orjson.dumps({'name': name, 'arguments': arguments}).decode()}\n</tool_call>"


def answer(*urls, status="success"):
    body = {"task_status": status, "answer_url_list": list(urls), "summary": "this is the summary"}
    return f"{THINK}<answer>{orjson.dumps(body).decode()}</answer>"


DRAW = THINK + call("tool_text2image_gemini", prompt="a red fox in the snow")


def started(task="paper/elf-archer", seed=7, **kwargs):
    env = gym.make("VisGen-v0", faults=kwargs.pop("faults", "none"), **kwargs)
    return env, *env.reset(seed=seed, options={"task": task})


@pytest.mark.parametrize("observation", ["text", "multimodal"])
def test_gymnasiums_checker_finds_nothing_to_say(observation):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gym.make("VisGen-v0", observation=observation).unwrapped)


def test_the_first_observation_is_the_request_and_info_holds_the_system_prompt():
    _, observation, info = started()
    assert observation.startswith("Generate 10 character illustrations")
    assert "tool_text2image_gemini" in info["system"] and info["task"] == "paper/elf-archer"


def test_a_call_makes_an_asset_that_can_be_opened_and_exported(tmp_path):
    env, *_ = started()
    observation, reward, terminated, truncated, info = env.step(DRAW)
    told = orjson.loads(observation.removeprefix("<tool_response>\n").removesuffix("\n</tool_response>"))
    url = told["assets"][0]["url"]
    assert env.unwrapped.workspace.open(url).size == (1024, 1024)
    assert env.unwrapped.workspace.export(url, tmp_path).suffix == ".png"
    assert (reward, terminated, truncated, info["turn"]) == (0.0, False, False, 1)


def test_a_valid_answer_ends_the_episode_and_success_is_reported():
    env, *_ = started()
    env.step(DRAW)
    url = env.unwrapped.trajectory.assets[-1].url
    _, reward, terminated, _, info = env.step(answer(url))
    assert terminated and info["success"] and reward == 0.0
    assert info["trajectory"].answer.answer_url_list == (url,)


def test_the_bare_reward_is_paid_when_every_constraint_is_met():
    env, *_ = started()
    four = THINK + call("tool_text2image_gemini", prompt="an elf archer", num_images=4)
    for _ in range(3):
        env.step(four)
    urls = [asset.url for asset in env.unwrapped.trajectory.assets][:10]
    assert env.step(answer(*urls))[1] == 1.0


def test_an_invalid_answer_is_corrected_and_the_episode_goes_on():
    env, *_ = started()
    observation, _, terminated, _, _ = env.step(THINK + '<answer>{"task_status": "done"}</answer>')
    assert not terminated and "answer was not accepted" in observation


def test_the_turn_limit_truncates_and_says_so():
    env, *_ = started(max_turns=2)
    env.step(DRAW)
    *_, truncated, info = env.step(DRAW)
    assert truncated is True and info["truncated_by"] == "turns" and info["success"] is False


def test_a_spent_budget_truncates():
    env, *_ = started(budget_usd=0.05)
    env.step(DRAW)
    *_, truncated, info = env.step(DRAW)
    assert truncated and info["truncated_by"] == "budget"


def test_a_long_conversation_truncates():
    env, *_ = started(max_context=500)
    assert env.step(DRAW)[4]["truncated_by"] == "context"


def test_a_step_after_the_end_asks_for_a_reset():
    env, *_ = started()
    env.step(answer())
    with pytest.raises(gym.error.ResetNeeded):
        env.step(DRAW)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("tools", "some"), ("feedback", "loud"), ("observation", "smell"), ("lang", "fr"), ("url_style", "tiny"),
     ("faults", "realistik"), ("max_turns", 0), ("tasks", []), ("tasks", "trian")],
)  # fmt: skip
def test_a_bad_keyword_is_refused_in_one_line(keyword, value):
    with pytest.raises(ValueError) as caught:
        gym.make("VisGen-v0", **{keyword: value})
    assert "\n" not in str(caught.value)


def test_an_unknown_task_id_names_the_nearest():
    env = gym.make("VisGen-v0")
    with pytest.raises(ValueError, match="did you mean 'paper/felt-workshop'"):
        env.reset(options={"task": "paper/felt-workshp"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (call("tool_text2image_gemni", prompt="x"), "did you mean 'tool_text2image_gemini'"),
        (call("tool_text2image_gemini"), "missing required parameter 'prompt'"),
        (call("tool_text2image_gemini", prompt="x", aspect_ratio="16:8"), "did you mean '16:9'"),
        (call("tool_text2image_gemini", prompt="x", num_images=9), "greater than the maximum of 4"),
        (call("tool_text2image_gemini", prompt="x", width=1920), "unknown parameter 'width'"),
        (call("tool_image_edit_gemini", prompt="x", images=["asset://img_nothere0.png"]), "ASSET_NOT_FOUND"),
        (call("tool_image_edit_gemini", prompt="x", images=["https://example.com/a.png"]), "not fetched"),
        ("<tool_call>{oops}</tool_call>", "not valid JSON"),
    ],
)
def test_a_mistake_is_answered_with_the_fix(text, said):
    env, *_ = started(tools="all")
    assert said in env.step(THINK + text)[0]


def test_a_tool_outside_the_pool_is_not_available():
    task = visgenenv.load_suite("paper")[1]
    pool = [name for name in visgenenv.load_toolbox() if name not in task.tool_pool]
    if not pool:
        pytest.skip("the task's pool holds every tool")
    env, *_ = started()
    assert "TOOL_NOT_AVAILABLE" in env.step(THINK + call(pool[0]))[0]


def test_an_echoed_tag_cannot_imitate_the_environment():
    env, *_ = started()
    observation = env.step(THINK + call("tool_text2image_gemini", prompt="x", aspect_ratio="</tool_response>"))[0]
    assert observation.count("</tool_response>") == 1


FRAGMENTS = st.sampled_from(
    [THINK, DRAW, "<plan>1. x</plan>", "<tool_call>", "</tool_call>", "<answer>", "</answer>", "{", "\ud800", "狐狸", "\x00",
     call("tool_task_manager", action="write", todos=[{"id": "1", "content": "x", "status": "pending"}]),
     call("tool_video_composite", clips=[{"asset": "asset://vid_aaaaaaaa.mp4"}]), call("nope"), answer("x")]
)  # fmt: skip


@pytest.fixture(scope="module")
def any_env():
    return gym.make("VisGen-v0", faults="stress", tools="all")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(max_size=400), st.lists(FRAGMENTS, max_size=8).map("".join)))
def test_no_text_makes_step_raise_and_observations_stay_in_their_space(any_env, text):
    any_env.reset(seed=1, options={"task": "paper/felt-workshop"})
    observation, reward, *_ = any_env.step(text)
    assert observation in any_env.observation_space
    assert 0.0 <= reward <= 1.0


@pytest.mark.parametrize("filler", ["x", "狐", "\ud800", "<", '{"a":'], ids=ascii)
def test_a_text_of_the_greatest_length_is_survived(any_env, filler):
    for text in (
        filler * MAX_CHARS,
        (THINK + "<tool_call>" + filler * MAX_CHARS)[:MAX_CHARS],
        filler * (MAX_CHARS + 1),
    ):
        any_env.reset(seed=1)
        assert any_env.step(text)[0] in any_env.observation_space


def test_thirty_two_long_results_still_fit_the_observation_space():
    env, *_ = started(tools="all")
    long = call("tool_video_script_gen", topic="a fox " * 200, duration=600, num_scenes=40)
    observation = env.step(THINK + long * 32)[0]
    assert len(observation) <= 65_536 and observation.count("<tool_response>") == 32


def play(env, seed, turns=6):
    rng = np.random.default_rng(seed)
    env.unwrapped.action_space.seed(seed)
    out = [env.reset(seed=seed)[0]]
    for _ in range(turns):
        text = env.unwrapped.action_space.sample() if rng.random() < 0.8 else DRAW
        observation, reward, *_ = env.step(text)
        out.append((observation, reward))
    return out, [asset.id for asset in env.unwrapped.trajectory.assets]


def test_the_same_seed_and_actions_give_the_same_episode_in_any_interleaving():
    one, two = gym.make("VisGen-v0"), gym.make("VisGen-v0")
    apart = play(one, 5)
    two.reset(seed=99)
    two.step(DRAW)
    assert play(two, 5) == apart


def test_the_same_seed_and_actions_give_the_same_episode_in_another_process():
    script = "import sys; sys.path.insert(0, 'tests'); import gymnasium as gym, test_env as t; print(t.play(gym.make('VisGen-v0'), 5))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.strip() == str(play(gym.make("VisGen-v0"), 5))


def test_siblings_of_a_world_share_luck_but_not_ids():
    env = gym.make("VisGen-v0", faults="none")
    records = []
    for seed in (1, 2):
        env.reset(seed=seed, options={"task": "paper/elf-archer", "world_seed": 42})
        env.step(DRAW)
        records.append(env.unwrapped.trajectory)
    one, two = records
    assert one.assets[-1].id != two.assets[-1].id
    assert one.assets[-1].recipe == two.assets[-1].recipe
    assert one.latency_s == two.latency_s


def test_calls_of_one_turn_take_as_long_as_the_slowest_of_them():
    env, *_ = started(faults="none")
    calls = "".join(call("tool_text2image_gemini", prompt=f"fox {i}") for i in range(3))
    *_, info = env.step(THINK + calls)
    waits = [result.usage.latency_s for result in env.unwrapped.trajectory.steps[-1].results]
    assert len(waits) == 3 and info["latency_s"] == max(waits) == env.unwrapped.trajectory.latency_s


def test_long_links_are_about_150_characters_and_work():
    env, *_ = started(url_style="long")
    env.step(DRAW)
    url = env.unwrapped.trajectory.assets[-1].url
    assert 140 <= len(url) <= 160 and env.unwrapped.workspace.find(url) is not None


def test_an_environment_can_be_pickled_in_mid_episode():
    env, *_ = started()
    env.step(DRAW)
    again = pickle.loads(pickle.dumps(env.unwrapped))
    assert again.step(DRAW)[0] == env.step(DRAW)[0]


def test_both_render_modes_show_the_episode():
    env, *_ = started(render_mode="ansi")
    env.step(DRAW)
    assert "a red fox" in env.render()
    env, *_ = started(render_mode="rgb_array")
    env.step(DRAW)
    picture = env.render()
    assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.std() > 5


def test_the_multimodal_observation_shows_the_newest_picture_first():
    env, *_ = started(observation="multimodal")
    observation, *_ = env.step(DRAW)
    assert observation["num_images"] == 1 and observation["images"][0].std() > 5
    assert not observation["images"][1:].any()


def test_the_blind_setting_shows_no_picture():
    env, *_ = started(observation="multimodal", feedback="none")
    assert env.step(DRAW)[0]["num_images"] == 0


def test_a_text_step_draws_nothing(monkeypatch):
    from visgenenv import media

    def drawn(*args, **kwargs):
        raise AssertionError("a text step looked at pixels")

    for name in ("open_asset", "view", "thumbnail"):
        monkeypatch.setattr(media, name, drawn)
    env, *_ = started()
    env.step(DRAW)


def test_a_misspelt_option_of_reset_is_named():
    env = gym.make("VisGen-v0")
    with pytest.raises(ValueError, match="not 'taks'; did you mean 'task'"):
        env.reset(options={"taks": "paper/felt-workshop"})
