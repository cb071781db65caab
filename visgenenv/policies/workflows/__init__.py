"""The expert's workflows: one generator a kind of work, chosen by the brief, and the qualities it is done in."""

from collections.abc import Callable

from visgenenv.policies.brief import Brief
from visgenenv.policies.expert_modes import Mode
from visgenenv.policies.workflows.chance import Chance
from visgenenv.policies.workflows.failing import failing
from visgenenv.policies.workflows.job import Job, plainly
from visgenenv.policies.workflows.offer import Offer
from visgenenv.policies.workflows.recovering import recovering
from visgenenv.policies.workflows.reflective import reflectively
from visgenenv.policies.workflows.sloppy import sloppily
from visgenenv.policies.workflows.turns import Call, Result, Step, Turn, Work
from visgenenv.policies.workflows.verbose import verbosely
from visgenenv.types import Lang

__all__ = ["Call", "Offer", "Result", "Step", "Turn", "Work", "begin"]

_WAYS: dict[Mode, Callable[[Job], Work]] = {
    "optimal": plainly,
    "verbose": verbosely,
    "sloppy": sloppily,
    "recovering": recovering,
    "reflective": reflectively,
    "failing": failing,
}


def begin(brief: Brief, offer: Offer, lang: Lang, mode: Mode = "optimal", seed: int = 0) -> Work:
    """Choose the workflow for a brief and begin it, in a quality; `seed` decides what varies within that."""
    return _WAYS[mode](Job(brief, offer, lang, Chance(seed)))
