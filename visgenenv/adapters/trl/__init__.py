"""TRL's trainers over VisGen episodes: GRPO with images in the loop, SFT on demonstrations.

Needs the extra `trl` and a torch of your choice: `pip install torch 'visgenenv[trl]'`.
"""

from visgenenv.adapters import require

require("trl", "torch", "transformers", "trl", "datasets", "accelerate", "peft")

from visgenenv.adapters.lm.advantages import RECIPES, Advantages  # noqa: E402
from visgenenv.adapters.lm.data import draw_seed, task_rows  # noqa: E402
from visgenenv.adapters.lm.episodes import EpisodeEnvironment  # noqa: E402
from visgenenv.adapters.lm.metrics import batch_metrics  # noqa: E402
from visgenenv.adapters.lm.models import load_model  # noqa: E402
from visgenenv.adapters.lm.view import View  # noqa: E402
from visgenenv.adapters.trl.chats import demo_dataset, trace_dataset  # noqa: E402
from visgenenv.adapters.trl.data import task_dataset, with_seeds  # noqa: E402
from visgenenv.adapters.trl.environment import TurnEnvironment, environment_factory  # noqa: E402
from visgenenv.adapters.trl.policy import QwenVLPolicy  # noqa: E402
from visgenenv.adapters.trl.rewards import RewardFunction, ltr_rewards  # noqa: E402
from visgenenv.adapters.trl.sft import ChatCollator, sft_trainer  # noqa: E402
from visgenenv.adapters.trl.stock import ToolEnvironment, tool_environment_factory  # noqa: E402
from visgenenv.adapters.trl.trainer import VisGenGRPOTrainer  # noqa: E402

__all__ = [
    "RECIPES",
    "Advantages",
    "ChatCollator",
    "EpisodeEnvironment",
    "QwenVLPolicy",
    "RewardFunction",
    "ToolEnvironment",
    "TurnEnvironment",
    "View",
    "VisGenGRPOTrainer",
    "batch_metrics",
    "demo_dataset",
    "draw_seed",
    "environment_factory",
    "load_model",
    "ltr_rewards",
    "sft_trainer",
    "task_dataset",
    "task_rows",
    "tool_environment_factory",
    "trace_dataset",
    "with_seeds",
]
