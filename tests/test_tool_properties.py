"""Whatever fits a tool's schema is answered, never a crash; what it makes is exact, new and describable."""

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visgenenv import load_toolbox
from visgenenv.media import truth
from visgenenv.spaces import sample_schema
from visgenenv.tools import Workspace, encode_result, load_faults
from visgenenv.tools.wire import shorten
from visgenenv.types import ToolResult

BOX = load_toolbox()
CALM, STRESS = load_faults("none"), load_faults("stress")


def stocked(seed):
    """A workspace that holds an asset of every kind."""
    workspace = Workspace(seed)
    image = made(workspace, "tool_text2image_gemini", prompt="a fox", aspect_ratio="16:9")
    video = made(workspace, "tool_text2video_veo", prompt="a fox runs", duration_seconds=4)
    voice = BOX["tool_tts_generation"].spec.properties["voice_id"]["enum"][0]
    made(workspace, "tool_tts_generation", text="Hello there.", voice_id=voice)
    made(workspace, "tool_music_suno", prompt="calm piano")
    made(workspace, "tool_video_script_gen", topic="a fox")
    made(workspace, "tool_subtitle_add_text", video=video, text="hello", burn_in=False)
    return workspace, [asset.url for asset in workspace.assets.values()], image


def made(workspace, name, **arguments):
    result = BOX.call(name, arguments, workspace, faults=CALM)
    assert result.ok, result.error
    return result.assets[0].url


@pytest.mark.parametrize("name", sorted(BOX))
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_arguments_that_fit_the_schema_are_answered(name, seed):
    workspace, urls, _ = stocked(seed % 5)
    before = dict(workspace.assets)
    arguments = sample_schema(
        BOX[name].spec.function_schema("en")["function"]["parameters"], np.random.default_rng(seed), urls
    )
    result = BOX.call(name, arguments, workspace, faults=STRESS)
    told = orjson.loads(encode_result(result))
    assert told["status"] == result.status
    assert result.usage.latency_s >= 0 and result.usage.cost_usd >= 0
    for asset in result.assets:
        assert asset.id not in before and workspace.find(asset.url) is asset
        assert all(parent in before for parent, _ in asset.parents)
        assert asset.kind not in ("image", "video") or (asset.width > 0 and asset.height > 0)
        assert asset.kind != "video" or asset.n_frames > 0
        assert asset.kind != "audio" or asset.n_samples > 0
        truth(asset)


@pytest.mark.parametrize("name", sorted(BOX))
@settings(max_examples=25, deadline=None)
@given(junk=st.dictionaries(st.text(max_size=12), st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
       st.lists(st.integers(), max_size=3)), max_size=5))  # fmt: skip
def test_any_other_arguments_are_a_clear_error(name, junk):
    result = BOX.call(name, junk, Workspace(1), faults=CALM)
    if not result.ok:
        assert result.error.message and result.error.fault == "AGENT"


def test_the_same_call_in_the_same_world_gives_the_same_whatever_came_before():
    one, two = Workspace(3), Workspace(3)
    BOX.call("tool_music_suno", {"prompt": "calm piano"}, two)
    call = {"prompt": "a fox", "num_images": 3}
    first, second = (BOX.call("tool_text2image_gemini", call, workspace) for workspace in (one, two))
    assert first.assets == second.assets and encode_result(first) == encode_result(second)


def test_naming_an_asset_by_url_or_by_id_is_the_same_call():
    results = []
    for cite in (lambda url: url, lambda url: url.removeprefix("asset://"), lambda url: url[8:].partition(".")[0]):
        workspace = Workspace(3)
        url = made(workspace, "tool_text2image_gemini", prompt="a fox")
        results.append(BOX.call("tool_image_edit_gemini", {"prompt": "at night", "images": [cite(url)]}, workspace))
    assert results[0].assets == results[1].assets == results[2].assets


@pytest.mark.parametrize("limit", [200, 1000, 5000])
def test_a_long_result_is_cut_to_its_limit_and_says_so(limit):
    data = {"text": 'say "hello" <b> 狐狸 ' * 500}
    text = encode_result(ToolResult("success", data=data))
    told = shorten(text, limit)
    assert len(told) <= limit and "cut: the whole result has" in told


def test_a_cut_result_is_still_json_and_names_its_assets():
    workspace = Workspace(1)
    result = BOX.call("tool_video_shot_gen", {"script": "a fox walks. " * 100, "num_shots": 60}, workspace)
    told = orjson.loads(encode_result(result))
    assert told["assets"][0]["url"] == result.assets[0].url and told["data"]["cut"]
    assert result.assets[0].url in told["data"]["note"]
