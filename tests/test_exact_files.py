"""Files are what was promised: every row of every size table, and chains of edits, exported and decoded in full.

Sizes, lengths and rates stand here as the specification gives them. Films are drawn whole where they are small; where a
row is about size alone, only the first frames of it are exported, and the whole film by a slow test.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import pytest
from msgspec.structs import replace
from PIL import Image

from visgenenv.media import export_asset
from visgenenv.testing import stand_in, stocked
from visgenenv.tools import Workspace, load_toolbox
from visgenenv.types import Asset

TOOLBOX = load_toolbox()
HALF = Fraction(1, 2)


def made(tool, workspace=None, **arguments):
    """Make a call that must succeed; return its first result."""
    result = TOOLBOX.call(tool, arguments, workspace if workspace is not None else stocked(arguments))
    assert result.ok, result.error
    return result.assets[0]


def decoded(path: Path) -> dict:
    """Decode a film or a sound in full and count what comes."""
    found = {"frames": 0, "samples": 0, "sizes": set()}
    with av.open(str(path)) as container:
        for stream in container.streams:
            if stream.type == "video":
                found["fps"] = Fraction(stream.average_rate)
            else:
                found |= {"rate": stream.rate, "channels": stream.channels}
        for one in container.decode():
            if isinstance(one, av.VideoFrame):
                found["frames"] += 1
                found["sizes"].add((one.width, one.height))
            else:
                found["samples"] += one.samples
    return found


FFPROBE = shutil.which("ffprobe")
"""Where it is installed, it is asked for a second opinion (`make test-all` tries to install it)."""


def second_opinion(path: Path) -> dict:
    """Let ffprobe decode a film or a sound in full and count; of mp4 and wav it tells the samples, too."""
    command = [FFPROBE, "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["streams"]
    found: dict = {"frames": 0, "sizes": set()}
    for stream in told:
        if stream["codec_type"] == "video":
            found |= {"frames": int(stream["nb_read_frames"]), "fps": Fraction(stream["avg_frame_rate"])}
            found["sizes"] = {(stream["width"], stream["height"])}
        else:
            found |= {"rate": int(stream["sample_rate"]), "channels": stream["channels"]}
            if path.suffix in (".mp4", ".m4a", ".wav") and stream["time_base"] == f"1/{found['rate']}":
                found["samples"] = stream["duration_ts"]
    return found


def agreed(path: Path) -> dict:
    """Decode a file in full; ffprobe, if it is there, must find the same."""
    found = decoded(path)
    if FFPROBE:
        other = second_opinion(path)
        assert other == {name: found[name] for name in other}, path.name
    return found


def check_picture(asset: Asset, size, form, folder):
    assert (asset.width, asset.height) == size
    with Image.open(export_asset(asset, folder)) as picture:
        picture.load()
        assert (picture.size, picture.format) == (size, form)


def check_film(asset: Asset, size, frames, fps, sound, folder, rate=48000, channels=2):
    """A film's record and its file both have exactly these numbers; sound lasts as long as its frames."""
    fps = Fraction(fps)
    assert (asset.width, asset.height, asset.n_frames, Fraction(*asset.fps), asset.has_audio) == (*size, frames, fps, sound)  # fmt: skip
    found = agreed(export_asset(asset, folder))
    assert (found["sizes"], found["frames"], found["fps"]) == ({size}, frames, fps)
    if not sound:
        assert "rate" not in found
        return
    assert (asset.sample_rate, asset.channels) == (found["rate"], found["channels"]) == (rate, channels)
    assert found["samples"] == int(frames / fps * rate + HALF)


def check_sound(asset: Asset, samples, rate, channels, folder):
    assert (asset.n_samples, asset.sample_rate, asset.channels) == (samples, rate, channels)
    found = agreed(export_asset(asset, folder))
    assert (found["samples"], found["rate"], found["channels"]) == (samples, rate, channels)


def first_frames(film: Asset, n=2) -> Asset:
    """Return a film of the same size that is over after some frames, so that only those are drawn."""
    recipe = film.recipe
    if recipe.node in ("shot", "animate"):
        recipe = replace(recipe, params=recipe.params | {"seconds": n * film.fps[1] / film.fps[0]})
    return replace(film, n_frames=n, recipe=recipe)


# ---------------------------------------------------------------- pictures

FLASH = {"1:1": (1024, 1024), "2:3": (832, 1248), "3:2": (1248, 832), "3:4": (864, 1184), "4:3": (1184, 864),
         "4:5": (896, 1152), "5:4": (1152, 896), "9:16": (768, 1344), "16:9": (1344, 768), "21:9": (1536, 672)}  # fmt: skip
PRO = {"1:1": (1024, 1024), "16:9": (1376, 768), "9:16": (768, 1376), "3:2": (1264, 848), "4:3": (1200, 896),
       "4:5": (928, 1152), "21:9": (1584, 672)}  # fmt: skip
FOX = "a red fox"


@pytest.mark.parametrize(("ratio", "size"), FLASH.items())
def test_pictures_of_gemini_flash(ratio, size, tmp_path):
    check_picture(made("tool_text2image_gemini", prompt=FOX, aspect_ratio=ratio), size, "PNG", tmp_path)


@pytest.mark.parametrize(("ratio", "size"), PRO.items())
def test_pictures_of_gemini_pro(ratio, size, tmp_path):
    call = {"prompt": FOX, "aspect_ratio": ratio, "model": "gemini-3-pro-image-preview"}
    check_picture(made("tool_text2image_gemini", **call), size, "PNG", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize(("ratio", "size"), PRO.items())
def test_large_pictures_of_gemini_pro(ratio, size, factor, tmp_path):
    call = {"prompt": FOX, "aspect_ratio": ratio, "model": "gemini-3-pro-image-preview", "image_size": f"{factor}K"}
    larger = (factor * size[0], factor * size[1])
    check_picture(made("tool_text2image_gemini", **call), larger, "PNG", tmp_path)


@pytest.mark.parametrize(("ratio", "size"), FLASH.items())
def test_edits_of_gemini(ratio, size, tmp_path):
    check_picture(made("tool_image_edit_gemini", prompt="at night", images=["img_source01"], aspect_ratio=ratio), size, "PNG", tmp_path)  # fmt: skip


@pytest.mark.parametrize(("form", "name"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
@pytest.mark.parametrize("size", [(1024, 1024), (1536, 1024), (1024, 1536)])
def test_pictures_of_gpt(size, form, name, tmp_path):
    call = {"prompt": FOX, "size": f"{size[0]}x{size[1]}", "output_format": form}
    check_picture(made("tool_text2image_gpt", **call), size, name, tmp_path)


@pytest.mark.parametrize("size", [(1024, 1024), (1536, 1024), (1024, 1536)])
def test_edits_of_gpt(size, tmp_path):
    call = {"prompt": "at night", "images": ["img_source01"], "size": f"{size[0]}x{size[1]}", "output_format": "webp"}
    check_picture(made("tool_image_edit_gpt", **call), size, "WEBP", tmp_path)


@pytest.mark.parametrize("size", [(1664, 928), (1472, 1104), (1328, 1328), (1104, 1472), (928, 1664)])
def test_pictures_of_qwen(size, tmp_path):
    check_picture(made("tool_text2image_qwen", prompt=FOX, size=f"{size[0]}*{size[1]}"), size, "PNG", tmp_path)


@pytest.mark.parametrize("size", [(512, 512), (513, 1999), (2048, 640)])
def test_edits_of_qwen(size, tmp_path):
    call = {"prompt": "at night", "images": ["img_source01"], "size": f"{size[0]}*{size[1]}"}
    check_picture(made("tool_image_edit_qwen", **call), size, "PNG", tmp_path)


@pytest.mark.parametrize("size", [(512, 512), (2048, 512), (1280, 720), (768, 1280), (777, 1023)])
def test_pictures_of_hunyuan(size, tmp_path):
    check_picture(made("tool_text2image_hunyuan", prompt=FOX, resolution=f"{size[0]}:{size[1]}"), size, "PNG", tmp_path)


SEED_1K = [(1024, 1024), (1152, 864), (864, 1152), (1312, 736), (736, 1312), (1248, 832), (832, 1248), (1568, 672)]
SEED_2K = [(2048, 2048), (2304, 1728), (1728, 2304), (2560, 1440), (1440, 2560), (2496, 1664), (1664, 2496), (3024, 1296)]  # fmt: skip
SEED_4K = [(4096, 4096), (4704, 3520), (5504, 3040), (3040, 5504)]
RATIOS = ("1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "21:9")


@pytest.mark.parametrize(("ratio", "size"), list(zip(RATIOS, SEED_1K, strict=True)))
def test_small_pictures_of_seedream(ratio, size, tmp_path):
    check_picture(made("tool_text2image_seed", prompt=f"{FOX}, {ratio}", size="1K"), size, "JPEG", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("ratio", "size"), list(zip(RATIOS, SEED_2K, strict=True)))
def test_usual_pictures_of_seedream(ratio, size, tmp_path):
    check_picture(made("tool_text2image_seed", prompt=f"{FOX}, {ratio}", size="2K"), size, "JPEG", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("ratio", "size"), list(zip(("1:1", "4:3", "16:9", "9:16"), SEED_4K, strict=True)))
def test_large_pictures_of_seedream(ratio, size, tmp_path):
    check_picture(made("tool_text2image_seed", prompt=f"{FOX}, {ratio}", size="4K"), size, "JPEG", tmp_path)


def test_a_picture_of_seedream_in_any_size(tmp_path):
    check_picture(made("tool_text2image_seed", prompt=FOX, size="961x1023"), (961, 1023), "JPEG", tmp_path)


# ---------------------------------------------------------------- generated films

VEO = [("720p", "16:9", (1280, 720)), ("720p", "9:16", (720, 1280)), ("1080p", "16:9", (1920, 1080)), ("1080p", "9:16", (1080, 1920))]  # fmt: skip
VEO_31 = "veo-3.1-generate-001"


def veo(seconds, resolution, ratio, sound=True):
    call = {"prompt": FOX, "duration_seconds": seconds, "resolution": resolution, "aspect_ratio": ratio}
    return made("tool_text2video_veo", **call, model=VEO_31, generate_audio=sound)


@pytest.mark.parametrize(("resolution", "ratio", "size"), VEO)
def test_sizes_of_veo(resolution, ratio, size, tmp_path):
    film = veo(8, resolution, ratio)
    assert film.n_frames == 192
    check_film(first_frames(film), size, 2, 24, True, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("ratio", "size"), [("16:9", (3840, 2160)), ("9:16", (2160, 3840))])
def test_sizes_of_veo_in_4k(ratio, size, tmp_path):
    check_film(first_frames(veo(8, "4k", ratio)), size, 2, 24, True, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("sound", [True, False])
@pytest.mark.parametrize("seconds", [4, 6, 8])
def test_lengths_of_veo(seconds, sound, tmp_path):
    check_film(veo(seconds, "720p", "16:9", sound), (1280, 720), 24 * seconds, 24, sound, tmp_path)


def veo_from_a_picture(resolution, ratio, seconds=8):
    call = {"image": "img_source01", "prompt": "it runs", "aspect_ratio": ratio, "resolution": resolution}
    return made("tool_image2video_veo3", **call, model=VEO_31, duration_seconds=seconds)


@pytest.mark.parametrize(("resolution", "ratio", "size"), VEO)
def test_sizes_of_veo_from_a_picture(resolution, ratio, size, tmp_path):
    film = veo_from_a_picture(resolution, ratio)
    assert film.n_frames == 192
    check_film(first_frames(film), size, 2, 24, True, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [4, 6, 8])
def test_lengths_of_veo_from_a_picture(seconds, tmp_path):
    film = veo_from_a_picture("720p", "9:16", seconds)
    check_film(film, (720, 1280), 24 * seconds, 24, True, tmp_path)


KLING = [("std", (1024, 1024), (720, 720)), ("pro", (1024, 1024), (1080, 1080)), ("std", (1344, 768), (1260, 720)), ("std", (768, 1344), (720, 1260)), ("pro", (1248, 832), (1620, 1080))]  # fmt: skip


@pytest.mark.parametrize(("mode", "picture", "size"), KLING)
@pytest.mark.parametrize("seconds", [5, 10])
def test_sizes_and_lengths_of_kling(mode, picture, size, seconds, tmp_path):
    workspace = stocked([], {"img_source01": {"width": picture[0], "height": picture[1]}})
    call = {"image": "img_source01", "prompt": "it runs", "mode": mode, "duration": str(seconds)}
    film = made("tool_image2video_keling", workspace, **call)
    assert film.n_frames == 24 * seconds
    check_film(first_frames(film), size, 2, 24, False, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [5, 10])
def test_a_whole_film_of_kling_with_sound(seconds, tmp_path):
    call = {"image": "img_source01", "prompt": "it runs", "model_name": "kling-v2-6", "sound": "on"}
    film = made("tool_image2video_keling", **call, duration=str(seconds))
    check_film(film, (720, 720), 24 * seconds, 24, True, tmp_path)


PIPELINE = [("16:9", (1920, 1080)), ("9:16", (1080, 1920)), ("1:1", (1080, 1080)), ("3:4", (1080, 1440))]


@pytest.mark.parametrize(("aspect", "size"), PIPELINE)
def test_sizes_of_the_one_call_film(aspect, size, tmp_path):
    film = made("tool_video_auto_pipeline", topic="a lighthouse", video_aspect=aspect, target_duration=5, bgm="none")
    assert 0.95 * 150 <= film.n_frames <= 1.05 * 150
    check_film(first_frames(film), size, 2, 30, True, tmp_path, rate=44100)


@pytest.mark.slow
def test_a_whole_one_call_film(tmp_path):
    call = {"topic": "a lighthouse", "target_duration": 6, "transition": "crossfade"}
    film = made("tool_video_auto_pipeline", **call)
    check_film(film, (1080, 1920), film.n_frames, 30, True, tmp_path, rate=44100)


# ---------------------------------------------------------------- sounds

VOICES = [("mp3", rate) for rate in (8000, 16000, 22050, 24000, 32000, 44100)] + [("wav", 32000), ("wav", 22050)]


@pytest.mark.parametrize(("form", "rate"), VOICES)
def test_speech_in_every_format_and_rate(form, rate, tmp_path):
    call = {"text": "The fox is home.", "voice_id": "en_male_deep", "format": form, "sample_rate": rate}
    voice = made("tool_tts_generation", **call)
    usual = 16 / 15
    assert usual * 0.93 + 0.199 <= voice.duration <= usual * 1.07 + 0.201
    check_sound(voice, voice.n_samples, rate, 1, tmp_path)


@pytest.mark.parametrize("seconds", [0.5, 1.23, 8, 30])
def test_sound_effects_of_every_length(seconds, tmp_path):
    effect = made("tool_sound_fx_gen", prompt="rain on a window", duration_seconds=seconds)
    check_sound(effect, round(seconds * 44100), 44100, 2, tmp_path)


def test_a_film_with_effects_for_its_sound(tmp_path):
    call = {"video": "vid_short001", "prompt": "rain", "return_video": True}
    workspace = stocked([], {"vid_short001": small_film(72, 24)})
    result = TOOLBOX.call("tool_sound_fx_gen", call, workspace)
    assert result.ok, result.error
    film = next(asset for asset in result.assets if asset.kind == "video")
    check_film(film, (160, 90), 72, 24, True, tmp_path, rate=film.sample_rate)


@pytest.mark.slow
def test_both_songs_of_suno(tmp_path):
    result = TOOLBOX.call("tool_music_suno", {"prompt": "calm piano"}, Workspace(3))
    assert len(result.assets) == 2
    for song in result.assets:
        assert 60 <= song.duration <= 480
        check_sound(song, song.n_samples, 44100, 2, tmp_path)


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (44100, 1), (32000, 1), (22050, 1), (8000, 1)])
def test_an_mp3_is_exact_at_every_filling_of_its_last_frame(rate, channels, tmp_path):
    size = 1152 if rate >= 32000 else 576
    for rest in (0, 1, 9, 31, 45, 46, 47, 48, size // 2, size - 1):
        given = {"n_samples": 3 * size + rest, "sample_rate": rate, "channels": channels, "mime": "audio/mpeg"}
        asset = replace(stand_in(f"aud_last{rest:04}", given), url=f"asset://aud_last{rest:04}.mp3")
        check_sound(asset, 3 * size + rest, rate, channels, tmp_path)


@pytest.mark.parametrize("form", ["mp3", "wav", "m4a"])
def test_cuts_of_sound_in_every_format(form, tmp_path):
    call = {"audio": "aud_voice001", "start_time": 1.23, "end_time": 4.56, "format": form}
    check_sound(made("tool_audio_edit_cut", **call), 201096 - 54243, 44100, 2, tmp_path)


# ---------------------------------------------------------------- edited films


def small_film(n_frames, fps, width=160, height=90, sound=True):
    """Return what makes a stand-in a small film."""
    seconds = n_frames / Fraction(fps)
    recipe = {"node": "shot", "params": {"prompt": FOX, "seconds": float(seconds), "audio": sound}}
    given = {"width": width, "height": height, "n_frames": n_frames, "recipe": recipe, "has_audio": sound}
    fps = Fraction(fps)
    return given | {"fps": (fps.numerator, fps.denominator), "sample_rate": 48000 * sound, "channels": 2 * sound}


@pytest.mark.parametrize(("seconds", "fps", "frames"), [(0.95, 30, 29), (0.15, 30, 5), (1.0, 24, 30)])
def test_a_film_may_have_a_frame_more_than_its_clip(seconds, fps, frames, tmp_path):
    """Tools round half a frame up; coded clips, of which films are joined, have the nearest even number."""
    given = small_film(frames, fps, sound=False)
    given["recipe"]["params"]["seconds"] = seconds
    check_film(stand_in("vid_longer01", given), (160, 90), frames, fps, False, tmp_path)


DESK = {
    "vid_first001": small_film(72, 24),
    "vid_mute0001": small_film(50, 25, 96, 128, sound=False),
    "vid_fast0001": small_film(60, 30, 128, 72),
}


def desk():
    """Return a workspace with three small films, a sound of 30 s (44.1 kHz), a picture and a subtitle file."""
    workspace = Workspace(5)
    for name in (*DESK, "aud_voice001", "img_source01", "sub_lines001"):
        workspace.assets[name] = stand_in(name, DESK.get(name, {"width": 120, "height": 100} if name[0] == "i" else {}))
    return workspace


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [
        ("480p", "16:9", (854, 480)), ("480p", "4:3", (640, 480)), ("480p", "1:1", (480, 480)),
        ("480p", "3:4", (480, 640)), ("480p", "9:16", (480, 854)), ("720p", "16:9", (1280, 720)),
        ("720p", "4:3", (960, 720)), ("720p", "1:1", (720, 720)), ("720p", "3:4", (720, 960)),
        ("720p", "9:16", (720, 1280)), ("1080p", "16:9", (1920, 1080)), ("1080p", "4:3", (1440, 1080)),
        ("1080p", "1:1", (1080, 1080)), ("1080p", "3:4", (1080, 1440)), ("1080p", "9:16", (1080, 1920)),
    ],
)  # fmt: skip
def test_sizes_of_compositions(resolution, ratio, size, tmp_path):
    clips = [{"asset": "vid_first001", "end": 0.25}]
    film = made("tool_video_composite", desk(), clips=clips, resolution=resolution, aspect_ratio=ratio)
    check_film(film, size, 6, 24, True, tmp_path, rate=44100)


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
def test_rates_of_compositions(fps, tmp_path):
    clips = [{"asset": "vid_first001", "end": 1.23}, {"asset": "vid_mute0001", "start": 0.5}]
    film = made("tool_video_composite", desk(), clips=clips, fps=fps)
    check_film(
        film, (160, 128), int((Fraction("1.23") + Fraction("1.5")) * fps + HALF), fps, True, tmp_path, rate=44100
    )


@pytest.mark.parametrize("form", ["mp4", "mov", "webm"])
def test_formats_of_processed_films(form, tmp_path):
    film = made("tool_video_postprocess", desk(), video="vid_first001", operations=[{"op": "resize", "height": 60}], format=form)  # fmt: skip
    check_film(film, (106, 60), 72, 24, True, tmp_path, rate=48000)


def test_a_gif_has_every_frame(tmp_path):
    film = made("tool_video_postprocess", desk(), video="vid_first001", operations=[{"op": "mute"}], format="gif")
    with Image.open(export_asset(film, tmp_path)) as picture:
        assert (picture.n_frames, picture.size) == (72, (160, 90))
        assert sum(picture.seek(index) or picture.info["duration"] for index in range(72)) == 3000


TRIM, SPEED, POST = "tool_video_trim_edit", "tool_video_speed_adjust", "tool_video_postprocess"
MIX, TITLE, VOICE = "tool_video_composite", "tool_subtitle_add_text", "tool_tts_composite"


def post(*operations, video="@"):
    return POST, {"video": video, "operations": list(operations)}


def cut(start, end, video="@"):
    return TRIM, {"video": video, "start_time": start, "end_time": end}


def paced(speed, video="@", **more):
    return SPEED, {"video": video, "speed": speed, **more}


def mixed(*clips, **more):
    return MIX, {"clips": [clip if isinstance(clip, dict) else {"asset": clip} for clip in clips], **more}


CHAINS = [  # steps ("@" cites the first result of the step before), then size, frames, rate, sample rate of the sound
    ([cut(0.5, 2.5, "vid_first001"), cut(0.25, 1.0)], (160, 90), 18, 24, 48000),
    ([cut(1.23, 2.34, "vid_first001")], (160, 90), 27, 24, 48000),
    ([cut(0, 1, "vid_mute0001"), mixed("@", "@")], (96, 128), 50, 25, 0),
    ([mixed("vid_first001", "vid_mute0001", "vid_fast0001")], (160, 128), 210, 30, 44100),
    ([mixed("vid_first001", "vid_fast0001", transition="crossfade"), cut(2, 4)], (160, 90), 60, 30, 44100),
    ([mixed("vid_first001", "vid_mute0001", transition="slide", transition_duration=0.3)], (160, 128), 118, 25, 44100),
    ([mixed({"asset": "img_source01", "duration": 1.1}, "vid_mute0001")], (120, 128), 78, 25, 0),
    ([mixed("vid_mute0001", background_music={"asset": "aud_voice001"}, fps=30)], (96, 128), 60, 30, 44100),
    ([mixed("vid_mute0001", audio_tracks=[{"asset": "aud_voice001", "start": 1}]), cut(0.5, 1.5)], (96, 128), 25, 25, 44100),
    ([paced(1.5, "vid_first001")], (160, 90), 48, 24, 48000),
    ([paced(0.5, "vid_mute0001", keep_fps=False), cut(1, 3)], (96, 128), 25, Fraction(25, 2), 0),
    ([paced(2, "vid_fast0001", segment={"start": 0.5, "end": 1.5}), paced(0.75)], (128, 72), 60, 30, 48000),
    ([(SPEED, {"video": "vid_first001", "target_duration": 2.22})], (160, 90), 53, 24, 48000),
    ([post({"op": "crop", "aspect_ratio": "9:16"}, {"op": "loop", "count": 2}, video="vid_first001")], (50, 90), 144, 24, 48000),
    ([post({"op": "rotate", "angle": 90}, {"op": "freeze", "time": 1, "duration": 0.5}, video="vid_first001"), cut(0, 3.25)], (90, 160), 78, 24, 48000),
    ([post({"op": "pad", "aspect_ratio": "1:1"}, {"op": "fps", "fps": 60}, video="vid_mute0001")], (128, 128), 120, 60, 0),
    ([post({"op": "resize", "width": 100}, {"op": "mute"}, video="vid_fast0001"), mixed("@", "vid_first001")], (160, 90), 150, 30, 44100),
    ([(TITLE, {"video": "vid_first001", "text": "你好", "font_size": 16}), cut(1, 2.5)], (160, 90), 36, 24, 48000),
    ([(TITLE, {"video": "vid_fast0001", "subtitle_file": "sub_lines001"}), paced(4)], (128, 72), 15, 30, 48000),
    ([(VOICE, {"video": "vid_mute0001", "audio": "aud_voice001"}), post({"op": "volume", "volume": 2}), cut(0.5, 1.74)], (96, 128), 31, 25, 44100),
]  # fmt: skip


@pytest.mark.parametrize("number", range(20))
def test_chains_of_edits(number, tmp_path):
    steps, size, frames, fps, rate = CHAINS[number]
    workspace, film = desk(), None
    for tool, arguments in steps:
        film = made(tool, workspace, **cited(arguments, film))
    check_film(film, size, frames, fps, bool(rate), tmp_path, rate=rate)


def cited(value, film):
    """Put the latest film where "@" stands."""
    if isinstance(value, dict):
        return {name: cited(part, film) for name, part in value.items()}
    if isinstance(value, list):
        return [cited(part, film) for part in value]
    return film.url if value == "@" else value
