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
    "tool_storyboard_polish": (25, 55, 0.04, 0.005),
    "tool_script_storyboard_merge": (30, 70, 0.04, 0.005),
    "tool_text2image_hunyuan": (40, 85, 0.03, 0.03),
    "tool_text2image_seed": (18, 45, 0.03, 0.03),
    "tool_image_edit_gpt": (55, 125, 0.04, 0.03),
    "tool_image2video_veo3": (80, 220, 0.05, 0.05),
    "tool_sound_fx_gen": (6, 15, 0.025, 0.01),
    "tool_video_postprocess": (10, 22, 0.01, 0),
    "tool_video_auto_pipeline": (240, 700, 0.08, 0.02),
    "tool_beat_detect": (3, 8, 0.003, 0),
    "tool_video_trim_edit": (6, 13, 0.005, 0),
    "tool_video_speed_adjust": (6, 13, 0.005, 0),
    "tool_tts_composite": (20, 45, 0.025, 0.01),
    "tool_video_analysis": (20, 55, 0.035, 0.005),
    "tool_audio_analysis": (12, 30, 0.035, 0.005),
    "tool_image_analysis": (11, 28, 0.025, 0.005),
    "tool_search_content": (1.6, 4, 0.025, 0),
    "tool_search_inspire": (1.8, 5, 0.025, 0),
    "tool_content_summary": (9, 22, 0.025, 0.002),
    "tool_html_builder": (0.8, 2, 0.002, 0),
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
    "tool_text2image_hunyuan": ({"prompt": "a fox"}, 0.03),
    "tool_text2image_seed": ({"prompt": "a fox"}, 0.03),
    "tool_image2video_veo3": ({"image": "img_fox00001", "prompt": "it runs"}, 0.40 * 8),
    "tool_sound_fx_gen": ({"prompt": "rain", "duration_seconds": 10}, 0.023),
    "tool_video_postprocess": ({"video": "vid_fox00001", "operations": [{"op": "mute"}]}, 0.0002 * 8),
    "tool_beat_detect": ({"audio": "aud_fox00001"}, 0),
    "tool_video_trim_edit": ({"video": "vid_fox00001", "end_time": 5}, 0.0002 * 5),
    "tool_video_speed_adjust": ({"video": "vid_fox00001", "speed": 2}, 0.0002 * 4),
    "tool_search_content": ({"query": "red fox"}, 0.008),
    "tool_search_inspire": ({"query": "red fox"}, 0.002),
    "tool_content_summary": ({"text": "A red fox sleeps in the snow. " * 60}, 0.02),
    "tool_html_builder": ({"title": "Foxes", "html": "<html><body>Foxes.</body></html>"}, 0),
}
ABOUT = {
    "tool_storyboard_polish": ({"storyboard": "txt_board001", "instruction": "slower"}, 0.045),
    "tool_script_storyboard_merge": ({"script": "txt_script01", "storyboard": "txt_board001"}, 0.06),
    "tool_image_edit_gpt": ({"prompt": "at night", "images": ["img_fox00001"]}, 0.05),
    "tool_video_auto_pipeline": ({"topic": "red foxes in winter"}, 0.05),
    "tool_video_analysis": ({"videos": ["vid_fox00001"], "question": "What is shown?"}, 0.02 + 0.0004 * 8),
    "tool_audio_analysis": ({"audios": ["aud_fox00001"], "question": "What is said?"}, 0.015),
    "tool_image_analysis": ({"images": ["img_fox00001"], "question": "What is shown?"}, 0.015),
}
"""Prices made of tokens or of several steps: the table gives their order of magnitude only."""


@pytest.mark.parametrize("name", NAMES)
def test_every_tool_passes_the_check_that_users_run_on_theirs(name):
    check_tool(TOOLBOX[name])


def test_the_schema_of_documents_is_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_follows_the_schema_as_it_lies_on_disk(name):
    path = data_dir("tool_specs") / TOOLBOX[name].spec.category / f"{name}.json"
    document = orjson.loads(path.read_bytes())
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert not NUMBERS & document["simulation"].keys(), "numbers stand in profiles/numbers.json alone"


NUMBERS = {"latency", "price", "faults", "quirks"}


def test_the_numbers_of_every_tool_and_no_other_stand_in_one_file():
    numbers = orjson.loads((data_dir("tool_specs") / "profiles" / "numbers.json").read_bytes())["tools"]
    assert sorted(numbers) == NAMES
    assert all(NUMBERS - {"quirks"} <= sheet.keys() <= NUMBERS for sheet in numbers.values())


def test_every_service_named_in_the_file_of_services_has_a_tool():
    services = orjson.loads((data_dir("tool_specs") / "services.json").read_bytes())["services"]
    assert services.keys() <= {tool.spec.service for tool in TOOLBOX.values()}


def test_a_number_given_twice_is_refused(tmp_path):
    (tmp_path / "image").mkdir()
    (tmp_path / "profiles").mkdir()
    document = {**TOOLBOX["tool_text2image_qwen"].spec.document}
    (tmp_path / "image" / "tool_text2image_qwen.json").write_bytes(orjson.dumps(document))
    sheet = {"tools": {"tool_text2image_qwen": {"price": {"per_image": 1}}}}
    (tmp_path / "profiles" / "numbers.json").write_bytes(orjson.dumps(sheet))
    with pytest.raises(SpecError, match=r"simulation\.price stands in the document and in profiles/numbers\.json"):
        load_documents(tmp_path)


def test_each_document_has_one_simulator_and_each_simulator_one_document():
    assert sorted(SIMULATORS) == sorted(load_documents())


@pytest.mark.parametrize("name", NAMES)
def test_latency_and_fault_rates_are_those_of_the_sampling_table(name):
    spec = TOOLBOX[name].spec
    median, p95, transient, blocked = SAMPLING[name]
    assert (spec.latency["median"], spec.latency["p95"]) == (median, p95)
    own = sum(fault.rate for fault in spec.faults if fault.type != "CONTENT_BLOCKED")
    own += spec.quirks.get("json_repair", 0)
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
        "examples": [{"call": {"prompt": "a fox", "aspect_ratio": "2:1"}, "answer": {"data": {}}}],
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
