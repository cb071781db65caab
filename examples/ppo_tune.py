"""Ray Tune over PPO on the control view: which entropy bonus, and does the potential help?

    python examples/ppo_tune.py [--steps 60000] [--out tune]

Needs `make train-setup`, or `pip install torch 'visgenenv[rllib]'`. Trials run one after another on two cores; each
plays in the driver of its own trial. The table at the end compares the mean hardened reward of the latest episodes.
"""

import argparse
from pathlib import Path

from ray import tune
from ray.rllib.algorithms.ppo import PPO

from visgenenv.adapters.control_runs import Chosen
from visgenenv.adapters.rllib import control_config


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=60_000)
    parser.add_argument("--out", default="tune")
    given = parser.parse_args()
    config = control_config(Chosen("train", 1_000), runners=0, total_steps=given.steps)
    space = config.copy(copy_frozen=False)
    space.entropy_coeff = tune.grid_search([0.005, 0.02])
    space.env_config["shaping"] = tune.grid_search([0.0, 0.5])
    done = tune.Tuner(
        PPO,
        param_space=space,
        tune_config=tune.TuneConfig(metric="env_runners/reward", mode="max", max_concurrent_trials=1),
        run_config=tune.RunConfig(
            stop={"env_runners/num_env_steps_sampled_lifetime": given.steps},
            storage_path=str(Path(given.out).resolve()), verbose=1,
        ),
    ).fit()  # fmt: skip
    columns = ["config/entropy_coeff", "config/env_config/shaping", "env_runners/reward"]
    print(done.get_dataframe()[columns].sort_values("env_runners/reward").to_string(index=False))


if __name__ == "__main__":
    main()
