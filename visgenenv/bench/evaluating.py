"""`evaluate`: a policy plays a suite, several times each task, and gets a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from visgenenv.bench.grading import Grader, grade_rows
from visgenenv.bench.header import Header, header_of
from visgenenv.bench.plays import Share, missing
from visgenenv.bench.reports import Report, report_of, write_report
from visgenenv.bench.rows import Key, Row
from visgenenv.bench.store import REPORT, RunFolder
from visgenenv.bench.workers import Outcome, play_all
from visgenenv.errors import BenchError
from visgenenv.policies import Policy
from visgenenv.tasks import load_suite
from visgenenv.types import Task

Progress = Callable[[int, int], None]
SAMPLES = 4


def evaluate(
    policy: Policy | Sequence[Policy],
    suite: str | Sequence[Task] = "visgenbench-104",
    *,
    samples: int = SAMPLES,
    seed: int = 0,
    faults: str = "realistic",
    best_of: int = 1,
    out: str | Path | None = None,
    name: str = "",
    num_envs: int = 96,
    workers: int = 1,
    grader: Grader | None = None,
    progress: Progress | None = None,
) -> Report:
    """Let a policy play every task of a suite and report in the paper's columns.

    With `out` every finished episode is kept there. If that is interrupted, the same call plays only what is missing.

    Args:
        policy: Who plays; or several that are one and the same behind several servers, which then share the episodes.
        suite: Name of a suite, or tasks.
        samples: Episodes a task, each with other luck; four or more make pass^k worth reading.
        seed: Of the run. Sample j of task i has the same luck whoever plays.
        faults: The weather.
        best_of: Play each episode so many times and take the one with the highest reward. That uses the reward, which
            nobody has outside a simulation, and the report says so.
        out: Folder for traces, rows and `report.json`; None: keep nothing.
        name: Of the policy in the report; default its class.
        num_envs: Episodes that a worker plays at the same time.
        workers: Processes for a single policy, which must then be picklable, in a script with a `__main__` guard.
        grader: A vision model that judges the columns which are otherwise simulated.
        progress: Called with how many episodes are done, and how many there are.

    Raises:
        TaskError: There is no such suite.
        BenchError: `out` holds another run; or a server failed, and episodes are missing: the others are in `out`.
        JudgeError: The grader gave no verdict on some episodes.

    Example:
        >>> from visgenenv import RandomPolicy
        >>> report = evaluate(RandomPolicy(), "paper", samples=2)
        >>> report.episodes, report.table.cells["S-Rate"].n
        (6, 3)
    """
    if min(samples, best_of, num_envs, workers) < 1:
        raise ValueError("samples, best_of, num_envs and workers are at least 1")
    tasks = load_suite(suite) if isinstance(suite, str) else suite
    if not len(tasks):
        raise BenchError("the suite has no tasks")
    crew = list(policy) if isinstance(policy, Sequence) else [policy] * workers
    header = header_of(
        tasks, suite if isinstance(suite, str) else "", crew[0], name or type(crew[0]).__name__,
        samples, seed, faults, best_of,
    )  # fmt: skip
    if out is not None:
        return run_in(Path(out), header, crew, tasks, num_envs, grader, progress)
    with TemporaryDirectory(prefix="visgenenv-bench-") as folder:
        return run_in(Path(folder), header, crew, tasks, num_envs, grader, progress)


def run_in(
    folder: Path,
    header: Header,
    policies: Sequence[Policy],
    tasks: Sequence[Task],
    num_envs: int,
    grader: Grader | None = None,
    progress: Progress | None = None,
    watch: Callable[[Row], None] | None = None,
) -> Report:
    """Play what is missing in a folder, have it graded, write the report. See `evaluate`; `watch` gets every new row."""
    total = header.samples * header.suite.tasks
    with RunFolder(folder, header) as run:
        open_keys = missing(header, run.done)
        tell = progress or (lambda done, total: None)
        tell(total - len(open_keys), total)
        lost: list[Key] = []

        def keep(row: Row, trace: bytes) -> None:
            run.add(row, trace)
            if watch is not None:
                watch(row)
            tell(len(run.rows), total)

        outcome = Outcome([], [])
        if open_keys:
            (folder / REPORT).unlink(missing_ok=True)  # it would speak of fewer episodes than there are to be
            share = Share(header, num_envs)
            crew = policies[: max(1, -(-len(open_keys) // num_envs))] if _alike(policies) else policies
            outcome = play_all(share, crew, tasks, open_keys, keep, lost.append)
        rows = [row for row in run.rows if row.sample < header.samples]
        _complain(folder, total - len(rows), total, outcome.problems or [_LOST][: len(lost)])
        grades = grade_rows(run.folder, rows, grader) if grader else None
        facts = grader.facts if grader else None
        report = report_of(header, rows, grades, facts, outcome.reports, outcome.problems)
        write_report(folder, report)
        return report


def _alike(policies: Sequence[Policy]) -> bool:
    """Whether the policies are one that several processes share, of which few episodes need but one."""
    return all(one is policies[0] for one in policies)


_LOST = "a server gave no answer to them"


def _complain(folder: Path, missing: int, total: int, problems: Sequence[str]) -> None:
    if missing:
        why = f": {problems[0][:300]}" if problems else ""
        raise BenchError(
            f"{missing} of {total} episodes are missing{why}; the others are in {folder}, and the same command plays "
            "what is missing"
        )
