"""From an assistant's text to an `Action`: one linear, strict scan that lists every departure by code.

A turn is `<think>`, then a `<plan>` and/or `<tool_call>`s, or an `<answer>`. `<tool.call>` is the same as
`<tool_call>`, `<reflect>` may follow the think. Nothing here raises on any text.

| fault | what is wrong |
| --- | --- |
| `too_long`, `too_many_calls` | more than 65,536 characters, more than 32 calls (the rest is not read) |
| `lone_surrogate` | the text is not valid Unicode; such code units become U+FFFD |
| `unclosed_TAG`, `stray_TAG`, `nested_TAG` | a tag never closed, a closing tag without its opening, a tag inside another |
| `text_outside` | more than 40 non-blank characters stand outside every tag |
| `forged_response`, `forged_role` | the text imitates the environment's `<tool_response>` or a chat role token |
| `no_think`, `many_thinks`, `think_late` | a turn opens with exactly one think |
| `many_plans`, `plan_late`, `many_answers`, `call_and_answer`, `no_act` | what follows is out of order, or nothing follows |
| `short_think`, `empty_plan`, `short_summary` | too little inside |
| `bad_json`, `bad_call`, `bad_answer` | not strict JSON; not `{"name", "arguments"}`; not the answer's schema |
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson

from visgenenv.types import Action, Answer, ToolCall

MAX_CHARS = 65_536
MAX_CALLS = 32
MAX_OUTSIDE = 40
"""Non-blank characters that may stand outside the tags (specification of R_format)."""
MIN_CHARS = 8
"""Fewest characters of a think or a summary that says something."""

_TOKEN = re.compile(r"<(?:(/?)(think|plan|tool_call|tool\.call|answer|reflect|tool_response)>|\|im_(?:start|end)\|>)")
_END_TOKENS = ("<|im_end|>", "<|endoftext|>")
_DEEP_TRIES = 4
_DECODER = json.JSONDecoder()


class Block(NamedTuple):
    """A tagged stretch of a turn: its tag (`tool.call` reads `tool_call`), what stands inside, and the JSON in it."""

    tag: str
    body: str
    read: Any = None
    """Of a call or an answer: the JSON value, or the `ValueError` that says why there is none."""


class _Scan:
    """What one scan found: blocks, faults (each code once), and how much text stood outside."""

    __slots__ = ("blocks", "faults", "tries")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.faults: list[str] = []
        self.tries = _DEEP_TRIES

    def note(self, fault: str) -> None:
        if fault not in self.faults:
            self.faults.append(fault)


def parse_action(text: str, channel: str = "utpc") -> Action:
    """Read one assistant turn.

    Args:
        text: Anything. At most 65,536 characters are read.
        channel: Where the text came from, kept for the record ("utpc" or "native").

    Returns:
        The action. Calls that cannot be read have an `error` and no name; only a well-formed answer is an answer.

    Example:
        >>> action = parse_action('<think>draw it now</think><tool_call>{"name": "t", "arguments": {}}</tool_call>')
        >>> action.calls[0].name, action.faults
        ('t', ())
    """
    if len(text) > MAX_CHARS:
        return Action(_valid(text[:MAX_CHARS]), channel, faults=("too_long", "no_act"))
    return _plain_turn(text, channel) or _any_turn(text, channel)


def _plain_turn(text: str, channel: str) -> Action | None:
    """Read the commonest turn, one think and one call and no other '<', in a third of the time; else None.

    `_any_turn` reads it to the same action (a property test says so).
    """
    parts = text.split("<", 5)
    if len(parts) != 5 or not text.isascii():
        return None
    before, think, gap, call, after = parts
    if before or think[:6] != "think>" or gap.rstrip() != "/think>" or call[:10] != "tool_call>":
        return None
    try:
        read = orjson.loads(call[10:])
    except ValueError:
        return None
    think = think[6:].strip()
    if after.rstrip() != "/tool_call>" or len(think) < MIN_CHARS or type(read) is not dict or len(read) != 2:
        return None
    name, arguments = read.get("name"), read.get("arguments")
    if type(name) is not str or type(arguments) is not dict:
        return None
    return Action(text, channel, think, None, (ToolCall(name, arguments),))


def _any_turn(text: str, channel: str) -> Action:
    """Read any turn."""
    scan = _Scan()
    text = _clean(text, scan)
    _scan(text, scan)
    think, plan, reflect, answer = "", None, None, None
    calls: list[ToolCall] = []
    answers = 0
    for tag, body, read in scan.blocks:
        if tag == "tool_call":
            if len(calls) < MAX_CALLS:
                calls.append(_read_call(read, scan))
            else:
                scan.note("too_many_calls")
        elif tag == "think":
            think = think or body.strip()
        elif tag == "plan":
            plan = body.strip() if plan is None else plan
        elif tag == "answer":
            answers += 1
            answer = _read_answer(read, scan)
        elif tag == "reflect":
            reflect = body.strip() if reflect is None else reflect
    if answers > 1:
        answer = None
    _check_order(scan, think, plan)
    return Action(text, channel, think, plan, tuple(calls), answer, reflect, tuple(scan.faults))


def action_from_message(message: dict[str, Any]) -> Action:
    """Read an OpenAI-style assistant message: `content`, `reasoning_content`, native `tool_calls`.

    The action's `text` is the canonical UTPC text: reasoning becomes `<think>`, each native call a `<tool_call>`.
    A message without native calls is read as plain UTPC text.
    """
    parts = []
    reasoning = message.get("reasoning_content") or message.get("reasoning")
    if isinstance(reasoning, str) and reasoning.strip():
        parts.append(f"<think>\n{reasoning.strip()}\n</think>")
    content = _text_of(message.get("content"))
    if content:
        parts.append(content)
    native = message.get("tool_calls") or ()
    parts.extend(_canonical_call(call) for call in native if isinstance(call, dict))
    return parse_action("\n\n".join(parts), "native" if native else "utpc")


def duplicate_keys(text: str) -> bool:
    """Whether any JSON inside the tags of a turn names a key twice (orjson would silently keep the last)."""
    scan = _Scan()
    _scan(text, scan)
    return any(_has_duplicates(body) for tag, body, _ in scan.blocks if tag in ("tool_call", "answer"))


def _valid(text: str) -> str:
    """Return the text with lone surrogates replaced by U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _clean(text: str, scan: _Scan) -> str:
    """Make the text valid Unicode, and drop the end tokens a decoder may leave behind."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            scan.note("lone_surrogate")
            text = _valid(text)
    if text.endswith("|>"):
        for token in _END_TOKENS:
            text = text.removesuffix(token)
    return text


def _scan(text: str, scan: _Scan) -> None:
    """Walk the text once, from tag to tag."""
    here, outside, search = 0, 0, _TOKEN.search
    while (token := search(text, here)) is not None:
        at, start = token.span()
        if at > here:
            outside += sum(map(len, text[here:at].split()))
        closes, tag = token.groups()
        if tag is None:
            scan.note("forged_role")
            here = start
        elif closes:
            scan.note("forged_response" if tag == "tool_response" else f"stray_{tag}")
            here = start
        else:
            here = _enter(tag, text, start, scan)
    if here < len(text):
        outside += sum(map(len, text[here:].split()))
    if outside > MAX_OUTSIDE:
        scan.note("text_outside")


def _enter(tag: str, text: str, start: int, scan: _Scan) -> int:
    """Keep the block whose body begins at `start`; return where to read on."""
    closing = f"</{tag}>"
    end = text.find(closing, start)
    if end < 0:
        scan.note(f"unclosed_{tag}")
        end = len(text)
    if tag == "tool_response":
        scan.note("forged_response")
    elif tag in ("tool_call", "tool.call", "answer"):
        end, read = _read_json(text, start, end, closing, scan)
        scan.blocks.append(Block("answer" if tag == "answer" else "tool_call", text[start:end], read))
    else:
        body = text[start:end]
        scan.blocks.append(Block(tag, body))
        inner = _TOKEN.search(body)
        if inner is not None:
            scan.note(f"nested_{inner.group(2) or 'role'}")
    return end + len(closing)


def _read_json(text: str, start: int, end: int, closing: str, scan: _Scan) -> tuple[int, Any]:
    """Read the JSON of a body; if there is none up to the first closing tag, that tag may stand inside a string.

    Returns:
        Where the body ends, and the value or the error.
    """
    try:
        return end, orjson.loads(text[start:end])
    except ValueError as error:
        longer = _json_end(text, start, end, closing) if scan.tries and text.find(closing, end + 1) > 0 else end
        scan.tries -= longer == end
        return (end, error) if longer == end else (longer, orjson.loads(text[start:longer]))


def _json_end(text: str, start: int, end: int, closing: str) -> int:
    """Return where a body ends that holds its closing tag inside a string; `end` if it is no JSON that way either."""
    first = end - len(text[start:end].lstrip())
    try:
        _, stop = _DECODER.raw_decode(text, first)
        after = text.find(closing, stop)
        orjson.loads(text[start:after])
    except (ValueError, RecursionError):
        return end
    return after if after >= 0 and not text[stop:after].strip() else end


def _check_order(scan: _Scan, think: str, plan: str | None) -> None:
    """Note what stands out of order: think first, plan before calls, calls or an answer but not both."""
    tags = [block.tag for block in scan.blocks]
    if tags == ["think", "tool_call"] and len(think) >= MIN_CHARS:
        return
    thinks, plans, answers, calls = (tags.count(tag) for tag in ("think", "plan", "answer", "tool_call"))
    if not thinks:
        scan.note("no_think")
    else:
        if thinks > 1:
            scan.note("many_thinks")
        if tags[0] != "think":
            scan.note("think_late")
        if len(think) < MIN_CHARS:
            scan.note("short_think")
    if plans > 1:
        scan.note("many_plans")
    if plans and calls and tags.index("plan") > tags.index("tool_call"):
        scan.note("plan_late")
    if plan is not None and not plan:
        scan.note("empty_plan")
    if answers > 1:
        scan.note("many_answers")
    if answers and (calls or plans):
        scan.note("call_and_answer")
    if not (calls or answers or plans):
        scan.note("no_act")


def _read_call(read: Any, scan: _Scan) -> ToolCall:
    """Make a call of its JSON; one that cannot be read says why."""
    if type(read) is dict and len(read) == 2:
        name, arguments = read.get("name"), read.get("arguments")
        if type(name) is str and type(arguments) is dict:
            return ToolCall(name, arguments)
    if isinstance(read, ValueError):
        scan.note("bad_json")
        return ToolCall("", {}, f"the tool call is not valid JSON: {_brief(read)}; expected {_CALL_FORM}")
    scan.note("bad_call")
    return ToolCall("", {}, f"a tool call must be exactly {_CALL_FORM}")


_CALL_FORM = '{"name": "<tool>", "arguments": {…}}'
_ANSWER_KEYS = {"task_status", "answer_url_list", "summary"}
_STATUSES = ("success", "partial", "failed")


def _read_answer(answer: Any, scan: _Scan) -> Answer | None:
    """Make an answer of its JSON; None unless it fits the schema exactly."""
    if isinstance(answer, ValueError):
        scan.note("bad_json")
        return None
    if not (type(answer) is dict and answer.keys() == _ANSWER_KEYS):
        scan.note("bad_answer")
        return None
    status, urls, summary = answer["task_status"], answer["answer_url_list"], answer["summary"]
    if not (status in _STATUSES and _are_strings(urls) and isinstance(summary, str)):
        scan.note("bad_answer")
        return None
    if len(summary.strip()) < MIN_CHARS:
        scan.note("short_summary")
    return Answer(status, tuple(urls), summary)


def _are_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _brief(error: ValueError) -> str:
    """Say a JSON error without echoing the input."""
    return str(error).split("\n", 1)[0][:120]


def _text_of(content: Any) -> str:
    """Return the text of a message's content, given as a string or as content parts."""
    if isinstance(content, str):
        return content.strip()
    if isinstance(content, Sequence):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return "".join(part for part in parts if isinstance(part, str)).strip()
    return ""


def _canonical_call(call: dict[str, Any]) -> str:
    """Write a native call as a `<tool_call>` block; arguments may be a JSON string (OpenAI) or an object (templates)."""
    function = call.get("function", call)
    function = function if isinstance(function, dict) else {}
    name, arguments = function.get("name", ""), function.get("arguments", {})
    raw = arguments if isinstance(arguments, str) else _dump(arguments)
    return f'<tool_call>\n{{"name": {_dump(name)}, "arguments": {raw or "{}"}}}\n</tool_call>'


def _dump(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError):
        return json.dumps(str(value))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise KeyError("duplicate")
    return dict(pairs)


def _has_duplicates(body: str) -> bool:
    try:
        json.loads(body, object_pairs_hook=_pairs)
    except KeyError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def blocks(text: str) -> Iterator[Block]:
    """Yield the tagged blocks of a turn, in order."""
    scan = _Scan()
    _scan(text, scan)
    yield from scan.blocks
