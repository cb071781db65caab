"""Photos, clips and sounds of one's own in an episode: what is drawn or played, what is known of it, and what becomes of it."""

import wave

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from visgenenv import MediaDB, VisGenEnv, load_toolbox
from visgenenv.errors import MediaError, ReplayMismatch
from visgenenv.media import truth, view
from visgenenv.media.audio import hear, samples
from visgenenv.media.export import export_asset
from visgenenv.tools import Workspace, load_faults
from visgenenv.trace import replay

BOX, CALM = load_toolbox(), load_faults("none")
RED, BLUE = (200, 30, 30), (20, 40, 220)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A database of a red photo of a fox, a blue one of a cat in the snow, and a clip of a dog."""
    folder = tmp_path_factory.mktemp("own")
    shots = folder / "files"
    shots.mkdir()
    Image.new("RGB", (640, 360), RED).save(shots / "red fox.png")
    Image.new("RGB", (300, 500), BLUE).save(shots / "cat in the snow.jpg", quality=95)
    clip = BOX.call("tool_text2video_veo", {"prompt": "a meadow", "duration_seconds": 4}, Workspace(1)).assets[0]
    export_asset(clip, shots).rename(shots / "dog runs.mp4")
    MediaDB(folder / "db").add(shots, workers=1)
    return folder


@pytest.fixture
def media(folder):
    return MediaDB(str(folder / "db"))


def made(workspace, name, **arguments):
    return BOX.call(name, arguments, workspace, faults=CALM).assets[0]


def colour(image):
    return np.asarray(image.convert("RGB")).reshape(-1, 3).mean(0)


def test_a_prompt_that_names_what_a_photo_shows_gets_the_photo_at_the_promised_size(media):
    workspace = Workspace(1, media=media)
    asset = made(workspace, "tool_text2image_gemini", prompt="a red fox", aspect_ratio="16:9")
    assert (asset.width, asset.height) == (1344, 768)
    assert workspace.open(asset.url).size == (1344, 768)
    assert np.allclose(colour(view(asset)[0]), RED, atol=3)
    known = truth(asset)
    assert [(one.name, one.colour) for one in known.subjects] == [("fox", "red")] and not known.unrendered


def test_a_record_shows_no_file_whose_content_it_does_not_name(media, tmp_path):
    asset = made(Workspace(1, media=media), "tool_text2image_gemini", prompt="a red fox")
    Image.new("RGB", (640, 360), BLUE).save(tmp_path / "private.png")
    entry = {**asset.recipe.params["entry"], "path": str(tmp_path / "private.png")}
    foreign = replace(asset, recipe=replace(asset.recipe, params={**asset.recipe.params, "entry": entry}))
    with pytest.raises(MediaError, match="this is not the file that the record names"):
        export_asset(foreign, tmp_path / "out")


def test_a_record_plays_no_sound_whose_content_it_does_not_name(sounds, tmp_path):
    asset = made(Workspace(1, media=MediaDB(str(sounds))), "tool_music_suno", prompt="a calm piano piece")
    tone(tmp_path / "private.wav", 300, 3)
    entry = {**asset.recipe.params["entry"], "path": str(tmp_path / "private.wav")}
    recipe = replace(asset.recipe, params={**asset.recipe.params, "entry": entry})
    with pytest.raises(MediaError, match="this is not the file that the record names"):
        samples(recipe, asset.n_samples, asset.sample_rate)


def test_a_prompt_that_asks_for_more_than_any_photo_shows_is_drawn(media):
    asset = made(Workspace(1, media=media), "tool_text2image_gemini", prompt="a fox and a robot")
    assert "entry" not in asset.recipe.params
    assert {one.name for one in truth(asset).subjects} == {"fox", "robot"}


def test_the_papers_setting_shows_any_photo_and_the_truth_says_which(media):
    workspace = Workspace(1, media=MediaDB(media.path, "random"))
    for prompt in ("a whale", "a castle at night", "three bees"):
        asset = made(workspace, "tool_text2image_gemini", prompt=prompt, aspect_ratio="16:9")
        shown = {one.name for one in truth(asset).subjects}
        expected = RED if shown == {"fox"} else BLUE
        assert shown in ({"fox"}, {"cat"}) and np.allclose(colour(view(asset)[0]), expected, atol=12)
        assert truth(asset).unrendered


def test_what_the_analysis_says_is_what_the_photo_shows(media):
    workspace = Workspace(1, media=media)
    asset = made(workspace, "tool_text2image_gemini", prompt="a cat in the snow")
    call = {"images": [asset.url], "question": "Is there a cat? Is there a dog?"}
    answer = BOX.call("tool_image_analysis", call, workspace, faults=CALM).data["answer"]
    assert "Yes" in answer and "I do not see a dog" in answer


def test_an_edit_keeps_the_photo_and_puts_new_things_before_it(media):
    workspace = Workspace(1, media=media)
    photo = made(workspace, "tool_text2image_gemini", prompt="a red fox")
    edit = made(workspace, "tool_image_edit_gemini", prompt="add a blue umbrella", images=[photo.url])
    assert {one.name for one in truth(edit).subjects} == {"fox", "umbrella"}
    before, after = (np.asarray(view(asset)[0].resize((64, 64)), int) for asset in (photo, edit))
    changed = (np.abs(before - after).max(2) > 24).mean()
    assert 0.02 < changed < 0.6
    elsewhere = made(workspace, "tool_image_edit_gemini", prompt="put it on a beach", images=[photo.url])
    assert truth(elsewhere).scene == "beach" and [one.name for one in truth(elsewhere).subjects] == ["fox"]


def test_a_clip_is_played_and_exported_frame_by_frame(media, tmp_path):
    import av

    workspace = Workspace(1, media=media)
    film = made(workspace, "tool_text2video_veo", prompt="a dog runs", duration_seconds=6)
    assert film.recipe.params["entry"]["kind"] == "video" and [one.name for one in truth(film).subjects] == ["dog"]
    assert len(view(film)) == 8
    with av.open(str(export_asset(film, tmp_path))) as container:
        assert sum(1 for _ in container.decode(video=0)) == 144


def test_an_episode_with_own_media_replays_and_notices_a_changed_database(folder, tmp_path):
    (tmp_path / "files").mkdir()
    Image.new("RGB", (64, 64), RED).save(tmp_path / "files" / "fox.png")
    own = MediaDB(tmp_path / "db")
    own.add(tmp_path / "files", workers=1)
    env = VisGenEnv("paper", tools="all", media=own)
    env.reset(seed=3)
    env.step(
        '<think>draw a fox first</think><tool_call>{"name": "tool_text2image_gemini", "arguments": {"prompt": "a fox"}}</tool_call>'
    )
    record = env.trajectory
    assert replay(record).assets == record.assets
    Image.new("RGB", (64, 64), BLUE).save(tmp_path / "files" / "cat.png")
    own.add(tmp_path / "files", workers=1)
    with pytest.raises(ReplayMismatch, match="media database"):
        replay(record)


def test_a_database_that_is_not_there_is_named_before_the_first_episode(tmp_path):
    with pytest.raises(MediaError, match="nowhere"):
        VisGenEnv("paper", media=MediaDB(str(tmp_path / "nowhere")))


def test_a_photo_that_is_gone_is_named(tmp_path):
    (tmp_path / "files").mkdir()
    Image.new("RGB", (64, 64), RED).save(tmp_path / "files" / "fox.png")
    own = MediaDB(tmp_path / "db")
    own.add(tmp_path / "files", workers=1)
    asset = made(Workspace(1, media=own), "tool_text2image_gemini", prompt="a fox")
    (tmp_path / "files" / "fox.png").unlink()
    with pytest.raises(MediaError, match=r"fox\.png"):
        view(asset)


# Sounds


def tone(path, hertz, seconds, rate=22_050):
    """Write a sine as a WAV."""
    sine = np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate) * 12_000
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(sine.astype("<i2").tobytes())


def pitch(sound, rate):
    """Return the loudest frequency in Hz."""
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * rate / len(sound))


def told(workspace, asset, question):
    call = {"audios": [asset.url], "question": question}
    return str(BOX.call("tool_audio_analysis", call, workspace, faults=CALM).data["answer"])


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """A database of a calm song at 72 beats a minute (440 Hz), a jazz song (880 Hz), rain (200 Hz) and a dog (300 Hz)."""
    folder = tmp_path_factory.mktemp("sounds")
    files = folder / "files"
    files.mkdir()
    for name, hertz, seconds in (("calm piano 72bpm", 440, 20), ("jazz vocals", 880, 16), ("heavy rain", 200, 4), ("dog barking", 300, 2)):  # fmt: skip
        tone(files / f"{name}.wav", hertz, seconds)
    MediaDB(folder / "db").add(files, workers=1)
    return folder / "db"


def test_a_song_is_a_recording_that_fits_its_words_cut_or_repeated_to_the_sample(sounds):
    workspace = Workspace(1, media=MediaDB(str(sounds)))
    song = made(workspace, "tool_music_suno", prompt="a calm piano piece", instrumental=True)
    assert song.recipe.params["entry"]["path"].endswith("calm piano 72bpm.wav")
    heard = samples(song.recipe, song.n_samples, song.sample_rate)
    assert heard.shape == (song.n_samples, 2)
    for second in (3, 33):  # the recording lasts 20 s
        assert pitch(heard[second * 44_100 : (second + 1) * 44_100, 0], 44_100) == pytest.approx(440, abs=2)
    assert (truth(song).bpm, truth(song).music) == (72.0, True)


def test_of_a_recording_only_what_its_words_tell_is_known(sounds):
    workspace = Workspace(1, media=MediaDB(str(sounds)))
    song = made(workspace, "tool_music_suno", prompt="a slow jazz tune", instrumental=True)
    assert truth(song).bpm == 0 and not song.recipe.params["instrumental"] and not song.recipe.params["lyrics"]
    answer = told(workspace, song, "What is the tempo?")
    assert "72" not in answer and "0 BPM" not in answer and "tempo" in answer
    beats = BOX.call("tool_beat_detect", {"audio": song.url}, workspace, faults=CALM).data
    assert beats["confidence"] < 0.4


def test_an_effect_is_a_recording_of_all_the_sounds_asked_for_or_made_as_ever(sounds):
    workspace = Workspace(1, media=MediaDB(str(sounds)))
    rain = made(workspace, "tool_sound_fx_gen", prompt="rain on a roof", duration_seconds=6)
    assert rain.recipe.params["entry"]["path"].endswith("heavy rain.wav")
    heard = hear(rain.recipe, rain.n_samples, 44_100)
    assert pitch(heard[44_100:88_200], 44_100) == pytest.approx(200, abs=2) and 0.7 < np.abs(heard).max() <= 0.81
    both = made(workspace, "tool_sound_fx_gen", prompt="rain and thunder", duration_seconds=3)
    assert "entry" not in both.recipe.params
    assert "rain" in told(workspace, rain, "What sounds are there?")


def test_the_papers_setting_plays_any_sound_of_the_nearest_length(sounds):
    workspace = Workspace(1, media=MediaDB(str(sounds), "random"))
    song = made(workspace, "tool_music_suno", prompt="loud heavy metal", instrumental=True)
    assert song.recipe.params["entry"]["path"].endswith("72bpm.wav")  # the longest
    fx = made(workspace, "tool_sound_fx_gen", prompt="an explosion", duration_seconds=2)
    assert fx.recipe.params["entry"]["path"].endswith("dog barking.wav")


def test_a_recording_is_heard_in_the_film_that_it_is_laid_under(sounds, tmp_path):
    import av

    workspace = Workspace(1, media=MediaDB(str(sounds)))
    song = made(workspace, "tool_music_suno", prompt="a calm piano piece", instrumental=True)
    clip = made(workspace, "tool_text2video_veo", prompt="a meadow", duration_seconds=4, generate_audio=False)
    arguments = {"clips": [{"asset": clip.url}], "background_music": {"asset": song.url, "volume": 1.0}}
    film = made(workspace, "tool_video_composite", **arguments)
    with av.open(str(export_asset(film, tmp_path))) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    rate = film.sample_rate
    assert pitch(heard[rate : 2 * rate], rate) == pytest.approx(440, abs=3)


def test_a_sound_that_is_gone_is_named(tmp_path):
    (tmp_path / "files").mkdir()
    tone(tmp_path / "files" / "rain.wav", 200, 3)
    own = MediaDB(tmp_path / "db")
    own.add(tmp_path / "files", workers=1)
    rain = made(Workspace(1, media=own), "tool_sound_fx_gen", prompt="rain", duration_seconds=3)
    (tmp_path / "files" / "rain.wav").unlink()
    with pytest.raises(MediaError, match=r"rain\.wav"):
        view(rain)
