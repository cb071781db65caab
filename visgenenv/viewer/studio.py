"""Files of assets made when a browser asks for them, in processes of their own that may be slow, or even die."""

from __future__ import annotations

import signal
import tempfile
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as Late
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from threading import Lock

from visgenenv.errors import MediaError
from visgenenv.types import Asset
from visgenenv.viewer.figures import Wish, draw
from visgenenv.viewer.guard import Guard

PATIENCE_S = 180.0
"""A file that takes longer than this is given up."""


class Studio:
    """Makes files of assets and remembers where they are, until it is closed.

    Args:
        film_height: Of films, in pixels; 0 keeps them in their own size.
        guard: Says what may be drawn.
        workers: Processes that draw.
    """

    def __init__(self, film_height: int, guard: Guard, workers: int = 2):
        self.film_height, self.guard, self.workers = film_height, guard, workers
        self._folder = tempfile.TemporaryDirectory(prefix="visgenenv-view-")
        self._made: dict[tuple[str, str], Path] = {}
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def file(self, episode: str, asset: Asset, part: str) -> Path:
        """Return the file of a part of an asset; `episode` is a safe name that no other episode has.

        Raises:
            MediaError: It cannot be made, may not be shown, or takes too long.
        """
        key = (f"{episode}-{asset.id}", part)
        with self._lock:
            known = self._made.get(key)
        if known is not None:
            return known
        self.guard.check(asset)
        wish = Wish(asset, part, Path(self._folder.name) / episode, self.film_height, self.guard)
        path = self._draw(wish)
        with self._lock:
            self._made[key] = path
        return path

    def warm(self) -> None:
        """Start a process now: somebody is about to look at something."""
        self._open().submit(int)

    def close(self) -> None:
        """End the processes and remove what was made."""
        self._stop()
        self._folder.cleanup()

    def _draw(self, wish: Wish) -> Path:
        pool = self._open()
        try:
            return pool.submit(draw, wish).result(PATIENCE_S)
        except Late:
            self._stop(pool)
            raise MediaError(f"given up after {PATIENCE_S:.0f} s") from None
        except (BrokenProcessPool, RuntimeError) as error:
            self._stop(pool)
            raise MediaError(f"the process that drew it has ended ({error})") from error

    def _open(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                context = get_context("spawn")
                self._pool = ProcessPoolExecutor(self.workers, context, signal.signal, (signal.SIGINT, signal.SIG_IGN))
            return self._pool

    def _stop(self, pool: ProcessPoolExecutor | None = None) -> None:
        """End a pool (the current one) at once, whatever it is doing."""
        with self._lock:
            pool = pool or self._pool
            if pool is self._pool:
                self._pool = None
        if pool is not None:
            workers = list((pool._processes or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.kill()
