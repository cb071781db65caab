"""Sounds of a media database, as a generated song or effect plays them: from the beginning, again when they have ended."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visgenenv.errors import MediaError
from visgenenv.media.caching import Shelf
from visgenenv.media.library.entry import Entry
from visgenenv.media.library.probing import held

Samples = NDArray[np.float32]

SONG_SECONDS = 15.0
"""What lasts at least so long, or is called music, may stand for a song."""
_TEMPO = re.compile(
    r"(?<![0-9.])([0-9]{2,3}(?:\.[0-9]+)?)[\s_-]*bpm(?![a-z])|(?<![a-z])bpm[\s_:=-]*([0-9]{2,3}(?:\.[0-9]+)?)", re.I
)
_MUSIC = re.compile(
    r"(?<![a-z])(?:music|song|tune|melody|soundtrack|score|bgm)s?(?![a-z])|音乐|歌曲|配乐|旋律|乐曲", re.I
)
_SUNG = re.compile(r"(?<![a-z])(?:vocals?|lyrics|singer|singing|sung)(?![a-z])|人声|演唱|歌词", re.I)
_taken: Shelf[Samples] = Shelf(32_000_000, largest=16_000_000)


def tempo_said(entry: Entry) -> float:
    """Return the beats a minute that the name, caption or tags of a sound tell ("120 bpm"); 0.0 if none does.

    >>> tempo_said(Entry("/music/calm_72bpm.mp3", "audio")), tempo_said(Entry("/music/calm.mp3", "audio"))
    (72.0, 0.0)
    """
    found = _TEMPO.search(_said(entry))
    bpm = float(found[1] or found[2]) if found else 0.0
    return bpm if 20 <= bpm <= 400 else 0.0


def is_music(entry: Entry) -> bool:
    """Whether a sound is long enough for a song, or is called music."""
    return entry.duration >= SONG_SECONDS or bool(_MUSIC.search(_said(entry)))


def is_sung(entry: Entry) -> bool:
    """Whether a sound is said to have a voice in it."""
    return bool(_SUNG.search(_said(entry)))


def _said(entry: Entry) -> str:
    return " | ".join((Path(entry.path).stem, entry.caption, *entry.words))


def played(entry: dict[str, Any], n: int, rate: int) -> Samples:
    """Return the first `n` samples of what an entry (`params["entry"]` of a recipe) plays, on one channel.

    Raises:
        MediaError: The file is gone, holds no sound any more, or cannot be decoded.
    """
    own = max(1, round(entry["n_samples"] * rate / max(1, entry["sample_rate"])))
    take = _take(held(entry), min(n, own), rate)
    out = np.resize(take, n)
    seam = min(round(0.01 * rate), take.size // 4, max(0, n - take.size))
    for start in range(take.size, n, take.size) if seam else ():  # it begins again without a click
        out[start - seam : start] *= np.linspace(1, 0, seam, dtype=np.float32)
    return out


def _take(path: str, n: int, rate: int) -> Samples:
    """Decode the first `n` samples of a file."""
    key = path, n, rate
    known = _taken.get(key)
    if known is None:
        try:
            known = _decoded(path, n, rate)
        except (OSError, EOFError, ValueError) as error:
            message = f"{path}: the media database holds this sound, but it cannot be decoded: {error}"
            raise MediaError(message) from error
        _taken.put(key, known, known.nbytes)
    return known


def _decoded(path: str, n: int, rate: int) -> Samples:
    import av

    out: list[Samples] = []
    got = 0
    with av.open(path) as container:
        if not container.streams.audio:
            raise ValueError("it holds no sound")
        stream = container.streams.audio[0]
        heard = av.AudioResampler(format="fltp", layout="mono" if stream.channels == 1 else "stereo", rate=rate)
        for frame in chain(container.decode(stream), (None,)):
            for piece in heard.resample(frame):
                out.append(piece.to_ndarray().mean(axis=0).astype(np.float32))
                got += out[-1].size
            if got >= n:
                break
    if not got:
        raise ValueError("it holds no sound")
    return np.concatenate(out)[:n]
