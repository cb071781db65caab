"""Running a plan on paper: what each step would make, what the later ones use up, and what is left to hand over."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from visgenenv.rewards.families import FAMILIES, INSPECTING, batch_of, family_of, in_pool
from visgenenv.rewards.plans import Plan, PlanStep
from visgenenv.types import Task

LONGEST_CLIP_S = 10.0
"""Kling makes clips of up to 10 s, Veo of up to 8."""
_KEEPERS = INSPECTING | {"todo", "llm", "search", "summary", "refine", "script", "shots", "polish", "script_merge"}
"""Families that use a picture or film without turning it into another."""


class Outcome(Struct, frozen=True):
    """What a plan comes to on paper.

    Attributes:
        least, most: How many files of the requested modality are left to hand over, at least and at most.
        clips: Most film clips (or stills) that go into what is handed over.
        met, owed: How many of the steps' needs are met, and how many there are.
        circular: Whether a step needs itself, directly or by way of others.
        executable: Per step, whether its tool is there.
    """

    least: int
    most: int
    clips: int
    met: int
    owed: int
    circular: bool
    executable: tuple[bool, ...]


def run(plan: Plan, task: Task, pool: tuple[str, ...]) -> Outcome:
    """Execute a plan symbolically with the tools on offer."""
    steps = plan.steps
    executable = tuple(bool(step.tools) and all(in_pool(tool, pool) for tool in step.tools) for step in steps)
    met, owed = _obligations(steps, executable, task)
    least, most = _left(steps, executable, task)
    return Outcome(least, most, _clips(steps, executable), met, owed, circular(steps), executable)


def gives(step: PlanStep) -> str:
    """Return the kind of what a step makes, or nothing."""
    family = FAMILIES.get(family_of(step.tool))
    return family.gives if family else ""


def circular(steps: Sequence[PlanStep]) -> bool:
    """Whether the written dependencies run in a circle."""
    reached: set[int] = set()
    open_deps = {number: {dep for dep in step.deps if 0 < dep <= len(steps)} for number, step in enumerate(steps, 1)}
    while True:
        free = [number for number, deps in open_deps.items() if deps <= reached]
        if not free:
            return bool(open_deps)
        reached.update(free)
        for number in free:
            del open_deps[number]


def _obligations(steps: Sequence[PlanStep], executable: Sequence[bool], task: Task) -> tuple[int, int]:
    """Count needs: every written dependency must point back, every kind a step takes must be there before it."""
    there: set[str] = {upload.kind for upload in task.uploads}
    met = owed = 0
    for number, (step, can) in enumerate(zip(steps, executable, strict=True), 1):
        for dep in step.deps:
            owed += 1
            met += 0 < dep < number
        family = FAMILIES.get(family_of(step.tool))
        for kinds in family.takes if family else ():
            owed += 1
            met += any(kind in there for kind in kinds)
        if can and gives(step):
            there.add(gives(step))
            there |= {"audio"} if gives(step) == "video" else set()
    return met, owed


def _left(steps: Sequence[PlanStep], executable: Sequence[bool], task: Task) -> tuple[int, int]:
    """Return how many files of the requested modality are left over, at least and at most."""
    marked = [number for number, step in enumerate(steps, 1) if step.deliver and gives(step) == task.modality]
    used = _used(steps)
    open_steps = [number for number, (step, can) in enumerate(zip(steps, executable, strict=True), 1)
                  if can and gives(step) == task.modality and number not in used]  # fmt: skip
    found = [number for number in open_steps if family_of(steps[number - 1].tool) == "inspire"]
    least = most = 0
    for number, (step, can) in enumerate(zip(steps, executable, strict=True), 1):
        if not can or gives(step) != task.modality or (marked and number not in marked):
            continue
        if number in used and not marked:
            # a picture from which others were drawn may be handed over with them
            most += step.n if task.modality == "image" and used[number] == {"image"} and step.n == 1 else 0
            continue
        if number in found and len(found) < len(open_steps):
            continue
        low, high = _outputs(step, alone=len(open_steps) - len(found) <= 1 or bool(marked))
        least += low
        most += high
    return least, most


def _outputs(step: PlanStep, alone: bool) -> tuple[int, int]:
    """Return how many files a step makes: as its words say, else one a call, or as many as one call can give."""
    most = step.n * max((batch_of(tool) for tool in step.tools), default=1)
    if step.n <= step.yields <= most:
        return step.yields, step.yields
    return step.n, most if alone else step.n


def _used(steps: Sequence[PlanStep]) -> dict[int, set[str]]:
    """Return the steps whose results later ones turn into something else, and into what kinds."""
    used: dict[int, set[str]] = {}
    for number, step in enumerate(steps, 1):
        if family_of(step.tool) in _KEEPERS:
            continue
        for dep in step.deps:
            if 0 < dep < number:
                used.setdefault(dep, set()).add(gives(step))
    return used


def _clips(steps: Sequence[PlanStep], executable: Sequence[bool]) -> int:
    """Return how many clips there are to be cut: those filmed, or else the stills that go straight into a cut."""
    filmed = [step for step, can in zip(steps, executable, strict=True)
              if can and family_of(step.tool) in ("text2video", "image2video", "inspire")]  # fmt: skip
    if any(can and family_of(step.tool) == "pipeline" for step, can in zip(steps, executable, strict=True)):
        return 1_000
    if filmed:
        return sum(step.n for step in filmed)
    joined = {dep for step in steps if family_of(step.tool) == "composite" for dep in step.deps}
    return sum(step.n * batch_of(step.tool) for number, step in enumerate(steps, 1)
               if number in joined and gives(step) == "image")  # fmt: skip
