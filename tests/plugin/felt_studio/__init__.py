"""A felt workshop. `gym.make("felt_studio:FeltStudio-v0")` is an environment in which all six parts work together."""

import gymnasium

from felt_studio.backend import Workshop
from felt_studio.component import softness
from felt_studio.judge import Foreman
from felt_studio.media import swatches
from felt_studio.tasks import FeltTasks
from felt_studio.tool import toolbox
from visgenenv import LtrReward, VisGenEnv
from visgenenv.rewards import COMPONENTS

__all__ = ["FeltTasks", "Foreman", "Workshop", "felt_env", "softness", "swatches", "toolbox"]

COMPONENTS_HERE = {**COMPONENTS, "softness": softness}
WEIGHTS = {"softness": 0.5}


def felt_env(tasks=None, **keywords):
    """Return the environment with the parts of this package; keywords are those of `VisGenEnv`."""
    parts = {"toolbox": toolbox(), "backend": Workshop(), "faults": "none"}
    env = VisGenEnv(tasks or FeltTasks(), **(parts | keywords))
    return LtrReward(env, components=COMPONENTS_HERE, weights=WEIGHTS, judge=Foreman())


if "FeltStudio-v0" not in gymnasium.registry:
    gymnasium.register(id="FeltStudio-v0", entry_point="felt_studio:felt_env")
