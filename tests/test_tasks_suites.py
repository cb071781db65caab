"""The benchmark's suites: Table 1 cell by cell, every type and scenario, nothing that training has seen."""

import json
import re
import time
from collections import Counter
from pathlib import Path

import pytest

from visgenenv.lexicon import STYLES, SUBJECTS, find
from visgenenv.tasks import Suite, TaskGenerator, load_suite, load_task
from visgenenv.tasks.drawing import head_key
from visgenenv.tasks.draws import Draws
from visgenenv.tasks.generator import SPLITS
from visgenenv.tasks.scenarios import SCENARIOS, material
from visgenenv.tasks.scenarios.catalogue import CREATIVE_DOMAINS, GOODS
from visgenenv.tasks.suites import LENGTHS, VERSIONS
from visgenenv.tasks.wording.tables import phrasings

BENCH = load_suite("visgenbench")[:]
HARD = load_suite("test_hard")[:]
TRAIN = load_suite("train")[:4000]


def test_the_benchmark_has_the_papers_numbers_cell_by_cell():
    cells = Counter((task.modality, task.dimension) for task in BENCH)
    six = ("creative", "match", "object", "scene", "style", "variety")
    assert cells == {
        **{("image", name): 50 for name in six}, ("image", "amount"): 100,
        **{("video", name): 50 for name in six}, ("video", "amount"): 100,
        ("video", "duration"): 200, ("video", "storyboard"): 200,
    }  # fmt: skip
    assert len(BENCH) == 1200 and len({task.query for task in BENCH}) == 1200
    assert Counter(task.lang for task in BENCH) == {"en": 600, "zh": 600}


def test_all_types_and_difficulties_are_in_the_benchmark():
    types = Counter(task.type for task in BENCH)
    assert set(types) == set(SCENARIOS) and min(types.values()) >= 12
    assert {task.difficulty for task in BENCH} == {"easy", "medium", "hard"}
    kinds = {upload.kind for task in BENCH for upload in task.uploads}
    assert kinds == {"image", "video", "audio"}


def test_requests_come_from_thirty_six_scenarios():
    for part in ("train", "test"):
        names = [domain.name[0] for domain in material(part).domains]
        assert len(set(names)) == 36 and CREATIVE_DOMAINS | set(GOODS) <= set(names)
    assert len({task.scenario for task in TRAIN}) == len({task.scenario for task in BENCH}) == 36


def test_the_subset_is_a_share_of_every_cell():
    subset = load_suite("visgenbench-104")
    ids = [task.id for task in subset]
    assert len(subset) == len(set(ids)) == 104 and set(ids) <= {task.id for task in BENCH}
    cells = Counter((task.modality, task.dimension) for task in subset)
    assert len(cells) == 16
    for (modality, dimension), n in cells.items():
        whole = sum((task.modality, task.dimension) == (modality, dimension) for task in BENCH)
        assert abs(n - whole * 104 / 1200) <= 2
    assert Counter(task.lang for task in subset) == {"en": 52, "zh": 52}


def test_hard_requests_are_large():
    for task in HARD:
        films = task.count[0] > 1 and task.modality == "video"
        large = (
            task.count[0] >= 11
            or films
            or (task.duration is not None and 60 <= task.duration.seconds <= 180)
            or len(task.groups) >= 3
            or (task.shots or 0) >= 8
        )
        assert large, task
    assert max(task.count[1] for task in HARD) <= 20
    assert any(len(task.groups) == 3 for task in HARD)


def test_every_dimension_has_twelve_families_of_phrasing_in_each_part_and_none_in_both():
    train, test = phrasings("train"), phrasings("test")
    assert len(train.families) == len(test.families) == 12
    openings = [{(one.images, one.films) for one in part.families} for part in (train, test)]
    assert len(openings[0]) == len(openings[1]) == 12 and not openings[0] & openings[1]
    assert set(train.forms) == set(test.forms)
    for name in train.forms:
        for lang in (0, 1):
            if name != "mark" or lang == 0:
                assert not set(train.forms[name][lang]) & set(test.forms[name][lang]), name


def test_training_and_test_share_no_subject_style_brand_or_phrase():
    train, test = material("train"), material("test")
    assert {name for names in train.subjects.values() for name in names}.isdisjoint(
        name for names in test.subjects.values() for name in names
    )
    assert not set(train.styles) & set(test.styles) and set(train.styles) | set(test.styles) == set(STYLES)
    for lang in (0, 1):
        assert not {brand[lang] for brand in train.brands} & {brand[lang] for brand in test.brands}
        for pool in train.pools:
            assert not {row[lang] for row in train.pools[pool]} & {row[lang] for row in test.pools[pool]}, pool
    assert sum(map(len, train.subjects.values())) + sum(map(len, test.subjects.values())) == len(SUBJECTS)


def demanded(task):
    """All that a task demands, without its name and its words."""
    return json.dumps(
        [
            task.type,
            task.count,
            str(task.duration),
            task.shots,
            task.attributes,
            task.slots,
            task.groups and 1,
            task.size and 1,
        ]
    )


def test_no_test_request_demands_what_a_training_request_demands():
    assert not {demanded(task) for task in (*BENCH, *HARD) if task.attributes} & {demanded(task) for task in TRAIN}


def test_train_and_dev_are_about_nothing_in_common():
    heads = []
    for split in ("train", "dev"):
        generator = TaskGenerator(split)
        heads.append({head_key(generator.latent(seed, k, Draws(seed, k))) for seed in (0, 1) for k in range(1500)})
    assert not heads[0] & heads[1]


def grams(query, n=13):
    words = re.findall(r"[a-z0-9']+|[\u4e00-\u9fff]", query.lower())
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


def test_test_and_training_requests_share_no_thirteen_words_in_a_row():
    test = {gram for task in (*BENCH, *HARD) for gram in grams(task.query)}
    assert not {gram for task in TRAIN for gram in grams(task.query)} & test


def test_two_seeds_of_the_training_suite_share_no_more_than_chance():
    first, second = (load_suite("train", seed=seed)[:6000:2] for seed in (42, 43))
    texts = [{task.query for task in tasks} for tasks in (first, second)]
    assert len(texts[0]) >= 2998 and len(texts[0] & texts[1]) <= 2
    within, across = Counter(map(demanded, first)), Counter(map(demanded, second))
    twins = sum(n * (n - 1) // 2 for counts in (within, across) for n in counts.values())
    shared = sum(n * across[one] for one, n in within.items())
    assert shared <= 2 * twins + 10, "two seeds share more demands than tasks of one seed do"


@pytest.mark.parametrize("name", sorted(LENGTHS))
def test_a_suite_that_changes_gets_a_new_version(name):
    version, checksum = VERSIONS[name]
    assert load_suite(name).version == version
    assert load_suite(name).checksum() == checksum, f"{name} has changed: give it a new version, and this checksum"


def test_ids_of_every_suite_bring_their_tasks_back():
    for task in (*BENCH[:10], *HARD[:10], *load_suite("visgenbench-104")[:4], *load_suite("test_hard", seed=2)[:2]):
        assert load_task(task.id) == task
    assert Suite("visgenbench", 3)[0].id == "visgenbench@3/0-en"


@pytest.mark.parametrize("split", SPLITS)
def test_drawing_a_task_takes_no_longer_when_many_have_been_drawn(split):
    generator = TaskGenerator(split)

    def seconds(start):
        begin = time.process_time()
        for index in range(start, start + 200):
            generator.generate(2, index)
        return time.process_time() - begin

    first = seconds(0)
    assert min(seconds(start) for start in (1_000, 50_000, 1_000_000)) < 3 * first


def test_a_place_that_stays_the_same_is_the_only_one_named():
    for task in (*BENCH, *HARD, *TRAIN):
        places = {group.name for group in task.groups if group.kind == "scene"}
        if not places:
            continue
        for slot in task.slots:
            assert set(find(slot.split("|")[0]).scenes) <= places | {"sky"}, task


def test_a_tutorial_leaves_out_no_step():
    shown = [task for task in (*BENCH, *TRAIN) if task.type == "video.6" and task.slots]
    steps = {steps.topic[0]: len(steps.rows) for part in ("train", "test") for steps in material(part).steps}
    assert len(shown) >= 20
    for task in shown:
        (topic,) = [name for name in steps if any(name in attribute for attribute in task.attributes)]
        assert task.shots == len(task.slots) == steps[topic], task


def test_phrases_are_pairs_that_agree_on_their_hero():
    folder = Path(__file__).parent.parent / "visgenenv" / "tasks" / "scenarios" / "phrases"
    for part in ("train", "test"):
        for line in (folder / f"{part}.txt").read_text("utf-8").splitlines():
            cells = [cell.strip() for cell in line.removeprefix("# ").split("|")]
            assert ("{H}" in cells[0]) == (len(cells) > 1 and "{H}" in cells[1])
            assert not any("\u4e00" <= char <= "\u9fff" for char in cells[0]), line


@pytest.mark.parametrize("task", [*BENCH[::7], *TRAIN[:150]], ids=lambda task: task.id)
def test_a_request_reads_like_one(task):
    text = task.query
    assert not re.search(
        r"[{}<>]|  |\.\.|,,|。。|,。|::|None|\ba (?!uni|use)[aeiou]|\ban [bcdfgjklmnpqrstvwyz]", text
    ), text
    assert text == text.strip()
    if task.lang == "zh":
        assert len(re.findall(r"[\u4e00-\u9fff]", text)) >= 10
    else:
        assert not re.search(r"[\u4e00-\u9fff]", text)
