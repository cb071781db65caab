"""Settings of a run as TRL's own scripts take them: dataclasses, a YAML file, options of the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import torch
import yaml
from trl import GRPOConfig, ModelConfig, SFTConfig, TrlParser

from visgenenv.adapters.tiny import TinySize
from visgenenv.adapters.trl.advantages import RECIPES, load_recipe
from visgenenv.adapters.trl.view import View
from visgenenv.errors import VisGenError, did_you_mean
from visgenenv.rewards import PRESETS
from visgenenv.rewards.ltr import load_preset
from visgenenv.rewards.presets import DEFAULT

LORA_TARGETS = r".*language_model\.layers.*_proj"
"""Where LoRA goes by default: the projections of the text model."""


def _said(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass
class RunSettings:
    """What every run has, besides the settings of TRL's trainer. The names of the fields are the keys of a YAML file."""

    model: str = _said("tiny", "'tiny', a folder, or a name of the hub.")
    tiny_hidden: int = _said(64, "Width of a tiny model.")
    tiny_layers: int = _said(2, "Layers of a tiny model.")
    tiny_vocab: int = _said(1024, "Tokens of a tiny model's tokenizer.")
    tiny_std: float = _said(0.02, "Of a tiny model's random weights; 0.08 learns from scratch.")
    out: str = _said("run", "Folder to write to.")
    resume: bool = _said(False, "Go on from the latest checkpoint in the folder.")
    instructions: str = _said("full", "System prompt: full, short or none.")
    schemas: str = _said("full", "Tools in the prompt: full, compact or none.")
    images: str = _said("tool", "Where pictures stand: tool, user or none.")
    image_px: int = _said(256, "Longest side of a picture.")
    max_images: int = _said(16, "Pictures shown in one rollout.")
    result_chars: int | None = _said(None, "A longer tool result is cut to about so many characters.")
    heldout_suite: str = _said("dev", "Tasks that are measured and not trained on: a suite or a JSONL file.")
    heldout_limit: int = _said(8, "How many of them; 0: none.")
    lang: str | None = _said(None, "Only tasks in en or zh.")
    difficulty: str | None = _said(None, "Only easy, medium or hard tasks.")
    modality: str | None = _said(None, "Only image or video tasks.")
    faults: str = _said("realistic", "Weather: none, realistic, stress or randomized.")
    max_turns: int = _said(40, "Turns of an episode.")
    max_turn_tokens: int = _said(1024, "Tokens of a turn.")
    preset: str = _said(DEFAULT, f"How components are joined: {', '.join(PRESETS)}.")

    def view(self) -> View:
        """Return what a model is shown.

        Raises:
            ValueError: A choice is unknown.
        """
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value is not None and value not in choices:
                raise ValueError(f"{name}={value!r} is not one of {', '.join(choices)}{did_you_mean(value, choices)}")
        return View(
            instructions=self.instructions,  # type: ignore[arg-type]
            schemas=self.schemas,  # type: ignore[arg-type]
            images=self.images,  # type: ignore[arg-type]
            image_px=self.image_px,
            max_images=self.max_images,
            result_chars=self.result_chars,
        )

    def tiny(self) -> TinySize:
        """Return the size of a tiny model."""
        return TinySize(hidden=self.tiny_hidden, layers=self.tiny_layers, vocab_size=self.tiny_vocab, std=self.tiny_std)

    def choice(self) -> dict[str, Any]:
        """Return which tasks fit."""
        return {"lang": self.lang, "difficulty": self.difficulty, "modality": self.modality}


_CHOICES: dict[str, tuple[str, ...]] = {
    "instructions": ("full", "short", "none"),
    "schemas": ("full", "compact", "none"),
    "images": ("tool", "user", "none"),
    "lang": ("en", "zh"),
    "difficulty": ("easy", "medium", "hard"),
    "modality": ("image", "video"),
}


@dataclass
class GrpoSettings(RunSettings):
    """What a GRPO run has."""

    suite: str = _said("train", "Tasks to train on: a suite or a JSONL file.")
    limit: int = _said(256, "How many of them.")
    advantages: str = _said("unscaled", f"Recipe: {', '.join(RECIPES)}.")
    parts: bool = _said(False, "Reward the contributions of the components one by one instead of their total.")
    heldout_greedy: bool = _said(True, "Measure with the likeliest turns instead of sampled ones.")

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

    demos: str = _said("demos", "Folder of demonstrations (`visgenenv demos`), or a trace file.")
    limit: int | None = _said(None, "Only the first so many.")
    longest: int = _said(8192, "Conversations of more tokens are left out, never cut.")

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
