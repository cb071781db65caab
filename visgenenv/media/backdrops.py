"""The backdrop of each scene, in its light: morning, sunset, night, rain, fog."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from visgenenv.lexicon import COLOURS
from visgenenv.media import indoors, outdoors
from visgenenv.media.canvas import Canvas
from visgenenv.media.graphs import Graph

LARGEST = 1440
"""Backdrops are painted with at most so many pixels on the longer side, and enlarged beyond."""

PAINTERS: dict[str, Callable[[Canvas], None]] = {
    "forest": outdoors.forest,
    "city": outdoors.city,
    "beach": outdoors.beach,
    "desert": outdoors.desert,
    "snow": outdoors.snow,
    "space": outdoors.space,
    "ocean": outdoors.ocean,
    "underwater": outdoors.underwater,
    "studio": indoors.studio,
    "living room": indoors.living_room,
    "garden": outdoors.garden,
    "meadow": outdoors.meadow,
    "mountain": outdoors.mountain,
    "kitchen": indoors.kitchen,
    "street": outdoors.street,
    "night sky": outdoors.night_sky,
    "cafe": indoors.cafe,
    "stage": indoors.stage,
    "sky": outdoors.sky,
    "office": indoors.office,
}

GRADES: dict[str, tuple[tuple[float, float, float], tuple[int, int, int], float]] = {
    "morning": ((1.05, 1.0, 0.9), (255, 226, 170), 0.10),
    "day": ((1.0, 1.0, 1.0), (255, 255, 240), 0.04),
    "sunset": ((1.05, 0.82, 0.68), (255, 150, 80), 0.20),
    "night": ((0.42, 0.48, 0.72), (30, 40, 90), 0.22),
    "rain": ((0.72, 0.78, 0.84), (130, 146, 160), 0.22),
    "snowfall": ((0.94, 0.97, 1.02), (226, 236, 250), 0.16),
    "fog": ((0.9, 0.93, 0.95), (222, 228, 232), 0.42),
}
"""Per light: factors for red, green and blue, and a colour laid over with a strength."""

_ALREADY_DARK = frozenset({"space", "night sky", "stage"})


def backdrop(graph: Graph, width: int, height: int) -> Image.Image:
    """Paint what stands behind the figures, at exactly this size."""
    scale = min(2.0, LARGEST / max(width, height))
    canvas = Canvas(max(2, round(width * scale)), max(2, round(height * scale)), graph.seed)
    PAINTERS[graph.scene](canvas)
    if graph.scene == "studio" and graph.tint:
        canvas.veil(COLOURS[graph.tint].rgb, 0.42)
    for light in graph.lights:
        _shine(canvas, light, graph.scene)
    image = canvas.image
    return image if scale == 1 else image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _shine(canvas: Canvas, light: str, scene: str) -> None:
    if light == "night" and scene in _ALREADY_DARK:
        return
    canvas.image.paste(graded(canvas.image, light), (0, 0))
    if light == "night":
        canvas.glow(0.8, 0.14, 0.3, (200, 214, 255), 0.5)
        if scene in ("living room", "kitchen", "cafe", "office"):
            canvas.glow(0.93, 0.42, 0.6, (255, 196, 110), 0.62)
            canvas.glow(0.5, 0.86, 0.7, (255, 190, 110), 0.22)
    elif light == "sunset":
        canvas.glow(0.24, 0.3, 0.9, (255, 170, 90), 0.5)
    elif light == "morning":
        canvas.glow(0.14, 0.12, 1.0, (255, 240, 196), 0.6)


def graded(image: Image.Image, light: str, strength: float = 1.0) -> Image.Image:
    """Tint a picture (RGB or RGBA) as a light does, fully or in part."""
    factors, veil, share = GRADES[light]
    bands = list(image.split())
    for i in range(3):
        gain = 1 + (factors[i] - 1) * strength
        lift, keep = veil[i] * share * strength, 1 - share * strength
        table = [min(255, int(v * gain * keep + lift)) for v in range(256)]
        bands[i] = bands[i].point(table)
    return Image.merge(image.mode, bands)
