"""Doing jobs in several processes and getting the outcomes in order, with no more in flight than needed."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import TypeVar

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")
AHEAD = 3
"""Jobs in flight per process."""

Pool = ProcessPoolExecutor | None


@contextmanager
def processes(workers: int) -> Iterator[Pool]:
    """Give a pool of fresh processes, or None if one is enough; whatever waits at the end is never begun."""
    if workers < 2:
        yield None
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def in_order(pool: Pool, work: Callable[[Job], Outcome], jobs: Iterable[Job], workers: int) -> Iterator[Outcome]:
    """Yield the outcome of every job in the order of the jobs.

    Args:
        pool: From `processes`.
        work: A function of a module, so that it can be sent.
        jobs: Taken only as far as they are needed.
        workers: Processes of the pool.
    """
    if pool is None:
        yield from map(work, jobs)
        return
    waiting = iter(jobs)
    flying: deque[Future[Outcome]] = deque(pool.submit(work, job) for job in islice(waiting, AHEAD * workers))
    while flying:
        outcome = flying.popleft().result()
        flying.extend(pool.submit(work, job) for job in islice(waiting, 1))
        yield outcome


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
