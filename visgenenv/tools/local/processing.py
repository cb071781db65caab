"""Post-processing, executed: every operation by the filter of libavfilter that does it, or by moving frames in time."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from visgenenv.tools.local.composing import even
from visgenenv.tools.local.desk import RATE, Desk, Product, film_sound
from visgenenv.tools.local.encoding import OPUS_RATE
from visgenenv.tools.local.filters import Step, Wave
from visgenenv.tools.local.reels import chained, exact, filtered, frozen, gridded, marked, nearest, sliced
from visgenenv.tools.local.times import ROUNDING
from visgenenv.tools.local.waves import changed, resampled

Operation = dict[str, Any]
GIF_TICK = Fraction(1, 100)
MARGIN = 0.02


class Take:
    """A film between two operations."""

    def __init__(self, desk: Desk, reference: str):
        source = desk.film(reference)
        self.desk, self.reel, self.fps = desk, source.reel, source.fps
        self.rate = source.facts.sample_rate or RATE
        self.wave: Wave | None = desk.wave(source.asset, self.rate) if source.sounds else None
        self.idle: list[str] = []

    def steps(self, *steps: Step, pixels: str = "yuv444p") -> None:
        """Lead the pictures through filters."""
        self.reel = filtered(self.reel, *steps, pixels=pixels)


def postprocess(
    desk: Desk, *, video: str, operations: list[Operation], format: str
) -> tuple[list[Product], dict[str, Any]]:
    """Apply operations one after the other and write the film in one of four formats."""
    take = Take(desk, video)
    for index, op in enumerate(operations):
        if not _OPERATIONS[op["op"]](take, f"operations[{index}]: ", op):
            take.idle.append(f"operations[{index}] ({op['op']}) changed nothing")
    reel, fps = take.reel, take.fps
    if format == "gif":
        if 1 / fps < 2 * GIF_TICK:
            desk.refuse(f"a gif shows at most 50 frames a second, this film has {float(fps):g}: add an fps operation")
        take.wave = None
    n_frames = nearest(reel.seconds * fps)
    desk.check_work(n_frames / fps, reel.width, reel.height, fps, 1 + 0.3 * (len(operations) - 1))
    sound, rate = None, OPUS_RATE if format == "webm" else take.rate
    if take.wave is not None:
        sound = film_sound(resampled(take.wave, take.rate, rate), n_frames, fps, rate)
    film = desk.make_film(gridded(reel, fps), (reel.width, reel.height), fps, sound, rate, format)
    data: dict[str, Any] = {"applied": len(operations) - len(take.idle)}
    return [film], data | ({"warnings": take.idle} if take.idle else {})


def _sized(take: Take, where: str, width: int, height: int, *steps: Step) -> bool:
    """Lead the pictures through filters that give them another size."""
    if max(width, height) > 16_384:
        take.desk.refuse(f"{where}a film of {width}x{height} cannot be encoded: the longest side may be 16384 px")
    if (width, height) == (take.reel.width, take.reel.height):
        return False
    take.steps(*steps, ("setsar", "1"))
    return True


def _resize(take: Take, where: str, op: Operation) -> bool:
    shape = Fraction(take.reel.width, take.reel.height)
    width = op.get("width") or op["height"] * shape
    height = op.get("height") or op["width"] / shape
    size = even(Fraction(width)), even(Fraction(height))
    return _sized(take, where, *size, ("scale", f"{size[0]}:{size[1]}"))


def _crop(take: Take, where: str, op: Operation) -> bool:
    """Cut with libavfilter's `crop` on `yuv420p`: it takes odd sides down to even ones and refuses a box too large."""
    now = take.reel
    if ratio := op.get("aspect_ratio"):
        shape = Fraction(*map(int, ratio.split(":")))
        width, height = min(now.width, int(now.height * shape)), min(now.height, int(now.width / shape))
    else:
        width, height = op["width"], op["height"]
    if (width, height) == (now.width, now.height) and not (op.get("x") or op.get("y")):
        return False
    x, y = op.get("x", (now.width - width) // 2), op.get("y", (now.height - height) // 2)
    if now.width - width < x or now.height - height < y:
        # The filter refuses a box larger than the frame, but moves one back inside that begins too far right or down.
        box = f"{width}x{height} at ({x}, {y}) does not lie inside the frame of {now.width}x{now.height}"
        take.desk.refuse(f"{where}Invalid argument: the crop {box}")
    take.steps(("format", "yuv420p"), ("crop", f"{width}:{height}:{x}:{y}"), ("setsar", "1"))
    return True


def _pad(take: Take, where: str, op: Operation) -> bool:
    now, shape = take.reel, Fraction(*map(int, op["aspect_ratio"].split(":")))
    own = Fraction(now.width, now.height)
    width = even(now.height * shape) if own < shape else now.width
    height = even(now.width / shape) if own > shape else now.height
    place = f"{width}:{height}:(ow-iw)/2:(oh-ih)/2:{op.get('color', '#000000')}"
    return _sized(take, where, width, height, ("pad", place))


_TURNS: dict[int, list[Step]] = {
    90: [("transpose", "clock")],
    180: [("hflip", ""), ("vflip", "")],
    270: [("transpose", "cclock")],
}


def _rotate(take: Take, where: str, op: Operation) -> bool:
    take.steps(*_TURNS[int(op["angle"])])
    return True


def _flip(take: Take, where: str, op: Operation) -> bool:
    take.steps(("hflip" if op["direction"] == "horizontal" else "vflip", ""))
    return True


def _fade(take: Take, where: str, op: Operation) -> bool:
    seconds, length = exact(op.get("duration", 1)), take.reel.seconds
    if seconds > length + ROUNDING:
        told = f"should be smaller or equal to the clip's duration ({float(length):.2f})."
        take.desk.refuse(f"{where}{op['op']} duration ({float(seconds):.2f}) {told}")
    if not seconds:
        return False
    start = Fraction(0) if op["op"] == "fade_in" else max(Fraction(0), length - seconds)
    way = op["op"].removeprefix("fade_")
    take.reel = sliced(take.reel, 1 / take.fps)
    take.steps(("fade", f"t={way}:st={float(start):.6f}:d={float(seconds):.6f}"))
    return True


def _color(take: Take, where: str, op: Operation) -> bool:
    brightness, contrast, saturation = (op.get(name, neutral) for name, neutral in _NEUTRAL.items())
    if (brightness, contrast, saturation) == tuple(_NEUTRAL.values()):
        return False
    curve = f"(val-128)*{1 + contrast:.6f}+128+{255 * brightness:.6f}"
    take.steps(("lutrgb", f"r={curve}:g={curve}:b={curve}"), ("hue", f"s={saturation:.6f}"))
    return True


_NEUTRAL = {"brightness": 0, "contrast": 0, "saturation": 1}
_FILTERS: dict[str, list[Step]] = {
    "spring": [("colorchannelmixer", "rr=0.97:gg=1.06:bb=0.95"), ("hue", "s=1.15")],
    "sunset": [("colorchannelmixer", "rr=1.14:gg=0.98:bb=0.8"), ("hue", "s=1.1")],
    "vivid": [("lutrgb", "r=(val-128)*1.12+128:g=(val-128)*1.12+128:b=(val-128)*1.12+128"), ("hue", "s=1.45")],
    "fair_skin": [("lutrgb", "r=val*0.97+14:g=val*0.94+14:b=val*0.94+14"), ("hue", "s=0.95")],
    "food": [("colorchannelmixer", "rr=1.08:gg=1.03:bb=0.92"), ("hue", "s=1.3")],
    "bw": [("hue", "s=0")],
}


def _filter(take: Take, where: str, op: Operation) -> bool:
    take.steps(*_FILTERS[op["name"]])
    return True


def _volume(take: Take, where: str, op: Operation) -> bool:
    if take.wave is None or op["volume"] == 1:
        return False
    take.wave = changed(take.wave, take.rate, op["volume"])
    return True


def _mute(take: Take, where: str, op: Operation) -> bool:
    sounded, take.wave = take.wave is not None, None
    return sounded


def _watermark(take: Take, where: str, op: Operation) -> bool:
    opacity, reel = float(op.get("opacity", 1)), take.reel
    if not opacity:
        return False
    mark = take.desk.picture(take.desk.call.asset(op["image"])).convert("RGBA")
    width = max(1, round(op.get("scale", 0.15) * reel.width))
    mark = mark.resize((width, max(1, round(width * mark.height / mark.width))))
    mark.putalpha(round(255 * opacity))
    place, edge = op.get("position", "bottom_right"), round(MARGIN * min(reel.width, reel.height))
    x = edge if "left" in place else f"W-w-{edge}" if "right" in place else "(W-w)/2"
    y = edge if "top" in place else f"H-h-{edge}" if "bottom" in place else "(H-h)/2"
    take.reel = marked(reel, mark, ("overlay", f"{x}:{y}:format=yuv444"))
    return True


def _freeze(take: Take, where: str, op: Operation) -> bool:
    time, seconds, reel = exact(op["time"]), exact(op["duration"]), take.reel
    if time > reel.seconds + ROUNDING:
        told = f"should be smaller or equal to the clip's duration ({float(reel.seconds):.2f})."
        take.desk.refuse(f"{where}time ({float(time):.2f}) {told}")
    if not seconds:
        return False
    time = min(time, reel.seconds)
    take.reel = frozen(reel, time, seconds)
    if take.wave is not None:
        at, silence = nearest(time * take.rate), nearest(seconds * take.rate)
        still = np.zeros((take.wave.shape[0], silence), np.float32)
        take.wave = np.concatenate([take.wave[:, :at], still, take.wave[:, at:]], axis=1)
    return True


def _loop(take: Take, where: str, op: Operation) -> bool:
    count = int(op["count"])
    take.reel = chained([take.reel] * count)
    # Sound is only made as long as it can be needed: what is too long to be rendered is refused later.
    if take.wave is not None and take.wave.shape[1] * count < 200_000_000:
        take.wave = np.tile(take.wave, (1, count))
    return True


def _fps(take: Take, where: str, op: Operation) -> bool:
    before, take.fps = take.fps, Fraction(op["fps"])
    return before != take.fps


_OPERATIONS: dict[str, Callable[[Take, str, Operation], bool]] = {
    "resize": _resize,
    "crop": _crop,
    "pad": _pad,
    "rotate": _rotate,
    "flip": _flip,
    "fade_in": _fade,
    "fade_out": _fade,
    "color": _color,
    "filter": _filter,
    "volume": _volume,
    "mute": _mute,
    "watermark": _watermark,
    "freeze": _freeze,
    "loop": _loop,
    "fps": _fps,
}
"""By name: does an operation; whether it changed anything."""
