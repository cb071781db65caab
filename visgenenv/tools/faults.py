"""What befalls a call by itself: transient errors, outages, sticky content blocks, full queues and empty accounts."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec
import orjson
from msgspec import Struct, structs

from visgenenv._data import data_dir
from visgenenv.errors import SpecError, did_you_mean
from visgenenv.luck import derive_key, digest, first_uniform, uniforms
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.spec import Fault, ToolSpec
from visgenenv.types import ToolError, ToolResult

BLOCK = "CONTENT_BLOCKED"
PRESETS = ("none", "realistic", "stress", "randomized")


class FaultModel(Struct, frozen=True, forbid_unknown_fields=True):
    """How rough the weather is, how slow and how limited the services are. The numbers themselves, a sheet per tool,
    stand in `tool_specs/profiles/numbers.json`; a model scales them.

    Args:
        name: Of the profile.
        scale: Multiplier of every rate; 0 is a calm, deterministic world.
        outages: Probability that a service goes down (20 to 60 s) in a given 15 minutes of simulated time.
        sticky: Probability that a blocked prompt is blocked again when it is repeated unchanged.
        tools: Multipliers of the rates of single tools, on top of `scale`.
        types: Multipliers of the rates of single types of error (`{"TIMEOUT": 3}`), on top of `scale`.
        latency: Multiplier of every latency.
        concurrency: How many calls a service runs at the same time, by service, in place of its own limit.
        defects: Probability that an output (a picture, a clip, a sound) is flawed, as generated media sometimes are: a
            wrong count, garbled words, a flicker. `media.truth` knows; the policy must look.
        quotas: US dollars an episode may spend at a service, by service; after that it answers QUOTA_EXCEEDED.
        ranges: What each world draws for itself (domain randomisation): `scale`, `tool_scale` (a multiplier for each
            tool), `latency` (one for each tool), `concurrency` (one for each service's limit), `quota` (US dollars
            for each service); each a pair of bounds.

    Example:
        >>> from visgenenv.tools import load_faults
        >>> load_faults("randomized").for_world(1).scale == load_faults("randomized").for_world(2).scale
        False
    """

    name: str = "realistic"
    scale: float = 1.0
    outages: float = 0.0
    sticky: float = 0.8
    tools: dict[str, float] = {}
    types: dict[str, float] = {}
    latency: float = 1.0
    defects: float = 0.0
    concurrency: dict[str, int] = {}
    quotas: dict[str, float] = {}
    ranges: dict[str, tuple[float, float]] = {}
    world_key: bytes = b""
    """Key of the world that has drawn from `ranges`; set by `for_world`."""

    def __post_init__(self) -> None:
        unknown = sorted(self.ranges.keys() - _RANGES.keys())
        if unknown:
            raise ValueError(f"unknown range {unknown[0]!r}{did_you_mean(unknown[0], _RANGES)}; known: {list(_RANGES)}")

    def for_world(self, world_seed: int) -> FaultModel:
        """Return the model of one world: itself, or one that draws from `ranges` with this world's luck."""
        if not self.ranges:
            return self
        known = structs.replace(self, world_key=derive_key("world", world_seed))
        return structs.replace(known, scale=known._drawn("scale", "", self.scale))

    def _drawn(self, name: str, what: str, otherwise: float) -> float:
        """Return this world's draw from a range, or `otherwise` where there is none."""
        span = self.ranges.get(name)
        if span is None:
            return otherwise
        u = first_uniform(digest(self.world_key, b"range", name.encode(), what.encode()))
        return span[0] + (span[1] - span[0]) * u

    def scale_of(self, spec: ToolSpec) -> float:
        """Return the multiplier of a tool's rates."""
        scale = self.scale * self.tools.get(spec.name, 1.0)
        return scale * self._drawn("tool_scale", spec.name, 1.0) if self.ranges else scale

    def limit_of(self, spec: ToolSpec) -> int | None:
        """Return how many calls of a tool's service run at once, or None where there is no limit."""
        limit = self.concurrency.get(spec.service)
        if limit is not None or spec.concurrency is None:
            return limit
        return max(1, round(spec.concurrency.limit * self._drawn("concurrency", spec.service, 1.0)))

    def befalls(self, call: Invocation) -> ToolResult | None:
        """Return the error that befalls a valid call in this world, or None."""
        spec, workspace = call.spec, call.workspace
        call.defect_rate = self.defects
        if self.ranges or self.latency != 1.0:
            call.latency_scale = self.latency * self._drawn("latency", spec.name, 1.0)
        if spec.concurrency is not None or self.concurrency or self.quotas or self.ranges:
            limited = self._limited(call)
            if limited is not None:
                return limited
        if not self.scale:
            return None
        scale = call.fault_scale = self.scale_of(spec)
        if not scale:
            return None
        call.fault_types = self.types
        table = _table(spec, self.types)
        u = workspace.weather(spec.name, workspace.call_numbers.get(spec.name, 0)) / scale
        if u < table.total:
            return call.fail(table.faults[bisect_right(table.bounds, u)])
        if self.outages and workspace.outage(spec.service, self.outages):
            return call.fail(table.outage)
        if table.blocks:
            return self._blocked(call, table)
        return None

    def _limited(self, call: Invocation) -> ToolResult | None:
        """Find out when the call can start; refuse it where the service is full or its account is empty."""
        spec, workspace = call.spec, call.workspace
        limit = self.limit_of(spec) if spec.concurrency is not None or self.concurrency else None
        if limit is not None:
            refusal = spec.concurrency if spec.concurrency and spec.concurrency.when_full == "refuse" else None
            start = workspace.start_of(spec.service, limit, refusal is None)
            if start is None and refusal is not None:
                error = ToolError("RATE_LIMITED", 429, refusal.message, refusal.vendor_code, True)
                return call.failed(error, 0.5)
            call.started = workspace.clock if start is None else start
        quota = self.quotas.get(spec.service)
        if quota is None and "quota" in self.ranges and "QUOTA_EXCEEDED" in spec.codes:
            quota = self._drawn("quota", spec.service, 0.0)
        if quota is not None and workspace.spent.get(spec.service, 0.0) >= quota:
            message = f"{spec.service}: the quota of this account, {quota:.2f} USD, is used up"
            return call.failed(ToolError("QUOTA_EXCEEDED", 429, message, spec.codes.get("QUOTA_EXCEEDED", "")), 0.5)
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
        return call.failed(error, fault.latency_s)


_RANGES = dict.fromkeys(("scale", "tool_scale", "latency", "concurrency", "quota"))


class _Table(Struct, frozen=True):
    faults: tuple[Fault, ...]
    bounds: tuple[float, ...]
    total: float
    blocks: tuple[Fault, ...]
    block_bounds: tuple[float, ...]
    block_total: float
    outage: Fault


_TABLES: dict[tuple[str, tuple[tuple[str, float], ...]], tuple[ToolSpec, _Table]] = {}
_OUTAGE = Fault("INTERNAL", 503, "The service is temporarily unavailable. Please try again later.", 0.0, "UNAVAILABLE",
                latency_s=30.0)  # fmt: skip


def _table(spec: ToolSpec, types: dict[str, float]) -> _Table:
    key = (spec.name, tuple(sorted(types.items())) if types else ())
    known = _TABLES.get(key)
    if known is None or known[0] is not spec:
        known = _TABLES[key] = (spec, _tabulate(spec, types))
    return known[1]


def _tabulate(spec: ToolSpec, types: dict[str, float]) -> _Table:
    whole = [fault for fault in spec.faults if fault.scope == "call"]
    faults = tuple(fault for fault in whole if fault.type != BLOCK)
    blocks = tuple(fault for fault in whole if fault.type == BLOCK)
    bounds = tuple(accumulate(fault.rate * types.get(fault.type, 1.0) for fault in faults))
    block_bounds = tuple(accumulate(fault.rate * types.get(fault.type, 1.0) for fault in blocks))
    return _Table(faults, bounds, bounds[-1] if bounds else 0.0, blocks, block_bounds,
                  block_bounds[-1] if block_bounds else 0.0, _OUTAGE)  # fmt: skip


def load_faults(faults: str | Path | FaultModel) -> FaultModel:
    """Return a fault model: by the name of its profile, from a profile file of your own (JSON), or as given.

    Raises:
        ValueError: No profile has this name.
        SpecError: The file cannot be read as a profile.
    """
    if isinstance(faults, FaultModel):
        return faults
    if isinstance(faults, Path) or faults.endswith(".json"):
        return _read(Path(faults))
    if faults not in PRESETS:
        raise ValueError(
            f"unknown fault profile {faults!r}{did_you_mean(faults, PRESETS)}; known: {', '.join(PRESETS)},"
            " or the path of a .json file"
        )
    return _read(data_dir("tool_specs") / "profiles" / f"{faults}.json")


def _read(path: Path) -> FaultModel:
    try:
        document: dict[str, Any] = orjson.loads(path.read_bytes())
        return msgspec.convert({k: v for k, v in document.items() if k not in ("version", "description")}, FaultModel)
    except (OSError, ValueError, AttributeError) as error:
        raise SpecError(f"{path}: not a fault profile: {error}") from error
