"""What a reward teaches: PPO under RL1, RL2, RL4 and hardened, judged by what no reward sees.

    python examples/reward_ablation.py --out runs/ablation --jobs 2      # 20 runs, about 45 minutes of one core in all
    python examples/reward_ablation.py --out runs/ablation-quick --quick # two minutes, to see that everything is in place

Needs `make train-setup`. A killed experiment goes on by the same command. Writes OUT/findings.md (tables), OUT/findings.json,
OUT/learning.png, OUT/best-of-n.png, and a folder for every run (`visgenenv view OUT/RL1-0`,
`visgenenv bench --policy ppo:OUT/RL1-0`). The plan and a reading: docs/experiments/reward-ablation.md.
"""

import argparse
import sys
from pathlib import Path

from visgenenv.errors import VisGenError
from visgenenv.experiments.ablation import Experiment, run_parts
from visgenenv.experiments.figures import draw_best, draw_learning
from visgenenv.experiments.findings import findings, write_findings
from visgenenv.experiments.tables import tables


def tell(name, done, total):
    print(f"{done:>3} of {total}  {name}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="runs/ablation", help="folder; what is there is not done again")
    parser.add_argument("--jobs", type=int, default=1, help="processes; results do not depend on it")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    experiment, out = Experiment(), Path(given.out)
    if given.quick:
        experiment = experiment.quick()
    try:
        run_parts(experiment, out, given.jobs, tell)
    except VisGenError as error:
        sys.exit(f"Error: {error}")
    found = findings(experiment, out)
    write_findings(found, out / "findings.json")
    (out / "findings.md").write_text(tables(found), encoding="utf-8")
    draw_learning(experiment, out, out / "learning.png")
    for name, curves in found.best.items():
        draw_best(curves, out / f"{name}.png")
    print(f"{out}/findings.md, {out}/learning.png, {', '.join(f'{out}/{name}.png' for name in found.best)}")


if __name__ == "__main__":
    main()
