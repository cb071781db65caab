"""What the list shows of an episode, read from a line of a trace file without building the whole record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import orjson
from msgspec import Struct

from visgenenv.errors import TraceError
from visgenenv.trace import SCHEMA, from_json
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task, Usage


class Brief(Struct, frozen=True):
    """One episode as a row of the list."""

    task: Task
    policy: str
    world: int
    step: int | float | None
    turns: int
    calls: int
    agent_failures: int
    env_failures: int
    errors: tuple[str, ...]
    """Types of the failures, each once, in the order of their first coming."""
    faults: tuple[str, ...]
    """Codes of departures from the format, each once."""
    latency_s: float
    cost_usd: float
    truncated_by: str
    answered: bool
    paid: float | None
    """What the rollout paid."""
    source: str = ""
    """The file it stands in, where there are several."""


class _Error(Struct):
    type: str
    fault: str = "AGENT"


class _Result(Struct):
    error: _Error | None = None
    usage: Usage = Usage()


class _Turn(Struct):
    results: list[_Result]
    faults: list[str]


class _Line(Struct):
    schema: int
    task: Task
    world_seed: int
    settings: dict[str, Any]
    terminated: bool
    truncated_by: str
    reward: float | None
    steps: list[_Turn]
    step: int | float | None = None
    policy: str | None = None


_decoder = msgspec.json.Decoder(_Line)


def brief_of_line(line: bytes, fallback: str, source: str = "") -> Brief:
    """Return the row of a trace line.

    Args:
        line: One JSON object. A `step` and a `policy` that a trainer wrote are taken over, whether they stand beside
            the record's own fields or in its settings.
        fallback: Name of the policy if neither the line nor the settings of its record name one.

        source: What the file is called.

    Raises:
        ValueError: The line is no JSON.
        TraceError: It is no record, or one of a later schema.
    """
    try:
        read = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        from_json(orjson.loads(line))  # says what is wrong in the words of every other command
        raise TraceError(f"not a visgenenv trace: {error}") from error
    if read.schema > SCHEMA:
        from_json({"schema": read.schema})
    policy = str(read.policy or read.settings.get("policy") or fallback)
    step = read.step if read.step is not None else step_in(read.settings)
    results = [result for turn in read.steps for result in turn.results]
    faults = tuple(dict.fromkeys(fault for turn in read.steps for fault in turn.faults))
    return _brief(read, policy, step, source, results, faults)


def step_in(settings: dict[str, Any]) -> int | float | None:
    """Return the training step that a record's settings name, if they do."""
    step = settings.get("step")
    return step if isinstance(step, (int, float)) and not isinstance(step, bool) else None


def brief_of(trajectory: Trajectory, policy: str, step: int | float | None = None, source: str = "") -> Brief:
    """Return the row of a record in memory."""
    results = [result for one in trajectory.steps for result in one.results]
    faults = tuple(dict.fromkeys(fault for one in trajectory.steps for fault in one.action.faults))
    return _brief(trajectory, policy, step, source, results, faults)


def _brief(
    read: Any, policy: str, step: int | float | None, source: str, results: Sequence[Any], faults: tuple[str, ...]
) -> Brief:
    errors = [result.error for result in results if result.error is not None]
    env = sum(error.fault == "ENV" for error in errors)
    return Brief(
        task=read.task,
        policy=policy,
        world=read.world_seed,
        step=step,
        turns=len(read.steps),
        calls=len(results),
        agent_failures=len(errors) - env,
        env_failures=env,
        errors=tuple(dict.fromkeys(error.type for error in errors)),
        faults=faults,
        latency_s=max((one.usage.started_s + one.usage.latency_s for one in results), default=0.0),
        cost_usd=sum(one.usage.cost_usd for one in results),
        truncated_by=read.truncated_by,
        answered=read.terminated,
        paid=read.reward,
        source=source,
    )
