"""A policy trained on the control view, from the folder of its run."""

from __future__ import annotations

from pathlib import Path

from visgenenv.control import Controller, ControlPolicy, layout_of
from visgenenv.errors import VisGenError
from visgenenv.tools import load_toolbox


def load_trained(folder: str | Path) -> ControlPolicy:
    """Return the policy that a run has left in its folder: `checkpoint` of RLlib, or `model.zip` of Stable-Baselines3.

    Raises:
        VisGenError: There is none, or it was trained in another layout.
    """
    path = Path(folder)
    layout = layout_of(tuple(load_toolbox()))
    if (path / "checkpoint").is_dir():
        from visgenenv.adapters.rllib import RllibController

        controller: Controller = RllibController.load(path / "checkpoint")
        space = controller.module.observation_space  # type: ignore[attr-defined]
    elif (path / "model.zip").is_file():
        from sb3_contrib import MaskablePPO

        from visgenenv.adapters.sb3 import Sb3Controller

        model = MaskablePPO.load(path / "model.zip")
        controller, space = Sb3Controller(model), model.observation_space
    else:
        raise VisGenError(f"{folder}: neither checkpoint nor model.zip is in this folder")
    if space["observations"].shape != (len(layout.columns),):
        raise VisGenError(
            f"{folder}: this policy reads {space['observations'].shape[0]} numbers, the view now has "
            f"{len(layout.columns)}; it was trained with other tools or another version"
        )
    return ControlPolicy(controller, layout, settings={"policy": "ppo", "trained": str(folder)})
