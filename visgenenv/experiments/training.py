"""One run of the reward experiment: PPO under one preset with one seed, and what its policy is worth on held-out tasks.

Needs the extra `sb3`. A run's folder has `metrics.jsonl` (its curve), `model.zip`, then `traces.jsonl` (a few held-out
episodes, for the viewer), `rows.jsonl` (the benchmark's) and, written last, `verdicts.jsonl`. What is there is not done
again; a run that was killed while it trained begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from visgenenv.adapters import require
from visgenenv.adapters.control_runs import TRAINING, Chosen, Measure
from visgenenv.adapters.folder import Folder
from visgenenv.bench.rows import Key, Row, row_of
from visgenenv.control import ControlExpert, Controller, Layout, layout_of
from visgenenv.experiments.verdicts import PRESETS, verdicts, write_verdicts
from visgenenv.tools import load_toolbox
from visgenenv.trajectory import Trajectory

MODEL, ROWS, VERDICTS, HONEST = "model.zip", "rows.jsonl", "verdicts.jsonl", "honest.jsonl"
SHOWN = 24
"""Held-out episodes of which the whole trace is kept."""


class Training(Struct, frozen=True):
    """What the runs of an experiment share. Steps are environment steps; an update has 1,024."""

    steps: int = 60_000
    tasks: int = TRAINING
    heldout: int = 340
    curve_tasks: int = 100
    measure_every: int = 15
    lanes: int = 32
    presets: tuple[str, ...] = PRESETS
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)

    def heldout_tasks(self) -> Chosen:
        """Return the tasks on which final policies are measured."""
        return Chosen("dev", self.heldout)


class HeldOut(Measure):
    """Plays held-out tasks while a policy learns, and writes a row with all rewards and gold."""

    def __call__(self, controller: Controller, step: int, name: str = "ppo") -> float:
        """Return the mean reward under the preset that trains."""
        found = verdicts(self.play(controller))
        own = str(self.preset)
        means = {preset: sum(one.rewards[preset] for one in found) / len(found) for preset in PRESETS}
        gold = {
            "gold": sum(one.gold for one in found) / len(found),
            "gold_passed": sum(one.passed for one in found) / len(found),
        }
        self.folder.add_row({"step": step, "heldout_reward": means[own], "heldout": means, **gold})
        return means[own]


def run_name(preset: str, seed: int) -> str:
    """Return the name of a run's folder."""
    return f"{preset}-{seed}"


def do_run(training: Training, preset: str, seed: int, folder: Path) -> None:
    """Train and judge, whatever of it is not done yet."""
    if (folder / VERDICTS).exists():
        return
    if not (folder / MODEL).exists():
        _train(training, preset, seed, folder)
    _judge(training, folder, preset, seed)


def do_honest(training: Training, out: Path) -> None:
    """Judge the scripted controller on the held-out tasks, with which everything is compared."""
    if not (out / HONEST).exists():
        layout = _layout()
        records = Measure(Folder(out), layout, training.heldout_tasks()).play(ControlExpert(layout))
        _write_rows(out / ROWS, records)
        write_verdicts(out / HONEST, verdicts(records))


def _train(training: Training, preset: str, seed: int, path: Path) -> None:
    """Train, and leave `model.zip`."""
    require("sb3", "torch", "stable_baselines3", "sb3_contrib")
    import torch

    from visgenenv.adapters.sb3 import ControlLanes, Log, masked_ppo

    torch.set_num_threads(1)
    folder = Folder(path)
    folder.begin()
    lanes = ControlLanes(training.lanes, seed, tasks=Chosen("train", training.tasks), reward=preset, shaping=0.0)
    measure = HeldOut(folder, lanes.layout, Chosen("dev", training.curve_tasks), preset=preset)
    model = masked_ppo(lanes, seed)
    model.learn(training.steps, callback=Log(measure, training.steps, measure_every=training.measure_every))
    model.save(path / "model.part.zip")
    (path / "model.part.zip").replace(path / MODEL)


def _judge(training: Training, path: Path, preset: str, seed: int) -> None:
    """Let the trained policy play the held-out tasks, likeliest choices, and write down what it is worth."""
    from sb3_contrib import MaskablePPO

    from visgenenv.adapters.sb3 import Sb3Controller

    folder = Folder(path)
    controller = Sb3Controller(MaskablePPO.load(path / MODEL, device="cpu"))
    records = Measure(folder, _layout(), training.heldout_tasks()).play(controller)
    found = verdicts(records)
    _write_rows(path / ROWS, records)
    (path / "traces.jsonl").unlink(missing_ok=True)
    own = [one.rewards[preset] for one in found]
    folder.add_traces(records[:SHOWN], own[:SHOWN], training.steps, policy=run_name(preset, seed), phase="heldout")
    write_verdicts(path / VERDICTS, found)


def _layout() -> Layout:
    return layout_of(tuple(load_toolbox()))


def _write_rows(path: Path, records: Sequence[Trajectory]) -> None:
    rows = [row_of(Key(place, 0), [record])[0] for place, record in enumerate(records)]
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))


def read_rows(path: str | Path) -> list[Row]:
    """Read the benchmark's rows of a run."""
    return [msgspec.json.decode(line, type=Row) for line in Path(path).read_bytes().splitlines()]


def curve_of(folder: Path) -> list[dict[str, Any]]:
    """Return the measurements on held-out tasks while a run trained."""
    rows = [msgspec.json.decode(line) for line in (folder / "metrics.jsonl").read_bytes().splitlines()]
    return [row for row in rows if "heldout" in row]
