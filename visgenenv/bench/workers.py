"""Dealing episodes out to processes, or to one model server a process; whoever is free takes the next."""

from __future__ import annotations

import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from msgspec import Struct

from visgenenv.bench.plays import Finished, Lost, Share, play
from visgenenv.bench.rows import Key
from visgenenv.errors import BenchError, EndpointError
from visgenenv.policies import Policy
from visgenenv.types import Task

ROUNDS = 4
"""A worker is dealt so many times as many episodes as it plays at once."""


class Outcome(Struct, frozen=True):
    """How the work went: what each policy counted, and why workers gave up."""

    reports: list[dict[str, Any]]
    problems: list[str]


def play_all(
    share: Share, policies: Sequence[Policy], tasks: Sequence[Task], keys: Sequence[Key], finished: Finished, lost: Lost
) -> Outcome:
    """Play all episodes, with a process for every policy, or in this one if there is but one.

    A worker whose server is gone gives its episodes back to the others; without others they stay missing. Any other
    exception of a policy ends the work.

    Raises:
        BenchError: A worker died.
    """
    if len(policies) == 1:
        return _alone(share, policies[0], tasks, keys, finished, lost)
    with _crew(share, policies, tasks) as crew:
        return _Dealer(crew, keys, share.num_envs).deal(finished, lost)


def _alone(
    share: Share, policy: Policy, tasks: Sequence[Task], keys: Sequence[Key], finished: Finished, lost: Lost
) -> Outcome:
    problems = []
    try:
        play(share, policy, tasks, keys, finished, lost)
    except EndpointError as error:
        problems.append(str(error))
    return Outcome(_report(policy), problems)


class _Dealer:
    """Hands out episodes and takes in what comes until nothing is left, or nobody."""

    def __init__(self, crew: dict[Connection, BaseProcess], keys: Sequence[Key], num_envs: int):
        self.crew = crew
        self.waiting = deque(keys)
        self.size = max(1, min(ROUNDS * num_envs, -(-len(keys) // (2 * len(crew)))))
        self.idle = list(crew)
        self.hands: dict[Connection, list[Key]] = {}
        """What the busy ones have not finished yet."""
        self.reports: dict[Connection, list[dict[str, Any]]] = {}
        self.problems: list[str] = []

    def deal(self, finished: Finished, lost: Lost) -> Outcome:
        self._hand_out()
        while self.hands:
            for ready in wait(list(self.hands)):
                assert isinstance(ready, Connection)
                said, what = _hear(ready, self.crew[ready])
                if said == "finished":
                    self.hands[ready].remove(what[0].key)
                    finished(*what)
                elif said == "lost":
                    self.hands[ready].remove(what)
                    lost(what)
                else:
                    self._end(ready, said, what)
        return Outcome([one for report in self.reports.values() for one in report], self.problems)

    def _end(self, worker: Connection, said: str, what: Any) -> None:
        """A worker is through with its hand, or gone; then the others take over what it leaves."""
        left = self.hands.pop(worker)
        if said == "idle":
            self.reports[worker] = what
            self.idle.append(worker)
        else:
            self.problems.append(what)
            self.waiting.extendleft(reversed(left))
        self._hand_out()

    def _hand_out(self) -> None:
        while self.idle and self.waiting:
            worker = self.idle.pop(0)
            self.hands[worker] = [self.waiting.popleft() for _ in range(min(self.size, len(self.waiting)))]
            worker.send(self.hands[worker])


def _hear(connection: Connection, process: BaseProcess) -> tuple[str, Any]:
    try:
        said, what = connection.recv()
    except (EOFError, ConnectionError) as error:
        process.join(5)
        raise BenchError(
            f"a worker died (exit code {process.exitcode}); run the same command again to go on"
        ) from error
    if said == "raised":
        name, trace = what
        failure = BenchError(f"the policy failed: {name}")
        failure.add_note(trace)
        raise failure
    return said, what


@contextmanager
def _crew(share: Share, policies: Sequence[Policy], tasks: Sequence[Task]) -> Iterator[dict[Connection, BaseProcess]]:
    """Start a process for every policy; end them all, whatever happens."""
    context = get_context("spawn")
    crew: dict[Connection, BaseProcess] = {}
    try:
        for policy in policies:
            here, there = context.Pipe()
            process: BaseProcess = context.Process(target=_work, args=(there, share, policy, tasks), daemon=True)
            process.start()
            there.close()
            crew[here] = process
        yield crew
    finally:
        for connection, started in crew.items():
            connection.close()
            started.terminate()
        for started in crew.values():
            started.join()


def _work(connection: Connection, share: Share, policy: Policy, tasks: Sequence[Task]) -> None:
    """Play what is dealt until nobody deals any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who deals is interrupted, and ends the others

    def tell(word: str, what: Any) -> None:
        try:
            connection.send((word, what))
        except OSError as error:
            raise _HungUp from error

    try:
        while True:
            _serve(_next(connection), tell, share, policy, tasks)
    except _HungUp:
        return


def _serve(
    keys: Sequence[Key], tell: Callable[[str, Any], None], share: Share, policy: Policy, tasks: Sequence[Task]
) -> None:
    """Play one hand and tell how it went; after a failure there is no next one."""
    try:
        play(share, policy, tasks, keys, lambda *pair: tell("finished", pair), lambda key: tell("lost", key))
    except EndpointError as error:
        tell("gone", str(error))
        raise _HungUp from error
    except _HungUp:
        raise
    except Exception as error:
        tell("raised", (f"{type(error).__name__}: {error}", traceback.format_exc()))
        raise _HungUp from error
    tell("idle", _report(policy))


def _next(connection: Connection) -> list[Key]:
    try:
        keys: list[Key] = connection.recv()
    except (EOFError, OSError) as error:
        raise _HungUp from error
    return keys


class _HungUp(Exception):
    """Nobody is at the other end any more, or shall be told anything."""


def _report(policy: Policy) -> list[dict[str, Any]]:
    report = getattr(policy, "report", None)
    return [report()] if callable(report) else []
