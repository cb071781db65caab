"""The results of the paper in miniature: a row a seed and stage, the comparison, tables, and two pictures of curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import orjson

from visgenenv.adapters.curves import Points, draw_curves
from visgenenv.adapters.folder import METRICS
from visgenenv.experiments.miniature_settings import DONE, STAGES
from visgenenv.experiments.miniature_tables import tables
from visgenenv.experiments.miniature_ways import ways

PAPER = {"paper: one-stage SFT": 0.64, "paper: PST": 0.87, "paper: after VRL": 0.95}
"""R_vrt as VisionCreator states it (sections 3.2 and 4.2); the last one is said to be exceeded."""
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365}
"""97.5 % quantiles of Student's t for so many values (one more than the degrees of freedom)."""
SMOOTHED = 4
"""GRPO steps that a point of a curve is the mean of."""
COMPARED = {
    "reward": ("reward",),
    "R_vrt": ("r_vrt",),
    "R_tool": ("components", "tool"),
    "R_result": ("components", "result"),
    "R_format": ("components", "format"),
}
"""What is compared before and after GRPO, and where a row holds it."""


def write_report(out: str | Path) -> dict[str, Any]:
    """Read what the seeds of a run left; write `results.json`, `results.md`, `rewards.png`, `components.png`.

    Seeds that are not finished are left out of the comparison.

    Returns:
        `rows` (of seeds and stages), `gain` (of the reward), `gains` (of what `COMPARED` names).
    """
    folder = Path(out)
    homes = sorted(folder.glob("seed-*"))
    rows = [row for home in homes for row in _rows(home)]
    gains = {name: _gain_of(rows, path) for name, path in COMPARED.items()}
    results: dict[str, Any] = {"rows": rows, "gain": gains["reward"], "gains": gains}
    (folder / "results.json").write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2))
    (folder / "results.md").write_text(tables(rows, gains), "utf-8")
    curves = {home.name: steps for home in homes if (steps := _training(home))}
    if curves:
        _draw_rewards(curves, rows, folder / "rewards.png")
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
    found: dict[str, Any] = {"mean": None, "low": None, "high": None, "seeds": len(differences)}
    if differences:
        found["mean"] = mean = fmean(differences)
    if len(differences) > 1:
        half = STUDENT[len(differences)] * stdev(differences) / sqrt(len(differences))
        found |= {"low": mean - half, "high": mean + half}
    return found


def _rows(home: Path) -> list[dict[str, Any]]:
    """Return what was measured of a seed, a row a stage."""
    found = []
    for stage, name in STAGES.items():
        file = home / name / DONE
        if file.exists():
            facts = {**orjson.loads(file.read_bytes()), **ways(file.parent)}
            found.append({"seed": home.name.removeprefix("seed-"), "stage": stage, **facts})
    return found


def _gain_of(rows: Sequence[Mapping[str, Any]], path: Sequence[str]) -> dict[str, Any]:
    return gain(*(_values(rows, stage, path) for stage in ("pst", "grpo")))


def _values(rows: Sequence[Mapping[str, Any]], stage: str, path: Sequence[str]) -> dict[str, float]:
    """Return a stage's value of every seed."""
    found = {}
    for row in rows:
        if row["stage"] == stage:
            value: Any = row
            for name in path:
                value = value[name]
            found[row["seed"]] = value
    return found


def _training(home: Path) -> list[dict[str, Any]]:
    file = home / "grpo" / METRICS
    rows = [orjson.loads(line) for line in file.read_bytes().splitlines()] if file.exists() else []
    return [row for row in rows if row.get("reward") is not None]


def _smooth(points: Points) -> Points:
    """Return the mean of every few points, at their last step.

    >>> _smooth([(1, 0.0), (2, 1.0), (3, 0.0), (4, 1.0), (5, 1.0), (6, 1.0)])
    [(4, 0.5), (6, 1.0)]
    """
    parts = [points[start : start + SMOOTHED] for start in range(0, len(points), SMOOTHED)]
    return [(part[-1][0], fmean(value for _, value in part)) for part in parts]


def _draw_rewards(curves: Mapping[str, Sequence[dict[str, Any]]], rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the reward in training, and R_vrt of held-out tasks before and after beside the paper's."""
    series = {f"training, {name}": _smooth([(row["step"], row["reward"]) for row in of]) for name, of in curves.items()}
    last = max(row["step"] for steps in curves.values() for row in steps)
    for title, place in (("held out, reward", ("reward",)), ("held out, R_vrt", ("r_vrt",))):
        before, after = (list(_values(rows, stage, place).values()) for stage in ("pst", "grpo"))
        if before and after:
            series[title] = [(0, fmean(before)), (last, fmean(after))]
    draw_curves(series, path, "reward over GRPO steps; dashed: R_vrt of the paper", PAPER, "GRPO steps")


def _draw_components(runs: Sequence[Sequence[dict[str, Any]]], path: Path) -> None:
    """Draw the mean of each component over the seeds; those that apply to no task are left out."""
    series: dict[str, Points] = {}
    for name in runs[0][0]["components"]:
        points = []
        for rows in zip(*runs, strict=False):
            values = [row["components"][name] for row in rows if row["components"][name] is not None]
            if values:
                points.append((rows[0]["step"], fmean(values)))
        if points:
            series[f"R_{name}"] = _smooth(points)
    draw_curves(series, path, "components over GRPO steps in training, mean of the seeds", {}, "GRPO steps")
