"""Write docs/threats.md: every threat of the adversarial suite against every preset. `--check` compares only."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from threats import THREATS, Threat, honest  # noqa: E402

from visgenenv import score  # noqa: E402

PAGE = ROOT / "docs" / "threats.md"
NAMES = ("RL1", "RL2", "additive", "paper", "hardened")
TYPES = 8
TIE = 0.02

HEAD = """# Ways to cheat, and what they earn

Every row is a way to earn reward without doing the work, tried on at least five types of task in both languages.
A cell is the mean reward of the cheating play, the honest
play's being 1.00 or close to it; **bold** means that in at least one play cheating paid as much as honesty did, or
lost less than 0.02 by it. The relation is what the specification demands of `hardened`: S at most 0.15, M at least
0.15 below honest play, L at least 0.02 below it, P below it. T20, T58 and T59 need reflection and rollback, which are
not there yet. P1 to P5 are ours: cheating on what the pictures show.

`RL1` and `RL2` are the paper's own ablations (Table 4): without the plan, and without the fine-grained parts. The
last rows count the plays in which cheating tied with honesty.

This page is written by `python scripts/threats.py`; `tests/test_threats.py` runs the suite.
"""


def cells(threat: Threat) -> list[dict[str, tuple[float, float]]]:
    """Return, for each task tried, honest and cheating reward by preset."""
    out: list[dict[str, tuple[float, float]]] = []
    for task in threat.tasks():
        play = honest(task)
        cheated = threat.play(play)
        if cheated is not None:
            out.append({name: (score(play.record, name).reward, score(cheated, name).reward) for name in NAMES})
        if len(out) == 2 * TYPES:
            break
    return out


def page() -> str:
    """Return the page."""
    lines = [HEAD, f"| | what it does | relation | plays | {' | '.join(f'`{name}`' for name in NAMES)} |"]
    lines.append(f"| --- | --- | --- | --- |{' ---: |' * len(NAMES)}")
    ties: dict[str, int] = defaultdict(int)
    total = 0
    for threat in THREATS:
        found = cells(threat)
        total += len(found)
        shown = []
        for name in NAMES:
            tied = sum(crooked > straight - TIE for straight, crooked in (cell[name] for cell in found))
            mean = sum(cell[name][1] for cell in found) / len(found)
            ties[name] += tied
            shown.append(f"**{mean:.2f}**" if tied else f"{mean:.2f}")
        lines.append(f"| {threat.id} | {threat.what} | {threat.relation} | {len(found)} | {' | '.join(shown)} |")
    lines.append(
        f"| | plays in which cheating ties with honesty | | {total} | {' | '.join(str(ties[name]) for name in NAMES)} |"
    )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the page is not up to date")
    text = page()
    if not parser.parse_args().check:
        PAGE.write_text(text, encoding="utf-8")
        print(text.splitlines()[-1])
    elif PAGE.read_text(encoding="utf-8") != text:
        sys.exit(f"{PAGE.name} is not up to date; run python scripts/threats.py")


if __name__ == "__main__":
    main()
