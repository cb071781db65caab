"""Text, image and planning tools: what they deliver, what they keep, what they refuse and how they say it."""

import statistics

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visgenenv.lexicon import find
from visgenenv.testing import stand_in
from visgenenv.tools import FaultModel, Workspace, load_faults, load_toolbox
from visgenenv.tools.simulators.text.prose import clip, language, numbered, sentences, spoken
from visgenenv.tools.simulators.text.storyboards import fit_durations

TOOLBOX = load_toolbox()
FELT = (
    "画面1: 特写镜头。一只毛毡小狐狸从小屋窗口探出头来。配音:“咦?是什么地方?”"
    "画面1：全景展示汽水工坊。配音：“欢迎来到奇幻工厂！”画面3:小狐狸和小兔干杯。"
)


def call(name, workspace=None, faults=None, **arguments):
    faults = faults or load_faults("none")
    return TOOLBOX.call(name, arguments, workspace or Workspace(seed=3), faults=faults)


def delivered(name, **arguments):
    result = call(name, **arguments)
    assert result.ok, result.error
    return result


def refused(name, **arguments):
    result = call(name, **arguments)
    assert not result.ok
    return result.error


def on_desk(**sizes):
    """Return a workspace that holds a picture of the given size under each name, `img_<name>`."""
    workspace = Workspace(seed=3)
    for name, (width, height) in sizes.items():
        asset = stand_in(f"img_{name}")
        workspace.assets[asset.id] = msgspec.structs.replace(asset, width=width, height=height)
    return workspace


# Reading texts


def test_language_is_read_off_the_text():
    assert language("一只狐狸") == "zh"
    assert language("a fox named 小云 walks through a very long English sentence") == "en"
    assert language("a fox", "zh") == "zh"


def test_sentences_end_at_their_marks_and_not_at_decimal_points():
    assert sentences("It is 2.5 m tall. Really! 你好。再见") == ["It is 2.5 m tall.", "Really!", "你好。", "再见"]


def test_numbered_shots_are_found_in_order_even_if_a_number_occurs_twice():
    assert len(numbered(FELT)[1]) == 3
    assert numbered("Set in a garden:\n- (1) A fox.\n- (2) A bear.\n\nKeep it calm.") == (
        "Set in a garden:",
        ["A fox.", "A bear."],
    )
    assert numbered("Shot 1: A fox.\nShot 2: A bear.")[1] == ["A fox.", "A bear."]
    assert numbered("A fox. A bear.") == ("A fox. A bear.", [])


@pytest.mark.parametrize(
    ("text", "seen", "said"),
    [
        ("The fox looks up. Voiceover: “What?”", "The fox looks up.", "What?"),
        ("狐狸抬头。配音：“咦？”", "狐狸抬头。", "咦？"),
        ("小熊说道“早”", "小熊", "早"),
        ("A sign over the shop.", "A sign over the shop.", ""),
    ],
)
def test_what_is_said_is_parted_from_what_is_seen(text, seen, said):
    assert spoken(text) == (seen, said)


@given(st.text(max_size=300), st.integers(1, 100))
def test_clipping_keeps_a_prefix_within_the_limit(text, limit):
    assert len(clip(text, limit)) <= limit
    assert text.startswith(clip(text, limit))


# tool_prompt_refine


def test_refining_keeps_names_and_numbers_and_names_the_style():
    data = delivered("tool_prompt_refine", text="Nova the robot waters 12 plants at 7:30.", style="watercolour").data
    for fact in ("Nova", "12", "7:30", "Watercolour style"):
        assert fact in data["refined_text"]
    assert data["char_count"] == len(data["refined_text"])


@pytest.mark.parametrize("limit", [20, 60, 200, 4000])
def test_refined_text_fits_max_length(limit):
    text = "A red fox named Mira runs through the forest. " * 60 + FELT
    assert len(delivered("tool_prompt_refine", text=text, max_length=limit).data["refined_text"]) <= limit


def test_refined_text_fits_the_target_tools_prompt_limit():
    text = "A red fox runs through the forest. " * 200
    data = delivered("tool_prompt_refine", text=text, max_length=4000, target_tool="tool_text2image_qwen").data
    assert 600 < data["char_count"] <= 800
    data = delivered("tool_prompt_refine", text=text, max_length=4000, target_tool="tool_music_suno").data
    assert data["char_count"] <= 500


def test_a_long_text_is_shortened_to_sentences_with_its_names_and_numbers():
    text = "The valley is quiet and nothing moves there at all. " * 10 + "Mira owns 37 lanterns."
    refined = delivered("tool_prompt_refine", text=text, max_length=120).data["refined_text"]
    assert "Mira" in refined
    assert "37" in refined


def test_the_instruction_is_worked_in():
    refined = delivered("tool_prompt_refine", text="a fox", instruction="add rim lighting, please").data["refined_text"]
    assert "rim lighting" in refined.lower()
    assert "逆光" in delivered("tool_prompt_refine", text="一只狐狸", instruction="加入逆光").data["refined_text"]


def test_refining_a_cited_text_makes_it_the_parent():
    workspace = Workspace(seed=1)
    board = call("tool_video_shot_gen", workspace, script="A fox wakes. A fox runs.", num_shots=2).assets[0]
    refined = call("tool_prompt_refine", workspace, text=board.url).assets[0]
    assert refined.parents == ((board.id, "source"),)
    assert refined.subtype == "prompt"
    assert "A fox runs" in refined.recipe.params["text"]


# tool_video_script_gen


@pytest.mark.parametrize("topic", ["a little fox who repairs the stars", "会修星星的小狐狸"])
@pytest.mark.parametrize("duration", [5, 7.5, 24, 60, 600])
@pytest.mark.parametrize("scenes", [None, 1, 7, 40])
def test_narration_fits_the_duration_and_scene_durations_add_up_to_it(topic, duration, scenes):
    arguments = {"num_scenes": scenes} if scenes else {}
    data = delivered("tool_video_script_gen", topic=topic, duration=duration, **arguments).data
    rate = 2.5 if topic.isascii() else 4.5
    assert data["word_count"] == pytest.approx(duration * rate, rel=0.15)
    assert sum(scene["est_duration"] for scene in data["scenes"]) == pytest.approx(duration, abs=1e-9)
    assert len(data["scenes"]) == (scenes or min(max(round(duration / 6), 1), 40))
    assert all(scene["est_duration"] > 0 for scene in data["scenes"])


def test_every_scene_is_as_long_as_its_narration_takes():
    data = delivered("tool_video_script_gen", topic="How bees make honey", duration=60, num_scenes=6).data
    for scene in data["scenes"]:
        assert len(scene["narration"].split()) / 2.5 == pytest.approx(scene["est_duration"], rel=0.15)


def test_key_points_and_references_are_said_in_order():
    workspace = Workspace(seed=1)
    facts = call("tool_prompt_refine", workspace, text="Bees dance to show the way.", max_length=27).assets[0]
    result = call(
        "tool_video_script_gen", workspace, topic="Bees", duration=40, key_points=["They visit 100 flowers."],
        reference_texts=[facts.url],
    )  # fmt: skip
    told = " ".join(scene["narration"] for scene in result.data["scenes"])
    assert 0 < told.index("They visit 100 flowers.") < told.index("Bees dance to show the way")
    assert result.assets[0].parents == ((facts.id, "source"),)


def test_script_types_have_their_own_run_of_scenes():
    headings = {
        kind: tuple(
            s["heading"] for s in delivered("tool_video_script_gen", topic="tea", script_type=kind).data["scenes"]
        )
        for kind in TOOLBOX["tool_video_script_gen"].spec.properties["script_type"]["enum"]
    }
    assert len(set(headings.values())) == 6


# tool_video_shot_gen


def test_numbered_shots_are_kept_one_for_one_with_their_words():
    shots = delivered("tool_video_shot_gen", script=FELT).data["shots"]
    assert [shot["dialogue"] for shot in shots] == ["咦?是什么地方?", "欢迎来到奇幻工厂！", ""]
    assert shots[0]["shot_size"] == "特写"
    assert "小狐狸和小兔干杯" in shots[2]["image_prompt"]


@pytest.mark.parametrize(("model", "allowed", "step"), [("veo", {4, 6, 8}, 2), ("keling", {5, 10}, 5)])
@pytest.mark.parametrize("total", [10, 24, 37, 60, 600])
def test_durations_are_ones_the_video_model_makes_and_add_up_within_a_step(model, allowed, step, total):
    data = delivered("tool_video_shot_gen", script="A fox. A bear.", total_duration=total, video_model=model).data
    assert {shot["duration"] for shot in data["shots"]} <= allowed
    assert abs(sum(shot["duration"] for shot in data["shots"]) - total) <= step


def test_without_a_video_model_durations_add_up_exactly():
    data = delivered(
        "tool_video_shot_gen", script="A fox wakes. It runs far away.", total_duration=31.7, num_shots=7
    ).data
    assert sum(shot["duration"] for shot in data["shots"]) == pytest.approx(31.7, abs=1e-9)
    assert len(data["shots"]) == 7


def test_an_impossible_pair_of_length_and_count_is_refused_with_the_range_that_works():
    error = refused("tool_video_shot_gen", script="A fox.", total_duration=15, num_shots=8, video_model="keling")
    assert error.type == "INVALID_ARGUMENT"
    assert "40 to 80 s" in error.message


@given(st.floats(4, 600), st.integers(1, 60), st.sampled_from([[], [4, 6, 8], [5, 10]]))
def test_fitted_durations_are_allowed_and_near(total, n, allowed):
    durations = fit_durations(total, n, allowed, [1] * n)
    if durations is None:
        assert n * allowed[0] > total or n * allowed[-1] < total
    else:
        assert len(durations) == n
        assert all(seconds > 0 for seconds in durations)
        assert abs(sum(durations) - total) <= (allowed[1] - allowed[0] if allowed else 1e-6)


def test_all_prompts_of_a_storyboard_differ_and_fit_every_generator():
    shots = delivered("tool_video_shot_gen", script="A fox.", total_duration=120, num_shots=60).data["shots"]
    assert len({shot["image_prompt"] for shot in shots}) == 60
    assert len({shot["video_prompt"] for shot in shots}) == 60
    assert max(len(shot["image_prompt"]) for shot in shots) <= 800
    shots = delivered("tool_video_shot_gen", script="A fox.", total_duration=600, video_model="veo").data["shots"]
    assert len({shot["image_prompt"] for shot in shots}) == len({shot["video_prompt"] for shot in shots}) == 100


def test_content_is_shared_out_in_order():
    script = "A fox wakes up. It finds a lantern. A bear knocks. They walk into the valley."
    shots = delivered("tool_video_shot_gen", script=script, num_shots=4).data["shots"]
    assert [shot["action"] for shot in shots] == [line.strip() for line in script.split(".") if line]
    shots = delivered("tool_video_shot_gen", script=script, num_shots=2).data["shots"]
    assert "lantern" in shots[0]["action"]
    assert "bear" in shots[1]["action"]


def test_a_character_is_described_in_the_same_words_wherever_it_appears():
    fox = {"name": "Mira", "description": "a small orange felt fox with a blue scarf"}
    bear = {"name": "Bo", "description": "a brown bear"}
    shots = delivered(
        "tool_video_shot_gen", script="Mira wakes. She stretches. Bo knocks.", num_shots=3, characters=[fox, bear]
    ).data["shots"]
    assert [shot["characters"] for shot in shots] == [["Mira"], ["Mira"], ["Bo"]]
    for shot in shots[:2]:
        assert "Mira is a small orange felt fox with a blue scarf" in shot["image_prompt"]
        assert "Mira is a small orange felt fox with a blue scarf" in shot["video_prompt"]


def test_the_setting_before_numbered_shots_is_part_of_every_prompt():
    script = "Produce a film of 2 scenes, set in a sunny garden:\n(1) A fox sleeps.\n(2) A bear digs."
    for shot in delivered("tool_video_shot_gen", script=script).data["shots"]:
        assert "sunny garden" in shot["image_prompt"]


def test_a_storyboard_follows_a_cited_script_and_records_its_references():
    workspace = on_desk(mira=(1024, 1024))
    script = call("tool_video_script_gen", workspace, topic="Mira the fox", duration=24, num_scenes=4)
    result = call(
        "tool_video_shot_gen", workspace, script=script.assets[0].url,
        characters=[{"name": "Mira", "reference_image": "img_mira"}],
    )  # fmt: skip
    assert result.assets[0].parents == ((script.assets[0].id, "source"), ("img_mira", "subject"))
    assert result.assets[0].subtype == "storyboard"
    assert result.data["total_duration"] == pytest.approx(24)
    assert [s["dialogue"] for s in result.data["shots"]] == [s["narration"] for s in script.data["scenes"]]
    assert orjson.loads(result.assets[0].recipe.params["text"])["shots"] == result.data["shots"]


def test_the_model_miscounts_shots_now_and_then_and_says_so_but_never_in_a_calm_world():
    rough = FaultModel("miscounting", 8.0, tools={})
    counts, warned = [], 0
    for seed in range(200):
        result = call("tool_video_shot_gen", Workspace(seed=seed), rough, script="A fox. A bear. An owl.", num_shots=5)
        if result.ok:
            counts.append(len(result.data["shots"]))
            warned += "warnings" in result.data
    assert set(counts) == {4, 5, 6}
    assert warned == len(counts) - counts.count(5)
    calm = [call("tool_video_shot_gen", Workspace(seed=s), script="A fox.", num_shots=5) for s in range(50)]
    assert {len(result.data["shots"]) for result in calm} == {5}


def test_a_text_of_spaces_is_refused():
    assert refused("tool_video_shot_gen", script="  \n ").type == "INVALID_ARGUMENT"


def test_our_own_words_add_nothing_that_can_be_drawn():
    tables = {name: TOOLBOX[name].spec.tables for name in ("tool_prompt_refine", "tool_video_shot_gen")}
    phrases = [
        *(text for family in tables["tool_prompt_refine"]["craft"].values() for lines in family.values() for text in lines),
        *(text for key in ("sizes", "moves", "moments") for lines in tables["tool_video_shot_gen"][key].values() for text in lines),
        *(TOOLBOX[n].spec.tables["extension"][lang] for n in ("tool_text2image_qwen", "tool_image_edit_qwen", "tool_text2image_hunyuan") for lang in ("en", "zh")),
    ]  # fmt: skip
    for phrase in phrases:
        mentions = find(phrase)
        assert not (mentions.subjects or mentions.scenes or mentions.styles or mentions.colours or mentions.lights), (
            phrase
        )


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=400), st.integers(1, 60), st.sampled_from(["veo", "keling", "none"]))
def test_no_text_crashes_the_writing_tools(text, n, model):
    for name, arguments in [
        ("tool_prompt_refine", {"text": text, "max_length": 20 + n, "instruction": text}),
        ("tool_video_script_gen", {"topic": text, "num_scenes": min(n, 40), "duration": 5 + n}),
        ("tool_video_shot_gen", {"script": text, "num_shots": n, "video_model": model, "style": text[:200]}),
    ]:
        result = call(name, **arguments)
        assert result.ok or result.error.type in ("INVALID_ARGUMENT", "ASSET_NOT_FOUND", "UNSUPPORTED_FORMAT")


# Pictures


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        ({"aspect_ratio": "16:9"}, (1344, 768)),
        ({"aspect_ratio": "21:9", "model": "gemini-3-pro-image-preview", "image_size": "2K"}, (3168, 1344)),
        ({"model": "gemini-3-pro-image-preview", "image_size": "4K"}, (4096, 4096)),
    ],
)
def test_gemini_draws_the_pixels_of_its_table(arguments, size):
    asset = delivered("tool_text2image_gemini", prompt="a fox", **arguments).assets[0]
    assert (asset.width, asset.height) == size
    assert asset.parents == ()


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("tool_text2image_gemini", {"prompt": "a fox", "width": 1920, "height": 1080}, "unknown parameter"),
        ("tool_text2image_gemini", {"prompt": "a fox", "image_size": "2K"}, "gemini-3-pro-image-preview only"),
        ("tool_text2image_gemini", {"prompt": "a fox", "aspect_ratio": "16-9"}, "did you mean '16:9'"),
        ("tool_text2image_gpt", {"prompt": "a fox", "size": "1792x1024"}, "1536x1024"),
        ("tool_text2image_gpt", {"prompt": "a fox", "background": "transparent", "output_format": "jpeg"}, "png or webp"),
        ("tool_text2image_gpt", {"prompt": "a fox", "output_compression": 50}, "jpeg and webp only"),
        ("tool_text2image_qwen", {"prompt": "a fox", "n": 2}, "n must be 1"),
        ("tool_text2image_qwen", {"prompt": "a fox", "size": "1024*1024"}, "1328*1328"),
        ("tool_image_edit_gemini", {"prompt": "x", "images": ["img_a001", "img_b001", "img_c001", "img_d001"]}, "at most 3"),
        ("tool_image_edit_qwen", {"prompt": "x", "images": ["img_a001"], "n": 2, "size": "1024*1024"}, "only when n is 1"),
        ("tool_image_edit_qwen", {"prompt": "x", "images": ["img_a001"], "size": "400*1024"}, "512 to 2048"),
        ("tool_image_edit_qwen", {"prompt": "x", "images": ["img_a001", "img_b001"], "model": "qwen-image-edit"}, "one image"),
    ],
)  # fmt: skip
def test_what_a_service_does_not_take_is_refused_with_the_reason(name, arguments, says):
    workspace = on_desk(a001=(64, 64), b001=(64, 64), c001=(64, 64), d001=(64, 64))
    error = call(name, workspace, **arguments).error
    assert error is not None
    assert (error.type, error.http_status, error.fault) == ("INVALID_ARGUMENT", 400, "AGENT")
    assert says in error.message


def test_size_with_several_pictures_is_dashscopes_invalid_parameter():
    workspace = on_desk(a001=(64, 64))
    error = call("tool_image_edit_qwen", workspace, prompt="x", images=["img_a001"], n=2, size="1024*1024").error
    assert error.vendor_code == "InvalidParameter"


@pytest.mark.parametrize(
    ("prompt", "size"),
    [
        ("a fox", (1024, 1024)),
        ("a vertical poster", (1024, 1536)),
        ("a 16:9 banner", (1536, 1024)),
        ("竖版海报", (1024, 1536)),
    ],
)
def test_gpt_reads_auto_size_off_the_prompt(prompt, size):
    asset = delivered("tool_text2image_gpt", prompt=prompt).assets[0]
    assert (asset.width, asset.height) == size


def test_gpt_makes_all_pictures_in_the_format_asked_for():
    result = delivered(
        "tool_text2image_gpt", prompt="a fox", n=10, output_format="jpeg", quality="high", size="1536x1024"
    )
    assert len({asset.id for asset in result.assets}) == 10
    assert {asset.mime for asset in result.assets} == {"image/jpeg"}
    assert result.assets[0].url.endswith(".jpg")
    assert result.usage.cost_usd == pytest.approx(2.5)


def test_qwen_cuts_an_overlong_prompt_and_warns():
    result = delivered("tool_text2image_qwen", prompt="狐" * 1000)
    assert result.assets[0].recipe.params["prompt"] == "狐" * 800
    assert "1000 characters" in result.data["warnings"][0]
    assert result.data["actual_prompt"].startswith("狐" * 800)


def test_qwen_without_prompt_extend_says_nothing_of_an_actual_prompt():
    result = delivered("tool_text2image_qwen", prompt="a fox", prompt_extend=False, size="928*1664")
    assert result.data == {}
    assert (result.assets[0].width, result.assets[0].height) == (928, 1664)


def test_a_gemini_edit_takes_the_shape_of_the_last_picture():
    workspace = on_desk(wide=(1920, 1080), tall=(1000, 1500))
    asset = call("tool_image_edit_gemini", workspace, prompt="x", images=["img_wide", "img_tall"]).assets[0]
    assert (asset.width, asset.height) == (832, 1248)
    assert asset.parents == (("img_wide", "edit_source"), ("img_tall", "subject"))
    assert [source.seed for source in asset.recipe.sources] == ["stand-in:img_wide", "stand-in:img_tall"]


def test_a_gemini_edit_takes_the_ratio_asked_for():
    workspace = on_desk(wide=(1920, 1080))
    asset = call("tool_image_edit_gemini", workspace, prompt="x", images=["img_wide"], aspect_ratio="1:1").assets[0]
    assert (asset.width, asset.height) == (1024, 1024)


@pytest.mark.parametrize(
    ("last", "size"), [((1024, 1024), (1024, 1024)), ((1344, 768), (1360, 784)), ((1080, 1920), (768, 1360))]
)
def test_a_qwen_edit_covers_a_million_pixels_in_the_shape_of_the_last_picture(last, size):
    workspace = on_desk(first=(500, 900), last=last)
    assets = call("tool_image_edit_qwen", workspace, prompt="x", images=["img_first", "img_last"], n=3).assets
    assert [(asset.width, asset.height) for asset in assets] == [size] * 3


def test_a_qwen_edit_warns_of_sides_it_is_not_made_for():
    workspace = on_desk(tiny=(200, 200))
    result = call("tool_image_edit_qwen", workspace, prompt="x", images=["img_tiny"], size="640*640")
    assert "384 to 3072" in result.data["warnings"][0]
    assert (result.assets[0].width, result.assets[0].height) == (640, 640)


@pytest.mark.parametrize("name", ["tool_image_edit_gemini", "tool_image_edit_qwen"])
def test_a_picture_too_heavy_to_send_is_refused(name):
    error = call(name, on_desk(huge=(4096, 4096)), prompt="x", images=["img_huge"]).error
    assert (error.type, error.http_status) == ("TOO_LARGE", 413)


@pytest.mark.parametrize("name", ["tool_image_edit_gemini", "tool_image_edit_qwen"])
def test_an_unknown_picture_is_not_found_and_a_film_is_of_the_wrong_kind(name):
    workspace = on_desk(fox1=(64, 64))
    workspace.assets["vid_fox1"] = stand_in("vid_fox1")
    missing = call(name, workspace, prompt="x", images=["img_nope"]).error
    assert (missing.type, missing.http_status) == ("ASSET_NOT_FOUND", 404)
    assert "img_fox1" in missing.message
    assert call(name, workspace, prompt="x", images=["vid_fox1"]).error.type == "UNSUPPORTED_FORMAT"


def test_gemini_pictures_fail_one_by_one_and_the_others_arrive():
    results = [
        call("tool_text2image_gemini", Workspace(seed=seed), load_faults("stress"), prompt="a fox", num_images=4)
        for seed in range(120)
    ]
    partial = [result for result in results if result.ok and result.data.get("failed")]
    assert partial
    for result in partial:
        assert len(result.assets) + len(result.data["failed"]) == 4
        assert result.usage.cost_usd == pytest.approx(0.039 * len(result.assets))
        assert result.data["failed"][0]["type"] == "EMPTY_RESULT"


def test_several_gemini_pictures_take_as_long_as_the_slowest():
    one, four = (
        statistics.median(
            call("tool_text2image_gemini", Workspace(seed=s), prompt="a fox", num_images=n).usage.latency_s
            for s in range(200)
        )
        for n in (1, 4)
    )
    assert one == pytest.approx(8, rel=0.25)
    assert 1.3 * one < four < 3 * one


def test_a_blocked_prompt_stays_blocked_and_a_reworded_one_draws_afresh():
    rough = FaultModel("blocking", 1.0, sticky=1.0, tools={"tool_text2image_qwen": 4.0})
    workspace = Workspace(seed=0)
    prompts = [f"a fox number {i}" for i in range(200)]
    blocked = [
        prompt
        for prompt in prompts
        if (error := call("tool_text2image_qwen", workspace, rough, prompt=prompt).error)
        and error.type == "CONTENT_BLOCKED"
    ]
    assert 5 < len(blocked) < 60
    again = [call("tool_text2image_qwen", workspace, rough, prompt=prompt).error for prompt in blocked]
    types = [error.type for error in again if error]
    assert types.count("CONTENT_BLOCKED") >= 0.7 * len(blocked)
    assert {error.fault for error in again if error and error.type == "CONTENT_BLOCKED"} == {"AGENT"}


# tool_task_manager


def test_writing_replaces_the_whole_list_and_reading_returns_it():
    workspace = Workspace()
    first = [
        {"id": "1", "content": "draw", "status": "in_progress"},
        {"id": "2", "content": "animate", "status": "pending"},
    ]
    written = call("tool_task_manager", workspace, todos=first)
    assert written.data["counts"] == {"pending": 1, "in_progress": 1, "completed": 0, "cancelled": 0}
    assert [todo["priority"] for todo in written.data["todos"]] == ["medium", "medium"]
    assert call("tool_task_manager", workspace, action="read").data == written.data
    call("tool_task_manager", workspace, todos=[])
    assert workspace.todos == ()
    assert written.assets == ()
    assert workspace.cost_usd == 0


def test_two_items_in_progress_are_a_warning_and_two_equal_ids_an_error():
    busy = [{"id": str(i), "content": "draw", "status": "in_progress"} for i in range(2)]
    assert "2 items" in delivered("tool_task_manager", todos=busy).data["warnings"][0]
    assert "more than once" in refused("tool_task_manager", todos=[busy[0], busy[0]]).message


def test_writing_without_a_list_is_refused():
    assert "todos is required" in refused("tool_task_manager", action="write").message


def test_the_to_do_list_meets_no_weather():
    errors = [
        call("tool_task_manager", Workspace(seed=s), FaultModel("rough", 3.0), action="read").error for s in range(100)
    ]
    assert errors == [None] * 100


# Across tools


def test_results_depend_on_the_world_and_ids_on_the_episode():
    def play(seed, world):
        workspace = Workspace(seed=seed, world_seed=world)
        return call("tool_video_script_gen", workspace, topic="a fox")

    assert play(1, 5) == play(1, 5)
    assert play(1, 5).data == play(2, 5).data
    assert play(1, 5).assets[0].id != play(2, 5).assets[0].id
    assert len({play(1, world).data["scenes"][0]["narration"] for world in range(8)}) > 1
