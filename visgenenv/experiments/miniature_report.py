"""The results of the paper in miniature: a row a seed and stage, the comparison, and two pictures of curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import orjson

from visgenenv.adapters.curves import Points, draw_curves
from visgenenv.adapters.folder import METRICS

PAPER = {"paper: one-stage SFT": 0.64, "paper: PST": 0.87, "paper: after VRL": 0.95}
"""R_vrt as VisionCreator states it (sections 3.2 and 4.2); the last one is said to be exceeded."""
STAGES = {"one_stage": "one-stage-measured", "pst": "pst-measured", "grpo": "grpo-measured"}
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365}
"""97.5 % quantiles of Student's t for so many values (one more than the degrees of freedom)."""
SMOOTHED = 5
"""GRPO steps that a point of a curve is the mean of."""


def write_report(out: str | Path) -> dict[str, Any]:
    """Read what the seeds of a run left, write `results.json`, `rewards.png`, `components.png`; return the results.

    Seeds that are not finished are left out of the comparison.
    """
    folder = Path(out)
    rows = [row for home in sorted(folder.glob("seed-*")) for row in _rows(home)]
    stages = {name: {row["seed"]: row for row in rows if row["stage"] == name} for name in STAGES}
    results: dict[str, Any] = {"rows": rows, "gain": gain(*(_rewards(stages[name]) for name in ("pst", "grpo")))}
    (folder / "results.json").write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2))
    curves = {home.name: _training(home) for home in sorted(folder.glob("seed-*"))}
    curves = {name: steps for name, steps in curves.items() if steps}
    if curves:
        _draw_rewards(curves, stages, folder / "rewards.png")
        _draw_components(list(curves.values()), folder / "components.png")
    return results


def gain(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, Any]:
    """Return the mean of the paired differences and its 95 % interval by Student's t; seeds in both count.

    Example:
        >>> found = gain({"1": 0.5, "2": 0.4, "3": 0.6}, {"1": 0.7, "2": 0.7, "3": 0.7})
        >>> round(found["mean"], 3), round(found["low"], 3), found["seeds"]
        (0.2, -0.048, 3)
    """
    differences = [after[seed] - before[seed] for seed in sorted(before) if seed in after]
    if len(differences) < 2:
        return {
            "mean": fmean(differences) if differences else None,
            "low": None,
            "high": None,
            "seeds": len(differences),
        }
    half = STUDENT[len(differences)] * stdev(differences) / sqrt(len(differences))
    mean = fmean(differences)
    return {"mean": mean, "low": mean - half, "high": mean + half, "seeds": len(differences)}


def _rows(home: Path) -> list[dict[str, Any]]:
    """Return what was measured of a seed, a row a stage."""
    found = []
    for stage, name in STAGES.items():
        file = home / name / "done.json"
        if file.exists():
            found.append({"seed": home.name.removeprefix("seed-"), "stage": stage, **orjson.loads(file.read_bytes())})
    return found


def _rewards(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    return {seed: row["reward"] for seed, row in rows.items()}


def _training(home: Path) -> list[dict[str, Any]]:
    file = home / "grpo" / METRICS
    rows = [orjson.loads(line) for line in file.read_bytes().splitlines()] if file.exists() else []
    return [row for row in rows if row.get("reward") is not None]


def _smooth(points: Points) -> Points:
    """Return the mean of every few points, at their last step.

    >>> _smooth([(1, 0.0), (2, 1.0), (3, 0.0), (4, 0.0), (5, 1.0), (6, 1.0)])
    [(5, 0.4), (6, 1.0)]
    """
    parts = [points[start : start + SMOOTHED] for start in range(0, len(points), SMOOTHED)]
    return [(part[-1][0], fmean(value for _, value in part)) for part in parts]


def _draw_rewards(curves: Mapping[str, Sequence[dict[str, Any]]], stages: Mapping[str, Any], path: Path) -> None:
    series = {
        f"training, {name}": _smooth([(row["step"], row["reward"]) for row in rows]) for name, rows in curves.items()
    }
    before, after = (list(_rewards(stages[name]).values()) for name in ("pst", "grpo"))
    if before and after:
        last = max(row["step"] for rows in curves.values() for row in rows)
        series["held out, mean"] = [(0, fmean(before)), (last, fmean(after))]
    draw_curves(series, path, "LtrReward over GRPO steps", PAPER)


def _draw_components(runs: Sequence[Sequence[dict[str, Any]]], path: Path) -> None:
    """Draw the mean of each component over the seeds."""
    names = list(runs[0][0]["components"])
    steps = min(map(len, runs))
    series: dict[str, Points] = {}
    for name in names:
        points = []
        for place in range(steps):
            values = [run[place]["components"][name] for run in runs if run[place]["components"][name] is not None]
            if values:
                points.append((runs[0][place]["step"], fmean(values)))
        series[f"R_{name}"] = _smooth(points)
    draw_curves(series, path, "components over GRPO steps, mean of the seeds", {})
