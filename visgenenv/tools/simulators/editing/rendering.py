"""What every edit of a film shares: the frame grid, and the time it takes to render."""

from __future__ import annotations

from visgenenv.tools.invocation import Invocation, Refused
from visgenenv.types import ToolError

RATE = 44100
"""Edited sound has this sample rate, and two channels."""
ROUNDING = 0.001
"""Seconds by which a length may be overshot: agents are told lengths to the millisecond."""
_HALF = 0.5 + 1e-6
"""A length halfway between two frames is rounded up, even where binary fractions put it a little lower."""


def count_frames(call: Invocation, seconds: float, fps: tuple[int, int]) -> int:
    """Return the whole number of frames nearest to a length; refuse a film without any."""
    n_frames = int(seconds * fps[0] / fps[1] + _HALF)
    if not n_frames:
        rate = fps[0] / fps[1]
        call.refuse(f"the film would be empty: {seconds:.4f} s are less than half a frame at {rate:g} fps")
    return n_frames


def count_samples(seconds: float, rate: int = RATE) -> int:
    """Return the samples nearest to a length, at least one where there is any."""
    return max(1, int(seconds * rate + _HALF)) if seconds > 0 else 0


def render_median(
    call: Invocation, seconds: float, width: int, height: int, fps: tuple[int, int], factor: float = 1.0
) -> float:
    """Return the median seconds that writing a film takes (it grows with pixels and frames); refuse beyond the limit."""
    model = call.spec.latency["render"]
    work = seconds * (width * height / model["pixels"]) * (fps[0] / fps[1] / model["fps"])
    median = float((model["base"] + model["per_second"] * work) * factor)
    limit = model["limit"]
    if median > limit:
        message = f"rendering {seconds:.1f} s at {width}x{height} needs about {median:.0f} s, the limit is {limit} s"
        raise Refused(ToolError("TIMEOUT", 504, f"{message}: make it shorter or smaller"))
    return median


def render_time(
    call: Invocation, seconds: float, width: int, height: int, fps: tuple[int, int], factor: float = 1.0
) -> float:
    """Draw the seconds an edit takes, at most the limit."""
    median, model = render_median(call, seconds, width, height, fps, factor), call.spec.latency["render"]
    return float(min(call.latency(median, model["p95_ratio"] * median), model["limit"]))
