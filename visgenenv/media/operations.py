"""Films after post-processing: an `ops` recipe's operations, drawn in their order and heard in their order.

Params: `size` (of the source, in pixels), `length` (of the source, in seconds) and `ops`, each with the size of the
frame after it (`to`) where it changes that, and with the seconds the film had before it (`length`) where that counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from visgenenv.media.lettering import colour_of
from visgenenv.media.scenes import Player
from visgenenv.media.sound import Samples
from visgenenv.media.timeline import Play, Screen
from visgenenv.types import Recipe

Operation = dict[str, Any]
MARGIN = 0.02
"""A watermark keeps this share of the frame's shorter side free around it."""
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
_MIRRORS = {"horizontal": Image.Transpose.FLIP_LEFT_RIGHT, "vertical": Image.Transpose.FLIP_TOP_BOTTOM}


class Processed:
    """Plays the source of an `ops` recipe through its operations.

    Every stage is drawn at the size it has in the result, but never larger than its own pixels: what is enlarged
    shows them.
    """

    def __init__(self, recipe: Recipe, width: int, height: int, play: Play):
        self.recipe, self.play = recipe, play
        self.ops: list[Operation] = recipe.params["ops"]
        self.stages = _stages(recipe.params["size"], self.ops)
        self.drawn = _drawn_sizes(self.stages, self.ops, (width, height))
        self.film: Player = play(recipe.sources[0], Screen(*self.drawn[0]))

    def picture(self, t: float) -> Image.Image:
        """Draw the frame at `t` seconds."""
        return self._after(len(self.ops), t)

    def _after(self, n: int, t: float) -> Image.Image:
        """Draw what the first `n` operations leave of the moment `t`."""
        if n == 0:
            return self.film(t)
        op = self.ops[n - 1]
        picture = self._after(n - 1, earlier(op, t))
        if change := _PICTURES.get(op["op"]):
            picture = change(self, n, picture, op, t)
        size = self.drawn[n]
        return picture if picture.size == size else picture.resize(size, Image.Resampling.BILINEAR)

    def _crop(self, n: int, picture: Image.Image, op: Operation, t: float) -> Image.Image:
        wide, high = picture.width / self.stages[n - 1][0], picture.height / self.stages[n - 1][1]
        left, top = op["x"] * wide, op["y"] * high
        box = (left, top, left + op["to"][0] * wide, top + op["to"][1] * high)
        return picture.resize(self.drawn[n], Image.Resampling.BILINEAR, box=box)

    def _pad(self, n: int, picture: Image.Image, op: Operation, t: float) -> Image.Image:
        width, height = self.drawn[n]
        frame = Image.new("RGB", (width, height), colour_of(op["color"], (0, 0, 0, 255))[:3])
        frame.paste(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
        return frame

    def _rotate(self, n: int, picture: Image.Image, op: Operation, t: float) -> Image.Image:
        return picture.transpose(_TURNS[op["angle"]])

    def _flip(self, n: int, picture: Image.Image, op: Operation, t: float) -> Image.Image:
        return picture.transpose(_MIRRORS[op["direction"]])

    def _fade(self, n: int, picture: Image.Image, op: Operation, t: float) -> Image.Image:
        passed = t if op["op"] == "fade_in" else op["length"] - t
        if passed >= op["duration"]:
            return picture
        return Image.blend(Image.new("RGB", picture.size), picture, max(0.0, passed / op["duration"]))

    def _colour(self, n: int, picture: Image.Image, op: Operation, t: float) -> Image.Image:
        curve = _curve(1 + op["contrast"], 255 * op["brightness"])
        return _saturated(picture.point(curve * 3), op["saturation"])

    def _filter(self, n: int, picture: Image.Image, op: Operation, t: float) -> Image.Image:
        if op["name"] == "bw":
            return ImageOps.grayscale(picture).convert("RGB")
        gains, contrast, lift, saturation = _FILTERS[op["name"]]
        curves = [value for gain in gains for value in _curve(contrast * gain, lift)]
        return _saturated(picture.point(curves), saturation)

    def _watermark(self, n: int, picture: Image.Image, op: Operation, t: float) -> Image.Image:
        width = max(1, round(op["scale"] * picture.width))
        height = max(1, round(width * op["size"][1] / op["size"][0]))
        mark = self.play(self.recipe.sources[op["source"]], Screen(width, height))(0.0)
        frame = picture.copy()
        corner = _anchored(op["position"], (width, height), picture.size)
        frame.paste(mark, corner, Image.new("L", mark.size, round(255 * op["opacity"])))
        return frame


_PICTURES: dict[str, Callable[[Processed, int, Image.Image, Operation, float], Image.Image]] = {
    "crop": Processed._crop,
    "pad": Processed._pad,
    "rotate": Processed._rotate,
    "flip": Processed._flip,
    "fade_in": Processed._fade,
    "fade_out": Processed._fade,
    "color": Processed._colour,
    "filter": Processed._filter,
    "watermark": Processed._watermark,
}
_FILTERS = {
    "spring": ((0.97, 1.06, 0.95), 1.0, 8.0, 1.15),
    "sunset": ((1.14, 0.98, 0.8), 1.02, 2.0, 1.1),
    "vivid": ((1.0, 1.0, 1.0), 1.12, 0.0, 1.45),
    "fair_skin": ((1.03, 1.0, 1.0), 0.94, 14.0, 0.95),
    "food": ((1.08, 1.03, 0.92), 1.06, 4.0, 1.3),
}
"""By name: gain of red, green and blue; contrast; how much brighter (of 255); saturation. Our choice of values."""


def earlier(op: Operation, t: float) -> float:
    """Return which moment before an operation the moment `t` after it shows."""
    if op["op"] == "loop":
        length = float(op["length"])
        return min(t + 1e-9, int(op["count"]) * length - 1e-6) % length
    if op["op"] == "freeze" and t > op["time"]:
        return max(float(op["time"]), t - float(op["duration"]))
    return t


def _stages(size: list[int], ops: list[Operation]) -> list[tuple[int, int]]:
    """Return the film's own size before the first operation and after each."""
    stages = [(size[0], size[1])]
    for op in ops:
        stages.append((op["to"][0], op["to"][1]) if "to" in op else stages[-1])
    return stages


def _drawn_sizes(stages: list[tuple[int, int]], ops: list[Operation], last: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the size at which each stage is drawn so that the last comes out at the size wanted."""
    drawn = [last]
    for index in range(len(ops) - 1, -1, -1):
        own, after, size = stages[index], stages[index + 1], drawn[-1]
        if ops[index]["op"] == "rotate" and ops[index]["angle"] != 180:
            drawn.append((size[1], size[0]))
        elif own == after:
            drawn.append(size)
        else:
            factor = min(1.0, max(size[0] / after[0], size[1] / after[1]))
            if ops[index]["op"] == "resize":
                factor = min(1.0, max(size[0] / own[0], size[1] / own[1]))
            drawn.append((max(1, round(own[0] * factor)), max(1, round(own[1] * factor))))
    return drawn[::-1]


@lru_cache(maxsize=256)
def _curve(gain: float, lift: float) -> list[int]:
    """Return, for each of 256 values, what stands there after stretching around the middle and lifting."""
    return [min(255, max(0, round((value - 128) * gain + 128 + lift))) for value in range(256)]


def _saturated(picture: Image.Image, saturation: float) -> Image.Image:
    return picture if saturation == 1 else ImageEnhance.Color(picture).enhance(saturation)


def _anchored(position: str, size: tuple[int, int], frame: tuple[int, int]) -> tuple[int, int]:
    """Return the upper left corner of something of `size` at one of nine places of a frame."""
    edge, (width, height) = round(MARGIN * min(frame)), frame
    x = edge if "left" in position else width - edge - size[0] if "right" in position else (width - size[0]) // 2
    y = edge if "top" in position else height - edge - size[1] if "bottom" in position else (height - size[1]) // 2
    return x, y


def processed_sound(recipe: Recipe, sound: Samples, n: int, rate: int) -> Samples:
    """Return the first `n` samples of a film's sound after its operations; fades are of the picture alone."""
    for op in recipe.params["ops"]:
        match op["op"]:
            case "loop":
                sound = np.tile(sound, op["count"])
            case "freeze":
                at = min(sound.size, round(op["time"] * rate))
                still = np.zeros(round(op["duration"] * rate), np.float32)
                sound = np.concatenate([sound[:at], still, sound[at:]])
            case "volume":
                sound = sound * np.float32(op["volume"])
            case "mute":
                sound = np.zeros_like(sound)
    out = np.zeros(n, np.float32)
    out[: sound.size] = sound[:n]
    return out
