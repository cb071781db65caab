"""`visgenenv rollout` and `score`: play tasks, score what was played."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import to_builtins
from rich.markup import escape
from rich.table import Table

from visgenenv.cli.models import (
    PLAYERS,
    ApiKeyEnv,
    BaseUrl,
    MaxTokens,
    Model,
    NativeTools,
    ShowImages,
    Temperature,
    named_player,
)
from visgenenv.cli.playing import narrow, set_aside, summary, summary_table
from visgenenv.cli.playing import play as play_tasks
from visgenenv.cli.terminal import (
    Json,
    Out,
    Preset,
    console,
    emit,
    named_faults,
    named_preset,
    named_suite,
    traces,
    writable,
)
from visgenenv.policies import ChatPolicy
from visgenenv.rewards import RewardRecord
from visgenenv.rewards import score as scored
from visgenenv.rewards.presets import DEFAULT
from visgenenv.trajectory import Trajectory
from visgenenv.viewer import Play

Traces = Annotated[Path, typer.Argument(metavar="TRACES", help="A trace file, or a folder that holds traces.jsonl.")]


def rollout(
    policy: Annotated[str, typer.Option(help=f"Who plays: {', '.join(PLAYERS)}.")] = "expert",
    suite: Annotated[str, typer.Option(help="Name of a suite, or a JSONL file of tasks.")] = "paper",
    out: Out = Path("run"),
    num_envs: Annotated[int, typer.Option(min=1, help="Episodes that run at the same time.")] = 96,
    seed: Annotated[int, typer.Option(min=0, help="Of the whole rollout.")] = 0,
    faults: Annotated[str, typer.Option(help="none, realistic, stress or randomized.")] = "realistic",
    limit: Annotated[int | None, typer.Option(min=1, help="Play only the first so many tasks.")] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    api_key_env: ApiKeyEnv = None,
    native_tools: NativeTools = True,
    images: ShowImages = "user",
    temperature: Temperature = 0.0,
    max_tokens: MaxTokens = 8192,
    as_json: Json = False,
) -> None:
    """Play the tasks of a suite and write OUT/traces.jsonl, a line an episode. An earlier file is kept beside it."""
    player = named_player(policy, model, base_url, api_key_env, native_tools, images, temperature, max_tokens)
    chosen = named_suite(suite)
    chosen = chosen if limit is None else chosen[:limit]
    named_faults(faults)
    path = writable(out) / "traces.jsonl"
    aside = set_aside(path)
    played = play_tasks(policy, chosen, path, num_envs=num_envs, seed=seed, faults=faults, player=player)
    reward = sum(record.reward or 0.0 for record in played.records) / len(played.records)
    facts: dict[str, Any] = {
        "traces": str(path),
        "episodes": len(played.records),
        "turns": played.turns,
        "mean_reward": reward,
    }
    if isinstance(player, ChatPolicy):
        facts["policy_report"] = player.report()
    if as_json:
        emit(facts)
        return
    if aside:
        console.print(f"The earlier traces are now in {escape(str(aside))}.")
    console.print(
        f"{facts['episodes']} episodes, {played.turns} turns, {reward:.1%} met every constraint: {escape(str(path))}"
    )
    if "policy_report" in facts:
        console.print(escape("; ".join(f"{name} {value}" for name, value in facts["policy_report"].items() if value)))


def score(
    traces_file: Traces,
    preset: Preset = DEFAULT,
    as_json: Json = False,
) -> None:
    """Score every episode of a trace file: a table, or with --json one object a line in the file's order."""
    named_preset(preset)
    plays: list[Play] = []
    for index, trajectory in enumerate(traces(traces_file)):
        record = scored(trajectory, preset)
        if as_json:
            emit(_row(index, trajectory, record))
        else:
            plays.append(Play(_player(traces_file, trajectory), trajectory, record, index))
    if not as_json:
        _print_scores(plays, preset)


def _row(index: int, trajectory: Trajectory, record: RewardRecord) -> dict[str, Any]:
    who = {"index": index, "task": trajectory.task.id, "seed": trajectory.seed}
    return {**who, "policy": trajectory.settings.get("policy"), **to_builtins(record)}


def _print_scores(plays: Sequence[Play], preset: str) -> None:
    names = list(plays[0].record.components)
    table = narrow(Table("#", "task", "success", "reward", *names))
    for play in plays:
        record = play.record
        values = [f"{record.components[name]:.3f}" if record.applicable[name] else "–" for name in names]
        success = "yes" if record.gates["V"] else "no"
        table.add_row(str(play.index), escape(play.trajectory.task.id), success, f"{record.reward:.3f}", *values)
    console.print(table)
    rows = [
        summary(policy, [play.record for play in plays if play.policy == policy])
        for policy in dict.fromkeys(play.policy for play in plays)
    ]
    console.print(summary_table(rows, f"preset {preset}"))


def _player(path: Path, record: Trajectory) -> str:
    """Name who played: as the record says, else as the file is called."""
    return str(record.settings.get("policy") or path.stem)
