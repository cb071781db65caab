"""One rollout's episode in the shape of TRL's `environment_factory`: `reset(**row)`, then a turn at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from visgenenv.adapters.lm.episodes import EpisodeEnvironment
from visgenenv.adapters.lm.view import View
from visgenenv.env import VisGenEnv
from visgenenv.media import MediaDB
from visgenenv.tools import load_toolbox


class TurnEnvironment(EpisodeEnvironment):
    """The episode behind a single method that takes whole turns. `VisGenGRPOTrainer` drives it.

    Example:
        >>> from visgenenv.adapters.trl import environment_factory, task_rows
        >>> environment = environment_factory(faults="none")()
        >>> environment.reset(**task_rows("paper", limit=2)[1])[:27]
        'Generate 10 character illus'
        >>> environment.turn("just words")[0]["content"][:27]
        '{"status":"note","message":'
    """

    def turn(self, text: str) -> list[dict[str, Any]]:
        """Play one assistant turn.

        Args:
            text: The whole turn as it was written.
        """
        return self._play(text)


def environment_factory(
    view: View | None = None, *, kind: type[EpisodeEnvironment] = TurnEnvironment, **env: Any
) -> Callable[[], EpisodeEnvironment]:
    """Return what `GRPOTrainer(environment_factory=...)` wants: each call makes an environment for one rollout.

    Args:
        view: What of an episode the model is shown.
        kind: Of environment: `TurnEnvironment`, or one that `tool_environment` made.
        **env: Keywords of `VisGenEnv` (faults, max_turns, toolbox, feedback, ...); toolbox and media are shared.
    """
    shared = {"toolbox": load_toolbox(), "media": MediaDB(), **env}
    VisGenEnv(**shared)  # a bad keyword is told now, not at the first rollout
    return partial(_make, kind, view or View(), shared)


def _make(kind: type[EpisodeEnvironment], view: View, env: dict[str, Any]) -> EpisodeEnvironment:
    return kind(VisGenEnv(**env), view)
