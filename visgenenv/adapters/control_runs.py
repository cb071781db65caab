"""What every run on the control view shares: which tasks, how a policy is measured, what is drawn at the end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, overload

from visgenenv.adapters.curves import curves_of, draw_curves
from visgenenv.adapters.folder import METRICS, Folder, reward_row
from visgenenv.control import ControlExpert, Controller, ControlPolicy, Layout
from visgenenv.control.env import MAX_TURNS
from visgenenv.rewards import score_all
from visgenenv.rewards.presets import DEFAULT, Preset
from visgenenv.rollouts import rollout
from visgenenv.tasks import load_suite
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task

TRAINING, HELDOUT = 4_000, 200
"""Tasks trained on (of the suite "train") and measured on (of "dev"), unless told otherwise."""
LEVELS = ("easy", "medium")


class Chosen(Sequence[Task]):
    """The first tasks of a suite that are of some levels of difficulty. Pickled and copied by name, not by content.

    Args:
        suite: Name of a suite.
        limit: How many.
        levels: Of difficulty.

    Example:
        >>> chosen = Chosen("dev", 20)
        >>> len(chosen), sorted({task.difficulty for task in chosen})
        (20, ['easy', 'medium'])
    """

    def __init__(self, suite: str, limit: int, levels: Sequence[str] = LEVELS):
        self.suite, self.limit, self.levels = suite, limit, tuple(levels)
        fitting = (task for task in load_suite(suite) if task.difficulty in self.levels)
        self._tasks = tuple(islice(fitting, limit))

    def __len__(self) -> int:
        return len(self._tasks)

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Task]: ...
    def __getitem__(self, index: int | slice) -> Task | Sequence[Task]:
        return self._tasks[index]

    def __reduce__(self) -> tuple[type[Chosen], tuple[str, int, tuple[str, ...]]]:
        return Chosen, (self.suite, self.limit, self.levels)

    def __deepcopy__(self, memo: dict[int, Any]) -> Chosen:
        return self


class Measure:
    """Plays held-out tasks with a controller, under the environment's own reward and without any shaping.

    Args:
        folder: Where rows and traces are written.
        layout: Of the view.
        tasks: Held out.
        preset: Of the reward.
        seed: Of every rollout, so that all measurements meet the same worlds.
        faults: The weather.
    """

    def __init__(
        self,
        folder: Folder,
        layout: Layout,
        tasks: Sequence[Task],
        *,
        preset: str | Preset = DEFAULT,
        seed: int = 0,
        faults: str = "realistic",
    ):
        self.folder, self.layout, self.tasks = folder, layout, tasks
        self.preset, self.seed, self.faults = preset, seed, faults

    def __call__(self, controller: Controller, step: int, name: str = "ppo") -> float:
        """Play the tasks, write a row with `heldout_reward` and a trace each, and return the mean reward."""
        records = self.play(controller)
        scored = score_all(records, self.preset)
        rewards = [one.reward for one in scored]
        self.folder.add_row({"step": step, **reward_row(scored, "heldout_")})
        self.folder.add_traces(records, rewards, step, policy=name, phase="heldout")
        return sum(rewards) / len(rewards)

    def expert(self) -> float:
        """Return the mean reward of the scripted controller on the same tasks, in the same worlds."""
        scored = score_all(self.play(ControlExpert(self.layout)), self.preset)
        return sum(one.reward for one in scored) / len(scored)

    def play(self, controller: Controller) -> list[Trajectory]:
        """Return the records."""
        policy = ControlPolicy(controller, self.layout)
        return rollout(policy, self.tasks, seed=self.seed, faults=self.faults, progress=False, max_turns=MAX_TURNS)


def draw_run(folder: Folder, title: str, expert: float | None = None) -> Path:
    """Draw `curve.png` from the run's metrics, the expert's reward as a line."""
    levels = {} if expert is None else {"scripted controller": expert}
    return draw_curves(curves_of(folder.path / METRICS), folder.path / "curve.png", title, levels)
