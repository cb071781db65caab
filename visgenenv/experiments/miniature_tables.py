"""The tables of the paper in miniature, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

NAMES = {"one_stage": "one stage", "pst": "PST", "grpo": "PST + GRPO"}
PARTS = ("tool", "result", "format", "plan", "traj", "match")
Row = Mapping[str, Any]


def tables(rows: Sequence[Row], gains: Mapping[str, Mapping[str, Any]]) -> str:
    """Return three tables: rewards and components, the benchmark's columns, and the change from PST to GRPO.

    Args:
        rows: What was measured, a row a seed and stage.
        gains: Of what is compared: mean, ends of the interval and number of seeds.
    """
    parts = (_rewards(rows), _columns(rows), _gains(gains))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _rewards(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a line a stage and seed, and a line with the means of a stage."""
    yield from _head("stage", "seed", "reward", "R_vrt", *(f"R_{name}" for name in PARTS))
    for stage, own in _by_stage(rows):
        lines = {
            row["seed"]: [row["reward"], row["r_vrt"], *(row["components"][name] for name in PARTS)] for row in own
        }
        for seed, values in {**lines, "mean": [_mean(column) for column in zip(*lines.values(), strict=True)]}.items():
            yield _line(stage, seed, *map(_number, values))


def _columns(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the benchmark's columns that the tasks have, a line a stage: means over the seeds."""
    titles = (
        [title for title in rows[0]["columns"] if any(row["columns"][title] is not None for row in rows)]
        if rows
        else []
    )
    yield from _head("stage, mean of the seeds", *titles)
    for stage, own in _by_stage(rows):
        yield _line(stage, *(_number(_mean([row["columns"][title] for row in own])) for title in titles))


def _gains(gains: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from _head("GRPO less PST", "mean of the seeds", "95 % interval")
    for name, found in gains.items():
        between = "" if found["low"] is None else f"{found['low']:+.3f} to {found['high']:+.3f}"
        yield _line(name, "" if found["mean"] is None else f"{found['mean']:+.3f}", between)


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


def _head(*titles: str) -> tuple[str, str]:
    return _line(*titles), _line(*(["---"] + ["---:"] * (len(titles) - 1)))


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
