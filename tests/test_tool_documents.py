"""Walks every tool document: format, texts, examples, simulators, and the numbers of the specification's Appendix A."""

import inspect

import jsonschema
import orjson
import pytest

from visgenenv._data import data_dir
from visgenenv.errors import SpecError
from visgenenv.testing import check_tool, stand_in
from visgenenv.tools import Tool, Workspace, load_documents, load_faults, load_toolbox, parse_spec
from visgenenv.tools.simulators import SIMULATORS
from visgenenv.tools.spec import load_spec

TOOLBOX = load_toolbox()
NAMES = sorted(TOOLBOX)
SCHEMA = orjson.loads((data_dir("tool_specs") / "schema.json").read_bytes())

# Appendix A: latency median and p95 in seconds, p(transient), p(blocked).
SAMPLING = {
    "tool_prompt_refine": (8, 18, 0.025, 0.005),
    "tool_video_shot_gen": (25, 60, 0.04, 0.005),
    "tool_video_script_gen": (18, 45, 0.025, 0.01),
    "tool_text2video_veo": (80, 220, 0.05, 0.06),
    "tool_text2image_gemini": (8, 22, 0.05, 0.015),
    "tool_text2image_gpt": (32, 75, 0.03, 0.025),
    "tool_text2image_qwen": (18, 45, 0.03, 0.025),
    "tool_image_edit_gemini": (12, 30, 0.055, 0.02),
    "tool_image_edit_qwen": (22, 55, 0.03, 0.025),
    "tool_image2video_keling": (130, 290, 0.065, 0.025),
    "tool_music_suno": (130, 220, 0.04, 0.03),
    "tool_tts_generation": (3, 9, 0.02, 0.01),
    "tool_video_composite": (32, 70, 0.01, 0),
    "tool_audio_edit_cut": (2, 5, 0.003, 0),
    "tool_subtitle_add_text": (8, 18, 0.007, 0),
    "tool_task_manager": (0.05, 0.2, 0, 0),
}
# Appendix A: the price of a call with defaults, in US dollars.
PRICES = {
    "tool_prompt_refine": ({"text": "a fox"}, 0.008),
    "tool_video_shot_gen": ({"script": "A fox wakes."}, 0.04),
    "tool_video_script_gen": ({"topic": "a fox"}, 0.02),
    "tool_text2video_veo": ({"prompt": "a fox"}, 0.40 * 8),
    "tool_text2image_gemini": ({"prompt": "a fox", "num_images": 2}, 0.039 * 2),
    "tool_text2image_gpt": ({"prompt": "a fox", "n": 3}, 0.042 * 3),
    "tool_text2image_qwen": ({"prompt": "a fox"}, 0.03),
    "tool_image_edit_gemini": ({"prompt": "a fox", "images": ["img_fox00001"]}, 0.039),
    "tool_image_edit_qwen": ({"prompt": "a fox", "images": ["img_fox00001"], "n": 2}, 0.03 * 2),
    "tool_image2video_keling": ({"image": "img_fox00001"}, 0.28),
    "tool_music_suno": ({"prompt": "calm piano"}, 0.10),
    "tool_video_composite": ({"clips": [{"asset": "vid_fox00001"}]}, 0.0002 * 8),
    "tool_audio_edit_cut": ({"audio": "aud_fox00001", "end_time": 10}, 0),
    "tool_task_manager": ({"action": "read"}, 0),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_tool_passes_the_check_that_users_run_on_theirs(name):
    check_tool(TOOLBOX[name])


def test_the_schema_of_documents_is_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_follows_the_schema_as_it_lies_on_disk(name):
    path = data_dir("tool_specs") / TOOLBOX[name].spec.category / f"{name}.json"
    jsonschema.Draft202012Validator(SCHEMA).validate(orjson.loads(path.read_bytes()))
    assert load_spec(path).name == name


def test_each_document_has_one_simulator_and_each_simulator_one_document():
    assert sorted(SIMULATORS) == sorted(load_documents())


@pytest.mark.parametrize("name", NAMES)
def test_latency_and_fault_rates_are_those_of_the_sampling_table(name):
    spec = TOOLBOX[name].spec
    median, p95, transient, blocked = SAMPLING[name]
    assert (spec.latency["median"], spec.latency["p95"]) == (median, p95)
    own = sum(fault.rate for fault in spec.faults if fault.type != "CONTENT_BLOCKED")
    own += spec.tables.get("json_repair_rate", 0)
    assert own == pytest.approx(transient, abs=0.0051)
    assert sum(f.rate for f in spec.faults if f.type == "CONTENT_BLOCKED") == pytest.approx(blocked, abs=0.0011)


@pytest.mark.parametrize("name", sorted(PRICES))
def test_a_default_call_costs_what_the_sampling_table_says(name):
    arguments, price = PRICES[name]
    workspace = _with_stand_ins("img_fox00001", "vid_fox00001", "aud_fox00001")
    result = TOOLBOX.call(name, arguments, workspace)
    assert result.ok
    assert result.usage.cost_usd == pytest.approx(price, rel=0.02)


def test_every_generator_with_a_prompt_is_a_target_of_prompt_refine_and_has_a_limit():
    spec = TOOLBOX["tool_prompt_refine"].spec
    made_for = set(spec.properties["target_tool"]["enum"]) - {None}
    assert made_for == {
        name
        for name, tool in TOOLBOX.items()
        if tool.spec.category in ("image", "video", "audio") and "prompt" in tool.spec.properties
    }
    assert made_for == set(spec.tables["prompt_limits"]) == set(spec.tables["family"])
    for name in made_for:
        declared = TOOLBOX[name].spec.properties["prompt"].get("maxLength", 10**9)
        assert max(spec.tables["prompt_limits"][name].values()) <= declared


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_exported_schema_shows_no_annotation_and_is_in_one_language(name, lang):
    text = orjson.dumps(TOOLBOX[name].spec.function_schema(lang)).decode()
    assert '"x-' not in text
    assert '"zh":' not in text


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_written_out_in_the_exported_description(name):
    spec = TOOLBOX[name].spec
    for rule in spec.rules:
        assert rule.message in spec.function_schema("en")["function"]["description"]


def test_stress_brings_more_errors_than_calm_and_none_is_the_agents():
    toolbox, stress = TOOLBOX, load_faults("stress")
    results = [
        toolbox.call("tool_text2image_gemini", {"prompt": "a fox"}, Workspace(seed=seed), faults=stress)
        for seed in range(300)
    ]
    errors = [result.error for result in results if result.error]
    assert 300 * 0.08 < len(errors) < 300 * 0.30
    assert {error.fault for error in errors} == {"ENV"}


def test_a_broken_document_is_refused_with_every_problem_named():
    spec = TOOLBOX["tool_text2image_gemini"].spec
    document = {
        **spec.document,
        "title": {"en": "x", "zh": ""},
        "examples": [{"prompt": "a fox", "aspect_ratio": "2:1"}],
    }
    with pytest.raises(SpecError, match=r"\$\.title\.zh"):
        check_tool(Tool(parse_spec(document), SIMULATORS[spec.name]))
    document["title"] = {"en": "x", "zh": "图"}
    with pytest.raises(SpecError, match=r"examples\[0\] is not valid"):
        check_tool(Tool(parse_spec(document), SIMULATORS[spec.name]))


def test_a_simulator_that_disagrees_with_its_document_is_refused():
    def tool_task_manager(call, *, action, todo=None):
        return call.done()

    with pytest.raises(SpecError) as caught:
        check_tool(Tool(TOOLBOX["tool_task_manager"].spec, tool_task_manager))
    assert "does not take 'todos'" in str(caught.value)
    assert "takes 'todo', which is no parameter" in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_simulators_never_see_the_task(name):
    assert "task" not in inspect.signature(TOOLBOX[name].simulate).parameters


def _with_stand_ins(*references, seed=0):
    workspace = Workspace(seed=seed)
    for reference in references:
        asset = stand_in(reference)
        workspace.assets[asset.id] = asset
    return workspace
