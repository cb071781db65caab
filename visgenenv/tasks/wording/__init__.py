"""From a latent request to the words a person would use for it, in English and Chinese."""

from __future__ import annotations

from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Latent
from visgenenv.tasks.scenarios import Material
from visgenenv.tasks.wording.chinese import full_width
from visgenenv.tasks.wording.request import Writer
from visgenenv.tasks.wording.tables import phrasings
from visgenenv.types import Lang

__all__ = ["write_query"]


def write_query(latent: Latent, words: Material, lang: Lang, draws: Draws) -> str:
    """Write the request in one language, in one of the families of its part of the data."""
    family = draws.pick(phrasings(words.part).families)
    text = Writer(latent, words, lang, draws).write(family)
    return full_width(text) if lang == "zh" and draws.chance(0.6) else text
