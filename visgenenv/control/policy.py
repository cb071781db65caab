"""Playing by numbers as a `Policy`: conversations in, turns out, for `rollout`, `bench` and the viewer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from visgenenv.control.commission import Readings
from visgenenv.control.features import Encoder
from visgenenv.control.layout import Layout
from visgenenv.control.moves import text_of
from visgenenv.control.reading import standing_of
from visgenenv.control.standing import Standing
from visgenenv.types import Conversation


class Controller(Protocol):
    """Anything that chooses actions for a batch of observations."""

    def choose(self, observations: NDArray[np.float32], masks: NDArray[np.int8]) -> NDArray[Any]:
        """Return one action a row: integers of shape (n, len(layout.nvec))."""
        ...


class ControlPolicy:
    """Lets a controller play conversations: each is read anew into numbers, the action written out as a turn.

    Args:
        controller: Chooses.
        layout: What the numbers mean; that of the view the controller was trained in.
        settings: What traces and reports say about it.

    Example:
        >>> from visgenenv import load_suite, load_toolbox, rollout
        >>> from visgenenv.control import ControlExpert, layout_of
        >>> layout = layout_of(tuple(load_toolbox()))
        >>> policy = ControlPolicy(ControlExpert(layout), layout)
        >>> rollout(policy, [load_suite("paper")[1]], faults="none", progress=False)[0].reward
        1.0
    """

    def __init__(self, controller: Controller, layout: Layout, settings: dict[str, Any] | None = None):
        self.controller, self.layout = controller, layout
        self.settings = settings or {"policy": type(controller).__name__}
        self._readings = Readings()

    def act(self, conversations: Sequence[Conversation]) -> list[str]:
        """Return one turn per conversation."""
        if not conversations:
            return []
        standings = [standing_of(conversation, self._readings) for conversation in conversations]
        observations, masks = encode_all(standings, self.layout)
        actions = self.choose(conversations, observations, masks)
        return [text_of(standing, action, self.layout) for standing, action in zip(standings, actions, strict=True)]

    def choose(
        self, conversations: Sequence[Conversation], observations: NDArray[np.float32], masks: NDArray[np.int8]
    ) -> NDArray[Any]:
        """Return the controller's actions; a subclass may look at the conversations too."""
        return self.controller.choose(observations, masks)


def encode_all(standings: Sequence[Standing], layout: Layout) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Return vectors (n, columns) and masks (n, mask_size)."""
    observations = np.zeros((len(standings), len(layout.columns)), np.float32)
    masks = np.zeros((len(standings), layout.mask_size), np.int8)
    for row, standing in enumerate(standings):
        Encoder(layout, observations[row], masks[row]).begin(standing)
    return observations, masks


def encode(conversation: Conversation, layout: Layout) -> dict[str, NDArray[Any]]:
    """Return the observation of a conversation, as `ControlView` gives it."""
    observations, masks = encode_all([standing_of(conversation, Readings())], layout)
    return {"observations": observations[0], "action_mask": masks[0]}


def decode(action: Sequence[int], conversation: Conversation, layout: Layout) -> str:
    """Return the turn that an action stands for in a conversation."""
    return text_of(standing_of(conversation, Readings()), action, layout)
