"""Moving pictures before they are a file: cut, joined, slowed, held, crossfaded and laid on a frame grid."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from math import floor
from pathlib import Path

import av
import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from PIL import Image

from visgenenv.tools.local.filters import PIXELS, TICK, Feed, Step, pictures, size_after, woven

Frames = Iterator[av.VideoFrame]


class Reel(Struct, frozen=True):
    """A film as it runs: its size in pixels, how long it lasts, and its frames as often as they are wanted.

    Frames carry their beginning and their length in ticks; they follow each other without gaps from time 0 on.
    """

    width: int
    height: int
    seconds: Fraction
    play: Callable[[], Frames]


def exact(seconds: float) -> Fraction:
    """Return a time as the decimals in which it is written: 0.1 is a tenth."""
    return Fraction(str(seconds))


def nearest(value: Fraction) -> int:
    """Round to the nearest whole number, halves upwards, as libavfilter rounds times."""
    return floor(value + Fraction(1, 2))


def film(path: Path, width: int, height: int, fps: Fraction, n_frames: int) -> Reel:
    """Return a film file as a reel."""

    def play() -> Frames:
        with av.open(str(path)) as container:
            container.streams.video[0].thread_type = "NONE"
            for index, frame in enumerate(container.decode(video=0)):
                if index == n_frames:
                    return
                yield _timed(frame, Fraction(index) / fps, Fraction(index + 1) / fps)

    return Reel(width, height, Fraction(n_frames) / fps, play)


def still(picture: Image.Image, seconds: Fraction) -> Reel:
    """Return a picture that stays for some seconds."""

    def play() -> Frames:
        yield _timed(painted(picture), Fraction(0), seconds)

    return Reel(picture.width, picture.height, seconds, play)


def stretch(reel: Reel, start: Fraction, end: Fraction, speed: Fraction = Fraction(1)) -> Reel:
    """Return what is on screen between two times, played at another pace."""

    def play() -> Frames:
        for frame in reel.play():
            first, last = _span(frame)
            first, last = max(first, start), min(last, end)
            if first < last:
                yield _timed(frame, (first - start) / speed, (last - start) / speed)

    return replace(reel, seconds=(end - start) / speed, play=play)


def chained(reels: Sequence[Reel]) -> Reel:
    """Return reels of one size, one after the other."""

    def play() -> Frames:
        now = Fraction(0)
        for reel in reels:
            for frame in reel.play():
                first, last = _span(frame)
                yield _timed(frame, now + first, now + last)
            now += reel.seconds

    return replace(reels[0], seconds=sum((reel.seconds for reel in reels), Fraction(0)), play=play)


def frozen(reel: Reel, time: Fraction, seconds: Fraction) -> Reel:
    """Return a reel in which what is on screen at a time stays for longer; all that follows comes later."""

    def play() -> Frames:
        for frame in reel.play():
            first, last = _span(frame)
            stays = first <= time < last or (time >= reel.seconds > first and last >= reel.seconds - TICK)
            yield _timed(
                frame, first + (seconds if first > time else 0), last + (seconds if stays or first > time else 0)
            )

    return replace(reel, seconds=reel.seconds + seconds, play=play)


def sliced(reel: Reel, longest: Fraction) -> Reel:
    """Return a reel none of whose frames stays longer than so many seconds, so that a fade can change it."""

    def play() -> Frames:
        for frame in reel.play():
            first, last = _span(frame)
            while last - first > longest:
                yield _timed(frame, first, first + longest)
                first += longest
            yield _timed(frame, first, last)

    return replace(reel, play=play)


def filtered(reel: Reel, *steps: Step, pixels: str = PIXELS) -> Reel:
    """Return a reel after filters that leave its times alone."""
    width, height = size_after(reel.width, reel.height, steps)
    return Reel(
        width, height, reel.seconds, lambda: pictures(Feed(_kept(reel.play()), reel.width, reel.height, steps, pixels))
    )


def marked(reel: Reel, mark: Image.Image, place: Step) -> Reel:
    """Return a reel with a picture (RGBA) laid over every frame."""
    laid = av.VideoFrame.from_ndarray(np.array(mark.convert("RGBA")), format="rgba")
    laid.pts, laid.time_base = 0, TICK

    def play() -> Frames:
        spans: deque[tuple[Fraction, Fraction]] = deque()
        under = Feed(_noted(reel.play(), spans), reel.width, reel.height)
        over = Feed([laid], mark.width, mark.height, pixels="rgba")
        for frame in woven([under, over], place, order=(1, 0)):
            yield _timed(frame, *spans.popleft())  # the filter forgets how long a frame lasts

    return replace(reel, play=play)


def _noted(frames: Frames, spans: deque[tuple[Fraction, Fraction]]) -> Frames:
    for frame in frames:
        spans.append(_span(frame))
        yield frame


def painted(picture: Image.Image) -> av.VideoFrame:
    """Return a picture as a frame."""
    return av.VideoFrame.from_ndarray(np.array(picture.convert("RGB")), format="rgb24")


def pictured(frame: av.VideoFrame) -> Image.Image:
    """Return a frame as a picture."""
    return Image.fromarray(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))


def gridded(reel: Reel, fps: Fraction, start: Fraction = Fraction(0)) -> Frames:
    """Yield a reel as frames of a fixed rate (libavfilter's `fps`), numbered from 0; its times count from `start`.

    What lies on the grid depends on where on it the reel begins.
    """
    ahead = (_timed(frame, start + _span(frame)[0], start + _span(frame)[1]) for frame in reel.play())
    grid = pictures(
        Feed(ahead, reel.width, reel.height, [("fps", f"fps={fps.numerator}/{fps.denominator}:round=near")])
    )
    for index, frame in enumerate(grid):
        yield numbered(frame, index, fps)


def crossed(reels: Sequence[Reel], overlap: Fraction, transition: str, fps: Fraction) -> Frames:
    """Yield reels of one size, each fading into the next (libavfilter's `xfade`), on one frame grid.

    Every reel lies on the grid where the film's time has it, so that no rounding adds up.
    """
    first = nearest(reels[0].seconds * fps)
    film, now = gridded(reels[0], fps), reels[0].seconds
    for reel in reels[1:]:
        begins, now = _ticked(now - overlap), _ticked(now - overlap + reel.seconds)
        shared = first - nearest(begins * fps)
        film = _crossed(film, gridded(reel, fps, begins), reel, fps, first, shared, transition)
        first = nearest(now * fps)
    return film


def _crossed(
    before: Frames, after: Frames, shape: Reel, fps: Fraction, length: int, shared: int, transition: str
) -> Frames:
    seconds, offset = (float(Fraction(n) / fps) for n in (shared, length - shared))
    rate = [("fps", f"fps={fps.numerator}/{fps.denominator}")]
    feeds = [Feed(frames, shape.width, shape.height, rate, tick=1 / fps) for frames in (before, after)]
    joint = woven(feeds, ("xfade", f"transition={transition}:duration={seconds:.9f}:offset={offset:.9f}"))
    return (numbered(frame, index, fps) for index, frame in enumerate(joint))


def held(frames: Frames, shape: Reel, fps: Fraction, more: int) -> Frames:
    """Yield frames, and the last one `more` times again (libavfilter's `tpad`)."""
    if more <= 0:
        return frames
    rate = f"fps={fps.numerator}/{fps.denominator}"
    steps = [("fps", rate), ("tpad", f"stop={more}:stop_mode=clone")]
    longer = pictures(Feed(frames, shape.width, shape.height, steps, tick=1 / fps))
    return (numbered(frame, index, fps) for index, frame in enumerate(longer))


def numbered(frame: av.VideoFrame, index: int, fps: Fraction) -> av.VideoFrame:
    """Return the frame as number `index` of a film."""
    frame.pts, frame.time_base, frame.duration = index, 1 / fps, 1
    return frame


def _kept(frames: Iterable[av.VideoFrame]) -> Frames:
    yield from frames


def _timed(frame: av.VideoFrame, start: Fraction, end: Fraction) -> av.VideoFrame:
    first, last = nearest(start / TICK), nearest(end / TICK)
    frame.pts, frame.time_base, frame.duration = first, TICK, last - first
    return frame


def _ticked(seconds: Fraction) -> Fraction:
    """Return a time as frames carry it, so that it is rounded to the grid as theirs are."""
    return nearest(seconds / TICK) * TICK


def _span(frame: av.VideoFrame) -> tuple[Fraction, Fraction]:
    first = (frame.pts or 0) * TICK
    return first, first + frame.duration * TICK
