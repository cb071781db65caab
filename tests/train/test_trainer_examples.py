"""Every example that trains runs as it stands, a step or two, outside the checkout. The others: tests/test_examples.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import visgenenv

EXAMPLES = Path(visgenenv.__file__).parents[1] / "examples"
RUNS = {
    "grpo": ((), "3 turns, reward 0.0"),
    "ppo_rllib": (("--steps", "1000"), "20 held-out tasks, mean reward"),
    "ppo_tune": (("--steps", "1000", "--out", "tune"), "config/env_config/shaping"),
}
"""Arguments, and a part of what is printed."""
SLOW = ("ppo_tune",)
ELSEWHERE = {
    "ppo_sb3": "test_control_sb3.py",
    "reward_ablation": "test_ablation.py",
    "grpo_tune": "test_rllib_grpo_ray.py",
}


@pytest.mark.parametrize("name", [pytest.param(one, marks=pytest.mark.slow) if one in SLOW else one for one in RUNS])
def test_example_runs(name, tmp_path):
    arguments, said = RUNS[name]
    command = [sys.executable, "-W", "ignore", str(EXAMPLES / f"{name}.py"), *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    assert said in done.stdout


def test_no_example_that_trains_is_left_out():
    training = {path.stem for path in EXAMPLES.glob("*.py") if "make train-setup" in path.read_text("utf-8")}
    assert training == RUNS.keys() | ELSEWHERE.keys()
    for name, test in ELSEWHERE.items():
        assert f"{name}.py" in Path(__file__).with_name(test).read_text("utf-8")
