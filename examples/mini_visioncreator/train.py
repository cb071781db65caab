"""The paper in miniature: a tiny Qwen3-VL learns from demonstrations in two stages, then by GRPO in the simulator.

    python examples/mini_visioncreator/train.py --second --out mini --seed 4 5 6

needs `pip install torch 'visgenenv[trl]'` and no download. Killed, it goes on when the same command is given again.
"""

import argparse
from pathlib import Path

import torch

from visgenenv.errors import VisGenError
from visgenenv.experiments.miniature import Stages
from visgenenv.experiments.miniature_report import write_report
from visgenenv.experiments.miniature_settings import CPU, GPU, SECOND, SMOKE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--second", action="store_const", const=SECOND, dest="plan", help="for a processor (default)")
    size.add_argument("--cpu", action="store_const", const=CPU, dest="plan", help="the same by the first plan")
    size.add_argument("--gpu", action="store_const", const=GPU, dest="plan", help="tens of millions, all types")
    size.add_argument("--smoke", action="store_const", const=SMOKE, dest="plan", help="seconds; nothing is learnt")
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="one or more")
    parser.add_argument("--out", default="mini", help="folder to write to")
    parser.add_argument("--one-stage", action="store_true", help="also train on the same examples in one stage")
    args = parser.parse_args()
    plan = args.plan or SECOND
    if plan is GPU and not torch.cuda.is_available():
        parser.error("--gpu needs a GPU that torch can see; --second runs without")
    stages = Stages(plan, args.out, say=lambda text: print(text, flush=True), device="cuda" if plan is GPU else "cpu")
    try:
        for seed in args.seed:
            for stage, facts in stages.run(seed, args.one_stage).items():
                print(f"seed {seed} {stage:9} reward {facts['reward']:.3f}  R_vrt {facts['r_vrt']:.3f}", flush=True)
    except VisGenError as error:
        parser.error(str(error))
    write_report(args.out)
    print(Path(args.out, "results.md").read_text("utf-8"))


if __name__ == "__main__":
    main()
