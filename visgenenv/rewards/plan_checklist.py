"""What an expert would look for in a plan of this kind: facet 5, by the demands of the task and the expert plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from visgenenv.rewards.families import INFORMING, family_of
from visgenenv.rewards.judges.base import Reference
from visgenenv.rewards.plan_run import Outcome, gives
from visgenenv.rewards.plans import Plan, PlanStep
from visgenenv.types import Group, Task

MOST_CALLS = 1.5
"""Times the reference length: more calls are needless complexity."""
DEMANDED = 2
"""Weight of a point that the task demands, against one for economy."""
_SOUNDS = {
    "bgm": ("music", "pipeline"),
    "tts": ("speech", "tts_composite", "pipeline"),
    "sfx": ("effect", "pipeline"),
}
_LOOK_AT_PICTURES = (
    "text2image",
    "text2video",
    "tool_text2image_seed",
    "tool_text2image_hunyuan",
    "tool_text2video_veo",
)
"""Tools that draw from words and, if given some, from reference pictures; a family's name stands for any of its tools."""
_PREPARING = "preparing"
"""Reading, searching, wording: together they count as one kind of work."""


def checklist(plan: Plan, task: Task, outcome: Outcome, references: Sequence[Reference]) -> tuple[float, str]:
    """Return the share of the points that a plan keeps, and those it misses."""
    points = [(name, kept, DEMANDED) for name, kept in _demands(plan, task, outcome)]
    points += [(name, kept, 1) for name, kept in _economy(plan, task, outcome, references)]
    missed = [name for name, kept, _ in points if not kept]
    said = f"misses: {', '.join(missed)}" if missed else f"keeps all {len(points)} points"
    return sum(weight for _, kept, weight in points if kept) / sum(weight for _, _, weight in points), said


def _demands(plan: Plan, task: Task, outcome: Outcome) -> Iterator[tuple[str, bool]]:
    """Yield what the task itself demands of a plan, and whether the plan provides for it."""
    can = [step for step, good in zip(plan.steps, outcome.executable, strict=True) if good]
    families = {family_of(step.tool) for step in can}
    for group in task.groups[:3]:
        if not group.user_ref:
            yield f"a reference for {group.name} first", _anchored(plan)
        yield f"{group.name} drawn from its reference", _referenced(plan, task, group)
    song = any(upload.kind == "audio" for upload in task.uploads) and "composite" in families
    for sound in task.audio:
        brought = song and sound == "bgm"  # the user's own song is laid under the film, none is composed
        kept = brought or bool(families & set(_SOUNDS[sound]))
        yield {"bgm": "music", "tts": "voice", "sfx": "sound effects"}[sound], kept
    if task.subtitle:
        yield "subtitles", bool(families & {"subtitle", "tts_composite", "pipeline"})
    films = max(1, task.count[0]) if task.modality == "video" else 1
    if task.modality == "video" and (outcome.clips > films or task.audio) and "pipeline" not in families:
        joined = {"composite"} if outcome.clips > films else {"composite", "tts_composite"}
        yield "the clips are cut together", bool(families & joined)


def _economy(plan: Plan, task: Task, outcome: Outcome, references: Sequence[Reference]) -> Iterator[tuple[str, bool]]:
    """Yield the points of minimal complexity, and whether the plan keeps them."""
    can = [step for step, good in zip(plan.steps, outcome.executable, strict=True) if good]
    if task.reference_length:
        length = plan.length
        yield f"at most {MOST_CALLS:g} times the calls needed", length <= max(MOST_CALLS * task.reference_length, task.reference_length + 2)  # fmt: skip
    usual = _kinds(step for reference in references for step in reference.plan.steps)
    if usual:
        strange = _kinds(plan.steps) - usual - _kinds(can_do(task))
        yield "no kinds of tools beside those the work needs", len(strange) <= 1
    yield "something is made", any(gives(step) for step in can)


def can_do(task: Task) -> Iterator[PlanStep]:
    """Yield steps whose kinds of tools a task itself calls for."""
    names = ["text2image"]
    if task.modality == "video":
        names += ["image2video", "text2video", "composite", "music"]  # a film may have music nobody spoke of
    names += ["image_edit"] if task.groups or task.uploads else []
    names += [{"bgm": "music", "tts": "speech", "sfx": "effect"}[sound] for sound in task.audio]
    names += ["subtitle"] if task.subtitle else []
    names += ["tts_composite"] if task.subtitle or "tts" in task.audio else []
    return (PlanStep("", (name,)) for name in names)


def _kinds(steps: Iterator[PlanStep] | Sequence[PlanStep]) -> set[str]:
    found = {family_of(tool) for step in steps for tool in step.tools} - {"llm"}
    return {_PREPARING if family in INFORMING else family for family in found}


def _anchored(plan: Plan) -> bool:
    """Whether a picture is made, or found, from which later steps draw."""
    sources = {dep for step in plan.steps if _draws(step) for dep in step.deps}
    return any(number in sources and family_of(step.tool) in ("text2image", "inspire", "image_edit")
               for number, step in enumerate(plan.steps, 1))  # fmt: skip


def _draws(step: PlanStep) -> bool:
    return family_of(step.tool) in ("image_edit", "image2video", "text2image", "text2video", "composite")


def _referenced(plan: Plan, task: Task, group: Group) -> bool:
    """Whether enough pictures or clips are made from a reference rather than from words alone."""
    anchors = {number for number, step in enumerate(plan.steps, 1)
               if family_of(step.tool) in ("text2image", "inspire", "image_edit")}  # fmt: skip
    members = 0
    for number, step in enumerate(plan.steps, 1):
        family = family_of(step.tool)
        drawn = any(dep in anchors and dep != number for dep in step.deps)
        if (
            (family == "image_edit" and (drawn or group.user_ref or task.uploads))
            or (step.tool in _LOOK_AT_PICTURES and drawn)
            or (family == "image2video" and _from_one(step, plan, group))
        ):
            members += step.n
    itself = 1 if task.modality == "image" else 0
    return members + itself >= group.n_required


def _from_one(step: PlanStep, plan: Plan, group: Group) -> bool:
    """Whether clips are animated straight from one reference picture."""
    if group.user_ref and not step.deps:
        return True
    return any(plan.steps[dep - 1].n == 1 and gives(plan.steps[dep - 1]) == "image"
               for dep in step.deps if 0 < dep <= len(plan.steps)) and step.n > 1  # fmt: skip
