"""One validated call in progress: all that a simulator sees, and how it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import orjson
from msgspec import structs

from visgenenv.luck import digest, first_uniform, log_normal, uniforms
from visgenenv.media.casting import cast
from visgenenv.tools.spec import Fault, ToolSpec
from visgenenv.types import Asset, Kind, Recipe, ToolCall, ToolError, ToolResult, Usage

if TYPE_CHECKING:
    from visgenenv.tools.workspace import Workspace


_GENERATED = frozenset({"scene", "edit", "shot", "animate", "song", "speech", "effect"})
"""Recipes of what models generate; only these can come out flawed by themselves."""


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
        fault_scale: How rough the weather of this call is; 0 in a calm world.
        fault_types: Further multipliers of the rates, by type of error.
        latency_scale: Multiplier of this call's latency.
        defect_rate: Probability that an output is flawed.
        started: When it begins, in seconds on the simulated clock.
    """

    __slots__ = (
        "_digest",
        "_known",
        "_minted",
        "arguments",
        "call",
        "defect_rate",
        "fault_scale",
        "fault_types",
        "latency_scale",
        "spec",
        "started",
        "workspace",
    )

    def __init__(
        self,
        call: ToolCall,
        spec: ToolSpec,
        arguments: dict[str, Any],
        known: dict[str, Asset],
        digest: bytes,
        workspace: Workspace,
    ):
        self.call = call
        self.spec = spec
        self.arguments = arguments
        self._known = known
        self._digest = digest
        self.workspace = workspace
        self.fault_scale = 0.0
        self.fault_types: dict[str, float] = {}
        self.latency_scale = 1.0
        self.defect_rate = 0.0
        self.started = workspace.clock
        self._minted = 0

    @property
    def cited(self) -> tuple[Asset, ...]:
        """The assets the call cites, in the order of the document's references."""
        return tuple(self._known.values())

    @property
    def inputs(self) -> tuple[str, ...]:
        """The ids of the assets the call cites, as a result names them."""
        return tuple([asset.id for asset in self._known.values()])

    @property
    def lineage(self) -> str:
        """Key of this call in this world (hex): equal in rollouts that share the world and word the call alike."""
        return self._digest[:16].hex()

    @property
    def draws(self) -> list[float]:
        """Eight uniforms of this call; the first is the latency's."""
        return uniforms(self._digest)

    @property
    def task_id(self) -> str:
        """The service's id of this job, as asynchronous services give it."""
        return f"task_{self.lineage[:16]}"

    def asset(self, reference: str) -> Asset:
        """Return a cited asset by the text that cites it in the arguments."""
        return self._known[reference]

    def block_key(self) -> bytes:
        """Return what a content block sticks to: the tool, the wording (`blocked_by`) and the cited assets."""
        wording = [self.arguments.get(name) for name in self.spec.blocked_by]
        return orjson.dumps([self.spec.name, *wording, *(asset.recipe.seed for asset in self.cited)])

    def draw(self, name: str) -> float:
        """Return a further uniform of this call, addressed by name (the eight in `draws` are cheaper)."""
        return first_uniform(digest(self.workspace.world_key, b"named", self.lineage.encode(), name.encode()))

    def quirk(self, name: str) -> bool:
        """Whether a quirk of the service strikes this call: what a real model does wrong without an error."""
        rate = self.spec.quirks[name] * self.fault_scale
        return rate > 0 and self.draw(name) < rate

    def output_faults(self, n: int) -> list[Fault | None]:
        """Draw, for each of `n` outputs, the fault of scope "output" that befalls it, or None.

        Like all weather it is keyed by the tool's call number, not by the wording.
        """
        if not self.fault_scale:
            return [None] * n
        faults = [fault for fault in self.spec.faults if fault.scope == "output"]
        return [self._output_fault(faults, index) for index in range(n)]

    def _output_fault(self, faults: list[Fault], index: int) -> Fault | None:
        workspace, place = self.workspace, f"{self.workspace.call_numbers.get(self.spec.name, 0)} {index}"
        u = first_uniform(digest(workspace.world_key, b"output weather", self.spec.key, place.encode()))
        for fault in faults:
            u -= fault.rate * self.fault_scale * self.fault_types.get(fault.type, 1.0)
            if u < 0:
                return fault
        return None

    def mint(
        self,
        kind: Kind,
        extension: str,
        mime: str,
        recipe: Recipe,
        *,
        width: int = 0,
        height: int = 0,
        n_frames: int = 0,
        fps: tuple[int, int] = (0, 1),
        n_samples: int = 0,
        sample_rate: int = 0,
        channels: int = 0,
        has_audio: bool = False,
        subtype: str = "",
        parents: tuple[tuple[str, str], ...] = (),
        content_root: str = "",
    ) -> Asset:
        """Make a new asset with an id, a link and the exact numbers given."""
        workspace = self.workspace
        asset_id = workspace.new_id(kind, self._digest, self._minted)
        self._minted += 1
        if workspace.media is not None and workspace.media.match == "random":
            recipe = structs.replace(recipe, params={**recipe.params, "match": "random"})
        if workspace.media is not None and workspace.media.path is not None:
            seconds = n_frames * fps[1] / fps[0] if n_frames else n_samples / sample_rate if sample_rate else 0.0
            recipe = cast(workspace.media, recipe, width, height, seconds, self._luck_of(recipe, b"entry"))
        if self.defect_rate and recipe.node in _GENERATED:
            recipe = self._flawed(recipe)
        return Asset(
            asset_id,
            f"asset://{asset_id}.{extension}",
            kind,
            mime,
            recipe,
            width,
            height,
            n_frames,
            fps,
            n_samples,
            sample_rate,
            channels,
            has_audio,
            subtype,
            parents,
            self.spec.name,
            content_root or asset_id,
        )

    def _flawed(self, recipe: Recipe) -> Recipe:
        """Let luck decide whether a generated output is flawed; what its flaw is, the media decide by its content."""
        flawed, kind = self._luck_of(recipe, b"flawed"), self._luck_of(recipe, b"flaw")
        if flawed >= self.defect_rate:
            return recipe
        return structs.replace(recipe, params={**recipe.params, "flaw": kind})

    def _luck_of(self, recipe: Recipe, name: bytes) -> float:
        return first_uniform(digest(self.workspace.world_key, name, recipe.seed.encode()))

    def seed(self, index: int = 0) -> str:
        """Return the recipe seed of output `index`."""
        return f"{self.lineage}{index}"

    def latency(self, median: float, p95: float) -> float:
        """Draw this call's latency in seconds."""
        return log_normal(first_uniform(self._digest), median, p95)

    def done(
        self,
        *assets: Asset,
        data: dict[str, Any] | None = None,
        latency: tuple[float, float] | None = None,
        cost: float = 0.0,
        todos: tuple[dict[str, Any], ...] | None = None,
        flaws: tuple[str, ...] = (),
    ) -> ToolResult:
        """Answer with success.

        `latency` is (median, p95) in seconds, by default the usual one; `flaws` names what is knowingly wrong in the
        answer, for the record alone.
        """
        if latency is None:
            latency = self.spec.usual_latency
        seconds = log_normal(first_uniform(self._digest), *latency) * self.latency_scale
        usage = Usage(int(seconds * 1000 + 0.5) / 1000, int(cost * 1e6 + 0.5) / 1e6, self.started)
        return ToolResult("success", assets, data or {}, None, usage, self.inputs, todos, flaws)

    def refuse(self, message: str, type: str = "INVALID_ARGUMENT", code: str = "", status: int = 400) -> NoReturn:
        """Answer with an error that is the agent's own: a bound, a precondition, a kind. `code` defaults to what the
        service calls this type of error.
        """
        raise Refused(ToolError(type, status, message, vendor_code=code or self.spec.codes.get(type, "")))

    def fail(self, fault: Fault) -> ToolResult:
        """Answer with a fault of the service."""
        error = ToolError(
            fault.type,
            fault.http_status,
            fault.message,
            fault.vendor_code,
            fault.retryable,
            task_id=self.task_id if fault.type == "TIMEOUT" else "",
            fault="ENV",
        )
        return self.failed(error, fault.latency_s)

    def failed(self, error: ToolError, latency_s: float) -> ToolResult:
        """Answer with an error that came after so many seconds."""
        return ToolResult("error", error=error, usage=Usage(latency_s, 0.0, self.started), inputs=self.inputs)
