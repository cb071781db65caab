"""Rewards: pure functions of a finished record. One file a component; the arithmetic is in `record`."""

from visgenenv.rewards.batch import OnFailure, judge_rates
from visgenenv.rewards.cons import cons_score
from visgenenv.rewards.dense import turn_rewards
from visgenenv.rewards.diagnosis import Diagnostics, diagnostics
from visgenenv.rewards.format import format_score
from visgenenv.rewards.judges import Judge, RuleJudge
from visgenenv.rewards.ltr import COMPONENTS, Component, score, score_all
from visgenenv.rewards.match import match_score
from visgenenv.rewards.plan import plan_score
from visgenenv.rewards.presets import PRESETS, Preset
from visgenenv.rewards.record import RewardRecord, combine
from visgenenv.rewards.result import met, result_score
from visgenenv.rewards.tool import tool_score
from visgenenv.rewards.traj import traj_score

__all__ = [
    "COMPONENTS",
    "PRESETS",
    "Component",
    "Diagnostics",
    "Judge",
    "OnFailure",
    "Preset",
    "RewardRecord",
    "RuleJudge",
    "combine",
    "cons_score",
    "diagnostics",
    "format_score",
    "judge_rates",
    "match_score",
    "met",
    "plan_score",
    "result_score",
    "score",
    "score_all",
    "tool_score",
    "traj_score",
    "turn_rewards",
]
