"""Editing executed on real files: what comes out shows and sounds like what was asked, and agrees with the simulators."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from msgspec.structs import replace
from twins.compare import CHAINS, run
from twins.stock import stocked

from visgenenv import media
from visgenenv.errors import MediaError
from visgenenv.media.audio import samples
from visgenenv.media.cache import default_folder
from visgenenv.media.drawing import frame
from visgenenv.testing import stand_in
from visgenenv.tools import LocalEditBackend, Workspace, load_toolbox
from visgenenv.tools.local import encoding, reels, waves
from visgenenv.types import Recipe

TOOLBOX = load_toolbox()
TRIM, SPEED, POST = "tool_video_trim_edit", "tool_video_speed_adjust", "tool_video_postprocess"
VOICE, CUT, MIX = "tool_tts_composite", "tool_audio_edit_cut", "tool_video_composite"
TITLE, BEATS, PIPE = "tool_subtitle_add_text", "tool_beat_detect", "tool_video_auto_pipeline"
NINE = (MIX, POST, PIPE, BEATS, TRIM, SPEED, VOICE, CUT, TITLE)
FILM, MUTE, SONG = "vid_plain000", "vid_mute0000", "aud_song0000"


@pytest.fixture
def desk():
    return stocked(3)


def made(desk, tool, **arguments):
    result = TOOLBOX.call(tool, arguments, desk, backend=LocalEditBackend())
    assert result.ok, result.error
    return result.assets[0]


def error(desk, tool, **arguments):
    result = TOOLBOX.call(tool, arguments, desk, backend=LocalEditBackend())
    assert result.error is not None and not result.assets
    return result.error


def pictures(desk, asset):
    with av.open(str(desk.export(asset.url, default_folder() / "exports"))) as container:
        return [one.to_ndarray(format="rgb24").astype(int) for one in container.decode(video=0)]


def heard(desk, asset, rate=0):
    return waves.decoded(desk.export(asset.url, default_folder() / "exports"), rate)


def loudness(wave):
    return float(np.sqrt((wave**2).mean()))


def apart(one, other):
    return float(np.abs(one - other).mean())


# ---------------------------------------------------------------- agreement


@pytest.mark.parametrize("tool", [*NINE, CHAINS])
def test_simulated_and_executed_calls_agree(tool):
    agrees(run(tool, range(2000, 2003 if tool == PIPE else 2007)))


@pytest.mark.slow
@pytest.mark.parametrize("tool", [*NINE, CHAINS])
def test_many_simulated_and_executed_calls_agree(tool):
    agrees(run(tool, range(3000, 3010 if tool == PIPE else 3060)))


def agrees(tally):
    """Only what is told in docs/fidelity.md may differ: the octave of a tempo, and where key frames lie."""
    known = ("tempo", "at key frames")
    assert tally.calls > 2
    assert not [tally.examples[label] for label in tally.wrong if not label.startswith(known)]


def test_nine_tools_are_executed_and_all_others_simulated(desk):
    backend = LocalEditBackend()
    assert set(backend.executors) == set(NINE)
    drawn = TOOLBOX.call("tool_text2image_gemini", {"prompt": "a fox"}, desk, backend=backend).assets[0]
    assert drawn.recipe.node == "scene"
    assert made(desk, TRIM, video=FILM, end_time=1).recipe.node == "file"


def test_the_same_call_gives_the_same_bytes(desk):
    call = {"clips": [{"asset": FILM}, {"asset": MUTE}], "transition": "wipe", "audio_tracks": [{"asset": SONG}]}
    one, other = made(desk, MIX, **call), made(stocked(3), MIX, **call)
    assert one.recipe.params["file"] == other.recipe.params["file"]


# ---------------------------------------------------------------- pictures


@pytest.fixture
def numbered(desk):
    """The id of a film of 36 frames at 24 a second, made as a file: how bright a frame is says which it is."""
    path = default_folder() / "00" / "numbered.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    grey = [av.VideoFrame.from_ndarray(np.full((36, 64, 3), 20 + 6 * n, np.uint8), format="rgb24") for n in range(36)]
    frames = (reels.numbered(one, n, Fraction(24)) for n, one in enumerate(grey))
    encoding.write_film(path, frames, (64, 36), Fraction(24), encoding.FILMS["mp4"])
    recipe = Recipe("file", "f1", {"file": "00/numbered.mp4", "fps": [24, 1], "seconds": 1.5, "audio": False})
    given = {"width": 64, "height": 36, "n_frames": 36, "has_audio": False, "sample_rate": 0, "channels": 0}
    desk.assets["vid_numbered"] = replace(stand_in("vid_numbered", given), recipe=recipe)
    return "vid_numbered"


def numbers(desk, asset):
    return [round((picture.mean() - 20) / 6) for picture in pictures(desk, asset)]


def test_a_trim_shows_the_frames_it_kept(desk, numbered):
    assert numbers(desk, made(desk, TRIM, video=numbered, start_time=0.5, end_time=1.25)) == list(range(12, 30))
    spans = [{"start": 1, "end": 1.25}, {"start": 0.25, "end": 0.5}]
    assert numbers(desk, made(desk, TRIM, video=numbered, segments=spans)) == [*range(24, 30), *range(6, 12)]
    spans = [{"start": 0.25, "end": 1.25}]
    assert numbers(desk, made(desk, TRIM, video=numbered, segments=spans, mode="remove")) == [*range(6), *range(30, 36)]


def test_a_copy_begins_at_the_key_frame_before(desk, numbered):
    assert numbers(desk, made(desk, TRIM, video=numbered, start_time=1.25, accurate=False)) == list(range(24, 36))
    assert numbers(desk, made(desk, TRIM, video=numbered, start_time=0.5, end_time=1, accurate=False)) == list(
        range(24)
    )


def test_speed_shows_frames_twice_or_every_second_one(desk, numbered):
    assert numbers(desk, made(desk, SPEED, video=numbered, speed=0.5)) == [n // 2 for n in range(72)]
    assert numbers(desk, made(desk, SPEED, video=numbered, speed=0.5, keep_fps=False)) == list(range(36))
    shown = numbers(desk, made(desk, SPEED, video=numbered, speed=2))
    assert len(shown) == 18 and all(abs(one - 2 * n) <= 1 for n, one in enumerate(shown))


def test_loops_and_freezes_show_the_frames_they_should(desk, numbered):
    operations = [{"op": "loop", "count": 2}, {"op": "freeze", "time": 0.5, "duration": 0.25}]
    expected = [*range(12), *[12] * 7, *range(13, 36), *range(36)]
    assert numbers(desk, made(desk, POST, video=numbered, operations=operations)) == expected


def test_clips_of_other_rates_come_in_time(desk, numbered):
    clips = [
        {"asset": numbered, "start": 0.5, "end": 1},
        {"asset": "img_wide0000", "duration": 0.5},
        {"asset": numbered},
    ]
    shown = numbers(desk, made(desk, MIX, clips=clips, fps=30))
    assert len(shown) == 75 and shown[0] == 12 and shown[-1] == 35 and shown[30] == 0
    assert all(abs(one - n * 24 / 30) <= 1 for n, one in enumerate(shown[30:]))


def test_a_film_is_held_until_the_sound_has_ended(desk, numbered):
    call = {"clips": [{"asset": numbered}], "audio_tracks": [{"asset": SONG}], "audio_sync": "extend"}
    assert numbers(desk, made(desk, MIX, **call)) == [*range(36), *[35] * 24]


def test_a_crossfade_lies_between_its_clips(desk):
    clips = [{"asset": "img_wide0000", "duration": 1}, {"asset": "vid_odd00000"}]
    film = pictures(desk, made(desk, MIX, clips=clips, transition="crossfade", transition_duration=0.5))
    assert len(film) == 36
    first, middle, last = film[2], film[18], film[30]
    assert apart(middle, first) < apart(first, last) and apart(middle, last) < apart(first, last)


def test_a_clip_of_another_shape_gets_borders_or_fills_the_frame(desk):
    clips = [{"asset": "vid_tall0000"}]
    padded, cropped = (
        pictures(desk, made(desk, MIX, clips=clips, aspect_ratio="16:9", fit=fit))[5] for fit in ("pad", "crop")
    )
    assert padded.shape == cropped.shape == (36, 64, 3)
    assert padded[:, :18].max() < 12 and cropped[:, :18].mean() > 25


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"op": "flip", "direction": "horizontal"}, lambda picture: picture[:, ::-1]),
        ({"op": "rotate", "angle": 90}, lambda picture: np.rot90(picture, -1)),
        ({"op": "rotate", "angle": 180}, lambda picture: picture[::-1, ::-1]),
        ({"op": "crop", "width": 20, "height": 16, "x": 30, "y": 20}, lambda picture: picture[20:36, 30:50]),
        ({"op": "color", "brightness": 0.2}, lambda picture: np.minimum(255, picture + 51)),
        ({"op": "filter", "name": "bw"}, lambda picture: np.repeat(picture @ [[0.299], [0.587], [0.114]], 3, 2)),
    ],
    ids=lambda value: value.get("name", value["op"]) if isinstance(value, dict) else "",
)
def test_operations_do_what_they_are_called(desk, operation, changed):
    source = pictures(desk, desk.find(FILM))
    done = pictures(desk, made(desk, POST, video=FILM, operations=[operation]))
    assert len(done) == 36 and apart(done[7], changed(source[7])) < 8


def test_a_fade_begins_in_black(desk):
    faded = pictures(desk, made(desk, POST, video=FILM, operations=[{"op": "fade_in", "duration": 1}]))
    assert faded[0].mean() < 4 < faded[12].mean() < faded[30].mean()


def test_a_watermark_lies_in_its_corner(desk):
    operation = {"op": "watermark", "image": "img_wide0000", "position": "top_left", "scale": 0.4}
    source = pictures(desk, desk.find(FILM))[9]
    marked = pictures(desk, made(desk, POST, video=FILM, operations=[operation]))[9]
    assert apart(marked[2:14, 2:24], source[2:14, 2:24]) > 5 * apart(marked[20:, 40:], source[20:, 40:])


def test_subtitles_are_in_the_picture_while_their_cue_lasts(desk):
    source = pictures(desk, desk.find("vid_slow0000"))
    call = {"video": "vid_slow0000", "font_size": 16}
    shown = pictures(desk, made(desk, TITLE, **call, text="你好 hello", start_time=0.25, end_time=0.75))
    changed = [apart(one[50:], other[50:]) > 4 for one, other in zip(shown, source, strict=True)]
    assert changed == [False] * 3 + [True] * 6 + [False] * 3


@pytest.mark.parametrize(("name", "n"), [("sub_srt00000", 2), ("sub_vtt00000", 2), ("sub_ass00000", 1)])
def test_subtitle_files_are_read_by_ffmpegs_own_readers(desk, name, n):
    call = {"video": "vid_long0000", "subtitle_file": name, "burn_in": False}
    written = made(desk, TITLE, **call)
    assert written.kind == "subtitle" and len(media.truth(written).subtitles) == n


# ---------------------------------------------------------------- sound


@pytest.mark.parametrize(("keep", "hertz"), [(True, 440), (False, 660)])
def test_speed_keeps_the_pitch_if_it_should(keep, hertz):
    tone = np.sin(2 * np.pi * 440 * np.arange(88_200) / 44_100).astype(np.float32)[None] * 0.5
    faster = waves.paced(tone, 44_100, Fraction("1.5"), keep)
    assert faster.shape == (1, 58_800)
    strongest = int(np.argmax(np.abs(np.fft.rfft(faster[0]))))
    assert abs(strongest * 44_100 / 58_800 - hertz) < 8


@pytest.mark.parametrize("volume", [0.25, 1, 0])
def test_a_track_is_as_loud_as_was_asked(desk, volume):
    call = {"clips": [{"asset": MUTE}], "audio_tracks": [{"asset": SONG, "start": 0.5, "volume": volume}]}
    wave, rate = heard(desk, made(desk, MIX, **call))
    song, _ = heard(desk, desk.find(SONG), rate)
    assert loudness(wave[:, : int(0.48 * rate)]) < 1e-4
    assert loudness(wave[:, rate // 2 :]) == pytest.approx(volume * loudness(song[:, : rate // 2]), rel=0.05, abs=1e-4)


def test_the_films_own_sound_lies_under_the_voice(desk):
    film = made(desk, VOICE, video="vid_long0000", text="Hi.", original_volume=0.2)
    wave, rate = heard(desk, film)
    own, _ = heard(desk, desk.find("vid_long0000"), rate)
    ending = slice(2 * rate, 3 * rate)  # the voice has ended
    assert loudness(wave[:, ending]) == pytest.approx(0.2 * loudness(own[:, ending]), rel=0.1)
    assert loudness(wave[:, : rate // 3]) > 2 * loudness(wave[:, ending])


def test_a_sound_is_cut_looped_faded_and_mixed(desk):
    call = {"audio": SONG, "start_time": 0.5, "end_time": 1, "loop_to_duration": 2, "fade_out": 1, "format": "wav"}
    wave, rate = heard(desk, made(desk, CUT, **call))
    source, _ = heard(desk, desk.find(SONG))
    piece = source[:, rate // 2 : rate]
    assert wave.shape == (2, 2 * rate)
    assert np.allclose(wave[:, :rate], np.tile(piece, (1, 2)), atol=1e-3) and np.abs(wave[:, -50:]).max() < 2e-3
    mixed, _ = heard(desk, made(desk, CUT, audio=SONG, mix_with=[SONG], volume=0.5, format="wav"))
    assert np.allclose(mixed, np.clip(1.5 * source, -1, 1), atol=1e-3)


def test_seconds_from_the_end_are_the_same_samples_simulated_and_executed():
    call = {"audio": "aud_talk0000", "start_time": -1.156, "format": "wav"}  # its rate is 32 kHz, the result's 44.1
    simulated = TOOLBOX.call(CUT, call, stocked(3)).assets[0]
    assert simulated.n_samples == made(stocked(3), CUT, **call).n_samples == 50980


def test_silence_made_as_loud_as_other_sounds_is_still_silence(desk):
    wave, _ = heard(desk, made(desk, CUT, audio=SONG, volume=0.0, normalize=True, format="m4a"))
    assert wave.shape[1] and not wave.any()


@pytest.mark.parametrize(("name", "bpm"), [("aud_beat0090", 90), ("aud_beat0072", 72), ("aud_beat0128", 128)])
def test_beats_are_found_in_the_sound_itself(desk, name, bpm):
    result = TOOLBOX.call(BEATS, {"audio": name, "start_bpm": bpm}, desk, backend=LocalEditBackend())
    times = np.array(result.data["beat_times"])
    assert min(abs(result.data["bpm"] / bpm / octave - 1) for octave in (0.5, 1, 2)) < 0.04
    assert len(times) > 8 and np.all(np.diff(times) > 0.15)


# ---------------------------------------------------------------- errors and files


def test_errors_of_the_execution_are_ours(desk):
    outside = {"op": "crop", "width": 400, "height": 400}
    told = error(desk, POST, video=FILM, operations=[outside])
    assert (told.type, told.http_status, told.fault) == ("INVALID_ARGUMENT", 400, "AGENT")
    assert error(desk, TRIM, video=FILM, end_time=9).message.startswith("end_time (9.00) should be smaller or equal")
    assert error(desk, CUT, audio=MUTE).message == "video has no audio stream"
    assert error(desk, TITLE, video=FILM, subtitle_file="sub_bad00000").message.startswith("Unable to open")


def test_a_damaged_file_is_an_unsupported_format(desk):
    path = default_folder() / "00" / "damaged.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\0\0\0\x18ftypisom, and then nothing that could be decoded")
    recipe = Recipe("file", "a1", {"file": "00/damaged.mp4", "fps": [24, 1], "seconds": 1.0, "audio": False})
    desk.assets["vid_damaged0"] = replace(stand_in("vid_damaged0"), recipe=recipe)
    told = error(desk, TRIM, video="vid_damaged0", end_time=0.5)
    assert (told.type, told.http_status) == ("UNSUPPORTED_FORMAT", 415)


def test_a_finished_file_is_seen_heard_and_exported_as_it_is(desk, tmp_path):
    film = made(desk, TRIM, video=FILM, start_time=0.5)
    shown = pictures(desk, film)
    for index in (0, 20, 5):
        drawn = np.asarray(frame(film.recipe, index / 24, 64, 36)).astype(int)
        assert apart(drawn, shown[index]) < 1
    assert frame(film.recipe, 0.2, 32, 18).size == (32, 18)
    wave, rate = heard(desk, film)
    assert np.allclose(samples(film.recipe, rate, rate, 1)[:, 0], wave.mean(axis=0)[:rate], atol=2e-3)
    exported = desk.export(film.url, tmp_path).read_bytes()
    assert exported == (default_folder() / film.recipe.params["file"]).read_bytes()


def test_a_finished_file_means_what_the_simulated_one_means(desk):
    call = {"clips": [{"asset": FILM}, {"asset": MUTE}], "background_music": {"asset": "aud_beat0090"}}
    real, simulated = made(desk, MIX, **call), TOOLBOX.call(MIX, call, stocked(3)).assets[0]
    assert media.truth(real) == media.truth(simulated) and media.truth(real).bpm == 90
    assert real.parents == simulated.parents
    seen = TOOLBOX.call("tool_video_analysis", {"videos": [real.url], "question": "What is shown?"}, desk)
    assert seen.ok and "fox" in str(seen.data)


def test_a_file_that_is_gone_is_drawn_from_what_it_meant(desk):
    film = made(desk, TRIM, video=FILM, start_time=0.75)
    (default_folder() / film.recipe.params["file"]).unlink()
    source = desk.find(FILM).recipe
    assert np.array_equal(frame(film.recipe, 0.25, 80, 45), frame(source, 1.0, 80, 45))
    with pytest.raises(MediaError, match="no longer in the media cache"):
        frame(replace(film.recipe, seed="other", sources=()), 0.0, 8, 8)


@pytest.mark.slow
def test_a_whole_pipeline_is_executed_in_full_size():
    call = {"topic": "a lighthouse", "video_aspect": "9:16", "target_duration": 5, "transition": "crossfade"}
    simulated = TOOLBOX.call(PIPE, call, Workspace(2)).assets
    real = TOOLBOX.call(PIPE, call, Workspace(2), backend=LocalEditBackend()).assets
    facts = [[(one.kind, one.width, one.height, one.n_frames, one.fps, one.n_samples) for one in assets] for assets in (simulated, real)]  # fmt: skip
    assert facts[0] == facts[1] and real[0].width == 1080
