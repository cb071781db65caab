"""The tools as other programs are told of them: function schemas, the Qwen block, an MCP list."""

import jsonschema
import orjson
import pytest

from visgenenv import VisGenEnv, load_toolbox
from visgenenv.testing import stocked
from visgenenv.tools import encode_result

BOX = load_toolbox()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_openai_gets_one_function_a_tool_in_its_language(lang):
    functions = BOX.openai(lang=lang)
    assert [function["function"]["name"] for function in functions] == list(BOX)
    assert all(function["type"] == "function" for function in functions)
    han = [any("\u4e00" <= char <= "\u9fff" for char in f["function"]["description"]) for f in functions]
    assert all(han) if lang == "zh" else not any(han)


def test_some_tools_can_be_chosen_by_name():
    names = ["tool_music_suno", "tool_task_manager"]
    assert [f["function"]["name"] for f in BOX.openai(names)] == names
    assert [tool["name"] for tool in BOX.mcp(names)] == names
    assert BOX.qwen(names).count('"type": "function"') == 2


def test_the_qwen_block_is_the_end_of_the_system_prompt_of_an_episode():
    env = VisGenEnv("paper", tools="all")
    _, info = env.reset(seed=1, options={"task": "paper/elf-archer"})
    assert info["system"].endswith(BOX.qwen())


def test_mcp_tools_carry_valid_schemas_and_results_fit_the_output_schema():
    for tool in BOX.mcp():
        assert set(tool) == {"name", "title", "description", "inputSchema", "outputSchema", "annotations"}
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        example = BOX[tool["name"]].spec.examples[0]
        result = BOX.call(tool["name"], example.call, stocked(example.call, example.given))
        jsonschema.validate(orjson.loads(encode_result(result)), tool["outputSchema"])


def test_tools_that_only_read_say_so():
    hints = {tool["name"]: tool["annotations"]["readOnlyHint"] for tool in BOX.mcp()}
    assert hints["tool_image_analysis"] and hints["tool_beat_detect"] and not hints["tool_video_composite"]
