"""What every training run of a language model can be told, whoever trains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from visgenenv.adapters.lm.view import View
from visgenenv.adapters.tiny import TinySize
from visgenenv.errors import did_you_mean
from visgenenv.rewards import PRESETS
from visgenenv.rewards.presets import DEFAULT

LORA_TARGETS = r".*language_model\.layers.*_proj"
"""Where LoRA goes by default: the projections of the text model."""


def said(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass
class RunSettings:
    """What every run has, besides the settings of TRL's trainer. The names of the fields are the keys of a YAML file."""

    model: str = said("tiny", "'tiny', a folder, or a name of the hub.")
    tiny_hidden: int = said(64, "Width of a tiny model.")
    tiny_layers: int = said(2, "Layers of a tiny model.")
    tiny_vocab: int = said(1024, "Tokens of a tiny model's tokenizer.")
    tiny_std: float = said(0.02, "Of a tiny model's random weights; 0.08 learns from scratch.")
    out: str = said("run", "Folder to write to.")
    resume: bool = said(False, "Go on from the latest checkpoint in the folder.")
    instructions: str = said("full", "System prompt: full, short or none.")
    schemas: str = said("full", "Tools in the prompt: full, compact or none.")
    images: str = said("tool", "Where pictures stand: tool, user or none.")
    image_px: int = said(256, "Longest side of a picture.")
    max_images: int = said(16, "Pictures shown in one rollout.")
    result_chars: int | None = said(None, "A longer tool result is cut to about so many characters.")
    links: str = said("real", "Links as they are, or numbered for models too small to copy them: real or numbered.")
    heldout_suite: str = said("dev", "Tasks that are measured and not trained on: a suite or a JSONL file.")
    heldout_limit: int = said(8, "How many of them; 0: none.")
    lang: str | None = said(None, "Only tasks in en or zh.")
    difficulty: str | None = said(None, "Only easy, medium or hard tasks.")
    modality: str | None = said(None, "Only image or video tasks.")
    faults: str = said("realistic", "Weather: none, realistic, stress or randomized.")
    max_turns: int = said(40, "Turns of an episode.")
    max_turn_tokens: int = said(1024, "Tokens of a turn.")
    preset: str = said(DEFAULT, f"How components are joined: {', '.join(PRESETS)}.")

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
            links=self.links,  # type: ignore[arg-type]
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
    "links": ("real", "numbered"),
    "lang": ("en", "zh"),
    "difficulty": ("easy", "medium", "hard"),
    "modality": ("image", "video"),
}
