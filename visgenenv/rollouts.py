"""Many episodes of one policy at once, batched over the vector environment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from msgspec import structs
from numpy.typing import NDArray

from visgenenv.policies.base import Policy
from visgenenv.progress import bar
from visgenenv.rewards.facts import delivered
from visgenenv.rewards.ltr import Preset, load_preset, score
from visgenenv.tools import FaultModel
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task
from visgenenv.vector import VisGenVectorEnv

OnRecord = Callable[[int, Trajectory], None]


def rollout(
    policy: Policy,
    tasks: Sequence[Task],
    num_envs: int = 96,
    seed: int = 0,
    faults: str | FaultModel = "realistic",
    reward: str | Preset | None = None,
    *,
    progress: bool | str = True,
    on_record: OnRecord | None = None,
    seeds: Sequence[int] | None = None,
    **env: Any,
) -> list[Trajectory]:
    """Play every task once and return the records in the order of the tasks.

    Args:
        policy: Answers batches of conversations.
        tasks: What to play; episode i is seeded by `SeedSequence([seed, i])`, whatever `num_envs` is.
        num_envs: Episodes that run at the same time.
        seed: Of the whole rollout.
        faults: The weather.
        reward: Preset by which `trajectory.reward` is paid; None: the environment's bare reward.
        progress: Show a bar with reward, success and steps per second on the error stream; a text is its label.
        on_record: Called with index and record as soon as an episode ends (to write traces as they come).
        seeds: Of the episodes, one a task, in place of those that follow from `seed`.
        **env: Further keywords of `VisGenEnv`.

    Raises:
        ValueError: The policy returned another number of turns than there were conversations, or `seeds` are not as
            many as the tasks.

    Example:
        >>> from visgenenv import ExpertPolicy, load_suite
        >>> records = rollout(ExpertPolicy(), load_suite("paper"), num_envs=2, faults="none", progress=False)
        >>> [record.reward for record in records]
        [1.0, 1.0, 1.0]
    """
    if reward is not None:
        load_preset(reward)
    total = len(tasks)
    records: list[Trajectory | None] = [None] * total
    if total == 0:
        return []
    of_episode = [episode_seed(seed, index) for index in range(total)] if seeds is None else list(seeds)
    if len(of_episode) != total:
        raise ValueError(f"{len(of_episode)} seeds for {total} tasks")
    lanes = min(num_envs, total)
    envs = VisGenVectorEnv(lanes, autoreset_mode=AutoresetMode.DISABLED, tasks=[tasks[0]], faults=faults, **env)
    assigned: list[int | None] = [None] * lanes
    waiting = iter(range(total))
    so_far = _SoFar()
    with _bar(policy, total, progress) as tell:
        _assign(envs, assigned, range(lanes), waiting, tasks, of_episode)
        while any(index is not None for index in assigned):
            so_far.turns += sum(index is not None for index in assigned)
            ended = _play_turn(envs, policy, assigned)
            for lane, record, bare in ended:
                index = assigned[lane]
                assert index is not None
                paid = bare if reward is None else score(record, reward).reward
                records[index] = structs.replace(record, reward=paid)
                if on_record is not None:
                    on_record(index, records[index])  # type: ignore[arg-type]
                assigned[lane] = None
                so_far.add(record, paid)
            tell(so_far.episodes, reward=so_far.reward, success=so_far.success, steps=so_far.turns)
            _assign(envs, assigned, [lane for lane, _, _ in ended], waiting, tasks, of_episode)
    return [record for record in records if record is not None]


def episode_seed(seed: int, index: int) -> int:
    """Return the seed of episode `index` of a rollout."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1, np.uint64)[0] >> np.uint64(2))


def _play_turn(
    envs: VisGenVectorEnv, policy: Policy, assigned: Sequence[int | None]
) -> list[tuple[int, Trajectory, float]]:
    """Let the policy answer every running lane once; return the lanes that ended, with record and bare reward."""
    running = [lane for lane, index in enumerate(assigned) if index is not None]
    turns = policy.act([envs.envs[lane].conversation for lane in running])
    if len(turns) != len(running):
        raise ValueError(f"the policy returned {len(turns)} turns for {len(running)} conversations")
    actions: list[str | None] = [None] * envs.num_envs
    for lane, turn in zip(running, turns, strict=True):
        actions[lane] = turn
    _, rewards, terminations, truncations, infos = envs.step_lanes(actions, _mask(running, envs.num_envs))
    over = np.flatnonzero(terminations | truncations).tolist()
    return [(lane, infos["trajectory"][lane], float(rewards[lane])) for lane in over]


def _assign(
    envs: VisGenVectorEnv,
    assigned: list[int | None],
    lanes: Sequence[int],
    waiting: Any,
    tasks: Sequence[Task],
    of_episode: Sequence[int],
) -> None:
    """Give each free lane the next task, if there is one."""
    given: list[int | None] = [None] * envs.num_envs
    chosen: list[Task | None] = [None] * envs.num_envs
    taken = []
    for lane in lanes:
        index = next(waiting, None)
        if index is None:
            break
        assigned[lane], given[lane], chosen[lane] = index, of_episode[index], tasks[index]
        taken.append(lane)
    if taken:
        envs.reset(seed=given, options={"tasks": chosen, "reset_mask": _mask(taken, envs.num_envs)})


def _mask(lanes: Sequence[int], n: int) -> NDArray[np.bool_]:
    mask = np.zeros(n, np.bool_)
    mask[list(lanes)] = True
    return mask


class _SoFar:
    """What a bar tells: episodes that are over, with their mean reward and success, and turns taken."""

    def __init__(self) -> None:
        self.episodes = self.turns = 0
        self._paid = self._delivered = 0.0

    def add(self, record: Trajectory, paid: float) -> None:
        self.episodes += 1
        self._paid += paid
        self._delivered += bool(delivered(record))

    @property
    def reward(self) -> float | None:
        return self._paid / self.episodes if self.episodes else None

    @property
    def success(self) -> float | None:
        return self._delivered / self.episodes if self.episodes else None


def _bar(policy: Policy, total: int, shown: bool | str) -> AbstractContextManager[Callable[..., None]]:
    """Return a context that gives a function to call with how far the rollout is."""
    if not shown:
        return nullcontext(lambda *done, **facts: None)
    return bar(shown if isinstance(shown, str) else f"{type(policy).__name__} plays", total)
