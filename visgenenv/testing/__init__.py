"""Conformance checks that ship: run them on a tool or a media database of your own before an environment gets it."""

from visgenenv.testing.media import check_media
from visgenenv.testing.stand_ins import stand_in, stocked
from visgenenv.testing.tools import check_tool

__all__ = ["check_media", "check_tool", "stand_in", "stocked"]
