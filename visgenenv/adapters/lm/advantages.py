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


def group_advantages(rewards: torch.Tensor, group: int, recipe: Advantages) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the advantages of whole rollouts, by the same arithmetic as TRL's GRPO.

    Args:
        rewards: One a rollout, groups in a row, NaN where there is none: shape (n,), float64 if precision matters.
        group: Rollouts in a group.
        recipe: How differences to the group's mean are scaled.

    Returns:
        Advantages of shape (n,), 0.0 where there is no reward or nothing to learn; and which rollouts teach nothing.

    Example:
        >>> group_advantages(torch.tensor([1.0, 0.0, 0.5, 0.5]), 2, Advantages(scale="none"))[0].tolist()
        [0.5, -0.5, 0.0, 0.0]
    """
    rows = rewards.view(-1, group)
    flat = flat_rows(rewards, group, recipe.dead_zone)
    advantages = rows - torch.nanmean(rows, 1, keepdim=True)
    if recipe.scale == "group":
        advantages = advantages / (_spread(rows).unsqueeze(1) + _EPSILON)
    elif recipe.scale == "batch":
        advantages = advantages / (_spread(rewards.view(1, -1)) + _EPSILON)
    found = advantages.reshape(-1).nan_to_num(nan=0.0)
    return found.masked_fill(flat, 0.0), flat


_EPSILON = 1e-4
"""Added to a standard deviation, as TRL does."""


def _spread(rows: torch.Tensor) -> torch.Tensor:
    """Return the standard deviation of each row, NaN left out, with Bessel's correction."""
    count = (~torch.isnan(rows)).sum(1)
    squares = torch.nansum((rows - torch.nanmean(rows, 1, keepdim=True)) ** 2, 1)
    return (squares / (count - 1).clamp(min=1)).sqrt()


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
