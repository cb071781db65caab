"""The control view in Stable-Baselines3: its checker is content, curves repeat, and PPO learns."""

import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import gymnasium as gym
import numpy as np
import orjson
import pytest
import torch
from gymnasium.utils.env_checker import check_env as gymnasium_check
from PIL import Image
from sb3_contrib import MaskablePPO
from stable_baselines3.common.env_checker import check_env

import visgenenv  # registers the environments
from visgenenv import load_suite, rollout
from visgenenv.adapters.control_runs import Chosen
from visgenenv.adapters.sb3 import ControlLanes, Sb3Controller
from visgenenv.adapters.trained import load_trained
from visgenenv.control import ControlPolicy
from visgenenv.errors import VisGenError

EXAMPLE = Path(visgenenv.__file__).parents[1] / "examples" / "ppo_sb3.py"


def small_model(seed, lanes=8):
    torch.set_num_threads(1)
    envs = ControlLanes(lanes, seed, tasks=Chosen("train", 60), shaping=0.5)
    return MaskablePPO(
        "MultiInputPolicy", envs, seed=seed, n_steps=32, batch_size=128, n_epochs=2, gamma=1.0, learning_rate=5e-4
    )


def test_both_checkers_find_nothing_to_warn_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gym.make("VisGenControl-v0", tasks="dev")
        gymnasium_check(env.unwrapped)
        check_env(env.unwrapped)


def test_the_same_seed_gives_the_same_weights_and_another_does_not():
    def weights(seed):
        model = small_model(seed)
        model.learn(512)
        return np.concatenate([part.detach().numpy().ravel() for part in model.policy.parameters()])

    first = weights(3)
    assert np.array_equal(first, weights(3)) and not np.array_equal(first, weights(4))


def test_a_trained_model_plays_conversations_as_a_policy():
    model = small_model(0)
    policy = ControlPolicy(Sb3Controller(model), model.env.layout)
    records = rollout(policy, load_suite("dev")[:6], progress=False, max_turns=12)
    assert len(records) == 6 and not any(step.action.faults for record in records for step in record.steps)


def test_a_trained_policy_travels_by_the_name_of_its_folder(tmp_path):
    small_model(0).save(tmp_path / "model.zip")
    policy = load_trained(tmp_path)
    sent = pickle.dumps(policy)
    assert len(sent) < 1_000 and pickle.loads(sent).settings == {"policy": "ppo", "trained": str(tmp_path)}


def test_a_folder_without_a_policy_that_can_be_read_is_told(tmp_path):
    with pytest.raises(VisGenError, match=r"neither checkpoint nor model\.zip"):
        load_trained(tmp_path)
    (tmp_path / "model.zip").write_bytes(b"junk")
    with pytest.raises(VisGenError, match="cannot be read"):
        load_trained(tmp_path)
    (tmp_path / "checkpoint").mkdir()
    with pytest.raises(VisGenError, match="cannot be read"):
        load_trained(tmp_path)


def test_the_example_writes_what_it_says(tmp_path):
    command = [sys.executable, "-W", "ignore", str(EXAMPLE), "--quick", "--out", str(tmp_path / "run")]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    rows = [orjson.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_bytes().splitlines()]
    heldout = [row["step"] for row in rows if "heldout_reward" in row]
    assert heldout[0] == 0 and len(heldout) >= 2 and any("reward" in row and "components" in row for row in rows)
    traces = [orjson.loads(line)["step"] for line in (tmp_path / "run" / "traces.jsonl").read_bytes().splitlines()]
    assert set(traces) == set(heldout)
    with Image.open(tmp_path / "run" / "curve.png") as curve:
        assert curve.size == (960, 540) and (tmp_path / "run" / "model.zip").exists()


@pytest.mark.slow
def test_ppo_lifts_the_reward_within_twenty_thousand_steps(tmp_path):
    command = [sys.executable, "-W", "ignore", str(EXAMPLE), "--steps", "20000", "--out", str(tmp_path / "run")]
    subprocess.run(command, check=True, capture_output=True, timeout=1200)
    rows = [orjson.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_bytes().splitlines()]
    heldout = [row["heldout_reward"] for row in rows if "heldout_reward" in row]
    assert heldout[0] < 0.05 and heldout[-1] > 0.2
