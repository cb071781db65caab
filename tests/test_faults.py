"""Weather: documented rates, sticky blocks, and the same sky for all who share a world."""

import pytest

from visgenenv import load_toolbox
from visgenenv.errors import SpecError
from visgenenv.tools import FaultModel, Workspace, load_faults

BOX = load_toolbox()
CALM, REAL = load_faults("none"), load_faults("realistic")


def outcomes(model, n=3000, name="tool_text2image_gemini", **arguments):
    types = []
    for world in range(n):
        result = BOX.call(name, {"prompt": f"fox {world}", **arguments}, Workspace(world), faults=model)
        types.append(result.error.type if result.error else "ok")
    return types


def test_a_calm_world_has_no_fault():
    assert set(outcomes(CALM, 500)) == {"ok"}


def test_faults_come_at_the_documented_rates():
    types = outcomes(FaultModel("plain", 1.0))
    share = {name: types.count(name) / len(types) for name in set(types)}
    assert share["RATE_LIMITED"] == pytest.approx(0.025, abs=0.009)
    assert share["CONTENT_BLOCKED"] == pytest.approx(0.015, abs=0.007)
    assert share["EMPTY_RESULT"] == pytest.approx(0.015, abs=0.007)


def test_stress_multiplies_the_rates():
    assert outcomes(load_faults("stress")).count("ok") < outcomes(REAL).count("ok") - 200


def test_a_blocked_prompt_mostly_stays_blocked_and_a_reworded_one_draws_afresh():
    repeats = reworded = 0
    blocked = 0
    for world in range(4000):
        workspace, model = Workspace(world), FaultModel("plain", 1.0)
        first = BOX.call("tool_text2image_gemini", {"prompt": "fox"}, workspace, faults=model)
        if first.error and first.error.type == "CONTENT_BLOCKED":
            blocked += 1
            assert first.error.fault == "ENV"
            again = BOX.call("tool_text2image_gemini", {"prompt": "fox"}, workspace, faults=model)
            if again.error and again.error.type == "CONTENT_BLOCKED":
                repeats += 1
                assert again.error.fault == "AGENT"
            other = BOX.call("tool_text2image_gemini", {"prompt": "a fox"}, workspace, faults=model)
            reworded += bool(other.error and other.error.type == "CONTENT_BLOCKED")
    assert blocked > 30 and repeats / blocked > 0.6 and reworded / blocked < 0.2


def test_siblings_of_a_world_meet_the_same_weather_however_they_word_their_prompts():
    def sky(prompt, seed):
        workspace = Workspace(seed, world_seed=5)
        model = FaultModel("rough", 5.0)
        calls = [
            BOX.call("tool_text2image_gemini", {"prompt": f"{prompt} {i}"}, workspace, faults=model) for i in range(40)
        ]
        return [c.error.type if c.error else "" for c in calls]

    one, two = sky("fox", 1), sky("a very different wording of it", 2)
    keep = ("RATE_LIMITED", "INTERNAL")
    assert [t if t in keep else "" for t in one] == [t if t in keep else "" for t in two]
    assert set(one) & set(keep)


def test_a_retry_of_a_transient_fault_is_a_new_draw():
    for world in range(300):
        workspace = Workspace(world)
        first = BOX.call("tool_text2image_gemini", {"prompt": "fox"}, workspace, faults=REAL)
        if first.error and first.error.retryable:
            tries = [BOX.call("tool_text2image_gemini", {"prompt": "fox"}, workspace, faults=REAL) for _ in range(6)]
            assert any(one.ok for one in tries)


def test_an_outage_passes_with_simulated_time():
    down = FaultModel("outages", 1e-9, outages=1.0)
    workspace = Workspace(3)
    seen = set()
    while workspace.clock < 1800:
        result = BOX.call("tool_text2image_gemini", {"prompt": "fox"}, workspace, faults=down)
        seen.add(result.error.type if result.error else "ok")
    assert seen == {"ok", "INTERNAL"}


def test_randomized_worlds_differ_in_roughness():
    model = load_faults("randomized")
    scales = {round(model.for_world(world).scale, 3) for world in range(20)}
    assert len(scales) == 20 and all(0 <= scale <= 3 for scale in scales)


def test_an_unknown_profile_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'realistic'"):
        load_faults("realistik")


def test_single_tools_and_single_types_can_be_made_worse():
    worse = FaultModel("worse", 1.0, types={"CONTENT_BLOCKED": 0.0, "RATE_LIMITED": 10.0})
    types = outcomes(worse, 1500)
    assert types.count("RATE_LIMITED") / len(types) == pytest.approx(0.25, abs=0.04)
    assert "CONTENT_BLOCKED" not in types
    spared = FaultModel("spared", 1.0, tools={"tool_text2image_gemini": 0.0})
    assert set(outcomes(spared, 500)) == {"ok"}


def test_a_quota_ends_a_service_and_no_other():
    workspace, poor = Workspace(1), FaultModel("poor", 0.0, quotas={"OpenAI Images": 0.05})
    call = {"prompt": "a fox"}
    assert BOX.call("tool_text2image_gpt", call, workspace, faults=poor).ok
    assert BOX.call("tool_text2image_gpt", call, workspace, faults=poor).ok
    empty = BOX.call("tool_text2image_gpt", call, workspace, faults=poor)
    assert (empty.error.type, empty.error.vendor_code) == ("QUOTA_EXCEEDED", "insufficient_quota")
    assert not empty.error.retryable and empty.error.fault == "AGENT"
    assert BOX.call("tool_text2image_gemini", call, workspace, faults=poor).ok


def test_calls_of_one_turn_run_at_the_same_time():
    workspace = Workspace(1)
    workspace.begin_turn()
    waits = [BOX.call("tool_text2image_gemini", {"prompt": f"fox {i}"}, workspace).usage.latency_s for i in range(4)]
    workspace.end_turn()
    assert workspace.clock == max(waits)
    alone = BOX.call("tool_text2image_gemini", {"prompt": "fox"}, workspace)
    assert alone.usage.started_s == max(waits)
    assert workspace.clock == max(waits) + alone.usage.latency_s


def test_a_service_with_few_places_makes_further_calls_of_a_turn_wait():
    workspace, narrow = Workspace(1), FaultModel("narrow", 0.0, concurrency={"Google Gemini image": 2})
    workspace.begin_turn()
    one, two, three = (
        BOX.call("tool_text2image_gemini", {"prompt": f"fox {i}"}, workspace, faults=narrow).usage for i in range(3)
    )
    workspace.end_turn()
    assert (one.started_s, two.started_s) == (0.0, 0.0)
    assert three.started_s == min(one.latency_s, two.latency_s)
    assert workspace.clock == max(two.latency_s, one.latency_s, three.started_s + three.latency_s)


def test_hunyuan_takes_one_job_at_a_time_and_refuses_a_second():
    workspace = Workspace(1)
    call = {"prompt": "a fox"}
    workspace.begin_turn()
    first, second = (BOX.call("tool_text2image_hunyuan", call, workspace) for _ in range(2))
    workspace.end_turn()
    assert first.ok
    assert (second.error.type, second.error.vendor_code) == ("RATE_LIMITED", "RequestLimitExceeded.JobNumExceed")
    assert second.error.fault == "AGENT" and second.error.retryable
    assert BOX.call("tool_text2image_hunyuan", call, workspace).ok
    assert "at most 1 at once" in BOX["tool_text2image_hunyuan"].spec.function_schema("en")["function"]["description"]


def test_randomized_worlds_differ_in_latencies_limits_and_quotas():
    model, spec = load_faults("randomized"), BOX["tool_image2video_keling"].spec
    worlds = [model.for_world(world) for world in range(40)]
    assert len({world.limit_of(spec) for world in worlds}) >= 4
    assert all(2 <= world.limit_of(spec) <= 10 for world in worlds)
    waits = [BOX.call(spec.name, {"image": _picture(w)}, w, faults=m).usage.latency_s for w, m in _pairs(worlds)]
    assert max(waits) / min(waits) > 3
    one, two = model.for_world(3), model.for_world(3)
    assert (one.scale, one.scale_of(spec), one.limit_of(spec)) == (two.scale, two.scale_of(spec), two.limit_of(spec))


def _pairs(models):
    return [(Workspace(seed), model) for seed, model in enumerate(models)]


def _picture(workspace):
    return BOX.call("tool_text2image_gemini", {"prompt": "a fox"}, workspace).assets[0].url


def test_a_latency_multiplier_makes_every_call_slower_and_nothing_else():
    usual, slow = (
        BOX.call("tool_music_suno", {"prompt": "calm"}, Workspace(1), faults=FaultModel("x", 0.0, latency=factor))
        for factor in (1.0, 2.0)
    )
    assert slow.usage.latency_s == pytest.approx(2 * usual.usage.latency_s, abs=0.002)
    assert slow.assets == usual.assets


def test_a_profile_of_your_own_is_a_file(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"version": 1, "name": "mine", "scale": 0.5, "quotas": {"Kling": 1.5}}')
    assert load_faults(str(path)) == FaultModel("mine", 0.5, quotas={"Kling": 1.5})
    path.write_text('{"name": "mine", "scales": 1}')
    with pytest.raises(SpecError, match="scales"):
        load_faults(path)
    with pytest.raises(ValueError, match="did you mean 'latency'"):
        FaultModel(ranges={"latencies": (1, 2)})
