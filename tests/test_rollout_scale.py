"""The simulated decoder counts time as a decoder would take it, and the environment's share of a rollout stays small."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def clock():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("token_clock")
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_turns_share_the_engine_and_speed_up_when_one_is_done(clock):
    assert clock.together([100, 200], clock.Speed(engine=100, per_turn=100)) == pytest.approx(3.0)


def test_a_turn_alone_is_no_faster_than_a_turn_can_be(clock):
    assert clock.together([100], clock.Speed(engine=10_000, per_turn=50)) == pytest.approx(2.0)


def test_turns_beyond_the_slots_wait_for_one(clock):
    speed = clock.Speed(engine=1_000, per_turn=100, slots=1)
    assert clock.together([100, 100, 100], speed) == pytest.approx(3.0)


def cluster(clock, **other):
    return clock.Cluster(speed=clock.Speed(engine=100, per_turn=100), **other)


def test_an_episode_reads_writes_and_waits_for_its_environment(clock):
    turns = [clock.Turn(told=0, written=100, environment_s=0.5), clock.Turn(told=1_000, written=100, environment_s=0.5)]
    outcome = clock.simulate([turns], cluster(clock))
    assert outcome.seconds == pytest.approx(1 + 0.5 + 0.001 + 2 + 0.5)
    assert outcome.environment == pytest.approx(1 / 4.001) and outcome.decoding == pytest.approx(3 / 4.001)
    assert outcome.tokens_per_s == pytest.approx(200 / 4.001) and outcome.waiting_ms == 0.0


def test_episodes_wait_for_their_process_one_after_the_other(clock):
    two = [[clock.Turn(0, 100, 0.5)]] * 2
    assert clock.simulate(two, cluster(clock, engines=2)).waiting_ms == pytest.approx(250)
    assert clock.simulate(two, cluster(clock, engines=2, processes=2)).waiting_ms == 0.0
    assert clock.simulate(two, cluster(clock, nodes=2)).seconds == pytest.approx(1.5)


def test_every_episode_is_played_to_its_end_whatever_the_cluster(clock):
    episodes = [[clock.Turn(10, 50 + i, 0.001)] * (1 + i % 3) for i in range(200)]
    work = sum(turn.written for one in episodes for turn in one)
    for nodes, engines, processes in ((1, 1, 1), (2, 3, 2), (5, 8, 1)):
        outcome = clock.simulate(episodes, clock.Cluster(nodes, engines, processes))
        assert outcome.tokens_per_s * outcome.seconds == pytest.approx(work)


def benchmark(*options):
    command = [sys.executable, str(BENCHMARKS / "rollout_scale.py"), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_environment_takes_less_than_a_hundredth_of_a_rollout_of_96():
    row = benchmark("--one", "96")
    assert (row["at_once"], row["episodes"]) == (96, 192) and row["turns"] > 500
    assert 200 < row["tokens_a_turn"] < 300 and row["kb_an_episode"] < 200
    assert row["share"] < 0.01 and row["share_at_most"] < 0.05


@pytest.mark.slow
def test_the_whole_benchmark_runs():
    found = benchmark("--quick", "--at-once", "8", "--json")
    assert [row["at_once"] for row in found["rollouts"]] == [8]
    assert len(found["clusters"]) == 6 and all(0 < row["decoding"] <= 1 for row in found["clusters"])
