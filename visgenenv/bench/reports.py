"""The report of a run: what was played, the paper's columns, their parts, what it cost; as data that is written and read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from visgenenv.bench.columns import COLUMNS
from visgenenv.bench.grades import GraderFacts, grades_of
from visgenenv.bench.header import FORMAT, Header
from visgenenv.bench.rows import Row
from visgenenv.bench.store import REPORT, read_header, read_rows, write_whole
from visgenenv.bench.tables import BREAKDOWNS, Costs, Grades, Line, costs, lines, pass_hat
from visgenenv.errors import BenchError

SIM = "sim"


class Report(Struct, frozen=True):
    """All that a run of the benchmark says.

    Attributes:
        header: What was played, by whom, under which settings and versions.
        judged_by: "sim", or the grader's model: where the judged columns come from.
        table: The line of the whole.
        graded: Means of the graded variants of Amount and Storyboard, which in the table pass or fail.
        parts: Lines by modality, language, difficulty and type.
        costs: Means per episode.
        pass_met: pass^1, pass^2, … of meeting every objective constraint.
        pass_success: The same of the paper's success.
        episodes: How many are in it.
        missing: How many of the run are not: lost to a server, or not played yet.
        policy_reports: What the policy counted in the last session, one a server.
        problems: Why servers dropped out of it; their episodes went to the others.
    """

    header: Header
    judged_by: str
    table: Line
    graded: dict[str, float | None]
    parts: dict[str, tuple[Line, ...]]
    costs: Costs
    pass_met: tuple[float, ...]
    pass_success: tuple[float, ...]
    episodes: int
    missing: int
    grader: GraderFacts | None = None
    policy_reports: tuple[dict[str, Any], ...] = ()
    problems: tuple[str, ...] = ()
    format: int = FORMAT

    def as_json(self) -> bytes:
        """Return the report as one JSON object."""
        return msgspec.json.encode(self)

    def title(self, column: str) -> str:
        """Return a column's title as it must be shown: a judged one says who judged."""
        judged = next((one for one in COLUMNS if one.title == column and one.sort == "judged"), None)
        return f"{column} ({self.judged_by})" if judged or column == "O-Score" else column


def report_of(
    header: Header,
    rows: Sequence[Row],
    grades: Grades | None = None,
    grader: GraderFacts | None = None,
    policy_reports: Sequence[dict[str, Any]] = (),
    problems: Sequence[str] = (),
) -> Report:
    """Make the report of a run from its rows, in whatever order they come.

    Raises:
        BenchError: There is no row.
    """
    if not rows:
        raise BenchError("no episode has been finished")
    rows = sorted(rows, key=lambda row: row.key)
    (table,) = lines(rows, grades=grades)
    return Report(
        header=header,
        judged_by=grader.model if grader else SIM,
        table=table,
        graded={title: _graded(rows, title) for title in ("Amount", "Storyboard")},
        parts={by: lines(rows, by, grades) for by in BREAKDOWNS},
        costs=costs(rows),
        pass_met=pass_hat(rows, [row.met for row in rows]),
        pass_success=pass_hat(rows, [row.success for row in rows]),
        episodes=len(rows),
        missing=header.samples * header.suite.tasks - len(rows),
        grader=grader,
        policy_reports=tuple(policy_reports),
        problems=tuple(problems),
    )


def _graded(rows: Sequence[Row], title: str) -> float | None:
    values = [row.graded for row in rows if row.dimension == title.lower() and row.graded is not None]
    return sum(values) / len(values) if values else None


class Run(Struct, frozen=True):
    """A run as it lies in its folder; `grades` are a vision model's values, if one judged."""

    report: Report
    rows: tuple[Row, ...]
    grades: dict[tuple[int, int], float] | None = None


def read_run(folder: str | Path) -> Run:
    """Read a run; where there is no report yet, it is made from the rows that there are.

    Raises:
        BenchError: The folder holds no run, or a broken one, or one of another version.
    """
    folder = Path(folder)
    header = read_header(folder)
    rows = tuple(row for row in read_rows(folder) if row.sample < header.samples)
    path = folder / REPORT
    if path.exists():
        try:
            report = msgspec.json.decode(path.read_bytes(), type=Report)
        except (msgspec.MsgspecError, OSError) as error:
            raise BenchError(f"{path}: {error}; run the benchmark again to have it written anew") from error
        return Run(report, rows, grades_of(folder, rows, report.grader) if report.grader else None)
    return Run(report_of(header, rows), rows)


def write_report(folder: Path, report: Report) -> Path:
    """Write a report into its folder and return the path."""
    write_whole(folder / REPORT, msgspec.json.format(report.as_json()) + b"\n")
    return folder / REPORT
