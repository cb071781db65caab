"""`VisGenGRPOTrainer`: TRL's GRPO with the episode in the loop, played turn by turn exactly as in `VisGen-v0`."""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import gather_object
from transformers import ProcessorMixin

from visgenenv.adapters.folder import HELDOUT, TRACES, Folder, reward_row
from visgenenv.adapters.lm.advantages import Advantages, flat_rows, load_recipe
from visgenenv.adapters.lm.data import draw_seed
from visgenenv.adapters.lm.episodes import EpisodeEnvironment
from visgenenv.adapters.lm.models import load_model
from visgenenv.adapters.lm.turns import Writer, flat_text, vision_ids
from visgenenv.adapters.trl.environment import environment_factory
from visgenenv.adapters.trl.rewards import RewardFunction, ltr_rewards
from visgenenv.adapters.trl.rounds import EpisodeLoop
from visgenenv.rewards import RewardRecord

_TRAINING, _MEASURING = 0, 1


class VisGenGRPOTrainer(EpisodeLoop):
    """`trl.GRPOTrainer` whose tool loop is the episode.

    What differs from TRL's own loop: the environment reads every turn as the policy wrote it; a turn without a readable
    call or a valid answer goes on; an episode ends when the environment says so; what does not fit the token budget is
    recorded as truncated by "tokens"; every row has its own tools; the members of a group share a world, which is a new
    one at every step; rewards are kept in full precision. All else (loss, generation, vLLM, LoRA, checkpoints,
    logging) is TRL's.

    Args:
        model: As for `GRPOTrainer`; a name or path is loaded with `load_model`, "tiny" is built.
        reward_funcs: From `ltr_rewards`; default the total under the default preset. Others may stand beside them.
        args: A `GRPOConfig`.
        environment_factory: From `visgenenv.adapters.trl.environment_factory`; default one with default settings.
        advantages: A recipe, by name (`RECIPES`) or as `Advantages`; None: as `args` say.
        folder: Where `metrics.jsonl` and `traces.jsonl` are written; None: nowhere.
        heldout_greedy: Evaluate with the likeliest token instead of sampling.
        **kwargs: As for `GRPOTrainer` (`train_dataset`, `eval_dataset`, `processing_class`, `peft_config`, ...).
    """

    _tag_names = ["trl", "grpo", "visgenenv"]  # noqa: RUF012 - as TRL declares it

    def __init__(
        self,
        model: Any,
        reward_funcs: Any = None,
        args: Any = None,
        *,
        environment_factory: Callable[[], EpisodeEnvironment] | None = None,
        advantages: str | Advantages | None = None,
        folder: str | None = None,
        heldout_greedy: bool = True,
        **kwargs: Any,
    ):
        self.recipe = Advantages() if advantages is None else load_recipe(advantages)
        if advantages is not None and args is not None:
            args.scale_rewards = self.recipe.scale
        if isinstance(model, str):
            model, processor = load_model(model)
            kwargs.setdefault("processing_class", processor)
        _give_home(model, args)
        with _any_template(kwargs.get("processing_class")):
            super().__init__(
                model,
                reward_funcs=ltr_rewards() if reward_funcs is None else reward_funcs,
                args=args,
                environment_factory=environment_factory or _default_factory(),
                **kwargs,
            )
        if not isinstance(self.processing_class, ProcessorMixin) and self._shows_pictures():
            raise ValueError("this model reads text only: make its environment with View(images='none')")
        self.heldout_greedy = heldout_greedy
        self.folder = Folder(folder) if folder is not None and self.accelerator.is_main_process else None
        self._tokenizer.parse_response = types.MethodType(_plain_response, self._tokenizer)
        self._writer = Writer(self.processing_class, self.chat_template, self.chat_template_kwargs)
        self._flat = torch.zeros(0, dtype=torch.bool)
        self._since: dict[str, list[RewardRecord]] = {"train": [], "eval": []}
        self._never_write_vision_tokens()
        for one in (self.model, self.ref_model):
            if one is not None:
                one.register_forward_pre_hook(_without_empty_images, with_kwargs=True)

    def _shows_pictures(self) -> bool:
        return any(one._view.images != "none" for pool in self._environment_pool.values() for one in pool)

    def _never_write_vision_tokens(self) -> None:
        """Keep the policy from sampling tokens that stand for pixels; TRL alone keeps one of five from it."""
        if self.use_vllm or not isinstance(self.processing_class, ProcessorMixin):
            return
        ids = {*vision_ids(self._tokenizer), *(self.generation_config.suppress_tokens or ())}
        self.generation_config.suppress_tokens = self.generation_kwargs["suppress_tokens"] = sorted(ids)

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """Draw worlds and seeds for the batch, play it, and apply the recipe to its advantages."""
        out: dict[str, Any] = super()._generate_and_score_completions(self._seeded(inputs))
        start = self.accelerator.process_index * len(inputs)
        flat = self._flat[start : start + len(inputs)].to(out["advantages"].device)
        out["advantages"] = out["advantages"].masked_fill(flat, 0.0).float()
        if self.recipe.drop_flat and not self._evaluating:
            mask = out["completion_mask"] * out["tool_mask"] * (~flat).unsqueeze(1)
            total = self.accelerator.gather(mask.sum()).sum()
            out["num_items_in_batch"] = total if total > 0 else out["num_items_in_batch"]
        return out

    def _seeded(self, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give each row a world, shared by its group, and a seed of its own. Held-out rows have the same ones always."""
        size = self.num_generations_eval if self._evaluating else self.num_generations
        phase = (_MEASURING,) if self._evaluating else (_TRAINING, self._for_step)
        rows = []
        for place, row in enumerate(inputs):
            member = (self.accelerator.process_index * len(inputs) + place) % size
            key = (int(self.args.seed), *phase, row["index"])
            world = row.get("world_seed")
            rows.append(
                {**row, "world_seed": draw_seed(*key) if world is None else world, "seed": draw_seed(*key, member + 1)}
            )
        return rows  # fmt: skip

    def _calculate_rewards(
        self, inputs: list[dict[str, Any]], prompts: list[Any], completions: list[Any], completion_ids_list: list[Any]
    ) -> Any:
        """Return TRL's rewards in full precision, and keep what they were paid for."""
        rewards = super()._calculate_rewards(inputs, prompts, completions, completion_ids_list)
        ours = {place: one for place, one in enumerate(self.reward_funcs) if isinstance(one, RewardFunction)}
        if rewards.device.type != "mps":
            rewards = rewards.double()
            for place, one in ours.items():
                exact = [float("nan") if value is None else value for value in one.exact]
                rewards[:, place] = self.accelerator.gather(rewards.new_tensor(exact))
        weighted = rewards * self.reward_weights.to(rewards)
        total = weighted.nansum(1).masked_fill(rewards.isnan().all(1), float("nan"))
        size = self.num_generations_eval if self._evaluating else self.num_generations
        self._flat = flat_rows(total, size, self.recipe.dead_zone)
        for one in list(ours.values())[:1]:
            self._keep(one)
        return rewards

    def _keep(self, function: RewardFunction) -> None:
        trajectories = gather_object(function.scored.trajectories)
        records = gather_object(function.scored.records)
        self._since["eval" if self._evaluating else "train"] += records
        if self.folder is not None:
            paid = [one.reward if one.status == "ok" else None for one in records]
            self.folder.add_traces(trajectories, paid, self._for_step, name=HELDOUT if self._evaluating else TRACES)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log as TRL does, and write the row of `metrics.jsonl`."""
        mode = "eval" if self._evaluating else "train"
        if self.log_completions:
            for name in ("prompt", "completion"):
                texts = [one if isinstance(one, str) else flat_text(one) for one in self._logs[name]]
                self._logs[name] = deque(texts, maxlen=self._logs[name].maxlen)
        super().log(logs, start_time)
        records, self._since[mode] = self._since[mode], []
        if self.folder is not None and records:
            row = reward_row(records, "heldout_" if mode == "eval" else "")
            numbers = {name: value for name, value in logs.items() if name not in row}
            self.folder.add_row({"step": int(self.state.global_step), **row, **numbers})


def _default_factory() -> Callable[[], EpisodeEnvironment]:
    return environment_factory()


def _give_home(model: Any, args: Any) -> None:
    """Save a model that was made in memory, if TRL will want to read it again as the reference of `beta`."""
    if args is not None and args.beta and hasattr(model, "save_pretrained") and not model.config._name_or_path:
        home = Path(args.output_dir) / "start"
        model.save_pretrained(home)
        model.config._name_or_path = str(home)


@contextmanager
def _any_template(processor: Any) -> Iterator[None]:
    """Let TRL take any chat template; it knows some by their text, to parse calls, which it need not do here."""
    tokenizer = getattr(processor, "tokenizer", processor)
    unknown = tokenizer is not None and getattr(tokenizer, "response_template", None) is None
    if unknown:
        tokenizer.response_template = {}
    try:
        yield
    finally:
        if unknown:
            tokenizer.response_template = None


def _plain_response(tokenizer: Any, response: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Take the place of `tokenizer.parse_response`: turns are read by the environment, not by TRL."""
    return {"role": "assistant", "content": tokenizer.decode(response)}


def _without_empty_images(module: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Leave images out of a micro-batch that has none; the vision tower fails on nothing."""
    pixels = kwargs.get("pixel_values")
    if pixels is not None and pixels.numel() == 0:
        kwargs = {name: value for name, value in kwargs.items() if name not in ("pixel_values", "image_grid_thw")}
    return args, kwargs
