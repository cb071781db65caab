"""From a latent request to the words a person would use for it, in English and Chinese."""

from __future__ import annotations

import numpy as np

from visgenenv.tasks.latent import Latent
from visgenenv.tasks.scenarios.catalogue import Scenario
from visgenenv.tasks.wording import chinese, english
from visgenenv.types import Lang

__all__ = ["write_query"]


def write_query(latent: Latent, scenario: Scenario, lang: Lang, rng: np.random.Generator) -> str:
    """Write the request in one language; the generator decides the phrasing, never the content."""
    write = english.write if lang == "en" else chinese.write
    return write(latent, scenario, rng)
