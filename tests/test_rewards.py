"""Each formula of the specification, on small records that anybody can check by hand."""

from fractions import Fraction

import msgspec
import pytest

from visgenenv.parsing import parse_action
from visgenenv.rewards import (
    COMPONENTS,
    PRESETS,
    Preset,
    cons_score,
    format_score,
    match_score,
    met,
    result_score,
    score,
    tool_score,
)
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Duration, Group, Recipe, Score, Size, Step, Task, ToolError, ToolResult

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
        scored = score(record(task(), [picture(0)], [picture(0)]), "RL1", components=parts, weights={"brand": 2.0})
        assert scored.reward == pytest.approx(0.5) and "no brand to be seen" in scored.explain()

    def test_a_component_that_does_not_apply_leaves_the_mean(self):
        parts = {**COMPONENTS, "brand": lambda trajectory: Score(None, "no brand asked for")}
        scored = score(record(task(), [picture(0)], [picture(0)]), "RL1", components=parts, weights={"brand": 2.0})
        assert scored.reward == 1.0 and not scored.applicable["brand"] and scored.components["brand"] == 0.0

    def test_unknown_presets_and_weights_are_refused(self):
        done = record(task(), [picture(0)], [picture(0)])
        with pytest.raises(ValueError, match="unknown preset 'RL9'"):
            score(done, "RL9")
        with pytest.raises(ValueError, match="brand"):
            score(done, weights={"brand": 1.0})
        with pytest.raises(ValueError, match="at least 0: format"):
            score(done, weights={"format": -1.0})
        with pytest.raises(ValueError, match="no component: plan"):
            score(done, components={name: part for name, part in COMPONENTS.items() if name != "plan"})

    def test_gates_tell_forgery_and_emptiness(self):
        one = picture(0)
        assert score(record(task(), [one], [one])).gates == {"G": 1.0, "V": 1.0}
        assert score(record(task(), [one], [one, "asset://img_zzzzzzzz.png"])).gates == {"G": 0.0, "V": 1.0}
        assert score(record(task(), [one])).gates == {"G": 1.0, "V": 0.0}


class TestLooking:
    """A look that was acted upon is never waste; looking for its own sake is."""

    GOOD = ("tool_text2image_gemini", {"prompt": "a fox"}, ToolResult("success", (picture(0),)))

    def waste(self, *calls):
        found = tool_score(record(task(), cite=[picture(0)], results=[self.GOOD, *calls]))
        return found.evidence["waste"]

    def look(self, asset_id, question=""):
        result = ToolResult("success", inputs=(asset_id,))
        return ("tool_image_analysis", {"image": asset_id, "question": question}, result)

    def test_a_look_before_accepting(self):
        assert self.waste(self.look("img_00000000")) == 0

    def test_a_second_look_at_the_same_picture(self):
        assert self.waste(self.look("img_00000000"), self.look("img_00000000", "again?")) == 1

    def test_a_look_before_an_edit(self):
        spare = ("tool_text2image_qwen", {"prompt": "b"}, ToolResult("success", (picture(5),)))
        edit = ("tool_image_edit_qwen", {"prompt": "c"}, ToolResult("success", (picture(6),), inputs=("img_00000005",)))
        assert self.waste(spare, self.look("img_00000005"), edit) == 2  # the two pictures nobody delivered
        assert self.waste(spare, self.look("img_00000005")) == 2  # the picture, and a look at it that led nowhere

    def test_a_flawed_picture_that_was_made_again(self):
        flawed = (
            "tool_text2image_gemini",
            {"prompt": "b"},
            ToolResult("success", (picture(5),), flaws=("wrong_detail:count",)),
        )
        found = tool_score(record(task(), cite=[picture(0)], results=[flawed, self.GOOD]))
        assert found.evidence["waste"] == 0


def group(n_required, **over):
    return Group(
        **{
            "name": "fox",
            "kind": "object",
            "n_required": n_required,
            "aliases": ("fox", "\u72d0\u72f8"),
            "attrs": ("red", "fox"),
        }
        | over
    )


def drawn(n, prompt="a red fox", parent=None, **over):
    recipe = Recipe("scene", f"seed{n}", {"prompt": prompt})
    parents = ((f"img_{parent:08d}", "edit_source"),) if parent is not None else ()
    return picture(n, recipe=recipe, parents=parents, **over)


class TestConsistency:
    def cons(self, the_group, pictures, cite):
        return cons_score(record(task(count=(3, 3), groups=(the_group,)), pictures, cite)).value

    def test_it_does_not_apply_where_nothing_has_to_stay_the_same(self):
        assert cons_score(record(task(), [picture(0)], [picture(0)])).value is None

    def test_all_from_one_reference(self):
        pictures = [drawn(0), *[drawn(n, parent=0) for n in (1, 2, 3)]]
        assert self.cons(group(3), pictures, pictures[1:]) == 1.0

    def test_a_reference_that_is_delivered_too_counts_as_a_member(self):
        pictures = [drawn(0), drawn(1, parent=0), drawn(2, parent=0)]
        assert self.cons(group(3), pictures, pictures) == 1.0

    def test_two_of_three(self):
        pictures = [drawn(0), drawn(1, parent=0), drawn(2, parent=0), drawn(3)]
        assert self.cons(group(3), pictures, pictures[1:]) == pytest.approx(2 / 3)

    def test_members_left_out_do_not_help(self):
        pictures = [drawn(0), drawn(1, parent=0), drawn(2, parent=0)]
        assert self.cons(group(6), pictures, pictures[1:]) == pytest.approx(2 / 6)

    def test_a_reference_that_shows_something_else_is_none(self):
        pictures = [drawn(0, "a blue bus"), *[drawn(n, parent=0) for n in (1, 2, 3)]]
        assert self.cons(group(3), pictures, pictures[1:]) == 0.0

    def test_a_chain_of_three_edits_still_counts_and_a_fourth_does_not(self):
        pictures = [drawn(0), *[drawn(n, "again", parent=n - 1) for n in range(1, 5)]]
        assert self.cons(group(3), pictures, pictures[1:4]) == 1.0
        assert self.cons(group(3), pictures, pictures[2:5]) == pytest.approx(2 / 3)

    def test_the_users_picture_is_the_reference_where_there_is_one(self):
        upload = drawn(9, created_by="user")
        pictures = [upload, *[drawn(n, "waving", parent=9) for n in (1, 2, 3)]]
        assert self.cons(group(3, user_ref="reference"), pictures, pictures[1:]) == 1.0


FOXES = {
    "count": (2, 2),
    "attributes": ("a red fox", "style: felt"),
    "slots": ("waving hello|\u6253\u62db\u547c", "crying|\u54ed"),
}


class TestMatch:
    def match(self, *prompts, **truth):
        pictures = [drawn(n, prompt) for n, prompt in enumerate(prompts)]
        return match_score(record(task(**FOXES | truth), pictures, pictures))

    def test_all_that_was_asked_for(self):
        assert self.match("a red fox waving hello, felt style", "a crying red fox made of felt").value == 1.0

    def test_in_the_other_language(self):
        assert (
            self.match(
                "\u7ea2\u8272\u7684\u72d0\u72f8\u6253\u62db\u547c\uff0c\u6bdb\u6be1\u98ce\u683c",
                "\u7ea2\u8272\u7684\u72d0\u72f8\u54ed\uff0c\u6bdb\u6be1\u98ce\u683c",
            ).value
            == 1.0
        )

    def test_nothing_of_it(self):
        assert self.match("x", "x").value == 0.0

    def test_a_picture_that_is_missing_has_nothing(self):
        assert self.match("a red fox waving hello, felt style").value == pytest.approx(0.5)

    def test_another_colour_costs_a_third_of_the_subject(self):
        hits = 2 / 3 + 1 + 0.5
        assert self.match(
            "a blue fox waving hello, felt style", "a blue fox crying, felt style"
        ).value == pytest.approx(2 * hits / (2.5 + hits))

    def test_the_words_of_every_slot_in_every_picture_cost_precision(self):
        both = "a red fox waving hello and crying, felt style"
        assert self.match(both, f"{both}.").value == pytest.approx(2 * 2.5 / (2.5 + 2.5 + 0.5))

    def test_the_order_of_pictures_does_not_matter(self):
        one, two = "a red fox waving hello, felt style", "a crying red fox made of felt"
        assert self.match(two, one).value == self.match(one, two).value == 1.0

    def test_what_came_by_chance_does_not_count(self):
        assert (
            self.match("a red fox", "a red fox", slots=(), attributes=("scene: studio", "scene: meadow")).value == 0.0
        )

    def test_it_does_not_apply_to_random_media_or_where_nothing_is_asked(self):
        done = record(task(**FOXES), [drawn(0)], [drawn(0)])
        assert match_score(msgspec.structs.replace(done, settings={"match": "random"})).value is None
        assert match_score(record(task(), [drawn(0)], [drawn(0)])).value is None


class TestPresets:
    def done(self, **truth):
        one = drawn(0)
        return record(
            task(**{"attributes": ("a red fox",), "tool_pool": ("tool_text2image_gemini",)} | truth), [one], [one]
        )

    def test_hardened_is_the_default_and_multiplies_by_the_plan(self):
        found = score(self.done())
        assert found.preset == "hardened" and found == score(self.done(), "hardened")
        mean = sum(found.components[name] for name in ("tool", "format", "result", "traj", "match")) / 5
        assert found.reward == pytest.approx(found.components["plan"] * mean)

    def test_nothing_delivered_leaves_a_quarter(self):
        empty = score(record(task(attributes=("a red fox",)), [drawn(0)], [], status="failed"))
        ungated = score(
            record(task(attributes=("a red fox",)), [drawn(0)], [], status="failed"),
            Preset(PRESETS["hardened"].weights, plan="times"),
        )
        assert empty.gates["V"] == 0.0 and empty.reward == pytest.approx(0.25 * ungated.reward)

    def test_an_invented_link_leaves_nothing_and_the_paper_does_not_look(self):
        done = record(task(attributes=("a red fox",)), [drawn(0)], [drawn(0), "asset://img_zzzzzzzz.png"])
        assert score(done).reward == 0.0 < score(done, "paper").reward

    def test_rl2_is_rl1_times_the_plan(self):
        done = self.done()
        plan = score(done, "RL2").components["plan"]
        assert score(done, "RL2").reward == pytest.approx(plan * score(done, "RL1").reward)

    def test_rl4_is_the_papers_reward(self):
        assert (
            PRESETS["RL4"] == PRESETS["paper"]
            and score(self.done(), "RL4").reward == score(self.done(), "paper").reward
        )

    def test_additive_is_the_mean_of_plan_and_fine(self):
        fine = sum(score(self.done(), "additive").components[name] for name in ("tool", "format", "result", "traj")) / 4
        found = score(self.done(), "additive")
        assert found.reward == pytest.approx((found.components["plan"] + fine) / 2)
        assert found.contributions["plan"] == pytest.approx(found.components["plan"] / 2)

    def test_keys_are_the_same_for_every_task(self):
        names = ["plan", "tool", "format", "result", "traj", "cons", "match"]
        for done in (self.done(), self.done(groups=(group(1),)), record(task(), cite=[])):
            found = score(done)
            assert (
                list(found.components)
                == list(found.contributions)
                == list(found.applicable)
                == list(found.facets)
                == names
            )

    def test_a_task_to_which_nothing_applies_is_said_to_be_invalid(self):
        found = score(self.done(), Preset({"cons": 1.0}))
        assert found.status == "invalid_task" and found.reward == 0.0 and "invalid task" in found.explain()

    def test_an_explanation_names_the_gates_and_the_weak_facets(self):
        text = score(record(task(count=(9, 9)), [drawn(0)], [], status="failed")).explain()
        assert "gate V" in text and "requirement" in text and text.startswith("reward 0.")
