"""Scripts, storyboards, their polishing and merging: useful text from the arguments alone, exact lengths, honest changes."""

import re
import time
from itertools import pairwise

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visgenenv import load_suite, load_toolbox
from visgenenv.lexicon import find
from visgenenv.testing import stand_in
from visgenenv.tools import FaultModel, Workspace, load_faults
from visgenenv.tools.simulators.text.prose import told
from visgenenv.tools.simulators.text.wishes import read_wishes, swapped

BOX = load_toolbox()
CALM = load_faults("none")
PUBLISHED = {task.id: task.query for task in load_suite("paper")}
FELT = PUBLISHED["paper/felt-workshop"]
SPEAKER = PUBLISHED["paper/smart-speaker"]
FOX = (
    "A little fox finds a broken lantern in the forest. She carries it home through the rain. "
    'Voiceover: "Some lights are worth the walk." In the workshop she repairs it. The whole valley begins to glow.'
)
RATE = {"en": 2.5, "zh": 4.5}  # words, characters a second: spec/tools.md, tool 3
LENGTHS = {"veo": (4, 6, 8), "keling": (5, 10)}
FOCUSES = ["continuity", "camera", "pacing", "consistency", "dialogue", "prompt_detail"]
FIELDS = {"shot_id", "duration", "shot_size", "camera_move", "scene", "characters", "action", "dialogue", "image_prompt",
          "video_prompt", "transition", "sfx", "bgm_mood"}  # fmt: skip


def call(name, workspace=None, faults=CALM, **arguments):
    return BOX.call(name, arguments, workspace or Workspace(seed=3), faults=faults)


def made(name, workspace=None, **arguments):
    result = call(name, workspace, **arguments)
    assert result.ok, result.error
    return result


def script(**arguments):
    return made("tool_video_script_gen", **arguments).data


def shots(**arguments):
    return made("tool_video_shot_gen", **arguments).data["shots"]


def spoken_seconds(text):
    """Seconds a text takes to say, counted apart from the library: words, or Chinese characters."""
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    return han / RATE["zh"] if han else len(text.split()) / RATE["en"]


def desk(**texts):
    """Return a workspace with text assets of the given subtypes: name = (subtype, text)."""
    workspace = Workspace(seed=3)
    for name, (subtype, text) in texts.items():
        asset = stand_in(f"txt_{name}", {"text": text, "subtype": subtype})
        workspace.assets[asset.id] = asset
    return workspace


def board(*rows, **more):
    """Return a storyboard's JSON; a row is (seconds, scene, characters, action, dialogue)."""
    listed = [
        {"shot_id": i, "duration": seconds, "shot_size": "Wide shot", "camera_move": "static framing", "scene": scene,
         "characters": cast, "action": action, "dialogue": line, "image_prompt": f"Wide shot: {action}.",
         "video_prompt": f"Static framing: {action}.", "transition": "cut", "sfx": "", "bgm_mood": "gentle"}
        for i, (seconds, scene, cast, action, line) in enumerate(rows, 1)
    ]  # fmt: skip
    return orjson.dumps({"title": "The lantern", "aspect_ratio": "16:9", "shots": listed, **more}).decode()


LANTERN = board(
    (4, "forest", ["fox"], "A little fox finds a lantern", ""),
    (8, "the Forest", ["Fox"], "She carries it home", "Some lights are worth the walk."),
    (4, "workshop", ["fox"], "She repairs it with great care", ""),
    (8, "", [], "The whole valley begins to glow", "And so, that night, the whole valley began to glow, " * 5),
)


def polished(text=LANTERN, workspace=None, **arguments):
    return made("tool_storyboard_polish", workspace, storyboard=text, **arguments).data


# Scripts


@pytest.mark.parametrize(
    "topic", ["tea", "a smart speaker for small kitchens", "How bees make honey", "茶", "会修星星的小狐狸"]
)
@pytest.mark.parametrize("kind", ["ad", "story", "explainer", "vlog", "mv", "product"])
def test_a_script_is_about_its_topic_in_title_narration_and_every_picture_and_no_two_pictures_are_alike(topic, kind):
    data = script(topic=topic, duration=60, script_type=kind)
    core = topic.split()[-1] if topic.isascii() else topic
    assert topic.lower() in data["title"].lower() and topic in data["logline"].replace("how", "How")
    assert core in data["scenes"][0]["narration"] or kind in ("mv", "vlog")
    assert topic.lower().removeprefix("a ") in " ".join(scene["narration"] for scene in data["scenes"]).lower()
    visuals = [scene["visual"] for scene in data["scenes"]]
    thing = "bees" if "bees" in topic else core
    assert all(thing in visual.lower() for visual in visuals)
    assert len(set(visuals)) == len(visuals) == 10


@pytest.mark.parametrize("query", [FELT, SPEAKER])
def test_a_topic_that_numbers_its_shots_gets_a_scene_for_each_with_its_own_words(query):
    data = script(topic=query[:2000], duration=60)
    assert len(data["scenes"]) == 8
    assert "*" not in orjson.dumps(data).decode()
    if query is FELT:
        assert "是什么地方" in data["scenes"][0]["narration"]
        assert "等你来开启" in data["scenes"][7]["narration"]
    else:
        assert "news briefing" in data["scenes"][0]["visual"].lower()
        assert "The video should" not in " ".join(scene["narration"] for scene in data["scenes"])


def test_a_narration_of_ten_minutes_hardly_repeats_itself():
    data = script(topic="tea", duration=600)
    said = re.findall(r"[^.]+\.", " ".join(scene["narration"] for scene in data["scenes"]))
    assert len(set(said)) > 0.8 * len(said)


@settings(max_examples=60, deadline=None)
@given(
    topic=st.text(min_size=1, max_size=300).filter(str.strip),
    duration=st.floats(5, 600),
    scenes=st.one_of(st.none(), st.integers(1, 40)),
    points=st.lists(st.text(min_size=1, max_size=100), max_size=10),
    language=st.sampled_from(["en", "zh"]),
)
def test_whatever_the_topic_a_script_has_its_scenes_and_its_length(topic, duration, scenes, points, language):
    arguments = {"num_scenes": scenes} if scenes else {}
    data = script(topic=topic, duration=duration, key_points=points, language=language, **arguments)
    assert not scenes or len(data["scenes"]) == scenes
    assert sum(scene["est_duration"] for scene in data["scenes"]) == pytest.approx(duration, abs=1e-6)
    assert all(scene["est_duration"] > 0 and scene["visual"] for scene in data["scenes"])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("duration", [5, 12, 30, 61, 300])
@pytest.mark.parametrize("points", [[], ["Mira is 7 years old", "她有37盏灯"] * 3])
def test_narration_is_as_long_as_a_speaker_needs(language, duration, points):
    data = script(topic="lamps" if language == "en" else "灯", duration=duration, language=language, key_points=points)
    text = " ".join(scene["narration"] for scene in data["scenes"])
    length = len(text.split()) if language == "en" else len(re.findall(r"[^\W_]", text))
    assert length == pytest.approx(duration * RATE[language], rel=0.15)


def test_the_last_scene_may_be_missing_and_is_said_to_be_but_never_in_a_calm_world():
    rough = FaultModel("cutting", 12.0)
    results = [
        call("tool_video_script_gen", Workspace(seed), rough, topic="a fox", num_scenes=4) for seed in range(200)
    ]
    cut = [result.data for result in results if result.ok and len(result.data["scenes"]) == 3]
    assert cut and all("max_tokens" in data["warnings"][0] for data in cut)
    assert all(len(script(topic="a fox", num_scenes=4)["scenes"]) == 4 for _ in range(3))


# Storyboards


@pytest.mark.parametrize(
    "text", ["tea", "a smart speaker for small kitchens", FOX, FELT, SPEAKER, "小女孩捡到一只小鸟。她把它带回家。"]
)
@pytest.mark.parametrize("count", [1, 8, 30])
@pytest.mark.parametrize("model", ["veo", "keling", "none"])
def test_a_storyboard_has_the_shots_asked_for_in_lengths_that_exist_and_no_two_prompts_alike(text, count, model):
    data = made("tool_video_shot_gen", script=text, num_shots=count, video_model=model).data
    listed = data["shots"]
    assert [shot["shot_id"] for shot in listed] == list(range(1, count + 1))
    assert model == "none" or {shot["duration"] for shot in listed} <= set(LENGTHS[model])
    assert sum(shot["duration"] for shot in listed) == pytest.approx(data["total_duration"])
    for shot in listed:
        assert shot.keys() == FIELDS
        for prompt in (shot["image_prompt"], shot["video_prompt"]):
            assert 4 < len(prompt) <= 800 and prompt[-1] in ".。" and "*" not in prompt
    assert len({shot["image_prompt"] for shot in listed}) == len({shot["video_prompt"] for shot in listed}) == count


def test_a_figure_the_script_names_is_in_every_shot_that_speaks_of_it_by_a_pronoun():
    listed = shots(script=FOX, num_shots=4)
    assert [shot["characters"] for shot in listed] == [["fox"]] * 4
    assert all("little fox" in shot["image_prompt"] for shot in listed)


def test_a_product_is_in_every_shot_of_its_film():
    for shot in shots(script=SPEAKER):
        assert shot["characters"] == ["smart speaker"]
        assert "speaker" in shot["image_prompt"]
        assert shot["scene"].startswith("a modern home living room")


def test_places_are_named_and_kept_until_the_next_one():
    listed = shots(script=FOX, num_shots=4)
    assert [shot["scene"] for shot in listed] == ["forest", "forest", "workshop", "valley"]
    assert "Set in the forest" in listed[1]["image_prompt"]


def test_what_is_said_stays_with_the_sentence_it_follows():
    assert [shot["dialogue"] for shot in shots(script=FOX, num_shots=4)] == [
        "",
        "Some lights are worth the walk.",
        "",
        "",
    ]
    assert told("狐狸抬头。配音：“咦？好香。”小熊来了。") == [("狐狸抬头。", "咦？好香。"), ("小熊来了。", "")]
    assert told("A fox. A bear.") == [("A fox.", ""), ("A bear.", "")]


@pytest.mark.parametrize(("model", "longest"), [("veo", 8), ("keling", 10)])
def test_a_line_gets_a_shot_long_enough_to_say_it_where_nobody_states_a_length(model, longest):
    text = "Shot 1: A fox. Voiceover: “Hi.”\nShot 2: A bear. Voiceover: “" + "word " * 14 + "”\nShot 3: An owl."
    listed = shots(script=text, video_model=model)
    for shot in listed:
        assert spoken_seconds(shot["dialogue"]) <= shot["duration"] <= longest
    assert [shot["duration"] for shot in listed] == ([4, 6, 4] if model == "veo" else [5, 10, 5])


def test_the_reference_picture_is_a_parent_and_the_description_is_repeated_word_for_word():
    workspace = Workspace(seed=3)
    workspace.assets["img_mira"] = stand_in("img_mira")
    mira = {"name": "Mira", "description": "a small felt fox with a blue scarf", "reference_image": "img_mira"}
    result = made("tool_video_shot_gen", workspace, script="Mira wakes. She runs.", num_shots=6, characters=[mira])
    assert result.assets[0].parents == (("img_mira", "subject"),)
    assert all("Mira is a small felt fox with a blue scarf" in shot["image_prompt"] for shot in result.data["shots"])


def test_our_own_words_in_scripts_and_polishing_add_nothing_that_can_be_drawn():
    writing, polishing = BOX["tool_video_script_gen"].spec.tables, BOX["tool_storyboard_polish"].spec.tables
    phrases = [text for kinds in writing["visuals"].values() for lines in kinds.values() for text in lines]
    phrases += [text for lines in writing["views"].values() for text in lines]
    phrases += [
        text for key in ("wide", "near", "between", "moves") for lines in polishing[key].values() for text in lines
    ]
    phrases += [text for both in polishing["details"].values() for lines in both.values() for text in lines]
    for phrase in phrases:
        seen = find(phrase.replace("{s}", ""))
        assert not (seen.subjects or seen.scenes or seen.styles or seen.colours or seen.lights), phrase


# Prompts


@pytest.mark.parametrize(
    ("text", "instruction", "has", "lacks"),
    [
        ("make a video   about a dog!!  it runs ,fast", "", "A dog!! it runs, fast.", "make a video"),
        ("a fox with a lantern", "replace the lantern with a lamp", "A fox with a lamp", "lantern"),
        ("一只狐狸提着灯笼", "把灯笼换成台灯", "一只狐狸提着台灯", "灯笼"),
        ("a fox, a crowd in the back", "remove the crowd", "No crowd", "in the back"),
        ("**Bold** fox", "", "Bold fox", "*"),
        ("a fox", "make it warmer and shorter", "Warmer", "detail"),
    ],
)
def test_a_prompt_is_tidied_and_its_instruction_worked_in(text, instruction, has, lacks):
    refined = made("tool_prompt_refine", text=text, instruction=instruction).data["refined_text"]
    assert has in refined and lacks not in refined


def test_a_long_list_of_shots_keeps_a_line_for_each():
    refined = made("tool_prompt_refine", text=SPEAKER, max_length=500).data["refined_text"]
    assert [line[:2] for line in refined.split("\n")[1:9]] == [f"{i}." for i in range(1, 9)]
    assert refined.startswith("a modern home living room")


# Polishing


@pytest.mark.parametrize("focus", FOCUSES)
def test_every_focus_changes_its_own_fields_and_nothing_else(focus):
    changed = {change["field"] for change in polished(instruction="improve it", focus=[focus])["changes"]}
    may = {
        "continuity": {"scene", "characters", "transition", "image_prompt", "video_prompt"},
        "camera": {"shot_size", "camera_move", "image_prompt", "video_prompt"},
        "pacing": {"duration"},
        "consistency": {"image_prompt", "video_prompt", "characters"},
        "dialogue": {"dialogue"},
        "prompt_detail": {"image_prompt", "video_prompt"},
    }[focus]
    assert changed - {"total_duration"} and changed <= may


def test_continuity_words_places_and_names_in_one_way():
    data = polished(instruction="improve it", focus=["continuity"])
    assert [shot["scene"] for shot in data["shots"]] == ["forest", "forest", "workshop", "workshop"]
    assert [shot["characters"] for shot in data["shots"]] == [["fox"], ["fox"], ["fox"], []]
    assert [shot["transition"] for shot in data["shots"]] == ["fade in", "cut", "dissolve", "cut"]


def test_camera_never_repeats_a_framing_or_a_move_and_says_so_in_the_prompts():
    data = polished(instruction="improve it", focus=["camera"])["shots"]
    for key in ("shot_size", "camera_move"):
        assert all(one[key] != other[key] for one, other in pairwise(data))
    assert all(shot["image_prompt"].startswith(shot["shot_size"]) for shot in data)
    assert all(shot["video_prompt"].lower().startswith(shot["camera_move"]) for shot in data)


def test_pacing_gives_time_to_what_needs_it_in_lengths_the_model_makes():
    data = polished(instruction="improve it", focus=["pacing"])["shots"]
    assert {shot["duration"] for shot in data} <= {4, 6, 8} and sum(shot["duration"] for shot in data) == 24
    assert data[3]["duration"] == 8


def test_dialogue_fills_silence_and_tightens_what_does_not_fit():
    data = polished(instruction="improve it", focus=["dialogue"])["shots"]
    assert data[0]["dialogue"] == "A little fox finds a lantern."
    assert data[1]["dialogue"] == "Some lights are worth the walk."
    for shot in data:
        assert shot["dialogue"] and spoken_seconds(shot["dialogue"]) <= shot["duration"]


def test_consistency_repeats_who_and_where_in_every_prompt():
    for shot in polished(instruction="improve it", focus=["continuity", "consistency"])["shots"]:
        for prompt in (shot["image_prompt"], shot["video_prompt"]):
            assert shot["scene"] in prompt
            assert not shot["characters"] or "little fox" in prompt


@pytest.mark.parametrize(
    ("instruction", "words"),
    [("Add rim lighting, please", "rim lighting"), ("replace the lantern with a lamp", "lamp"), ("no people", "No people"),
     ("give all of it a dreamlike haze", "dreamlike haze"), ("加入逆光", "逆光")],
)  # fmt: skip
def test_the_words_of_the_instruction_are_worked_in(instruction, words):
    data = polished(instruction=instruction)
    assert any(words.lower() in shot["image_prompt"].lower() for shot in data["shots"])


def apply(old, changes):
    """Play a list of changes back on the shots of an old storyboard."""
    result = [dict(shot) for shot in old]
    by_id = {shot["shot_id"]: shot for shot in result}
    for change in changes:
        number, field = change["shot_id"], change["field"]
        if field != "shot":
            assert by_id[number].get(field) == change["before"]
            by_id[number][field] = change["after"]
        elif change["after"] is None:
            assert result.pop(result.index(by_id[number]))["shot_id"] == number
        else:
            result.append(dict(change["after"]))
    return sorted(result, key=lambda shot: shot["shot_id"])


WORDING = st.sampled_from(["slower", "add rim lighting", "fewer shots", "in 6 shots", "replace the fox with a wolf", "x",
                           "more shots, faster", "节奏更快，把狐狸换成小狼", "make it warmer, without people"])  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(
    lengths=st.lists(st.one_of(st.sampled_from([4, 6, 8]), st.floats(0.6, 30)), min_size=1, max_size=12),
    line=st.text(max_size=80),
    instruction=WORDING,
    focus=st.lists(st.sampled_from(FOCUSES), unique=True),
    keep=st.tuples(st.booleans(), st.booleans()),
)
def test_changes_are_exactly_the_differences_and_the_promises_are_kept(lengths, line, instruction, focus, keep):
    old = board(*[(seconds, "forest", ["fox"], f"A fox {line}", line) for seconds in lengths])
    data = polished(old, instruction=instruction, focus=focus, keep_shot_count=keep[0], keep_total_duration=keep[1])
    before, after = orjson.loads(old)["shots"], data["shots"]
    assert apply(before, data["changes"]) == sorted(after, key=lambda shot: shot["shot_id"])
    total, new = sum(lengths), sum(shot["duration"] for shot in after)
    if keep[0]:
        assert [shot["shot_id"] for shot in after] == [shot["shot_id"] for shot in before]
    assert new == pytest.approx(total, abs=1e-3 if keep[1] else 0.2 * total + 1e-3)
    assert data["total_duration"] == pytest.approx(new, abs=1e-5)
    assert len({shot["shot_id"] for shot in after}) == len(after)


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.sampled_from([4, 5.5, 6, 8]), min_size=1, max_size=10),
    line=st.sampled_from(["", "Hello.", "A long line. " * 9, "你好，朋友。" * 12]),
    instruction=st.sampled_from(["add rim lighting", "replace the fox with a red fox", "improve it", "加入逆光"]),
)
def test_polishing_again_and_again_comes_to_rest(lengths, line, instruction):
    text = board(*[(seconds, "forest", ["fox"], "A fox runs", line) for seconds in lengths])
    for _ in range(4):
        data = polished(text, instruction=instruction, focus=FOCUSES)
        changes = data.pop("changes")
        text = orjson.dumps(data).decode()
    assert changes == []
    assert all(len(shot["image_prompt"]) <= 800 for shot in data["shots"])


@pytest.mark.parametrize(("instruction", "count", "total"), [("in 2 shots", 2, 24), ("in 7 shots", 7, 24), ("fewer shots", 3, 24), ("faster", 4, 20), ("slower", 4, 28)])  # fmt: skip
def test_shots_and_length_change_only_when_they_may(instruction, count, total):
    free = polished(instruction=instruction, focus=["camera"], keep_shot_count=False, keep_total_duration=False)
    assert (len(free["shots"]), free["total_duration"]) == (count, total)
    kept = polished(instruction=instruction, focus=["camera"])
    assert (len(kept["shots"]), kept["total_duration"]) == (4, 24)


def test_polishing_adds_a_version_and_leaves_the_old_one():
    workspace = Workspace(seed=3)
    old = made("tool_video_shot_gen", workspace, script=FOX).assets[0]
    before = old.recipe.params["text"]
    new = made("tool_storyboard_polish", workspace, storyboard=old.url, instruction="slower").assets[0]
    assert new.parents == ((old.id, "source"),) and new.subtype == "storyboard" and new.id != old.id
    assert workspace.open(old.url) == before
    assert orjson.loads(workspace.open(new.url)).keys() == orjson.loads(before).keys()


@pytest.mark.parametrize(
    ("storyboard", "says"),
    [("A fox wakes.", "storyboard is not valid JSON"), ("[1]", "no shots"), ('{"shots": []}', "no shots"),
     ('{"shots": [{"duration": -1}]}', "shots[0].duration"), ("txt_script", "is a script"), ("txt_plain", "a plain text")],
)  # fmt: skip
def test_what_is_no_storyboard_is_refused(storyboard, says):
    workspace = desk(script=("script", "{}"), plain=("", LANTERN))
    error = call("tool_storyboard_polish", workspace, storyboard=storyboard, instruction="slower").error
    assert (error.type, error.fault) == ("INVALID_ARGUMENT", "AGENT") and says in error.message


@settings(max_examples=80, deadline=None)
@given(st.recursive(st.one_of(st.none(), st.booleans(), st.floats(), st.integers(-(2**63), 2**63), st.text(max_size=5)),
       lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["shots", *sorted(FIELDS)]), inner, max_size=6)))  # fmt: skip
def test_no_json_crashes_polishing(value):
    for text in (orjson.dumps(value), orjson.dumps({"shots": [value, {"duration": 4}]})):
        result = call("tool_storyboard_polish", storyboard=text.decode(), instruction="slower", focus=FOCUSES)
        assert result.ok or result.error.type == "INVALID_ARGUMENT"


# Merging


def merged(script_text, board_text, **arguments):
    workspace = desk(script=("script", script_text), board=("storyboard", board_text))
    return made("tool_script_storyboard_merge", workspace, script="txt_script", storyboard="txt_board", **arguments)


def scenes(*rows):
    listed = [
        {"scene_id": i, "heading": "", "narration": words, "visual": "A fox.", "est_duration": seconds}
        for i, (seconds, words) in enumerate(rows, 1)
    ]
    return orjson.dumps({"title": "The lantern", "logline": "", "scenes": listed, "word_count": 0}).decode()


SENTENCES = st.lists(
    st.sampled_from(["The fox wakes up early.", "It is cold outside!", "Go.", "小狐狸醒了。", "天气很冷，它出门了。"]),
    max_size=8,
)


@settings(max_examples=120, deadline=None)
@given(
    rows=st.lists(st.tuples(st.floats(1, 30), SENTENCES.map(" ".join)), min_size=1, max_size=8),
    lengths=st.lists(st.one_of(st.sampled_from([4, 6, 8]), st.floats(0.5, 30)), min_size=1, max_size=10),
    align_by=st.sampled_from(["scene", "time", "dialogue"]),
    on_mismatch=st.sampled_from(["adjust_storyboard", "adjust_script", "report"]),
)
def test_the_timeline_has_no_gaps_and_words_fit_or_are_reported(rows, lengths, align_by, on_mismatch):
    old = board(*[(seconds, "forest", ["fox"], "A fox runs", "") for seconds in lengths])
    data = merged(scenes(*rows), old, align_by=align_by, on_mismatch=on_mismatch).data
    now = 0.0
    for shot, entry in zip(data["shots"], data["timeline"], strict=True):
        assert entry["shot_id"] == shot["shot_id"] and entry["start"] == pytest.approx(now, abs=1e-6)
        assert entry["end"] - entry["start"] == pytest.approx(shot["duration"], abs=1e-5)
        now = entry["end"]
    assert data["timeline"][0]["start"] == 0 and now == pytest.approx(data["total_duration"], abs=1e-5)
    reported = {note["shot_id"] for note in data["mismatches"] if not note["resolved"] and "shot_id" in note}
    for shot in data["shots"]:
        assert shot["narration_duration"] <= shot["duration"] or shot["shot_id"] in reported
    if on_mismatch != "adjust_storyboard":
        assert [shot["duration"] for shot in data["shots"]] == lengths
    if on_mismatch != "adjust_script":
        said = re.sub(r"\s", "", "".join(shot["narration"] for shot in data["shots"]))
        given_words = re.sub(r"\s", "", "".join(words if words.strip() else "A fox." for _, words in rows))
        assert said == given_words


def test_scenes_lie_over_their_shots_and_long_ones_over_several():
    text = scenes((4, "One fox. Two foxes."), (4, "A bear."))
    board_text = board(*[(4, "forest", [], "A fox", "")] * 4)
    assert [s["narration"] for s in merged(text, board_text).data["shots"]] == ["One fox.", "Two foxes.", "A bear.", ""]
    kinds = [note["kind"] for note in merged(text, board_text, on_mismatch="report").data["mismatches"]]
    assert kinds == ["scene_count", "duration"]


def test_aligned_by_dialogue_a_scene_finds_the_shot_that_shares_its_words():
    text = scenes((4, "The lamp glows."), (4, "Rain falls on the roof."))
    rows = [(4, "", [], "A door", ""), (4, "", [], "The lamp glows softly", ""), (4, "", [], "Rain on a roof", "")]
    assert [s["narration"] for s in merged(text, board(*rows), align_by="dialogue").data["shots"]] == [
        "", "The lamp glows.", "Rain falls on the roof."]  # fmt: skip


LONG = scenes((8, "word " * 13 + "here."))


@pytest.mark.parametrize(("on_mismatch", "seconds", "resolved"), [("adjust_storyboard", 6, True), ("adjust_script", 4, True), ("report", 4, False)])  # fmt: skip
def test_who_gives_way_when_words_are_too_long(on_mismatch, seconds, resolved):
    data = merged(LONG, board((4, "forest", [], "A fox", "")), on_mismatch=on_mismatch).data
    (note,) = [note for note in data["mismatches"] if note["kind"] == "narration_too_long"]
    assert data["shots"][0]["duration"] == seconds and note["resolved"] is resolved
    assert data["shots"][0]["narration_duration"] == pytest.approx(4.0 if on_mismatch == "adjust_script" else 5.6)


def test_a_merged_storyboard_feeds_narration_subtitles_and_cutting():
    workspace = Workspace(seed=3)
    text = made("tool_video_script_gen", workspace, topic="a fox", duration=24, num_scenes=4).assets[0]
    shown = made("tool_video_shot_gen", workspace, script=text.url, num_shots=4, video_model="veo").assets[0]
    result = made("tool_script_storyboard_merge", workspace, script=text.url, storyboard=shown.url)
    data = result.data
    assert result.assets[0].parents == ((text.id, "source"), (shown.id, "source"))
    films = [made("tool_text2video_veo", workspace, prompt=shot["video_prompt"], duration_seconds=int(shot["duration"]))
             for shot in data["shots"]]  # fmt: skip
    film = made("tool_video_composite", workspace, clips=[{"asset": one.assets[0].url} for one in films]).assets[0]
    assert film.duration == pytest.approx(data["total_duration"])
    titled = made("tool_subtitle_add_text", workspace, video=film.url, subtitles=data["subtitles"])
    assert "warnings" not in titled.data
    segment = BOX["tool_tts_composite"].spec.properties["segments"]["items"] if "tool_tts_composite" in BOX else None
    assert all(entry.keys() == {"text", "start_time"} and len(entry["text"]) <= 1000 for entry in data["segments"])
    assert segment is None or {"text", "start_time"} <= segment["properties"].keys()


def test_both_subtypes_are_checked():
    workspace = desk(script=("script", LONG), board=("storyboard", LANTERN))
    for arguments, says in [
        ({"script": "txt_board", "storyboard": "txt_board"}, "$.script: txt_board is a storyboard"),
        ({"script": "txt_script", "storyboard": "txt_script"}, "$.storyboard: txt_script is a script"),
    ]:
        error = call("tool_script_storyboard_merge", workspace, **arguments).error
        assert error.type == "INVALID_ARGUMENT" and says in error.message


# Across the writing tools


def test_wishes_are_read_in_both_languages():
    wishes = read_wishes("Add rim lighting and make it warmer; replace the fox with a wolf, without people")
    assert (wishes.add, wishes.swap, wishes.drop) == (("rim lighting", "warmer"), (("fox", "a wolf"),), ("people",))
    wishes = read_wishes("加入逆光，把狐狸换成小狼，去掉人群，更简短")
    assert (wishes.add, wishes.swap, wishes.drop, wishes.shorter) == (("逆光",), (("狐狸", "小狼"),), ("人群",), True)
    assert swapped("A small fox meets the Fox.", (("fox", "a wolf"),)) == "A small wolf meets the Wolf."


@pytest.mark.parametrize("unit", ["a fox. ", "画面1：“", "“", "Shot 1: a ", "** ", "add a with b and ", "replace a with ", "\x02", "1. a\n", "说", "the " * 3])  # fmt: skip
def test_long_texts_are_worked_on_in_linear_time(unit):
    def seconds(size):
        text = (unit * size)[:size]
        started = time.process_time()
        for name, arguments in [
            ("tool_prompt_refine", {"text": text, "instruction": text[:2000], "max_length": 4000}),
            ("tool_video_script_gen", {"topic": text[:2000], "key_points": [text[:300]] * 10}),
            ("tool_video_shot_gen", {"script": text, "num_shots": 60}),
        ]:
            result = call(name, **arguments)
            assert result.ok or result.error.type == "INVALID_ARGUMENT"
        return time.process_time() - started

    seconds(100)
    assert seconds(20_000) < 2.0


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=2000), st.integers(1, 10))
def test_no_text_crashes_the_writing_tools(text, times):
    for name, arguments in [
        ("tool_prompt_refine", {"text": (text * times)[:20_000], "instruction": text, "style": text[:200]}),
        ("tool_video_script_gen", {"topic": text, "key_points": [text[:300]], "audience": text[:200]}),
        (
            "tool_video_shot_gen",
            {"script": text * times, "characters": [{"name": text[:100], "description": text[:500]}]},
        ),
        ("tool_storyboard_polish", {"storyboard": LANTERN, "instruction": text, "focus": FOCUSES}),
    ]:
        result = call(name, **arguments)
        assert result.ok or result.error.type in ("INVALID_ARGUMENT", "ASSET_NOT_FOUND", "UNSUPPORTED_FORMAT")


def test_equal_requests_give_equal_text_and_nobody_can_spoil_it_for_the_next():
    one, two = (made("tool_video_shot_gen", Workspace(5), script=FOX) for _ in range(2))
    assert one.data == two.data and one.assets[0].recipe == two.assets[0].recipe
    two.data["shots"][0].clear()
    two.data.clear()
    assert made("tool_video_shot_gen", Workspace(5), script=FOX).data == one.data
    assert msgspec.json.encode(one.data) == orjson.dumps(orjson.loads(one.assets[0].recipe.params["text"]))
