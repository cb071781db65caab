"""A Qwen3-VL of transformers as RLlib's module: it writes turns in a runner and gives log-probabilities in a learner."""

from __future__ import annotations

from typing import Any

import torch
from msgspec import Struct
from ray.rllib.core.rl_module.torch import TorchRLModule
from torch.utils.checkpoint import checkpoint
from transformers import AutoConfig, GenerationConfig, ProcessorMixin

from visgenenv.adapters.lm.models import load_model, load_processor
from visgenenv.adapters.lm.settings import LORA_TARGETS
from visgenenv.adapters.lm.turns import vision_ids
from visgenenv.adapters.rllib.grpo.sampling import Sampler, log_softmax
from visgenenv.adapters.rllib.grpo.weights import Weights, as_arrays, load
from visgenenv.adapters.tiny import TinySize

_ROWS = 2048
"""Tokens whose logits over the vocabulary are in memory at the same time."""


class Lora(Struct, frozen=True, kw_only=True):
    """Low-rank adapters: their rank, scale, and which layers get them (a pattern, or names)."""

    r: int = 32
    alpha: int = 64
    dropout: float = 0.0
    targets: str | list[str] = LORA_TARGETS


class Model(Struct, frozen=True, kw_only=True):
    """Which model, and how it is held. It is `model_config` of `VLMModule`.

    Args:
        name: "tiny" (random weights, built here), a folder, or a name of the hub.
        size: Of a tiny model.
        seed: Of a tiny model's weights, and of new adapters.
        lora: Train adapters instead of the weights.
        bf16: Runners and engines hold bfloat16. The learner holds what it trains in float32 and computes in bfloat16.
        gradient_checkpointing: Compute activations again instead of keeping them.
        train_vision: Train the vision tower too; otherwise it stays as it is.
        temperature: Turns are drawn at.
        batch: Rows that are generated together.
        remote: Turns are written by engines; runners hold no weights.
    """

    name: str = "tiny"
    size: TinySize = TinySize()
    seed: int = 0
    lora: Lora | None = None
    bf16: bool = False
    gradient_checkpointing: bool = False
    train_vision: bool = False
    temperature: float = 1.0
    batch: int = 64
    remote: bool = False

    def build(self, playing: bool) -> tuple[Any, Any]:
        """Return the model and its processor.

        Args:
            playing: For a runner or an engine, not for a learner.
        """
        half = self.bf16 and (playing or self.lora is not None)
        model, processor = load_model(
            self.name, size=self.size, seed=self.seed, dtype="bfloat16" if half else "float32"
        )
        model.to(torch.bfloat16 if half else torch.float32)
        if self.lora is not None:
            model = _adapted(model, self.lora, self.name, self.seed)
        elif not self.train_vision and hasattr(model.model, "visual"):
            model.model.visual.requires_grad_(False)
        return model, processor

    def limits(self, tokenizer: Any) -> tuple[list[int], int]:
        """Return the ids that end a turn, and how many positions the model has."""
        if self.name == "tiny":
            return [tokenizer.eos_token_id, tokenizer.pad_token_id], self.size.positions
        config = AutoConfig.from_pretrained(self.name)
        try:
            named = GenerationConfig.from_pretrained(self.name).eos_token_id
        except OSError:  # a folder without generation_config.json
            named = None
        found = tokenizer.eos_token_id if named is None else named
        positions = getattr(config, "text_config", config).max_position_embeddings
        return [found] if isinstance(found, int) else list(found), int(positions)


def lora_config(lora: Lora, name: str) -> Any:
    """Return peft's configuration of adapters to a model of this name."""
    from peft import LoraConfig

    return LoraConfig(
        base_model_name_or_path=name, r=lora.r, lora_alpha=lora.alpha, lora_dropout=lora.dropout,
        target_modules=lora.targets, task_type="CAUSAL_LM",
    )  # fmt: skip


def _adapted(model: Any, lora: Lora, name: str, seed: int) -> Any:
    from peft import get_peft_model

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return get_peft_model(model, lora_config(lora, name))


class VLMModule(TorchRLModule):
    """A vision-language policy over token ids. `model_config={"model": Model(...)}`.

    Exploration and inference take `{"requests": [Request, ...], "version": int}` and give `{"replies": [Reply, ...]}`.
    Training takes a padded batch (see `learner.collate`) and gives log-probabilities and entropies of the tokens that
    carry loss, in order, both of shape (tokens,).

    Its state is what is trained (all weights but the vision tower's, or the adapters); the rest is the same everywhere,
    since every process reads the same model.
    """

    def setup(self) -> None:
        """Load the model, or only its processor where engines write the turns."""
        settings: Model = self.model_config["model"]
        self.model: Any
        self.settings = settings
        if self.inference_only and settings.remote:
            self.model, self.processor = None, load_processor(settings.name, size=settings.size)
        else:
            self.model, self.processor = settings.build(playing=self.inference_only)
        self.tokenizer = self.processor.tokenizer if self.sees else self.processor
        self.end, self.longest = settings.limits(self.tokenizer)
        banned = vision_ids(self.tokenizer) if self.sees else []
        self.register_buffer("banned", torch.tensor(banned, dtype=torch.long), persistent=False)
        self._sampler: Sampler | None = None
        if self.model is not None:
            self._names = [name for name, one in self.named_parameters() if one.requires_grad]
            self._prepare()

    @property
    def sees(self) -> bool:
        """Whether the model reads pictures."""
        return isinstance(self.processor, ProcessorMixin)

    @property
    def inner(self) -> Any:
        """The model of transformers, inside of adapters."""
        return self.model.get_base_model() if self.settings.lora is not None else self.model

    def _prepare(self) -> None:
        if self.inference_only:
            self.model.requires_grad_(False)
            self.model.eval()
        elif self.settings.gradient_checkpointing:
            self.inner.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
            self.inner.config.use_cache = False

    def sampler(self) -> Sampler:
        """Return what writes turns with the model."""
        if self._sampler is None:
            self._sampler = Sampler(
                self.model, end=self.end, pad=self.tokenizer.pad_token_id,
                image=getattr(self.processor, "image_token_id", None), banned=self.banned.tolist(),
                temperature=self.settings.temperature, batch=self.settings.batch,
            )  # fmt: skip
        return self._sampler

    def _forward_inference(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"replies": self.sampler()(batch["requests"], batch.get("version", 0))}

    def _forward_exploration(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return self._forward_inference(batch)

    def _forward_train(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        inputs = {name: value for name, value in batch.items() if name != "loss_mask"}
        kind = inputs["input_ids"].device.type
        with torch.autocast(kind, torch.bfloat16, enabled=self.settings.bf16):
            hidden = self.inner.model(**inputs, use_cache=False).last_hidden_state
            chosen = batch["loss_mask"][:, 1:]
            states, ids = hidden[:, :-1][chosen], inputs["input_ids"][:, 1:][chosen]
            parts = [
                checkpoint(self._score, states[start : start + _ROWS], ids[start : start + _ROWS], use_reentrant=False)
                for start in range(0, max(1, len(ids)), _ROWS)
            ]
        logp, entropy = zip(*parts, strict=True)
        return {"logp": torch.cat(logp), "entropy": torch.cat(entropy)}

    def _score(self, states: Any, ids: Any) -> tuple[Any, Any]:
        """Return log-probability of the token that was written, and the entropy, at each place."""
        logp = log_softmax(self.inner.lm_head(states), self.settings.temperature, self.banned)
        with torch.no_grad():
            entropy = -(logp.exp() * logp.clamp(min=torch.finfo(logp.dtype).min)).sum(-1)
        return logp.gather(-1, ids.unsqueeze(-1)).squeeze(-1), entropy

    def get_state(
        self, components: Any = None, *, not_components: Any = None, inference_only: bool = False, **kwargs: Any
    ) -> Weights:
        """Return what is trained, as arrays; with `inference_only` in the type that runners hold."""
        if self.model is None:
            return {}
        dtype = torch.bfloat16 if inference_only and self.settings.bf16 and self.settings.lora is None else None
        known = dict(self.named_parameters())
        return as_arrays(((name, known[name]) for name in self._names), dtype)

    def set_state(self, state: Weights) -> None:
        """Take over what `get_state` gave."""
        if self.model is not None:
            load(self, state)
