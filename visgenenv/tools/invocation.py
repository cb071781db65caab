"""One validated call in progress: all that a simulator sees, and how it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from visgenenv.luck import digest, log_normal, uniforms
from visgenenv.tools.spec import Fault, ToolSpec
from visgenenv.types import Asset, Kind, Recipe, ToolCall, ToolError, ToolResult, Usage

if TYPE_CHECKING:
    from visgenenv.tools.workspace import Workspace


class Refused(Exception):
    """Raised by a simulator to answer with an error; it never leaves the toolbox."""

    def __init__(self, error: ToolError):
        super().__init__(error.message)
        self.error = error


class Invocation:
    """A call whose arguments fit the schema and whose assets exist.

    Simulators read `arguments` (defaults filled in) and `cited` (assets in the order of the document's
    references), draw luck, mint assets and return `done(...)` or `refuse(...)`. They never see the task, and
    they never write the workspace.

    Attributes:
        spec: The tool's document; its `tables`, `latency` and `price` hold the service's numbers.
        lineage: Key of this call in this world (hex). Equal in rollouts that share the world and word the call alike.
        draws: Eight uniforms of this call; `draws[0]` is the latency's.
    """

    __slots__ = ("_known", "_minted", "arguments", "block_key", "call", "cited", "draws", "fault_scale", "lineage",
                 "spec", "workspace")  # fmt: skip

    def __init__(
        self,
        call: ToolCall,
        spec: ToolSpec,
        arguments: dict[str, Any],
        known: dict[str, Asset],
        lineage: bytes,
        workspace: Workspace,
    ):
        self.call = call
        self.spec = spec
        self.arguments = arguments
        self._known = known
        self.cited = tuple(known.values())
        self.lineage = lineage.hex()[:32]
        self.draws = uniforms(lineage)
        self.workspace = workspace
        self.block_key = b""
        self.fault_scale = 0.0
        self._minted = 0

    def asset(self, reference: str) -> Asset:
        """Return a cited asset by the text that cites it in the arguments."""
        return self._known[reference]

    def draw(self, name: str) -> float:
        """Return a further uniform of this call, addressed by name (the eight in `draws` are cheaper)."""
        return uniforms(digest(self.workspace.world_key, b"named", self.lineage.encode(), name.encode()))[0]

    def output_faults(self, n: int) -> list[Fault | None]:
        """Draw, for each of `n` outputs, the fault of scope "output" that befalls it, or None."""
        faults = [fault for fault in self.spec.faults if fault.scope == "output"]
        return [self._output_fault(faults, index) for index in range(n)]

    def _output_fault(self, faults: list[Fault], index: int) -> Fault | None:
        if not self.fault_scale or not faults:
            return None
        u = self.draw(f"output {index}")
        for fault in faults:
            u -= fault.rate * self.fault_scale
            if u < 0:
                return fault
        return None

    def mint(self, kind: Kind, extension: str, mime: str, recipe: Recipe, **exact: Any) -> Asset:
        """Make a new asset with an id, a link and the exact numbers given (`width`, `n_frames`, `parents`, …)."""
        asset_id = self.workspace.new_id(kind, self.lineage, self._minted)
        self._minted += 1
        return Asset(
            id=asset_id,
            url=f"asset://{asset_id}.{extension}",
            kind=kind,
            mime=mime,
            recipe=recipe,
            created_by=self.spec.name,
            content_root=exact.pop("content_root", "") or asset_id,
            **exact,
        )

    def seed(self, index: int = 0) -> str:
        """Return the recipe seed of output `index`."""
        return f"{self.lineage}{index}"

    def latency(self, median: float, p95: float) -> float:
        """Draw this call's latency in seconds."""
        return log_normal(self.draws[0], median, p95)

    def done(
        self,
        *assets: Asset,
        data: dict[str, Any] | None = None,
        latency: tuple[float, float] | None = None,
        cost: float = 0.0,
        todos: tuple[dict[str, Any], ...] | None = None,
    ) -> ToolResult:
        """Answer with success. `latency` is (median, p95) in seconds; default: the document's."""
        median, p95 = latency or (self.spec.latency["median"], self.spec.latency["p95"])
        usage = Usage(int(self.latency(median, p95) * 1000 + 0.5) / 1000, int(cost * 1e6 + 0.5) / 1e6)
        inputs = tuple([asset.id for asset in self.cited]) if self.cited else ()
        return ToolResult("success", assets, data or {}, None, usage, inputs, todos)

    def refuse(self, message: str, type: str = "INVALID_ARGUMENT", code: str = "", status: int = 400) -> NoReturn:
        """Answer with an error that is the agent's own: a bound, a precondition, a kind."""
        raise Refused(ToolError(type, status, message, vendor_code=code))

    def fail(self, fault: Fault) -> ToolResult:
        """Answer with a fault of the service."""
        error = ToolError(
            fault.type, fault.http_status, fault.message, fault.vendor_code, fault.retryable, fault="ENV"
        )
        return ToolResult("error", error=error, usage=Usage(fault.latency_s), inputs=tuple(a.id for a in self.cited))
