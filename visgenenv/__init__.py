"""VisGenEnv: the environment in which visual-creation agents learn to work.

>>> import gymnasium as gym, visgenenv
>>> env = gym.make("VisGen-v0")
>>> observation, info = env.reset(seed=7, options={"task": "paper/elf-archer"})
>>> observation[:27]
'Generate 10 character illus'
"""

from importlib.metadata import version as _version

import gymnasium as _gymnasium

from visgenenv.env import VisGenEnv
from visgenenv.media import MediaDB
from visgenenv.policies import ChatPolicy, ExpertPolicy, RandomPolicy
from visgenenv.rewards import score
from visgenenv.rollouts import rollout
from visgenenv.tasks import TaskGenerator, load_suite
from visgenenv.tools import load_toolbox
from visgenenv.trajectory import Trajectory
from visgenenv.types import Task
from visgenenv.vector import VisGenVectorEnv
from visgenenv.wrappers import LtrReward

__version__ = _version("visgenenv")

__all__ = [
    "ChatPolicy",
    "ExpertPolicy",
    "LtrReward",
    "MediaDB",
    "RandomPolicy",
    "Task",
    "TaskGenerator",
    "Trajectory",
    "VisGenEnv",
    "VisGenVectorEnv",
    "load_suite",
    "load_toolbox",
    "rollout",
    "score",
]

if "VisGen-v0" not in _gymnasium.registry:
    _gymnasium.register(
        id="VisGen-v0",
        entry_point="visgenenv.env:VisGenEnv",
        vector_entry_point="visgenenv.vector:VisGenVectorEnv",
    )
