"""What a plan is once it has been read: numbered steps with tools, multiplicities and dependencies."""

from __future__ import annotations

from msgspec import Struct

from visgenenv.rewards.families import INSPECTING, family_of

OWN_ACT = "llm"
"""Written for a tool where a step is something the model does itself: reading, wording, choosing."""


class PlanStep(Struct, frozen=True):
    """One step of a plan.

    Attributes:
        goal: What the step is for, in the plan's own words.
        tools: Every tool the step names: registered names as written (`tool_text2image_qwen`), the family where
            only the kind of tool is named (`text2image`), or `llm` for what the model does itself. An atomic step has one.
        n: Calls that the step stands for.
        deps: Numbers, from 1, of the steps whose results this one needs; written, or read off the flow of kinds.
        declared: Whether the plan itself wrote the dependencies.
        deliver: Whether the plan marks the result as what is handed over.
        yields: How many things its words say it makes; 0 if they do not say.
    """

    goal: str
    tools: tuple[str, ...] = ()
    n: int = 1
    deps: tuple[int, ...] = ()
    declared: bool = False
    deliver: bool = False
    yields: int = 0

    @property
    def tool(self) -> str:
        """The first tool named, or nothing."""
        return self.tools[0] if self.tools else ""


class Plan(Struct, frozen=True):
    """A plan as read: its steps in order, the text it was read from, and the form that text has."""

    steps: tuple[PlanStep, ...] = ()
    text: str = ""
    form: str = ""
    """"json", "numbered", "prose", or nothing if no step could be read."""

    @property
    def length(self) -> int:
        """Calls that the plan stands for, multiplicities expanded; looking at what was made is not counted."""
        return sum(step.n for step in self.steps if step.tool != OWN_ACT and family_of(step.tool) not in INSPECTING)
