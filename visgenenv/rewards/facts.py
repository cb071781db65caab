"""Facts of a finished record that several components need: what was called, what was delivered, from what it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import TypeVar

import orjson

from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, LedgerEntry

Fact = TypeVar("Fact")


def _remembered(find: Callable[[Trajectory], Fact]) -> Callable[[Trajectory], Fact]:
    """Remember what was found for the latest record, since its components ask for the same facts one after another."""
    latest: list[tuple[Trajectory, Fact] | None] = [None]

    @wraps(find)
    def known(trajectory: Trajectory) -> Fact:
        pair = latest[0]  # read once: another thread may be scoring another record
        if pair is not None and pair[0] is trajectory:
            return pair[1]
        found = find(trajectory)
        latest[0] = (trajectory, found)
        return found

    return known


@_remembered
def ledger_of(trajectory: Trajectory) -> tuple[LedgerEntry, ...]:
    """Return every executed call in order."""
    return trajectory.ledger


@_remembered
def cited(trajectory: Trajectory) -> tuple[list[Asset], list[str]]:
    """Return the assets that the answer cites (each once, in order) and the urls that name none."""
    found: dict[str, Asset] = {}
    unknown: list[str] = []
    known = {asset.id: asset for asset in trajectory.assets}
    for url in trajectory.answer.answer_url_list if trajectory.answer else ():
        asset = known.get(url.removeprefix("asset://").partition(".")[0])
        if asset is None:
            unknown.append(url)
        else:
            found[asset.id] = asset
    return list(found.values()), unknown


@_remembered
def delivered(trajectory: Trajectory) -> tuple[Asset, ...]:
    """Return `Deliver(a)`: cited, made in this episode, of the requested modality, distinct by content.

    The paper counts an episode as a success when this is not empty (specification 1.0, `V`).
    """
    out: dict[str, Asset] = {}
    for asset in cited(trajectory)[0]:
        if asset.created_by != "user" and asset.kind == trajectory.task.modality:
            out.setdefault(asset.content_root, asset)
    return tuple(out.values())


def closure(trajectory: Trajectory, roots: Iterable[Asset]) -> set[str]:
    """Return the ids of the given assets and of everything they were made from."""
    parents = {asset.id: [parent for parent, _ in asset.parents] for asset in trajectory.assets}
    reached: set[str] = set()
    open_ids = [asset.id for asset in roots]
    while open_ids:
        asset_id = open_ids.pop()
        if asset_id not in reached:
            reached.add(asset_id)
            open_ids.extend(parents.get(asset_id, ()))
    return reached


@_remembered
def repeats(trajectory: Trajectory) -> list[bool]:
    """Return, per call, whether an identical one succeeded, or failed by the agent's own fault, before it."""
    return repeated(ledger_of(trajectory))


def repeated(ledger: Sequence[LedgerEntry]) -> list[bool]:
    """Return, per call, whether an identical one succeeded, or failed by the agent's own fault, before it."""
    seen: set[tuple[str, bytes]] = set()
    out = []
    for entry in ledger:
        key = _key(entry)
        out.append(key is not None and key in seen)
        error = entry.result.error
        if key is not None and (error is None or error.fault == "AGENT"):
            seen.add(key)
    return out


def _key(entry: LedgerEntry) -> tuple[str, bytes] | None:
    """Return what makes calls identical; arguments too deep or odd to be compared never reached a tool."""
    try:
        return entry.call.name, orjson.dumps(entry.call.arguments, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError, RecursionError):
        return None
