"""`visgenenv tools`: what there is, in tables for people and JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from visgenenv.cli.terminal import BadInput, Json, console, emit, known
from visgenenv.errors import did_you_mean
from visgenenv.testing.stand_ins import stocked
from visgenenv.tools import Toolbox, load_toolbox
from visgenenv.tools.spec import CATEGORIES, ToolSpec

Lang = Annotated[str, typer.Option(help="Language of the descriptions: en or zh.")]


def tools(
    name: Annotated[str, typer.Argument(help="A tool to show in full.", show_default=False)] = "",
    lang: Lang = "en",
    format: Annotated[str, typer.Option(help="Print schemas for a model instead: openai, qwen or mcp.")] = "",
    as_json: Json = False,
) -> None:
    """List the tools by category, or show one: parameters, rules, errors, an example."""
    toolbox = load_toolbox()
    lang = known("language", lang, ("en", "zh"))
    if format:
        names = [_named_tool(toolbox, name).name] if name else list(toolbox)
        _export(toolbox, known("format", format, ("openai", "qwen", "mcp")), names, lang)
    elif name:
        spec = _named_tool(toolbox, name)
        emit(spec.document) if as_json else _show_tool(toolbox, spec, lang)
    elif as_json:
        emit([_summary(tool.spec, lang) for tool in toolbox.values()])
    else:
        _list_tools(toolbox, lang)


def _export(toolbox: Toolbox, format: str, names: list[str], lang: str) -> None:
    if format == "qwen":
        sys.stdout.write(toolbox.qwen(names, lang) + "\n")
    else:
        emit(toolbox.openai(names, lang) if format == "openai" else toolbox.mcp(names, lang))


def _named_tool(toolbox: Toolbox, name: str) -> ToolSpec:
    full = name if name in toolbox else f"tool_{name}"
    if full not in toolbox:
        raise BadInput(f"unknown tool {name!r}{did_you_mean(full, toolbox)}; `visgenenv tools` lists them all")
    return toolbox[full].spec


def _summary(spec: ToolSpec, lang: str) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": spec.title[lang],
        "category": spec.category,
        "service": spec.service,
        "description": spec.description[lang],
        "latency_s": spec.latency,
        "price_usd": spec.price,
    }


def _list_tools(toolbox: Toolbox, lang: str) -> None:
    for category in CATEGORIES:
        specs = [tool.spec for tool in toolbox.values() if tool.spec.category == category]
        if not specs:
            continue
        table = Table(
            Column("tool", no_wrap=True), "what", "an example costs", "latency", title=category, title_justify="left"
        )
        for spec in specs:
            table.add_row(spec.name, escape(spec.title[lang]), _price(toolbox, spec), _latency(spec))
        console.print(table)
    console.print("Show one with its parameters: visgenenv tools NAME")


def _price(toolbox: Toolbox, spec: ToolSpec) -> str:
    """Say what the document's first example costs."""
    example = spec.examples[0]
    workspace = stocked(example.call, example.given)
    cost = toolbox.call(spec.name, example.call, workspace).usage.cost_usd
    return f"{cost:.4g} USD" if cost else "free"


def _rates(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the leaves of a price list: `per image, gpt-image-1, medium: 0.042, 0.063`."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _rates(part, (*path, str(key).replace("_", " ")))
    else:
        numbers = value if isinstance(value, list) else [value]
        yield f"{', '.join(path)}: {', '.join(map(str, numbers))}"


def _latency(spec: ToolSpec) -> str:
    return f"{spec.latency['median']:g} s, p95 {spec.latency['p95']:g} s"


def _show_tool(toolbox: Toolbox, spec: ToolSpec, lang: str) -> None:
    console.print(f"[bold]{spec.name}[/]  {escape(spec.title[lang])}  ({spec.category}, {escape(spec.service)})\n")
    console.print(escape(spec.description[lang]))
    console.print(f"\nLatency: median {_latency(spec)}. The example below costs {_price(toolbox, spec)}.")
    console.print(f"Prices in US dollars: {escape('; '.join(_rates(spec.price)))}\n")
    table = Table(
        Column("parameter", no_wrap=True), "type", "default", "meaning", title="Parameters", title_justify="left"
    )
    for row in _parameters(spec.input_schema, lang):
        table.add_row(*map(escape, row))
    console.print(table)
    if spec.rules:
        console.print("[bold]Rules[/]")
        for rule in spec.rules:
            console.print(f"- {escape(rule.message)}")
    if spec.refusals:
        table = Table("error", "code", "when", title="The agent's own errors", title_justify="left")
        for refusal in spec.refusals:
            table.add_row(refusal.type, escape(refusal.vendor_code), escape(refusal.when[lang]))
        console.print(table)
    if spec.faults:
        table = Table("error", "status", "rate", "message", title="Errors of the service", title_justify="left")
        for fault in spec.faults:
            table.add_row(fault.type, str(fault.http_status), f"{fault.rate:.1%}", escape(fault.message))
        console.print(table)
    console.print("[bold]Example[/]")
    console.print_json(data={"name": spec.name, "arguments": spec.examples[0].call})


def _parameters(schema: dict[str, Any], lang: str, prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Yield name, type, default and meaning of every parameter, nested ones by their path."""
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        path = prefix + name
        default = "required" if name in required else _plain(part.get("default", ""))
        yield path, _type(part), default, _words(part.get("description", ""), lang)
        inner = part.get("items", part)
        yield from _parameters(inner, lang, f"{path}[]." if inner is not part else f"{path}.")


def _words(text: str | dict[str, str], lang: str) -> str:
    return text if isinstance(text, str) else text[lang]


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(_plain, schema["enum"]))
    kind = schema.get("type", "any")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    if kind == "array":
        kind = f"array of {_type(schema.get('items', {}))}"
    pairs = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
    bounds = [f"{sign} {schema[key]:g}" for key, sign in pairs if key in schema]
    if "maxLength" in schema:
        bounds.append(f"up to {schema['maxLength']} characters")
    if "maxItems" in schema:
        least = f"{schema['minItems']}" if "minItems" in schema else "up"
        bounds.append(f"{least} to {schema['maxItems']} items")
    if "x-asset" in schema:
        kind = f"{' or '.join(schema['x-asset'])} asset"
    return f"{kind}, {', '.join(bounds)}" if bounds else kind


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
