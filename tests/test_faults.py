"""Weather: documented rates, sticky blocks, and the same sky for all who share a world."""

import pytest

from visgenenv import load_toolbox
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
