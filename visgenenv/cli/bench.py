"""`visgenenv bench` and `compare`: a policy plays a suite and is reported in the paper's columns; two runs side by side."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import to_builtins
from rich.markup import escape
from rich.table import Table

from visgenenv.bench.baselines import BASELINES
from visgenenv.bench.bootstrap import Estimate
from visgenenv.bench.calibration import read_calibration
from visgenenv.bench.comparing import Comparison, Difference
from visgenenv.bench.comparing import compare as compared
from visgenenv.bench.evaluating import SAMPLES, run_in
from visgenenv.bench.grading import Grader
from visgenenv.bench.header import header_of
from visgenenv.bench.page import write_page
from visgenenv.bench.reports import Report, read_run
from visgenenv.bench.rows import Row
from visgenenv.bench.tables import TITLES, Line
from visgenenv.cli.models import (
    CHAT,
    TRAINED,
    ApiKeyEnv,
    MaxTokens,
    Model,
    NativeTools,
    ShowImages,
    Temperature,
    named_player,
)
from visgenenv.cli.playing import narrow
from visgenenv.cli.terminal import (
    CORES,
    POLICIES,
    BadInput,
    Json,
    Out,
    console,
    emit,
    known,
    named_faults,
    named_suite,
    writable,
)
from visgenenv.policies import Policy
from visgenenv.progress import bar

_PLAYERS = list(dict.fromkeys([*POLICIES, *BASELINES, CHAT, f"{TRAINED}FOLDER"]))
_Folder = Annotated[Path, typer.Argument(help="Folder that `visgenenv bench` has written.")]


def bench(
    policy: Annotated[str, typer.Option(help=f"Who plays: {', '.join(_PLAYERS)}.")] = "expert",
    suite: Annotated[str, typer.Option(help="Name of a suite, or a JSONL file of tasks.")] = "visgenbench-104",
    samples: Annotated[int, typer.Option(min=1, help="Episodes a task; pass^k wants at least four.")] = SAMPLES,
    out: Out = Path("bench"),
    seed: Annotated[int, typer.Option(min=0, help="Of the run.")] = 0,
    faults: Annotated[str, typer.Option(help="none, realistic, stress or randomized.")] = "realistic",
    best_of: Annotated[
        int, typer.Option(min=1, help="Play each episode so many times and keep the one with the highest reward.")
    ] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Play only the first so many tasks.")] = None,
    num_envs: Annotated[int, typer.Option(min=1, help="Episodes that a worker plays at the same time.")] = 96,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: one a core, or with --policy chat one a server.")
    ] = None,
    model: Model = None,
    base_url: Annotated[
        list[str] | None,
        typer.Option(help="With --policy chat: of the server, up to and with /v1. Give several to share the work."),
    ] = None,
    api_key_env: ApiKeyEnv = None,
    native_tools: NativeTools = True,
    images: ShowImages = "user",
    temperature: Temperature = 0.0,
    max_tokens: MaxTokens = 8192,
    grader_model: Annotated[
        str | None, typer.Option(help="A vision model that judges the columns otherwise marked (sim).")
    ] = None,
    grader_url: Annotated[str | None, typer.Option(help="Of the grader's server, up to and with /v1.")] = None,
    grader_key_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="Environment variable that holds the grader's key.")
    ] = None,
    calibration: Annotated[
        Path | None, typer.Option(help="File that brings the grader's levels into line with people's.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Play every task of a suite several times and report in the paper's columns, with intervals.

    Writes OUT/traces.jsonl and OUT/rows.jsonl as episodes end, then OUT/report.json and OUT/index.html. The same command
    on the same OUT plays only what is missing.
    """
    grader = _grader(grader_model, grader_url, grader_key_env, calibration)
    players = _players(
        policy, base_url or [], workers, model, api_key_env, native_tools, images, temperature, max_tokens
    )
    named_faults(faults)
    tasks = named_suite(suite)
    tasks, name = (tasks, suite) if limit is None else (tasks[:limit], f"{suite}[:{limit}]")
    header = header_of(tasks, Path(name).name, players[0], policy, samples, seed, faults, best_of)
    folder = writable(out)
    rows: list[Row] = []
    with bar(f"{policy} plays", samples * len(tasks)) as done:

        def tell(n: int, total: int) -> None:
            done(n, total, **_so_far(rows))

        report = run_in(folder, header, players, tasks, num_envs, grader, tell, rows.append)
    page = write_page(folder, [report])
    if as_json:
        emit(to_builtins(report))
        return
    _print_report(report)
    for problem in report.problems:
        console.print(f"A server dropped out, and the others took over: {escape(problem)}")
    for counts in report.policy_reports:
        console.print(escape("; ".join(f"{name} {value}" for name, value in counts.items() if value)))
    console.print(f"Report, page and traces: {escape(str(page.parent))}")


def _so_far(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the bar tells of the episodes that were played now."""
    if not rows:
        return {}
    n = len(rows)
    return {
        "reward": sum(row.reward for row in rows) / n,
        "success": sum(row.success for row in rows) / n,
        "steps": sum(row.turns for row in rows),
    }


def compare(a: _Folder, b: _Folder, as_json: Json = False) -> None:
    """Compare two runs on the same suite: B minus A by task, with intervals."""
    runs = [read_run(a), read_run(b)]
    found = compared(*runs)
    if as_json:
        emit(to_builtins(found))
        return
    _print_comparison(found)
    for name, run in zip("AB", runs, strict=True):
        if run.report.missing:
            console.print(f"{name} is not finished: {run.report.missing} of its episodes are missing.")


def _players(
    policy: str,
    urls: Sequence[str],
    workers: int | None,
    model: str | None,
    api_key_env: str | None,
    native_tools: bool,
    images: str,
    temperature: float,
    max_tokens: int,
) -> list[Policy]:
    """Return one policy a worker: the same several times, or one for every server."""
    if not policy.startswith(TRAINED):
        known("policy", policy, _PLAYERS)
    if policy in BASELINES and policy not in POLICIES:
        if model or urls:
            raise BadInput(f"--model and --base-url belong to --policy {CHAT}, not to {policy}")
        return [BASELINES[policy]()] * (workers or CORES)
    if workers and policy == CHAT:
        raise BadInput("--workers does not go with --policy chat: there is one worker for every --base-url")
    of_url = [
        named_player(policy, model, url, api_key_env, native_tools, images, temperature, max_tokens)
        for url in (urls or (None,))
    ]
    return of_url if policy == CHAT else of_url[:1] * (workers or CORES)


def _grader(model: str | None, url: str | None, key_env: str | None, calibration: Path | None) -> Grader | None:
    if not (model or url):
        if calibration or key_env:
            raise BadInput("--calibration and --grader-key-env need --grader-model and --grader-url")
        return None
    if not (model and url):
        raise BadInput("a grader needs both --grader-model and --grader-url")
    if key_env and not os.environ.get(key_env):
        raise BadInput(f"--grader-key-env: there is no environment variable {key_env}, or it is empty")
    lines = read_calibration(calibration, model) if calibration else None
    return Grader(url, model, os.environ[key_env] if key_env else None, calibration=lines)


def _print_report(report: Report) -> None:
    header = report.header
    suite, cost = header.suite, report.costs
    version = f", version {suite.version}" if suite.version else ""
    table = narrow(Table(title=f"{header.label} on {suite.name}{version}, {header.samples} samples a task"))
    table.add_column("")
    for title in TITLES:
        full = report.title(title)
        table.add_column(full.replace(" (", "\n("), justify="right")
    for line in (report.table, *report.parts["modality"], *report.parts["lang"], *report.parts["difficulty"]):
        table.add_row(line.name, *[_cell(line, title) for title in TITLES])
    table.add_row("95 %", *[_interval(report.table.cells[title]) for title in TITLES])
    console.print(table)
    console.print(
        f"reward {_text(report.table.reward)}, all met {_text(report.table.met)}, "
        f"pass^k {' '.join(f'{one:.3f}' for one in report.pass_met)} (success "
        f"{' '.join(f'{one:.3f}' for one in report.pass_success)})"
    )
    console.print(
        f"a task: {cost.turns:.1f} turns, {cost.calls:.1f} calls, {cost.agent_errors:.1%} of them failed by the agent's "
        f"fault and {cost.env_errors:.1%} otherwise, {cost.seconds:.0f} simulated seconds, ${cost.cost_usd:.2f}"
    )


def _cell(line: Line, title: str) -> str:
    return _text(line.cells[title])


def _text(estimate: Estimate) -> str:
    return "–" if estimate.value is None else f"{estimate.value:.3f}"


def _interval(estimate: Estimate) -> str:
    return "" if estimate.low is None or estimate.high is None else f"{estimate.low:.2f}-{estimate.high:.2f}"


def _print_comparison(found: Comparison) -> None:
    suite = found.a.suite
    table = narrow(Table(title=f"B minus A on {found.tasks} tasks of {suite.name}, judged columns: {found.judged_by}"))
    for heading in ("column", "A", "B", "B - A", "95 %", "B ahead", "A ahead"):
        table.add_column(heading, justify="left" if heading == "column" else "right")
    for title, one in found.columns.items():
        table.add_row(title, f"{one.a:.3f}", f"{one.b:.3f}", *_apart(one), *_ahead(one))
    console.print(f"A: {escape(found.a.label)}\nB: {escape(found.b.label)}")
    console.print(table)
    if not found.same_luck:
        console.print("The runs have different seeds, so their episodes met different weather.")


def _apart(one: Difference) -> tuple[str, str]:
    mean, low, high = one.difference.value, one.difference.low, one.difference.high
    interval = "" if low is None or high is None else f"{low:+.3f} to {high:+.3f}{' *' if one.clear else ''}"
    return f"{mean:+.3f}", interval


def _ahead(one: Difference) -> tuple[str, str]:
    return (str(one.better), str(one.worse)) if one.better or one.worse else ("", "")
