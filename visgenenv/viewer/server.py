"""A server for the browser of this machine: long runs are opened at once, and nothing is drawn before it is looked at."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
from visgenenv.viewer.shell import page, policy
from visgenenv.viewer.store import Store
from visgenenv.viewer.studio import Studio

HOST = "127.0.0.1"
_OWN_NAMES = ("127.0.0.1", "localhost")
_CHUNK = 1 << 16
_TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4", ".wav": "audio/wav", ".m4a": "audio/mp4", ".mp3": "audio/mpeg"}

Route = Callable[..., "Body"]
Body = tuple[str, bytes | Path]
"""Content type, and what is sent: bytes, or a file."""


class Refusal(Exception):
    """A request that is answered with an error; `args` are the HTTP status and one line."""


class Pages:
    """What the server answers, apart from HTTP.

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
        self.studio.warm()
        with self.store.lock:
            try:
                self.store.refresh()
            except (TraceError, OSError) as error:
                problem = str(error)
            if self.store.generation != self.generation:
                self.generation = self.store.generation
                self.scorer.restart()
            self.scorer.extend(self.store.places)
            marks, done = self.scorer.snapshot(len(self.store))
            index = columns(self.store.briefs, marks, list(COMPONENTS), self.preset)
        about = {"title": self.title, "mode": "server", "preset": self.preset, "generation": self.generation}
        return "text/html; charset=utf-8", page({**index, **about, "scored": done, "problem": problem})

    def scores(self, generation: str, start: str) -> Body:
        """Return what has been scored since the first `start`."""
        self._same(generation)
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


class _Handler(BaseHTTPRequestHandler):
    """HTTP around `Pages`: only GET and HEAD, only to this machine's own names, only from the page itself."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "visgenenv", ""
    timeout = 60
    pages: Pages

    def do_GET(self) -> None:
        try:
            self._check()
            kind, body = self.pages.answer(self.path.partition("?")[0])
        except Refusal as refusal:
            status, line = refusal.args
            self._send(status, "text/plain; charset=utf-8", str(line).encode("utf-8", "replace"))
            return
        if isinstance(body, Path):
            self._send_file(kind, body)
        else:
            self._send(200, kind, body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal belongs to the user."""

    def _check(self) -> None:
        """Refuse pages of others: by a name that was made to point here, or by a request that another page sends."""
        name = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if name.lower() not in _OWN_NAMES:
            raise Refusal(403, "this server answers to 127.0.0.1 and localhost only")
        if self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") and self.path != "/":
            raise Refusal(403, "this server answers to its own page only")

    def _send(self, status: int, kind: str, data: bytes) -> None:
        self._head(status, kind, len(data))
        if self.command != "HEAD":
            self.wfile.write(data)

    def _send_file(self, kind: str, path: Path) -> None:
        size = path.stat().st_size
        first, last = _range(self.headers.get("Range", ""), size)
        partial = (first, last) != (0, size - 1)
        extra = {"Accept-Ranges": "bytes", "Cache-Control": "private, max-age=3600"}
        if partial:
            extra["Content-Range"] = f"bytes {first}-{last}/{size}"
        self._head(206 if partial else 200, kind, last - first + 1, extra)
        if self.command == "HEAD":
            return
        with path.open("rb") as file:
            file.seek(first)
            left = last - first + 1
            while left and (data := file.read(min(left, _CHUNK))):
                self.wfile.write(data)
                left -= len(data)

    def _head(self, status: int, kind: str, length: int, extra: dict[str, str] | None = None) -> None:
        fields = {
            "Content-Type": kind,
            "Content-Length": str(length),
            "Content-Security-Policy": f"{policy('server')}; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-store",
            **(extra or {}),
        }
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()


def _range(asked: str, size: int) -> tuple[int, int]:
    """Return the first and last byte asked for; the whole file where that cannot be read or fulfilled."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", asked.strip())
    whole = (0, size - 1)
    if found is None or not (found[1] or found[2]):
        return whole
    if not found[1]:
        return max(0, size - int(found[2])), size - 1
    first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    return (first, last) if first <= last else whole


class _Threads(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a browser hangs up in the middle of a film; tell of anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class ViewServer:
    """Serves the viewer on the loopback address until it is stopped.

    Args:
        store: The episodes.
        preset: By which the list is scored.
        port: 0: any that is free.
        title: Of the page.
        film_height: Of films, in pixels; 0 keeps films in their own size.
        guard: Says which assets may be drawn.
        workers: Processes that score and draw.

    Raises:
        OSError: The port is taken.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> file = Path(tempfile.mkdtemp()) / "traces.jsonl"
        >>> file.touch()
        >>> with ViewServer(Store([file])) as server:
        ...     print(server.url.startswith("http://127.0.0.1:"))
        True
    """

    def __init__(
        self,
        store: Store,
        preset: str = "hardened",
        port: int = 0,
        *,
        title: str = "VisGenEnv episodes",
        film_height: int = 480,
        guard: Guard | None = None,
        workers: int = 1,
    ):
        self._http = _Threads((HOST, port), _Handler, bind_and_activate=True)
        self.pages = Pages(store, preset, title, film_height, guard or Guard(), workers)
        self._http.RequestHandlerClass = type("Handler", (_Handler,), {"pages": self.pages})
        self.address = (str(self._http.server_address[0]), int(self._http.server_address[1]))
        self.url = f"http://{HOST}:{self.address[1]}/"

    def serve(self) -> None:
        """Answer until `stop` is called from another thread, or the user interrupts."""
        self._http.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        """Make `serve`, in another thread, return."""
        self._http.shutdown()

    def close(self) -> None:
        """End everything that was begun; `serve` must have returned."""
        self._http.server_close()
        self.pages.close()

    def __enter__(self) -> ViewServer:
        return self

    def __exit__(self, *stopped: object) -> None:
        self.close()
