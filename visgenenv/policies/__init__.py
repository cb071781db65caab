"""Policies that ship: the scripted expert and a random floor. They read conversations and nothing else."""

from visgenenv.policies.base import Policy
from visgenenv.policies.expert import ExpertPolicy
from visgenenv.policies.random import RandomPolicy

__all__ = ["ExpertPolicy", "Policy", "RandomPolicy"]
