"""The expert: reads requests as they are meant, repairs what fails, wastes nothing, and never sees hidden truth."""

import msgspec
import pytest

from visgenenv import ExpertPolicy, load_suite, rollout, score
from visgenenv.parsing import parse_action
from visgenenv.policies.brief import read_brief
from visgenenv.policies.expert import next_turn, read_request
from visgenenv.policies.expert_amounts import NUMBER_EN, number, seconds, shape, without_remarks
from visgenenv.policies.expert_items import read_items
from visgenenv.policies.workflows import Offer, Turn, begin
from visgenenv.policies.workflows.timing import share_out
from visgenenv.policies.workflows.turns import Step, Way, Wish, obtain
from visgenenv.policies.workflows.words import reworded
from visgenenv.tools import FaultModel
from visgenenv.types import Conversation, Size

DEV = load_suite("dev")
TRAIN = load_suite("train")
PAPER = load_suite("paper")


BENCH = load_suite("visgenbench")
HARD = load_suite("test_hard")
LINKS = {"image": "img_upload", "video": "vid_upload", "audio": "aud_upload"}


def brief_of(task):
    return read_brief(task.query, tuple(f"asset://{LINKS[upload.kind]}.bin" for upload in task.uploads))


@pytest.mark.parametrize("suite", [DEV, TRAIN, BENCH, HARD], ids=["dev", "train", "visgenbench", "test_hard"])
def test_every_generated_request_is_read_as_it_is_meant(suite):
    for task in suite[:1200]:
        brief = brief_of(task)
        stated = (task.lang, task.modality, task.count[0], task.shots, task.subtitle, task.size)
        assert (brief.lang, brief.modality, brief.count, brief.shots, brief.subtitle, brief.size) == stated, task
        heard = ("bgm" in task.audio, "tts" in task.audio, "sfx" in task.audio)
        assert (brief.music, brief.voice, brief.effects) == heard, task
        kinds = [upload.kind for upload in task.uploads]
        brought = [bool(link) for link in (brief.picture, brief.footage, brief.song)]
        assert brought == [kind in kinds for kind in ("image", "video", "audio")], task
        assert len(brief.items) * brief.each == len(task.slots), task
        length = (task.duration.seconds, task.duration.scope == "each") if task.duration else (None, False)
        assert (brief.seconds, brief.per_item) == length, task
        if task.groups:
            assert brief.group in {group.kind for group in task.groups}, task


def test_the_published_queries_are_read_as_they_are_meant():
    speaker, archer, workshop = (brief_of(task) for task in PAPER)
    assert (speaker.modality, speaker.shots, speaker.group, speaker.seconds) == ("video", 8, "scene", None)
    assert (speaker.music, speaker.voice, speaker.subtitle) == (False, False, False)
    assert (archer.modality, archer.count, archer.group, len(archer.items)) == ("image", 10, "object", 10)
    assert archer.items[-1].text == "Casual Wear"
    assert (workshop.modality, workshop.count, workshop.shots, workshop.lang) == ("video", 1, 8, "zh")
    assert (workshop.voice, workshop.music, workshop.subtitle) == (True, False, False)
    assert workshop.items[6].line == "芬达,你的快乐气泡水!" and workshop.recurring == "狐狸"


@pytest.mark.parametrize(
    ("text", "modality", "count"),
    [
        ("Please design 6-8 posters for the city marathon.", "image", 6),
        ("Draw a dozen icons for a bakery.", "image", 12),
        ("An avatar of a grey cat, please.", "image", 1),
        ("I need between three and five logos for my shop, founded in 1998.", "image", 3),
        ("帮我画两张海报,预算300元。", "image", 2),
        ("来六到八张头像。", "image", 6),
        ("做一套十二个表情包贴图,面向3到6岁的孩子。", "image", 12),
        ("Make me 3 short clips of a red fox, each 6 seconds long.", "video", 3),
        ("制作一支一分半的宣传片。", "video", 1),
        ("Two posters for each of these cities: Rome, Oslo and Lima.", "image", 6),
    ],
)
def test_counts_are_read_from_digits_words_and_numerals(text, modality, count):
    brief = read_brief(text)
    assert (brief.modality, brief.count) == (modality, count)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a 40-second film", 40.0),
        ("it runs 1 minute", 60.0),
        ("one and a half minutes", 90.0),
        ("half a minute", 30.0),
        ("90s", 90.0),
        ("时长一分半", 90.0),
        ("1分30秒", 90.0),
        ("四十五秒", 45.0),
        ("半分钟", 30.0),
        ("the second shot", None),
        ("in the 1990s", None),
    ],
)
def test_lengths_are_read_in_both_languages(text, expected):
    found = seconds(without_remarks(text))
    assert (found[0] if found else None) == expected


def test_remarks_with_numbers_are_blanked_and_nothing_moves():
    text = "Our 2026 spring line sells for $49, for children aged 3 to 6; 30% off. 售价299元,成立于1998年,6月18日上线。8 posters."
    blanked = without_remarks(text)
    assert len(blanked) == len(text) and [c for c in blanked if c.isdigit()] == ["8"]


def test_shapes_are_read_as_pixels_or_ratio():
    assert shape("Exactly 1920 x 1080 px") == (1920, 1080, True)
    assert shape("尺寸928×1664像素") == (928, 1664, True)
    assert shape("Format 9:16") == (9, 16, False)
    assert shape("at 10:30 on the 3rd") is None
    assert number("twenty") == 20 and "dozen" in NUMBER_EN


def test_items_are_read_from_lists_of_every_kind():
    assert len(read_items("- (1) a\n- (2) b\n- (3) c\nAll in one room.").items) == 3
    assert [item.line for item in read_items('Shot 1: a. Voice: "Hi."\nShot 2: b.').items] == ["Hi.", ""]
    assert [item.text for item in read_items("皮肤包括森林、海洋、星空。").items] == ["森林", "海洋", "星空"]
    styles = read_items("The styles are: ink style, black and white style and felt style.").items
    assert [item.text for item in styles] == ["ink style", "black and white style", "felt style"]
    assert read_items("画面里有两只红色的狐狸、三把蓝色的伞。").items == ()


def test_a_refusal_is_no_demand():
    brief = read_brief("Make a 10-second film about a boat. No background music, please. Without subtitles.")
    assert (brief.music, brief.subtitle) == (False, False)
    assert read_brief("做一条20秒的视频,不需要字幕,要有背景音乐。").music
    assert not read_brief("做一条20秒的视频,不需要字幕,要有背景音乐。").subtitle


def test_shot_lengths_add_up_and_leave_room_for_the_lines():
    assert share_out(40, [0.0] * 8, "tool_image2video_keling") == [5.0] * 8
    times = share_out(12, [5.0, 1.0, 1.0], "tool_image2video_keling")
    assert times[0] >= 5.0 and sum(times) == pytest.approx(12, abs=0.01)
    assert share_out(None, [0.0, 6.2], "tool_image2video_keling") == [5.0, 10.0]


SUCCESS = {"status": "success", "assets": [{"url": "asset://img_made0001.png", "kind": "image"}], "data": {}}


def error(type, retryable=True):
    return {"status": "error", "error": {"type": type, "retryable": retryable}}


def work_through(wish, *results):
    """Send results one by one; return the calls made and the assets that came of it."""
    work = obtain([wish], "a first thought", "en")
    turn, calls = next(work), []
    for result in results:
        calls += turn.calls
        try:
            turn = work.send([result])
        except StopIteration as stop:
            return calls, stop.value[0]
    return [*calls, *turn.calls], None


TWO_WAYS = (Way("tool_a", {"prompt": "a fox"}, "prompt"), Way("tool_b", {"prompt": "a fox"}, "prompt"))


def test_a_transient_error_is_retried_unchanged():
    calls, got = work_through(Wish("x", TWO_WAYS), error("RATE_LIMITED"), error("TIMEOUT"), SUCCESS)
    assert [call.name for call in calls] == ["tool_a"] * 3 and calls[0] == calls[2] and got == SUCCESS["assets"]


def test_a_blocked_prompt_is_reworded_each_time_and_then_taken_elsewhere():
    blocked = error("CONTENT_BLOCKED", retryable=False)
    calls, got = work_through(Wish("x", TWO_WAYS), blocked, blocked, blocked, blocked, SUCCESS)
    assert [call.name for call in calls] == ["tool_a"] * 3 + ["tool_b"] * 2
    assert len({call.arguments["prompt"] for call in calls}) == 5
    assert all("a fox" in call.arguments["prompt"] for call in calls) and got


def test_an_error_of_its_own_leads_to_another_tool_and_never_to_a_loop():
    wrong = error("INVALID_ARGUMENT", retryable=False)
    calls, got = work_through(Wish("x", TWO_WAYS), wrong, SUCCESS)
    assert [call.name for call in calls] == ["tool_a", "tool_b"] and got
    calls, got = work_through(Wish("x", TWO_WAYS), wrong, wrong)
    assert len(calls) == 2 and got == []


def test_of_a_partial_result_only_the_missing_part_is_asked_for():
    wish = Wish("x", (Way("tool_a", {"prompt": "a fox"}, "prompt", "num_images", 4),), 4)
    part = {**SUCCESS, "assets": SUCCESS["assets"] * 3, "data": {"failed": [{"index": 3}]}}
    calls, got = work_through(wish, part, SUCCESS)
    assert [call.arguments["num_images"] for call in calls] == [4, 1] and len(got) == 4


def test_only_what_failed_is_called_again_and_the_next_thought_says_why():
    work = obtain([Wish("picture 1", TWO_WAYS), Wish("picture 2", TWO_WAYS)], "first", "en")
    assert len(next(work).calls) == 2
    turn = work.send([SUCCESS, error("TIMEOUT")])
    assert len(turn.calls) == 1 and "picture 2" in turn.think and "TIMEOUT" in turn.think


def test_many_calls_are_spread_over_turns():
    work = obtain([Wish(f"picture {k}", TWO_WAYS) for k in range(30)], "first", "en")
    assert len(next(work).calls) == 24
    assert len(work.send([SUCCESS] * 24).calls) == 6


def test_spoken_words_keep_their_words_when_reworded():
    variants = [reworded("text", "Home at last.", times) for times in range(1, 6)]
    assert len({*variants, "Home at last."}) == 6 and all(text.startswith("Home at last") for text in variants)


def test_an_impossible_offer_ends_in_an_honest_answer():
    for query in ("Draw 3 cats.", "Make a 10-second film about a cat."):
        turn = next(begin(read_brief(query), Offer(()), "en"))
        assert isinstance(turn, Turn) and turn.answer is not None
        assert turn.answer["task_status"] == "failed" and turn.answer["answer_url_list"] == []


def test_uploads_are_told_apart_from_the_request():
    text = "Stylise it.\nIn ink.\n\nThe user's files:\n- asset://img_abcd1234.png (a red fox (sitting))"
    conversation = Conversation(({"role": "user", "content": text},), (), "en", (), 0, 0)
    assert read_request(conversation) == ("Stylise it.\nIn ink.", ("asset://img_abcd1234.png",))


def test_plans_name_earlier_steps_only():
    for task in [*PAPER, *DEV[:40]]:
        schemas = tuple({"function": {"name": name, "parameters": {}}} for name in task.tool_pool)
        turn = next(begin(brief_of(task), Offer(schemas), task.lang))
        assert turn.plan and all(isinstance(step, Step) for step in turn.plan)
        assert all(0 < dep <= k for k, step in enumerate(turn.plan) for dep in step.deps)
        assert [step.deliver for step in turn.plan].count(True) == 1
        assert {step.tool for step in turn.plan} <= set(task.tool_pool)


def successes(records):
    return [record.reward for record in records]


def test_the_shortest_plan_is_played_in_calm_weather():
    tasks = DEV[:60]
    for task, record in zip(tasks, rollout(ExpertPolicy(), tasks, faults="none", progress=False), strict=True):
        assert record.answer is not None and record.answer.task_status == "success", task
        assert len(record.ledger) <= task.reference_length + 1 and all(entry.ok for entry in record.ledger), task


def test_a_plan_is_carried_out_as_it_is_written():
    for record in rollout(ExpertPolicy(), [*PAPER, *DEV[:20]], faults="none", progress=False):
        plan = msgspec.json.decode(record.steps[0].action.plan)
        planned = sorted(step["tool"] for step in plan for _ in range(step["n"]))
        assert planned == sorted(entry.call.name for entry in record.ledger)


@pytest.mark.parametrize("faults", ["realistic", "stress"])
def test_the_expert_succeeds_in_every_weather(faults):
    tasks = [*PAPER, *DEV[100:130]]
    records = rollout(ExpertPolicy(), tasks, seed=3, faults=faults, progress=False)
    rewards = [score(record, "RL1").reward for record in records]
    assert sum(rewards) / len(rewards) >= (0.95 if faults == "realistic" else 0.9)


def test_no_thought_is_thought_twice_and_the_format_has_no_fault():
    storm = FaultModel("storm", scale=6.0)
    for record in rollout(ExpertPolicy(), [*PAPER, *DEV[:12]], faults=storm, progress=False):
        thoughts = [step.action.think for step in record.steps]
        assert len(set(thoughts)) == len(thoughts)
        assert not any(step.action.faults for step in record.steps)


def test_a_turn_depends_on_its_conversation_alone():
    records = rollout(ExpertPolicy(), DEV[:6], num_envs=1, progress=False)
    together = rollout(ExpertPolicy(), DEV[:6], num_envs=6, progress=False)
    assert [[step.text for step in one.steps] for one in records] == [
        [step.text for step in one.steps] for one in together
    ]


def test_hidden_truth_changes_no_turn_of_the_expert():
    tasks = [*PAPER, *DEV[:10]]
    blanked = [
        msgspec.structs.replace(
            task, type="image.3", modality="image", count=(1, 1), dimension="", split="", difficulty="easy",
            scenario="", attributes=(), slots=(), duration=None, shots=None, audio=(), subtitle=not task.subtitle, size=Size(1, 9), groups=(), reference_length=0,
            source="",
        )
        for task in tasks
    ]  # fmt: skip
    plain = rollout(ExpertPolicy(), tasks, seed=5, progress=False)
    blind = rollout(ExpertPolicy(), blanked, seed=5, progress=False)
    assert [[step.text for step in one.steps] for one in plain] == [[step.text for step in one.steps] for one in blind]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_expert_masters_every_type_in_both_languages(lang):
    chosen = {}
    for task in BENCH:
        if task.lang == lang:
            chosen.setdefault(task.type, []).append(task)
    tasks = [task for found in chosen.values() for task in found[:: max(1, len(found) // 4)][:4]]
    records = rollout(ExpertPolicy(), tasks, seed=2, progress=False)
    for preset in ("RL1", "hardened", "paper"):
        rewards = {}
        for record in records:
            rewards.setdefault(record.task.type, []).append(score(record, preset).reward)
        assert len(rewards) == 42
        assert {key: found for key, found in rewards.items() if sum(found) / len(found) < 0.9} == {}
        assert sum(map(sum, rewards.values())) / len(records) >= 0.95


def test_what_the_user_brought_is_used():
    tasks = [task for task in BENCH if {upload.kind for upload in task.uploads} & {"video", "audio"}][:12]
    for record in rollout(ExpertPolicy(), tasks, faults="none", progress=False):
        (brought,) = [asset for asset in record.assets if asset.created_by == "user"]
        (cut,) = [entry.call for entry in record.ledger if entry.call.name == "tool_video_composite"]
        assert brought.url in str(cut.arguments)
        if brought.kind == "video":
            assert not any("2video" in entry.call.name for entry in record.ledger)
        else:
            assert not any(entry.call.name == "tool_music_suno" for entry in record.ledger)


def test_a_sound_that_comes_back_almost_silent_is_asked_for_again_in_other_words():
    silent = {**SUCCESS, "data": {"warnings": ["the result is almost silent; listen to it"]}}
    calls, got = work_through(Wish("the sound effects", TWO_WAYS), silent, SUCCESS)
    assert [call.name for call in calls] == ["tool_a"] * 2 and got == SUCCESS["assets"]
    assert calls[0].arguments != calls[1].arguments


def test_who_asks_is_not_what_is_asked_for():
    brief = read_brief("On behalf of Tessel, a film music studio. Draw 3 posters for a book fair.")
    assert (brief.modality, brief.count, brief.scene, brief.music) == ("image", 3, "", False)
    brief = read_brief("需求方是配音工作室观止。画两张海报,题材是书展。")
    assert (brief.modality, brief.count, brief.voice) == ("image", 2, False)


def test_the_expert_answers_again_if_asked_after_the_end():
    (record,) = rollout(ExpertPolicy(), PAPER[1:2], faults="none", progress=False)
    messages = [{"role": "user", "content": record.task.query}]
    for step in record.steps:
        messages.append({"role": "assistant", "content": step.text})
        messages += [{"role": "tool", "content": content} for content in step.told]
    schemas = tuple({"function": {"name": name, "parameters": {}}} for name in record.task.tool_pool)
    text = next_turn(Conversation(tuple(messages), schemas, "en", (), len(record.steps), 0))
    assert parse_action(text).answer == record.answer
