"""The toolbox: a mapping name -> tool, and the straight line from a call to a committed result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from visgenenv.errors import SpecError, did_you_mean
from visgenenv.luck import digest
from visgenenv.tools.backend import Backend, SimulatedBackend
from visgenenv.tools.documents import load_documents
from visgenenv.tools.exports import mcp_tool, qwen_block
from visgenenv.tools.faults import FaultModel
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.references import unusable
from visgenenv.tools.simulators import SIMULATORS, Simulator
from visgenenv.tools.spec import ToolSpec
from visgenenv.tools.validation import explain
from visgenenv.tools.workspace import Workspace
from visgenenv.types import Asset, ToolCall, ToolError, ToolResult, Usage

_SORTED = orjson.OPT_SORT_KEYS
_CALM = FaultModel("none", 0.0)


class Tool(Struct, frozen=True):
    """A tool: its document and the function that simulates it."""

    spec: ToolSpec
    simulate: Simulator


class Toolbox(Mapping[str, Tool]):
    """Tools by name.

    Example:
        >>> toolbox = load_toolbox()
        >>> toolbox["tool_text2image_gemini"].spec.category
        'image'
    """

    def __init__(self, tools: Mapping[str, Tool]):
        self._tools = dict(tools)
        self._simulated = SimulatedBackend({name: tool.simulate for name, tool in self._tools.items()})
        self.services = {name: tool.spec.service for name, tool in self._tools.items()}
        self._versions: dict[str, str] | None = None
        self._texts: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> Tool:
        return self._tools[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def __iter__(self) -> Iterator[str]:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)

    def __deepcopy__(self, memo: dict[int, Any]) -> Toolbox:
        return self

    @property
    def versions(self) -> dict[str, str]:
        """Version of the library and fingerprint of the tool documents, for the record."""
        if self._versions is None:
            documents = orjson.dumps([tool.spec.document for tool in self._tools.values()], option=_SORTED)
            fingerprint = blake2b(documents, digest_size=8).hexdigest()
            self._versions = {"visgenenv": version("visgenenv"), "tools": fingerprint}
        return self._versions

    def function_texts(self, lang: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the function schemas of some tools, a line of JSON each."""
        key = (lang, names)
        texts = self._texts.get(key)
        if texts is None:
            texts = tuple(self._tools[name].spec.function_text(lang) for name in names)
            if len(self._texts) > 1024:
                self._texts.clear()
            self._texts[key] = texts
        return texts

    def openai(self, names: Iterable[str] | None = None, lang: str = "en") -> list[dict[str, Any]]:
        """Return the tools (default: all) as OpenAI function-calling schemas, in "en" or "zh"."""
        return [self._tools[name].spec.function_schema(lang) for name in names or self]

    def qwen(self, names: Iterable[str] | None = None, lang: str = "en") -> str:
        """Return the tools as the block that the Qwen chat template writes into the system message."""
        return qwen_block(self.function_texts(lang, tuple(names or self)))

    def mcp(self, names: Iterable[str] | None = None, lang: str = "en") -> list[dict[str, Any]]:
        """Return the tools as the list that a server of the Model Context Protocol gives."""
        return [mcp_tool(self._tools[name].spec, lang) for name in names or self]

    def with_tool(self, spec: ToolSpec, simulate: Simulator) -> Toolbox:
        """Return a toolbox that also holds this tool (and not the one of the same name, if there is one)."""
        return Toolbox({**self._tools, spec.name: Tool(spec, simulate)})

    def call(
        self,
        name: str,
        arguments: dict[str, Any],
        workspace: Workspace,
        *,
        faults: FaultModel = _CALM,
        backend: Backend | None = None,
        offered: Mapping[str, Any] | None = None,
    ) -> ToolResult:
        """Run one call to its end and commit it: find, validate, check references, weather, backend, commit.

        Args:
            name: Of the tool.
            arguments: As the policy wrote them; defaults are filled in.
            workspace: The episode's state; `commit` enters the result.
            faults: The weather; default calm.
            backend: Who turns the call into a result; default the simulators.
            offered: If given, only these tools may be called (`TOOL_NOT_AVAILABLE` otherwise).

        Returns:
            The result. Whatever was asked, an agent's mistake is an error result, never an exception.
        """
        call = ToolCall(name, arguments)
        result = self.run(call, workspace, faults, backend, offered)
        workspace.commit(call, result, self.services.get(name, ""))
        return result

    def run(
        self,
        call: ToolCall,
        workspace: Workspace,
        faults: FaultModel,
        backend: Backend | None = None,
        offered: Mapping[str, Any] | None = None,
    ) -> ToolResult:
        """Like `call`, for an already parsed call and without the commit."""
        prepared = self._prepare(call, workspace, offered)
        if isinstance(prepared, ToolResult):
            return prepared
        struck = faults.befalls(prepared)
        if struck is not None:
            return struck
        if backend is None:
            return self._simulated.simulate(prepared)
        result = backend.submit(prepared).poll()
        if result is None:
            raise TypeError("a backend whose jobs are not done at once needs a driver that waits for them")
        return result

    def _prepare(
        self, call: ToolCall, workspace: Workspace, offered: Mapping[str, Any] | None
    ) -> Invocation | ToolResult:
        """Check everything that does not need the service, and key the call.

        The key is the tool, the canonical arguments (assets replaced by their lineage) and the attempt, so that luck
        does not depend on ids, on call order or on what else was done.
        """
        tool = self._tools.get(call.name)
        if tool is None:
            return _error("UNKNOWN_TOOL", 404, f"unknown tool {call.name[:80]!r}{did_you_mean(call.name, self)}")
        if offered is not None and call.name not in offered:
            message = f"{call.name} is not offered in this task; offered: {', '.join(offered)}"
            return _error("TOOL_NOT_AVAILABLE", 403, message)
        spec = tool.spec
        arguments = {**spec.defaults, **call.arguments}
        try:
            valid = spec.is_valid(arguments)
            text = orjson.dumps(arguments, option=_SORTED)
        except (ValueError, TypeError, RecursionError):
            return _error("INVALID_ARGUMENT", 400, "$: nested too deeply, or text or numbers outside JSON's range")
        if not valid:
            return ToolResult("error", error=explain(spec, arguments, len(text)))
        known: dict[str, Asset] = {}
        for reference in spec.references:
            for cited in reference.texts(arguments):
                asset = workspace.find(cited) if type(cited) is str else None
                if asset is not None and asset.kind in reference.kinds:
                    known[cited] = asset
                    text = text.replace(cited.encode(), asset.recipe.seed.encode())
                elif cited is not None and (error := unusable(spec, reference, cited, asset, workspace)):
                    return ToolResult("error", error=error, inputs=tuple(asset.id for asset in known.values()))
        key, attempts = spec.key + text, workspace.attempts
        attempt = attempts[key] = attempts.get(key, -1) + 1
        lineage = digest(workspace.world_key, key, str(attempt).encode())
        return Invocation(call, spec, arguments, known, lineage, workspace)


def _error(type: str, status: int, message: str) -> ToolResult:
    return ToolResult("error", error=ToolError(type, status, message), usage=Usage())


def load_toolbox(folder: Path | None = None) -> Toolbox:
    """Return the shipped tools, or those whose documents lie in `folder` (the simulators stay the shipped ones)."""
    return _shipped() if folder is None else _assemble(folder)


@cache
def _shipped() -> Toolbox:
    return _assemble(None)


def _assemble(folder: Path | None) -> Toolbox:
    specs = load_documents(folder)
    missing = sorted(specs.keys() - SIMULATORS.keys())
    if missing:
        raise SpecError(f"no simulator named {missing[0]!r}; pass it with Toolbox.with_tool(spec, simulate)")
    return Toolbox({name: Tool(spec, SIMULATORS[name]) for name, spec in specs.items()})
