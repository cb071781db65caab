"""Playing tasks into a trace file that grows line by line, and the numbers that are told afterwards."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from msgspec import Struct, structs
from rich.box import SIMPLE_HEAD
from rich.table import Table

from visgenenv.cli.terminal import named_policy
from visgenenv.policies import Policy
from visgenenv.rewards import RewardRecord
from visgenenv.rollouts import rollout
from visgenenv.trace import append_trace
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task


class Played(Struct, frozen=True):
    """What one policy did: its episodes in the order of the tasks, and how long they took to play, in seconds."""

    policy: str
    records: list[Trajectory]
    seconds: float

    @property
    def turns(self) -> int:
        return sum(len(record.steps) for record in self.records)


def play(
    policy: str,
    tasks: Sequence[Task],
    path: Path,
    *,
    num_envs: int,
    seed: int,
    faults: str,
    player: Policy | None = None,
) -> Played:
    """Play every task once and write the trace file `path`.

    Each episode is appended as soon as it ends, so that a killed process loses at most the line being written;
    at the end the lines are put into the order of the tasks. `player` plays under the name `policy`; default the
    policy of that name. Its `settings`, if it has any, go into every record as `policy_settings`.
    """
    player = player or named_policy(policy)
    signature: dict[str, Any] = {"policy": policy}
    if hasattr(player, "settings"):
        signature["policy_settings"] = player.settings
    path.write_bytes(b"")
    order: list[int] = []

    def keep(index: int, record: Trajectory) -> None:
        append_trace(path, _signed(record, signature))
        order.append(index)

    start = perf_counter()
    records = rollout(player, tasks, num_envs, seed, faults, progress=f"{policy} plays", on_record=keep)
    seconds = perf_counter() - start
    _sort_lines(path, order)
    return Played(policy, [_signed(record, signature) for record in records], seconds)


def _signed(record: Trajectory, signature: Mapping[str, Any]) -> Trajectory:
    """Note in the record who played it."""
    return structs.replace(record, settings={**record.settings, **signature})


def _sort_lines(path: Path, order: Sequence[int]) -> None:
    """Put line `k`, which holds episode `order[k]`, in its place; the old file stays whole until the new one is."""
    lines = path.read_bytes().splitlines(keepends=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(b"".join(line for _, line in sorted(zip(order, lines, strict=True))))
    os.replace(part, path)


def set_aside(path: Path) -> Path | None:
    """Rename an earlier file out of the way (`traces.jsonl` to `traces.1.jsonl`) and return its new path."""
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    path.rename(aside)
    return aside


def summary(policy: str, records: Sequence[RewardRecord]) -> dict[str, Any]:
    """Return a policy's means over its episodes; a component's over those it applies to, None if over none."""
    n = len(records)
    names = list(dict.fromkeys(name for record in records for name in record.components))
    return {
        "policy": policy,
        "episodes": n,
        "success_rate": sum(record.gates["V"] for record in records) / n,
        "reward": sum(record.reward for record in records) / n,
        "components": {name: _mean(records, name) for name in names},
    }


def _mean(records: Sequence[RewardRecord], name: str) -> float | None:
    values = [record.components[name] for record in records if record.applicable.get(name)]
    return sum(values) / len(values) if values else None


def narrow(table: Table) -> Table:
    """Let a table of eleven columns fit a terminal of eighty characters."""
    table.box, table.padding = SIMPLE_HEAD, 0
    return table


def summary_table(rows: Sequence[dict[str, Any]], title: str) -> Table:
    """Lay summaries out for people; `steps_per_s` where a row has it."""
    names = list(dict.fromkeys(name for row in rows for name in row["components"]))
    table = narrow(Table(title=title))
    table.add_column("policy", no_wrap=True)
    timed = any("steps_per_s" in row for row in rows)
    for heading in ("n", "success", "reward", *names, *(["steps/s"] if timed else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        values = [row["components"].get(name) for name in names]
        shown = ["–" if value is None else f"{value:.3f}" for value in values]
        speed = [f"{row['steps_per_s']:,.0f}"] if timed else []
        table.add_row(row["policy"], str(row["episodes"]), f"{row['success_rate']:.1%}", f"{row['reward']:.3f}",
                      *shown, *speed)  # fmt: skip
    return table
