"""How a set of demonstrations came about, in numbers."""

from __future__ import annotations

from msgspec import Struct

from visgenenv.demos.selection import FATES, SECOND, Selection


class Report(Struct, frozen=True):
    """How a set came about.

    `requests` were looked at, `played` of them became trajectories, `passed` the first cut, `kept` everything.
    `fates` counts every candidate by what became of it, `modes` the same by mode; `objections` those of the review.
    """

    requests: int
    played: int
    passed: int
    kept: int
    fates: dict[str, int]
    modes: dict[str, dict[str, int]]
    objections: dict[str, int]

    @property
    def first_share(self) -> float:
        """Share of the trajectories that pass the first cut; VisionCreator's is 6k of 16k."""
        return self.passed / self.played if self.played else 0.0

    @property
    def second_share(self) -> float:
        """Share of those that are kept in the end; VisionCreator's is 4k of 6k."""
        return self.kept / self.passed if self.passed else 0.0


def report_of(selection: Selection, seen: int) -> Report:
    """Return the numbers of a selection that looked at `seen` requests."""
    modes: dict[str, dict[str, int]] = {}
    for (fate, mode), n in sorted(selection.fates.items()):
        modes.setdefault(mode, {})[fate] = n
    return Report(
        requests=seen,
        played=selection.played,
        passed=selection.count(*SECOND, "kept"),
        kept=selection.kept,
        fates={fate: selection.count(fate) for fate in FATES},
        modes=modes,
        objections=dict(sorted(selection.objections.items())),
    )
