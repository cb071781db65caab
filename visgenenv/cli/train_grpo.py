"""`visgenenv train grpo` and `visgenenv train sft`: language models with TRL, or GRPO with RLlib."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from visgenenv.cli.terminal import BadInput, Json, console, emit, known, training_bar, writable

ENGINES = ("trl", "rllib")
"""Who trains."""

Steps = Annotated[int | None, typer.Option(min=1, help="Optimiser steps. Default: 100.", show_default=False)]
Model = Annotated[str | None, typer.Option(help="'tiny' (default, built here), a folder, or a name of the hub.", show_default=False)]  # fmt: skip
OutDir = Annotated[Path | None, typer.Option("--out", help="Folder to write to. Default: run.", show_default=False)]
Config = Annotated[Path | None, typer.Option(help="YAML file of settings.", show_default=False)]
Seed = Annotated[int | None, typer.Option(min=0, help="Of worlds, sampling and order. Default: 42.", show_default=False)]  # fmt: skip
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the latest checkpoint in the folder.")]
HelpAll = Annotated[bool, typer.Option("--help-all", help="List every setting, TRL's own too, and stop.")]

MORE = {"allow_extra_args": True, "ignore_unknown_options": True}
"""Whatever else stands on the command line goes to TRL's parser."""


def grpo(
    context: typer.Context,
    engine: Annotated[str, typer.Option(help="Who trains: trl (one machine), rllib (a laptop to a cluster).")] = "trl",
    model: Model = None,
    suite: Annotated[
        str | None, typer.Option(help="Tasks to train on: a suite or a JSONL file. Default: train.", show_default=False)
    ] = None,
    steps: Steps = None,
    iterations: Annotated[
        int | None, typer.Option(min=1, help="RLlib's word for --steps. Default: 100.", show_default=False)
    ] = None,
    out: OutDir = None,
    config: Config = None,
    seed: Seed = None,
    resume: Resume = False,
    as_json: Json = False,
    help_all: HelpAll = False,
) -> None:
    """Train a language model with GRPO, pictures in the loop.

    Writes OUT/metrics.jsonl, OUT/traces.jsonl, OUT/heldout.jsonl, checkpoints and OUT/final. With --engine trl every
    setting of TRL's GRPOConfig and ModelConfig (LoRA) is an option too: --num_generations 8 --use_peft; with
    --engine rllib every setting of docs/rllib.md: --runners 2 --engines 1 --lora_r 16. --help-all lists them.
    """  # fmt: skip
    known("engine", engine, ENGINES)
    steps = iterations if steps is None else steps
    _quiet()
    if engine == "rllib":
        named = {"model": model, "suite": suite, "iterations": steps, "out": out, "seed": seed}
        told = {name: str(value) for name, value in named.items() if value is not None}
        _rllib(context, told | ({"resume": "true"} if resume else {}), config, as_json, help_all)
        return
    from visgenenv.adapters.trl.settings import parse_grpo

    given = _arguments(context, help_all, model=model, suite=suite, max_steps=steps, out=out, config=config, seed=seed)
    settings = parse_grpo(given + (["--resume"] if resume else []))
    _run("run_grpo", settings, as_json)


def sft(
    context: typer.Context,
    demos: Annotated[
        str | None, typer.Option(help="Folder of demonstrations, or a trace file. Default: demos.", show_default=False)
    ] = None,
    model: Model = None,
    steps: Steps = None,
    out: OutDir = None,
    config: Config = None,
    seed: Seed = None,
    resume: Resume = False,
    as_json: Json = False,
    help_all: HelpAll = False,
) -> None:
    """Train a language model on demonstrations; only what the assistant says carries loss.

    Writes OUT/metrics.jsonl, OUT/heldout.jsonl, checkpoints and OUT/final. Every setting of TRL's SFTConfig and
    ModelConfig (LoRA) is an option too: --learning_rate 1e-4 --per_device_train_batch_size 8 --use_peft.
    """  # fmt: skip
    _quiet()
    from visgenenv.adapters.trl.settings import parse_sft

    given = _arguments(context, help_all, model=model, demos=demos, max_steps=steps, out=out, config=config, seed=seed)
    settings = parse_sft(given + (["--resume"] if resume else []))
    _run("run_sft", settings, as_json)


def _rllib(context: typer.Context, given: dict[str, str], config: Path | None, as_json: bool, help_all: bool) -> None:
    """Train with RLlib."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    logging.getLogger("ray").setLevel(logging.ERROR)
    from visgenenv.adapters.rllib.grpo.settings import described, read_settings

    if help_all:
        for name, default, text in described():
            console.print(f"--{name}  {escape(text)} [dim]{escape(default)}[/dim]")
        return
    settings = read_settings(config, {**given, **_pairs(context.args)})
    from visgenenv.adapters.rllib.grpo import runs

    if settings.resume:
        runs.latest_checkpoint(settings.out)
    writable(Path(settings.out))
    with training_bar(settings.iterations, Path(settings.out) / "metrics.jsonl") as done:
        facts = runs.run_grpo(settings, tick=done)
    _tell(facts, as_json)


def _pairs(arguments: Sequence[str]) -> dict[str, str]:
    """Return `--name value`, `--name=value` and `--name` alone (true) as a mapping."""
    out: dict[str, str] = {}
    name = ""
    for part in arguments:
        if part.startswith("--"):
            name, equals, value = part[2:].partition("=")
            name = name.replace("-", "_")
            out[name] = value if equals else "true"
            name = "" if equals else name
        elif name:
            out[name], name = part, ""
        else:
            raise BadInput(f"unexpected argument {part!r}")
    return out


def _arguments(context: typer.Context, help_all: bool, **options: Any) -> list[str]:
    """Return what was given as TRL's parser reads it; what was not given is left to the file and the defaults."""
    given = [str(part) for name, value in options.items() if value is not None for part in (f"--{name}", value)]
    return given + list(context.args) + (["--help-all"] if help_all else [])


def _run(name: str, settings: Any, as_json: bool) -> None:
    from transformers.utils.logging import disable_progress_bar

    from visgenenv.adapters.trl import runs

    disable_progress_bar()
    writable(Path(settings[0].out))
    work: Callable[..., dict[str, Any]] = getattr(runs, name)
    with training_bar(int(settings[1].max_steps), Path(settings[0].out) / "metrics.jsonl") as done:
        facts = work(*settings, tick=done)
    _tell(facts, as_json)


def _tell(facts: dict[str, Any], as_json: bool) -> None:
    """Show a summary."""
    if as_json:
        emit(facts)
        return
    for key, value in facts.items():
        shown = f"{value['first']:.4f} -> {value['last']:.4f}" if isinstance(value, dict) else str(value)
        console.print(f"{key.replace('_', ' ')}: {escape(shown)}")


def _quiet() -> None:
    """Leave out what the libraries tell their own developers."""
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    warnings.filterwarnings("ignore", category=FutureWarning)
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    for name in ("transformers", "huggingface_hub", "httpx"):
        logging.getLogger(name).setLevel(logging.ERROR)
