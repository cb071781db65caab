"""What every policy should be compared with: no skill, half a skill, or a skill bought with more tries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from msgspec import Struct, field
from msgspec.structs import replace

from visgenenv.parsing import parse_action
from visgenenv.policies import ExpertPolicy, Policy, RandomPolicy
from visgenenv.policies.brief import read_brief
from visgenenv.policies.expert import read_request
from visgenenv.types import Conversation, ToolCall

_PLAN = re.compile(r"<plan>.*?</plan>\s*", re.DOTALL)


class PlanOnly:
    """Plans like the expert, calls nothing, and says that it is done."""

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        """Return the expert's plan, and an answer without a file."""
        turns = ExpertPolicy().act(conversations)
        return [_thought_and_plan(turn) + _answer("success", ()) for turn in turns]


class NoPlanExpert:
    """The expert, who keeps its plans to itself."""

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        """Return the expert's turns without their plans."""
        return [_PLAN.sub("", turn) for turn in ExpertPolicy().act(conversations)]


class CopyTheRequest:
    """Gives the request, word for word, to the first tool that makes what is asked for, once, and delivers that.

    For a video where no tool films from words, it has a picture made and set in motion, with the request as both
    prompts. After an error it tries the same again, up to three times.
    """

    TRIES = 4

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        """Return one turn per conversation."""
        return [self._turn(conversation) for conversation in conversations]

    def _turn(self, conversation: Conversation) -> str:
        query, uploads = read_request(conversation)
        wanted = read_brief(query, uploads).modality
        made = [asset for asset in conversation.assets if asset["url"] not in uploads]
        done = [asset["url"] for asset in made if asset["kind"] == wanted]
        if done:
            return _think("This is what the request gave.") + _answer("success", done)
        pictures = [asset["url"] for asset in made if asset["kind"] == "image"]
        call = _copying(conversation, query, wanted, pictures or list(uploads))
        if call is None or conversation.turn >= self.TRIES + len(made):
            return _think("Nothing came of it.") + _answer("failed", ())
        return _think(f"The request goes to {call.name} as it is, try {conversation.turn + 1}.") + _written([call])


class RetryAlways:
    """Plays like another policy, but meets every failure by making the same call again, up to four times.

    Where that does not help it gives up: it rewords nothing and turns to no other tool.

    Args:
        base: Whose turns it plays; default the expert.
    """

    TRIES = 4

    def __init__(self, base: Policy | None = None):
        self.base = base or ExpertPolicy()

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        """Return one turn per conversation."""
        out: list[str] = []
        for conversation in conversations:
            state = _replayed(conversation)
            if not state.open:
                out += self.base.act([replace(conversation, messages=tuple(state.messages), turn=state.turns)])
            elif state.tries >= self.TRIES:
                out.append(_think("It fails again and again, so this is the end.") + _answer("failed", ()))
            else:
                calls = [state.calls[place] for place in state.open]
                out.append(_think(f"That failed. The same again, try {state.tries + 1}.") + _written(calls))
        return out


class _State(Struct):
    """A conversation as the base policy would have met it, had nothing failed; and what is still failing."""

    messages: list[dict[str, Any]]
    turns: int = 0
    calls: tuple[ToolCall, ...] = ()
    told: dict[int, dict[str, Any]] = field(default_factory=dict)
    open: list[int] = field(default_factory=list)
    tries: int = 0

    def close(self) -> None:
        """Give the base policy the results its turn had in the end."""
        self.messages += [self.told[place] for place in sorted(self.told)]
        self.turns, self.tries = self.turns + 1, 0
        self.told.clear()


def _replayed(conversation: Conversation) -> _State:
    messages = list(conversation.messages)
    first = next((place for place, one in enumerate(messages) if one["role"] == "assistant"), len(messages))
    state = _State(messages[:first])
    for said, results in _turns(messages[first:]):
        if state.open:
            state.tries += 1
        else:
            state.messages.append(said)
            state.calls = parse_action(said["content"]).calls
            state.open = list(range(len(state.calls)))
        again = []
        for place, result in zip(state.open, results, strict=False):
            state.told[place] = result
            if _status(result) == "error":
                again.append(place)
        state.open = again
        if not again:
            state.close()
    return state


def _turns(messages: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return the assistant's turns, each with the results of its calls; remarks of the environment are none."""
    turns: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    for message in messages:
        if message["role"] == "assistant":
            turns.append((message, []))
        elif _status(message) in ("success", "error"):
            turns[-1][1].append(message)
    return turns


def _status(message: Mapping[str, Any]) -> str:
    content = message["content"]
    text = content if isinstance(content, str) else next((one["text"] for one in content if "text" in one), "")
    try:
        return str(orjson.loads(text).get("status"))
    except (ValueError, AttributeError):
        return "error"


def _copying(conversation: Conversation, query: str, wanted: str, pictures: Sequence[str]) -> ToolCall | None:
    """Return the call that has the request made, or None if no tool on offer can."""
    offered = {tool["function"]["name"]: tool["function"]["parameters"] for tool in conversation.tools}
    ways: list[tuple[str, dict[str, Any]]] = [("tool_text2video" if wanted == "video" else "tool_text2image", {})]
    if wanted == "video":
        ways += [("tool_image2video", {"image": pictures[0]})] if pictures else []
        ways += [("tool_text2image", {})]
    for stem, extra in ways:
        for name, schema in offered.items():
            if name.startswith(stem) and set(schema.get("required", ())) <= {"prompt", *extra}:
                longest = schema["properties"]["prompt"].get("maxLength", len(query))
                return ToolCall(name, {"prompt": query[:longest], **extra})
    return None


def _thought_and_plan(turn: str) -> str:
    action = parse_action(turn)
    plan = f"<plan>\n{action.plan}\n</plan>\n\n" if action.plan else ""
    return _think(action.think) + plan


def _think(text: str) -> str:
    return f"<think>\n{text}\n</think>\n\n"


def _written(calls: Sequence[ToolCall]) -> str:
    bodies = [orjson.dumps({"name": call.name, "arguments": call.arguments}).decode() for call in calls]
    return "\n\n".join(f"<tool_call>\n{body}\n</tool_call>" for body in bodies)


def _answer(status: str, urls: Sequence[str]) -> str:
    answer = {"task_status": status, "answer_url_list": list(urls), "summary": "Done."}
    return f"<answer>\n{orjson.dumps(answer).decode()}\n</answer>"


BASELINES: dict[str, Callable[[], Policy]] = {
    "random": RandomPolicy,
    "plan-only": PlanOnly,
    "copy-the-request": CopyTheRequest,
    "no-plan-expert": NoPlanExpert,
    "retry-always": RetryAlways,
    "expert": ExpertPolicy,
}
"""Baselines by name. `best_of` of `evaluate` makes one more of any of them."""
