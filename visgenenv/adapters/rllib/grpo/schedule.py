"""What is played and what is learnt from, as functions of seed and iteration: a resumed run goes on with the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from visgenenv.adapters.lm.advantages import group_advantages
from visgenenv.adapters.lm.data import draw_seed
from visgenenv.adapters.rllib.grpo.nouns import Job, Played

_TRAINING, _MEASURING, _ORDER = 0, 1, 2
Lesson = tuple[Played, float]
"""A rollout and its advantage."""


def training_jobs(config: Any, step: int) -> Iterator[Job]:
    """Yield the groups of an iteration: tasks in a new order each time round, worlds that never come again.

    Args:
        config: A `GRPOConfig`.
        step: Of the iteration, from 1.

    Raises:
        ValueError: There are no tasks.
    """
    rows, seed, groups = config.rows, int(config.seed or 0), config.groups
    if not rows:
        raise ValueError("there are no tasks: GRPOConfig().training(rows=task_rows(...))")
    for place in range((step - 1) * groups, step * groups):
        order = np.random.default_rng([seed, _TRAINING, place // len(rows)]).permutation(len(rows))
        row = rows[int(order[place % len(rows)])]
        key = (seed, _TRAINING, step, place)
        yield Job(
            number=place, task=row["task"], world_seed=draw_seed(*key), step=step,
            seeds=tuple(draw_seed(*key, member + 1) for member in range(config.group_size)),
        )  # fmt: skip


def heldout_jobs(config: Any, rows: Sequence[dict[str, Any]], step: int, greedy: bool) -> list[Job]:
    """Return held-out tasks as groups of one, in worlds that are always the same."""
    seed = int(config.seed or 0)
    return [
        Job(
            number=-1 - place, task=row["task"], world_seed=draw_seed(seed, _MEASURING, row["index"]), step=step,
            seeds=(draw_seed(seed, _MEASURING, row["index"], 1),), phase="heldout", greedy=greedy,
        )
        for place, row in enumerate(rows)
    ]  # fmt: skip


def lessons(config: Any, played: Sequence[Played]) -> list[Lesson]:
    """Return what there is to learn from, with its advantage. What was masked, or broke, is left out."""
    recipe, beta = config.advantages, config.clip.beta
    rewards = torch.tensor([float("nan") if one.reward is None else one.reward for one in played]).double()
    values, flat = group_advantages(rewards, config.group_size, recipe)
    return [
        (one, value)
        for one, value, is_flat in zip(played, values.tolist(), flat.tolist(), strict=True)
        if one.reward is not None and one.tokens.mask.any() and (beta or not (is_flat and recipe.drop_flat))
    ]


def minibatches(config: Any, found: Sequence[Lesson], step: int, epoch: int) -> Iterator[list[Lesson]]:
    """Yield the rollouts of each optimiser step: `minibatch` of them, a rest shared out among the steps.

    There is no step if there is less than a rollout for each learner.
    """
    if len(found) < max(1, config.num_learners):
        return
    count = max(1, len(found) // (config.minibatch or len(found)))
    key = [int(config.seed or 0), _ORDER, step, epoch]
    order = np.random.default_rng(key).permutation(len(found)) if count > 1 else np.arange(len(found))
    for places in np.array_split(order, count):
        yield [found[int(place)] for place in places]
