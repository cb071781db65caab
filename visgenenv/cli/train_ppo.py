"""`visgenenv train ppo`: ordinary RL on the control view, with RLlib."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from visgenenv.cli.terminal import (
    BadInput,
    Json,
    Out,
    Preset,
    console,
    emit,
    named_faults,
    named_preset,
    training_bar,
    writable,
)
from visgenenv.rewards.presets import DEFAULT
from visgenenv.tasks import load_suite


def ppo(
    out: Out = Path("run"),
    steps: Annotated[int, typer.Option(min=1, help="Environment steps.")] = 200_000,
    suite: Annotated[str, typer.Option(help="Suite whose easy and medium tasks are trained on.")] = "train",
    heldout_suite: Annotated[str, typer.Option(help="Suite whose easy and medium tasks are measured on.")] = "dev",
    preset: Preset = DEFAULT,
    faults: Annotated[str, typer.Option(help="none, realistic, stress or randomized.")] = "realistic",
    shaping: Annotated[
        float, typer.Option(min=0.0, help="Weight of the potential that shows progress along the plan; 0: none.")
    ] = 0.5,
    runners: Annotated[int, typer.Option(min=0, help="Processes that play; 0: the trainer plays itself.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of tasks, worlds, sampling and weights.")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="Two updates, to see that everything is in place.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint in the folder.")] = False,
    as_json: Json = False,
) -> None:
    """Train PPO on episodes as numbers, in minutes on two cores.

    Writes OUT/metrics.jsonl, OUT/traces.jsonl (held-out episodes), OUT/checkpoint and OUT/curve.png.
    """
    named_preset(preset)
    named_faults(faults)
    for name in (suite, heldout_suite):
        load_suite(name)
    writable(out)
    _quiet()
    from visgenenv.adapters.rllib.runs import PpoSettings, run_ppo

    settings = PpoSettings(
        str(out), steps, suite, heldout_suite, preset=preset, faults=faults, shaping=shaping, runners=runners,
        seed=seed, resume=resume,
    )  # fmt: skip
    settings = settings.quick() if quick else settings
    if resume and not (out / "checkpoint").is_dir():
        raise BadInput(f"{out}: there is no checkpoint to go on from; leave out --resume")
    with training_bar(settings.steps, out / "metrics.jsonl") as done:
        facts = run_ppo(settings, tick=done)
    if as_json:
        emit(facts)
        return
    first, last = facts["heldout_reward"]["first"], facts["heldout_reward"]["last"]
    before = "" if first is None else f"{first:.3f} -> "
    console.print(f"held-out reward: {before}{last:.3f} after {facts['steps']:,} steps, {facts['seconds']:,.0f} s")
    console.print(f"checkpoint: {escape(facts['checkpoint'])}\ncurve: {escape(facts['curve'])}")


def _quiet() -> None:
    """Leave out what Ray tells its own developers."""
    os.environ.setdefault("PYTHONWARNINGS", "ignore::DeprecationWarning")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    logging.getLogger("ray").setLevel(logging.ERROR)
