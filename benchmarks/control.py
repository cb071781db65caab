"""How fast Ray RLlib samples the control view, beside an environment of the same spaces that does nothing.

    .venv-train/bin/python benchmarks/control.py [--steps 8192] [--repeats 5]

Both are sampled by RLlib's own EnvRunner in this process, 32 lanes, with the network that `visgenenv train ppo` trains, not
trained yet; nothing is learnt. Episodes of the null environment are as long as the control view's are. The third row is the
control view alone, playing random legal actions; the fourth drawing those. Processor time, interleaved, medians.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
from collections.abc import Callable

import gymnasium as gym
import numpy as np
import ray
import torch
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from visgenenv.adapters.control_runs import Chosen
from visgenenv.adapters.rllib import control_config
from visgenenv.control import ControlVectorEnv
from visgenenv.control.view import control_spaces

LANES, NULL = 32, "VisGenNullControl-v0"
TASKS = Chosen("train", 1_000)


class NullLanes(VectorEnv):
    """Zeros to look at, everything allowed, nothing paid, and an end after `length` steps."""

    def __init__(self, num_envs: int = 1, *, length: int = 20, max_episode_steps: int | None = None, **kwargs):
        layout = ControlVectorEnv(1, tasks="paper").layout
        self.single_action_space, self.single_observation_space = control_spaces(layout)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}
        self.num_envs, self.length, self.turn = num_envs, length, 0
        shapes = len(layout.columns), layout.mask_size
        self.vectors = np.zeros((num_envs, shapes[0]), np.float32)
        self.masks = np.ones((num_envs, shapes[1]), np.int8)

    def _observe(self):
        return {"observations": self.vectors.copy(), "action_mask": self.masks.copy()}

    def reset(self, *, seed=None, options=None):
        self.turn = 0
        return self._observe(), {}

    def step(self, actions):
        self.turn += 1
        over = np.full(self.num_envs, self.turn % (self.length + 1) == self.length)
        return self._observe(), np.zeros(self.num_envs), over, np.zeros(self.num_envs, np.bool_), {}


def runner(env: str | None, **env_config):
    """Return an EnvRunner as training makes it, for the control view or another environment."""
    config = control_config(TASKS, runners=0, lanes=LANES)
    if env is not None:
        config = config.environment(env, env_config=env_config)
    return config.build_algo().env_runner


def random_actions(masks: np.ndarray, envs: ControlVectorEnv, rng: np.random.Generator) -> np.ndarray:
    """Draw a random legal action for every lane."""
    layout, scores = envs.layout, rng.random(masks.shape) * masks
    return np.stack(
        [scores[:, a : a + n].argmax(1) for a, n in zip(layout.starts, layout.nvec, strict=True)], axis=1
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=8_192)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(1)
    logging.getLogger("ray").setLevel(logging.ERROR)
    ray.init(include_dashboard=False, log_to_driver=False, logging_level="ERROR", num_cpus=1)
    gym.register(NULL, vector_entry_point=NullLanes)
    real = runner(None)
    episodes = real.sample(num_timesteps=given.steps)
    whole = [len(episode) for episode in episodes if episode.is_done]
    length = round(statistics.fmean(whole))
    null = runner(NULL, length=length)
    envs = ControlVectorEnv(LANES, tasks=TASKS, shaping=0.5, records=False)
    rng = np.random.default_rng(0)
    masks = envs.reset(seed=0)[0]["action_mask"]

    def alone() -> None:
        nonlocal masks
        for _ in range(given.steps // LANES):
            masks = envs.step(random_actions(masks, envs, rng))[0]["action_mask"]

    def drawing() -> None:
        for _ in range(given.steps // LANES):
            random_actions(masks, envs, rng)

    rows: dict[str, Callable[[], object]] = {
        "RLlib, control view": lambda: real.sample(num_timesteps=given.steps),
        "RLlib, null environment": lambda: null.sample(num_timesteps=given.steps),
        "control view alone, random legal actions": alone,
        "drawing random legal actions": drawing,
    }
    seconds: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(given.repeats + 1):
        for name, run in rows.items():
            start = time.process_time()
            run()
            seconds[name].append((time.process_time() - start) / given.steps)
    print(
        f"{LANES} lanes, {given.steps:,} steps a repeat, {given.repeats} repeats; episodes of {length} turns on average"
    )
    print(f"{'':44}{'us':>8}{'per second':>13}")
    for name, values in seconds.items():
        cost = statistics.median(values[1:])
        print(f"{name:44}{cost * 1e6:8.1f}{1 / cost:13,.0f}")
    ratio = [a / b for a, b in zip(*(seconds[name][1:] for name in list(rows)[:2]), strict=True)]
    print(f"control view over null environment: {statistics.median(ratio):.2f} x")


if __name__ == "__main__":
    main()
