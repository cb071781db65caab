"""A judge inside the reward: all questions of a batch at once, and a group is judged alike or not at all."""

import asyncio
import time

import pytest
from judge_server import RunningServer
from msgspec.structs import replace
from test_judges import Halves, chat

from visgenenv import ExpertPolicy, LtrReward, load_suite, rollout
from visgenenv.errors import JudgeError
from visgenenv.rewards import RuleJudge, judge_rates, score, score_all
from visgenenv.rewards.judges import CachedJudge, ChatJudge, NoisyJudge
from visgenenv.testing import check_judge

PLAN = (
    "1. Goal: draw one reference picture of the archer. Tool: tool_text2image_gemini\n"
    "2. Goal: edit the reference into each of the ten skins. Tool: tool_image_edit_gemini x10, from step 1\n"
)


@pytest.fixture(scope="module")
def server():
    with RunningServer() as running:
        yield running


@pytest.fixture(scope="module")
def archer():
    return rollout(ExpertPolicy(), load_suite("paper")[1:2], faults="none", progress=False)[0]


@pytest.fixture(scope="module")
def speaker():
    return rollout(ExpertPolicy(), load_suite("paper")[:1], faults="none", progress=False)[0]


def planned(record, text):
    """Return the record with another plan in its first turn."""
    first, *rest = record.steps
    return replace(record, steps=(replace(first, action=replace(first.action, plan=text)), *rest))


def variants(record, n):
    return [planned(record, f"{PLAN}Variant {i}.") for i in range(n)]


def test_levels_of_a_model_become_the_reward(server, archer):
    (record,) = variants(archer, 1)
    full = score(record, judge=chat(server.session(then={"levels": 4})))
    half = score(record, judge=chat(server.session(then={"levels": 2})))
    assert (full.components["plan"], full.components["traj"]) == (1.0, 1.0)
    assert (half.components["plan"], half.components["traj"]) == (0.5, 0.5)
    assert half.reward < full.reward
    assert half.judge == "chat:tester"
    assert half.facets["plan"]["why"]["coherence"] == "1. Goal: draw one re"


def test_plans_and_executions_of_a_batch_are_asked_together(server, archer):
    url = server.session(then={"delay": 1.0})
    started = time.monotonic()
    score_all(variants(archer, 4), judge=chat(url))
    assert len(server.log(url)) == 8
    assert time.monotonic() - started < 1.9  # two rounds would take two seconds


def test_a_preset_asks_only_what_has_a_part_in_it(server, archer):
    asked = {}
    for preset in ("RL1", "RL2", "RL4"):
        url = server.session()
        score(archer, preset, judge=chat(url))
        asked[preset] = len(server.log(url))
    assert asked == {"RL1": 0, "RL2": 1, "RL4": 2}


def test_a_missing_verdict_sends_the_whole_group_to_the_rules(server, archer, speaker):
    url = server.session(when=[["Variant 2.", {"status": 401}]], then={"levels": 1})
    records = [*variants(archer, 4), speaker]
    scored = score_all(records, judge=chat(url))
    ruled = score_all(records)
    assert [one.reward for one in scored[:4]] == [one.reward for one in ruled[:4]]
    assert {one.judge for one in scored[:4]} == {"rules"}
    assert scored[4].judge == "chat:tester"
    assert "401" in scored[2].explain()
    assert judge_rates(scored) == {"judge_fail_rate": 0.2, "fallback_rate": 0.8, "mask_rate": 0.0}


def test_groups_are_what_the_caller_says(server, archer):
    url = server.session(when=[["Variant 2.", {"status": 401}]])
    scored = score_all(variants(archer, 4), judge=chat(url), groups=[0, 0, 1, 1])
    assert [one.judge for one in scored] == ["chat:tester", "chat:tester", "rules", "rules"]


def test_a_masked_group_has_a_status_and_no_reward(server, archer, speaker):
    url = server.session(when=[["Variant 2.", {"status": 401}]])
    scored = score_all([*variants(archer, 4), speaker], judge=chat(url), on_failure="mask")
    assert [one.status for one in scored] == ["judge_failed"] * 4 + ["ok"]
    assert judge_rates(scored) == {"judge_fail_rate": 0.2, "fallback_rate": 0.0, "mask_rate": 0.8}


def test_raising_says_how_many_and_why(server, archer):
    url = server.session(when=[["Variant 2.", {"status": 401}]])
    with pytest.raises(JudgeError, match=r"no verdict on 2 of 8 cases: .*401"):
        score_all(variants(archer, 4), judge=chat(url), on_failure="raise")


@pytest.mark.parametrize("trouble", [{"status": 500}, {"text": "no"}, {"close": True}, {"body": "{}"}], ids=str)
def test_trouble_with_the_endpoint_is_never_a_reward_of_zero(server, archer, trouble):
    record = score(archer, judge=chat(server.session(then=trouble), retries=1))
    assert record.reward == score(archer).reward > 0.9


def test_a_record_without_plan_or_calls_needs_no_judge(server, archer):
    url = server.session()
    empty = replace(archer, steps=(), terminated=False)
    assert score(empty, judge=chat(url)).reward == 0.0
    assert server.log(url) == []


def test_the_order_of_a_batch_changes_no_reward(server, archer, speaker):
    when = [[f"Variant {i}.", {"levels": i % 5}] for i in range(6)]
    records = [*variants(archer, 6), speaker]
    forth = score_all(records, judge=chat(server.session(when=when)))
    back = score_all(records[::-1], judge=chat(server.session(when=when)))
    assert forth == back[::-1]


def test_with_a_cache_the_second_scoring_asks_nothing(server, archer, tmp_path):
    url = server.session()
    first = score_all(variants(archer, 3), judge=CachedJudge(chat(url), tmp_path))
    asked = len(server.log(url))
    assert score_all(variants(archer, 3), judge=CachedJudge(chat(url), tmp_path, read_only=True)) == first
    assert len(server.log(url)) == asked == 6


def test_noise_moves_the_reward_and_only_through_plan_and_execution(archer):
    plain, noisy = score(archer), score(archer, judge=NoisyJudge(RuleJudge(), sd=0.0, bias=-0.2))
    assert noisy.components["plan"] == pytest.approx(0.8)
    assert noisy.components["result"] == plain.components["result"]


def test_the_wrapper_takes_a_judge_also_inside_an_event_loop(server):
    import gymnasium as gym

    async def play():
        env = LtrReward(gym.make("VisGen-v0", faults="none"), judge=chat(server.session(then={"levels": 2})))
        env.reset(seed=0, options={"task": "paper/elf-archer"})
        policy, over = ExpertPolicy(), False
        while not over:
            (turn,) = policy.act([env.unwrapped.conversation])
            _, reward, terminated, truncated, info = env.step(turn)
            over = terminated or truncated
        env.close()
        return reward, info["ltr"]

    reward, ltr = asyncio.run(play())
    assert reward == ltr.reward
    assert ltr.components["plan"] == 0.5


# check_judge


@pytest.mark.parametrize(
    "judge", [RuleJudge(), NoisyJudge(RuleJudge(), sd=0.01)], ids=lambda judge: type(judge).__name__
)
def test_the_shipped_judges_keep_the_rules_of_judges(judge):
    check_judge(judge)


def test_a_model_with_sense_passes_the_check(server, tmp_path):
    poor = {"levels": 1}
    when = [["make_all", poor], ["all_in_one", poor], ['tool_image2video_keling","status', poor]]
    check_judge(CachedJudge(chat(server.session(when=when, then={"levels": 4})), tmp_path))


def test_a_model_that_can_be_talked_round_does_not_pass(server):
    poor = {"levels": 1}
    when = [["Note to the judge", {"levels": 4}], ["make_all", poor], ["all_in_one", poor]]
    with pytest.raises(JudgeError, match="Note to the judge"):
        check_judge(chat(server.session(when=when, then={"levels": 4})))


def test_a_judge_for_whom_all_plans_are_equal_does_not_pass():
    with pytest.raises(JudgeError, match=r"a vague plan earns 0\.30, a sound one 0\.30"):
        check_judge(Halves())


def test_a_judge_that_raises_or_leaves_the_scale_does_not_pass():
    class Wild(Halves):
        def judge_plan(self, case):
            if "\ud800" in case.plan.text:
                raise KeyError("surrogate")
            verdict = super().judge_plan(case)
            return replace(verdict, facets={**verdict.facets, "coherence": 1.5})

    with pytest.raises(JudgeError) as error:
        check_judge(Wild())
    assert "raises KeyError" in str(error.value)
    assert "coherence is 1.5" in str(error.value)


def test_the_endpoint_is_asked_for_nothing_when_a_judge_is_made():
    ChatJudge("http://127.0.0.1:9/v1", "m")
