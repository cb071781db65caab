"""The paper in miniature: a tiny Qwen3-VL learns from demonstrations in two stages, then by GRPO in the simulator.

Every stage leaves a folder with the model it made, and a stage whose folder is complete is not run again: what was
killed goes on where it stood when the same command is given again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import msgspec
import orjson
from transformers import PrinterCallback, ProgressCallback, set_seed
from transformers.trainer_utils import get_last_checkpoint
from trl import GRPOConfig, SFTConfig

from visgenenv.adapters.tiny import build_tiny, load_tiny, save_tiny, train_tokenizer
from visgenenv.adapters.trl import (
    QwenVLPolicy,
    VisGenGRPOTrainer,
    environment_factory,
    ltr_rewards,
    sft_trainer,
    task_dataset,
)
from visgenenv.errors import VisGenError
from visgenenv.experiments.miniature_examples import Examples
from visgenenv.experiments.miniature_measures import measure_policy
from visgenenv.experiments.miniature_settings import DONE, STAGES, Miniature, Sft

Say = Callable[[str], None]


class Stages:
    """The stages of one run.

    Args:
        plan: How large everything is.
        out: Folder of the run.
        say: Told what is being done.
        device: "cpu" or "cuda".
    """

    def __init__(self, plan: Miniature, out: str | Path, say: Say = print, device: str = "cpu"):
        self.plan, self.out, self.say, self.device = plan, Path(out), say, device
        self._examples = Examples(plan)

    def run(self, seed: int, one_stage: bool = False) -> dict[str, Any]:
        """Run every stage of a seed that is not there yet; return what was measured, by stage.

        Args:
            seed: Of the weights, the order of examples, worlds and sampling.
            one_stage: Train once more on the same examples in a single mixture, and measure that.

        Raises:
            VisGenError: The folder holds a run of another size.
        """
        self._claim()
        base, home = self.begin(seed), self.out / f"seed-{seed}"
        model = base
        for number, stage in enumerate(self.plan.pst, 1):
            model = self.sft(home / f"pst-{number}", [stage], model, seed)
        found = {"pst": self.measured(home / STAGES["pst"], model)}
        if one_stage:
            alone = self.sft(home / "one-stage", list(self.plan.pst), base, seed)
            found["one_stage"] = self.measured(home / STAGES["one_stage"], alone)
        found["grpo"] = self.measured(home / STAGES["grpo"], self.grpo(home / "grpo", model, seed))
        return found

    def _claim(self) -> None:
        """Write down the plan of a new folder; refuse a folder that was begun by another."""
        file, mine = self.out / "plan.json", msgspec.json.encode(self.plan)
        if file.exists() and file.read_bytes() != mine:
            raise VisGenError(f"{self.out} holds a run of another size or plan; choose another folder")
        self.out.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_bytes(mine)

    def begin(self, seed: int) -> Path:
        """Return the folder of a random model, made if it is missing."""
        folder = self.out / f"seed-{seed}" / "begin"
        if not _done(folder):
            size = self.plan.size
            tokenizer = train_tokenizer(list(self._examples.texts()), size.vocab_size)
            model, processor = build_tiny(size, seed, tokenizer)
            _finish(folder, model, processor, process_time(), {})
        return folder

    def sft(self, folder: Path, stages: Sequence[Sft], start: Path, seed: int) -> Path:
        """Train a model on the mixture of stages (of several: shuffled into one); return its folder."""
        if _done(folder):
            return folder
        begun = process_time()
        model, processor = load_tiny(start)
        args = self._sft_args(folder, stages, seed)
        set_seed(seed)
        examples = self._examples.dataset(stages, seed)
        trainer = sft_trainer(model.to(self.device), examples, processor, args, self.plan.view)
        self._train(trainer, folder)
        _finish(folder, trainer.model, processor, begun, {"loss": _losses(trainer)})
        return folder

    def grpo(self, folder: Path, start: Path, seed: int) -> Path:
        """Train a model by GRPO; return its folder."""
        if _done(folder):
            return folder
        begun = process_time()
        plan, how = self.plan, self.plan.grpo
        model, processor = load_tiny(start)
        args = self._grpo_args(folder, seed)
        tasks = plan.tasks("train", how.tasks, start=plan.demos)
        set_seed(seed)
        trainer = VisGenGRPOTrainer(
            model.to(self.device), ltr_rewards(how.preset), args,
            environment_factory=environment_factory(plan.view, faults="none", max_turns=plan.max_turns),
            train_dataset=task_dataset(tasks, plan.view), processing_class=processor, advantages="batch",
            folder=str(folder),
        )  # fmt: skip
        self._train(trainer, folder)
        _finish(folder, trainer.model, processor, begun, {})
        return folder

    def measured(self, folder: Path, model: Path) -> dict[str, Any]:
        """Return what a model does on the held-out tasks: rewards, components, the benchmark's columns."""
        if not _done(folder):
            begun, plan = process_time(), self.plan
            self.say(f"measuring {model}")
            loaded, processor = load_tiny(model)
            policy = QwenVLPolicy(
                loaded.to(self.device), processor, view=plan.view, max_turn_tokens=plan.max_turn_tokens,
                temperature=plan.temperature, batch=64,
            )  # fmt: skip
            facts = measure_policy(policy, plan.tasks("dev", plan.heldout), plan.samples, folder, plan.max_turns)
            _write(folder, {**facts, "cpu_s": round(process_time() - begun, 1)})
        return dict(orjson.loads((folder / DONE).read_bytes()))

    def _sft_args(self, folder: Path, stages: Sequence[Sft], seed: int) -> SFTConfig:
        steps, first, last = sum(stage.steps for stage in stages), stages[0], stages[-1]
        return SFTConfig(
            output_dir=str(folder), max_steps=steps, per_device_train_batch_size=first.batch, learning_rate=last.rate,
            lr_scheduler_type="cosine_with_min_lr" if last.falls else "constant_with_warmup",
            lr_scheduler_kwargs={"min_lr_rate": 0.1} if last.falls else {},
            warmup_steps=min(30, steps // 4), train_sampling_strategy="sequential", adam_beta2=0.98, weight_decay=0.01,
            save_steps=_every(steps), seed=seed, **self._common(),
        )  # fmt: skip

    def _grpo_args(self, folder: Path, seed: int) -> GRPOConfig:
        plan, how = self.plan, self.plan.grpo
        rollouts = how.groups * how.members
        micro = min(how.micro, rollouts)
        return GRPOConfig(
            output_dir=str(folder), max_steps=how.steps, num_generations=how.members, per_device_train_batch_size=micro,
            gradient_accumulation_steps=rollouts // micro, learning_rate=how.rate,
            lr_scheduler_type="constant_with_warmup", warmup_steps=min(5, how.steps // 4),
            temperature=plan.temperature, beta=0.0,
            max_completion_length=plan.max_tokens, generation_kwargs={"max_new_tokens": plan.max_turn_tokens},
            save_steps=_every(how.steps), seed=seed, **self._common(),
        )  # fmt: skip

    def _common(self) -> dict[str, Any]:
        gpu = self.device != "cpu"
        return {
            "report_to": "none", "bf16": gpu, "use_cpu": not gpu, "gradient_checkpointing": False, "logging_steps": 1,
            "save_total_limit": 1, "disable_tqdm": True,
        }  # fmt: skip

    def _train(self, trainer: Any, folder: Path) -> None:
        for callback in (PrinterCallback, ProgressCallback):
            trainer.remove_callback(callback)
        checkpoint = get_last_checkpoint(str(folder)) if folder.is_dir() else None
        if isinstance(trainer, VisGenGRPOTrainer) and trainer.folder is not None:
            trainer.folder.begin(int(checkpoint.rpartition("-")[2]) if checkpoint else 0)
        self.say(f"training {folder}" + (f", from {Path(checkpoint).name}" if checkpoint else ""))
        trainer.train(resume_from_checkpoint=checkpoint)


def _every(steps: int) -> int:
    """Return after how many steps a checkpoint is written: four or five times a stage."""
    return max(1, -(-steps // 5))


def _losses(trainer: Any) -> list[list[float]]:
    rows = [(row["step"], row["loss"]) for row in trainer.state.log_history if "loss" in row]
    return [[step, round(loss, 4)] for step, loss in rows]


def _done(folder: Path) -> bool:
    return (folder / DONE).exists()


def _finish(folder: Path, model: Any, processor: Any, begun: float, facts: dict[str, Any]) -> None:
    save_tiny(model, processor, folder)
    _write(folder, {**facts, "cpu_s": round(process_time() - begun, 1)})


def _write(folder: Path, facts: dict[str, Any]) -> None:
    (folder / DONE).write_bytes(orjson.dumps(facts, option=orjson.OPT_SERIALIZE_NUMPY))
