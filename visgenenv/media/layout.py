"""Where the figures of a graph stand: rows on the ground, things of the air above, all within the frame."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.lexicon import SUBJECTS
from visgenenv.media.content import Figure, Graph, chance

AIRBORNE = frozenset({
    "bird", "butterfly", "bee", "parrot", "kite", "balloon", "airplane", "helicopter", "rocket", "ufo", "moon",
    "crescent moon", "sun", "star", "rainbow", "cloud",
})  # fmt: skip
"""Subjects that are placed above the ground and cast no shadow on it."""

_SCALE = {
    "animal": 0.46, "person": 0.56, "object": 0.36, "building": 0.58, "vehicle": 0.42, "plant": 0.42, "food": 0.3,
    "sky": 0.24,
}  # fmt: skip
_SIZES = {
    "elephant": 0.62, "giraffe": 0.74, "whale": 0.62, "dinosaur": 0.68, "dragon": 0.6, "horse": 0.56, "bear": 0.52,
    "mouse": 0.26, "bee": 0.2, "butterfly": 0.22, "bird": 0.24, "chick": 0.26, "castle": 0.72, "tree": 0.66,
    "pine tree": 0.68, "palm tree": 0.7, "tower": 0.78, "lipstick": 0.3, "smart speaker": 0.46, "curtain": 0.72,
    "sofa": 0.5, "rainbow": 0.5, "cloud": 0.3, "rocket": 0.42, "child": 0.48, "girl": 0.5, "boy": 0.5, "star": 0.18,
    "bow": 0.44, "bottle": 0.46, "perfume": 0.42, "piano": 0.4, "house": 0.6, "ship": 0.54, "train": 0.52, "bus": 0.5,
}  # fmt: skip
_BACK = frozenset({"building", "plant"})
_BACK_NAMES = frozenset({"curtain", "sofa", "projector"})
_CLOSENESS = {"close": 1.45, "medium": 1.0, "wide": 0.66}
GROUND = {"underwater": 0.86, "space": 0.84, "sky": 0.82, "night sky": 0.9, "ocean": 0.8, "studio": 0.86}
"""How far down the frame (share of its height) figures stand; 0.88 in every other scene."""


class Place(Struct, frozen=True):
    """One sprite to draw: centre and height as shares of the frame, and whether it is in the air, or half outside."""

    figure: Figure
    index: int
    x: float
    y: float
    height: float
    airborne: bool = False
    mirrored: bool = False
    cut_off: bool = False


def arrange(graph: Graph, aspect: float) -> tuple[Place, ...]:
    """Place every copy of every figure in a frame of the given width / height, back to front."""
    ground = [figure for figure in graph.figures if figure.name not in AIRBORNE]
    sky = [figure for figure in graph.figures if figure.name in AIRBORNE]
    back = [figure for figure in ground if _stands_behind(figure, graph)]
    front = [figure for figure in ground if figure not in back]
    if not front:
        back, front = [], back
    floor = GROUND.get(graph.scene, 0.88)
    places = _row(back, graph, aspect, floor - 0.13 * (len(front) > 0), 1.0)
    places += _sky(sky, graph, aspect, crowded=bool(ground))
    places += _rows(front, graph, aspect, floor)
    return tuple(_cut_off(places, graph))


def _cut_off(places: list[Place], graph: Graph) -> list[Place]:
    """Move a figure that is cropped by mistake half out of the frame, to the side it is nearer to."""
    names = {flaw.name for flaw in graph.flaws if flaw.kind == "cropped"}
    outer = max(
        (place for place in places if place.figure.name in names), key=lambda place: abs(place.x - 0.5), default=None
    )
    if outer is None:
        return places
    return [
        replace(place, x=0.01 if place.x < 0.5 else 0.99, cut_off=True) if place is outer else place for place in places
    ]


def _stands_behind(figure: Figure, graph: Graph) -> bool:
    return figure.name in _BACK_NAMES or (SUBJECTS[figure.name].category in _BACK and figure is not graph.figures[0])


def _rows(figures: list[Figure], graph: Graph, aspect: float, floor: float) -> list[Place]:
    """Put up to five sprites in one row, more in two or three, the hind ones smaller."""
    copies = [(figure, index) for figure in figures for index in range(figure.count)]
    n_rows = 1 if len(copies) <= max(2, round(3.2 * aspect)) else 2 if len(copies) <= 7 * max(1, aspect) else 3
    places: list[Place] = []
    for depth in reversed(range(n_rows)):  # the first figures stand in front
        chosen = copies[depth * len(copies) // n_rows : (depth + 1) * len(copies) // n_rows]
        places += _line(chosen, graph, aspect, floor - 0.15 * depth, 0.84**depth * (1.0 if n_rows == 1 else 0.8))
    return places


def _row(figures: list[Figure], graph: Graph, aspect: float, floor: float, scale: float) -> list[Place]:
    return _line(
        [(figure, i) for figure in figures for i in range(figure.count)], graph, aspect, floor, scale, wide=True
    )


def _line(
    copies: list[tuple[Figure, int]], graph: Graph, aspect: float, floor: float, scale: float, wide: bool = False
) -> list[Place]:
    if not copies:
        return []
    scale *= _CLOSENESS[graph.framing]
    unit = min(1.0, aspect)
    heights = [_SIZES.get(f.name, _SCALE[SUBJECTS[f.name].category]) * scale * unit for f, _ in copies]
    span = sum(heights) / aspect
    room = 0.96 if wide else 0.9
    shrink = min(1.0, room / span, 0.86 / max(heights))
    heights = [height * shrink for height in heights]
    gap = (room - sum(heights) / aspect) / (len(copies) + 1)
    x, places = (1 - room) / 2, []
    for (figure, index), height in zip(copies, heights, strict=True):
        u = chance(graph.pose or graph.seed, f"place {figure.name} {index} {len(copies)}")
        x += gap + height / aspect / 2
        centre = x + (u[0] - 0.5) * 0.5 * gap
        y = min(0.97, floor + (u[1] - 0.5) * 0.03) - height / 2
        side = chance(graph.pose or figure.identity, f"side {index}")[0]
        places.append(Place(figure, index, centre, y, height, mirrored=side < 0.5))
        x += height / aspect / 2
    return places


def _sky(figures: list[Figure], graph: Graph, aspect: float, crowded: bool) -> list[Place]:
    copies = [(figure, index) for figure in figures for index in range(figure.count)]
    places = []
    for number, (figure, index) in enumerate(copies):
        u = chance(graph.pose or graph.seed, f"air {figure.name} {index}")
        base = _SIZES.get(figure.name, _SCALE[SUBJECTS[figure.name].category]) * (1.0 if crowded else 1.3)
        height = min(base * min(1.0, aspect), 0.85 * aspect / len(copies))
        x = (number + 0.5) / len(copies) if len(copies) > 1 else (0.24 if u[0] < 0.5 else 0.76) if crowded else 0.5
        y = (0.2 if crowded else 0.42) + (u[1] - 0.5) * 0.12
        places.append(Place(figure, index, x, max(y, height / 2 + 0.02), height, True, u[2] < 0.5))
    return places
