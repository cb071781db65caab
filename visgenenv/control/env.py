"""`VisGenControl-v0`: the control view with its reward, as an environment of its own."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
from numpy.typing import NDArray

from visgenenv.control.layout import Layout
from visgenenv.control.view import ControlView, Observation
from visgenenv.env import VisGenEnv
from visgenenv.episode import Episode
from visgenenv.rewards.presets import DEFAULT, Preset
from visgenenv.tools import Toolbox, Workspace
from visgenenv.trajectory import Trajectory
from visgenenv.types import Conversation
from visgenenv.wrappers import LtrReward

MAX_TURNS = 20
"""Turns of an episode, unless told otherwise: about twice what the longest task takes without a failure."""


class ControlEnv(gym.Env[Observation, Any]):
    """A `VisGenEnv`, its `LtrReward` and a `ControlView` in one: nothing is left to wrap.

    Args:
        reward: Preset of `LtrReward`; None pays the bare reward.
        shaping: Weight of a potential for training, see `ControlView`.
        max_turns: Turns after which an episode is truncated.
        **kwargs: Further keywords of `VisGenEnv`.

    Example:
        >>> import gymnasium as gym, visgenenv
        >>> env = gym.make("VisGenControl-v0", tasks="dev", reward="hardened")
        >>> observation, info = env.reset(seed=7)
        >>> observation["observations"].dtype.name, env.action_space.nvec[0]
        ('float32', np.int64(38))
    """

    metadata = VisGenEnv.metadata

    def __init__(
        self, reward: str | Preset | None = DEFAULT, *, shaping: float = 0.0, max_turns: int = MAX_TURNS, **kwargs: Any
    ):
        env = VisGenEnv(max_turns=max_turns, **kwargs)
        self.text_env = env
        self.view = ControlView(env if reward is None else LtrReward(env, reward), shaping=shaping)
        self.layout: Layout = self.view.layout
        self.action_space = self.view.action_space
        self.observation_space = self.view.observation_space
        self.render_mode = env.render_mode

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start an episode, as `VisGenEnv` does."""
        super().reset(seed=seed)
        return self.view.reset(seed=seed, options=options)

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Play one action; see `ControlView`."""
        return self.view.step(action)

    def render(self) -> Any:
        """Return what `VisGenEnv` would."""
        return self.text_env.render()

    def action_masks(self) -> NDArray[Any]:
        """Return the mask as Stable-Baselines3's MaskablePPO asks for it."""
        return self.view.action_masks()

    @property
    def episode(self) -> Episode:
        """The running (or finished) episode."""
        return self.text_env.episode

    @property
    def trajectory(self) -> Trajectory:
        """The record of the episode so far."""
        return self.text_env.trajectory

    @property
    def conversation(self) -> Conversation:
        """What a policy would read now."""
        return self.text_env.conversation

    @property
    def workspace(self) -> Workspace:
        """The state of the episode."""
        return self.text_env.workspace

    @property
    def toolbox(self) -> Toolbox:
        """All tools."""
        return self.text_env.toolbox
