"""What the benchmark keeps of an episode: one row of numbers, from which every table is made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from visgenenv.bench.measures import measure
from visgenenv.rewards import met
from visgenenv.rewards.facts import delivered
from visgenenv.rewards.ltr import score
from visgenenv.trajectory import Trajectory
from visgenenv.types import Lang, Modality, Task

_LANGUAGE = re.compile(r"-(en|zh)$")


class Key(Struct, frozen=True, order=True):
    """Which episode: the place of its task in the suite, and which sample of it."""

    index: int
    sample: int


class Row(Struct, frozen=True):
    """One episode in numbers.

    Attributes:
        index: Place of the task in the suite.
        sample: Which sample of the task.
        task: Its id.
        request: What clusters the bootstrap: the English and the Chinese text of one request belong together.
        success: The paper's: something of the right modality, made in the episode, is delivered.
        met: Every objective constraint is met.
        value: In the dimension of its task, [0, 1]; None if it cannot be told.
        graded: The same where `value` only passes or fails.
        reward: LtrReward, preset `hardened`, judged by rules.
        plays: Episodes played for it: 1, or how many the best was chosen from. The counts below are of all of them.
        agent_errors: Calls that failed by the agent's own fault; `env_errors` are those that were not.
        format_faults: Departures from the format.
        seconds: Simulated.
        cost_usd: Simulated.
        ended: "answer", or the limit that ended it.
    """

    index: int
    sample: int
    task: str
    request: str
    lang: Lang
    type: str
    modality: Modality
    dimension: str
    difficulty: str
    success: bool
    met: bool
    value: float | None
    graded: float | None
    reward: float
    plays: int
    turns: int
    calls: int
    agent_errors: int
    env_errors: int
    format_faults: int
    seconds: float
    cost_usd: float
    ended: str

    @property
    def key(self) -> Key:
        return Key(self.index, self.sample)


def row_of(key: Key, plays: Sequence[Trajectory]) -> tuple[Row, Trajectory]:
    """Return the row of an episode, and the play it is about.

    Args:
        key: Which episode.
        plays: One record; or several of the same task, of which the one with the highest reward counts, the first of
            equal ones.
    """
    rewards = [score(play).reward for play in plays]
    best = max(range(len(plays)), key=lambda place: (rewards[place], -place))
    record, task = plays[best], plays[best].task
    found, counts = measure(record), _counts(plays)
    row = Row(
        index=key.index,
        sample=key.sample,
        task=task.id,
        request=request_of(task),
        lang=task.lang,
        type=task.type,
        modality=task.modality,
        dimension=task.dimension,
        difficulty=task.difficulty,
        success=bool(delivered(record)),
        met=met(record),
        value=found.value,
        graded=found.graded,
        reward=rewards[best],
        plays=len(plays),
        turns=counts["turns"],
        calls=counts["calls"],
        agent_errors=counts["AGENT"],
        env_errors=counts["ENV"],
        format_faults=counts["faults"],
        seconds=round(sum(play.latency_s for play in plays), 3),
        cost_usd=round(sum(play.cost_usd for play in plays), 6),
        ended="answer" if record.terminated else record.truncated_by,
    )
    return row, record


def request_of(task: Task) -> str:
    """Return what is the same in the languages of one request.

    >>> from visgenenv import load_suite
    >>> [request_of(task) for task in load_suite("dev")[:2]]
    ['dev/0', 'dev/0']
    """
    return _LANGUAGE.sub("", task.id)


def _counts(plays: Sequence[Trajectory]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for play in plays:
        counts.update(turns=len(play.steps), faults=sum(len(step.action.faults) for step in play.steps))
        for step in play.steps:
            counts["calls"] += len(step.results)
            counts.update(result.error.fault for result in step.results if result.error is not None)
    return counts
