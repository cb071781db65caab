"""What the supervised stages of the miniature learn from: demonstrations of the expert, exercises, and their mixture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import cycle, islice
from random import Random
from typing import Any

import orjson
from datasets import Dataset

from visgenenv.adapters.trl import trace_dataset
from visgenenv.demos.chat import read_chat
from visgenenv.experiments.miniature_exercises import exercises
from visgenenv.experiments.miniature_settings import Miniature, Sft
from visgenenv.policies import ExpertPolicy
from visgenenv.rollouts import rollout
from visgenenv.tools import load_toolbox
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task

Row = dict[str, Any]


class Examples:
    """The examples of one plan; demonstrations are the same for every seed, their order is not.

    Args:
        plan: How many demonstrations, of which tasks, seen through which view.
    """

    def __init__(self, plan: Miniature):
        self.plan = plan

    def dataset(self, stages: Sequence[Sft], seed: int) -> Dataset:
        """Return the examples of stages in the order they are learnt from, batch by batch of one kind.

        The steps of several stages are shuffled into one mixture. Demonstrations come in an order of the seed's, again
        and again in turn, and are held once.
        """
        kinds = [kind for stage in stages for kind in kinds_of(stage)]
        if len(stages) > 1:
            Random(seed).shuffle(kinds)
        batch = stages[0].batch
        shown = self._demos(seed) if "demos" in kinds else []
        general = self.exercises(seed, kinds.count("general") * batch)
        turns = {"demos": cycle(range(len(shown))), "general": iter(range(len(shown), len(shown) + len(general)))}
        return Dataset.from_list(shown + general).select([next(turns[kind]) for kind in kinds for _ in range(batch)])

    def _demos(self, seed: int) -> list[Row]:
        rows = list(trace_dataset(self._played, self.plan.view))
        Random(seed).shuffle(rows)
        return rows

    def exercises(self, seed: int, wanted: int) -> list[Row]:
        """Return so many exercises, in the words and tools of the training tasks."""
        tasks = self._tasks[:400]
        tools = sorted({name for task in tasks for name in task.tool_pool})
        words = sorted({word for task in tasks for word in task.query.split() if word.isalpha()})
        return list(islice(exercises(seed, tools, words), wanted))

    def texts(self) -> Iterator[str]:
        """Yield texts for a tokenizer to be trained on."""
        box = load_toolbox()
        for record in self._played[:200]:
            chat = read_chat(record, box)
            yield from chat.schemas
            yield from (message["content"] for message in chat.messages)
        for row in self.exercises(0, 400):
            yield from (message["content"] for message in orjson.loads(row["messages_json"]))

    @cached_property
    def _tasks(self) -> list[Task]:
        return self.plan.tasks("train", self.plan.demos)

    @cached_property
    def _played(self) -> list[Trajectory]:
        weights = self.plan.teacher
        expert = ExpertPolicy("optimal") if weights is None else ExpertPolicy("mixed", weights)
        return rollout(expert, self._tasks, faults="none", max_turns=self.plan.max_turns, progress=False)


def kinds_of(stage: Sft) -> list[str]:
    """Return what each step of a stage learns from, evenly spread.

    Example:
        >>> kinds_of(Sft(steps=5, batch=1, general=0.4))
        ['demos', 'demos', 'general', 'demos', 'general']
    """
    owed = [int((step + 1) * stage.general + 1e-9) - int(step * stage.general + 1e-9) for step in range(stage.steps)]
    return ["general" if one else "demos" for one in owed]
