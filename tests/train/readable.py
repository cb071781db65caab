"""The smallest thing a random model can learn in an episode: to write letters and spaces, whatever they say."""

from visgenenv.rewards import Preset
from visgenenv.tools import SimulatedBackend
from visgenenv.types import Score


def readable(trajectory):
    """Share of the characters of all turns that are letters a to z, of either case, or spaces."""
    text = "".join(step.text for step in trajectory.steps)
    good = sum((one.isalpha() and one.isascii()) or one == " " for one in text)
    return Score(good / max(1, len(text)), f"{good} of {len(text)} characters")


READABLE = Preset({"readable": 1.0})
"""Nothing else is paid, so that a run of seconds shows whether learning works at all."""


def raising(trajectory):
    raise LookupError("no such brand")


class Silent:
    """A judge that never gives a verdict."""

    def judge_plan(self, case):
        return None

    def judge_traj(self, case):
        return None


class Breaking:
    """A backend whose picture tool is broken for prompts that speak of a fox."""

    def __init__(self):
        self.real = SimulatedBackend()

    def submit(self, call):
        if "fox" in str(call.arguments):
            raise ZeroDivisionError("the drawing service divides by zero")
        return self.real.submit(call)
