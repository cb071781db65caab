"""`ChatPolicy` against a server process on loopback that plays, refuses, stalls and hangs up as it is told."""

import asyncio
import json
import pickle
import socket
import subprocess
import sys
import threading
import time
from functools import partial

import gymnasium as gym
import pytest
from chat_server import RunningServer, call
from msgspec import structs

from visgenenv import ChatPolicy, load_suite, rollout, score
from visgenenv.cli import main
from visgenenv.errors import EndpointError
from visgenenv.parsing import parse_action
from visgenenv.policies.chat_messages import Form, brief, chat_messages
from visgenenv.policies.chat_turns import TOO_LONG
from visgenenv.prompts import to_messages
from visgenenv.trace import read_traces, replay

ARCHER = load_suite("paper")[1]
THINK = "<think>\nthe picture is missing\n</think>"
DRAW = '<tool_call>\n{"name": "tool_text2image_gemini", "arguments": {"prompt": "a red fox"}}\n</tool_call>'
PAIR = f"{THINK}\n\n{DRAW}\n\n{DRAW.replace('red', 'grey')}"
ANSWER = '<answer>{"task_status": "partial", "answer_url_list": [], "summary": "That is all."}</answer>'
FAILED = '"task_status":"failed","answer_url_list":[]'

chat = partial(ChatPolicy, model="tester", backoff_s=0.02)


def conversation(*turns, task="paper/elf-archer", seed=3, **settings):
    """Return what a policy reads after these turns."""
    env = gym.make("VisGen-v0", tools="all", faults="none", **settings).unwrapped
    env.reset(seed=seed, options={"task": task})
    for turn in turns:
        env.step(turn)
    return env.conversation


@pytest.fixture(scope="module")
def server():
    with RunningServer() as running:
        yield running


@pytest.fixture(scope="module")
def fresh():
    return conversation()


@pytest.fixture(scope="module")
def later():
    """Return a conversation in which two pictures were drawn by one turn."""
    return conversation(PAIR)


def asked(server, url):
    return [entry["request"] for entry in server.log(url)]


def turn_for(server, message, conversation, **options):
    """Return the turn that a policy makes of one message of a model."""
    (turn,) = chat(server.session(then={"message": message}), **options).act([conversation])
    return turn


def pictures(request):
    """Return the pictures of a request by the role of their message."""
    return [
        (message["role"], part["image_url"]["url"])
        for message in request["messages"]
        if isinstance(message["content"], list)
        for part in message["content"]
        if part["type"] == "image_url"
    ]


# What the model says


def test_native_calls_and_reasoning_become_canonical_text(server, fresh):
    message = {"reasoning_content": "one fox first", "content": None, "tool_calls": [call(0, "tool_x", prompt="狐狸")]}
    action = parse_action(turn_for(server, message, fresh))
    assert (action.think, action.faults) == ("one fox first", ())
    assert [(one.name, one.arguments) for one in action.calls] == [("tool_x", {"prompt": "狐狸"})]


def test_the_newer_name_of_the_reasoning_field_is_read_as_well(server, fresh):
    assert turn_for(server, {"reasoning": "one fox first", "content": ANSWER}, fresh).startswith("<think>\none fox")


def test_two_calls_of_one_message_stay_two_calls(server, fresh):
    message = {"content": THINK, "tool_calls": [call(0, "tool_x", n=1), call(1, "tool_y", n=2)]}
    action = parse_action(turn_for(server, message, fresh))
    assert [(one.name, one.arguments) for one in action.calls] == [("tool_x", {"n": 1}), ("tool_y", {"n": 2})]


def test_tagged_text_is_a_turn_as_it_stands(server, fresh):
    assert turn_for(server, {"content": f"{THINK}\n\n{DRAW}"}, fresh, native_tools=False) == f"{THINK}\n\n{DRAW}"


def test_text_that_begins_inside_a_think_gets_its_opening_tag(server, fresh):
    action = parse_action(turn_for(server, {"content": f"look around first\n</think>\n\n{DRAW}"}, fresh))
    assert (action.think, len(action.calls), action.faults) == ("look around first", 1, ())


def test_arguments_that_are_no_json_reach_the_environment_as_a_bad_call(server, fresh):
    broken = call(0, "tool_text2image_gemini")
    broken["function"]["arguments"] = '{"prompt": "a fox'
    action = parse_action(turn_for(server, {"content": THINK, "tool_calls": [broken]}, fresh))
    assert action.faults == ("bad_json",)
    assert "not valid JSON" in action.calls[0].error


@pytest.mark.parametrize("content", ["", None])
def test_a_model_that_says_nothing_makes_an_empty_turn_that_is_counted(server, fresh, content):
    policy = chat(server.session(then={"message": {"content": content}}))
    assert policy.act([fresh]) == [""]
    assert policy.report()["empty"] == 1


def test_a_turn_that_was_cut_off_is_counted(server, fresh):
    policy = chat(server.session(then={"message": {"content": THINK}, "finish": "length"}))
    policy.act([fresh])
    assert policy.report()["cut_off"] == 1


# What the model is asked


def test_the_request_is_cold_seeded_and_signed_and_offers_the_tools(server, fresh):
    url = server.session()
    ChatPolicy(url, "tester", "a-key", options={"top_p": 1}).act([fresh])
    (entry,) = server.log(url)
    request = entry["request"]
    assert (request["model"], request["temperature"], request["top_p"], request["max_tokens"]) == ("tester", 0, 1, 8192)
    assert 0 <= request["seed"] < 2**31
    assert request["tools"] == list(fresh.tools)
    assert entry["authorization"] == "bearer a-key"
    assert request["messages"][1] == {"role": "user", "content": ARCHER.query}


def test_an_option_of_none_takes_a_parameter_out(server, fresh):
    url = server.session()
    chat(url, options={"seed": None, "max_tokens": None, "max_completion_tokens": 99}).act([fresh])
    (request,) = asked(server, url)
    assert not {"seed", "max_tokens"} & request.keys()
    assert request["max_completion_tokens"] == 99


def test_without_native_tools_the_schemas_stand_in_the_system_message_and_nothing_else_is_asked(server, later):
    url = server.session()
    chat(url, native_tools=False).act([later])
    (request,) = asked(server, url)
    assert "tools" not in request
    assert [message["role"] for message in request["messages"]] == ["system", "user", "assistant", "user"]
    system, _, assistant, told = request["messages"]
    assert all(json.dumps(tool["function"]["name"]) in system["content"] for tool in later.tools)
    assert assistant["content"] == PAIR
    assert told["content"][0]["text"].count("<tool_response>\n") == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_system_message_in_text_is_the_environments_own(lang):
    env = gym.make("VisGen-v0", lang=lang).unwrapped
    _, info = env.reset(seed=1)
    messages, _ = chat_messages(env.conversation, Form(False, "none", 0, "field"))
    assert messages[0]["content"] == info["system"]


def test_every_native_call_is_answered_under_its_id_and_pictures_follow_from_the_user(server, later):
    url = server.session()
    chat(url).act([later])
    _, _, assistant, *told, shown = asked(server, url)[0]["messages"]
    assert assistant["reasoning_content"] == "the picture is missing"
    assert assistant["content"] == ""
    assert [message["tool_call_id"] for message in told] == [one["id"] for one in assistant["tool_calls"]]
    assert [json.loads(message["content"])["status"] for message in told] == ["success", "success"]
    labels = [part["text"] for part in shown["content"] if part["type"] == "text"]
    assert labels == [f"{asset['url']}:" for asset in later.assets]


def test_what_answers_no_readable_call_is_told_by_the_user(server):
    url = server.session()
    chat(url, images="none").act([conversation(f"{THINK}<tool_call>{{oops</tool_call>{DRAW}", "well", "")])
    messages = asked(server, url)[0]["messages"]
    assert [message["role"] for message in messages[2:]] == [
        "assistant", "tool", "user", "assistant", "user", "assistant", "user",
    ]  # fmt: skip
    assert messages[2]["content"] == "<tool_call>{oops</tool_call>"
    assert "BAD_CALL" in messages[4]["content"]
    assert messages[5]["content"] == "well"
    assert "Nothing was done" in messages[6]["content"]


def test_the_newest_pictures_are_sent_as_jpegs_that_decode(server, later):
    url = server.session()
    policy = chat(url, max_images=1)
    policy.act([later])
    ((role, data),) = pictures(asked(server, url)[0])
    assert role == "user"
    shown = to_messages(later, images="user", look=later.look, encoded=True)[-1]["content"]
    assert data == shown[-1]["image_url"]["url"]
    assert policy.report()["images"] == 1


def test_pictures_can_stand_in_the_result_that_made_them(server, later):
    url = server.session()
    chat(url, images="tool").act([later])
    assert [role for role, _ in pictures(asked(server, url)[0])] == ["tool", "tool"]


@pytest.mark.parametrize("settings", [{"images": "none"}, {"max_images": 0}])
def test_a_model_that_reads_text_only_gets_text_only(server, later, settings):
    url = server.session()
    chat(url, **settings).act([later])
    assert all(isinstance(message["content"], str) for message in asked(server, url)[0]["messages"])


def test_an_environment_without_feedback_shows_no_pictures(server):
    url = server.session()
    blind = conversation(PAIR, feedback="none")
    chat(url).act([blind])
    assert blind.look is None
    assert pictures(asked(server, url)[0]) == []


def test_the_users_own_pictures_stand_with_the_request(server):
    task = next(task for task in load_suite("dev") if task.uploads)
    url = server.session()
    chat(url).act([conversation(task=task)])
    assert asked(server, url)[0]["messages"][1]["content"][-1]["type"] == "image_url"


def test_thinking_goes_back_as_text_once_the_server_has_refused_the_field(server, later):
    url = server.session(then={"refuse": ["reasoning_content"], "message": {"content": ANSWER}})
    policy = chat(url)
    assert policy.act([later]) == policy.act([later]) == [ANSWER]
    fields = ["reasoning_content" in json.dumps(request) for request in asked(server, url)]
    assert fields == [True, False, False]
    assert asked(server, url)[-1]["messages"][2]["content"].startswith(THINK)


# Batches


def test_a_whole_batch_is_asked_at_once_and_comes_back_in_order(server):
    lanes = [structs.replace(conversation(), messages=(*conversation().messages[:1], user(i))) for i in range(8)]
    when = [[f"lane {i}.", {"delay": 0.3 - i / 40, "message": {"content": f"turn {i}"}}] for i in range(8)]
    url = server.session(when=when)
    started = time.monotonic()
    assert chat(url).act(lanes) == [f"turn {i}" for i in range(8)]
    assert time.monotonic() - started < 1.2
    assert server.busiest(url) == 8


def user(number):
    return {"role": "user", "content": f"lane {number}."}


def test_no_more_conversations_than_allowed_are_asked_at_the_same_time(server, fresh):
    url = server.session(then={"delay": 0.05})
    chat(url, concurrency=2).act([fresh] * 6)
    assert server.busiest(url) == 2


def test_a_turn_does_not_depend_on_the_batch_it_arrives_in(server, fresh, later):
    url = server.session()
    policy = chat(url)
    policy.act([fresh, later])
    policy.act([later])
    policy.act([fresh])
    first, second, third, fourth = sorted(json.dumps(request) for request in asked(server, url))
    assert (first, third) == (second, fourth)


def test_samples_of_one_task_have_seeds_of_their_own(server, fresh):
    url = server.session()
    chat(url).act([fresh])
    chat(url).act([structs.replace(fresh, seed=fresh.seed + 1)])
    chat(url, seed=1).act([fresh])
    assert len({request["seed"] for request in asked(server, url)}) == 3


def test_nobody_to_answer_is_no_request(server):
    url = server.session()
    assert chat(url).act([]) == []
    assert server.log(url) == []


def test_a_policy_works_inside_a_running_event_loop(server, fresh):
    policy = chat(server.session(then={"message": {"content": ANSWER}}))

    async def inside():
        return policy.act([fresh])

    assert asyncio.run(inside()) == [ANSWER]


def test_a_pickled_policy_and_conversation_still_play(server, later):
    policy = chat(server.session(then={"message": {"content": ANSWER}}))
    policy, again = pickle.loads(pickle.dumps((policy, later)))
    assert again == later
    assert policy.act([again]) == [ANSWER]


# Servers that are not well


@pytest.mark.parametrize(
    "trouble", [{"status": 429}, {"status": 500}, {"status": 503}, {"close": True}, {"body": "hi"}]
)
def test_passing_trouble_is_asked_away(server, fresh, trouble):
    url = server.session(trouble, trouble, then={"message": {"content": ANSWER}})
    policy = chat(url)
    assert policy.act([fresh]) == [ANSWER]
    assert (policy.report()["requests"], policy.report()["retries"], policy.report()["lost"]) == (3, 2, 0)


def test_retry_after_is_kept(server, fresh):
    url = server.session({"status": 429, "headers": {"Retry-After": "0.4"}}, then={"message": {"content": ANSWER}})
    chat(url).act([fresh])
    first, second = (entry["at"] for entry in server.log(url))
    assert second - first >= 0.4


def test_an_attempt_that_takes_too_long_is_repeated(server, fresh):
    url = server.session({"delay": 5}, then={"message": {"content": ANSWER}})
    assert chat(url, timeout_s=0.3).act([fresh]) == [ANSWER]


def test_the_deadline_ends_all_attempts_and_the_lane_alone_fails(server, fresh, later):
    when = [["a red fox", {"delay": 5}]]
    policy = chat(server.session(when=when, then={"message": {"content": ANSWER}}), timeout_s=0.2, deadline_s=0.5)
    started = time.monotonic()
    lost, answered = policy.act([later, fresh])
    assert time.monotonic() - started < 2
    assert FAILED in lost and answered == ANSWER
    report = policy.report()
    assert (report["turns"], report["lost"], report["problems"]) == (2, 1, {"no answer in time": 1})


def test_a_lane_that_is_refused_fails_alone_and_at_once(server, fresh, later):
    refusal = {"status": 400, "error": {"message": "content policy"}}
    policy = chat(server.session(when=[["a red fox", refusal]], then={"message": {"content": ANSWER}}))
    lost, answered = policy.act([later, fresh])
    action = parse_action(lost)
    assert (action.answer.task_status, action.answer.answer_url_list, action.faults) == ("failed", (), ())
    assert answered == ANSWER
    assert policy.report()["requests"] == 2
    assert "content policy" in next(iter(policy.report()["problems"]))


def test_the_last_lane_may_fail_without_bringing_the_policy_down(server, fresh, later):
    policy = chat(server.session(when=[["a red fox", {"status": 500}]]), retries=1)
    policy.act([fresh])
    assert FAILED in policy.act([later])[0]
    assert policy.report()["lost"] == 1


def test_a_server_that_is_down_is_one_clear_error_with_its_url(fresh):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        with pytest.raises(EndpointError, match=f"no answer from {url}.*is the server up"):
            chat(url).act([fresh] * 3)


def test_a_server_that_dies_between_turns_is_the_same_error(fresh):
    with RunningServer() as short:
        policy = chat(short.session())
        policy.act([fresh])
    with pytest.raises(EndpointError, match="is the server up"):
        policy.act([fresh])


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_key_or_model_is_an_error_even_later(server, fresh, status):
    policy = chat(server.session({}, then={"status": status, "error": {"message": "who are you?"}}))
    policy.act([fresh])
    with pytest.raises(EndpointError, match=f"'tester': answered {status}: .*who are you"):
        policy.act([fresh])


def test_a_server_that_takes_no_tools_says_what_to_change(server, fresh):
    said = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    url = server.session(then={"status": 400, "error": {"message": said}})
    with pytest.raises(EndpointError, match="wants native_tools=False"):
        chat(url).act([fresh])


def test_a_model_that_reads_no_pictures_says_what_to_change_even_if_it_played_so_far(server, fresh, later):
    policy = chat(server.session(then={"refuse": ["image_url"], "message": {"content": ANSWER}}))
    policy.act([fresh])
    with pytest.raises(EndpointError, match="wants images='none'"):
        policy.act([later, fresh])


# Conversations that are too long


def long_talk():
    """Return a conversation of four turns in which the first and the last result are long."""
    page = json.dumps({"name": "tool_search_content", "arguments": {"query": "history of felt", "max_results": 10}})
    look = f"<think>\n{'look it up, ' * 50}\n</think>\n\n<tool_call>{page}</tool_call>"
    talk = conversation(look, PAIR, look, look)
    messages = list(talk.messages)
    for place in (3, -1):
        told = json.loads(messages[place]["content"])
        told["data"]["text"] = "felt is old. " * 500
        messages[place] = {"role": "tool", "content": json.dumps(told)}
    return structs.replace(talk, messages=tuple(messages))


def size(talk, native, level):
    messages, _ = chat_messages(talk, Form(native, "none", 0, "field").shorter(level))
    return sum(len(json.dumps(message)) for message in messages[1:])


def test_a_conversation_that_is_too_long_loses_old_results_first_and_is_then_answered(server):
    talk = long_talk()
    url = server.session(then={"limit": 15_000, "message": {"content": ANSWER}})
    policy = chat(url)
    assert policy.act([talk]) == [ANSWER]
    whole, short = [
        [m["content"] for m in request["messages"] if m["role"] == "tool"] for request in asked(server, url)
    ]
    assert whole == [m["content"] for m in talk.messages if m["role"] == "tool"]
    assert len(whole[0]) > 6_500 and len(short[0]) < 500
    assert json.loads(short[0])["assets"][0]["url"] == json.loads(whole[0])["assets"][0]["url"]
    assert short[1:] == whole[1:]
    assert (policy.report()["shortened"], policy.report()["context"]) == (1, 0)


def test_the_second_time_all_results_lose_and_so_does_earlier_thinking(server):
    url = server.session(then={"limit": 10_000, "message": {"content": ANSWER}})
    policy = chat(url)
    assert policy.act([long_talk()]) == [ANSWER]
    requests = asked(server, url)
    assert len(requests) == 3
    assert all(len(m["content"]) < 500 for m in requests[2]["messages"] if m["role"] == "tool")
    assert [["look it up" in json.dumps(request), len(pictures(request))] for request in requests] == [
        [True, 2], [True, 2], [False, 1],
    ]  # fmt: skip


@pytest.mark.parametrize("native", [True, False])
def test_every_shortening_makes_a_conversation_shorter(native):
    talk = long_talk()
    sizes = [size(talk, native, level) for level in range(3)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 1.4 * sizes[1] > 3 * sizes[2]


def test_a_conversation_that_never_fits_ends_as_an_honest_failure_and_others_play_on(server, fresh):
    talk = long_talk()
    when = [["history of felt", {"limit": 10}]]
    policy = chat(server.session(when=when, then={"message": {"content": ANSWER}}))
    lost, answered = policy.act([talk, fresh])
    action = parse_action(lost)
    assert (action.answer.task_status, action.answer.answer_url_list, action.faults) == ("failed", (), ())
    assert "context" in action.answer.summary
    assert answered == ANSWER
    report = policy.report()
    assert (report["turns"], report["context"], report["lost"], report["requests"]) == (2, 1, 0, 4)
    assert "maximum context length" in next(iter(report["problems"]))


def test_the_failure_is_told_in_the_language_of_the_request(server):
    policy = chat(server.session(then={"limit": 10}))
    assert "上下文" in policy.act([conversation(lang="zh")])[0]


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens.",
        "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
        "Requested token count exceeds the model's maximum context length of 8192 tokens.",
        "the request exceeds the available context size, try increasing it",
        "prompt is too long: 208310 tokens > 200000 maximum",
        "Input tokens exceed the configured limit of 272000 tokens.",
        "The input token count (1048600) exceeds the maximum number of tokens allowed (1048575).",
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
        "too many tokens: size limit exceeded by 19296 tokens.",
        "{'code': 'context_length_exceeded'}",
        "max_tokens must be at least 1, got -186.",
    ],
)
def test_servers_words_for_too_long_are_known(said):
    assert TOO_LONG.search(said)


@pytest.mark.parametrize(
    "said",
    ["You exceeded your current quota", "At most 4 image(s) may be provided in one prompt.", "Rate limit reached"],
)
def test_other_refusals_are_not_taken_for_it(said):
    assert not TOO_LONG.search(said)


def test_a_shortened_result_is_json_and_keeps_status_and_links():
    assets = [{"url": f"asset://img_{i:08}.png", "kind": "image", "width": 64, "height": 64} for i in range(9)]
    told = {"status": "success", "assets": assets, "data": {"text": "long " * 999}, "usage": {"latency_s": 1.0}}
    short = json.loads(brief(json.dumps(told), 300))
    assert [asset["url"] for asset in short["assets"]] == [asset["url"] for asset in assets]
    assert short["status"] == "success"
    assert short["data"]["note"].startswith("cut: the whole result has ")


def test_what_is_short_stays_as_it_is():
    assert brief('{"status":"note","message":"hm"}', 300) == '{"status":"note","message":"hm"}'


# Whole episodes


@pytest.mark.parametrize("native", [True, False])
def test_a_model_behind_a_server_completes_the_elf_archer_and_is_scored(server, native):
    url = server.session(then={"archer": True}) if native else server.session(turns=tagged_play())
    policy = chat(url, native_tools=native)
    (record,) = rollout(policy, [ARCHER], faults="none", progress=False)
    assert (len(record.steps), len(record.ledger), record.reward) == (3, 11, 1.0)
    assert score(record, "RL1").components["result"] == 1.0
    assert {step.action.faults for step in record.steps} == {()}
    assert replay(record).answer == record.answer
    report = policy.report()
    assert (report["turns"], report["requests"], report["lost"], report["prompt_tokens"]) == (3, 3, 0, 300)
    assert report["images"] == 1 + 8


def tagged_play():
    """Return the turns of the same play as tagged text, as the server's own model would write them."""
    (record,) = rollout(NativePlay(), [ARCHER], faults="none", progress=False)
    return [{"message": {"content": step.text}} for step in record.steps]


class NativePlay:
    """The server's model without a server."""

    def act(self, conversations):
        from chat_server import play

        from visgenenv.types import Action

        form = Form(True, "none", 0, "field")
        return [Action.from_message(play(chat_messages(one, form)[0])).text for one in conversations]


def test_sixteen_lanes_play_at_once_in_bad_weather_and_every_one_ends(server):
    url = server.session({"status": 500}, {"close": True}, {"status": 429}, then={"archer": True})
    policy = chat(url)
    records = rollout(policy, [ARCHER] * 16, num_envs=16, faults="realistic", max_turns=12, progress=False)
    assert len(records) == 16
    assert all(record.terminated or record.truncated_by for record in records)
    assert policy.report()["retries"] == 3
    assert policy.report()["lost"] == 0


def test_settings_say_how_the_turns_were_asked_for_and_never_the_key_or_the_address():
    policy = ChatPolicy("http://secret.example/v1", "tester", "a-key", seed=7, options={"top_k": 1})
    settings = policy.settings
    assert settings["model"] == "tester"
    assert settings["decoding"] == {"temperature": 0.0, "max_tokens": 8192, "top_k": 1, "seed": 7}
    assert not any(word in json.dumps(settings) for word in ("a-key", "secret"))


def test_a_parameter_out_of_range_is_refused():
    with pytest.raises(ValueError, match="'tool'"):
        chat("http://localhost/v1", images="users")
    with pytest.raises(ValueError, match="at least"):
        chat("http://localhost/v1", concurrency=0)


def test_threads_may_share_a_policy(server, fresh):
    policy = chat(server.session(then={"message": {"content": ANSWER}}))
    turns = []
    threads = [threading.Thread(target=lambda: turns.extend(policy.act([fresh]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert turns == [ANSWER] * 4


# The command line


def cli(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return stop.value.code


def test_rollout_lets_a_model_play_and_notes_how(server, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("A_KEY", "a-key")
    url = server.session(then={"archer": True})
    options = ("--suite", "paper", "--limit", 2, "--faults", "none", "--out", tmp_path, "--api-key-env", "A_KEY")
    assert cli("rollout", "--policy", "chat", "--model", "m", "--base-url", url, *options, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["policy_report"]["lost"] == 0
    record = list(read_traces(tmp_path / "traces.jsonl"))[1]
    assert record.settings["policy"] == "chat"
    assert record.settings["policy_settings"]["model"] == "m"
    assert server.log(url)[0]["authorization"] == "bearer a-key"
    assert "a-key" not in (tmp_path / "traces.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--policy", "chat"), "needs --model and --base-url"),
        (("--policy", "random", "--model", "m"), "belong to --policy chat"),
        (("--policy", "chat", "--model", "m", "--base-url", "http://x/v1", "--images", "usr"), "did you mean 'user'"),
        (("--policy", "chat", "--model", "m", "--base-url", "http://x/v1", "--api-key-env", "NO_KEY_1"), "NO_KEY_1"),
    ],
)
def test_wrong_options_are_one_line(options, said, tmp_path, capsys):
    assert cli("rollout", *options, "--out", tmp_path) == 2
    assert said in capsys.readouterr().err


def test_a_server_that_is_down_is_one_line_with_its_url(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("visgenenv.cli.models.ChatPolicy", partial(ChatPolicy, retries=0))
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        assert cli("rollout", "--policy", "chat", "--model", "m", "--base-url", url, "--out", tmp_path) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("visgenenv: no answer from") and url in said


def test_a_policy_loads_no_client_until_one_is_made():
    code = "import sys, visgenenv; print('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
