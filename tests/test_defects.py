"""Defects: what comes out wrong is chosen by the recipe alone, can be seen or heard, and is told by the truth."""

import json
import random
import subprocess
import sys
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from visgenenv import load_toolbox, media
from visgenenv._data import data_dir
from visgenenv.lexicon import COLOURS, LIGHTS, SCENES, STYLES, SUBJECTS
from visgenenv.media.audio import samples
from visgenenv.media.defects import MOVING, STILL
from visgenenv.media.defects_heard import KINDS
from visgenenv.media.graphs import graph
from visgenenv.media.library import probe
from visgenenv.tools import FaultModel, Workspace
from visgenenv.types import Asset, Recipe

SEEN = {
    "missing_object": 0.008, "extra_object": 0.006, "wrong_colour": 0.008, "wrong_count": 0.008,
    "wrong_subject": 0.008, "garbled_text": 0.003, "missing_text": 0.008, "blur": 0.02, "low_resolution": 0.02,
    "noise": 0.3, "colour_cast": 0.3, "cropped": 0.01, "extra_limb": 0.002, "identity_drift": 0.008,
    "colour_drift": 0.008, "vanishing_object": 0.008, "flicker": 0.3,
}  # fmt: skip
"""So large a share of the pixels of a view of 224 px differs by more than 24 levels, for each kind."""
SHAPES = ((1024, 1024), (1344, 768), (768, 1344), (1536, 1024), (1920, 1080), (832, 1248))


def scene(prompt: str, seed: str = "a", node: str = "scene", *sources: Recipe, **more: Any) -> Recipe:
    return Recipe(node, seed, {"prompt": prompt, **more}, sources)


def shown(recipe: Recipe, width: int = 1344, height: int = 768) -> Asset:
    if recipe.node in ("scene", "edit"):
        return Asset("img_a0000001", "asset://img_a0000001.png", "image", "image/png", recipe, width, height)
    return Asset("vid_a0000001", "asset://vid_a0000001.mp4", "video", "video/mp4", recipe, width, height, 120, (24, 1))


def defects(recipe: Recipe) -> tuple[str, ...]:
    return media.truth(shown(recipe)).defects


def random_prompt(luck: random.Random) -> str:
    parts = [
        f"{luck.choice(['a', 'a', 'two', 'three'])} {luck.choice(['', '', *COLOURS])} {luck.choice(list(SUBJECTS))}"
        for _ in range(luck.choice([0, 1, 1, 2, 3]))
    ]
    words = [" and ".join(parts), SCENES[luck.choice(list(SCENES))].en[0]]
    words += [LIGHTS[luck.choice(list(LIGHTS))].en[0]] if luck.random() < 0.4 else []
    words += [STYLES[luck.choice(list(STYLES))].en[0]] if luck.random() < 0.5 else []
    words += [f'titled "{luck.choice(["HELLO", "春天来了", "Big sale"])}"'] if luck.random() < 0.35 else []
    return ", ".join(words)


def with_flaw(kind: str, prompt: str, node: str = "scene", **more: Any) -> tuple[Recipe, Recipe]:
    """Return a recipe without and with a flaw of a kind, trying one luck after another."""
    for number in range(400):
        clean = scene(prompt, f"s{number}", node, **more)
        recipe = scene(prompt, f"s{number}", node, **more, flaw=(number + 0.5) / 400)
        if any(label.startswith(kind) for label in defects(recipe)):
            return clean, recipe
    raise AssertionError(f"no {kind} for {prompt!r}")


def share_changed(clean: Recipe, flawed: Recipe, size: tuple[int, int]) -> float:
    """Return the share of pixels that differ by more than 24 levels in the view where it is largest."""
    views = [media.view(shown(recipe, *size), max_px=224) for recipe in (clean, flawed)]
    pairs = [(np.asarray(one, int), np.asarray(two, int)) for one, two in zip(*views, strict=True)]
    return max(float((np.abs(one - two).max(axis=2) > 24).mean()) for one, two in pairs)


# What can be seen


def test_every_flaw_of_many_recipes_is_told_and_seen_at_224_pixels():
    luck, found = random.Random(11), defaultdict(list)
    for number in range(500):
        node, more = ("shot", {"seconds": 5.0, "audio": False}) if number % 3 == 0 else ("scene", {})
        prompt, size = random_prompt(luck), luck.choice(SHAPES)
        clean = scene(prompt, f"v{number}", node, **more)
        flawed = scene(prompt, f"v{number}", node, **more, flaw=luck.random())
        (label,) = defects(flawed)
        assert defects(clean) == ()
        kind = label.partition(":")[0]
        share = share_changed(clean, flawed, size)
        assert share >= SEEN[kind], (label, share, prompt, size, number)
        found[kind].append(share)
    assert set(found) == {*STILL, *MOVING}


def test_the_last_frames_of_a_clip_show_a_drift_and_its_first_do_not():
    for kind in ("identity_drift", "colour_drift"):
        pair = with_flaw(kind, "a red fox in a forest, static shot", "shot", seconds=5.0, audio=False)
        clean, flawed = ([np.asarray(one, int) for one in media.view(shown(recipe), 224)] for recipe in pair)
        apart = [float((np.abs(one - two).max(axis=2) > 24).mean()) for one, two in zip(clean, flawed, strict=True)]
        assert apart[0] == 0 and apart[-1] > 0.008


@pytest.mark.parametrize("kind", MOVING)
def test_what_happens_in_time_lasts_at_least_an_eighth_of_the_clip(kind):
    _, recipe = with_flaw(kind, "a red fox and a blue car in a forest", "shot", seconds=5.0, audio=False)
    (flaw,) = graph(recipe).flaws
    assert flaw.end - flaw.start >= 0.125 and 0 <= flaw.start < flaw.end <= 1


def test_pictures_of_an_animation_begin_with_their_first_frame_and_keep_its_flaws():
    _, first = with_flaw("wrong_colour", "a red fox in a forest")
    clip = Recipe("animate", "c", {"prompt": "it runs", "seconds": 5.0, "audio": False}, (first,))
    assert defects(clip) == defects(first)
    frames = [media.view(shown(recipe), 224)[0] for recipe in (first, clip)]
    assert frames[0].tobytes() == frames[1].tobytes()


# What the truth says


def subjects(recipe: Recipe) -> list[tuple[str, int, str]]:
    return [(one.name, one.count, one.colour) for one in media.truth(shown(recipe)).subjects]


def test_the_truth_tells_what_is_shown_and_not_what_was_meant():
    prompt = "three red foxes and a blue cat in a forest"
    meant = [("fox", 3, "red"), ("cat", 1, "blue")]
    missing = with_flaw("missing_object", prompt)[1]
    assert defects(missing)[0] in ("missing_object:fox", "missing_object:cat")
    assert subjects(missing) == [one for one in meant if not defects(missing)[0].endswith(one[0])]
    extra = with_flaw("extra_object", prompt)[1]
    assert subjects(extra)[:2] == meant and subjects(extra)[2][0] == defects(extra)[0].partition(":")[2]
    count = with_flaw("wrong_count", prompt)[1]
    name, change = defects(count)[0].partition(":")[2].split(" ")
    assert (name, int(change.partition("->")[2])) in [(one[0], one[1]) for one in subjects(count)]
    colour = with_flaw("wrong_colour", prompt)[1]
    name, change = defects(colour)[0].partition(":")[2].split(" ")
    assert (name, change.partition("->")[2]) in [(one[0], one[2]) for one in subjects(colour)]
    other = with_flaw("wrong_subject", prompt)[1]
    before, after = defects(other)[0].partition(":")[2].split("->")
    assert before not in [one[0] for one in subjects(other)] and after in [one[0] for one in subjects(other)]


def test_words_that_came_out_wrong_are_told_as_they_are_drawn():
    garbled = with_flaw("garbled_text", 'a fox in a forest, titled "春天 SALE"')[1]
    text = media.truth(shown(garbled)).text
    assert text != "春天 SALE" and len(text) == len("春天 SALE") and text == graph(garbled).caption
    assert media.truth(shown(with_flaw("missing_text", 'a fox, titled "SALE"')[1])).text == ""


def test_a_figure_that_is_cut_off_is_said_to_stand_at_the_edge():
    cropped = with_flaw("cropped", "a red fox in a forest")[1]
    x, _ = media.truth(shown(cropped)).subjects[0].position
    assert x < 0.05 or x > 0.95


def test_a_figure_that_turns_into_another_is_told_beside_it():
    drifted = with_flaw("identity_drift", "a red fox in a forest", "shot", seconds=5.0, audio=False)[1]
    assert [one[0] for one in subjects(drifted)] == ["fox", defects(drifted)[0].partition("->")[2]]


def test_content_drawn_by_chance_has_only_flaws_that_need_no_prompt():
    kinds = {defects(scene("a fox", f"r{n}", flaw=n / 60, match="random"))[0].partition(":")[0] for n in range(60)}
    assert kinds <= {"extra_limb", "cropped", "blur", "low_resolution", "noise", "colour_cast"} and len(kinds) >= 5


def test_photos_of_a_library_are_spoilt_as_a_whole():
    photo, kinds = str(data_dir("media_db") / "photos" / "cat.webp"), set()
    entry = {
        "kind": "image",
        "path": photo,
        "fingerprint": probe(photo).fingerprint.hex(),
        "words": ["cat"],
        "width": 640,
        "height": 480,
        "n_frames": 0,
        "fps": [0, 1],
    }
    for number in range(24):
        clean, flawed = (scene("a cat", f"p{number}", entry=entry, **more) for more in ({}, {"flaw": number / 24}))
        kinds |= {label.partition(":")[0] for label in defects(flawed)}
        assert share_changed(clean, flawed, (640, 480)) > 0.02
    assert kinds == {"blur", "low_resolution", "noise", "colour_cast"}


def test_recipes_without_a_flaw_have_no_defects():
    assert defects(scene("a fox")) == () and defects(scene("", "b", "shot", seconds=5.0, audio=True)) == ()


def test_the_same_recipe_has_the_same_flaw_and_pixels_in_any_process():
    code = (
        "import hashlib; from visgenenv import media; from visgenenv.types import Asset, Recipe\n"
        "for n in range(8):\n"
        "    r = Recipe('scene', f'd{n}', {'prompt': 'two red foxes and a cat in a forest', 'flaw': n / 8})\n"
        "    a = Asset('img_a', 'asset://img_a.png', 'image', 'image/png', r, 640, 480)\n"
        "    print(media.truth(a).defects, hashlib.sha256(media.view(a)[0].tobytes()).hexdigest())"
    )
    out = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "ab"
    ]
    assert out[0] == out[1] and len(set(out[0].splitlines())) == 8


# What edits do to a flaw


@pytest.mark.parametrize(
    ("kind", "prompt", "edit"),
    [
        ("blur", "a fox in a forest", "make it sharp and crisp"),
        ("noise", "a fox in a forest", "denoise the picture"),
        ("low_resolution", "a fox in a forest", "upscale it"),
        ("colour_cast", "a fox in a forest", "remove the colour cast"),
        ("cropped", "a fox in a forest", "show the whole fox in frame"),
        ("extra_limb", "a fox in a forest", "remove the extra limb"),
        ("extra_limb", "一只狐狸在森林里", "去掉多余的肢体"),
        ("garbled_text", 'a fox, titled "SALE"', "fix the spelling of the title"),
        ("wrong_colour", "a red fox in a forest", "make the fox red"),
        ("wrong_count", "two foxes in a forest", "fix the number of foxes"),
        ("wrong_subject", "a fox in a forest", "repair all defects"),
        ("missing_object", "a fox and a cat in a forest", "修复图中的瑕疵"),
    ],
)
def test_an_edit_that_speaks_of_a_flaw_puts_it_right(kind, prompt, edit):
    clean, flawed = with_flaw(kind, prompt)
    mended = scene(edit, "e", "edit", flawed)
    assert defects(mended) == ()
    assert [one[:2] for one in subjects(mended)] == [one[:2] for one in subjects(clean)]


def test_an_extra_object_can_be_removed_and_a_missing_one_added():
    extra = with_flaw("extra_object", "a red fox in a forest")[1]
    name = defects(extra)[0].partition(":")[2]
    gone = scene(f"remove the {name}", "e", "edit", extra)
    assert defects(gone) == () and [one[0] for one in subjects(gone)] == ["fox"]
    missing = with_flaw("missing_object", "a fox and a cat in a forest")[1]
    name = defects(missing)[0].partition(":")[2]
    added = scene(f"add a {name}", "e", "edit", missing)
    assert defects(added) == () and {one[0] for one in subjects(added)} == {"fox", "cat"}


def test_other_edits_keep_a_flaw():
    for kind in ("blur", "extra_object", "wrong_colour", "extra_limb", "cropped"):
        flawed = with_flaw(kind, "a red fox in a forest")[1]
        assert defects(scene("at night, in the rain", "e", "edit", flawed)) == defects(flawed)


def test_an_edit_with_a_flaw_of_its_own_has_this_one_alone():
    flawed = with_flaw("blur", "a red fox in a forest")[1]
    own = [defects(scene("add a cat", "e", "edit", flawed, flaw=n / 20)) for n in range(20)]
    assert {len(one) for one in own} == {1} and len({one[0].partition(":")[0] for one in own}) > 5


# What can be heard

SONG = {"style": "pop", "title": "", "instrumental": True, "bpm": 120.0, "seconds": 12.0}
SPEECH = {"text": "one two three four five six seven eight nine ten", "voice_id": "calm", "seconds": 6.0}
EFFECT = {"prompt": "rain", "text": "rain", "seconds": 6.0}
RATE = 16000


def sounds(node: str, kind: str) -> tuple[Recipe, Recipe]:
    params: dict[str, Any] = {"song": SONG, "speech": SPEECH, "effect": EFFECT}[node]
    number = KINDS[node].index(kind)
    return Recipe(node, "x", params), Recipe(node, "x", {**params, "flaw": (number + 0.5) / len(KINDS[node])})


@pytest.mark.parametrize(("node", "kind"), [(node, kind) for node, kinds in KINDS.items() for kind in kinds])
def test_every_flaw_of_a_sound_is_told_and_measurable(node, kind):
    clean, flawed = sounds(node, kind)
    n = round(float(clean.params["seconds"]) * RATE)
    before, after = (samples(recipe, n, RATE, 1)[:, 0] for recipe in (clean, flawed))
    asset = Asset("aud_a0000001", "asset://aud_a0000001.wav", "audio", "audio/wav", flawed, n_samples=n, sample_rate=RATE, channels=1)  # fmt: skip
    (label,) = media.truth(asset).defects
    assert label.partition(":")[0] == kind
    if kind in ("silence_gap", "truncated"):
        silent = np.abs(after).reshape(-1, RATE // 20).max(axis=1) == 0
        heard = np.abs(before).reshape(-1, RATE // 20).max(axis=1) > 0.01
        assert (silent & heard).mean() >= 0.125
    elif kind == "clipping":
        assert (np.abs(after) >= 0.94).mean() > 0.05 and (np.abs(before) >= 0.94).mean() < 0.01
    elif kind == "noise":
        assert np.sqrt(np.mean((after - before) ** 2)) > 0.05
    else:
        assert media.truth(asset).bpm != 120.0 and abs(media.truth(asset).bpm / 120 - 1) >= 0.15


def test_a_song_is_played_at_the_tempo_that_the_truth_tells():
    _, flawed = sounds("song", "wrong_tempo")
    loudness = np.abs(samples(flawed, 12 * 8000, 8000, 1)[:, 0]).reshape(-1, 40).mean(axis=1)
    rise = np.maximum(0, np.diff(loudness))
    lags = np.arange(60, 240)
    best = lags[int(np.argmax([np.dot(rise[:-lag], rise[lag:]) for lag in lags]))]
    told = media.truth(Asset("aud_a", "asset://aud_a.wav", "audio", "audio/wav", flawed)).bpm
    assert min(abs(60 * 200 / best / factor - told) for factor in (0.5, 1, 2)) < 2.5


def test_words_that_are_not_heard_are_not_told():
    for kind in ("silence_gap", "truncated"):
        _, flawed = sounds("speech", kind)
        said = media.truth(Asset("aud_a", "asset://aud_a.wav", "audio", "audio/wav", flawed)).speech
        assert said.startswith("one two") and len(said) < 0.85 * len(SPEECH["text"])


def test_what_is_heard_does_not_depend_on_how_much_is_asked_for():
    for kind in KINDS["song"]:
        _, flawed = sounds("song", kind)
        long, short = samples(flawed, 12 * RATE, RATE, 1), samples(flawed, 4 * RATE, RATE, 1)
        assert np.array_equal(long[: 4 * RATE], short)


# What is put together


def clip_of(source: int, start: float, seconds: float) -> dict[str, Any]:
    return {"source": source, "start": start, "seconds": seconds, "native": seconds, "still": False,
            "size": [1344, 768], "volume": 1.0, "has_audio": True}  # fmt: skip


def film_of(clips: list[dict[str, Any]], *sources: Recipe, **more: Any) -> Recipe:
    common = {"transition": "none", "overlap": 0.0, "fit": "pad", "hold": 0.0, "keep_audio": True, "tracks": [], "bgm": None}  # fmt: skip
    return Recipe("timeline", "film", {"clips": clips, **common, **more}, sources)


def test_a_film_has_the_defects_of_its_clips_and_sounds():
    blurred = with_flaw("blur", "a fox in a forest", "shot", seconds=5.0, audio=True)[1]
    colour = with_flaw("wrong_colour", "a red cat on a beach", "shot", seconds=5.0, audio=True)[1]
    _, song = sounds("song", "clipping")
    music = {"source": 2, "volume": 0.3, "loop": False, "seconds": 10.0}
    film = film_of([clip_of(0, 0, 5), clip_of(1, 0, 5)], blurred, colour, song, bgm=music)
    assert defects(film) == (*defects(blurred), "clipping", *defects(colour))
    quiet = film_of([clip_of(0, 0, 5)], blurred, colour, song, bgm={**music, "volume": 0.0})
    assert defects(quiet) == ("blur",)


def test_a_cut_that_leaves_a_flaw_out_is_free_of_it():
    clip = with_flaw("vanishing_object", "a fox in a forest", "shot", seconds=10.0, audio=True)[1]
    (flaw,) = graph(clip).flaws
    before = film_of([clip_of(0, 0.0, 10 * flaw.start - 0.1)], clip)
    within = film_of([clip_of(0, 10 * flaw.start, 2.0)], clip)
    assert defects(before) == () and defects(within) == defects(clip)
    params = {"start": 0.0, "end": 2.0, "fade_in": 0.0, "fade_out": 0.0, "volume": 1.0, "loop_to": None,
              "normalize": False, "lengths": [12.0], "concat": [], "mix": [], "from_video": False}  # fmt: skip
    _, song = sounds("song", "truncated")
    sound = Asset("aud_a", "asset://aud_a.wav", "audio", "audio/wav", Recipe("cut", "c", params, (song,)))
    assert media.truth(sound).defects == ()


def test_operations_and_titles_keep_the_defects_below():
    clip = with_flaw("flicker", "a fox in a forest", "shot", seconds=5.0, audio=True)[1]
    cues = [{"text": "hello", "start": 0.0, "end": 1.0}]
    assert defects(Recipe("titles", "t", {"cues": cues, "size": [1344, 768]}, (clip,))) == ("flicker",)
    ops = {"size": [1344, 768], "length": 5.0, "ops": [{"op": "flip", "direction": "horizontal"}]}
    assert defects(Recipe("ops", "o", ops, (clip,))) == ("flicker",)


# What is hidden


def public(asset: Asset) -> dict[str, Any]:
    return {name: getattr(asset, name) for name in asset.__struct_fields__ if name != "recipe"}


def test_nothing_that_a_policy_or_a_file_shows_tells_of_a_flaw(tmp_path):
    box, words = load_toolbox(), (b"flaw", b"defect", *[kind.encode() for kind in SEEN])
    call = {"prompt": "two red foxes and a blue cat in a forest"}
    model = FaultModel(name="flawed", defects=1.0)
    pairs = []
    for defective in (True, False):
        faults = {"faults": model} if defective else {}
        pairs.append(box.call("tool_text2image_gemini", call, Workspace(seed=5), **faults).assets[0])
    flawed, clean = pairs
    assert media.truth(flawed).defects and not media.truth(clean).defects
    assert flawed.id == clean.id and flawed.url == clean.url
    path = media.export_asset(flawed, tmp_path)
    assert path.name == flawed.url.rpartition("/")[2]
    assert not any(word in path.read_bytes() for word in words)
    told = json.dumps(public(flawed))
    assert told == json.dumps(public(clean)) and not any(word.decode() in told for word in words)
