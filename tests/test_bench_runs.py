"""Runs of the benchmark: kept, killed and finished later, shared by processes and servers, graded, compared, shown."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import orjson
import pytest
from chat_server import RunningServer

from visgenenv import ChatPolicy, ExpertPolicy, RandomPolicy, evaluate, load_suite, rollout
from visgenenv.bench.baselines import BASELINES, CopyTheRequest, NoPlanExpert, PlanOnly, RetryAlways
from visgenenv.bench.calibration import Calibration, fit, read_calibration, write_calibration
from visgenenv.bench.comparing import compare
from visgenenv.bench.grading import Grader
from visgenenv.bench.page import render
from visgenenv.bench.reports import read_run
from visgenenv.bench.rubrics import RUBRICS, read_levels
from visgenenv.cli import main
from visgenenv.errors import BenchError, JudgeError, TaskError
from visgenenv.luck import policy_seed
from visgenenv.policies.expert import read_request
from visgenenv.trace import read_traces, replay
from visgenenv.types import Conversation

SUITE = load_suite("visgenbench")[::120]
"""Ten tasks of both modalities and languages."""
ARCHER = [load_suite("paper")[1]]
chat = partial(ChatPolicy, model="tester", backoff_s=0.01, retries=1)
run = partial(evaluate, RandomPolicy(), SUITE, samples=2, num_envs=4)


@pytest.fixture(scope="module")
def server():
    with RunningServer() as running:
        yield running


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the folder of a finished run."""
    folder = tmp_path_factory.mktemp("whole")
    run(out=folder)
    return folder


def lines(folder, name="rows.jsonl"):
    return sorted((Path(folder) / name).read_bytes().splitlines())


def command(*arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    return ended.value.code


# What a report says


def test_a_report_names_everything_its_numbers_depend_on():
    report = evaluate(ExpertPolicy(), "paper", samples=2, name="mine")
    header = report.header
    assert (header.suite.name, header.suite.version, header.suite.tasks) == ("paper", "1", 3)
    assert header.suite.checksum == load_suite("paper").checksum()
    assert (header.policy, header.samples, header.faults, header.seed) == ("mine", 2, "realistic", 0)
    assert set(header.versions) == {"visgenenv", "tools", "metrics", "reward"} and header.prompt
    assert (report.episodes, report.missing, len(report.pass_met)) == (6, 0, 2)
    assert json.loads(report.as_json())["table"]["cells"]["S-Rate"]["value"] == 1.0


def test_judged_columns_and_the_score_they_are_in_are_always_called_simulated():
    report = evaluate(RandomPolicy(), "paper", samples=1)
    assert [report.title(title) for title in ("Creative", "Variety", "O-Score")] == [
        "Creative (sim)", "Variety (sim)", "O-Score (sim)",
    ]  # fmt: skip
    assert report.title("Amount") == "Amount" and report.title("S-Rate") == "S-Rate"


def test_a_language_models_decoding_and_prompt_stand_in_the_report(server):
    report = evaluate(chat(server.session(then={"archer": True})), ARCHER, samples=2, faults="none")
    assert report.header.settings["decoding"] == {"temperature": 0.0, "max_tokens": 8192, "seed": 0}
    assert {"prompt", "model", "version"} <= report.header.settings.keys()
    assert report.policy_reports[0]["turns"] > 4 and report.table.cells["S-Rate"].value == 1.0


def test_a_play_chosen_by_the_reward_is_called_so_and_costs_what_all_plays_cost():
    once = evaluate(RetryAlways(), SUITE[:4], samples=1)
    best = evaluate(RetryAlways(), SUITE[:4], samples=1, best_of=3)
    assert best.header.label == "RetryAlways, best of 3 by reward"
    assert best.table.reward.value >= once.table.reward.value
    assert 2 < best.costs.calls / once.costs.calls < 4


# Keeping, killing, finishing


def test_a_run_that_was_killed_is_finished_by_the_same_call(tmp_path, whole):
    code = (
        "import os, sys; from visgenenv import *; "
        "evaluate(RandomPolicy(), load_suite('visgenbench')[::120], samples=2, num_envs=4, out=sys.argv[1], "
        "progress=lambda done, total: done == 7 and os.kill(os.getpid(), 9))"
    )
    killed = subprocess.run([sys.executable, "-c", code, tmp_path], timeout=60)
    assert killed.returncode == -9
    assert len(lines(tmp_path)) == 7
    for name, torn in (("rows.jsonl", b'{"index": 3, "sa'), ("traces.jsonl", b'{"schema":1,"task":{"id')):
        with (tmp_path / name).open("ab") as file:
            file.write(torn)
    played = []
    report = run(out=tmp_path, progress=lambda done, total: played.append(done))
    assert played == list(range(7, 21))  # nothing that was finished is played again
    assert lines(tmp_path) == lines(whole)
    assert lines(tmp_path, "traces.jsonl") == lines(whole, "traces.jsonl")
    assert report == read_run(whole).report


def test_a_trace_whose_row_was_lost_is_played_again(tmp_path, whole):
    for name in ("run.json", "rows.jsonl", "traces.jsonl"):
        (tmp_path / name).write_bytes((whole / name).read_bytes())
    kept = (tmp_path / "rows.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "rows.jsonl").write_bytes(b"".join(kept[:-2]))
    run(out=tmp_path)
    assert lines(tmp_path) == lines(whole) and lines(tmp_path, "traces.jsonl") == lines(whole, "traces.jsonl")


def test_more_samples_are_added_to_a_finished_run(tmp_path, whole):
    run(samples=1, out=tmp_path)
    assert run(out=tmp_path) == read_run(whole).report


def test_episodes_are_the_same_however_many_play_them(tmp_path, whole):
    report = run(workers=2, num_envs=3, out=tmp_path)
    assert lines(tmp_path) == lines(whole)
    assert report == read_run(whole).report


def test_kept_traces_say_who_played_which_episode_and_can_be_replayed(whole):
    records = list(read_traces(whole / "traces.jsonl"))
    assert records[0].settings["policy"] == "RandomPolicy"
    places = {tuple(one.settings["bench"].values()) for one in records}
    assert places == {(index, sample) for index in range(10) for sample in range(2)}
    replay(records[3])


# Folders that cannot be used


def test_a_folder_with_another_run_is_refused(whole):
    for change in ({"seed": 1}, {"faults": "none"}, {"best_of": 2}, {"name": "other"}):
        with pytest.raises(BenchError, match="holds another run"):
            run(out=whole, **change)
    with pytest.raises(BenchError, match="suite"):
        evaluate(RandomPolicy(), SUITE[:3], samples=2, out=whole)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("run.json", b"{}", "run.json"),
        ("run.json", b'{"format": 9}', "format 9, which this version"),
        ("run.json", b"\xff\xfe", "run.json"),
        ("rows.jsonl", b'{"index": 1}\n', "line 1"),
        ("traces.jsonl", b"", "0 lines for 20 rows"),
    ],
)
def test_a_broken_folder_is_named_in_one_line(tmp_path, whole, name, content, said):
    for other in ("run.json", "rows.jsonl", "traces.jsonl"):
        (tmp_path / other).write_bytes((whole / other).read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BenchError, match=said) as refused:
        run(out=tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("what", "name"), [("versions", "metrics"), ("versions", "tools"), ("suite", "version")])
def test_episodes_of_another_version_are_not_mixed_with_these(tmp_path, whole, what, name):
    for other in ("rows.jsonl", "traces.jsonl"):
        (tmp_path / other).write_bytes((whole / other).read_bytes())
    header = orjson.loads((whole / "run.json").read_bytes())
    header[what][name] = "0"
    (tmp_path / "run.json").write_bytes(orjson.dumps(header))
    with pytest.raises(BenchError, match=f"holds another run .*{name}.*: 0, not"):
        run(out=tmp_path)


def test_files_of_something_else_are_not_overwritten(tmp_path):
    (tmp_path / "traces.jsonl").write_text("mine\n")
    with pytest.raises(BenchError, match=r"has a traces\.jsonl but no run\.json"):
        run(out=tmp_path)
    assert (tmp_path / "traces.jsonl").read_text() == "mine\n"


def test_two_runs_do_not_write_into_one_folder(tmp_path):
    def again(done, total):
        if done == 3:
            with pytest.raises(BenchError, match="in use"):
                run(out=tmp_path)

    assert run(out=tmp_path, progress=again).episodes == 20


def test_bad_arguments_are_refused_before_anything_is_played(tmp_path):
    with pytest.raises(TaskError, match="visgenbench"):
        evaluate(RandomPolicy(), "visgenbench-mini", out=tmp_path / "a")
    with pytest.raises(ValueError, match="at least 1"):
        evaluate(RandomPolicy(), SUITE, samples=0, out=tmp_path / "a")
    with pytest.raises(BenchError, match="no tasks"):
        evaluate(RandomPolicy(), [], out=tmp_path / "a")
    assert not (tmp_path / "a").exists()


# Servers that fail


class Unlucky(RandomPolicy):
    """A policy whose server gives no answer to the episodes of one task."""

    def __init__(self, fails=True):
        super().__init__()
        self.lost = set()
        self.fails = fails

    def act(self, conversations):
        bad = [one.seed for one in conversations if SUITE[2].query in read_request(one)[0]]
        self.lost.update(bad if self.fails else ())
        return super().act(conversations)


def test_an_episode_to_which_no_server_answered_is_missing_and_never_a_score(tmp_path, whole):
    with pytest.raises(BenchError, match="2 of 20 episodes are missing"):
        run_of = partial(evaluate, suite=SUITE, samples=2, num_envs=4, name="RandomPolicy", out=tmp_path)
        run_of(Unlucky())
    assert len(lines(tmp_path)) == 18 and not (tmp_path / "report.json").exists()
    run_of(Unlucky(fails=False))
    assert lines(tmp_path) == lines(whole)


def test_a_chat_policy_says_which_conversations_were_lost(server, tmp_path):
    policy = chat(server.session(turns=[{"archer": True}, {"status": 500}]), retries=0)
    (record,) = rollout(policy, ARCHER, faults="none", progress=False)
    assert policy.lost == {policy_seed(record.seed)} and record.answer.task_status == "failed"
    with pytest.raises(BenchError, match="1 of 1 episodes are missing"):
        evaluate(policy, ARCHER, samples=1, out=tmp_path)
    assert lines(tmp_path) == []


def test_a_server_that_is_down_leaves_everything_missing_and_says_so(tmp_path, capsys):
    code = command("bench", "--policy", "chat", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--suite",
                   "paper", "--samples", "1", "--out", tmp_path)  # fmt: skip
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert code == 2 and "3 of 3 episodes are missing" in said and "127.0.0.1:9" in said
    assert not (tmp_path / "report.json").exists()


def test_servers_share_the_episodes_and_take_over_from_one_that_goes_down(server, tmp_path):
    urls = [server.session(then={"archer": True, "delay": 0.1}) for _ in range(2)]
    policies = [chat("http://127.0.0.1:9/v1"), *map(chat, urls)]
    report = evaluate(policies, ARCHER, samples=6, num_envs=1, faults="none", out=tmp_path)
    assert report.episodes == 6 and report.table.cells["S-Rate"].value == 1.0
    assert "127.0.0.1:9" in report.problems[0]
    assert sum(len(server.log(url)) for url in urls) == 6 * 3 and all(server.log(url) for url in urls)


def test_a_policy_that_fails_ends_the_run_with_its_own_reason(tmp_path):
    with pytest.raises(RuntimeError, match="out of ideas"):
        run_broken(1, tmp_path / "a")
    with pytest.raises(BenchError, match="RuntimeError: out of ideas"):
        run_broken(2, tmp_path / "b")


class Broken(RandomPolicy):
    def act(self, conversations):
        raise RuntimeError("out of ideas")


def run_broken(workers, out):
    return evaluate(Broken(), SUITE, samples=1, num_envs=2, workers=workers, out=out)


# A vision model as grader

JUDGED = [task for task in load_suite("visgenbench-104") if task.dimension in ("style", "variety")][::4]


def levels(level, dimension="style"):
    return {"content": json.dumps({"levels": dict.fromkeys(RUBRICS[dimension], level), "reason": "seen"})}


def grading_session(server, level=3):
    """Open a session that answers with this level whatever it is asked about."""
    when = [
        [f'"{next(iter(RUBRICS[dimension]))}": 0 to 4', {"message": levels(level, dimension)}] for dimension in RUBRICS
    ]
    return server.session(when=when)


def test_a_grader_takes_the_place_of_the_simulated_columns_and_is_named(server, tmp_path):
    url = grading_session(server)
    report = evaluate(ExpertPolicy(), JUDGED, samples=1, grader=Grader(url, "eye"), out=tmp_path)
    assert report.judged_by == "eye" and report.title("Style") == "Style (eye)"
    assert report.table.cells["Style"].value == report.table.cells["Variety"].value == 0.75
    request = server.log(url)[0]["request"]["messages"]
    parts = request[1]["content"]
    assert any(part["type"] == "image_url" for part in parts)
    said = "".join(part.get("text", "") for part in parts)
    assert "think" not in said and "summary" not in said  # nothing that the policy wrote
    asked = len(server.log(url))
    assert evaluate(ExpertPolicy(), JUDGED, samples=1, grader=Grader(url, "eye"), out=tmp_path) == report
    assert len(server.log(url)) == asked  # everything is remembered


def test_a_calibration_is_applied_to_what_the_grader_said(server, tmp_path):
    url = grading_session(server)
    line = Calibration("eye", {"style": ((0.0, 0.0), (0.5, 0.2), (1.0, 0.6))})
    report = evaluate(ExpertPolicy(), JUDGED, samples=1, grader=Grader(url, "eye", calibration=line), out=tmp_path)
    assert report.table.cells["Style"].value == pytest.approx(0.4)
    assert report.table.cells["Variety"].value == 0.75
    assert read_run(tmp_path).grades[0, 0] == pytest.approx(0.4)


def test_a_grader_that_fails_is_an_error_and_not_a_zero(server, tmp_path):
    bad = server.session(then={"message": {"content": "I would say it is quite nice."}})
    with pytest.raises(JudgeError, match="no verdict on"):
        evaluate(ExpertPolicy(), JUDGED, samples=1, grader=Grader(bad, "eye"), out=tmp_path)
    assert not (tmp_path / "report.json").exists() and len(lines(tmp_path)) == len(JUDGED)
    good = Grader(grading_session(server), "eye")
    report = evaluate(ExpertPolicy(), JUDGED, samples=1, grader=good, out=tmp_path)
    assert report.table.cells["Style"].value == 0.75


def test_failures_are_not_shown_to_the_grader_and_count_nothing(server):
    url = grading_session(server)
    report = evaluate(PlanOnly(), JUDGED, samples=1, grader=Grader(url, "eye"))
    assert report.table.cells["Style"].value == 0.0 and not server.log(url)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("nice", "no JSON object"),
        ('{"levels": {"manner": 4, "palette": 2}}', "`asked`"),
        ('{"levels": {"manner": 4.5, "palette": 2, "asked": 1}}', "`manner`"),
        ('{"levels": {"manner": true, "palette": 2, "asked": 1}}', "`manner`"),
        ("{" * 5000, "no JSON object"),
    ],
)
def test_a_reply_that_is_no_grade_is_not_read_as_one(reply, said):
    assert said in read_levels(reply, "style")


def test_a_reply_is_found_behind_thinking_and_prose():
    reply = (
        '<think>{"levels": 1}</think> Here: {"levels": {"manner": 4, "palette": 3, "asked": 0}, "reason": "x"} Done.'
    )
    assert read_levels(reply, "style") == {"manner": 4, "palette": 3, "asked": 0}


def test_a_calibration_rises_and_comes_back_from_its_file(tmp_path):
    found = fit({"style": [(0.9, 0.7), (0.1, 0.3), (0.4, 0.1), (0.6, 0.8)]}, "eye")
    assert found.knots["style"] == ((0.1, 0.2), (0.4, 0.2), (0.6, 0.75), (0.9, 0.75))
    write_calibration(tmp_path / "lines.json", found)
    assert read_calibration(tmp_path / "lines.json", "eye") == found
    with pytest.raises(BenchError, match="calibrates 'eye', not 'ear'"):
        read_calibration(tmp_path / "lines.json", "ear")


@pytest.mark.parametrize(
    ("knots", "said"),
    [
        ({"style": ((0.0, 0.5), (1.0, 0.2))}, "never down"),
        ({"stile": ((0.0, 0.0),)}, "did you mean 'style'"),
        ({"style": ((0.0, 0.0), (1.0, 4.0))}, "between 0 and 1"),
    ],
)
def test_a_calibration_that_makes_no_sense_is_refused(tmp_path, knots, said):
    write_calibration(tmp_path / "lines.json", Calibration("eye", knots))
    with pytest.raises(BenchError, match=said):
        read_calibration(tmp_path / "lines.json", "eye")


# Two runs side by side


def test_differences_are_paired_by_task(tmp_path, whole):
    evaluate(ExpertPolicy(), SUITE, samples=2, out=tmp_path)
    found = compare(read_run(whole), read_run(tmp_path))
    a, b = read_run(whole).report, read_run(tmp_path).report
    one = found.columns["S-Rate"]
    assert one.a == a.table.cells["S-Rate"].value and one.b == b.table.cells["S-Rate"].value == 1.0
    assert one.difference.value == pytest.approx(one.b - one.a, abs=1e-5)
    assert (one.better + one.worse) <= found.tasks == 10 and one.worse == 0
    assert one.difference.low <= one.difference.value <= one.difference.high
    assert found.columns["reward"].clear and found.same_luck


def test_a_run_does_not_differ_from_itself(whole):
    found = compare(read_run(whole), read_run(whole))
    for one in found.columns.values():
        assert (one.difference.value, one.difference.low, one.difference.high) == (0.0, 0.0, 0.0)
        assert not one.clear


def test_runs_on_other_tasks_or_in_other_weather_are_not_compared(tmp_path, whole, capsys):
    evaluate(RandomPolicy(), "paper", samples=1, out=tmp_path / "a")
    evaluate(RandomPolicy(), SUITE, samples=1, faults="none", out=tmp_path / "b")
    for folder, said in (("a", "suites differ (tasks version ; paper version 1)"), ("b", "faults differ")):
        assert command("compare", whole, tmp_path / folder) == 2
        assert said in capsys.readouterr().err


# The page and the command


def test_the_page_says_what_is_simulated_and_escapes_what_others_wrote():
    report = evaluate(RandomPolicy(), "paper", samples=1, name="<script>alert(1)</script>")
    page = render([report])
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert page.count("(sim)") >= 7 and "prefers-color-scheme: dark" in page
    assert "http" not in page.replace("http-equiv", "")  # it needs no network


def test_the_command_writes_a_folder_and_prints_a_table_or_json(tmp_path, capsys):
    asked = (
        "bench",
        "--policy",
        "random",
        "--suite",
        "visgenbench-104",
        "--limit",
        4,
        "--samples",
        2,
        "--out",
        tmp_path,
    )
    assert command(*asked, "--workers", 1) == 0
    shown = capsys.readouterr().out
    assert "random on visgenbench-104[:4]" in shown and "(sim)" in shown and "pass^k" in shown
    assert {"run.json", "rows.jsonl", "traces.jsonl", "report.json", "index.html"} <= set(os.listdir(tmp_path))
    assert command(*asked, "--json") == 0
    assert orjson.loads(capsys.readouterr().out)["episodes"] == 8
    assert command("compare", tmp_path, tmp_path, "--json") == 0
    assert orjson.loads(capsys.readouterr().out)["tasks"] == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--suite", "visgenbench-10"], "unknown suite"),
        (["--policy", "exprt"], "did you mean 'expert'"),
        (["--policy", "chat"], "needs --model and --base-url"),
        (["--policy", "retry-always", "--model", "m"], "belong to --policy chat"),
        (["--grader-model", "m"], "--grader-url"),
        (["--calibration", "x.json"], "--grader-model"),
        (["--faults", "bad"], "bad"),
        (["--samples", "0"], "samples"),
    ],
)
def test_bad_input_is_told_in_one_line(arguments, said, tmp_path, capsys):
    assert command("bench", "--out", tmp_path / "new", *arguments) == 2
    told = capsys.readouterr().err.strip()
    assert said in told and "\n" not in told
    assert not (tmp_path / "new").exists()


# Baselines


def test_every_baseline_plays_without_error():
    for name, make in BASELINES.items():
        assert evaluate(make(), SUITE[:2], samples=1, name=name).episodes == 2


def test_plan_only_plans_and_calls_nothing():
    (record,) = rollout(PlanOnly(), SUITE[:1], progress=False)
    assert record.steps[0].action.plan and not record.ledger and record.terminated


def test_the_expert_without_plans_does_the_same_but_says_no_plan():
    (with_plan,) = rollout(ExpertPolicy(), SUITE[:1], progress=False)
    (without,) = rollout(NoPlanExpert(), SUITE[:1], progress=False)
    assert with_plan.steps[0].action.plan and not any(step.action.plan for step in without.steps)
    assert [e.call for e in without.ledger] == [e.call for e in with_plan.ledger]


def test_copying_puts_the_request_into_a_prompt_word_for_word():
    for record in rollout(CopyTheRequest(), SUITE, faults="none", progress=False):
        prompts = {entry.call.arguments["prompt"] for entry in record.ledger}
        assert prompts <= {record.task.query[:4000], record.task.query[:2500], record.task.query}


def test_retry_always_repeats_what_failed_and_changes_nothing():
    records = rollout(RetryAlways(), load_suite("visgenbench")[::6], seed=4, faults="stress", progress=False)
    repeated = gave_up = 0
    for record in records:
        for before, after in zip(record.steps, record.steps[1:], strict=False):
            failed = [call for call, result in zip(before.action.calls, before.results, strict=True) if not result.ok]
            if failed and after.action.calls:
                assert list(after.action.calls) == failed
                repeated += 1
        gave_up += record.answer is not None and record.answer.task_status == "failed"
    assert repeated > 20 and 0 < gave_up < len(records) / 2


def test_a_baselines_turn_depends_on_its_conversation_alone():
    seen: list[Conversation] = []

    class Watching(RetryAlways):
        def act(self, conversations):
            seen.extend(conversations)
            return super().act(conversations)

    rollout(Watching(), SUITE[:4], faults="stress", progress=False)
    together = RetryAlways().act(seen)
    assert together == [RetryAlways().act([one])[0] for one in reversed(seen)][::-1]
