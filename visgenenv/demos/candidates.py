"""A candidate: one request played once by the expert in one of its modes, with every judgement passed on it."""

from __future__ import annotations

from typing import Any

import orjson
from msgspec import Struct, structs

from visgenenv.demos.chat import read_chat
from visgenenv.demos.grader import Grade, grade
from visgenenv.demos.requests import Requests
from visgenenv.demos.review import review
from visgenenv.demos.rows import make_row, steps_of
from visgenenv.demos.settings import VERSION, Settings
from visgenenv.demos.similar import signature
from visgenenv.env import VisGenEnv
from visgenenv.policies import ExpertPolicy
from visgenenv.policies.expert_modes import Mode
from visgenenv.rewards import RewardRecord, score
from visgenenv.rollouts import episode_seed
from visgenenv.tools import load_faults
from visgenenv.trace import encode
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task


class Candidate(Struct, frozen=True, kw_only=True):
    """What is known of one played request. `row` and `trace` are lines of JSON, empty if the first cut rejects it."""

    number: int
    """Of the request."""
    task: str
    type: str
    lang: str
    difficulty: str
    mode: str
    steps: int
    valid: bool
    """V: something of the requested kind was delivered."""
    reward: float
    grade: float
    objections: tuple[str, ...] = ()
    """Of the review."""
    likeness: tuple[int, ...] = ()
    """The MinHash signature."""
    row: bytes = b""
    trace: bytes = b""


class Studio:
    """Plays and judges requests; one a process.

    Args:
        settings: Of the whole set.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.requests = Requests(settings)
        faults = structs.replace(load_faults(settings.faults), defects=settings.defects)
        self.env = VisGenEnv([self._first()], tools=settings.tools, faults=faults)
        self._policies: dict[str, ExpertPolicy] = {}

    def _first(self) -> Task:
        return next(task for number in range(len(self.requests)) if (task := self.requests.task(number)))

    def candidates(self, start: int, stop: int) -> list[Candidate]:
        """Play and judge the requests from `start` to before `stop`, but those set aside."""
        tasks = ((number, self.requests.task(number)) for number in range(start, min(stop, len(self.requests))))
        return [self.candidate(number, task) for number, task in tasks if task is not None]

    def candidate(self, number: int, task: Task) -> Candidate:
        """Play one request and judge what came of it."""
        mode = self.requests.mode(number)
        record = self.play(number, task, mode)
        reward, graded = score(record), grade(record)
        found = Candidate(
            number=number,
            task=task.id,
            type=task.type,
            lang=task.lang,
            difficulty=task.difficulty,
            mode=mode,
            steps=steps_of(record),
            valid=bool(reward.gates["V"]),
            reward=reward.reward,
            grade=graded.value,
        )
        if self.settings.first_cut(found.valid, found.reward, found.grade):
            return found
        return structs.replace(
            found,
            objections=review(record),
            likeness=tuple(signature(record).tolist()),
            row=self._row(record, reward, graded, number, mode),
            trace=encode(record),
        )

    def play(self, number: int, task: Task, mode: Mode) -> Trajectory:
        """Play a request to its end."""
        policy = self._policies.setdefault(mode, ExpertPolicy(mode))
        env = self.env
        env.reset(seed=episode_seed(self.settings.seed, number), options={"task": task})
        while not env.episode.over:
            env.step(policy.act([env.conversation])[0])
        record = env.trajectory
        return structs.replace(record, settings={**record.settings, "policy": f"expert-{mode}"})

    def _row(self, record: Trajectory, reward: RewardRecord, graded: Grade, number: int, mode: str) -> bytes:
        settings = self.settings
        provenance: dict[str, Any] = {
            "mode": mode,
            "request": number,
            "seed": settings.seed,
            "suite": settings.suite,
            "suite_version": self.requests.version,
            "episode_seed": record.seed,
            "world_seed": record.world_seed,
            "settings": record.settings,
            "versions": {"demos": VERSION, **record.versions},
        }
        folder = {"files": f"images/{number}", "bytes": "", "none": None}[settings.images]
        chat = read_chat(record, self.env.toolbox)
        row = make_row(
            record,
            chat,
            reward,
            graded,
            provenance,
            folder=folder,
            image_px=settings.image_px,
            chars_per_token=settings.chars_per_token,
        )
        return orjson.dumps(row)
