"""The nouns of a run: how it is played, a group to play, a rollout as tokens, a finished rollout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from visgenenv.adapters.lm.view import View
from visgenenv.rewards import OnFailure, RewardRecord, score_all
from visgenenv.rewards.judges import Judge
from visgenenv.rewards.ltr import Component
from visgenenv.rewards.presets import DEFAULT, Preset
from visgenenv.trajectory import Trajectory


class Play(Struct, frozen=True, kw_only=True):
    """How episodes are played and paid.

    Args:
        view: What the model is shown.
        max_turn_tokens: Longest turn.
        max_tokens: Everything after the request: turns, results, pictures.
        preset: Of the reward.
        components: Name -> `(trajectory) -> Score`; default the shipped ones.
        weights: On top of the preset's.
        judge: Who judges plan and execution; default the rules.
        on_failure: What happens to a group in which the judge gave no verdict; with "mask" it has no reward.
    """

    view: View = View()
    max_turn_tokens: int = 1024
    max_tokens: int = 8192
    preset: str | Preset = DEFAULT
    components: dict[str, Component] | None = None
    weights: dict[str, float] | None = None
    judge: Judge | None = None
    on_failure: OnFailure = "mask"

    def check(self) -> None:
        """Refuse an unknown preset, weights of no component, and rollouts without room for a turn."""
        self.score([], [])
        if not 0 < self.max_turn_tokens <= self.max_tokens:
            raise ValueError(
                f"max_turn_tokens={self.max_turn_tokens} is not between 1 and max_tokens={self.max_tokens}"
            )

    def score(self, records: Sequence[Trajectory], groups: Sequence[Any]) -> list[RewardRecord]:
        """Score records; those of a group share the fate of a judge's failure."""
        return score_all(
            records, self.preset, components=self.components, weights=self.weights, judge=self.judge,
            on_failure=self.on_failure, groups=groups,
        )  # fmt: skip


class Job(Struct, frozen=True, kw_only=True):
    """A group to play: a task as JSON text, the seed of its world, and one seed a member.

    `number` is its own in the whole run, by which nothing is counted twice; `step` the iteration it is for.
    """

    number: int
    task: str
    world_seed: int
    seeds: tuple[int, ...]
    step: int = 0
    phase: str = "train"
    greedy: bool = False


class Tokens(Struct, frozen=True):
    """A rollout as tokens, from the first of the prompt to the last.

    Args:
        ids: int32 of shape (n,).
        mask: bool of shape (n,): what the policy wrote, which carries loss.
        logprobs: float32 of shape (n,): as sampled; 0 where the mask is False.
        versions: int32 of shape (n,): of the weights each token was drawn with; -1 where the mask is False.
        pixels: Features of all pictures, float32 of shape (patches, width), or None.
        grid: int64 of shape (pictures, 3), or None.
    """

    ids: Any
    mask: Any
    logprobs: Any
    versions: Any
    pixels: Any = None
    grid: Any = None


class Played(Struct, frozen=True):
    """A finished rollout: whose, its record, its tokens, its reward (None: masked), and what broke it, if something did."""

    job: int
    member: int
    record: Trajectory
    tokens: Tokens
    score: RewardRecord | None = None
    error: str = ""

    @property
    def reward(self) -> float | None:
        """What is paid; None where there is no verdict, nothing applies, or the rollout broke."""
        return self.score.reward if self.score is not None and self.score.status == "ok" else None
