"""Plans: one route, with or without its optional steps, in as many calls as chosen."""

from __future__ import annotations

from visgenenv.control.layout import Choice
from visgenenv.control.standing import Standing
from visgenenv.policies.workflows.images import bundles_of
from visgenenv.policies.workflows.recut import cutter
from visgenenv.policies.workflows.shapes import (
    BATCHES,
    COMPOSITE,
    EDIT_GEMINI,
    EFFECTS,
    GEMINI,
    KLING,
    SUBTITLE,
    SUNO,
    TTS,
    VEO,
    shape_arguments,
)
from visgenenv.policies.workflows.shooting import Shooting, composes
from visgenenv.policies.workflows.turns import Step
from visgenenv.policies.workflows.words import say


def amount(count: str, wanted: int) -> int:
    """Return how many a count means.

    >>> [amount(count, 5) for count in ("one", "half", "asked", "more", "double")]
    [1, 3, 5, 6, 10]
    """
    return {"one": 1, "half": -(-wanted // 2), "asked": wanted, "more": wanted + 1, "double": 2 * wanted}[count]


def plan_of(standing: Standing, choice: Choice) -> tuple[Step, ...]:
    """Write down the steps of a route. A tool that is not on offer is planned all the same."""
    commission, lang, route = standing.commission, standing.lang, choice.route
    offer, brief = commission.offer, commission.brief
    maker = drawer(standing, choice)
    editor = next(iter(offer.editors(commission.size("asked"))), EDIT_GEMINI)
    steps: list[Step] = []

    def add(goal: str, tool: str, n: int, *deps: int) -> int:
        steps.append(Step(say(f"goal_{goal}", lang), tool, n, tuple(dep for dep in deps if dep)))
        return len(steps)

    anchor = add("reference", maker, 1) if route in ("reference", "reference_film") else 0
    film = route not in ("pictures", "batch", "reference", "upload")
    shooting = commission.shooting(VEO if route in ("clips", "footage") else KLING) if commission.film else None
    heard = sounds(standing, choice.sound)
    voice = add("voice", TTS, len(shooting.spoken) if shooting and shooting.spoken else 1) if heard["voice"] else 0
    music = add("music", SUNO, 1) if heard["music"] else 0
    effects = add("effects", EFFECTS, 1) if heard["effects"] else 0
    n = amount(choice.count, len(shooting.shown) if shooting else brief.count)
    if route in ("pictures", "batch"):
        last = add("pictures", maker, draw_calls(standing, choice, maker))
    elif route in ("reference", "upload"):
        last = add("edits", editor, n, anchor)
    elif route == "clips":
        last = add("text_clips", VEO, n)
    elif route == "footage":
        last = 0
    else:
        frames = add("keyframes", maker if route == "keyframes" else editor, n, anchor)
        last = add("clips", KLING, n, frames)
    if film and _is_cut(choice, shooting):
        last = add(
            "cut" if route != "footage" else "trim",
            cutter(brief, offer) or COMPOSITE if route == "footage" else COMPOSITE,
            brief.count,
            last,
            voice,
            music,
            effects,
        )
    if heard["subtitles"]:
        last = add("titles", SUBTITLE, brief.count, last)
    final = steps[last - 1]
    steps[last - 1] = Step(final.goal, final.tool, final.n, final.deps, True)
    return tuple(steps)


def _is_cut(choice: Choice, shooting: Shooting | None) -> bool:
    if choice.route == "footage":
        return True
    if choice.cut == "asked":
        return shooting is None or shooting.cut
    return choice.cut == "always"


def sounds(standing: Standing, sound: str) -> dict[str, bool]:
    """Return which sounds (and subtitles) a word stands for in a plan; what nobody can make is not asked for.

    Music need not be made where the user has brought some.
    """
    brief, offer = standing.commission.brief, standing.commission.offer
    if sound == "asked":
        return {
            "voice": brief.voice and offer.has(TTS), "music": composes(brief, offer),
            "effects": brief.effects and offer.has(EFFECTS), "subtitles": brief.subtitle and offer.has(SUBTITLE),
        }  # fmt: skip
    return {name: sound == "all" or name == sound for name in ("voice", "music", "effects", "subtitles")}


def drawer(standing: Standing, choice: Choice) -> str:
    """Return the tool that a plan names for drawing: one that can draw the shape, in the fewest calls."""
    commission = standing.commission
    size = commission.size("asked")
    names = commission.offer.makers(size)
    fit = [name for name in names if shape_arguments(name, size)[1]] or names or [GEMINI]
    n = commission.brief.count if choice.route == "batch" else max(one for _, one in bundles(standing))
    return min(fit, key=lambda name: -(-n // BATCHES[name][1]) if n > 1 else 1)


def bundles(standing: Standing) -> list[tuple[str, int]]:
    """Return descriptions and how many pictures share each."""
    return [("", 1)] if standing.commission.film else bundles_of(standing.commission.brief)


def draw_calls(standing: Standing, choice: Choice, maker: str) -> int:
    """Return the calls that drawing takes with one tool."""
    brief, batch = standing.commission.brief, BATCHES[maker][1]
    n = amount(choice.count, brief.count)
    if choice.route == "batch":
        return -(-n // batch)
    listed = bundles(standing)
    if any(one > 1 for _, one in listed) and listed[0][0]:
        return amount(choice.count, sum(-(-one // batch) for _, one in listed))
    return n
