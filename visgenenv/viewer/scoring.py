"""Scores of many episodes, made by a pool of processes while the page is already open."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from threading import Lock

from visgenenv.errors import TraceError
from visgenenv.rewards import COMPONENTS, RewardRecord, combine, score
from visgenenv.rewards.presets import load_preset
from visgenenv.trajectory import Trajectory
from visgenenv.types import Score
from visgenenv.viewer.columns import Marks, marks_of
from visgenenv.viewer.store import Place, read_place

BATCH = 32


def score_safely(trajectory: Trajectory, preset: str) -> RewardRecord:
    """Score a record that may have been written by anybody: what cannot be scored is worth 0 and says why."""
    try:
        return score(trajectory, preset)
    except Exception as error:  # a component met a record that no environment makes
        reason = f"this record cannot be scored ({type(error).__name__}: {error})"[:300]
        nothing = dict.fromkeys(COMPONENTS, Score(None, reason))
        return combine(nothing, load_preset(preset), preset, {"G": 0.0, "V": 0.0})


def score_places(places: Sequence[Place], preset: str) -> list[Marks]:
    """Return the marks of the records at some places; a line that holds none says so in its status."""
    out: list[Marks] = []
    for place in places:
        try:
            out.append(marks_of(score_safely(read_place(place), preset)))
        except TraceError as error:
            out.append((None, False, str(error)[:200], ()))
    return out


def _step_back() -> None:
    """Leave the processor to whoever draws for somebody who is waiting, and interrupts to the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)


class Scorer:
    """Scores episodes in the background; `done` grows in the order in which batches are finished.

    Args:
        preset: By which is scored.
        workers: Processes.
    """

    def __init__(self, preset: str, workers: int = 1):
        self.preset, self.workers = preset, workers
        self.marks: dict[int, Marks] = {}
        self.done: list[int] = []
        self._lock = Lock()
        self._begun = 0
        self._run = 0
        self._pool: ProcessPoolExecutor | None = None

    def restart(self) -> None:
        """Forget everything: the files were replaced."""
        with self._lock:
            self._run += 1
            self._begun = 0
            self.marks, self.done = {}, []

    def extend(self, places: Sequence[Place]) -> None:
        """Begin to score what has not been begun."""
        for start in range(self._begun, len(places), BATCH):
            batch = range(start, min(start + BATCH, len(places)))
            with suppress(BrokenProcessPool, RuntimeError):
                job = self._open().submit(score_places, [places[index] for index in batch], self.preset)
                job.add_done_callback(partial(self._keep, self._run, batch))
        self._begun = len(places)

    def since(self, start: int) -> tuple[list[tuple[int, Marks]], int]:
        """Return what was scored after the first `start`, and how many are begun in all."""
        with self._lock:
            return [(index, self.marks[index]) for index in self.done[start:]], self._begun

    def snapshot(self, count: int) -> tuple[list[Marks | None], int]:
        """Return the marks of the first `count` episodes, None where there are none yet, and how many are done."""
        with self._lock:
            return [self.marks.get(index) for index in range(count)], len(self.done)

    def close(self) -> None:
        """End the pool; what waits is not begun."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _keep(self, run: int, indices: Sequence[int], job: Future[list[Marks]]) -> None:
        if job.cancelled():
            return
        failed = job.exception()
        lost: Marks = (None, False, f"not scored: {failed}"[:200], ())
        marks = job.result() if failed is None else [lost] * len(indices)
        with self._lock:
            if run == self._run:  # else the files were replaced meanwhile
                self.marks.update(zip(indices, marks, strict=True))
                self.done += indices

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, context, _step_back)
        return self._pool
