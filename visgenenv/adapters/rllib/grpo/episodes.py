"""Played rollouts as RLlib's episodes, one step a turn, and the connector that turns them into token rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.env.single_agent_episode import SingleAgentEpisode

from visgenenv.adapters.rllib.grpo.nouns import Played

PLAYED, ADVANTAGE, WEIGHT = "played", "advantage", "weight"
"""Keys of an episode's `custom_data`: the rollout; and, for learning, its advantage and what each token counts."""
COLUMNS = ("ids", "mask", "logprobs", "versions", "pixels", "grid")


def as_episode(played: Played) -> SingleAgentEpisode:
    """Return a rollout as an episode: actions are turns, observations what was told, the reward comes at the end."""
    episode = SingleAgentEpisode(id_=f"{played.job}-{played.member}")
    steps = played.record.steps
    episode.add_env_reset(observation=played.record.task.query)
    for step in steps:
        last = step is steps[-1]
        episode.add_env_step(
            observation="\n".join(step.told), action=step.text, reward=(played.reward or 0.0) if last else 0.0,
            terminated=last and played.record.terminated, truncated=last and not played.record.terminated,
        )  # fmt: skip
    episode.custom_data[PLAYED] = played
    return episode


def as_lesson(played: Played, advantage: float, weight: float) -> SingleAgentEpisode:
    """Return what a learner needs of a rollout: its tokens, its advantage, and the weight of each of its tokens."""
    episode = SingleAgentEpisode(id_=f"{played.job}-{played.member}", observations=[""], len_lookback_buffer=0)
    episode.add_env_step(observation="", action="", reward=0.0, truncated=True)
    episode.custom_data.update({PLAYED: played.tokens, ADVANTAGE: advantage, WEIGHT: weight})
    return episode


class TokenBatch(ConnectorV2):
    """The learner's only connector: one row a rollout, ragged, every column an object array.

    A row is a whole conversation, so the prefix that its turns share is read once, and a row says all that its loss
    needs. Padding is done a micro-batch at a time, by `learner.collate`.
    """

    def __call__(
        self, *, rl_module: Any, batch: dict[str, Any], episodes: Sequence[SingleAgentEpisode], **kwargs: Any
    ) -> Any:
        """Return `{module: {column: object array of shape (rollouts,)}}`."""
        rows = [episode.custom_data for episode in episodes]
        found = {name: _objects([getattr(row[PLAYED], name) for row in rows]) for name in COLUMNS}
        for name in (ADVANTAGE, WEIGHT):
            found[name] = np.array([row[name] for row in rows], np.float32)
        return {DEFAULT_MODULE_ID: found}


def _objects(values: Sequence[Any]) -> Any:
    out = np.empty(len(values), object)
    out[:] = list(values)
    return out
