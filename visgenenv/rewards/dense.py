"""An optional dense signal: what each turn added to the score, summing to the reward exactly (specification 1.8).

The paper pays at the end of a trajectory, and so does everything here by default. Differences of a potential leave
the optimum where it is: a turn is worth what the record scores with it minus what it scored without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from visgenenv.rewards.ltr import score
from visgenenv.rewards.presets import DEFAULT, Preset
from visgenenv.trajectory import Trajectory


def turn_rewards(trajectory: Trajectory, preset: str | Preset = DEFAULT, **options: Any) -> list[float]:
    """Return one reward a turn; their sum is the reward of the whole record, to the last bit.

    Args:
        trajectory: A finished record.
        preset: As in `score`.
        **options: Further keywords of `score`.
    """
    rewards: list[float] = []
    before = 0.0
    for prefix in prefixes(trajectory):
        now = score(prefix, preset, **options).reward
        rewards.append(now - before)
        before = now
    return rewards


def prefixes(trajectory: Trajectory) -> Iterator[Trajectory]:
    """Yield the record as it stood after each turn, the whole of it last."""
    made: set[str] = {asset.id for asset in trajectory.assets}
    for step in trajectory.steps:
        made -= {asset.id for result in step.results for asset in result.assets}
    for turn, step in enumerate(trajectory.steps, 1):
        made |= {asset.id for result in step.results for asset in result.assets}
        if turn == len(trajectory.steps):
            yield trajectory
            return
        assets = tuple(asset for asset in trajectory.assets if asset.id in made)
        yield replace(trajectory, steps=trajectory.steps[:turn], assets=assets, terminated=False, truncated_by="")
