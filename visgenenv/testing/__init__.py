"""Conformance checks that ship: run them on a tool, a component, a judge or a media database of your own first."""

from visgenenv.testing.components import ComponentError, check_component
from visgenenv.testing.judges import check_judge
from visgenenv.testing.media import check_media
from visgenenv.testing.stand_ins import stand_in, stocked
from visgenenv.testing.tools import check_tool

__all__ = ["ComponentError", "check_component", "check_judge", "check_media", "check_tool", "stand_in", "stocked"]
