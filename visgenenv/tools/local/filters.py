"""Frames and sound led through libavfilter: one chain, or several chains that meet in one filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

Step = tuple[str, str]
"""Name and options of a filter, as on ffmpeg's command line."""
Wave = NDArray[np.float32]
"""Sound: one row a channel."""

TICK = Fraction(1, 720_720_000)
"""Seconds: every frame of 24, 25, 30, 60 and 29.97 a second, half of it, and every millisecond is whole in it."""
PIXELS = "yuv444p"
_PIECE = 8192


class Feed(NamedTuple):
    """Frames of one size, and the filters they pass before they meet others."""

    frames: Iterable[av.VideoFrame]
    width: int
    height: int
    steps: Sequence[Step] = ()
    pixels: str = PIXELS
    tick: Fraction = TICK


def pictures(feed: Feed) -> Iterator[av.VideoFrame]:
    """Yield what a chain of filters makes of frames, as soon as it is there."""
    return woven([feed])


def woven(feeds: Sequence[Feed], meeting: Step | None = None, order: Sequence[int] = ()) -> Iterator[av.VideoFrame]:
    """Yield what comes out of the filter in which several chains meet.

    Args:
        feeds: In the order of that filter's inputs.
        meeting: The filter; None with one feed.
        order: In which order the feeds are played to their end; default: as they stand.
    """
    graph = av.filter.Graph()
    sources: list[Any] = [
        graph.add_buffer(
            width=one.width, height=one.height, format=av.VideoFormat(one.pixels), time_base=one.tick, name=f"in{i}"
        )
        for i, one in enumerate(feeds)
    ]
    ends = [_chain(graph, source, feed.steps) for source, feed in zip(sources, feeds, strict=True)]
    sink = graph.add("buffersink")
    _meet(graph, ends, meeting).link_to(sink)
    graph.configure()
    for index in order or range(len(feeds)):
        feed = feeds[index]
        for frame in feed.frames:
            sources[index].push(_shaped(frame, feed.pixels))
            yield from _ready(sink)
        sources[index].push(None)
        yield from _ready(sink)


def size_after(width: int, height: int, steps: Sequence[Step]) -> tuple[int, int]:
    """Return the size of frames after filters, without any frame; errors of the filters come to light here."""
    graph = av.filter.Graph()
    source = graph.add_buffer(width=width, height=height, format=av.VideoFormat(PIXELS), time_base=TICK)
    sink = graph.add("buffersink")
    end = _chain(graph, source, steps)
    end.link_to(sink)
    graph.configure()
    blank = av.VideoFrame(width, height, PIXELS)
    blank.pts, blank.time_base = 0, TICK
    source.push(blank)
    source.push(None)
    (out,) = list(_ready(sink))[:1]
    return out.width, out.height


def sound(wave: Wave, rate: int, steps: Sequence[Step]) -> Wave:
    """Return what filters make of a sound."""
    return mixed([(wave, steps)], rate, ())


def mixed(parts: Sequence[tuple[Wave, Sequence[Step]]], rate: int, steps: Sequence[Step]) -> Wave:
    """Return sounds added up (`amix`, not normalised), each after its own filters, the sum after `steps`."""
    graph = av.filter.Graph()
    channels = parts[0][0].shape[0]
    sources = [_source(graph, wave, rate, index) for index, (wave, _) in enumerate(parts)]
    ends = [_chain(graph, source, own) for source, (_, own) in zip(sources, parts, strict=True)]
    meeting = ("amix", f"inputs={len(parts)}:normalize=0:duration=longest") if len(parts) > 1 else None
    end = _chain(
        graph,
        _meet(graph, ends, meeting),
        [*steps, ("aformat", f"sample_fmts=fltp:channel_layouts={_LAYOUTS[channels]}")],
    )
    sink = graph.add("abuffersink")
    end.link_to(sink)
    graph.configure()
    out: list[Wave] = []
    for source, (wave, _) in zip(sources, parts, strict=True):
        for piece in pieces(wave, rate):
            source.push(piece)
            out += [frame.to_ndarray() for frame in _ready(sink)]
        source.push(None)
        out += [frame.to_ndarray() for frame in _ready(sink)]
    return np.concatenate(out, axis=1) if out else np.zeros((channels, 0), np.float32)


def pieces(wave: Wave, rate: int, size: int = _PIECE) -> Iterator[av.AudioFrame]:
    """Yield a sound as frames of `size` samples."""
    for start in range(0, wave.shape[1], size):
        part = np.ascontiguousarray(wave[:, start : start + size], np.float32)
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=_LAYOUTS[wave.shape[0]])
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield frame


_LAYOUTS = {1: "mono", 2: "stereo"}


def _source(graph: Any, wave: Wave, rate: int, index: int) -> Any:
    return graph.add_abuffer(
        sample_rate=rate, format="fltp", layout=_LAYOUTS[wave.shape[0]], time_base=Fraction(1, rate), name=f"in{index}"
    )


def _chain(graph: Any, start: Any, steps: Sequence[Step]) -> Any:
    for name, options in steps:
        link = graph.add(name, options) if options else graph.add(name)
        start.link_to(link)
        start = link
    return start


def _meet(graph: Any, ends: Sequence[Any], meeting: Step | None) -> Any:
    if meeting is None:
        return ends[0]
    joint = graph.add(*meeting)
    for index, end in enumerate(ends):
        end.link_to(joint, 0, index)
    return joint


def _shaped(frame: av.VideoFrame, pixels: str) -> av.VideoFrame:
    """Return a frame in the pixel format that a chain was told to expect."""
    if frame.format.name == pixels:
        return frame
    pts, tick, duration = frame.pts, frame.time_base, frame.duration
    frame = frame.reformat(format=pixels)
    frame.pts, frame.time_base, frame.duration = pts, tick, duration
    return frame


def _ready(sink: Any) -> Iterator[Any]:
    """Yield the frames that can be had now."""
    while True:
        try:
            yield sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return
