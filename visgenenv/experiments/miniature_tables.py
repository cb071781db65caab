"""The tables of the paper in miniature, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from visgenenv.experiments.markdown import table

NAMES = {"one_stage": "one stage", "pst": "PST", "grpo": "PST + GRPO"}
PARTS = ("tool", "result", "format", "plan", "traj", "match")
Row = Mapping[str, Any]


def tables(rows: Sequence[Row], gains: Mapping[str, Mapping[str, Any]]) -> str:
    """Return four tables: rewards and components, the benchmark's columns, the change from PST to GRPO, failing ways.

    Args:
        rows: What was measured, a row a seed and stage.
        gains: Of what is compared: mean, ends of the interval and number of seeds.
    """
    return "\n\n".join((_rewards(rows), _columns(rows), _gains(gains), _ways(rows))) + "\n"


def _rewards(rows: Sequence[Row]) -> str:
    """Return a line a stage and seed, and a line with the means of a stage."""
    out = []
    for stage, own in _by_stage(rows):
        lines = {
            row["seed"]: [row["reward"], row["r_vrt"], *(row["components"][name] for name in PARTS)] for row in own
        }
        means = [_mean(column) for column in zip(*lines.values(), strict=True)]
        out += [[stage, seed, *map(_number, values)] for seed, values in {**lines, "mean": means}.items()]
    return table(["stage", "seed", "reward", "R_vrt", *(f"R_{name}" for name in PARTS)], out)


def _columns(rows: Sequence[Row]) -> str:
    """Return the benchmark's columns that the tasks have, a line a stage: means over the seeds."""
    known = rows[0]["columns"] if rows else ()
    titles = [title for title in known if any(row["columns"][title] is not None for row in rows)]
    lines = (
        [stage, *(_number(_mean([row["columns"][title] for row in own])) for title in titles)]
        for stage, own in _by_stage(rows)
    )
    return table(["stage, mean of the seeds", *titles], lines)


def _gains(gains: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for name, found in gains.items():
        between = "" if found["low"] is None else f"{found['low']:+.3f} to {found['high']:+.3f}"
        lines.append([name, "" if found["mean"] is None else f"{found['mean']:+.3f}", between])
    return table(["GRPO less PST", "mean of the seeds", "95 % interval"], lines)


def _ways(rows: Sequence[Row]) -> str:
    """Return how many episodes fail in the teacher's ways, and what the others earn, a line a stage and seed."""
    lines = (
        [stage, row["seed"], f"{row['failing']} of {row['episodes']}", _number(row["others"])]
        for stage, own in _by_stage(rows)
        for row in own
    )
    return table(["stage", "seed", "episodes in a failing way", "reward of the others"], lines)


def _by_stage(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for stage, name in NAMES.items():
        own = [row for row in rows if row["stage"] == stage]
        if own:
            yield name, own


def _mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return fmean(there) if there else None


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
