"""PPO on the control view: its configuration, and what is noted of every episode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from visgenenv.adapters.rllib.module import MaskedModule, notices_read
from visgenenv.rewards import COMPONENTS
from visgenenv.rewards.presets import DEFAULT
from visgenenv.types import Task

ENV = "visgenenv:VisGenControl-v0"
WINDOW = 100
"""Episodes over which RLlib's running means are taken."""


def note_episode(episode: Any, metrics_logger: Any, **kwargs: Any) -> None:
    """Note reward, success and components of an episode that ended in a runner; its return has the shaping in it too."""
    told = episode.get_infos(-1).get("components")
    for name, value in (told or {}).items():
        metrics_logger.log_value(name, value, window=WINDOW)


def control_config(
    tasks: Sequence[Task] | str = "train",
    *,
    reward: str = DEFAULT,
    faults: str = "realistic",
    shaping: float = 0.5,
    runners: int = 1,
    lanes: int = 32,
    hiddens: Sequence[int] = (128, 128),
    total_steps: int = 200_000,
    seed: int = 0,
) -> PPOConfig:
    """Return a configuration of RLlib's PPO that learns the control view; change it as any other.

    Args:
        tasks: Suite or tasks to train on.
        reward: Preset of `LtrReward`.
        faults: The weather.
        shaping: Weight of the potential, see `ControlView`.
        runners: Processes that play; 0: the driver plays.
        lanes: Episodes at the same time, in each.
        hiddens: Sizes of hidden layers.
        total_steps: Over which the entropy bonus falls.
        seed: Of everything.
    """
    env = {"tasks": tasks, "reward": reward, "faults": faults, "shaping": shaping, "records": False}
    batch = 1_024
    notices_read()
    return (
        PPOConfig()
        .environment(ENV, env_config=env)
        .env_runners(
            num_env_runners=runners, num_envs_per_env_runner=lanes, gym_env_vectorize_mode="vector_entry_point",
            rollout_fragment_length="auto", sample_timeout_s=None,
        )
        .callbacks(on_episode_end=note_episode)
        .rl_module(rl_module_spec=RLModuleSpec(module_class=MaskedModule, model_config={"hiddens": list(hiddens)}))
        .training(
            train_batch_size_per_learner=batch, minibatch_size=256, num_epochs=5, lr=5e-4, gamma=1.0, lambda_=0.95,
            clip_param=0.2, vf_loss_coeff=0.5, vf_clip_param=1e3, grad_clip=0.5, grad_clip_by="global_norm",
            use_kl_loss=False, entropy_coeff=[[0, 0.02], [total_steps, 0.002]],
        )
        .debugging(seed=seed, log_level="ERROR")
    )  # fmt: skip


def component_row(runners: dict[str, Any]) -> dict[str, Any]:
    """Return a metrics row's part about rewards from RLlib's results of the runners."""
    components = {name: runners.get(name) for name in COMPONENTS}
    return {"reward": runners.get("reward"), "success": runners.get("success"), "components": components}
