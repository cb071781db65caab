"""Training steps with the real trainer: rewards, ends, groups, recipes, LoRA, resuming."""

import math
import re
from statistics import fmean

import numpy as np
import orjson
import pytest
import torch
from peft import LoraConfig
from scripted import THINK, VIEW, answer, call, config, draw, elf, played, trainer

from visgenenv import ExpertPolicy, load_suite, score
from visgenenv.adapters.lm.advantages import flat_rows
from visgenenv.adapters.lm.settings import LORA_TARGETS
from visgenenv.adapters.trl import RECIPES, Advantages, View, ltr_rewards
from visgenenv.rewards import RuleJudge
from visgenenv.trace import read_traces, replay


def expert(environment):
    return ExpertPolicy().act([environment._env.conversation])[0]


def rows_of(path):
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def three_steps(tmp_path_factory):
    """Three steps over tasks with pictures: the expert, the expert who forgets a picture, and two that do little."""
    folder = tmp_path_factory.mktemp("three")

    def careless(environment):
        return re.sub(r'"answer_url_list":\["[^"]+",', '"answer_url_list":[', expert(environment))

    made = trainer(
        folder,
        [[expert], [careless], [draw(), answer()], ["no act"]],
        tasks=elf(3),
        args=config(folder, max_steps=3, num_generations=4, per_device_train_batch_size=4),
        env={"max_turns": 12},
    )
    made.train()
    return made, folder


def test_rewards_in_trls_log_are_the_scores_of_the_traces_to_the_last_digit(three_steps):
    made, folder = three_steps
    lines = rows_of(folder / "traces.jsonl")
    scores = [score(record).reward for record in read_traces(folder / "traces.jsonl")]
    assert [line["step"] for line in lines] == [1] * 4 + [2] * 4 + [3] * 4
    assert [line["reward"] for line in lines] == scores
    assert list(made._logs["rewards"]["ltr"]) == scores[-4:]  # TRL keeps the latest batch
    logged = [row["reward"] for row in made.state.log_history if "reward" in row]
    assert logged == [fmean(scores[start : start + 4]) for start in (0, 4, 8)]
    assert [row["reward"] for row in rows_of(folder / "metrics.jsonl")] == logged
    assert len(set(scores[:4])) > 2 and max(scores) > 0.9


def test_every_trace_of_a_training_run_replays(three_steps):
    _, folder = three_steps
    for record in read_traces(folder / "traces.jsonl"):
        replay(record)
        assert record.settings["policy"] == "grpo" and record.steps[0].sampling.finish_reason == "stop"


def test_members_of_a_group_share_the_world_and_every_step_has_a_new_one(three_steps):
    _, folder = three_steps
    records = list(read_traces(folder / "traces.jsonl"))
    worlds = [record.world_seed for record in records]
    assert [len(set(worlds[start : start + 4])) for start in (0, 4, 8)] == [1, 1, 1] and len(set(worlds)) == 3
    assert len({record.seed for record in records}) == 12


def test_a_row_of_metrics_holds_step_reward_components_and_trls_numbers(three_steps):
    _, folder = three_steps
    row = rows_of(folder / "metrics.jsonl")[0]
    assert row["step"] == 1 and set(row["components"]) == {"plan", "tool", "format", "result", "traj", "cons", "match"}
    assert math.isclose(sum(row["contributions"].values()), row["reward"], rel_tol=1e-12)
    assert row["loss"] == row["loss"] and row["grad_norm"] > 0 and row["env/terminated"] == 0.75


def test_long_malformed_cut_and_callless_rollouts_are_told_apart(tmp_path):
    many = [draw(f"a red fox number {n}") for n in range(25)] + [answer()]
    malformed = [THINK + "<tool_call>\n{nonsense\n</tool_call>", answer()]
    cut = [THINK + "far too long " * 40 + "…"]
    nothing = [answer(status="failed")]
    made = trainer(
        tmp_path,
        [many, malformed, cut, nothing],
        args=config(
            tmp_path, num_generations=4, per_device_train_batch_size=2, gradient_accumulation_steps=2,
            max_completion_length=6500, generation_kwargs={"max_new_tokens": 120},
        ),
        env={"max_turns": 200},
    )  # fmt: skip
    made.train()
    records = list(read_traces(tmp_path / "traces.jsonl"))
    assert [len(one.ledger) for one in records] == [25, 1, 0, 0]
    assert [one.terminated for one in records] == [True, True, False, True]
    assert [one.truncated_by for one in records] == ["", "", "tokens", ""]
    assert records[2].steps[0].sampling.finish_reason == "length" and len(records[2].steps) > 5
    row = rows_of(tmp_path / "metrics.jsonl")[0]
    assert row["env/truncated_by/tokens"] == 0.25 and row["env/no_calls"] == 0.5 and row["env/calls"] == 6.5
    assert row["env/malformed_turns"] > 0 and row["completions/clipped_ratio"] == 0.25
    for record in records:
        replay(record)


def test_a_turn_that_was_cut_ends_in_a_token_the_policy_did_not_write(tmp_path):
    made = trainer(tmp_path, [["half a thou…", answer()]])
    out = played(made)
    ids, loss = out["completion_ids"][0].tolist(), out["tool_mask"][0].tolist()
    end = ids.index(made._tokenizer.eos_token_id)
    assert loss[:end] == [1] * end and loss[end] == 0


def test_truncated_rollouts_carry_no_loss_if_trl_is_told_so(tmp_path):
    args = config(tmp_path, mask_truncated_completions=True, max_completion_length=700)
    made = trainer(tmp_path, [[draw(), draw("again")] * 20, [answer()]], args=args)
    out = played(made)
    assert made.environments[0]._record().truncated_by == "tokens"
    assert (out["completion_mask"] * out["tool_mask"]).sum(1).gt(0).tolist() == [False, True]


def test_micro_batches_without_any_picture_train_beside_those_with_pictures(tmp_path):
    args = config(tmp_path, per_device_train_batch_size=1, gradient_accumulation_steps=2, beta=0.1, num_iterations=2)
    made = trainer(tmp_path, [[draw(), answer()], [answer()]], args=args)
    assert math.isfinite(made.train().training_loss)


def test_rows_with_and_without_uploads_go_into_one_batch(tmp_path):
    upload = next(task for task in load_suite("dev") if task.uploads and task.lang == "zh")
    args = config(tmp_path, per_device_train_batch_size=4)
    made = trainer(tmp_path, [[answer()]], tasks=[upload, *elf()], args=args)
    assert math.isfinite(made.train().training_loss)
    first, second = list(read_traces(tmp_path / "traces.jsonl"))[:2]
    assert first.world_seed == second.world_seed and first.assets[0].id != second.assets[0].id


class Silent:
    """Has no word on plans for the elf archer."""

    def judge_plan(self, case):
        return None if case.task.id == "paper/elf-archer" else RuleJudge().judge_plan(case)

    def judge_traj(self, case):
        return RuleJudge().judge_traj(case)


def test_there_is_no_reward_and_no_advantage_where_a_judge_failed(tmp_path):
    fox = next(task for task in load_suite("dev") if task.lang == "en" and not task.uploads and "elf" not in task.query)
    made = trainer(
        tmp_path,
        [[expert], [draw(), answer()]],
        tasks=[*elf(), fox],
        args=config(tmp_path, per_device_train_batch_size=4),
        reward_funcs=ltr_rewards(judge=Silent(), on_failure="mask"),
    )
    out = played(made)
    first, second, third, fourth = made.reward_funcs[0].exact
    assert first is None and second is not None and third > fourth
    assert out["advantages"][0] == 0.0 and out["advantages"][2] > 0 > out["advantages"][3]


def test_parts_add_up_to_the_total_and_are_never_the_bare_components(tmp_path):
    parts = ltr_rewards("paper", parts=True)
    args = config(tmp_path, multi_objective_aggregation="normalize_then_sum")
    made = trainer(tmp_path, [[expert], [draw(), answer()]], reward_funcs=parts, args=args)
    played(made)
    assert [one.__name__ for one in parts] == ["ltr_tool", "ltr_format", "ltr_result", "ltr_traj", "ltr_cons"]
    for place, environment in enumerate(made.environments):
        record = score(environment._record(), "paper")
        assert sum(one.exact[place] for one in parts) == record.reward
    bare = score(made.environments[1]._record(), "paper").components["tool"]
    assert bare == 1.0 and parts[0].exact[1] == 0.0  # without a plan, good calls are worth nothing


def test_a_reward_without_environments_says_what_is_missing():
    with pytest.raises(ValueError, match="environment_factory"):
        ltr_rewards()[0](prompts=[], completions=[])


def test_the_dead_zone_takes_small_differences_for_none():
    rewards = torch.tensor([0.95, 0.96, 0.2, 0.9, math.nan, 0.5, 1.0, 1.0], dtype=torch.float64)
    assert flat_rows(rewards, 2, 0.02).tolist() == [True, True, False, False, True, True, True, True]
    assert flat_rows(rewards, 2, 0.0).tolist() == [False, False, False, False, True, True, True, True]


def test_recipes_scale_advantages_as_they_say(tmp_path):
    scripts = [[expert], [draw(), answer()], ["no act"], [answer()]]
    found = {}
    for name in RECIPES:
        args = config(tmp_path / name, num_generations=4, per_device_train_batch_size=4)
        made = trainer(tmp_path / name, scripts, args=args, advantages=name, env={"max_turns": 8})
        assert made.scale_rewards == RECIPES[name].scale
        found[name] = played(made)["advantages"].tolist()
    rewards = made.reward_funcs[0].exact
    bare = [reward - fmean(rewards) for reward in rewards]
    assert np.allclose(found["unscaled"], bare, atol=1e-6)
    assert np.allclose(found["grpo"], np.array(bare) / (np.std(rewards, ddof=1) + 1e-4), atol=1e-5)


def test_groups_within_the_dead_zone_neither_teach_nor_dilute(tmp_path):
    args = config(tmp_path, per_device_train_batch_size=4)
    scripts = [[expert], [draw(), answer()], [answer()], [answer()]]
    recipe = Advantages(scale="none", dead_zone=0.02, drop_flat=True)
    made = trainer(tmp_path, scripts, tasks=elf(2), args=args, advantages=recipe)
    out = played(made)
    assert out["advantages"][2:].tolist() == [0.0, 0.0] and out["advantages"][0] > 0
    loss = out["completion_mask"] * out["tool_mask"]
    assert out["num_items_in_batch"] == loss[:2].sum() < loss.sum()


def test_lora_trains_the_adapter_and_nothing_else(tmp_path):
    lora = LoraConfig(r=4, target_modules=LORA_TARGETS)
    made = trainer(tmp_path, [[expert], [draw(), answer()]], peft_config=lora)
    before = {name: weight.detach().clone() for name, weight in made.model.named_parameters()}
    made.train()
    moved = {name for name, weight in made.model.named_parameters() if not torch.equal(weight, before[name])}
    assert moved and all("lora_" in name for name in moved)


def test_held_out_tasks_meet_the_same_worlds_before_and_after(tmp_path):
    made = trainer(tmp_path, [[draw(), answer()]], args=config(tmp_path, per_device_eval_batch_size=2))
    made.eval_dataset = made.train_dataset
    made.evaluate()
    made.train()
    made.evaluate()
    records = list(read_traces(tmp_path / "heldout.jsonl"))
    assert [one.seed for one in records[:2]] == [one.seed for one in records[2:]]
    rows = rows_of(tmp_path / "metrics.jsonl")
    assert [row["step"] for row in rows if "heldout_reward" in row] == [0, 1]
    assert {line["step"] for line in rows_of(tmp_path / "heldout.jsonl")} == {0, 1}


def test_a_resumed_run_is_the_run_that_was_not_interrupted(tmp_path):
    def run(folder, steps, resume=False):
        args = config(
            folder, max_steps=steps, save_strategy="steps", save_steps=2, generation_kwargs={"max_new_tokens": 12},
            lr_scheduler_type="constant",
        )  # fmt: skip
        made = trainer(folder, tasks=elf(4), args=args, env={"max_turns": 3})
        made.folder.begin(2 if resume else 0)
        made.train(resume_from_checkpoint=resume)
        return [record.steps for record in read_traces(folder / "traces.jsonl")]

    whole = run(tmp_path / "whole", 4)
    assert run(tmp_path / "halves", 2) == whole[:4]
    assert run(tmp_path / "halves", 4, resume=True) == whole
    assert [row["step"] for row in rows_of(tmp_path / "halves" / "metrics.jsonl")] == [1, 2, 3, 4]


def test_what_a_crashed_run_wrote_after_its_checkpoint_is_set_aside(tmp_path):
    made = trainer(tmp_path, [[answer()]])
    for step in (1, 2, 3):
        made.folder.add_row({"step": step})
    made.folder.begin(2)
    assert [row["step"] for row in rows_of(tmp_path / "metrics.jsonl")] == [1, 2]
    assert len(rows_of(tmp_path / "metrics.1.jsonl")) == 3


def test_the_policy_cannot_sample_tokens_that_stand_for_pixels(tmp_path):
    made = trainer(tmp_path)
    names = made._tokenizer.convert_ids_to_tokens(made.generation_config.suppress_tokens)
    assert {"<|image_pad|>", "<|video_pad|>", "<|vision_start|>"} <= set(names)


def test_completions_are_logged_as_text(tmp_path):
    made = trainer(tmp_path, [[draw(), answer()]], args=config(tmp_path, log_completions=True))
    made.train()
    import pandas

    table = pandas.read_parquet(next((tmp_path / "completions").glob("*.parquet")))
    assert table["completion"][0].startswith("<think>") and "asset://img_" in table["completion"][0]


def test_a_model_that_reads_text_only_trains_too(tmp_path):
    from transformers import Qwen3Config, Qwen3ForCausalLM

    from visgenenv.adapters.tiny import tiny_processor

    processor = tiny_processor()
    tokenizer = processor.tokenizer
    tokenizer.chat_template = processor.chat_template
    shape = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "head_dim": 16,
    }
    model = Qwen3ForCausalLM(Qwen3Config(vocab_size=len(tokenizer), num_key_value_heads=1, **shape))
    with pytest.raises(ValueError, match="reads text only"):
        trainer(tmp_path, model=(model, tokenizer))
    made = trainer(tmp_path, [[draw(), answer()]], model=(model, tokenizer), view=View(images="none", schemas="none"))
    made.train()
    record = next(read_traces(tmp_path / "traces.jsonl"))
    assert record.terminated and len(record.ledger) == 1


def test_pictures_may_follow_in_a_user_message(tmp_path):
    from msgspec import structs

    view = structs.replace(VIEW, images="user")
    made = trainer(tmp_path, [[draw() + call("no_such_tool"), answer()]], view=view)
    made.train()
    roles = [message["role"] for message in made.environments[0]._view.results((), made.environments[0]._gallery)]
    assert roles == []
    said = made._tokenizer.decode(made._writer([{"role": "tool", "name": "t", "content": "x"}]).ids)
    assert said.startswith("\n<|im_start|>user\n<tool_response>\nx")
