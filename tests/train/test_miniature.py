"""The paper in miniature: its parts, and the whole loop at a size at which nothing is learnt."""

import json
import os
import runpy
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
from msgspec.structs import replace

from visgenenv import ExpertPolicy, rollout, score
from visgenenv.adapters.folder import HELDOUT, Folder
from visgenenv.adapters.lm.links import Links
from visgenenv.adapters.tiny import build_tiny
from visgenenv.adapters.trl import (
    ChatCollator,
    QwenVLPolicy,
    View,
    environment_factory,
    task_rows,
    trace_dataset,
)
from visgenenv.errors import VisGenError
from visgenenv.experiments.miniature import Stages
from visgenenv.experiments.miniature_examples import Examples
from visgenenv.experiments.miniature_exercises import exercises
from visgenenv.experiments.miniature_report import gain, write_report
from visgenenv.experiments.miniature_settings import CPU, GPU, SECOND, SMOKE
from visgenenv.experiments.miniature_ways import ways

SCRIPT = Path(__file__).parents[2] / "examples" / "mini_visioncreator" / "train.py"


def quiet(text):
    pass


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("mini")
    return out, Stages(SMOKE, out, quiet).run(1, one_stage=True)


def test_the_whole_loop_measures_every_stage(finished):
    _, found = finished
    assert list(found) == ["pst", "one_stage", "grpo"]
    assert all(0.0 <= facts["reward"] <= 1.0 and 0.0 <= facts["r_vrt"] <= 1.0 for facts in found.values())
    assert found["grpo"]["episodes"] == 2
    assert set(found["grpo"]["columns"]) >= {"Amount", "Match", "S-Rate"}


def test_a_finished_seed_is_not_trained_again(finished):
    out, found = finished
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    assert Stages(SMOKE, out, quiet).run(1, one_stage=True) == found
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


def test_a_folder_of_another_plan_is_refused(finished):
    out, _ = finished
    with pytest.raises(VisGenError, match="holds a run of another size or plan; choose another folder"):
        Stages(CPU, out, quiet).run(1)


def test_a_stage_that_was_killed_goes_on_from_its_checkpoint(finished):
    out, _ = finished
    (out / "seed-1" / "grpo" / "done.json").unlink()
    said = []
    Stages(SMOKE, out, said.append).run(1)
    assert said == [f"training {out}/seed-1/grpo, from checkpoint-2"]


def test_the_report_holds_a_row_a_stage_and_draws_the_curves(finished):
    out, found = finished
    results = write_report(out)
    assert {(row["seed"], row["stage"]) for row in results["rows"]} == {("1", stage) for stage in found}
    assert results["gain"] == {
        "mean": pytest.approx(found["grpo"]["reward"] - found["pst"]["reward"]), "low": None, "high": None, "seeds": 1
    }  # fmt: skip
    table = (out / "results.md").read_text("utf-8").splitlines()
    assert f"| PST + GRPO | 1 | {found['grpo']['reward']:.3f} | {found['grpo']['r_vrt']:.3f} " in "\n".join(table)
    assert any(line.startswith("| reward | ") for line in table)
    assert (out / "rewards.png").stat().st_size > 1000 and (out / "components.png").stat().st_size > 1000


def test_the_gain_is_paired_and_its_interval_is_students():
    found = gain({"1": 0.2, "2": 0.5, "3": 0.3}, {"1": 0.4, "2": 0.6, "3": 0.6, "4": 0.9})
    assert found["mean"] == pytest.approx(0.2)
    assert (found["low"], found["high"]) == (pytest.approx(-0.0484, abs=1e-4), pytest.approx(0.4484, abs=1e-4))
    assert found["seeds"] == 3


def test_the_held_out_tasks_of_the_cpu_size_are_small_and_none_of_them_is_trained_on():
    heldout, trained = CPU.tasks("dev", CPU.heldout), CPU.tasks("train", 200)
    assert len(heldout) == CPU.heldout
    assert all(task.count[1] <= 2 and 1 <= len(task.tool_pool) <= 6 and task.lang == "en" for task in heldout + trained)
    assert not {task.query for task in heldout} & {task.query for task in trained}


def test_a_teacher_of_two_qualities_shows_both():
    rewards = [score(record).reward for record in Examples(replace(SECOND, demos=20))._played]
    assert 5 <= sum(reward == 1.0 for reward in rewards) <= 15 and sum(reward < 0.1 for reward in rewards) >= 5
    assert all(score(record).reward == 1.0 for record in Examples(replace(CPU, demos=4))._played)


def test_every_way_in_which_the_teacher_fails_with_pictures_is_known_by_its_words(tmp_path):
    tasks = CPU.tasks("train", 60)
    failed = rollout(ExpertPolicy("failing"), tasks, faults="none", max_turns=2, progress=False)
    good = rollout(ExpertPolicy(), tasks[:5], faults="none", progress=False)
    Folder(tmp_path).add_traces([*failed, *good], [0.0] * 60 + [1.0] * 5, 0, name=HELDOUT)
    assert ways(tmp_path) == {"failing": 60, "others": 1.0}


def test_demonstrations_and_grpo_meet_different_tasks():
    demos, drawn = CPU.tasks("train", 20), CPU.tasks("train", 20, start=20)
    assert not {task.id for task in demos} & {task.id for task in drawn}


def test_an_exercise_carries_loss_on_what_the_assistant_says_alone():
    _, processor = build_tiny()
    collator = ChatCollator(processor, CPU.view)
    for row in islice(exercises(0, ["tool_draw"], ["red", "fox"]), 6):
        example = collator.encode(row)
        said = processor.tokenizer.decode(example["labels"][example["labels"] != -100])
        (message,) = [one["content"] for one in json.loads(row["messages_json"]) if one["role"] == "assistant"]
        assert said == message + "<|im_end|>"


def test_the_gpu_size_has_tens_of_millions_of_weights_and_builds():
    model, _ = build_tiny(GPU.size)
    assert 10e6 < sum(weight.numel() for weight in model.parameters()) < 100e6
    assert len({task.type for task in GPU.tasks("train", 600)}) == 42


@pytest.mark.slow
def test_the_gpu_size_runs_to_its_end_when_it_is_cut_down(tmp_path):
    short = GPU.pst[0].__class__(steps=1, batch=2, general=0.5)
    plan = replace(
        GPU, size=SMOKE.size, pst=(short, replace(short, falls=True)), demos=3, heldout=2, samples=2, max_turns=2,
        max_turn_tokens=8, grpo=replace(GPU.grpo, steps=1, groups=2, members=2, tasks=3, micro=2),
    )  # fmt: skip
    found = Stages(plan, tmp_path, quiet).run(1)
    assert list(found) == ["pst", "grpo"] and found["grpo"]["episodes"] == 4


def test_the_script_refuses_the_gpu_size_where_there_is_none_in_one_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["train.py", "--gpu", "--out", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert (
        capsys.readouterr().err.splitlines()[-1].endswith("--gpu needs a GPU that torch can see; --second runs without")
    )


@pytest.mark.slow
def test_the_script_runs_two_seeds_from_random_weights_to_the_report(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", SCRIPT, "--smoke", "--seed", "1", "2", "--out", "mini"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("seed 2 grpo") == 1 and "GRPO less PST" in done.stdout
    assert (tmp_path / "mini" / "results.md").read_text("utf-8").count("| mean |") == 2


def test_a_stage_learns_from_batches_of_one_kind_and_each_demonstration_comes_again_in_turn():
    stage = replace(SMOKE.pst[0], steps=10, batch=4, general=0.4)
    ids = Examples(SMOKE).dataset([stage], 1)["id"]
    batches = [ids[start : start + 4] for start in range(0, 40, 4)]
    assert [set(batch) == {"exercise"} for batch in batches].count(True) == 4
    shown = [one for one in ids if one != "exercise"]
    assert len(set(shown)) == 8 and shown[8:16] == shown[:8]


NUMBERED = View(schemas="compact", instructions="none", images="none", links="numbered")


def test_numbered_links_are_played_and_recorded_as_real_ones():
    (row,) = task_rows(CPU.tasks("dev", 1), NUMBERED)
    (expert,) = rollout(ExpertPolicy(), CPU.tasks("dev", 1), faults="none", progress=False)
    (chat,) = trace_dataset([expert], NUMBERED)
    turns = [one["content"] for one in json.loads(chat["messages_json"]) if one["role"] == "assistant"]
    assert "asset://img_1.png" in turns[-1]
    environment = environment_factory(NUMBERED, faults="none")()
    environment.reset(**row)
    told = [environment._play(turn) for turn in turns]
    assert "asset://img_1.png" in told[0][0]["content"]
    record = environment._record()
    assert record.terminated and score(record).reward == 1.0
    assert "asset://img_1.png" not in record.steps[-1].text
    assert record.answer.answer_url_list[0] in {asset.url for asset in record.assets}


def test_a_number_that_stands_for_no_link_fails_like_an_invented_link():
    links = Links()
    links.told('{"url":"asset://img_0k2oohkk.png"}')
    assert links.meant("asset://img_7.png") == "asset://img_7.png"


def test_a_policy_shown_numbers_is_played_with_real_links(monkeypatch):
    policy = QwenVLPolicy(*build_tiny(), view=NUMBERED, max_turn_tokens=4)
    (expert,) = rollout(ExpertPolicy(), CPU.tasks("dev", 1), faults="none", progress=False)
    (chat,) = trace_dataset([expert], NUMBERED)
    turns = [one["content"] for one in json.loads(chat["messages_json"]) if one["role"] == "assistant"]
    prompts = []

    def write(batch, seed, held):
        prompts.extend(text for text, _ in batch)
        return [turns[len(prompts) - 1]]

    monkeypatch.setattr(policy, "_write", write)
    (record,) = rollout(policy, CPU.tasks("dev", 1), faults="none", progress=False)
    assert score(record).reward == 1.0
    assert '"asset://img_1.png"' in prompts[-1] and record.assets[0].url not in prompts[-1]
