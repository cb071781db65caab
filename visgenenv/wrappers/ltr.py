"""`LtrReward` for a single environment: replaces the bare reward, and says in `info["ltr"]` why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium as gym

from visgenenv.rewards.judges import Judge
from visgenenv.rewards.ltr import Component, OnFailure, score
from visgenenv.rewards.presets import DEFAULT, Preset, load_preset


class LtrReward(gym.Wrapper[Any, str, Any, str]):
    """Pay the paper's trajectory-level reward at the end of an episode, 0.0 before.

    Args:
        env: A `VisGen-v0`, wrapped or not.
        preset: Name in `visgenenv.rewards.PRESETS`, or a `Preset`.
        components: Name -> `(trajectory) -> Score`; default the shipped ones.
        weights: On top of the preset's.
        judge: Who judges plan and execution; default the rules.
        on_failure: What happens if the judge gives no verdict (`visgenenv.rewards.score_all`).

    At the end `info["ltr"]` is the `RewardRecord`.

    Example:
        >>> import gymnasium as gym, visgenenv
        >>> env = visgenenv.LtrReward(gym.make("VisGen-v0"), preset="hardened")
    """

    def __init__(
        self,
        env: gym.Env[Any, str],
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

    def step(self, action: str) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Step, and at the end score the record."""
        observation, _, terminated, truncated, info = self.env.step(action)
        reward = 0.0
        if terminated or truncated:
            record = info.get("trajectory") or self.env.unwrapped.trajectory  # type: ignore[attr-defined]
            ltr = score(
                record,
                self.preset,
                components=self.components,
                weights=self.weights,
                judge=self.judge,
                on_failure=self.on_failure,
            )
            reward = ltr.reward
            info["ltr"] = ltr
        return observation, reward, terminated, truncated, info
