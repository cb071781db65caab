"""What may be changed about a play without changing its reward, and what must change it (specification, section 2)."""

import copy
import random
import re
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threats import honest, tasks_for
from threats.on_calls import DRAWERS, can_draw, unused
from threats.on_delivery import many
from threats.stage import Call, Turn, play

from visgenenv import load_suite, score
from visgenenv.parsing import Action, parse_action
from visgenenv.rewards import PRESETS, Preset, turn_rewards
from visgenenv.testing.components import renamed
from visgenenv.trace import encode, from_json, replay
from visgenenv.types import Step, ToolError, ToolResult

PLAYS = [honest(task) for task in tasks_for(lambda task: True, types=5)]
GROUPED = [honest(task) for task in tasks_for(lambda task: bool(task.groups) and not task.uploads, types=4)]
MANY = [honest(task) for task in tasks_for(many, types=4)]
IDS = lambda h: h.task.id  # noqa: E731


def reward(record, preset="hardened"):
    return score(record, preset).reward


def rewritten(record, change):
    """Change the text of every turn; what the tools answered stays."""
    steps = tuple(Step(parse_action(change(step.text)), step.results, step.told) for step in record.steps)
    return msgspec.structs.replace(record, steps=steps)


@pytest.mark.parametrize("h", PLAYS, ids=IDS)
class TestEqual:
    def test_independent_calls_in_another_order(self, h):
        turns = h.copy()
        for turn in turns[:-1]:
            turn.calls.reverse()
        assert score(h.play(turns)).components["traj"] == score(h.record).components["traj"]

    def test_other_asset_ids(self, h):
        assert reward(renamed(h.record)) == reward(h.record)

    def test_a_service_that_fails_and_is_asked_again(self, h):
        first = h.record.steps[0]
        failed = ToolResult("error", error=ToolError("INTERNAL", 500, "try again", retryable=True, fault="ENV"))
        think = "<think>one call failed for no reason of mine</think>"
        again = Step(
            parse_action(think + re.search(r"<tool_call>.*?</tool_call>", first.text, re.S)[0]), (first.results[0],)
        )
        before = Step(first.action, (failed, *first.results[1:]), first.told)
        retried = msgspec.structs.replace(h.record, steps=(before, again, *h.record.steps[1:]))
        assert reward(retried) == reward(h.record)

    def test_the_answers_links_in_another_order(self, h):
        turns = h.copy()
        turns[-1].answer["answer_url_list"].reverse()
        assert reward(h.play(turns)) == reward(h.record)

    def test_spaces_key_order_and_full_width_punctuation(self, h):
        def loosened(text):
            text = text.replace('{"name":', '{ "name" : ').replace("</think>\n\n", "</think>\n\n\n")
            return re.sub(r'\{"goal":("[^"]*"),"tool":("[^"]*")', r'{"tool": \2, "goal": \1', text).replace(
                ", and", "， and"
            )

        assert reward(rewritten(h.record, loosened)) == reward(h.record)

    def test_the_other_spelling_of_the_call_tag(self, h):
        assert reward(rewritten(h.record, lambda text: text.replace("tool_call>", "tool.call>"))) == reward(h.record)

    def test_native_calls(self, h):
        from visgenenv.prompts import native_message

        steps = tuple(
            Step(Action.from_message(native_message(step.text)), step.results, step.told) for step in h.record.steps
        )
        assert reward(msgspec.structs.replace(h.record, steps=steps)) == reward(h.record)

    def test_the_same_thoughts_in_other_words(self, h):
        numbers = iter(range(1000))
        other = rewritten(
            h.record,
            lambda text: re.sub(r"(?<=<think>\n).*?(?=\n</think>)", lambda _: f"In other words, thought {next(numbers)}.", text, count=1, flags=re.S),
        )  # fmt: skip
        assert reward(other) == reward(h.record)

    def test_a_longer_summary(self, h):
        turns = h.copy()
        turns[-1].answer["summary"] += " It was a pleasure to make this."
        assert reward(h.play(turns)) == reward(h.record)

    def test_one_more_tool_that_nobody_calls(self, h):
        pool = (*h.task.tool_pool, "tool_out_of_reach")
        wider = msgspec.structs.replace(h.record, task=msgspec.structs.replace(h.task, tool_pool=pool))
        assert reward(wider) == reward(h.record)

    def test_read_back_from_a_trace_replayed_scored_twice(self, h):
        read = from_json(msgspec.json.decode(encode(h.record)))
        again = replay(h.record)
        for preset in PRESETS:
            first = score(h.record, preset)
            assert score(read, preset) == score(again, preset) == score(h.record, preset) == first

    def test_turn_rewards_sum_to_the_reward_exactly(self, h):
        for preset in ("hardened", "paper"):
            assert sum(turn_rewards(h.record, preset)) == reward(h.record, preset)

    def test_contributions_sum_to_the_reward_exactly(self, h):
        for preset in PRESETS:
            found = score(h.record, preset)
            assert sum(found.contributions.values()) == sum(sorted(found.contributions.values())) == found.reward <= 1

    def test_the_papers_reward_is_never_below_the_gated_one_in_the_same_modes(self, h):
        hard = PRESETS["hardened"]
        free = Preset(hard.weights, hard.modes, plan="times")
        for record in (h.record, h.play(h.copy()[:-1])):
            assert reward(record, free) >= reward(record, hard)


@pytest.mark.parametrize("h", PLAYS, ids=IDS)
class TestLess:
    def test_each_further_mistake_costs_more(self, h):
        rewards = []
        for k in range(4):
            turns = h.copy()
            wrong = [Turn(f"A slip, {n}.", calls=[Call(turns[0].calls[0].name, {"nonsense": n})]) for n in range(k)]
            if wrong:
                wrong[0].plan, turns[0].plan = turns[0].plan, None
            rewards.append(reward(h.play(wrong + turns)))
        assert rewards == sorted(rewards, reverse=True) and len(set(rewards)) == 4

    def test_a_link_cited_twice_pays_no_more(self, h):
        turns = h.copy()
        turns[-1].answer["answer_url_list"] += turns[-1].answer["answer_url_list"][:1]
        assert reward(h.play(turns)) <= reward(h.record)

    def test_two_steps_of_the_plan_made_one(self, h):
        plan = h.turns[0].plan
        if len(plan) < 2:
            pytest.skip("a plan of one step")
        turns = h.copy()
        one, two, *rest = turns[0].plan
        merged = {
            **two,
            "goal": f"{one['goal']} and then {two['goal']}",
            "tool": [one["tool"], two["tool"]],
            "deps": [],
        }
        turns[0].plan = [merged, *({**step, "deps": [max(1, dep - 1) for dep in step["deps"]]} for step in rest)]
        facets = [score(record).facets["plan"]["facets"] for record in (h.play(turns), h.record)]
        assert facets[0]["atomicity"] < facets[1]["atomicity"]

    def test_a_step_of_the_plan_left_out(self, h):
        for gone in range(len(h.turns[0].plan)):
            turns = h.copy()
            kept = [step for k, step in enumerate(turns[0].plan) if k != gone]
            turns[0].plan = [
                {**step, "deps": [d - (d > gone + 1) for d in step["deps"] if d != gone + 1]} for step in kept
            ]
            found, whole = score(h.play(turns)), score(h.record)
            assert found.components["plan"] <= whole.components["plan"]
            assert found.components["traj"] <= whole.components["traj"]


@pytest.mark.parametrize("h", GROUPED, ids=IDS)
def test_every_reference_dropped_costs_as_much_as_the_one_before(h):
    """Cut the descent of k members, and nothing else."""
    edits = [call.made[0] for call in h.calls() if call.name.startswith("tool_image_edit")]
    values = []
    for k in range(len(edits) - 1):
        cut = set(edits[:k])
        assets = tuple(
            msgspec.structs.replace(asset, parents=()) if asset.id in cut else asset for asset in h.record.assets
        )
        values.append(score(msgspec.structs.replace(h.record, assets=assets)).components["cons"])
    steps = {round(one - two, 9) for one, two in pairwise(values)}
    assert values[0] == 1.0 and len(steps) <= 1 and all(step > 0 for step in steps)


@pytest.mark.parametrize("h", MANY, ids=IDS)
def test_one_picture_fewer_in_the_answer_pays_less(h):
    rewards = []
    for kept in range(len(h.delivered), 0, -1):
        turns = h.copy()
        turns[-1].answer = {**turns[-1].answer, "answer_url_list": h.delivered[:kept], "task_status": "partial"}
        rewards.append(reward(h.play(turns)))
    assert rewards == sorted(rewards, reverse=True) and len(set(rewards)) == len(rewards)


@pytest.mark.parametrize("h", [h for h in PLAYS if can_draw(h.task)], ids=IDS)
def test_needless_pictures_never_pay_and_are_free_for_the_calls_up_to_the_allowance(h):
    found = [score(unused(k, h)) for k in (0, 1, 2, 5, 10, 20)]
    rewards = [one.reward for one in found]
    assert rewards == sorted(rewards, reverse=True)
    assert found[0].components["tool"] == found[1].components["tool"] == found[2].components["tool"]
    assert found[-1].components["tool"] < found[0].components["tool"]


def test_a_request_and_its_translation_earn_the_same():
    suite = load_suite("train", seed=6)
    for index in range(0, 80, 2):
        english, chinese = honest(suite[index]), honest(suite[index + 1])
        assert abs(reward(english.record) - reward(chinese.record)) <= 0.02, english.task.id


def test_needless_references_change_nothing_where_nothing_has_to_stay_the_same():
    free = [h for h in PLAYS if not h.task.groups]
    assert free and all(not score(h.record).applicable["cons"] for h in free)


MUTATIONS = {
    "blank lines": lambda text, rng: text.replace("\n\n", "\n" * rng.randint(2, 5)),
    "spaces in JSON": lambda text, rng: text.replace('":', '" : ' if rng.random() < 0.5 else '":  '),
    "a longer think": lambda text, rng: text.replace("\n</think>", f" Step by step ({rng.random():.4f}).\n</think>", 1),
    "a short remark outside": lambda text, rng: f"{text}\nOk." if rng.random() < 0.5 else text,
    "the dotted tag": lambda text, rng: text.replace("tool_call>", "tool.call>") if rng.random() < 0.5 else text,
    "an end token": lambda text, rng: text + rng.choice(["", "<|im_end|>", "\n"]),
    "a bare id": lambda text, rng: re.sub(r"asset://((?:img|vid)_[0-9a-z]+)\.\w+", r"\1" if rng.random() < 0.3 else r"\g<0>", text),
    "a decorated plan": lambda text, rng: text.replace("<plan>\n[", "<plan>\n```json\n[").replace("]\n</plan>", "]\n```\n</plan>"),
}  # fmt: skip


@given(seed=st.integers(0, 10_000), names=st.sets(st.sampled_from(sorted(MUTATIONS)), min_size=1))
@settings(max_examples=60, deadline=None)
def test_harmless_variations_are_not_punished(seed, names):
    rng = random.Random(seed)
    h = rng.choice(PLAYS)
    turns = copy.deepcopy(h.turns)
    for turn in turns:

        def dress(text, rng=random.Random(rng.random())):  # noqa: B008
            for name in sorted(names):
                text = MUTATIONS[name](text, rng)
            return text

        turn.dress = dress
    assert reward(h.play(turns)) >= reward(h.record) - 1e-9


def test_what_is_drawn_by_a_sibling_tool_after_a_fault_counts_in_full():
    h = next(h for h in PLAYS if sum(name in h.task.tool_pool for name in DRAWERS[:3]) >= 1)
    assert reward(play(h.task, h.turns)) == reward(h.record)
