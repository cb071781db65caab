"""Rewards: pure functions of a finished record. One file a component; the arithmetic is in `ltr`."""

from visgenenv.rewards.format import format_score
from visgenenv.rewards.ltr import COMPONENTS, PRESETS, Component, Preset, RewardRecord, combine, score
from visgenenv.rewards.result import met, result_score
from visgenenv.rewards.tool import tool_score

__all__ = [
    "COMPONENTS",
    "PRESETS",
    "Component",
    "Preset",
    "RewardRecord",
    "combine",
    "format_score",
    "met",
    "result_score",
    "score",
    "tool_score",
]
