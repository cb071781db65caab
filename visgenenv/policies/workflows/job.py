"""A job: what is asked, what is on offer, and the conversation's luck; and the plain way to do it."""

from __future__ import annotations

from msgspec import Struct

from visgenenv.policies.brief import Brief
from visgenenv.policies.workflows.chance import Chance
from visgenenv.policies.workflows.films import make_films
from visgenenv.policies.workflows.images import make_images
from visgenenv.policies.workflows.offer import Offer
from visgenenv.policies.workflows.recut import cutter, make_recut
from visgenenv.policies.workflows.turns import Work
from visgenenv.types import Lang


class Job(Struct, frozen=True):
    """Everything that a way of working starts from."""

    brief: Brief
    offer: Offer
    lang: Lang
    chance: Chance


def plainly(job: Job) -> Work:
    """Do the job with the shortest plan that keeps what must be kept."""
    if job.brief.modality == "image":
        return make_images(job.brief, job.offer, job.lang)
    recut = job.brief.footage and cutter(job.brief, job.offer)
    return (make_recut if recut else make_films)(job.brief, job.offer, job.lang)
