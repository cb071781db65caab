"""Settings of a run: keys of a YAML file, and options of the command line on top of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from visgenenv.adapters.lm.advantages import RECIPES, load_recipe
from visgenenv.adapters.lm.settings import LORA_TARGETS, RunSettings, said
from visgenenv.adapters.rllib.grpo.nouns import Play
from visgenenv.errors import VisGenError, did_you_mean
from visgenenv.tools import load_faults


@dataclass
class RllibSettings(RunSettings):
    """What a GRPO run with RLlib can be told. The names of the fields are the keys of a YAML file."""

    iterations: int = said(100, "Iterations: groups are played, learnt from, and the weights given back.")
    seed: int = said(42, "Of worlds, sampling, order and new weights.")
    suite: str = said("train", "Tasks to train on: a suite or a JSONL file.")
    limit: int = said(256, "How many of them.")
    group_size: int = said(4, "Rollouts of one task in one world.")
    groups: int = said(4, "Tasks of an iteration.")
    minibatch: int | None = said(None, "Rollouts of an optimiser step; default: all of the iteration.")
    epochs: int = said(1, "How often each rollout is learnt from.")
    micro_batch: int = said(4, "Rollouts that go through a learner's model together.")
    advantages: str = said("unscaled", f"Recipe: {', '.join(RECIPES)}.")
    learning_rate: float = said(1e-6, "Of AdamW.")
    weight_decay: float = said(0.0, "Of AdamW.")
    grad_clip: float = said(1.0, "Longest gradient; 0: any.")
    clip_low: float = said(0.2, "A token counts down to 1 - this of its probability when sampled.")
    clip_high: float = said(0.2, "And up to 1 + this.")
    beta: float = said(0.0, "Weight of the KL divergence to the model at the start.")
    temperature: float = said(1.0, "Turns are drawn at.")
    max_tokens: int = said(8192, "Tokens of a rollout after the request: turns, results, pictures.")
    on_failure: Literal["mask", "fallback"] = said("mask", "A group without a judge's verdict: mask, fallback.")
    heldout_greedy: bool = said(True, "Measure with the likeliest turns instead of sampled ones.")
    heldout_every: int = said(0, "Iterations between measurements; 0: only before and after.")
    lora_r: int | None = said(None, "Rank of LoRA; default: all weights are trained.")
    lora_alpha: int = said(64, "Scale of LoRA.")
    lora_targets: str = said(LORA_TARGETS, "Layers of LoRA.")
    bf16: bool = said(False, "Compute in bfloat16, and play with weights in it.")
    gradient_checkpointing: bool = said(False, "Compute activations again instead of keeping them.")
    train_vision: bool = said(False, "Train the vision tower too.")
    runners: int = said(1, "Actors that play.")
    lanes: int = said(8, "Rollouts that a runner plays at the same time.")
    cpus_per_runner: float = said(1, "Cores.")
    gpus_per_runner: float = said(0, "Where runners write the turns themselves; a fraction shares a GPU.")
    engines: int = said(0, "Actors that write the turns for all runners; 0: runners do.")
    engine_kind: Literal["transformers", "vllm"] = said("transformers", "What engines are: transformers, vllm.")
    cpus_per_engine: float = said(1, "Cores.")
    gpus_per_engine: float = said(0, "GPUs.")
    engine_options: dict[str, Any] = field(default_factory=dict, metadata={"help": "Of vLLM's AsyncEngineArgs."})
    learners: int = said(0, "Actors that learn, data-parallel; 0: the driver does.")
    cpus_per_learner: float = said(1, "Cores.")
    gpus_per_learner: float = said(0, "GPUs.")
    check_weights: bool = said(True, "Compare hashes on all actors after every push.")
    address: str | None = said(None, "Of a Ray cluster, 'auto' on one of its nodes; default: this machine alone.")
    save_every: int = said(10, "Iterations between checkpoints.")
    keep: int = said(2, "Latest checkpoints that are kept.")
    tensorboard: bool = said(True, "Write events for TensorBoard.")

    def check(self) -> None:
        """Refuse what would only fail later.

        Raises:
            ValueError: Naming what is wrong.
        """
        self.play().check()
        self.tiny()
        load_recipe(self.advantages)
        load_faults(self.faults)
        if self.group_size < 2:
            raise ValueError("group_size is at least 2: an advantage is the difference to the others of the group")
        for name, value in ((name, getattr(self, name)) for name in (*_POSITIVE, *_NOT_NEGATIVE)):
            if value is not None and not (value > 0 if name in _POSITIVE else value >= 0):
                raise ValueError(f"{name}={value} is not {'positive' if name in _POSITIVE else '0 or more'}")
        if (self.minibatch or self.group_size * self.groups) < self.learners:
            raise ValueError(f"a step has fewer rollouts than there are learners ({self.learners})")
        if self.engine_kind == "vllm" and not self.engines:
            raise ValueError("engine_kind: vllm wants engines: 1 or more")

    def play(self) -> Play:
        """Return how episodes are played and paid.

        Raises:
            ValueError: A choice is unknown.
        """
        return Play(
            view=self.view(), max_turn_tokens=self.max_turn_tokens, max_tokens=self.max_tokens, preset=self.preset,
            on_failure=self.on_failure,
        )  # fmt: skip

    @property
    def cores(self) -> float:
        """What all actors together ask of Ray."""
        return (
            1 + self.runners * self.cpus_per_runner + self.engines * self.cpus_per_engine
            + self.learners * self.cpus_per_learner
        )  # fmt: skip

    @property
    def gpus(self) -> float:
        """What all actors together ask of Ray."""
        return (
            self.runners * self.gpus_per_runner + self.engines * self.gpus_per_engine
            + self.learners * self.gpus_per_learner
        )  # fmt: skip


_POSITIVE = (
    "iterations", "limit", "groups", "epochs", "micro_batch", "minibatch", "runners", "lanes", "save_every", "keep",
    "max_turns", "image_px", "temperature", "lora_r",
)  # fmt: skip
_NOT_NEGATIVE = (
    "engines", "learners", "heldout_limit", "heldout_every", "beta", "learning_rate", "weight_decay", "grad_clip",
    "clip_low", "clip_high", "max_images", "gpus_per_runner", "gpus_per_engine", "gpus_per_learner", "cpus_per_runner",
    "cpus_per_engine", "cpus_per_learner", "seed",
)  # fmt: skip


def read_settings(file: str | Path | None = None, given: Mapping[str, Any] | None = None) -> RllibSettings:
    """Read settings from a file, and what was given on the command line on top of it.

    Args:
        file: YAML with the names of `RllibSettings` as keys.
        given: Name -> value, as text or as it is.

    Raises:
        VisGenError: In one line, whatever is wrong with them.

    Example:
        >>> read_settings(given={"runners": "2"}).runners
        2
    """
    found = {**(_file(Path(file)) if file is not None else {}), **(given or {})}
    names = [one.name for one in fields(RllibSettings)]
    unknown = next((name for name in found if name not in names), None)
    if unknown is not None:
        where = f"{file}: " if file is not None and unknown not in (given or {}) else ""
        raise VisGenError(f"{where}unknown setting {unknown!r}{did_you_mean(str(unknown), names)}")
    try:
        settings = msgspec.convert(found, RllibSettings, strict=False)
        settings.check()
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        raise VisGenError(f"{place.rstrip('`')}: {text}" if place else text) from error
    except ValueError as error:
        raise error if isinstance(error, VisGenError) else VisGenError(" ".join(str(error).split())) from error
    return settings


def _file(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise VisGenError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise VisGenError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict):
        raise VisGenError(f"{path}: holds no settings; write `name: value` lines")
    return found


def described() -> list[tuple[str, str, str]]:
    """Return name, default and meaning of every setting, those of this engine first."""
    own = RllibSettings.__annotations__
    rows = [(one.name, str(_default(one)), str(one.metadata["help"])) for one in fields(RllibSettings)]
    return sorted(rows, key=lambda row: row[0] not in own)


def _default(one: Any) -> Any:
    value = getattr(RllibSettings, one.name, None)
    return "" if value is None else value
