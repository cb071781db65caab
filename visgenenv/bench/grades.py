"""What a vision model said about episodes, as it is kept, and what that counts for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson
from msgspec import Struct

from visgenenv.bench.calibration import Calibration
from visgenenv.bench.columns import JUDGED
from visgenenv.bench.rows import Row
from visgenenv.bench.rubrics import TOP
from visgenenv.bench.store import GRADES, cut_tail
from visgenenv.errors import BenchError

Place = tuple[int, int]
"""Index and sample of an episode."""


class GraderFacts(Struct, frozen=True):
    """Who judged in place of the simulation: model, rubrics, decoding, and the calibration if there is one."""

    model: str
    rubrics: str
    decoding: dict[str, Any]
    calibration: Calibration | None = None

    @property
    def identity(self) -> str:
        """Names what was asked of whom; the calibration is applied to what was said."""
        return orjson.dumps([self.model, self.rubrics, self.decoding], option=orjson.OPT_SORT_KEYS).decode()


class Grade(Struct, frozen=True):
    """What a grader said about an episode."""

    index: int
    sample: int
    grader: str
    levels: dict[str, int]

    def value(self, dimension: str, calibration: Calibration | None) -> float:
        """Return the mean of the levels as a share of the highest, calibrated."""
        mean = sum(self.levels.values()) / (TOP * len(self.levels))
        return calibration.apply(dimension, mean) if calibration else mean


def asked_about(rows: Sequence[Row]) -> dict[Place, str]:
    """Return the episodes that a grader is asked about, with their dimensions; failures count 0 unasked."""
    return {(row.index, row.sample): row.dimension for row in rows if row.dimension in JUDGED and row.success}


def read_grades(folder: Path, facts: GraderFacts) -> dict[Place, Grade]:
    """Read what a grader has said so far about the episodes in a folder.

    Raises:
        BenchError: A line cannot be read.
    """
    path = folder / GRADES
    if not cut_tail(path):
        return {}
    try:
        found = msgspec.json.Decoder(Grade).decode_lines(path.read_bytes())
    except msgspec.MsgspecError as error:
        raise BenchError(f"{path}: {error}; remove the file to have everything graded anew") from error
    return {(one.index, one.sample): one for one in found if one.grader == facts.identity}


def grades_of(folder: Path, rows: Sequence[Row], facts: GraderFacts) -> dict[Place, float]:
    """Return what the grades in a folder count for; episodes without one are left out."""
    known = read_grades(folder, facts)
    wanted = asked_about(rows)
    return {place: known[place].value(wanted[place], facts.calibration) for place in wanted if place in known}
