"""A noisy expert: the scripted controller, some of whose choices are replaced by random legal ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visgenenv.control import ControlExpert, ControlPolicy, Layout
from visgenenv.luck import derive_key, digest, first_uniform
from visgenenv.types import Conversation

MOST = 0.5
"""The share of replaced choices is drawn for every episode from 0, or another least, to this."""


class NoisyExpert(ControlPolicy):
    """Plays as `ControlExpert`, with a share of the components of every action drawn at random from what is legal.

    The share, from `least` to `most`, and the draws follow from the conversation's seed: episodes of one task differ, the same seed repeats.

    Args:
        layout: Of the view.
        most: The largest share.
        least: The smallest.

    Example:
        >>> from visgenenv import load_suite, load_toolbox, rollout
        >>> from visgenenv.control import layout_of
        >>> policy = NoisyExpert(layout_of(tuple(load_toolbox())))
        >>> records = rollout(policy, [load_suite("dev")[0]] * 8, progress=False, max_turns=20)
        >>> len({record.reward for record in records}) > 1
        True
    """

    def __init__(self, layout: Layout, most: float = MOST, least: float = 0.0):
        said = {"policy": "noisy expert", "most": most, "least": least}
        super().__init__(ControlExpert(layout), layout, settings=said)
        self.most, self.least = most, least

    def choose(
        self,
        conversations: Sequence[Conversation],
        observations: NDArray[np.float32],
        masks: NDArray[np.int8],
    ) -> NDArray[np.int64]:
        """Return the expert's actions, some components replaced."""
        actions = super().choose(conversations, observations, masks)
        for conversation, action, mask in zip(conversations, actions, masks, strict=True):
            self._disturb(conversation, action, mask)
        return actions

    def share_in(self, seed: int) -> float:
        """Return the share of choices that are replaced in a conversation."""
        return self.least + (self.most - self.least) * first_uniform(digest(derive_key("noisy expert", seed)))

    def _disturb(self, conversation: Conversation, action: NDArray[np.int64], mask: NDArray[np.int8]) -> None:
        turn = sum(message["role"] == "assistant" for message in conversation.messages)
        rng = np.random.default_rng([conversation.seed, turn])
        replaced = rng.random(len(action)) < self.share_in(conversation.seed)
        for place in np.flatnonzero(replaced).tolist():
            start, size = self.layout.starts[place], self.layout.nvec[place]
            action[place] = rng.choice(np.flatnonzero(mask[start : start + size]))
