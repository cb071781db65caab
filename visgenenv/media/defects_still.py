"""What can be wrong with a picture: each kind is a function from what was meant to what is shown."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.lexicon import COLOURS, SUBJECTS
from visgenenv.media.content import MOST_KINDS, MOST_OF_A_KIND, Figure, Flaw, Graph
from visgenenv.media.defects_seen import changed, ground, seen, standing_out

CLEAR = 0.025
"""What appears, is missing or differs must cover so large a share of the frame."""
GREY = frozenset({"black and white", "ink", "sketch", "vintage"})
"""Styles in which the colour of a figure is hard to tell."""
SMOOTH = frozenset({"studio", "sky", "night sky", "space", "desert", "snow", "stage", "underwater", "cafe"})
"""Scenes in which little has edges: without figures one cannot tell that they are out of focus."""
HAZE = frozenset({"fog", "night", "ink"})
"""Lights and styles in which edges are faint."""
_LARGE_LETTERS = 28
_ADDED = frozenset({"animal", "object", "food", "vehicle"})


class Case(Struct, frozen=True):
    """A picture that is to get a flaw: as it was meant, with eight draws of luck."""

    graph: Graph
    u: tuple[float, ...]

    def figure(self, n: int = 0) -> Figure | None:
        """Return one of the figures that are seen well, by luck; None if there is none."""
        clear = [figure for figure in self.graph.figures if seen(self.graph, figure.name) >= CLEAR]
        return clear[int(self.u[n] * len(clear))] if clear else None


Maker = Callable[[Case], Graph | None]


def added(graph: Graph, flaw: Flaw) -> Graph:
    """Return a picture that has one more flaw."""
    return replace(graph, flaws=(*graph.flaws, flaw))


def redrawn(graph: Graph, before: Figure, after: Figure) -> Graph:
    """Return a picture with another figure in the place of one."""
    figures = tuple(after if figure == before else figure for figure in graph.figures)
    return replace(graph, figures=figures)


def _missing_object(case: Case) -> Graph | None:
    figure = case.figure()
    if figure is None or len(case.graph.figures) < 2:
        return None
    left = tuple(one for one in case.graph.figures if one != figure)
    return added(replace(case.graph, figures=left), Flaw("missing_object", figure.name))


def _strangers(case: Case) -> list[str]:
    """Return subjects that nobody asked for, in an order of luck."""
    asked = {figure.name for figure in case.graph.figures} | set(case.graph.unrendered)
    names = [name for name, entry in SUBJECTS.items() if entry.category in _ADDED and name not in asked]
    first = int(case.u[1] * len(names))
    return [*names[first:], *names[:first]]


def _extra_object(case: Case) -> Graph | None:
    graph = case.graph
    if len(graph.figures) >= MOST_KINDS or sum(figure.count for figure in graph.figures) > 6:
        return None
    for name in _strangers(case)[:8]:
        full = replace(graph, figures=(*graph.figures, Figure(name, 1, "", graph.seed)))
        if seen(full, name) >= 0.75 * CLEAR:
            return added(full, Flaw("extra_object", name))
    return None


def _wrong_colour(case: Case) -> Graph | None:
    figure, graph = case.figure(), case.graph
    if figure is None or graph.style in GREY:
        return None
    after = other_colour(case, figure)
    if after is None:
        return None
    before = figure.colour or SUBJECTS[figure.name].natural
    return added(redrawn(graph, figure, after), Flaw("wrong_colour", figure.name, before, after.colour))


def other_colour(case: Case, figure: Figure) -> Figure | None:
    """Return a figure in a colour in which it looks clearly different and stands out."""
    names = [name for name in COLOURS if name not in (figure.colour, SUBJECTS[figure.name].natural)]
    first = int(case.u[2] * len(names))
    for colour in (*names[first:], *names[:first]):
        other = replace(figure, colour=colour)
        if changed(case.graph, figure, other) >= CLEAR and standing_out(case.graph, other) >= 0.3:
            return other
    return None


def _wrong_count(case: Case) -> Graph | None:
    figure, graph = case.figure(), case.graph
    if figure is None or SUBJECTS[figure.name].category == "sky" or seen(graph, figure.name) < CLEAR * figure.count:
        return None
    change = 1 + int(case.u[3] * max(1, figure.count // 3))
    fewer = figure.count > 1 and case.u[4] < 0.5
    count = figure.count + (-change if fewer else change)
    if count > MOST_OF_A_KIND:
        count = figure.count - change
    after = replace(figure, count=max(1, count))
    made = redrawn(graph, figure, after)
    if count > figure.count and seen(made, figure.name) < CLEAR * count * 0.6:
        return None
    return added(made, Flaw("wrong_count", figure.name, str(figure.count), str(after.count)))


def lookalike(case: Case, figure: Figure) -> Figure | None:
    """Return another subject of the same kind that looks clearly different and stands out."""
    category, shown = SUBJECTS[figure.name].category, {one.name for one in case.graph.figures}
    names = [name for name, entry in SUBJECTS.items() if entry.category == category and name not in shown]
    first = int(case.u[5] * len(names))
    for name in [*names[first:], *names[:first]]:
        other = replace(figure, name=name)
        made = redrawn(case.graph, figure, other)
        if changed(case.graph, figure, other) >= CLEAR and seen(made, name) >= CLEAR:
            return other
    return None


def _wrong_subject(case: Case) -> Graph | None:
    figure = case.figure()
    after = lookalike(case, figure) if figure else None
    if figure is None or after is None:
        return None
    return added(redrawn(case.graph, figure, after), Flaw("wrong_subject", figure.name, figure.name, after.name))


def _garbled_text(case: Case) -> Graph | None:
    words = case.graph.caption
    wrong = garbled(words, case.u)
    if wrong == words or len(words) > _LARGE_LETTERS:
        return None
    return added(replace(case.graph, caption=wrong), Flaw("garbled_text", "", words, wrong))


def garbled(words: str, u: tuple[float, ...]) -> str:
    """Return words as image models misspell them: letters change places, double, or become others."""
    letters = list(words)
    places = [index for index, letter in enumerate(letters) if letter.isalnum()]
    for number, index in enumerate(places):
        if (number + int(u[0] * 2)) % 2 == 0:
            pool = _HAN if ord(letters[index]) >= 0x2E80 else _SHAPES
            other = pool[(ord(letters[index]) * 7 + int(u[1] * 997) + 31 * number) % len(pool)]
            letters[index] = other if other != letters[index] else pool[(pool.index(other) + 1) % len(pool)]
    return "".join(letters)


_SHAPES = "QXRZBKWEHAÆßÐÞ8#4Ø&ÿ¥§"
_HAN = "赢鼎藤穗繁舞疆嚣羹髓爵蠢罐嚼霸瓣魔撼黎蠕鳞"


def _missing_text(case: Case) -> Graph | None:
    words = case.graph.caption
    if not words.strip():
        return None
    return added(replace(case.graph, caption=""), Flaw("missing_text", "", words, ""))


def _unsharp(kind: str) -> Maker:
    def make(case: Case) -> Graph | None:
        graph = case.graph
        if graph.footage:
            return added(graph, Flaw(kind, luck=1.0))
        hazy = graph.scene in SMOOTH or not HAZE.isdisjoint((*graph.lights, graph.style))
        plain = hazy and not any(seen(graph, figure.name) >= 3 * CLEAR for figure in graph.figures)
        if plain or graph.style in ("pixel art", "watercolour"):
            return None
        return added(graph, Flaw(kind, luck=float(hazy)))

    return make


def _noise(case: Case) -> Graph:
    return added(case.graph, Flaw("noise", luck=case.u[5]))


CASTS = {"green": (60, 230, 90), "magenta": (235, 40, 200), "blue": (30, 70, 255), "orange": (255, 140, 10)}


def _colour_cast(case: Case) -> Graph:
    behind = (128, 128, 128) if case.graph.footage else ground(case.graph)
    away = sorted(CASTS, key=lambda name: -sum(abs(one - two) for one, two in zip(CASTS[name], behind, strict=True)))
    return added(case.graph, Flaw("colour_cast", after=away[int(case.u[5] * 2)]))


def _cropped(case: Case) -> Graph | None:
    figure = case.figure()
    if figure is None or seen(case.graph, figure.name) < 1.5 * CLEAR * figure.count:
        return None
    return added(case.graph, Flaw("cropped", figure.name, luck=case.u[5]))


def _extra_limb(case: Case) -> Graph | None:
    figure = case.figure()
    crowded = sum(one.count for one in case.graph.figures) > 4
    if figure is None or crowded or SUBJECTS[figure.name].category not in ("animal", "person"):
        return None
    if seen(case.graph, figure.name) < 1.5 * CLEAR * figure.count or standing_out(case.graph, figure) < 0.6:
        return None
    return added(case.graph, Flaw("extra_limb", figure.name, luck=case.u[5]))


KINDS: dict[str, Maker] = {
    "missing_object": _missing_object,
    "extra_object": _extra_object,
    "wrong_colour": _wrong_colour,
    "wrong_count": _wrong_count,
    "wrong_subject": _wrong_subject,
    "garbled_text": _garbled_text,
    "missing_text": _missing_text,
    "blur": _unsharp("blur"),
    "low_resolution": _unsharp("low_resolution"),
    "noise": _noise,
    "colour_cast": _colour_cast,
    "cropped": _cropped,
    "extra_limb": _extra_limb,
}
"""By kind: returns the picture with such a flaw, or None where it does not fit or would hardly be seen."""
