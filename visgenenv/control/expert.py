"""The scripted controller: what the numbers are enough for. It sees one observation and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visgenenv.control.commission import act_of
from visgenenv.control.features import DOZEN
from visgenenv.control.layout import ANSWER, PLAN, Choice, Layout, write_choice

PATIENCE = 3
"""Failures in a row after which another tool of the same kind is tried."""


class ControlExpert:
    """Plays well by rules over the observation vector: the ceiling for learners, and a proof that the view suffices.

    Args:
        layout: Of the view (`env.layout`).

    Example:
        >>> import gymnasium as gym, visgenenv
        >>> env = visgenenv.ControlView(visgenenv.LtrReward(gym.make("VisGen-v0", faults="none")))
        >>> observation, info = env.reset(seed=3, options={"task": "paper/elf-archer"})
        >>> expert, over = ControlExpert(env.layout), False
        >>> while not over:
        ...     observation, reward, over, _, info = env.step(expert.act(observation))
        >>> round(reward, 2)
        1.0
    """

    def __init__(self, layout: Layout):
        self.layout = layout
        self._at = {name: place for place, name in enumerate(layout.columns)}

    def act(self, observation: dict[str, NDArray[Any]]) -> NDArray[np.int64]:
        """Return the action for one observation."""
        seen = _Seen(observation["observations"], self._at, self.layout)
        return np.array(write_choice(_choose(seen)), np.int64)

    def choose(self, observations: NDArray[np.float32], masks: NDArray[np.int8]) -> NDArray[np.int64]:
        """Return the actions for a batch of vectors (n, columns) and masks (n, mask_size)."""
        return np.stack([self.act({"observations": row}) for row in observations])


class _Seen:
    """An observation by name."""

    def __init__(self, vector: NDArray[np.float32], at: dict[str, int], layout: Layout):
        self.vector, self.at, self.layout = vector, at, layout

    def __getitem__(self, name: str) -> float:
        return float(self.vector[self.at[name]])

    def asks(self, *names: str) -> bool:
        return any(self[f"request.{name}"] > 0 for name in names)

    def tools(self, act: str) -> list[str]:
        """Return the tools on offer that do something, those first that were planned, then those that fit."""
        names = [tool for tool in self.layout.tools if act_of(tool) == act and self[f"{tool}.offered"]]
        return sorted(names, key=lambda tool: (-self[f"{tool}.planned"] if act != "" else 0, -self[f"{tool}.fits"]))

    def planned(self, act: str) -> bool:
        return any(act_of(tool) == act and self[f"{tool}.planned"] for tool in self.layout.tools)

    def call(self, act: str, **how: Any) -> Choice:
        """Return a call to the best tool for something, one that has not failed again and again."""
        names = self.tools(act)
        steady = [tool for tool in names if self[f"{tool}.failing"] < PATIENCE / 4] or names
        return Choice(self.layout.move(steady[0]), **how) if steady else Choice(ANSWER)


def _choose(seen: _Seen) -> Choice:
    if not seen["budget.has_plan"]:
        return _plan(seen)
    return _work(seen)


def _plan(seen: _Seen) -> Choice:
    if seen.asks("film"):
        return Choice(PLAN, route=_film_route(seen))
    if seen.asks("object", "scene", "style") and seen.tools("edit"):
        if seen.asks("picture"):
            return Choice(PLAN, route="upload")
        if seen.tools("draw"):
            return Choice(PLAN, route="reference")
    return Choice(PLAN, route="pictures" if seen.asks("listed", "variety") else "batch")


def _film_route(seen: _Seen) -> str:
    """Return the way to film: from one reference if something must stay the same, else in the fewest calls."""
    if seen.asks("footage"):
        return "footage"
    veo = bool(seen["tool_text2video_veo.offered"])
    kling = bool(seen["tool_image2video_keling.offered"])
    edits = bool(seen.tools("edit"))
    frames = kling and (bool(seen.tools("draw")) or (seen.asks("picture") and edits))
    same = seen.asks("object", "scene", "style") or (seen.asks("recurring") and not veo)
    if frames and edits and same:
        return "upload_film" if seen.asks("picture") else "reference_film"
    text = seen["request.text_clips"] ** 2 * DOZEN + seen["request.text_join"]
    frame = seen["request.frame_clips"] ** 2 * DOZEN * 2 + seen["request.frame_join"]
    if veo and not (frames and (not seen.asks("text_fills") or frame < text)):
        return "clips"
    return "keyframes"


_STAGES = (
    ("edit", "pictures"), ("draw", "pictures"), ("speak", "voices"), ("compose", "music"), ("sound", "effects"),
    ("animate", "clips"), ("film", "clips"), ("cut", "cuts"), ("trim", "cuts"), ("pace", "cuts"),
    ("title", "titled"),
)  # fmt: skip
"""What is done in which order, if it is planned and something of it is missing."""


def _work(seen: _Seen) -> Choice:
    """Do the next thing that is planned; hand over what there is when nothing is left."""
    if seen.planned("edit") and seen.planned("draw") and not seen["reference.made"]:
        return seen.call("draw")
    for act, slot in _STAGES:
        if seen.planned(act) and seen[f"{slot}.missing"]:
            return seen.call(act)
    return Choice(ANSWER)


def names_of(layout: Layout, action: Sequence[int]) -> dict[str, int]:
    """Return an action by the names of its components."""
    return dict(zip(layout.components, map(int, action), strict=True))
