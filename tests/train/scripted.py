"""A policy that says what it is told to, in the place of `model.generate`; everything else is the real trainer."""

import torch
from trl import GRPOConfig

from visgenenv import load_suite
from visgenenv.adapters.tiny import build_tiny
from visgenenv.adapters.trl import View, VisGenGRPOTrainer, environment_factory, task_dataset

torch.set_num_threads(1)

VIEW = View(schemas="compact", instructions="short", image_px=64)
THINK = "<think>\nlook at what is there\n</think>\n\n"


def call(name, arguments="{}"):
    return f'<tool_call>\n{{"name":"{name}","arguments":{arguments}}}\n</tool_call>'


def answer(urls="[]", status="success", summary="Here is what I made."):
    return f'{THINK}<answer>\n{{"task_status":"{status}","answer_url_list":{urls},"summary":"{summary}"}}\n</answer>'


def draw(prompt="a red fox"):
    return THINK + call("tool_text2image_gemini", f'{{"prompt":"{prompt}"}}')


def elf(n=1):
    """Tasks that draw pictures, with no upload."""
    return [load_suite("paper")[1]] * n


def config(folder, **changes):
    settings = {
        "output_dir": str(folder),
        "bf16": False,
        "gradient_checkpointing": False,
        "use_cpu": True,
        "report_to": "none",
        "save_strategy": "no",
        "max_completion_length": 12000,
        "num_generations": 2,
        "per_device_train_batch_size": 2,
        "max_steps": 1,
        "logging_steps": 1,
        "shuffle_dataset": False,
        "dataloader_pin_memory": False,
        "disable_tqdm": True,
        "learning_rate": 1e-3,
        "generation_kwargs": {"max_new_tokens": 2500},
    }
    return GRPOConfig(**{**settings, **changes})


def trainer(folder, scripts=None, *, tasks=None, args=None, view=VIEW, model=None, env=None, **options):
    """Return a trainer of a tiny model; with `scripts`, member i of the batch says `scripts[i]`, a turn after the other.

    A turn is text, or a function of the environment that returns text. A turn that ends with "…" is cut: no end token.
    """
    tiny, processor = build_tiny() if model is None else model
    made = VisGenGRPOTrainer(
        tiny,
        options.pop("reward_funcs", None),
        args or config(folder),
        environment_factory=environment_factory(view, **{"faults": "none", **(env or {})}),
        train_dataset=task_dataset(tasks or elf(), view),
        processing_class=processor,
        folder=str(folder),
        **options,
    )
    if scripts is not None:
        play_scripts(made, scripts)
    return made


def play_scripts(made, scripts):
    target = made.accelerator.unwrap_model(made.model)
    real = target.generate
    tokenizer = made._tokenizer

    def generate(**inputs):
        config = inputs["generation_config"]
        before = config.max_new_tokens
        config.max_new_tokens = 1
        real(**inputs)  # what the model is given must fit together, whatever it then says
        config.max_new_tokens = before
        rows = []
        for place, environment in enumerate(made.environments):
            if not environment._over:
                script = scripts[place % len(scripts)]
                turn = script[min(len(environment._env.episode.steps), len(script) - 1)]
                text = turn(environment) if callable(turn) else turn
                ids = tokenizer(text.removesuffix("…"))["input_ids"]
                ids = ids if text.endswith("…") else [*ids, tokenizer.eos_token_id]
                rows.append(torch.tensor(ids[:before]))
        new = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=tokenizer.pad_token_id)
        assert len(new) == len(inputs["input_ids"])
        return torch.cat([inputs["input_ids"], new], 1)

    target.generate = generate


def played(made, rows=None):
    """Play one batch and return TRL's tensors."""
    made.model.train()
    if rows is None:
        rows = [row for row in made.train_dataset for _ in range(made.num_generations)]
    return made._generate_and_score_completions(rows)
