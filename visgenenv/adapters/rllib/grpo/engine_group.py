"""The engines as the driver sees them: started, loaded, and started again when they die."""

from __future__ import annotations

from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayActorError
from ray.util import get_current_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from visgenenv.adapters.rllib.grpo.engine import TransformersEngine
from visgenenv.adapters.rllib.grpo.module import Model

KINDS = ("transformers", "vllm")
"""Names of engines."""


def engine_class(kind: str) -> type[Any]:
    """Return an engine by name."""
    if kind == "transformers":
        return TransformersEngine
    from visgenenv.adapters.rllib.grpo.vllm_engine import VLLMEngine

    kind_of: type[Any] = VLLMEngine
    return kind_of


class EngineGroup:
    """The engines as the driver sees them: started, loaded, and started again when they die.

    Args:
        kind: "transformers" or "vllm".
        count: How many.
        model: For each.
        cpus: For each.
        gpus: For each.
        options: Further keywords of the engine's class.
        timeout_s: How long an engine may take to start, or to answer.
    """

    def __init__(
        self, kind: str, count: int, model: Model, *, cpus: float = 1, gpus: float = 0,
        options: dict[str, Any] | None = None, timeout_s: float = 600.0,
    ):  # fmt: skip
        self._kind, self._model, self._cpus, self._gpus = kind, model, cpus, gpus
        self._count, self._options, self._timeout_s = count, options or {}, timeout_s
        self.restarts = 0
        self._standing: dict[int, Any] = {}
        self._coming: dict[int, tuple[Any, Any]] = {}
        for place in range(count):
            self._start(place)

    @property
    def handles(self) -> list[Any]:
        """Handles of the engines that stand."""
        return list(self._standing.values())

    def wait(self) -> None:
        """Wait until all engines stand; raise what kept one from it."""
        ray.get([up for _, up in self._coming.values()], timeout=self._timeout_s)
        self.heal()

    def heal(self) -> None:
        """Start engines anew that are gone, and take in those that have come up: they hold no version until loaded.

        As long as one stands, nobody waits for the others.

        Raises:
            RuntimeError: None stands, and none came up in time.
        """
        asked = {place: one.ready.remote() for place, one in self._standing.items()}
        for place, answers in _answers(asked, self._timeout_s).items():
            if not answers:
                self._again(place, self._standing.pop(place))
        asked = {place: up for place, (_, up) in self._coming.items()}
        for place, answers in _answers(asked, 0.0 if self._standing else self._timeout_s).items():
            if answers:
                self._standing[place], _ = self._coming.pop(place)
            elif answers is False:
                self._again(place, self._coming[place][0])
        if not self._standing:
            raise RuntimeError(f"none of {self._count} engines stands, and none came up again")

    def _again(self, place: int, gone: Any) -> None:
        ray.kill(gone)
        self._start(place)
        self.restarts += 1

    def fingerprints(self) -> list[str]:
        """Return the hashes of the weights that engines hold now."""
        return list(ray.get([one.fingerprint.remote() for one in self.handles], timeout=self._timeout_s))

    def _start(self, place: int) -> None:
        group = get_current_placement_group()
        strategy: Any = "DEFAULT"
        if group is not None:
            # RLlib gives its runners explicit bundles; an actor without one would take a runner's and the trial hangs.
            bundle = len(group.bundle_specs) - self._count + place
            strategy = PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=bundle)
        actor = ray.remote(engine_class(self._kind)).options(
            num_cpus=self._cpus, num_gpus=self._gpus, scheduling_strategy=strategy, max_concurrency=1000
        )
        engine = actor.remote(self._model, **self._options)
        self._coming[place] = engine, engine.ready.remote()

    def load(self, weights: Any, version: int) -> list[str]:
        """Load weights (a reference to an object of Ray) in every engine; return the fingerprints of those that live."""
        asked = [one.load.remote(weights, version) for one in self.handles]
        found = []
        for one in asked:
            try:
                found.append(str(ray.get(one, timeout=self._timeout_s)))
            except (RayActorError, GetTimeoutError):
                continue
        return found

    def stop(self) -> None:
        """End all engines."""
        for handle in (*self._standing.values(), *(one for one, _ in self._coming.values())):
            ray.kill(handle)
        self._standing, self._coming = {}, {}


def _answers(asked: dict[int, Any], timeout_s: float) -> dict[int, bool | None]:
    """Tell of each engine that was asked whether it answers: True; False, it is gone; None, not in time."""
    if not asked:
        return {}
    there, _ = ray.wait(list(asked.values()), num_returns=len(asked), timeout=timeout_s)
    return {place: _lives(one) if one in there else None for place, one in asked.items()}


def _lives(answer: Any) -> bool:
    try:
        ray.get(answer)
    except RayActorError:
        return False
    return True
