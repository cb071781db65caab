"""Progress: a bar with reward, success and steps per second on a terminal; elsewhere plain lines, and none for short work."""

import io
import subprocess
import sys

import orjson
import pytest
from rich.console import Console

from visgenenv import RandomPolicy, load_suite, progress, rollout
from visgenenv.cli.terminal import training_bar
from visgenenv.progress import Bar


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def piped():
    return Console(file=io.StringIO(), force_terminal=False, width=40)


def test_facts_are_told_with_the_rate_of_steps(clock, piped):
    bar = Bar("expert plays", 96, piped)
    clock[0] += 2.0
    bar(48, reward=0.8125, success=0.917, steps=2_480)
    assert bar.said == "reward 0.812  success 92%  1,240 steps/s"
    bar(49)
    assert bar.said == "reward 0.812  success 92%  1,240 steps/s"


def test_slow_work_is_told_in_parts_of_a_step(clock, piped):
    bar = Bar("training", 10, piped)
    clock[0] += 100.0
    bar(3, steps=3)
    assert bar.said == "0.03 steps/s"


def test_work_that_is_soon_over_prints_nothing_into_a_pipe(clock, piped):
    with Bar("training", 1_000, piped).running() as bar:
        for done in range(1_000):
            clock[0] += 0.019
            bar(done)
    assert piped.file.getvalue() == ""


def test_long_work_prints_a_plain_line_every_twenty_seconds_into_a_pipe(clock, piped):
    with Bar("[bold]training", 1_000, piped).running() as bar:
        for done in range(1, 6):
            clock[0] += 10.0
            bar(done * 100, reward=done / 10, steps=done * 1_000)
    assert piped.file.getvalue().splitlines() == [
        "[bold]training: 200 of 1,000  reward 0.200  100 steps/s",
        "[bold]training: 400 of 1,000  reward 0.400  100 steps/s",
    ]


def test_a_terminal_sees_a_bar_that_is_gone_in_the_end():
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    with Bar("[expert] plays", 2, screen).running() as bar:
        bar(1, reward=0.5, success=1.0, steps=7)
        bar._progress.refresh()
    shown = screen.file.getvalue()
    assert "[expert] plays" in shown and "1/2" in shown and "reward 0.500  success 100%" in shown
    assert shown.endswith("\x1b[2K")  # the line is erased


def test_a_bar_of_unknown_length_may_learn_it(clock, piped):
    bar = Bar("reading", 0, piped)
    clock[0] += 30.0
    bar(5)
    clock[0] += 30.0
    bar(6, 12)
    assert piped.file.getvalue().splitlines() == ["reading: 5", "reading: 6 of 12"]


def test_a_rollout_tells_its_means_and_turns(monkeypatch):
    told = []
    monkeypatch.setattr(Bar, "__call__", lambda self, done, **facts: told.append((self.label, done, facts)))
    records = rollout(RandomPolicy(), load_suite("dev")[:6], num_envs=3, seed=1)
    label, done, facts = told[-1]
    assert (label, done, facts["steps"]) == ("RandomPolicy plays", 6, sum(len(record.steps) for record in records))
    assert facts["reward"] == sum(record.reward for record in records) / 6 and 0 <= facts["success"] <= 1


def test_a_training_run_is_told_from_the_rows_it_writes(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(Bar, "__call__", lambda self, done, **facts: told.append((done, facts)))
    rows = [{"step": 1, "reward": 0.25, "success": 0.5}, {"step": 2, "heldout_reward": 0.1}, {"reward": None}]
    with training_bar(10, tmp_path / "metrics.jsonl") as tell:
        tell(0)
        (tmp_path / "metrics.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)) + b'\n{"rewa')
        tell(2)
    assert told[0] == (0, {"reward": None, "success": None, "steps": 0})
    assert told[1] == (2, {"reward": 0.25, "success": 0.5, "steps": 2})


def test_steps_of_an_earlier_run_do_not_count_towards_the_speed(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(Bar, "__call__", lambda self, done, **facts: told.append((done, facts["steps"])))
    with training_bar(400, tmp_path / "metrics.jsonl") as tell:
        tell(300)
        tell(350)
    assert told == [(300, 0), (350, 50)]


def test_a_piped_command_writes_no_control_characters(tmp_path):
    run = [
        sys.executable,
        "-c",
        "from visgenenv.cli import main; main()",
        "rollout",
        "--suite",
        "paper",
        "--out",
        "run",
    ]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, timeout=120)
    assert done.returncode == 0 and done.stderr == b"" and b"\x1b" not in done.stdout and b"\r" not in done.stdout
