"""Reading plans, running them on paper, and ranking plans that follow no template of ours."""

import json
from pathlib import Path
from time import process_time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visgenenv import load_suite, load_toolbox
from visgenenv.rewards.experts import load_references, references_for
from visgenenv.rewards.families import FAMILIES, families_named, family_of
from visgenenv.rewards.judges import PlanCase, RuleJudge
from visgenenv.rewards.plan import planned_value
from visgenenv.rewards.plan_amounts import Amounts, times_of
from visgenenv.rewards.plan_reading import read_plan
from visgenenv.tasks.scenarios import SCENARIOS
from visgenenv.types import Task

ROWS = [
    json.loads(line)
    for line in Path(__file__).with_name("data").joinpath("plans.jsonl").read_text("utf-8").splitlines()
]
TASKS = {row["id"]: msgspec.convert(row["task"], Task) for row in ROWS if row["kind"] == "task"}
EIGHT = Amounts(8)


def judged(task, text):
    case = PlanCase(task, task.tool_pool, references_for(task), read_plan(text, Amounts.of(task)))
    return RuleJudge().judge_plan(case)


def value(task, text):
    return planned_value(judged(task, text).facets, "gated")


def plans(kind):
    return [(TASKS[row["task"]], row["plan"]) for row in ROWS if row["kind"] == kind]


class TestHandWritten:
    def test_there_are_forty_of_each_in_both_languages(self):
        for kind in ("good", "bad"):
            rows = plans(kind)
            assert len(rows) >= 40 and sum(task.lang == "zh" for task, _ in rows) >= 20

    def test_good_ones_score_at_least_four_fifths(self):
        low = {(task.id, text[:60]): value(task, text) for task, text in plans("good") if value(task, text) < 0.8}
        assert low == {}

    def test_a_good_one_ranks_before_a_bad_one_for_the_same_task(self):
        pairs = [
            (value(task, good), value(task, bad))
            for task, good in plans("good")
            for other, bad in plans("bad")
            if other is task
        ]
        assert len(pairs) == 80
        assert sum(good > bad for good, bad in pairs) >= 0.9 * len(pairs)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "family"),
        [("图生图(consistency模式)", "image_edit"), ("文生图", "text2image"), ("生视频", "image2video"), ("视频合成", "composite"),
         ("给视频添加TTS和字幕", "tts_composite"), ("音乐生成", "music"), ("image-to-video", "image2video"), ("语音合成", "speech"),
         ("burn in subtitles", "subtitle"), ("sound effects", "effect"), ("鼓点检测", "beats"), ("text-to-image", "text2image")],
    )  # fmt: skip
    def test_kinds_of_tools_by_their_usual_names(self, text, family):
        assert families_named(text) == (family,)

    def test_every_shipped_tool_has_a_family(self):
        assert {family_of(name) for name in load_toolbox()} <= set(FAMILIES)

    @pytest.mark.parametrize(
        ("words", "family", "n"),
        [("one per scene", "image2video", 8), ("每个分镜单独调用一次", "text2image", 8), ("分别生成", "image_edit", 8),
         ("draw it ×8", "text2image", 8), ("生成6张关键帧", "text2image", 6), ("Draw six posters", "text2image", 6),
         ("join the 8 clips", "composite", 1), ("合成所有片段", "composite", 1), ("an 8-second clip", "text2video", 1),
         ("one reference so that every scene looks the same", "text2image", 1), ("参考图,确保后续每个分镜一致", "text2image", 1),
         ("每个片段分别添加", "tts_composite", 8), ("第3步的图片", "image_edit", 1), ("a 16:9 picture of 1024x768", "text2image", 1)],
    )  # fmt: skip
    def test_how_often_a_step_is_called(self, words, family, n):
        assert times_of(words, family, EIGHT) == n

    def test_json_under_other_keys_in_a_fence(self):
        plan = read_plan('```json\n{"steps": [{"id": "a", "task": "draw it", "tool": "tool_text2image_qwen"}, {"id": "b", "task": "edit it", "tool": "tool_image_edit_qwen", "count": "4", "depends_on": ["a"]}]}\n```')  # fmt: skip
        assert [(step.goal, step.tool, step.n, step.deps) for step in plan.steps] == [
            ("draw it", "tool_text2image_qwen", 1, ()),
            ("edit it", "tool_image_edit_qwen", 4, (1,)),
        ]

    def test_numbered_text_with_references_to_steps(self):
        plan = read_plan("Step 1: a portrait (text-to-image)\nStep 2: edit the portrait of step 1 (image editing, 3 calls)\nStep 3: animate the results of steps 1 and 2 (image-to-video)")  # fmt: skip
        assert [step.deps for step in plan.steps] == [(), (1,), (1, 2)]

    @pytest.mark.parametrize(
        "text", ["", ":", "Thought process:", "让我们一步步思考", "Sure! Here is my plan.", "{}", "[]", "null"]
    )
    def test_what_is_no_plan_has_no_steps(self, text):
        assert not [step for step in read_plan(text).steps if step.tools]

    @given(text=st.one_of(st.text(max_size=300), st.text('0123456789.、步第骤[]{}":,tool_×x工具目标 \n', max_size=300)))
    @settings(max_examples=300, deadline=None)
    def test_no_text_makes_it_raise(self, text):
        plan = read_plan(text, EIGHT)
        facets = judged(TASKS["fox-en"], text).facets
        assert all(0 <= one <= 1 for one in facets.values()) and plan.length >= 0

    @pytest.mark.parametrize(
        "piece", ["1", " ", "画", "step 1 and ", "1. 工具", "so that ", "1x", "each of the ", "\n", "\ufdfa"]
    )
    def test_no_text_takes_long(self, piece):
        start = process_time()
        read_plan(f"1. {piece * 20_000}", EIGHT)
        assert process_time() - start < 1.0

    def test_numbers_beyond_reason_are_bounded(self):
        plan = read_plan(
            '[{"goal": "draw a lot", "tool": "tool_text2image_qwen", "n": 1e18, "deps": [1e300, -7, true, null, {}]}]'
        )
        assert plan.steps[0].n == 1000


class TestFacets:
    TASK = TASKS["knight-en"]
    GOOD = '[{"goal": "Draw the knight", "tool": "tool_text2image_qwen", "n": 1, "deps": []}, {"goal": "Edit into poses", "tool": "tool_image_edit_qwen", "n": 6, "deps": [1]}]'

    def facets(self, *swap):
        return judged(self.TASK, self.GOOD.replace(*swap) if swap else self.GOOD).facets

    def test_nothing_to_object_to(self):
        assert set(self.facets().values()) == {1.0}

    def test_too_few_pictures_fail_the_requirement_and_halve_the_plan(self):
        facets = self.facets('tool_image_edit_qwen", "n": 6', 'tool_image_edit_gemini", "n": 2')
        assert facets["requirement"] == 0.0
        assert planned_value(facets, "gated") == pytest.approx(0.5 * sum(list(facets.values())[1:]) / 4)

    def test_a_step_that_needs_itself_has_no_coherence(self):
        assert self.facets('"deps": []', '"deps": [2]')["coherence"] == 0.0

    def test_a_tool_that_is_not_on_offer_cannot_be_executed(self):
        assert self.facets("tool_text2image_qwen", "tool_text2image_gpt")["executability"] == 0.5

    def test_two_tools_in_a_step_are_not_atomic(self):
        assert (
            self.facets('"tool_text2image_qwen"', '["tool_text2image_qwen", "tool_prompt_refine"]')["atomicity"] == 0.5
        )

    def test_without_a_reference_two_demands_of_four_points_are_missed(self):
        facets = judged(
            self.TASK, '[{"goal": "Draw six knights", "tool": "tool_text2image_qwen", "n": 6, "deps": []}]'
        ).facets
        assert facets["optimality"] == pytest.approx(1 - 4 / 7)  # demands weigh 2, three points of economy 1

    def test_the_three_ways_to_join_facets(self):
        facets = {"requirement": 0.0, "coherence": 1.0, "executability": 0.5, "atomicity": 1.0, "optimality": 0.5}
        assert planned_value(facets, "gated") == pytest.approx(0.375)
        assert planned_value(facets, "mean5") == pytest.approx(0.6)
        assert planned_value(facets, "weighted") == pytest.approx(0.2 + 0.1 + 0.1 + 0.1)
        with pytest.raises(ValueError, match="unknown mode"):
            planned_value(facets, "sum")


class TestExperts:
    def test_every_type_has_three_plans_in_each_language(self):
        known = load_references()
        assert {key: len(plans) for key, plans in known.items() if len(plans) < 3} == {}
        assert set(known) == {(type, lang) for type in SCENARIOS for lang in ("en", "zh")}

    def test_references_are_of_the_tasks_type_and_language_and_the_most_alike_come_first(self):
        task = load_suite("dev")[3]
        first, second = references_for(task)
        assert {first.type, second.type} == {task.type} and {first.lang, second.lang} == {task.lang}

    def test_no_plan_was_made_for_a_task_outside_the_training_split(self):
        path = Path(load_references.__wrapped__.__code__.co_filename).with_name("plans.jsonl")
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert all(row["from"].startswith("train") for row in rows)
