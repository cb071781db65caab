"""PPO with an action mask, from Ray RLlib, learns the control view; then what it has learnt plays conversations.

    python examples/ppo_rllib.py                   # 60,000 steps, some minutes of one core
    python examples/ppo_rllib.py --steps 2000      # two updates, to see that everything is in place

Needs `make train-setup`, or `pip install torch 'visgenenv[rllib]'`. `visgenenv train ppo` is the same with checkpoints,
metrics and a curve.
"""

import argparse

import gymnasium as gym

from visgenenv import load_suite, rollout, score
from visgenenv.adapters.control_runs import Chosen
from visgenenv.adapters.rllib import RllibController, control_config
from visgenenv.control import ControlPolicy


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=60_000)
    given = parser.parse_args()
    algorithm = control_config(Chosen("train", 1_000), runners=0, total_steps=given.steps).build_algo()
    done = 0
    while done < given.steps:
        runners = algorithm.train()["env_runners"]
        done = runners["num_env_steps_sampled_lifetime"]
        print(f"{done:8,.0f} steps  reward of the latest 100 episodes {runners.get('reward', 0.0):.3f}", flush=True)

    layout = gym.make("VisGenControl-v0").unwrapped.layout
    learnt = ControlPolicy(RllibController(algorithm.get_module()), layout)  # a policy that reads and writes words
    records = rollout(learnt, load_suite("dev")[:20], progress=False, max_turns=16)
    print("20 held-out tasks, mean reward", round(sum(score(record).reward for record in records) / 20, 3))
    algorithm.stop()


if __name__ == "__main__":
    main()
