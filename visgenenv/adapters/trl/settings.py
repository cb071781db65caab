"""Settings of a run as TRL's own scripts take them: dataclasses, a YAML file, options of the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import torch
import yaml
from trl import GRPOConfig, ModelConfig, SFTConfig, TrlParser

from visgenenv.adapters.lm.advantages import RECIPES, load_recipe
from visgenenv.adapters.lm.settings import RunSettings, said
from visgenenv.errors import VisGenError
from visgenenv.rewards.ltr import load_preset


@dataclass
class GrpoSettings(RunSettings):
    """What a GRPO run has."""

    suite: str = said("train", "Tasks to train on: a suite or a JSONL file.")
    limit: int = said(256, "How many of them.")
    advantages: str = said("unscaled", f"Recipe: {', '.join(RECIPES)}.")
    parts: bool = said(False, "Reward the contributions of the components one by one instead of their total.")
    heldout_greedy: bool = said(True, "Measure with the likeliest turns instead of sampled ones.")

    def check(self) -> None:
        """Refuse what would only fail later.

        Raises:
            ValueError: Naming what is wrong.
        """
        self.view()
        load_preset(self.preset)
        load_recipe(self.advantages)


@dataclass
class SftSettings(RunSettings):
    """What a supervised run has."""

    demos: str = said("demos", "Folder of demonstrations (`visgenenv demos`), or a trace file.")
    limit: int | None = said(None, "Only the first so many.")
    longest: int = said(8192, "Conversations of more tokens are left out, never cut.")

    def check(self) -> None:
        """Refuse what would only fail later.

        Raises:
            ValueError: Naming what is wrong.
        """
        self.view()


_EVERYWHERE: dict[str, Any] = {
    "logging_steps": 1,
    "report_to": "none",
    "save_steps": 50,
    "save_total_limit": 2,
    "max_steps": 100,
}
_GRPO: dict[str, Any] = {
    "max_completion_length": 8192,
    "num_generations": 4,
    "per_device_train_batch_size": 8,
    "per_device_eval_batch_size": 8,
    "num_generations_eval": 1,
}  # fmt: skip
_CPU: dict[str, Any] = {"bf16": False, "use_cpu": True, "dataloader_pin_memory": False}


def parse_grpo(arguments: Sequence[str]) -> tuple[GrpoSettings, GRPOConfig, ModelConfig]:
    """Read the settings of a GRPO run.

    Args:
        arguments: `--name value` of any field of `GrpoSettings`, `GRPOConfig` and `ModelConfig` (LoRA), and
            `--config FILE.yaml` with the same names as keys. The command line overrules the file.

    Raises:
        VisGenError: In one line, whatever is wrong with them.
    """
    found = _parse((GrpoSettings, GRPOConfig, ModelConfig), arguments, {**_EVERYWHERE, **_GRPO})
    return found[0], found[1], found[2]


def parse_sft(arguments: Sequence[str]) -> tuple[SftSettings, SFTConfig, ModelConfig]:
    """Read the settings of a supervised run; as `parse_grpo`, with `SftSettings` and `SFTConfig`.

    Raises:
        VisGenError: In one line, whatever is wrong with them.
    """
    found = _parse((SftSettings, SFTConfig, ModelConfig), arguments, {**_EVERYWHERE, "per_device_train_batch_size": 4})
    return found[0], found[1], found[2]


def _parse(kinds: tuple[type, ...], arguments: Sequence[str], defaults: Mapping[str, Any]) -> tuple[Any, ...]:
    if "--help-all" in arguments:
        _parser(kinds).print_help()
        raise SystemExit(0)
    try:
        parser = _parser(kinds)
        cpu = {} if torch.cuda.is_available() else {**_CPU, "gradient_checkpointing": False}
        parser.set_defaults_with_config(**{**defaults, **cpu})
        found = parser.parse_args_and_config(list(arguments))
        found[0].check()
    except VisGenError:
        raise
    except (ValueError, TypeError, ImportError, RuntimeError, OSError, yaml.YAMLError) as error:
        raise VisGenError(_line(error)) from error
    settings, config = found[0], found[1]
    config.output_dir = settings.out
    return tuple(found)


def _parser(kinds: tuple[type, ...]) -> TrlParser:
    parser = TrlParser(kinds)

    def refuse(message: str) -> NoReturn:
        raise ValueError(message)

    parser.error = refuse
    return parser


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, OSError) and error.filename:
        return f"{os.fspath(error.filename)}: {error.strerror}"
    return text.replace("Some specified arguments are not used by the HfArgumentParser:", "unknown options:")
