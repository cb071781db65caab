"""The conformance checks for other people's parts: sound ones pass, broken ones are told what is wrong in one message."""

import importlib
import sys
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from visgenenv import MediaDB, load_suite, load_toolbox
from visgenenv.errors import JudgeError, MediaError, SpecError, TaskError
from visgenenv.rewards.judges import RuleJudge, Verdict
from visgenenv.tasks import task_from_dict
from visgenenv.testing import (
    BackendError,
    ComponentError,
    check_backend,
    check_component,
    check_judge,
    check_media,
    check_task_set,
    check_tool,
)
from visgenenv.tools import Done, SimulatedBackend, Tool, parse_spec
from visgenenv.types import Recipe, Score, ToolError, ToolResult, Usage

DRAW = "tool_text2image_gemini"


def fox(**other):
    row = {"id": "mine/fox", "lang": "en", "query": "Draw a red fox.", "type": "image.1", "modality": "image"}
    return task_from_dict({**row, "tool_pool": [DRAW], **other})


class TestTaskSets:
    @pytest.mark.parametrize("name", ["paper", "dev", "train", "visgenbench", "test_hard"])
    def test_shipped_suites_pass(self, name):
        check_task_set(load_suite(name), sample=60)

    def test_a_list_passes(self):
        check_task_set([fox(), fox(id="mine/chinese", lang="zh", query="画一只狐狸。")])

    def test_an_empty_one_is_refused(self):
        with pytest.raises(TaskError, match="it is empty"):
            check_task_set([])

    @pytest.mark.parametrize("wrong", ["dev", {fox()}, (task for task in [fox()])])
    def test_what_is_no_sequence_is_refused(self, wrong):
        with pytest.raises(TaskError, match=r"a task set is a sequence|a string is no task set"):
            check_task_set(wrong)

    def test_everything_that_is_wrong_is_told_at_once(self):
        tasks = [
            fox(),
            fox(),
            "a task",
            replace(fox(id="2"), count=(3, 2)),
            fox(id="3", lang="zh"),
            fox(id="4", tool_pool=["tool_text2image_gemin"]),
            fox(id="5", duration={"seconds": 5.0}),
            fox(id="6", groups=[{"name": "fox", "kind": "object", "n_required": 3}]),
            fox(id="7", slots=["scene: forest", "scene: beach"]),
        ]
        with pytest.raises(TaskError) as told:
            check_task_set(tasks)
        assert str(told.value).splitlines() == [
            "8 problem(s):",
            "- [1] 'mine/fox': [0] has the same id",
            "- [2] is of type str, expected Task",
            "- [3] '2': count: [3, 2] is not a range that starts at 1 or more",
            "- [4] '3': lang is 'zh', and the query reads 'Draw a red fox.'",
            "- [5] '4': tool_pool: unknown tool 'tool_text2image_gemin'; did you mean 'tool_text2image_gemini'?",
            "- [6] '5': duration: a demand on films, and the task asks for images",
            "- [7] '6': groups: 'fox' is to be in 3 of at most 1 pictures or shots",
            "- [8] '7': slots: 2 for at most 1 pictures or shots",
        ]

    def test_one_that_is_never_twice_the_same_is_found_out(self):
        class Restless(Sequence):
            looks = 0

            def __len__(self):
                return 1

            def __getitem__(self, index):
                if index >= 1:
                    raise IndexError
                self.looks += 1
                return fox(id=f"mine/{self.looks}")

        with pytest.raises(TaskError, match="is another task when the set is looked at again"):
            check_task_set(Restless())

    def test_one_without_an_end_and_that_cannot_be_pickled_is_found_out(self):
        class Endless(Sequence):
            def __len__(self):
                return 5

            def __getitem__(self, index):
                return fox(id=f"mine/{index}")

        with pytest.raises(TaskError, match="behind the end, gives a task"):
            check_task_set(Endless())

        class Local(list):
            pass

        with pytest.raises(TaskError, match="cannot be pickled"):
            check_task_set(Local([fox()]))


class Faulty(SimulatedBackend):
    """Simulates, and changes what comes out."""

    def __init__(self, change):
        super().__init__()
        self.change = change

    def submit(self, call):
        return Done(self.change(call, super().submit(call).result))


def asset_with(**other):
    return lambda call, result: replace(result, assets=tuple(replace(one, **other) for one in result.assets))


class TestBackends:
    def test_the_simulators_pass_with_every_tool(self):
        check_backend(SimulatedBackend())

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (asset_with(id="fox"), "an id of kind 'image' is img_ and at least four small letters or digits"),
            (asset_with(url="https://example.org/fox.png"), "does not hold its id"),
            (asset_with(width=0), "width is 0"),
            (asset_with(kind="hologram"), "unknown kind 'hologram'; known: image"),
            (asset_with(kind="audio"), r"makes \['audio'\], and the example promises \['image'\]"),
            (asset_with(created_by="me"), "created_by is 'me', expected 'tool_text2image_gemini'"),
            (asset_with(parents=(("img_none", "subject"),)), "unknown parent img_none"),
            (asset_with(recipe=Recipe("scen", "0" * 33, {})), "unknown recipe 'scen'; did you mean 'scene'"),
            (
                asset_with(recipe=Recipe("timeline", "0" * 33, {})),
                "its recipe 'timeline' cannot be described: KeyError",
            ),
            (lambda call, result: replace(result, assets=result.assets * 2), "two of its assets have the same id"),
            (lambda call, result: replace(result, status="error"), "status is 'error', and there is no error"),
            (lambda call, result: replace(result, error=ToolError("", 500, "")), "the error has no type or no message"),
            (lambda call, result: replace(result, error=ToolError("X", 500, "x")), "an error comes with assets"),
            (lambda call, result: replace(result, usage=Usage(-1.0, 0.0)), "usage.latency_s is -1.0"),
            (lambda call, result: replace(result, usage=Usage(1.0, float("nan"))), "usage.cost_usd is nan"),
            (lambda call, result: replace(result, data={"x": {1}}), "data is not JSON"),
            (lambda call, result: 1 / 0, "raises ZeroDivisionError: division by zero"),
            (lambda call, result: None, r"not done at its first poll\(\); no driver waits"),
            (lambda call, result: "fox.png", r"poll\(\) returned str, expected ToolResult"),
        ],
    )
    def test_a_broken_one_is_told_what_is_wrong(self, change, said):
        with pytest.raises(BackendError, match=said):
            check_backend(Faulty(change), [DRAW])

    def test_one_that_writes_the_workspace_is_found_out(self):
        def spend(call, result):
            call.workspace.cost_usd += 1
            return result

        with pytest.raises(BackendError, match="the workspace was changed; only the episode writes it"):
            check_backend(Faulty(spend), [DRAW])

    def test_one_that_never_does_the_same_twice_must_say_so(self):
        counted = iter(range(100))
        restless = Faulty(lambda call, result: replace(result, data={"n": next(counted)}))
        with pytest.raises(BackendError, match="another result"):
            check_backend(restless, [DRAW])
        check_backend(restless, [DRAW], repeatable=False)

    def test_what_is_no_backend_is_refused(self):
        with pytest.raises(BackendError, match=r"object has no method submit\(call\)"):
            check_backend(object())

        class Bare:
            def submit(self, call):
                return ToolResult("success")

        with pytest.raises(BackendError, match="expected a job with poll"):
            check_backend(Bare(), [DRAW])


class TestTheOthers:
    """Each check refuses something broken; the details are tested beside the parts themselves."""

    def test_a_simulator_that_does_not_know_its_document_is_refused(self):
        def tool_text2image_gemini(call, *, subject):
            return call.done()

        with pytest.raises(SpecError, match=r"does not take 'prompt'[\s\S]*takes 'subject', which is no parameter"):
            check_tool(Tool(load_toolbox()[DRAW].spec, tool_text2image_gemini))

    def test_a_component_that_raises_is_refused(self):
        with pytest.raises(ComponentError, match="AttributeError: 'NoneType' object has no attribute 'summary'"):
            check_component(lambda record: Score(float(bool(record.answer.summary)), "it has a summary"))

    def test_a_judge_that_praises_everything_is_refused(self):
        class Friendly(RuleJudge):
            def judge_plan(self, case):
                return Verdict(dict.fromkeys(super().judge_plan(case).facets, 1.0), "wonderful")

        with pytest.raises(JudgeError, match=r"a vague plan earns 1\.00, a sound one 1\.00"):
            check_judge(Friendly())

    def test_a_folder_that_is_no_database_is_refused(self, tmp_path):
        with pytest.raises(MediaError, match="no media database in"):
            check_media(MediaDB(str(tmp_path)))

    def test_a_tool_is_checked_without_jsonschema_too(self, monkeypatch):
        tools = importlib.import_module("visgenenv.testing.tools")
        monkeypatch.setitem(sys.modules, "jsonschema", None)
        tools._oracle.cache_clear()
        try:
            tool = load_toolbox()["tool_music_suno"]
            check_tool(tool)
            broken = Tool(parse_spec({**tool.spec.document, "title": {"en": "Song"}}), tool.simulate)
            with pytest.raises(SpecError, match=r'document \$\.title: "zh" is a required property'):
                check_tool(broken)
        finally:
            tools._oracle.cache_clear()
