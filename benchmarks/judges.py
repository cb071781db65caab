"""What judging a batch with a language model costs beside the model's own time.

    python benchmarks/judges.py [--records 96] [--delay 0.2] [--repeats 5] [--json FILE]

A server process on loopback (tests/judge_server.py) answers every question after `--delay` seconds. Records of the
expert, each with a plan of its own, are scored in one call: a plan and an execution each, so twice as many questions as
records. Rows: only the plans; the whole reward; the whole reward with a cache that is written, then read; the same
reward by the rules. Medians, in seconds. `floor` is what the delays alone take with 32 questions at a time.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from visgenenv import ExpertPolicy, Trajectory, load_suite, rollout
from visgenenv.rewards import score_all
from visgenenv.rewards.cases import plan_case
from visgenenv.rewards.judges import CachedJudge, ChatJudge, PlanCase

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from judge_server import RunningServer

AT_ONCE = 32


def variants(n: int) -> list[Trajectory]:
    """Return n records whose plans are n different questions."""
    (record,) = rollout(ExpertPolicy(), load_suite("paper")[1:2], faults="none", progress=False)
    first, *rest = record.steps
    plans = [
        f"1. Goal: draw one reference picture. Tool: tool_text2image_gemini\n2. Goal: skin {i}. Tool: tool_image_edit_gemini"
        for i in range(n)
    ]
    return [replace(record, steps=(replace(first, action=replace(first.action, plan=plan)), *rest)) for plan in plans]


def rows(url: str, records: list[Trajectory], folder: Path) -> dict[str, Callable[[], object]]:
    """Return what is timed, in the order of the table."""
    cases = [case for record in records if isinstance(case := plan_case(record), PlanCase)]
    return {
        "plans": lambda: ChatJudge(url, "m").judge_plans(cases),
        "whole reward": lambda: score_all(records, judge=ChatJudge(url, "m"), on_failure="raise"),
        "whole reward, cache written": lambda: score_all(
            records, judge=CachedJudge(ChatJudge(url, "m"), folder / str(time.monotonic_ns())), on_failure="raise"
        ),
        "whole reward, cache read": lambda: score_all(
            records, judge=CachedJudge(ChatJudge(url, "m"), folder / "kept"), on_failure="raise"
        ),
        "by the rules": lambda: score_all(records),
    }


def main() -> None:
    """Measure and print a table in seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=96)
    parser.add_argument("--delay", type=float, default=0.2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the medians to this file, too")
    options = parser.parse_args()
    records = variants(options.records)
    times: dict[str, list[float]] = {}
    with RunningServer() as server, tempfile.TemporaryDirectory() as folder:
        timed = rows(server.session(then={"delay": options.delay}), records, Path(folder))
        for _ in range(options.repeats + 1):
            for name, run in timed.items():
                started = time.perf_counter()
                run()
                times.setdefault(name, []).append(time.perf_counter() - started)
    medians = {name: statistics.median(some[1:]) for name, some in times.items()}
    rounds = {"plans": -(-options.records // AT_ONCE), "whole reward": -(-2 * options.records // AT_ONCE)}
    print(f"Python {platform.python_version()}, {platform.machine()}; {options.records} records, seconds, medians")
    print(f"{'':30}{'floor':>8}{'median':>9}")
    for name, median in medians.items():
        floor = rounds.get(name.removesuffix(", cache written"), 0) * options.delay
        print(f"{name:30}{floor:8.2f}{median:9.3f}")
    if options.json:
        options.json.write_text(json.dumps(medians, indent=1))


if __name__ == "__main__":
    main()
