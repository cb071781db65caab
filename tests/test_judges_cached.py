"""`CachedJudge` and `NoisyJudge`: verdicts that last, and verdicts with a known error."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from judge_server import RunningServer
from test_judges import CALLS, PLAN_TEXT, TASK, Halves, chat, plan, plans, traj

from visgenenv.rewards.judges import CachedJudge, NoisyJudge, RuleJudge
from visgenenv.rewards.judges.base import PLAN_FACETS, Verdict


@pytest.fixture(scope="module")
def server():
    with RunningServer() as running:
        yield running


def files(folder):
    return sorted(Path(folder).rglob("*.json"))


def requests(server, url):
    return len(server.log(url))


# CachedJudge


def test_a_question_is_asked_once_for_ever(server, tmp_path):
    url = server.session({"levels": 3}, then={"levels": 1})
    first = CachedJudge(chat(url), tmp_path).judge_plan(plan())
    again = CachedJudge(chat(url), tmp_path).judge_plan(plan())
    assert first == again
    assert requests(server, url) == 1


def test_a_batch_asks_only_what_is_new_and_keeps_its_order(server, tmp_path):
    url = server.session(when=[[f"Variant {i}.", {"levels": i}] for i in range(5)])
    judge = CachedJudge(chat(url), tmp_path)
    judge.judge_plans(plans(2))
    verdicts = judge.judge_plans(plans(5))
    assert [verdict.facets["coherence"] for verdict in verdicts] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert requests(server, url) == 5
    assert judge.report()["hits"] == 2


def test_a_file_holds_verdict_raw_replies_and_latency_but_no_key(server, tmp_path):
    url = server.session({"text": "hm"}, then={"delay": 0.05})
    CachedJudge(chat(url, api_key="sk-secret"), tmp_path).judge_plan(plan())
    (path,) = files(tmp_path)
    assert path.parent.name == path.stem[:2]
    kept = json.loads(path.read_text("utf-8"))
    assert kept["finding"]["verdict"]["facets"]["coherence"] == 0.75
    assert kept["finding"]["raw"][0] == "hm"
    assert len(kept["finding"]["raw"]) == 2
    assert kept["finding"]["latency_s"] >= 0.05
    assert kept["task"] == TASK.id
    assert "sk-secret" not in path.read_text("utf-8")


def test_failures_are_not_kept(server, tmp_path):
    url = server.session({"status": 401})
    judge = CachedJudge(chat(url), tmp_path)
    assert judge.judge_plan(plan()) is None
    assert files(tmp_path) == []
    assert judge.judge_plan(plan())
    assert judge.report()["judge_fail_rate"] == 0.5


def test_a_read_only_cache_asks_nobody_and_writes_nothing(server, tmp_path):
    url = server.session()
    CachedJudge(chat(url), tmp_path).judge_plan(plan())
    judge = CachedJudge(chat(url), tmp_path, read_only=True)
    known, unknown = judge.find([plan(), traj()])
    assert known.verdict
    assert unknown.verdict is None
    assert "read-only" in unknown.problem
    assert requests(server, url) == 1
    assert len(files(tmp_path)) == 1


def test_a_read_only_cache_must_be_there(tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        CachedJudge(RuleJudge(), tmp_path / "nowhere", read_only=True)


@pytest.mark.parametrize(
    "other",
    [{"model": "other"}, {"seed": 1}, {"temperature": 0.5}, {"samples": 3}, {"options": {"top_p": 0.9}},
     {"offline": RuleJudge()}],
    ids=str,
)  # fmt: skip
def test_whatever_may_change_a_verdict_changes_its_key(tmp_path, other):
    url = "http://127.0.0.1:9/v1"
    assert CachedJudge(chat(url), tmp_path).key(plan()) != CachedJudge(chat(url, **other), tmp_path).key(plan())


def test_key_and_endpoint_are_no_part_of_the_key(tmp_path):
    one, other = chat("http://127.0.0.1:9/v1", api_key="a"), chat("http://localhost:8/v1", concurrency=3)
    assert CachedJudge(one, tmp_path).key(plan()) == CachedJudge(other, tmp_path).key(plan())


def test_layout_is_no_part_of_the_key_but_words_are(tmp_path):
    judge = CachedJudge(chat("http://127.0.0.1:9/v1"), tmp_path)
    assert judge.key(plan()) == judge.key(plan(f"<p>{PLAN_TEXT}</p>\n\n"))
    assert judge.key(plan()) != judge.key(plan(PLAN_TEXT.replace("ten", "nine")))
    assert judge.key(traj()) != judge.key(traj(CALLS[:1]))


def test_a_hidden_change_of_the_task_changes_the_key(tmp_path):
    judge = CachedJudge(chat("http://127.0.0.1:9/v1"), tmp_path)
    case = plan()
    harder = msgspec.structs.replace(case, task=msgspec.structs.replace(case.task, difficulty="hard"))
    assert judge.key(case) != judge.key(harder)


def test_a_damaged_file_is_asked_again_and_healed(server, tmp_path):
    url = server.session()
    judge = CachedJudge(chat(url), tmp_path)
    judge.judge_plan(plan())
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:50])
    assert judge.judge_plan(plan())
    assert requests(server, url) == 2
    assert json.loads(path.read_text("utf-8"))["finding"]["verdict"]


def test_a_judge_of_your_own_is_cached_by_the_whole_case(tmp_path):
    judge = CachedJudge(Halves(), tmp_path)
    assert judge.judge_plan(plan()) == Halves().judge_plan(plan())
    assert judge.judge_traj(traj()) == Halves().judge_traj(traj())
    assert len(files(tmp_path)) == 2


def test_a_judge_that_does_not_say_who_it_is_cannot_be_cached(tmp_path):
    class Nobody:
        judge_plan = judge_traj = None

    with pytest.raises(ValueError, match="identity"):
        CachedJudge(Nobody(), tmp_path)


PROCESS = """
import sys
sys.path.insert(0, sys.argv[3])
from test_judges import chat, plans
from visgenenv.rewards.judges import CachedJudge
verdicts = CachedJudge(chat(sys.argv[1]), sys.argv[2]).judge_plans(plans(6))
print([verdict.facets["coherence"] for verdict in verdicts])
"""


def test_processes_that_share_a_folder_end_up_with_the_same_verdicts(server, tmp_path):
    url = server.session(*({"levels": i % 5} for i in range(24)))  # every reply differs: who is first decides
    command = [sys.executable, "-c", PROCESS, url, str(tmp_path), str(Path(__file__).parent)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = {process.communicate(timeout=60)[0] for process in running}
    assert len(told) == 1
    assert len(files(tmp_path)) == 6
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".json"] == []


# NoisyJudge


class Middle:
    """An offline judge that finds everything middling, so that an error meets no end of the scale."""

    identity = "middle 1"

    def judge_plan(self, case):
        return Verdict({**dict.fromkeys(PLAN_FACETS, 0.5), "requirement": 1.0}, "middling")

    def judge_traj(self, case):
        return None


def test_the_error_has_the_mean_and_the_spread_asked_for():
    verdicts = NoisyJudge(Middle(), sd=0.05, bias=0.1).judge_plans(plans(600))
    scores = [statistics.mean(verdict.facets[name] for name in PLAN_FACETS[1:]) for verdict in verdicts]
    assert statistics.mean(scores) == pytest.approx(0.6, abs=0.01)
    assert statistics.stdev(scores) == pytest.approx(0.05, abs=0.006)
    assert {verdict.facets["requirement"] for verdict in verdicts} == {1.0}


def test_equal_plans_get_equal_errors_alone_and_in_any_batch():
    judge = NoisyJudge(Middle(), sd=0.2)
    cases = plans(4)
    alone = [judge.judge_plan(case) for case in cases]
    assert judge.judge_plans(cases[::-1])[::-1] == alone
    assert judge.judge_plan(plan(f" {cases[0].plan.text} ")).facets == alone[0].facets
    assert NoisyJudge(Middle(), sd=0.2, seed=1).judge_plan(cases[0]) != alone[0]


ERROR = """
import sys
sys.path.insert(0, sys.argv[1])
from test_judges import plan
from visgenenv.rewards.judges import NoisyJudge, RuleJudge
print(repr(NoisyJudge(RuleJudge(), 1.0).error(plan())))
"""


def test_the_error_is_the_same_in_every_process():
    command = [sys.executable, "-c", ERROR, str(Path(__file__).parent)]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert float(told) == NoisyJudge(RuleJudge(), 1.0).error(plan())


def test_values_stay_on_the_scale_and_failures_stay_failures():
    judge = NoisyJudge(RuleJudge(), sd=3.0)
    assert all(0 <= value <= 1 for case in plans(20) for value in judge.judge_plan(case).facets.values())
    assert NoisyJudge(Middle(), sd=0.1).judge_traj(traj()) is None


def test_a_judge_without_noise_changes_no_value():
    assert NoisyJudge(RuleJudge(), sd=0.0).judge_plan(plan()).facets == RuleJudge().judge_plan(plan()).facets
