"""Media: what is drawn is what was asked, what is said of it is true, and files are exact to the frame and sample."""

import csv
import subprocess
import sys
import wave
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from visgenenv import load_suite, media
from visgenenv._data import data_dir
from visgenenv.errors import MediaError
from visgenenv.lexicon import SCENES, STYLES
from visgenenv.media import lettering
from visgenenv.media.audio import samples
from visgenenv.media.drawing import frame
from visgenenv.media.graphs import graph
from visgenenv.media.sheet import pixels as pixels_of
from visgenenv.types import Asset, Recipe, Subject, Upload


def scene(seed: str, prompt: str, *sources: Recipe, **more: Any) -> Recipe:
    return Recipe("scene", seed, {"prompt": prompt, **more}, sources)


def shot(seed: str, prompt: str, seconds: float = 5.0, **more: Any) -> Recipe:
    return Recipe("shot", seed, {"prompt": prompt, "seconds": seconds, "audio": True, **more})


def song(seconds: float = 20.0, bpm: float = 120.0) -> Recipe:
    params = {"style": "pop", "title": "", "lyrics": "", "instrumental": True, "bpm": bpm, "seconds": seconds}
    return Recipe("song", "song", params)


def speech(text: str, seconds: float) -> Recipe:
    return Recipe("speech", f"say {text}", {"text": text, "voice_id": "calm", "seconds": seconds})


def cut_of(source: int, start: float, seconds: float, **more: Any) -> dict[str, Any]:
    common = {"native": seconds, "still": False, "size": [320, 180], "volume": 1.0, "has_audio": True}
    return {"source": source, "start": start, "seconds": seconds, **common, **more}


def timeline(clips: list[dict[str, Any]], *sources: Recipe, **more: Any) -> Recipe:
    common = {"transition": "none", "overlap": 0.0, "fit": "pad", "hold": 0.0, "keep_audio": True, "tracks": [], "bgm": None}  # fmt: skip
    return Recipe("timeline", "film", {"clips": clips, **common, **more}, sources)


def picture(recipe: Recipe, width: int = 320, height: int = 180, extension: str = "png") -> Asset:
    mime = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}[extension]
    return Asset("img_a0000001", f"asset://img_a0000001.{extension}", "image", mime, recipe, width, height)


def film(
    recipe: Recipe, n: int, fps: tuple[int, int] = (24, 1), width: int = 320, height: int = 180, **more: Any
) -> Asset:
    sound = {"has_audio": True, "sample_rate": 44100, "channels": 2} | more
    return Asset(
        "vid_a0000001", "asset://vid_a0000001.mp4", "video", "video/mp4", recipe, width, height, n, fps, **sound
    )


def audio(recipe: Recipe, n: int, rate: int, channels: int, extension: str) -> Asset:
    mime = {"wav": "audio/wav", "mp3": "audio/mpeg", "m4a": "audio/mp4"}[extension]
    exact = {"n_samples": n, "sample_rate": rate, "channels": channels, "has_audio": True}
    return Asset("aud_a0000001", f"asset://aud_a0000001.{extension}", "audio", mime, recipe, **exact)


def pixels(recipe: Recipe, t: float = 0.0, size: tuple[int, int] = (320, 180)) -> np.ndarray[Any, Any]:
    return np.asarray(frame(recipe, t, *size), dtype=np.int16)


def decoded(path: Any) -> tuple[list[Any], int]:
    with av.open(str(path)) as container:
        frames = [one.to_ndarray(format="rgb24") for one in container.decode(video=0)]
    with av.open(str(path)) as container:
        heard = sum(one.samples for one in container.decode(audio=0)) if container.streams.audio else 0
    return frames, heard


# What is drawn


def test_a_picture_shows_the_subjects_numbers_and_colours_of_its_prompt():
    truth = media.truth(picture(scene("a", "three blue cats and a moon on a beach at sunset, watercolour")))
    assert [(one.name, one.count, one.colour) for one in truth.subjects] == [("cat", 3, "blue"), ("moon", 1, "")]
    assert (truth.scene, truth.style) == ("beach", "watercolour")


def test_a_colour_asked_for_is_seen():
    red, blue = (pixels(scene("a", f"a {colour} cat in a plain studio")) for colour in ("red", "blue"))
    changed = np.abs(red - blue).sum(axis=2) > 60
    assert changed.mean() > 0.02
    assert red[changed][:, 0].mean() > red[changed][:, 2].mean() + 60
    assert blue[changed][:, 2].mean() > blue[changed][:, 0].mean() + 60


def test_words_outside_the_lexicon_are_listed_as_unrendered():
    truth = media.truth(picture(scene("a", "a zeppelin and a fox")))
    assert [one.name for one in truth.subjects] == ["fox"] and truth.unrendered == ("zeppelin",)


def test_a_caption_is_drawn_and_told():
    plain, titled = scene("a", "a fox"), scene("a", "一只狐狸,写着「春天来了」")
    assert media.truth(picture(titled)).text == "春天来了"
    assert (np.abs(pixels(titled) - pixels(plain))[:60].max(axis=2) > 150).sum() > 100


def test_an_unwanted_subject_is_not_drawn():
    assert media.truth(picture(scene("a", "a fox and a cat", negative_prompt="cat"))).subjects[0].name == "fox"
    assert len(graph(scene("a", "a fox and a cat", negative_prompt="cat")).figures) == 1


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_can_be_painted_upright_and_wide(name):
    for size in ((96, 54), (54, 96), (64, 64)):
        assert frame(scene("a", f"a fox, {SCENES[name].en[0]}"), 0.0, *size).size == size


@pytest.mark.parametrize("name", STYLES)
def test_every_style_changes_the_picture(name):
    plain, drawn = (pixels(scene("a", f"a fox in a forest{words}")) for words in ("", f", {STYLES[name].en[0]}"))
    assert np.abs(plain - drawn).mean() > 0.5


def test_places_lie_inside_the_frame_in_every_shape():
    for width, height in ((320, 180), (180, 320), (200, 200), (420, 180)):
        truth = media.truth(picture(scene("a", "12 penguins, two horses and a castle, four balloons"), width, height))
        assert all(0 < x < 1 and 0 < y < 1 for x, y in [one.position for one in truth.subjects])


def test_a_reference_picture_passes_its_figure_on():
    fox = scene("a", "a blue fox in a studio")
    later = graph(scene("b", "the fox in a forest", fox)).figures
    assert later == graph(fox).figures
    unnamed = graph(scene("c", "the character runs over a beach", fox))
    assert [one.name for one in unnamed.figures] == ["fox"] and unnamed.scene == "beach"


@pytest.mark.parametrize(
    ("prompt", "figures"),
    [
        ("put it in a forest", [("fox", "")]),
        ("make the fox blue", [("fox", "blue")]),
        ("把狐狸变成紫色", [("fox", "purple")]),
        ("replace the fox with a bear", [("bear", "")]),
        ("把狐狸换成一只熊", [("bear", "")]),
        ("add a moon", [("fox", ""), ("moon", "")]),
        ("remove the fox and add a cat", [("cat", "")]),
    ],
)
def test_an_edit_changes_what_the_prompt_says_and_nothing_else(prompt, figures):
    edited = Recipe("edit", "b", {"prompt": prompt}, (scene("a", "a fox in a studio, felt style"),))
    assert [(one.name, one.colour) for one in graph(edited).figures] == figures
    assert media.truth(picture(edited)).style == "felt"


def test_a_clip_begins_with_its_first_frame_and_moves():
    first = scene("a", "a fox in a forest")
    clip = Recipe("animate", "b", {"prompt": "the fox runs", "seconds": 5.0, "audio": False, "tail": False}, (first,))
    assert np.abs(pixels(clip, 0.0) - pixels(first)).max() == 0
    assert np.abs(pixels(clip, 2.5) - pixels(first)).mean() > 2


def test_a_clip_with_a_last_frame_ends_in_it():
    ends = scene("a", "a fox in a forest"), scene("b", "a bear on a beach")
    clip = Recipe("animate", "c", {"prompt": "", "seconds": 5.0, "audio": False, "tail": True}, ends)
    assert np.abs(pixels(clip, 5.0) - pixels(ends[1])).max() <= 1


def test_chance_pictures_ignore_the_prompt_and_depend_on_the_seed():
    drawn = [graph(scene(seed, "a fox in a forest", match="random")) for seed in "abcdefgh"]
    assert len({(one.figures[0].name, one.scene) for one in drawn}) > 4
    assert graph(scene("a", "a cat", match="random")).figures == drawn[0].figures
    assert "fox" in drawn[0].unrendered or drawn[0].figures[0].name == "fox"


def test_the_match_of_a_database_is_one_of_two():
    assert media.MediaDB().match == "prompt"
    with pytest.raises(ValueError, match="'prompt' or 'random'"):
        media.MediaDB(match="best")  # type: ignore[arg-type]


def test_odd_prompts_are_drawn():
    for prompt in ("", "\ud800", "🦊" * 50, 'title "\ud800\u0000"', "a" * 5000, "写着「" + "龘" * 60 + "」"):
        assert frame(scene("a", prompt), 0.0, 64, 64).size == (64, 64)


# What is said of films and sounds


def test_a_film_tells_its_shots_with_source_and_stretch():
    still = scene("still", "a fox")
    recipe = timeline(
        [cut_of(0, 1.0, 3.0), cut_of(1, 0.0, 8.0, native=4.0), cut_of(2, 0.0, 9.0, native=5.0, still=True)],
        shot("one", "a cat"), shot("two", "a dog"), still,
    )  # fmt: skip
    shots = media.truth(film(recipe, 480)).shots
    assert [(one.source, one.seconds, one.native, one.stretch) for one in shots] == [
        ("one", 3.0, 3.0, 1.0), ("two", 8.0, 4.0, 2.0), ("still", 9.0, 5.0, 1.8),
    ]  # fmt: skip


def test_a_film_within_a_film_brings_the_shots_it_uses():
    inner = timeline([cut_of(0, 0.0, 5.0), cut_of(1, 0.0, 5.0)], shot("one", "a cat"), shot("two", "a dog"))
    outer = Recipe("timeline", "outer", {**inner.params, "clips": [cut_of(0, 4.0, 4.0)]}, (inner,))
    assert [(one.source, one.seconds) for one in media.truth(film(outer, 96)).shots] == [("one", 1.0), ("two", 3.0)]


def test_a_film_tells_what_is_audible():
    track = {"source": 1, "start": 1.0, "volume": 1.0, "fade_in": 0, "fade_out": 0, "seconds": 2.0}
    music = {"source": 2, "volume": 0.25, "loop": True, "seconds": 5.0}
    recipe = timeline([cut_of(0, 0.0, 5.0)], shot("one", "a cat"), speech("hello world", 2.0), song(), tracks=[track], bgm=music)  # fmt: skip
    truth = media.truth(film(recipe, 120))
    assert (truth.music, truth.bpm, truth.speech, truth.sound) == (True, 120.0, "hello world", True)
    silent = timeline([cut_of(0, 0.0, 5.0)], shot("one", "a cat"), song(), keep_audio=False, bgm={**music, "source": 1, "volume": 0.0})  # fmt: skip
    truth = media.truth(film(silent, 120))
    assert (truth.music, truth.speech, truth.sound) == (False, "", False)


def test_titles_and_subtitle_files_tell_their_cues():
    cues = [{"text": "你好", "start": 0.5, "end": 2.0}]
    titled = Recipe("titles", "t", {"cues": cues, "size": [320, 180]}, (shot("one", "a cat"),))
    truth = media.truth(film(titled, 120))
    assert truth.subtitles == ((0.5, 2.0, "你好"),) and "你好" in truth.text and len(truth.shots) == 1
    srt = Recipe("document", "d", {"text": "1\n00:00:00,500 --> 00:00:02,000\nhello\nyou\n\n2\n00:01:02,000 --> 00:01:03,250\nagain\n"})  # fmt: skip
    file = Asset("sub_a0000001", "asset://sub_a0000001.srt", "subtitle", "application/x-subrip", srt)
    assert media.truth(file).subtitles == ((0.5, 2.0, "hello\nyou"), (62.0, 63.25, "again"))


def test_a_cut_speech_says_only_what_is_left():
    params = {"start": 0.0, "end": 1.0, "fade_in": 0.0, "fade_out": 0.0, "volume": 1.0, "loop_to": None,
              "normalize": False, "lengths": [2.0], "concat": [], "mix": [], "from_video": False}  # fmt: skip
    cut = Recipe("cut", "c", params, (speech("left right", 2.0),))
    assert media.truth(audio(cut, 44100, 44100, 2, "wav")).speech == "left"


def test_truth_names_subjects_once_for_all_clips():
    recipe = timeline([cut_of(0, 0.0, 5.0), cut_of(1, 0.0, 5.0)], shot("one", "a cat"), shot("two", "three cats"))
    assert [(one.name, one.count) for one in media.truth(film(recipe, 240)).subjects] == [("cat", 3)]


# Sound


def test_a_song_keeps_its_tempo():
    wave_, rate = samples(song(60.0, 97.3), 60 * 8000, 8000, 1)[:, 0], 8000
    loudness = np.abs(wave_).reshape(-1, 40).mean(axis=1)
    rise = np.maximum(0, np.diff(loudness))
    lags = np.arange(60, 240)
    best = lags[int(np.argmax([np.dot(rise[:-lag], rise[lag:]) for lag in lags]))]
    tempo = 60 * rate / 40 / best
    assert min(abs(tempo / factor - 97.3) for factor in (0.5, 1, 2)) < 1.5


def test_sound_has_the_length_asked_for_and_silence_after_its_end():
    said = samples(speech("hello", 1.0), 66150, 44100, 2)
    assert said.shape == (66150, 2) and np.abs(said[:44100]).max() > 0.1 and np.abs(said[44100:]).max() == 0


def test_a_track_is_heard_where_it_is_placed():
    track = {"source": 1, "start": 2.0, "volume": 1.0, "fade_in": 0, "fade_out": 0, "seconds": 1.0}
    recipe = timeline([cut_of(0, 0.0, 5.0)], shot("one", "a cat", audio=False), speech("hello", 1.0), tracks=[track])
    heard = np.abs(samples(recipe, 5 * 8000, 8000, 1)[:, 0]).reshape(5, 8000).max(axis=1)
    assert heard[2] > 0.1 and heard[[0, 1, 3, 4]].max() < 1e-6


def test_music_loops_under_a_longer_film():
    music = {"source": 1, "volume": 1.0, "loop": True, "seconds": 6.0}
    recipe = timeline([cut_of(0, 0.0, 6.0)], shot("one", "a cat", audio=False), song(2.0), bgm=music)
    heard = samples(recipe, 6 * 8000, 8000, 1)[:, 0]
    assert np.abs(heard[2 * 8000 : 5 * 8000]).max() > 0.1


def test_a_cut_trims_joins_loops_and_normalises():
    params = {"start": 0.5, "end": 1.5, "fade_in": 0.1, "fade_out": 0.1, "volume": 0.2, "loop_to": 5.0,
              "normalize": True, "lengths": [2.0, 1.0], "concat": [1], "mix": [], "from_video": False}  # fmt: skip
    heard = samples(Recipe("cut", "c", params, (song(2.0), speech("hello", 1.0))), 6 * 8000, 8000, 1)[:, 0]
    assert abs(np.abs(heard).max() - 0.9) < 0.01 and np.abs(heard[5 * 8000 :]).max() == 0


# Files


@pytest.mark.parametrize(("extension", "form"), [("png", "PNG"), ("jpg", "JPEG"), ("webp", "WEBP")])
def test_a_picture_file_has_the_exact_size_and_format(tmp_path, extension, form):
    with Image.open(media.export_asset(picture(scene("a", "a fox"), 333, 187, extension), tmp_path)) as image:
        assert (image.size, image.format) == ((333, 187), form)


@pytest.mark.parametrize(("n", "fps", "rate"), [(61, (24, 1), 44100), (31, (30000, 1001), 48000), (25, (25, 1), 48000)])
def test_a_film_file_is_exact_to_the_frame_and_the_sample(tmp_path, n, fps, rate):
    asset = film(shot("one", "a cat dances on a beach", 3.0), n, fps, sample_rate=rate)
    path = media.export_asset(asset, tmp_path)
    frames, heard = decoded(path)
    assert len(frames) == n and frames[0].shape == (180, 320, 3)
    assert heard == round(n * fps[1] * rate / fps[0])
    with av.open(str(path)) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert video.average_rate == fps[0] / fps[1] or (video.average_rate.numerator, video.average_rate.denominator) == fps  # fmt: skip
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (sound.codec_context.name, sound.rate, sound.channels) == ("aac", rate, 2)
        assert (video.start_time, sound.start_time) == (0, 0) and sound.duration * sound.time_base * rate == heard
    moved = [np.abs(frames[0].astype(int) - frames[k].astype(int)).mean() for k in (n // 2, n - 1)]
    assert min(moved) > 1


def test_a_silent_film_has_no_sound_track(tmp_path):
    path = media.export_asset(film(shot("one", "a cat"), 5, has_audio=False, sample_rate=0, channels=0), tmp_path)
    assert decoded(path)[1] == 0


def test_equal_films_have_equal_bytes(tmp_path):
    asset = film(shot("one", "a cat on a street in the rain"), 12)
    one, two = (media.export_asset(asset, tmp_path / name).read_bytes() for name in "ab")
    assert one == two


@pytest.mark.parametrize("extension", ["wav", "mp3", "m4a"])
@pytest.mark.parametrize(("n", "rate", "channels"), [(70001, 32000, 1), (102400, 44100, 2), (1001, 44100, 2)])
def test_a_sound_file_is_exact_to_the_sample(tmp_path, extension, n, rate, channels):
    path = media.export_asset(audio(song(4.0), n, rate, channels, extension), tmp_path)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels) == (rate, channels)
        assert sum(one.samples for one in container.decode(audio=0)) == n
    if extension == "wav":
        with wave.open(str(path)) as file:
            assert file.getnframes() == n


def test_titles_are_seen_only_while_their_cue_lasts():
    below = shot("one", "a cat in a studio, static shot")
    cues = [{"text": "你好 hello", "start": 1.0, "end": 2.0}]
    titled = Recipe("titles", "t", {"cues": cues, "size": [320, 180], "font_size": 24, "stroke_width": 2}, (below,))
    changed = [np.abs(pixels(titled, t) - pixels(below, t)).max() for t in (0.5, 1.5, 2.5)]
    assert changed[0] == 0 and changed[1] > 100 and changed[2] == 0


@pytest.mark.parametrize("transition", ["crossfade", "fade", "slide", "wipe", "dissolve"])
def test_a_transition_shows_both_clips(transition):
    clips = [cut_of(0, 0.0, 3.0), cut_of(1, 0.0, 3.0)]
    parts = shot("one", "snow, static shot"), shot("two", "space, static shot")
    recipe = timeline(clips, *parts, transition=transition, overlap=1.0)
    before, within, after = (pixels(recipe, t) for t in (1.5, 2.3, 4.0))
    assert np.abs(before - pixels(parts[0], 1.5)).max() == 0 and np.abs(after - pixels(parts[1], 2.0)).max() == 0
    assert np.abs(within - before).mean() > 1 and np.abs(within - after).mean() > 1


def test_a_clip_of_another_shape_gets_borders_or_is_cut():
    clips = [cut_of(0, 0.0, 3.0, size=[180, 320])]
    padded, cropped = (pixels(Recipe("timeline", fit, timeline(clips, fit=fit).params, (shot("one", "snow"),))) for fit in ("pad", "crop"))  # fmt: skip
    assert padded[:, :60].max() == 0 and cropped[:, :60].min() > 0


def test_texts_are_written_as_they_are(tmp_path):
    recipe = Recipe("document", "d", {"text": "一\r\ntwo\ud800"})
    path = media.export_asset(Asset("txt_a0000001", "asset://txt_a0000001.txt", "text", "text/plain", recipe), tmp_path)
    assert path.read_bytes() == "一\r\ntwo?".encode()


def test_a_folder_that_cannot_be_written_is_named_in_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(MediaError, match="file") as caught:
        media.export_asset(picture(scene("a", "a fox")), tmp_path / "file" / "below")
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_preview_film_is_smaller_and_as_long(tmp_path):
    path = media.export_preview(film(shot("one", "a cat"), 30), tmp_path / "small.mp4", height=90)
    frames, heard = decoded(path)
    assert len(frames) == 30 and frames[0].shape == (90, 160, 3) and heard == round(30 / 24 * 44100)
    assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat")


@pytest.mark.slow
def test_a_long_film_in_full_size_is_exact(tmp_path):
    sources = [
        shot(f"s{i}", words) for i, words in enumerate(("a fox in a forest", "two cats on a beach", "a robot in space"))
    ]
    clips = [cut_of(i % 3, 0.0, 5.0, size=[1280, 720]) for i in range(8)]
    recipe = timeline(clips, *sources, transition="crossfade", overlap=0.5)
    frames, heard = 0, 0
    path = media.export_asset(film(recipe, 876, width=1280, height=720), tmp_path)
    with av.open(str(path)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    with av.open(str(path)) as container:
        heard = sum(one.samples for one in container.decode(audio=0))
    assert (frames, heard) == (876, 1609650)


# Looking


def test_opening_gives_a_picture_a_sheet_a_spectrogram_or_a_text():
    assert media.open_asset(picture(scene("a", "a fox"))).size == (320, 180)
    sheet = media.open_asset(film(shot("one", "a cat"), 120))
    assert sheet.width > sheet.height
    assert isinstance(media.open_asset(audio(song(), 44100, 44100, 2, "wav")), Image.Image)
    text = Asset(
        "txt_a0000001", "asset://txt_a0000001.txt", "text", "text/plain", Recipe("document", "d", {"text": "hi"})
    )
    assert media.open_asset(text) == "hi"


def test_views_are_small_and_evenly_spaced():
    assert max(media.view(picture(scene("a", "a fox"), 2048, 1024))[0].size) <= 448
    frames = media.view(film(shot("one", "a cat runs"), 120), max_px=160, n_frames=5)
    assert len(frames) == 5 and np.abs(np.asarray(frames[0], int) - np.asarray(frames[4], int)).mean() > 1


def test_what_is_looked_at_belongs_to_the_caller():
    for asset in (picture(scene("own", "a fox in a forest")), film(shot("own", "a cat"), 48)):
        first = media.view(asset)[0]
        before = first.tobytes()
        first.paste((255, 0, 0), (0, 0, *first.size))
        assert media.view(asset)[0].tobytes() == before
        small = media.thumbnail(asset)
        before = small.tobytes()
        small.paste((255, 0, 0), (0, 0, *small.size))
        assert media.thumbnail(asset).tobytes() == before
        assert not pixels_of(asset).flags.writeable


def test_thumbnails_stand_in_the_middle_of_black_squares():
    wide, tall = picture(scene("a", "a fox"), 1024, 512), picture(scene("a", "a fox"), 512, 1024)
    squares = media.letterboxed([wide, tall], 4, 448)
    assert squares.shape == (4, 448, 448, 3) and squares.dtype == np.uint8
    assert squares[0, :112].max() == 0 and squares[0, 112:336].min(axis=2).mean() > 10
    assert squares[1, :, :112].max() == 0 and squares[2:].max() == 0


def test_a_picture_shows_the_same_at_every_size():
    for number, words in enumerate(("two red foxes in a forest at sunset", "a white cat in the snow, felt style", "a robot in space")):  # fmt: skip
        large = Image.fromarray(pixels(scene(f"z{number}", words), 0.0, (960, 540)).astype(np.uint8))
        small = pixels(scene(f"z{number}", words), 0.0, (320, 180))
        assert np.abs(np.asarray(large.reduce(3), np.int16) - small).mean() < 9


def test_a_figure_in_the_colour_of_its_backdrop_is_set_off():
    for words in ("a white rabbit in a studio", "a black cat in space", "a black dog in a forest at night"):
        with_it, without = pixels(scene("g", words)), pixels(scene("g", words.split(" in ")[1]))
        assert (np.abs(with_it - without).max(axis=2) > 60).mean() > 0.006


@pytest.mark.parametrize(("kind", "asked"), [("image", {"width": 640, "height": 480}), ("video", {"duration": 3.0}), ("audio", {"duration": 2.5})])  # fmt: skip
def test_an_upload_shows_its_description(kind, asked):
    asset = media.upload_asset(
        Upload("ref", kind, "a red fox in a forest", **asked), f"{kind[:3]}_a0000001", "upload:0:ref"
    )
    if kind == "image":
        assert (asset.width, asset.height) == (640, 480)
    else:
        assert asset.duration == pytest.approx(asked["duration"])
    if kind != "audio":
        assert Subject("fox", 1, "red", media.truth(asset).subjects[0].position) in media.truth(asset).subjects


# What is shipped


def test_every_shipped_file_is_attributed():
    root = data_dir("media_db")
    with (root / "ATTRIBUTION.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    patterns = [pattern.strip() for row in rows for pattern in row["file"].split(",")]
    names = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    assert [name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)] == []
    assert [pattern for pattern in patterns if not any(fnmatch(name, pattern) for name in names)] == []
    assert all(row["licence"] and row["author"] and row["origin"] for row in rows)


def test_importing_media_loads_no_codec():
    code = "import sys, visgenenv.media; sys.exit('av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_chinese_character_of_the_lexicon_the_tools_and_the_requests_has_a_glyph():
    face, box = lettering.font(32), bytes(lettering.font(32).getmask("\u9f98"))  # a character no text here has
    suite = load_suite("train")
    texts = [
        path.read_text(encoding="utf-8")
        for folder in ("lexicon", "media")
        for path in (Path(media.__file__).parents[1] / folder).glob("**/*.py")
    ]
    texts += [path.read_text(encoding="utf-8") for path in data_dir("tool_specs").glob("**/*.json")]
    texts += [suite[number].query for number in range(400)]
    characters = sorted({one for text in texts for one in text if "\u4e00" <= one <= "\u9fff"} - {"\u9f98"})
    assert len(characters) > 1500
    assert [one for one in characters if bytes(face.getmask(one)) == box] == []
