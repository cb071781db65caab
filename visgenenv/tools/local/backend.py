"""The backend that really edits: calls of editing tools are executed on real files, all others are simulated."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from visgenenv.media.cache import MediaCache
from visgenenv.tools.backend import Done, Job, SimulatedBackend
from visgenenv.tools.invocation import Invocation, Refused
from visgenenv.types import Asset, Recipe, ToolError, ToolResult

if TYPE_CHECKING:
    from visgenenv.tools.local.desk import Product

_FILES = 1000
"""Recipe seeds of finished files begin here; those of what they show are below."""


class LocalEditBackend:
    """Executes the editing tools with the codecs and filters of FFmpeg (PyAV); every other tool is simulated.

    Films and sounds that a call cites are exported, the edit is done on those files, and the result is decoded: its
    numbers are counted, not computed. What an edit means (its truth) and what it costs are the simulator's, which is
    run beside it and has no say in anything that is measured.

    Args:
        shrink: Makes films of `tool_video_auto_pipeline` at this fraction of their width and height, for comparisons;
            what is told of them is multiplied by it.

    Example:
        >>> from visgenenv import load_toolbox
        >>> from visgenenv.testing import stocked
        >>> edit = {"video": "vid_abcd1234", "start_time": 0.5, "end_time": 1.25}
        >>> film = {"n_frames": 48, "width": 64, "height": 36}
        >>> workspace = stocked(edit, {"vid_abcd1234": film})
        >>> result = load_toolbox().call("tool_video_trim_edit", edit, workspace, backend=LocalEditBackend())
        >>> result.assets[0].n_frames, result.assets[0].recipe.node
        (18, 'file')
    """

    def __init__(self, shrink: int = 1):
        from visgenenv.tools.local.executors import EXECUTORS  # loads the codecs, which most never need

        self.rest = SimulatedBackend()
        self.shrink = shrink
        self.executors = EXECUTORS

    def submit(self, call: Invocation) -> Job:
        """Execute the call; the job is done at once."""
        execute = self.executors.get(call.spec.name)
        if execute is None:
            return self.rest.submit(call)
        from visgenenv.tools.local.desk import Desk

        twin = self.rest.simulate(copy(call))
        try:
            products, data = execute(Desk(call, MediaCache(), twin, self.shrink), **call.arguments)
        except Refused as refusal:
            return Done(call.failed(refusal.error, 0.2))
        except Exception as error:
            told = _mapped(call, error)
            if told is None:
                raise
            return Done(call.failed(told, 0.2))
        return Done(self._delivered(call, products, data, twin))

    def _delivered(
        self, call: Invocation, products: list[Product], data: dict[str, Any], twin: ToolResult
    ) -> ToolResult:
        """Mint what was made."""
        meant: list[Asset | None] = [*twin.assets, *[None] * len(products)]
        assets = [_minted(call, index, product, meant[index]) for index, product in enumerate(products)]
        result = call.done(*assets, data=data)
        return result if twin.error else replace(result, usage=twin.usage, flaws=twin.flaws)


def _minted(call: Invocation, index: int, product: Product, meant: Asset | None) -> Asset:
    facts, parents = product.facts, product.parents
    if meant is not None and meant.kind != product.kind:
        meant = None
    common: dict[str, Any] = {"parents": _parents(call) if parents is None else parents}
    if meant is not None and meant.content_root != meant.id:
        common["content_root"] = meant.content_root
    if product.path is None:
        recipe = Recipe("document", call.seed(index), {"text": product.text}, meant.recipe.sources if meant else ())
        return call.mint(product.kind, product.extension, product.mime, recipe, subtype=product.extension, **common)
    params = {
        "file": "/".join(product.path.parts[-2:]),
        "fps": list(facts.fps),
        "seconds": facts.n_frames * facts.fps[1] / facts.fps[0]
        if facts.n_frames
        else facts.n_samples / facts.sample_rate,
        "audio": bool(facts.sample_rate),
    }
    recipe = Recipe("file", call.seed(_FILES + index), params, (meant.recipe,) if meant else ())
    return call.mint(
        product.kind,
        product.extension,
        product.mime,
        recipe,
        width=facts.width,
        height=facts.height,
        n_frames=facts.n_frames,
        fps=facts.fps,
        n_samples=facts.n_samples if product.kind == "audio" else 0,
        sample_rate=facts.sample_rate,
        channels=facts.channels,
        has_audio=bool(facts.sample_rate),
        **common,
    )


def _parents(call: Invocation) -> tuple[tuple[str, str], ...]:
    """Return what a call cites, in the roles of its document."""
    cited = [
        (call.asset(name).id, one.role) for one in call.spec.references for name in one.texts(call.arguments) if name
    ]
    return tuple(dict.fromkeys(cited))


def _mapped(call: Invocation, error: Exception) -> ToolError | None:
    """Return our error for one of FFmpeg's or of the system's; None for mistakes of our own."""
    import av

    said = f"{type(error).__name__}: {error}"[:300]
    if isinstance(error, av.error.InvalidDataError):
        return ToolError("UNSUPPORTED_FORMAT", 415, said, call.spec.codes.get("UNSUPPORTED_FORMAT", ""))
    if isinstance(error, (av.error.ArgumentError, av.error.ExternalError)):
        return ToolError("INVALID_ARGUMENT", 400, said, call.spec.codes.get("INVALID_ARGUMENT", ""))
    if isinstance(error, (av.FFmpegError, MemoryError)):
        return ToolError("INTERNAL", 500, said, call.spec.codes.get("INTERNAL", ""), retryable=True, fault="ENV")
    return None
