"""What can be wrong with a clip beside what can be wrong with a picture: it shows from some time on, or for some time."""

from __future__ import annotations

from visgenenv.lexicon import SUBJECTS
from visgenenv.media.content import Flaw, Graph
from visgenenv.media.defects_seen import ground
from visgenenv.media.defects_still import GREY, Case, Maker, added, lookalike, other_colour


def _window(case: Case, least: float, most: float) -> tuple[float, float]:
    """Return from when to when something shows, shares of a clip: between `least` and `most` of it."""
    length = least + (most - least) * case.u[6]
    start = 0.18 + (0.86 - 0.18 - length) * case.u[7]
    return start, start + length


def _identity_drift(case: Case) -> Graph | None:
    figure = case.figure()
    after = lookalike(case, figure) if figure else None
    if figure is None or after is None:
        return None
    start = _window(case, 0.3, 0.5)[0]
    return added(case.graph, Flaw("identity_drift", figure.name, figure.name, after.name, start))


def _colour_drift(case: Case) -> Graph | None:
    figure = case.figure()
    after = other_colour(case, figure) if figure and case.graph.style not in GREY else None
    if figure is None or after is None:
        return None
    before = figure.colour or SUBJECTS[figure.name].natural
    return added(case.graph, Flaw("colour_drift", figure.name, before, after.colour, _window(case, 0.3, 0.5)[0]))


def _vanishing_object(case: Case) -> Graph | None:
    figure = case.figure()
    if figure is None:
        return None
    start, end = _window(case, 0.25, 0.4)
    return added(case.graph, Flaw("vanishing_object", figure.name, start=start, end=end))


def _flicker(case: Case) -> Graph:
    start, end = _window(case, 0.3, 0.55)
    dark = max(ground(case.graph)) < 110
    return added(case.graph, Flaw("flicker", start=start, end=end, luck=0.0 if dark else 1.0))


KINDS: dict[str, Maker] = {
    "identity_drift": _identity_drift,
    "colour_drift": _colour_drift,
    "vanishing_object": _vanishing_object,
    "flicker": _flicker,
}
"""By kind: returns the clip with such a flaw, or None where it does not fit or would hardly be seen."""
