"""What training costs with a tiny model: fine-tuning, then GRPO steps with real sampling and pictures in the loop.

Run: OMP_NUM_THREADS=1 .venv-train/bin/python benchmarks/training.py
"""

import resource
import tempfile
from time import perf_counter, process_time

import torch
from trl import GRPOConfig, SFTConfig

from visgenenv import ExpertPolicy, load_suite, rollout
from visgenenv.adapters.tiny import TinySize, build_tiny
from visgenenv.adapters.trl import (
    View,
    VisGenGRPOTrainer,
    environment_factory,
    sft_trainer,
    task_dataset,
    trace_dataset,
)
from visgenenv.adapters.trl.sft import lengths

VIEW = View(schemas="none", instructions="none", image_px=64)
QUIET = {"bf16": False, "use_cpu": True, "gradient_checkpointing": False, "report_to": "none", "save_strategy": "no",
         "logging_steps": 1, "disable_tqdm": True, "dataloader_pin_memory": False}  # fmt: skip


def main() -> None:
    easy = [
        one for one in load_suite("train")[:200] if one.difficulty == "easy" and one.lang == "en" and not one.uploads
    ]
    tasks = easy[:4]
    records = rollout(ExpertPolicy(), tasks, faults="none", progress=False)
    model, processor = build_tiny(TinySize(hidden=128, std=0.08))
    weights = sum(one.numel() for one in model.parameters())
    print(f"{torch.get_num_threads()} threads, {weights / 1e6:.2f} million parameters")
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(
            folder, max_steps=60, per_device_train_batch_size=4, learning_rate=5e-3, warmup_steps=5, **QUIET
        )
        trainer = sft_trainer(model, trace_dataset(records, VIEW), processor, config, VIEW)
        tokens = sum(lengths(trainer.train_dataset, trainer.data_collator))
        _, wall, cpu = timed(trainer.train)
        print(f"fine-tuning: {60 * tokens / cpu:,.0f} tokens per processor second, {wall:.0f} s in all")
        config = GRPOConfig(
            folder, max_steps=3, num_generations=4, per_device_train_batch_size=8, max_completion_length=4096,
            generation_kwargs={"max_new_tokens": 600}, **QUIET,
        )  # fmt: skip
        trainer = VisGenGRPOTrainer(
            model, None, config, environment_factory=environment_factory(VIEW, faults="none", max_turns=8),
            train_dataset=task_dataset(tasks, VIEW), processing_class=processor, folder=folder,
        )  # fmt: skip
        _, wall, cpu = timed(trainer.train)
        rows = [row for row in trainer.state.log_history if "reward" in row]
        means = {name: sum(row[name] for row in rows) / len(rows) for name in ("reward", "env/turns", "env/calls")}
        print(f"3 GRPO steps of 8 rollouts: {wall:.0f} s, {cpu:.0f} s of processor; means: {means}")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


def timed(work):
    wall, cpu = perf_counter(), process_time()
    return work(), perf_counter() - wall, process_time() - cpu


if __name__ == "__main__":
    main()
