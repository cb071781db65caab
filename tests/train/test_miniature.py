"""The paper in miniature: its parts, and the whole loop at a size at which nothing is learnt."""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from visgenenv import ExpertPolicy, rollout, score
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
from visgenenv.experiments.miniature import Stages
from visgenenv.experiments.miniature_exercises import exercises
from visgenenv.experiments.miniature_report import gain, write_report
from visgenenv.experiments.miniature_settings import CPU, GPU, SMOKE

ROOT = Path(__file__).parents[2]


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


def test_a_stage_that_was_killed_goes_on_from_its_checkpoint(finished):
    out, _ = finished
    (out / "seed-1" / "grpo" / "done.json").unlink()
    said = []
    Stages(SMOKE, out, said.append).run(1)
    assert said == [f"training {out}/seed-1/grpo, from checkpoint-2"]


def test_the_report_holds_a_row_a_stage_and_draws_the_curves(finished):
    out, found = finished
    results = write_report(out)
    assert [(row["seed"], row["stage"]) for row in results["rows"]] == [("1", "one_stage"), ("1", "pst"), ("1", "grpo")]
    assert results["gain"] == {
        "mean": pytest.approx(found["grpo"]["reward"] - found["pst"]["reward"]), "low": None, "high": None, "seeds": 1
    }  # fmt: skip
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


def test_the_script_refuses_the_gpu_size_where_there_is_none_in_one_line(tmp_path):
    script = ROOT / "examples" / "mini_visioncreator" / "train.py"
    done = subprocess.run(
        [sys.executable, script, "--gpu", "--out", tmp_path],
        capture_output=True, text=True, env={"CUDA_VISIBLE_DEVICES": "", "PATH": ""}, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("--gpu needs a GPU that torch can see; --cpu runs without")


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
