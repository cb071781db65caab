"""RLlib's environment runner for groups: it plays whole groups to their end and returns every rollout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ray
import torch
from msgspec import Struct
from ray.rllib.core import COMPONENT_RL_MODULE, DEFAULT_MODULE_ID
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner
from ray.rllib.utils.metrics import SAMPLE_TIMER, WEIGHTS_SEQ_NO

from visgenenv.adapters.rllib.grpo.engine import Engines, StaleWeights
from visgenenv.adapters.rllib.grpo.episodes import as_episode
from visgenenv.adapters.rllib.grpo.nouns import Job
from visgenenv.adapters.rllib.grpo.playing import Stage
from visgenenv.adapters.rllib.grpo.weights import Weights, fingerprint


class GroupEnvRunner(SingleAgentEnvRunner):
    """Plays groups of rollouts in the lanes of a `VisGenVectorEnv`.

    RLlib's own `sample` resets all lanes at each call and returns at the n-th episode that ends, so long episodes are
    never seen. This one ends when every rollout of every group it was given has ended.
    """

    def __init__(self, *, config: Any, **kwargs: Any):
        if not config.num_gpus_per_env_runner:
            torch.set_num_threads(max(1, int(config.num_cpus_per_env_runner)))
        super().__init__(config=config, **kwargs)
        module = self.module
        self._stage = Stage(
            self.env.unwrapped.envs, module.processor, config.play, end=module.end, longest=module.longest,
            model=config.vlm.name, pictures=config.engine == "vllm",
        )  # fmt: skip

    def sample(self, jobs: Sequence[Job] = (), *, version: int = 0, engines: Sequence[Any] = (), **kwargs: Any) -> Any:
        """Play groups to their end.

        Args:
            jobs: The groups.
            version: Of the weights that turns are to be written with.
            engines: Handles of the actors that write turns; none: this runner's own module does.
            **kwargs: RLlib's own, not used.

        Returns:
            A `SingleAgentEpisode` for each rollout; its `custom_data["played"]` holds record, tokens and reward.

        Raises:
            StaleWeights: This runner, or every engine, holds other weights. Nothing has been counted.
        """
        if engines:
            generate: Any = Engines(engines, version, self.worker_index)
        else:
            if version != self._weights_seq_no:
                raise StaleWeights(f"runner {self.worker_index} holds {self._weights_seq_no}, wanted is {version}")
            generate = self._write
        with self.metrics.log_time(SAMPLE_TIMER):
            played = self._stage(jobs, generate)
        episodes = [as_episode(one) for one in played]
        self._done_episodes_for_metrics.extend(
            one for one, of in zip(episodes, played, strict=True) if of.reward is not None and of.record.steps
        )
        self._increase_sampled_metrics(sum(map(len, episodes)), len(episodes))
        return episodes

    def _write(self, requests: Any) -> Any:
        return self.module.forward_exploration({"requests": requests, "version": self._weights_seq_no})["replies"]

    def load(self, weights: Weights, version: int) -> str:
        """Take over weights; return the fingerprint of what is then held."""
        self.module.set_state(weights)
        self._weights_seq_no = version
        return self.fingerprint()

    def fingerprint(self) -> str:
        """Return the hash of the weights this runner holds."""
        return fingerprint(self.module.get_state(inference_only=True))

    def set_state(self, state: Any) -> None:
        """Take over a state; weights are always loaded, whatever their number."""
        weights = state.get(COMPONENT_RL_MODULE)
        super().set_state({name: value for name, value in state.items() if name != COMPONENT_RL_MODULE})
        if weights is not None:
            found = ray.get(weights) if isinstance(weights, ray.ObjectRef) else weights
            self.load(found.get(DEFAULT_MODULE_ID, found), state.get(WEIGHTS_SEQ_NO, 0))


class Share(Struct):
    """What a runner gives back for its share of the groups: all of its rollouts, or why there are none."""

    runner: int
    episodes: list[Any] = []
    metrics: Any = None
    problem: str = ""


def play_share(runner: GroupEnvRunner, jobs: Sequence[Job], version: int, engines: Sequence[Any], index: int) -> Share:
    """Play a share in a runner. An exception does not end the runner; it is told, and the groups are played elsewhere."""
    try:
        return Share(index, runner.sample(jobs, version=version, engines=engines), runner.get_metrics())
    except Exception as error:
        return Share(index, problem=f"runner {index}: {type(error).__name__}: {error}"[:1000])


def load_share(runner: GroupEnvRunner, weights: Sequence[Any], version: int) -> str:
    """Load weights in a runner; return the fingerprint of what it then holds. A list keeps the reference a reference."""
    return runner.load(ray.get(weights[0]), version)
