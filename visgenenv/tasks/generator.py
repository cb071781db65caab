"""Drawing tasks: the truth first, then its words in both languages, so that what is asked is known exactly."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Literal

import msgspec
import numpy as np

from visgenenv.errors import TaskError, did_you_mean
from visgenenv.tasks.latent import Latent, draw_latent, pick
from visgenenv.tasks.pools import draw_pool, reference_length
from visgenenv.tasks.scenarios import SCENARIOS
from visgenenv.tasks.wording import write_query
from visgenenv.types import Lang, Task

SHARES = {"train": range(80), "dev": range(80, 90), "test": range(90, 100)}
"""Which hundredths of all possible latents belong to a split. A latent is in exactly one, whatever the seed."""

LANGS: tuple[Lang, Lang] = ("en", "zh")


class TaskGenerator:
    """Draws tasks of a split, endlessly and reproducibly.

    Args:
        split: "train", "dev" or "test"; no latent is in two of them.
        lang: "en", "zh", or "both": then tasks 2k and 2k+1 are the English and the Chinese text of one latent.

    Example:
        >>> english, chinese = (TaskGenerator("train").generate(seed=0, index=i) for i in (24, 25))
        >>> english.id, chinese.id, english.count == chinese.count
        ('train/12-en', 'train/12-zh', True)
    """

    def __init__(self, split: str = "train", lang: Literal["en", "zh", "both"] = "both"):
        if split not in SHARES:
            raise TaskError(f"unknown split {split!r}{did_you_mean(split, SHARES)}; known: {', '.join(SHARES)}")
        if lang not in ("en", "zh", "both"):
            raise TaskError(f"unknown language {lang!r}; known: en, zh, both")
        self.split = split
        self.lang = lang

    def generate(self, seed: int, index: int) -> Task:
        """Return task `index` (0 or more) of the sequence with this seed."""
        if index < 0 or seed < 0:
            raise TaskError(f"seed and index start at 0, got {seed} and {index}")
        if self.lang == "both":
            return self.write(seed, index // 2, LANGS[index % 2])
        return self.write(seed, index, "en" if self.lang == "en" else "zh")

    def write(self, seed: int, number: int, lang: Lang) -> Task:
        """Return latent `number` of the sequence as a task in one language."""
        rng = np.random.default_rng([seed, number])
        latent = next(one for one in _latents(rng) if _hundredth(one) in SHARES[self.split])
        pool = draw_pool(latent, rng)
        words = np.random.default_rng([seed, number, LANGS.index(lang)])
        length = reference_length(latent, pool)
        return Task(
            id=f"{self.split}{f'@{seed}' if seed else ''}/{number}-{lang}",
            lang=lang,
            query=write_query(latent, SCENARIOS[latent.type], lang, words),
            type=latent.type,
            modality=latent.modality,
            count=latent.count,
            dimension=latent.dimension,
            split=self.split,
            difficulty="easy" if length <= 5 else "medium" if length <= 14 else "hard",
            uploads=latent.uploads,
            duration=latent.duration,
            shots=latent.shots,
            audio=latent.audio,
            subtitle=latent.subtitle,
            size=latent.size,
            groups=latent.groups(),
            attributes=latent.attributes(),
            slots=latent.slots(),
            tool_pool=pool,
            reference_length=length,
            source="generated",
        )


def _latents(rng: np.random.Generator) -> Iterator[Latent]:
    scenarios = tuple(SCENARIOS.values())
    while True:
        yield draw_latent(pick(scenarios, rng), rng)


def _hundredth(latent: Latent) -> int:
    """Return the place of a latent among the splits: a hash of all it demands, without its idle remark."""
    content = msgspec.json.encode(msgspec.structs.replace(latent, fact=-1))
    return int.from_bytes(blake2b(content, digest_size=4).digest(), "big") % 100
