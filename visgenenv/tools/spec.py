"""A tool as its document describes it, compiled: its schema, rules, asset references, numbers and tables."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import jsonschema_rs
import msgspec
from msgspec import Struct

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


class Concurrency(Struct, frozen=True, forbid_unknown_fields=True):
    """How many calls of a service run at the same time, and what becomes of one more."""

    limit: int
    when_full: Literal["wait", "refuse"]
    vendor_code: str = ""
    message: str = ""


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
        if len(path) == 2:
            return first if path[1] == "*" else (first.get(path[1]),)
        if len(path) == 3 and path[1] == "*":
            return [item.get(path[2]) for item in first]
        return list(_leaves(first, path[1:]))


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Yield what stands at the end of a path, in order; what is missing on the way is passed over."""
    if not path:
        yield value
    elif value and path[0] == "*":
        for item in value:
            yield from _leaves(item, path[1:])
    elif value:
        yield from _leaves(value.get(path[0]), path[1:])


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A call and what of its answer does not depend on luck."""

    call: dict[str, Any]
    answer: dict[str, Any] = {}
    """Part of the result: `assets` (public fields, in order) and `data`; what is not named may be anything."""
    given: dict[str, dict[str, Any]] = {}
    """What is special about the assets cited, by id; see `visgenenv.testing.stand_in`."""


class Refusal(Struct, frozen=True, forbid_unknown_fields=True):
    """A way in which a call that fits the schema is refused whatever the weather, and a call that meets it."""

    type: str
    message: str
    """A part of what the service says."""
    when: dict[str, str]
    call: dict[str, Any]
    vendor_code: str = ""
    given: dict[str, dict[str, Any]] = {}


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
        self.quirks: dict[str, float] = self.simulation.get("quirks", {})
        limit = self.simulation.get("concurrency")
        self.concurrency = msgspec.convert(limit, Concurrency) if limit else None
        self.codes: dict[str, str] = self.simulation.get("codes", {})
        self.examples = msgspec.convert(document["examples"], tuple[Example, ...])
        self.refusals = msgspec.convert(document.get("errors", ()), tuple[Refusal, ...])
        self.sources: list[str] = document["sources"]
        self.properties: dict[str, Any] = self.input_schema["properties"]
        self.defaults = {sys.intern(k): v["default"] for k, v in self.properties.items() if "default" in v}
        self.references = tuple(_references(self.input_schema))
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
        """Return the function schema as one line of JSON, spaced as chat templates write it (Transformers' `tojson`)."""
        return json.dumps(self.function_schema(lang), ensure_ascii=False)

    @functools.cache  # noqa: B019
    def function_schema(self, lang: str = "en") -> dict[str, Any]:
        """Return the tool as an OpenAI function schema in `lang`, its cross rules written out in the description."""
        rules = [rule.message for rule in self.rules]
        if self.concurrency is not None and self.concurrency.when_full == "refuse":
            rules.append(_AT_ONCE[lang].format(self.concurrency.limit))
        heading = {"en": "\nRules:", "zh": "\n规则:"}[lang]
        text = self.description[lang] + (heading + "".join(f"\n- {rule}" for rule in rules) if rules else "")
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": text,
                "parameters": _public(self.document["input_schema"], lang),
            },
        }


_AT_ONCE = {
    "en": "calls of one turn run at the same time, and this service runs at most {} at once: it refuses more",
    "zh": "同一轮中的调用同时执行,该服务最多同时运行 {} 个任务,超出的会被拒绝",
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
