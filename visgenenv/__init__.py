"""VisGenEnv: the environment in which visual-creation agents learn to work.

>>> import gymnasium as gym, visgenenv
>>> env = gym.make("VisGen-v0")
>>> observation, info = env.reset(seed=7, options={"task": "paper/elf-archer"})
>>> observation[:27]
'Generate 10 character illus'
"""

from importlib.metadata import version as _version

import gymnasium as _gymnasium

from visgenenv.bench import evaluate
from visgenenv.control import ControlView
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
    "ControlView",
    "ExpertPolicy",
    "LtrReward",
    "MediaDB",
    "RandomPolicy",
    "Task",
    "TaskGenerator",
    "Trajectory",
    "VisGenEnv",
    "VisGenVectorEnv",
    "evaluate",
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

if "VisGenControl-v0" not in _gymnasium.registry:
    _gymnasium.register(
        id="VisGenControl-v0",
        entry_point="visgenenv.control.env:ControlEnv",
        vector_entry_point="visgenenv.control.vector:ControlVectorEnv",
    )
