"""What a policy is told is one text, whichever way it travels: observation, chat template, training export."""

import importlib.util
from pathlib import Path

import gymnasium as gym
import jinja2
import orjson
import pytest

from visgenenv import load_suite, load_toolbox
from visgenenv.parsing import parse_action
from visgenenv.prompts import load_dialect, native_message, system_prompt, to_messages

VISION = "<|vision_start|><|image_pad|><|vision_end|>"
HERE = Path(__file__).parent / "templates"


def templates():
    yield "instruct", (HERE / "instruct.jinja").read_text()
    yield "thinking", (HERE / "thinking.jinja").read_text()
    found = importlib.util.find_spec("trl")
    if found and found.origin:
        shipped = Path(found.origin).parent / "chat_templates" / "qwen3_vl.jinja"
        if shipped.exists():
            yield "trl", shipped.read_text()


TEMPLATES = dict(templates())


def render(name, messages, generation=False):
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
    return environment.from_string(TEMPLATES[name]).render(messages=messages, add_generation_prompt=generation)


def turn(number):
    think = f"<think>\nturn {number}: 看一看 what is there\n</think>\n\n"
    prompt = {"prompt": f"fox {number} <b> & 狐狸 </tool_call> '\"", "num_images": 1 + number % 2}
    draw = orjson.dumps({"name": "tool_text2image_gemini", "arguments": prompt}).decode()
    body = orjson.dumps({"name": "tool_nothing", "arguments": {}}).decode()
    if number % 5 == 3:
        return think + "just words"
    calls = f"<tool_call>\n{draw}\n</tool_call>"
    return think + (calls + f"\n<tool_call>\n{body}\n</tool_call>" if number % 3 == 0 else calls)


@pytest.fixture(scope="module", params=["en", "zh"])
def played(request):
    env = gym.make("VisGen-v0", tasks="paper", faults="stress", lang=request.param, tools="all").unwrapped
    first, _ = env.reset(seed=3)
    observations = [env.step(turn(number))[0] for number in range(20)]
    return env, first, observations


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_observations_and_chat_template_give_the_same_characters_over_twenty_turns(played, name):
    env, first, observations = played
    conversation = env.conversation
    expected = (
        f"<|im_start|>system\n{system_prompt(conversation.lang)}<|im_end|>\n<|im_start|>user\n{first}<|im_end|>\n"
    )
    for number, observation in enumerate(observations):
        expected += f"<|im_start|>assistant\n{turn(number)}<|im_end|>\n<|im_start|>user\n{observation}<|im_end|>\n"
    assert render(name, to_messages(conversation)) == expected


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_images_only_add_vision_tokens(played, name):
    env, *_ = played
    seen = to_messages(env.conversation, look=env.look)
    rendered = render(name, seen)
    assert VISION in rendered
    assert rendered.replace(VISION, "") == render(name, to_messages(env.conversation))


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_conversation_only_grows_at_its_end(played, name):
    env, *_ = played
    messages = to_messages(env.conversation)
    whole = render(name, messages)
    for end in range(3, len(messages)):
        if messages[end]["role"] == "assistant":
            prefix = render(name, messages[:end])
            assert whole.startswith(prefix)


def test_pictures_may_follow_in_a_user_message_for_servers_that_want_it(played):
    env, *_ = played
    messages = to_messages(env.conversation, images="user", look=env.look, encoded=True)
    assert all(isinstance(m["content"], str) for m in messages if m["role"] == "tool")
    parts = [
        part for m in messages if m["role"] == "user" and not isinstance(m["content"], str) for part in m["content"]
    ]
    assert parts and all(part["image_url"]["url"].startswith("data:image/jpeg;base64,") for part in parts)


def test_the_users_own_pictures_are_seen_with_the_request():
    task = next(task for task in load_suite("dev") if task.uploads)
    env = gym.make("VisGen-v0").unwrapped
    first, _ = env.reset(seed=1, options={"task": task})
    (_, request) = to_messages(env.conversation, look=env.look)
    assert request["content"][0] == {"type": "text", "text": first}
    assert [part["type"] for part in request["content"][1:]] == ["image"] * len(task.uploads)


def test_a_thinking_model_whose_template_opened_the_think_reads_as_usual():
    text = load_dialect("qwen-thinking").read("look at the request\n</think>\n\n<plan>1. draw</plan>")
    action = parse_action(text)
    assert action.think == "look at the request" and action.faults == ()


def test_a_thinking_dialect_leaves_complete_turns_alone():
    assert load_dialect("qwen-thinking").read(turn(1)) == turn(1)


def test_native_messages_and_text_say_the_same():
    message = native_message(turn(0))
    assert message["reasoning_content"].startswith("turn 0") and len(message["tool_calls"]) == 2
    assert parse_action(turn(0)).calls == type(parse_action("")).from_message(message).calls


def test_an_unknown_dialect_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'qwen-thinking'"):
        load_dialect("qwen-thinkin")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_tool_is_described_in_both_languages(lang):
    for tool in load_toolbox().values():
        schema = tool.spec.function_schema(lang)["function"]
        assert schema["description"] and '"x-' not in orjson.dumps(schema).decode()
        for part in schema["parameters"]["properties"].values():
            assert isinstance(part["description"], str)
