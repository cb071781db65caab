"""One text, whichever way it travels: observation, chat template, exported demonstration, loss mask."""

import json

import gymnasium as gym
import jinja2
import orjson
import pytest
from test_prompts import TEMPLATES, render

from visgenenv import ExpertPolicy, load_suite, load_toolbox
from visgenenv.demos import chat_template, read_chat, rendered
from visgenenv.prompts import to_messages

TASKS = ["paper/felt-workshop", "paper/elf-archer", "dev-with-upload"]


@pytest.fixture(scope="module", params=TASKS)
def episode(request):
    """An episode of the expert in bad weather: the environment, and everything it observed."""
    task = request.param
    if task == "dev-with-upload":
        task = next(task for task in load_suite("dev") if task.uploads)
    env = gym.make("VisGen-v0", faults="stress").unwrapped
    first, info = env.reset(seed=4, options={"task": task})
    told, policy = [first], ExpertPolicy()
    while not env.episode.over:
        observation, *_ = env.step(policy.act([env.conversation])[0])
        told.append(observation)
    return env, told[:-1], info["system"]


def chat_of(env):
    return read_chat(env.trajectory, load_toolbox())


def with_marks(chat):
    """Render the shipped template with the marks of `generation` made visible."""
    text = (
        chat_template()
        .replace("{%- generation -%}", "{{- '\x01' -}}")
        .replace("{%- endgeneration -%}", "{{- '\x02' -}}")
    )
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)  # as Transformers has it
    return environment.from_string(text).render(messages=chat.messages, tools=orjson.loads(chat.tools))


def test_a_record_gives_the_messages_that_its_policy_read(episode):
    env, _, _ = episode
    assert chat_of(env).messages == env.conversation.messages


def test_the_text_is_the_system_prompt_the_observations_and_the_turns(episode):
    env, told, system = episode
    expected = f"<|im_start|>system\n{system}<|im_end|>\n"
    for observation, step in zip(told, env.trajectory.steps, strict=True):
        expected += f"<|im_start|>user\n{observation}<|im_end|>\n<|im_start|>assistant\n{step.text}<|im_end|>\n"
    assert rendered(chat_of(env))[0] == expected


def test_the_shipped_template_gives_the_same_characters(episode):
    chat = chat_of(episode[0])
    assert with_marks(chat).replace("\x01", "").replace("\x02", "") == rendered(chat)[0]


def test_spans_are_what_the_template_marks_as_generated(episode):
    chat = chat_of(episode[0])
    text, spans = rendered(chat)
    marked, at, expected = with_marks(chat), 0, []
    for piece in marked.split("\x01")[1:]:
        start = marked.index("\x01", at) - 2 * len(expected)
        expected.append((start, start + len(piece.partition("\x02")[0])))
        at = marked.index("\x01", at) + 1
    assert spans == expected
    turns = [step.text for step in episode[0].trajectory.steps]
    assert [text[start:end] for start, end in spans] == [f"{turn}<|im_end|>\n" for turn in turns]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_qwens_templates_give_the_same_conversation(episode, name):
    chat = chat_of(episode[0])
    text = rendered(chat)[0]
    assert text.endswith(render(name, list(chat.messages[1:])))


def test_pictures_are_those_that_the_conversation_shows(episode):
    env, _, _ = episode
    shown = to_messages(env.conversation, look=lambda url: [url])
    places = [
        (number, part["image"])
        for number, message in enumerate(shown)
        if not isinstance(message["content"], str)
        for part in message["content"][1:]
    ]
    assert list(chat_of(env).pictures) == places


def test_a_blind_setting_exports_no_pictures():
    env = gym.make("VisGen-v0", faults="none", feedback="none").unwrapped
    env.reset(seed=1, options={"task": "paper/elf-archer"})
    env.step(ExpertPolicy().act([env.conversation])[0])
    assert chat_of(env).pictures == ()
