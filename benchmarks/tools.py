"""What one call of every tool costs: the simulator alone, the whole call, a call that is refused by its schema.

    python benchmarks/tools.py [--repeats 9] [--json FILE]

For every tool the first example of its document is called in a calm world that holds stand-ins for the assets it cites.
`simulator` is the function alone, on a checked call; `call` is everything from the arguments to the committed result;
`schema error` is a call with one wrong value, from the arguments to the error. All stand beside `orjson.loads` of the
same call in the same process; medians of processor time over the repeats, interleaved. Read the ratios: times depend
on the machine. Texts are read with warm caches: the writing tools take ten times as long for words they have not seen.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from visgenenv import load_toolbox
from visgenenv.testing import stocked
from visgenenv.tools import Invocation, Toolbox, Workspace
from visgenenv.types import ToolCall, ToolResult

BATCH = 40
"""Calls a measurement; each of them meets a workspace in which it is a new attempt."""
COLUMNS = ("orjson.loads", "simulator", "call", "schema error")


def measured(box: Toolbox, name: str) -> dict[str, Callable[[], None]]:
    """Return what is timed for one tool, by column, and what comes before; each runs `BATCH` times what it says."""
    spec, simulate = box[name].spec, box[name].simulate
    example = spec.examples[0]
    text = orjson.dumps({"name": name, "arguments": example.call})
    workspace = stocked(example.call, example.given)
    calls: list[Invocation] = []
    options = [key for key, schema in spec.properties.items() if "enum" in schema]
    wrong = {**example.call, (options or list(spec.properties))[0]: ["wrong"]}

    def load() -> None:
        for _ in range(BATCH):
            orjson.loads(text)

    def prepare() -> None:
        calls[:] = [_prepared(box, name, example.call, workspace) for _ in range(BATCH)]

    def run() -> None:
        for call in calls:
            simulate(call, **call.arguments)

    def whole() -> None:
        for _ in range(BATCH):
            box.call(name, example.call, workspace)

    def refused() -> None:
        for _ in range(BATCH):
            box.call(name, wrong, workspace)

    return dict(zip(("prepare", *COLUMNS), (prepare, load, run, whole, refused), strict=True))


def _prepared(box: Toolbox, name: str, arguments: dict[str, Any], workspace: Workspace) -> Invocation:
    """Check a call as the toolbox does, and stop before the simulator."""
    prepared = box._prepare(ToolCall(name, arguments), workspace, None)
    assert not isinstance(prepared, ToolResult), prepared
    return prepared


def main() -> None:
    """Measure every tool and print a table in microseconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--json", type=Path, help="write the medians to this file, too")
    options = parser.parse_args()
    box = load_toolbox()
    tools = {name: measured(box, name) for name in box}
    times: dict[str, dict[str, list[float]]] = {name: {column: [] for column in COLUMNS} for name in box}
    for _ in range(options.repeats + 1):
        for name, runs in tools.items():
            runs["prepare"]()
            for column in COLUMNS:
                run = runs[column]
                started = time.process_time()
                run()
                times[name][column].append((time.process_time() - started) / BATCH * 1e6)
    medians = {
        name: {column: statistics.median(some[1:]) for column, some in columns.items()}
        for name, columns in times.items()
    }
    _print(medians)
    if options.json:
        options.json.write_text(json.dumps(medians, indent=1))


def _print(medians: dict[str, dict[str, float]]) -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}; microseconds, medians")
    print(f"{'tool':32}" + "".join(f"{column:>14}" for column in COLUMNS) + f"{'simulator/loads':>17}")
    for name, row in sorted(medians.items(), key=lambda item: -item[1]["simulator"]):
        cells = "".join(f"{row[column]:14.1f}" for column in COLUMNS)
        print(f"{name:32}{cells}{row['simulator'] / row['orjson.loads']:17.0f}")
    within = sum(row["simulator"] <= 15 for row in medians.values())
    errors = sum(row["schema error"] <= 15 for row in medians.values())
    print(f"simulators within 15 us: {within} of {len(medians)}; schema errors within 15 us: {errors}")


if __name__ == "__main__":
    main()
