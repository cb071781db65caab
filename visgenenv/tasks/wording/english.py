"""What is wanted, in English: the phrase after "please make"."""

from __future__ import annotations

from collections.abc import Sequence

from visgenenv.lexicon import STYLES, phrase
from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Latent
from visgenenv.tasks.scenarios import SCENARIOS, Scenario
from visgenenv.tasks.wording.numbers import length_en, number_en, range_en


def what(latent: Latent, scenario: Scenario, shots: str, said: set[str], draws: Draws) -> str:
    """Name what is wanted, how many and about what; note in `said` what need not be said again."""
    low, high = latent.count
    single, several = scenario.noun_of(latent.dimension)[:2]
    style = ""
    if latent.style and "style" not in latent.same and draws.chance(0.3):
        style = f"{STYLES[latent.style].en[0]} "
        said.add("style")
    about = _about(latent, draws)
    if high == 1:
        length = ""
        if latent.duration and draws.chance(0.5):
            length = f"{length_en(latent.duration.seconds, draws)} "
            said.add("length")
        name = f"{length}{style}{single}"
        return f"{article(name)} {name}{about}{',' if shots and about else ''}{shots}"
    if low < high:
        return f"{range_en(low, high, draws)} {style}{several}{about}"
    lead = draws.pick(("a set of ", "a series of "))
    if latent.each > 1:
        return f"{lead}{style}{several}{about}"
    number = number_en(low, draws)
    if latent.modality == "video":
        return f"{number} {draws.pick(('separate', 'different'))} {style}{several}{about}"
    if latent.items and draws.chance(0.12):
        return f"{lead}{style}{several}{about}"
    return f"{lead if draws.chance(0.67) else ''}{number} {style}{several}{about}"


def article(name: str) -> str:
    """Return "a" or "an" for what follows.

    >>> article("18-second film"), article("one-minute film"), article("H5 page")
    ('an', 'a', 'a')
    """
    if name.startswith("one-"):
        return "a"
    vowel = name[0] in "aeiou" or (name[0] == "8" and not name[1:2].isspace()) or name.startswith(("11", "18"))
    return "an" if vowel else "a"


def _about(latent: Latent, draws: Draws) -> str:
    if latent.things:
        return f" showing {joined([phrase(thing, 'en') for thing in latent.things])}"
    film = latent.modality == "video"
    if latent.topic:
        about = SCENARIOS[latent.type].about
        explained = about in ("matter", "steps") or (film and about == "company")
        return f" {'about' if explained else 'for'} {latent.topic[0]}"
    if latent.hero:
        goods = SCENARIOS[latent.type].about == "goods"
        link = (" for " if goods else " about ") if film else draws.pick((" of ", " showing "))
        return f"{link}{latent.hero.words('en')}"
    return ""


def joined(items: Sequence[str]) -> str:
    """Join as in "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
