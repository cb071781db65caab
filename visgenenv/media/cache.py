"""A folder of finished files, found by what they hold: many processes may read and fill it at the same time."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from visgenenv.errors import MediaError

MAX_BYTES = 4 << 30
"""How large the cache grows before what was used longest ago is removed (4 GiB)."""
_TIDY_EVERY = 64
"""So many new files are made by a process before it looks at the size of the whole."""


class MediaCache:
    """Content-addressed files: a key names what a file holds, so that equal files are made once.

    A file is written beside its place and moved there whole; a killed process leaves at most a temporary file, which
    the next tidying removes. No locks: two processes that make the same file write the same bytes.

    Args:
        folder: Where; default `$VISGENENV_CACHE`, else the user's cache directory.
        max_bytes: Size above which the files used longest ago are removed.

    Example:
        >>> import tempfile
        >>> cache = MediaCache(tempfile.mkdtemp())
        >>> cache.get(b"a fox", ".txt", lambda path: path.write_text("fox")).read_text()
        'fox'
    """

    def __init__(self, folder: str | Path | None = None, max_bytes: int = MAX_BYTES):
        self.folder = Path(folder) if folder is not None else default_folder()
        self.max_bytes = max_bytes
        self._made = 0

    def path(self, key: bytes, suffix: str) -> Path:
        """Return where the file with this key is or would be."""
        name = blake2b(key, digest_size=20).hexdigest()
        return self.folder / name[:2] / f"{name}{suffix}"

    def get(self, key: bytes, suffix: str, make: Callable[[Path], object]) -> Path:
        """Return the file with this key; `make` writes it to the path it is given, if it is not there yet.

        Raises:
            MediaError: The folder cannot be written.
        """
        path = self.path(key, suffix)
        try:
            os.utime(path)
            return path
        except OSError:
            pass
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=f"{suffix}.part", dir=path.parent)
            os.close(handle)
        except OSError as error:
            raise MediaError(f"cannot write to the media cache {self.folder}: {error.strerror or error}") from error
        part = Path(name)
        try:
            make(part)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        self._made += 1
        if self._made % _TIDY_EVERY == 0:
            self.tidy()
        return path

    def tidy(self) -> None:
        """Remove temporary files an hour old, and what was used longest ago until the cache is below its size."""
        files = []
        for path in self.folder.glob("??/*"):
            try:
                status = path.stat()
            except OSError:
                continue
            files.append((status.st_mtime, status.st_size, path))
        files.sort()
        newest, total = (files[-1][0] if files else 0.0), sum(size for _, size, _ in files)
        for used, size, path in files:
            if (path.suffix == ".part" and used < newest - 3600) or total > self.max_bytes:
                path.unlink(missing_ok=True)
                total -= size


def default_folder() -> Path:
    """Return `$VISGENENV_CACHE`, else `visgenenv` in the platform's folder for caches."""
    if given := os.environ.get("VISGENENV_CACHE"):
        return Path(given)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "visgenenv"
