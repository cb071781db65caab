"""`visgenenv train`: one group; every command stands in a module of its own and is entered here."""

from __future__ import annotations

import typer

from visgenenv.cli.train_grpo import MORE, grpo, sft
from visgenenv.cli.train_ppo import ppo

train = typer.Typer(
    help="Train a policy in the environment: ordinary RL on numbers, or language models with TRL.",
    epilog="Example: visgenenv train grpo --model tiny --steps 3 --out run",
    no_args_is_help=True,
)
train.command("grpo", epilog="Example: visgenenv train grpo --model tiny --steps 3 --out run", context_settings=MORE)(
    grpo
)
train.command("sft", epilog="Example: visgenenv train sft --demos demos --model tiny --out run", context_settings=MORE)(
    sft
)
train.command("ppo", epilog="Example: visgenenv train ppo --quick --out run")(ppo)
