"""The beat of a recipe's sound: where music plays, how fast, and when; kept through cuts, loops, mixes and speeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.media.caching import by_recipe
from visgenenv.media.defects_heard import tempo
from visgenenv.media.mixing import seconds_of
from visgenenv.media.timeline import starts
from visgenenv.types import Recipe


class Pulse(Struct, frozen=True):
    """A steady beat from `start` to `end` seconds; `beat` is the time of one of its beats, maybe outside."""

    start: float
    end: float
    bpm: float
    beat: float

    def moved(self, by: float) -> Pulse:
        return replace(self, start=self.start + by, end=self.end + by, beat=self.beat + by)

    def faster(self, speed: float) -> Pulse:
        """Return the pulse played `speed` times as fast, from time zero on."""
        return Pulse(self.start / speed, self.end / speed, self.bpm * speed, self.beat / speed)


Pulses = tuple[Pulse, ...]


@by_recipe(2048)
def pulses(recipe: Recipe) -> Pulses:
    """Return the stretches of a recipe's sound that have a beat, in order of time; speech and noise have none.

    Example:
        >>> song = Recipe("song", "a1", {"bpm": 120.0, "seconds": 60.0})
        >>> ends = {"start": 10.25, "end": 40.0, "volume": 1.0, "lengths": [60.0], "concat": [], "mix": [], "loop_to": None}
        >>> pulses(Recipe("cut", "a2", ends, (song,)))
        (Pulse(start=0.0, end=29.75, bpm=120.0, beat=-10.25),)
    """
    read = PULSES.get(recipe.node)
    return read(recipe) if read else ()


def within(found: Iterable[Pulse], start: float, end: float) -> Iterator[Pulse]:
    """Yield the parts of pulses that lie between two times."""
    for pulse in found:
        first, last = max(start, pulse.start), min(end, pulse.end)
        if last > first:
            yield replace(pulse, start=first, end=last)


def _song(recipe: Recipe) -> Pulses:
    """A song's first beat is at its beginning (`media.sound.song` plays it so)."""
    bpm = tempo(recipe) if recipe.params["bpm"] else 0.0
    return (Pulse(0.0, float(recipe.params["seconds"]), bpm, 0.0),) if bpm else ()


def _cut(recipe: Recipe) -> Pulses:
    """Trim, join, loop, and the loudest of what is mixed."""
    params, sources = recipe.params, recipe.sources
    start, now = params["start"], params["end"] - params["start"]
    own = [pulse.moved(-start) for pulse in within(pulses(sources[0]), start, params["end"])]
    for index in params["concat"]:
        own += [pulse.moved(now) for pulse in pulses(sources[index])]
        now += params["lengths"][index]
    if params["loop_to"] is not None:
        own = list(_looped(own, now, params["loop_to"]))
    mixed = [(1.0, pulses(sources[index])) for index in params["mix"]]
    return _loudest([(params["volume"], tuple(own)), *mixed])


def _looped(found: list[Pulse], length: float, until: float) -> Iterator[Pulse]:
    repeats = int(until / length) + 1 if length > 0 and found else 0
    for repeat in range(repeats):
        yield from within([pulse.moved(repeat * length) for pulse in found], 0.0, until)


def _pace(recipe: Recipe) -> Pulses:
    """One stretch is played faster or slower; what follows it comes earlier or later."""
    start, end, speed = (float(recipe.params[name]) for name in ("start", "end", "speed"))
    found = pulses(recipe.sources[0])
    middle = [pulse.moved(-start).faster(speed).moved(start) for pulse in within(found, start, end)]
    later = (end - start) / speed - (end - start)
    after = [pulse.moved(later) for pulse in within(found, end, float(recipe.params["length"]))]
    return (*within(found, 0.0, start), *middle, *after)


def _timeline(recipe: Recipe) -> Pulses:
    """Of a film's clips, tracks and music the loudest that has a beat is followed, wherever it plays."""
    params, sources = recipe.params, recipe.sources
    layers = []
    if params["keep_audio"]:
        layers += [
            (clip["volume"], tuple(_shown(pulses(sources[clip["source"]]), clip, at)))
            for clip, at in zip(params["clips"], starts(params["clips"], params["overlap"]), strict=True)
            if clip["has_audio"]
        ]
    for track in params["tracks"]:
        placed = within(pulses(sources[track["source"]]), 0.0, track["seconds"])
        layers.append((track["volume"], tuple(pulse.moved(track["start"]) for pulse in placed)))
    if music := params["bgm"]:
        heard = list(pulses(sources[music["source"]]))
        if music["loop"]:
            heard = list(_looped(heard, seconds_of(sources[music["source"]]), music["seconds"]))
        layers.append((music["volume"], tuple(within(heard, 0.0, music["seconds"]))))
    return _loudest(layers)


def _shown(found: Pulses, clip: dict[str, Any], at: float) -> Iterator[Pulse]:
    """Yield the beat of one clip: the stretch it uses, at its pace, where it stands in the film."""
    start, native = clip["start"], clip["native"]
    speed = native / clip["seconds"] if native and clip["seconds"] else 1.0
    for pulse in within(found, start, start + native):
        yield pulse.moved(-start).faster(speed).moved(at)


def _loudest(layers: list[tuple[float, Pulses]]) -> Pulses:
    """Return the beat heard: at every time that of the loudest layer, the earlier of equals."""
    heard: list[Pulse] = []
    for volume, layer in sorted(layers, key=lambda one: -one[0]):
        if volume > 0:
            free = list(layer)
            for louder in heard:
                free = [part for pulse in free for part in _outside(pulse, louder)]
            heard += free
    return tuple(sorted(heard, key=lambda pulse: pulse.start))


def _outside(pulse: Pulse, louder: Pulse) -> Iterator[Pulse]:
    """Yield what of a pulse lies before and after another."""
    if louder.end <= pulse.start or louder.start >= pulse.end:
        yield pulse
        return
    if pulse.start < louder.start:
        yield replace(pulse, end=louder.start)
    if louder.end < pulse.end:
        yield replace(pulse, start=louder.end)


def _ops(recipe: Recipe) -> Pulses:
    found = list(pulses(recipe.sources[0]))
    for op in recipe.params["ops"]:
        match op["op"]:
            case "loop":
                found = list(_looped(found, op["length"], op["count"] * op["length"]))
            case "freeze":
                before = list(within(found, 0.0, op["time"]))
                found = before + [pulse.moved(op["duration"]) for pulse in within(found, op["time"], op["length"])]
            case "mute":
                found = []
            case "volume" if op["volume"] == 0:
                found = []
    return tuple(found)


PULSES: dict[str, Callable[[Recipe], Pulses]] = {
    "song": _song,
    "cut": _cut,
    "pace": _pace,
    "timeline": _timeline,
    "titles": lambda recipe: pulses(recipe.sources[0]),
    "ops": _ops,
    "file": lambda recipe: pulses(recipe.sources[0]) if recipe.sources else (),
}
"""By node; what is not here has no beat."""
