"""Reading prompts: what is mentioned, in either language, whatever the text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visgenenv._data import data_dir
from visgenenv.lexicon import COLOURS, LIGHTS, SCENES, STYLES, SUBJECTS, find, name_in, phrase
from visgenenv.types import Subject


def shown(text: str) -> list[tuple[str, int, str]]:
    return [(subject.name, subject.count, subject.colour) for subject in find(text).subjects]


def test_the_lexicon_is_as_large_as_promised():
    assert len(SUBJECTS) >= 77 and len(COLOURS) >= 12 and len(SCENES) >= 10 and len(STYLES) >= 8 and LIGHTS


def test_every_subject_has_a_sprite():
    missing = [entry.name for entry in SUBJECTS.values() if not (data_dir("media_db") / "sprites" / f"{entry.sprite}.webp").is_file()]  # fmt: skip
    assert not missing


def test_every_natural_colour_is_a_colour():
    assert {entry.natural for entry in SUBJECTS.values()} <= set(COLOURS)


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("three red foxes in a forest", [("fox", 3, "red")]),
        ("3只红色的狐狸", [("fox", 3, "red")]),
        ("沙滩上有两只蓝色的猫", [("cat", 2, "blue")]),
        ("两只白猫和一只黑狗", [("cat", 2, "white"), ("dog", 1, "black")]),
        ("a red cat and a blue cat", [("cat", 1, "red"), ("cat", 1, "blue")]),
        ("A fox. The red fox jumps.", [("fox", 1, "red")]),
        ("an orange cat and three oranges", [("cat", 1, "orange"), ("orange", 3, "")]),
        ("a teddy bear's picnic", [("teddy bear", 1, "")]),
        ("the smart speaker's light", [("smart speaker", 1, "")]),
        ("two wolves and a pair of mice", [("wolf", 2, ""), ("mouse", 2, "")]),
        ("8 scenes with a robot", [("robot", 1, "")]),
        ('10 character illustrations of the game character "Elf Archer"', [("elf", 1, "")]),
        ("a sailing boat, no dogs", [("sailing boat", 1, "")]),
        ("毛毡小动物朋友们(小熊、小兔)", [("bear", 1, ""), ("rabbit", 1, "")]),
        ("第3只猫", [("cat", 1, "")]),
        ("马上发布海报,明白了", []),
        ("a bee-keeper's 16:9 picture", [("bee", 1, "")]),
    ],
)
def test_subjects_are_read_with_their_number_and_colour(text, subjects):
    assert shown(text) == subjects


def test_scene_style_and_light_are_read():
    found = find("watercolour painting of a living room at night")
    assert (found.scenes, found.styles, found.lights) == (("living room",), ("watercolour",), ("night",))


def test_a_subject_that_is_not_wanted_is_excluded():
    assert find("a beach without dogs").excluded == ("dog",)
    assert find("海边,没有狗").excluded == ("dog",)


def test_quoted_words_after_a_cue_are_a_caption_and_not_a_subject():
    found = find('a poster with the title "Fox Sale" and a cat')
    assert found.caption == "Fox Sale" and shown('a poster with the title "Fox Sale" and a cat') == [("cat", 1, "")]
    assert find("海报上写着「春天来了」").caption == "春天来了"


def test_words_outside_the_lexicon_are_listed_without_stop_words():
    assert find("the glorious zeppelin is over a city").unknown == ("glorious", "zeppelin")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", SUBJECTS)
def test_what_we_write_is_read_back(name, lang):
    natural = SUBJECTS[name].natural
    for subject in (Subject(name), Subject(name, 3, "blue"), Subject(name, 2, natural), Subject(name, 1, "purple")):
        got = find(phrase(subject, lang)).subjects
        assert [(s.name, s.colour) for s in got] == [(name, subject.colour)]
        assert got[0].count == subject.count or name_in(SUBJECTS[name], lang, 1) == name_in(SUBJECTS[name], lang, 2)


@pytest.mark.parametrize("table", [SCENES, STYLES, LIGHTS, COLOURS])
def test_every_form_is_read_as_its_entry(table):
    for entry in table.values():
        for form in (*entry.en, *entry.zh):
            found = find(f"{form} cat" if form.isascii() else f"{form}的猫")
            assert entry.name in found.scenes + found.styles + found.lights + found.colours, form


def test_the_longest_texts_are_read_quickly():
    for piece in ("red fox ", "红色的狐狸", "\ud800", '"', 'text "', "a", "一只"):
        text = (piece * 65536)[:65536]
        start = time.process_time()
        find(text)
        assert time.process_time() - start < 1.0, piece


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=80) | st.text("三只红色的狐狸 two red foxes,.\"'“”text²", max_size=80))
def test_no_text_is_refused(text):
    found = find(text)
    assert all(1 <= subject.count <= 99 for subject in found.subjects)
