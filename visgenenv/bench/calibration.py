"""Aligning a grader with people: one rising line a dimension, from what the model says to what people say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from visgenenv.bench.columns import JUDGED
from visgenenv.bench.rubrics import HASH
from visgenenv.errors import BenchError, did_you_mean

Knots = tuple[tuple[float, float], ...]


class Calibration(Struct, frozen=True):
    """How a grader's values become people's.

    Attributes:
        model: Whose values.
        rubrics: Hash of the rubrics it was asked by.
        knots: Dimension -> points (graded, meant) of a line that never falls, both in [0, 1]; straight between them.
    """

    model: str
    knots: dict[str, Knots]
    rubrics: str = HASH

    def apply(self, dimension: str, value: float) -> float:
        """Return the calibrated value; a dimension without a line keeps its own.

        >>> Calibration("m", {"style": ((0.0, 0.1), (1.0, 0.9))}).apply("style", 0.5)
        0.5
        """
        line = self.knots.get(dimension)
        if not line:
            return value
        return float(np.interp(value, [x for x, _ in line], [y for _, y in line]))

    @property
    def hash(self) -> str:
        """Names the calibration on pages."""
        return sha256(msgspec.json.encode(self)).hexdigest()[:16]


def fit(pairs: Mapping[str, Sequence[tuple[float, float]]], model: str) -> Calibration:
    """Fit a calibration: per dimension the rising line nearest to the pairs, by pooling adjacent violators.

    Args:
        pairs: Dimension -> (what the grader said, what people said), both in [0, 1].
        model: Of the grader.

    >>> fit({"style": [(0.2, 0.1), (0.5, 0.6), (0.6, 0.4), (0.9, 0.8)]}, "m").knots["style"]
    ((0.2, 0.1), (0.5, 0.5), (0.6, 0.5), (0.9, 0.8))
    """
    return Calibration(model, {dimension: _rising(of) for dimension, of in pairs.items() if of})


def read_calibration(path: str | Path, model: str) -> Calibration:
    """Read a calibration file, made for this model and these rubrics.

    Raises:
        BenchError: It cannot be read, is for another model or other rubrics, or a line in it falls.
    """
    try:
        found = msgspec.json.decode(Path(path).read_bytes(), type=Calibration)
    except (OSError, msgspec.MsgspecError) as error:
        raise BenchError(f"{path}: no calibration: {error}") from error
    if found.model != model:
        raise BenchError(f"{path}: calibrates {found.model!r}, not {model!r}")
    if found.rubrics != HASH:
        raise BenchError(f"{path}: made for rubrics {found.rubrics}; these are {HASH}, so fit it again")
    for dimension, line in found.knots.items():
        _check(str(path), dimension, line)
    return found


def write_calibration(path: str | Path, calibration: Calibration) -> None:
    """Write a calibration file."""
    Path(path).write_bytes(msgspec.json.format(msgspec.json.encode(calibration)) + b"\n")


def _check(path: str, dimension: str, line: Knots) -> None:
    if dimension not in JUDGED:
        raise BenchError(f"{path}: {dimension!r} is no judged dimension{did_you_mean(dimension, JUDGED)}")
    if any(not 0 <= value <= 1 for point in line for value in point):
        raise BenchError(f"{path}: {dimension}: values are between 0 and 1")
    if any(x0 >= x1 or y0 > y1 for (x0, y0), (x1, y1) in pairwise(line)):
        raise BenchError(f"{path}: {dimension}: the points must go to the right, and never down")


def _rising(pairs: Sequence[tuple[float, float]]) -> Knots:
    """Pool adjacent violators: neighbours in the wrong order become their mean, until none is."""
    blocks: list[list[float]] = []
    for x in sorted({x for x, _ in pairs}):
        ys = [y for other, y in pairs if other == x]
        blocks.append([sum(ys), len(ys), 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    levels = [round(total / weight, 12) for total, weight, n in blocks for _ in range(int(n))]
    return tuple(zip(sorted({x for x, _ in pairs}), levels, strict=True))
