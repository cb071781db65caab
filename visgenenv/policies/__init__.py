"""Policies that ship: the scripted expert, a random floor, and any language model behind a server. They read conversations and nothing else."""

from visgenenv.policies.base import Policy
from visgenenv.policies.chat import ChatPolicy
from visgenenv.policies.expert import ExpertPolicy
from visgenenv.policies.expert_modes import MIXTURE, MODES, mode_of
from visgenenv.policies.random import RandomPolicy

__all__ = ["MIXTURE", "MODES", "ChatPolicy", "ExpertPolicy", "Policy", "RandomPolicy", "mode_of"]
