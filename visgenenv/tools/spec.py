"""A tool document of `tool_specs/`, read, checked and compiled: its schema, rules, asset references and tables."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import jsonschema_rs
import msgspec
import orjson
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from visgenenv._data import data_dir
from visgenenv.errors import SpecError

CATEGORIES = ("text", "image", "video", "audio", "editing", "understanding", "search", "planning")


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """One way a service fails by itself: the error it gives and how often (per call, at realistic weather)."""

    type: str
    http_status: int
    message: str
    rate: float
    vendor_code: str = ""
    retryable: bool = True
    latency_s: float = 1.0
    scope: Literal["call", "output"] = "call"
    """`output`: drawn anew for every output of a call by its simulator, so that some may arrive and some not."""


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """A demand across parameters: a schema the whole arguments must meet, and what the service says if not."""

    schema: dict[str, Any]
    message: str
    vendor_code: str = ""
    type: str = "INVALID_ARGUMENT"


class Reference(Struct, frozen=True):
    """Where an asset is cited: a path such as `("clips", "*", "asset")`, the kinds allowed there, the parent role."""

    path: tuple[str, ...]
    kinds: tuple[str, ...]
    role: str
    cite: bool = False
    """A text parameter that may, but need not, cite an asset."""

    @property
    def place(self) -> str:
        """The path as people write it: `$.clips[*].asset`."""
        return "$." + ".".join(self.path).replace(".*", "[*]")

    def texts(self, arguments: dict[str, Any]) -> Sequence[Any]:
        """Return what stands at this path, in order: texts, and None where nothing was given."""
        path = self.path
        first = arguments.get(path[0])
        if len(path) == 1:
            return (first,)
        if not first:
            return ()
        if path[1] == "*":
            return first if len(path) == 2 else [item.get(path[2]) for item in first]
        return (first.get(path[1]),)


class ToolSpec:
    """One tool as its document describes it. Immutable; compiled once per process; pickles by name and content."""

    def __init__(self, document: dict[str, Any]):
        self.document = document
        self.name: str = document["name"]
        self.key = self.name.encode()
        self.title: dict[str, str] = document["title"]
        self.category: str = document["category"]
        self.service: str = document["service"]
        self.description: dict[str, str] = document["description"]
        self.input_schema: dict[str, Any] = _in_language(document["input_schema"], "en")
        self.output_schema: dict[str, Any] = document["output_schema"]
        self.rules = msgspec.convert(document["rules"], tuple[Rule, ...])
        self.simulation: dict[str, Any] = document["simulation"]
        self.faults = msgspec.convert(self.simulation["faults"], tuple[Fault, ...])
        self.tables: dict[str, Any] = self.simulation.get("tables", {})
        self.latency: dict[str, Any] = self.simulation["latency"]
        self.usual_latency = (float(self.latency["median"]), float(self.latency["p95"]))
        self.price: dict[str, Any] = self.simulation["price"]
        self.blocked_by: tuple[str, ...] = tuple(self.simulation.get("blocked_by", ()))
        self.examples: list[dict[str, Any]] = document["examples"]
        self.sources: list[str] = document["sources"]
        self.properties: dict[str, Any] = self.input_schema["properties"]
        self.defaults = {sys.intern(k): v["default"] for k, v in self.properties.items() if "default" in v}
        self.references = tuple(_references(self.input_schema))
        if any(len(reference.path) > 3 for reference in self.references):
            raise SpecError(f"{self.name}: an asset is cited more than three levels deep")
        whole = {"allOf": [self.input_schema, *(rule.schema for rule in self.rules)]}
        self.is_valid = _compile(self.name, whole).is_valid
        self.schema_validator = _compile(self.name, self.input_schema)
        self.rule_validators = tuple(_compile(self.name, rule.schema) for rule in self.rules)

    def __reduce__(self) -> tuple[Any, ...]:
        return ToolSpec, (self.document,)

    def __repr__(self) -> str:
        return f"ToolSpec({self.name!r})"

    @functools.cache  # noqa: B019 - a spec lives as long as the process
    def function_text(self, lang: str = "en") -> str:
        """Return the function schema as one line of JSON."""
        return orjson.dumps(self.function_schema(lang)).decode()

    @functools.cache  # noqa: B019
    def function_schema(self, lang: str = "en") -> dict[str, Any]:
        """Return the tool as an OpenAI function schema in `lang`, its cross rules written out in the description."""
        rules = "".join(f"\n- {rule.message}" for rule in self.rules)
        heading = {"en": "\nRules:", "zh": "\n规则:"}[lang]
        text = self.description[lang] + (heading + rules if rules else "")
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": text,
                "parameters": _public(self.document["input_schema"], lang),
            },
        }


def _compile(name: str, schema: dict[str, Any]) -> Any:
    try:
        return jsonschema_rs.Draft202012Validator(schema, offline=True)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise SpecError(f"{name}: not a valid JSON schema: {error}") from error


def _references(schema: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[Reference]:
    """Walk a schema and yield where it cites assets, by the annotations `x-asset`, `x-cite` and `x-role`."""
    kinds = schema.get("x-asset") or schema.get("x-cite")
    if kinds:
        yield Reference(path, tuple(kinds), schema.get("x-role", "source"), cite="x-cite" in schema)
    if "items" in schema:
        yield from _references(schema["items"], (*path, "*"))
    for name, part in schema.get("properties", {}).items():
        yield from _references(part, (*path, name))


def _in_language(schema: Any, lang: str) -> Any:
    """Copy a schema with its bilingual descriptions in one language, which makes it a valid JSON schema."""
    if isinstance(schema, list):
        return [_in_language(part, lang) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: value[lang] if _is_bilingual(value) else _in_language(value, lang) for key, value in schema.items()}


def _is_bilingual(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"en", "zh"}


def _public(schema: Any, lang: str) -> Any:
    """Copy a schema for a policy: in its language, our annotations written as `format: asset-url`."""
    if isinstance(schema, list):
        return [_public(part, lang) for part in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: value for key, value in schema.items() if key in ("enum", "default", "const")}
    out |= {
        key: value[lang] if _is_bilingual(value) else _public(value, lang)
        for key, value in schema.items()
        if key not in out and not key.startswith("x-")
    }
    return out | {"format": "asset-url"} if "x-asset" in schema else out


class _Latency(BaseModel):
    model_config = ConfigDict(extra="allow")
    median: float = Field(ge=0)
    p95: float = Field(ge=0)


class _Simulation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    latency: _Latency
    price: dict[str, Any]
    faults: list[dict[str, Any]]
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
    simulation: _Simulation
    examples: list[dict[str, Any]] = Field(min_length=1)
    sources: list[str] = Field(min_length=1)


def load_spec(path: Path) -> ToolSpec:
    """Read one tool document; raise `SpecError` naming file, place and what was expected."""
    try:
        document = orjson.loads(path.read_bytes())
    except ValueError as error:
        raise SpecError(f"{path}: not valid JSON: {error}") from error
    return parse_spec(document, str(path))


def parse_spec(document: dict[str, Any], where: str = "tool document") -> ToolSpec:
    """Check a tool document given as a dict and compile it."""
    try:
        checked = _Document.model_validate(document).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SpecError(f"{where}: {place}: {first['msg']}") from error
    forbidden = {"oneOf", "anyOf", "if"} & checked["input_schema"].keys()
    if forbidden:
        raise SpecError(f"{where}: input_schema: top-level {sorted(forbidden)} belong into `rules`")
    try:
        return ToolSpec(checked)
    except msgspec.ValidationError as error:
        raise SpecError(f"{where}: {error}") from error


def load_documents(folder: Path | None = None) -> dict[str, ToolSpec]:
    """Read every tool document below `folder` (default: the shipped `tool_specs`), by name, sorted."""
    root = folder or data_dir("tool_specs")
    specs = [load_spec(path) for category in CATEGORIES for path in sorted((root / category).glob("*.json"))]
    return {spec.name: spec for spec in specs}
