"""Which requests are played: those of the training split by number, the easy ones thinned out."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from visgenenv.demos.settings import Settings
from visgenenv.errors import TaskError
from visgenenv.luck import derive_key, digest, first_uniform
from visgenenv.policies.expert_modes import Mode, checked
from visgenenv.tasks import Suite, load_suite, read_tasks
from visgenenv.types import Task

SUITES = ("train", "dev")
"""What demonstrations may be made of. All other suites are for tests, and stay unseen."""

PLAYED = {"easy": 0.06, "medium": 0.47, "hard": 1.0}
"""Share of the requests that are played, by difficulty. Left alone, short work would crowd out the long: the training
split asks for 8 calls in the mean, and trajectories of the length of VisionCreator's need more."""

_GOLDEN = 0.6180339887498949
"""Multiples of the golden ratio fall evenly between 0 and 1, however many are taken."""


class Requests:
    """The requests of a set of demonstrations, by number; None are those that are set aside.

    Of a generated suite every request is written in one language only, so that no two demonstrations translate one
    another. The tasks of a file are all played.

    Raises:
        TaskError: The suite is unknown, kept for tests, or has nothing in this language.

    Example:
        >>> requests = Requests(Settings(n=1))
        >>> sum(requests.task(number) is not None for number in range(1000)) / 1000
        0.401
    """

    def __init__(self, settings: Settings):
        self.lang = settings.lang
        self.weights = checked(settings.weights)
        self.suite: Suite | None = None
        self.own: tuple[Task, ...] = ()
        self.version = ""
        """Of the suite; of your own tasks, a fingerprint of their file."""
        self._key = derive_key("demonstrations", settings.seed)
        if settings.suite.endswith(".jsonl"):
            self.own = tuple(t for t in read_tasks(settings.suite) if settings.lang in (t.lang, "both"))
            self.version = blake2b(Path(settings.suite).read_bytes(), digest_size=8).hexdigest()
        else:
            self.suite = load_suite(settings.suite, settings.seed)
            self.version = self.suite.version
            if settings.suite not in SUITES:
                raise TaskError(
                    f"the suite {settings.suite!r} is for tests; demonstrations are made of {' or '.join(SUITES)}, "
                    "or of a .jsonl file of your own tasks"
                )
        if not len(self):
            raise TaskError(f"{settings.suite}: holds no task in the language {settings.lang!r}")

    def __len__(self) -> int:
        return len(self.own) if self.suite is None else len(self.suite) // 2

    def task(self, number: int) -> Task | None:
        """Return request `number`, or None if it is set aside."""
        if self.suite is None:
            return self.own[number]
        chinese = number % 2 if self.lang == "both" else int(self.lang == "zh")
        task = self.suite[2 * number + chinese]
        return task if self.draw(number, "played") < PLAYED[task.difficulty] else None

    def mode(self, number: int) -> Mode:
        """Return the mode in which request `number` is played.

        Every stretch of requests has nearly its exact share of each mode, so that small sets are mixed like large ones.
        """
        place = (self.draw(0, "mode") + number * _GOLDEN) % 1.0 * sum(self.weights.values())
        for mode, weight in self.weights.items():
            if place < weight:
                return mode
            place -= weight
        return next(iter(self.weights))  # rounding

    def draw(self, number: int, what: str) -> float:
        """Return a draw in [0, 1) that depends on the seed, the number and what is drawn."""
        return first_uniform(digest(self._key, what.encode(), str(number).encode()))
