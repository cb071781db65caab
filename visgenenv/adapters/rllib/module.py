"""A policy and value network with an action mask, and a trained one as a `Controller`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from ray.rllib.core.columns import Columns
from ray.rllib.core.distribution.torch.torch_distribution import TorchMultiCategorical
from ray.rllib.core.rl_module.apis import ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.util import log_once
from torch import nn

_NEVER = -1e9
"""Logit of a choice that the mask rules out."""
_NOTICES = ("PPO_on_new_api_stack", "RLModule(config=[RLModuleConfig object])")
"""What RLlib says once of itself: that PPO runs on the API stack we mean, and that its own base class is out of date."""


def notices_read() -> None:
    """Mark RLlib's notices about itself as told; any other warning still comes through."""
    for notice in _NOTICES:
        log_once(notice)


class MaskedModule(TorchRLModule, ValueFunctionAPI):
    """Two multilayer perceptrons over `obs["observations"]`; the mask over all components is added to the logits.

    `model_config={"hiddens": [128, 128]}` are the sizes of the hidden layers, in the policy and in the value network.
    """

    def setup(self) -> None:
        """Build the networks for the spaces."""
        inputs = int(self.observation_space["observations"].shape[0])
        sizes = [int(n) for n in self.action_space.nvec]
        hiddens = list((self.model_config or {}).get("hiddens", (128, 128)))
        self.policy, self.value = _perceptron(inputs, hiddens, sum(sizes), 0.01), _perceptron(inputs, hiddens, 1, 1.0)
        self.action_dist_cls = TorchMultiCategorical.get_partial_dist_cls(space=self.action_space, input_lens=sizes)

    def _forward(self, batch: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        seen = batch[Columns.OBS]
        logits = self.policy(seen["observations"].float())
        return {Columns.ACTION_DIST_INPUTS: logits.masked_fill(seen["action_mask"] == 0, _NEVER)}

    def compute_values(self, batch: dict[str, Any], embeddings: Any = None) -> Any:
        """Return the values of a batch, of shape (n,)."""
        return self.value(batch[Columns.OBS]["observations"].float()).squeeze(-1)


def _perceptron(inputs: int, hiddens: list[int], outputs: int, gain: float) -> nn.Sequential:
    """Return layers with tanh between them, initialised orthogonally as is usual for PPO."""
    layers: list[nn.Module] = []
    for size in hiddens:
        layers += [_linear(inputs, size, 2**0.5), nn.Tanh()]
        inputs = size
    return nn.Sequential(*layers, _linear(inputs, outputs, gain))


def _linear(inputs: int, outputs: int, gain: float) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer


class RllibController:
    """A trained module as a `Controller`: takes the likeliest choice of every component.

    Args:
        module: A `MaskedModule`, of an algorithm or from a checkpoint.
    """

    def __init__(self, module: MaskedModule):
        self.module = module
        self._sizes = [int(n) for n in module.action_space.nvec]

    @classmethod
    def load(cls, checkpoint: str | Path) -> RllibController:
        """Return the controller of a checkpoint that `visgenenv train ppo` has written (its folder)."""
        notices_read()
        path = Path(checkpoint).resolve() / "learner_group" / "learner" / "rl_module" / "default_policy"
        return cls(MaskedModule.from_checkpoint(path))

    def choose(self, observations: NDArray[np.float32], masks: NDArray[np.int8]) -> NDArray[np.int64]:
        """Return one action a row."""
        seen = {"observations": torch.from_numpy(observations), "action_mask": torch.from_numpy(masks)}
        with torch.no_grad():
            logits = self.module.forward_inference({Columns.OBS: seen})[Columns.ACTION_DIST_INPUTS]
        return np.stack([part.argmax(-1).numpy() for part in torch.split(logits, self._sizes, dim=-1)], axis=-1)
