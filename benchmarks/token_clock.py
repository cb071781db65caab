"""A language model's decoder as a clock: what a turn would take is counted in tokens, nobody sleeps.

An engine decodes up to `slots` turns at once. Each gets `per_turn` tokens a second as long as there are few, and an equal
share of `engine` tokens a second when there are many; reading a token of the prompt takes `1 / prefill` of writing one.
So all running turns advance alike, and the whole engine is one number: the tokens that each of them has been given since
the beginning. A turn of `n` tokens that begins at 500 ends at 500 + n, whatever comes and goes meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple


class Speed(NamedTuple):
    """What an engine can do. The defaults are round numbers to study with, measured nowhere."""

    engine: float = 10_000.0
    per_turn: float = 120.0
    slots: int = 256
    prefill: float = 10.0


class Turn(NamedTuple):
    """One turn of an episode: tokens to read before it, tokens to write, and seconds of the environment after it."""

    told: float
    written: float
    environment_s: float


class Cluster(NamedTuple):
    """Nodes, each with engines and with processes that hold the environments; `hop_s` is the way there and back."""

    nodes: int = 1
    engines: int = 1
    processes: int = 1
    hop_s: float = 0.001
    speed: Speed = Speed()


class Outcome(NamedTuple):
    """What a batch of episodes took, in seconds of the clock."""

    seconds: float
    """Until the last episode was over."""
    nine_tenths_s: float
    """Until nine tenths of them were."""
    decoding: float
    """Share of the time in which an engine was at work, mean over the engines."""
    environment: float
    """Share of the time in which an environment process was at work, mean over the processes."""
    waiting_ms: float
    """Mean wait of a finished turn for its environment process, the step itself not counted."""
    tokens_per_s: float
    """Written by all engines together."""


class Engine:
    """Turns that are being decoded at the same pace, and those that wait for a slot."""

    def __init__(self, speed: Speed):
        self.speed, self.given, self.now, self.version = speed, 0.0, 0.0, 0
        self.running: list[tuple[float, int]] = []
        self.waiting: deque[tuple[float, int]] = deque()
        self.busy_s = 0.0

    @property
    def pace(self) -> float:
        """Tokens a second for each running turn."""
        return min(self.speed.per_turn, self.speed.engine / max(1, len(self.running)))

    def advance(self, now: float) -> None:
        if self.running:
            self.given += (now - self.now) * self.pace
            self.busy_s += now - self.now
        self.now = now

    def add(self, now: float, work: float, episode: int) -> None:
        """Take in a turn of `work` tokens."""
        self.advance(now)
        if len(self.running) < self.speed.slots:
            heappush(self.running, (self.given + work, episode))
        else:
            self.waiting.append((work, episode))
        self.version += 1

    def next_end(self) -> float | None:
        """When the next turn is done, if none comes before."""
        return self.now + max(0.0, self.running[0][0] - self.given) / self.pace if self.running else None

    def pop(self, now: float) -> int:
        """Take out the turn that is done; the next in the queue gets its slot."""
        self.advance(now)
        _, episode = heappop(self.running)
        if self.waiting:
            work, waiting = self.waiting.popleft()
            heappush(self.running, (self.given + work, waiting))
        self.version += 1
        return episode


def together(lengths: Sequence[float], speed: Speed) -> float:
    """Return how long one batch of turns takes that all begin at once: the pace of `rollout`, which waits for the last.

    >>> together([100, 200], Speed(engine=100, per_turn=100))
    3.0
    """
    engine = Engine(speed)
    for episode, length in enumerate(lengths):
        engine.add(0.0, length, episode)
    while (end := engine.next_end()) is not None:
        engine.pop(end)
    return engine.now


def simulate(episodes: Sequence[Sequence[Turn]], cluster: Cluster) -> Outcome:
    """Let all episodes begin at once, each at its own pace, and return what the batch took.

    Episode i belongs to engine i mod (nodes x engines) for good, as its prompt is remembered there, and to one process of
    the same node. A process steps one episode at a time, in the order in which turns arrive.
    """
    engines = [Engine(cluster.speed) for _ in range(cluster.nodes * cluster.engines)]
    free_at = [0.0] * (cluster.nodes * cluster.processes)
    busy_s, waited_s, steps, written = 0.0, 0.0, 0, 0.0
    place = [0] * len(episodes)
    ends: list[float] = []
    events: list[tuple[float, int, int]] = []  # time, engine or -1 for "the environment is done", version or episode

    def decode(episode: int, now: float) -> None:
        index = episode % len(engines)
        turn = episodes[episode][place[episode]]
        engines[index].add(now, turn.written + turn.told / cluster.speed.prefill, episode)
        announce(index)

    def announce(index: int) -> None:
        end = engines[index].next_end()
        if end is not None:
            heappush(events, (end, index, engines[index].version))

    for episode in range(len(episodes)):
        heappush(events, (0.0, -1, episode))
    while events:
        now, index, what = heappop(events)
        if index < 0:
            decode(what, now)
            continue
        if what != engines[index].version:
            continue
        episode = engines[index].pop(now)
        announce(index)
        turn = episodes[episode][place[episode]]
        process = _process(episode, cluster)
        begin = max(now, free_at[process])
        free_at[process] = begin + turn.environment_s
        busy_s, waited_s, steps = busy_s + turn.environment_s, waited_s + begin - now, steps + 1
        written += turn.written
        place[episode] += 1
        if place[episode] == len(episodes[episode]):
            ends.append(free_at[process])
        else:
            heappush(events, (free_at[process] + cluster.hop_s, -1, episode))
    ends.sort()
    total, most = ends[-1], ends[int(0.9 * (len(ends) - 1))]
    return Outcome(
        total,
        most,
        sum(engine.busy_s for engine in engines) / (len(engines) * total),
        busy_s / (len(free_at) * total),
        1000 * waited_s / steps,
        written / total,
    )


def _process(episode: int, cluster: Cluster) -> int:
    """Return the process that holds an episode: one of those on the node of its engine."""
    engine = episode % (cluster.nodes * cluster.engines)
    turn = episode // (cluster.nodes * cluster.engines)
    return (
        engine // cluster.engines * cluster.processes
        + (turn * cluster.engines + engine % cluster.engines) % cluster.processes
    )
