"""Whole runs from the command line and from files, the local policy, and views."""

import orjson
import pytest
import torch
from scripted import VIEW, config, trainer

from visgenenv import ExpertPolicy, load_suite, rollout, score
from visgenenv.adapters.lm.view import compact
from visgenenv.adapters.tiny import TinySize, build_tiny, load_tiny, save_tiny
from visgenenv.adapters.trl import ChatCollator, QwenVLPolicy, View, demo_dataset, task_rows, trace_dataset
from visgenenv.adapters.trl.settings import parse_grpo, parse_sft
from visgenenv.cli import main
from visgenenv.errors import VisGenError
from visgenenv.trace import read_traces, replay, write_traces

torch.set_num_threads(1)
SMALL = """
schemas: compact
instructions: short
image_px: 64
max_turns: 2
max_turn_tokens: 8
heldout_limit: 2
lang: en
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    path = tmp_path_factory.mktemp("settings") / "small.yaml"
    path.write_text(SMALL)
    return str(path)


def command(capfd, *arguments):
    with pytest.raises(SystemExit) as end:
        main(["train", *arguments])
    out, err = capfd.readouterr()
    return end.value.code, out, err


def rows_of(path):
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_grpo_from_the_command_line_writes_metrics_traces_and_a_model(capfd, tmp_path, settings):
    out = tmp_path / "run"
    arguments = ("grpo", "--model", "tiny", "--out", str(out), "--config", settings, "--json")
    size = ("--num_generations", "2", "--per_device_train_batch_size", "2", "--save_steps", "1")
    code, printed, _ = command(capfd, *arguments, "--steps", "1", *size)
    facts = orjson.loads(printed)
    assert (
        code == 0 and facts["steps"] == 1 and facts["heldout_reward"]["first"] == facts["heldout_reward"]["last"] == 0.0
    )
    code, printed, _ = command(capfd, *arguments, "--steps", "2", *size, "--resume")
    assert code == 0 and orjson.loads(printed)["steps"] == 2
    rows = rows_of(out / "metrics.jsonl")
    assert [(row["step"], "heldout_reward" in row) for row in rows] == [
        (0, True),
        (1, False),
        (1, True),
        (2, False),
        (2, True),
    ]
    assert all({"step", "reward", "components"} <= row.keys() for row in rows if "heldout_reward" not in row)
    lines = rows_of(out / "traces.jsonl")
    assert [line["step"] for line in lines] == [1, 1, 2, 2]
    assert [line["reward"] for line in lines] == [score(one).reward for one in read_traces(out / "traces.jsonl")]
    load_tiny(out / "final")


def test_fine_tuning_from_the_command_line_learns_from_traces(capfd, tmp_path, settings):
    tasks = [task for task in load_suite("train")[:40] if task.difficulty == "easy" and task.lang == "en"][:4]
    write_traces(tmp_path / "expert.jsonl", rollout(ExpertPolicy(), tasks, faults="none", progress=False))
    code, printed, _ = command(
        capfd, "sft", "--demos", str(tmp_path / "expert.jsonl"), "--steps", "6", "--out", str(tmp_path / "run"),
        "--config", settings, "--json", "--learning_rate", "3e-3", "--per_device_train_batch_size", "2",
    )  # fmt: skip
    facts = orjson.loads(printed)
    assert code == 0 and facts["demonstrations"] == 4 and facts["loss"]["last"] < facts["loss"]["first"] - 0.5
    rows = rows_of(tmp_path / "run" / "metrics.jsonl")
    assert [row["step"] for row in rows if "heldout_reward" in row] == [0, 6]
    load_tiny(tmp_path / "run" / "final")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("grpo", "--engine", "trll"), "did you mean 'trl'"),
        (("grpo", "--suite", "nosuch"), "unknown suite 'nosuch'"),
        (("grpo", "--preset", "papr"), "did you mean 'paper'"),
        (("grpo", "--config", "/no/such.yaml"), "/no/such.yaml: No such file"),
        (("grpo", "--no_such_option", "1"), "unknown options"),
        (("grpo", "--num_generations", "3"), "divisible"),
        (("grpo", "--advantages", "grpoo"), "did you mean 'grpo'"),
        (("grpo", "--schemas", "compct"), "did you mean 'compact'"),
        (("grpo", "--resume", "--out", "/tmp/visgenenv-no-such-run"), "no checkpoint"),
        (("sft", "--demos", "/no/such"), "no demos.jsonl here"),
        (("sft", "--per_device_train_batch_size", "x"), "invalid int value"),
    ],
)
def test_bad_input_is_one_line_and_code_2(capfd, arguments, words):
    code, _, err = command(capfd, *arguments)
    (line,) = [line for line in err.splitlines() if line.strip()]
    assert code == 2 and words in line


def test_the_command_line_overrules_the_file_and_the_file_the_defaults(settings):
    ours, theirs, _ = parse_grpo(["--config", settings, "--max_turns", "9", "--beta", "0.1"])
    assert (ours.schemas, ours.max_turns, ours.preset, theirs.beta, theirs.bf16) == (
        "compact",
        9,
        "hardened",
        0.1,
        False,
    )
    assert parse_sft(["--demos", "x"])[0].longest == 8192


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    (tmp_path / "bad.yaml").write_text("a: [1")
    with pytest.raises(VisGenError, match="while parsing"):
        parse_grpo(["--config", str(tmp_path / "bad.yaml")])


def test_demonstrations_become_rows_with_their_pictures(tmp_path):
    from visgenenv.demos import Settings, make_demos

    make_demos(Settings(n=3, tools="task", faults="none", image_px=96), tmp_path)
    rows = demo_dataset(tmp_path, VIEW)
    _, processor = build_tiny()
    collator = ChatCollator(processor, VIEW)
    batch = collator([rows[0], rows[1], rows[2]])
    shown = sum(len(row["files"]) for row in rows)
    assert len(batch["image_grid_thw"]) == shown > 0
    said = processor.tokenizer.decode(batch["labels"][0][batch["labels"][0] != -100])
    assert said.startswith("<think>") and said.endswith("</answer><|im_end|>") and "<tool_response>" not in said


def test_a_missing_folder_of_demonstrations_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(VisGenError, match="visgenenv demos --out"):
        demo_dataset(tmp_path)


@pytest.fixture(scope="module")
def by_heart():
    """A model that knows one short demonstration by heart, pictures and all."""
    drawn = [task for task in load_suite("train")[:80] if task.lang == "en" and task.modality == "image"]
    task = min((task for task in drawn if not task.uploads), key=lambda task: task.reference_length)
    view = View(schemas="none", instructions="none", image_px=64)
    records = rollout(ExpertPolicy(), [task], faults="none", progress=False)
    model, processor = build_tiny(TinySize(hidden=128, std=0.08))
    batch = ChatCollator(processor, view)(list(trace_dataset(records, view)))
    optimiser = torch.optim.AdamW(model.parameters(), 5e-3)
    for _ in range(60):
        loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
    return model, processor, view, task, records[0]


@pytest.mark.slow
def test_a_trained_policy_plays_as_it_learnt(by_heart):
    model, processor, view, task, record = by_heart
    policy = QwenVLPolicy(model, processor, view=view, max_turn_tokens=900)
    played = rollout(policy, [task], faults="none", progress=False, max_turns=4)
    assert played[0].steps[0].text == record.steps[0].text and played[0].ledger[0].ok


@pytest.mark.slow
def test_a_trained_policy_samples_sees_pictures_and_is_trained_on(by_heart, tmp_path):
    model, processor, view, task, _ = by_heart
    args = config(tmp_path, num_generations=4, per_device_train_batch_size=2, gradient_accumulation_steps=2, max_steps=2,
                  generation_kwargs={"max_new_tokens": 700}, learning_rate=1e-5)  # fmt: skip
    made = trainer(tmp_path, tasks=[task], args=args, view=view, model=(model, processor), env={"max_turns": 5})
    made.train()
    records = list(read_traces(tmp_path / "traces.jsonl"))
    assert any(entry.ok for record in records for entry in record.ledger)
    for line, record in zip(rows_of(tmp_path / "traces.jsonl"), records, strict=True):
        assert line["reward"] == score(record).reward
        replay(record)


def test_turns_do_not_depend_on_the_batch_they_are_written_in():
    model, processor = build_tiny()
    tasks = load_suite("dev")[:4]
    one, all_together = (
        rollout(
            QwenVLPolicy(model, processor, view=VIEW, max_turn_tokens=6, batch=n), tasks, max_turns=2, progress=False
        )
        for n in (1, 4)
    )
    assert [record.steps for record in one] == [record.steps for record in all_together]


def test_compact_schemas_are_a_fifth_as_long():
    from visgenenv import load_toolbox

    schemas = load_toolbox().openai()
    assert len(orjson.dumps([compact(one) for one in schemas])) * 5 < len(orjson.dumps(schemas))


def test_rows_are_chosen_by_what_is_asked_for():
    rows = task_rows("train", limit=3, lang="zh", difficulty="easy", modality="image")
    assert [row["index"] for row in rows] == [0, 1, 2] and all(row["task_id"].endswith("-zh") for row in rows)
    with pytest.raises(ValueError, match="no task"):
        task_rows("paper", lang="en", modality="image", difficulty="impossible")


def test_a_model_in_a_folder_is_trained_further(capfd, tmp_path, settings):
    model, processor = build_tiny()
    save_tiny(model, processor, tmp_path / "mine")
    size = ("--num_generations", "2", "--per_device_train_batch_size", "2", "--heldout_limit", "0", "--use_peft")
    code, _printed, err = command(
        capfd, "grpo", "--model", str(tmp_path / "mine"), "--steps", "1", "--out", str(tmp_path / "run"), "--config",
        settings, "--json", *size,
    )  # fmt: skip
    assert code == 0, err
    assert (tmp_path / "run" / "final" / "adapter_config.json").is_file()
