"""The clipped loss of GRPO on tokens, and the numbers that tell how far the policy has moved."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Clip(Struct, frozen=True, kw_only=True):
    """How far a token's probability may move before it stops to count: `1 - low` to `1 + high`; and the weight of the KL."""

    low: float = 0.2
    high: float = 0.2
    beta: float = 0.0


def clipped_loss(logp: Any, old: Any, advantage: Any, weight: Any, clip: Clip, reference: Any = None) -> Any:
    """Return the loss of a micro-batch, a number; micro-batches and learners add up.

    -sum of weight * min(r A, clip(r) A), with r = exp(logp - old): Schulman et al. 2017, eq. 7, a token at a time, as
    DeepSeekMath (2402.03300) has it. With a reference, plus beta * weight * (exp(d) - d - 1), d = reference - logp,
    which is never negative and on average the KL divergence to it.

    Args:
        logp: Of the tokens under the policy, shape (tokens,).
        old: As they were sampled, alike.
        advantage: Of the rollout a token belongs to, alike.
        weight: What a token counts, 1 over the tokens of the whole update, alike.
        clip: Limits.
        reference: Log-probabilities under the reference model, alike, or None.

    Example:
        >>> import torch
        >>> one = torch.zeros(1)
        >>> clipped_loss(one + 0.5, one, one + 2.0, one + 1.0, Clip()).item()
        -2.4000000953674316
    """
    ratio = (logp - old).exp()
    bounded = ratio.clamp(1 - clip.low, 1 + clip.high)
    loss = -((ratio * advantage).minimum(bounded * advantage) * weight).sum()
    if reference is not None and clip.beta:
        loss = loss + clip.beta * (divergence(logp, reference) * weight).sum()
    return loss


def divergence(logp: Any, reference: Any) -> Any:
    """Return Schulman's estimate of the KL divergence to a reference, a token at a time."""
    apart = reference - logp
    return apart.exp() - apart - 1


def drift(logp: Any, old: Any, advantage: Any, entropy: Any, clip: Clip) -> dict[str, Any]:
    """Return sums over tokens: how many were clipped, how far the policy has moved from the sampler, the entropy."""
    ratio = (logp - old).exp()
    clipped = ((ratio > 1 + clip.high) & (advantage > 0)) | ((ratio < 1 - clip.low) & (advantage < 0))
    return {
        "clipped": clipped.float().sum(),
        "ratio_off": (ratio - 1).abs().sum(),
        "kl_sampler": divergence(logp, old).sum(),
        "entropy": entropy.sum(),
    }
