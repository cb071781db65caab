"""Checks of a tool: its document, its simulator, and that the two agree."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import orjson

from visgenenv._data import data_dir
from visgenenv.errors import SpecError
from visgenenv.testing.stand_ins import stocked
from visgenenv.tools.faults import FaultModel, load_faults
from visgenenv.tools.spec import Example, Refusal, ToolSpec
from visgenenv.tools.toolbox import Tool, Toolbox
from visgenenv.tools.wire import encode_result, public_asset
from visgenenv.types import ToolResult

_CALM = load_faults("none")
_WORLDS = 20
_WRONG: tuple[Any, ...] = (None, "", -1, 1e308, [], {}, True, "asset://img_missing0.png")


def check_tool(tool: Tool) -> None:
    """Check a tool: its document, its simulator, and that the two agree.

    Checked: the document follows `tool_specs/schema.json`; its schemas are valid JSON Schema 2020-12; texts are
    there in English and Chinese; defaults and examples are valid, and jsonschema, if it is installed, says so, too; the
    simulator's parameters are the schema's; every example succeeds in a calm world, gives the answer that stands
    beside it and data that fit `output_schema`, and gives the same again; every entry of `errors` is refused as it
    says, and with such entries every rule has one; rough weather and wrong arguments give error results, never
    exceptions.

    Raises:
        SpecError: Naming the tool and everything that is wrong with it.

    Example:
        >>> from visgenenv import load_toolbox
        >>> check_tool(load_toolbox()["tool_text2image_gemini"])
    """
    problems = list(_document_problems(tool.spec)) or [*_value_problems(tool.spec), *_signature_problems(tool)]
    problems = problems or list(_behaviour_problems(tool))
    if problems:
        raise SpecError(f"{tool.spec.name}: {len(problems)} problem(s):\n- " + "\n- ".join(problems))


class _Compiled:
    """jsonschema-rs as jsonschema would be called, where there is no second opinion."""

    def __init__(self, schema: Any):
        self._validator = jsonschema_rs.Draft202012Validator(schema, offline=True)

    def is_valid(self, value: Any) -> bool:
        return self._validator.is_valid(value)

    def iter_errors(self, value: Any) -> Iterator[SimpleNamespace]:
        for error in self._validator.iter_errors(value):
            path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
            yield SimpleNamespace(json_path=f"${path}", message=error.message)

    @staticmethod
    def check_schema(schema: Any) -> None:
        jsonschema_rs.meta.validate(schema)


@cache
def _oracle() -> Any:
    try:
        return importlib.import_module("jsonschema").Draft202012Validator
    except ImportError:
        return _Compiled


def _document_problems(spec: ToolSpec) -> Iterator[str]:
    validator = _oracle()
    rules = orjson.loads((data_dir("tool_specs") / "schema.json").read_bytes())
    for error in sorted(validator(rules).iter_errors(spec.document), key=lambda error: error.json_path):
        yield f"document {error.json_path}: {error.message[:300]}"
    for lang in ("en", "zh"):
        yield from _schema_problems(spec.function_schema(lang)["function"]["parameters"], f"input_schema ({lang})")
    yield from _schema_problems(spec.output_schema, "output_schema")
    for index, rule in enumerate(spec.rules):
        yield from _schema_problems(rule.schema, f"rules[{index}]")
    for name in spec.blocked_by:
        if name not in spec.properties:
            yield f"blocked_by: {name!r} is not a parameter"


def _schema_problems(schema: dict[str, Any], where: str) -> Iterator[str]:
    try:
        _oracle().check_schema(schema)
    except Exception as error:  # SchemaError of jsonschema, ValidationError of jsonschema-rs
        yield f"{where}: not a valid JSON schema: {getattr(error, 'message', str(error))[:300]}"


def _value_problems(spec: ToolSpec) -> Iterator[str]:
    """Check defaults and examples, and that both validators say the same of them and of wrong values."""
    for name, value in spec.defaults.items():
        if not _oracle()(spec.properties[name]).is_valid(value):
            yield f"the default of {name!r}, {value!r}, does not fit its own schema"
    oracles = [_oracle()(schema) for schema in (spec.input_schema, *(rule.schema for rule in spec.rules))]
    for index, example in enumerate(spec.examples):
        arguments = {**spec.defaults, **example.call}
        if not all(oracle.is_valid(arguments) for oracle in oracles):
            yield f"examples[{index}] is not valid"
        for changed in (arguments, *({**arguments, name: wrong} for name in spec.properties for wrong in _WRONG)):
            if spec.is_valid(changed) != all(oracle.is_valid(changed) for oracle in oracles):
                yield f"jsonschema and jsonschema-rs disagree on {orjson.dumps(changed).decode()[:300]}"


def _signature_problems(tool: Tool) -> Iterator[str]:
    """Check that the simulator takes exactly the schema's parameters, those without a value by themselves optional."""
    spec = tool.spec
    if tool.simulate.__name__ != spec.name:
        yield f"the simulator is called {tool.simulate.__name__!r}"
    parameters = inspect.signature(tool.simulate).parameters
    taken = {name: p for name, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}
    for name in spec.properties.keys() - taken.keys():
        yield f"the simulator does not take {name!r} as a keyword"
    for name in taken.keys() - spec.properties.keys():
        yield f"the simulator takes {name!r}, which is no parameter of the schema"
    for name in taken.keys() & spec.properties.keys():
        given = name in spec.defaults or name in spec.input_schema.get("required", ())
        optional = taken[name].default is not inspect.Parameter.empty
        if given == optional:
            yield f"{name!r} is {'always given: drop the default' if given else 'optional: it needs a default'} in the simulator"


def _behaviour_problems(tool: Tool) -> Iterator[str]:
    spec = tool.spec
    for index, example in enumerate(spec.examples):
        try:
            yield from (f"examples[{index}]{problem}" for problem in _example_problems(tool, example))
        except Exception as error:
            yield f"examples[{index}], or a wrong or unlucky call like it, raises {type(error).__name__}: {error}"
    for index, refusal in enumerate(spec.refusals):
        yield from (f"errors[{index}] {problem}" for problem in _refusal_problems(tool, refusal))
    said = [refusal.message for refusal in spec.refusals]
    for rule in spec.rules:
        if said and not any(message in rule.message for message in said):
            yield f"no entry of errors shows how the rule {rule.message!r} is broken"
    if _try(tool, Example({"no_such_parameter": 1}), _CALM).error is None:
        yield "an unknown parameter is accepted"


def _example_problems(tool: Tool, example: Example) -> Iterator[str]:
    """Run an example twice, compare with its answer, then try it in rough weather and with wrong arguments."""
    result, again = _try(tool, example, _CALM), _try(tool, example, _CALM)
    output = _oracle()(tool.spec.output_schema)
    if result.error is not None:
        yield f" fails in a calm world: {result.error.type}: {result.error.message}"
    elif not output.is_valid(result.data):
        yield f": data does not fit output_schema: {next(output.iter_errors(result.data)).message[:300]}"
    if encode_result(result) != encode_result(again):
        yield " gives another result the second time"
    told = {"assets": [public_asset(asset) for asset in result.assets], "data": result.data}
    yield from (f".answer{difference}" for difference in _differences(example.answer, told))
    for world in range(_WORLDS):
        _try(tool, example, load_faults("stress"), world)
    for name in tool.spec.properties:
        for wrong in _WRONG:
            _try(tool, Example({**example.call, name: wrong}, given=example.given), _CALM)


def _refusal_problems(tool: Tool, refusal: Refusal) -> Iterator[str]:
    """Run a call that must be refused, and compare type, code and message."""
    error = _try(tool, Example(refusal.call, given=refusal.given), _CALM).error
    if error is None:
        yield "is not refused"
    elif (error.type, error.vendor_code) != (refusal.type, refusal.vendor_code) or refusal.message not in error.message:
        yield f"is refused otherwise: {error.type} {error.vendor_code!r}: {error.message}"


def _differences(expected: Any, found: Any, where: str = "") -> Iterator[str]:
    """Compare an answer with what is expected of it: of objects the keys named, of lists every element."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            if key in found:
                yield from _differences(value, found[key], f"{where}.{key}")
            else:
                yield f"{where}.{key} is missing"
    elif isinstance(expected, list) and isinstance(found, (list, tuple)) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from _differences(one, other, f"{where}[{index}]")
    elif expected != found:
        yield f"{where} should be {str(expected)[:200]}, is {str(found)[:200]}"


def _try(tool: Tool, example: Example, faults: FaultModel, world: int = 0) -> ToolResult:
    """Call the tool in a fresh workspace that holds a stand-in for every asset the arguments cite."""
    workspace = stocked(example.call, example.given, world)
    return Toolbox({tool.spec.name: tool}).call(tool.spec.name, example.call, workspace, faults=faults)
