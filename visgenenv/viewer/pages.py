"""What the viewer's server answers, apart from HTTP: the page, scores, episodes, and files that are drawn when asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from visgenenv.errors import MediaError, TraceError
from visgenenv.rewards import COMPONENTS, PRESETS
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset
from visgenenv.viewer.columns import columns
from visgenenv.viewer.episode import episode, score_sheet, to_text
from visgenenv.viewer.figures import SERVED, Figure, figure_of
from visgenenv.viewer.guard import Guard
from visgenenv.viewer.scoring import Scorer, score_safely
from visgenenv.viewer.shell import page
from visgenenv.viewer.store import Store
from visgenenv.viewer.studio import Studio

_TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4", ".wav": "audio/wav", ".m4a": "audio/mp4", ".mp3": "audio/mpeg"}

Route = Callable[..., "Body"]
Body = tuple[str, bytes | Path]
"""Content type, and what is sent: bytes, or a file."""


class Refusal(Exception):
    """A request that is answered with an error; `args` are the HTTP status and one line."""


class Pages:
    """The answers to a browser's requests.

    Args:
        store: The episodes.
        preset: By which the list is scored; a single episode may be scored by any other too.
        title: Of the page.
        film_height: Of films, in pixels; 0 keeps them in their own size.
        guard: Says which assets may be drawn.
        workers: Processes that score, and as many that draw.
    """

    def __init__(self, store: Store, preset: str, title: str, film_height: int, guard: Guard, workers: int):
        self.store, self.preset, self.title = store, preset, title
        self.scorer = Scorer(preset, workers)
        self.studio = Studio(film_height, guard, workers)
        self.generation = store.generation
        self._recent = lru_cache(32)(self._read)

    def close(self) -> None:
        """End everything that was begun."""
        self.scorer.close()
        self.studio.close()

    def answer(self, path: str) -> Body:
        """Return what a path stands for.

        Raises:
            Refusal: Nothing, or nothing any more.
        """
        for pattern, route in _ROUTES:
            found = pattern.fullmatch(path)
            if found is not None:
                return route(self, *found.groups())
        raise Refusal(404, "there is nothing here")

    def home(self) -> Body:
        """Return the page with the list, after a look at what has been appended to the files."""
        problem = ""
        with self.store.lock:
            try:
                self.store.refresh()
            except (TraceError, OSError) as error:
                problem = str(error)
            if self.store.generation != self.generation:
                self.generation = self.store.generation
                self.scorer.restart()
            marks, done = self.scorer.snapshot(len(self.store))
            index = columns(self.store.briefs, marks, list(COMPONENTS), self.preset)
        about = {"title": self.title, "mode": "server", "preset": self.preset, "generation": self.generation}
        return "text/html; charset=utf-8", page({**index, **about, "scored": done, "problem": problem})

    def scores(self, generation: str, start: str) -> Body:
        """Return what has been scored since the first `start`.

        A page asks as soon as it is on screen, and only then does the work begin, so that nothing delays the page.
        """
        self._same(generation)
        with self.store.lock:
            self.scorer.extend(self.store.places)
        self.studio.warm()
        rows, total = self.scorer.since(int(start))
        return _json({"rows": rows, "total": total})

    def episode(self, generation: str, index: str) -> Body:
        """Return everything the page shows of an episode."""
        trajectory = self._trajectory(generation, index)

        def figures(asset: Asset) -> Figure:
            parts = SERVED.get(asset.kind, ())
            return figure_of({part: f"media/{generation}/{index}/{asset.id}/{part}" for part in parts})

        return _json(episode(trajectory, score_safely(trajectory, self.preset), figures))

    def score(self, generation: str, index: str, preset: str) -> Body:
        """Return an episode's score by another preset."""
        if preset not in PRESETS:
            raise Refusal(404, "there is no such preset")
        return _json(score_sheet(score_safely(self._trajectory(generation, index), preset)))

    def media(self, generation: str, index: str, asset_id: str, part: str) -> Body:
        """Return a file of an asset, made now if it is not there yet."""
        trajectory = self._trajectory(generation, index)
        asset = next((one for one in trajectory.assets if one.id == asset_id), None)
        if asset is None or part not in SERVED.get(asset.kind, ()):
            raise Refusal(404, "there is no such asset")
        try:
            path = self.studio.file(f"{generation}-{index}", asset, part)
        except MediaError as error:
            raise Refusal(422, f"not drawn: {error}") from error
        return _TYPES.get(path.suffix, "application/octet-stream"), path

    def _trajectory(self, generation: str, index: str) -> Trajectory:
        self._same(generation)
        if int(index) >= len(self.store):
            raise Refusal(404, "there is no such episode")
        try:
            return self._recent(self.generation, int(index))
        except TraceError as error:
            raise Refusal(422, str(error)) from error

    def _read(self, generation: int, index: int) -> Trajectory:
        return self.store.trajectory(index)

    def _same(self, generation: str) -> None:
        if int(generation) != self.store.generation or self.generation != self.store.generation:
            raise Refusal(409, "the trace files have been replaced; load the page again")


_NUMBER = "([0-9]{1,9})"
_ROUTES: Sequence[tuple[re.Pattern[str], Route]] = (
    (re.compile("/"), Pages.home),
    (re.compile(f"/api/{_NUMBER}/scores/{_NUMBER}"), Pages.scores),
    (re.compile(f"/api/{_NUMBER}/episode/{_NUMBER}"), Pages.episode),
    (re.compile(f"/api/{_NUMBER}/score/{_NUMBER}/([A-Za-z0-9]+)"), Pages.score),
    (re.compile(f"/media/{_NUMBER}/{_NUMBER}/([0-9A-Za-z_]{{1,200}})/([a-z]+)"), Pages.media),
)


def _json(value: Any) -> Body:
    return "application/json", to_text(value).encode()
