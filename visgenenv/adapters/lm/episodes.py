"""One rollout's episode: `reset(**row)`, then a turn at a time, told as messages under a view."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import structs

from visgenenv.adapters.lm.view import Gallery, Message, View
from visgenenv.env import VisGenEnv
from visgenenv.media.looking import Looker
from visgenenv.trajectory import Trajectory
from visgenenv.types import Sampling, Task


class EpisodeEnvironment:
    """An episode of `VisGen-v0` that a trainer drives: it takes the policy's text as written and tells what came of it.

    It holds no rule of its own for what a turn means: a turn is `VisGenEnv.step`, that is `Episode.act`. TRL takes every
    public method but `reset` for a tool, so all others begin with an underscore.

    Args:
        env: A `VisGenEnv`; instances may share toolbox and media.
        view: What of the episode the model is shown.
        notes: Whatever else `settings` of the record shall say.
    """

    def __init__(self, env: VisGenEnv, view: View, notes: dict[str, Any] | None = None):
        self._env = env
        self._view = view
        self._notes = notes or {}
        self._marks: dict[str, Any] = {}
        self._gallery = Gallery(view, None)

    def reset(self, task: str, seed: int = 0, world_seed: int | None = None, **row: Any) -> Any:
        """Start an episode; rollouts with the same `world_seed` meet the same luck.

        Args:
            task: A `Task` as JSON text, as `task_rows` writes it.
            seed: Of the episode.
            world_seed: Of the world; default `seed`.
            **row: The other columns of the data set, which are not read.

        Returns:
            The request, with the user's pictures: text or content parts that TRL adds to the row's last message.
        """
        world = seed if world_seed is None else world_seed
        chosen = msgspec.json.decode(task, type=Task)
        self._env.reset(seed=seed, options={"task": chosen, "world_seed": world})
        seeing = self._env.feedback == "auto"
        looker = Looker(self._env.workspace.assets, self._view.image_px) if seeing else None
        self._gallery = Gallery(self._view, looker)
        self._marks = {"group": f"{chosen.id}@{world}"}
        return self._view.request({"role": "user", "content": self._env.episode.first}, self._gallery)

    def _play(self, text: str, sampling: Sampling | None = None) -> list[Message]:
        """Play a turn and return the messages that answer it; none when the episode is over."""
        episode = self._env.episode
        if episode.over:
            return []
        self._env.step(self._gallery.meant(text))
        if sampling is not None:
            episode.steps[-1] = structs.replace(episode.steps[-1], sampling=sampling)
        return [] if episode.over else self._view.results(episode.steps[-1].told, self._gallery)

    def _schemas(self) -> list[dict[str, Any]]:
        """Return the schemas on offer, as the view shows them."""
        return self._view.tools(self._env.episode.schemas())

    @property
    def _over(self) -> bool:
        return self._env.episode.over

    def _cut(self, reason: str) -> None:
        """End the episode from outside: the trainer has no room for more of it."""
        self._env.episode.cut(reason)

    def _mark(self, **marks: Any) -> None:
        """Note in the record's settings what the trainer knows of the rollout."""
        self._marks |= marks

    def _record(self) -> Trajectory:
        """Return the record so far, with the trainer's notes in its settings."""
        record = self._env.trajectory
        return structs.replace(record, settings={**record.settings, **self._notes, **self._marks})
