"""What a policy can do already: success by family of tasks, and the share of groups that teach nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from visgenenv.policies.base import Policy
from visgenenv.rewards.facts import delivered
from visgenenv.rollouts import rollout
from visgenenv.tasks.curriculum import family_of
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task

SUCCESSES: dict[str, Callable[[Trajectory], bool]] = {
    "met": lambda record: (record.reward or 0.0) >= 1.0,
    "delivered": lambda record: bool(delivered(record)),
}
"""What counts as success: every objective constraint met (the bare reward), or something of the right kind delivered
(VisionCreator's success rate)."""


class Family(Struct, frozen=True):
    """How the tasks of one family went; a task's attempts are a group, as in GRPO."""

    name: str
    tasks: int
    success: float
    """Share of the attempts that succeeded."""
    all_fail: float
    """Share of the groups in which every attempt failed."""
    all_pass: float
    """Share of the groups in which every attempt succeeded."""

    @property
    def mixed(self) -> float:
        """Share of the groups in which some succeeded and some failed: only these have an advantage to learn from."""
        return 1.0 - self.all_fail - self.all_pass


class Profile(Struct, frozen=True):
    """A policy's profile over a suite: all tasks together, and every family."""

    samples: int
    whole: Family
    families: tuple[Family, ...]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield what a program reads: the whole, then the families, a dict each."""
        for one in (self.whole, *self.families):
            yield {"family": one.name, "tasks": one.tasks, "samples": self.samples, "success": one.success,
                   "all_fail": one.all_fail, "all_pass": one.all_pass, "mixed": one.mixed}  # fmt: skip


def profile(
    policy: Policy,
    tasks: Sequence[Task],
    samples: int = 4,
    seed: int = 0,
    *,
    success: str = "met",
    key: Callable[[Task], str] = family_of,
    progress: bool | str = True,
    on_done: Callable[[int], None] | None = None,
    **options: Any,
) -> Profile:
    """Play every task `samples` times and say how often each family succeeds.

    Args:
        policy: Plays.
        tasks: What is played.
        samples: Attempts at each task, 2 or more to tell groups that are mixed.
        seed: Of the rollouts; attempt k at task i has the seed of episode `samples * i + k`.
        success: A name in `SUCCESSES`.
        key: Which family a task belongs to; `visgenenv.tasks.curriculum.family_of` by default.
        progress: Show a bar; a text is its label.
        on_done: Called with the number of finished attempts.
        **options: Further keywords of `rollout`: `num_envs`, `faults`, ….

    Raises:
        ValueError: No tasks, no samples, or an unknown kind of success.

    Example:
        >>> from visgenenv import ExpertPolicy, load_suite
        >>> found = profile(ExpertPolicy(), load_suite("paper"), samples=2, faults="none", progress=False)
        >>> found.whole.success, found.whole.all_pass, len(found.families)
        (1.0, 1.0, 3)
    """
    if not len(tasks) or samples < 1:
        raise ValueError(f"a profile needs tasks and samples, got {len(tasks)} and {samples}")
    if success not in SUCCESSES:
        raise ValueError(f"unknown success {success!r}; known: {', '.join(SUCCESSES)}")
    chosen = list(tasks)
    passed: list[list[bool]] = [[] for _ in chosen]
    done = 0

    def note(index: int, record: Trajectory) -> None:
        nonlocal done
        passed[index // samples].append(SUCCESSES[success](record))
        done += 1
        if on_done is not None:
            on_done(done)

    attempts = [task for task in chosen for _ in range(samples)]
    rollout(policy, attempts, seed=seed, progress=progress, on_record=note, **options)
    groups: dict[str, list[list[bool]]] = {}
    for task, group in zip(chosen, passed, strict=True):
        groups.setdefault(key(task), []).append(group)
    families = tuple(_family(name, groups[name]) for name in sorted(groups))
    return Profile(samples, _family("all", passed), families)


def _family(name: str, groups: Sequence[Sequence[bool]]) -> Family:
    n = len(groups)
    tried = sum(len(group) for group in groups)
    return Family(
        name, n, sum(map(sum, groups)) / tried, sum(not any(group) for group in groups) / n, sum(map(all, groups)) / n
    )
