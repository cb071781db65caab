"""Checks of a media database: that its files are what it says, and that draws are sound."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import islice

from visgenenv.errors import MediaError
from visgenenv.media import MediaDB
from visgenenv.media.library.entry import KINDS, Entry

_DRAWS = 40
_SHAPES = ((1920, 1080), (1080, 1920), (1024, 1024), (640, 480))
_SECONDS = (1.0, 5.0, 30.0)
_SHOWN = 30


def check_media(media: MediaDB, deep: bool = False) -> None:
    """Check a media database.

    Checked: its files are there and unchanged; every kind it has can be drawn in any shape and length; a draw is of
    the kind asked for, has exact whole numbers, and comes out the same from a pickled copy; an entry is found
    by its own words.

    Args:
        media: The database.
        deep: Also decode every file in full.

    Raises:
        MediaError: Naming everything that is wrong.

    Example:
        >>> check_media(MediaDB())
    """
    problems = [f"{one.name}: {one.reason}" for one in media.check(deep)]
    problems += _draw_problems(media)
    if problems:
        shown = "\n- ".join(problems[:_SHOWN])
        raise MediaError(f"{media.path or 'the shipped media'}: {len(problems)} problem(s):\n- {shown}")


def _draw_problems(media: MediaDB) -> Iterator[str]:
    copy: MediaDB = pickle.loads(pickle.dumps(media))
    for kind in KINDS:
        count = media.count(kind)
        if not count and media.draw(kind, 640, 480, 5.0) is not None:
            yield f"there is no {kind}, and one is drawn"
        for index in range(_DRAWS if count else 0):
            wanted = (*_SHAPES[index % 4], _SECONDS[index % 3])
            entry = media.draw(kind, *wanted, u=index / _DRAWS)
            if entry is None:
                yield f"{count} entries of kind {kind}, and none is drawn for {wanted}"
                continue
            yield from _entry_problems(entry, kind)
            if entry != copy.draw(kind, *wanted, u=index / _DRAWS):
                yield f"a pickled copy draws another {kind} than {entry.path}"
    for entry in islice(media.entries(), _DRAWS):
        shape = (entry.width, entry.height, entry.duration)
        found = media.draw(entry.kind, *shape, words=entry.words, least=len(entry.words)) if entry.words else entry
        if found is None:
            yield f"{entry.path}: not found by its own words {', '.join(entry.words)}"


def _entry_problems(entry: Entry, kind: str) -> Iterator[str]:
    if entry.kind != kind:
        yield f"{entry.path}: of kind {entry.kind}, drawn as {kind}"
    if kind != "audio" and (entry.width < 1 or entry.height < 1):
        yield f"{entry.path}: a size of {entry.width}x{entry.height}"
    if kind == "video" and (entry.n_frames < 1 or entry.fps[0] < 1 or entry.fps[1] < 1):
        yield f"{entry.path}: {entry.n_frames} frames at {entry.fps[0]}/{entry.fps[1]}"
    if kind == "audio" and (entry.n_samples < 1 or entry.sample_rate < 1):
        yield f"{entry.path}: {entry.n_samples} samples at {entry.sample_rate}"
    if not entry.fingerprint:
        yield f"{entry.path}: it has no fingerprint"
