"""How long a reward takes: offline, one core, by length of the trajectory, beside orjson encoding of the same record.

Run: python benchmarks/rewards.py
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

import msgspec

from visgenenv import ExpertPolicy, Trajectory, load_suite, rollout, score
from visgenenv.parsing import parse_action
from visgenenv.rewards import COMPONENTS
from visgenenv.trace import encode, read_traces, write_traces
from visgenenv.types import Step

LENGTHS = (5, 10, 20, 30)
PLAYS = 12


def one_call_a_turn(record: Trajectory) -> Trajectory:
    """Take a record apart, so that every call has a turn of its own, as most policies write."""
    steps: list[Step] = []
    for number, step in enumerate(record.steps):
        action = step.action
        if len(action.calls) < 2:
            steps.append(step)
            continue
        pieces = step.text.split("<tool_call>")
        for place, (piece, result) in enumerate(zip(pieces[1:], step.results, strict=True)):
            head = pieces[0] if place == 0 else f"<think>\nThe next call of stage {number}, number {place}.\n</think>\n"
            told = step.told[place : place + 1]
            steps.append(Step(parse_action(f"{head}<tool_call>{piece.strip()}"), (result,), told))
    return msgspec.structs.replace(record, steps=tuple(steps))


def records() -> list[Trajectory]:
    """Play films and sets of pictures of very different length."""
    suite = load_suite("train", seed=9)
    played = rollout(ExpertPolicy(), suite[:500], progress=False)
    stretched = [one_call_a_turn(record) for record in played]
    chosen: list[Trajectory] = []
    for length in LENGTHS:
        near = [one for one in stretched if abs(len(one.steps) - length) <= 0.15 * length]
        chosen += near[:PLAYS]
    return chosen


def timed(function, record: Trajectory) -> float:
    start = process_time()
    function(record)
    return 1e3 * (process_time() - start)


def cold(path: Path) -> list[tuple[int, float, float]]:
    """Score records that this process has never seen, each once: turns, ms to score, ms to encode."""
    rows = [(record, len(record.steps)) for record in read_traces(path)]
    score(rows.pop(0)[0])  # what is loaded once a process is not a cost of each record
    return [(turns, timed(score, record), timed(encode, record)) for record, turns in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cold", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.cold:
        for row in cold(given.cold):
            print(*row)
        return
    chosen = records()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "traces.jsonl"
        write_traces(path, [chosen[0], *chosen])
        out = subprocess.run(
            [sys.executable, __file__, "--cold", path], check=True, capture_output=True, text=True
        ).stdout
    rows = [tuple(map(float, line.split())) for line in out.splitlines()]
    print("turns  plays  score, first time  slowest  orjson    (ms of processor time, median)")
    for length in LENGTHS:
        near = [row for row in rows if abs(row[0] - length) <= 0.15 * length]
        if near:
            first, json = median(row[1] for row in near), median(row[2] for row in near)
            print(f"{length:5d}  {len(near):5d}  {first:17.2f}  {max(row[1] for row in near):7.2f}  {json:6.2f}")
    twenty = [record for record in chosen if abs(len(record.steps) - 20) <= 3]
    print("\n20 turns, by component, record known to the media caches (ms of processor time, median)")
    for name, component in COMPONENTS.items():
        print(f"  {name:7s} {median(timed(component, record) for record in twenty for _ in range(5)):6.3f}")


if __name__ == "__main__":
    main()
