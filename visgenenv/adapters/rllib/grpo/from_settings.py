"""From settings to RLlib's configuration, and what is refused before any actor starts."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import ray
from transformers import ProcessorMixin

from visgenenv.adapters.lm.advantages import load_recipe
from visgenenv.adapters.lm.data import task_rows
from visgenenv.adapters.lm.models import load_processor
from visgenenv.adapters.rllib.grpo.config import GRPOConfig
from visgenenv.adapters.rllib.grpo.loss import Clip
from visgenenv.adapters.rllib.grpo.module import Lora, Model
from visgenenv.adapters.rllib.grpo.settings import RllibSettings
from visgenenv.errors import VisGenError


def grpo_config(settings: RllibSettings, rows: Sequence[dict[str, Any]] = ()) -> GRPOConfig:
    """Return RLlib's configuration for settings; change it as any other.

    Args:
        settings: As read from a file.
        rows: Tasks, from `task_rows`.
    """
    one = settings
    config: GRPOConfig = (
        GRPOConfig()
        .environment(env_config={"autoreset_mode": "Disabled", "faults": one.faults, "max_turns": one.max_turns})
        .training(
            rows=tuple(rows), vlm=_model(one), play=one.play(), group_size=one.group_size, groups=one.groups,
            minibatch=one.minibatch, epochs=one.epochs, micro_batch=one.micro_batch, lr=one.learning_rate,
            advantages=load_recipe(one.advantages), weight_decay=one.weight_decay, grad_clip=one.grad_clip or None,
            clip=Clip(low=one.clip_low, high=one.clip_high, beta=one.beta), check_weights=one.check_weights,
        )
        .env_runners(
            num_env_runners=one.runners, num_envs_per_env_runner=one.lanes, num_cpus_per_env_runner=one.cpus_per_runner,
            num_gpus_per_env_runner=one.gpus_per_runner,
        )
        .engines(
            engine=one.engine_kind, num_engines=one.engines, num_cpus_per_engine=one.cpus_per_engine,
            num_gpus_per_engine=one.gpus_per_engine, engine_options=one.engine_options,
        )
        .learners(
            num_learners=one.learners, num_gpus_per_learner=one.gpus_per_learner,
            num_cpus_per_learner=one.cpus_per_learner,
        )
        .debugging(seed=one.seed, log_level="ERROR")
    )  # fmt: skip
    return config


def _model(one: RllibSettings) -> Model:
    lora = None if one.lora_r is None else Lora(r=one.lora_r, alpha=one.lora_alpha, targets=one.lora_targets)
    return Model(
        name=one.model, size=one.tiny(), seed=one.seed, lora=lora, bf16=one.bf16, train_vision=one.train_vision,
        gradient_checkpointing=one.gradient_checkpointing, temperature=one.temperature, batch=one.lanes,
    )  # fmt: skip


def chosen_rows(settings: RllibSettings, suite: str, limit: int) -> list[dict[str, Any]]:
    """Return the rows of the tasks that fit.

    Raises:
        VisGenError: There is no such suite, or none of its tasks fits.
    """
    try:
        return task_rows(suite, settings.view(), limit=limit, **settings.choice())
    except ValueError as error:
        raise error if isinstance(error, VisGenError) else VisGenError(str(error)) from error


def check_model(settings: RllibSettings) -> None:
    """Refuse a model that is not there, and pictures for one that reads text only.

    Raises:
        VisGenError: In one line.
    """
    processor = load_processor(settings.model, size=settings.tiny())
    if settings.images != "none" and not isinstance(processor, ProcessorMixin):
        raise VisGenError(f"{settings.model} reads text only: add --images none")


def check_machine(settings: RllibSettings) -> None:
    """Refuse a vLLM that is not installed, and GPUs that this machine does not have: Ray would wait for them for ever.

    A cluster is not asked, since it may grow.

    Raises:
        VisGenError: In one line.
    """
    if settings.engine_kind == "vllm" and settings.address is None and find_spec("vllm") is None:
        raise VisGenError("engine_kind: vllm needs vLLM: pip install 'ray[rllib,llm]==2.60.*'")
    there = ray.cluster_resources().get("GPU", 0.0)
    if settings.address is None and settings.gpus > there:
        raise VisGenError(
            f"these settings ask for {settings.gpus:g} GPUs (gpus_per_runner, gpus_per_engine, gpus_per_learner), "
            f"and Ray finds {there:g} here"
        )
