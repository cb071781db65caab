"""`visgenenv tasks`: the tasks of a suite, one of them in full, and how a policy does on its families."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from msgspec import to_builtins
from rich.markup import escape
from rich.table import Column, Table
from typer.core import TyperGroup

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
from visgenenv.cli.terminal import Json, console, emit, known, named_faults, named_suite
from visgenenv.profiling import SUCCESSES, Family, Profile
from visgenenv.profiling import profile as profiled
from visgenenv.tasks import load_task
from visgenenv.types import Task


class _ShowFirst(TyperGroup):
    """Takes what is no command of the group for the arguments of `show`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


tasks = typer.Typer(
    cls=_ShowFirst,
    help="Show tasks, or profile a policy on them. Without a command: show, and its options.",
    epilog="Example: visgenenv tasks --suite dev --limit 10",
)


@tasks.command(epilog="Example: visgenenv tasks visgenbench/12-zh")
def show(
    id: Annotated[str, typer.Argument(help="A task to show in full.", show_default=False)] = "",
    suite: Annotated[str, typer.Option(help="Name of a suite, or a JSONL file of tasks.")] = "dev",
    limit: Annotated[int, typer.Option(min=1, help="List at most so many.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Of the suite's drawing.")] = 0,
    as_json: Json = False,
) -> None:
    """List the tasks of a suite, or show one with its ground truth."""
    if id:
        task = load_task(id)
        emit(to_builtins(task)) if as_json else _show_task(task)
        return
    chosen = named_suite(suite, seed)
    listed = chosen[:limit]
    if as_json:
        for task in listed:
            emit(to_builtins(task))
        return
    table = Table(
        Column("task", no_wrap=True),
        "type",
        "asks for",
        "query",
        title=f"{suite}: {len(listed)} of {len(chosen):,} tasks",
    )
    for task in listed:
        table.add_row(escape(task.id), task.type, _demands(task), escape(_gist(task.query)))
    console.print(table)


@tasks.command(epilog="Example: visgenenv tasks profile --policy expert-sloppy --suite dev --samples 4")
def profile(
    policy: Annotated[str, typer.Option(help=f"Who plays: {', '.join(PLAYERS)}.")] = "expert",
    suite: Annotated[str, typer.Option(help="Name of a suite, or a JSONL file of tasks.")] = "dev",
    samples: Annotated[int, typer.Option(min=1, help="Attempts at each task: a group.")] = 4,
    limit: Annotated[int, typer.Option(min=1, help="Play at most so many tasks, evenly spread over the suite.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of the suite's drawing and of the rollouts.")] = 0,
    success: Annotated[
        str, typer.Option(help="met: every objective constraint; delivered: something of the right kind.")
    ] = "met",
    faults: Annotated[str, typer.Option(help="none, realistic, stress or randomized.")] = "realistic",
    num_envs: Annotated[int, typer.Option(min=1, help="Episodes that run at the same time.")] = 96,
    model: Model = None,
    base_url: BaseUrl = None,
    api_key_env: ApiKeyEnv = None,
    native_tools: NativeTools = True,
    images: ShowImages = "user",
    temperature: Temperature = 0.0,
    max_tokens: MaxTokens = 8192,
    as_json: Json = False,
) -> None:
    """Show a policy's success by family of tasks, and the share of groups in which all attempts fail, or all pass."""
    player = named_player(policy, model, base_url, api_key_env, native_tools, images, temperature, max_tokens)
    known("success", success, list(SUCCESSES))
    named_faults(faults)
    chosen = _spread(named_suite(suite, seed), limit)
    found = profiled(
        player,
        chosen,
        samples,
        seed,
        success=success,
        faults=faults,
        num_envs=num_envs,
        progress=f"{policy} attempts",
    )
    if as_json:
        for row in found.rows():
            emit(row)
    else:
        console.print(_profile_table(found, f"{policy} on {suite}: {len(chosen)} tasks, {samples} attempts each"))
        console.print(_verdict(found))


def _spread(suite: Sequence[Task], most: int) -> list[Task]:
    """Return at most so many tasks, evenly spread, of both languages."""
    n = len(suite)
    return [suite[i * n // min(n, most)] for i in range(min(n, most))]


def _profile_table(found: Profile, title: str) -> Table:
    columns = ("tasks", "success", "all fail", "all pass", "mixed")
    table = Table("family", *(Column(name, justify="right") for name in columns), title=title)
    for one in (*found.families, found.whole):
        if one is found.whole:
            table.add_section()
        table.add_row(
            escape(one.name), f"{one.tasks}", *map(_percent, (one.success, one.all_fail, one.all_pass, one.mixed))
        )
    return table


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _verdict(found: Profile) -> str:
    """Say what the numbers mean for training."""
    whole: Family = found.whole
    if found.samples == 1:
        return "With one attempt a task no group is mixed; take --samples 4 or more."
    lost = whole.all_fail + whole.all_pass
    return (
        f"{_percent(lost)} of the groups teach nothing: {_percent(whole.all_fail)} fail throughout, "
        f"{_percent(whole.all_pass)} pass throughout. A Curriculum draws the others more often."
    )


def _gist(text: str, width: int = 110) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def _demands(task: Task) -> str:
    """Say a task's ground truth in a few words: `1 video, 8 shots, 40 s, tts`."""
    low, high = task.count
    many = f"{low}" if low == high else f"{low} to {high}"
    said = [f"{many} {task.modality}{'s' if high > 1 else ''}"]
    if task.shots:
        said.append(f"{task.shots} shots")
    if task.duration:
        said.append(f"{task.duration.seconds:g} s {'in all' if task.duration.scope == 'total' else 'each'}")
    if task.size:
        said.append(f"{task.size.width}{'×' if task.size.exact else ':'}{task.size.height}")
    said += [*task.audio, *(["subtitles"] if task.subtitle else [])]
    said += [f"same {group.name} in {group.n_required}" for group in task.groups]
    said += [f"{len(task.uploads)} uploads"] if task.uploads else []
    return ", ".join(said)


def _show_task(task: Task) -> None:
    console.print(f"[bold]{escape(task.id)}[/]  type {task.type}, {task.lang}, {task.difficulty}\n")
    console.print(escape(task.query))
    for upload in task.uploads:
        console.print(f"- upload {escape(upload.name)} ({upload.kind}): {escape(upload.description)}")
    console.print(f"\nAsks for: {escape(_demands(task))}")
    console.print(f"Shortest plan: {task.reference_length} calls")
    console.print(f"Tools offered: {', '.join(task.tool_pool) or 'all'}")
    if task.source:
        console.print(f"Source: {escape(task.source)}")
