"""Groups of rollouts played side by side: one task and one world a group, a turn of every running rollout at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import torch
from msgspec import structs

from visgenenv.adapters.lm.data import draw_seed
from visgenenv.adapters.lm.episodes import EpisodeEnvironment
from visgenenv.adapters.lm.turns import Rollout, Writer
from visgenenv.adapters.rllib.grpo.nouns import Job, Play, Played, Tokens
from visgenenv.adapters.rllib.grpo.sampling import Reply, Request
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task

Generate = Callable[[Sequence[Request]], Sequence[Reply]]


class Stage:
    """Lanes, a writer and the rules: plays jobs with whatever generates turns.

    Args:
        lanes: `VisGenEnv`s, each of which holds one running rollout.
        processor: Of the model.
        play: The rules.
        end: Ids that end a turn.
        longest: Positions of the model.
        model: Its name, for the records.
        pictures: Whether requests carry Pillow images in the place of their features.
    """

    def __init__(
        self,
        lanes: Sequence[Any],
        processor: Any,
        play: Play,
        *,
        end: Sequence[int],
        longest: int,
        model: str = "",
        pictures: bool = False,
    ):
        self.lanes, self.play, self.end, self.longest = list(lanes), play, list(end), longest
        self.model, self.pictures = model, pictures
        self._writer = Writer(processor)

    def __call__(self, jobs: Sequence[Job], generate: Generate) -> list[Played]:
        """Play every member of every job to its end, in the order of jobs and members, and score them.

        As soon as a lane is free the next member takes it, so a long episode keeps nobody waiting but the last ones;
        all of them are returned, however long they took.
        """
        waiting = deque((job, member) for job in jobs for member in range(len(job.seeds)))
        free, running = deque(self.lanes), list[_Member]()
        done: dict[tuple[int, int], Played] = {}
        while waiting or running:
            while free and waiting:
                running.append(_Member(self, free.popleft(), *waiting.popleft()))
            asking = [one for one in running if not one.over]
            replies = generate([one.request() for one in asking]) if asking else []
            for one, reply in zip(asking, replies, strict=True):
                one.take(reply)
            for one in [one for one in running if one.over]:
                running.remove(one)
                free.append(one.lane)
                done[one.job.number, one.member] = one.played()
        return self._scored([done[key] for key in ((job.number, m) for job in jobs for m in range(len(job.seeds)))])

    def _scored(self, played: list[Played]) -> list[Played]:
        whole = [one for one in played if not one.error]
        try:
            paid = self._paid(whole)
        except Exception:  # of a component or a judge of the user's own: only the groups at fault go unpaid
            groups = dict.fromkeys(one.job for one in whole)
            paid = [one for job in groups for one in self._paid_or_told([one for one in whole if one.job == job])]
        found = iter(paid)
        return [one if one.error else next(found) for one in played]

    def _paid(self, whole: Sequence[Played]) -> list[Played]:
        scores = self.play.score([one.record for one in whole], [one.job for one in whole])
        return [structs.replace(one, score=score) for one, score in zip(whole, scores, strict=True)]

    def _paid_or_told(self, group: Sequence[Played]) -> list[Played]:
        try:
            return self._paid(group)
        except Exception as error:
            return [structs.replace(one, error=f"the reward failed: {_line(error)}") for one in group]


class _Member:
    """A running rollout in a lane. An exception of the environment breaks this rollout and no other."""

    def __init__(self, stage: Stage, lane: Any, job: Job, member: int):
        self.stage, self.lane, self.job, self.member = stage, lane, job, member
        self.error = ""
        self.versions: list[int] = []
        self.environment = EpisodeEnvironment(lane, stage.play.view)
        self.rollout: Rollout | None = None
        self._try(self._start)

    def _try(self, work: Callable[..., None], *args: Any) -> None:
        try:
            work(*args)
        except Exception as error:  # a tool, a backend, a picture: reported and masked, the others go on
            self.error = _line(error)

    def _start(self) -> None:
        job, view, writer = self.job, self.stage.play.view, self.stage._writer
        first = self.environment.reset(job.task, job.seeds[self.member], job.world_seed)
        self.environment._mark(policy="grpo", step=job.step, phase=job.phase, member=self.member)
        messages = [*view.system(self.lane.episode.lang), {"role": "user", "content": first}]
        told = writer.prompt(messages, self.environment._schemas())
        self.rollout = Rollout(self.environment, told.ids, writer, self.stage.end, told.pictures)
        if told.pixels is not None:
            self.rollout.features.append((told.pixels, told.grid))
        if self._room() < 1:
            self.environment._cut("tokens")

    @property
    def over(self) -> bool:
        return bool(self.error) or self.environment._over

    def request(self) -> Request:
        one, play = self._rollout(), self.stage.play
        pixels, grid = (None, None) if self.stage.pictures else _joined(one.features)
        turn = len(self.lane.episode.steps)
        return Request(
            ids=one.prompt_ids + one.ids, max_tokens=min(play.max_turn_tokens, self._room()),
            seed=draw_seed(self.job.seeds[self.member], turn), greedy=self.job.greedy, pixels=pixels, grid=grid,
            pictures=tuple(one.prompt_pictures + one.pictures) if self.stage.pictures else (),
        )  # fmt: skip

    def take(self, reply: Reply) -> None:
        """Play a turn and read what comes of it."""
        self._try(self._take, reply)

    def _take(self, reply: Reply) -> None:
        one = self._rollout()
        self.versions += [reply.version] * len(reply.ids)
        answer = one.play(reply.ids, reply.logprobs, self.stage.model, str(reply.version))
        if not self.environment._over and not one.read(answer, self._room()):
            self.environment._cut("tokens")
        self.versions += [-1] * (len(one.ids) - len(self.versions))

    def _room(self) -> int:
        one = self._rollout()
        return min(self.stage.play.max_tokens, self.stage.longest - len(one.prompt_ids)) - len(one.ids)

    def _rollout(self) -> Rollout:
        if self.rollout is None:
            raise RuntimeError("the rollout has not begun")
        return self.rollout

    def played(self) -> Played:
        if self.error:
            self.environment._mark(error=self.error)
            if self.rollout is not None and not self.environment._over:
                self.environment._cut("error")
        record = self.environment._record() if self.rollout is not None else _nothing(self.job, self.member, self.error)
        return Played(self.job.number, self.member, record, self._tokens(), error=self.error)

    def _tokens(self) -> Tokens:
        if self.rollout is None:
            return Tokens(*(np.zeros(0, kind) for kind in (np.int32, np.bool_, np.float32, np.int32)))
        one = self.rollout
        before = len(one.prompt_ids)
        pixels, grid = _joined(one.features)
        return Tokens(
            np.array(one.prompt_ids + one.ids, np.int32),
            np.array([0] * before + one.mask, np.bool_),
            np.array([0.0] * before + one.logprobs, np.float32),
            np.array([-1] * (before + len(one.ids) - len(self.versions)) + self.versions, np.int32),
            pixels,
            grid,
        )


def _joined(features: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
    if not features:
        return None, None
    return torch.cat([pixels for pixels, _ in features]), torch.cat([grid for _, grid in features])


def _nothing(job: Job, member: int, error: str) -> Trajectory:
    """Return the record of a rollout that could not even begin."""
    return Trajectory(
        task=msgspec.json.decode(job.task, type=Task), seed=job.seeds[member], world_seed=job.world_seed,
        steps=(), assets=(), truncated_by="error",
        settings={"policy": "grpo", "step": job.step, "phase": job.phase, "member": member, "error": error},
    )  # fmt: skip


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
