"""Episodes as numbers: a `MultiDiscrete` action, a vector and a mask, over the same tools, faults and rewards."""

from visgenenv.control.env import ControlEnv
from visgenenv.control.expert import ControlExpert
from visgenenv.control.layout import Choice, Layout, layout_of, read_choice, write_choice
from visgenenv.control.policy import Controller, ControlPolicy, decode, encode
from visgenenv.control.vector import ControlVectorEnv
from visgenenv.control.view import ControlView

__all__ = [
    "Choice",
    "ControlEnv",
    "ControlExpert",
    "ControlPolicy",
    "ControlVectorEnv",
    "ControlView",
    "Controller",
    "Layout",
    "decode",
    "encode",
    "layout_of",
    "read_choice",
    "write_choice",
]
