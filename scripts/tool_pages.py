"""The pages of the tool catalogue: `docs/tools.md`, and one page a tool in `docs/tools/`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from visgenenv.testing import stocked
from visgenenv.tools import Toolbox, ToolSpec, encode_result, load_faults
from visgenenv.tools.spec import CATEGORIES

GENERATED = (
    "<!-- Written by scripts/generate_docs.py from tool_specs/; change the documents there and run `make docs`. -->"
)

INTRODUCTION = """\
# Tools

{generated}

The {n} tools of the VisionCreator paper (arXiv 2603.02681, Table 9). Each is one document of `tool_specs/` (names,
wording, parameters, rules, errors, examples), one entry of `tool_specs/profiles/numbers.json` (latencies, prices,
failure rates) and one simulator function of the same name in `visgenenv/tools/simulators/`. How a call runs, and how
to add a tool of your own, is in [own-tool.md](own-tool.md); what goes wrong by itself, and how to change that, in
[faults.md](faults.md).

The paper publishes names and backing services only; parameters, limits and errors follow the services' own documents,
listed on each page. Failure rates are assumptions: no service publishes them.

```
visgenenv tools                            # this list
visgenenv tools text2image_gemini          # one tool in full
visgenenv tools --format openai            # function schemas; also qwen, mcp
```

## Errors every tool can give

They are the agent's own mistakes and come back as results, never as exceptions.

| type | HTTP | when |
| --- | --- | --- |
| `BAD_CALL` | 400 | the call cannot be read: not JSON, no name, arguments that are not an object |
| `UNKNOWN_TOOL` | 404 | no tool has this name; the nearest name is given |
| `TOOL_NOT_AVAILABLE` | 403 | the tool exists but this task does not offer it |
| `INVALID_ARGUMENT` | 400 | a value is outside the schema or breaks a rule; names the path, the value and the options |
| `ASSET_NOT_FOUND` | 404 | a cited asset does not exist in this episode |
| `UNSUPPORTED_FORMAT` | 415 | a cited asset is of a kind the parameter does not take |
"""


def catalogue(toolbox: Toolbox, docs: Path) -> dict[Path, str]:
    """Return every page of the catalogue with its content."""
    specs = {name: tool.spec for name, tool in toolbox.items()}
    texts = {docs / "tools" / f"{name}.md": _page(spec, toolbox) for name, spec in specs.items()}
    return {docs / "tools.md": _index(specs)} | texts


def _index(specs: Mapping[str, ToolSpec]) -> str:
    parts = [INTRODUCTION.format(n=len(specs), generated=GENERATED)]
    for category in CATEGORIES:
        rows = [
            (f"[`{name}`](tools/{name}.md)", spec.title["en"], spec.service, f"{spec.latency['median']:g} s")
            for name, spec in specs.items()
            if spec.category == category
        ]
        parts.append(f"## {category.capitalize()}\n\n{_table(('tool', 'what', 'simulates', 'median latency'), rows)}\n")
    return "\n".join(parts)


def _page(spec: ToolSpec, toolbox: Toolbox) -> str:
    """Return one tool's page."""
    facts = f"Category `{spec.category}`. Simulates {spec.service}. {spec.title['zh']}."
    parts = [f"# {spec.name}", GENERATED, f"{spec.title['en']}. {facts}", spec.description["en"]]
    parts += ["## Parameters", _table(("parameter", "type", "default", "meaning"), _parameters(spec.input_schema))]
    if spec.rules:
        parts.append("Rules across parameters:\n\n" + "\n".join(f"- {rule.message}" for rule in spec.rules))
    parts += ["## Output", _output(spec), *_errors(spec), "## Time and money", _numbers_of(spec)]
    parts += ["## Example", *_example(spec, toolbox)]
    if spec.tables:
        lines = (f"- {name}: `{json.dumps(table, ensure_ascii=False)}`" for name, table in spec.tables.items())
        parts.append("## Numbers of the service\n\n" + "\n".join(lines))
    if notes := spec.simulation.get("notes"):
        parts.append("## What is assumed\n\n" + "\n".join(f"- {note}" for note in notes))
    parts.append("## Sources\n\n" + "\n".join(f"- {_link(source)}" for source in spec.sources))
    return "\n\n".join(parts) + "\n"


def _output(spec: ToolSpec) -> str:
    rows = list(_parameters(spec.output_schema))
    if not rows:
        return "New assets; `data` is empty or says what deserves saying."
    return "`data` beside the new assets:\n\n" + _table(
        ("field", "type", "meaning"), [(name, kind, meaning) for name, kind, _, meaning in rows]
    )


def _errors(spec: ToolSpec) -> Iterator[str]:
    if not (spec.refusals or spec.faults or spec.quirks):
        return
    yield "## Errors"
    if spec.refusals:
        yield "The agent's own, whatever the weather:"
        yield _table(
            ("type", "code", "when", "message"),
            [(f"`{one.type}`", _code(one.vendor_code), one.when["en"], one.message) for one in spec.refusals],
        )
    if spec.faults:
        yield "The service's, by luck (rates of a realistic day):"
        yield _table(
            ("type", "HTTP", "code", "rate", "retry helps", "message"),
            [
                (f"`{one.type}`", str(one.http_status), _code(one.vendor_code),
                 f"{one.rate * 100:g} %{' an output' if one.scope == 'output' else ''}",
                 "yes" if one.retryable else "no", one.message)
                for one in spec.faults
            ],
        )  # fmt: skip
    if spec.quirks:
        yield (
            "Without an error, by luck: "
            + ", ".join(f"{name.replace('_', ' ')} {rate * 100:g} %" for name, rate in spec.quirks.items())
            + "."
        )


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _numbers_of(spec: ToolSpec) -> str:
    """Say latency, price and how many calls run at once."""
    lines = [f"Latency, simulated: median {spec.latency['median']:g} s, 95th percentile {spec.latency['p95']:g} s."]
    further = {name: value for name, value in spec.latency.items() if name not in ("median", "p95")}
    lines += [f"- {name.replace('_', ' ')}: `{json.dumps(value)}`" for name, value in further.items()]
    if spec.concurrency is not None:
        full = "one more waits" if spec.concurrency.when_full == "wait" else "one more is refused"
        lines.append(f"\nAt most {spec.concurrency.limit} call(s) of {spec.service} run at the same time; {full}.")
    lines.append("\nPrice in US dollars: " + "; ".join(_leaves(spec.price)) + ".")
    return "\n".join(lines)


def _example(spec: ToolSpec, toolbox: Toolbox) -> Iterator[str]:
    """Show the first example and the answer it gets in a calm world."""
    example = spec.examples[0]
    call = {"name": spec.name, "arguments": example.call}
    result = toolbox.call(spec.name, example.call, stocked(example.call, example.given), faults=load_faults("none"))
    answer = json.loads(encode_result(result))
    yield "```json\n" + json.dumps(call, ensure_ascii=False, indent=2) + "\n```"
    yield "answers"
    yield "```json\n" + _cut(json.dumps(answer, ensure_ascii=False, indent=2)) + "\n```"


def _cut(text: str, lines: int = 60) -> str:
    kept = text.splitlines()
    return text if len(kept) <= lines else "\n".join([*kept[:lines], f"… ({len(kept) - lines} more lines)"])


def _parameters(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Yield a row per parameter, nested ones by their path (`clips[].asset`)."""
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        default = f"`{json.dumps(part['default'], ensure_ascii=False)}`" if "default" in part else ""
        yield f"`{path}`", _kind(part), "required" if name in required else default, _english(part.get("description"))
        yield from _parameters(part.get("items", {}), f"{path}[].")
        yield from _parameters(part, f"{path}.")


def _kind(part: dict[str, Any]) -> str:
    """Say a schema's type, options and bounds in a few words."""
    if "enum" in part:
        return " ".join(f"`{json.dumps(option, ensure_ascii=False)}`" for option in part["enum"])
    types = part.get("type", "any")
    words = " or ".join(types) if isinstance(types, list) else str(types)
    if "array" in words and part.get("items"):
        words += f" of {_kind(part['items'])}"
    kinds = part.get("x-asset") or part.get("x-cite")
    if kinds:
        words = f"{' or '.join(kinds)} asset" + ("" if "x-asset" in part else ", or plain text")
    return words + "".join(f", {bound}" for bound in _bounds(part))


def _bounds(part: dict[str, Any]) -> Iterator[str]:
    low, high = part.get("minimum"), part.get("maximum")
    if low is not None or high is not None:
        yield f"{low if low is not None else ''}…{high if high is not None else ''}"
    for few, many, unit in (("minLength", "maxLength", "characters"), ("minItems", "maxItems", "items")):
        if part.get(many) is not None:
            yield f"{part.get(few, 0)}…{part[many]} {unit}"
    if "multipleOf" in part:
        yield f"multiple of {part['multipleOf']}"
    if "pattern" in part:
        yield f"`{part['pattern']}`"


def _english(description: Any) -> str:
    return description["en"] if isinstance(description, dict) else description or ""


def _leaves(tree: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the leaves of a price list as `a, b: 0.039`."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _leaves(value, (*path, str(key).replace("_", " ")))
    else:
        yield f"{', '.join(path)} {tree if isinstance(tree, str) else json.dumps(tree)}"


def _link(source: str) -> str:
    return f"<{source}>" if source.startswith("http") and " " not in source else source


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
