"""The database that ships: a few photos, clips and sounds whose licences allow it (`media_db/ATTRIBUTION.csv`)."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from visgenenv._data import data_dir
from visgenenv.media.library.arrays import build, columns_of
from visgenenv.media.library.entry import KINDS, Entry
from visgenenv.media.library.sampler import Sampler
from visgenenv.media.library.words import Sidecar, all_words


class Starter:
    """The shipped entries in memory, drawn from like any library."""

    def __init__(self) -> None:
        content = (data_dir("media_db") / "index.json").read_bytes()
        self.version = f"starter-{blake2b(content, digest_size=6).hexdigest()}"
        self.all = tuple(_entry(row) for row in orjson.loads(content)["entries"])
        rows = (
            (number, KINDS.index(one.kind), one.width / (one.height or 1), one.duration, number, one.words)
            for number, one in enumerate(self.all)
        )
        self.sampler = Sampler(build(columns_of(rows)))

    def entry(self, number: int) -> Entry:
        return self.all[number]


def _entry(row: dict[str, Any]) -> Entry:
    caption = " ".join(row["caption"].values())
    words = all_words(row["file"], Sidecar(caption), row["tags"])
    return Entry(
        str(data_dir("media_db") / row["file"]),
        row["kind"],
        row.get("width", 0),
        row.get("height", 0),
        row.get("n_frames", 0),
        tuple(row.get("fps", (0, 1))),
        n_samples=row.get("n_samples", 0),
        sample_rate=row.get("sample_rate", 0),
        words=words,
        caption=caption,
        licence=row["licence"],
        fingerprint=row["fingerprint"],
    )
