"""Each formula of the specification, on small records that anybody can check by hand."""

from fractions import Fraction

import msgspec
import pytest

from visgenenv.parsing import parse_action
from visgenenv.rewards import COMPONENTS, format_score, met, result_score, score, tool_score
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Duration, Recipe, Score, Size, Step, Task, ToolError, ToolResult

PLAN = '<plan>[{"goal": "draw it", "tool": "tool_text2image_gemini", "n": 1}]</plan>'
SIZES = {"width": 1344, "height": 768}


def task(**truth):
    return Task(
        **{"id": "t/1", "lang": "en", "query": "q", "type": "image.1", "modality": "image", "reference_length": 1}
        | truth
    )


def picture(n, **over):
    asset_id = f"img_{n:08d}"
    recipe = Recipe("scene", f"seed{n}", {"prompt": "a fox"})
    fields = {"id": asset_id, "url": f"asset://{asset_id}.png", "kind": "image", "mime": "image/png", "recipe": recipe,
              "created_by": "tool_text2image_gemini", "content_root": asset_id, **SIZES}  # fmt: skip
    return Asset(**fields | over)


def film(n, seconds, clips=None, **params):
    clips = clips or [{"source": 0, "start": 0.0, "seconds": seconds, "native": seconds}]
    full = [{"still": False, "size": [1280, 720], "volume": 1.0, "has_audio": False} | clip for clip in clips]
    sources = [Recipe("shot", f"clip{n}_{i}", {"prompt": "a fox", "seconds": 8.0, "audio": False})
               for i in range(1 + max(clip["source"] for clip in clips))]  # fmt: skip
    recipe = Recipe("timeline", f"film{n}", {"clips": full, "transition": "none", "overlap": 0.0, "fit": "pad", "hold": 0.0,
                    "keep_audio": True, "tracks": [], "bgm": None} | params, tuple(sources))  # fmt: skip
    return picture(n, id=f"vid_{n:08d}", url=f"asset://vid_{n:08d}.mp4", kind="video", mime="video/mp4", recipe=recipe,
                   n_frames=round(seconds * 24), fps=(24, 1), created_by="tool_video_composite")  # fmt: skip


def record(the_task, assets=(), cite=None, results=(), status="success", plan=True):
    """One turn with a call per result (by default one that makes all assets), then an answer citing `cite`."""
    results = results or [("tool_text2image_gemini", {"prompt": "a fox"}, ToolResult("success", tuple(assets)))]
    steps = []
    for i, (name, arguments, result) in enumerate(results):
        body = msgspec.json.encode({"name": name, "arguments": arguments}).decode()
        text = (
            f"<think>step number {i} of the work</think>{PLAN if plan and not i else ''}<tool_call>{body}</tool_call>"
        )
        steps.append(Step(parse_action(text), (result,), ("{}",)))
    if cite is not None:
        body = {
            "task_status": status,
            "answer_url_list": [a if isinstance(a, str) else a.url for a in cite],
            "summary": "all of it is done",
        }
        text = f"<think>now hand it over</think><answer>{msgspec.json.encode(body).decode()}</answer>"
        steps.append(Step(parse_action(text)))
    made = [asset for _, _, result in results for asset in result.assets]
    return Trajectory(the_task, tuple(steps), tuple(made), 0, 0, terminated=cite is not None)


def error(type, fault="AGENT"):
    return ToolResult("error", error=ToolError(type, 400, "no", fault=fault))


class TestResult:
    def test_everything_asked_for_scores_one(self):
        pictures = [picture(i) for i in range(3)]
        assert result_score(record(task(count=(3, 3)), pictures, pictures)).value == 1.0

    @pytest.mark.parametrize(("n", "value"), [(1, 0.1), (5, 0.5), (9, 0.9), (10, 1.0), (12, 1.0), (15, 0.7)])
    def test_count_falls_linearly_outside_its_range(self, n, value):
        pictures = [picture(i) for i in range(n)]
        assert result_score(record(task(count=(10, 12)), pictures, pictures)).value == pytest.approx(value)

    def test_one_picture_cited_ten_times_counts_once(self):
        one = picture(0)
        assert result_score(record(task(count=(10, 10)), [one], [one] * 10)).value == pytest.approx(0.1)

    def test_copies_that_change_nothing_count_once(self):
        copies = [picture(i, content_root="img_00000000") for i in range(4)]
        assert result_score(record(task(count=(4, 4)), copies, copies)).value == pytest.approx(0.25)

    def test_a_fabricated_url_scores_nothing(self):
        one = picture(0)
        assert result_score(record(task(), [one], [one, "asset://img_zzzzzzzz.png"])).value == 0.0

    def test_the_users_own_file_is_no_delivery(self):
        upload = picture(0, created_by="user")
        assert result_score(record(task(), [upload], [upload])).value == 0.0

    def test_other_files_beside_the_delivery_cost_half(self):
        one, other = picture(0), film(1, 8.0)
        assert result_score(record(task(), [one, other], [one, other])).value == 0.5

    @pytest.mark.parametrize(("seconds", "value"), [(40, 1.0), (36, 1.0), (44, 1.0), (32, 0.5), (28, 0.0), (48, 0.5)])
    def test_duration_is_free_within_a_tenth_and_gone_at_three(self, seconds, value):
        clips = [{"source": i, "start": 0.0, "seconds": seconds / 8, "native": seconds / 8} for i in range(8)]
        one = film(0, seconds, clips)
        wanted = task(modality="video", duration=Duration(40.0))
        assert result_score(record(wanted, [one], [one])).value == pytest.approx(value)

    def test_a_clip_looped_eight_times_counts_its_own_seconds_once(self):
        looped = film(0, 40.0, [{"source": 0, "start": 0.0, "seconds": 5.0, "native": 5.0}] * 8)
        wanted = task(modality="video", shots=8)
        assert result_score(record(wanted, [looped], [looped])).value == pytest.approx(1 / 8)

    def test_shots_shorter_than_a_second_do_not_count(self):
        clips = [{"source": i, "start": 0.0, "seconds": 0.5, "native": 0.5} for i in range(4)]
        one = film(0, 2.0, clips)
        assert result_score(record(task(modality="video", shots=4), [one], [one])).value == 0.0

    @pytest.mark.parametrize(("size", "value"), [(Size(16, 9), 1.0), (Size(1344, 768, True), 1.0), (Size(4, 3), 0.0)])
    def test_a_ratio_may_miss_by_three_percent(self, size, value):
        one = picture(0)
        assert result_score(record(task(size=size), [one], [one])).value == value

    def test_missing_music_scores_nothing(self):
        one = film(0, 8.0)
        assert result_score(record(task(modality="video", audio=("bgm",)), [one], [one])).value == 0.0

    def test_binary_mode_knows_only_whole_success(self):
        pictures = [picture(i) for i in range(9)]
        missed = record(task(count=(10, 10)), pictures, pictures)
        assert result_score(missed, "binary").value == 0.0 and not met(missed)


class TestTool:
    GOOD = ("tool_text2image_gemini", {"prompt": "a fox"}, ToolResult("success", (picture(0),)))

    def graded(self, *failures, cite=True):
        return tool_score(record(task(), cite=[picture(0)] if cite else None, results=[*failures, self.GOOD]))

    def test_a_clean_call_that_is_delivered_scores_one(self):
        assert self.graded().value == 1.0

    def test_no_call_scores_nothing(self):
        assert tool_score(record(task(), cite=[], results=[("x", {}, error("UNKNOWN_TOOL"))])).value == 0.0

    def test_a_recovered_failure_costs_and_a_schema_error_counts_twice(self):
        light = ("tool_text2image_gemini", {"prompt": "b"}, error("ASSET_NOT_FOUND"))
        grave = ("tool_text2image_gemini", {"prompt": "b"}, error("INVALID_ARGUMENT"))
        assert self.graded(light).value == pytest.approx(0.8)
        assert self.graded(grave).value == pytest.approx(0.8 * 0.9)

    def test_each_further_failure_costs_more(self):
        values = [self.graded(*[("tool_text2image_gemini", {"prompt": str(i)}, error("TOO_LARGE")) for i in range(k)]).value
                  for k in range(5)]  # fmt: skip
        assert values == sorted(values, reverse=True) and len(set(values)) == 5

    def test_a_fault_of_the_service_that_was_retried_costs_nothing(self):
        assert self.graded(("tool_text2image_gemini", {"prompt": "a fox"}, error("INTERNAL", "ENV"))).value == 1.0

    def test_a_fault_of_the_service_may_be_worked_around_with_a_sibling_tool(self):
        assert self.graded(("tool_image_edit_qwen", {"prompt": "x"}, error("INTERNAL", "ENV"))).value == 1.0

    def test_a_failure_never_put_right_is_final(self):
        outcome = self.graded(("tool_music_suno", {"prompt": "x"}, error("INVALID_ARGUMENT")))
        assert outcome.value == pytest.approx(0.3 * (1 - Fraction(1, 2)))

    def test_unused_generations_beyond_the_allowance_are_waste(self):
        unused = [
            ("tool_text2image_qwen", {"prompt": str(i)}, ToolResult("success", (picture(i),))) for i in range(1, 7)
        ]
        assert self.graded(*unused).value == pytest.approx(1 / (1 + 6 - 2))

    @pytest.mark.parametrize(("failures", "value"), [([], 1.0), (["TOO_LARGE"], 0.8)])
    def test_the_ladder_of_r1(self, failures, value):
        results = [("tool_text2image_gemini", {"prompt": "b"}, error(kind)) for kind in failures]
        assert tool_score(record(task(), cite=[picture(0)], results=[*results, self.GOOD]), "ladder").value == value

    def test_the_ladder_pays_a_tenth_when_a_failure_stays(self):
        failed = ("tool_music_suno", {"prompt": "x"}, error("INVALID_ARGUMENT"))
        assert tool_score(record(task(), cite=[picture(0)], results=[self.GOOD, failed]), "ladder").value == 0.1


class TestFormat:
    def test_a_clean_record_scores_one(self):
        assert format_score(record(task(), [picture(0)], [picture(0)])).value == 1.0

    def test_a_missing_plan_fails_one_of_four_episode_checks(self):
        assert format_score(record(task(), [picture(0)], [picture(0)], plan=False)).value == pytest.approx(0.75)

    def test_no_answer_fails_two_of_four_episode_checks(self):
        assert format_score(record(task(), [picture(0)])).value == pytest.approx(0.5)

    def test_a_success_that_was_not_delivered_is_no_honest_json(self):
        lie = record(task(count=(3, 3)), [picture(0)], [picture(0)])
        honest = record(task(count=(3, 3)), [picture(0)], [picture(0)], status="partial")
        assert format_score(lie).value < format_score(honest).value == 1.0

    def test_turn_checks_are_joined_by_half_the_least_and_half_the_mean(self):
        whole = record(task(), [picture(0)], [picture(0)])
        last = parse_action(whole.steps[1].text.replace("now hand it over", "x"))
        broken = msgspec.structs.replace(whole, steps=(whole.steps[0], Step(last)))
        turn = Fraction(3, 4)  # the think says too little; tags, order and json hold
        assert format_score(broken).value == pytest.approx(float((turn + (1 + turn) / 2) / 2))
        assert format_score(broken, "min").value == pytest.approx(float(turn))

    def test_a_repeated_think_says_nothing_new(self):
        good = ("tool_text2image_gemini", {"prompt": "a fox"}, ToolResult("success", (picture(0),)))
        whole = record(task(), cite=[picture(0)], results=[good, good])
        again = parse_action(whole.steps[1].text.replace("step number 1", "STEP  number 0"))
        repeated = msgspec.structs.replace(whole, steps=(whole.steps[0], Step(again, (good[2],)), whole.steps[2]))
        assert format_score(repeated).value < format_score(whole).value


class TestScore:
    def test_rl1_is_the_mean_of_result_and_format(self):
        pictures = [picture(i) for i in range(5)]
        scored = score(record(task(count=(10, 10)), pictures, pictures, status="partial"), "RL1")
        assert scored.reward == pytest.approx((0.5 + 1.0) / 2)
        assert scored.reward == sum(scored.contributions.values())

    def test_own_components_and_weights_are_arguments(self):
        parts = {**COMPONENTS, "brand": lambda trajectory: Score(0.0, "no brand to be seen")}
        scored = score(record(task(), [picture(0)], [picture(0)]), components=parts, weights={"brand": 2.0})
        assert scored.reward == pytest.approx(0.5) and "no brand to be seen" in scored.explain()

    def test_a_component_that_does_not_apply_leaves_the_mean(self):
        parts = {**COMPONENTS, "brand": lambda trajectory: Score(None, "no brand asked for")}
        scored = score(record(task(), [picture(0)], [picture(0)]), components=parts, weights={"brand": 2.0})
        assert scored.reward == 1.0 and not scored.applicable["brand"] and scored.components["brand"] == 0.0

    def test_unknown_presets_and_weights_are_refused(self):
        done = record(task(), [picture(0)], [picture(0)])
        with pytest.raises(ValueError, match="unknown preset 'RL9'"):
            score(done, "RL9")
        with pytest.raises(ValueError, match="brand"):
            score(done, weights={"brand": 1.0})

    def test_gates_tell_forgery_and_emptiness(self):
        one = picture(0)
        assert score(record(task(), [one], [one])).gates == {"G": 1.0, "V": 1.0}
        assert score(record(task(), [one], [one, "asset://img_zzzzzzzz.png"])).gates == {"G": 0.0, "V": 1.0}
        assert score(record(task(), [one])).gates == {"G": 1.0, "V": 0.0}
