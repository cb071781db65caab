"""Plays the baselines and writes their tables into docs/evaluation.md. A killed run goes on where it stopped.

    python scripts/baseline_tables.py [--out DIR] [--workers 2]

DIR gets a folder for every baseline and index.html, a page with all of them.
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

from visgenenv import ExpertPolicy, evaluate
from visgenenv.bench import Report
from visgenenv.bench.baselines import BASELINES
from visgenenv.bench.bootstrap import Estimate
from visgenenv.bench.page import write_page
from visgenenv.bench.tables import TITLES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "evaluation.md"
BLOCK = re.compile(r"(?<=<!-- baselines: written by scripts/baseline_tables.py -->\n).*?(?=<!-- end -->)", re.DOTALL)
SLOPPY = "expert-sloppy"
PLAYERS = {**BASELINES, SLOPPY: lambda: ExpertPolicy("sloppy")}
ORDER: tuple[tuple[str, int], ...] = (
    ("random", 1), ("plan-only", 1), ("copy-the-request", 1), ("no-plan-expert", 1), ("retry-always", 1),
    ("retry-always", 4), (SLOPPY, 1), (SLOPPY, 4), ("expert", 1),
)  # fmt: skip
"""Who plays, and the best of how many."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("bench-baselines"))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    reports = [
        played(
            name,
            "visgenbench-104",
            best_of,
            options.out / f"{name}{f'-best-of-{best_of}' * (best_of > 1)}",
            options.workers,
        )
        for name, best_of in ORDER
    ]
    whole = played("expert", "visgenbench", 1, options.out / "expert-whole", options.workers)
    write_page(options.out, reports)
    text = "\n".join(["", *tables(reports), "", *tables([whole]), "", ""])
    PAGE.write_text(BLOCK.sub(lambda _: text, PAGE.read_text("utf-8")), "utf-8")
    print(text)


def played(name: str, suite: str, best_of: int, folder: Path, workers: int) -> Report:
    print(f"{name}, best of {best_of}, on {suite}", flush=True)
    return evaluate(PLAYERS[name](), suite, best_of=best_of, out=folder, name=name, workers=workers)


def tables(reports: list[Report]) -> list[str]:
    """Return two tables: the paper's columns, and reliability and cost."""
    header = reports[0].header
    suite = f"`{header.suite.name}`, version {header.suite.version}, checksum `{header.suite.checksum}`"
    lines = [
        f"{suite}; {header.samples} samples a task, seed {header.seed}, faults {header.faults}, metrics version {header.versions['metrics']}:",
        "",
    ]
    lines += row("policy", *[reports[0].title(title) for title in TITLES])
    lines += rule(1 + len(TITLES))
    for report in reports:
        lines += row(report.header.label, *[cell(report.table.cells[title]) for title in TITLES])
    lines += [
        "",
        *row("policy", "reward", "all met", "pass^4", "turns", "calls", "agent errors", "other errors", "cost"),
        *rule(9),
    ]
    for report in reports:
        cost = report.costs
        lines += row(
            report.header.label, cell(report.table.reward), cell(report.table.met), f"{report.pass_met[3]:.3f}",
            f"{cost.turns:.1f}", f"{cost.calls:.1f}", f"{cost.agent_errors:.1%}", f"{cost.env_errors:.1%}",
            f"${cost.cost_usd:.2f}",
        )  # fmt: skip
    return lines


def row(*cells: str) -> list[str]:
    return [f"| {' | '.join(cells)} |"]


def rule(n: int) -> list[str]:
    return row("---", *["--:"] * (n - 1))


def cell(estimate: Estimate) -> str:
    """Return a value with its interval below it."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    return f"{estimate.value:.3f}<br>{estimate.low:.2f}–{estimate.high:.2f}"


if __name__ == "__main__":
    main()
