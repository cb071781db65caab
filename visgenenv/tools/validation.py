"""From arguments to a clear error: what is wrong, where, what came, what was expected, what is near."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs
import orjson

from visgenenv.errors import did_you_mean
from visgenenv.tools.spec import ToolSpec
from visgenenv.types import ToolError

_SMALL = 8192
_SHOWN = 120
_STATUS = {"TOO_LARGE": 413, "UNSUPPORTED_FORMAT": 415}


def explain(spec: ToolSpec, arguments: dict[str, Any], size: int) -> ToolError:
    """Return the error for arguments (defaults filled in) that `spec.is_valid` has refused.

    `size` is the length of the call's text: above 8 KiB only the first error is looked for, since listing all
    of them is eager in jsonschema-rs and could take tens of milliseconds.
    """
    try:
        errors = list(spec.schema_validator.iter_errors(arguments)) if size <= _SMALL else _first(spec, arguments)
    except (ValueError, TypeError, RecursionError):
        return _invalid(spec, "$: the arguments are nested too deeply or hold text that is not valid Unicode")
    if errors:
        return _invalid(spec, "; ".join(_sentence(spec, error, arguments) for error in errors[:3]))
    for rule, validator in zip(spec.rules, spec.rule_validators, strict=True):
        if not validator.is_valid(arguments):
            code = rule.vendor_code or spec.codes.get(rule.type, "")
            return ToolError(rule.type, _STATUS.get(rule.type, 400), rule.message, vendor_code=code)
    return _invalid(spec, "$: the arguments do not fit the schema")


def _invalid(spec: ToolSpec, message: str) -> ToolError:
    return ToolError("INVALID_ARGUMENT", 400, message, spec.codes.get("INVALID_ARGUMENT", ""))


def _first(spec: ToolSpec, arguments: dict[str, Any]) -> list[Any]:
    try:
        spec.schema_validator.validate(arguments)
    except jsonschema_rs.ValidationError as error:
        return [error]
    return []


def _sentence(spec: ToolSpec, error: Any, arguments: dict[str, Any]) -> str:
    """Say one schema error in a sentence that names the JSON path, what came and what was expected."""
    path = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
    kind = error.kind
    name = type(kind).__name__.rsplit("_", 1)[-1]
    if name == "Required":
        return f"{path}: missing required parameter {kind.property!r}"
    if name == "AdditionalProperties":
        known = _at(spec.input_schema, error.instance_path).get("properties", {})
        unknown = [str(key) for key in kind.unexpected][:5]
        near = did_you_mean(unknown[0], known) if unknown else ""
        return f"{path}: unknown parameter {', '.join(map(repr, unknown))}{near}; known: {', '.join(known)}"
    came = _show(error.instance)
    if name == "Enum":
        options = list(kind.options)
        near = did_you_mean(str(error.instance), [str(option) for option in options])
        return f"{path}: {came} is not one of {orjson.dumps(options).decode()}{near}"
    return f"{path}: {_EXPECTED.get(name, _other)(kind, error, came)}"


def _at(schema: dict[str, Any], path: list[Any]) -> dict[str, Any]:
    """Return the part of a schema that describes the value at `path`."""
    for part in path:
        schema = schema.get("items", {}) if isinstance(part, int) else schema.get("properties", {}).get(part, {})
    return schema


def _show(value: Any) -> str:
    """Write a value as JSON, cut to 120 characters, never failing on odd input."""
    try:
        text = orjson.dumps(value).decode()
    except (TypeError, ValueError, RecursionError):
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


def _other(kind: Any, error: Any, came: str) -> str:
    message = str(error.message)
    return message if len(message) <= _SHOWN else f"{came} does not fit the schema"


_EXPECTED: dict[str, Callable[[Any, Any, str], str]] = {
    "Type": lambda kind, error, came: f"{came} is not of type {' or '.join(kind.types)}",
    "Minimum": lambda kind, error, came: f"{came} is less than the minimum of {kind.limit}",
    "Maximum": lambda kind, error, came: f"{came} is greater than the maximum of {kind.limit}",
    "ExclusiveMinimum": lambda kind, error, came: f"{came} must be greater than {kind.limit}",
    "ExclusiveMaximum": lambda kind, error, came: f"{came} must be less than {kind.limit}",
    "MinLength": lambda kind, error, came: (
        f"{len(error.instance)} characters are fewer than the minimum of {kind.limit}"
    ),
    "MaxLength": lambda kind, error, came: f"{len(error.instance)} characters are more than the limit of {kind.limit}",
    "MinItems": lambda kind, error, came: f"{len(error.instance)} items are fewer than the minimum of {kind.limit}",
    "MaxItems": lambda kind, error, came: f"{len(error.instance)} items are more than the maximum of {kind.limit}",
    "Pattern": lambda kind, error, came: f"{came} does not have the form {kind.pattern}",
    "MultipleOf": lambda kind, error, came: f"{came} is not a multiple of {kind.multiple_of}",
    "Constant": lambda kind, error, came: f"{came} is not {_show(kind.expected_value)}",
}
