"""Trimming, speed, post-processing, narration and beats: exact arithmetic, MoviePy's refusals, files as promised."""

from __future__ import annotations

import itertools
from fractions import Fraction

import av
import numpy as np
import pytest

from visgenenv.media import truth
from visgenenv.media.audio import samples
from visgenenv.media.beats import pulses
from visgenenv.media.drawing import frame
from visgenenv.testing import stand_in
from visgenenv.tools import Workspace, load_toolbox
from visgenenv.types import Recipe

TOOLBOX = load_toolbox()
TRIM, SPEED, POST = "tool_video_trim_edit", "tool_video_speed_adjust", "tool_video_postprocess"
VOICE, BEAT, CUT, COMPOSITE = "tool_tts_composite", "tool_beat_detect", "tool_audio_edit_cut", "tool_video_composite"
FILM, SONG, SPEECH, PICTURE = "vid_film0001", "aud_song0001", "aud_talk0001", "img_mark0001"


class Desk:
    """A workspace with a film of 8 s (1280x720, 24 fps), a song of 60 s at 120 bpm, 30 s of speech and a picture."""

    def __init__(self, seed=0):
        self.workspace = Workspace(seed)
        self.add(FILM)
        self.song(SONG, 120.0, 60.0)
        self.add(SPEECH)
        self.add(PICTURE)

    def add(self, reference, **given):
        asset = stand_in(reference, given)
        self.workspace.assets[asset.id] = asset
        return asset

    def song(self, reference, bpm, seconds, instrumental=True):
        params = {"style": "upbeat pop", "instrumental": instrumental, "bpm": bpm, "seconds": seconds}
        recipe = {"node": "song", "params": params}
        return self.add(reference, recipe=recipe, n_samples=round(seconds * 44100), sample_rate=44100, channels=2)

    def call(self, tool, **arguments):
        return TOOLBOX.call(tool, arguments, self.workspace)

    def made(self, tool, **arguments):
        result = self.call(tool, **arguments)
        assert result.ok, result.error
        return result.assets[0]

    def told(self, tool, **arguments):
        result = self.call(tool, **arguments)
        assert result.ok, result.error
        return result.data

    def refusal(self, tool, **arguments):
        result = self.call(tool, **arguments)
        assert not result.ok and not result.assets
        return result.error.message


@pytest.fixture
def desk():
    return Desk()


# ---------------------------------------------------------------- trimming


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [
        ({}, 8),
        ({"start_time": 2}, 6),
        ({"end_time": 3}, 3),
        ({"start_time": 1.23, "end_time": 4.56}, Fraction(80, 24)),
        ({"start_time": 0, "end_time": 8.02}, 8),
        ({"start_time": 2, "end_time": 5, "mode": "remove"}, 5),
        ({"segments": [{"start": 0, "end": 1}, {"start": 4, "end": 6.5}]}, Fraction(7, 2)),
        ({"segments": [{"start": 5, "end": 6}, {"start": 0, "end": 1}]}, 2),
        ({"segments": [{"start": 0, "end": 1}, {"start": 0, "end": 1}]}, 2),
        ({"segments": [{"start": 5, "end": 8}, {"start": 0, "end": 1}], "mode": "remove"}, 4),
    ],
)
def test_a_trim_lasts_as_long_as_what_it_keeps_on_the_frame_grid(desk, arguments, seconds):
    film = desk.made(TRIM, video=FILM, **arguments)
    assert Fraction(film.n_frames * film.fps[1], film.fps[0]) == seconds
    assert (film.width, film.height, film.fps, film.has_audio, film.sample_rate) == (1280, 720, (24, 1), True, 48000)
    assert film.parents == ((FILM, "source"),)


def test_a_trim_shows_the_stretch_it_kept_and_sounds_like_it(desk):
    source, film = desk.workspace.find(FILM), desk.made(TRIM, video=FILM, start_time=2, end_time=5)
    assert np.array_equal(frame(film.recipe, 1.0, 160, 90), frame(source.recipe, 3.0, 160, 90))
    whole, part = samples(source.recipe, 8 * 8000, 8000, 1)[:, 0], samples(film.recipe, 3 * 8000, 8000, 1)[:, 0]
    assert np.allclose(part, whole[16000:40000], atol=1e-6)


def test_a_trim_that_changes_nothing_keeps_the_content_root(desk):
    for arguments in (
        {},
        {"start_time": 0, "end_time": 8},
        {"accurate": False},
        {"segments": [{"start": 0, "end": 4}, {"start": 4, "end": 8}]},
    ):
        assert desk.made(TRIM, video=FILM, **arguments).content_root == FILM, arguments
    for arguments in ({"end_time": 7}, {"segments": [{"start": 4, "end": 8}, {"start": 0, "end": 4}]}):
        film = desk.made(TRIM, video=FILM, **arguments)
        assert film.content_root == film.id, arguments


def test_a_cut_at_key_frames_is_up_to_half_a_second_longer_and_much_faster():
    longer = []
    for seed in range(60):
        result = Desk(seed).call(TRIM, video=FILM, start_time=2, end_time=5, accurate=False)
        longer.append(result.assets[0].duration - 3)
        assert 0.3 <= result.usage.latency_s <= 6
    assert min(longer) >= 0 and max(longer) <= 0.5 + 1 / 48
    assert 0.15 < sum(longer) / 60 < 0.35


def test_a_cut_at_key_frames_never_reaches_outside_the_film():
    for seed in range(20):
        for span in ({"end_time": 7.9}, {"start_time": 0.1}, {"start_time": 0.1, "end_time": 7.9}):
            film = Desk(seed).made(TRIM, video=FILM, accurate=False, **span)
            (clip,) = film.recipe.params["clips"]
            assert clip["start"] >= 0 and clip["start"] + clip["native"] <= 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            {"start_time": 0, "end_time": 12},
            "end_time (12.00) should be smaller or equal to the clip's duration (8.00).",
        ),
        ({"start_time": 9}, "start_time (9.00) should be smaller than the clip's duration (8.00)."),
        ({"start_time": 5, "end_time": 3}, "start_time (5.00) should be smaller than end_time (3.00)."),
        ({"segments": [{"start": 0, "end": 9}]}, "segments[0]: end_time (9.00) should be smaller or equal"),
        ({"mode": "remove"}, "nothing would be left"),
        ({"segments": [{"start": 0, "end": 5}, {"start": 5, "end": 8}], "mode": "remove"}, "nothing would be left"),
        ({"segments": [{"start": 1, "end": 5}, {"start": 4, "end": 6}], "mode": "remove"}, "must not overlap"),
        ({"end_time": 2, "segments": [{"start": 0, "end": 1}]}, "Give either start_time and end_time or segments"),
    ],
)
def test_a_trim_out_of_bounds_is_refused_in_moviepys_words(desk, arguments, said):
    assert said in desk.refusal(TRIM, video=FILM, **arguments)


# ---------------------------------------------------------------- speed


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [
        ({"speed": 2}, 4),
        ({"speed": 0.5}, 16),
        ({"speed": 1.5}, Fraction(128, 24)),
        ({"speed": 4}, 2),
        ({"speed": 0.1}, 80),
        ({"target_duration": 5}, 5),
        ({"speed": 2, "segment": {"start": 2, "end": 6}}, 6),
        ({"speed": 0.25, "segment": {"start": 7, "end": 8}}, 11),
        ({"target_duration": 10, "segment": {"start": 2, "end": 4}}, 10),
    ],
)
def test_a_film_at_another_speed_lasts_accordingly_on_the_frame_grid(desk, arguments, seconds):
    film = desk.made(SPEED, video=FILM, **arguments)
    assert Fraction(film.n_frames, 24) == seconds
    assert (film.width, film.height, film.fps, film.parents) == (1280, 720, (24, 1), ((FILM, "source"),))


def test_a_slowed_film_without_its_frame_rate_shows_the_same_frames_for_longer(desk):
    film = desk.made(SPEED, video=FILM, speed=0.5, keep_fps=False)
    assert (film.n_frames, film.fps) == (192, (12, 1))
    assert desk.made(SPEED, video=FILM, speed=2, keep_fps=False).fps == (24, 1)
    uneven = desk.made(SPEED, video=FILM, speed=0.35, keep_fps=False)
    assert (uneven.n_frames, Fraction(*uneven.fps)) == (192, Fraction("8.4"))


def test_the_speed_that_a_length_needs_is_told(desk):
    assert desk.told(SPEED, video=FILM, target_duration=5) == {"speed": 1.6}
    assert desk.told(SPEED, video=FILM, target_duration=10, segment={"start": 2, "end": 4}) == {"speed": 0.5}


@pytest.mark.parametrize("speed", [0, -1, 0.09, 4.01, 1e300])
def test_a_speed_out_of_bounds_is_refused_in_mediakits_words(desk, speed):
    assert "speed must be between 0.1 and 4" in desk.refusal(SPEED, video=FILM, speed=speed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "Give exactly one of speed and target_duration."),
        ({"speed": 1, "target_duration": 8}, "Give exactly one of speed and target_duration."),
        ({"target_duration": 1}, "speed must be between 0.1 and 4"),
        ({"target_duration": 81}, "speed must be between 0.1 and 4"),
        ({"target_duration": 5, "segment": {"start": 0, "end": 2}}, "is too short"),
        ({"speed": 2, "segment": {"start": 3, "end": 12}}, "segment: end_time (12.00) should be smaller or equal"),
        ({"speed": 2, "segment": {"start": 3, "end": 3}}, "segment: start_time (3.00) should be smaller than end_time"),
        ({"speed": 0.5, "segment": {"start": 3, "end": 4}, "keep_fps": False}, "keep_fps false needs the whole video"),
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(desk, arguments, said):
    assert said in desk.refusal(SPEED, video=FILM, **arguments)


def test_a_faster_film_shows_its_source_at_that_pace_and_its_shots_say_so(desk):
    source, film = desk.workspace.find(FILM), desk.made(SPEED, video=FILM, speed=2)
    assert np.array_equal(frame(film.recipe, 1.5, 160, 90), frame(source.recipe, 3.0, 160, 90))
    (shot,) = truth(film).shots
    assert (shot.seconds, shot.native, shot.stretch) == (4, 8, 0.5)
    parts = truth(desk.made(SPEED, video=FILM, speed=0.5, segment={"start": 2, "end": 4})).shots
    assert [(shot.seconds, shot.native, shot.stretch) for shot in parts] == [(2, 2, 1), (4, 2, 2), (4, 4, 1)]


def loudest_pitch(sound, rate):
    """Return the strongest frequency in Hz."""
    return float(np.fft.rfftfreq(sound.size, 1 / rate)[np.argmax(np.abs(np.fft.rfft(sound)))])


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2.0])
def test_a_stretched_tone_keeps_its_pitch_or_shifts_with_the_speed(speed):
    from visgenenv.media.stretching import stretched

    rate = 16000
    tone = np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate).astype(np.float32)
    n = round(tone.size / speed)
    kept, shifted = stretched(tone, n, rate), stretched(tone, n, rate, keep_pitch=False)
    assert kept.size == shifted.size == n
    assert loudest_pitch(kept, rate) == pytest.approx(440, rel=0.02)
    assert loudest_pitch(shifted, rate) == pytest.approx(440 * speed, rel=0.02)
    assert 0.6 < np.sqrt(np.mean(kept[800:-800] ** 2)) / np.sqrt(0.5) < 1.1


def test_a_sound_at_another_speed_is_exact_to_the_sample_and_keeps_its_form(desk):
    sound = desk.made(SPEED, video=SONG, speed=1.25, keep_pitch=False)
    assert (sound.kind, sound.n_samples, sound.sample_rate, sound.channels) == ("audio", 48 * 44100, 44100, 2)
    assert sound.parents == ((SONG, "source"),)
    assert desk.made(SPEED, video=SONG, speed=2, segment={"start": 10, "end": 20}).n_samples == 55 * 44100
    assert desk.made(SPEED, video=SONG, target_duration=45.5).n_samples == round(45.5 * 44100)
    assert samples(sound.recipe, sound.n_samples, 44100)[-44100:].any()


def test_speed_one_changes_nothing(desk):
    assert desk.made(SPEED, video=FILM, speed=1).content_root == FILM
    assert desk.made(SPEED, video=SONG, speed=1).content_root == SONG
    assert desk.made(SPEED, video=SONG, speed=1.1).content_root != SONG


# ---------------------------------------------------------------- post-processing


@pytest.mark.parametrize(
    ("operations", "width", "height", "n_frames", "fps"),
    [
        ([{"op": "resize", "height": 480}], 854, 480, 192, 24),
        ([{"op": "resize", "width": 640}], 640, 360, 192, 24),
        ([{"op": "resize", "width": 333, "height": 501}], 334, 502, 192, 24),
        ([{"op": "crop", "aspect_ratio": "9:16"}], 404, 720, 192, 24),
        ([{"op": "crop", "aspect_ratio": "1:1"}], 720, 720, 192, 24),
        ([{"op": "crop", "width": 401, "height": 303, "x": 10, "y": 20}], 400, 302, 192, 24),
        ([{"op": "pad", "aspect_ratio": "9:16"}], 1280, 2276, 192, 24),
        ([{"op": "pad", "aspect_ratio": "4:3"}], 1280, 960, 192, 24),
        ([{"op": "rotate", "angle": 90}], 720, 1280, 192, 24),
        ([{"op": "rotate", "angle": 180}], 1280, 720, 192, 24),
        ([{"op": "rotate", "angle": 270}, {"op": "resize", "width": 360}], 360, 640, 192, 24),
        ([{"op": "flip", "direction": "vertical"}, {"op": "filter", "name": "bw"}], 1280, 720, 192, 24),
        ([{"op": "fade_in"}, {"op": "fade_out", "duration": 8}, {"op": "color", "contrast": 0.5}], 1280, 720, 192, 24),
        ([{"op": "freeze", "time": 3, "duration": 2.5}], 1280, 720, 252, 24),
        ([{"op": "loop", "count": 3}], 1280, 720, 576, 24),
        ([{"op": "freeze", "time": 0, "duration": 1}, {"op": "loop", "count": 2}], 1280, 720, 432, 24),
        ([{"op": "loop", "count": 2}, {"op": "freeze", "time": 0, "duration": 1}], 1280, 720, 408, 24),
        ([{"op": "fps", "fps": 30}], 1280, 720, 240, 30),
        ([{"op": "watermark", "image": PICTURE, "opacity": 0.5}, {"op": "volume", "volume": 2}], 1280, 720, 192, 24),
    ],
)
def test_operations_give_exact_sizes_and_lengths_in_their_order(desk, operations, width, height, n_frames, fps):
    film = desk.made(POST, video=FILM, operations=operations)
    assert (film.width, film.height, film.n_frames, film.fps) == (width, height, n_frames, (fps, 1))
    assert film.mime == "video/mp4" and film.has_audio
    assert film.content_root == film.id
    assert frame(film.recipe, 0.5, width // 4, height // 4).size == (width // 4, height // 4)


@pytest.mark.parametrize(
    ("format", "mime", "has_audio"),
    [
        ("mp4", "video/mp4", True),
        ("mov", "video/quicktime", True),
        ("webm", "video/webm", True),
        ("gif", "image/gif", False),
    ],
)
def test_each_format_has_its_type_and_a_gif_is_silent(desk, format, mime, has_audio):
    film = desk.made(POST, video=FILM, operations=[{"op": "resize", "height": 360}], format=format)
    assert (film.mime, film.has_audio, film.url.rpartition(".")[2]) == (mime, has_audio, format)
    assert (film.sample_rate, film.channels) == ((48000, 2) if has_audio else (0, 0))


def test_a_muted_film_has_no_sound_and_a_doubled_one_is_twice_as_loud(desk):
    assert not desk.made(POST, video=FILM, operations=[{"op": "mute"}]).has_audio
    source = samples(desk.workspace.find(FILM).recipe, 8000, 8000)
    half = samples(desk.made(POST, video=FILM, operations=[{"op": "volume", "volume": 0.5}]).recipe, 8000, 8000)
    assert np.allclose(half, source / 2, atol=1e-6)


def test_a_watermark_is_a_parent_and_can_be_seen_in_its_corner(desk):
    plain = desk.made(POST, video=FILM, operations=[{"op": "rotate", "angle": 180}])
    marked = desk.made(
        POST,
        video=FILM,
        operations=[
            {"op": "rotate", "angle": 180},
            {"op": "watermark", "image": PICTURE, "position": "top_left", "scale": 0.25},
        ],
    )
    assert marked.parents == ((FILM, "source"), (PICTURE, "track"))
    before, after = (np.asarray(frame(film.recipe, 1.0, 320, 180), int) for film in (plain, marked))
    changed = np.argwhere(np.abs(before - after).sum(axis=2) > 30)
    assert changed[:, 0].max() < 90 and changed[:, 1].max() < 90
    assert len(changed) > 2000


def test_pictures_are_cut_turned_faded_and_held_as_asked(desk):
    source = desk.workspace.find(FILM).recipe

    def shown(t, width, height, *operations):
        return np.asarray(frame(desk.made(POST, video=FILM, operations=list(operations)).recipe, t, width, height), int)

    whole = np.asarray(frame(source, 2.0, 1280, 720), int)
    crop = shown(2.0, 640, 360, {"op": "crop", "width": 640, "height": 360, "x": 100, "y": 50})
    assert np.array_equal(crop, whole[50:410, 100:740])
    assert np.array_equal(shown(2.0, 1280, 720, {"op": "flip", "direction": "horizontal"}), whole[:, ::-1])
    assert np.array_equal(shown(2.0, 720, 1280, {"op": "rotate", "angle": 90}), np.rot90(whole))
    assert shown(0.0, 1280, 720, {"op": "fade_in", "duration": 2}).max() == 0
    faded = shown(1.0, 1280, 720, {"op": "fade_out", "duration": 8})
    assert np.abs(faded - np.asarray(frame(source, 1.0, 1280, 720)) * (7 / 8)).max() <= 1
    assert np.array_equal(shown(3.5, 1280, 720, {"op": "freeze", "time": 2, "duration": 3}), whole)
    assert np.array_equal(shown(5.0, 1280, 720, {"op": "freeze", "time": 1, "duration": 3}), whole)
    assert np.array_equal(shown(18.0, 1280, 720, {"op": "loop", "count": 3}), whole)
    grey = shown(2.0, 1280, 720, {"op": "filter", "name": "bw"})
    assert np.array_equal(grey[..., 0], grey[..., 1]) and np.array_equal(grey[..., 1], grey[..., 2])
    padded = shown(2.0, 1280, 960, {"op": "pad", "aspect_ratio": "4:3", "color": "#FF8000"})
    assert padded[0, 0].tolist() == [255, 128, 0] and np.array_equal(padded[120:840], whole)


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ([{"op": "crop", "width": 1300, "height": 700}], "Invalid argument: the crop 1300x700 at (0, 10)"),
        (
            [{"op": "rotate", "angle": 90}, {"op": "crop", "width": 1280, "height": 720}],
            "operations[1]: Invalid argument",
        ),
        ([{"op": "fade_in", "duration": 8.5}], "fade_in duration (8.50) should be smaller or equal"),
        ([{"op": "freeze", "time": 8.5, "duration": 1}], "time (8.50) should be smaller or equal"),
        (
            [{"op": "resize", "width": 100, "height": 100, "angle": 90}],
            "resize takes width or height, or both, and nothing",
        ),
        ([{"op": "crop", "aspect_ratio": "1:1", "width": 100, "height": 100}], "crop takes either"),
        ([{"op": "sharpen"}], '"sharpen" is not one of'),
    ],
)
def test_operations_that_cannot_be_done_are_refused(desk, operations, said):
    assert said in desk.refusal(POST, video=FILM, operations=operations)


def test_operations_that_change_nothing_keep_the_content_root_and_are_told(desk):
    idle = [
        {"op": "resize", "height": 720},
        {"op": "crop", "aspect_ratio": "16:9"},
        {"op": "pad", "aspect_ratio": "16:9"},
        {"op": "fade_in", "duration": 0},
        {"op": "color"},
        {"op": "volume", "volume": 1},
        {"op": "fps", "fps": 24},
        {"op": "watermark", "image": PICTURE, "opacity": 0},
    ]
    result = desk.call(POST, video=FILM, operations=idle)
    assert result.assets[0].content_root == FILM
    assert result.data["applied"] == 0 and len(result.data["warnings"]) == 8
    assert desk.made(POST, video=FILM, operations=idle[:1], format="mov").content_root == FILM
    assert desk.made(POST, video=FILM, operations=idle[:1], format="gif").content_root != FILM


def test_every_further_operation_takes_three_tenths_longer(desk):
    flip = {"op": "flip", "direction": "horizontal"}
    waits = {n: sorted(Desk(s).call(POST, video=FILM, operations=[flip] * n).usage.latency_s for s in range(80)) for n in (1, 6)}  # fmt: skip
    assert waits[1][40] == pytest.approx(1.5 + 0.5 * 8, rel=0.25)
    assert waits[6][40] == pytest.approx(2.5 * (1.5 + 0.5 * 8), rel=0.25)


def test_loops_and_freezes_carry_shots_and_subtitles_along(desk):
    titled = desk.made("tool_subtitle_add_text", video=FILM, text="Hello", start_time=1, end_time=2)
    film = desk.made(
        POST, video=titled.url, operations=[{"op": "freeze", "time": 4, "duration": 2}, {"op": "loop", "count": 2}]
    )
    seen = truth(film)
    assert [(shot.seconds, shot.native) for shot in seen.shots] == [(10, 8), (10, 8)]
    assert seen.subtitles == ((1, 2, "Hello"), (11, 12, "Hello"))
    grey = truth(desk.made(POST, video=FILM, operations=[{"op": "filter", "name": "bw"}]))
    assert [subject.colour for subject in grey.subjects] == [""]


@pytest.mark.parametrize(("format", "codec", "sound"), [("mp4", "h264", "aac"), ("mov", "h264", "aac"), ("webm", "vp9", "opus"), ("gif", "gif", "")])  # fmt: skip
def test_each_format_is_really_written_exact_to_the_frame_and_the_sample(desk, tmp_path, format, codec, sound):
    operations = [
        {"op": "resize", "height": 90},
        {"op": "freeze", "time": 0.5, "duration": 0.5},
        {"op": "fps", "fps": 25},
    ]
    source = desk.made(TRIM, video=FILM, end_time=1.5)
    film = desk.made(POST, video=source.url, operations=operations, format=format)
    path = desk.workspace.export(film.url, tmp_path)
    assert film.n_frames == 50
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        pictures = list(file.decode(video=0))
        assert (stream.codec_context.name, len(pictures), stream.width, stream.height) == (codec, 50, 160, 90)
        assert stream.average_rate == 25
        assert float(pictures[-1].time) == pytest.approx(49 / 25, abs=0.002)
    if sound:
        with av.open(str(path)) as file:
            assert file.streams.audio[0].codec_context.name == sound
            assert sum(piece.samples for piece in file.decode(audio=0)) == 2 * film.sample_rate


# ---------------------------------------------------------------- narration


def test_narration_gives_film_voice_and_subtitles(desk):
    result = desk.call(VOICE, video=FILM, text="Good morning. Let us begin.")
    film, voice, file = result.assets
    assert (film.kind, film.n_frames, film.width, film.height, film.fps, film.has_audio) == ("video", 192, 1280, 720, (24, 1), True)  # fmt: skip
    assert (voice.kind, voice.sample_rate, voice.channels) == ("audio", 32000, 1)
    assert 27 / 15 * 0.93 + 0.2 - 0.001 <= voice.duration <= 27 / 15 * 1.07 + 0.201
    assert (file.kind, file.mime, file.subtype) == ("subtitle", "application/x-subrip", "srt")
    cues = truth(file).subtitles
    assert [words for _, _, words in cues] == ["Good morning.", "Let us begin."]
    assert cues[-1][1] <= voice.duration
    assert truth(film).speech == truth(voice).speech == "Good morning. Let us begin."
    assert film.parents == ((FILM, "source"),)


def test_segments_are_spoken_at_their_times_and_wait_for_each_other(desk):
    late = [{"text": "One two three four five six.", "start_time": 1}, {"text": "Seven.", "start_time": 1.5}]
    told = desk.told(VOICE, video=FILM, segments=late)
    first, second = told["segments"]
    assert first["start_time"] == 1.0
    assert second["start_time"] == first["end_time"] > 1.5
    assert "1.50 s starts at" in told["warnings"][0]
    apart = desk.told(
        VOICE, video=FILM, segments=[{"text": "One.", "start_time": 5}, {"text": "Two.", "start_time": 0.5}]
    )
    assert [one["start_time"] for one in apart["segments"]] == [0.5, 5.0]
    assert "warnings" not in apart


@pytest.mark.parametrize(("overflow", "seconds"), [("trim", 8), ("extend", 30)])
def test_a_long_narration_is_cut_or_freezes_the_last_frame(desk, overflow, seconds):
    result = desk.call(VOICE, video=FILM, audio=SPEECH, overflow=overflow)
    film, voice, _ = result.assets
    assert film.n_frames == 24 * seconds and voice.duration == seconds
    assert film.parents == ((FILM, "source"), (SPEECH, "track"))
    assert (voice.content_root == SPEECH) == (overflow == "extend")


def test_a_narration_up_to_twice_too_long_is_spoken_faster(desk):
    text = "The quick brown fox jumps over the lazy dog. " * 4
    result = desk.call(VOICE, video=FILM, text=text, overflow="speed_up")
    film, voice, _ = result.assets
    assert film.n_frames == 192
    assert voice.duration == pytest.approx(8, abs=0.001)
    assert truth(voice).speech == text.strip() or truth(voice).speech == text
    message = desk.refusal(VOICE, video=FILM, text=text * 3, overflow="speed_up")
    assert "is longer than the video (8.0 s)" in message
    assert "narration (30.0 s) is longer than the video (8.0 s)" in desk.refusal(
        VOICE, video=FILM, audio=SPEECH, overflow="error"
    )


def test_burnt_subtitles_are_in_the_picture(desk):
    plain = desk.made(VOICE, video=FILM, text="Good morning.")
    burnt = desk.made(VOICE, video=FILM, text="Good morning.", burn_subtitles=True)
    assert truth(plain).subtitles == () and truth(plain).text == ""
    assert truth(burnt).text == "Good morning."
    assert not np.array_equal(frame(plain.recipe, 0.5, 320, 180), frame(burnt.recipe, 0.5, 320, 180))


def test_narration_costs_a_dime_per_thousand_characters_and_the_render(desk):
    result = desk.call(VOICE, video=FILM, text="Good morning. " * 5)
    assert result.usage.cost_usd == pytest.approx(70 * 0.0001 + 8 * 0.0002)
    assert desk.call(VOICE, video=FILM, audio=SPEECH).usage.cost_usd == pytest.approx(8 * 0.0002)


def test_music_as_narration_has_no_subtitles_and_says_so(desk):
    result = desk.call(VOICE, video=FILM, audio=SONG)
    assert [asset.kind for asset in result.assets] == ["video", "audio"]
    assert "no speech was recognised" in result.data["warnings"][0]


def test_the_voice_is_heard_over_a_lowered_original(desk):
    film = desk.made(VOICE, video=FILM, text="Good morning.", original_volume=0)
    assert not samples(film.recipe, 8 * 8000, 8000)[-8000:].any()
    lowered = desk.made(VOICE, video=FILM, text="Good morning.")
    own = samples(desk.workspace.find(FILM).recipe, 8 * 8000, 8000)[-8000:]
    assert np.allclose(samples(lowered.recipe, 8 * 8000, 8000)[-8000:], 0.2 * own, atol=1e-6)


# ---------------------------------------------------------------- beats


@pytest.mark.parametrize(
    ("true", "found"), [(120, 117.45), (128, 129.20), (174, 172.27), (100, 99.38), (90, 89.10), (70, 69.84)]
)
def test_the_tempo_found_is_quantised(desk, true, found):
    desk.song("aud_beat0001", float(true), 60.0)
    told = desk.told(BEAT, audio="aud_beat0001")
    assert told["bpm"] == found
    assert told["confidence"] > 0.8


def test_beats_follow_the_real_ones_on_the_frame_grid_without_the_first_few(desk):
    told = desk.told(BEAT, audio=SONG)
    times = told["beat_times"]
    assert 116 <= told["beat_count"] == len(times) <= 119
    assert all(abs(moment - round(moment * 2) / 2) <= 0.0121 for moment in times)
    assert all(abs(moment / (512 / 22050) - round(moment / (512 / 22050))) < 0.03 for moment in times)
    assert times == sorted(set(times)) and times[-1] <= told["duration"] == 60
    assert told["downbeats"] == times[::4]
    assert desk.told(BEAT, audio=SONG) == told


def test_beats_are_thinned_and_looked_for_in_a_window(desk):
    thin = desk.told(BEAT, audio=SONG, min_interval=1.9)["beat_times"]
    assert all(b - a >= 1.9 for a, b in itertools.pairwise(thin)) and 25 <= len(thin) <= 31
    window = desk.told(BEAT, audio=SONG, start_time=20, end_time=30)
    assert all(20 <= moment <= 30 for moment in window["beat_times"]) and 15 <= window["beat_count"] <= 20
    assert "smaller or equal to the clip's duration (60.00)" in desk.refusal(BEAT, audio=SONG, end_time=61)


def test_a_start_far_from_the_tempo_finds_half_or_double(desk):
    assert desk.told(BEAT, audio=SONG, start_bpm=30)["bpm"] == 60.09
    desk.song("aud_slow0001", 70.0, 60.0)
    assert desk.told(BEAT, audio="aud_slow0001", start_bpm=300)["bpm"] == 143.55


def test_the_beat_stays_through_cuts_and_follows_speed(desk):
    cut = desk.made(CUT, audio=SONG, start_time=10.25, end_time=40)
    assert [(p.bpm, p.beat) for p in pulses(cut.recipe)] == [(120.0, -10.25)]
    times = desk.told(BEAT, audio=cut.url)["beat_times"]
    assert all(abs((moment + 10.25) * 2 - round((moment + 10.25) * 2)) <= 0.0242 for moment in times)
    fast = desk.made(SPEED, video=cut.url, speed=1.25)
    assert desk.told(BEAT, audio=fast.url)["bpm"] == 152.0
    assert truth(fast).bpm == 150.0
    film = desk.made(
        COMPOSITE, clips=[{"asset": FILM}], background_music={"asset": fast.url}, keep_original_audio=False
    )
    assert desk.told(BEAT, audio=film.url)["bpm"] == 152.0
    slower = desk.made(SPEED, video=film.url, speed=0.8)
    assert desk.told(BEAT, audio=slower.url)["bpm"] == 117.45
    assert truth(slower).bpm == pytest.approx(120)
    assert truth(desk.made(TRIM, video=slower.url, start_time=3)).bpm == pytest.approx(120)


def test_silence_speech_and_noise_have_no_real_beat(desk):
    silent = desk.made(CUT, audio=SONG, volume=0)
    told = desk.told(BEAT, audio=silent.url)
    assert (told["bpm"], told["beat_count"], told["beat_times"], told["confidence"]) == (0, 0, [], 0)
    speech = desk.told(BEAT, audio=SPEECH)
    assert speech["confidence"] < 0.35 and speech["beat_count"] > 0
    noise = desk.told(BEAT, audio=FILM)
    assert noise["bpm"] == 103.36 and noise["confidence"] < 0.35
    gaps = np.diff(noise["beat_times"])
    assert gaps.std() > 0.03
    desk.add("vid_mute0001", has_audio=False)
    assert desk.refusal(BEAT, audio="vid_mute0001") == "video has no audio stream"


def test_a_song_really_sounds_on_its_beats():
    """Its loudness jumps at every beat, at its own tempo and at another."""
    song = Recipe("song", "a1", {"style": "upbeat pop", "instrumental": True, "bpm": 120.0, "seconds": 20.0})
    fast = Recipe("pace", "a2", {"start": 0.0, "end": 20.0, "speed": 1.25, "keep_pitch": True, "length": 20.0, "seconds": 16.0}, (song,))  # fmt: skip
    for recipe, seconds, period in ((song, 20, 0.5), (fast, 16, 0.4)):
        rate = 22050
        sound = samples(recipe, seconds * rate, rate, 1)[:, 0]
        steps = np.abs(np.diff(np.pad(sound, (1, 0)))).reshape(-1, 441).mean(axis=1)  # 20 ms each
        rise = np.clip(np.diff(steps, prepend=0), 0, None)
        at = np.arange(rise.size) * 0.02
        phase = (at + 0.01) % period
        on_beat = rise[(phase < 0.04) | (phase > period - 0.02)].sum()
        assert on_beat / rise.sum() > 0.5


# ---------------------------------------------------------------- Appendix B: traps of the real services


def test_trap_a_15_s_film_needs_a_mix_of_veo_and_kling_and_a_trim(desk):
    image = desk.made("tool_text2image_gemini", prompt="a red fox", aspect_ratio="16:9")
    veo = desk.made("tool_text2video_veo", prompt="a red fox runs", duration_seconds=8)
    assert not desk.call("tool_text2video_veo", prompt="a red fox runs", duration_seconds=15).ok
    assert not desk.call("tool_image2video_keling", image=image.url, duration="15").ok
    kling = desk.made("tool_image2video_keling", image=image.url, prompt="it runs", duration="10")
    film = desk.made(COMPOSITE, clips=[{"asset": veo.url}, {"asset": kling.url}])
    assert film.n_frames == 18 * 24
    assert desk.made(TRIM, video=film.url, end_time=15).n_frames == 15 * 24


def test_trap_crossfades_shorten_the_film(desk):
    for transition, n_frames in (("none", 24 * 24), ("crossfade", 22 * 24)):
        film = desk.made(COMPOSITE, clips=[{"asset": FILM}] * 3, transition=transition, transition_duration=1)
        assert film.n_frames == n_frames


@pytest.mark.parametrize(("sync", "seconds"), [("trim", 8), ("extend", 60), ("longest", 60)])
def test_trap_audio_longer_than_the_film_lengthens_the_container_unless_it_is_trimmed(desk, sync, seconds):
    film = desk.made(COMPOSITE, clips=[{"asset": FILM}], audio_tracks=[{"asset": SONG}], audio_sync=sync)
    assert film.n_frames == 24 * seconds


def test_trap_trimming_ten_seconds_out_of_a_veo_clip_is_refused(desk):
    veo = desk.made("tool_text2video_veo", prompt="a red fox runs")
    said = "end_time (10.00) should be smaller or equal to the clip's duration (8.00)."
    assert said in desk.refusal(TRIM, video=veo.url, start_time=0, end_time=10)


def test_trap_where_ffmpeg_would_write_an_empty_file_the_trim_raises(desk):
    assert "should be smaller than the clip's duration" in desk.refusal(TRIM, video=FILM, start_time=20, end_time=25)
    assert "should be smaller than the clip's duration" in desk.refusal(CUT, audio=SONG, start_time=61)


def test_trap_veo_clips_carry_their_own_sound_which_music_doubles(desk):
    veo = desk.made("tool_text2video_veo", prompt="a red fox runs by the ocean")
    music = {"asset": SONG, "volume": 1}
    kept = desk.made(COMPOSITE, clips=[{"asset": veo.url}], background_music=music)
    alone = desk.made(COMPOSITE, clips=[{"asset": veo.url}], background_music=music, keep_original_audio=False)
    assert veo.has_audio and truth(kept).sound and truth(kept).music
    assert truth(alone).music and not truth(alone).sound
    assert not np.allclose(samples(kept.recipe, 8000, 8000), samples(alone.recipe, 8000, 8000))


def test_trap_the_beat_tempo_is_a_step_of_a_ladder(desk):
    found = set()
    for bpm in range(112, 124):
        desk.song("aud_step0001", float(bpm), 30.0)
        found.add(desk.told(BEAT, audio="aud_step0001")["bpm"])
    assert found == {112.35, 117.45, 123.05}


def test_films_with_recipes_inside_survive_the_record(desk):
    """Speech and films below burnt-in words are nobody's asset: a record writes them out in full."""
    from visgenenv.trace import _assets_in, _assets_out

    segments = [{"text": "Good morning.", "start_time": 0}, {"text": "Let us begin.", "start_time": 3}]
    result = desk.call(VOICE, video=FILM, segments=segments, burn_subtitles=True)
    before = [*desk.workspace.assets.values()]
    after = list(_assets_in(_assets_out(before)).values())
    assert [asset.recipe for asset in after] == [asset.recipe for asset in before]
    assert all(asset in before for asset in result.assets)
