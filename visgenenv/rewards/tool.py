"""R_tool: whether calls succeeded, failures were put right, and the work went into the answer (specification 1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import orjson

from visgenenv.rewards.facts import cited, closure
from visgenenv.trajectory import Trajectory
from visgenenv.types import LedgerEntry, Score

FAMILIES = ("text2image", "image_edit", "text2video", "image2video")
"""Tools of one family do the same job for different services."""
_MEDIUM = {"text2image": "picture", "image_edit": "picture", "text2video": "film", "image2video": "film"}
_UNREADABLE = ("UNKNOWN_TOOL", "BAD_CALL")
_SERIOUS = ("UNKNOWN_TOOL", "BAD_CALL", "INVALID_ARGUMENT")


def tool_score(trajectory: Trajectory, mode: str = "graded") -> Score:
    """Score the calls.

    Args:
        trajectory: A finished record.
        mode: "graded" (success and recovery, times economy) or "ladder" (VisionCreator-R1's 0, 0.1, 0.8, 1.0).
    """
    ledger = trajectory.ledger
    if not any(entry.ok for entry in ledger):
        return Score(0.0, "no call succeeded" if ledger else "no tool was called")
    recovered, final = _failures(ledger)
    if mode == "ladder":
        value = 0.1 if final else 0.8 if recovered else 1.0
        return Score(value, _reason(recovered, final), {"recovered": len(recovered), "final": len(final)})
    weight = sum(2 if _type(entry) in _SERIOUS else 1 for entry in recovered)
    if final:
        base = 0.3 * (1 - len(final) / len(ledger))
    else:
        base = max(0.4, 0.8 * 0.9 ** (weight - 1)) if weight else 1.0
    useful, waste = _economy(trajectory, ledger)
    allowed = max(2, ceil(0.25 * trajectory.task.reference_length))
    econ = useful / (useful + max(0, waste - allowed)) if useful else 0.0
    evidence = {"recovered": len(recovered), "final": len(final), "useful": useful, "waste": waste, "allowed": allowed}
    reason = f"{_reason(recovered, final)}; {useful} of {len(ledger)} calls went into the answer"
    return Score(base * econ, reason, evidence)


def family(name: str) -> str:
    """Return the family of a tool: `text2image` for `tool_text2image_qwen`, the tool's own name where it stands alone."""
    stem = name.removeprefix("tool_")
    return next((one for one in FAMILIES if stem.startswith(one)), stem)


def _failures(ledger: Sequence[LedgerEntry]) -> tuple[list[LedgerEntry], list[LedgerEntry]]:
    """Split the failures that count into those put right later and those that stayed.

    An agent's failure is put right by a later success of the same family (of any, if the call could not be read).
    A failure of the environment counts only if nothing later did the job, by that family or another of its medium.
    """
    recovered, final = [], []
    later: set[str] = set()
    for entry in reversed(ledger):
        own = family(entry.call.name)
        if entry.ok:
            later |= {own, _MEDIUM.get(own, own), "any"}
            continue
        assert entry.result.error is not None
        env = entry.result.error.fault == "ENV"
        cure = "any" if _type(entry) in _UNREADABLE else _MEDIUM.get(own, own) if env else own
        if cure not in later:
            final.append(entry)
        elif not env:
            recovered.append(entry)
    return recovered, final


def _economy(trajectory: Trajectory, ledger: Sequence[LedgerEntry]) -> tuple[int, int]:
    """Count the successful calls that went into the answer, and the calls that were waste."""
    reached = closure(trajectory, cited(trajectory)[0])
    useful = waste = 0
    seen: set[tuple[str, bytes]] = set()
    for entry in ledger:
        key = (
            (entry.call.name, orjson.dumps(entry.call.arguments, option=orjson.OPT_SORT_KEYS))
            if _plain(entry)
            else None
        )
        repeated = key in seen if key else False
        if entry.ok and not repeated and any(asset.id in reached for asset in entry.result.assets):
            useful += 1
        elif entry.ok or repeated:
            waste += 1
        if key and (entry.ok or (entry.result.error and entry.result.error.fault == "AGENT")):
            seen.add(key)
    return useful, waste


def _plain(entry: LedgerEntry) -> bool:
    """Whether the arguments can be compared; deep or odd ones never reached a tool."""
    try:
        orjson.dumps(entry.call.arguments)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _type(entry: LedgerEntry) -> str:
    return entry.result.error.type if entry.result.error else ""


def _reason(recovered: Sequence[LedgerEntry], final: Sequence[LedgerEntry]) -> str:
    if final:
        return f"{len(final)} failures were never put right (first: {final[-1].call.name or 'an unreadable call'})"
    return f"{len(recovered)} failures, all put right" if recovered else "no failure of the agent's own"
