"""Generators: the exact pixels, frames and samples they deliver, what they refuse, and the traps of the real services."""

import statistics
from itertools import pairwise

import av
import msgspec
import numpy as np
import pytest

from visgenenv.media import truth
from visgenenv.media.audio import samples
from visgenenv.media.effects import named, sounds_of
from visgenenv.media.graphs import graph
from visgenenv.testing import stand_in
from visgenenv.tools import FaultModel, Workspace, load_faults, load_toolbox
from visgenenv.types import Recipe

TOOLBOX = load_toolbox()
CALM = load_faults("none")


def desk(seed=3, **given):
    """Return a workspace with a stand-in under each id, changed in the fields given."""
    workspace = Workspace(seed=seed)
    for asset_id, fields in given.items():
        workspace.assets[asset_id] = msgspec.structs.replace(stand_in(asset_id), **fields)
    return workspace


def sized(**sizes):
    return desk(**{f"img_{name}": {"width": width, "height": height} for name, (width, height) in sizes.items()})


def call(name, workspace=None, faults=CALM, **arguments):
    return TOOLBOX.call(name, arguments, workspace or Workspace(seed=3), faults=faults)


def made(name, workspace=None, **arguments):
    result = call(name, workspace, **arguments)
    assert result.ok, result.error
    return result


def refused(name, workspace=None, **arguments):
    result = call(name, workspace, **arguments)
    assert not result.ok
    assert result.error.fault == "AGENT"
    return result.error


def shape(asset):
    return asset.width, asset.height


def rough(name, scale):
    """Weather in which only one tool has faults, `scale` times as often as documented."""
    return FaultModel("rough", 1.0, sticky=0.0, tools={tool: scale if tool == name else 0.0 for tool in TOOLBOX})


# Hunyuan


@pytest.mark.parametrize("size", ["512:512", "512:2048", "2048:512", "1024:1024", "1280:720", "720:1280", "1024:768", "768:1344", "1365:768"])  # fmt: skip
def test_hunyuan_draws_exactly_the_pixels_asked_for(size):
    result = made("tool_text2image_hunyuan", prompt="a fox", resolution=size)
    asset = result.assets[0]
    assert f"{asset.width}:{asset.height}" == size
    assert (asset.mime, asset.parents, result.usage.cost_usd) == ("image/png", (), 0.03)


@pytest.mark.parametrize(("size", "says"), [("1920:1080", "2073600 pixels"), ("1025:1024", "at most 1048576"), ("2048:513", "1050624"), ("511:1024", "512 to 2048"), ("512:2049", "512 to 2048")])  # fmt: skip
def test_hunyuan_refuses_sides_and_areas_outside_its_window(size, says):
    error = refused("tool_text2image_hunyuan", prompt="a fox", resolution=size)
    assert (error.type, error.vendor_code) == ("INVALID_ARGUMENT", "InvalidParameterValue")
    assert says in error.message


@pytest.mark.parametrize("size", ["16:9", "1280x720", "1280*720", "1K"])
def test_hunyuan_takes_pixels_with_a_colon_and_nothing_else(size):
    assert "does not have the form" in refused("tool_text2image_hunyuan", prompt="a fox", resolution=size).message


def test_hunyuan_rewrites_the_prompt_unless_told_not_to_and_then_waits_half_as_long():
    waits = {True: [], False: []}
    for revise, seconds in waits.items():
        for seed in range(200):
            result = made("tool_text2image_hunyuan", Workspace(seed), prompt="a fox", revise=revise)
            assert ("revised_prompt" in result.data) == revise
            seconds.append(result.usage.latency_s)
    assert statistics.median(waits[True]) == pytest.approx(40, rel=0.15)
    assert statistics.median(waits[False]) == pytest.approx(20, rel=0.15)
    assert result.data["task_id"]


def test_hunyuans_seed_does_nothing_while_it_revises():
    data = made("tool_text2image_hunyuan", prompt="a fox", seed=4).data
    assert data["revised_prompt"].startswith("a fox") and "seed" in data["warnings"][0]
    assert "warnings" not in made("tool_text2image_hunyuan", prompt="a fox", seed=4, revise=False).data


@pytest.mark.parametrize("name", ["tool_text2image_hunyuan", "tool_text2image_seed"])
def test_references_become_parents_with_the_role_subject_and_are_drawn(name):
    workspace = Workspace(seed=3)
    fox = made("tool_text2image_gemini", workspace, prompt="a blue fox").assets[0]
    asset = made(name, workspace, prompt="on a beach", images=[fox.url, fox.id]).assets[0]
    assert asset.parents == ((fox.id, "subject"),)
    assert [one.name for one in truth(asset).subjects] == ["fox"]
    assert graph(asset.recipe).figures[0].identity == graph(fox.recipe).figures[0].identity


def test_hunyuan_takes_three_references_and_no_fourth():
    workspace = sized(a001=(512, 512), b001=(512, 512), c001=(512, 512), d001=(512, 512))
    images = ["img_a001", "img_b001", "img_c001", "img_d001"]
    assert len(made("tool_text2image_hunyuan", workspace, prompt="x", images=images[:3]).assets[0].parents) == 3
    assert "4 items" in refused("tool_text2image_hunyuan", workspace, prompt="x", images=images).message


# Seedream

SEEDREAM = {
    "1K": {"1:1": (1024, 1024), "4:3": (1152, 864), "3:4": (864, 1152), "16:9": (1312, 736), "9:16": (736, 1312), "3:2": (1248, 832), "2:3": (832, 1248), "21:9": (1568, 672)},
    "2K": {"1:1": (2048, 2048), "4:3": (2304, 1728), "3:4": (1728, 2304), "16:9": (2560, 1440), "9:16": (1440, 2560), "3:2": (2496, 1664), "2:3": (1664, 2496), "21:9": (3024, 1296)},
    "4K": {"1:1": (4096, 4096), "4:3": (4704, 3520), "16:9": (5504, 3040), "9:16": (3040, 5504)},
}  # fmt: skip


@pytest.mark.parametrize(("size", "ratio"), [(size, ratio) for size, row in SEEDREAM.items() for ratio in row])
def test_a_ratio_written_into_the_prompt_decides_the_shape_of_a_seedream_picture(size, ratio):
    asset = made("tool_text2image_seed", prompt=f"a fox in the snow, {ratio}, soft light", size=size).assets[0]
    assert shape(asset) == SEEDREAM[size][ratio]
    assert (asset.mime, asset.url[-4:]) == ("image/jpeg", ".jpg")


@pytest.mark.parametrize(
    ("prompt", "size"),
    [
        ("a fox", (2048, 2048)),
        ("A vertical poster of a fox", (1728, 2304)),
        ("portrait of a fox", (1728, 2304)),
        ("a wide mountain landscape", (2304, 1728)),
        ("widescreen frame of a fox", (2560, 1440)),
        ("竖版海报", (1728, 2304)),
        ("横版插画", (2304, 1728)),
        ("手机壁纸，一只狐狸", (1440, 2560)),
        ("比例16：9的海报", (2560, 1440)),
        ("a 3:1 banner", (3024, 1296)),
        ("the train leaves at 12:30:15", (2048, 2048)),
    ],
)
def test_seedream_reads_the_shape_off_the_words_of_the_prompt_or_draws_a_square(prompt, size):
    result = made("tool_text2image_seed", prompt=prompt)
    assert shape(result.assets[0]) == size
    assert result.data["size"] == "{}x{}".format(*size)


@pytest.mark.parametrize("size", ["1280x720", "4096x4096", "3840x1080", "3840x240", "960x960"])
def test_seedream_draws_exact_pixels_whatever_the_prompt_says(size):
    asset = made("tool_text2image_seed", prompt="a vertical poster, 9:16", size=size).assets[0]
    assert f"{asset.width}x{asset.height}" == size


@pytest.mark.parametrize(("size", "says"), [("959x960", "at least 921600"), ("4097x4096", "at most 16777216"), ("9600x500", "1/16 and 16")])  # fmt: skip
def test_seedream_refuses_areas_and_ratios_outside_its_window(size, says):
    error = refused("tool_text2image_seed", prompt="a fox", size=size)
    assert (error.vendor_code, error.http_status) == ("InvalidParameter", 400)
    assert says in error.message


def test_seedream_takes_upper_case_k_and_no_other_resolution():
    for size in ("2k", "3K", "2048*2048", "2048:2048"):
        assert refused("tool_text2image_seed", prompt="a fox", size=size).type == "INVALID_ARGUMENT"


def test_a_seedream_group_shows_the_same_subject_and_is_charged_by_the_picture():
    result = made("tool_text2image_seed", prompt="a red fox", sequential_image_generation="auto", max_images=15)
    assert len(result.assets) == result.data["generated_images"] == 15
    assert result.usage.cost_usd == pytest.approx(0.45)
    assert len({graph(asset.recipe).figures[0].identity for asset in result.assets}) == 1
    assert len({asset.recipe.seed for asset in result.assets}) == 15


def test_a_seedream_group_of_k_pictures_takes_about_k_times_thirty_seconds():
    def median(**arguments):
        waits = [
            made("tool_text2image_seed", Workspace(s), prompt="a fox", **arguments).usage.latency_s for s in range(200)
        ]
        return statistics.median(waits)

    assert median(sequential_image_generation="auto", max_images=4) == pytest.approx(120, rel=0.15)
    assert median() == pytest.approx(18, rel=0.15)
    assert median(size="1K") == pytest.approx(12.6, rel=0.15)
    assert median(size="4K") == pytest.approx(36, rel=0.15)


def test_inputs_and_outputs_of_a_seedream_group_are_fifteen_together():
    workspace = sized(a001=(512, 512), b001=(512, 512))
    group = {"prompt": "x", "images": ["img_a001", "img_b001"], "sequential_image_generation": "auto"}
    assert len(made("tool_text2image_seed", workspace, **group, max_images=13).assets) == 13
    assert "at most 15" in refused("tool_text2image_seed", workspace, **group, max_images=14).message


@pytest.mark.parametrize(("fields", "says"), [({"width": 14, "height": 20}, "longer than 14"), ({"width": 3001, "height": 1000}, "1/3 and 3"), ({"width": 6001, "height": 6000}, "6000x6000"), ({"width": 3000, "height": 3000}, "10 MB"), ({"mime": "image/webp"}, "image/webp")])  # fmt: skip
def test_seedream_refuses_references_that_it_cannot_read(fields, says):
    assert says in refused("tool_text2image_seed", desk(img_a001=fields), prompt="x", images=["img_a001"]).message


def test_a_blocked_picture_of_a_seedream_group_is_missing_and_the_others_arrive():
    weather = rough("tool_text2image_seed", 5.0)
    results = [
        call(
            "tool_text2image_seed",
            Workspace(s),
            weather,
            prompt="a fox",
            sequential_image_generation="auto",
            max_images=6,
        )
        for s in range(200)
    ]
    blocked = [r for r in results if r.ok and any(f["type"] == "CONTENT_BLOCKED" for f in r.data.get("failed", ()))]
    assert len(blocked) > 20
    for result in blocked:
        assert result.usage.cost_usd == pytest.approx(0.03 * len(result.assets))
        assert result.data["failed"][0]["vendor_code"] in (
            "OutputImageSensitiveContentDetected",
            "InternalServiceError",
        )
    stopped = [r for r in results if r.ok and r.data.get("failed", [{"type": ""}])[-1]["type"] == "INTERNAL"]
    assert stopped and all(len(r.assets) + len(r.data["failed"]) == r.data["failed"][-1]["index"] + 1 for r in stopped)


def test_a_single_seedream_picture_that_is_blocked_is_an_error():
    weather = rough("tool_text2image_seed", 5.0)
    errors = [call("tool_text2image_seed", Workspace(s), weather, prompt="a fox").error for s in range(200)]
    assert any(e and e.vendor_code == "OutputImageSensitiveContentDetected" and e.fault == "ENV" for e in errors)


def test_seedream_warns_of_a_prompt_longer_than_advised():
    assert "300" in made("tool_text2image_seed", prompt="狐" * 301).data["warnings"][0]
    assert "600" in made("tool_text2image_seed", prompt="fox " * 601).data["warnings"][0]
    assert "warnings" not in made("tool_text2image_seed", prompt="狐" * 300).data


# GPT Image, edits


@pytest.mark.parametrize(
    ("first", "size"),
    [((1024, 1024), (1024, 1024)), ((1344, 768), (1536, 1024)), ((768, 1344), (1024, 1536)), ((1184, 864), (1536, 1024)), ((1100, 1000), (1024, 1024))],
)  # fmt: skip
def test_a_gpt_edit_takes_the_size_nearest_to_the_first_picture(first, size):
    workspace = sized(first=first, other=(1000, 1000))
    result = made("tool_image_edit_gpt", workspace, prompt="x", images=["img_first", "img_other"])
    assert shape(result.assets[0]) == size
    assert result.assets[0].parents == (("img_first", "edit_source"), ("img_other", "subject"))


@pytest.mark.parametrize(
    ("arguments", "price"),
    [
        ({}, 0.05),
        ({"n": 3}, 0.15),
        ({"size": "1536x1024"}, 0.071),
        ({"quality": "high"}, 0.175),
        ({"model": "gpt-image-1.5"}, 0.0404),
        ({"input_fidelity": "high"}, 0.092),
    ],
)
def test_a_gpt_edit_costs_its_pictures_and_what_it_reads(arguments, price):
    result = made("tool_image_edit_gpt", sized(a001=(1024, 1024)), prompt="x", images=["img_a001"], **arguments)
    assert result.usage.cost_usd == pytest.approx(price)


@pytest.mark.parametrize(("quality", "median"), [("low", 20), ("medium", 55), ("auto", 55), ("high", 85)])
def test_a_gpt_edit_takes_longer_at_higher_quality(quality, median):
    waits = []
    for seed in range(200):
        workspace = desk(seed, img_a001={})
        result = made("tool_image_edit_gpt", workspace, prompt="x", images=["img_a001"], quality=quality)
        waits.append(result.usage.latency_s)
    assert statistics.median(waits) == pytest.approx(median, rel=0.15)


def test_a_gpt_edit_notes_the_fidelity_it_kept_to():
    result = made("tool_image_edit_gpt", sized(a001=(64, 64)), prompt="x", images=["img_a001"], input_fidelity="high")
    assert result.data["input_fidelity"] == result.assets[0].recipe.params["input_fidelity"] == "high"


def test_a_mask_has_the_size_of_the_first_picture_and_is_no_parent():
    workspace = sized(a001=(1024, 768), b001=(500, 500), mask1=(1024, 768), mask2=(500, 500))
    edit = {"prompt": "x", "images": ["img_a001", "img_b001"]}
    assert [p for p, _ in made("tool_image_edit_gpt", workspace, **edit, mask="img_mask1").assets[0].parents] == ["img_a001", "img_b001"]  # fmt: skip
    error = refused("tool_image_edit_gpt", workspace, **edit, mask="img_mask2")
    assert (error.type, error.http_status) == ("INVALID_ARGUMENT", 400)
    assert "invalid mask: the mask is 500x500, the first image 1024x768" in error.message


@pytest.mark.parametrize(("form", "mime", "extension"), [("png", "image/png", "png"), ("jpeg", "image/jpeg", "jpg"), ("webp", "image/webp", "webp")])  # fmt: skip
def test_a_gpt_edit_comes_in_the_format_asked_for(form, mime, extension):
    asset = made(
        "tool_image_edit_gpt", sized(a001=(64, 64)), prompt="x", images=["img_a001"], output_format=form
    ).assets[0]
    assert (asset.mime, asset.url.rpartition(".")[2]) == (mime, extension)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"background": "transparent", "output_format": "jpeg"}, "png or webp"),
        ({"output_compression": 80}, "jpeg and webp only"),
        ({"n": 11}, "maximum of 10"),
        ({"size": "1792x1024"}, "1536x1024"),
        ({"images": ["img_a001"] * 17}, "maximum of 16"),
    ],
)
def test_what_a_gpt_edit_does_not_take_is_refused_with_the_reason(arguments, says):
    workspace = sized(a001=(64, 64))
    assert (
        says
        in refused("tool_image_edit_gpt", workspace, **{"prompt": "x", "images": ["img_a001"], **arguments}).message
    )


# Veo, from a picture


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
def test_veo_films_a_picture_at_the_tables_pixels(resolution, ratio, size):
    workspace = sized(a001=(1344, 768))
    arguments = {"image": "img_a001", "prompt": "it runs", "resolution": resolution, "aspect_ratio": ratio}
    film = made("tool_image2video_veo3", workspace, **arguments, model="veo-3.1-generate-001").assets[0]
    assert (shape(film), film.n_frames, film.fps, film.has_audio) == (size, 192, (24, 1), True)


@pytest.mark.parametrize(("picture", "size"), [((1344, 768), (1280, 720)), ((768, 1344), (720, 1280)), ((1024, 1024), (1280, 720)), ((864, 1184), (720, 1280)), ((1184, 864), (1280, 720))])  # fmt: skip
def test_without_a_ratio_veos_frame_is_the_one_nearest_to_its_picture(picture, size):
    assert shape(made("tool_image2video_veo3", sized(a001=picture), image="img_a001", prompt="x").assets[0]) == size


@pytest.mark.parametrize(("picture", "cropped"), [((1344, 768), False), ((1664, 928), False), ((1280, 720), False), ((1024, 1024), True), ((1536, 1024), True)])  # fmt: skip
def test_veo_warns_where_it_cuts_the_picture_and_not_of_pixels_near_the_ratio(picture, cropped):
    data = made("tool_image2video_veo3", sized(a001=picture), image="img_a001", prompt="x").data
    assert ("warnings" in data) == cropped
    assert not cropped or "input cropped" in data["warnings"][0]


def test_veo_keeps_first_and_last_frame_as_parents_and_sources():
    workspace = sized(a001=(1280, 720), b001=(1280, 720))
    film = made("tool_image2video_veo3", workspace, image="img_a001", last_frame="img_b001", prompt="x", model="veo-3.1-fast-generate-001").assets[0]  # fmt: skip
    assert film.parents == (("img_a001", "first_frame"), ("img_b001", "last_frame"))
    assert film.recipe.params["tail"] and len(film.recipe.sources) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"last_frame": "img_b001"}, "veo-3.1 models only"),
        ({"last_frame": "img_b001", "model": "veo-3.1-generate-001", "duration_seconds": 6}, "last_frame needs duration_seconds 8"),
        ({"resolution": "1080p", "duration_seconds": 4}, "duration_seconds 8"),
        ({"resolution": "4k"}, "veo-3.1 models only"),
        ({"resolution": "1080p", "aspect_ratio": "9:16"}, "16:9 only"),
        ({"person_generation": "allow_all"}, "allow_adult"),
        ({"aspect_ratio": "1:1"}, "not one of"),
        ({"prompt": "狐" * 1025}, "1025 tokens"),
    ],
)  # fmt: skip
def test_veo_says_what_it_cannot_make_of_a_picture(arguments, says):
    workspace = sized(a001=(1280, 720), b001=(1280, 720))
    given = {"image": "img_a001", "prompt": "it runs", **arguments}
    assert says in refused("tool_image2video_veo3", workspace, **given).message


def test_veo_30_films_a_portrait_picture_in_1080p_landscape_and_says_so():
    result = made("tool_image2video_veo3", sized(a001=(720, 1280)), image="img_a001", prompt="x", resolution="1080p")
    assert shape(result.assets[0]) == (1920, 1080)
    assert "input cropped" in result.data["warnings"][0]


def test_veo_and_kling_read_png_and_jpeg_of_bounded_weight():
    for name, limit in (("tool_image2video_veo3", "20 MB"), ("tool_image2video_keling", "10 MB")):
        workspace = desk(img_webp={"mime": "image/webp"}, img_huge={"width": 4096, "height": 4096})
        webp = refused(name, workspace, image="img_webp", prompt="x")
        assert (webp.type, webp.http_status) == ("UNSUPPORTED_FORMAT", 415)
        huge = refused(name, workspace, image="img_huge", prompt="x")
        assert (huge.type, huge.http_status) == ("TOO_LARGE", 413) and limit in huge.message


@pytest.mark.parametrize("name", ["tool_text2video_veo", "tool_image2video_veo3"])
@pytest.mark.parametrize(
    ("model", "resolution", "sound", "price"),
    [
        ("veo-3.0-generate-001", "720p", True, 3.2),
        ("veo-3.0-generate-001", "1080p", False, 1.6),
        ("veo-3.0-fast-generate-001", "720p", True, 1.2),
        ("veo-3.0-fast-generate-001", "720p", False, 0.8),
        ("veo-3.1-generate-001", "1080p", True, 3.2),
        ("veo-3.1-generate-001", "4k", True, 4.8),
        ("veo-3.1-fast-generate-001", "720p", True, 0.8),
        ("veo-3.1-fast-generate-001", "1080p", True, 0.96),
    ],
)
def test_veo_charges_by_the_second_model_resolution_and_sound(name, model, resolution, sound, price):
    picture = {"image": "img_a001"} if name == "tool_image2video_veo3" else {}
    arguments = {"prompt": "it runs", "model": model, "resolution": resolution, "generate_audio": sound, **picture}
    assert made(name, sized(a001=(1280, 720)), **arguments).usage.cost_usd == pytest.approx(price)


def test_a_chinese_prompt_for_veo_holds_1024_characters_and_an_english_one_4000():
    assert made("tool_text2video_veo", prompt="狐" * 1024).ok
    assert made("tool_text2video_veo", prompt="x" * 4000).ok
    assert "at most 1024" in refused("tool_text2video_veo", prompt="狐" * 1025).message


# Sound effects


@pytest.mark.parametrize("seconds", [0.5, 1.234, 5, 30])
def test_an_effect_from_words_lasts_as_long_as_asked_to_the_sample(seconds, tmp_path):
    workspace = Workspace(seed=3)
    result = made("tool_sound_fx_gen", workspace, prompt="heavy rain", duration_seconds=seconds)
    effect = result.assets[0]
    assert (effect.n_samples, effect.sample_rate, effect.channels) == (round(seconds * 44100), 44100, 2)
    assert (effect.mime, effect.parents) == ("audio/mpeg", ())
    assert result.usage.cost_usd == pytest.approx(0.0023 * seconds, abs=1e-6)
    with av.open(str(workspace.export(effect.url, tmp_path))) as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) == effect.n_samples


def test_without_a_length_the_service_decides_between_one_and_ten_seconds():
    lengths = [made("tool_sound_fx_gen", Workspace(s), prompt="a bell").assets[0].duration for s in range(100)]
    assert 1 <= min(lengths) < 2 and 9 < max(lengths) <= 10


def test_an_effect_for_a_film_is_as_long_as_the_film_and_costs_a_fixed_price():
    workspace = desk(vid_a001={"n_frames": 100})
    result = made("tool_sound_fx_gen", workspace, video="vid_a001", duration_seconds=4.17)
    assert result.assets[0].n_samples == 183_750
    assert result.assets[0].parents == (("vid_a001", "source"),)
    assert result.usage.cost_usd == 0.035


def test_the_film_comes_back_with_the_effect_as_its_only_sound(tmp_path):
    workspace = desk(vid_a001={"width": 320, "height": 180, "n_frames": 90, "fps": (30, 1), "has_audio": False})
    effect, film = made(
        "tool_sound_fx_gen", workspace, video="vid_a001", prompt="a bell rings", return_video=True
    ).assets
    assert (shape(film), film.n_frames, film.fps, film.has_audio) == ((320, 180), 90, (30, 1), True)
    assert film.parents == (("vid_a001", "clip"),)
    heard, own = (samples(one.recipe, effect.n_samples, 44100) for one in (film, effect))
    assert np.array_equal(heard, own)
    with av.open(str(workspace.export(film.url, tmp_path))) as file:
        assert sum(1 for _ in file.decode(video=0)) == 90


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "a prompt, a video, or both"),
        ({"prompt": "rain", "return_video": True}, "needs a video"),
        ({"video": "vid_long1"}, "between 3 and 20 seconds"),
        ({"video": "vid_short"}, "between 3 and 20 seconds"),
        ({"video": "vid_fine1", "duration_seconds": 5}, "equal to the video's 8.00 s"),
        ({"prompt": "x" * 451}, "451 characters"),
        ({"prompt": "rain", "duration_seconds": 31}, "maximum of 30"),
    ],
)
def test_what_the_effect_service_does_not_take_is_refused_with_the_reason(arguments, says):
    workspace = desk(vid_long1={"n_frames": 481}, vid_short={"n_frames": 71}, vid_fine1={})
    error = refused("tool_sound_fx_gen", workspace, **arguments)
    assert error.type == "INVALID_ARGUMENT" and says in error.message


def test_films_of_exactly_three_and_twenty_seconds_are_taken():
    workspace = desk(vid_three={"n_frames": 72}, vid_twenty={"n_frames": 480})
    for video in ("vid_three", "vid_twenty"):
        assert made("tool_sound_fx_gen", workspace, video=video).ok


def test_an_effect_for_a_film_takes_longer_than_one_from_words():
    def median(**arguments):
        return statistics.median(
            made("tool_sound_fx_gen", desk(s, vid_a001={}), **arguments).usage.latency_s for s in range(200)
        )

    assert median(prompt="rain") == pytest.approx(6, rel=0.15)
    assert median(video="vid_a001") == pytest.approx(35, rel=0.15)


def test_now_and_then_an_effect_is_almost_silent_and_the_result_warns():
    results = [call("tool_sound_fx_gen", Workspace(s), rough("tool_sound_fx_gen", 8.0), prompt="rain", duration_seconds=1) for s in range(200)]  # fmt: skip
    silent = [r for r in results if r.ok and "warnings" in r.data]
    assert 10 < len(silent) < 60
    effect = silent[0].assets[0]
    assert np.abs(samples(effect.recipe, effect.n_samples, 44100)).max() < 0.005
    assert not truth(effect).sound and truth(next(r.assets[0] for r in results if r.ok and r not in silent)).sound


def recipe(words, seconds=4.0, seed="a1", **more):
    return Recipe(
        "effect", seed, {"prompt": words, "seconds": seconds, "influence": 0.3, "loop": False, "silent": False, **more}
    )


def brightness(words):
    """Return the mean frequency of an effect in Hz, weighted by power."""
    wave = samples(recipe(words), 4 * 44100, 44100, 1)[:, 0]
    power = np.abs(np.fft.rfft(wave)) ** 2
    return float((power * np.fft.rfftfreq(wave.size, 1 / 44100)).sum() / power.sum())


@pytest.mark.parametrize(
    ("words", "sounds"),
    [
        ("heavy rain on a roof, distant thunder", ("rain", "thunder")),
        ("footsteps on gravel in the wind", ("footsteps", "wind")),
        ("a church bell rings", ("bell",)),
        ("car engine starting", ("engine",)),
        ("a fast whoosh transition", ("whoosh",)),
        ("crowd applause", ("crowd", "applause")),
        ("birds chirping by a stream", ("birds", "water")),
        ("huge explosion", ("explosion",)),
        ("mouse click", ("click",)),
        ("雨声", ("rain",)),
        ("风声和脚步声", ("wind", "footsteps")),
        ("门铃声", ("bell",)),
        ("发动机轰鸣", ("engine", "explosion")),
        ("热烈的掌声", ("applause",)),
        ("雷声", ("thunder",)),
        ("水流声，鸟叫", ("water", "birds")),
        ("爆炸", ("explosion",)),
        ("鼠标点击声", ("click",)),
        ("嗖的一声", ("whoosh",)),
        ("卡通风格的海报", ()),
        ("a popular category of cartoons", ()),
        ("gloopy zorblax", ()),
    ],
)
def test_words_in_either_language_name_the_sounds_of_an_effect(words, sounds):
    assert named(words) == sounds


def test_an_effect_sounds_like_its_words():
    hertz = [brightness(words) for words in ("heartbeat", "thunder", "wind", "stream", "rain", "breaking glass")]
    assert all(low < high for low, high in pairwise(hertz))
    assert hertz[0] < 150 and hertz[2] < 500 < hertz[3] < 2000 < 3000 < hertz[4]


def test_footsteps_come_about_twice_a_second_and_a_heartbeat_thumps_low():
    wave = np.abs(samples(recipe("footsteps", 6.0), 6 * 44100, 44100, 1)[:, 0])
    loud = wave.reshape(-1, 4410).max(axis=1) > 0.3
    assert 9 <= int((loud[1:] & ~loud[:-1]).sum()) + int(loud[0]) <= 13


def test_unknown_words_give_a_quiet_texture_that_depends_on_the_seed():
    one, two, again = (samples(recipe("zorblax", seed=seed), 44100, 44100, 1) for seed in ("a", "b", "a"))
    assert np.array_equal(one, again) and not np.array_equal(one, two)
    assert 0.01 < np.sqrt((one**2).mean()) < 0.5


def test_a_film_without_words_gives_the_sound_of_what_it_shows():
    def heard(prompt):
        shot = Recipe("shot", "s", {"prompt": prompt, "seconds": 4.0, "audio": False})
        return sounds_of(msgspec.structs.replace(recipe(""), sources=(shot,)))

    assert heard("waves roll onto a beach") == ("waves",)
    assert heard("a steam train leaves") == ("engine",)


def test_the_end_of_a_loop_fits_its_beginning():
    for words in ("rain", "engine", "waves", "zorblax"):
        wave = samples(recipe(words, loop=True), 4 * 44100, 44100, 1)[:, 0]
        step = np.abs(np.diff(wave))
        assert abs(wave[0] - wave[-1]) <= np.quantile(step, 0.999)
        assert np.abs(wave[:200]).max() > 0.01


def test_the_beginning_of_an_effect_is_the_beginning_of_the_whole():
    whole = samples(recipe("thunder and rain"), 4 * 44100, 44100)
    assert np.array_equal(samples(recipe("thunder and rain"), 1000, 44100), whole[:1000])


# Traps of the real services (Appendix B of the specification)


def test_every_picture_service_writes_its_sizes_in_its_own_way():
    wants = {
        "tool_text2image_gemini": ("aspect_ratio", "16:9"),
        "tool_text2image_qwen": ("size", "1664*928"),
        "tool_text2image_gpt": ("size", "1536x1024"),
        "tool_text2image_seed": ("size", "2560x1440"),
        "tool_text2image_hunyuan": ("resolution", "1280:720"),
    }
    for name, (parameter, value) in wants.items():
        assert made(name, prompt="a fox", **{parameter: value}).ok
        for other, (_, foreign) in wants.items():
            both_with_x = {name, other} == {"tool_text2image_gpt", "tool_text2image_seed"}
            if name != other and not (both_with_x and name == "tool_text2image_seed"):
                assert refused(name, prompt="a fox", **{parameter: foreign}).type == "INVALID_ARGUMENT"


def test_gemini_refuses_1920_by_1080():
    for wish in ({"width": 1920, "height": 1080}, {"size": "1920x1080"}):
        error = refused("tool_text2image_gemini", prompt="a fox", **wish)
        assert error.http_status == 400 and "unknown parameter" in error.message
    assert "not one of" in refused("tool_text2image_gemini", prompt="a fox", aspect_ratio="1920:1080").message


@pytest.mark.parametrize("name", ["tool_text2image_gpt", "tool_image_edit_gpt"])
def test_gpt_has_three_sizes_and_none_is_16_to_9(name):
    picture = {"images": ["img_a001"]} if name == "tool_image_edit_gpt" else {}
    sizes = {(1024, 1024), (1536, 1024), (1024, 1536)}
    for width, height in sizes:
        asset = made(name, sized(a001=(1920, 1080)), prompt="a fox", size=f"{width}x{height}", **picture).assets[0]
        assert shape(asset) == (width, height)
    for size in ("1792x1024", "1920x1080", "1280x720", "16:9"):
        assert refused(name, sized(a001=(64, 64)), prompt="a fox", size=size, **picture).http_status == 400
    assert shape(made(name, sized(a001=(1920, 1080)), prompt="a 16:9 frame", **picture).assets[0]) == (1536, 1024)


@pytest.mark.parametrize("name", ["tool_text2video_veo", "tool_image2video_veo3"])
def test_veo_films_four_six_or_eight_seconds(name):
    picture = {"image": "img_a001"} if name == "tool_image2video_veo3" else {}
    for seconds in (4, 6, 8):
        film = made(name, sized(a001=(1280, 720)), prompt="a fox", duration_seconds=seconds, **picture).assets[0]
        assert (film.n_frames, film.duration) == (24 * seconds, seconds)
    for seconds in (1, 3, 5, 7, 10, 15):
        assert (
            "[4,6,8]"
            in refused(name, sized(a001=(1280, 720)), prompt="a fox", duration_seconds=seconds, **picture).message
        )


@pytest.mark.parametrize("name", ["tool_text2video_veo", "tool_image2video_veo3"])
def test_veo_in_1080p_lasts_eight_seconds(name):
    picture = {"image": "img_a001"} if name == "tool_image2video_veo3" else {}
    wish = {"prompt": "a fox", "resolution": "1080p", **picture}
    assert made(name, sized(a001=(1280, 720)), **wish).assets[0].duration == 8
    for seconds in (4, 6):
        error = refused(name, sized(a001=(1280, 720)), **wish, duration_seconds=seconds)
        assert "resolution 1080p and 4k need duration_seconds 8" in error.message


def test_kling_films_five_or_ten_seconds_and_follows_its_picture():
    workspace = sized(a001=(1472, 1104))
    for seconds in (5, 10):
        film = made("tool_image2video_keling", workspace, image="img_a001", duration=seconds).assets[0]
        assert (shape(film), film.duration) == ((960, 720), seconds)
    for seconds in (4, 6, 8, "8", 15):
        assert (
            refused("tool_image2video_keling", workspace, image="img_a001", duration=seconds).type == "INVALID_ARGUMENT"
        )
    for wish in ({"aspect_ratio": "16:9"}, {"size": "1280x720"}):
        assert "unknown parameter" in refused("tool_image2video_keling", workspace, image="img_a001", **wish).message


def test_suno_makes_two_songs_and_takes_no_length():
    result = made("tool_music_suno", prompt="calm piano")
    assert len(result.assets) == 2 and result.assets[0].duration != result.assets[1].duration
    for wish in ({"duration": 30}, {"duration_seconds": 30}, {"length": 30}, {"n": 1}):
        assert "unknown parameter" in refused("tool_music_suno", prompt="calm piano", **wish).message


def test_qwen_edit_takes_a_size_for_one_picture_only_and_else_follows_the_last():
    workspace = sized(wide=(1664, 928), tall=(928, 1664))
    edit = {"prompt": "x", "images": ["img_wide", "img_tall"]}
    assert shape(made("tool_image_edit_qwen", workspace, **edit, size="1280*720").assets[0]) == (1280, 720)
    error = refused("tool_image_edit_qwen", workspace, **edit, size="1280*720", n=2)
    assert (error.vendor_code, error.message) == ("InvalidParameter", "size can be given only when n is 1.")
    assert {shape(asset) for asset in made("tool_image_edit_qwen", workspace, **edit, n=2).assets} == {(768, 1376)}


def test_seedream_k_sizes_leave_the_shape_to_the_prompt_and_groups_may_be_short():
    assert shape(made("tool_text2image_seed", prompt="a fox, 16:9", size="2K").assets[0]) == (2560, 1440)
    assert shape(made("tool_text2image_seed", prompt="a fox", size="2K").assets[0]) == (2048, 2048)
    group = {"prompt": "a fox", "sequential_image_generation": "auto", "max_images": 8}
    counts = [
        len(call("tool_text2image_seed", Workspace(s), load_faults("realistic"), **group).assets) for s in range(300)
    ]
    short = [count for count in counts if 0 < count < 7]
    assert 0.07 * 300 < len(short) < 0.25 * 300
    assert {len(made("tool_text2image_seed", Workspace(s), **group).assets) for s in range(20)} == {8}


def test_hunyuan_draws_1280_by_720_and_not_1920_by_1080():
    assert shape(made("tool_text2image_hunyuan", prompt="a fox", resolution="1280:720").assets[0]) == (1280, 720)
    assert (
        refused("tool_text2image_hunyuan", prompt="a fox", resolution="1920:1080").vendor_code
        == "InvalidParameterValue"
    )


def test_gemini_may_answer_with_text_only():
    weather = rough("tool_text2image_gemini", 4.0)
    errors = [call("tool_text2image_gemini", Workspace(s), weather, prompt="a fox").error for s in range(200)]
    empty = [error for error in errors if error and error.type == "EMPTY_RESULT"]
    assert empty and (empty[0].http_status, empty[0].retryable) == (200, True)


def test_veo_clips_carry_their_own_sound_unless_it_is_switched_off():
    assert made("tool_text2video_veo", prompt="a fox").assets[0].has_audio
    assert not made("tool_text2video_veo", prompt="a fox", generate_audio=False).assets[0].has_audio


@pytest.mark.parametrize(
    ("name", "arguments", "ratio", "nominal"),
    [
        ("tool_text2image_gemini", {"aspect_ratio": "16:9"}, 1.750, 16 / 9),
        ("tool_text2image_gemini", {"aspect_ratio": "4:3"}, 1.370, 4 / 3),
        ("tool_text2image_gemini", {"aspect_ratio": "4:5"}, 0.778, 4 / 5),
        ("tool_text2image_gemini", {"aspect_ratio": "21:9"}, 2.286, 21 / 9),
        ("tool_text2image_qwen", {"size": "1664*928"}, 1.793, 16 / 9),
        ("tool_text2image_seed", {"size": "4K"}, 1.811, 16 / 9),
    ],
)
def test_pixels_are_within_three_percent_of_the_nominal_ratio_but_not_equal(name, arguments, ratio, nominal):
    width, height = shape(made(name, prompt="a fox, 16:9", **arguments).assets[0])
    assert width / height == pytest.approx(ratio, abs=0.0006)
    assert 0.001 < abs(width / height / nominal - 1) < 0.03
