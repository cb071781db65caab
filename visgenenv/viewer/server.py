"""A server for the browser of this machine: long runs are opened at once, and nothing is drawn before it is looked at."""

from __future__ import annotations

import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from visgenenv.viewer.guard import Guard
from visgenenv.viewer.pages import Pages, Refusal
from visgenenv.viewer.shell import policy
from visgenenv.viewer.store import Store

HOST = "127.0.0.1"
_OWN_NAMES = ("127.0.0.1", "localhost")
_CHUNK = 1 << 16


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
