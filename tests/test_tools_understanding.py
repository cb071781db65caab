"""The three understanding tools: they tell what is drawn and heard, count tokens, refuse what cannot be looked at."""

from __future__ import annotations

import re
import time
from itertools import pairwise, product
from math import ceil
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visgenenv.lexicon import find
from visgenenv.media import truth
from visgenenv.testing import stand_in
from visgenenv.tools import FaultModel, Workspace, encode_result, load_faults, load_toolbox
from visgenenv.tools.simulators.understanding.question_kinds import KINDS
from visgenenv.tools.simulators.understanding.questions import route
from visgenenv.types import Asset, Recipe, Subject, ToolResult

TOOLBOX = load_toolbox()
CALM, REALISTIC = load_faults("none"), load_faults("realistic")
FIELD = {"tool_image_analysis": "images", "tool_video_analysis": "videos", "tool_audio_analysis": "audios"}
ALWAYS_WRONG = FaultModel("wrong", 20.0)  # a rate of 0.05, twenty times over; service faults are avoided by retrying
HAN = re.compile("[\u4e00-\u9fff]")


class Studio:
    """A workspace in which things are made by the real tools, and asked about."""

    def __init__(self, seed: int = 0) -> None:
        self.workspace = Workspace(seed)

    def make(self, tool: str, index: int = 0, **arguments: Any) -> str:
        result = TOOLBOX.call(tool, arguments, self.workspace)
        assert result.error is None, result.error
        return result.assets[index].url

    def picture(self, prompt: str, **more: Any) -> str:
        return self.make("tool_text2image_gemini", prompt=prompt, **more)

    def clip(self, prompt: str, **more: Any) -> str:
        return self.make("tool_text2video_veo", prompt=prompt, duration_seconds=4, **more)

    def voice(self, text: str, voice_id: str = "en_female_warm") -> str:
        return self.make("tool_tts_generation", text=text, voice_id=voice_id)

    def song(self, prompt: str = "calm piano") -> str:
        return self.make("tool_music_suno", prompt=prompt)

    def film(self, *clips: str, **more: Any) -> str:
        return self.make("tool_video_composite", clips=[{"asset": clip} for clip in clips], **more)

    def put(self, reference: str, **given: Any) -> str:
        asset = stand_in(reference, given)
        self.workspace.assets[asset.id] = asset
        return asset.url

    def asset(self, url: str) -> Asset:
        asset = self.workspace.find(url)
        assert asset is not None
        return asset

    def result(self, tool: str, *urls: str, question: str, faults: FaultModel = CALM, **more: Any) -> ToolResult:
        return TOOLBOX.call(
            tool, {FIELD[tool]: list(urls), "question": question, **more}, self.workspace, faults=faults
        )

    def told(self, tool: str, *urls: str, question: str, **more: Any) -> dict[str, Any]:
        result = self.result(tool, *urls, question=question, **more)
        assert result.error is None, result.error
        return result.data

    def see(self, question: str, *urls: str, **more: Any) -> str:
        return str(self.told("tool_image_analysis", *urls, question=question, **more)["answer"])

    def watch(self, question: str, *urls: str, **more: Any) -> str:
        return str(self.told("tool_video_analysis", *urls, question=question, **more)["answer"])

    def hear(self, question: str, *urls: str, **more: Any) -> str:
        return str(self.told("tool_audio_analysis", *urls, question=question, **more)["answer"])

    def refusal(self, tool: str, *urls: str, question: str = "What is it?", **more: Any) -> Any:
        result = self.result(tool, *urls, question=question, **more)
        assert result.error is not None and not result.assets
        return result.error


@pytest.fixture
def studio() -> Studio:
    return Studio(3)


@pytest.fixture(scope="module")
def stock() -> tuple[Studio, dict[str, str]]:
    """One of everything that can be looked at or listened to."""
    studio = Studio(5)
    fox = studio.picture('two red foxes and a lantern in a snowy forest at night, watercolor, title "WINTER FAIR"')
    beach = studio.make("tool_image_edit_gemini", prompt="put them on a beach", images=[fox])
    run = studio.make("tool_image2video_keling", image=fox, prompt="they run")
    cat = studio.clip("a blue cat in the city, rain")
    words = "Winter is here. The foxes light their lantern!"
    voice, song = studio.voice(words), studio.song("warm acoustic folk guitar")
    film = studio.film(run, cat, audio_tracks=[{"asset": voice, "start": 1}], background_music={"asset": song})
    cues = [
        {"text": "Winter is here", "start_time": 1, "end_time": 2},
        {"text": "你好", "start_time": 6, "end_time": 7},
    ]
    titled = studio.make("tool_subtitle_add_text", video=film, subtitles=cues)
    mute = studio.make("tool_text2video_veo", prompt="a white rabbit", generate_audio=False)
    sung = studio.make(
        "tool_music_suno", custom_mode=True, instrumental=False, style="jazz", title="Night", prompt="[Verse] la la"
    )
    made = {
        "drawn": fox,
        "edited": beach,
        "clip": run,
        "film": titled,
        "mute": mute,
        "voice": voice,
        "song": song,
        "sung": sung,
    }
    return studio, made


# ---------------------------------------------------------------- the walk over everything

WALK = [
    *product(["tool_image_analysis"], ["describe", "compare", "quality", "ocr", "style", "consistency", "qa"], [("drawn",), ("drawn", "edited")]),
    *product(["tool_video_analysis"], ["describe", "quality", "consistency", "shots", "ocr", "qa"], [("clip",), ("film",), ("mute",), ("film", "mute")]),
    *product(["tool_audio_analysis"], ["describe", "transcribe", "music", "emotion", "qa"], [("voice",), ("song",), ("sung",), ("film",), ("voice", "song")]),
]  # fmt: skip
ADDS = {
    "compare": {"score", "differences"}, "consistency": {"score"}, "quality": {"score", "issues"}, "ocr": {"text"},
    "shots": {"shots"}, "transcribe": {"segments"}, "music": {"genre", "mood", "estimated_bpm", "has_vocals"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "kind", "names"), WALK, ids=lambda value: value if isinstance(value, str) else "+".join(value)
)
@pytest.mark.parametrize("language", ["auto", "en", "zh"])
def test_every_kind_of_analysis_answers_in_the_language_asked_for(stock, tool, kind, names, language):
    studio, made = stock
    before = len(studio.workspace.assets)
    result = studio.result(
        tool, *[made[name] for name in names], question="请看一看", analysis_type=kind, language=language
    )
    assert result.error is None
    jsonschema.Draft202012Validator(TOOLBOX[tool].spec.output_schema).validate(result.data)
    assert set(result.data) >= {"answer", "usage"} | ADDS.get(kind, set())
    plain = re.sub("“[^”]*”", "", result.data["answer"])
    spoken = (kind == "transcribe" and "voice" in names) or (kind == "transcribe" and "film" in names)
    assert spoken or bool(HAN.search(plain)) == (language != "en")
    assert not result.assets and len(studio.workspace.assets) == before and not result.flaws


@pytest.mark.parametrize("tool", sorted(FIELD))
@pytest.mark.parametrize("kind", [*KINDS, "exists"])
def test_every_kind_of_question_has_an_answer_about_every_kind_of_asset(stock, tool, kind):
    questions = {
        "camera": "What is the camera angle?", "shots": "List the shots.", "tempo": "What is the bpm?", "rate": "What is the fps?",
        "length": "How long is it?", "size": "What resolution has it?", "language": "Which language is it?", "vocals": "Does anyone sing?",
        "genre": "Which genre?", "mood": "What mood?", "music": "Any music?", "speech": "Is there speech?", "sound": "Is there sound?",
        "text": "What text is there?", "colour": "What colour are the foxes?", "where": "Where are the foxes?", "same": "Is it consistent?",
        "compare": "What are the differences?", "quality": "Are there defects?", "style": "What style?", "scene": "What background?",
        "light": "What is the weather?", "reference": "Is it based on a reference?", "action": "What are they doing?",
        "subject": "Who is the main character?", "match": "Does it match the prompt: a red fox?", "count": "How many foxes?",
        "describe": "Describe it.", "exists": "Is there a fox?",
    }  # fmt: skip
    studio, made = stock
    usual = {"tool_image_analysis": "drawn", "tool_video_analysis": "film", "tool_audio_analysis": "song"}
    domain = {"tool_image_analysis": "image", "tool_video_analysis": "video", "tool_audio_analysis": "audio"}[tool]
    if (domain, kind) != ("image", "shots"):
        assert kind in {ask.kind for ask in route(questions[kind], "auto", domain).asks}
    for language in ("en", "zh"):
        data = studio.told(tool, made[usual[tool]], question=questions[kind], language=language)
        assert data["answer"].strip()
        assert "None" not in data["answer"]


# ---------------------------------------------------------------- pictures


def test_numbers_and_colours_are_those_that_are_drawn(studio):
    url = studio.picture("three blue cats and a white rabbit in a garden")
    assert studio.see("How many cats are there?", url) == "I see three blue cats."
    assert studio.see("What colour is the rabbit?", url) == "The rabbit is white."
    assert studio.see("How many animals are there in all?", url).startswith("I count 4 animals")
    assert studio.see("图里有几只猫?", url) == "有三只蓝色的猫。"
    assert studio.see("猫是什么颜色的?", url) == "三只猫是蓝色的。"


def test_a_subject_without_a_colour_of_its_own_is_seen_in_its_natural_one(studio):
    assert studio.see("What colour is the fox?", studio.picture("a fox in a meadow")) == "The fox is orange."


@pytest.mark.parametrize("style", ["black and white", "ink painting", "pencil sketch"])
def test_no_colours_are_told_where_none_are_drawn(studio, style):
    url = studio.picture(f"a red fox in a forest, {style}")
    assert "without colours" in studio.see("What colour is the fox?", url)
    assert studio.see("Is the fox red?", url).startswith("No")
    assert "red" not in studio.see("Describe it.", url)


def test_what_is_not_drawn_is_not_there(studio):
    url = studio.picture("a red fox wearing a monocle in a forest")
    assert "monocle" in truth(studio.asset(url)).unrendered
    for question in (
        "Is there a monocle?",
        "Is the fox wearing a monocle?",
        "Can you see a monocle in it?",
        "Is there a dragon?",
    ):
        assert studio.see(question, url).startswith("No")
    assert studio.see("有没有单片眼镜?", url).startswith("没有")
    assert studio.see("Is there a fox?", url).startswith("Yes")
    assert studio.see("有没有狐狸?", url).startswith("是的")


@settings(max_examples=60, deadline=None)
@given(word=st.from_regex(r"[bdfgklmnprtvz][aeiou][bdfgklmnprtvz]{2}[aeiou][bdfgklmnprtvz]", fullmatch=True))
def test_nobody_claims_a_word_of_the_prompt_that_was_not_drawn(word):
    studio = Studio(1)
    url = studio.picture(f"a red fox with a {word} in a forest")
    if word in truth(studio.asset(url)).unrendered:
        for question in (f"Is there a {word}?", f"Does the picture show a {word}?", f"Does the fox have a {word}?"):
            assert studio.see(question, url).startswith("No")
        assert word not in studio.see("Describe everything.", url)


def test_a_yes_or_no_question_minds_colour_and_number(studio):
    url = studio.picture("two red foxes in a forest")
    assert studio.see("Is the fox red?", url) == "Yes: I see two red foxes."
    assert studio.see("Is the fox blue?", url) == "No: the foxes are red, not blue."
    assert studio.see("Are there exactly three foxes?", url).startswith("No: I count 2")
    assert studio.see("Are there two foxes?", url).startswith("Yes")
    assert studio.see("有三只狐狸吗?", url).startswith("没有")
    assert studio.see("How many foxes are there? Are they blue?", url).endswith("No: the foxes are red, not blue.")


def test_words_in_the_picture_are_read_to_the_letter(studio):
    url = studio.picture('a cake, title "Happy Birthday, Ann!"')
    data = studio.told("tool_image_analysis", url, question="Read it.", analysis_type="ocr")
    assert data["text"] == "Happy Birthday, Ann!" == truth(studio.asset(url)).text
    assert studio.see('Does it say "happy birthday"?', url).startswith("Yes")
    assert studio.see('Does it say "Merry Christmas"?', url).startswith("No")
    plain = studio.picture("a cake on a table")
    assert studio.told("tool_image_analysis", plain, question="Read it.", analysis_type="ocr")["text"] == ""
    assert studio.see("Is there any text?", plain).startswith("No")


def test_setting_style_and_light_are_named_and_confirmed(studio):
    url = studio.picture("a red fox on a beach at sunset, watercolor")
    assert studio.see("Which style and which setting?", url) == "The style is watercolour. The setting is: beach."
    assert studio.see("Is the style watercolour?", url).startswith("Yes")
    assert studio.see("Is it in a forest?", url).startswith("No")
    assert studio.see("What is the weather?", url) == "The light: sunset."
    assert studio.see("风格是油画吗?", url).startswith("不是")


@pytest.mark.parametrize(
    ("ratio", "pixels", "shape"),
    [("16:9", "1344x768", "16:9 (landscape)"), ("1:1", "1024x1024", "1:1 (square)"), ("9:16", "768x1344", "9:16 (portrait)"),
     ("4:5", "896x1152", "4:5 (portrait)"), ("21:9", "1536x672", "21:9 (landscape)")],
)  # fmt: skip
def test_the_size_is_told_in_pixels_and_by_the_nominal_ratio(studio, ratio, pixels, shape):
    answer = studio.see("What is the size?", studio.picture("a fox", aspect_ratio=ratio))
    assert answer == f"The size is {pixels} pixels, a ratio of about {shape}."


def test_places_are_those_of_the_truth(studio):
    for seed in range(6):
        url = studio.picture(f"a red fox and a white rabbit in garden {seed}")
        answer = studio.see("Where is the fox?", url)
        x = next(one.position[0] for one in truth(studio.asset(url)).subjects if one.name == "fox")
        if x < 0.38 or x > 0.62:
            assert ("left" in answer) == (x < 0.38) and ("right" in answer) == (x > 0.62)


def test_a_description_is_checked_part_by_part(studio):
    url = studio.picture("a red fox in a forest, watercolor")
    assert studio.see("Does it match: a red fox in a forest, watercolor?", url).startswith("Yes, it matches")
    assert studio.see("Does it match: a red fox and a bear in a forest?", url).startswith("It matches in part")
    assert studio.see("Does it match: a white dragon on a beach?", url).startswith("No, it does not match")
    assert studio.see("是否符合描述:森林里有一只红色的狐狸?", url).startswith("符合")


def test_all_questions_of_one_text_are_answered(studio):
    url = studio.picture('two red foxes in a forest, watercolor, title "FAIR"')
    answer = studio.see(
        "How many foxes are there, what text is shown, which style is it, and what is the size? Is there a bear?", url
    )
    for part in ("two red foxes", "FAIR", "watercolour", "1024x1024", "No:"):
        assert part in answer


def test_what_cannot_be_told_is_said_to_be_so_after_a_description(studio):
    answer = studio.see("Why is the fox so melancholy?", studio.picture("a red fox in a forest"))
    assert "a red fox" in answer and answer.endswith("cannot be answered from what is to be seen and heard.")


SUBJECTS = st.sampled_from(["fox", "cat", "rabbit", "robot", "car", "umbrella", "cake", "tree"])
COLOURS = st.sampled_from(["", "red", "blue", "white", "green"])
PLURALS = {"fox": "foxes"}


@st.composite
def prompts(draw: Any) -> str:
    names = draw(st.lists(SUBJECTS, min_size=1, max_size=3, unique=True))
    parts = []
    for name in names:
        count, colour = draw(st.integers(1, 4)), draw(COLOURS)
        noun = name if count == 1 else PLURALS.get(name, f"{name}s")
        parts.append(" ".join(filter(None, [["a", "two", "three", "four"][count - 1], colour, noun])))
    place = draw(st.sampled_from(["in a forest", "on a beach", "in the city", "in a kitchen"]))
    style = draw(st.sampled_from(["", ", watercolor", ", cartoon", ", oil painting"]))
    return f"{', '.join(parts)} {place}{style}"


def seen(subjects: tuple[Subject, ...]) -> set[tuple[str, int, str]]:
    return {(one.name, one.count, one.colour) for one in subjects}


@settings(max_examples=80, deadline=None)
@given(prompt=prompts(), lang=st.sampled_from(["en", "zh"]))
def test_a_description_read_back_is_the_truth(prompt, lang):
    studio = Studio(2)
    url = studio.picture(prompt)
    known = truth(studio.asset(url))
    told = find(studio.see("Describe it.", url, language=lang).partition(". It")[0].partition("尺寸")[0])
    assert seen(told.subjects) == seen(known.subjects)
    assert set(told.scenes) == {known.scene}
    assert told.styles[:1] == ((known.style,) if known.style else ())


# ---------------------------------------------------------------- likeness


def test_edits_of_one_picture_are_alike_and_independent_ones_are_not(studio):
    fox = studio.picture("a red fox in a forest")
    on_beach = studio.make("tool_image_edit_gemini", prompt="put it on a beach", images=[fox])
    at_night = studio.make("tool_image_edit_qwen", prompt="at night", images=[fox])
    other = studio.picture("a red fox in a forest, sitting")
    cat = studio.picture("a blue cat in a city")
    for seed in range(3):
        ask = {"question": f"Is it the same fox? {seed}", "analysis_type": "consistency"}
        assert 8 <= studio.told("tool_image_analysis", fox, on_beach, **ask)["score"] <= 9.5
        assert 8 <= studio.told("tool_image_analysis", on_beach, at_night, **ask)["score"] <= 9.5
        independent = studio.told("tool_image_analysis", fox, other, **ask)
        assert 3 <= independent["score"] <= 6 and "picture 2: the fox looks different" in independent["differences"]
        strange = studio.told("tool_image_analysis", fox, cat, **ask)
        assert (
            3 <= strange["score"] < independent["score"] and "picture 2: the fox is missing" in strange["differences"]
        )
        assert strange["answer"].startswith("No") and independent["answer"].startswith("No")
    assert studio.see("Is it the same fox?", fox, on_beach).startswith("Yes: the pictures show the same fox")
    assert studio.see("是同一只狐狸吗?", fox, on_beach).startswith("是的")


def test_differences_name_what_was_changed(studio):
    fox = studio.picture("a red fox in a forest, watercolor")
    blue = studio.make(
        "tool_image_edit_gemini", prompt="make the fox blue, on a beach", images=[fox], aspect_ratio="16:9"
    )
    data = studio.told("tool_image_analysis", fox, blue, question="Compare.", analysis_type="compare")
    assert data["differences"] == [
        "picture 2: the fox is blue instead of red",
        "picture 2: the setting is beach instead of forest",
        "picture 2: the size is 1344x768 instead of 1024x1024",
    ]
    assert data["score"] >= 8


def test_the_same_content_scores_ten_and_a_single_picture_nothing(studio):
    fox = studio.picture("a red fox")
    ask = {"question": "Compare.", "analysis_type": "compare"}
    assert studio.told("tool_image_analysis", fox, fox, **ask)["score"] == 10
    alone = studio.told("tool_image_analysis", fox, **ask)
    assert alone["score"] is None and alone["differences"] == [] and "only one picture" in alone["answer"]


@pytest.mark.parametrize(("role", "low", "high"), [("subject", 6, 7.6), ("edit_source", 6, 7.6), ("style", 3, 6)])
def test_ancestry_alone_counts_but_not_as_much_as_a_figure_that_looks_the_same(studio, role, low, high):
    studio.put("img_ref00001")
    one = studio.put(
        "img_one00001", parents=[["img_ref00001", role]], recipe={"params": {"prompt": "a red fox in a forest"}}
    )
    two = studio.put(
        "img_two00001", parents=[["img_ref00001", role]], recipe={"params": {"prompt": "a white cat in a forest"}}
    )
    score = studio.told("tool_image_analysis", one, two, question="Same?", analysis_type="consistency")["score"]
    assert low <= score <= high


def test_clips_made_from_one_picture_show_the_same_subject(studio):
    fox = studio.picture("a red fox in a forest")
    one = studio.make("tool_image2video_keling", image=fox, prompt="it runs")
    two = studio.make("tool_image2video_keling", image=fox, prompt="it sleeps")
    cat, other = studio.clip("a blue cat"), studio.clip("a red fox in a forest")
    ask = {"question": "Is the character consistent?", "analysis_type": "consistency"}
    film = studio.film(one, two)
    assert 8 <= studio.told("tool_video_analysis", film, **ask)["score"] <= 9.5
    mixed = studio.told("tool_video_analysis", studio.film(one, cat), **ask)
    assert 3 <= mixed["score"] <= 6
    assert {"timestamp": 5.0, "text": "shot 2: the fox is missing"} in mixed["issues"]
    assert 3 <= studio.told("tool_video_analysis", studio.film(one, other), **ask)["score"] <= 6
    assert 8 <= studio.told("tool_video_analysis", one, two, **ask)["score"] <= 9.5
    assert studio.told("tool_video_analysis", one, **ask)["score"] is None


def test_whether_a_reference_was_used_is_told_from_ancestry(studio):
    fox = studio.picture("a red fox in a forest")
    edited = studio.make("tool_image_edit_gemini", prompt="at night", images=[fox])
    assert studio.see("Was the reference picture used?", edited).startswith("Yes")
    assert studio.see("Was the reference picture used?", fox).startswith("No")
    moving = studio.make("tool_image2video_keling", image=fox, prompt="it runs")
    assert studio.watch("Is it based on a reference image?", moving).startswith("Yes")
    assert studio.watch("是否参考了原图?", studio.clip("a red fox")).startswith("没有")


# ---------------------------------------------------------------- films


def test_shots_are_listed_with_the_times_of_the_cuts(studio):
    clips = [
        studio.clip("a red fox in a forest"),
        studio.clip("a blue cat in the city"),
        studio.clip("a white rabbit on a beach"),
    ]
    film = studio.film(*clips)
    data = studio.told("tool_video_analysis", film, question="List the shots.", analysis_type="shots")
    assert [(shot["start"], shot["end"]) for shot in data["shots"]] == [(0, 4), (4, 8), (8, 12)]
    assert data["shots"][1]["description"].startswith("a blue cat in a city")
    assert "I count 3 shots" in data["answer"] and "How many" not in data["answer"]
    faded = studio.film(*clips, transition="crossfade", transition_duration=1)
    shots = studio.told("tool_video_analysis", faded, question="镜头列表", analysis_type="shots")["shots"]
    assert [(shot["start"], shot["end"]) for shot in shots] == [(0, 3.5), (3.5, 6.5), (6.5, 10)]


@settings(max_examples=20, deadline=None)
@given(lengths=st.lists(st.floats(0.5, 4), min_size=1, max_size=5), crossfade=st.booleans())
def test_shots_are_the_truths_shots_without_gaps(lengths, crossfade):
    studio = Studio(4)
    clip = studio.clip("a red fox in a forest")
    fade = {"transition": "crossfade", "transition_duration": 0.2} if crossfade else {}
    film = studio.make("tool_video_composite", clips=[{"asset": clip, "end": round(one, 2)} for one in lengths], **fade)
    shots = studio.told("tool_video_analysis", film, question="Shots?", analysis_type="shots")["shots"]
    known = truth(studio.asset(film)).shots
    assert len(shots) == len(known) == len(lengths)
    assert shots[0]["start"] == 0 and shots[-1]["end"] == pytest.approx(studio.asset(film).duration, abs=0.01)
    assert all(one["end"] == two["start"] for one, two in pairwise(shots))
    for shot, real in zip(shots, known, strict=True):
        assert real.seconds - 0.25 <= shot["end"] - shot["start"] <= real.seconds + 0.05


def test_length_frame_rate_size_and_sound_of_a_film(studio):
    film = studio.clip("a red fox in a forest")
    assert studio.watch("How long is it, what is the fps and the resolution?", film) == (
        "The length is 4 s. The frame rate is 24 fps, 96 frames in all. "
        "The size is 1280x720 pixels, a ratio of about 16:9 (landscape)."
    )
    assert studio.watch("Is there any music?", film) == "No, there is no music."
    assert studio.watch("Is there sound?", film) == "Yes. I hear birds."
    mute = studio.clip("a red fox", generate_audio=False)
    assert studio.watch("有声音吗?", mute) == "没有声音:视频没有音轨。"


def test_subtitles_are_read_with_their_times_and_captions_beside_them(studio):
    film = studio.clip('a cake, title "PARTY"')
    cues = [
        {"text": "Hello there", "start_time": 0.5, "end_time": 1.5},
        {"text": "再见", "start_time": 2, "end_time": 3.5},
    ]
    titled = studio.make("tool_subtitle_add_text", video=film, subtitles=cues)
    data = studio.told("tool_video_analysis", titled, question="Read the subtitles.", analysis_type="ocr")
    assert data["text"] == "PARTY\nHello there\n再见"
    assert "00:00.5-00:01.5 “Hello there”" in data["answer"] and "00:02.0-00:03.5 “再见”" in data["answer"]
    late = studio.told("tool_video_analysis", titled, question="Read.", analysis_type="ocr", start_offset=1.8)
    assert late["text"] == "PARTY\n再见"


def test_letters_without_glyphs_are_read_as_the_boxes_they_are_and_count_as_a_defect(studio):
    film = studio.clip("a cake")
    latin = TOOLBOX["tool_subtitle_add_text"].spec.tables["latin_fonts"][0]
    boxes = studio.make("tool_subtitle_add_text", video=film, text="生日ok", start_time=1, font_type=latin)
    data = studio.told("tool_video_analysis", boxes, question="Read.", analysis_type="ocr")
    assert data["text"] == "□□ok"
    quality = studio.told("tool_video_analysis", boxes, question="Any defects?", analysis_type="quality")
    assert quality["issues"][0]["timestamp"] == 1 and "empty boxes" in quality["issues"][0]["text"]
    assert (
        quality["score"]
        < studio.told("tool_video_analysis", film, question="Any defects?", analysis_type="quality")["score"]
    )


def test_quality_finds_borders_long_stills_and_small_pictures(studio):
    wide, tall = studio.clip("a fox"), studio.picture("a fox", aspect_ratio="9:16")
    film = studio.make(
        "tool_video_composite", clips=[{"asset": wide}, {"asset": tall, "duration": 8}], aspect_ratio="16:9"
    )
    issues = studio.told("tool_video_analysis", film, question="Defects?", analysis_type="quality")["issues"]
    assert {(issue["timestamp"], "border" in issue["text"]) for issue in issues} == {(4, True), (4, False)}
    small = studio.put("img_small001", width=320, height=200)
    data = studio.told("tool_image_analysis", small, question="Defects?", analysis_type="quality")
    assert data["issues"] == ["the resolution is low, the picture looks soft"]
    clean = studio.told("tool_image_analysis", studio.picture("a fox"), question="Defects?", analysis_type="quality")
    assert clean["issues"] == [] and clean["score"] > data["score"]


def test_only_the_stretch_between_the_offsets_is_looked_at(studio):
    film = studio.film(studio.clip("a red fox in a forest"), studio.clip("a blue cat in the city"))
    assert studio.watch("Is there a fox?", film).startswith("Yes")
    assert studio.watch("Is there a fox?", film, start_offset=4.5).startswith("No")
    assert studio.watch("Is there a cat?", film, end_offset=3.5).startswith("No")
    shots = studio.told("tool_video_analysis", film, question="Shots?", analysis_type="shots", start_offset=3)["shots"]
    assert [(shot["start"], shot["end"]) for shot in shots] == [(3, 4), (4, 8)]


def test_a_film_without_colours_is_seen_without_colours(studio):
    film = studio.clip("a red fox in a forest")
    grey = studio.make("tool_video_postprocess", video=film, operations=[{"op": "filter", "name": "bw"}])
    assert "without colours" in studio.watch("What colour is the fox?", grey)


# ---------------------------------------------------------------- sounds


def test_speech_is_transcribed_sentence_by_sentence_with_times(studio):
    url = studio.voice("Winter is here. The foxes light their lantern!")
    data = studio.told("tool_audio_analysis", url, question="Transcribe.", analysis_type="transcribe")
    assert [one["text"] for one in data["segments"]] == ["Winter is here.", "The foxes light their lantern!"]
    assert data["segments"][0]["start"] == 0
    assert data["segments"][-1]["end"] == pytest.approx(studio.asset(url).duration, abs=0.01)
    assert {one["speaker"] for one in data["segments"]} == {"Speaker 1"}
    assert data["answer"] == "Winter is here. The foxes light their lantern!"
    stamped = studio.hear("Transcribe.", url, analysis_type="transcribe", timestamps=True)
    assert stamped.startswith("[00:00.0] Winter is here.\n[00:")


def test_narration_is_heard_when_it_is_spoken_in_a_film(studio):
    voices = [studio.voice("Winter is here."), studio.voice("冬天来了。", "zh_male_calm")]
    tracks = [{"asset": voices[0], "start": 1}, {"asset": voices[1], "start": 5}]
    film = studio.film(studio.clip("a fox"), studio.clip("a cat"), audio_tracks=tracks)
    segments = studio.told("tool_audio_analysis", film, question="Transcribe.", analysis_type="transcribe")["segments"]
    assert [(one["start"], one["text"], one["speaker"]) for one in segments] == [
        (1, "Winter is here.", "Speaker 1"), (5, "冬天来了。", "Speaker 2"),
    ]  # fmt: skip
    later = studio.told("tool_audio_analysis", film, question="Transcribe.", analysis_type="transcribe", start_offset=4)
    assert [one["text"] for one in later["segments"]] == ["冬天来了。"]
    assert studio.hear('Does the speaker say "winter is here"?', film).startswith("Yes")
    assert studio.hear('Does the speaker say "summer"?', film).startswith("No")
    assert studio.hear("Which language is spoken?", film) == "The language is English and Chinese."


@settings(max_examples=20, deadline=None)
@given(
    starts=st.lists(st.floats(0, 9), min_size=1, max_size=3),
    cut=st.floats(0.5, 2),
    text=st.sampled_from(["One. Two words! Three?", "狐狸醒了。天亮了!", "no full stop at all"]),
)
def test_a_transcript_holds_exactly_the_words_of_the_truth(starts, cut, text):
    studio = Studio(6)
    voice = (
        studio.make("tool_audio_edit_cut", audio=studio.voice(text), end_time=round(cut, 2))
        if cut < 1
        else studio.voice(text)
    )
    tracks = [{"asset": voice, "start": round(start, 2)} for start in starts]
    film = studio.film(studio.clip("a fox"), studio.clip("a cat"), studio.clip("a dog"), audio_tracks=tracks)
    segments = studio.told("tool_audio_analysis", film, question="?", analysis_type="transcribe")["segments"]
    known = truth(studio.asset(film)).speech
    assert sorted("".join(one["text"] for one in segments)) == sorted("".join(known.split())) or sorted(
        "".join("".join(one["text"] for one in segments).split())
    ) == sorted("".join(known.split()))
    assert all(0 <= one["start"] <= one["end"] <= 12.01 for one in segments)


def test_a_tempo_is_guessed_within_ten_percent_and_not_always_the_same():
    guesses = set()
    for seed in range(60):
        studio = Studio(seed)
        song = studio.song("calm piano")
        bpm = truth(studio.asset(song)).bpm
        data = studio.told("tool_audio_analysis", song, question="How fast is it?", analysis_type="music")
        assert abs(data["estimated_bpm"] - bpm) <= 0.1 * bpm
        assert f"about {data['estimated_bpm']} BPM" in data["answer"]
        guesses.add(round(data["estimated_bpm"] / bpm, 2))
    assert len(guesses) > 5


def test_music_is_named_by_genre_mood_and_singing(studio):
    data = studio.told(
        "tool_audio_analysis", studio.song("dark cinematic strings"), question="?", analysis_type="music"
    )
    assert (data["genre"], data["mood"], data["has_vocals"]) == ("cinematic", "dark", False)
    sung = studio.make(
        "tool_music_suno", custom_mode=True, instrumental=False, style="欢快的爵士", title="夜", prompt="[Verse]\n啦啦"
    )
    data = studio.told("tool_audio_analysis", sung, question="有人唱歌吗?", analysis_type="music")
    assert (data["genre"], data["mood"], data["has_vocals"]) == ("爵士", "欢快", True)
    assert "听不清歌词" in data["answer"] and "啦" not in data["answer"]
    spoken = studio.told("tool_audio_analysis", studio.voice("Hello."), question="?", analysis_type="music")
    assert (spoken["genre"], spoken["estimated_bpm"], spoken["has_vocals"]) == (None, None, False)


def test_effects_and_moods_of_voices_are_heard(studio):
    rain = studio.make("tool_sound_fx_gen", prompt="heavy rain and thunder", duration_seconds=5)
    assert studio.hear("What sound is it?", rain) == "I hear rain and thunder."
    assert studio.hear("Is there thunder?", rain).startswith("Yes")
    assert studio.hear("Is there a dog?", rain).startswith("No")
    happy = studio.make("tool_tts_generation", text="Hello!", voice_id="en_female_warm", emotion="happy")
    assert studio.hear("How does it feel?", happy, analysis_type="emotion").startswith("The voice sounds happy.")
    assert studio.hear("What colour is the fox?", happy) == "In a recording there is nothing to be seen."


def test_a_slower_song_is_heard_at_its_new_tempo(studio):
    song = studio.song()
    slow = studio.make("tool_video_speed_adjust", video=song, speed=0.5)
    bpm = truth(studio.asset(song)).bpm / 2
    guess = studio.told("tool_audio_analysis", slow, question="?", analysis_type="music")["estimated_bpm"]
    assert guess == pytest.approx(bpm, rel=0.1)


# ---------------------------------------------------------------- tokens, money, time


@pytest.mark.parametrize(
    ("width", "height", "tiles"), [(384, 384, 1), (300, 200, 1), (385, 384, 1), (768, 768, 1), (769, 768, 2), (1024, 1024, 4), (1344, 768, 2), (4096, 4096, 36)]
)  # fmt: skip
def test_a_picture_costs_258_tokens_a_tile(studio, width, height, tiles):
    url = studio.put("img_size0001", width=width, height=height)
    assert studio.told("tool_image_analysis", url, question="Size")["usage"]["input_tokens"] == 258 * tiles + 1


@pytest.mark.parametrize(
    ("fps", "resolution", "per_second"),
    [(1, "default", 290), (2, "default", 548), (1, "low", 98), (0.5, "default", 161)],
)
def test_a_film_costs_its_frames_and_its_sound(studio, fps, resolution, per_second):
    film = studio.put("vid_film0001", n_frames=240)
    usage = studio.told("tool_video_analysis", film, question="Size", fps=fps, media_resolution=resolution)["usage"]
    assert usage["input_tokens"] == ceil(10 * per_second + 1)
    half = studio.told(
        "tool_video_analysis", film, film, question="Size", fps=fps, media_resolution=resolution, end_offset=5
    )
    assert half["usage"]["input_tokens"] == ceil(10 * per_second + 1)


def test_a_sound_costs_32_tokens_a_second(studio):
    assert (
        studio.told("tool_audio_analysis", studio.put("aud_sound001"), question="Size")["usage"]["input_tokens"] == 961
    )


@pytest.mark.parametrize("tool", sorted(FIELD))
def test_money_follows_the_tokens(stock, tool):
    studio, made = stock
    url = made[{"tool_image_analysis": "drawn", "tool_video_analysis": "film", "tool_audio_analysis": "voice"}[tool]]
    result = studio.result(tool, url, question="Describe it.")
    usage = result.data["usage"]
    assert result.usage.cost_usd == pytest.approx(
        (usage["input_tokens"] * 1.25 + usage["output_tokens"] * 10) / 1e6, abs=1e-6
    )
    assert 1200 < usage["output_tokens"] < 2400


@pytest.mark.parametrize(
    "question", ["Size", "What is shown in it?", "这里面有什么?", "Is there a fox, and what colour is it?"]
)
def test_default_calls_cost_what_the_sampling_table_says(studio, question):
    picture, film, sound = studio.put("img_fox00001"), studio.put("vid_fox00001"), studio.put("aud_fox00001")
    for tool, url, price in (
        ("tool_image_analysis", picture, 0.015), ("tool_video_analysis", film, 0.02 + 0.0004 * 8), ("tool_audio_analysis", sound, 0.015),
    ):  # fmt: skip
        assert studio.result(tool, url, question=question).usage.cost_usd == pytest.approx(price, rel=0.03)


def test_longer_material_takes_longer():
    def median(tool: str, *references: str, **given: Any) -> float:
        waits = []
        for seed in range(201):
            studio = Studio(seed)
            urls = [studio.put(reference, **given) for reference in references]
            waits.append(studio.result(tool, *urls, question="What is it?").usage.latency_s)
        return sorted(waits)[100]

    assert median("tool_video_analysis", "vid_film0001", n_frames=1200) == pytest.approx(10 + 0.2 * 50, rel=0.15)
    assert median("tool_video_analysis", "vid_film0001", n_frames=12000) == pytest.approx(10 + 0.2 * 500, rel=0.15)
    assert median("tool_audio_analysis", "aud_sound001") == pytest.approx(8 + 0.02 * 30, rel=0.15)
    assert median("tool_image_analysis", "img_pict0001") == pytest.approx(11, rel=0.15)
    assert median("tool_image_analysis", *[f"img_pict{n:04}" for n in range(6)]) == pytest.approx(16, rel=0.15)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"start_offset": 8}, "$.start_offset: 8 s lies outside videos[0], which lasts 8.00 s"),
        ({"end_offset": 8.5}, "$.end_offset: 8.5 s lies outside videos[0], which lasts 8.00 s"),
        ({"start_offset": 3, "end_offset": 3}, "does not lie after start_offset"),
    ],
)
def test_offsets_outside_a_film_are_refused(studio, arguments, said):
    error = studio.refusal("tool_video_analysis", studio.put("vid_film0001"), **arguments)
    assert (error.type, error.http_status, error.fault) == ("INVALID_ARGUMENT", 400, "AGENT") and said in error.message


def test_offsets_must_lie_inside_every_film_and_may_end_with_it(studio):
    long, short = studio.put("vid_film0001"), studio.put("vid_film0002", n_frames=48)
    assert studio.result("tool_video_analysis", long, question="?", end_offset=8).ok
    assert "videos[1]" in studio.refusal("tool_video_analysis", long, short, end_offset=8).message
    assert "audios[0]" in studio.refusal("tool_audio_analysis", studio.put("aud_sound001"), start_offset=30).message


def test_an_hour_of_film_is_the_most(studio):
    films = [studio.put(f"vid_film{n:04}", n_frames=24 * 1800) for n in range(3)]
    assert studio.result("tool_video_analysis", *films[:2], question="?").ok
    assert "at most 3600 s" in studio.refusal("tool_video_analysis", *films).message
    assert studio.result("tool_video_analysis", *films, question="?", end_offset=1200).ok


def test_too_many_tokens_are_refused_in_the_services_words(studio):
    film = studio.put("vid_film0001", n_frames=24 * 3600)
    assert studio.result("tool_video_analysis", film, question="?").ok
    error = studio.refusal("tool_video_analysis", film, fps=2)
    assert (
        "input token count" in error.message and "exceeds the maximum" in error.message and "1048576" in error.message
    )
    assert studio.result("tool_video_analysis", film, question="?", fps=2, media_resolution="low").ok
    sound = studio.put("aud_sound001", n_samples=44100 * 33_000)
    assert "1048576" in studio.refusal("tool_audio_analysis", sound).message


def test_wrong_kinds_and_unknown_assets_are_refused(studio):
    picture, film, mute = (
        studio.put("img_pict0001"),
        studio.put("vid_film0001"),
        studio.put("vid_mute0001", has_audio=False),
    )
    assert studio.refusal("tool_image_analysis", film).type == "UNSUPPORTED_FORMAT"
    assert studio.refusal("tool_video_analysis", picture).type == "UNSUPPORTED_FORMAT"
    assert studio.refusal("tool_audio_analysis", picture).type == "UNSUPPORTED_FORMAT"
    assert studio.result("tool_audio_analysis", film, question="?").ok
    error = studio.refusal("tool_audio_analysis", mute)
    assert error.type == "INVALID_ARGUMENT" and "has no audio stream" in error.message
    assert studio.refusal("tool_image_analysis", "asset://img_nothere1.png").type == "ASSET_NOT_FOUND"
    gif = studio.put("vid_gif00001", mime="image/gif")
    assert "Unsupported MIME type" in studio.refusal("tool_video_analysis", gif).message


@pytest.mark.parametrize(
    ("tool", "n"), [("tool_image_analysis", 17), ("tool_video_analysis", 11), ("tool_audio_analysis", 6)]
)
def test_there_is_a_limit_to_how_many_assets_one_call_takes(studio, tool, n):
    prefix = {"tool_image_analysis": "img", "tool_video_analysis": "vid", "tool_audio_analysis": "aud"}[tool]
    urls = [studio.put(f"{prefix}_many{k:04}") for k in range(n)]
    assert studio.refusal(tool, *urls).type == "INVALID_ARGUMENT"
    assert studio.result(tool, *urls[:-1], question="?").ok


def test_a_question_may_have_four_thousand_characters(studio):
    url = studio.put("img_pict0001")
    assert studio.result("tool_image_analysis", url, question="?" * 4000).ok
    assert studio.refusal("tool_image_analysis", url, question="?" * 4001).type == "INVALID_ARGUMENT"


def test_the_safety_filter_gives_an_empty_answer_as_an_error():
    codes = set()
    for seed in range(400):
        studio = Studio(seed)
        result = studio.result(
            "tool_image_analysis", studio.put("img_pict0001"), question="?", faults=FaultModel("rough", 10.0)
        )
        if result.error is not None:
            codes.add((result.error.type, result.error.vendor_code, result.error.http_status))
    assert ("CONTENT_BLOCKED", "SAFETY", 200) in codes
    assert {code[0] for code in codes} == {"CONTENT_BLOCKED", "RATE_LIMITED", "INTERNAL"}


# ---------------------------------------------------------------- nothing leaks


def test_an_answer_names_no_ids_seeds_or_words_of_the_prompt(stock):
    studio, made = stock
    hidden = {asset.id for asset in studio.workspace.assets.values()}
    hidden |= {asset.recipe.seed for asset in studio.workspace.assets.values()}
    for (tool, kind, names), question in product(
        WALK, ["Describe everything.", "Is it consistent with its reference? Any defects?"]
    ):
        told = encode_result(
            studio.result(tool, *[made[name] for name in names], question=question, analysis_type=kind)
        )
        assert not [one for one in hidden if one in told]
        for words in ("they run", "put them", "acoustic", "snowy", "en_female_warm", "la la"):
            assert words not in told


# ---------------------------------------------------------------- wrong details


def wrong_and_right(seed: int, tool: str, **arguments: Any) -> tuple[ToolResult, ToolResult]:
    """The same call in the same world, calm and with realistic luck."""
    results = []
    for faults in (CALM, ALWAYS_WRONG):
        studio = Studio(seed)
        urls = arguments["make"](studio)
        given_ = {key: value for key, value in arguments.items() if key != "make"}
        results.append(studio.result(tool, *urls, faults=faults, **given_))
    return results[0], results[1]


def _pictures(studio: Studio) -> list[str]:
    return [studio.picture('two red foxes and a white rabbit in a forest at night, watercolor, title "WINTER"')]


def _pair(studio: Studio) -> list[str]:
    fox = studio.picture("a red fox in a forest")
    return [fox, studio.make("tool_image_edit_gemini", prompt="on a beach", images=[fox])]


def _films(studio: Studio) -> list[str]:
    film = studio.film(studio.clip("a red fox in a forest"), studio.clip("two blue cats"))
    return [studio.make("tool_subtitle_add_text", video=film, text="Hello there")]


def _songs(studio: Studio) -> list[str]:
    return [studio.song("warm folk guitar")]


def _voices(studio: Studio) -> list[str]:
    return [studio.voice("Winter is here. The foxes light their lantern!")]


MISTAKES = [
    ("tool_image_analysis", "How many foxes?", "qa", _pictures, {"count", "subject"}),
    ("tool_image_analysis", "What colour is the rabbit?", "qa", _pictures, {"colour"}),
    ("tool_image_analysis", "Where is the rabbit?", "qa", _pictures, {"place"}),
    ("tool_image_analysis", "Which style?", "style", _pictures, {"style"}),
    ("tool_image_analysis", "Which background?", "qa", _pictures, {"scene"}),
    ("tool_image_analysis", "Read it.", "ocr", _pictures, {"text"}),
    ("tool_image_analysis", "What is the size?", "qa", _pictures, {"size"}),
    ("tool_image_analysis", "Same fox?", "consistency", _pair, {"identity"}),
    ("tool_image_analysis", "Any defects?", "quality", _pictures, {"issue"}),
    ("tool_video_analysis", "How long is it?", "qa", _films, {"length"}),
    ("tool_video_analysis", "What fps?", "qa", _films, {"rate"}),
    ("tool_video_analysis", "List them.", "shots", _films, {"count", "colour", "shots"}),
    ("tool_video_analysis", "Same character?", "consistency", _films, {"identity"}),
    ("tool_video_analysis", "Read it.", "ocr", _films, {"text"}),
    ("tool_audio_analysis", "What is the bpm?", "music", _songs, {"tempo", "genre", "mood"}),
    ("tool_audio_analysis", "Transcribe.", "transcribe", _voices, {"word"}),
    ("tool_audio_analysis", "Does anybody sing?", "qa", _songs, {"vocals"}),
]


@pytest.mark.parametrize(
    ("tool", "question", "kind", "make", "details"), MISTAKES, ids=[f"{m[0][5:10]}-{m[2]}-{m[1]}" for m in MISTAKES]
)
def test_a_wrong_detail_is_false_flagged_and_the_same_in_answer_and_data(tool, question, kind, make, details):
    found = set()
    for seed in range(40):
        right, wrong = wrong_and_right(seed, tool, question=question, analysis_type=kind, make=make)
        if wrong.error is not None:
            continue
        (flaw,) = wrong.flaws
        assert flaw.removeprefix("wrong_detail:") in details
        assert wrong.data["answer"] != right.data["answer"] and not right.flaws
        found.add(flaw.removeprefix("wrong_detail:"))
        _check_consistent(kind, flaw, right.data, wrong.data)
    assert found and (len(found) > 1 or len(details) < 3)


def _check_consistent(kind: str, flaw: str, right: dict[str, Any], wrong: dict[str, Any]) -> None:
    """The data say what the answer says, and differ from the truth where the flaw says so."""
    if kind == "music":
        assert f"about {wrong['estimated_bpm']} BPM" in wrong["answer"] and wrong["genre"] in wrong["answer"]
        changed = {"tempo": "estimated_bpm", "genre": "genre", "mood": "mood"}[flaw.partition(":")[2]]
        assert wrong[changed] != right[changed]
        assert changed != "estimated_bpm" or not 0.9 < wrong[changed] / right[changed] < 1.1
    if kind == "shots":
        assert f"I count {len(wrong['shots'])} shot" in wrong["answer"] and wrong["shots"] != right["shots"]
        assert all(shot["description"] in wrong["answer"] for shot in wrong["shots"])
    if kind == "ocr":
        assert (
            wrong["text"] != right["text"]
            and len(wrong["text"]) == len(right["text"])
            and wrong["text"] in wrong["answer"]
        )
    if kind == "transcribe":
        words = " ".join(one["text"] for one in wrong["segments"])
        assert words == wrong["answer"] and len(words) == len(right["answer"])
    if kind == "consistency":
        assert (wrong["score"] >= 7.5) != (right["score"] >= 7.5) and f"{wrong['score']:.1f} of 10" in wrong["answer"]
    if kind == "quality":
        assert len(wrong["issues"]) != len(right["issues"]) and f"{wrong['score']:.1f} of 10" in wrong["answer"]


def test_one_answer_in_twenty_is_wrong_and_says_so_only_in_the_record():
    flaws, answered = 0, 0
    for seed in range(4000):
        studio = Studio(seed)
        url = studio.put("img_fox00001", recipe={"params": {"prompt": "two red foxes and a white rabbit in a forest"}})
        result = studio.result("tool_image_analysis", url, question="How many foxes?", faults=REALISTIC)
        if result.error is not None:
            continue
        answered += 1
        flaws += len(result.flaws)
        assert bool(result.flaws) == (result.data["answer"] != "I see two red foxes.")
        assert "wrong_detail" not in encode_result(result)
    assert answered > 3800 and 0.04 < flaws / answered < 0.06
    assert all(tool.spec.quirks == {"wrong_detail": 0.05} for name, tool in TOOLBOX.items() if name in FIELD)


def test_in_a_calm_world_nothing_is_wrong(stock):
    studio, made = stock
    for tool, kind, names in WALK:
        assert (
            studio.result(tool, *[made[name] for name in names], question="What is it?", analysis_type=kind).flaws == ()
        )


# ---------------------------------------------------------------- any text


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=300),
    domain=st.sampled_from(["image", "video", "audio"]),
    language=st.sampled_from(["auto", "en", "zh"]),
)
def test_no_text_whatever_makes_the_routing_fail(text, domain, language):
    questions = route(text, language, domain)
    assert questions.lang in ("en", "zh") and len(questions.asks) <= 24


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.sampled_from("狐狸有没几是什么颜色? ,.;:\"'“”foxhwmanyistherecolurdn \n"), min_size=1, max_size=200)
)
def test_no_question_whatever_makes_an_answer_fail(text):
    studio = Studio(8)
    assert studio.see(text, studio.picture('a red fox, title "FAIR"')).strip()
    assert studio.watch(text, studio.put("vid_film0001")).strip()
    assert studio.hear(text, studio.put("aud_sound001")).strip()


@pytest.mark.parametrize(
    "unit",
    [
        "is there a fox, ",
        "有没有狐狸",
        '"',
        "and how many ",
        "a" * 50,
        "what does ",
        "\ue000",
        "asset://img_aaaa ",
        "a b c d e? ",
    ],
)
def test_a_long_text_is_read_in_linear_time(unit):
    def seconds(n: int) -> float:
        text = (unit * n)[:n]
        begin = time.process_time()
        route.__wrapped__(text, "auto", "video")
        return time.process_time() - begin

    seconds(1000)
    assert seconds(40_000) < 40 * max(seconds(4000), 0.004)


def test_an_unmade_recipe_is_answered_too(studio):
    odd = Asset(
        "img_odd00001", "asset://img_odd00001.png", "image", "image/png", Recipe("unknown", "s"), width=64, height=64
    )
    studio.workspace.assets[odd.id] = odd
    assert studio.see("How many foxes are there, and where?", odd.url).startswith("I see no foxes")


@pytest.mark.parametrize(
    ("question", "said"),
    [("Is it 16:9?", "Yes"), ("Is it 4:3?", "No"), ("Is it 1344x768?", "Yes"), ("Is the size 1920x1080?", "No"), ("是 16:9 吗?", "是的"),
     ("尺寸是 1024x1024 吗?", "不是")],
)  # fmt: skip
def test_a_size_asked_about_is_confirmed_or_denied(studio, question, said):
    assert studio.see(question, studio.picture("a fox", aspect_ratio="16:9")).startswith(said)


def test_a_question_with_a_quality_that_cannot_be_told_gets_neither_yes_nor_no(studio):
    answer = studio.hear("Is the voice female?", studio.voice("Hello."))
    assert answer.startswith("One voice says: “Hello.”") and answer.endswith(
        "cannot be answered from what is to be seen and heard."
    )
    assert studio.hear("Transcribe the audio", studio.voice("Hello.")) == "One voice says: “Hello.”"


def test_people_and_animals_are_counted_as_such(studio):
    url = studio.picture("two red foxes and a chef in a kitchen")
    assert studio.see("图中有几个人?有没有动物?", url) == "有一位厨师。是的:看到两只红色的狐狸。"
    assert studio.see("How many people are there? And how many animals?", url) == "I see a chef. I see two red foxes."


def test_nobody_vouches_for_the_spelling_and_a_time_is_no_ratio(studio):
    url = studio.picture('a cake, title "HAPY BIRTHDAY"')
    assert studio.see("有没有错别字?", url).startswith("文字是“HAPY BIRTHDAY”")
    assert studio.see("Are there typos in the text?", url).startswith("The text reads “HAPY BIRTHDAY”")
    assert "pixels" not in studio.watch("What happens at 0:05?", studio.clip("a fox"))


def flawed(kind, node="scene", prompt='a red fox and a blue robot in a forest, with the text "HELLO"'):
    """A workspace with one asset that has a defect of this kind, and its url."""
    for step in range(400):
        params = {"prompt": prompt, "flaw": step / 400, "seconds": 8.0, "audio": True}
        given = {"recipe": {"node": node, "params": params}}
        asset = stand_in("vid_flawed01" if node == "shot" else "img_flawed01", given)
        if any(label.partition(":")[0] == kind for label in truth(asset).defects):
            workspace = Workspace(seed=1)
            workspace.assets[asset.id] = asset
            return workspace, asset
    raise AssertionError(f"no flaw is a {kind}")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("blur", "blurred"),
        ("noise", "grainy"),
        ("colour_cast", "cast"),
        ("garbled_text", "garbled"),
        ("cropped", "cut off"),
    ],
)
def test_a_defect_that_can_be_seen_is_told(kind, words):
    workspace, asset = flawed(kind)
    call = {"images": [asset.url], "question": "Is anything wrong?", "analysis_type": "quality"}
    data = load_toolbox().call("tool_image_analysis", call, workspace).data
    assert any(words in issue for issue in data["issues"]) and data["score"] < 8.5


@pytest.mark.parametrize("kind", ["wrong_count", "missing_object", "wrong_colour", "wrong_subject"])
def test_what_only_the_request_would_tell_is_no_defect_but_the_count_and_colour_told_are_those_shown(kind):
    workspace, asset = flawed(kind, prompt="three red foxes and a blue robot in a forest")
    call = {"images": [asset.url], "question": "Is anything wrong?", "analysis_type": "quality"}
    assert load_toolbox().call("tool_image_analysis", call, workspace).data["issues"] == []
    call = {"images": [asset.url], "question": "Describe everything.", "analysis_type": "describe"}
    answer = load_toolbox().call("tool_image_analysis", call, workspace).data["answer"]
    assert all(one.name in answer or f"{one.name}es" in answer for one in truth(asset).subjects)


def test_a_flicker_in_a_clip_is_told_with_its_time():
    workspace, asset = flawed("flicker", "shot")
    call = {"videos": [asset.url], "question": "Any defects?", "analysis_type": "quality"}
    (issue,) = load_toolbox().call("tool_video_analysis", call, workspace).data["issues"]
    assert issue["text"] == "the picture flickers" and 0 <= issue["timestamp"] < 8
