"""The reward experiment as a whole: twenty runs of PPO, the scripted controller beside them, and best of n.

Needs the extras `sb3` and `rllib` (`make train-setup`). Every part has a file or folder of its own under the experiment's,
which is written last and whole: whatever is there is not done again, so a killed experiment goes on by the same command.
The plan and what came of it: docs/experiments/reward-ablation.md.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from visgenenv.adapters import require
from visgenenv.adapters.control_runs import Chosen
from visgenenv.bench.columns import METRICS
from visgenenv.errors import VisGenError
from visgenenv.experiments.best_of_n import do_task
from visgenenv.experiments.training import Training, do_honest, do_run, run_name
from visgenenv.rewards.record import VERSION
from visgenenv.tools import load_toolbox

SETTINGS = "settings.json"
STRIDE = 8
"""Of the held-out tasks, every eighth is played again and again for best of n."""
NOISE = {"best-of-n": 0.0, "best-of-n-noisier": 0.25}
"""The least share of the expert's choices that is replaced, by folder. The second was added when the first was seen."""
NOISIER = "best-of-n-noisier"

Tell = Callable[[str, int, int], None]


class Experiment(Struct, frozen=True):
    """What is done: the runs, and how many tasks are sampled how often for best of n."""

    training: Training = Training()
    best_tasks: int = 40
    samples: int = 256

    def quick(self) -> Experiment:
        """Return an experiment of a few minutes that shows that everything is in place, and nothing else."""
        training = replace(
            self.training, steps=4_096, tasks=400, heldout=64, curve_tasks=16, measure_every=2, seeds=(0, 1)
        )
        return replace(self, training=training, best_tasks=8, samples=16)

    def sampled(self, noise: str = "best-of-n") -> tuple[Any, ...]:
        """Return the tasks for best of n; the noisier expert, whose episodes are long, plays half of them."""
        n = self.best_tasks // 2 if noise == NOISIER else self.best_tasks
        return tuple(self.training.heldout_tasks()[::STRIDE][:n])


class Part(Struct, frozen=True):
    """One thing to do: play the scripted controller, one run, or the samples of one task."""

    kind: Literal["honest", "run", "best"]
    preset: str = ""
    seed: int = 0
    task: int = 0
    noise: str = ""

    @property
    def name(self) -> str:
        """What it is called in the folder."""
        if self.kind == "best":
            return f"{self.noise}/{self.task:03}"
        return run_name(self.preset, self.seed) if self.kind == "run" else "honest"


def parts_of(experiment: Experiment) -> list[Part]:
    """Return everything there is to do, seed by seed, so that half of an experiment is one with half of the seeds."""
    training = experiment.training
    runs = [Part("run", preset, seed) for seed in training.seeds for preset in training.presets]
    best = [Part("best", task=place, noise=noise) for noise in NOISE for place in range(len(experiment.sampled(noise)))]
    return [Part("honest"), *runs, *best]


def run_parts(experiment: Experiment, out: str | Path, jobs: int = 1, tell: Tell | None = None) -> None:
    """Do what is not done yet.

    Args:
        experiment: What to do.
        out: Folder of the experiment.
        jobs: Processes; the results do not depend on it.
        tell: Called with what has been done, how many parts are, and how many there are.

    Raises:
        VisGenError: The folder holds another experiment, or a process was killed.
    """
    require("sb3", "torch", "stable_baselines3", "sb3_contrib")
    folder = Path(out)
    _claim(experiment, folder)
    parts, told = parts_of(experiment), tell or (lambda name, done, total: None)
    if jobs == 1:
        for done, part in enumerate(parts, 1):
            do_part(experiment, part, folder)
            told(part.name, done, len(parts))
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(do_part, experiment, part, folder): part for part in parts}
        try:
            for done, future in enumerate(as_completed(waiting), 1):
                future.result()
                told(waiting[future].name, done, len(parts))
        except BrokenProcessPool as error:
            raise VisGenError(f"a process was killed; the same command goes on with what {folder} lacks") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def do_part(experiment: Experiment, part: Part, folder: Path) -> None:
    """Do one part, or what of it is not done yet."""
    if part.kind == "run":
        do_run(experiment.training, part.preset, part.seed, folder / part.name)
    elif part.kind == "honest":
        do_honest(experiment.training, folder / part.name)
    else:
        path = folder / f"{part.name}.json"
        path.parent.mkdir(exist_ok=True)
        do_task(experiment.sampled()[part.task], experiment.samples, part.task, path, NOISE[part.noise])


def missing(experiment: Experiment, out: str | Path) -> int:
    """Return how many parts are not done."""
    ends = {"honest": "honest/honest.jsonl", "run": "{}/verdicts.jsonl", "best": "{}.json"}
    return sum(not (Path(out) / ends[part.kind].format(part.name)).exists() for part in parts_of(experiment))


def _claim(experiment: Experiment, folder: Path) -> None:
    """Make the folder this experiment's, or prove that it is: rewards, tools and metrics must be the same too."""
    folder.mkdir(parents=True, exist_ok=True)
    versions = {"tools": load_toolbox().versions["tools"], "reward": str(VERSION), "metrics": str(METRICS)}
    mine = msgspec.to_builtins({"experiment": experiment, "versions": versions}, str_keys=True)
    path = folder / SETTINGS
    if path.exists():
        known = msgspec.json.decode(path.read_bytes())
        if known != msgspec.json.decode(msgspec.json.encode(mine)):
            raise VisGenError(
                f"{folder} holds another experiment, or one of other versions; give this one its own --out"
            )
    else:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(mine)) + b"\n")


def heldout_tasks(experiment: Experiment) -> Chosen:
    """Return the tasks on which policies are measured."""
    return experiment.training.heldout_tasks()
