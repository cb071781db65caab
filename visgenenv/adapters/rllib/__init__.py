"""The control view for Ray RLlib (new API stack): a masked module for PPO, and whole runs.

Needs the extra `rllib` and a torch: `pip install torch 'visgenenv[rllib]'`.
"""

from visgenenv.adapters import require

require("rllib", "torch", "ray")

from visgenenv.adapters.rllib.module import MaskedModule, RllibController  # noqa: E402
from visgenenv.adapters.rllib.ppo import control_config  # noqa: E402
from visgenenv.adapters.rllib.runs import PpoSettings, run_ppo  # noqa: E402

__all__ = ["MaskedModule", "PpoSettings", "RllibController", "control_config", "run_ppo"]
