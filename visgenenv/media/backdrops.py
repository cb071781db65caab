"""The backdrop of each scene, in its light: morning, sunset, night, rain, fog."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PIL import Image

from visgenenv.lexicon import COLOURS
from visgenenv.media import indoors, outdoors
from visgenenv.media.caching import Shelf
from visgenenv.media.canvas import Canvas
from visgenenv.media.content import Graph, chance

VARIANTS = 6
"""So many different places there are of each scene, so that pictures share their backdrops."""

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
_SMOOTHED = frozenset({"photo", "watercolour", "felt", "oil painting", "ink", "pixel art"})
"""Styles that blur or coarsen what is behind the figures: fine edges would be painted for nothing."""


_painted: Shelf[Image.Image] = Shelf(96_000_000, largest=1_200_000)
"""Backdrops of small pictures, before their light."""


def backdrop(graph: Graph, width: int, height: int) -> Image.Image:
    """Paint what stands behind the figures, at exactly this size. Do not change the picture."""
    image = _unlit(graph.scene, place(graph), width, height, 1 if graph.style in _SMOOTHED else 2)
    if graph.scene == "studio" and graph.tint:
        image = Image.blend(image, Image.new("RGB", image.size, COLOURS[graph.tint].rgb), 0.42)
    for light in graph.lights:
        image = _lit(image, light, graph.scene)
    return image


def looks(graph: Graph) -> tuple[str, int, str, tuple[str, ...], str]:
    """Return all that decides what the backdrop of a drawn scene looks like, besides its size."""
    return graph.scene, place(graph), graph.tint if graph.scene == "studio" else "", graph.lights, graph.style


def place(graph: Graph) -> int:
    """Return which of the places of its scene a picture shows."""
    return int(chance(graph.seed, "place")[0] * VARIANTS)


def _unlit(scene: str, variant: int, width: int, height: int, finer: int) -> Image.Image:
    key = scene, variant, width, height, finer
    known = _painted.get(key)
    if known is None:
        known = _painted.put(key, _paint(scene, f"{scene} {variant}", width, height, finer), 4 * width * height)
    return known


def _paint(scene: str, seed: str, width: int, height: int, finer: int = 2) -> Image.Image:
    scale = min(2.0, LARGEST / max(width, height))
    if scale == 2:
        canvas = Canvas(width, height, seed, finer)
        PAINTERS[scene](canvas)
        return canvas.finished()
    canvas = Canvas(max(2, round(width * scale)), max(2, round(height * scale)), seed)
    PAINTERS[scene](canvas)
    return canvas.image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _lit(image: Image.Image, light: str, scene: str) -> Image.Image:
    if light == "night" and scene in _ALREADY_DARK:
        return image
    canvas = Canvas.on(graded(image, light))
    if light == "night":
        canvas.glow(0.8, 0.14, 0.3, (200, 214, 255), 0.5)
        if scene in ("living room", "kitchen", "cafe", "office"):
            canvas.glow(0.93, 0.42, 0.6, (255, 196, 110), 0.62)
            canvas.glow(0.5, 0.86, 0.7, (255, 190, 110), 0.22)
    elif light == "sunset":
        canvas.glow(0.24, 0.3, 0.9, (255, 170, 90), 0.5)
    elif light == "morning":
        canvas.glow(0.14, 0.12, 1.0, (255, 240, 196), 0.6)
    return canvas.image


def graded(image: Image.Image, light: str, strength: float = 1.0) -> Image.Image:
    """Tint a picture (RGB or RGBA) as a light does, fully or in part."""
    table = _curves(light, strength)
    if image.mode == "RGB":
        return image.point(table)
    tinted = image.convert("RGB").point(table)
    tinted.putalpha(image.getchannel("A"))
    return tinted


@lru_cache(maxsize=32)
def _curves(light: str, strength: float) -> list[int]:
    """Return what a light makes of the values of red, green and blue, one after the other."""
    factors, veil, share = GRADES[light]
    table: list[int] = []
    for i in range(3):
        gain = 1 + (factors[i] - 1) * strength
        lift, keep = veil[i] * share * strength, 1 - share * strength
        table += [min(255, int(v * gain * keep + lift)) for v in range(256)]
    return table
