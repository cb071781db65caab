"""What adapters are without their packages: one line that says how to get them, and grammars that need none."""

from importlib.util import find_spec

import jsonschema
import orjson
import pytest

from visgenenv import load_toolbox
from visgenenv.adapters import require
from visgenenv.adapters.grammar import ANSWER, PLAN, call_tags, calls_grammar, turn_grammar, vllm_options
from visgenenv.errors import MissingExtra
from visgenenv.parsing import parse_action


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
@pytest.mark.parametrize("module", ["trl", "tiny"])
def test_a_missing_extra_names_the_command_that_mends_it(module):
    with pytest.raises(MissingExtra, match=r"pip install torch 'visgenenv\[trl\]'$"):
        __import__(f"visgenenv.adapters.{module}")


def test_only_what_is_missing_is_named():
    with pytest.raises(MissingExtra, match=r"^no_such_module is not installed: pip install 'visgenenv\[trl\]'$"):
        require("trl", "json", "no_such_module")


def test_every_example_call_of_the_tools_fits_between_the_ends_of_its_tag():
    for tool in load_toolbox().values():
        (tag,) = call_tags([tool.spec.function_schema("en")])
        text = tag["begin"] + orjson.dumps(tool.spec.examples[0].call).decode() + tag["end"]
        action = parse_action(f"<think>\nlook at it\n</think>\n\n{text}")
        assert action.faults == () and action.calls[0].name == tool.spec.name


def test_capped_schemas_ask_for_the_same_arguments_in_fewer_characters():
    for tool in load_toolbox().values():
        schema = tool.spec.function_schema("en")
        inner = call_tags([schema], longest=24)[0]["content"]["json_schema"]
        jsonschema.Draft202012Validator.check_schema(inner)
        assert inner["properties"].keys() == schema["function"]["parameters"]["properties"].keys()
    (tag,) = call_tags(load_toolbox().openai(["tool_text2image_gemini"]), longest=24)
    jsonschema.validate({"prompt": "a red fox"}, tag["content"]["json_schema"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"prompt": "a red fox that does not fit"}, tag["content"]["json_schema"])


def test_answers_and_plans_of_the_grammar_are_those_the_parser_takes():
    answer = {"task_status": "partial", "answer_url_list": [], "summary": "a summary"}
    jsonschema.validate(answer, ANSWER)
    assert parse_action(f"<think>\nlook at it\n</think>\n\n<answer>\n{orjson.dumps(answer).decode()}\n</answer>").answer
    jsonschema.validate([{"goal": "draw", "tool": "t", "n": 1, "deps": []}], PLAN)


def test_structural_tags_are_plain_json_for_servers():
    schemas = load_toolbox().openai(["tool_task_manager", "tool_text2image_gemini"])
    for tag in (turn_grammar(schemas), turn_grammar(schemas[:1]), calls_grammar(schemas)):
        inner = orjson.loads(vllm_options(tag)["structured_outputs"]["structural_tag"])
        assert inner["type"] == "structural_tag" and "tool_task_manager" in str(inner)
