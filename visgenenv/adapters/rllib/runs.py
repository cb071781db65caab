"""A whole run: PPO from nothing (or a checkpoint) to a trained policy, with metrics, traces and a curve."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import torch
from msgspec import Struct
from msgspec.structs import replace
from ray.rllib.algorithms.algorithm import Algorithm
from ray.rllib.algorithms.ppo import PPO

from visgenenv.adapters.control_runs import HELDOUT, TRAINING, Chosen, Measure, draw_run
from visgenenv.adapters.folder import Folder
from visgenenv.adapters.rllib.module import MaskedModule, RllibController, notices_read
from visgenenv.adapters.rllib.ppo import component_row, control_config
from visgenenv.adapters.rllib.starting import start_ray
from visgenenv.control import layout_of
from visgenenv.errors import VisGenError
from visgenenv.rewards.presets import DEFAULT
from visgenenv.tools import load_toolbox

CHECKPOINT = "checkpoint"
Tick = Callable[[int], None]


class PpoSettings(Struct, frozen=True):
    """What a run is. Steps are environment steps.

    `row_every` and `measure_every` are in updates of 1,024 steps.
    """

    out: str
    steps: int = 200_000
    suite: str = "train"
    heldout_suite: str = "dev"
    training_tasks: int = TRAINING
    heldout_tasks: int = HELDOUT
    preset: str = DEFAULT
    faults: str = "realistic"
    shaping: float = 0.5
    runners: int = 1
    seed: int = 0
    row_every: int = 4
    measure_every: int = 24
    resume: bool = False

    def quick(self) -> PpoSettings:
        """Return the settings of a run of two updates, which shows that everything is in place."""
        return replace(self, steps=2_048, training_tasks=200, heldout_tasks=24, runners=0, row_every=1)


def run_ppo(settings: PpoSettings, tick: Tick | None = None) -> dict[str, Any]:
    """Train, and return what came of it.

    Writes OUT/metrics.jsonl, OUT/traces.jsonl (held-out episodes), OUT/checkpoint and OUT/curve.png.

    Args:
        settings: Of the run.
        tick: Called with the steps done so far, before the first one too.

    Raises:
        VisGenError: There is nothing to resume, or nothing left to do.
    """
    start = perf_counter()
    torch.set_num_threads(1)  # networks this small are slower on more
    start_ray(1 + settings.runners)
    folder = Folder(settings.out)
    algorithm, done = _algorithm(settings, folder)
    measure = Measure(
        folder, layout_of(tuple(load_toolbox())), Chosen(settings.heldout_suite, settings.heldout_tasks),
        preset=settings.preset, seed=settings.seed, faults=settings.faults,
    )  # fmt: skip
    try:
        first = None if done else measure(_controller(algorithm), 0)
        last = _train(algorithm, settings, folder, measure, done, tick)
    finally:
        algorithm.stop()
    curve = draw_run(folder, "RLlib PPO on VisGenControl-v0", measure.expert())
    return {
        "out": str(folder.path), "steps": last[0], "heldout_reward": {"first": first, "last": last[1]},
        "checkpoint": str(folder.path / CHECKPOINT), "curve": str(curve), "seconds": round(perf_counter() - start, 1),
    }  # fmt: skip


def _algorithm(settings: PpoSettings, folder: Folder) -> tuple[Algorithm, int]:
    """Return the algorithm, new or as its checkpoint left it, and the steps it has done."""
    path = (folder.path / CHECKPOINT).resolve()
    if not settings.resume:
        folder.begin()
        tasks = Chosen(settings.suite, settings.training_tasks)
        config = control_config(
            tasks, reward=settings.preset, faults=settings.faults, shaping=settings.shaping, runners=settings.runners,
            total_steps=settings.steps, seed=settings.seed,
        )  # fmt: skip
        return config.build_algo(), 0
    if not path.is_dir():
        raise VisGenError(f"{settings.out}: there is no checkpoint to go on from; leave out --resume")
    notices_read()
    algorithm = PPO.from_checkpoint(path)
    done = _steps(algorithm.metrics.peek())
    if done >= settings.steps:
        algorithm.stop()
        raise VisGenError(f"{settings.out}: its checkpoint has {done:,} steps already; to go on, ask for more --steps")
    folder.begin(done)
    return algorithm, done


def _train(
    algorithm: Algorithm, settings: PpoSettings, folder: Folder, measure: Measure, done: int, tick: Tick | None
) -> tuple[int, float]:
    """Train to the end; return the steps done and the last held-out reward."""
    updates, held = 0, 0.0
    if tick is not None:
        tick(done)
    while done < settings.steps:
        result = algorithm.train()
        updates, done = updates + 1, _steps(result)
        row = component_row(result.get("env_runners", {}))
        if updates % settings.row_every == 0 and row["reward"] is not None:
            folder.add_row({"step": done, **row})
        over = done >= settings.steps
        if over or updates % settings.measure_every == 0:
            algorithm.save_to_path((folder.path / CHECKPOINT).resolve())
            held = measure(_controller(algorithm), done)
        if tick is not None:
            tick(done)
    return done, held


def _steps(result: dict[str, Any]) -> int:
    return int(result.get("env_runners", {}).get("num_env_steps_sampled_lifetime", 0))


def _controller(algorithm: Algorithm) -> RllibController:
    """Return a controller with the learner's own weights (those of runners can lag behind)."""
    learned = algorithm.learner_group.get_state(components="learner/rl_module", inference_only=True)
    weights = learned["learner"]["rl_module"]["default_policy"]
    spec = algorithm.config.get_rl_module_spec(
        spaces={"default_policy": (algorithm.env_runner_group.get_spaces()["default_policy"])}
    )
    module: MaskedModule = spec.build()
    module.set_state(weights)
    return RllibController(module)
