"""Walks all 36 tools: every parameter, option, bound, rule and error of every document, and both validators on all."""

import random

import jsonschema
import orjson
import pytest

from visgenenv import load_toolbox
from visgenenv.testing import stocked
from visgenenv.tools import FaultModel, encode_result, load_faults

BOX = load_toolbox()
NAMES = sorted(BOX)
CALM = load_faults("none")

TABLE_9 = [
    "tool_prompt_refine",
    "tool_video_shot_gen",
    "tool_video_script_gen",
    "tool_storyboard_polish",
    "tool_script_storyboard_merge",
    "tool_text2video_veo",
    "tool_text2image_gemini",
    "tool_text2image_hunyuan",
    "tool_text2image_seed",
    "tool_text2image_gpt",
    "tool_text2image_qwen",
    "tool_image_edit_gemini",
    "tool_image_edit_qwen",
    "tool_image_edit_gpt",
    "tool_image2video_keling",
    "tool_image2video_veo3",
    "tool_music_suno",
    "tool_sound_fx_gen",
    "tool_tts_generation",
    "tool_video_composite",
    "tool_video_postprocess",
    "tool_video_auto_pipeline",
    "tool_beat_detect",
    "tool_video_trim_edit",
    "tool_video_speed_adjust",
    "tool_tts_composite",
    "tool_audio_edit_cut",
    "tool_subtitle_add_text",
    "tool_video_analysis",
    "tool_audio_analysis",
    "tool_image_analysis",
    "tool_search_content",
    "tool_search_inspire",
    "tool_content_summary",
    "tool_task_manager",
    "tool_html_builder",
]


def test_the_tools_are_those_of_the_papers_table_9():
    assert sorted(TABLE_9) == NAMES and len(TABLE_9) == 36


def values(schema):
    """Yield every option of a parameter, or its bounds."""
    if "enum" in schema:
        yield from schema["enum"]
    elif schema.get("type") == "boolean":
        yield from (True, False)
    else:
        yield from (schema[key] for key in ("minimum", "maximum") if key in schema)
        if "maxLength" in schema and "pattern" not in schema and "x-asset" not in schema and "x-cite" not in schema:
            yield "x" * max(1, schema.get("minLength", 0))
            yield "a fox " * (schema["maxLength"] // 6)


def variations(spec):
    """Yield calls: each example, without each optional parameter, and with every value of every parameter."""
    for example in spec.examples:
        yield example.call, example.given
        for name in example.call.keys() - set(spec.input_schema.get("required", ())):
            yield {key: value for key, value in example.call.items() if key != name}, example.given
    for name, schema in spec.properties.items():
        for value in values(schema):
            for example in spec.examples:
                yield {**example.call, name: value}, example.given


@pytest.mark.parametrize("name", NAMES)
def test_every_option_and_bound_is_answered_and_results_fit_the_output_schema(name):
    spec = BOX[name].spec
    fits = jsonschema.Draft202012Validator(spec.output_schema)
    succeeded = {key: set() for key in spec.properties}
    for arguments, given in variations(spec):
        result = BOX.call(name, arguments, stocked(arguments, given), faults=CALM)
        if result.ok:
            assert not list(fits.iter_errors(orjson.loads(orjson.dumps(result.data)))), arguments
            for key, value in arguments.items():
                succeeded[key].add(orjson.dumps(value))
        else:
            assert result.error.type in {refusal.type for refusal in spec.refusals}, (arguments, result.error)
    for key, schema in spec.properties.items():
        options = schema.get("enum", [True, False] if schema.get("type") == "boolean" else [])
        for option in options:
            refused = any(refusal.call.get(key) == option for refusal in spec.refusals)
            assert refused or orjson.dumps(option) in succeeded[key], f"no call with {key}={option!r} succeeds"


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_required_parameter_is_named(name):
    spec = BOX[name].spec
    for missing in spec.input_schema.get("required", ()):
        arguments = {key: value for key, value in spec.examples[0].call.items() if key != missing}
        error = BOX.call(name, arguments, stocked(arguments)).error
        assert error.type == "INVALID_ARGUMENT" and missing in error.message


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_rejects_with_its_message(name):
    spec = BOX[name].spec
    broken = {rule.message: False for rule in spec.rules}
    for refusal in spec.refusals:
        result = BOX.call(name, refusal.call, stocked(refusal.call, refusal.given), faults=CALM)
        assert result.error.fault == "AGENT" and not result.error.charged
        for rule in spec.rules:
            broken[rule.message] |= result.error.message == rule.message
    assert all(broken.values()), broken


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_of_the_service_can_be_provoked(name):
    spec = BOX[name].spec
    wanted = {(fault.type, fault.vendor_code) for fault in spec.faults}
    types = {fault.type: sum(other.rate for other in spec.faults if other.type == fault.type) for fault in spec.faults}
    seen = set()
    for kind, rate in types.items():
        model = FaultModel("provoked", 1.0, types={**dict.fromkeys(types, 0.0), kind: 0.99 / rate})
        for world in range(150):
            example = spec.examples[world % len(spec.examples)]
            result = BOX.call(name, example.call, stocked(example.call, example.given, world), faults=model)
            if result.error:
                seen.add((result.error.type, result.error.vendor_code))
            seen |= {one for one in wanted for failed in result.data.get("failed", ()) if one[0] == failed.get("type")}
    assert wanted <= seen


@pytest.mark.parametrize("name", NAMES)
def test_an_asset_that_does_not_exist_and_one_of_the_wrong_kind_are_told_apart(name):
    spec = BOX[name].spec
    for reference in spec.references:
        for example in spec.examples:
            cited = [text for text in reference.texts({**spec.defaults, **example.call}) if isinstance(text, str)]
            if not cited or reference.cite:
                continue
            text = orjson.dumps(example.call).decode()
            missing = orjson.loads(text.replace(cited[0], "asset://img_missing01.png"))
            error = BOX.call(name, missing, stocked(missing, example.given)).error
            assert error.type == "ASSET_NOT_FOUND" and reference.path[0] in error.message
            wrong = "asset://doc_page0001.html" if "document" not in reference.kinds else "asset://img_page0001.png"
            other = orjson.loads(text.replace(cited[0], wrong))
            error = BOX.call(name, other, stocked(other, example.given)).error
            assert error.type == "UNSUPPORTED_FORMAT"
            break


JUNK = (None, True, False, 0, -1, 1, 7, 0.5, 1e9, "", "x", "16:9", "asset://img_abcd1234.png", [], ["x"], {}, {"a": 1})


def mutated(arguments, spec, luck):
    """Change a call in one to three places: drop, replace, add, or reach into what is nested."""
    call = orjson.loads(orjson.dumps(arguments))
    for _ in range(luck.randint(1, 3)):
        place = call
        while isinstance(place, (dict, list)) and place and luck.random() < 0.4:
            inner = luck.choice(sorted(place) if isinstance(place, dict) else range(len(place)))
            if not isinstance(place[inner], (dict, list)) or not place[inner]:
                break
            place = place[inner]
        if isinstance(place, dict):
            key = luck.choice([*sorted(place), *sorted(spec.properties)]) if luck.random() < 0.95 else "no_such"
            options = list(values(spec.properties[key])) if key in spec.properties and place is call else []
            if luck.random() < 0.25:
                place.pop(key, None)
            else:
                place[key] = luck.choice([*JUNK, *options])
        elif place:
            place[luck.randrange(len(place))] = luck.choice(JUNK)
    return call


@pytest.mark.parametrize("name", NAMES)
def test_jsonschema_and_jsonschema_rs_agree_on_mutated_calls(name):
    spec, luck = BOX[name].spec, random.Random(name)
    oracles = [jsonschema.Draft202012Validator(s) for s in (spec.input_schema, *(rule.schema for rule in spec.rules))]
    verdicts = []
    for _ in range(20_000 // 36 + 1):
        call = {**spec.defaults, **mutated(luck.choice(spec.examples).call, spec, luck)}
        verdicts.append(spec.is_valid(call))
        assert verdicts[-1] == all(oracle.is_valid(call) for oracle in oracles), call
    assert len(set(verdicts)) == 2


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_of_an_example_can_be_told_to_a_policy(name):
    for example in BOX[name].spec.examples:
        result = BOX.call(name, example.call, stocked(example.call, example.given))
        told = orjson.loads(encode_result(result))
        assert told["status"] == "success" and "flaws" not in told and "recipe" not in orjson.dumps(told).decode()
