"""The paper in miniature: a tiny Qwen3-VL learns from demonstrations in two stages, then by GRPO in the simulator.

Every stage leaves a folder with the model it made, and a stage whose folder is complete is not run again: what was
killed goes on where it stood when the same command is given again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import orjson
from datasets import Dataset
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
    trace_dataset,
)
from visgenenv.demos.chat import read_chat
from visgenenv.experiments.miniature_exercises import exercises
from visgenenv.experiments.miniature_measures import measure_policy
from visgenenv.experiments.miniature_settings import Miniature, Sft
from visgenenv.policies import ExpertPolicy
from visgenenv.rollouts import rollout
from visgenenv.tools import load_toolbox
from visgenenv.trajectory import Trajectory

DONE = "done.json"
Say = Callable[[str], None]
Row = dict[str, Any]


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
        self._records: list[Trajectory] = []

    def run(self, seed: int, one_stage: bool = False) -> dict[str, Any]:
        """Run every stage of a seed that is not there yet; return what was measured, by stage.

        Args:
            seed: Of the weights, the order of examples, worlds and sampling.
            one_stage: Train once more on the same examples in a single mixture, and measure that.
        """
        base, home = self.begin(seed), self.out / f"seed-{seed}"
        model, found = base, {}
        for number, stage in enumerate(self.plan.pst, 1):
            model = self.sft(home / f"pst-{number}", [stage], model, seed)
        found["pst"] = self.measured(home / "pst-measured", model)
        if one_stage:
            alone = self.sft(home / "one-stage", list(self.plan.pst), base, seed)
            found["one_stage"] = self.measured(home / "one-stage-measured", alone)
        trained = self.grpo(home / "grpo", model, seed)
        found["grpo"] = self.measured(home / "grpo-measured", trained)
        return found

    def begin(self, seed: int) -> Path:
        """Return the folder of a random model, made if it is missing."""
        folder = self.out / f"seed-{seed}" / "begin"
        if not _done(folder):
            texts = [*self._texts(), *(text for row in self._exercises(0, 400) for text in _said(row))]
            size = self.plan.size
            model, processor = build_tiny(size, seed, train_tokenizer(texts, size.vocab_size))
            _finish(folder, model, processor, process_time(), {})
        return folder

    def sft(self, folder: Path, stages: Sequence[Sft], start: Path, seed: int) -> Path:
        """Train a model on the mixture of stages (of several: shuffled into one); return its folder."""
        if _done(folder):
            return folder
        begun = process_time()
        rows = self._rows(stages, seed)
        steps, batch = sum(stage.steps for stage in stages), stages[0].batch
        model, processor = load_tiny(start)
        last = stages[-1]
        args = SFTConfig(
            output_dir=str(folder), max_steps=steps, per_device_train_batch_size=batch, learning_rate=last.rate,
            lr_scheduler_type="cosine_with_min_lr" if last.falls else "constant_with_warmup",
            lr_scheduler_kwargs={"min_lr_rate": 0.1} if last.falls else {},
            warmup_steps=min(30, steps // 4), train_sampling_strategy="sequential", adam_beta2=0.98, weight_decay=0.01,
            save_steps=_every(steps), seed=seed, **self._common(),
        )  # fmt: skip
        set_seed(seed)
        trainer = sft_trainer(model.to(self.device), Dataset.from_list(rows), processor, args, self.plan.view)
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
        rollouts = how.groups * how.members
        micro = min(how.micro, rollouts)
        args = GRPOConfig(
            output_dir=str(folder), max_steps=how.steps, num_generations=how.members, per_device_train_batch_size=micro,
            gradient_accumulation_steps=rollouts // micro, learning_rate=how.rate,
            lr_scheduler_type="constant_with_warmup", warmup_steps=min(5, how.steps // 4),
            temperature=plan.temperature, beta=0.0,
            max_completion_length=plan.max_tokens, generation_kwargs={"max_new_tokens": plan.max_turn_tokens},
            save_steps=_every(how.steps), seed=seed, **self._common(),
        )  # fmt: skip
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

    def _rows(self, stages: Sequence[Sft], seed: int) -> list[Row]:
        """Return the examples of stages in the order they are learnt from, batch by batch of one kind."""
        kinds = [kind for stage in stages for kind in _kinds(stage)]
        if len(stages) > 1:
            Random(seed).shuffle(kinds)
        batch = stages[0].batch
        general = iter(self._exercises(seed, kinds.count("general") * batch))
        wanted = kinds.count("demos") * batch
        shown = iter(self._demos(seed, wanted) if wanted else [])
        return [row for kind in kinds for row in islice(general if kind == "general" else shown, batch)]

    def _demos(self, seed: int, wanted: int) -> Iterator[Row]:
        rows = list(trace_dataset(self._played(), self.plan.view))
        Random(seed).shuffle(rows)
        return islice(cycle(rows), wanted)

    def _played(self) -> list[Trajectory]:
        """Return the expert's demonstrations, the same for every seed."""
        if not self._records:
            tasks = self.plan.tasks("train", self.plan.demos)
            self._records = rollout(ExpertPolicy(), tasks, faults="none", progress=False)
        return self._records

    def _exercises(self, seed: int, wanted: int) -> list[Row]:
        tasks = self.plan.tasks("train", min(self.plan.demos, 400))
        tools = sorted({name for task in tasks for name in task.tool_pool})
        words = sorted({word for task in tasks for word in task.query.split() if word.isalpha()})
        return list(islice(exercises(seed, tools, words), wanted))

    def _texts(self) -> Iterator[str]:
        box = load_toolbox()
        for record in self._played()[:200]:
            chat = read_chat(record, box)
            yield from chat.schemas
            yield from (message["content"] for message in chat.messages)


def _kinds(stage: Sft) -> list[str]:
    """Return what each step of a stage learns from, evenly spread.

    >>> _kinds(Sft(steps=5, batch=1, general=0.4))
    ['demos', 'demos', 'general', 'demos', 'general']
    """
    owed = [int((step + 1) * stage.general + 1e-9) - int(step * stage.general + 1e-9) for step in range(stage.steps)]
    return ["general" if one else "demos" for one in owed]


def _said(row: Row) -> list[str]:
    return [message["content"] for message in orjson.loads(row["messages_json"])]


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
