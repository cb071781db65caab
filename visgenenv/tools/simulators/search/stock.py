"""The stock library that tool_search_inspire searches: thousands of virtual pictures and clips over the lexicon.

Nothing is stored: the entries are composed once, from keyed draws, and described in both languages.
"""

from __future__ import annotations

from functools import cache, lru_cache

from msgspec import Struct

from visgenenv.lexicon import COLOURS, LIGHTS, SCENES, STYLES, SUBJECTS, phrase
from visgenenv.luck import digest
from visgenenv.types import Lang, Subject

_KEY = b"stock library 1"
_SOURCES = ("openlens.example", "framepool.example", "lightbox.example", "kuaitu.example", "sketchmeadow.example")
_LICENCES = ("CC0", "CC BY 4.0", "royalty-free", "royalty-free", "editorial use only")
_PLACES = {
    "animal": ("forest", "meadow", "snow", "garden", "mountain", "beach", "ocean", "underwater", "sky"),
    "person": ("city", "street", "cafe", "office", "garden", "beach", "stage", "living room", "mountain"),
    "object": ("studio", "living room", "office", "kitchen", "street", "cafe"),
    "building": ("mountain", "meadow", "city", "snow", "forest", "beach"),
    "vehicle": ("street", "city", "mountain", "desert", "beach", "ocean", "sky", "snow"),
    "plant": ("garden", "meadow", "forest", "living room", "studio"),
    "food": ("kitchen", "cafe", "studio", "garden", "street"),
    "sky": ("night sky", "sky", "mountain", "ocean", "city", "space"),
}
"""Where things are usually photographed: several entries each; every other place has one now and then."""
_USUAL, _RARE = 8, 0.45
_STYLE_SHARES = (("photo", 118), ("", 20), ("flat", 18), ("watercolour", 16), ("cartoon", 14), ("3d render", 12),
                 ("vintage", 10), ("black and white", 9), ("ink", 8), ("oil painting", 7), ("sketch", 7),
                 ("felt", 6), ("paper cut", 5), ("pixel art", 3), ("cyberpunk", 3))  # fmt: skip
"""Of 256 entries; an entry without a style names none."""
_COMPANIONS = {
    "animal": ("girl", "boy", "child", "farmer", "ball", "flower", "butterfly", "tree"),
    "person": ("umbrella", "book", "camera", "dog", "cat", "backpack", "balloon", "phone", "guitar", "bicycle"),
    "object": ("flower", "coffee cup", "book", "plant", "woman", "hat"),
    "building": ("tree", "moon", "car", "bicycle", "flower"),
    "vehicle": ("woman", "man", "dog", "tree", "cloud"),
    "plant": ("butterfly", "bee", "girl", "bird"),
    "food": ("tea", "coffee cup", "flower", "book", "candle"),
    "sky": ("tree", "sailing boat", "house", "castle"),
}
"""What now and then stands beside them."""
_OUTDOORS = frozenset(
    {"forest", "city", "beach", "desert", "snow", "ocean", "garden", "meadow", "mountain", "street", "sky"}
)
_INDOORS = frozenset({"studio", "living room", "kitchen", "stage", "office", "cafe"})
_LAMPLIT = ("morning", "day", "sunset", "night")
_ANY_COLOUR = frozenset({"object", "vehicle"})
_SHAPES = {
    "landscape": ((4000, 2667), (3000, 2000), (1920, 1280), (1600, 900), (940, 627)),
    "portrait": ((2667, 4000), (2000, 3000), (1280, 1920), (900, 1600), (627, 940)),
    "square": ((4000, 4000), (2000, 2000), (1080, 1080), (940, 940)),
}
_FILMS = {
    "landscape": ((1920, 1080), (3840, 2160), (1280, 720)),
    "portrait": ((1080, 1920), (2160, 3840), (720, 1280)),
    "square": ((1080, 1080), (2160, 2160)),
}

_SCENE_EN = {
    "forest": "in a forest", "city": "in a city", "beach": "on a beach", "desert": "in a desert", "snow": "in the snow",
    "space": "in outer space", "ocean": "on the open sea", "underwater": "under water", "studio": "in a photo studio",
    "living room": "in a living room", "garden": "in a garden", "meadow": "on a meadow",
    "mountain": "on a mountain", "kitchen": "in a kitchen", "street": "on a street",
    "night sky": "beneath a night sky", "cafe": "in a cafe", "stage": "on a stage", "sky": "in the sky",
    "office": "in an office",
}  # fmt: skip
_SCENE_ZH = {"beach": "上", "ocean": "上", "stage": "上", "sky": "中", "space": "中", "night sky": "下", "mountain": "间",
             "desert": "中", "underwater": "", "street": "上", "meadow": "上"}  # fmt: skip
_LIGHT_EN = {"morning": "in morning light", "day": "in daylight", "sunset": "at sunset", "night": "at night",
             "rain": "in the rain", "snowfall": "in falling snow", "fog": "in fog"}  # fmt: skip


class Entry(Struct, frozen=True, gc=False):
    """One picture or clip of the library: what it shows, its shape, and `order`, its place among equals."""

    number: int
    subjects: tuple[Subject, ...]
    scene: str
    style: str
    light: str
    colour: str
    orientation: str
    width: int
    height: int
    seconds: int
    """Of a clip; 0 for a picture."""
    fps: int
    order: int
    source: str
    licence: str

    @property
    def seed(self) -> str:
        """Seed of its recipe: the same entry looks the same whenever it is found."""
        return f"stock{self.number:05d}"


def hex_of(colour: str) -> str:
    """Return a palette colour as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*COLOURS[colour].rgb)


@lru_cache(8192)
def describe(number: int, lang: Lang) -> str:
    """Describe an entry in a sentence that names all it shows, and nothing else."""
    entry = library()[number]
    shown = [phrase(one, lang) for one in entry.subjects]
    if lang == "zh":
        scene = SCENES[entry.scene].zh[0] + _SCENE_ZH.get(entry.scene, "里")
        light = LIGHTS[entry.light].zh[0] if entry.light else ""
        style = f"{STYLES[entry.style].zh[0]}风格" if entry.style else ""
        what = f"{scene}的{'和'.join(shown)}" if shown else scene
        return "\uff0c".join(part for part in (what, light, style) if part)
    light = _LIGHT_EN.get(entry.light, "")
    style = f", {STYLES[entry.style].en[0]}" if entry.style else ""
    what = " and ".join(shown) or "wide view"
    return " ".join(part for part in (what, _SCENE_EN[entry.scene], light) if part) + style


@lru_cache(8192)
def tags(number: int, lang: Lang) -> tuple[str, ...]:
    """Return the words an entry is tagged with."""
    entry = library()[number]
    tables = ((SCENES, entry.scene), (LIGHTS, entry.light), (STYLES, entry.style), (COLOURS, entry.colour))
    entries = [SUBJECTS[one.name] for one in entry.subjects] + [table[name] for table, name in tables if name]
    return tuple(dict.fromkeys(one.zh[0] if lang == "zh" else one.en[0] for one in entries))


@cache
def library() -> tuple[Entry, ...]:
    """Compose the whole library: every subject in its usual places and, more rarely, in others; and bare places."""
    entries: list[Entry] = []
    for name, subject in SUBJECTS.items():
        for scene in SCENES:
            usual = scene in _PLACES[subject.category]
            for copy in range(_USUAL if usual else 1):
                draw = digest(_KEY, name.encode(), scene.encode(), b"%d" % copy)
                if usual or draw[0] < 256 * _RARE:
                    entries.append(_compose(len(entries), name, scene, draw))
    for scene in SCENES:
        entries += [_compose(len(entries) + i, "", scene, digest(_KEY, scene.encode(), b"%d" % i)) for i in range(90)]
    return tuple(entries)


def _compose(number: int, name: str, scene: str, draw: bytes) -> Entry:
    """Make an entry of one keyed draw: a byte for each thing left open."""
    style = _styled(draw[1])
    subjects, colour = _shown(name, style, draw)
    orientation = "landscape" if draw[7] < 140 else "portrait" if draw[7] < 218 else "square"
    film = draw[8] < 56 and style in ("photo", "", "cartoon", "3d render", "felt")
    shapes = (_FILMS if film else _SHAPES)[orientation]
    width, height = shapes[draw[9] % len(shapes)]
    return Entry(
        number, subjects, scene, style, _lit(scene, draw[10]),
        colour or tuple(COLOURS)[draw[11] % len(COLOURS)], orientation, width, height,
        5 + draw[12] % 20 if film else 0, (24, 30)[draw[13] % 2] if film else 0,
        int.from_bytes(draw[16:20], "little"), _SOURCES[draw[14] % 5], _LICENCES[draw[15] % 5],
    )  # fmt: skip


def _lit(scene: str, byte: int) -> str:
    """Return a light that the place can have, or none in every third entry."""
    lights = tuple(LIGHTS) if scene in _OUTDOORS else _LAMPLIT if scene in _INDOORS else ()
    return lights[byte % len(lights)] if lights and byte < 168 else ""


def _styled(byte: int) -> str:
    for style, share in _STYLE_SHARES:
        byte -= share
        if byte < 0:
            return style
    return ""


def _shown(name: str, style: str, draw: bytes) -> tuple[tuple[Subject, ...], str]:
    """Return the subjects of an entry and its main colour; things in photographs keep their natural colour."""
    if not name:
        return (), ""
    first = SUBJECTS[name]
    painted = draw[2] < 110 and (first.category in _ANY_COLOUR or style not in ("photo", "", "vintage"))
    colour = tuple(COLOURS)[draw[3] % len(COLOURS)] if painted else ""
    subjects = [Subject(name, 2 + draw[4] % 3 if draw[4] < 40 else 1, colour)]
    if draw[5] < 60:
        others = [other for other in _COMPANIONS[first.category] if other != name]
        subjects.append(Subject(others[draw[6] * len(others) // 256]))
    return tuple(subjects), colour or first.natural
