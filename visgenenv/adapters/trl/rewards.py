"""LtrReward as reward functions of TRL: the total, or the contributions that add up to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from visgenenv.adapters.lm.episodes import EpisodeEnvironment
from visgenenv.adapters.lm.metrics import batch_metrics
from visgenenv.adapters.trl.stock import ToolEnvironment
from visgenenv.rewards import COMPONENTS, OnFailure, RewardRecord, score_all
from visgenenv.rewards.judges import Judge
from visgenenv.rewards.ltr import Component
from visgenenv.rewards.presets import DEFAULT, Preset, load_preset
from visgenenv.trajectory import Trajectory


class Scored:
    """The records of the latest batch and their rewards, scored once however many functions ask.

    Args:
        preset: Name in `visgenenv.rewards.PRESETS`, or a `Preset`.
        components: Name -> `(trajectory) -> Score`; default the shipped ones.
        weights: On top of the preset's.
        judge: Who judges plan and execution; default the rules.
        on_failure: What happens to a group in which the judge gave no verdict; with "mask" it has no reward.
    """

    def __init__(
        self,
        preset: str | Preset,
        components: Mapping[str, Component] | None,
        weights: Mapping[str, float] | None,
        judge: Judge | None,
        on_failure: OnFailure,
    ):
        load_preset(preset)
        self.preset = preset
        self._options: dict[str, Any] = {
            "components": components,
            "weights": weights,
            "judge": judge,
            "on_failure": on_failure,
        }
        self.trajectories: list[Trajectory] = []
        self.records: list[RewardRecord] = []

    def read(self, environments: Sequence[EpisodeEnvironment], completions: Sequence[Any] = ()) -> bool:
        """Score what the environments hold; return whether it is something new."""
        found = [
            one._joined(completions[place]) if isinstance(one, ToolEnvironment) and completions else one._record()
            for place, one in enumerate(environments)
        ]
        if found == self.trajectories:
            return False
        groups = [one.settings.get("group", one.task.id) for one in found]
        self.records = score_all(found, self.preset, groups=groups, **self._options)
        self.trajectories = found
        return True

    def metrics(self) -> dict[str, float]:
        """Return what a trainer logs of the batch, under `env/`."""
        groups = [one.settings.get("group", one.task.id) for one in self.trajectories]
        return batch_metrics(self.trajectories, self.records, groups)


class RewardFunction:
    """A reward function of TRL over the environments of a batch.

    `exact` holds the latest values in full precision; TRL keeps rewards in 32 bits.

    Args:
        scored: Shared by the functions of one reward.
        component: Whose contribution is returned; None: the total.
    """

    def __init__(self, scored: Scored, component: str | None = None):
        self.scored = scored
        self.component = component
        self.__name__ = "ltr" if component is None else f"ltr_{component}"
        self.exact: list[float | None] = []

    def __call__(
        self,
        environments: Sequence[EpisodeEnvironment] = (),
        completions: Sequence[Any] = (),
        log_metric: Callable[[str, float], None] | None = None,
        **kwargs: Any,
    ) -> list[float | None]:
        """Return one reward for each environment; None where there is none (no verdict, or nothing applies).

        Raises:
            ValueError: The trainer has no environments.
        """
        if not environments:
            raise ValueError("there are no environments: pass environment_factory=environment_factory(...) too")
        if self.scored.read(environments, completions) and log_metric is not None:
            for name, value in self.scored.metrics().items():
                log_metric(name, value)
        self.exact = [self._value(record) for record in self.scored.records]
        return self.exact

    def _value(self, record: RewardRecord) -> float | None:
        if record.status != "ok":
            return None
        return record.reward if self.component is None else record.contributions[self.component]


def ltr_rewards(
    preset: str | Preset = DEFAULT,
    *,
    parts: bool = False,
    components: Mapping[str, Component] | None = None,
    weights: Mapping[str, float] | None = None,
    judge: Judge | None = None,
    on_failure: OnFailure = "fallback",
) -> list[RewardFunction]:
    """Return the reward functions for `GRPOTrainer(reward_funcs=...)`.

    Args:
        preset: Name in `visgenenv.rewards.PRESETS`, or a `Preset`.
        parts: One function for each component's contribution instead of one for the total. Contributions are gated
            shares that add up to the total, so a forged trace earns nothing by any of them, as it could by the bare
            components. Use them with `multi_objective_aggregation="normalize_then_sum"`.
        components: Name -> `(trajectory) -> Score`; default the shipped ones.
        weights: On top of the preset's.
        judge: Who judges plan and execution; default the rules.
        on_failure: "fallback" (the rules judge the whole group), "mask" (the group has no reward: None) or "raise".

    Example:
        >>> [function.__name__ for function in ltr_rewards("paper")]
        ['ltr']
        >>> len(ltr_rewards("paper", parts=True))
        5
    """
    scored = Scored(preset, components, weights, judge, on_failure)
    if not parts:
        return [RewardFunction(scored)]
    recipe = load_preset(preset)
    counted = {**recipe.weights, **(weights or {})}
    names = [name for name in (components or COMPONENTS) if counted.get(name)]
    return [RewardFunction(scored, name) for name in (["plan"] if recipe.plan == "plus" else []) + names]
