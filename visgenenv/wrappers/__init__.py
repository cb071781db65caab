"""Wrappers for single environments; those for vector environments are in `visgenenv.wrappers.vector`."""

from visgenenv.wrappers.ltr import LtrReward

__all__ = ["LtrReward"]
