"""GRPO with TRL: groups of rollouts of one task, whole episodes, the paper's reward, pictures in the loop.

    python examples/grpo.py                                        # a tiny random model, two steps, no GPU
    python examples/grpo.py Qwen/Qwen3-VL-2B-Instruct 200          # a real one, on a GPU

Needs `make train-setup`, or `pip install torch 'visgenenv[trl]'`. The tiny model shows that the loop closes, and learns
nothing. `visgenenv train grpo` has held-out tasks, checkpoints and LoRA; docs/training.md says what the settings mean.
"""

import sys
import tempfile

from trl import GRPOConfig

from visgenenv import score
from visgenenv.adapters.trl import View, VisGenGRPOTrainer, environment_factory, load_model, ltr_rewards, task_dataset
from visgenenv.trace import read_traces

name, steps = sys.argv[1] if len(sys.argv) > 1 else "tiny", int(sys.argv[2]) if len(sys.argv) > 2 else 2
tiny = name == "tiny"
view = View(schemas="compact", instructions="short", image_px=64) if tiny else View()
model, processor = load_model(name)

with tempfile.TemporaryDirectory() as folder:
    config = GRPOConfig(
        folder, max_steps=steps, num_generations=4, per_device_train_batch_size=4, learning_rate=1e-6, logging_steps=1,
        max_completion_length=4_096 if tiny else 16_384, generation_kwargs={"max_new_tokens": 24 if tiny else 1_024},
        bf16=not tiny, use_cpu=tiny, gradient_checkpointing=not tiny, report_to="none", save_strategy="no",
        disable_tqdm=True,
    )  # fmt: skip
    trainer = VisGenGRPOTrainer(
        model,
        ltr_rewards("hardened"),
        config,
        environment_factory=environment_factory(view, max_turns=3 if tiny else 20),
        train_dataset=task_dataset("train", view, limit=16, difficulty="easy"),
        processing_class=processor,
        advantages="unscaled",
        folder=folder,
    )
    trainer.train()
    for record in read_traces(f"{folder}/traces.jsonl"):  # every rollout is a trace: view it, replay it, score it again
        print(record.task.id, len(record.steps), "turns, reward", score(record).reward)
