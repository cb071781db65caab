"""Many environments in one process, at the cost of a bare loop: the vector entry point of `VisGen-v0`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array
from numpy.typing import NDArray

from visgenenv.env import VisGenEnv
from visgenenv.errors import TaskError
from visgenenv.tools import load_faults
from visgenenv.types import Conversation

_NUMBERS = (("turn", int), ("latency_s", float), ("cost_usd", float))

Step = tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]


class VisGenVectorEnv(VectorEnv[Any, Any, Any]):
    """`num_envs` lanes stepped in turn, equal step by step to Gymnasium's `SyncVectorEnv` of the same environments.

    Observations are a tuple of `str` ("text"), or a dict of batched arrays ("multimodal"). Besides Gymnasium's own,
    `reset(options={"tasks": [...]})` takes one task id or `Task` per lane. At a lane's end `infos["trajectory"][i]`
    carries the finished record (in SAME_STEP mode `infos["final_info"]["trajectory"][i]`).

    Args:
        num_envs: Lanes.
        autoreset_mode: When a finished lane begins anew: "NextStep" (default), "SameStep", "Disabled", or the enum.
        max_episode_steps: A further cap on turns, as `gym.make_vec` passes it.
        **kwargs: Those of `VisGenEnv`.

    Example:
        >>> envs = VisGenVectorEnv(num_envs=2, tasks="paper")
        >>> observations, infos = envs.reset(seed=7)
        >>> len(observations)
        2
    """

    def __init__(
        self,
        num_envs: int = 1,
        *,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
        **kwargs: Any,
    ):
        if max_episode_steps is not None:
            kwargs["max_turns"] = min(kwargs.get("max_turns", 40), max_episode_steps)
        self.num_envs = num_envs
        kwargs["faults"] = load_faults(kwargs.get("faults", "realistic"))  # read once, not once a lane
        self.envs = [VisGenEnv(**kwargs) for _ in range(num_envs)]
        first = self.envs[0]
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**first.metadata, "autoreset_mode": self.autoreset_mode}
        self.render_mode = first.render_mode
        self.single_action_space = first.action_space
        self.single_observation_space = first.observation_space
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._is_text = first.observation_mode == "text"
        self._observations: list[Any] = [None] * num_envs
        self._over = np.zeros(num_envs, np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start every lane (or those of `options["reset_mask"]`); lane i gets seed + i, or its own seed of a list."""
        options = dict(options or {})
        mask = options.pop("reset_mask", None)
        tasks = options.pop("tasks", None)
        if tasks is not None and len(tasks) != self.num_envs:
            raise TaskError(f"options['tasks'] has {len(tasks)} entries for {self.num_envs} lanes")
        seeds = self._seeds(seed)
        infos: dict[str, Any] = {}
        for i in self._lanes(mask):
            lane = {**options, "task": tasks[i]} if tasks is not None else options
            self._observations[i], info = self.envs[i].reset(seed=seeds[i], options=lane)
            self._over[i] = False
            infos = self._add_info(infos, info, i)
        return self._batch(), infos

    def step(self, actions: Iterable[str]) -> Step:
        """Step every lane; a lane that ended is reset as the autoreset mode says."""
        return self.step_lanes(list(actions))

    def step_lanes(self, actions: Sequence[str | None], mask: NDArray[np.bool_] | None = None) -> Step:
        """Step the lanes of `mask` (default all) and leave the others as they are, for callers with their own pace.

        Args:
            actions: One a lane; not looked at where the mask is False.
            mask: bool array of shape (num_envs,).
        """
        if len(actions) != self.num_envs:
            raise ValueError(f"{len(actions)} actions for {self.num_envs} lanes")
        n, mode = self.num_envs, self.autoreset_mode
        rewards, numbers = np.zeros(n), [[0] * n for _ in _NUMBERS]
        terminations, truncations = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        stepped = np.zeros(n, np.bool_)
        rare: list[tuple[int, dict[str, Any]]] = []
        over = self._over.tolist()
        for i in range(n) if mask is None else np.flatnonzero(mask).tolist():
            env = self.envs[i]
            if over[i] and mode is AutoresetMode.NEXT_STEP:
                self._observations[i], info = env.reset()
                self._over[i] = False
                rare.append((i, info))
                continue
            observation, reward, terminated, truncated, info = env.step(actions[i])  # type: ignore[arg-type]
            ended = terminated or truncated
            if ended:
                rewards[i], terminations[i], truncations[i] = reward, terminated, truncated
                self._over[i] = True
                if mode is AutoresetMode.SAME_STEP:
                    rare.append((i, {"final_obs": observation, "final_info": info}))
                    observation, info = env.reset()
                    self._over[i] = False
                    rare.append((i, info))
                    self._observations[i] = observation
                    continue
                rare.append((i, {key: info[key] for key in info if key not in ("turn", "latency_s", "cost_usd")}))
            self._observations[i] = observation
            stepped[i] = True
            numbers[0][i], numbers[1][i], numbers[2][i] = info["turn"], info["latency_s"], info["cost_usd"]
        return self._batch(), rewards, terminations, truncations, self._infos(numbers, stepped, rare)

    def _infos(
        self, numbers: list[list[Any]], stepped: NDArray[np.bool_], rare: list[tuple[int, dict[str, Any]]]
    ) -> dict[str, Any]:
        """Gather the infos in Gymnasium's form: an array a key, and a mask `_key` of the lanes that have it."""
        infos: dict[str, Any] = {}
        if stepped.any():
            for (key, kind), values in zip(_NUMBERS, numbers, strict=True):
                infos[key] = np.array(values, kind)
                infos[f"_{key}"] = stepped.copy()
        for i, info in rare:
            infos = self._add_info(infos, info, i)
        return infos

    def _batch(self) -> Any:
        if self._is_text:
            return tuple(self._observations)
        space = self.single_observation_space
        empty: Any = create_empty_array(space, self.num_envs)
        return concatenate(space, self._observations, empty)

    def _lanes(self, mask: Any) -> Sequence[int]:
        if mask is None:
            return range(self.num_envs)
        if not (isinstance(mask, np.ndarray) and mask.dtype == np.bool_ and mask.shape == (self.num_envs,)):
            raise ValueError(f"options['reset_mask'] must be a bool array of shape ({self.num_envs},)")
        lanes: list[int] = np.flatnonzero(mask).tolist()
        if not lanes:
            raise ValueError("options['reset_mask'] must be True for at least one lane")
        return lanes

    def _seeds(self, seed: int | Sequence[int | None] | None) -> Sequence[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, int):
            return [seed + i for i in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"{len(seed)} seeds for {self.num_envs} lanes")
        return list(seed)

    @property
    def conversations(self) -> list[Conversation]:
        """What each lane's policy reads now."""
        return [env.conversation for env in self.envs]

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """Return an attribute of every lane's environment."""
        return tuple(getattr(env, name) for env in self.envs)

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Call a method of (or read an attribute from) every lane's environment."""
        found = (getattr(env, name) for env in self.envs)
        return tuple(one(*args, **kwargs) if callable(one) else one for one in found)

    def render(self) -> tuple[Any, ...]:
        """Render every lane."""
        return tuple(env.render() for env in self.envs)
