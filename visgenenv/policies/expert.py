"""The scripted expert: reads a request by rules, chooses a workflow, plans, calls, repairs, delivers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal

import orjson
from msgspec.structs import replace

from visgenenv.errors import did_you_mean
from visgenenv.policies.brief import Brief, read_brief
from visgenenv.policies.expert_modes import MIXTURE, MODES, Mode, Weights, checked, mode_of
from visgenenv.policies.workflows import Offer, Result, Turn, begin
from visgenenv.policies.workflows.craft import about
from visgenenv.types import Conversation

_UPLOAD = re.compile(r"^- (\S+) \(.*\)$")
_UNREADABLE: Result = {"status": "error", "error": {"type": "UNREADABLE", "retryable": True}}


class ExpertPolicy:
    """Does what a skilled person would do with the tools on offer.

    It sees its conversation and nothing else. A turn is computed from the start of the conversation every time:
    the workflow is a generator that is fed the results found in the messages. So the policy has no state, and any
    conversation may come in any batch.

    Args:
        mode: How well it works. "optimal": the shortest plan that keeps what must be kept, and every failure
            repaired. "verbose": the same at length, with look-ups and one call a turn. "reflective": looks at its
            results and reworks what is flawed. "recovering": makes a slip, reads the error, puts it right. "sloppy":
            delivers something that misses part of the request. "failing": delivers nothing of use. "mixed": one of
            these, decided by each conversation's seed.
        weights: Of the modes of a mixture; they need not add up to 1. Default `MIXTURE`.

    Raises:
        ValueError: An unknown mode, a weight below 0, or weights without a mixture.

    Example:
        >>> from visgenenv import load_suite, rollout
        >>> record = rollout(ExpertPolicy(), [load_suite("paper")[1]], faults="none", progress=False)[0]
        >>> len(record.answer.answer_url_list), len(record.ledger)
        (10, 11)
    """

    def __init__(self, mode: Mode | Literal["mixed"] = "optimal", weights: Weights | None = None):
        names = (*MODES, "mixed")
        if mode not in names:
            raise ValueError(f"unknown mode {mode!r}{did_you_mean(mode, names)}; known: {', '.join(names)}")
        if weights is not None and mode != "mixed":
            raise ValueError(f"weights are those of a mixture: mode='mixed', not {mode!r}")
        self.mode = mode
        self.weights: dict[Mode, float] = checked(MIXTURE if weights is None else weights)

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        """Return one turn per conversation."""
        return [next_turn(conversation, self.mode_in(conversation)) for conversation in conversations]

    def mode_in(self, conversation: Conversation) -> Mode:
        """Return the mode in which a conversation is played."""
        return mode_of(conversation.seed, self.weights) if self.mode == "mixed" else self.mode


def next_turn(conversation: Conversation, mode: Mode = "optimal") -> str:
    """Return the expert's next turn in a conversation."""
    query, uploads = read_request(conversation)
    brief, offer = read_brief(query, uploads), Offer(conversation.tools)
    work = begin(brief, offer, conversation.lang, mode, conversation.seed)
    turn, said = _named(next(work), brief), set[str]()
    for results in past_results(conversation):
        said.add(turn.think)
        try:
            turn = work.send(results)
        except StopIteration:
            break
        turn = turn if mode == "failing" else _unlike(turn, said)
    return turn.raw or write_turn(turn)


def _named(turn: Turn, brief: Brief) -> Turn:
    """Say in the first goal of a plan, in a few words, what the request is about: it is not the plan of another."""
    topic = _gist(about(brief) or brief.scene)
    if not turn.plan or not topic:
        return turn
    first, *rest = turn.plan
    topic += "" if not brief.style or brief.style in topic else f", {brief.style}"
    goal = f"{first.goal}: {topic}" if brief.lang == "en" else f"{first.goal}:{topic}"
    return replace(turn, plan=(replace(first, goal=goal), *rest))


def _gist(text: str, longest: int = 32) -> str:
    """Return the beginning of a text, up to a comma; words stay whole."""
    head = re.split("[,.;、,。:\n]", text)[0].strip()
    if len(head) <= longest:
        return head
    return head[:longest].rpartition(" ")[0] if head.isascii() else head[: longest // 2]


def read_request(conversation: Conversation) -> tuple[str, tuple[str, ...]]:
    """Return the user's words and the links of the files that came with them."""
    first = next(message for message in conversation.messages if message["role"] == "user")
    text = first["content"] if isinstance(first["content"], str) else _text_of(first["content"])
    return split_request(text)


def split_request(text: str) -> tuple[str, tuple[str, ...]]:
    """Split the first observation into the user's words and the links of the files that came with them."""
    lines = text.split("\n")
    uploads: list[str] = []
    while lines and (match := _UPLOAD.match(lines[-1])):
        uploads.insert(0, match[1])
        lines.pop()
    if uploads and lines:
        lines.pop()
    return "\n".join(lines).strip(), tuple(uploads)


def _text_of(parts: Sequence[dict[str, Any]]) -> str:
    return "\n".join(part["text"] for part in parts if part.get("type") == "text")


def past_results(conversation: Conversation) -> Iterator[list[Result]]:
    """Yield, for every turn already taken, the results of its calls in order."""
    results: list[Result] | None = None
    for message in conversation.messages:
        if message["role"] == "assistant":
            if results is not None:
                yield results
            results = []
        elif message["role"] == "tool" and results is not None:
            content = message["content"]
            result = _read(content if isinstance(content, str) else _text_of(content))
            if result.get("status") != "note":
                results.append(result)
    if results is not None:
        yield results


@lru_cache(maxsize=8192)
def _read(content: str) -> Result:
    try:
        result = orjson.loads(content)
    except ValueError:
        return _UNREADABLE
    return result if isinstance(result, dict) else _UNREADABLE


def _unlike(turn: Turn, said: set[str]) -> Turn:
    """Make sure that no think repeats an earlier one."""
    think = turn.think
    while think in said:
        think += f" ({len(said) + 1})"
    return turn if think == turn.think else replace(turn, think=think)


def write_turn(turn: Turn) -> str:
    """Write a turn as UTPC text."""
    parts = [f"<think>\n{turn.think}\n</think>"]
    if turn.reflect:
        parts.append(f"<reflect>\n{orjson.dumps(turn.reflect).decode()}\n</reflect>")
    if turn.plan is not None:
        parts.append(f"<plan>\n{_plan_json(turn)}\n</plan>")
    for call in turn.calls:
        body = orjson.dumps({"name": call.name, "arguments": call.arguments}).decode()
        parts.append(f"<tool_call>\n{body}\n</tool_call>")
    if turn.answer is not None:
        parts.append(f"<answer>\n{orjson.dumps(turn.answer).decode()}\n</answer>")
    return "\n\n".join(parts)


def _plan_json(turn: Turn) -> str:
    steps = []
    for step in turn.plan or ():
        line: dict[str, Any] = {"goal": step.goal, "tool": step.tool, "n": step.n, "deps": list(step.deps)}
        steps.append(line | ({"deliver": True} if step.deliver else {}))
    return orjson.dumps(steps).decode()
