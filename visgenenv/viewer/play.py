"""One finished episode as the viewer is given it: who played it, what happened, how it was scored."""

from __future__ import annotations

import re

from msgspec import Struct

from visgenenv.rewards import RewardRecord
from visgenenv.trajectory import Trajectory


class Play(Struct, frozen=True):
    """A finished episode, who played it, and how it was scored."""

    policy: str
    trajectory: Trajectory
    record: RewardRecord
    index: int
    """Place among the episodes of its policy, from 0; with the policy's name it makes the anchor."""
    full: bool = False
    """Whether the page shows it with films and full pictures."""
    step: int | float | None = None
    """The training step it was played at, if a trainer wrote it."""
    source: str = ""
    """The file it stands in, where there are several."""

    @property
    def anchor(self) -> str:
        """A name that is safe in a file path, an id and a link."""
        return f"{re.sub('[^0-9a-z]+', '-', self.policy.lower()[:40]).strip('-') or 'policy'}-{self.index:03d}"
