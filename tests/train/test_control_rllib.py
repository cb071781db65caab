"""PPO of RLlib on the control view: the mask holds, a run writes its files, goes on from its checkpoint, and can play."""

import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import numpy as np
import orjson
import pytest
import torch
from msgspec.structs import replace

from visgenenv import load_suite, rollout
from visgenenv.adapters.rllib import MaskedModule, PpoSettings, RllibController, run_ppo
from visgenenv.adapters.trained import load_trained
from visgenenv.errors import VisGenError


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One quick run."""
    settings = PpoSettings(str(tmp_path_factory.mktemp("ppo"))).quick()
    return settings, run_ppo(settings)


def rows(settings):
    with open(f"{settings.out}/metrics.jsonl", "rb") as file:
        return [orjson.loads(line) for line in file]


def test_a_run_writes_metrics_traces_checkpoint_and_curve(run):
    settings, facts = run
    held = [row["step"] for row in rows(settings) if "heldout_reward" in row]
    assert held == [0, facts["steps"]] and facts["steps"] >= settings.steps
    assert any(row.get("reward") is not None and "components" in row for row in rows(settings))
    assert any(row.get("success") is not None for row in rows(settings))
    with open(f"{settings.out}/traces.jsonl", "rb") as file:
        assert {orjson.loads(line)["step"] for line in file} == set(held)


def test_a_run_goes_on_from_its_checkpoint(run):
    settings, facts = run
    before = rows(settings)
    further = run_ppo(replace(settings, steps=facts["steps"] + 1, resume=True))
    assert further["steps"] > facts["steps"] and further["heldout_reward"]["first"] is None
    assert rows(settings)[: len(before)] == before


def test_a_run_that_has_nothing_left_to_do_is_refused(run):
    settings, facts = run
    with pytest.raises(VisGenError, match="more --steps"):
        run_ppo(replace(settings, steps=facts["steps"] - 1, resume=True))


def test_the_command_says_nothing_of_rllibs_own_affairs(tmp_path):
    command = [Path(sys.executable).with_name("visgenenv"), "train", "ppo", "--quick", "--out", tmp_path]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    assert "WARNING" not in done.stderr + done.stdout and "held-out reward" in done.stdout + done.stderr


def test_the_trained_policy_plays_conversations(run):
    settings, _ = run
    records = rollout(load_trained(settings.out), load_suite("dev")[:4], progress=False, max_turns=6)
    assert len(records) == 4 and not any(step.action.faults for record in records for step in record.steps)


def test_what_the_mask_rules_out_is_never_chosen():
    env = gym.make_vec("VisGenControl-v0", 8, tasks="dev", records=False)
    space = env.single_observation_space, env.single_action_space
    module = MaskedModule(observation_space=space[0], action_space=space[1], model_config={"hiddens": [16]})
    controller, layout = RllibController(module), env.unwrapped.layout
    seen, _ = env.reset(seed=0)
    for _ in range(12):
        actions = controller.choose(seen["observations"], seen["action_mask"])
        logits = module.forward_exploration({"obs": {key: torch.from_numpy(value) for key, value in seen.items()}})
        drawn = module.get_exploration_action_dist_cls().from_logits(logits["action_dist_inputs"]).sample().numpy()
        for chosen in (actions, drawn):
            assert all(seen["action_mask"][lane, np.array(layout.starts) + chosen[lane]].all() for lane in range(8))
        seen, _, _, _, infos = env.step(drawn)
        assert "trajectory" not in infos and "ltr" not in infos
