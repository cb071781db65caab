"""GRPO on RLlib: groups out to the runners, advantages over whole episodes, optimiser steps, weights back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import ray
import torch
from msgspec import Struct, structs
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.core import COMPONENT_LEARNER, COMPONENT_RL_MODULE, DEFAULT_MODULE_ID
from ray.rllib.utils.metrics import ENV_RUNNER_RESULTS, LEARNER_RESULTS, WEIGHTS_SEQ_NO

from visgenenv.adapters.rllib.grpo.config import GRPOConfig
from visgenenv.adapters.rllib.grpo.engine_group import EngineGroup
from visgenenv.adapters.rllib.grpo.episodes import PLAYED, as_lesson
from visgenenv.adapters.rllib.grpo.nouns import Job, Played
from visgenenv.adapters.rllib.grpo.numbers import facts, means
from visgenenv.adapters.rllib.grpo.runner import Share, load_share, play_share
from visgenenv.adapters.rllib.grpo.schedule import Lesson, heldout_jobs, lessons, minibatches, training_jobs
from visgenenv.adapters.rllib.grpo.weights import fingerprint, load


class Iteration(Struct, frozen=True):
    """What an iteration did: its rollouts in the order of groups and members, and its numbers."""

    step: int
    played: list[Played]
    numbers: dict[str, float]


class GRPO(Algorithm):
    """Group-relative policy optimisation of a vision-language model in VisGen episodes.

    An iteration plays `groups` tasks `group_size` times each, and takes one optimiser step for each `minibatch` of
    rollouts. `latest` holds what the latest iteration played.
    """

    latest: Iteration | None = None
    engine_group: EngineGroup | None = None

    @classmethod
    def get_default_config(cls) -> GRPOConfig:
        """Return the default configuration."""
        return GRPOConfig()

    @classmethod
    def default_resource_request(cls, config: Any) -> Any:
        """Return what a trial of Tune needs: what RLlib asks for, and a bundle for each engine, at the end."""
        from ray.tune import PlacementGroupFactory

        factory = super().default_resource_request(config)
        whole = config if isinstance(config, GRPOConfig) else cls.get_default_config().update_from_dict(config)
        bundle = {"CPU": whole.num_cpus_per_engine, "GPU": whole.num_gpus_per_engine}
        return PlacementGroupFactory([*factory.bundles, *[bundle] * whole.num_engines], strategy=factory.strategy)

    def setup(self, config: Any) -> None:
        """Start engines, runners and learners, and give all the same weights."""
        whole = config if isinstance(config, GRPOConfig) else self.get_default_config().update_from_dict(config)
        if whole.num_engines:
            self.engine_group = EngineGroup(
                whole.engine, whole.num_engines, whole.vlm, cpus=whole.num_cpus_per_engine,
                gpus=whole.num_gpus_per_engine, options=whole.engine_options,
            )  # fmt: skip
        super().setup(config)
        if self.engine_group is not None:
            self.engine_group.wait()
        self.push_weights()

    def cleanup(self) -> None:
        """End all actors."""
        super().cleanup()
        if self.engine_group is not None:
            self.engine_group.stop()

    def training_step(self) -> None:
        """Play, learn, push."""
        step, start = self.iteration + 1, time.perf_counter()
        played, told, counted = self._collect(list(training_jobs(self.config, step)))
        self.metrics.aggregate(counted, key=ENV_RUNNER_RESULTS)
        between = time.perf_counter()
        told |= self._learn(played)
        after = time.perf_counter()
        self.push_weights()
        told |= {
            "time/sample_s": between - start, "time/update_s": after - between,
            "time/push_s": time.perf_counter() - after,
        }  # fmt: skip
        self.latest = Iteration(step, played, told)
        rewards = [one.reward for one in played if one.reward is not None]
        self.metrics.log_value("reward", sum(rewards) / len(rewards) if rewards else float("nan"), window=1)

    def measure(self, rows: Sequence[dict[str, Any]], *, greedy: bool = True) -> list[Played]:
        """Play held-out tasks once each, in worlds that are always the same.

        They are neither learnt from nor counted in RLlib's results.
        """
        jobs = heldout_jobs(self.config, rows, self.iteration, greedy)
        return self._collect(jobs)[0]

    def _collect(self, jobs: list[Job]) -> tuple[list[Played], dict[str, float], list[Any]]:
        """Have every group played once. What a lost runner or engine was playing is played again by others.

        Returns:
            The rollouts in order, what there is to tell, and RLlib's numbers of the runners.

        Raises:
            RuntimeError: No group was finished in `max_rounds` rounds.
        """
        done: list[Share] = []
        found: dict[int, list[Played]] = {}
        left, again, idle = jobs, 0, 0
        while left:
            shares = self._round(left)
            finished = [share for share in shares if not share.problem]
            done += finished
            idle = 0 if finished else idle + 1
            if idle >= self.config.max_rounds:
                why = next((share.problem for share in shares), "no runner is left")
                raise RuntimeError(f"no group could be played in {idle} rounds: {why}")
            found |= _by_group(finished)
            left = [job for job in jobs if job.number not in found]
            again += len(left)
            if left:
                self._heal()
        played = [one for job in jobs for one in found[job.number]]
        return played, {"groups_played_again": float(again), **facts(played)}, [share.metrics for share in done]

    def _round(self, jobs: Sequence[Job]) -> list[Share]:
        """Share groups among the runners that are well, and return what comes back."""
        runners = self.env_runner_group.healthy_env_runner_ids()[: len(jobs)]
        handles = self.engine_group.handles if self.engine_group is not None else ()
        work = [
            partial(play_share, jobs=jobs[place :: len(runners)], version=self._pushed, engines=handles, index=runner)
            for place, runner in enumerate(runners)
        ]
        if not work:
            return []
        return list(
            self.env_runner_group.foreach_env_runner(
                work, local_env_runner=False, remote_worker_ids=runners, timeout_seconds=None
            )
        )

    def _heal(self) -> None:
        """Bring back runners that are gone, for up to two minutes if none is left, and give all the weights."""
        self.env_runner_group.probe_unhealthy_env_runners()
        for _ in range(120):
            if self.env_runner_group.num_healthy_remote_env_runners():
                break
            time.sleep(1.0)
            self.env_runner_group.probe_unhealthy_env_runners()
        self.push_weights()

    def restore_env_runners(self, env_runner_group: Any) -> list[int]:
        """Bring back runners that are gone, with the learner's weights."""
        restored: list[int] = list(env_runner_group.probe_unhealthy_env_runners())
        if restored:
            self.push_weights()
        return restored

    def _learn(self, played: Sequence[Played]) -> dict[str, float]:
        """Take the optimiser steps of an iteration; return what they tell."""
        found = lessons(self.config, played)
        results: list[Any] = []
        for epoch in range(self.config.epochs if found else 0):
            for part in minibatches(self.config, found, self.iteration, epoch):
                results += self._update(part)
        if results:
            self.metrics.aggregate(results, key=LEARNER_RESULTS)
        return {"steps_taken": float(len(results) // max(1, self.config.num_learners)), **means(results)}

    def _update(self, part: Sequence[Lesson]) -> list[Any]:
        """Take one optimiser step; each learner gets rollouts whole, and about as many tokens."""
        weight = 1.0 / max(1, sum(int(one.tokens.mask.sum()) for one, _ in part))
        count = max(1, self.config.num_learners)
        pulling = [pair for pair in part if pair[1] or self.config.clip.beta]  # the others have no gradient
        part = pulling if len(pulling) >= count else part
        longest_first = sorted(part, key=lambda pair: -len(pair[0].tokens.ids))
        shards = [longest_first[place::count] for place in range(count)]
        refs = [ray.put([as_lesson(one, value, weight) for one, value in shard]) for shard in shards]
        return list(self.learner_group.update(episodes_refs=refs))

    def push_weights(self) -> str:
        """Give every runner or engine the learner's weights, wait for all, and compare hashes; return the hash.

        Engines that are gone are started again first.

        Raises:
            RuntimeError: An actor holds other weights than it was given.
        """
        state = self.learner_group.get_state(
            components=f"{COMPONENT_LEARNER}/{COMPONENT_RL_MODULE}", inference_only=True
        )[COMPONENT_LEARNER]
        weights, self._pushed = state[COMPONENT_RL_MODULE][DEFAULT_MODULE_ID], int(state[WEIGHTS_SEQ_NO])
        wanted = fingerprint(weights) if self.config.check_weights else ""
        found = self._load_all(ray.put(weights), self._pushed)
        wrong = [one for one in found if one != wanted]
        if wrong and self.config.check_weights:
            raise RuntimeError(f"{len(wrong)} of {len(found)} actors hold other weights than the learner")
        return wanted

    def _load_all(self, weights: Any, version: int) -> list[str]:
        if self.engine_group is not None:
            self.engine_group.heal()
            if self.config.engine == "vllm" and self.config.vlm.lora is None:
                from visgenenv.adapters.rllib.grpo.vllm_engine import transfer_weights

                handles, options = self.engine_group.handles, self.config.engine_options
                self.learner_group.foreach_learner(partial(transfer_weights, handles=handles, options=options))
            return self.engine_group.load(weights, version)
        return list(
            self.env_runner_group.foreach_env_runner(
                partial(load_share, weights=[weights], version=version), local_env_runner=False, timeout_seconds=None
            )
        )

    def fingerprints(self) -> dict[str, list[str]]:
        """Return the hashes of the weights that all actors hold now, by kind of actor."""
        learners = self.learner_group.foreach_learner(lambda one: one.fingerprint())
        found = {"learners": [one.get() for one in learners.result_or_errors]}
        if self.engine_group is not None:
            return found | {"engines": self.engine_group.fingerprints()}
        runners = self.env_runner_group.foreach_env_runner(lambda one: one.fingerprint(), local_env_runner=False)
        return found | {"runners": list(runners)}

    def restore_from_path(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """Restore from a checkpoint, and give all actors its weights (RLlib's own synchronisation can be dropped)."""
        super().restore_from_path(path, *args, **kwargs)
        self.push_weights()

    def set_state(self, state: Any) -> None:
        """Take over a state, and give all actors its weights."""
        super().set_state(state)
        self.push_weights()

    def save_model(self, folder: str | Path) -> None:
        """Write the model (or the adapters) and its processor as transformers does."""
        settings = structs.replace(self.config.vlm, remote=False)
        model, processor = settings.build(playing=False)
        state = self.learner_group.get_state(components=f"{COMPONENT_LEARNER}/{COMPONENT_RL_MODULE}")
        holder = torch.nn.Module()
        holder.model = model
        load(holder, state[COMPONENT_LEARNER][COMPONENT_RL_MODULE][DEFAULT_MODULE_ID])
        model.save_pretrained(folder)
        processor.save_pretrained(folder)


def _by_group(shares: Sequence[Share]) -> dict[int, list[Played]]:
    """Return the rollouts of shares by the number of their group."""
    found: dict[int, list[Played]] = {}
    for one in (episode.custom_data[PLAYED] for share in shares for episode in share.episodes):
        found.setdefault(one.job, []).append(one)
    return found
