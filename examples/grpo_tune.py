"""Ray Tune over GRPO of a vision-language model on RLlib: which learning rate?

    python examples/grpo_tune.py [--config examples/configs/rllib-laptop.yaml] [--iterations 10] [--out tune]

Needs `make train-setup`, or `pip install torch 'visgenenv[rllib]'`. A trial takes the driver's core, one for each runner
and one for each engine; trials run one after another. The best checkpoint is a checkpoint like any other.
"""

import argparse
from pathlib import Path

from ray import tune

from visgenenv.adapters.rllib.grpo import GRPO
from visgenenv.adapters.rllib.grpo.from_settings import chosen_rows, grpo_config
from visgenenv.adapters.rllib.grpo.settings import read_settings
from visgenenv.adapters.rllib.starting import start_ray

HERE = Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=HERE / "configs" / "rllib-laptop.yaml")
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--rates", type=float, nargs="+", default=[3e-4, 3e-3])
    parser.add_argument("--out", default="tune")
    given = parser.parse_args()
    settings = read_settings(given.config)
    rows = chosen_rows(settings, settings.suite, settings.limit)
    start_ray(settings.cores, settings.address)
    space = grpo_config(settings, rows)
    space.lr = tune.grid_search(given.rates)
    done = tune.Tuner(
        GRPO,
        param_space=space,
        tune_config=tune.TuneConfig(metric="reward", mode="max", max_concurrent_trials=1),
        run_config=tune.RunConfig(
            stop={"training_iteration": given.iterations},
            storage_path=str(Path(given.out).resolve()),
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=True),
            verbose=1,
        ),
    ).fit()
    print(done.get_dataframe()[["config/lr", "reward"]].sort_values("reward").to_string(index=False))
    print(f"best checkpoint: {done.get_best_result().checkpoint.path}")


if __name__ == "__main__":
    main()
