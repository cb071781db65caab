"""Whole runs: from settings to a trained model, `metrics.jsonl` and `traces.jsonl` in one folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
from datasets import Dataset
from peft import LoraConfig
from transformers import PrinterCallback, ProgressCallback, TrainerCallback, set_seed
from transformers.trainer_utils import get_last_checkpoint
from trl import GRPOConfig, ModelConfig, SFTConfig, get_peft_config

from visgenenv.adapters.folder import HELDOUT, Folder, reward_row, run_summary
from visgenenv.adapters.lm.data import task_rows
from visgenenv.adapters.lm.models import load_model
from visgenenv.adapters.lm.settings import LORA_TARGETS, RunSettings
from visgenenv.adapters.trl.chats import demo_dataset, trace_dataset
from visgenenv.adapters.trl.data import task_dataset
from visgenenv.adapters.trl.environment import environment_factory
from visgenenv.adapters.trl.policy import QwenVLPolicy
from visgenenv.adapters.trl.rewards import ltr_rewards
from visgenenv.adapters.trl.settings import GrpoSettings, SftSettings
from visgenenv.adapters.trl.sft import lengths, sft_trainer
from visgenenv.adapters.trl.trainer import VisGenGRPOTrainer
from visgenenv.errors import VisGenError
from visgenenv.rewards import score_all
from visgenenv.rollouts import rollout
from visgenenv.types import Task

FINAL = "final"

Tick = Callable[[int], None]


def run_grpo(settings: GrpoSettings, config: GRPOConfig, lora: ModelConfig, tick: Tick | None = None) -> dict[str, Any]:
    """Train with GRPO and return a summary; the model is saved to `OUT/final`.

    Args:
        settings: What is ours.
        config: What is TRL's; `output_dir` is the folder.
        lora: LoRA, if `use_peft` is set.
        tick: Called with the number of steps done, before the first one too.

    Raises:
        VisGenError: There is no such model, task or checkpoint.
    """
    start, view = perf_counter(), settings.view()
    checkpoint = _checkpoint(settings)
    model, processor = _model(settings, config, lora)
    limit = {"max_tokens" if config.use_vllm else "max_new_tokens": settings.max_turn_tokens}
    config.generation_kwargs = {**limit, **(config.generation_kwargs or {})}
    trainer = VisGenGRPOTrainer(
        model,
        ltr_rewards(settings.preset, parts=settings.parts),
        config,
        environment_factory=environment_factory(view, faults=settings.faults, max_turns=settings.max_turns),
        advantages=settings.advantages,
        folder=settings.out,
        heldout_greedy=settings.heldout_greedy,
        train_dataset=_tasks(settings, settings.suite, settings.limit),
        eval_dataset=_tasks(settings, settings.heldout_suite, settings.heldout_limit)
        if settings.heldout_limit
        else None,
        processing_class=processor,
        peft_config=_lora(lora),
    )
    _tell(trainer, tick)
    _begin(trainer.folder, checkpoint)
    if checkpoint is None and settings.heldout_limit:
        trainer.evaluate()
    trainer.train(resume_from_checkpoint=checkpoint)
    if settings.heldout_limit:
        trainer.evaluate()
    _save(trainer, processor, settings.out)
    return run_summary(settings.out, perf_counter() - start)


def run_sft(settings: SftSettings, config: SFTConfig, lora: ModelConfig, tick: Tick | None = None) -> dict[str, Any]:
    """Train on demonstrations, measure held-out tasks before and after, and return a summary.

    Raises:
        VisGenError: There is no such model, demonstration or checkpoint.
    """
    start, view = perf_counter(), settings.view()
    checkpoint = _checkpoint(settings)
    demos = Path(settings.demos)
    if demos.is_file():
        dataset = trace_dataset(demos, view)
        dataset = dataset.select(range(min(len(dataset), settings.limit or len(dataset))))
    else:
        dataset = demo_dataset(demos, view, limit=settings.limit)
    model, processor = _model(settings, config, lora)
    folder = Folder(settings.out)
    _begin(folder, checkpoint)
    trainer = sft_trainer(model, dataset, processor, config, view, peft_config=_lora(lora), callbacks=[_Rows(folder)])
    _tell(trainer, tick)
    dropped = _leave_out_long(trainer, settings.longest)
    policy = QwenVLPolicy(trainer.model, processor, view=view, max_turn_tokens=settings.max_turn_tokens)
    if checkpoint is None:
        _measure(policy, settings, folder, 0, config.seed)
    trainer.train(resume_from_checkpoint=checkpoint)
    _measure(policy, settings, folder, int(trainer.state.global_step), config.seed)
    _save(trainer, processor, settings.out)
    return {
        **run_summary(settings.out, perf_counter() - start),
        "demonstrations": len(dataset) - dropped,
        "left_out": dropped,
    }


def _model(settings: RunSettings, config: Any, lora: ModelConfig) -> tuple[Any, Any]:
    dtype = lora.dtype if lora.dtype not in (None, "auto") else "bfloat16" if config.bf16 else "float32"
    set_seed(config.seed)
    return load_model(settings.model, size=settings.tiny(), seed=config.seed, dtype=dtype)


def _lora(settings: ModelConfig) -> LoraConfig | None:
    """Return LoRA's configuration, with our default of where it goes."""
    if settings.use_peft and settings.lora_target_modules is None:
        settings.lora_target_modules = LORA_TARGETS
    return get_peft_config(settings)


def _tasks(settings: RunSettings, suite: str, limit: int) -> Dataset:
    try:
        return task_dataset(suite, settings.view(), limit=limit, **settings.choice())
    except ValueError as error:
        raise error if isinstance(error, VisGenError) else VisGenError(str(error)) from error


def _checkpoint(settings: RunSettings) -> str | None:
    if not settings.resume:
        return None
    found = get_last_checkpoint(settings.out) if Path(settings.out).is_dir() else None
    if found is None:
        raise VisGenError(f"{settings.out}: there is no checkpoint to go on from; leave out --resume")
    return str(found)


def _begin(folder: Folder | None, checkpoint: str | None) -> None:
    if folder is not None:
        folder.begin(int(checkpoint.rpartition("-")[2]) if checkpoint else 0)


def _tell(trainer: Any, tick: Tick | None) -> None:
    """Tell of progress in our way instead of printing every log."""
    for callback in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(callback)
    if tick is not None:
        trainer.add_callback(_Ticks(tick))


def _save(trainer: Any, processor: Any, out: str) -> None:
    trainer.save_model(str(Path(out) / FINAL))
    if trainer.accelerator.is_main_process:
        processor.save_pretrained(str(Path(out) / FINAL))


def _leave_out_long(trainer: Any, longest: int) -> int:
    """Take conversations of more than so many tokens out of a trainer's data; return how many those were."""
    found = lengths(trainer.train_dataset, trainer.data_collator)
    kept = [place for place, length in enumerate(found) if length <= longest]
    if not kept:
        raise VisGenError(
            f"every demonstration has more than {longest} tokens, the shortest {min(found)}; raise --longest"
        )
    trainer.train_dataset = trainer.train_dataset.select(kept)
    return len(found) - len(kept)


def _measure(policy: QwenVLPolicy, settings: SftSettings, folder: Folder, step: int, seed: int) -> None:
    """Play the held-out tasks and write a row and traces of them."""
    if not settings.heldout_limit:
        return
    rows = task_rows(settings.heldout_suite, limit=settings.heldout_limit, **settings.choice())
    records = rollout(
        policy,
        [msgspec.json.decode(row["task"], type=Task) for row in rows],
        seed=seed,
        faults=settings.faults,
        max_turns=settings.max_turns,
        progress=False,
    )
    scored = score_all(records, settings.preset)
    notes = {"policy": "sft", "policy_settings": policy.settings, "phase": "heldout"}
    folder.add_traces(records, [one.reward for one in scored], step, name=HELDOUT, **notes)
    folder.add_row({"step": step, **reward_row(scored, "heldout_")})


class _Rows(TrainerCallback):
    """Writes what a trainer logs to `metrics.jsonl`."""

    def __init__(self, folder: Folder):
        self.folder = folder

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Write a row, unless it is the summary of the whole training."""
        if state.is_world_process_zero and logs and "loss" in logs:
            self.folder.add_row({"step": int(state.global_step), **logs})


class _Ticks(TrainerCallback):
    """Tells how many steps are done."""

    def __init__(self, tick: Tick):
        self.tick = tick

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Tell where a run that goes on begins."""
        self.tick(int(state.global_step))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Tell it."""
        self.tick(int(state.global_step))
