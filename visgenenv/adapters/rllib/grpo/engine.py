"""Engines: actors that write turns for many runners, so that runners hold no weights and need no GPU."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import ray
import torch
from msgspec.structs import replace
from ray.exceptions import RayActorError

from visgenenv.adapters.rllib.grpo.module import Model, VLMModule
from visgenenv.adapters.rllib.grpo.sampling import Reply, Request
from visgenenv.adapters.rllib.grpo.weights import Weights, fingerprint

_MERGE_S = 0.005
"""How long the first request of a batch waits for company."""


class StaleWeights(Exception):
    """A runner or an engine holds other weights than it is asked to write with."""


class Engine(Protocol):
    """What the methods of an engine's actor are. `version` is that of the weights, counted in optimiser steps."""

    async def generate(self, requests: Sequence[Request], version: int) -> list[Reply]:
        """Return a turn for each request; raise `StaleWeights` if other weights are held than those asked for."""
        ...

    async def load(self, weights: Weights, version: int) -> str:
        """Take over weights; return the fingerprint of what is then held."""
        ...

    async def fingerprint(self) -> str:
        """Return the hash of the weights that are held."""
        ...

    async def ready(self) -> int:
        """Return the version that is held; a new actor holds -1."""
        ...


class TransformersEngine:
    """Writes turns with transformers. What arrives while a batch is being written makes up the next one.

    Args:
        model: As for `VLMModule`.
        threads: Of torch, on a CPU.
    """

    def __init__(self, model: Model, threads: int = 1):
        device = "cuda" if ray.get_gpu_ids() else "cpu"
        if device == "cpu":
            torch.set_num_threads(threads)
        self._module = VLMModule(
            observation_space=None, action_space=None, inference_only=True,
            model_config={"model": replace(model, remote=False)},
        ).to(device)  # fmt: skip
        self._version = -1
        self._waiting: list[tuple[Sequence[Request], asyncio.Future[list[Reply]]]] = []
        self._worker: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self.batches: list[int] = []

    async def generate(self, requests: Sequence[Request], version: int) -> list[Reply]:
        """Return a turn for each request."""
        if version != self._version:
            raise StaleWeights(f"the engine holds {self._version}, wanted is {version}")
        future: asyncio.Future[list[Reply]] = asyncio.get_running_loop().create_future()
        self._waiting.append((requests, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        await asyncio.sleep(_MERGE_S)
        while self._waiting:
            asked, self._waiting = self._waiting, []
            requests = [one for some, _ in asked for one in some]
            self.batches.append(len(requests))
            try:
                async with self._lock:
                    replies = await asyncio.to_thread(self._module.sampler(), requests, self._version)
            except Exception as error:
                for _, future in asked:
                    future.set_exception(error)
                continue
            for some, future in asked:
                future.set_result(replies[: len(some)])
                replies = replies[len(some) :]

    async def load(self, weights: Weights, version: int) -> str:
        """Take over weights, between two batches."""
        async with self._lock:
            self._module.set_state(weights)
            self._version = version
        return await self.fingerprint()

    async def fingerprint(self) -> str:
        """Return the hash of the weights that are held."""
        return fingerprint(self._module.get_state(inference_only=True))

    async def ready(self) -> int:
        """Return the version that is held."""
        return self._version

    async def sizes(self) -> list[int]:
        """Return how many turns each batch held, since the last time."""
        found, self.batches = self.batches, []
        return found


class Engines:
    """The engines as one runner sees them: its own one, and the next if that one is gone.

    Args:
        handles: Of the actors.
        version: Of the weights that turns are to be written with.
        place: The runner's number, by which runners spread over engines.
    """

    def __init__(self, handles: Sequence[Any], version: int, place: int):
        first = place % len(handles)
        self._handles = [*handles[first:], *handles[:first]]
        self._version = version

    def __call__(self, requests: Sequence[Request]) -> list[Reply]:
        """Return a turn for each request. A rollout whose engine dies goes on with another that has the same weights.

        Raises:
            StaleWeights: There is none.
        """
        problems = []
        while self._handles:
            try:
                return list(ray.get(self._handles[0].generate.remote(list(requests), self._version)))
            except (RayActorError, StaleWeights) as error:
                problems.append(str(error).splitlines()[0])
                self._handles.pop(0)
        raise StaleWeights(f"no engine writes with version {self._version}: {'; '.join(problems)}"[:500])
