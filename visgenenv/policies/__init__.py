"""Policies that ship: the scripted expert, a random floor, and any language model behind a server. They read conversations and nothing else."""

from visgenenv.policies.base import Policy
from visgenenv.policies.chat import ChatPolicy
from visgenenv.policies.expert import ExpertPolicy
from visgenenv.policies.random import RandomPolicy

__all__ = ["ChatPolicy", "ExpertPolicy", "Policy", "RandomPolicy"]
