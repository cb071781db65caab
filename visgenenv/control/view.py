"""`ControlView`: an episode as numbers, for learners that know no language."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from visgenenv.control.commission import Readings
from visgenenv.control.features import Encoder
from visgenenv.control.layout import Layout, layout_of
from visgenenv.control.moves import text_of
from visgenenv.control.reading import begin_episode
from visgenenv.control.shaping import progress
from visgenenv.control.standing import Standing
from visgenenv.episode import Episode

Observation = dict[str, NDArray[Any]]


class Lane:
    """One episode seen as numbers, written into rows of arrays.

    Args:
        layout: Of the spaces.
        vector: float32 of shape (len(layout.columns),), written to.
        mask: int8 of shape (layout.mask_size,), written to.
        readings: Requests already read, shared by all lanes of one toolbox.
    """

    def __init__(self, layout: Layout, vector: NDArray[np.float32], mask: NDArray[np.int8], readings: Readings):
        self.layout, self.readings = layout, readings
        self.encoder = Encoder(layout, vector, mask)
        self.potential = 0.0
        self.standing: Standing | None = None

    def begin(self, episode: Episode) -> None:
        """Read the request of an episode that has just begun."""
        self.potential = 0.0
        self.standing = begin_episode(episode, self.readings)
        self.encoder.begin(self.standing)

    def text(self, action: Any) -> str:
        """Return the turn that an action stands for.

        Raises:
            ValueError: A number is outside its component.
        """
        assert self.standing is not None
        return text_of(self.standing, action, self.layout)

    def follow(self, episode: Episode) -> None:
        """Take in the latest turn of the episode."""
        assert self.standing is not None
        step = episode.steps[-1]
        self.standing.take(step.action, step.told)
        self.encoder.update(self.standing)

    def gained(self, over: bool) -> float:
        """Return what the latest turn has added to the potential, which is nothing once the episode is over."""
        assert self.standing is not None
        before, self.potential = self.potential, 0.0 if over else progress(self.standing)
        return self.potential - before


def control_spaces(layout: Layout) -> tuple[spaces.Space[Any], spaces.Space[Any]]:
    """Return the action space and the observation space of a layout."""
    observation = spaces.Dict(
        {
            "observations": spaces.Box(0.0, 1.0, (len(layout.columns),), np.float32),
            "action_mask": spaces.Box(0, 1, (layout.mask_size,), np.int8),
        }
    )
    return spaces.MultiDiscrete(np.array(layout.nvec)), observation


class ControlView(gym.Wrapper[Observation, Any, Any, str]):
    """Numbers in, numbers out, the same episode underneath.

    - **Action**: `MultiDiscrete`, `layout.components` by name: the move (plan, answer, or one of the tools), then how:
      route of a plan, what prompts say, what is worked on, how many, shape, length, and five switches. Every action is
      written out as a whole assistant turn and played by the environment underneath.
    - **Observation**: `{"observations": float32 in [0, 1], "action_mask": int8}`. `layout.columns` names every number;
      the mask is the components' masks one after another (`layout.starts`). What is masked may be played all the
      same: it becomes a turn that is answered with an error.

    Everything is read from the conversation, nothing from the hidden truth.

    Args:
        env: A `VisGen-v0`, wrapped or not. `LtrReward` may stand underneath or on top; the reward is the same.
        shaping: For training: weight of a potential (`visgenenv.control.shaping`) that rewards progress along the plan
            at once and takes it back at the end, so that returns, and what is best, stay as they are.

    Example:
        >>> import gymnasium as gym, visgenenv
        >>> env = visgenenv.ControlView(visgenenv.LtrReward(gym.make("VisGen-v0", tasks="dev")))
        >>> observation, info = env.reset(seed=7)
        >>> observation["action_mask"].shape == (env.layout.mask_size,)
        True
    """

    def __init__(self, env: gym.Env[Any, str], *, shaping: float = 0.0):
        super().__init__(env)
        self.shaping = shaping
        self.layout = layout_of(tuple(env.unwrapped.toolbox))  # type: ignore[attr-defined]
        self.action_space, self.observation_space = control_spaces(self.layout)
        vector = np.zeros(len(self.layout.columns), np.float32)
        self.lane = Lane(self.layout, vector, np.zeros(self.layout.mask_size, np.int8), Readings())

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start an episode, as the environment underneath does."""
        _, info = self.env.reset(seed=seed, options=options)
        self.lane.begin(self._episode)
        return self._observe(), info

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Write the action out as a turn and play it.

        Raises:
            ValueError: The action is outside the action space.
        """
        _, reward, terminated, truncated, info = self.env.step(self.text_of(action))
        self.lane.follow(self._episode)
        if self.shaping:
            reward = float(reward) + self.shaping * self.lane.gained(terminated or truncated)
        return self._observe(), float(reward), terminated, truncated, info

    def text_of(self, action: Any) -> str:
        """Return the turn that an action would be now."""
        return self.lane.text(action)

    def action_masks(self) -> NDArray[np.bool_]:
        """Return the mask as Stable-Baselines3's MaskablePPO asks for it."""
        return self.lane.encoder.mask.astype(np.bool_)

    @property
    def _episode(self) -> Episode:
        episode: Episode = self.env.unwrapped.episode  # type: ignore[attr-defined]
        return episode

    def _observe(self) -> Observation:
        encoder = self.lane.encoder
        return {"observations": encoder.vector.copy(), "action_mask": encoder.mask.copy()}
