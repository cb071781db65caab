"""Calls made twice, simulated and really executed, and how far the two agree."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import numpy as np

from visgenenv.tools import LocalEditBackend
from visgenenv.types import Asset, ToolResult

from .calls import DRAWN, TOOLBOX, drawn, pick
from .stock import Arguments, stocked

SHRINK = 10
"""Films of whole pipelines are made at this fraction of their width and height."""
FACTS = ("width", "height", "n_frames", "fps", "duration", "n_samples", "sample_rate", "channels", "has_audio")
"""What is compared of every film and sound."""


@dataclass
class Tally:
    """What came of the calls of one tool: how many agree in what, and the kinds of disagreement with an example each."""

    calls: int = 0
    refused: int = 0
    same: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    """Of cuts at key frames: by how much they are too long, simulated and real."""
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.calls += other.calls
        self.refused += other.refused
        for name in ("same", "asked", "wrong", "seconds"):
            getattr(self, name).update(getattr(other, name))
        self.examples = other.examples | self.examples

    def check(self, name: str, simulated: Any, real: Any, call: str) -> None:
        """Count one comparison; a disagreement about status or error is of a kind of its own for every pair."""
        self.asked[name] += 1
        if simulated == real:
            self.same[name] += 1
            return
        label = f"{name}: simulated {simulated}, real {real}" if name in ("status", "error") else name
        self.wrong[label] += 1
        self.examples.setdefault(label, f"simulated {simulated}, real {real}: {call}")


def run(tool: str, numbers: Sequence[int]) -> Tally:
    """Make calls in twin workspaces and compare."""
    tally, backend = Tally(), LocalEditBackend(shrink=SHRINK)
    for number in numbers:
        if tool == CHAINS:
            run_chain(tally, backend, number)
            continue
        call = drawn(tool, number)
        simulated = TOOLBOX.call(tool, call, stocked(number))
        real = TOOLBOX.call(tool, call, stocked(number), backend=backend)
        compare(tally, tool, call, simulated, real)
        if tool == "tool_video_trim_edit" and call.get("accurate") is False and not simulated.error and not real.error:
            exact = TOOLBOX.call(tool, call | {"accurate": True}, stocked(number))
            if exact.error:  # less than a frame was asked for; at key frames there is always one
                continue
            seconds = exact.assets[0].duration
            longer = {"simulated": simulated.assets[0].duration - seconds, "real": real.assets[0].duration - seconds}
            tally.seconds.update(longer | {"cuts": 1})
    return tally


CHAINS = "chains of three edits"
LINKS = ("tool_video_trim_edit", "tool_video_speed_adjust", "tool_video_postprocess", "tool_subtitle_add_text")


def run_chain(tally: Tally, backend: LocalEditBackend, number: int) -> None:
    """Let three tools work on each other's films, in twin workspaces of which one holds real files."""
    rng = np.random.default_rng([99, number])
    desks = stocked(number), stocked(number)
    films = [""] * 2
    for _ in range(3):
        tool = pick(rng, LINKS)
        call = DRAWN[tool](rng) | ({"accurate": True} if tool == LINKS[0] else {})
        if call["video"].startswith("aud") or call.get("burn_in") is False:
            continue
        calls = [call | ({"video": film} if film else {}) for film in films]
        simulated = TOOLBOX.call(tool, calls[0], desks[0])
        real = TOOLBOX.call(tool, calls[1], desks[1], backend=backend)
        compare(tally, tool, call, simulated, real)
        if not simulated.error and not real.error:
            films = [result.assets[0].url for result in (simulated, real)]


def compare(tally: Tally, tool: str, call: Arguments, simulated: ToolResult, real: ToolResult) -> None:
    """Enter one pair of results."""
    said = json.dumps(call, ensure_ascii=False)
    tally.calls += 1
    tally.refused += bool(simulated.error and real.error)
    for result in (simulated, real):
        if result.error:
            said += f" ({result.error.type}: {result.error.message[:160]})"
    tally.check("status", simulated.status, real.status, said)
    if simulated.error or real.error:
        if simulated.error and real.error:
            tally.check("error", simulated.error.type, real.error.type, said)
        return
    tally.check("assets", _kinds(simulated), _kinds(real), said)
    copied = "at key frames: " if call.get("accurate") is False else ""
    for one, other in zip(simulated.assets, real.assets, strict=False):
        if one.kind in ("video", "audio"):
            for name in FACTS:
                place = copied if name in ("n_frames", "duration") else ""
                tally.check(f"{place}{name}", _fact(one, name), _fact(other, name), said)
    if tool == "tool_beat_detect":
        _compare_beats(tally, simulated, real, said)


def _kinds(result: ToolResult) -> list[str]:
    return [f"{asset.kind} {asset.mime}" for asset in result.assets]


def _fact(asset: Asset, name: str) -> Any:
    return round(asset.duration, 6) if name == "duration" else getattr(asset, name)


def _compare_beats(tally: Tally, simulated: ToolResult, real: ToolResult, said: str) -> None:
    """Compare lengths always; tempo and beats where there is music, and enough of it for a tempo."""
    one, other = simulated.data, real.data
    tally.check("duration", one["duration"], other["duration"], said)
    if one["confidence"] < 0.5 or one["beat_count"] < 6:
        return
    said = f"{one['bpm']} and {other['bpm']} beats a minute: {said}"
    near = [abs(other["bpm"] / one["bpm"] / octave - 1) < 0.05 for octave in (1.0, 0.5, 2.0)]
    tally.check("tempo (5 %)", True, near[0], said)
    tally.check("tempo but for octaves", True, any(near), said)


def run_all(calls: int, workers: int, tools: Sequence[str]) -> Iterator[tuple[str, Tally]]:
    """Yield the tally of every tool."""
    if workers == 1:
        yield from ((tool, run(tool, range(calls))) for tool in tools)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        size = max(1, min(25, calls // workers))
        waiting = {
            tool: [pool.submit(run, tool, range(i, min(calls, i + size))) for i in range(0, calls, size)]
            for tool in tools
        }
        for tool, parts in waiting.items():
            whole = Tally()
            for part in parts:
                whole.add(part.result())
            yield tool, whole
