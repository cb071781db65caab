"""Conformance checks that ship: run the one that fits on a part of your own before you train with it."""

from visgenenv.testing.backends import BackendError, check_backend
from visgenenv.testing.components import ComponentError, check_component
from visgenenv.testing.judges import check_judge
from visgenenv.testing.media import check_media
from visgenenv.testing.stand_ins import stand_in, stocked
from visgenenv.testing.task_sets import check_task_set
from visgenenv.testing.tools import check_tool

__all__ = [
    "BackendError",
    "ComponentError",
    "check_backend",
    "check_component",
    "check_judge",
    "check_media",
    "check_task_set",
    "check_tool",
    "stand_in",
    "stocked",
]
