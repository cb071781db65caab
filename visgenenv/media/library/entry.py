"""One photo, clip or sound of a media database, as it is drawn."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

EntryKind = Literal["image", "video", "audio"]
KINDS: tuple[EntryKind, ...] = ("image", "video", "audio")
"""A kind's place here is its code in the store and in the arrays."""


class Entry(Struct, frozen=True):
    """A file that may be shown.

    Sizes are those of the upright picture. A film with sound has `n_samples` of it too. `words` are the lexicon's
    names first. `fingerprint` (hex) names the content, so it is the same wherever the file lies.
    """

    path: str
    kind: EntryKind
    width: int = 0
    height: int = 0
    n_frames: int = 0
    fps: tuple[int, int] = (0, 1)
    n_samples: int = 0
    sample_rate: int = 0
    words: tuple[str, ...] = ()
    caption: str = ""
    licence: str = ""
    fingerprint: str = ""

    @property
    def duration(self) -> float:
        """Length in seconds; 0.0 for a picture."""
        return seconds_of(self.n_frames, self.fps[0], self.fps[1], self.n_samples, self.sample_rate)


def seconds_of(n_frames: int, fps_num: int, fps_den: int, n_samples: int, sample_rate: int) -> float:
    """Return the length of a film by its frames, else of a sound by its samples."""
    if n_frames and fps_num:
        return n_frames * fps_den / fps_num
    return n_samples / sample_rate if sample_rate else 0.0
