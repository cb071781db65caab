"""The media database: for now it only says whether pictures follow their prompt or chance."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class MediaDB(Struct, frozen=True):
    """What generated media show.

    With `match="prompt"` (the default) a picture shows what its prompt asks for, as far as the lexicon reaches.
    With `match="random"` (the paper's setting) subjects, scene and style are drawn from the recipe's seed, and
    only size and length are as asked.
    """

    match: Literal["prompt", "random"] = "prompt"

    def __post_init__(self) -> None:
        if self.match not in ("prompt", "random"):
            raise ValueError(f"match is 'prompt' or 'random', not {self.match!r}")
