"""What befalls a call by itself: transient errors, outages and sticky content blocks, drawn from the world's luck."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import Any

import orjson
from msgspec import Struct, structs

from visgenenv._data import data_dir
from visgenenv.errors import did_you_mean
from visgenenv.luck import derive_key, digest, first_uniform, uniforms
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.spec import Fault, ToolSpec
from visgenenv.types import ToolError, ToolResult, Usage

BLOCK = "CONTENT_BLOCKED"
PRESETS = ("none", "realistic", "stress", "randomized")


class FaultModel(Struct, frozen=True):
    """How rough the weather is. The rates themselves stand in the tool documents; a profile scales them.

    Args:
        name: Of the profile.
        scale: Multiplier of every documented rate; 0 is a calm, deterministic world.
        outages: Probability that a service goes down (20 to 60 s) in a given 15 minutes of simulated time.
        sticky: Probability that a blocked prompt is blocked again when it is repeated unchanged.
        tools: Multipliers for single tools, on top of `scale`.
        scale_range: If given, each world draws its own scale from this range (domain randomisation).
    """

    name: str = "realistic"
    scale: float = 1.0
    outages: float = 0.0
    sticky: float = 0.8
    tools: dict[str, float] = {}
    scale_range: tuple[float, float] | None = None

    def for_world(self, world_seed: int) -> FaultModel:
        """Return the model of one world: itself, or with the scale that this world draws."""
        if self.scale_range is None:
            return self
        low, high = self.scale_range
        u = uniforms(digest(derive_key("world", world_seed), b"fault scale"))[0]
        return structs.replace(self, scale=low + (high - low) * u, scale_range=None)

    def scale_of(self, spec: ToolSpec) -> float:
        return self.scale * self.tools.get(spec.name, 1.0)

    def befalls(self, call: Invocation) -> ToolResult | None:
        """Return the error that befalls a valid call in this world, or None."""
        spec, workspace = call.spec, call.workspace
        if not self.scale:
            return None
        scale = call.fault_scale = self.scale_of(spec)
        if not scale:
            return None
        table = _table(spec)
        u = workspace.weather(spec.name, workspace.call_numbers.get(spec.name, 0)) / scale
        if u < table.total:
            return call.fail(table.faults[bisect_right(table.bounds, u)])
        if self.outages and workspace.outage(spec.service, self.outages):
            return call.fail(table.outage)
        if table.blocks:
            return self._blocked(call, table)
        return None

    def _blocked(self, call: Invocation, table: _Table) -> ToolResult | None:
        """A content block is sticky: the same wording and parents meet it again; a reworded call draws afresh."""
        workspace, key = call.workspace, call.block_key()
        block = digest(workspace.world_key, b"block", key)
        if first_uniform(block) / call.fault_scale >= table.block_total:
            return None
        u = uniforms(block)
        repeats = workspace.attempts[key] = workspace.attempts.get(key, -1) + 1
        if repeats and u[1 + repeats % 6] >= self.sticky:
            return None
        fault = table.blocks[bisect_right(table.block_bounds, u[0] / call.fault_scale)]
        error = ToolError(BLOCK, fault.http_status, fault.message, fault.vendor_code, False,
                          fault="AGENT" if repeats else "ENV")  # fmt: skip
        return ToolResult("error", error=error, usage=Usage(fault.latency_s), inputs=call.inputs)


class _Table(Struct, frozen=True):
    faults: tuple[Fault, ...]
    bounds: tuple[float, ...]
    total: float
    blocks: tuple[Fault, ...]
    block_bounds: tuple[float, ...]
    block_total: float
    outage: Fault


_TABLES: dict[str, tuple[ToolSpec, _Table]] = {}
_OUTAGE = Fault("INTERNAL", 503, "The service is temporarily unavailable. Please try again later.", 0.0, "UNAVAILABLE",
                latency_s=30.0)  # fmt: skip


def _table(spec: ToolSpec) -> _Table:
    known = _TABLES.get(spec.name)
    if known is None or known[0] is not spec:
        known = _TABLES[spec.name] = (spec, _tabulate(spec))
    return known[1]


def _tabulate(spec: ToolSpec) -> _Table:
    whole = [fault for fault in spec.faults if fault.scope == "call"]
    faults = tuple(fault for fault in whole if fault.type != BLOCK)
    blocks = tuple(fault for fault in whole if fault.type == BLOCK)
    bounds = tuple(accumulate(fault.rate for fault in faults))
    block_bounds = tuple(accumulate(fault.rate for fault in blocks))
    return _Table(faults, bounds, bounds[-1] if bounds else 0.0, blocks, block_bounds,
                  block_bounds[-1] if block_bounds else 0.0, _OUTAGE)  # fmt: skip


def load_faults(faults: str | FaultModel) -> FaultModel:
    """Return a fault model by the name of its profile ("none", "realistic", "stress", "randomized"), or as given."""
    if isinstance(faults, FaultModel):
        return faults
    path = data_dir("tool_specs") / "profiles" / f"{faults}.json"
    if faults not in PRESETS:
        raise ValueError(
            f"unknown fault profile {faults!r}{did_you_mean(faults, PRESETS)}; known: {', '.join(PRESETS)}"
        )
    document: dict[str, Any] = orjson.loads(path.read_bytes())
    document.pop("version")
    document.pop("description")
    span = document.pop("scale_range", None)
    return FaultModel(**document, scale_range=tuple(span) if span else None)
