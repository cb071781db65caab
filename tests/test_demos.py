"""Demonstrations: which requests, which fate, what a row holds; the same bytes whoever makes them, and however often killed."""

from collections import Counter
from importlib.util import find_spec

import msgspec
import numpy as np
import orjson
import pytest
from msgspec import structs
from PIL import Image

from visgenenv import ExpertPolicy, load_suite, load_toolbox, media, rollout, score
from visgenenv.demos import COLUMNS, Settings, grade, make_demos, read_chat, review, with_pictures
from visgenenv.demos.candidates import Candidate, Studio
from visgenenv.demos.pictures import shown_size
from visgenenv.demos.pst import manifest
from visgenenv.demos.requests import PLAYED, Requests
from visgenenv.demos.selection import Selection
from visgenenv.demos.similar import Shelf, signature
from visgenenv.demos.statistics import Figures
from visgenenv.demos.tokens import count_tokens
from visgenenv.errors import DemosError, MissingExtra, TaskError
from visgenenv.parsing import parse_action
from visgenenv.tasks import task_from_dict
from visgenenv.tools import load_faults
from visgenenv.trace import read_traces, replay
from visgenenv.types import ToolError

SMALL = Settings(n=10, seed=1, image_px=64)
FILES = ("demos.jsonl", "traces.jsonl", "statistics.json", "statistics.html", "pst.json", "README.md", "manifest.json")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A set of ten, made in one go by one process."""
    folder = tmp_path_factory.mktemp("demos")
    return folder, make_demos(SMALL, folder)


@pytest.fixture(scope="module")
def rows(made):
    return [orjson.loads(line) for line in (made[0] / "demos.jsonl").read_bytes().splitlines()]


@pytest.fixture(scope="module")
def records(made):
    return list(read_traces(made[0] / "traces.jsonl"))


@pytest.fixture(scope="module")
def played():
    """A record of the expert: ten pictures of an archer."""
    return rollout(ExpertPolicy(), [load_suite("paper")[1]], faults="none", progress=False)[0]


def pictures_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.glob("images/**/*.jpg"))}


# What is written


def test_as_many_as_asked_for_are_kept_and_each_once(made, rows):
    assert made[1].kept == len(rows) == len({row["id"] for row in rows}) == 10


def test_rows_have_the_documented_columns_in_order(rows):
    assert all(list(row) == list(COLUMNS) for row in rows)


def test_rows_are_of_training_requests_by_turns_in_both_languages(rows):
    assert all(row["id"].startswith("train@1/") for row in rows)
    assert {row["lang"] for row in rows} == {"en", "zh"}


def test_a_row_holds_the_task_and_the_reward_of_its_trace(rows, records):
    for row, record in zip(rows, records, strict=True):
        assert task_from_dict(orjson.loads(row["task"])) == record.task
        assert score(record).reward == row["reward"] == orjson.loads(row["reward_record"])["reward"]
        assert grade(record).value == row["grade"]


def test_a_row_says_what_was_called_and_what_came(rows, records):
    for row, record in zip(rows, records, strict=True):
        ledger = orjson.loads(row["ledger"])
        assert [call["tool"] for call in ledger] == [entry.call.name for entry in record.ledger]
        assert row["calls"] == len(ledger) and row["turns"] == len(record.steps)
        assert row["steps"] == len(ledger) + 2 + sum(bool(step.action.plan) for step in record.steps[1:])


def test_every_demonstration_can_be_executed_again(records):
    for record in records:
        assert record.settings["defects"] == SMALL.defects
        replay(record)


def test_what_is_kept_has_passed_reward_grader_and_review(records):
    for record in records:
        reward = score(record)
        assert reward.gates["V"] and reward.reward >= SMALL.reward_floor
        assert grade(record).value >= SMALL.grade_floor and review(record) == ()


def test_provenance_says_how_the_same_is_made_again(rows):
    studio = Studio(SMALL)
    for row in rows[:3]:
        origin = orjson.loads(row["provenance"])
        again = studio.candidate(origin["request"], studio.requests.task(origin["request"]))
        assert orjson.loads(again.row) == row and again.mode == row["mode"]


def test_numbers_of_the_report_add_up(made):
    report = made[1]
    assert sum(report.fates.values()) == report.played <= report.requests
    assert report.passed == report.played - sum(report.fates[name] for name in ("invalid", "reward", "grade"))
    assert report.first_share == report.passed / report.played and report.second_share == 10 / report.passed
    assert sum(sum(fates.values()) for fates in report.modes.values()) == report.played


def test_pictures_are_where_and_as_large_as_the_row_says(made, rows):
    for row in rows:
        for picture in row["pictures"]:
            with Image.open(made[0] / picture["file"]) as image:
                assert image.size == (picture["width"], picture["height"]) and max(image.size) <= 64
            assert picture["url"] in row["messages"][picture["message"]]["content"]


def test_pictures_stand_behind_the_text_of_their_message(made, rows):
    row = next(row for row in rows if row["pictures"])
    shown = with_pictures(row, made[0])
    assert len(shown["images"]) == len(row["pictures"])
    kinds = [[part["type"] for part in one["content"]] for one in shown["messages"] if isinstance(one["content"], list)]
    assert all(kind[0] == "text" and set(kind[1:]) == {"image"} for kind in kinds)
    assert sum(len(kind) - 1 for kind in kinds) == len(row["pictures"])


def test_the_size_of_a_picture_is_known_before_it_is_drawn(records):
    for asset in [asset for record in records[:4] for asset in record.assets]:
        if asset.kind in ("image", "video", "audio"):
            assert shown_size(asset, 96) == media.thumbnail(asset, 96).size


def test_the_statistics_page_needs_nothing_else_and_shows_the_numbers(made):
    page = (made[0] / "statistics.html").read_text("utf-8")
    assert "http" not in page and "<script" not in page
    assert f"{100 * made[1].first_share:.1f} %" in page and "10 demonstrations" in page


def test_the_mixture_counts_the_demonstrations_three_times_in_each_stage(made):
    stages = orjson.loads((made[0] / "pst.json").read_bytes())["stages"]
    assert [stage["general_examples"] for stage in stages] == [500_000, 200_000]
    assert [stage["demonstrations"]["examples"] for stage in stages] == [30, 30]


def test_general_data_are_named_and_divided_by_size():
    (first, _) = manifest(4000)["stages"]
    assert len(first["general"]) == 10 and all(source["path"] is None for source in first["general"])
    assert abs(sum(source["examples"] for source in first["general"]) - 500_000) <= 5


def test_the_folder_holds_no_work_in_progress_when_it_is_done(made):
    names = {path.name for path in made[0].iterdir()}
    assert names == {*FILES, "chat_template.jinja", "images", *(["demos.parquet"] if find_spec("pyarrow") else [])}


# The same, whoever makes it


def test_two_processes_write_the_same_bytes(made, tmp_path):
    assert make_demos(SMALL, tmp_path, workers=2) == made[1]
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (made[0] / name).read_bytes(), name
    assert pictures_of(tmp_path) == pictures_of(made[0])


@pytest.mark.parametrize(("stage", "at"), [("kept", 7), ("pictures", 3)])
def test_a_killed_run_goes_on_and_writes_the_same(made, tmp_path, monkeypatch, stage, at):
    def stop(now, done, of):
        if (now, done) == (stage, at):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_demos(SMALL, tmp_path, progress=stop)
    assert not (tmp_path / "manifest.json").exists()
    monkeypatch.setattr(Studio, "play", lambda *_: pytest.fail("a part was played twice"))
    if stage == "kept":
        monkeypatch.undo()
    assert make_demos(SMALL, tmp_path) == made[1]
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (made[0] / name).read_bytes(), name


def test_a_finished_set_is_not_made_again(made, monkeypatch):
    monkeypatch.setattr(Studio, "play", lambda *_: pytest.fail("played again"))
    assert make_demos(SMALL, made[0]) == made[1]


def test_a_folder_with_other_demonstrations_is_refused(made):
    with pytest.raises(DemosError, match="seed = 1, not 2"):
        make_demos(structs.replace(SMALL, seed=2), made[0])


def test_a_file_of_unknown_origin_is_not_overwritten(tmp_path):
    (tmp_path / "demos.jsonl").write_text("mine")
    with pytest.raises(DemosError, match="unknown origin"):
        make_demos(SMALL, tmp_path)
    assert (tmp_path / "demos.jsonl").read_text() == "mine"


def test_a_smaller_set_is_the_beginning_of_a_larger_one(made, tmp_path):
    make_demos(structs.replace(SMALL, n=4, images="files"), tmp_path)
    larger = (made[0] / "demos.jsonl").read_bytes()
    assert larger.startswith((tmp_path / "demos.jsonl").read_bytes())


# Which requests


def test_requests_alternate_between_languages_and_never_translate_one_another():
    requests = Requests(Settings(n=1, seed=3))
    tasks = [task for number in range(400) if (task := requests.task(number))]
    numbers = Counter(task.id.rpartition("-")[0] for task in tasks)
    assert {task.lang for task in tasks} == {"en", "zh"} and set(numbers.values()) == {1}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_language_can_be_asked_for(lang):
    requests = Requests(Settings(n=1, lang=lang))
    assert {task.lang for number in range(60) if (task := requests.task(number))} == {lang}


def test_easy_requests_are_mostly_set_aside():
    requests = Requests(Settings(n=1))
    plain = load_suite("train")
    kept = Counter(task.difficulty for number in range(1500) if (task := requests.task(number)))
    drawn = Counter(plain[2 * number + number % 2].difficulty for number in range(1500))
    assert {name: round(kept[name] / drawn[name], 1) for name in kept} == {n: round(s, 1) for n, s in PLAYED.items()}


@pytest.mark.parametrize("suite", ["visgenbench", "visgenbench-104", "test_hard", "paper"])
def test_no_demonstration_is_made_of_a_test_request(suite):
    with pytest.raises(TaskError, match="for tests"):
        Requests(Settings(n=1, suite=suite))


def test_your_own_tasks_are_all_played_until_they_run_out(tmp_path):
    tasks = [orjson.loads(line) for line in _own_tasks()]
    (tmp_path / "mine.jsonl").write_bytes(b"\n".join(map(orjson.dumps, tasks)))
    settings = Settings(n=50, suite=str(tmp_path / "mine.jsonl"), weights={"optimal": 1.0}, images="none", defects=0.0)
    report = make_demos(settings, tmp_path / "out")
    assert report.requests == report.played == 3 and report.kept == 3


def _own_tasks():
    return [msgspec.json.encode(load_suite("dev")[index]) for index in (0, 3, 8)]


def test_every_stretch_of_requests_has_nearly_its_share_of_each_mode():
    settings = Settings(n=1, seed=5)
    requests = Requests(settings)
    modes = Counter(requests.mode(number) for number in range(300, 500))
    assert all(abs(modes[mode] / 200 - share) < 0.02 for mode, share in settings.weights.items())


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"n": 0}, "at least 1"), ({"weights": {"sloppi": 1.0}}, "sloppy"), ({"defects": 2.0}, "probability"),
     ({"image_px": 8}, "image_px"), ({"chars_per_token": 0.0}, "chars_per_token")],
)  # fmt: skip
def test_settings_say_what_is_wrong_with_them(changes, word):
    with pytest.raises(ValueError, match=word):
        Settings(**{"n": 5, **changes})


# Which fate


def candidate(number=0, **changes):
    likeness = tuple(np.random.default_rng(number).integers(0, 2**31, 64).tolist())
    plain = {"number": number, "task": f"train/{number}-en", "type": "video.1", "lang": "en", "difficulty": "hard",
             "mode": "optimal", "steps": 12, "valid": True, "reward": 1.0, "grade": 1.0, "likeness": likeness}  # fmt: skip
    return Candidate(**{**plain, **changes})


@pytest.mark.parametrize(
    ("changes", "fate"),
    [({"valid": False}, "invalid"), ({"reward": 0.9}, "reward"), ({"grade": 0.7}, "grade"),
     ({"objections": ("deaf",)}, "review"), ({}, "kept")],
)  # fmt: skip
def test_a_candidate_falls_at_the_first_thing_that_is_wrong_with_it(changes, fate):
    assert Selection(Settings(n=9)).decide(candidate(**changes)) == fate


def test_what_has_been_kept_is_not_kept_again():
    selection = Selection(Settings(n=9))
    assert [selection.decide(candidate(7)), selection.decide(candidate(7))] == ["kept", "duplicate"]


def test_no_type_crowds_out_the_others():
    selection = Selection(Settings(n=400))
    for number in range(168):
        selection.decide(candidate(number, type=f"image.{number % 21 + 1}", lang=("en", "zh")[number // 21 % 2]))
    fates = [selection.decide(candidate(1000 + number)) for number in range(12)]
    assert fates[:3] == ["kept"] * 3 and "quota" in fates


def test_easy_work_stays_a_small_part():
    selection = Selection(Settings(n=400))
    fates = Counter()
    for number in range(300):
        kind = {
            "type": f"image.{number % 21 + 1}",
            "lang": ("en", "zh")[number % 2],
            "difficulty": ("easy", "hard")[number % 2],
        }
        fates[kind["difficulty"], selection.decide(candidate(number, **kind))] += 1
    assert fates["easy", "kept"] / selection.kept == pytest.approx(0.15, abs=0.03)


def test_signatures_tell_same_from_different(played):
    other = rollout(ExpertPolicy(), [load_suite("paper")[0]], faults="none", progress=False)[0]
    assert (signature(played) == signature(played)).all()
    assert (signature(played) == signature(other)).mean() < 0.1
    reworded = structs.replace(played, task=structs.replace(played.task, query=played.task.query + " Thank you."))
    assert (signature(played) == signature(reworded)).mean() > 0.8


def test_a_shelf_grows():
    shelf = Shelf(0.5)
    rng = np.random.default_rng(0)
    rows = [rng.integers(0, 2**31, 64).astype(np.uint32) for _ in range(600)]
    for row in rows:
        assert not shelf.holds_like(row)
        shelf.add(row)
    assert all(shelf.holds_like(row) for row in rows)


# Grader and review


def test_the_expert_pleases_grader_and_review(played):
    assert grade(played).value == 1.0 and review(played) == ()


def test_a_visible_flaw_costs_marks():
    faults = structs.replace(load_faults("none"), defects=1.0)
    record = rollout(ExpertPolicy(), [load_suite("paper")[1]], faults=faults, progress=False)[0]
    graded = grade(record)
    assert graded.levels["flawless"] == 0 and graded.value == 0.0


def test_nothing_delivered_has_no_grade(played):
    assert grade(structs.replace(played, terminated=False)).value == 0.0


def retold(record, number, think=None, **changes):
    """Return a record in which one turn says or did something else."""
    step = record.steps[number]
    text = step.text if think is None else f"<think>\n{think}\n</think>" + step.text.partition("</think>")[2]
    steps = list(record.steps)
    steps[number] = structs.replace(step, action=parse_action(text), **changes)
    return structs.replace(record, steps=tuple(steps))


@pytest.mark.parametrize(
    ("number", "think", "rule"),
    [(0, "用户需要十张图,先画一张参考图,再以它为基础编辑,保证人物始终一致,最后逐张检查数量和画幅是否符合要求。" * 3, "language"),
     (0, "I think about it. " * 60, "long-winded"),
     (-1, "That will do.", "hasty")],
)  # fmt: skip
def test_a_reader_objects(played, number, think, rule):
    assert rule in review(retold(played, number, think))


def test_a_reader_objects_to_the_same_words_every_turn():
    task = next(task for task in load_suite("dev") if task.difficulty == "hard" and task.lang == "en")
    record = rollout(ExpertPolicy("verbose"), [task], tools="all", faults="none", progress=False)[0]
    assert {"repetitive", "idle"} <= set(review(record))


def test_a_reader_objects_to_a_failure_passed_over_in_silence(played):
    error = _timeout()
    failed = structs.replace(played.steps[0].results[0], status="error", error=error, assets=())
    silent = retold(played, 0, results=(failed,))
    silent = retold(retold(silent, 1, "On with the pictures of the archer."), -1, "All 10 are delivered.")
    assert "deaf" in review(silent)
    assert "deaf" not in review(retold(silent, 1, "The reference failed with TIMEOUT; I call it once more."))


def _timeout():
    return ToolError("TIMEOUT", 504, "timed out", retryable=True, fault="ENV")


def test_a_reader_objects_to_one_place_where_different_ones_are_wanted(played):
    asked = structs.replace(played.task, query=played.task.query + " No two may share the same place.")
    same = structs.replace(played, task=asked)
    places = {media.truth(played.asset(url)).scene for url in played.answer.answer_url_list}
    assert ("alike" in review(same)) == (len(places) < 6)


def test_success_claimed_without_the_goods_is_objected_to(played):
    short = structs.replace(played.task, count=(12, 12))
    assert "unfounded" in review(structs.replace(played, task=short))


# Numbers


def test_a_picture_of_768_pixels_has_576_tokens_and_two_marks(played):
    chat = read_chat(played, load_toolbox())
    assert count_tokens(chat, [(768, 768)]).pictures == 24 * 24 + 2
    assert count_tokens(chat, [], 4.0).system == round(len(chat.system) / 4.0) + 5


def test_histograms_count_everything_once(rows):
    figures = Figures.of(rows)
    for name in ("steps", "tokens", "turns"):
        assert sum(n for _, n in figures.histogram(name)) == len(rows)
    assert figures.above("steps", 0) == 1.0 and figures.mean("steps") == sum(row["steps"] for row in rows) / 10


@pytest.mark.skipif(find_spec("pyarrow") is not None, reason="pyarrow is installed")
def test_parquet_asked_for_without_pyarrow_names_the_fix(tmp_path):
    with pytest.raises(MissingExtra, match="pip install pyarrow"):
        make_demos(SMALL, tmp_path, parquet=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_shares_of_two_hundred_are_near_those_of_the_paper(tmp_path):
    report = make_demos(Settings(n=200, images="none"), tmp_path, workers=2)
    assert abs(report.first_share - 0.375) < 0.06 and abs(report.second_share - 2 / 3) < 0.06
    means = orjson.loads((tmp_path / "statistics.json").read_bytes())["mean"]
    assert abs(means["steps"] - 15) < 1.5
