"""A policy trained on the control view, from the folder of its run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from visgenenv.adapters import require
from visgenenv.control import Controller, ControlPolicy, layout_of
from visgenenv.errors import VisGenError
from visgenenv.tools import load_toolbox


class TrainedPolicy(ControlPolicy):
    """The policy of a run. It is sent to another process as the name of its folder, not as its weights."""

    def __reduce__(self) -> tuple[Any, ...]:
        return load_trained, (self.settings["trained"],)


def load_trained(folder: str | Path) -> TrainedPolicy:
    """Return the policy that a run has left in its folder: `checkpoint` of RLlib, or `model.zip` of Stable-Baselines3.

    Raises:
        VisGenError: There is none, it cannot be read, or it was trained in another layout.
        MissingExtra: What it was trained with is not installed.
    """
    path = Path(folder)
    layout = layout_of(tuple(load_toolbox()))
    controller, space = _controller(path)
    if space["observations"].shape != (len(layout.columns),):
        raise VisGenError(
            f"{folder}: this policy reads {space['observations'].shape[0]} numbers, the view now has "
            f"{len(layout.columns)}; it was trained with other tools or another version"
        )
    return TrainedPolicy(controller, layout, settings={"policy": "ppo", "trained": str(folder)})


def _controller(path: Path) -> tuple[Controller, Any]:
    """Return the controller in a folder, and the space of its observations."""
    if (path / "checkpoint").is_dir():
        from visgenenv.adapters.rllib import RllibController

        try:
            of_rllib = RllibController.load(path / "checkpoint")
        except (OSError, ValueError, KeyError) as error:
            raise VisGenError(f"{path / 'checkpoint'} cannot be read: {error}") from error
        return of_rllib, of_rllib.module.observation_space
    if (path / "model.zip").is_file():
        require("sb3", "torch", "stable_baselines3", "sb3_contrib")
        from sb3_contrib import MaskablePPO

        from visgenenv.adapters.sb3 import Sb3Controller

        try:
            model = MaskablePPO.load(path / "model.zip", device="cpu")
        except (OSError, ValueError, KeyError) as error:
            raise VisGenError(f"{path / 'model.zip'} cannot be read: {error}") from error
        return Sb3Controller(model), model.observation_space
    raise VisGenError(f"{path}: neither checkpoint nor model.zip is in this folder")
