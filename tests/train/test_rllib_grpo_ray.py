"""GRPO on RLlib with Ray's actors: weights equal everywhere, checkpoints, what is lost when something dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import orjson
import pytest
import torch
from readable import ANSWER, PLANNED, READABLE, Breaking, Scripted, Silent, draw, readable

from visgenenv import load_suite
from visgenenv.adapters.lm.data import task_rows
from visgenenv.adapters.lm.view import View
from visgenenv.adapters.rllib.grpo import GRPO, GRPOConfig, Model, Play, engine_group
from visgenenv.adapters.rllib.grpo.schedule import training_jobs
from visgenenv.adapters.tiny import load_tiny
from visgenenv.cli import main

ray = pytest.importorskip("ray")
torch.set_num_threads(1)
ROOT = Path(__file__).parents[2]
VIEW = View(instructions="none", schemas="none", image_px=64)
SMALL = """
schemas: none
instructions: none
image_px: 64
max_turns: 2
max_turn_tokens: 8
max_tokens: 1500
heldout_limit: 2
limit: 4
lang: en
group_size: 2
groups: 2
lanes: 2
save_every: 1
"""


@pytest.fixture(scope="module", autouse=True)
def cluster():
    ray.shutdown()  # what the tests of another module have started knows no `readable`
    here = {"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}}  # actors import `readable` too
    ray.init(num_cpus=16, include_dashboard=False, log_to_driver=False, logging_level="ERROR", runtime_env=here)
    yield
    ray.shutdown()


def tasks():
    """One task with a picture of the user's, one without."""
    some = [task for task in load_suite("dev")[:60] if task.lang == "en"]
    shown = next(task for task in some if task.uploads and task.uploads[0].kind == "image")
    return [shown, next(task for task in some if not task.uploads)]


def configured(runners=1, engines=0, group=2, turns=2, backend=None, **training):
    play = Play(view=VIEW, max_turn_tokens=8, max_tokens=1500, preset=READABLE, components={"readable": readable})
    return (
        GRPOConfig()
        .training(
            **{
                "rows": task_rows(tasks(), VIEW), "vlm": Model(), "play": play, "group_size": group, "groups": 2,
                "lr": 1e-2, "micro_batch": 8, "advantages": "grpo", **training,
            }
        )
        .environment(
            env_config={"autoreset_mode": "Disabled", "faults": "none", "max_turns": turns, "backend": backend}
        )
        .env_runners(num_env_runners=runners, num_envs_per_env_runner=2 * group)
        .engines(num_engines=engines)
        .debugging(seed=0, log_level="ERROR")
    )  # fmt: skip


@pytest.fixture
def build():
    """Build algorithms, and stop them at the end."""
    made = []

    def one(config, checkpoint=None):
        made.append(config.build_algo() if checkpoint is None else config.from_checkpoint(str(checkpoint)))
        return made[-1]

    yield one
    for algorithm in made:
        algorithm.stop()


def equal_weights(algorithm, actors):
    found = algorithm.fingerprints()
    hashes = [one for some in found.values() for one in some]
    assert len(hashes) == actors and len(set(hashes)) == 1
    return hashes[0]


def played(algorithm):
    return [(one.job, one.member) for one in algorithm.latest.played]


def test_runners_that_write_hold_the_learners_weights_and_a_restored_run_goes_on_bit_for_bit(build, tmp_path):
    algorithm = build(configured())
    start = equal_weights(algorithm, 2)
    algorithm.train()
    first = equal_weights(algorithm, 2)
    algorithm.save_to_path(str(tmp_path / "checkpoint"))
    heldout = algorithm.measure(task_rows(tasks(), VIEW))
    assert [one.record.settings["phase"] for one in heldout] == ["heldout", "heldout"]
    result = algorithm.train()
    second = equal_weights(algorithm, 2)
    texts = [one.record.steps[0].text for one in algorithm.latest.played]
    assert len({start, first, second}) == 3
    assert played(algorithm) == [(2, 0), (2, 1), (3, 0), (3, 1)]
    assert 0 < result["reward"] < 1 and result["env_runners"]["num_episodes_lifetime"] == 8
    numbers = algorithm.latest.numbers
    assert numbers["steps_taken"] == 1 and numbers["stale_tokens"] == 0 and numbers["ratio_off"] < 1e-3
    algorithm.restore_from_path(str(tmp_path / "checkpoint"))
    assert algorithm.iteration == 1 and equal_weights(algorithm, 2) == first
    algorithm.train()
    assert equal_weights(algorithm, 2) == second
    assert [one.record.steps[0].text for one in algorithm.latest.played] == texts


def test_engines_write_for_runners_that_hold_no_weights(build):
    algorithm = build(configured(engines=1))
    start = equal_weights(algorithm, 2)
    algorithm.train()
    assert equal_weights(algorithm, 2) != start
    assert played(algorithm) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    numbers = algorithm.latest.numbers
    assert numbers["ratio_off"] < 1e-3 and numbers["stale_tokens"] == 0 and numbers["groups_played_again"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("engines", [0, 1])
def test_a_random_model_learns_to_write_letters_with_two_runners(build, engines):
    algorithm = build(configured(runners=2, engines=engines, group=8, turns=1))
    rewards = [algorithm.train()["reward"] for _ in range(25)]
    equal_weights(algorithm, 2 if engines else 3)
    assert sum(rewards[:3]) / 3 < 0.8 and sum(rewards[-3:]) / 3 > 0.95


@pytest.mark.slow
def test_runners_and_engines_play_the_same_episodes_and_every_token_knows_its_version(build):
    rounds = []
    for engines in (0, 1):
        algorithm = build(configured(runners=2, engines=engines, minibatch=2))
        for _ in range(2):
            algorithm.train()
            rounds.append([(one.reward, one.record.world_seed, texts(one)) for one in algorithm.latest.played])
        numbers = algorithm.latest.numbers
        assert numbers["steps_taken"] == 2 and 0 < numbers["stale_tokens"] < 1 and numbers["version_lag"] > 0
        written = [one.tokens.versions[one.tokens.mask] for one in algorithm.latest.played]
        assert {int(version) for some in written for version in some} == {2}
        algorithm.stop()
    assert rounds[:2] == rounds[2:] and rounds[0] != rounds[1]


def texts(one):
    return [step.text for step in one.record.steps]


@pytest.mark.slow
def test_a_raising_tool_and_a_judges_outage_are_told_and_masked_and_the_rest_is_learnt_from(build, monkeypatch):
    play = Play(view=VIEW, max_turn_tokens=400, max_tokens=6000, preset="paper", judge=Silent(only_on_uploads=True))
    drawing = [msgspec.structs.replace(one, tool_pool=("tool_text2image_gemini",)) for one in tasks()]
    config = configured(engines=1, group=3, backend=Breaking(), play=play, rows=task_rows(drawing, VIEW))
    jobs = list(training_jobs(config, 1))
    (fine,) = [job.number for job in jobs if '"uploads":[]' in job.task]
    lines = [
        line for job in jobs
        for line in ([draw("a red fox"), PLANNED, ANSWER] if job.number == fine else [PLANNED] * 3)
    ]  # fmt: skip
    monkeypatch.setattr(engine_group, "engine_class", lambda kind: Scripted)
    algorithm = build(config.engines(engine_options={"lines": lines, "last": ANSWER}))
    before = equal_weights(algorithm, 2)
    algorithm.train()
    numbers, found = algorithm.latest.numbers, algorithm.latest.played
    assert (numbers["rollouts"], numbers["broken"], numbers["masked"], numbers["steps_taken"]) == (6, 1, 4, 1)
    assert [one.error for one in found if one.error] == ["ZeroDivisionError: the drawing service divides by zero"]
    assert [one.score.status for one in found if one.job != fine] == ["judge_failed"] * 3
    assert equal_weights(algorithm, 2) != before


@pytest.mark.slow
def test_an_engine_that_dies_is_started_again_and_its_groups_are_played_once(build):
    algorithm = build(configured(engines=1))
    algorithm.train()
    before = equal_weights(algorithm, 2)
    ray.kill(algorithm.engine_group.handles[0])
    algorithm.train()
    assert equal_weights(algorithm, 2) != before
    assert algorithm.engine_group.restarts == 1 and played(algorithm) == [(2, 0), (2, 1), (3, 0), (3, 1)]
    assert algorithm.latest.numbers["groups_played_again"] == 2
    assert {int(one) for some in algorithm.latest.played for one in some.tokens.versions[some.tokens.mask]} == {1}


@pytest.mark.slow
def test_rollouts_go_on_with_another_engine_when_theirs_dies_under_way(build):
    algorithm = build(configured(engines=2, turns=12, play=long_play()))
    threading.Timer(1.0, lambda: ray.kill(algorithm.engine_group.handles[1])).start()
    algorithm.train()
    assert played(algorithm) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert algorithm.latest.numbers["groups_played_again"] == 0
    assert ray.get(algorithm.engine_group.handles[0].sizes.remote()), "the other engine had no part in it"
    for _ in range(20):
        algorithm.train()
        if len(algorithm.engine_group.handles) == 2:
            break
        time.sleep(2)
    equal_weights(algorithm, 3)
    assert algorithm.engine_group.restarts == 1


def long_play():
    """Episodes of many turns, so that there is a while in which something can die."""
    return Play(view=VIEW, max_turn_tokens=16, max_tokens=6000, preset=READABLE, components={"readable": readable})


def kill_runner(algorithm, place):
    actors = list(algorithm.env_runner_group._worker_manager.actors().values())
    ray.kill(actors[place], no_restart=False)


@pytest.mark.slow
def test_groups_of_a_runner_that_dies_under_way_are_played_once_by_the_others(build):
    algorithm = build(configured(runners=2, turns=12, play=long_play()))
    threading.Timer(1.0, kill_runner, (algorithm, 0)).start()
    algorithm.train()
    assert played(algorithm) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert algorithm.latest.numbers["groups_played_again"] == 1
    for place in (0, 1):
        kill_runner(algorithm, place)
    algorithm.train()
    assert played(algorithm) == [(2, 0), (2, 1), (3, 0), (3, 1)]
    for _ in range(10):
        if len(algorithm.fingerprints()["runners"]) == 2:
            break
        algorithm.train()
        time.sleep(2)
    equal_weights(algorithm, 3)


@pytest.mark.slow
def test_two_learners_take_the_step_that_one_takes(build):
    found = []
    for learners in (0, 2):
        algorithm = build(configured(group=4).learners(num_learners=learners))
        algorithm.train()
        equal_weights(algorithm, 2 + max(0, learners - 1))
        state = algorithm.learner_group.get_state(components="learner/rl_module")["learner"]["rl_module"]
        found.append(state["default_policy"])
        algorithm.stop()
    one, two = found
    assert max(float(abs(one[name] - two[name]).max()) for name in one) < 1e-4


@pytest.mark.slow
def test_a_driver_that_is_killed_goes_on_from_its_checkpoint(build, tmp_path, capfd):
    (tmp_path / "small.yaml").write_text(SMALL)
    out = tmp_path / "run"
    arguments = ["train", "grpo", "--engine", "rllib", "--out", str(out), "--config", str(tmp_path / "small.yaml")]
    code = f"from visgenenv.cli import main; main({[*arguments, '--iterations', '200']!r})"
    driver = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            if (out / "checkpoint-3").is_dir():
                break
            time.sleep(0.2)
    finally:
        os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
    last = max(int(path.name[11:]) for path in out.glob("checkpoint-*"))
    with pytest.raises(SystemExit) as end:
        main([*arguments, "--iterations", str(last + 2), "--resume", "--json"])
    facts = orjson.loads(capfd.readouterr().out)
    assert end.value.code == 0 and facts["steps"] == last + 2
    rows = [orjson.loads(line) for line in (out / "metrics.jsonl").read_bytes().splitlines()]
    assert [row["step"] for row in rows if "heldout_reward" not in row] == list(range(1, last + 3))
    traces = [orjson.loads(line) for line in (out / "traces.jsonl").read_bytes().splitlines()]
    assert [one["step"] for one in traces] == [step for step in range(1, last + 3) for _ in range(4)]
    assert len({(one["step"], one["seed"]) for one in traces}) == len(traces)
    load_tiny(out / "final")
    again = build(GRPO, out / f"checkpoint-{last + 2}")
    assert again.iteration == last + 2
    equal_weights(again, 2)


@pytest.mark.slow
def test_tune_tries_learning_rates_with_engines_in_bundles_of_their_own(tmp_path):
    (tmp_path / "small.yaml").write_text(SMALL + "engines: 1\n")
    command = [sys.executable, "-W", "ignore", str(ROOT / "examples" / "grpo_tune.py"), "--iterations", "2"]
    done = subprocess.run(
        [*command, "--config", str(tmp_path / "small.yaml"), "--out", str(tmp_path / "tune")],
        cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "0.0003" in done.stdout and "0.0030" in done.stdout and "best checkpoint: " in done.stdout


@pytest.mark.slow
def test_the_benchmark_of_large_models_runs_with_the_shape_of_a_tiny_one(tmp_path):
    (tmp_path / "small.yaml").write_text(SMALL)
    command = [sys.executable, "-W", "ignore", str(ROOT / "benchmarks" / "large_model.py"), "--shape", "tiny"]
    done = subprocess.run(
        [*command, "--config", str(tmp_path / "small.yaml"), "--iterations", "1"],
        cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "4 rollouts of up to" in done.stdout and "; 1 step in" in done.stdout
