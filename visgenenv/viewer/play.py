"""One episode as the viewer is given it, and as its template reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
from markupsafe import Markup, escape
from msgspec import Struct

from visgenenv.rewards import RewardRecord
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Step, ToolCall, ToolResult

if TYPE_CHECKING:
    from visgenenv.viewer.figures import Figure

_LINK = re.compile(r"(?:asset://)?((?:img|vid|aud|txt|sub|doc)_[0-9a-z]{4,134})(?:\.[a-z0-9]{2,4})?")
_LONG = 400
"""Characters after which data is shown as a scrolling block."""


class Play(Struct, frozen=True):
    """A finished episode, who played it, and how it was scored."""

    policy: str
    trajectory: Trajectory
    record: RewardRecord
    index: int
    """Place within its policy's episodes; with the policy's name it makes the anchor."""
    full: bool = False
    """Shown with films and full pictures."""

    @property
    def anchor(self) -> str:
        """A name that is safe in a file path, an id and a link."""
        return f"{re.sub('[^0-9a-z]+', '-', self.policy.lower()).strip('-') or 'policy'}-{self.index:03d}"

    @property
    def success(self) -> bool:
        """Whether a deliverable of the right modality arrived (the record's `valid` gate)."""
        return bool(self.record.gates.get("V", self.record.reward > 0))


Figures = Mapping[tuple[str, str], "Figure"]


def page_view(play: Play, figures: Figures, opened: bool) -> dict[str, Any]:
    """Return what `play.html` shows of an episode."""
    trajectory, record = play.trajectory, play.record
    task = trajectory.task
    return {
        "anchor": play.anchor,
        "task": task.id,
        "policy": play.policy,
        "suite": task.split or task.id.partition("/")[0],
        "outcome": "success" if play.success else "failure",
        "mood": "good" if play.success else "bad",
        "open": opened,
        "reward": f"{record.reward:.3f}",
        "values": [number(record.components.get(name)) for name in record.components],
        "gist": " ".join(task.query.split())[:160],
        "query": task.query,
        "uploads": [figures[play.anchor, asset.id] for asset in trajectory.assets if not asset.created_by],
        "facts": _facts(trajectory),
        "answer": _answer(play, figures),
        "truncated_by": trajectory.truncated_by,
        "scores": _scores(record),
        "turns": [_turn(play, step, number, figures) for number, step in enumerate(trajectory.steps, 1)],
    }


def number(value: float | None) -> str:
    """Write a score, or a dash where a component does not apply."""
    return "–" if value is None else f"{value:.3f}"


def _facts(trajectory: Trajectory) -> str:
    task, ledger = trajectory.task, trajectory.ledger
    failed = sum(not entry.ok for entry in ledger)
    return " · ".join(
        [
            task.type,
            task.lang,
            f"{len(trajectory.steps)} turns",
            f"{len(ledger)} calls, {failed} failed",
            f"{trajectory.latency_s:,.0f} s simulated",
            f"${trajectory.cost_usd:.2f} simulated",
            f"seed {trajectory.seed}",
        ]
    )


def _answer(play: Play, figures: Figures) -> dict[str, Any] | None:
    answer = play.trajectory.answer
    if answer is None:
        return None
    cited = [(url, play.trajectory.asset(url)) for url in answer.answer_url_list]
    return {
        "status": answer.task_status,
        "summary": answer.summary,
        "figures": [figures[play.anchor, asset.id] for _, asset in cited if asset is not None],
        "unknown": [url for url, asset in cited if asset is None],
    }
