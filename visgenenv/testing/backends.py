"""Checks of a backend: what it returns for every tool's examples, and that it leaves the workspace alone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from visgenenv import media
from visgenenv.errors import VisGenError, did_you_mean
from visgenenv.media.truth import TRUTHS
from visgenenv.testing.stand_ins import stocked
from visgenenv.tools import Backend, Done, Invocation, Tool, Toolbox, Workspace, load_toolbox
from visgenenv.tools.spec import Example
from visgenenv.tools.wire import encode_result
from visgenenv.types import KIND_PREFIX, Asset, ToolResult

_SHOWN = 30
_NEEDED = {
    "image": ("width", "height"),
    "video": ("width", "height", "n_frames"),
    "audio": ("n_samples", "sample_rate"),
}


class BackendError(VisGenError):
    """A backend breaks a rule of backends; the message names all that were broken."""


def check_backend(
    backend: Backend, tools: Iterable[str] | None = None, toolbox: Toolbox | None = None, *, repeatable: bool = True
) -> None:
    """Check a backend on the examples that stand in the tools' documents.

    Checked: `submit` returns a job, and its first `poll` a result, without an exception; success has no error, and an
    error has a type, a message and no assets; assets have ids, links and exact numbers that fit their kind, are new,
    say which tool made them, and can be described; they are of the kinds that the example promises; data are JSON;
    seconds and money are finite and not negative; the workspace is left as it was; the same call in an equal workspace
    gives the same result.

    Args:
        backend: Any backend.
        tools: Names of the tools to try; default: all.
        toolbox: Where they are; default: those that ship.
        repeatable: Whether equal calls must give equal results. False for a service that is not deterministic.

    Raises:
        BackendError: Naming everything that is wrong.

    Example:
        >>> from visgenenv.tools import SimulatedBackend
        >>> check_backend(SimulatedBackend(), ["tool_text2image_gemini", "tool_music_suno"])
    """
    toolbox = toolbox or load_toolbox()
    if not callable(getattr(backend, "submit", None)):
        raise BackendError(f"{type(backend).__name__} has no method submit(call)")
    problems = []
    for name in toolbox if tools is None else tools:
        for index, example in enumerate(toolbox[name].spec.examples):
            where = f"{name}, examples[{index}]"
            found = _problems(backend, toolbox[name], example, repeatable)
            problems += [f"{where}: {problem}" for problem in dict.fromkeys(found)]
    if problems:
        shown = "\n- ".join(problems[:_SHOWN])
        raise BackendError(f"{type(backend).__name__}: {len(problems)} problem(s):\n- {shown}")


class _Refused(Exception):
    """What came back is no result; the message says what it is."""


class _Watched:
    """A backend that notes whether the workspace was touched, and hands on results only."""

    def __init__(self, backend: Backend):
        self.backend = backend
        self.before: frozenset[str] = frozenset()
        self.touched = False

    def submit(self, call: Invocation) -> Done:
        self.before, state = frozenset(call.workspace.assets), _state(call.workspace)
        job = self.backend.submit(call)
        if not callable(getattr(job, "poll", None)):
            raise _Refused(f"submit returned {type(job).__name__}, expected a job with poll(); wrap a result in Done")
        result = job.poll()
        self.touched = _state(call.workspace) != state
        if result is None:
            raise _Refused("the job is not done at its first poll(); no driver waits for such jobs yet")
        if not isinstance(result, ToolResult):
            raise _Refused(f"poll() returned {type(result).__name__}, expected ToolResult")
        return Done(result)


def _state(workspace: Workspace) -> tuple[Any, ...]:
    return (tuple(workspace.assets), len(workspace.ledger), workspace.clock, workspace.cost_usd, workspace.todos)


def _problems(backend: Backend, tool: Tool, example: Example, repeatable: bool) -> Iterator[str]:
    watched = _Watched(backend)
    try:
        result, again = (_call(watched, tool, example) for _ in range(2))
    except _Refused as refusal:
        yield str(refusal)
        return
    except Exception as error:
        yield f"raises {type(error).__name__}: {error}"
        return
    if watched.touched:
        yield "the workspace was changed; only the episode writes it"
    yield from _result_problems(result, tool)
    for asset in result.assets:
        yield from (f"asset {asset.id}: {problem}" for problem in _asset_problems(asset, tool, watched.before))
    promised = [one["kind"] for one in (example.answer or {}).get("assets", ()) if "kind" in one]
    if result.error is None and promised and promised != [asset.kind for asset in result.assets]:
        yield f"makes {[asset.kind for asset in result.assets]}, and the example promises {promised}"
    if len({asset.id for asset in result.assets}) < len(result.assets):
        yield "two of its assets have the same id"
    if repeatable and _wire(result) != _wire(again):
        yield "the same call in an equal workspace gives another result (repeatable=False allows it)"


def _call(backend: Backend, tool: Tool, example: Example) -> ToolResult:
    toolbox = Toolbox({tool.spec.name: tool})
    return toolbox.call(tool.spec.name, example.call, stocked(example.call, example.given), backend=backend)


def _wire(result: ToolResult) -> str:
    try:
        return encode_result(result)
    except TypeError:
        return repr(result)


def _result_problems(result: ToolResult, tool: Tool) -> Iterator[str]:
    error = result.error
    if (result.status == "error") != (error is not None):
        yield f"status is {result.status!r}, and there is {'an' if error else 'no'} error"
    if error is not None and not (error.type and error.message):
        yield "the error has no type or no message"
    if error is not None and result.assets:
        yield "an error comes with assets"
    for name, value in (("latency_s", result.usage.latency_s), ("cost_usd", result.usage.cost_usd)):
        if not (math.isfinite(value) and value >= 0):
            yield f"usage.{name} is {value}"
    try:
        orjson.dumps(result.data)
    except TypeError as problem:
        yield f"data is not JSON: {problem}"


def _asset_problems(asset: Asset, tool: Tool, before: frozenset[str]) -> Iterator[str]:
    prefix = KIND_PREFIX.get(asset.kind)
    if prefix is None:
        yield f"unknown kind {asset.kind!r}; known: {', '.join(KIND_PREFIX)}"
        return
    if not re.fullmatch(prefix + "_[0-9a-z]{4,}", asset.id):
        yield f"an id of kind {asset.kind!r} is {prefix}_ and at least four small letters or digits; use call.mint"
    if asset.id not in asset.url:
        yield f"its link {asset.url!r} does not hold its id"
    if asset.id in before:
        yield "it exists already"
    if asset.created_by != tool.spec.name:
        yield f"created_by is {asset.created_by!r}, expected {tool.spec.name!r}"
    for field in _NEEDED.get(asset.kind, ()):
        if getattr(asset, field) < 1:
            yield f"{field} is {getattr(asset, field)}"
    if asset.kind == "video" and min(asset.fps) < 1:
        yield f"fps is {asset.fps}"
    yield from (f"unknown parent {parent}" for parent, _ in asset.parents if parent not in before)
    node = asset.recipe.node
    if node not in TRUTHS:
        yield f"unknown recipe {node!r}{did_you_mean(node, TRUTHS)}; known: {', '.join(TRUTHS)}"
        return
    try:
        media.truth(asset)
    except Exception as error:
        yield f"its recipe {node!r} cannot be described: {type(error).__name__}: {error}"
