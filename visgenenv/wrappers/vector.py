"""`LtrReward` for vector environments (Gymnasium keeps vector wrappers apart, under the same names)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv, VectorWrapper

from visgenenv.rewards.judges import Judge
from visgenenv.rewards.ltr import Component, OnFailure, score_all
from visgenenv.rewards.presets import DEFAULT, Preset, load_preset
from visgenenv.trajectory import Trajectory

__all__ = ["LtrReward"]


class LtrReward(VectorWrapper):
    """Pay the trajectory-level reward to every lane that ends; `infos["ltr"][i]` is its `RewardRecord`.

    Args:
        env: A vector environment whose infos carry finished records, such as `gym.make_vec("VisGen-v0", 96)`.
        preset: Name in `visgenenv.rewards.PRESETS`, or a `Preset`.
        components: Name -> `(trajectory) -> Score`; default the shipped ones.
        weights: On top of the preset's.
        judge: Who judges plan and execution; default the rules. Lanes that end in one step are judged at once.
        on_failure: What happens if the judge gives no verdict (`visgenenv.rewards.score_all`).
    """

    def __init__(
        self,
        env: VectorEnv[Any, Any, Any],
        preset: str | Preset = DEFAULT,
        *,
        components: Mapping[str, Component] | None = None,
        weights: Mapping[str, float] | None = None,
        judge: Judge | None = None,
        on_failure: OnFailure = "fallback",
    ):
        super().__init__(env)
        load_preset(preset)
        self.preset = preset
        self.components = components
        self.weights = weights
        self.judge = judge
        self.on_failure: OnFailure = on_failure

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Step, and score the records of the lanes that ended."""
        observations, rewards, terminations, truncations, infos = self.env.step(actions)
        return observations, self.scored(rewards, infos), terminations, truncations, infos

    def step_lanes(self, actions: Any, mask: Any = None) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Step some lanes (see `VisGenVectorEnv.step_lanes`), and score the records of those that ended."""
        observations, rewards, terminations, truncations, infos = self.env.step_lanes(actions, mask)  # type: ignore[attr-defined]
        return observations, self.scored(rewards, infos), terminations, truncations, infos

    def scored(self, rewards: Any, infos: dict[str, Any]) -> Any:
        """Return the rewards of one step with every finished lane scored; enter the records into `infos`."""
        rewards = np.zeros_like(rewards)
        ended = list(_finished(infos))
        records = score_all(
            [trajectory for _, trajectory in ended],
            self.preset,
            components=self.components,
            weights=self.weights,
            judge=self.judge,
            on_failure=self.on_failure,
        )
        for (lane, _), ltr in zip(ended, records, strict=True):
            rewards[lane] = ltr.reward
            self._add_info(infos, {"ltr": ltr}, lane)
        return rewards


def _finished(infos: dict[str, Any]) -> Iterator[tuple[int, Trajectory]]:
    """Yield lane and record of what ended in this step, in any autoreset mode."""
    source = infos.get("final_info", infos)
    records = source.get("trajectory")
    if records is not None:
        for lane in np.flatnonzero(source["_trajectory"]).tolist():
            yield lane, records[lane]
