"""Post-processing of films: up to ten operations in order. Here is their arithmetic; `media.operations` draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.editing.rendering import RATE, ROUNDING, count_frames, render_time
from visgenenv.tools.simulators.editing.timeline import MAX_SIDE
from visgenenv.types import Asset, Recipe, ToolResult

Operation = dict[str, Any]
FORMATS = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "gif": "image/gif",
}
OPUS_RATE = 48000
"""Sample rate of the sound in a webm file; Opus has no other as good."""


class Film:
    """A film between two operations: its frame, its length in seconds, its rate, and whether it sounds."""

    __slots__ = ("fps", "has_audio", "height", "seconds", "width")

    def __init__(self, film: Asset):
        self.width, self.height, self.fps = film.width, film.height, film.fps
        self.seconds, self.has_audio = film.duration, film.has_audio


def tool_video_postprocess(call: Invocation, *, video: str, operations: list[Operation], format: str) -> ToolResult:
    """Apply operations one after the other and write the film in one of four formats."""
    film, model = call.asset(video), call.spec.latency
    now, parents, sources = Film(film), {(film.id, "source"): None}, [film.recipe]
    ops, idle = [], []
    for index, wanted in enumerate(operations):
        done = _OPERATIONS[wanted["op"]](call, f"operations[{index}]: ", wanted, now)
        if done and wanted["op"] == "watermark":
            mark = call.asset(wanted["image"])
            parents[mark.id, "track"] = None
            sources.append(mark.recipe)
            done |= {"source": len(sources) - 1, "size": [mark.width, mark.height]}
        ops.append(done) if done else idle.append(f"operations[{index}] ({wanted['op']}) changed nothing")
    if format == "gif":
        _make_silent(call, now, ops)
    n_frames = count_frames(call, now.seconds, now.fps)
    seconds = n_frames * now.fps[1] / now.fps[0]
    slower = 1 + model["per_further_operation"] * (len(operations) - 1)
    wait = render_time(call, seconds, now.width, now.height, now.fps, slower)
    params = {"size": [film.width, film.height], "length": film.duration, "ops": ops}
    processed = call.mint(
        "video",
        format,
        FORMATS[format],
        Recipe("ops", call.seed(), params, tuple(sources)),
        width=now.width,
        height=now.height,
        n_frames=n_frames,
        fps=now.fps,
        has_audio=now.has_audio,
        sample_rate=(OPUS_RATE if format == "webm" else film.sample_rate or RATE) if now.has_audio else 0,
        channels=2 if now.has_audio else 0,
        parents=tuple(parents),
        content_root="" if ops else film.content_root,
    )
    data: dict[str, Any] = {"applied": len(operations) - len(idle)}
    if idle:
        data["warnings"] = idle
    return call.done(processed, data=data, latency=(wait, wait), cost=call.spec.price["per_second"] * seconds)


def _make_silent(call: Invocation, now: Film, ops: list[Operation]) -> None:
    """A gif has no sound, and each of its frames lasts at least two hundredths of a second."""
    most = call.spec.tables["gif_fps"]
    if now.fps[0] > most * now.fps[1]:
        rate = now.fps[0] / now.fps[1]
        call.refuse(f"a gif shows at most {most} frames a second, this film has {rate:g}: add an fps operation")
    if now.has_audio:
        ops.append({"op": "mute"})
        now.has_audio = False


def even(side: int, part: int = 1, whole: int = 1) -> int:
    """Return `side * part / whole` rounded to the nearest even number, at least 2.

    >>> even(480, 1280, 720), even(720, 9, 16)
    (854, 406)
    """
    return max(2, (side * part + whole) // (2 * whole) * 2)


def _reframed(call: Invocation, where: str, now: Film, width: int, height: int, op: Operation) -> Operation:
    """Note the new size of the frame; an empty operation if it stays as it is."""
    if max(width, height) > MAX_SIDE:
        call.refuse(f"{where}a film of {width}x{height} cannot be encoded: the longest side may be {MAX_SIDE} px")
    if (width, height) == (now.width, now.height):
        return {}
    now.width, now.height = width, height
    return {**op, "to": [width, height]}


def _resize(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    width, height = op.get("width"), op.get("height")
    if width is None:
        width, height = even(height or 2, now.width, now.height), even(height or 2)
    else:
        width, height = even(width), even(width, now.height, now.width) if height is None else even(height)
    return _reframed(call, where, now, width, height, {"op": "resize"})


def _crop(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    """Cut the frame down, to even sides; where no place is given, around the middle."""
    if ratio := op.get("aspect_ratio"):
        across, down = map(int, ratio.split(":"))
        width = min(now.width, max(2, now.height * across // down))
        height = min(now.height, max(2, now.width * down // across))
    else:
        width, height = op["width"], op["height"]
    x, y = op.get("x", max(0, now.width - width) // 2), op.get("y", max(0, now.height - height) // 2)
    if x + width > now.width or y + height > now.height:
        box = f"{width}x{height} at ({x}, {y}) does not lie inside the frame of {now.width}x{now.height}"
        call.refuse(f"{where}Invalid argument: the crop {box}")
    width, height = (width, height) if (width, height) == (now.width, now.height) else (width // 2 * 2, height // 2 * 2)
    return _reframed(call, where, now, width, height, {"op": "crop", "x": x, "y": y})


def _pad(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    across, down = map(int, op["aspect_ratio"].split(":"))
    width, height = now.width, now.height
    if width * down < height * across:
        width = even(height, across, down)
    elif width * down > height * across:
        height = even(width, down, across)
    return _reframed(call, where, now, width, height, {"op": "pad", "color": op.get("color", "#000000")})


def _rotate(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    if op["angle"] != 180:
        now.width, now.height = now.height, now.width
    return {"op": "rotate", "angle": int(op["angle"]), "to": [now.width, now.height]}


def _fade(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    seconds = float(op.get("duration", 1))
    if seconds > now.seconds + ROUNDING:
        told = f"duration ({seconds:.2f}) should be smaller or equal to the clip's duration ({now.seconds:.2f})."
        call.refuse(f"{where}{op['op']} {told}")
    return {"op": op["op"], "duration": seconds, "length": now.seconds} if seconds else {}


def _color(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    values = {name: float(op.get(name, neutral)) for name, neutral in _NEUTRAL.items()}
    return {} if values == _NEUTRAL else {"op": "color", **values}


_NEUTRAL = {"brightness": 0.0, "contrast": 0.0, "saturation": 1.0}


def _volume(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    changes = now.has_audio and op["volume"] != 1
    return {"op": "volume", "volume": float(op["volume"])} if changes else {}


def _mute(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    sounded, now.has_audio = now.has_audio, False
    return {"op": "mute"} if sounded else {}


def _watermark(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    opacity, scale = float(op.get("opacity", 1)), float(op.get("scale", 0.15))
    mark = {"op": "watermark", "position": op.get("position", "bottom_right"), "opacity": opacity, "scale": scale}
    return mark if opacity else {}


def _freeze(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    time, seconds, length = float(op["time"]), float(op["duration"]), now.seconds
    if time > length + ROUNDING:
        call.refuse(f"{where}time ({time:.2f}) should be smaller or equal to the clip's duration ({length:.2f}).")
    now.seconds += seconds
    return {"op": "freeze", "time": min(time, length), "duration": seconds, "length": length} if seconds else {}


def _loop(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    length, count = now.seconds, int(op["count"])
    now.seconds *= count
    return {"op": "loop", "count": count, "length": length}


def _fps(call: Invocation, where: str, op: Operation, now: Film) -> Operation:
    known, now.fps = now.fps, (int(op["fps"]), 1)
    return {} if known == now.fps else {"op": "fps"}


_OPERATIONS: dict[str, Callable[[Invocation, str, Operation, Film], Operation]] = {
    "resize": _resize,
    "crop": _crop,
    "pad": _pad,
    "rotate": _rotate,
    "flip": lambda call, where, op, now: {"op": "flip", "direction": op["direction"]},
    "fade_in": _fade,
    "fade_out": _fade,
    "color": _color,
    "filter": lambda call, where, op, now: {"op": "filter", "name": op["name"]},
    "volume": _volume,
    "mute": _mute,
    "watermark": _watermark,
    "freeze": _freeze,
    "loop": _loop,
    "fps": _fps,
}
"""By name: what an operation makes of a film, as an entry of the `ops` recipe; an empty one changes nothing."""
