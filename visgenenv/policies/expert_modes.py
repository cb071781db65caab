"""How well the expert works: six qualities, and a mixture of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from visgenenv.errors import did_you_mean
from visgenenv.luck import derive_key, digest, first_uniform

Mode = Literal["optimal", "verbose", "sloppy", "recovering", "reflective", "failing"]
MODES: tuple[Mode, ...] = get_args(Mode)
"""Every quality, by name."""
Weights = Mapping[str, float] | Mapping[Mode, float]

MIXTURE: dict[str, float] = {
    "optimal": 0.20, "verbose": 0.12, "reflective": 0.13, "recovering": 0.15, "sloppy": 0.25, "failing": 0.15,
}  # fmt: skip
"""Shares of the qualities in a mixture of which a filter has something to keep and something to drop."""


def mode_of(seed: int, weights: Weights = MIXTURE) -> Mode:
    """Return the quality in which a conversation is played.

    Args:
        seed: `conversation.seed`; of a finished record it is `visgenenv.luck.policy_seed(record.seed)`.
        weights: Of the qualities; they need not add up to 1.

    Example:
        >>> mode_of(5, {"sloppy": 1.0})
        'sloppy'
    """
    shares = checked(weights)
    place = first_uniform(digest(derive_key("expert mode", seed))) * sum(shares.values())
    for mode, share in shares.items():
        if place < share:
            return mode
        place -= share
    return next(reversed(shares))  # rounding


def checked(weights: Weights) -> dict[Mode, float]:
    """Return the weights that count, in the order of `MODES`.

    Raises:
        ValueError: A name that is no quality, a weight below 0, or nothing above 0.
    """
    for name, weight in weights.items():
        if name not in MODES:
            raise ValueError(f"unknown mode {name!r}{did_you_mean(name, MODES)}; known: {', '.join(MODES)}")
        if not 0 <= weight < float("inf"):
            raise ValueError(f"a weight is a number from 0 on; that of {name} is {weight!r}")
    given = {str(mode): float(weight) for mode, weight in weights.items()}
    shares = {mode: given[mode] for mode in MODES if given.get(mode)}
    if not shares:
        raise ValueError("weights: at least one must be above 0")
    return shares
