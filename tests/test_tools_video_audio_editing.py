"""Video, audio and editing tools: what they accept, what they deliver to the frame and sample, what they refuse."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visgenenv.tools import FaultModel, Workspace, encode_result, load_toolbox
from visgenenv.tools.simulators.editing.cues import read_cues, write_srt
from visgenenv.types import Asset, Recipe, ToolResult

TOOLBOX = load_toolbox()
NAMES = (
    "tool_text2video_veo",
    "tool_image2video_keling",
    "tool_music_suno",
    "tool_tts_generation",
    "tool_video_composite",
    "tool_audio_edit_cut",
    "tool_subtitle_add_text",
)


class Desk:
    """A workspace with assets put straight onto it."""

    def __init__(self, seed: int = 0) -> None:
        self.workspace = Workspace(seed)

    def put(self, kind: Any, node: str = "scene", **exact: Any) -> str:
        prefix, extension = {"image": ("img", "png"), "video": ("vid", "mp4"), "audio": ("aud", "mp3")}.get(
            kind, ("sub", "srt")
        )
        asset_id = f"{prefix}_{len(self.workspace.assets):04d}"
        params = exact.pop("params", {})
        recipe = Recipe(node, f"seed{len(self.workspace.assets)}", params)
        asset = Asset(asset_id, f"asset://{asset_id}.{extension}", kind, "", recipe, content_root=asset_id, **exact)
        self.workspace.assets[asset_id] = asset
        return asset.url

    def image(self, width: int = 1280, height: int = 720) -> str:
        return self.put("image", width=width, height=height)

    def film(
        self,
        n_frames: int = 192,
        width: int = 1280,
        height: int = 720,
        fps: tuple[int, int] = (24, 1),
        has_audio: bool = True,
    ) -> str:
        return self.put("video", "shot", n_frames=n_frames, width=width, height=height, fps=fps, has_audio=has_audio)

    def sound(self, n_samples: int, sample_rate: int = 44100) -> str:
        return self.put("audio", "song", n_samples=n_samples, sample_rate=sample_rate, channels=2, has_audio=True)

    def subtitle_file(self, text: str) -> str:
        return self.put("subtitle", "document", params={"text": text})

    def call(self, tool: str, **arguments: Any) -> ToolResult:
        return TOOLBOX.call(tool, arguments, self.workspace)

    def made(self, tool: str, **arguments: Any) -> Asset:
        result = self.call(tool, **arguments)
        assert result.error is None, result.error
        return result.assets[0]

    def refusal(self, tool: str, **arguments: Any) -> Any:
        result = self.call(tool, **arguments)
        assert result.error is not None
        assert not result.assets
        return result.error


@pytest.fixture
def desk() -> Desk:
    return Desk()


# ---------------------------------------------------------------- documents


@pytest.mark.parametrize("name", NAMES)
def test_a_simulators_keywords_are_the_schemas_properties_and_optional_ones_default_to_none(name: str) -> None:
    tool = TOOLBOX[name]
    keywords = {k: p for k, p in inspect.signature(tool.simulate).parameters.items() if p.kind is p.KEYWORD_ONLY}
    assert set(keywords) == set(tool.spec.properties)
    required = set(tool.spec.input_schema.get("required", ()))
    for keyword, parameter in keywords.items():
        always = keyword in required or keyword in tool.spec.defaults
        assert parameter.default is (inspect.Parameter.empty if always else None), keyword


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_described_in_both_languages_and_every_example_fits(name: str) -> None:
    spec = TOOLBOX[name].spec
    for parameter, schema in spec.document["input_schema"]["properties"].items():
        assert set(schema["description"]) == {"en", "zh"}, parameter
    for example in spec.examples:
        assert spec.is_valid({**spec.defaults, **example.call})


@pytest.mark.parametrize(
    ("name", "transient", "blocked"),
    [
        ("tool_text2video_veo", 0.05, 0.06),
        ("tool_image2video_keling", 0.065, 0.025),
        ("tool_music_suno", 0.04, 0.03),
        ("tool_tts_generation", 0.02, 0.01),
        ("tool_video_composite", 0.01, 0),
        ("tool_audio_edit_cut", 0.003, 0),
        ("tool_subtitle_add_text", 0.007, 0),
    ],
)
def test_documented_fault_rates_add_up_to_the_sampling_table(name: str, transient: float, blocked: float) -> None:
    faults = TOOLBOX[name].spec.faults
    assert sum(f.rate for f in faults if f.type != "CONTENT_BLOCKED") == pytest.approx(transient)
    assert sum(f.rate for f in faults if f.type == "CONTENT_BLOCKED") == pytest.approx(blocked)


# ---------------------------------------------------------------- Veo


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [
        ("720p", "16:9", (1280, 720)),
        ("720p", "9:16", (720, 1280)),
        ("1080p", "16:9", (1920, 1080)),
        ("1080p", "9:16", (1080, 1920)),
        ("4k", "16:9", (3840, 2160)),
        ("4k", "9:16", (2160, 3840)),
    ],
)
def test_veo_delivers_the_tables_pixels(desk: Desk, resolution: str, ratio: str, size: tuple[int, int]) -> None:
    film = desk.made(
        "tool_text2video_veo", prompt="a fox", model="veo-3.1-generate-001", resolution=resolution, aspect_ratio=ratio
    )
    assert (film.width, film.height) == size
    assert (film.n_frames, film.fps) == (192, (24, 1))


@pytest.mark.parametrize("seconds", [4, 6, 8, 8.0])
def test_veo_delivers_24_frames_for_every_second(desk: Desk, seconds: float) -> None:
    film = desk.made("tool_text2video_veo", prompt="a fox", duration_seconds=seconds)
    assert (film.n_frames, film.duration) == (24 * seconds, seconds)
    assert film.recipe.params == {"prompt": "a fox", "seconds": float(seconds), "audio": True}


@pytest.mark.parametrize("seconds", [5, 10])
def test_veo_has_no_five_and_no_ten_second_shots(desk: Desk, seconds: int) -> None:
    error = desk.refusal("tool_text2video_veo", prompt="a fox", duration_seconds=seconds)
    assert (error.type, error.http_status) == ("INVALID_ARGUMENT", 400)
    assert "[4,6,8]" in error.message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"resolution": "1080p", "duration_seconds": 6}, "duration_seconds 8"),
        ({"resolution": "4k"}, "veo-3.1 models only"),
        ({"resolution": "1080p", "aspect_ratio": "9:16"}, "16:9 only"),
    ],
)
def test_veo_says_which_cross_rule_is_broken(desk: Desk, arguments: dict[str, Any], said: str) -> None:
    assert said in desk.refusal("tool_text2video_veo", prompt="a fox", **arguments).message


def test_veo_takes_references_with_the_full_31_model_only_and_makes_them_parents(desk: Desk) -> None:
    fox = desk.image()
    assert "reference_images" in desk.refusal("tool_text2video_veo", prompt="it runs", reference_images=[fox]).message
    fast = {"model": "veo-3.1-fast-generate-001", "reference_images": [fox]}
    assert desk.refusal("tool_text2video_veo", prompt="it runs", **fast).type == "INVALID_ARGUMENT"
    film = desk.made(
        "tool_text2video_veo", prompt="it runs", model="veo-3.1-generate-001", reference_images=[fox, "img_0000", fox]
    )
    assert film.parents == (("img_0000", "subject"),)
    assert len(film.recipe.sources) == 1


def test_veo_charges_half_without_sound(desk: Desk) -> None:
    assert desk.call("tool_text2video_veo", prompt="a fox").usage.cost_usd == 3.2
    silent = desk.call("tool_text2video_veo", prompt="a fox", generate_audio=False)
    assert silent.usage.cost_usd == 1.6
    assert not silent.assets[0].has_audio


def test_veo_waits_between_11_and_360_seconds() -> None:
    waits = [Desk(seed).call("tool_text2video_veo", prompt="a fox").usage.latency_s for seed in range(300)]
    assert min(waits) >= 11
    assert max(waits) <= 360
    assert 70 < sorted(waits)[150] < 92


def test_veos_audio_filter_strikes_only_films_with_sound() -> None:
    struck = {True: 0, False: 0}
    for sound in struck:
        for seed in range(400):
            arguments = {"prompt": "a fox", "generate_audio": sound}
            result = TOOLBOX.call("tool_text2video_veo", arguments, Workspace(seed), faults=FaultModel("rough", 3.0))
            struck[sound] += bool(result.error and "issue with the audio" in result.error.message)
    assert 12 < struck[True] < 55
    assert struck[False] == 0


# ---------------------------------------------------------------- Kling


@pytest.mark.parametrize("duration", ["5", "10", 5, 10, 10.0])
def test_kling_takes_its_duration_as_a_string_or_a_number(desk: Desk, duration: Any) -> None:
    film = desk.made("tool_image2video_keling", image=desk.image(), duration=duration)
    assert (film.n_frames, film.fps) == (24 * int(duration), (24, 1))


def test_kling_has_no_eight_second_clips(desk: Desk) -> None:
    assert desk.refusal("tool_image2video_keling", image=desk.image(), duration=8).type == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("size", "mode", "made"),
    [
        ((1344, 768), "std", (1260, 720)),
        ((1024, 1024), "std", (720, 720)),
        ((768, 1344), "pro", (1080, 1890)),
        ((1664, 928), "pro", (1936, 1080)),
        ((301, 300), "std", (722, 720)),
    ],
)
def test_klings_film_follows_the_shape_of_its_picture(
    desk: Desk, size: tuple[int, int], mode: str, made: tuple[int, int]
) -> None:
    film = desk.made("tool_image2video_keling", image=desk.image(*size), mode=mode)
    assert (film.width, film.height) == made


@pytest.mark.parametrize("size", [(299, 400), (1000, 390), (390, 1000)])
def test_kling_refuses_small_and_narrow_pictures(desk: Desk, size: tuple[int, int]) -> None:
    error = desk.refusal("tool_image2video_keling", image=desk.image(*size))
    assert (error.type, error.vendor_code) == ("INVALID_ARGUMENT", "1201")


@pytest.mark.parametrize(
    "arguments",
    [
        {"model_name": "kling-v2-1-master"},
        {"model_name": "kling-v2-5-turbo"},
        {"sound": "on"},
        {"image_tail": "img_0000"},
        {"image_tail": "img_0000", "mode": "pro", "model_name": "kling-v2-6"},
    ],
)
def test_kling_refuses_what_a_model_cannot_do(desk: Desk, arguments: dict[str, Any]) -> None:
    assert desk.refusal("tool_image2video_keling", image=desk.image(), **arguments).vendor_code == "1201"


def test_kling_keeps_first_and_last_frame_as_parents_and_sources(desk: Desk) -> None:
    first, last = desk.image(), desk.image()
    film = desk.made("tool_image2video_keling", image=first, image_tail=last, mode="pro", prompt="it turns")
    assert film.parents == (("img_0000", "first_frame"), ("img_0001", "last_frame"))
    assert [source.seed for source in film.recipe.sources] == ["seed0", "seed1"]
    assert film.recipe.params == {"prompt": "it turns", "seconds": 5.0, "audio": False, "tail": True}


def test_kling_is_silent_unless_sound_is_on(desk: Desk) -> None:
    image = desk.image()
    assert not desk.made("tool_image2video_keling", image=image).has_audio
    result = desk.call("tool_image2video_keling", image=image, model_name="kling-v2-6", sound="on", duration=10)
    assert result.assets[0].has_audio
    assert result.usage.cost_usd == 1.4


# ---------------------------------------------------------------- Suno


def test_suno_makes_two_songs_of_its_own_length_and_hides_their_tempo() -> None:
    lengths, tempos = [], []
    for seed in range(150):
        result = Desk(seed).call("tool_music_suno", prompt="calm piano")
        assert len(result.assets) == 2
        for song in result.assets:
            assert (song.sample_rate, song.channels) == (44100, 2)
            assert song.recipe.params["seconds"] == song.duration
            lengths.append(song.duration)
            tempos.append(song.recipe.params["bpm"])
        assert "bpm" not in encode_result(result)
    assert 60 <= min(lengths) < 120
    assert 280 < max(lengths) <= 480
    assert 185 < sum(lengths) / len(lengths) < 195
    assert 70 <= min(tempos) < 75
    assert 169 < max(tempos) <= 174


def test_suno_v4_songs_last_at_most_four_minutes() -> None:
    songs = [s for seed in range(60) for s in Desk(seed).call("tool_music_suno", prompt="jazz", model="V4").assets]
    assert max(song.duration for song in songs) == 240


@pytest.mark.parametrize(
    ("arguments", "type", "status"),
    [
        ({}, "INVALID_ARGUMENT", 400),
        ({"prompt": "x" * 501}, "TOO_LARGE", 413),
        ({"custom_mode": True, "title": "Home"}, "INVALID_ARGUMENT", 400),
        ({"custom_mode": True, "style": "folk"}, "INVALID_ARGUMENT", 400),
        ({"custom_mode": True, "style": "folk", "title": "Home", "instrumental": False}, "INVALID_ARGUMENT", 400),
        ({"custom_mode": True, "style": "f" * 201, "title": "Home", "model": "V4"}, "TOO_LARGE", 413),
    ],
)
def test_suno_refuses_incomplete_and_overlong_requests(
    desk: Desk, arguments: dict[str, Any], type: str, status: int
) -> None:
    error = desk.refusal("tool_music_suno", **arguments)
    assert (error.type, error.http_status) == (type, status)


def test_suno_refuses_names_of_artists_in_calm_weather_too(desk: Desk) -> None:
    for prompt in ("a ballad like Taylor Swift", "周杰伦风格的歌"):
        error = desk.refusal("tool_music_suno", prompt=prompt)
        assert (error.type, error.vendor_code) == ("CONTENT_BLOCKED", "SENSITIVE_WORD_ERROR")


def test_suno_sings_the_lyrics_it_is_given(desk: Desk) -> None:
    song = desk.made(
        "tool_music_suno", custom_mode=True, instrumental=False, style="folk", title="Home", prompt="la la la"
    )
    assert song.recipe.node == "song"
    assert [song.recipe.params[k] for k in ("style", "title", "lyrics", "instrumental")] == [
        "folk",
        "Home",
        "la la la",
        False,
    ]


# ---------------------------------------------------------------- speech


@pytest.mark.parametrize(
    ("text", "speed", "seconds"),
    [
        ("你好世界欢迎你们", 1, 8 / 4.5),
        ("a plain English sentence here.", 1, 2.0),
        ("a plain English sentence here.", 2, 1.0),
        ("你好<#2.5#>世界", 1, 4 / 4.5 + 2.5),
    ],
)
def test_speech_lasts_as_long_as_its_characters_and_pauses(text: str, speed: float, seconds: float) -> None:
    for seed in range(40):
        speech = Desk(seed).made("tool_tts_generation", text=text, voice_id="en_male_deep", speed=speed)
        assert 0.93 * seconds + 0.199 <= speech.duration <= 1.07 * seconds + 0.201
        assert (speech.channels, speech.sample_rate) == (1, 32000)
        assert "<#" not in speech.recipe.params["text"]


def test_an_unknown_voice_is_refused_with_all_twelve_named(desk: Desk) -> None:
    assert len(TOOLBOX["tool_tts_generation"].spec.properties["voice_id"]["enum"]) == 12
    message = desk.refusal("tool_tts_generation", text="hi", voice_id="en_female_warn").message
    assert "did you mean 'en_female_warm'" in message


def test_invisible_characters_are_error_1042(desk: Desk) -> None:
    assert desk.refusal("tool_tts_generation", text="a\u200b\u200bb", voice_id="en_male_deep").vendor_code == "1042"
    assert desk.refusal("tool_tts_generation", text=" \n ", voice_id="en_male_deep").vendor_code == "1042"
    assert desk.made("tool_tts_generation", text="two\nlines", voice_id="en_male_deep")


def test_speech_timestamps_can_be_burnt_into_a_film_as_they_are(desk: Desk) -> None:
    arguments = {"text": "你好,世界。今天<#0.5#>很好!Bye.", "voice_id": "zh_male_calm", "with_timestamps": True}
    result = desk.call("tool_tts_generation", **arguments)
    cues = result.data["subtitles"]
    assert [cue["text"] for cue in cues] == ["你好,世界。", "今天", "很好!", "Bye."]
    assert cues[0]["start_time"] == 0
    assert cues[-1]["end_time"] <= result.assets[0].duration
    assert desk.made("tool_subtitle_add_text", video=desk.film(), subtitles=cues)


@settings(deadline=None, max_examples=150)
@given(
    st.text(min_size=1, max_size=400) | st.text("ab。.!<#1> \n", min_size=1, max_size=3000), st.sampled_from([0.5, 2])
)
def test_any_text_is_spoken_or_refused_and_its_cues_fit_the_subtitle_tool(text: str, speed: float) -> None:
    desk = Desk()
    arguments = {"text": text, "voice_id": "zh_male_calm", "with_timestamps": True, "speed": speed}
    result = desk.call("tool_tts_generation", **arguments)
    if result.error is None:
        assert result.assets[0].n_samples > 0
        cues = result.data["subtitles"]
        assert len(cues) <= 500
        for cue in cues:
            assert 0 < len(cue["text"]) <= 200
            assert cue["start_time"] < cue["end_time"] <= result.assets[0].duration + 0.001
    else:
        assert result.error.vendor_code in ("1042", "2013") or result.error.type == "INVALID_ARGUMENT"


# ---------------------------------------------------------------- composition


def test_a_film_lasts_as_long_as_its_clips_together(desk: Desk) -> None:
    film = desk.made("tool_video_composite", clips=[{"asset": desk.film()}, {"asset": desk.film(120)}])
    assert (film.n_frames, film.fps) == (312, (24, 1))
    assert film.parents == (("vid_0000", "clip"), ("vid_0001", "clip"))


@pytest.mark.parametrize("transition", ["crossfade", "fade", "slide", "wipe", "dissolve"])
def test_transitions_shorten_the_film_once_a_boundary(desk: Desk, transition: str) -> None:
    clips = [{"asset": desk.film()} for _ in range(3)]
    film = desk.made("tool_video_composite", clips=clips, transition=transition, transition_duration=1)
    assert film.duration == 22
    assert desk.made("tool_video_composite", clips=clips, transition_duration=1).duration == 24


@pytest.mark.parametrize(
    ("seconds", "fits"), [((1, 8), False), ((1.5, 8), True), ((8, 2, 8), False), ((8, 2.5, 8), True), ((0.5,), True)]
)
def test_a_clip_must_outlast_its_transitions(desk: Desk, seconds: tuple[float, ...], fits: bool) -> None:
    clips = [{"asset": desk.image(), "duration": duration} for duration in seconds]
    result = desk.call("tool_video_composite", clips=clips, transition="fade", transition_duration=1)
    assert result.ok is fits
    assert fits or (result.error is not None and result.error.vendor_code == "transition_too_long")


def test_the_frame_holds_every_clip_unless_a_size_is_asked_for(desk: Desk) -> None:
    clips = [{"asset": desk.film()}, {"asset": desk.film(width=1920, height=1080)}]
    clips.append({"asset": desk.film(width=720, height=1280)})
    film = desk.made("tool_video_composite", clips=clips)
    assert (film.width, film.height) == (1920, 1280)
    odd = desk.made("tool_video_composite", clips=[{"asset": desk.image(853, 481), "duration": 1}])
    assert (odd.width, odd.height) == (854, 482)


@pytest.mark.parametrize(
    ("ratio", "resolution", "size"),
    [
        ("16:9", "480p", (854, 480)),
        ("16:9", "720p", (1280, 720)),
        ("16:9", "1080p", (1920, 1080)),
        ("9:16", "1080p", (1080, 1920)),
        ("4:3", "720p", (960, 720)),
        ("3:4", "480p", (480, 640)),
        ("1:1", "1080p", (1080, 1080)),
        ("1:1", None, (720, 720)),
        (None, "1080p", (1920, 1080)),
    ],
)
def test_ratio_and_resolution_give_the_size(
    desk: Desk, ratio: str | None, resolution: str | None, size: tuple[int, int]
) -> None:
    asked = {key: value for key, value in (("aspect_ratio", ratio), ("resolution", resolution)) if value}
    film = desk.made("tool_video_composite", clips=[{"asset": desk.film()}], **asked)
    assert (film.width, film.height) == size


def test_the_frame_rate_is_the_one_asked_for_or_the_highest_of_the_clips(desk: Desk) -> None:
    clips = [{"asset": desk.film()}, {"asset": desk.film(300, fps=(30, 1))}]
    film = desk.made("tool_video_composite", clips=clips)
    assert (film.fps, film.n_frames) == ((30, 1), 540)
    assert desk.made("tool_video_composite", clips=clips, fps=25).n_frames == 450
    still = desk.made("tool_video_composite", clips=[{"asset": desk.image(), "duration": 2}])
    assert (still.fps, still.n_frames) == ((24, 1), 48)


def test_lengths_snap_to_the_frame_grid(desk: Desk) -> None:
    clip = {"asset": desk.film(), "start": 1.23, "end": 4.56}
    assert desk.made("tool_video_composite", clips=[clip], fps=30).n_frames == 100


@pytest.mark.parametrize(
    ("clip", "said"),
    [
        ({"end": 12}, "clips[0]: end_time (12.00) should be smaller or equal to the clip's duration (8.00)."),
        ({"start": 9}, "clips[0]: start_time (9.00) should be smaller than the clip's duration (8.00)."),
        ({"start": 5, "end": 3}, "clips[0]: start_time (5.00) should be smaller than end_time (3.00)."),
        ({"start": 0, "end": 5, "duration": 2}, "contradict"),
        ({"duration": 10}, "end_time (10.00)"),
        ({"start": -9}, "before the clip's beginning"),
    ],
)
def test_cuts_outside_a_clip_are_refused_in_moviepys_words(desk: Desk, clip: dict[str, Any], said: str) -> None:
    assert said in desk.refusal("tool_video_composite", clips=[{"asset": desk.film(), **clip}]).message


def test_negative_times_count_from_the_end_of_a_clip(desk: Desk) -> None:
    film = desk.made("tool_video_composite", clips=[{"asset": desk.film(), "start": -3, "end": -1}])
    assert film.n_frames == 48
    assert film.recipe.params["clips"][0]["start"] == 5


def test_an_image_needs_a_duration(desk: Desk) -> None:
    assert "duration" in desk.refusal("tool_video_composite", clips=[{"asset": desk.image(), "end": 3}]).message


def test_a_film_of_less_than_half_a_frame_is_refused(desk: Desk) -> None:
    error = desk.refusal("tool_video_composite", clips=[{"asset": desk.film(), "end": 0.01}])
    assert "empty" in error.message


def test_a_timeline_recipe_says_what_plays_when(desk: Desk) -> None:
    fox, forest, song = desk.film(), desk.image(), desk.sound(44100 * 60)
    result = desk.call(
        "tool_video_composite",
        clips=[{"asset": fox, "start": 2, "volume": 0.5}, {"asset": forest, "duration": 7}, {"asset": fox}],
        audio_tracks=[{"asset": song, "start": 3, "fade_in": 1}],
        background_music={"asset": song},
        transition="crossfade",
        fit="crop",
    )
    film = result.assets[0]
    params = film.recipe.params
    assert [source.seed for source in film.recipe.sources] == ["seed0", "seed1", "seed2"]
    assert [clip["source"] for clip in params["clips"]] == [0, 1, 0]
    assert params["clips"][0] == {
        "source": 0,
        "start": 2.0,
        "seconds": 6.0,
        "native": 6.0,
        "still": False,
        "size": [1280, 720],
        "volume": 0.5,
        "has_audio": True,
    }
    assert (params["clips"][1]["native"], params["clips"][1]["still"]) == (5.0, True)
    assert params["tracks"] == [
        {"source": 2, "start": 3.0, "volume": 1.0, "fade_in": 1.0, "fade_out": 0.0, "seconds": 17.0}
    ]
    assert params["bgm"] == {"source": 2, "volume": 0.25, "loop": True, "seconds": 20.0}
    assert [params[key] for key in ("transition", "overlap", "fit", "hold", "keep_audio")] == [
        "crossfade",
        0.5,
        "crop",
        0.0,
        True,
    ]
    assert film.parents == (("vid_0000", "clip"), ("img_0001", "clip"), ("aud_0002", "track"))
    assert result.data == {"clip_starts": [0.0, 5.5, 12.0]}


def test_a_long_track_is_cut_or_lengthens_the_film_by_its_frozen_last_frame(desk: Desk) -> None:
    clips, track = [{"asset": desk.film()}], [{"asset": desk.sound(44100 * 10), "start": 2}]
    film = desk.made("tool_video_composite", clips=clips, audio_tracks=track)
    assert (film.duration, film.recipe.params["tracks"][0]["seconds"]) == (8, 6)
    for sync in ("extend", "longest"):
        film = desk.made("tool_video_composite", clips=clips, audio_tracks=track, audio_sync=sync)
        assert (film.duration, film.recipe.params["hold"]) == (12, 4)


def test_only_longest_waits_for_music_that_does_not_loop(desk: Desk) -> None:
    clips, music = [{"asset": desk.film()}], {"asset": desk.sound(44100 * 20)}
    lengths = [
        desk.made("tool_video_composite", clips=clips, background_music=bgm, audio_sync=sync).duration
        for bgm in (music, {**music, "loop": False})
        for sync in ("trim", "extend", "longest")
    ]
    assert lengths == [8, 8, 8, 8, 8, 20]


def test_a_track_after_the_end_is_refused_and_not_counted_as_sound(desk: Desk) -> None:
    track = [{"asset": desk.sound(44100), "start": 8}]
    message = desk.refusal("tool_video_composite", clips=[{"asset": desk.film()}], audio_tracks=track).message
    assert "audio_tracks[0]: start_time (8.00) should be smaller than the film's duration (8.00)." in message


def test_a_film_has_sound_if_a_clip_keeps_it_or_a_track_brings_it(desk: Desk) -> None:
    loud, silent = [{"asset": desk.film()}], [{"asset": desk.film(has_audio=False)}]
    song = {"asset": desk.sound(44100 * 9)}
    assert desk.made("tool_video_composite", clips=loud).has_audio
    assert not desk.made("tool_video_composite", clips=loud, keep_original_audio=False).has_audio
    assert not desk.made("tool_video_composite", clips=silent).has_audio
    assert desk.made("tool_video_composite", clips=silent, background_music=song).has_audio
    assert desk.made("tool_video_composite", clips=silent, audio_tracks=[song]).has_audio


def test_composing_one_whole_clip_keeps_its_content_root(desk: Desk) -> None:
    url = desk.film()
    clip = {"asset": url, "start": 0, "end": 8}
    assert desk.made("tool_video_composite", clips=[clip]).content_root == "vid_0000"
    changes: list[dict[str, Any]] = [
        {"clips": [{**clip, "end": 7}]},
        {"clips": [{**clip, "volume": 0.5}]},
        {"clips": [clip, clip]},
        {"clips": [clip], "keep_original_audio": False},
        {"clips": [clip], "fps": 30},
        {"clips": [clip], "aspect_ratio": "1:1"},
        {"clips": [clip], "background_music": {"asset": desk.sound(44100)}},
    ]
    for change in changes:
        film = desk.made("tool_video_composite", **change)
        assert film.content_root == film.id


def test_a_render_beyond_ten_minutes_is_refused_with_its_estimate(desk: Desk) -> None:
    clips = [{"asset": desk.film(width=3840, height=2160)} for _ in range(10)]
    error = desk.refusal("tool_video_composite", clips=clips)
    assert (error.type, error.http_status, error.fault) == ("TIMEOUT", 504, "AGENT")
    assert "80.0 s at 3840x2160" in error.message


def test_rendering_thirty_seconds_of_720p_takes_about_half_a_minute() -> None:
    waits = []
    for seed in range(200):
        desk = Desk(seed)
        waits.append(desk.call("tool_video_composite", clips=[{"asset": desk.film(720)}]).usage.latency_s)
    assert 27 < sorted(waits)[100] < 37
    assert 55 < sorted(waits)[190] < 90


TIMES = st.floats(-12, 12, allow_nan=False) | st.sampled_from([0, 8, 8.01, 1e-9, 0.0208, 4, -8])
CLIPS = st.lists(
    st.fixed_dictionaries(
        {"asset": st.integers(0, 5)},
        optional={
            "start": TIMES,
            "end": TIMES,
            "duration": st.floats(0.1, 60) | st.just(5),
            "volume": st.sampled_from([0, 1, 4]),
        },
    ),
    min_size=1,
    max_size=6,
)
TRACK = st.fixed_dictionaries(
    {"asset": st.integers(6, 8)},
    optional={
        "start": st.floats(0, 30) | st.just(36000),
        "volume": st.floats(0, 4),
        "fade_in": st.floats(0, 30),
        "fade_out": st.floats(0, 30),
    },
)
COMPOSITION = st.fixed_dictionaries(
    {"clips": CLIPS | CLIPS.map(lambda clips: (clips * 100)[:100])},
    optional={
        "transition": st.sampled_from(["none", "crossfade", "wipe"]),
        "transition_duration": st.floats(0.1, 3),
        "audio_tracks": st.lists(TRACK, max_size=3),
        "background_music": st.fixed_dictionaries({"asset": st.integers(6, 8)}, optional={"loop": st.booleans()}),
        "keep_original_audio": st.booleans(),
        "aspect_ratio": st.sampled_from(["16:9", "4:3", "1:1", "3:4", "9:16"]),
        "resolution": st.sampled_from(["480p", "720p", "1080p"]),
        "fps": st.sampled_from([24, 25, 30, 60]),
        "audio_sync": st.sampled_from(["trim", "extend", "longest"]),
    },
)


def odd_assets(desk: Desk) -> list[str]:
    return [
        desk.film(),
        desk.film(1, 2, 2),
        desk.film(121, 3840, 2160, (30000, 1001), False),
        desk.image(1, 1),
        desk.image(9000, 301),
        desk.image(),
        desk.sound(1),
        desk.sound(44100 * 9),
        desk.sound(8000 * 7, 8000),
    ]


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(COMPOSITION)
def test_any_valid_composition_is_a_film_of_exact_size_or_a_clean_refusal(arguments: dict[str, Any]) -> None:
    desk = Desk()
    urls = odd_assets(desk)
    arguments = {**arguments, "clips": [{**clip, "asset": urls[clip["asset"]]} for clip in arguments["clips"]]}
    for track in arguments.get("audio_tracks", ()):
        track["asset"] = urls[track["asset"]]
    if "background_music" in arguments:
        arguments["background_music"]["asset"] = urls[arguments["background_music"]["asset"]]
    result = desk.call("tool_video_composite", **arguments)
    if result.error is not None:
        assert result.error.type in ("INVALID_ARGUMENT", "TIMEOUT")
        assert result.error.message
        return
    film = result.assets[0]
    params = film.recipe.params
    shown = sum(clip["seconds"] for clip in params["clips"]) - (len(params["clips"]) - 1) * params["overlap"]
    assert film.n_frames > 0
    assert abs(film.duration - shown - params["hold"]) <= 0.5 * film.fps[1] / film.fps[0] + 1e-9
    assert 2 <= min(film.width, film.height) <= max(film.width, film.height) <= 16384
    assert film.width % 2 == film.height % 2 == 0
    assert all(0 <= track["start"] < film.duration and track["seconds"] > 0 for track in params["tracks"])
    assert all(clip["seconds"] > 0 and clip["start"] >= 0 for clip in params["clips"])


# ---------------------------------------------------------------- audio cutting


def test_audio_is_cut_to_the_sample(desk: Desk) -> None:
    song = desk.sound(44100 * 190 + 7)
    cut = desk.made("tool_audio_edit_cut", audio=song, start_time=1.5, end_time=31.25)
    assert (cut.n_samples, cut.sample_rate, cut.channels) == (int(29.75 * 44100 + 0.5), 44100, 2)
    assert desk.made("tool_audio_edit_cut", audio=song, loop_to_duration=75).n_samples == 75 * 44100


def test_audio_edits_follow_trim_concat_loop_mix(desk: Desk) -> None:
    song, jingle, talk = desk.sound(44100 * 20), desk.sound(44100 * 3), desk.sound(32000 * 12, 32000)
    joined = desk.made("tool_audio_edit_cut", audio=song, end_time=4, concat_with=[jingle, jingle])
    assert joined.duration == 10
    mixed = desk.made("tool_audio_edit_cut", audio=song, end_time=4, concat_with=[jingle], mix_with=[talk])
    assert mixed.duration == 12
    assert mixed.parents == (("aud_0000", "source"), ("aud_0001", "track"), ("aud_0002", "track"))
    params = mixed.recipe.params
    assert (params["lengths"], params["concat"], params["mix"]) == ([20.0, 3.0, 12.0], [1], [2])
    looped = desk.made("tool_audio_edit_cut", audio=song, end_time=4, loop_to_duration=9, mix_with=[jingle])
    assert looped.duration == 9


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"end_time": 12}, "end_time (12.00) should be smaller or equal to the clip's duration (8.00)."),
        ({"start_time": 9}, "start_time (9.00) should be smaller than the clip's duration (8.00)."),
        ({"start_time": 5, "end_time": 5}, "start_time (5.00) should be smaller than end_time (5.00)."),
        ({"fade_in": 5, "fade_out": 3.5}, "fade_in (5.00) and fade_out (3.50)"),
    ],
)
def test_audio_cuts_out_of_bounds_are_refused(desk: Desk, arguments: dict[str, Any], said: str) -> None:
    assert said in desk.refusal("tool_audio_edit_cut", audio=desk.sound(44100 * 8), **arguments).message


def test_a_length_told_to_the_millisecond_may_be_cited(desk: Desk) -> None:
    song = desk.sound(44100 * 8 + 30)
    assert desk.made("tool_audio_edit_cut", audio=song, end_time=8.001).n_samples == 44100 * 8 + 30


def test_sound_is_taken_out_of_a_video_that_has_some(desk: Desk) -> None:
    sound = desk.made("tool_audio_edit_cut", audio=desk.film(), format="wav")
    assert (sound.kind, sound.mime, sound.n_samples) == ("audio", "audio/wav", 8 * 44100)
    assert sound.recipe.params["from_video"]
    message = desk.refusal("tool_audio_edit_cut", audio=desk.film(has_audio=False)).message
    assert message == "video has no audio stream"


def test_cutting_nothing_keeps_the_content_root(desk: Desk) -> None:
    song, other = desk.sound(44100 * 8), desk.sound(44100)
    for nothing in ({}, {"format": "wav"}, {"end_time": 8}, {"loop_to_duration": 8}):
        assert desk.made("tool_audio_edit_cut", audio=song, **nothing).content_root == "aud_0000"
    changes: tuple[dict[str, Any], ...] = (
        {"end_time": 7},
        {"start_time": 1},
        {"start_time": 1, "loop_to_duration": 8},
        {"volume": 2},
        {"fade_in": 1},
        {"mix_with": [other]},
        {"concat_with": [other]},
        {"normalize": True},
    )
    for change in changes:
        cut = desk.made("tool_audio_edit_cut", audio=song, **change)
        assert cut.content_root == cut.id


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from([0, 1, 2, 6, 7, 8]),
    st.fixed_dictionaries(
        {},
        optional={
            "start_time": TIMES,
            "end_time": TIMES | st.none(),
            "fade_in": st.floats(0, 30),
            "fade_out": st.floats(0, 30) | st.just(0),
            "volume": st.floats(0, 4),
            "loop_to_duration": st.floats(0.1, 3600),
            "concat_with": st.lists(st.integers(6, 8), max_size=20),
            "mix_with": st.lists(st.integers(6, 8), max_size=20),
            "normalize": st.booleans(),
        },
    ),
)
def test_any_valid_audio_edit_is_sound_or_a_clean_refusal(source: int, arguments: dict[str, Any]) -> None:
    desk = Desk()
    urls = odd_assets(desk)
    for key in ("concat_with", "mix_with"):
        if key in arguments:
            arguments[key] = [urls[index] for index in arguments[key]]
    result = desk.call("tool_audio_edit_cut", audio=urls[source], **arguments)
    if result.error is not None:
        assert result.error.type == "INVALID_ARGUMENT"
        return
    sound = result.assets[0]
    params = sound.recipe.params
    assert sound.n_samples > 0
    assert 0 <= params["start"] < params["end"]
    assert len(params["lengths"]) == len(sound.recipe.sources) == 1 + len(params["concat"]) + len(params["mix"])
    if params["loop_to"] is not None and not params["mix"]:
        assert abs(sound.duration - params["loop_to"]) < 1 / 44100


# ---------------------------------------------------------------- subtitles


def test_burning_words_in_changes_nothing_but_the_picture(desk: Desk) -> None:
    url = desk.film(150, 1080, 1890, (30, 1))
    film = desk.made("tool_subtitle_add_text", video=url, text="毛毡工坊", start_time=1, end_time=3)
    source = desk.workspace.assets["vid_0000"]
    for number in ("width", "height", "fps", "n_frames", "has_audio"):
        assert getattr(film, number) == getattr(source, number)
    assert film.content_root == film.id
    assert film.parents == (("vid_0000", "source"),)
    assert film.recipe.params["cues"] == [{"text": "毛毡工坊", "start": 1.0, "end": 3.0}]
    assert desk.made("tool_subtitle_add_text", video=url, text="hi").recipe.params["cues"][0]["end"] == 5.0


@pytest.mark.parametrize("words", [{}, {"text": "hi", "subtitles": [{"text": "a", "start_time": 0, "end_time": 1}]}])
def test_exactly_one_source_of_words_is_needed(desk: Desk, words: dict[str, Any]) -> None:
    message = desk.refusal("tool_subtitle_add_text", video=desk.film(), **words).message
    assert message == "Give exactly one of subtitles, subtitle_file and text."


def test_cues_beyond_the_end_are_clipped_with_a_warning_and_never_lengthen_the_film(desk: Desk) -> None:
    cues = [{"text": "a", "start_time": 6, "end_time": 12}, {"text": "b", "start_time": 0, "end_time": 8}]
    result = desk.call("tool_subtitle_add_text", video=desk.film(), subtitles=cues)
    assert result.assets[0].duration == 8
    assert result.assets[0].recipe.params["cues"][0]["end"] == 8
    assert result.data["warnings"] == ["clipped at the end of the video (8.00 s): cue 0"]


@pytest.mark.parametrize(("start", "end"), [(8, 9), (30, 31), (3, 3), (4, 2)])
def test_cues_that_start_too_late_or_end_too_early_are_refused(desk: Desk, start: float, end: float) -> None:
    cue = {"text": "a", "start_time": start, "end_time": end}
    error = desk.refusal("tool_subtitle_add_text", video=desk.film(), subtitles=[cue])
    assert (error.type, "cue 0: start_time" in error.message) == ("INVALID_ARGUMENT", True)


def test_words_can_be_written_as_a_file_and_burnt_in_later(desk: Desk) -> None:
    url = desk.film()
    cues = [
        {"text": "Hello\n\n--> you", "start_time": 0.5, "end_time": 2},
        {"text": "再见", "start_time": 2, "end_time": 4},
    ]
    file = desk.made("tool_subtitle_add_text", video=url, subtitles=cues, burn_in=False)
    assert (file.kind, file.url[-4:], file.recipe.node) == ("subtitle", ".srt", "document")
    assert file.recipe.params["text"].startswith("1\n00:00:00,500 --> 00:00:02,000\nHello\n→ you\n")
    film = desk.made("tool_subtitle_add_text", video=url, subtitle_file=file.url)
    assert film.recipe.params["cues"] == [
        {"text": "Hello\n→ you", "start": 0.5, "end": 2.0},
        {"text": "再见", "start": 2.0, "end": 4.0},
    ]
    assert film.parents == (("vid_0000", "source"), (file.id, "source"))


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:01,000 --> 00:00:02,500\nHi\n",
        "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\nHi\r\n\r\n",
        "WEBVTT\n\n00:01.000 --> 00:02.500 align:start\nHi\n",
        "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\b1}Hi\n",
    ],
)
def test_srt_vtt_and_ass_files_are_read(text: str) -> None:
    assert read_cues(text) == ((1.0, 2.5, "Hi"),)


@pytest.mark.parametrize(
    "text", ["", "no cues here", "1\n00:00:xx --> 00:00:02,000\nHi", "1\n00:00:01,000 --> 00:00:02,000\n"]
)
def test_a_file_without_cues_is_refused(desk: Desk, text: str) -> None:
    error = desk.refusal("tool_subtitle_add_text", video=desk.film(), subtitle_file=desk.subtitle_file(text))
    assert (error.type, error.message[:14]) == ("INVALID_ARGUMENT", "Unable to open")


def test_chinese_words_in_a_latin_font_are_boxes_and_a_warning(desk: Desk) -> None:
    url = desk.film()
    result = desk.call("tool_subtitle_add_text", video=url, text="你好", font_type="sans_latin")
    assert "boxes" in result.data["warnings"][0]
    assert result.assets[0].recipe.params["missing_glyphs"]
    assert "warnings" not in desk.call("tool_subtitle_add_text", video=url, text="hi", font_type="sans_latin").data


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "text": st.text(min_size=1, max_size=60),
                "start_time": st.floats(0, 10),
                "end_time": st.floats(0, 12, exclude_min=True),
            }
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_valid_cues_are_burnt_in_or_refused_and_survive_the_way_through_a_file(cues: list[dict[str, Any]]) -> None:
    desk = Desk()
    url = desk.film()
    result = desk.call("tool_subtitle_add_text", video=url, subtitles=cues)
    file = desk.call("tool_subtitle_add_text", video=url, subtitles=cues, burn_in=False)
    assert result.ok == file.ok
    if result.ok:
        again = read_cues(file.assets[0].recipe.params["text"])
        assert len(again) == len(cues)
        assert write_srt(again) == file.assets[0].recipe.params["text"]
        for cue in result.assets[0].recipe.params["cues"]:
            assert 0 <= cue["start"] < cue["end"] <= 8


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300) | st.text("0123456789:.,-> \nDialogue{}\\N", max_size=300))
def test_no_subtitle_file_makes_the_reader_raise(text: str) -> None:
    for start, end, words in read_cues(text):
        assert start >= 0
        assert end >= 0
        assert words


# ---------------------------------------------------------------- worlds


def test_equal_worlds_give_equal_results_and_other_worlds_other_songs() -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("tool_music_suno", {"prompt": "calm piano"}),
        ("tool_tts_generation", {"text": "hello there", "voice_id": "en_male_deep"}),
        ("tool_text2video_veo", {"prompt": "a fox"}),
    ]
    for name, arguments in calls:
        first, again, other = (TOOLBOX.call(name, dict(arguments), Workspace(seed)) for seed in (3, 3, 4))
        assert first == again
        assert first.usage != other.usage
