"""How large the paper in miniature is: for two cores, for a GPU, and for a test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.adapters.lm.view import View
from visgenenv.adapters.tiny import TinySize
from visgenenv.tasks import TaskGenerator
from visgenenv.types import Lang, Task

STAGES = {"one_stage": "one-stage-measured", "pst": "pst-measured", "grpo": "grpo-measured"}
"""Folder of what was measured of a stage."""
DONE = "done.json"
"""Facts of a stage, written last: where it stands the stage is complete."""


class Sft(Struct, frozen=True, kw_only=True):
    """A supervised stage.

    Args:
        steps: Optimiser steps.
        batch: Conversations in a step; all are exercises or all are demonstrations.
        general: Share of steps on exercises.
        rate: Learning rate at its highest.
        falls: Whether the rate falls to a tenth at the end.
    """

    steps: int
    batch: int
    general: float
    rate: float = 3e-3
    falls: bool = False


class Grpo(Struct, frozen=True, kw_only=True):
    """The reinforcement stage.

    Args:
        steps: Optimiser steps.
        groups: Tasks in a step.
        members: Rollouts of a task.
        rate: Learning rate, constant after five steps.
        tasks: How many training tasks there are to draw from.
        preset: Reward that is learnt from.
        micro: Rollouts that are held in memory at once when gradients are taken.
    """

    steps: int
    groups: int
    members: int = 8
    rate: float = 5e-4
    tasks: int = 512
    preset: str = "hardened"
    micro: int = 32


class Miniature(Struct, frozen=True, kw_only=True):
    """Everything a run depends on besides its seed.

    Args:
        size: Of the model.
        pst: The two stages of progressive specialisation training.
        grpo: Reinforcement.
        demos: Demonstrations, each seen again and again in turn.
        teacher: Shares of the qualities in which `ExpertPolicy` demonstrates; None: all are "optimal".
        most_pictures: Only easy requests for at most so many pictures, of no given size and without uploads; None: all
            tasks.
        offered: Tools that every task offers; None: those drawn for it.
        lang: Only tasks in this language; None: both.
        heldout: Tasks that are measured and never trained on.
        samples: Episodes of each of those.
        view: What of an episode the model sees.
        max_turns: Of an episode.
        max_turn_tokens: Of a turn.
        max_tokens: Of an episode after the request.
        temperature: Of sampling, in GRPO and when measured.
    """

    size: TinySize
    pst: tuple[Sft, ...]
    grpo: Grpo
    demos: int
    most_pictures: int | None
    offered: tuple[str, ...] | None
    lang: Lang | None
    heldout: int
    samples: int
    view: View
    max_turns: int
    max_turn_tokens: int
    max_tokens: int
    temperature: float = 1.0
    teacher: dict[str, float] | None = None

    def fits(self, task: Task) -> bool:
        """Whether a task belongs to the miniature."""
        if self.most_pictures is None:
            return True
        plain = task.modality == "image" and task.difficulty == "easy" and not task.uploads and task.size is None
        return plain and task.count[1] <= self.most_pictures

    def tasks(self, suite: str, limit: int, start: int = 0) -> list[Task]:
        """Return `limit` tasks of a split that fit, leaving out the first `start` of them."""
        return list(islice(self._fitting(suite), start, start + limit))

    def _fitting(self, suite: str) -> Iterator[Task]:
        generator = TaskGenerator(suite, self.lang or "both")
        for task in (generator.generate(seed=0, index=index) for index in count()):
            if self.fits(task):
                yield task if self.offered is None else replace(task, tool_pool=self.offered)


_OFFERED = (
    "tool_text2image_gemini",
    "tool_content_summary",
    "tool_video_analysis",
)
_SMALL = View(schemas="compact", instructions="none", image_px=64, result_chars=120, links="numbered")

CPU = Miniature(
    size=TinySize(hidden=128, layers=2, heads=2, std=0.08, vocab_size=1536, rope_theta=500.0, positions=4096),
    pst=(Sft(steps=150, batch=4, general=0.4), Sft(steps=150, batch=4, general=0.1, falls=True)),
    grpo=Grpo(steps=16, groups=4, rate=1e-3),
    demos=400,
    most_pictures=2,
    offered=_OFFERED,
    lang="en",
    heldout=48,
    samples=1,
    view=_SMALL,
    max_turns=2,
    max_turn_tokens=208,
    max_tokens=900,
    temperature=0.7,
)
"""For a processor: 0.7 million weights."""

SECOND = replace(
    CPU,
    teacher={"optimal": 0.5, "failing": 0.5},
    grpo=Grpo(steps=24, groups=4, rate=4e-4),
)
"""For a processor, after the first plan missed: a teacher who fails half of the time, and a lower rate in GRPO."""

GPU = Miniature(
    size=TinySize(hidden=512, layers=8, heads=8, vision=128, std=0.02, vocab_size=8192, positions=32768),
    pst=(
        Sft(steps=3000, batch=32, general=0.4, rate=5e-4),
        Sft(steps=3000, batch=32, general=0.1, rate=5e-4, falls=True),
    ),
    grpo=Grpo(steps=300, groups=12, rate=5e-5, tasks=8192, micro=16),
    demos=4000,
    most_pictures=None,
    offered=None,
    lang=None,
    heldout=104,
    samples=4,
    view=View(schemas="compact", instructions="short", image_px=128, result_chars=400),
    max_turns=40,
    max_turn_tokens=1024,
    max_tokens=16384,
)
"""For a GPU: tens of millions of weights and all 42 types of tasks in both languages. Not run by this project yet."""

SMOKE = replace(
    CPU,
    size=TinySize(hidden=64, layers=2, std=0.08, vocab_size=512, positions=4096),
    pst=(Sft(steps=3, batch=2, general=0.5), Sft(steps=3, batch=2, general=0.3, falls=True)),
    grpo=Grpo(steps=2, groups=1, members=2, tasks=4),
    demos=8,
    heldout=2,
    max_turn_tokens=8,
    temperature=1.0,
)
"""For a test: the whole loop in seconds, nothing learnt."""
