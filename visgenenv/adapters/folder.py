"""The folder of a training run: `metrics.jsonl`, a row a logged step, and `traces.jsonl`, a line an episode."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import orjson
from msgspec import structs

from visgenenv.rewards import RewardRecord
from visgenenv.trace import to_json
from visgenenv.trajectory import Trajectory

METRICS, TRACES, HELDOUT = "metrics.jsonl", "traces.jsonl", "heldout.jsonl"


class Folder:
    """Writes what a run did, and sets aside what a resumed run does again.

    Args:
        path: Made if missing.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)

    def begin(self, step: int = 0) -> None:
        """Keep what belongs to steps up to `step`; what an earlier run wrote goes whole to `NAME.1.jsonl`."""
        for name in (METRICS, TRACES, HELDOUT):
            path = self.path / name
            if path.exists():
                lines = path.read_bytes().splitlines(keepends=True)
                kept = [line for line in lines if step and _step_of(line) <= step]
                if len(kept) < len(lines):
                    os.replace(path, _free(path))
                    path.write_bytes(b"".join(kept))

    def add_row(self, row: dict[str, Any]) -> None:
        """Append a row to `metrics.jsonl`."""
        with (self.path / METRICS).open("ab") as file:
            file.write(orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n")

    def add_traces(
        self,
        records: Sequence[Trajectory],
        rewards: Sequence[float | None],
        step: int,
        *,
        name: str = TRACES,
        **notes: Any,
    ) -> None:
        """Append episodes to a file of traces, each line with its `step`; `notes` go into the settings of each."""
        with (self.path / name).open("ab") as file:
            for record, reward in zip(records, rewards, strict=True):
                signed = structs.replace(record, reward=reward, settings={**record.settings, **notes})
                file.write(orjson.dumps({"step": step, **to_json(signed)}) + b"\n")


def reward_row(records: Sequence[RewardRecord], prefix: str = "") -> dict[str, Any]:
    """Return a row's part about rewards: the mean, each component's over the episodes it applies to, contributions.

    Args:
        records: Of the episodes since the last row.
        prefix: "heldout_" for an evaluation.
    """
    names = list(records[0].components) if records else []
    paid = [one.reward for one in records if one.status == "ok"]
    return {
        f"{prefix}reward": fmean(paid) if paid else None,
        f"{prefix}components": component_means(records),
        f"{prefix}contributions": {name: fmean(one.contributions[name] for one in records) for name in names},
        f"{prefix}success": fmean(one.gates["V"] for one in records) if records else None,
        f"{prefix}episodes": len(records),
    }


def component_means(records: Sequence[RewardRecord]) -> dict[str, float | None]:
    """Return each component's mean over the records it applies to, None where it applies to none."""
    out: dict[str, float | None] = {}
    for name in records[0].components if records else ():
        values = [one.components[name] for one in records if one.applicable[name]]
        out[name] = fmean(values) if values else None
    return out


def run_summary(out: str | Path, seconds: float) -> dict[str, Any]:
    """Return what a run did, from its `metrics.jsonl`: steps, first and last rewards, held-out rewards."""
    rows = [orjson.loads(line) for line in (Path(out) / METRICS).read_bytes().splitlines()]
    facts: dict[str, Any] = {"out": str(out), "model": str(Path(out) / "final"), "seconds": round(seconds, 1)}
    facts["steps"] = max((row["step"] for row in rows), default=0)
    for name in ("loss", "reward", "heldout_reward"):
        values = [row[name] for row in rows if row.get(name) is not None]
        if values:
            facts[name] = {"first": values[0], "last": values[-1]}
    return facts


def _step_of(line: bytes) -> float:
    try:
        return float(orjson.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")


def _free(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    return aside
