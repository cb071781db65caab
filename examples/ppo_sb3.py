"""PPO with an action mask, from Stable-Baselines3, learns the control view in minutes on two cores.

    python examples/ppo_sb3.py --out ppo-sb3              # 200,000 steps
    python examples/ppo_sb3.py --out ppo-sb3 --quick      # two updates, to see that everything is in place

Needs `make train-setup`, or `pip install 'visgenenv[sb3]'`. Writes OUT/metrics.jsonl, OUT/traces.jsonl (held-out
episodes: `visgenenv view OUT` shows them), OUT/model.zip (`visgenenv rollout --policy ppo:OUT`) and OUT/curve.png.
"""

import argparse

import torch

from visgenenv.adapters.control_runs import HELDOUT, TRAINING, Chosen, Measure, draw_run
from visgenenv.adapters.folder import Folder
from visgenenv.adapters.sb3 import ControlLanes, Log, masked_ppo


def tell(step, what, value):
    print(f"{step:>8,} steps  {what} {value:.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="ppo-sb3")
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--preset", default="hardened")
    parser.add_argument("--shaping", type=float, default=0.5, help="weight of the potential; 0: none")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    steps, trained, held = (2_048, 200, 24) if given.quick else (given.steps, TRAINING, HELDOUT)
    torch.set_num_threads(1)  # networks this small are slower on more
    tasks = Chosen("train", trained)
    lanes = ControlLanes(32, given.seed, tasks=tasks, reward=given.preset, shaping=given.shaping)
    folder = Folder(given.out)
    folder.begin()
    measure = Measure(folder, lanes.layout, Chosen("dev", held), preset=given.preset)
    model = masked_ppo(lanes, given.seed)
    model.learn(steps, callback=Log(measure, steps, row_every=1 if given.quick else 4, tell=tell))
    model.save(folder.path / "model.zip")
    print(draw_run(folder, "MaskablePPO on VisGenControl-v0", measure.expert()))


if __name__ == "__main__":
    main()
