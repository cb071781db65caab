"""What to watch while training: groups without variance, spread by component, length, judges, and signs of cheating."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from statistics import fmean, pstdev
from typing import Any

from msgspec import Struct

from visgenenv.rewards.batch import judge_rates
from visgenenv.rewards.cases import plan_in_force
from visgenenv.rewards.facts import cited, delivered, ledger_of, repeats
from visgenenv.rewards.format import normal
from visgenenv.rewards.ltr import score_all
from visgenenv.rewards.presets import DEFAULT, Preset
from visgenenv.rewards.record import RewardRecord
from visgenenv.rewards.tool import economy
from visgenenv.trajectory import Trajectory

FLAT = 1e-9
"""A group whose rewards spread less than this teaches nothing."""


class Diagnostics(Struct, frozen=True):
    """Of a batch of trajectories, grouped by task.

    Attributes:
        groups: How many groups there are, and how large they are in the mean.
        zero_variance: Share of groups in which every reward is the same.
        reward: Mean, and mean spread (standard deviation) within a group.
        spread: By component, the mean spread within a group, over the groups it applies to.
        reward_against_length: Pearson's correlation of reward with turns, and with characters written.
        judge: `judge_fail_rate`, `fallback_rate`, `mask_rate`, as `visgenenv.rewards.judge_rates` tells them.
        hacks: By sign of cheating, the share of trajectories that show it.
    """

    groups: dict[str, float]
    zero_variance: float
    reward: dict[str, float]
    spread: dict[str, float]
    reward_against_length: dict[str, float]
    judge: dict[str, float]
    hacks: dict[str, float]


def diagnostics(
    trajectories: Sequence[Trajectory],
    records: Sequence[RewardRecord] | None = None,
    preset: str | Preset = DEFAULT,
    groups: Sequence[Hashable] | None = None,
) -> Diagnostics:
    """Look at a batch.

    Args:
        trajectories: Of one training step, for instance.
        records: Their rewards, if they are known already.
        preset: By which they are scored otherwise.
        groups: What belongs together, a label each; default: the same task.
    """
    found = list(records) if records is not None else score_all(trajectories, preset)
    labels = [one.task.id for one in trajectories] if groups is None else list(groups)
    members: dict[Hashable, list[int]] = {}
    for place, label in enumerate(labels):
        members.setdefault(label, []).append(place)
    rewards = [record.reward for record in found]
    spreads = [pstdev([rewards[place] for place in places]) for places in members.values()]
    several = [spread for spread, places in zip(spreads, members.values(), strict=True) if len(places) > 1]
    return Diagnostics(
        groups={"n": float(len(members)), "size": len(found) / len(members) if members else 0.0},
        zero_variance=_mean([float(spread < FLAT) for spread in several]),
        reward={"mean": _mean(rewards), "spread": _mean(spreads)},
        spread=_spread(found, list(members.values())),
        reward_against_length={
            "turns": correlation(rewards, [float(len(one.steps)) for one in trajectories]),
            "characters": correlation(
                rewards, [float(sum(len(step.text) for step in one.steps)) for one in trajectories]
            ),
        },
        judge=judge_rates(found),
        hacks=_hacks(trajectories),
    )


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def _spread(records: Sequence[RewardRecord], members: Sequence[Sequence[int]]) -> dict[str, float]:
    names = records[0].components if records else {}
    out: dict[str, float] = {}
    for name in names:
        spreads = [
            pstdev([records[place].components[name] for place in places])
            for places in members
            if all(records[place].applicable[name] for place in places)
        ]
        out[name] = _mean(spreads)
    return out


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return Pearson's correlation; 0.0 where one side does not vary.

    >>> correlation([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
    1.0
    """
    if len(xs) < 2:
        return 0.0
    mean_x, mean_y = fmean(xs), fmean(ys)
    over = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    under = sum((x - mean_x) ** 2 for x in xs) * sum((y - mean_y) ** 2 for y in ys)
    return max(-1.0, min(1.0, float(over / under**0.5))) if under > 0 else 0.0


def _hacks(trajectories: Sequence[Trajectory]) -> dict[str, float]:
    """Return the share of trajectories that show each sign of cheating."""
    counts: Counter[str] = Counter(dict.fromkeys(SIGNS, 0))
    for one in trajectories:
        counts.update(signs(one))
    return {name: counts[name] / len(trajectories) if trajectories else 0.0 for name in SIGNS}


SIGNS = ("forged", "invented_links", "no_plan", "late_plan", "replans", "repeated_calls", "waste", "unknown_tools",
         "unreadable", "repeated_thinks", "false_success", "foreign_files", "no_answer")  # fmt: skip
"""What `signs` looks for."""


def signs(trajectory: Trajectory) -> list[str]:
    """Return the signs of cheating that a trajectory shows; one sign proves nothing, a rising share does."""
    steps, ledger = trajectory.steps, ledger_of(trajectory)
    files, unknown = cited(trajectory)
    thinks = [normal(step.action.think) for step in steps if step.action.think]
    plans = sum(step.action.plan is not None for step in steps)
    asked = trajectory.task.count[0]
    answer = trajectory.answer
    shown = {
        "forged": any(fault.startswith("forged_") for step in steps for fault in step.action.faults),
        "invented_links": bool(unknown),
        "no_plan": plans == 0,
        "late_plan": plans > 0 and plan_in_force(trajectory) is None,
        "replans": plans > 1,
        "repeated_calls": any(repeats(trajectory)),
        "waste": economy(trajectory)[1] > max(2, asked),
        "unknown_tools": any(entry.result.error and entry.result.error.type == "UNKNOWN_TOOL" for entry in ledger),
        "unreadable": any(call.error for step in steps for call in step.action.calls),
        "repeated_thinks": len(set(thinks)) < len(thinks),
        "false_success": answer is not None and answer.task_status == "success" and len(delivered(trajectory)) < asked,
        "foreign_files": any(asset.kind != trajectory.task.modality and asset.kind != "subtitle" for asset in files),
        "no_answer": answer is None,
    }
    return [name for name in SIGNS if shown[name]]


def summary(found: Diagnostics) -> dict[str, Any]:
    """Return a flat dict of numbers, as a trainer logs them: `spread/plan`, `hacks/forged` and so on."""
    flat: dict[str, Any] = {"zero_variance": found.zero_variance}
    for name in ("groups", "reward", "spread", "reward_against_length", "judge", "hacks"):
        flat |= {f"{name}/{key}": value for key, value in getattr(found, name).items()}
    return flat
