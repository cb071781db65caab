"""Many control views in one process: the vector entry point of `VisGenControl-v0`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from visgenenv.control.commission import Readings
from visgenenv.control.env import MAX_TURNS
from visgenenv.control.layout import layout_of
from visgenenv.control.view import Lane, Observation, control_spaces
from visgenenv.rewards.presets import DEFAULT, Preset
from visgenenv.vector import VisGenVectorEnv
from visgenenv.wrappers.vector import LtrReward as VectorLtrReward

Step = tuple[Observation, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]


class ControlVectorEnv(VectorEnv[Observation, Any, Any]):
    """`num_envs` lanes of numbers, equal step by step to Gymnasium's `SyncVectorEnv` of the same control views.

    Observations are `{"observations": float32 (num_envs, columns), "action_mask": int8 (num_envs, mask_size)}`, fresh
    arrays every step. `reset(options=...)` and the infos are those of `VisGenVectorEnv`.

    Args:
        num_envs: Lanes.
        reward: Preset of `LtrReward`; None pays the bare reward.
        shaping: Weight of a potential for training, see `ControlView`.
        autoreset_mode: When a finished lane begins anew: "NextStep" (default), "SameStep", "Disabled", or the enum.
        max_episode_steps: A further cap on turns, as `gym.make_vec` passes it.
        max_turns: Turns after which an episode is truncated.
        records: False leaves trajectories and reward records out of the infos, for trainers that send infos between
            processes; a lane that ends tells its `components` instead, a dict of numbers.
        **kwargs: Further keywords of `VisGenEnv`.

    Example:
        >>> envs = ControlVectorEnv(num_envs=2, tasks="paper")
        >>> observations, infos = envs.reset(seed=7)
        >>> observations["observations"].shape[0], observations["action_mask"].dtype.name
        (2, 'int8')
    """

    def __init__(
        self,
        num_envs: int = 1,
        *,
        reward: str | Preset | None = DEFAULT,
        shaping: float = 0.0,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
        max_turns: int = MAX_TURNS,
        records: bool = True,
        **kwargs: Any,
    ):
        self.records = records
        self.texts = VisGenVectorEnv(
            num_envs, autoreset_mode=autoreset_mode, max_episode_steps=max_episode_steps, max_turns=max_turns, **kwargs
        )
        self.env = self.texts if reward is None else VectorLtrReward(self.texts, reward)
        self.num_envs, self.shaping = num_envs, shaping
        self.layout = layout_of(tuple(self.texts.envs[0].toolbox))
        self.autoreset_mode, self.metadata = self.texts.autoreset_mode, self.texts.metadata
        self.render_mode = self.texts.render_mode
        self.single_action_space, self.single_observation_space = control_spaces(self.layout)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.vectors = np.zeros((num_envs, len(self.layout.columns)), np.float32)
        self.masks = np.zeros((num_envs, self.layout.mask_size), np.int8)
        readings = Readings()
        self.lanes = [Lane(self.layout, self.vectors[i], self.masks[i], readings) for i in range(num_envs)]
        self._over = np.zeros(num_envs, np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start every lane, or those of `options["reset_mask"]`."""
        _, infos = self.env.reset(seed=seed, options=options)  # type: ignore[arg-type]
        mask = (options or {}).get("reset_mask")
        for i in range(self.num_envs) if mask is None else np.flatnonzero(mask).tolist():
            self._over[i] = False
            self.lanes[i].begin(self.texts.envs[i].episode)
        return self._observe(), infos

    def step(self, actions: Any) -> Step:
        """Step every lane; one that ended is reset as the autoreset mode says."""
        return self.step_lanes(actions)

    def step_lanes(self, actions: Any, mask: NDArray[np.bool_] | None = None) -> Step:
        """Step the lanes of `mask` (default all) and leave the others as they are.

        Args:
            actions: Integers of shape (num_envs, components); not looked at where the mask is False.
            mask: bool of shape (num_envs,).
        """
        rows = np.asarray(actions).tolist()
        stepped: list[int] = list(range(self.num_envs)) if mask is None else np.flatnonzero(mask).tolist()
        begun = set(np.flatnonzero(self._over).tolist()) if self.autoreset_mode is AutoresetMode.NEXT_STEP else set()
        played = [i for i in stepped if i not in begun]
        texts: list[str | None] = [None] * self.num_envs
        for i in played:
            texts[i] = self.lanes[i].text(rows[i])
        episodes = {i: self.texts.envs[i].episode for i in played}
        _, rewards, terminations, truncations, infos = self.env.step_lanes(texts, mask)
        over = terminations | truncations
        for i, episode in episodes.items():
            self.lanes[i].follow(episode)
            if self.shaping:
                rewards[i] += self.shaping * self.lanes[i].gained(bool(over[i]))
        self._over[stepped] = over[stepped]
        if self.autoreset_mode is AutoresetMode.SAME_STEP:
            self._begin_anew(np.flatnonzero(self._over).tolist(), infos)
        for i in begun.intersection(stepped):
            self.lanes[i].begin(self.texts.envs[i].episode)
        if not self.records:
            self._lighten(infos)
        return self._observe(), rewards, terminations, truncations, infos

    def _begin_anew(self, ended: list[int], infos: dict[str, Any]) -> None:
        """Keep the last observation of lanes that ended in this step, and read their new requests."""
        for i in ended:
            infos["final_obs"][i] = {"observations": self.vectors[i].copy(), "action_mask": self.masks[i].copy()}
            self.lanes[i].begin(self.texts.envs[i].episode)
            self._over[i] = False

    def _lighten(self, infos: dict[str, Any]) -> None:
        """Take the records out of the infos of a step; leave the components, reward and success."""
        for told in (infos, infos.get("final_info", {})):
            told.pop("trajectory", None)
            told.pop("_trajectory", None)
        ended = infos.pop("ltr", ())
        infos.pop("_ltr", None)
        for i, ltr in enumerate(ended):
            if ltr is not None:
                paid = {"reward": ltr.reward, "success": ltr.gates["V"]}
                self._add_info(infos, {"components": {**ltr.components, **paid}}, i)

    def action_masks(self) -> NDArray[np.bool_]:
        """Return the masks of all lanes, (num_envs, mask_size)."""
        return self.masks.astype(np.bool_)

    def _observe(self) -> Observation:
        return {"observations": self.vectors.copy(), "action_mask": self.masks.copy()}

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """Return an attribute of every lane's text environment."""
        return self.texts.get_attr(name)

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Call a method of (or read an attribute from) every lane's text environment."""
        return self.texts.call(name, *args, **kwargs)

    def render(self) -> tuple[Any, ...]:
        """Render every lane."""
        return self.texts.render()
