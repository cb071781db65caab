"""The reward experiment: every part is done once, a killed experiment goes on, and its statistics are right."""

import signal
import subprocess
import sys
import time
from math import inf
from pathlib import Path

import pytest
from msgspec.structs import replace

import visgenenv
from visgenenv.adapters.trained import load_trained
from visgenenv.errors import VisGenError
from visgenenv.experiments.ablation import Experiment, missing, parts_of, run_parts
from visgenenv.experiments.comparing import difference
from visgenenv.experiments.findings import findings
from visgenenv.experiments.tables import tables
from visgenenv.experiments.training import curve_of
from visgenenv.experiments.verdicts import read_verdicts

EXAMPLE = Path(visgenenv.__file__).parents[1] / "examples" / "reward_ablation.py"


def small(**changes):
    quick = Experiment().quick()
    training = replace(
        quick.training, steps=1_024, tasks=40, heldout=20, curve_tasks=4, measure_every=1, presets=("RL1", "hardened"),
        seeds=(0,), **changes,
    )  # fmt: skip
    return replace(quick, training=training, best_tasks=2, samples=4)


def times_of(out):
    return {str(file): file.stat().st_mtime_ns for file in sorted(Path(out).rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    out = tmp_path_factory.mktemp("ablation")
    run_parts(small(), out)
    return out


def test_every_part_is_done_and_none_twice(done):
    before, told = times_of(done), []
    run_parts(small(), done, tell=lambda *what: told.append(what))
    assert missing(small(), done) == 0 and times_of(done) == before
    best = ["best-of-n/000", "best-of-n/001", "best-of-n-noisier/000"]
    assert [name for name, _, _ in told] == ["honest", "RL1-0", "hardened-0", *best]


def test_a_run_leaves_a_curve_a_policy_and_a_verdict_for_every_task(done):
    assert [row["step"] for row in curve_of(done / "RL1-0")][:1] == [0]
    assert len(read_verdicts(done / "RL1-0" / "verdicts.jsonl")) == 20
    assert load_trained(done / "RL1-0").settings["policy"] == "ppo"


def test_the_same_experiment_gives_the_same_verdicts(done, tmp_path):
    run_parts(small(), tmp_path, jobs=2)
    for part in ("RL1-0/verdicts.jsonl", "honest/honest.jsonl", "best-of-n/001.json"):
        assert (tmp_path / part).read_bytes() == (done / part).read_bytes()


def test_a_folder_of_another_experiment_is_refused(done):
    other = replace(small(), samples=8)
    with pytest.raises(VisGenError, match="another experiment"):
        run_parts(other, done)


def test_the_scripted_controller_is_not_hacked_by_its_own_measure(done):
    found = findings(replace(small(), training=replace(small().training, presets=("RL1",))), done)
    assert set(found.honest.hacked.values()) == {0.0} and found.honest.overpaid == 0.0
    assert found.differences == {} and found.runs["RL1"][0].rewards["RL1"] > 0 and "### Best of n" in tables(found)


def test_there_are_twenty_runs_and_forty_tasks_for_one_expert_and_twenty_for_a_noisier_one():
    parts = parts_of(Experiment())
    assert [sum(part.kind == kind for part in parts) for kind in ("honest", "run", "best")] == [1, 20, 60]


def test_differences_are_welchs_and_hedges():
    # by hand: se = sqrt(0.01 / 3 * 2), t(4, 0.975) = 2.776; g = 4 standard deviations times 1 - 3 / 15
    found = difference([0.1, 0.2, 0.3], [0.5, 0.6, 0.7])
    assert (round(found.mean, 4), round(found.low, 4), round(found.high, 4)) == (0.4, 0.1733, 0.6267)
    assert found.g == pytest.approx(3.2) and found.p == pytest.approx(0.1)


def test_the_smallest_p_of_five_against_five_is_two_in_252():
    found = difference([0.1, 0.2, 0.3, 0.4, 0.5], [0.6, 0.7, 0.8, 0.9, 1.0])
    assert found.p == pytest.approx(2 / 252)


def test_runs_without_spread_have_an_effect_without_end():
    found = difference([0.5] * 3, [0.7] * 3)
    assert found.g == inf and found.low == found.high == pytest.approx(0.2)
    assert difference([0.5] * 3, [0.5] * 3).g == 0.0


@pytest.mark.slow
def test_a_killed_experiment_goes_on_with_what_is_missing(tmp_path):
    command = [sys.executable, "-W", "ignore", str(EXAMPLE), "--quick", "--out", str(tmp_path)]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _ in range(1200):
        if (tmp_path / "RL1-0" / "verdicts.jsonl").exists():
            break
        time.sleep(0.25)
    first.send_signal(signal.SIGKILL)
    first.wait()
    kept = times_of(tmp_path / "RL1-0")
    assert kept and missing(Experiment().quick(), tmp_path) > 10
    subprocess.run(command, check=True, capture_output=True, timeout=900)
    assert times_of(tmp_path / "RL1-0") == kept and missing(Experiment().quick(), tmp_path) == 0
    for name in ("findings.md", "findings.json", "learning.png", "best-of-n.png", "best-of-n-noisier.png"):
        assert (tmp_path / name).stat().st_size > 1_000
