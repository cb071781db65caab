"""Recipes for advantages where rewards hardly differ: near saturation, and in groups without spread."""

from __future__ import annotations

import torch
from msgspec import Struct

from visgenenv.errors import did_you_mean


class Advantages(Struct, frozen=True, kw_only=True):
    """What becomes of the rewards of a group.

    GRPO divides by the group's standard deviation. Near saturation, where four rollouts have 0.95, 0.95, 0.95 and 0.96,
    this blows a difference that means nothing up to the size of a success beside three failures.

    Args:
        scale: "group" (GRPO), "batch" (one standard deviation for the whole batch) or "none" (Dr. GRPO: the bare
            difference to the group's mean). Passed to TRL as `scale_rewards`.
        dead_zone: A group whose best and worst rewards differ by less teaches nothing: its advantages are 0. 0.0: only
            groups without any spread.
        drop_flat: Tokens of groups that teach nothing are left out of the count by which the loss is divided
            (`loss_type="dapo"`), so that the step is as large as if only the others had been played.
    """

    scale: str = "group"
    dead_zone: float = 0.0
    drop_flat: bool = False


RECIPES: dict[str, Advantages] = {
    "grpo": Advantages(),
    "unscaled": Advantages(scale="none", drop_flat=True),
    "batch": Advantages(scale="batch", drop_flat=True),
    "saturated": Advantages(scale="batch", dead_zone=0.02, drop_flat=True),
}
"""`saturated` is for policies whose rewards are mostly above 0.9."""


def load_recipe(recipe: str | Advantages) -> Advantages:
    """Return a recipe by name."""
    if isinstance(recipe, Advantages):
        return recipe
    if recipe not in RECIPES:
        raise ValueError(f"unknown recipe {recipe!r}{did_you_mean(recipe, RECIPES)}; known: {', '.join(RECIPES)}")
    return RECIPES[recipe]


def flat_rows(rewards: torch.Tensor, group: int, dead_zone: float) -> torch.Tensor:
    """Tell which rollouts belong to a group whose rewards hardly differ.

    Args:
        rewards: One a rollout, groups in a row, NaN where there is none: shape (n,).
        group: Rollouts in a group.
        dead_zone: Least difference of best and worst that counts; 0.0: any.

    Returns:
        Booleans of shape (n,).

    Example:
        >>> flat_rows(torch.tensor([0.95, 0.96, 0.2, 0.9]), 2, 0.02).tolist()
        [True, True, False, False]
    """
    rows = rewards.view(-1, group)
    known = ~torch.isnan(rows)
    best = rows.nan_to_num(nan=-torch.inf).amax(1)
    worst = rows.nan_to_num(nan=torch.inf).amin(1)
    flat = (known.sum(1) < 2) | ((best - worst) < max(dead_zone, 1e-9))
    return flat.repeat_interleave(group)
