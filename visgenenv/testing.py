"""Conformance checks that ship: run them on a tool of your own before you hand it to an environment."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import orjson

from visgenenv._data import data_dir
from visgenenv.errors import MissingExtra, SpecError
from visgenenv.tools.faults import FaultModel, load_faults
from visgenenv.tools.spec import ToolSpec
from visgenenv.tools.toolbox import Tool, Toolbox, looks_like_asset
from visgenenv.tools.wire import encode_result
from visgenenv.tools.workspace import Workspace
from visgenenv.types import KIND_PREFIX, Asset, Recipe, ToolResult

_CALM = load_faults("none")
_WORLDS = 20
_WRONG: tuple[Any, ...] = (None, "", -1, 1e308, [], {}, True, "asset://img_missing0.png")


def check_tool(tool: Tool) -> None:
    """Check a tool: its document, its simulator, and that the two agree.

    Checked: the document follows `tool_specs/schema.json`; its schemas are valid JSON Schema 2020-12; texts are
    there in English and Chinese; defaults and examples are valid, and jsonschema agrees with jsonschema-rs; the
    simulator's parameters are the schema's; every example succeeds in a calm world, gives data that fit
    `output_schema`, and gives the same again; rough weather and wrong arguments give error results, never
    exceptions.

    Raises:
        SpecError: Naming the tool and everything that is wrong with it.
        MissingExtra: If jsonschema, the oracle, is not installed.

    Example:
        >>> from visgenenv import load_toolbox
        >>> check_tool(load_toolbox()["tool_text2image_gemini"])
    """
    problems = list(_document_problems(tool.spec)) or [*_value_problems(tool.spec), *_signature_problems(tool)]
    problems = problems or list(_behaviour_problems(tool))
    if problems:
        raise SpecError(f"{tool.spec.name}: {len(problems)} problem(s):\n- " + "\n- ".join(problems))


def stand_in(reference: str) -> Asset:
    """Return an asset under the id that `reference` cites, so that a call citing it can be tried.

    Pictures are 1024x1024, films 8 s of 1280x720 with sound, sounds 30 s, texts one sentence.
    """
    asset_id = reference.removeprefix("asset://").partition(".")[0]
    kind: Any = next(kind for kind, prefix in KIND_PREFIX.items() if prefix == asset_id[:3])
    extension, mime, (node, params), exact = _STAND_INS[kind]
    recipe = Recipe(node, f"stand-in:{asset_id}", params)
    return Asset(asset_id, f"asset://{asset_id}.{extension}", kind, mime, recipe, content_root=asset_id, **exact)


_STAND_INS: dict[str, tuple[str, str, tuple[str, dict[str, Any]], dict[str, Any]]] = {
    "image": ("png", "image/png", ("scene", {"prompt": "a red fox"}), {"width": 1024, "height": 1024}),
    "video": (
        "mp4",
        "video/mp4",
        ("shot", {"prompt": "a red fox runs", "seconds": 8.0, "audio": True}),
        {"width": 1280, "height": 720, "n_frames": 192, "fps": (24, 1), "has_audio": True, "sample_rate": 48000,
         "channels": 2},
    ),
    "audio": (
        "wav",
        "audio/wav",
        ("speech", {"text": "Hello.", "voice_id": "", "speed": 1.0, "pitch": 0, "vol": 1.0, "emotion": "neutral",
                    "language": "en", "seconds": 30.0}),
        {"n_samples": 1_323_000, "sample_rate": 44100, "channels": 2},
    ),
    "text": ("txt", "text/plain", ("document", {"text": "A red fox repairs the lanterns. The valley glows."}), {}),
    "subtitle": ("srt", "application/x-subrip", ("document", {"text": "1\n00:00:00,000 --> 00:00:02,000\nHello.\n"}), {}),
    "document": ("html", "text/html", ("document", {"text": "<html><body>Hello.</body></html>"}), {}),
}  # fmt: skip


def _jsonschema() -> Any:
    try:
        return importlib.import_module("jsonschema")
    except ImportError as error:
        raise MissingExtra("check_tool compares with jsonschema: pip install 'visgenenv[dev]'") from error


def _oracle() -> Any:
    return _jsonschema().Draft202012Validator


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
    except _jsonschema().SchemaError as error:
        yield f"{where}: not a valid JSON schema: {error.message[:300]}"


def _value_problems(spec: ToolSpec) -> Iterator[str]:
    """Check defaults and examples, and that both validators say the same of them and of wrong values."""
    for name, value in spec.defaults.items():
        if not _oracle()(spec.properties[name]).is_valid(value):
            yield f"the default of {name!r}, {value!r}, does not fit its own schema"
    oracles = [_oracle()(schema) for schema in (spec.input_schema, *(rule.schema for rule in spec.rules))]
    for index, example in enumerate(spec.examples):
        arguments = {**spec.defaults, **example}
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
    output = _oracle()(spec.output_schema)
    for index, example in enumerate(spec.examples):
        try:
            result, again = _try(tool, example, _CALM), _try(tool, example, _CALM)
            _try_hard(tool, example)
        except Exception as error:
            yield f"examples[{index}], or a wrong or unlucky call like it, raises {type(error).__name__}: {error}"
            continue
        if result.error is not None:
            yield f"examples[{index}] fails in a calm world: {result.error.type}: {result.error.message}"
        elif not output.is_valid(result.data):
            yield f"examples[{index}]: data does not fit output_schema: {next(output.iter_errors(result.data)).message[:300]}"
        if encode_result(result) != encode_result(again):
            yield f"examples[{index}] gives another result the second time"
    if _try(tool, {"no_such_parameter": 1}, _CALM).error is None:
        yield "an unknown parameter is accepted"


def _try_hard(tool: Tool, example: dict[str, Any]) -> None:
    """Call in rough weather, and with every parameter wrong in every way."""
    for world in range(_WORLDS):
        _try(tool, example, load_faults("stress"), world)
    for name in tool.spec.properties:
        for wrong in _WRONG:
            _try(tool, {**example, name: wrong}, _CALM)


def _try(tool: Tool, arguments: dict[str, Any], faults: FaultModel, world: int = 0) -> ToolResult:
    """Call the tool in a fresh workspace that holds a stand-in for every asset the arguments cite."""
    workspace = Workspace(seed=world)
    for text in _strings(arguments):
        if looks_like_asset(text) and "missing" not in text:
            asset = stand_in(text)
            workspace.assets[asset.id] = asset
    return Toolbox({tool.spec.name: tool}).call(tool.spec.name, arguments, workspace, faults=faults)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
