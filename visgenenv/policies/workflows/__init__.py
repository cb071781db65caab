"""The expert's workflows: one generator a kind of work, chosen by the brief."""

from visgenenv.policies.brief import Brief
from visgenenv.policies.workflows.films import make_films
from visgenenv.policies.workflows.images import make_images
from visgenenv.policies.workflows.offer import Offer
from visgenenv.policies.workflows.recut import make_recut
from visgenenv.policies.workflows.shapes import COMPOSITE
from visgenenv.policies.workflows.turns import Call, Result, Step, Turn, Work
from visgenenv.types import Lang

__all__ = ["Call", "Offer", "Result", "Step", "Turn", "Work", "begin"]


def begin(brief: Brief, offer: Offer, lang: Lang) -> Work:
    """Choose the workflow for a brief and begin it."""
    if brief.modality == "image":
        return make_images(brief, offer, lang)
    return (make_recut if brief.footage and offer.has(COMPOSITE) else make_films)(brief, offer, lang)
