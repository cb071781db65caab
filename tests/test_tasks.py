"""Suites, task files and the generator: stable, paired, disjoint, and true to what their texts say."""

import copy
import json
import pickle
import re

import msgspec
import pytest

from visgenenv.errors import TaskError
from visgenenv.tasks import Suite, TaskGenerator, load_suite, load_task, read_tasks, task_from_dict
from visgenenv.tasks.latent import Hero, Latent
from visgenenv.tasks.pools import TOOLS, reference_length
from visgenenv.tasks.scenarios import SCENARIOS, TYPES
from visgenenv.tasks.wording.numbers import numeral
from visgenenv.types import Duration, Size

DEV = list(load_suite("dev"))
PAIRS = list(zip(DEV[::2], DEV[1::2], strict=True))


def test_the_published_queries_are_quoted_in_full():
    speaker, archer, workshop = load_suite("paper")
    assert speaker.query.startswith("Produce a product marketing video consisting of 8 scenes, set in a modern home")
    assert "- (1) Morning news briefing" in speaker.query and "- (8) Rainy day cozy home atmosphere" in speaker.query
    assert speaker.query.endswith("\nEach scene must maintain the same living room layout and furniture arrangement.")
    assert 'game character "Elf Archer" with green short hair' in archer.query
    assert archer.query.endswith("Battle Gear, and Casual Wear.")
    assert workshop.query.startswith("**画面1: 特写镜头。**") and workshop.query.endswith("芬达奇幻之旅,等你来开启!”")
    assert [task.source for task in load_suite("paper")] == [f"arXiv 2603.02681, figure {n}" for n in (10, 11, 12)]


def test_the_published_queries_demand_only_what_they_state():
    speaker, archer, workshop = load_suite("paper")
    assert (speaker.modality, speaker.count, speaker.shots, speaker.duration) == ("video", (1, 1), 8, None)
    assert [(g.name, g.kind, g.n_required) for g in speaker.groups] == [("living room", "scene", 8)]
    assert (archer.modality, archer.count, archer.shots) == ("image", (10, 10), None)
    assert [(g.name, g.kind, g.n_required) for g in archer.groups] == [("elf archer", "object", 10)]
    assert (workshop.lang, workshop.shots, workshop.audio) == ("zh", 8, ("tts",))
    assert (workshop.duration, workshop.subtitle, workshop.size) == (None, False, None)


def test_the_felt_workshop_has_eight_shots_though_one_number_occurs_twice():
    workshop = load_task("paper/felt-workshop")
    shots = re.split(r"画面\d", workshop.query)[1:]
    assert len(shots) == workshop.shots == 8
    assert len(set(re.findall(r"画面\d", workshop.query))) == 7
    assert sum("狐狸" in shot for shot in shots) == workshop.groups[0].n_required == 3


def test_suites_are_virtual_and_cheap_to_copy():
    suite = load_suite("train")
    assert len(suite) == 2_000_000
    assert copy.deepcopy(suite) is suite
    assert len(pickle.dumps(suite)) < 100 and pickle.loads(pickle.dumps(suite)) == suite
    assert suite[17] is suite[17]
    assert suite[-1] == suite[1_999_999]
    assert [task.id for task in suite[2:4]] == ["train/1-en", "train/1-zh"]
    with pytest.raises(IndexError, match="no task 2000000"):
        suite[2_000_000]


def test_suites_are_equal_only_if_name_and_seed_are():
    assert load_suite("dev") == Suite("dev", 0) != load_suite("dev", seed=1)
    assert load_suite("dev", seed=1)[0].id == "dev@1/0-en"
    assert load_suite("dev").checksum() == load_suite("dev").checksum() != load_suite("dev", seed=1).checksum()


def test_an_id_alone_brings_its_task_back():
    for task in (*load_suite("paper"), *DEV[:20], *load_suite("train", seed=7)[:6]):
        assert load_task(task.id) == task
    assert load_task("dev/3") == load_task("dev/3-en")


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("paper/felt-workshp", "did you mean 'paper/felt-workshop'?"),
        ("dev/x", "known: paper/smart-speaker"),
        ("", "unknown task ''"),
        ("train/1-fr", "unknown task 'train/1-fr'"),
        ("paper/0", "unknown task 'paper/0'"),
    ],
)
def test_an_unknown_task_is_named_in_one_line(id, said):
    with pytest.raises(TaskError) as caught:
        load_task(id)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_suite_is_named_with_its_nearest():
    with pytest.raises(TaskError, match=r"unknown suite 'papr'; did you mean 'paper'\?; known: paper, train, dev"):
        load_suite("papr")


def test_the_generator_refuses_what_it_does_not_know():
    with pytest.raises(TaskError, match="did you mean 'train'"):
        TaskGenerator("trian")
    with pytest.raises(TaskError, match="unknown language 'fr'"):
        TaskGenerator(lang="fr")
    with pytest.raises(TaskError, match="start at 0"):
        TaskGenerator().generate(0, -1)


def test_both_languages_of_a_pair_ask_for_the_same():
    for english, chinese in PAIRS:
        assert english.id.removesuffix("-en") == chinese.id.removesuffix("-zh")
        same = msgspec.structs.replace(chinese, id=english.id, lang="en", query=english.query)
        assert same == english


def test_one_language_alone_walks_the_same_latents():
    assert TaskGenerator("dev", "zh").generate(0, 5) == TaskGenerator("dev").generate(0, 11)


def test_generation_is_reproducible_and_seeds_share_no_more_than_chance():
    first = [TaskGenerator("train").generate(1, index) for index in range(60)]
    assert first == [TaskGenerator("train").generate(1, index) for index in range(60)]
    other = {TaskGenerator("train").generate(2, index).query for index in range(60)}
    assert len(other & {task.query for task in first}) <= 2


def test_no_request_is_in_two_splits():
    train = {task.query for task in load_suite("train")[:3000]}
    assert not train & {task.query for task in DEV}


def test_the_dev_suite_is_broad():
    assert len({task.type for task in DEV}) >= 40
    assert {task.dimension for task in DEV} >= {
        "amount",
        "duration",
        "storyboard",
        "object",
        "scene",
        "style",
        "match",
        "creative",
        "variety",
    }
    assert {task.difficulty for task in DEV} == {"easy", "medium", "hard"}
    assert any(task.uploads for task in DEV) and any(task.subtitle for task in DEV)
    assert {kind for task in DEV for kind in task.audio} == {"bgm", "tts", "sfx"}
    assert any(task.count[0] < task.count[1] for task in DEV)
    assert len({task.query for task in DEV}) >= 395


def test_types_are_the_papers_forty_two():
    assert len(TYPES) == 42 and TYPES["video.13"] == TYPES["image.19"] == "picture book"
    assert set(SCENARIOS) == set(TYPES)


def test_a_pool_holds_what_is_needed_and_more():
    for task in DEV:
        assert set(task.tool_pool) <= set(TOOLS) and list(task.tool_pool) == sorted(task.tool_pool, key=TOOLS.index)
        kinds = ["text2image", "text2video", "image_edit"]
        footage = any(upload.kind == "video" for upload in task.uploads)
        assert footage or any(kind in tool for tool in task.tool_pool for kind in kinds)
        if "sfx" in task.audio:
            assert "tool_sound_fx_gen" in task.tool_pool
        if "bgm" in task.audio and not any(upload.kind == "audio" for upload in task.uploads):
            assert "tool_music_suno" in task.tool_pool
        if "tts" in task.audio:
            assert "tool_tts_generation" in task.tool_pool
        if task.subtitle:
            assert "tool_subtitle_add_text" in task.tool_pool
        if task.groups and not task.uploads:
            assert any("text2image" in tool for tool in task.tool_pool)
        if task.groups:
            assert any("image_edit" in tool for tool in task.tool_pool)
        assert task.reference_length >= 1


def test_numerals_are_written_as_a_chinese_speaker_would():
    assert [numeral(n) for n in (2, 10, 12, 20, 45)] == ["二", "十", "十二", "二十", "四十五"]
    assert numeral(2, counting=True) == "两"


def test_groups_name_what_must_stay_the_same():
    for task in DEV:
        for group in task.groups:
            assert group.n_required == (task.shots or task.count[0])
            named = [alias for alias in group.aliases if alias in task.query.lower()]
            assert named, (task.query, group)
            assert (group.user_ref != "") == any(upload.kind == "image" for upload in task.uploads)


def test_distractor_numbers_demand_nothing():
    tasks = load_suite("train")[:2000]
    money = [task for task in tasks if "$49" in task.query or "299元" in task.query]
    assert len(money) >= 4 and all(49 not in task.count and 299 not in task.count for task in money)
    assert all(task.duration is None or task.duration.seconds <= 72 for task in DEV)


def test_prices_are_told_of_what_is_sold():
    for task in load_suite("train")[:3000]:
        if "$49" in task.query or "299元" in task.query:
            assert SCENARIOS[task.type].about == "goods", task


FOOTAGE = [task for task in load_suite("train")[:8000] if any(upload.kind == "video" for upload in task.uploads)]


def test_footage_brings_along_the_tools_that_it_needs():
    tools = {"tool_video_composite", "tool_video_trim_edit", "tool_video_speed_adjust"}
    only = dict.fromkeys(tools, 0)
    for task in FOOTAGE:
        (footage,) = task.uploads
        offered = tools & set(task.tool_pool)
        if footage.duration < task.duration.seconds:
            assert "tool_video_speed_adjust" in offered and footage.duration == task.duration.seconds * 2 / 3
            assert re.search("slow|放慢|慢动作", task.query), task
        else:
            assert offered & {"tool_video_composite", "tool_video_trim_edit"}
        if task.audio or task.size:
            assert "tool_video_composite" in offered
        if len(offered) == 1:
            only[offered.pop()] += 1
    assert len(FOOTAGE) > 60 and min(only.values()) > 5


@pytest.mark.parametrize(
    ("latent", "pool", "calls"),
    [
        (Latent("image.21", "amount", count=(8, 8)), ("tool_text2image_gemini",), 2),
        (Latent("image.21", "amount", count=(8, 8)), ("tool_text2image_gemini", "tool_text2image_gpt"), 1),
        (
            Latent("image.21", "amount", count=(3, 3), size=Size(16, 9)),
            ("tool_text2image_qwen", "tool_text2image_gpt"),
            3,
        ),
        (Latent("image.21", "amount", count=(2, 2), items=(("a", "甲"), ("b", "乙"))), ("tool_text2image_gpt",), 2),
        (
            Latent("image.16", "object", count=(5, 5), same=("object",)),
            ("tool_text2image_gpt", "tool_image_edit_qwen"),
            6,
        ),
        (Latent("video.5", "duration", duration=Duration(8.0)), ("tool_text2video_veo",), 1),
        (Latent("video.5", "duration", duration=Duration(10.0)), ("tool_text2video_veo",), 3),
        (Latent("video.5", "duration", duration=Duration(10.0), audio=("bgm",)), ("tool_text2video_veo",), 4),
        (Latent("video.1", "scene", shots=8, same=("scene",)), (), 18),
        (Latent("video.5", "amount", count=(3, 3), duration=Duration(7.0, "each")), ("tool_text2video_veo",), 6),
        (Latent("video.5", "duration", duration=Duration(12.0), upload="short"), ("tool_video_speed_adjust",), 1),
        (Latent("video.5", "duration", duration=Duration(12.0), upload="footage", subtitle=True), (), 2),
    ],
)
def test_reference_length_counts_the_shortest_plan(latent, pool, calls):
    assert reference_length(latent, pool) == calls


def test_people_have_no_colour_that_could_be_taken_for_their_skin():
    hero = Hero("doctor", "", ("with curly hair", "留着一头卷发"))
    assert (hero.words("en"), hero.words("zh")) == ("a doctor with curly hair", "一位留着一头卷发的医生")
    assert hero.group(3).attrs == ("doctor", "with curly hair|留着一头卷发")
    colours = "black|brown|white|yellow|red|green|blue|purple|pink|orange"
    people = "woman|man|girl|boy|grandmother|grandfather|doctor|chef|dancer|farmer|artist|elf|fairy|wizard|astronaut"
    for task in (*DEV, *load_suite("visgenbench")):
        assert not re.search(rf"\b(?:{colours}) (?:{people})\b", task.query), task


def test_an_upload_shows_the_hero():
    hero = Hero("fox", "orange", ("with a straw hat", "戴着草帽"))
    latent = Latent("image.16", "object", count=(3, 3), hero=hero, same=("object",), upload="picture")
    assert latent.uploads[0].description == "an orange fox with a straw hat"
    assert latent.groups()[0].user_ref == "reference"
    assert hero.words("zh") == "一只戴着草帽的橙色狐狸"


ROW = {"id": "my/fox", "lang": "en", "query": "Draw a fox.", "type": "image.1", "modality": "image"}


def written(folder, *rows):
    path = folder / "tasks.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_a_task_file_is_read(tmp_path):
    path = written(tmp_path, ROW, "", {**ROW, "id": "my/two", "count": [2, 3], "size": {"width": 16, "height": 9}})
    first, second = read_tasks(path)
    assert (first.id, first.count) == ("my/fox", (1, 1))
    assert (second.count, second.size) == ((2, 3), Size(16, 9))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"count": [3, 2]}, "count: [3, 2] is not a range"),
        ({"modalty": "image"}, "modalty: unknown field; did you mean 'modality'?"),
        ({"type": "image.22"}, "type: String should match pattern"),
        ({"modality": "video"}, "type: 'image.1' does not belong to modality 'video'"),
        ({"duration": {"seconds": -1}}, "duration.seconds: Input should be greater than 0"),
        ({"groups": [{"name": "fox", "kind": "object", "n_required": 1, "user_ref": "pic"}]}, "user_ref 'pic'"),
        ({"query": None}, "query: Input should be a valid string"),
    ],
)
def test_a_broken_task_names_file_line_and_field(tmp_path, change, said):
    with pytest.raises(TaskError) as caught:
        read_tasks(written(tmp_path, ROW, {**ROW, "id": "b", **change}))
    assert "tasks.jsonl:2: " in str(caught.value) and said in str(caught.value)


def test_other_faults_of_a_task_file_are_named(tmp_path):
    with pytest.raises(TaskError, match=r"tasks.jsonl:1: not valid JSON"):
        read_tasks(written(tmp_path, "{nope"))
    with pytest.raises(TaskError, match=r"tasks.jsonl:1: expected a JSON object, found list"):
        read_tasks(written(tmp_path, "[]"))
    with pytest.raises(TaskError, match=r"id 'my/fox' occurs twice"):
        read_tasks(written(tmp_path, ROW, ROW))
    with pytest.raises(TaskError, match="No such file"):
        read_tasks(tmp_path / "none.jsonl")
    with pytest.raises(TaskError, match="lang: missing"):
        task_from_dict({key: value for key, value in ROW.items() if key != "lang"})
