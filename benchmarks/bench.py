"""What the benchmark itself costs: drawing tasks, playing 1,200 of them with the expert, measuring and reporting.

    python benchmarks/bench.py [--repeats 5] [--workers 2]

Limits: 300 us a task; 1,200 expert episodes in 60 s on two cores. Rates are of processor time, which other work on the
machine moves little; the whole run is also given in seconds of the clock. The exit code is 1 if a limit is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable

from visgenenv import ExpertPolicy, TaskGenerator, evaluate, load_suite, rollout
from visgenenv.bench.header import header_of
from visgenenv.bench.reports import report_of
from visgenenv.bench.rows import Key, row_of
from visgenenv.trace import encode

TASK_LIMIT_US, RUN_LIMIT_S = 300.0, 60.0
SAMPLE = 12
"""Every so many-th task of the benchmark is played for the rates of single stages."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    task_us = drawing(options.repeats)
    stages(options.repeats)
    run_s = whole(options.workers)
    print(f"limits: {task_us / TASK_LIMIT_US:.2f} of 300 us a task, {run_s / RUN_LIMIT_S:.2f} of 60 s a run")
    return int(task_us > TASK_LIMIT_US or run_s > RUN_LIMIT_S)


def drawing(repeats: int) -> float:
    """Print microseconds a task, drawn anew each time; return the worst split's."""
    worst = 0.0
    for split in ("train", "visgenbench", "test_hard"):
        generator = TaskGenerator(split)
        cost = 1e6 * seconds(lambda generator=generator: [generator.generate(1, n) for n in range(400)], repeats) / 400
        worst = max(worst, cost)
        print(f"{'a task of ' + split:32}{cost:10.0f} us")
    return worst


def stages(repeats: int) -> None:
    """Print milliseconds an episode for playing, measuring and writing it, and for a report."""
    tasks = load_suite("visgenbench")[::SAMPLE]
    records = rollout(ExpertPolicy(), tasks, progress=False)
    rows = [row_of(Key(place, 0), [record])[0] for place, record in enumerate(records)]
    header = header_of(tasks, "sample", ExpertPolicy(), "expert", 1, 0, "realistic", 1)
    parts: dict[str, Callable[[], object]] = {
        "play": lambda: rollout(ExpertPolicy(), tasks, progress=False),
        "measure and score": lambda: [row_of(Key(place, 0), [one]) for place, one in enumerate(records)],
        "write the trace": lambda: [encode(record) for record in records],
        "report (per episode of 100)": lambda: report_of(header, rows),
    }
    for name, work in parts.items():
        print(f"{name:32}{1e3 * seconds(work, repeats) / len(tasks):10.2f} ms")


def whole(workers: int) -> float:
    """Run the benchmark once; print and return seconds of the clock as they would be with the machine to itself."""
    before, start = spent(), time.perf_counter()
    report = evaluate(ExpertPolicy(), "visgenbench", samples=1, workers=workers)
    clock, processor = time.perf_counter() - start, spent() - before
    print(
        f"{'1,200 expert episodes':32}{processor:10.1f} s of processors, {clock:.1f} s of the clock, {workers} workers"
    )
    print(
        f"{'':32}{processor / workers:10.1f} s on {workers} cores of their own; O-Score {report.table.cells['O-Score'].value:.3f} (sim)"
    )
    return processor / workers


def spent() -> float:
    """Return the processor seconds of this process and of its children that have ended."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median processor seconds of some work, after a run that does not count."""
    times = []
    for _ in range(repeats + 1):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times[1:])


if __name__ == "__main__":
    sys.exit(main())
