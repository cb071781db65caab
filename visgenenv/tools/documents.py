"""Tool documents of `tool_specs/`: read from disk, checked as people write them, and joined with their numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from visgenenv._data import data_dir
from visgenenv.errors import SpecError
from visgenenv.tools.spec import CATEGORIES, ToolSpec


class _Latency(BaseModel):
    model_config = ConfigDict(extra="allow")
    median: float = Field(ge=0)
    p95: float = Field(ge=0)


class _Concurrency(BaseModel):
    model_config = ConfigDict(extra="forbid")
    limit: int = Field(ge=1)
    when_full: Literal["wait", "refuse"]
    vendor_code: str = ""
    message: str = ""


class _Simulation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    concurrency: _Concurrency | None = None
    codes: dict[str, str] = {}
    latency: _Latency
    price: dict[str, Any]
    faults: list[dict[str, Any]]
    quirks: dict[str, float] = {}
    tables: dict[str, Any] = {}
    blocked_by: list[str] = []
    notes: list[str] = []


class _Document(BaseModel):
    """What a person writes. Checked here so that an error names file, path and fix."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(pattern="^tool_[a-z0-9_]+$")
    title: dict[Literal["en", "zh"], str]
    category: Literal["text", "image", "video", "audio", "editing", "understanding", "search", "planning"]
    service: str
    description: dict[Literal["en", "zh"], str]
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    rules: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    simulation: _Simulation
    examples: list[dict[str, Any]] = Field(min_length=1)
    sources: list[str] = Field(min_length=1)


def load_spec(path: Path, numbers: dict[str, Any] | None = None) -> ToolSpec:
    """Read one tool document and join it with `numbers`: `tools` of `profiles/numbers.json`, `services` of
    `services.json`.

    Raises:
        SpecError: Naming file, place and what was expected.
    """
    document = _read(path)
    return parse_spec(document if numbers is None else _with_numbers(document, numbers, path), str(path))


def _with_numbers(document: dict[str, Any], numbers: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return a document with the latency, price, faults and quirks of its tool, and the limits of its service."""
    own: dict[str, Any] = document.get("simulation", {})
    given = numbers["tools"].get(document.get("name"), {})
    twice = sorted(own.keys() & given.keys())
    if twice:
        raise SpecError(f"{path}: simulation.{twice[0]} stands in the document and in profiles/numbers.json; keep one")
    service = numbers["services"].get(document.get("service"), {})
    return {**document, "simulation": {**service, **given, **own}}


def parse_spec(document: dict[str, Any], where: str = "tool document") -> ToolSpec:
    """Check a whole tool document given as a dict (with its own numbers) and compile it."""
    try:
        checked = _Document.model_validate(document).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SpecError(f"{where}: {place}: {first['msg']}") from error
    if checked["simulation"]["concurrency"] is None:
        del checked["simulation"]["concurrency"]
    forbidden = {"oneOf", "anyOf", "if"} & checked["input_schema"].keys()
    if forbidden:
        raise SpecError(f"{where}: input_schema: top-level {sorted(forbidden)} belong into `rules`")
    try:
        return ToolSpec(checked)
    except msgspec.ValidationError as error:
        raise SpecError(f"{where}: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = orjson.loads(path.read_bytes()) if path.exists() else {}
    except ValueError as error:
        raise SpecError(f"{path}: not valid JSON: {error}") from error
    return found


def load_documents(folder: Path | None = None) -> dict[str, ToolSpec]:
    """Read every tool document below `folder` (default: the shipped `tool_specs`), by name, sorted.

    Latencies, prices, fault rates and quirks come from `profiles/numbers.json` there, limits and error codes from
    `services.json`, where these exist; a document may also bring its own.
    """
    root = folder or data_dir("tool_specs")
    file = root / "profiles" / "numbers.json"
    numbers = {"tools": {}, "services": {}} | _read(root / "services.json") | _read(file)
    paths = [path for category in CATEGORIES for path in sorted((root / category).glob("*.json"))]
    specs = {path.stem: load_spec(path, numbers) for path in paths}
    unknown = sorted(numbers["tools"].keys() - {spec.name for spec in specs.values()})
    if unknown:
        raise SpecError(f"{file}: tools.{unknown[0]}: there is no such tool document")
    return {spec.name: spec for spec in specs.values()}
