"""Pictures and clips drawn from a scene graph: backdrop, figures with soft shadows, weather, words, camera."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from math import pi, sin, tan

from msgspec import Struct
from msgspec.structs import replace
from PIL import Image, ImageDraw

from visgenenv.lexicon import SUBJECTS
from visgenenv.media import footage, lettering
from visgenenv.media.content import Graph, chance
from visgenenv.media.defects_drawn import spoilt
from visgenenv.media.dressing import dressed, ground, leaning, set_off, shadow
from visgenenv.media.layout import Place, arrange
from visgenenv.media.styles import PIXELS_ACROSS, styled

Player = Callable[[float], Image.Image]
"""Draws the frame of a moment, given in seconds. What it returns must not be changed by the caller."""

_LIVELY = re.compile(
    r"\b(?:run|runn|jump|danc|play|celebrat|race|racing|chas|fast|hop)|跑|跳|舞|追|飞奔|欢呼|奔|快速", re.IGNORECASE
)
_MOVES = (
    ("push", re.compile(r"zoom(?:s|ing)? in|push(?:es|ing)?[- ]in|dolly in|推近|推进|推镜|拉近", re.I)),
    ("pull", re.compile(r"zoom(?:s|ing)? out|pull(?:s|ing)?[- ](?:back|out|away)|dolly out|拉远|拉镜|后拉", re.I)),
    ("still", re.compile(r"static (?:shot|camera)|locked[- ]off|fixed camera|固定镜头|镜头固定|静止镜头", re.I)),
    ("left", re.compile(r"pan(?:s|ning)? left|左移|向左摇", re.I)),
    ("right", re.compile(r"pan(?:s|ning)?|track(?:s|ing)? shot|右移|横移|平移|摇镜", re.I)),
)
_ZOOM = 0.14
"""Share of the frame that a camera move gains or loses over a clip."""
_DROPS = 90


class Actor(Struct):
    """A figure on the set: its picture (RGBa), its shadow, and how it moves."""

    place: Place
    image: Image.Image
    shadow: Image.Image | None
    drift: float
    hop: float
    beat: float
    phase: float
    sway: float


class Stage:
    """One scene at one size. `picture(t)` draws it `t` seconds into a clip of `seconds`; t = 0 is the still."""

    def __init__(self, graph: Graph, width: int, height: int, seconds: float = 0.0, motion: str = ""):
        self.graph = graph
        self.size = (width, height)
        self.seconds = seconds
        factor = min(1.0, PIXELS_ACROSS / min(width, height)) if graph.style == "pixel art" else 1.0
        self.width, self.height = max(2, round(width * factor)), max(2, round(height * factor))
        self.enlarge = Image.Resampling.NEAREST if factor < 1 else Image.Resampling.BILINEAR
        self.footage = footage.player(graph.footage, self.width, self.height) if graph.footage else None
        self.backdrop = (
            styled(self.footage(0.0), graph.style) if self.footage else ground(graph, self.width, self.height)
        )
        self.lively = bool(_LIVELY.search(motion))
        self.actors = [self._actor(place) for place in arrange(graph, width / height)]
        self.absent = {flaw.name: flaw for flaw in graph.flaws if flaw.kind == "vanishing_object"}
        self.others = self._others()
        filmed = bool(graph.footage) and graph.footage["kind"] == "video"
        self.camera = _camera(motion, graph.seed) if seconds and not filmed else "still"
        self.caption = lettering.caption(graph.caption, self.width, self.height) if graph.caption else None

    def picture(self, t: float = 0.0) -> Image.Image:
        """Draw one moment."""
        moving = self.footage is not None and self.graph.footage["kind"] == "video"
        frame = styled(self.footage(t), self.graph.style).copy() if moving and self.footage else self.backdrop.copy()
        progress = min(1.0, max(0.0, t / self.seconds)) if self.seconds else 0.0
        for actor in self.actors:
            self._draw(frame, self._playing(actor, progress), t, progress)
        self._weather(frame, t)
        frame = self._through_camera(frame, progress)
        if self.caption:
            frame.paste(self.caption[0], self.caption[1], self.caption[0])
        frame = frame if frame.size == self.size else frame.resize(self.size, self.enlarge)
        return spoilt(frame, self.graph.flaws, progress)

    def _others(self) -> dict[int, tuple[float, Actor]]:
        """Return who stands in the place of an actor from some time on, by mistake; by the number of the actor."""
        others = {}
        for flaw in self.graph.flaws:
            if flaw.kind in ("identity_drift", "colour_drift"):
                change = {"name" if flaw.kind == "identity_drift" else "colour": flaw.after}
                for actor in self.actors:
                    figure = actor.place.figure
                    if figure.name == flaw.name:
                        other = self._actor(replace(actor.place, figure=replace(figure, **change)))
                        others[id(actor)] = (flaw.start, other)
        return others

    def _playing(self, actor: Actor, progress: float) -> Actor | None:
        """Return who is seen in an actor's place now: itself, another by mistake, or nobody."""
        gone = self.absent.get(actor.place.figure.name)
        if gone is not None and gone.start <= progress <= gone.end:
            return None
        since, other = self.others.get(id(actor), (2.0, actor))
        return other if progress >= since else actor

    def _actor(self, place: Place) -> Actor:
        upright = dressed(place, self.graph, self.height)
        image = set_off(upright, place, self.backdrop)
        category = SUBJECTS[place.figure.name].category
        alive, moving = category in ("animal", "person"), category == "vehicle"
        u = chance(self.graph.seed, f"motion {place.figure.name} {place.index}")
        drift = 0.07 if alive else 0.16 if moving else 0.05 if place.airborne else 0.0
        return Actor(
            place=place,
            image=image,
            shadow=None if place.airborne else shadow(upright.width),
            drift=0.0 if place.cut_off else -drift if u[0] < 0.5 else drift,
            hop=(0.07 if self.lively else 0.022) if alive else 0.018 if place.airborne else 0.0,
            beat=(1.9 if self.lively else 0.9) + 0.4 * u[1] if alive else 0.35,
            phase=u[2],
            sway=(5 if self.lively else 3) if alive else 0,
        )

    def _draw(self, frame: Image.Image, actor: Actor | None, t: float, progress: float) -> None:
        if actor is None:
            return
        place = actor.place
        x = (place.x + actor.drift * progress) * self.width
        y, lift, lean = place.y * self.height, 0.0, 0
        if t > 0 and self.seconds:
            wave = sin(pi * (actor.beat * t + actor.phase)) - sin(pi * actor.phase) if place.airborne else 0.0
            lift = actor.hop * self.height * (wave if place.airborne else abs(sin(pi * actor.beat * t)))
            lean = -round(actor.image.height * tan(actor.sway * pi / 180 * sin(pi * actor.beat * t)))
        image = leaning(actor.image, lean) if lean else actor.image
        if actor.shadow is not None:
            base = y + place.height * self.height / 2
            corner = (round(x - actor.shadow.width / 2), round(base - actor.shadow.height * 0.55))
            frame.paste((24, 22, 34), corner, actor.shadow)
        middle = y if place.airborne else y + place.height * self.height / 2 - image.height / 2
        frame.paste(image, (round(x - image.width / 2), round(middle - image.height / 2 - lift)), image)

    def _weather(self, frame: Image.Image, t: float) -> None:
        if "rain" in self.graph.lights:
            self._falling(frame, t, 90, 1.7, (214, 228, 240, 130), 0.045)
        if "snowfall" in self.graph.lights:
            self._falling(frame, t, 80, 0.22, (255, 255, 255, 220), 0.0)

    def _falling(
        self, frame: Image.Image, t: float, n: int, speed: float, colour: tuple[int, ...], length: float
    ) -> None:
        draw = ImageDraw.Draw(frame, "RGBA")
        for a, b, c in _drops()[:n]:
            x = (a + 0.03 * sin(2 * pi * (t * 0.3 + c))) * self.width
            y = (b + speed * (0.7 + 0.6 * c) * t) % 1.1 * self.height
            if length:
                end = (x - 0.2 * length * self.height, y + length * self.height)
                draw.line((x, y, *end), colour, max(1, self.height // 400))
            else:
                r = self.height * (0.003 + 0.005 * c)
                draw.ellipse((x - r, y - r, x + r, y + r), colour)

    def _through_camera(self, frame: Image.Image, progress: float) -> Image.Image:
        if self.camera == "still" or not self.seconds:
            return frame
        ease = progress * progress * (3 - 2 * progress)
        zoom = {"push": ease, "pull": 1 - ease}.get(self.camera, min(1.0, 4 * ease) * 0.7) * _ZOOM
        if zoom < 1e-6:
            return frame
        slack_x, slack_y = zoom * self.width, zoom * self.height
        x = slack_x * {"left": 1 - ease, "right": ease}.get(self.camera, 0.5)
        box = (x, slack_y * 0.55, x + self.width - slack_x, slack_y * 0.55 + self.height - slack_y)
        return (
            frame.resize(self.size, self.enlarge, box=box)
            if self.caption is None
            else frame.resize(frame.size, self.enlarge, box=box)
        )


@lru_cache(maxsize=1)
def _drops() -> list[tuple[float, ...]]:
    """Return where drops and flakes begin to fall, and a number each that makes it different."""
    blocks = [chance("weather", str(i)) for i in range(0, _DROPS, 2)]
    return [drop for u in blocks for drop in (u[:3], u[3:6])]


def _camera(motion: str, seed: str) -> str:
    for name, pattern in _MOVES:
        if pattern.search(motion):
            return name
    return ("push", "right", "left", "pull")[int(chance(seed, "camera")[0] * 4)]


def still(graph: Graph, width: int, height: int) -> Image.Image:
    """Draw a picture."""
    return Stage(graph, width, height).picture()


def clip(graph: Graph, width: int, height: int, seconds: float, motion: str) -> Player:
    """Return the player of a clip."""
    return Stage(graph, width, height, max(seconds, 1e-3), motion).picture


def morph(first: Player, last: Image.Image, seconds: float) -> Player:
    """Return the player of a clip that ends in a given picture: it dissolves over the second half."""

    def picture(t: float) -> Image.Image:
        share = min(1.0, max(0.0, 2 * t / max(seconds, 1e-3) - 1))
        return first(t) if share <= 0 else Image.blend(first(t), last, share * share * (3 - 2 * share))

    return picture
