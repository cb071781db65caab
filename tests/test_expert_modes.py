"""The expert's qualities: what each does well and badly, that each is pure and blind, and the ways of working it chooses."""

import collections
import functools

import msgspec
import pytest

from visgenenv import ExpertPolicy, load_suite, load_toolbox, rollout, score
from visgenenv.cli.terminal import POLICIES, named_policy
from visgenenv.luck import policy_seed
from visgenenv.media import truth
from visgenenv.parsing import parse_action
from visgenenv.policies import MIXTURE, MODES, mode_of
from visgenenv.policies.brief import read_brief
from visgenenv.policies.expert import next_turn
from visgenenv.policies.expert_templates import TEMPLATES, TYPES, template_of
from visgenenv.policies.workflows import Offer, begin
from visgenenv.policies.workflows.chance import Chance
from visgenenv.policies.workflows.job import Job
from visgenenv.policies.workflows.recovering import stages
from visgenenv.policies.workflows.reports import defects_in
from visgenenv.policies.workflows.slips import slip_in
from visgenenv.policies.workflows.timing import on_beats
from visgenenv.policies.workflows.turns import Call, Step
from visgenenv.policies.workflows.verbose import spelt_out
from visgenenv.tasks.scenarios import SCENARIOS
from visgenenv.tools import FaultModel, Workspace, load_faults
from visgenenv.types import Conversation, Size

BENCH, DEV, TRAIN = load_suite("visgenbench"), load_suite("dev"), load_suite("train")
LINKS = {"image": "img_upload", "video": "vid_upload", "audio": "aud_upload"}


def one_of_each():
    """Return one request of every type and language."""
    found = {}
    for task in BENCH:
        found.setdefault((task.type, task.lang), task)
    return [found[key] for key in sorted(found)]


@functools.cache
def played(mode):
    records = rollout(ExpertPolicy(mode), one_of_each(), seed=7, progress=False)
    assert len(records) == 84
    return records


@functools.cache
def mean(mode, preset="hardened"):
    rewards = [score(record, preset).reward for record in played(mode)]
    return sum(rewards) / len(rewards)


def errors_of(record):
    return [entry.result.error for entry in record.ledger if entry.result.error is not None]


def plan_of(record):
    return msgspec.json.decode(next(step.action.plan for step in record.steps if step.action.plan))


def test_the_qualities_stand_in_their_order():
    assert mean("optimal") >= 0.95 and mean("reflective") >= 0.95
    assert mean("verbose") >= 0.95 * mean("optimal")
    assert 0.88 <= mean("recovering") < mean("optimal") - 0.02
    assert 0.4 <= mean("sloppy") <= 0.85
    assert mean("failing") <= 0.15


@pytest.mark.parametrize("preset", ["RL1", "paper"])
def test_they_stand_so_under_other_presets_too(preset):
    assert min(mean(mode, preset) for mode in ("optimal", "verbose", "reflective", "recovering")) >= 0.9
    assert mean("failing", preset) < 0.6 * mean("sloppy", preset) and mean("sloppy", preset) <= 0.85


@pytest.mark.parametrize("mode", ["optimal", "verbose", "reflective", "recovering", "sloppy"])
def test_neither_language_is_favoured(mode):
    by_language = collections.defaultdict(list)
    for record in played(mode):
        by_language[record.task.lang].append(score(record).reward)
    english, chinese = (sum(by_language[lang]) / 42 for lang in ("en", "zh"))
    assert abs(english - chinese) <= (0.15 if mode == "sloppy" else 0.02)


def test_verbose_says_and_does_more_for_the_same_result():
    for short, long in zip(played("optimal"), played("verbose"), strict=True):
        assert long.reward == short.reward == 1.0, long.task
        assert len(long.steps) < 40 and sum(len(step.action.think) for step in long.steps) > sum(
            len(step.action.think) for step in short.steps
        )
    turns = [sum(len(record.steps) for record in played(mode)) for mode in ("verbose", "optimal")]
    assert turns[0] > 1.6 * turns[1]
    one_call = [len(step.action.calls) <= 1 for record in played("verbose") for step in record.steps]
    assert sum(one_call) / len(one_call) >= 0.95
    looked_up = [entry for record in played("verbose") for entry in record.ledger if "search" in entry.call.name]
    assert looked_up


def test_a_plan_spelt_out_names_every_call_and_keeps_what_rests_on_what():
    plan = (Step("Draw", "tool_a"), Step("Edit", "tool_b", 2, (1,)), Step("Film", "tool_c", 2, (2,)), Step("Cut", "tool_d", 1, (3,), True))  # fmt: skip
    query = "Draw a cat."
    steps = spelt_out(plan, (Step("Look", "tool_look"),), _job(query))
    assert [step.tool for step in steps] == ["tool_look", "tool_a", "tool_b", "tool_b", "tool_c", "tool_c", "tool_d"]
    assert [step.deps for step in steps] == [(), (), (2,), (2,), (3,), (4,), (5, 6)]
    assert len({step.goal for step in steps}) == 7 and steps[-1].deliver


def _job(query):
    return Job(read_brief(query), Offer(()), "en", Chance(1))


def test_sloppy_work_is_delivered_but_misses_something():
    missed = 0
    for record in played("sloppy"):
        assert score(record).gates == {"G": 1.0, "V": 1.0}, record.task
        assert record.answer.task_status == "success"
        missed += record.reward < 1.0
    assert missed >= 0.5 * 84
    facts = [score(record) for record in played("sloppy")]
    for name in ("result", "match", "cons", "plan"):
        values = [fact.components[name] for fact in facts if fact.applicable[name]]
        assert 0.2 <= sum(values) / len(values) <= 0.9, name


def test_recovering_makes_a_slip_reads_the_error_and_ends_well():
    kinds = set()
    for record in played("recovering"):
        own = [error for error in errors_of(record) if error.fault == "AGENT" and error.type != "CONTENT_BLOCKED"]
        assert 1 <= len(own) <= 2 and record.reward == 1.0, record.task
        kinds |= {error.type for error in own}
        thoughts = " ".join(step.action.think for step in record.steps)
        assert all(error.message.split("'")[0].split("<")[0][:30].strip() in thoughts for error in own)
    assert kinds == {"INVALID_ARGUMENT", "ASSET_NOT_FOUND", "UNKNOWN_TOOL"}


def test_every_slip_is_one_that_the_tools_refuse():
    toolbox, seen = load_toolbox(), set()
    for task in DEV[:60]:
        schemas = tuple(toolbox[name].spec.function_schema("en") for name in task.tool_pool)
        offer = Offer(schemas)
        turn = next(begin(read_brief(task.query), offer, task.lang))
        for seed in range(6):
            for call in turn.calls[:2]:
                slip = slip_in(call, offer, Chance(seed), "a slip")
                assert slip is not None and slip.call != call
                workspace = Workspace(seed=1)
                result = toolbox.call(slip.call.name, slip.call.arguments, workspace, faults=load_faults("none"))
                assert result.error is not None and result.error.fault == "AGENT"
                seen.add(slip.kind)
    assert seen >= {"value", "missing", "tool"}


def test_a_miscopied_link_is_another_link():
    offer = Offer(({"function": {"name": "tool_x", "parameters": {"properties": {"images": {}}}}},))
    slip = slip_in(Call("tool_x", {"images": ["asset://img_abcdefgg.png"]}), offer, Chance(3), "a slip")
    assert (slip.kind, slip.right) == ("link", "asset://img_abcdefgg.png")
    assert slip.call.arguments["images"][0] == slip.wrong != slip.right and slip.wrong.endswith(".png")


def test_stages_are_counted_along_the_longest_chain():
    assert stages((Step("a", "t"), Step("b", "t", 1, (1,)), Step("c", "t"), Step("d", "t", 1, (2, 3)))) == 3


def test_reflective_writes_down_what_it_saw():
    for record in played("reflective"):
        records = [
            one for step in record.steps if step.action.reflect for one in msgspec.json.decode(step.action.reflect)
        ]
        assert {asset.url for asset in record.assets if asset.kind in ("image", "video") and asset.created_by != "user"} <= {one["asset"] for one in records}  # fmt: skip
        assert all(one.keys() == {"asset", "verdict", "defects", "action"} for one in records)
        assert not any(step.action.faults for step in record.steps) and record.reward == 1.0


def test_reflective_finds_defects_and_delivers_fewer_of_them():
    flawed = FaultModel("flawed", defects=0.3)
    tasks = [task for task in BENCH[:400] if task.modality == "image"][::12]
    left, actions = {}, collections.Counter()
    for mode in ("optimal", "reflective"):
        records = rollout(ExpertPolicy(mode), tasks, seed=3, faults=flawed, tools="all", progress=False)
        left[mode] = 0
        for record in records:
            known = {asset.url: asset for asset in record.assets}
            left[mode] += sum(bool(truth(known[url]).defects) for url in record.answer.answer_url_list)
            for step in record.steps:
                if step.action.reflect:
                    actions.update(one["action"] for one in msgspec.json.decode(step.action.reflect))
    assert left["reflective"] <= 0.7 * left["optimal"] and left["optimal"] >= 20
    assert actions["edit"] + actions["regenerate"] >= 10 and actions["accept"] > actions["edit"]


def test_reports_of_quality_are_placed_file_by_file():
    assert defects_in(["picture 1: blurred", "图片 3:偏色", "photo 9: x"], "image", 3) == [["blurred"], [], ["偏色"]]
    assert defects_in(["blurred", "blurred"], "image", 1) == [["blurred"]]
    assert defects_in([{"timestamp": 0.5, "text": "flickers", "video": 1}], "video", 2) == [[], ["flickers"]]
    assert defects_in([{"timestamp": 0.5, "text": "flickers"}, None, 3], "video", 2) == [[], []]


def test_failing_fails_in_many_ways_and_never_delivers():
    ways = collections.Counter()
    records = rollout(ExpertPolicy("failing"), BENCH[::8], seed=5, progress=False)
    for record in records:
        verdict = score(record)
        assert verdict.reward <= 0.15 and not record.reward
        assert not (verdict.gates["V"] and verdict.gates["G"])
        faults = {fault for step in record.steps for fault in step.action.faults}
        cited = bool(record.answer and record.answer.answer_url_list)
        ways[record.truncated_by, record.answer and record.answer.task_status, cited, bool(faults), len(errors_of(record)) > 3] += 1  # fmt: skip
    assert len(ways) >= 6 and {"", "turns"} == {way[0] for way in ways}


@pytest.mark.parametrize("mode", [*MODES, "mixed"])
def test_a_turn_depends_on_its_conversation_alone_in_every_quality(mode):
    tasks = [*DEV[:5], load_suite("paper")[1]]
    alone = rollout(ExpertPolicy(mode), tasks, num_envs=1, progress=False)
    together = rollout(ExpertPolicy(mode), tasks, num_envs=6, progress=False)
    assert [[step.text for step in one.steps] for one in alone] == [
        [step.text for step in one.steps] for one in together
    ]


@pytest.mark.parametrize("mode", [*MODES, "mixed"])
def test_hidden_truth_changes_no_turn_in_any_quality(mode):
    tasks = [*load_suite("paper"), *DEV[:9]]
    blanked = [
        msgspec.structs.replace(
            task, type="image.3", modality="image", count=(1, 1), dimension="", split="", difficulty="easy",
            scenario="", attributes=(), slots=(), duration=None, shots=None, audio=(), subtitle=not task.subtitle, size=Size(1, 9), groups=(), reference_length=0,
            source="",
        )
        for task in tasks
    ]  # fmt: skip
    plain = rollout(ExpertPolicy(mode), tasks, seed=5, progress=False)
    blind = rollout(ExpertPolicy(mode), blanked, seed=5, progress=False)
    assert [[step.text for step in one.steps] for one in plain] == [[step.text for step in one.steps] for one in blind]


def test_seeds_decide_what_goes_wrong():
    texts = {
        seed: tuple(
            step.text for step in rollout(ExpertPolicy("sloppy"), BENCH[401:402], seed=seed, progress=False)[0].steps
        )
        for seed in range(6)
    }
    plans = {parse_action(text[0]).plan for text in texts.values()}
    assert len(plans) > 1


def test_a_mixture_gives_every_conversation_one_quality_by_its_seed():
    counts = collections.Counter(mode_of(seed) for seed in range(4000))
    for mode in MODES:
        assert abs(counts[mode] / 4000 - MIXTURE[mode]) < 0.03
    weights = {"sloppy": 1.0, "optimal": 3.0}
    chosen = collections.Counter(mode_of(seed, weights) for seed in range(4000))
    assert set(chosen) == set(weights) and abs(chosen["optimal"] / 4000 - 0.75) < 0.03
    assert sum(MIXTURE.values()) == pytest.approx(1.0) and tuple(sorted(MIXTURE)) == tuple(sorted(MODES))


def test_the_quality_of_a_record_is_known_afterwards():
    weights = {"optimal": 1.0, "failing": 1.0}
    records = rollout(ExpertPolicy("mixed", weights), DEV[:12], seed=1, progress=False)
    modes = [mode_of(policy_seed(record.seed), weights) for record in records]
    assert set(modes) == {"optimal", "failing"}
    assert [mode == "optimal" for mode in modes] == [record.reward == 1.0 for record in records]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("slopy",), "unknown mode 'slopy'; did you mean 'sloppy'"),
        (("mixed", {"great": 1.0}), "unknown mode 'great'"),
        (("mixed", {"sloppy": -1.0}), "that of sloppy is -1.0"),
        (("mixed", {"sloppy": 0.0}), "at least one must be above 0"),
        (("mixed", {}), "at least one must be above 0"),
        (("sloppy", {"sloppy": 1.0}), "mode='mixed', not 'sloppy'"),
    ],
)
def test_bad_modes_and_weights_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ExpertPolicy(*arguments)


def test_every_quality_has_a_name_on_the_command_line():
    assert {f"expert-{mode}" for mode in MODES[1:]} | {"expert", "expert-mixed", "random"} <= POLICIES.keys()
    for mode in (*MODES[1:], "mixed"):
        assert named_policy(f"expert-{mode}").mode == mode


def brief_of(task):
    return read_brief(task.query, tuple(f"asset://{LINKS[upload.kind]}.bin" for upload in task.uploads))


def test_every_type_has_a_template_and_every_template_is_called_for():
    assert TYPES.keys() == SCENARIOS.keys() and len(TYPES) == 42
    assert list(TEMPLATES) == [f"W{k}" for k in range(1, 16)]
    assert set(TYPES.values()) == set(TEMPLATES) - {"W15"}
    assert {brief_of(task).template for task in BENCH} == set(TEMPLATES)
    assert all(one.name[lang] and one.stages[lang] for one in TEMPLATES.values() for lang in ("en", "zh"))


@pytest.mark.parametrize("suite", [DEV, TRAIN, BENCH], ids=["dev", "train", "visgenbench"])
def test_the_template_is_read_from_the_words(suite):
    right = total = 0
    for task in suite[:1200]:
        brought = {upload.kind for upload in task.uploads}
        usual = TYPES[task.type]
        if "video" in brought:
            allowed = {"W15"}
        elif task.modality == "image" and "image" in brought:
            allowed = {"W4"}
        else:
            allowed = {"W1", "W2", "W3"} if usual in ("W1", "W2", "W3", "W4") else {usual}
        right += brief_of(task).template in allowed
        total += 1
    assert right / total >= 0.99


@pytest.mark.parametrize(
    ("query", "template"),
    [
        ("A photo of a red bicycle.", "W1"),
        ("Draw six pictures of the same fox in the same scarf.", "W2"),
        ("画三张不同城市的风景照片。", "W3"),
        ("Design a poster for the spring sale.", "W6"),
        ("做一个产品详情页的三张图。", "W7"),
        ("Draw the storyboard frames of a heist, 8 frames.", "W8"),
        ("Make a 30-second commercial for a tea house.", "W9"),
        ("拍一部五个镜头的短剧,讲述一位奶奶。", "W10"),
        ("A music video of 24 seconds for our new single.", "W11"),
        ("制作一支讲解光合作用的科普视频,30秒。", "W12"),
        ("Produce a 20-second animated short about an owl.", "W13"),
        ("A 15-second gameplay video with a jumping squirrel.", "W14"),
    ],
)
def test_requests_of_ones_own_find_their_template(query, template):
    assert read_brief(query).template == template


def test_what_is_brought_decides_over_what_is_named():
    assert template_of("a poster", "image", 1, grouped=False, picture=True, footage=False) == "W4"
    assert template_of("a concert film", "video", 1, grouped=False, picture=False, footage=True) == "W15"


def test_cuts_move_to_the_nearest_beats_and_the_film_keeps_its_length():
    beats = [0.4 + 0.5 * k for k in range(60)]
    times = on_beats([4.0, 4.0, 4.0], beats, [5, 5, 5])
    cuts = [sum(times[:k]) for k in (1, 2)]
    assert all(min(abs(cut - beat) for beat in beats) < 1e-6 for cut in cuts) and sum(times) == pytest.approx(12.0)
    assert on_beats([4.0, 4.0], [], [5, 5]) == [4.0, 4.0]
    assert on_beats([5.0, 5.0], [2.0], [5, 5]) == [5.0, 5.0]
    assert sum(on_beats([5.0] * 8, beats, [5.0] * 8)) >= 0.95 * 40


def test_a_music_film_is_cut_on_the_beats_of_the_users_song():
    tasks = [
        task
        for task in BENCH
        if any(upload.kind == "audio" for upload in task.uploads)
        and "tool_beat_detect" in task.tool_pool
        and task.duration
    ]
    on_the_beat = 0
    for record in rollout(ExpertPolicy(), tasks[:8], faults="none", progress=False):
        found = [entry for entry in record.ledger if entry.call.name == "tool_beat_detect"]
        if not found:  # a film of one shot has no cuts
            assert len(plan_of(record)) <= 3
            continue
        beats = found[0].result.data["beat_times"]
        (cut,) = [entry.call for entry in record.ledger if entry.call.name == "tool_video_composite"]
        at, ends = 0.0, []
        for clip in cut.arguments["clips"][:-1]:
            at += clip.get("end", 0.0)
            ends.append(at)
        on_the_beat += all(min(abs(end - beat) for beat in beats) < 0.01 for end in ends)
        assert score(record).reward >= 0.95 and record.reward == 1.0
    assert on_the_beat >= 2


def test_a_song_of_the_users_own_needs_no_music_in_the_plan():
    tasks = [task for task in BENCH if any(upload.kind == "audio" for upload in task.uploads)][:12]
    for record in rollout(ExpertPolicy(), tasks, faults="none", progress=False):
        assert score(record).components["plan"] == 1.0, record.task


_ODD = (
    "", "?", "画", "make", "<think></plan> 100000000 videos", "3 images of 9999 seconds each", "Make 0 images.",
    "做零张图", "a film of -5 seconds with 40 shots", "x" * 20_000, "- asset://img_a.png (a thing)",
)  # fmt: skip
_ANSWERS = (
    '{"status":"success","assets":[{"url":"asset://img_aaaaaaaa.png","kind":"image"}],"data":{"issues":["x",3,null]}}',
    '{"status":"success","assets":[{"url":"asset://vid_bbbbbbbb.mp4","kind":"video","duration":3.0}],"data":{}}',
    '{"status":"success","assets":[{"url":"asset://aud_cccccccc.mp3","kind":"audio"}],"data":{"beat_times":[1,2]}}',
    '{"status":"success","data":null}', "no JSON at all", '{"status":"error"}', "[]",
    '{"status":"error","error":{"type":"INVALID_ARGUMENT","message":"<b>{x}","retryable":false}}',
    '{"status":"error","error":{"type":"CONTENT_BLOCKED","retryable":false}}',
)  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_nothing_in_a_conversation_makes_the_expert_raise(mode):
    toolbox = load_toolbox()
    luck = Chance(11)
    for trial in range(60):
        pool = luck.several(f"pool {trial}", list(toolbox), luck.pick(f"size {trial}", (0, 3, 12, 36)))
        tools = tuple(toolbox[name].spec.function_schema("en") for name in pool)
        query = luck.pick(f"query {trial}", (*_ODD, TRAIN[trial].query))
        messages = [{"role": "user", "content": query}]
        for turn in range(10):
            text = next_turn(Conversation(tuple(messages), tools, "en", (), turn, trial), mode)
            action = parse_action(text)
            assert mode == "failing" or not set(action.faults) - {"short_summary"}, (query, text)
            messages.append({"role": "assistant", "content": text})
            for k, _ in enumerate(action.calls):
                messages.append({"role": "tool", "content": luck.pick(f"{trial} {turn} {k}", _ANSWERS)})
            if action.answer is not None:
                break
