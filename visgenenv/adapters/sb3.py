"""The control view for Stable-Baselines3: lanes as a `VecEnv`, and a trained model as a `Controller`.

Needs the extra `sb3`: `pip install 'visgenenv[sb3]'`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from visgenenv.adapters import require
from visgenenv.adapters.control_runs import Measure
from visgenenv.adapters.folder import reward_row
from visgenenv.control import ControlVectorEnv
from visgenenv.rewards import RewardRecord

require("sb3", "stable_baselines3", "sb3_contrib")

from sb3_contrib import MaskablePPO  # noqa: E402
from stable_baselines3.common.callbacks import BaseCallback  # noqa: E402
from stable_baselines3.common.vec_env import VecEnv  # noqa: E402


class ControlLanes(VecEnv):
    """A `ControlVectorEnv` as Stable-Baselines3 wants it, for `MaskablePPO` too.

    At a lane's end its `info` holds `ltr` (the `RewardRecord`, if there is one) and `trajectory`. A truncated episode
    counts as ended: its reward is paid, so nothing is left to estimate.

    Args:
        num_envs: Lanes.
        seed: Of the first episodes; lane i gets seed + i.
        **kwargs: Those of `ControlVectorEnv`.
    """

    def __init__(self, num_envs: int, seed: int = 0, **kwargs: Any):
        self.lanes = ControlVectorEnv(num_envs, autoreset_mode=AutoresetMode.SAME_STEP, **kwargs)
        self.layout = self.lanes.layout
        self._first: int | None = seed
        self._actions: NDArray[np.int64] = np.zeros((num_envs, len(self.layout.nvec)), np.int64)
        super().__init__(num_envs, self.lanes.single_observation_space, self.lanes.single_action_space)

    def reset(self) -> dict[str, NDArray[Any]]:
        """Start every lane; only the first time from the seed."""
        observations, _ = self.lanes.reset(seed=self._first)
        self._first = None
        return observations

    def step_async(self, actions: NDArray[np.int64]) -> None:
        """Take the actions of the next step."""
        self._actions = actions

    def step_wait(self) -> tuple[dict[str, NDArray[Any]], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Play them."""
        observations, rewards, terminations, truncations, told = self.lanes.step(self._actions)
        over = terminations | truncations
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for lane in np.flatnonzero(over).tolist():
            final = told["final_info"]
            ltr = told.get("ltr")
            infos[lane] = {
                "terminal_observation": told["final_obs"][lane],
                "trajectory": final["trajectory"][lane],
                "ltr": None if ltr is None else ltr[lane],
            }
        return observations, rewards.astype(np.float32), over, infos

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """Answer `action_masks`; there are no other methods to call on a lane."""
        if method_name != "action_masks":
            raise AttributeError(f"lanes have no method {method_name!r}")
        return list(self.lanes.action_masks())

    def has_attr(self, attr_name: str) -> bool:
        """Whether lanes have an attribute: only `action_masks`."""
        return attr_name == "action_masks"

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return an attribute of every lane's environment."""
        return [getattr(env, attr_name, None) for env in self.lanes.texts.envs]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refuse: lanes are configured when they are made."""
        raise AttributeError(f"{attr_name} of a lane cannot be set; make new lanes")

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """Answer no: lanes wear no wrapper."""
        return [False] * self.num_envs

    def close(self) -> None:
        """Release nothing."""


def masked_ppo(lanes: ControlLanes, seed: int = 0) -> Any:
    """Return a `MaskablePPO` with the settings that learn the control view; 32 lanes make updates of 1,024 steps.

    Args:
        lanes: It learns in them.
        seed: Of its weights and its choices.
    """
    return MaskablePPO(
        "MultiInputPolicy", lanes, seed=seed, learning_rate=5e-4, gamma=1.0, n_steps=32, batch_size=256, n_epochs=5,
        policy_kwargs={"net_arch": [128, 128]}, device="cpu",
    )  # fmt: skip


class Sb3Controller:
    """A `MaskablePPO` as a `Controller`, for `visgenenv.control.ControlPolicy`.

    Args:
        model: Trained in `ControlLanes`.
        deterministic: Takes the likeliest choice; else draws by the model's own generator.
    """

    def __init__(self, model: Any, deterministic: bool = True):
        self.model, self.deterministic = model, deterministic

    def choose(self, observations: NDArray[np.float32], masks: NDArray[np.int8]) -> NDArray[np.int64]:
        """Return one action a row."""
        seen = {"observations": observations, "action_mask": masks}
        actions, _ = self.model.predict(seen, action_masks=masks.astype(np.bool_), deterministic=self.deterministic)
        return np.asarray(actions, np.int64)


class Log(BaseCallback):
    """Writes a run down as it goes: rows of metrics, and a measurement now and then; lowers the entropy bonus.

    Args:
        measure: Plays the held-out tasks; its folder takes the rows.
        total: Environment steps of the run, over which the bonus falls.
        entropy: Bonus at the beginning and at the end.
        row_every: Updates between rows.
        measure_every: Updates between measurements.
        tell: Called with step, "reward" or "held-out reward", and the value.
    """

    def __init__(
        self,
        measure: Measure,
        total: int,
        entropy: tuple[float, float] = (0.02, 0.002),
        row_every: int = 4,
        measure_every: int = 24,
        tell: Callable[[int, str, float], None] | None = None,
    ):
        super().__init__()
        self.measure, self.total, self.entropy = measure, total, entropy
        self.row_every, self.measure_every, self.tell = row_every, measure_every, tell or (lambda *told: None)
        self.records: list[RewardRecord] = []
        self.updates = 0

    def _on_training_start(self) -> None:
        self.hold_out()

    def _on_step(self) -> bool:
        self.records += [info["ltr"] for info in self.locals["infos"] if info.get("ltr") is not None]
        return True

    def _on_rollout_end(self) -> None:
        self.updates += 1
        done = min(1.0, self.num_timesteps / self.total)
        self.model.ent_coef = self.entropy[0] + (self.entropy[1] - self.entropy[0]) * done
        if self.updates % self.row_every == 0 and self.records:
            row = reward_row(self.records)
            self.measure.folder.add_row({"step": self.num_timesteps, **row})
            self.tell(self.num_timesteps, "reward", row["reward"])
            self.records = []
        if self.updates % self.measure_every == 0 and done < 1:
            self.hold_out()

    def _on_training_end(self) -> None:
        self.hold_out()

    def hold_out(self) -> None:
        """Measure the model as it is."""
        reward = self.measure(Sb3Controller(self.model), self.num_timesteps)
        self.tell(self.num_timesteps, "held-out reward", reward)
