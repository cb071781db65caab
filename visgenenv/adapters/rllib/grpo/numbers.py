"""The numbers of an iteration besides its rewards: what was played, and what the learners tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ray.rllib.core import DEFAULT_MODULE_ID

from visgenenv.adapters.rllib.grpo.nouns import Played


def facts(played: Sequence[Played]) -> dict[str, float]:
    """Return what there is to tell of rollouts besides their rewards."""
    lengths = [len(one.tokens.ids) for one in played]
    return {
        "rollouts": float(len(played)),
        "broken": float(sum(bool(one.error) for one in played)),
        "masked": float(sum(one.reward is None for one in played)),
        "tokens/written": float(sum(int(one.tokens.mask.sum()) for one in played)),
        "tokens/longest": float(max(lengths, default=0)),
    }


def means(results: Sequence[Any]) -> dict[str, float]:
    """Return the means of what the learners logged."""
    rows = [one[DEFAULT_MODULE_ID] for one in results if DEFAULT_MODULE_ID in one]
    names = {name for row in rows for name in row if name in _LOGGED}
    found = {name: [_number(row[name]) for row in rows if name in row] for name in sorted(names)}
    return {_LOGGED[name]: sum(values) / len(values) for name, values in found.items()}


def _number(value: Any) -> float:
    value = value.peek() if hasattr(value, "peek") else value
    return float(value[-1] if isinstance(value, list) else value)


_LOGGED = {
    "total_loss": "loss", "grad_norm": "grad_norm", "clipped": "clip_ratio", "ratio_off": "ratio_off",
    "kl_sampler": "kl_sampler", "kl_reference": "kl", "entropy": "entropy", "skipped_steps": "skipped_steps",
    "stale": "stale_tokens", "lag": "version_lag",
}  # fmt: skip
"""What learners log, and what a row of `metrics.jsonl` calls it."""
