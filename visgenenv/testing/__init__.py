"""Conformance checks that ship: run them on a tool of your own before you hand it to an environment."""

from visgenenv.testing.stand_ins import stand_in, stocked
from visgenenv.testing.tools import check_tool

__all__ = ["check_tool", "stand_in", "stocked"]
