"""The finished record of an episode: self-contained, replayable, and able to show what it made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from visgenenv import media
from visgenenv.types import Answer, Asset, LedgerEntry, Step, Task


class Trajectory(Struct, frozen=True):
    """One episode from request to answer. A reward is a pure function of it.

    Example:
        >>> from visgenenv import ExpertPolicy, load_suite, rollout
        >>> record = rollout(ExpertPolicy(), [load_suite("paper")[1]], faults="none", progress=False)[0]
        >>> len(record.answer.answer_url_list)
        10
    """

    task: Task
    steps: tuple[Step, ...]
    assets: tuple[Asset, ...]
    """Every asset in the order of its making, the user's uploads first."""
    seed: int
    """Reset the environment with this seed (and `world_seed`) and the same task: the ids are the same."""
    world_seed: int
    settings: dict[str, Any] = {}
    versions: dict[str, Any] = {}
    terminated: bool = False
    truncated_by: str = ""
    reward: float | None = None
    """What the rollout paid for it, if a rollout made it; scoring never looks at this."""

    @property
    def answer(self) -> Answer | None:
        """The final answer, or None if the episode never got one."""
        return self.steps[-1].action.answer if self.terminated and self.steps else None

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every executed call in order."""
        pairs = (
            (turn, call, result)
            for turn, step in enumerate(self.steps)
            for call, result in zip(step.action.calls, step.results, strict=True)
        )
        return tuple(LedgerEntry(index, turn, call, result) for index, (turn, call, result) in enumerate(pairs))

    @property
    def cost_usd(self) -> float:
        """What all calls cost, in simulated US dollars."""
        return round(sum(entry.result.usage.cost_usd for entry in self.ledger), 6)

    @property
    def latency_s(self) -> float:
        """How long the episode took, in simulated seconds; calls of one turn run at the same time."""
        ends = [entry.result.usage.started_s + entry.result.usage.latency_s for entry in self.ledger]
        return round(max(ends, default=0.0), 3)

    def asset(self, reference: str) -> Asset | None:
        """Return the asset that a url or id names, or None."""
        wanted = reference.removeprefix("asset://").partition(".")[0]
        return next((asset for asset in self.assets if asset.id == wanted), None)

    def open(self, reference: str) -> Any:
        """Return a Pillow image, a frame sheet (video), a spectrogram (audio) or `str`, from the record alone."""
        return media.open_asset(self._known(reference))

    def export(self, reference: str, folder: str | Path) -> Path:
        """Write the exact file into `folder`, from the record alone, and return its path."""
        return media.export_asset(self._known(reference), Path(folder))

    def _known(self, reference: str) -> Asset:
        asset = self.asset(reference)
        if asset is None:
            raise KeyError(f"no asset {reference!r} in this record; it has {[one.url for one in self.assets]}")
        return asset
