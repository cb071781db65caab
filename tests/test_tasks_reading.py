"""An independent reader agrees with the truth of every request about counts, shots and lengths."""

import sys
from pathlib import Path

import pytest

from visgenenv.tasks import load_suite
from visgenenv.tasks.scenarios import SCENARIOS

sys.path.insert(0, str(Path(__file__).parent))
import reparse

SAMPLES = {"visgenbench": 1200, "test_hard": 200, "dev": 400, "train": 2400}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_length_in_a_request_is_the_one_demanded(name):
    for task in load_suite(name)[: SAMPLES[name]]:
        found = set(reparse.lengths(task.query))
        assert found == ({task.duration.seconds} if task.duration else set()), task


@pytest.mark.parametrize("name", SAMPLES)
def test_every_number_of_shots_in_a_request_is_the_one_demanded(name):
    for task in load_suite(name)[: SAMPLES[name]]:
        if task.shots is None:
            assert not reparse.shots(task.query), task
            continue
        stated = {*reparse.shots(task.query), *([reparse.listed(task.query)] if task.slots else [])}
        assert stated == {task.shots}, task


@pytest.mark.parametrize("name", SAMPLES)
def test_every_count_in_a_request_is_the_one_demanded(name):
    for task in load_suite(name)[: SAMPLES[name]]:
        _single, several, measure, chinese = SCENARIOS[task.type].noun_of(task.dimension)
        found = set(reparse.counts(task.query, several, chinese, measure))
        each = reparse.per_item(task.query, several, measure)
        if each:
            assert task.count == (len(task.slots),) * 2 and len(task.slots) % each[0] == 0, task
            assert len(set(task.slots)) * each[0] == len(task.slots), task
        elif task.count == (1, 1):
            assert found <= {(1, 1)}, task
        elif not found:
            assert len(task.slots) == task.count[0] == task.count[1], task
        else:
            assert found == {task.count}, task
