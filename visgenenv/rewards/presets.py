"""Presets: how components are joined to one reward, and where each recipe comes from (specification 1.8)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from visgenenv.errors import did_you_mean

UNDELIVERED = 0.25
"""Factor of the gate V where nothing of the right kind was delivered: it keeps some gradient, and no temptation."""


class Preset(Struct, frozen=True):
    """How components are joined.

    Args:
        weights: Of the components in the mean; one that is not named is reported but does not count.
        modes: Passed as `mode` to the shipped components.
        source: Where the recipe stands.
        plan: What the plan does: "times" multiplies the mean, "plus" is averaged with it, "none": nothing.
        gates: Whether forgery makes the reward nothing and an empty delivery a quarter of it.
    """

    weights: dict[str, float]
    modes: dict[str, str] = {}
    source: str = ""
    plan: Literal["times", "plus", "none"] = "none"
    gates: bool = False

    def counts(self, name: str) -> bool:
        """Whether a component has a part in the reward."""
        return bool(self.weights.get(name)) or (name == "plan" and self.plan != "none")


def _ones(*names: str) -> dict[str, float]:
    return dict.fromkeys(names, 1.0)


_FINE = ("tool", "format", "result", "traj", "cons")
_STRICT = {"tool": "ladder", "result": "binary"}
_GRADED = {"tool": "graded", "format": "mixed", "result": "graded", "plan": "gated"}

_PAPER = Preset(
    _ones(*_FINE),
    modes=_STRICT,
    source="VisionCreator, eq. 7 and Table 4: PST + Plan x Fine; ladder and binary result as in VisionCreator-R1",
    plan="times",
)

PRESETS: dict[str, Preset] = {
    "hardened": Preset(
        _ones(*_FINE, "match"),
        modes=_GRADED,
        source="ours: eq. 7 with graded modes, the match of what was asked for, and the gates G and V",
        plan="times",
        gates=True,
    ),
    "paper": _PAPER,
    "RL1": Preset(_ones("result", "format"), source="VisionCreator, Table 4: PST + Result + Format"),
    "RL2": Preset(
        _ones("result", "format"), source="VisionCreator, Table 4: PST + Plan x (Result + Format)", plan="times"
    ),
    "RL4": _PAPER,
    "additive": Preset(
        _ones(*_FINE),
        modes=_STRICT,
        source="VisionCreator, appendix, where plan and fine-grained reward are added; an ablation of eq. 7",
        plan="plus",
    ),
}
"""Every preset by name. `RL3` of the paper is `RL2` on another initial policy."""

DEFAULT = "hardened"


def load_preset(preset: str | Preset) -> Preset:
    """Return a preset by name, or as given."""
    if isinstance(preset, Preset):
        return preset
    if preset not in PRESETS:
        raise ValueError(f"unknown preset {preset!r}{did_you_mean(preset, PRESETS)}; known: {', '.join(PRESETS)}")
    return PRESETS[preset]
