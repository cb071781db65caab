"""Gold: what a customer finds in the delivered files, whatever the rewards say."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from visgenenv import ExpertPolicy, load_suite, rollout
from visgenenv.experiments import gold
from visgenenv.tasks import load_task
from visgenenv.types import Answer, Duration, Size


@pytest.fixture(scope="module")
def archer():
    """Ten pictures of the elf archer in ten skins, as the published request wants them."""
    return rollout(ExpertPolicy(), [load_task("paper/elf-archer")], faults="none", progress=False)[0]


@pytest.fixture(scope="module")
def film():
    tasks = (task for task in load_suite("dev") if task.modality == "video" and task.duration and "bgm" in task.audio)
    return rollout(ExpertPolicy(), [next(tasks)], faults="none", progress=False)[0]


def delivering(record, urls):
    """Return the record with another answer."""
    last = record.steps[-1]
    answer = Answer("success", tuple(urls), "done")
    return replace(record, steps=(*record.steps[:-1], replace(last, action=replace(last.action, answer=answer))))


def test_nothing_delivered_is_worth_nothing(archer):
    found = gold(delivering(archer, []))
    assert found.items == {"files": 0.0} and found.value == 0.0 and not found.passed


def test_files_of_another_kind_and_unknown_links_are_no_delivery(archer, film):
    songs = [asset.url for asset in film.assets if asset.kind == "audio"]
    assert gold(delivering(film, songs)).value == 0.0
    assert gold(delivering(archer, ["asset://img_nowhere0.png"])).value == 0.0


def test_one_file_named_ten_times_is_one_file(archer):
    url = archer.answer.answer_url_list[0]
    assert gold(delivering(archer, [url] * 10)).items["files"] == pytest.approx(0.1)


def test_pictures_that_look_the_same_are_one(archer):
    asset = archer.asset(archer.answer.answer_url_list[0])
    twins = tuple(replace(asset, id=f"img_twin{k:05}", url=f"asset://img_twin{k:05}.png") for k in range(10))
    copied = replace(archer, assets=(*archer.assets, *twins))
    assert gold(delivering(copied, [twin.url for twin in twins])).items["files"] == pytest.approx(0.1)


def test_half_of_the_files_are_half_of_the_files(archer):
    found = gold(archer).items["files"]
    five = gold(delivering(archer, archer.answer.answer_url_list[:5])).items["files"]
    assert five <= 0.5 < found


def test_length_sound_and_shape_are_those_of_the_file(film):
    right = gold(film).items
    assert right["length"] == right["bgm"] == right["flawless"] == 1.0
    longer = replace(film, task=replace(film.task, duration=Duration(3 * film.task.duration.seconds)))
    assert gold(longer).items["length"] == 0.0
    tall = replace(film, task=replace(film.task, size=Size(1, 5)))
    assert gold(tall).items["shape"] == 0.0


def test_what_was_not_drawn_is_missed(archer):
    other = replace(archer, task=replace(archer.task, attributes=("four orange hats",), slots=()))
    found = gold(other)
    assert found.items["content"] == 0.0 and not found.passed
