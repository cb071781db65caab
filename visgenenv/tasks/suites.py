"""Named suites: virtual sequences of tasks, written only when somebody looks at one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, overload

import msgspec

from visgenenv.errors import TaskError, did_you_mean
from visgenenv.tasks.files import read_tasks
from visgenenv.tasks.generator import SPLITS, TaskGenerator
from visgenenv.tasks.quotas import HARD, SUBSET, TOTAL, subset
from visgenenv.types import Lang, Task

LENGTHS = {
    "paper": 3,
    "train": 2_000_000,
    "dev": 400,
    "visgenbench": TOTAL,
    "visgenbench-104": SUBSET,
    "test_hard": HARD,
}
VERSIONS: dict[str, tuple[str, str]] = {
    "paper": ("1", "6d4d9e001a841ec3fd7fc932e4c7b0c4"),
    "train": ("3", "a0c70b5f61d73b79135e0a6998b74911"),
    "dev": ("3", "3bdd891e5911f337f859dee550d5e79a"),
    "visgenbench": ("3", "06509c2f2c5d53ed2a5c4fa8ef721ad3"),
    "visgenbench-104": ("3", "4248f622b9c00682a14de0527bc12b25"),
    "test_hard": ("3", "ca36d6eaa8ab337b639d4af5df3b4ee9"),
}
"""Version and checksum of every suite at seed 0. A suite that changes gets a new version."""
_SAMPLE = 400
_NUMBERED = re.compile(r"(?P<split>[a-z_]+)(?:@(?P<seed>\d{1,18}))?/(?P<number>\d{1,9})(?:-(?P<lang>en|zh))?")


class Suite(Sequence[Task]):
    """A named sequence of tasks. It holds no task, so copying, pickling and slicing the environment around it is free.

    Tasks `2k` and `2k+1` of a generated suite are the English and Chinese text of the same request.

    Example:
        >>> suite = load_suite("dev")
        >>> len(suite), suite[0].id, suite[1].id
        (400, 'dev/0-en', 'dev/0-zh')
    """

    def __init__(self, name: str, seed: int = 0):
        if name not in LENGTHS:
            raise TaskError(f"unknown suite {name!r}{did_you_mean(name, LENGTHS)}; known: {', '.join(LENGTHS)}")
        if seed < 0:
            raise TaskError(f"a suite's seed starts at 0, got {seed}")
        self.name = name
        self.seed = seed
        self.version = VERSIONS[name][0]

    def __len__(self) -> int:
        return LENGTHS[self.name]

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> list[Task]: ...
    def __getitem__(self, index: int | slice) -> Task | list[Task]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"suite {self.name!r} has {len(self)} tasks, no task {index}")
        return _task(self.name, self.seed, int(index) % len(self))

    def __repr__(self) -> str:
        return f"Suite({self.name!r}, seed={self.seed}, {len(self):,} tasks)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Suite) and (self.name, self.seed) == (other.name, other.seed)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, int]]:
        return Suite, (self.name, self.seed)

    def __deepcopy__(self, memo: dict[int, Any]) -> Suite:
        return self

    def checksum(self) -> str:
        """Return a fingerprint of the tasks' content: of all, or of 400 evenly spaced ones in a longer suite."""
        step = max(1, len(self) // _SAMPLE)
        digest = blake2b(digest_size=16)
        for index in range(0, len(self), step):
            digest.update(msgspec.json.encode(self[index]))
        return digest.hexdigest()


@lru_cache(maxsize=4096)
def _task(name: str, seed: int, index: int) -> Task:
    if name == "paper":
        return _paper()[index]
    if name == "visgenbench-104":
        return _task("visgenbench", seed, subset()[index])
    return _generator(name).generate(seed, index)


@lru_cache(maxsize=8)
def _generator(split: str) -> TaskGenerator:
    return TaskGenerator(split)


@lru_cache(maxsize=1)
def _paper() -> tuple[Task, ...]:
    return read_tasks(Path(__file__).with_name("paper.jsonl"))


def load_suite(name: str, seed: int = 0) -> Suite:
    """Return a suite by name.

    Args:
        name: "train" (two million tasks), "dev" (400), "visgenbench" (1,200 in the proportions of VisionCreator's
            Table 1), "visgenbench-104" (a stratified subset of it), "test_hard" (200 with large numbers), "paper" (the
            three published queries).
        seed: Of the drawing; the published queries do not depend on it.

    Raises:
        TaskError: There is no such suite.
    """
    return Suite(name, seed)


def load_task(id: str) -> Task:
    """Return a task by id: "paper/felt-workshop", "dev/12-zh", "train@7/3-en"; without a language, the English one.

    Raises:
        TaskError: There is no such task; one line that names the nearest.
    """
    for task in _paper():
        if task.id == id:
            return task
    match = _NUMBERED.fullmatch(id)
    if match is None or match["split"] not in SPLITS:
        known = [*(task.id for task in _paper()), *(f"{split}/0-en" for split in SPLITS)]
        forms = ", ".join(
            [
                *(task.id for task in _paper()),
                "train/N-en",
                "train/N-zh",
                "dev/N-en",
                "dev/N-zh",
                "visgenbench/N-en",
                "test_hard/N-zh",
            ]
        )
        raise TaskError(f"unknown task {id[:120]!r}{did_you_mean(id, known)}; known: {forms}")
    lang: Lang = "zh" if match["lang"] == "zh" else "en"
    return TaskGenerator(match["split"]).write(int(match["seed"] or 0), int(match["number"]), lang)
