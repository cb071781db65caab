"""What a set of demonstrations is to be: every choice that its content depends on, in one frozen record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from visgenenv.policies.expert_modes import checked

VERSION = 1
"""Raised whenever the same settings would give other demonstrations."""

WEIGHTS: Mapping[str, float] = {
    "optimal": 0.06,
    "reflective": 0.175,
    "recovering": 0.095,
    "verbose": 0.12,
    "sloppy": 0.27,
    "failing": 0.28,
}
"""How often each quality mode of the expert plays. As in VisionCreator 72 of 100 trajectories deliver something; the
others are weighed so that the first cut keeps three in eight, and likeness, quota and review two in three of those."""

DEFECTS = 0.03
"""An assumption: about one trajectory in four meets a flawed output."""

REWARD_FLOOR = 0.92
"""theta_1: the least reward that passes the first cut."""
GRADE_FLOOR = 0.80
"""theta_2: the least grade that passes the first cut."""
ALIKE = 0.50
"""Two demonstrations whose requests and plans share more than this (estimated Jaccard index) are the same one."""


IMAGE_PX = 448
"""Longest side of a picture: as large as `conversation.look` shows it to a policy."""


class Settings(Struct, frozen=True, kw_only=True):
    """How demonstrations are made.

    Args:
        n: How many are kept.
        seed: Of requests, worlds and modes.
        suite: "train", "dev", or a JSONL file of your own tasks.
        lang: "en", "zh", or "both", by turns.
        tools: What the agent is offered: "all" 36 tools, or the "task"'s own pool.
        faults: The weather: "none", "realistic", "stress", "randomized", or the path of a profile.
        defects: Probability that a generated picture, clip or sound is flawed, on top of the weather's own failures. A
            player who does not look delivers it; one who does reworks it.
        weights: Of the expert's modes; need not add up to 1.
        reward_floor: Least reward (preset `hardened`) for the first cut.
        grade_floor: Least grade for the first cut.
        alike: Greatest likeness of two that are kept.
        images: "files" (JPEGs in a folder), "bytes" (inside the Parquet file) or "none".
        image_px: Longest side of a picture, in pixels.
        chars_per_token: For the estimate of tokens; None: as measured with Qwen's vocabulary, by language and role.

    Example:
        >>> Settings(n=200, seed=7).fingerprint() == Settings(n=200, seed=8).fingerprint()
        False
    """

    n: int
    seed: int = 0
    suite: str = "train"
    lang: Literal["en", "zh", "both"] = "both"
    tools: Literal["all", "task"] = "all"
    faults: str = "realistic"
    defects: float = DEFECTS
    weights: dict[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    reward_floor: float = REWARD_FLOOR
    grade_floor: float = GRADE_FLOOR
    alike: float = ALIKE
    images: Literal["files", "bytes", "none"] = "files"
    image_px: int = IMAGE_PX
    chars_per_token: float | None = None

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError(f"n must be at least 1, not {self.n}")
        if not 0 <= self.defects <= 1:
            raise ValueError(f"defects is a probability, not {self.defects}")
        if self.chars_per_token is not None and not self.chars_per_token > 0:
            raise ValueError(f"chars_per_token must be above 0, not {self.chars_per_token}")
        if self.image_px < 32:
            raise ValueError(f"image_px must be at least 32, not {self.image_px}")
        checked(self.weights)

    def fingerprint(self) -> dict[str, Any]:
        """Return everything the content depends on, as plain data."""
        return {"version": VERSION, **msgspec.to_builtins(self)}

    def first_cut(self, valid: bool, reward: float, grade: float) -> str:
        """Return why a candidate falls at the first cut, or an empty string: "invalid", "reward" or "grade"."""
        if not valid:
            return "invalid"
        if reward < self.reward_floor:
            return "reward"
        return "grade" if grade < self.grade_floor else ""
