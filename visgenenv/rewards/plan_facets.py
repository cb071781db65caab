"""The five facets of a plan, judged by rules (specification 1.5; VisionCreator, section 4.3.2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from visgenenv.rewards.judges.base import Reference
from visgenenv.rewards.plan_checklist import checklist
from visgenenv.rewards.plan_run import LONGEST_CLIP_S, Outcome, run
from visgenenv.rewards.plans import OWN_ACT, Plan, PlanStep
from visgenenv.types import Task

FEWEST_WORDS, MOST_WORDS = 2, 40
"""A goal says something, and one thing."""
MOST_OWN = 3
"""So many steps without a tool prepare the work; more put it off."""
COPIED = 0.8
"""A goal of which more than this share stands in the request is no goal but the request..."""
WHOLE = 0.4
"""... if it is at least this share of it; a shot's own line may be repeated in the step that films it."""
_GRAM = 5
_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*|[\u3400-\u9fff]", re.IGNORECASE)

Facet = tuple[float, str]
"""A value in [0, 1] and what it rests on."""


def plan_facets(plan: Plan, task: Task, pool: tuple[str, ...], references: Sequence[Reference]) -> dict[str, Facet]:
    """Return the five facets of a plan that has steps."""
    outcome = run(plan, task, pool)
    copied = [_copies(step.goal, task.query) for step in plan.steps]
    return {
        "requirement": requirement(outcome, task),
        "coherence": coherence(outcome, plan),
        "executability": executability(outcome, plan, copied),
        "atomicity": atomicity(plan, task, copied),
        "optimality": checklist(plan, task, outcome, references),
    }


def requirement(outcome: Outcome, task: Task) -> Facet:
    """1 if what is left to hand over is of the right kind, number, and can be long enough; else 0."""
    low, high = task.count
    said = f"{outcome.least} to {outcome.most}" if outcome.least < outcome.most else f"{outcome.least}"
    if outcome.most < low or outcome.least > high:
        return 0.0, f"leaves {said} {task.modality}s to hand over, asked for are {low if low == high else task.count}"
    if task.modality == "video":
        films = max(1, low)
        if task.shots and outcome.clips < task.shots * films:
            return 0.0, f"plans {outcome.clips} clips, asked for are {task.shots} shots"
        if task.duration:
            whole = task.duration.seconds * (films if task.duration.scope == "each" else 1)
            brought = any(upload.kind == "video" for upload in task.uploads)
            if outcome.clips * LONGEST_CLIP_S < 0.9 * whole and not brought:
                return 0.0, f"{outcome.clips} clips cannot fill {whole:g} s"
    return 1.0, f"leaves {said} {task.modality}s to hand over"


def coherence(outcome: Outcome, plan: Plan) -> Facet:
    """Share of the steps' needs that are met by what comes before them; 0 if they run in a circle."""
    if outcome.circular:
        return 0.0, "steps depend on one another in a circle"
    if not any(outcome.executable):
        return 0.0, "nothing in it can be carried out"
    if not outcome.owed:
        return 1.0, "no step needs another"
    return outcome.met / outcome.owed, f"{outcome.met} of {outcome.owed} needs are met by earlier steps"


def executability(outcome: Outcome, plan: Plan, copied: Sequence[bool]) -> Facet:
    """Share of the steps whose tool is on offer, or which the model can do itself."""
    good = [can and not copy for can, copy in zip(outcome.executable, copied, strict=True)]
    missing = [step.tool or "no tool" for step, can in zip(plan.steps, good, strict=True) if not can]
    said = f"not on offer: {', '.join(dict.fromkeys(missing))}"[:200] if missing else "every tool is on offer"
    return sum(good) / len(good), said


def atomicity(plan: Plan, task: Task, copied: Sequence[bool]) -> Facet:
    """Share of the steps that do one thing with one tool, less if there are far more calls than needed."""
    seen: set[str] = set()
    good = own = 0
    for step, copy in zip(plan.steps, copied, strict=True):
        goal = _normal(step.goal)
        own += step.tool == OWN_ACT
        good += _atomic(step) and not copy and goal not in seen and (step.tool != OWN_ACT or own <= MOST_OWN)
        seen.add(goal)
    length = plan.length + own
    spread = min(1.0, 2 * max(1, task.reference_length) / length) if task.reference_length else 1.0
    said = f"{good} of {len(plan.steps)} steps do one thing with one tool"
    if spread < 1:
        said += f"; {length} calls where {task.reference_length} do"
    return good / len(plan.steps) * spread, said


def _atomic(step: PlanStep) -> bool:
    return len(step.tools) == 1 and FEWEST_WORDS <= words(step.goal) <= MOST_WORDS


def words(text: str) -> float:
    """Return how many words a text has; two Chinese characters count as one."""
    found: list[str] = _WORD.findall(text)
    chinese = sum("\u3400" <= word <= "\u9fff" for word in found)
    return len(found) - chinese + chinese / 2


@lru_cache(maxsize=2048)
def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _copies(goal: str, query: str) -> bool:
    """Whether a goal is little else than the request itself."""
    said, asked = _normal(goal), _normal(query)
    if words(goal) < 6 or len(said) < WHOLE * min(len(asked), 400):
        return False
    grams = _grams(said)
    return len(grams & _grams(asked)) > COPIED * len(grams)


@lru_cache(maxsize=512)
def _grams(text: str) -> frozenset[str]:
    return frozenset(text[k : k + _GRAM] for k in range(max(1, len(text) - _GRAM + 1)))
