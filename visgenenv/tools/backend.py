"""From a valid call to its result: the seam behind which a simulator, a recording or a real service stands."""

from __future__ import annotations

from typing import Protocol

from visgenenv.tools.invocation import Invocation, Refused
from visgenenv.tools.simulators import SIMULATORS, Simulator
from visgenenv.types import ToolResult


class Job(Protocol):
    """A submitted call. `poll` returns the result, or None while the service is still at work."""

    def poll(self) -> ToolResult | None: ...


class Backend(Protocol):
    """Turns a validated call into a job. It reads the workspace and never writes it."""

    def submit(self, call: Invocation) -> Job: ...


class Done:
    """A job that is finished as soon as it is submitted."""

    __slots__ = ("result",)

    def __init__(self, result: ToolResult):
        self.result = result

    def poll(self) -> ToolResult:
        return self.result


class SimulatedBackend:
    """The default: one simulator function per tool document, of the same name.

    Args:
        simulators: By tool name; default: the shipped ones.
    """

    def __init__(self, simulators: dict[str, Simulator] | None = None):
        self.simulators = SIMULATORS if simulators is None else simulators

    def submit(self, call: Invocation) -> Done:
        """Simulate the call; the job is done at once."""
        return Done(self.simulate(call))

    def simulate(self, call: Invocation) -> ToolResult:
        """Return the result of a call."""
        try:
            return self.simulators[call.spec.name](call, **call.arguments)
        except Refused as refusal:
            return call.failed(refusal.error, 0.2)
