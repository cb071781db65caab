"""The numbers of a batch of episodes that trainers log."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from visgenenv.adapters.folder import component_means
from visgenenv.rewards import RewardRecord, diagnostics
from visgenenv.rewards.diagnosis import summary
from visgenenv.trajectory import Trajectory


def batch_metrics(
    trajectories: Sequence[Trajectory], records: Sequence[RewardRecord], groups: Sequence[Any]
) -> dict[str, float]:
    """Return the numbers of a batch: rewards, ends, calls, and the diagnostics of `visgenenv.rewards.diagnostics`."""
    n = len(records)
    ledgers = [one.ledger for one in trajectories]
    calls = sum(map(len, ledgers))
    out = {
        "success": sum(one.gates["V"] for one in records) / n,
        "turns": fmean(len(one.steps) for one in trajectories),
        "calls": calls / n,
        "failed_calls": sum(not entry.ok for ledger in ledgers for entry in ledger) / max(1, calls),
        "malformed_turns": _share_of_turns(trajectories, _MALFORMED),
        "idle_turns": _share_of_turns(trajectories, ("no_act",)),
        "no_calls": sum(not ledger for ledger in ledgers) / n,
        "terminated": sum(one.terminated for one in trajectories) / n,
        "truncated": sum(bool(one.truncated_by) for one in trajectories) / n,
        **{f"truncated_by/{why}": sum(one.truncated_by == why for one in trajectories) / n for why in LIMITS},
        **{f"component/{name}": value for name, value in component_means(records).items()},
        **{f"contribution/{name}": fmean(one.contributions[name] for one in records) for name in records[0].components},
        **summary(diagnostics(trajectories, records, groups=groups)),
    }
    return {f"env/{name}": float(value) for name, value in out.items() if value is not None}


LIMITS = ("turns", "context", "budget", "tokens")
_MALFORMED = ("bad_json", "bad_call", "unclosed_tool_call", "unclosed_answer", "bad_answer")


def _share_of_turns(trajectories: Sequence[Trajectory], faults: Sequence[str]) -> float:
    turns = [step for one in trajectories for step in one.steps]
    return sum(any(fault in step.action.faults for fault in faults) for step in turns) / max(1, len(turns))
