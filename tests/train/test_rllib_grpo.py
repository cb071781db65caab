"""The parts of GRPO on RLlib without Ray's actors: drawing turns, playing groups, the loss, settings."""

import contextlib
import copy
import importlib.util
import io
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
import torch
from readable import ANSWER, PLANNED, READABLE, Breaking, Silent, draw, raising, raising_at_seed_1, readable
from transformers import Qwen3Config, Qwen3ForCausalLM

from visgenenv import load_suite
from visgenenv.adapters.lm.advantages import Advantages, group_advantages
from visgenenv.adapters.lm.data import draw_seed, task_rows
from visgenenv.adapters.lm.view import View
from visgenenv.adapters.rllib.grpo import Clip, Iteration, Job, Lora, Model, Play, Played, Reply, Request, VLMModule
from visgenenv.adapters.rllib.grpo.episodes import TokenBatch, as_lesson
from visgenenv.adapters.rllib.grpo.from_settings import grpo_config
from visgenenv.adapters.rllib.grpo.learner import GRPOLearner, collate
from visgenenv.adapters.rllib.grpo.loss import clipped_loss
from visgenenv.adapters.rllib.grpo.numbers import facts
from visgenenv.adapters.rllib.grpo.playing import Stage
from visgenenv.adapters.rllib.grpo.runs import Run, run_grpo
from visgenenv.adapters.rllib.grpo.schedule import lessons, minibatches
from visgenenv.adapters.rllib.grpo.settings import RllibSettings, read_settings
from visgenenv.adapters.rllib.grpo.weights import as_arrays, as_tensor, fingerprint
from visgenenv.cli import main
from visgenenv.env import VisGenEnv
from visgenenv.errors import VisGenError
from visgenenv.trace import read_traces, replay

torch.set_num_threads(1)
ROOT = Path(__file__).parents[2]
VIEW = View(instructions="none", schemas="none", image_px=64)


def module(**settings):
    learner = settings.pop("learner", True)
    return VLMModule(
        observation_space=None, action_space=None, inference_only=not learner, model_config={"model": Model(**settings)}
    )


@pytest.fixture(scope="module")
def tiny():
    return module()


def with_picture():
    """A task to which the user has brought a picture."""
    return next(task for task in load_suite("dev")[:60] if task.lang == "en" and task.uploads[:1] and task.uploads[0].kind == "image")  # fmt: skip


def job(number=0, members=2, task=None, **changes):
    (row,) = task_rows([task or load_suite("paper")[1]], VIEW)
    seeds = tuple(range(10 * number, 10 * number + members))
    return Job(number=number, task=row["task"], world_seed=5, seeds=seeds, **changes)


def stage(tiny, lanes=2, play=None, **env):
    envs = [VisGenEnv(**{"faults": "none", "max_turns": 3, **env}) for _ in range(lanes)]
    play = play or Play(view=VIEW, max_turn_tokens=400, max_tokens=8000)
    return Stage(envs, tiny.processor, play, end=tiny.end, longest=32768, model="tiny")


def scripted(tiny, script):
    """Return a generator that says what `script(conversation text, turns so far)` says; a script may raise."""

    def generate(requests):
        replies = []
        for one in requests:
            text = tiny.tokenizer.decode(one.ids)
            turn = script(text, text.count("<|im_start|>assistant") - 1)
            ids = [*tiny.tokenizer(turn)["input_ids"], tiny.tokenizer.eos_token_id][: one.max_tokens]
            replies.append(Reply(ids, [-1.0] * len(ids), 7))
        return replies

    return generate


# drawing


def test_a_turn_does_not_depend_on_the_batch_it_is_written_in(tiny):
    requests = [Request(ids=list(range(300, 300 + n)), max_tokens=12, seed=n) for n in (3, 9, 30)]
    together, alone = tiny.sampler()(requests), [tiny.sampler()([one])[0] for one in requests]
    assert [one.ids for one in together] == [one.ids for one in alone]
    assert len({tuple(one.ids) for one in together}) == 3
    assert np.allclose([one.logprobs for one in together], [one.logprobs for one in alone], atol=1e-5)


def test_greedy_turns_are_the_likeliest_and_pixels_are_never_written(tiny):
    one = Request(ids=[300, 301], max_tokens=4, seed=1, greedy=True)
    (reply,) = tiny.sampler()([one])
    with torch.no_grad():
        logits = tiny.model(torch.tensor([one.ids])).logits[0, -1]
    logits[tiny.banned] = -torch.inf
    assert reply.ids[0] == int(logits.argmax()) and np.isclose(reply.logprobs[0], float(logits.log_softmax(-1).max()))
    many = tiny.sampler()([Request(ids=[300], max_tokens=150, seed=seed) for seed in range(4)])
    assert len(tiny.banned) == 5
    assert not {token for reply in many for token in reply.ids} & set(tiny.banned.tolist())


def test_the_loss_sees_the_probabilities_that_were_sampled_from_with_pictures_too(tiny):
    made = stage(tiny, play=Play(view=VIEW, max_turn_tokens=10, max_tokens=4000))
    played = made([job(task=with_picture())], tiny.sampler())
    assert all(one.tokens.pixels is not None and one.tokens.mask.sum() == 30 for one in played)
    rows = TokenBatch()(rl_module=None, batch={}, episodes=[as_lesson(one, 1.0, 0.1) for one in played])[
        "default_policy"
    ]
    inputs, tokens = collate(rows, [0, 1], tiny.tokenizer.pad_token_id, tiny.processor.image_token_id, "cpu")
    out = tiny.forward_train(inputs)
    assert (out["logp"] - tokens["old"]).abs().max() < 1e-4
    assert out["entropy"].mean() > 5


# playing


def test_all_members_of_all_groups_come_back_however_long_they_take(tiny):
    lengths = {0: 1, 1: 4, 2: 2, 10: 1, 11: 3, 12: 4}
    whose = {draw_seed(seed, turn): (seed, turn) for seed in lengths for turn in range(4)}
    batches = []

    def generate(requests):
        batches.append(len(requests))
        replies = []
        for one in requests:
            seed, turn = whose[one.seed]
            said = ANSWER if turn + 1 == lengths[seed] else draw("an elf")
            replies.append(Reply([*tiny.tokenizer(said)["input_ids"], tiny.tokenizer.eos_token_id], [-1.0] * 999))
        return replies

    played = stage(tiny, lanes=3, max_turns=4)([job(0, 3), job(1, 3)], generate)
    assert [len(one.record.steps) for one in played] == [1, 4, 2, 1, 3, 4]
    assert sum(batches) == 15 and max(batches) == 3
    assert [(one.job, one.member) for one in played] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert [one.record.seed for one in played] == [0, 1, 2, 10, 11, 12]
    assert {one.record.world_seed for one in played} == {5}
    assert all(one.record.terminated for one in played)


def test_a_rollout_is_a_record_that_replays_with_its_tokens_and_versions(tiny):
    played = stage(tiny)([job()], scripted(tiny, lambda text, turns: draw("an elf") if turns < 1 else ANSWER))
    one = played[0]
    replay(one.record)
    assert one.reward is not None and one.record.terminated
    assert one.record.steps[0].sampling.policy_version == "7"
    assert one.record.settings["phase"] == "train" and one.record.settings["member"] == 0
    tokens = one.tokens
    assert len(tokens.ids) == len(tokens.mask) == len(tokens.logprobs) == len(tokens.versions)
    assert set(tokens.versions[tokens.mask]) == {7} and set(tokens.versions[~tokens.mask]) == {-1}
    written = [token for step in one.record.steps for token in step.sampling.token_ids]
    assert tokens.ids[tokens.mask].tolist() == written


def test_a_rollout_that_outgrows_its_tokens_is_cut_and_says_so(tiny):
    play = Play(view=VIEW, max_turn_tokens=90, max_tokens=200)
    played = stage(tiny, play=play, max_turns=40)([job()], scripted(tiny, lambda text, turns: draw("an elf")))
    assert [one.record.truncated_by for one in played] == ["tokens", "tokens"]
    assert all(len(one.tokens.ids) - one.tokens.mask.argmax() <= 200 for one in played)


def test_a_tool_that_raises_breaks_its_rollout_and_no_other(tiny):
    turns = iter([draw("a red fox"), draw("an elf"), ANSWER, ANSWER])
    played = stage(tiny, backend=Breaking())([job()], scripted(tiny, lambda text, number: next(turns)))
    broken, whole = played
    assert broken.error == "ZeroDivisionError: the drawing service divides by zero" and broken.reward is None
    assert broken.record.truncated_by == "error" and broken.record.settings["error"] == broken.error
    assert whole.error == "" and whole.reward is not None and whole.record.terminated


def test_a_judge_without_a_verdict_masks_its_group_and_a_reward_that_raises_is_told(tiny):
    def script(text, turns):
        return [PLANNED, draw("an elf"), ANSWER][turns]

    masked = Play(view=VIEW, max_turn_tokens=400, max_tokens=8000, judge=Silent(), on_failure="mask")
    played = stage(tiny, play=masked)([job()], scripted(tiny, script))
    assert [one.reward for one in played] == [None, None]
    assert {one.score.status for one in played} == {"judge_failed"}
    play = paid_for_brands(raising)
    played = stage(tiny, play=play)([job()], scripted(tiny, lambda text, turns: ANSWER))
    assert [one.error for one in played] == ["the reward failed: LookupError: no such brand"] * 2


def paid_for_brands(brand):
    return Play(
        view=VIEW, max_turn_tokens=400, max_tokens=8000, components={"brand": brand, "readable": readable},
        weights={"brand": 1.0}, preset=READABLE,
    )  # fmt: skip


def test_a_reward_that_raises_at_one_record_leaves_only_its_group_unpaid(tiny):
    made = stage(tiny, lanes=4, play=paid_for_brands(raising_at_seed_1))
    played = made([job(0), job(1)], scripted(tiny, lambda text, turns: ANSWER))
    assert [one.error for one in played] == ["the reward failed: LookupError: no such brand"] * 2 + ["", ""]
    assert [one.reward is None for one in played] == [True, True, False, False]


def test_weights_of_no_component_are_refused_before_anything_is_played():
    with pytest.raises(ValueError, match="weights name no component: brand"):
        grpo_config(RllibSettings()).training(play=Play(weights={"brand": 1.0})).validate()


# learning


def test_the_loss_is_clipped_where_a_step_has_gone_far_enough():
    old = torch.zeros(4)
    logp = torch.tensor([1.1, 0.9, 1.5, 0.5]).log()
    advantage = torch.tensor([1.0, 1.0, 1.0, -1.0])
    loss = clipped_loss(logp, old, advantage, torch.full((4,), 0.25), Clip())
    assert loss.item() == pytest.approx(-0.25 * (1.1 + 0.9 + 1.2 - 0.8))
    reference = torch.tensor([0.0, 0.0, 0.0, 0.5]).exp().log()
    kl = clipped_loss(old, old, advantage * 0, torch.full((4,), 0.25), Clip(beta=2.0), reference)
    assert kl.item() == pytest.approx(2.0 * 0.25 * (np.exp(0.5) - 0.5 - 1))


def test_advantages_are_those_of_trl():
    rewards = torch.tensor([1.0, 0.0, 0.5, float("nan"), 0.2, 0.2, 0.2, 0.2]).double()
    values, flat = group_advantages(rewards, 4, Advantages())
    assert values.tolist() == pytest.approx([0.5 / 0.5001, -0.5 / 0.5001, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert flat.tolist() == [False] * 4 + [True] * 4
    values, _ = group_advantages(rewards, 4, Advantages(scale="batch"))
    assert values[0] == pytest.approx(0.5 / (np.std([1.0, 0.0, 0.5, 0.2, 0.2, 0.2, 0.2], ddof=1) + 1e-4))


def gradients(policy, rows, parts):
    policy.zero_grad()
    for places in parts:
        inputs, tokens = collate(rows, places, policy.tokenizer.pad_token_id, policy.processor.image_token_id, "cpu")
        out = policy.forward_train(inputs)
        clipped_loss(out["logp"], tokens["old"], tokens["advantage"], tokens["weight"], Clip()).backward()
    return torch.cat([one.grad.flatten() for one in policy.parameters() if one.grad is not None])


def test_micro_batches_and_checkpointed_activations_give_the_gradient_of_the_whole_batch(tiny):
    made = stage(tiny, play=Play(view=VIEW, max_turn_tokens=10, max_tokens=4000))
    played = made([job(0, 2, with_picture()), job(1, 2)], tiny.sampler())
    values = (1.0, -1.0, 0.5, -0.5)
    rollouts = [as_lesson(one, value, 0.01) for one, value in zip(played, values, strict=True)]
    rows = TokenBatch()(rl_module=None, batch={}, episodes=rollouts)["default_policy"]
    whole = gradients(tiny, rows, [[0, 1, 2, 3]])
    assert torch.allclose(whole, gradients(tiny, rows, [[0], [3, 1], [2]]), atol=1e-6)
    thrifty = module(gradient_checkpointing=True)
    assert torch.allclose(whole, gradients(thrifty, rows, [[0, 1], [2, 3]]), atol=1e-6)
    assert whole.abs().max() > 1e-5


def test_only_adapters_are_trained_and_sent_with_lora_and_bfloat16_survives_the_way():
    learner, runner = module(lora=Lora(r=4), bf16=True), module(lora=Lora(r=4), bf16=True, learner=False)
    state = learner.get_state(inference_only=True)
    assert state and all("lora_" in name for name in state)
    with torch.no_grad():
        for one in learner.parameters():
            one.add_(0.25) if one.requires_grad else None
    runner.set_state(learner.get_state(inference_only=True))
    assert fingerprint(runner.get_state(inference_only=True)) == fingerprint(learner.get_state(inference_only=True))
    assert next(runner.inner.parameters()).dtype == torch.bfloat16
    full, half = module(bf16=True), module(bf16=True, learner=False)
    half.set_state(full.get_state(inference_only=True))
    assert fingerprint(half.get_state(inference_only=True)) == fingerprint(full.get_state(inference_only=True))
    assert next(full.inner.model.language_model.parameters()).dtype == torch.float32
    assert as_tensor(as_arrays([("a", torch.tensor([1.5], dtype=torch.bfloat16))])["a"]).item() == 1.5


# settings


@pytest.mark.parametrize(
    "name", ["rllib-laptop", "rllib-four-tasks", "rllib-one-gpu", "rllib-eight-gpus", "rllib-four-nodes"]
)
def test_the_configuration_files_make_a_configuration(name):
    settings = read_settings(ROOT / "examples" / "configs" / f"{name}.yaml")
    config = grpo_config(settings)
    config.validate()
    assert config.num_env_runners * config.num_envs_per_env_runner >= 1
    whole = config.group_size * config.groups
    assert whole % max(1, config.num_learners) == 0
    assert settings.gpus == 0 or (config.minibatch or whole) == 96


def test_settings_come_from_the_file_and_the_command_line_overrules_it(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("runners: 3\nlearning_rate: 1e-5\nengine_options: {gpu_memory_utilization: 0.8}\n")
    settings = read_settings(file, {"runners": "2", "bf16": "true"})
    assert (settings.runners, settings.learning_rate, settings.bf16) == (2, 1e-5, True)
    assert settings.engine_options == {"gpu_memory_utilization": 0.8} and RllibSettings().runners == 1


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--engine", "rllb"), "did you mean 'rllib'"),
        (("--engine", "rllib", "--runers", "2"), "did you mean 'runners'"),
        (("--engine", "rllib", "--runners", "two"), "runners: Expected `int`"),
        (("--engine", "rllib", "--group_size", "1"), "group_size is at least 2"),
        (("--engine", "rllib", "--preset", "papr"), "did you mean 'paper'"),
        (("--engine", "rllib", "--schemas", "compct"), "did you mean 'compact'"),
        (("--engine", "rllib", "--config", "/no/such.yaml"), "/no/such.yaml: No such file"),
        (("--engine", "rllib", "--suite", "nosuch"), "unknown suite 'nosuch'"),
        (("--engine", "rllib", "--model", "/no/such/model"), "/no/such/model"),
        (("--engine", "rllib", "--faults", "nosuch"), "unknown fault profile 'nosuch'"),
        (("--engine", "rllib", "--tiny_hidden", "63"), "hidden is a multiple of 8 * heads"),
        (("--engine", "rllib", "--max_turns", "0"), "max_turns=0 is not positive"),
        (("--engine", "rllib", "--engine_kind", "vllm"), "engine_kind: vllm wants engines: 1 or more"),
        (("--engine", "rllib", "--learners", "2", "--minibatch", "1"), "fewer rollouts than there are learners"),
        (("--engine", "rllib", "--resume", "--out", "/tmp/visgenenv-no-such-run"), "no checkpoint"),
    ],
)
def test_bad_input_is_one_line_and_code_2(capfd, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(SystemExit) as end:
        main(["train", "grpo", *arguments])
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.strip()]
    assert end.value.code == 2 and words in line


def test_a_file_that_holds_no_settings_is_refused(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("- a\n- b\n")
    with pytest.raises(VisGenError, match="holds no settings"):
        read_settings(file)


def test_a_vllm_engine_gets_adapters_as_peft_writes_them_and_one_token_a_picture(tmp_path):
    from safetensors.torch import load_file

    from visgenenv.adapters.rllib.grpo.vllm_engine import one_each, save_adapter

    policy = module(lora=Lora(r=4))
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    save_adapter(policy.settings, policy.get_state(inference_only=True), tmp_path / "ours")
    policy.model.save_pretrained(tmp_path / "theirs")
    ours, theirs = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("ours", "theirs"))
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert one_each([9, 9, 1, 9], 9) == [9, 1, 9] and one_each([1, 1], None) == [1, 1]


def test_code_of_the_page_runs_and_prints_what_the_page_says():
    spec = importlib.util.spec_from_file_location("docs_of", ROOT / "tests" / "test_docs.py")
    docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(docs)
    names = {"__name__": "page"}
    for line, code, expected in docs.blocks(ROOT / "docs" / "rllib.md"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * line + code, "rllib.md", "exec"), names)
        assert expected is None or printed.getvalue().strip() == expected.strip(), line


def test_what_was_masked_or_broke_is_not_learnt_from_and_its_group_goes_on_without_it():
    config = SimpleNamespace(advantages=Advantages(), clip=Clip(), group_size=3)

    def one(reward, error=""):
        score = None if reward is None else SimpleNamespace(status="ok", reward=reward)
        tokens = SimpleNamespace(mask=np.ones(2, bool))
        return Played(0, 0, None, tokens, score, error)

    rewards = [one(1.0), one(0.0), one(None, "broken"), one(0.5), one(0.5), one(0.5), one(None), one(None), one(0.9)]
    found = lessons(config, rewards)
    spread = 0.5**0.5 + 1e-4
    assert [value for _, value in found] == pytest.approx([0.5 / spread, -0.5 / spread, 0.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize("lora", [None, Lora(r=4)])
def test_the_reference_is_the_model_at_the_start(tiny, lora):
    policy = module(lora=lora)
    (one,) = stage(tiny, play=Play(view=VIEW, max_turn_tokens=6, max_tokens=4000))([job(members=1)], tiny.sampler())
    rows = TokenBatch()(rl_module=None, batch={}, episodes=[as_lesson(one, 1.0, 1.0)])["default_policy"]
    inputs, tokens = collate(rows, [0], tiny.tokenizer.pad_token_id, tiny.processor.image_token_id, "cpu")
    before = policy.forward_train(inputs)["logp"]
    learner = SimpleNamespace(_reference=copy.deepcopy(policy.model), _device="cpu")
    with torch.no_grad():
        for weight in policy.parameters():
            weight.add_(0.1 * torch.randn_like(weight)) if weight.requires_grad else None
    after = policy.forward_train(inputs)["logp"]
    assert (before - tokens["old"]).abs().max() < 1e-4
    assert torch.allclose(GRPOLearner._under_reference(learner, inputs, policy), before, atol=1e-6)
    assert not torch.allclose(after, before, atol=1e-3)
    assert torch.equal(policy.forward_train(inputs)["logp"], after)


def test_a_model_that_reads_text_only_plays_and_learns_without_pictures(tiny, tmp_path):
    config = Qwen3Config(
        vocab_size=len(tiny.tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=4096, eos_token_id=tiny.tokenizer.eos_token_id,
    )  # fmt: skip
    Qwen3ForCausalLM(config).save_pretrained(tmp_path)
    tiny.tokenizer.chat_template = tiny.processor.chat_template
    tiny.tokenizer.save_pretrained(tmp_path)
    policy = module(name=str(tmp_path))
    play = Play(view=View(instructions="none", schemas="none", images="none"), max_turn_tokens=6, max_tokens=2000)
    made = Stage([VisGenEnv(max_turns=2)], policy.processor, play, end=policy.end, longest=policy.longest)
    (one,) = made([job(members=1)], policy.sampler())
    assert len(one.record.steps) == 2 and one.tokens.pixels is None and policy.longest == 4096
    rows = TokenBatch()(rl_module=None, batch={}, episodes=[as_lesson(one, 1.0, 1.0)])["default_policy"]
    inputs, tokens = collate(rows, [0], policy.tokenizer.pad_token_id, None, "cpu")
    assert (policy.forward_train(inputs)["logp"] - tokens["old"]).abs().max() < 1e-4
    with pytest.raises(VisGenError, match="reads text only: add --images none"):
        run_grpo(read_settings(given={"model": str(tmp_path), "out": str(tmp_path / "run"), "limit": "2"}))


def test_a_run_reports_what_broke_and_what_was_masked_and_keeps_their_traces(tiny, tmp_path):
    turns = iter([draw("a red fox"), draw("an elf"), ANSWER, ANSWER])
    played = stage(tiny, backend=Breaking())([job()], scripted(tiny, lambda text, number: next(turns)))
    settings = read_settings(given={"out": str(tmp_path), "tensorboard": "false"})
    run = Run(SimpleNamespace(latest=Iteration(1, played, facts(played))), settings, [])
    run.write(1)
    row = msgspec.json.decode((tmp_path / "metrics.jsonl").read_bytes())
    assert row["errors"] == ["ZeroDivisionError: the drawing service divides by zero"]
    assert (row["step"], row["rollouts"], row["broken"], row["masked"], row["episodes"]) == (1, 2, 1, 1, 1)
    broken, whole = read_traces(tmp_path / "traces.jsonl")
    assert (broken.reward, broken.truncated_by) == (None, "error") and whole.reward == played[1].reward
    assert run.broken == 1


def test_a_rest_of_rollouts_is_shared_out_among_the_steps():
    config = SimpleNamespace(minibatch=4, num_learners=2, seed=0)
    parts = list(minibatches(config, list(range(11)), step=3, epoch=0))
    assert [len(part) for part in parts] == [6, 5] and sorted(sum(parts, [])) == list(range(11))  # noqa: RUF017
    assert parts == list(minibatches(config, list(range(11)), step=3, epoch=0))
    assert parts != list(minibatches(config, list(range(11)), step=4, epoch=0))
    assert list(minibatches(config, [7], step=3, epoch=0)) == []
    assert list(minibatches(SimpleNamespace(minibatch=None, num_learners=0, seed=0), [7, 8], 1, 0)) == [[7, 8]]
