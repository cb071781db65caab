"""R_tool: whether calls succeeded, failures were put right, and the work went into the answer (specification 1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from visgenenv.rewards.facts import cited, closure, ledger_of, repeats
from visgenenv.rewards.families import INSPECTING, MEDIUM, family_of
from visgenenv.trajectory import Trajectory
from visgenenv.types import LedgerEntry, Score

_UNREADABLE = ("UNKNOWN_TOOL", "BAD_CALL")
_SERIOUS = ("UNKNOWN_TOOL", "BAD_CALL", "INVALID_ARGUMENT")


def tool_score(trajectory: Trajectory, mode: str = "graded") -> Score:
    """Score the calls.

    Args:
        trajectory: A finished record.
        mode: "graded" (success and recovery, times economy) or "ladder" (VisionCreator-R1's 0, 0.1, 0.8, 1.0).
    """
    ledger = ledger_of(trajectory)
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
    useful, waste = economy(trajectory)
    allowed = max(2, ceil(0.25 * trajectory.task.reference_length))
    econ = useful / (useful + max(0, waste - allowed)) if useful else 0.0
    evidence = {"recovered": len(recovered), "final": len(final), "useful": useful, "waste": waste, "allowed": allowed}
    reason = f"{_reason(recovered, final)}; {useful} of {len(ledger)} calls went into the answer"
    return Score(base * econ, reason, evidence)


def _failures(ledger: Sequence[LedgerEntry]) -> tuple[list[LedgerEntry], list[LedgerEntry]]:
    """Split the failures that count into those put right later and those that stayed.

    An agent's failure is put right by a later success of the same family (of any, if the call could not be read).
    A failure of the environment counts only if nothing later did the job, by that family or another of its medium.
    """
    recovered, final = [], []
    later: set[str] = set()
    for entry in reversed(ledger):
        own = family_of(entry.call.name)
        if entry.ok:
            later |= {own, MEDIUM.get(own, own), "any"}
            continue
        assert entry.result.error is not None
        env = entry.result.error.fault == "ENV"
        cure = "any" if _type(entry) in _UNREADABLE else MEDIUM.get(own, own) if env else own
        if cure not in later:
            final.append(entry)
        elif not env:
            recovered.append(entry)
    return recovered, final


def economy(trajectory: Trajectory) -> tuple[int, int]:
    """Count the successful calls that went into the answer, and the calls that were waste.

    Neither the one nor the other: a failure that is not repeated; the first look at something that then went into
    the answer or was worked on; a flawed result that was made again.
    """
    ledger = ledger_of(trajectory)
    reached = closure(trajectory, cited(trajectory)[0])
    made, worked_on = _later(ledger)
    useful = waste = 0
    looked: set[tuple[str, str]] = set()
    for place, (entry, again) in enumerate(zip(ledger, repeats(trajectory), strict=True)):
        family, inputs = family_of(entry.call.name), entry.result.inputs
        if entry.ok and not again and any(asset.id in reached for asset in entry.result.assets):
            useful += 1
            continue
        if entry.ok and not again and family in INSPECTING:
            new = [one for one in inputs if (family, one) not in looked]
            looked |= {(family, one) for one in inputs}
            if any(one in reached or worked_on.get(one, -1) > place for one in new):
                continue
        if entry.ok and entry.result.flaws and made.get(family, -1) > place:
            continue
        waste += entry.ok or again
    return useful, waste


def _later(ledger: Sequence[LedgerEntry]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the last success of each family, and where each asset was last worked on."""
    made: dict[str, int] = {}
    worked_on: dict[str, int] = {}
    for place, entry in enumerate(ledger):
        family = family_of(entry.call.name)
        if entry.ok:
            made[family] = place
            if family not in INSPECTING:
                worked_on |= dict.fromkeys(entry.result.inputs, place)
    return made, worked_on


def _type(entry: LedgerEntry) -> str:
    return entry.result.error.type if entry.result.error else ""


def _reason(recovered: Sequence[LedgerEntry], final: Sequence[LedgerEntry]) -> str:
    if final:
        return f"{len(final)} failures were never put right (first: {final[-1].call.name or 'an unreadable call'})"
    return f"{len(recovered)} failures, all put right" if recovered else "no failure of the agent's own"
