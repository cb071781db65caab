"""The configuration of GRPO in RLlib's form: `GRPOConfig().training(...).env_runners(...).build_algo()`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.util import log_once

from visgenenv.adapters.lm.advantages import Advantages, load_recipe
from visgenenv.adapters.rllib.grpo.engine_group import KINDS
from visgenenv.adapters.rllib.grpo.episodes import TokenBatch
from visgenenv.adapters.rllib.grpo.learner import GRPOLearner
from visgenenv.adapters.rllib.grpo.loss import Clip
from visgenenv.adapters.rllib.grpo.module import Model, VLMModule
from visgenenv.adapters.rllib.grpo.nouns import Play
from visgenenv.adapters.rllib.grpo.runner import GroupEnvRunner
from visgenenv.adapters.rllib.module import notices_read
from visgenenv.parsing import MAX_CHARS
from visgenenv.spaces import Unicode

ENV = "visgenenv:VisGen-v0"


class GRPOConfig(AlgorithmConfig):
    """Settings of `GRPO`. What RLlib has, it has under RLlib's names; `training` takes what is ours.

    Example:
        >>> from visgenenv.adapters.rllib.grpo import GRPOConfig
        >>> config = GRPOConfig().training(group_size=4, groups=2).env_runners(num_env_runners=2)
        >>> config.group_size * config.groups
        8
    """

    def __init__(self, algo_class: Any = None):
        from visgenenv.adapters.rllib.grpo.algorithm import GRPO

        super().__init__(algo_class=algo_class or GRPO)
        notices_read()
        log_once("GRPO_on_new_api_stack")
        self.rows: Sequence[dict[str, Any]] = ()
        self.group_size = 4
        self.groups = 4
        self.minibatch: int | None = None
        self.epochs = 1
        self.micro_batch = 4
        self.advantages: Advantages = load_recipe("unscaled")
        self.clip = Clip()
        self.weight_decay = 0.0
        self.play = Play()
        self.vlm = Model()
        self.check_weights = True
        self.engine = "transformers"
        self.num_engines = 0
        self.num_cpus_per_engine: float = 1
        self.num_gpus_per_engine: float = 0
        self.engine_options: dict[str, Any] = {}
        self.max_rounds = 5
        self.lr = 1e-6
        self.grad_clip = 1.0
        self.env = ENV
        self.env_config = {"autoreset_mode": "Disabled"}
        self.env_runner_cls = GroupEnvRunner
        self.gym_env_vectorize_mode = "vector_entry_point"
        self.num_env_runners = 1
        self.num_envs_per_env_runner = 8
        self.batch_mode = "complete_episodes"
        self.episodes_to_numpy = False
        self.sample_timeout_s = None
        self.create_local_env_runner = False
        self.delay_between_env_runner_restarts_s = 0
        self.restart_failed_env_runners = True
        self.add_default_connectors_to_env_to_module_pipeline = False
        self.add_default_connectors_to_module_to_env_pipeline = False
        self.add_default_connectors_to_learner_pipeline = False
        self._learner_connector = _token_batch
        self._dont_auto_sync_env_runner_states = True

    def training(
        self,
        *,
        rows: Sequence[dict[str, Any]] | None = None,
        vlm: Model | None = None,
        play: Play | None = None,
        group_size: int | None = None,
        groups: int | None = None,
        minibatch: int | None = None,
        epochs: int | None = None,
        micro_batch: int | None = None,
        advantages: str | Advantages | None = None,
        clip: Clip | None = None,
        weight_decay: float | None = None,
        check_weights: bool | None = None,
        **kwargs: Any,
    ) -> GRPOConfig:
        """Set what is trained and how.

        Args:
            rows: Tasks, from `task_rows`.
            vlm: Which model, and how it is held.
            play: What the model is shown, how long it may go on, and how it is paid.
            group_size: Rollouts of one task in one world.
            groups: Tasks of an iteration.
            minibatch: Rollouts of an optimiser step; default: all of the iteration.
            epochs: How often each rollout is learnt from.
            micro_batch: Rollouts that go through a learner's model together.
            advantages: A recipe, by name or as `Advantages`.
            clip: Limits of the loss.
            weight_decay: Of AdamW.
            check_weights: Compare hashes on all actors after every push.
            **kwargs: RLlib's own: lr, grad_clip, ...
        """
        super().training(**kwargs)
        given = {
            "rows": rows, "play": play, "group_size": group_size, "groups": groups, "minibatch": minibatch,
            "epochs": epochs, "micro_batch": micro_batch, "clip": clip, "weight_decay": weight_decay,
            "check_weights": check_weights, "vlm": vlm,
            "advantages": None if advantages is None else load_recipe(advantages),
        }  # fmt: skip
        for name, value in given.items():
            if value is not None:
                setattr(self, name, value)
        return self

    def engines(
        self,
        *,
        engine: str | None = None,
        num_engines: int | None = None,
        num_cpus_per_engine: float | None = None,
        num_gpus_per_engine: float | None = None,
        engine_options: dict[str, Any] | None = None,
    ) -> GRPOConfig:
        """Let actors of their own write the turns (0 engines: the runners do).

        Args:
            engine: "transformers" or "vllm".
            num_engines: How many.
            num_cpus_per_engine: Of Ray's.
            num_gpus_per_engine: Of Ray's.
            engine_options: Keywords of the engine's class; for vLLM those of `AsyncEngineArgs`.
        """
        given = {
            "engine": engine, "num_engines": num_engines, "num_cpus_per_engine": num_cpus_per_engine,
            "num_gpus_per_engine": num_gpus_per_engine, "engine_options": engine_options,
        }  # fmt: skip
        for name, value in given.items():
            if value is not None:
                setattr(self, name, value)
        return self

    def get_default_learner_class(self) -> Any:
        """Return our learner."""
        return GRPOLearner

    def get_default_rl_module_spec(self) -> RLModuleSpec:
        """Return our module, without weights in the runners if there are engines."""
        from msgspec.structs import replace

        held = replace(self.vlm, remote=self.num_engines > 0)
        text = Unicode(MAX_CHARS)
        return RLModuleSpec(
            module_class=VLMModule, observation_space=text, action_space=text, model_config={"model": held}
        )

    def validate(self) -> None:
        """Refuse what would only fail later.

        Raises:
            ValueError: Naming what is wrong.
        """
        super().validate()
        self.play.check()
        if self.engine not in KINDS:
            self._value_error(f"engine={self.engine!r} is not one of {', '.join(KINDS)}")
        if self.num_env_runners < 1 and not self.in_evaluation:
            self._value_error("num_env_runners is at least 1: rollouts are played in actors")
        for name in ("group_size", "groups", "epochs", "micro_batch"):
            if getattr(self, name) < 1:
                self._value_error(f"{name}={getattr(self, name)} is not positive")
        if self.group_size < 2:
            self._value_error("group_size is at least 2: an advantage is the difference to the others of the group")
        if (self.minibatch or self.num_learners or 1) < max(1, self.num_learners):
            self._value_error(
                f"minibatch={self.minibatch} is less than one rollout for each of {self.num_learners} learners"
            )


def _token_batch(input_observation_space: Any, input_action_space: Any) -> TokenBatch:
    return TokenBatch(input_observation_space, input_action_space)
