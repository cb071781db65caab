"""Playing the episodes of a run: which there are, their luck, and one worker's share of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct, structs

from visgenenv.bench.header import Header
from visgenenv.bench.rows import Key, Row, row_of
from visgenenv.luck import policy_seed
from visgenenv.policies import Policy
from visgenenv.rollouts import rollout
from visgenenv.trace import encode
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task

Finished = Callable[[Row, bytes], None]
Lost = Callable[[Key], None]


class Share(Struct, frozen=True):
    """What a worker plays and how: everything but the policy and the tasks."""

    header: Header
    num_envs: int


def missing(header: Header, done: Iterable[Key]) -> list[Key]:
    """Return the episodes that are still to be played: every task once, then every task again."""
    known = set(done)
    keys = (Key(index, sample) for sample in range(header.samples) for index in range(header.suite.tasks))
    return [key for key in keys if key not in known]


def seeds_of(header: Header, key: Key) -> list[int]:
    """Return the seeds of the plays of an episode: functions of the run's seed and of which episode it is.

    Whoever plays meets the same luck, so that two policies can be compared episode by episode.
    """
    base = [header.seed, key.sample, key.index]
    words = [base, *([*base, play] for play in range(1, header.best_of))]
    return [int(np.random.SeedSequence(one).generate_state(1, np.uint64)[0] >> np.uint64(2)) for one in words]


def play(
    share: Share, policy: Policy, tasks: Sequence[Task], keys: Sequence[Key], finished: Finished, lost: Lost
) -> None:
    """Play some episodes and report each as soon as it is over.

    An episode in which the policy's server gave no answer says nothing about the policy: it is reported as lost.

    Args:
        share: How.
        policy: Who plays. If it has a set `lost` of conversation seeds, those episodes are lost.
        tasks: The whole suite.
        keys: Which episodes.
        finished: Gets the row and the trace.
        lost: Gets the key.
    """
    header = share.header
    jobs = [(key, seed) for key in keys for seed in seeds_of(header, key)]
    kept: dict[Key, dict[int, Trajectory]] = {key: {} for key in keys}

    def keep(place: int, record: Trajectory) -> None:
        key = jobs[place][0]
        kept[key][place] = _signed(record, header, key)
        if len(kept[key]) < header.best_of:
            return
        plays = [record for _, record in sorted(kept.pop(key).items())]
        missed = getattr(policy, "lost", ())
        if any(policy_seed(one.seed) in missed for one in plays):
            lost(key)
            return
        row, best = row_of(key, plays)
        finished(row, encode(best))

    rollout(
        policy,
        [tasks[key.index] for key, _ in jobs],
        share.num_envs,
        faults=header.faults,
        progress=False,
        on_record=keep,
        seeds=[seed for _, seed in jobs],
    )


def _signed(record: Trajectory, header: Header, key: Key) -> Trajectory:
    """Note in the record who played it, and in which place of the benchmark."""
    who: dict[str, Any] = {"policy": header.policy, "bench": {"index": key.index, "sample": key.sample}}
    if header.settings:
        who["policy_settings"] = header.settings
    return structs.replace(record, settings={**record.settings, **who})
