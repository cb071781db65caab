"""Optimiser steps on rollouts: micro-batches, the clipped loss, a reference model, and no step on broken gradients."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.learner.torch.torch_learner import TorchLearner

from visgenenv.adapters.rllib.grpo.episodes import ADVANTAGE, WEIGHT
from visgenenv.adapters.rllib.grpo.loss import clipped_loss, divergence, drift
from visgenenv.adapters.rllib.grpo.sampling import padded, vision
from visgenenv.adapters.rllib.grpo.weights import fingerprint


class GRPOLearner(TorchLearner):
    """One call of `update` is one optimiser step on the rollouts it is given, spread over the learners."""

    def build(self) -> None:
        """Build the module, and keep a copy of it as the reference if the loss asks for one."""
        super().build()
        self._reference: Any = None
        policy = self._policy()
        if self.config.clip.beta and policy.settings.lora is None:
            self._reference = copy.deepcopy(policy.model).requires_grad_(False).eval()

    def _policy(self) -> Any:
        module = self.module[DEFAULT_MODULE_ID]
        return getattr(module, "unwrapped", lambda: module)()

    def get_parameters(self, module: Any) -> list[Any]:
        """Return what is trained."""
        return [one for one in module.parameters() if one.requires_grad]

    def configure_optimizers_for_module(self, module_id: str, config: Any = None) -> None:
        """Make AdamW over what is trained."""
        parameters = self.get_parameters(self.module[module_id])
        optimizer = torch.optim.AdamW(parameters, lr=1e-6, weight_decay=self.config.weight_decay, betas=(0.9, 0.999))
        self.register_optimizer(
            module_id=module_id, optimizer=optimizer, params=parameters, lr_or_lr_schedule=config.lr
        )

    def _uncompiled_update(self, batch: dict[str, Any], **kwargs: Any) -> tuple[Any, Any, Any]:
        """Accumulate the gradients of all micro-batches, then step."""
        rows, module, policy = batch[DEFAULT_MODULE_ID], self.module[DEFAULT_MODULE_ID], self._policy()
        (optimizer,) = [one for _, one in self.get_optimizers_for_module(DEFAULT_MODULE_ID)]
        optimizer.zero_grad(set_to_none=True)
        total, sums = torch.zeros((), device=self._device), dict[str, Any]()
        parts = list(self._parts(rows))
        for number, places in enumerate(parts):
            last = number == len(parts) - 1
            held = nullcontext() if last or not hasattr(module, "no_sync") else module.no_sync()
            with held:
                loss, found = self._loss(rows, places, module, policy)
                loss.backward()
            total += loss.detach()
            sums = {name: sums.get(name, 0.0) + value.detach() for name, value in found.items()}
        self._step(optimizer)
        self._note(sums)
        return {}, {DEFAULT_MODULE_ID: total}, {}

    def compute_loss_for_module(self, *, module_id: str, config: Any, batch: Any, fwd_out: Any) -> Any:
        """Return the loss of one micro-batch that `collate` made."""
        return clipped_loss(
            fwd_out["logp"], batch["old"], batch["advantage"], batch["weight"], config.clip, fwd_out.get("reference")
        )

    def _loss(self, rows: Mapping[str, Any], places: Any, module: Any, policy: Any) -> tuple[Any, dict[str, Any]]:
        inputs, tokens = collate(rows, places, policy.tokenizer.pad_token_id, _image(policy), self._device)
        out = module.forward_train(inputs)
        clip = self.config.clip
        found = drift(out["logp"].detach(), tokens["old"], tokens["advantage"], out["entropy"], clip)
        if clip.beta:
            out["reference"] = self._under_reference(inputs, policy)
            found["kl_reference"] = divergence(out["logp"].detach(), out["reference"]).sum()
        found["tokens"] = torch.tensor(float(len(tokens["old"])))
        lag = self._weights_seq_no - 1 - tokens["versions"]
        found["stale"], found["lag"] = (lag > 0).float().sum(), lag.float().sum()
        # One learner's share of the sum: data-parallel training takes the mean of the learners' gradients.
        shares = max(1, self.config.num_learners)
        loss = self.compute_loss_for_module(module_id=DEFAULT_MODULE_ID, config=self.config, batch=tokens, fwd_out=out)
        return loss * shares, found

    def _under_reference(self, inputs: dict[str, Any], policy: Any) -> Any:
        with torch.no_grad():
            if policy.settings.lora is not None:
                with policy.model.disable_adapter():
                    return policy._forward_train(inputs)["logp"]
            trained, policy.model = policy.model, self._reference.to(self._device)
            try:
                return policy._forward_train(inputs)["logp"]
            finally:
                policy.model = trained

    def _parts(self, rows: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the places of micro-batches, rollouts of like length together."""
        order = np.argsort([-len(ids) for ids in rows["ids"]], kind="stable")
        for start in range(0, len(order), self.config.micro_batch):
            yield order[start : start + self.config.micro_batch]

    def _step(self, optimizer: Any) -> None:
        parameters = [one for group in optimizer.param_groups for one in group["params"]]
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.config.grad_clip or float("inf"))
        sound = bool(torch.isfinite(norm))
        if sound:
            optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        self._log(grad_norm=norm if sound else float("nan"), skipped_steps=float(not sound))

    def _note(self, sums: dict[str, Any]) -> None:
        count = max(1.0, float(sums["tokens"]))
        self._log(tokens=count, **{name: float(value) / count for name, value in sums.items() if name != "tokens"})

    def _log(self, **values: Any) -> None:
        for name, value in values.items():
            self.metrics.log_value((DEFAULT_MODULE_ID, name), float(value), window=1)

    def fingerprint(self) -> str:
        """Return the hash of the weights as runners should hold them."""
        return fingerprint(self._policy().get_state(inference_only=True))


def _image(policy: Any) -> int | None:
    return getattr(policy.processor, "image_token_id", None)


def collate(
    rows: Mapping[str, Any], places: Any, pad: int, image: int | None, device: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a padded micro-batch: what the module is given, and what the loss needs of each token that carries it.

    Args:
        rows: Columns of `TokenBatch`.
        places: Which rows.
        pad: Id that fills.
        image: Id that stands for pixels, None for a model that reads text only.
        device: Where to.
    """
    ids = [rows["ids"][place] for place in places]
    inputs = padded(ids, pad, "right", device)
    inputs |= vision([(rows["pixels"][place], rows["grid"][place]) for place in places], inputs["input_ids"], image)
    mask = torch.zeros(inputs["input_ids"].shape, dtype=torch.bool)
    for row, place in enumerate(places):
        mask[row, : len(ids[row])] = torch.tensor(rows["mask"][place])
    inputs["loss_mask"] = mask.to(device)
    counts = [int(rows["mask"][place].sum()) for place in places]
    tokens = {
        "old": np.concatenate([rows["logprobs"][place][rows["mask"][place]] for place in places]),
        "versions": np.concatenate([rows["versions"][place][rows["mask"][place]] for place in places]),
        "advantage": np.repeat(rows[ADVANTAGE][places], counts),
        "weight": np.repeat(rows[WEIGHT][places], counts),
    }
    return inputs, {name: torch.from_numpy(value).to(device) for name, value in tokens.items()}
