"""Drawing tasks: the truth first, then its words in both languages, so that what is asked is known exactly."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

from visgenenv.errors import TaskError, did_you_mean
from visgenenv.tasks.amounts import draw_rest
from visgenenv.tasks.drawing import draw_head, head_key
from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Latent
from visgenenv.tasks.pools import draw_pool, reference_length
from visgenenv.tasks.quotas import scenario_of
from visgenenv.tasks.scenarios import SCENARIOS, Part, material
from visgenenv.tasks.wording import write_query
from visgenenv.types import Lang, Task

SHARES: dict[str, range] = {"train": range(90), "dev": range(90, 100)}
"""Which hundredths of all that training requests can be about belong to a split. What the other splits are about is
drawn from words of their own."""
SPLITS = ("train", "dev", "visgenbench", "test_hard")

LANGS: tuple[Lang, Lang] = ("en", "zh")
_ALL = tuple(SCENARIOS.values())


class TaskGenerator:
    """Draws tasks of a split, endlessly and reproducibly.

    Args:
        split: "train" or "dev", which share words but no latent; "visgenbench", in the proportions of the benchmark;
            "test_hard", with larger numbers. The last two share no subject, brand, style or phrasing with the first.
        lang: "en", "zh", or "both": then tasks 2k and 2k+1 are the English and the Chinese text of one latent.

    Example:
        >>> english, chinese = (TaskGenerator("train").generate(seed=0, index=i) for i in (24, 25))
        >>> english.id, chinese.id, english.count == chinese.count
        ('train/12-en', 'train/12-zh', True)
    """

    def __init__(self, split: str = "train", lang: Literal["en", "zh", "both"] = "both"):
        if split not in SPLITS:
            raise TaskError(f"unknown split {split!r}{did_you_mean(split, SPLITS)}; known: {', '.join(SPLITS)}")
        if lang not in ("en", "zh", "both"):
            raise TaskError(f"unknown language {lang!r}; known: en, zh, both")
        self.split = split
        self.lang = lang
        part: Part = "train" if split in SHARES else "test"
        self._words = material(part)

    def generate(self, seed: int, index: int) -> Task:
        """Return task `index` (0 or more) of the sequence with this seed."""
        if index < 0 or seed < 0:
            raise TaskError(f"seed and index start at 0, got {seed} and {index}")
        if self.lang == "both":
            return self.write(seed, index // 2, LANGS[index % 2])
        return self.write(seed, index, "en" if self.lang == "en" else "zh")

    def latent(self, seed: int, number: int, draws: Draws) -> Latent:
        """Draw latent `number`: its head until it falls into the split, then the rest."""
        hard, share = self.split == "test_hard", SHARES.get(self.split)
        while True:
            if share is None:
                type, dimension = scenario_of(number, hard)
                scenario = SCENARIOS[type]
            else:
                scenario = draws.pick(_ALL)
                dimension = draws.pick(scenario.dimensions)
            head = draw_head(scenario, dimension, self._words, draws, hard)
            if share is None or _hundredth(head) in share:
                return draw_rest(head, self._words, draws, hard)

    def write(self, seed: int, number: int, lang: Lang) -> Task:
        """Return latent `number` of the sequence as a task in one language."""
        draws = Draws(seed, number, SPLITS.index(self.split))
        latent = self.latent(seed, number, draws)
        pool = draw_pool(latent, draws)
        length = reference_length(latent, pool)
        return Task(
            id=f"{self.split}{f'@{seed}' if seed else ''}/{number}-{lang}",
            lang=lang,
            query=write_query(latent, self._words, lang, draws.branch(LANGS.index(lang))),
            type=latent.type,
            modality=latent.modality,
            count=latent.count,
            dimension=latent.dimension,
            scenario=latent.domain,
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


def _hundredth(head: Latent) -> int:
    """Return the place of a latent among the splits: a hash of all that it is about."""
    return int.from_bytes(blake2b(head_key(head).encode(), digest_size=4).digest(), "big") % 100
