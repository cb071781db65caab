"""`visgenenv demo`: the expert and a random policy on the published queries and on drawn tasks, scored and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from visgenenv.cli.playing import Played, play, summary, summary_table
from visgenenv.cli.terminal import Json, Out, console, emit, writable
from visgenenv.cli.view import draw_page
from visgenenv.rewards import score
from visgenenv.rewards.presets import DEFAULT
from visgenenv.tasks import load_suite
from visgenenv.viewer import Play

PRESET = DEFAULT
EPISODES, QUICK_EPISODES = 96, 12
MAX_MB = 30.0
FILM_HEIGHT, QUICK_FILM_HEIGHT = 360, 180


def demo(
    out: Out = Path("visgenenv-demo"),
    seed: Annotated[int, typer.Option(min=0, help="Of both rollouts.")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="12 tasks instead of 96, and small films.")] = False,
    as_json: Json = False,
) -> None:
    """Play the 3 published queries and 93 drawn tasks as 96 episodes at once, by the expert and at random.

    Prints a table of scores and writes OUT/expert.jsonl, OUT/random.jsonl and OUT/index.html, a page with the films.
    """
    folder = writable(out)
    paper = load_suite("paper")
    tasks = [*paper, *load_suite("dev")[: (QUICK_EPISODES if quick else EPISODES) - len(paper)]]
    plays: list[Play] = []
    rows = []
    for policy in ("expert", "random"):
        path = folder / f"{policy}.jsonl"
        played = play(policy, tasks, path, num_envs=len(tasks), seed=seed, faults="realistic")
        mine = _scored(played, len(paper) if policy == "expert" else 0)
        plays += mine
        rows.append({**summary(policy, [one.record for one in mine]), "steps_per_s": played.turns / played.seconds})
    if not as_json:
        console.print(summary_table(rows, f"{len(tasks)} episodes each, realistic faults, preset {PRESET}"))
    page = draw_page(plays, folder, "VisGenEnv demo", _room(folder), QUICK_FILM_HEIGHT if quick else FILM_HEIGHT)
    if as_json:
        emit({"page": str(page), "preset": PRESET, "seed": seed, "policies": rows})
    else:
        console.print(f"Page with pictures and films: {escape(str(page))}")


def _scored(played: Played, n_full: int) -> list[Play]:
    return [
        Play(played.policy, record, score(record, PRESET), index, full=index < n_full)
        for index, record in enumerate(played.records)
    ]


def _room(folder: Path) -> float:
    """Return the megabytes that are left for the page beside the traces."""
    return MAX_MB - sum(file.stat().st_size for file in folder.glob("*.jsonl")) / 1e6
