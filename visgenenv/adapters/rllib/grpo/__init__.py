"""GRPO of Qwen3-VL on Ray RLlib: runners, learners, engines and checkpoints from one laptop to a cluster.

Needs the extra `rllib` and a torch: `pip install torch 'visgenenv[rllib]'`.
"""

from visgenenv.adapters import require

require("rllib", "torch", "transformers", "ray")

from visgenenv.adapters.rllib.grpo.algorithm import GRPO, Iteration  # noqa: E402
from visgenenv.adapters.rllib.grpo.config import GRPOConfig  # noqa: E402
from visgenenv.adapters.rllib.grpo.engine import Engine, StaleWeights, TransformersEngine  # noqa: E402
from visgenenv.adapters.rllib.grpo.loss import Clip  # noqa: E402
from visgenenv.adapters.rllib.grpo.module import Lora, Model, VLMModule  # noqa: E402
from visgenenv.adapters.rllib.grpo.nouns import Job, Play, Played  # noqa: E402
from visgenenv.adapters.rllib.grpo.runner import GroupEnvRunner  # noqa: E402
from visgenenv.adapters.rllib.grpo.sampling import Reply, Request  # noqa: E402

__all__ = [
    "GRPO",
    "Clip",
    "Engine",
    "GRPOConfig",
    "GroupEnvRunner",
    "Iteration",
    "Job",
    "Lora",
    "Model",
    "Play",
    "Played",
    "Reply",
    "Request",
    "StaleWeights",
    "TransformersEngine",
    "VLMModule",
]
