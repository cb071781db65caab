"""The loop in which all rollouts of a batch are played side by side, a turn of each at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from trl import GRPOTrainer

from visgenenv.adapters.lm.turns import Rollout, Writer


class EpisodeLoop(GRPOTrainer):
    """`GRPOTrainer` with the episode in the place of its tool loop.

    Names of TRL 1.16 that this class relies on, besides public ones, are listed in `RELIED_ON`; a test keeps watch.
    """

    _writer: Writer
    heldout_greedy: bool

    def _generate(self, prompts: list[Any]) -> Any:
        """Give every row the tools of its own task, then generate."""
        mode = "heldout" if self._evaluating else "train"
        for environment in self.environments:
            environment._mark(policy="grpo", step=self._for_step, phase=mode)
        self._env_tools = {place: environment._schemas() for place, environment in enumerate(self.environments)}
        self._batch_environments = list(range(len(prompts)))
        with self._greedy(self._evaluating and self.heldout_greedy):
            return super()._generate(prompts)

    def _tool_call_loop(
        self,
        prompts: list[Any],
        prompt_ids: list[list[int]],
        completion_ids: list[list[int]],
        completions: list[Any],
        logprobs: list[list[float]] | None,
        images: list[Any] | None,
        multimodal_fields: dict[str, Any],
    ) -> tuple[Any, ...]:
        """Play every rollout to its end. Arguments and results are those of TRL's own method."""
        if images is not None:
            images[:] = [one or [] for one in images]
        rollouts = self._rollouts(prompt_ids, images, multimodal_fields)
        running, turns, scores = rollouts, completion_ids, logprobs
        for number in range(self.max_tool_calling_iterations + 1):
            running = self._play(running, turns, scores, last=number == self.max_tool_calling_iterations)
            if not running:
                break
            turns, scores = self._next_turns(running)
        results = [result for one in rollouts for step in one.environment._record().steps for result in step.results]
        return (
            [self._mask(one) for one in rollouts],
            [one.messages for one in rollouts],
            [one.ids for one in rollouts],
            [one.logprobs for one in rollouts] if logprobs is not None else None,
            len(results),
            sum(not result.ok for result in results),
            [one.pictures for one in rollouts],
        )

    def _rollouts(self, prompt_ids: list[list[int]], images: list[Any] | None, fields: dict[str, Any]) -> list[Rollout]:
        rollouts = []
        grids, pixels, used = fields.get("image_grid_thw"), fields.get("pixel_values"), 0
        for place, environment in enumerate(self.environments):
            shown = images[place] if images else []
            one = Rollout(environment, list(prompt_ids[place]), self._writer, self.eos_token_ids, shown)
            if shown and grids is not None and pixels is not None:
                grid = torch.as_tensor(grids[used : used + len(shown)])
                start = int(torch.as_tensor(grids[:used]).prod(-1).sum()) if used else 0
                one.features.append((pixels[start : start + int(grid.prod(-1).sum())], grid))
                used += len(shown)
            rollouts.append(one)
        return rollouts

    def _play(
        self, running: Sequence[Rollout], turns: Sequence[list[int]], scores: Sequence[Any] | None, last: bool
    ) -> list[Rollout]:
        """Let every environment act on its turn; return the rollouts that go on."""
        going = []
        for place, one in enumerate(running):
            room = self._room(one)
            logprobs = scores[place][:room] if scores is not None else None
            answer = one.play(turns[place][:room], logprobs, self._model_name, str(self._for_step))
            if one.environment._over:
                continue
            if last:
                one.environment._cut("iterations")
            elif not one.read(answer, self._room(one)):
                one.environment._cut("tokens")
            else:
                going.append(one)
        return going

    def _next_turns(self, running: Sequence[Rollout]) -> tuple[list[list[int]], Any]:
        """Generate the next turn of every running rollout."""
        parts = [pair for one in running for pair in one.features]
        fields = {}
        if parts:
            fields["pixel_values"] = torch.cat([pixels for pixels, _ in parts])
            fields["image_grid_thw"] = torch.cat([grid for _, grid in parts])
        pictures = [one.prompt_pictures + one.pictures or None for one in running]
        with self._at_most(max(self._room(one) for one in running)):
            turns, scores = self._generate_single_turn(
                [one.prompt_ids + one.ids for one in running],
                pictures if any(pictures) else None,
                fields,
                1,
                has_tool_images=bool(parts),
            )
        return turns, scores

    def _generate_single_turn(
        self, prompt_ids: Any, images: Any, multimodal_fields: Any, num_generations: int, has_tool_images: bool = False
    ) -> Any:
        """Generate; a group's prompts are sent one by one, since the links of a user's files differ between members."""
        return super()._generate_single_turn(prompt_ids, images, multimodal_fields, 1, has_tool_images=has_tool_images)

    def _room(self, one: Rollout) -> int:
        """Return how many more tokens a rollout may take."""
        if self.use_vllm and self.vllm_mode == "colocate":
            longest = self.vllm_generation.llm.llm_engine.model_config.max_model_len
        else:
            config = self.model.config
            longest = getattr(config, "text_config", config).max_position_embeddings
        return int(min(self.max_completion_length, longest - len(one.prompt_ids)) - len(one.ids))

    def _mask(self, one: Rollout) -> list[int]:
        """Return the loss mask; with `mask_truncated_completions`, none of a rollout that the token budget cut."""
        cut = one.environment._record().truncated_by == "tokens"
        return [0] * len(one.mask) if cut and self.mask_truncated_completions else one.mask

    @contextmanager
    def _at_most(self, tokens: int) -> Iterator[None]:
        """Let no turn be generated beyond what any rollout has room for."""
        if self.use_vllm:
            yield
            return
        with _changed(self.generation_config, max_new_tokens=min(self.generation_config.max_new_tokens, tokens)):
            yield

    @contextmanager
    def _greedy(self, greedy: bool) -> Iterator[None]:
        if not greedy:
            yield
        elif self.use_vllm:
            with _changed(self.vllm_generation, temperature=0.0):
                yield
        else:
            with _changed(
                self.generation_config, do_sample=False, temperature=None, top_p=None, top_k=None, min_p=None
            ):
                yield

    @property
    def _evaluating(self) -> bool:
        return not self.model.training

    @property
    def _for_step(self) -> int:
        """The optimiser step that this batch is for; of an evaluation, the steps done so far."""
        return int(self.state.global_step) + (0 if self._evaluating else 1)

    @property
    def _model_name(self) -> str:
        return str(getattr(self.model.config, "_name_or_path", "") or type(self.model).__name__)


@contextmanager
def _changed(target: Any, **values: Any) -> Iterator[None]:
    before = {name: getattr(target, name) for name in values}
    for name, value in values.items():
        setattr(target, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(target, name, value)


RELIED_ON = {
    "_generate": ("prompts",),
    "_tool_call_loop": ("prompts", "prompt_ids", "completion_ids", "completions", "logprobs", "images", "multimodal_fields"),
    "_generate_single_turn": ("prompt_ids", "images", "multimodal_fields", "num_generations", "has_tool_images"),
    "_generate_and_score_completions": ("inputs",),
    "_calculate_rewards": ("inputs", "prompts", "completions", "completion_ids_list"),
    "log": ("logs", "start_time"),
}  # fmt: skip
"""Methods of TRL's trainer that are overridden or called, with their parameters."""
ATTRIBUTES = ("_env_tools", "_batch_environments", "_environment_pool", "_tokenizer", "_logs", "_metrics")
"""Attributes of TRL's trainer that are read or set, besides public ones."""
