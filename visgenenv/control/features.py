"""From a standing to numbers: the observation vector. Only what the latest turn has changed is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from visgenenv.control.commission import Commission, act_of
from visgenenv.control.layout import ERRORS, REQUEST, SLOT, SLOTS, TOOL, Layout
from visgenenv.control.masks import write_mask
from visgenenv.control.standing import Made, Standing
from visgenenv.policies.workflows.shapes import CLIP_SECONDS, KLING, VEO, knows_shapes, shape_arguments
from visgenenv.types import Size

DOZEN, MINUTE, TRIES = 12.0, 60.0, 4.0
"""Scales: counts are told as the root of dozens, so that one is seen; seconds in minutes, failures in fours. All end at 1."""
TURNS, CALLS, USD, HOUR = 20.0, 48.0, 5.0, 3600.0
SIZE_TOLERANCE = 0.03
_PLANNED = TOOL.index("planned")
_ROWS = {slot: row for row, slot in enumerate(SLOTS)}


class Encoder:
    """Writes one conversation's numbers, as it grows, into arrays that stay.

    Args:
        layout: Of the spaces.
        vector: float32 of shape (len(layout.columns),), in [0, 1].
        mask: int8 of shape (layout.mask_size,).
    """

    def __init__(self, layout: Layout, vector: NDArray[np.float32], mask: NDArray[np.int8]):
        self.layout, self.vector, self.mask = layout, vector, mask
        self._rows = {tool: row for row, tool in enumerate(layout.tools)}
        tools_end = len(REQUEST) + len(TOOL) * len(layout.tools)
        self._tools = vector[len(REQUEST) : tools_end].reshape(-1, len(TOOL))
        self._slots = vector[tools_end : tools_end + len(SLOTS) * len(SLOT)].reshape(-1, len(SLOT))
        self._rest = vector[tools_end + len(SLOTS) * len(SLOT) :]

    def begin(self, standing: Standing) -> None:
        """Write everything about a conversation."""
        kept = standing.commission.columns.get("vector")
        if kept is None:
            kept = standing.commission.columns["vector"] = request_columns(standing.commission, self.layout)
        self.vector[:] = kept
        if standing.turn:
            self._write_tools(standing, {*standing.planned, *standing.made, *standing.failing})
            self._write_slots(standing, SLOTS)
        self._rest[:] = _rest(standing)
        write_mask(self.layout, standing, self.mask)

    def update(self, standing: Standing) -> None:
        """Write what the latest turn has changed."""
        self._write_tools(standing, standing.changed)
        self._write_slots(standing, standing.changed)
        self._rest[:] = _rest(standing)
        write_mask(self.layout, standing, self.mask)

    def _write_tools(self, standing: Standing, tools: set[str]) -> None:
        for tool in tools:
            row = self._rows.get(tool)
            if row is not None:
                planned, made = standing.planned[tool], standing.made[tool]
                self._tools[row, _PLANNED:] = (
                    counted(planned), counted(made), _share(standing.failing[tool], TRIES), float(planned > made),
                )  # fmt: skip

    def _write_slots(self, standing: Standing, slots: Iterable[str]) -> None:
        for slot in slots:
            row = _ROWS.get(slot)
            if row is not None:
                self._slots[row] = _slot(standing, slot)


def request_columns(commission: Commission, layout: Layout) -> NDArray[np.float32]:
    """Return the whole vector with all that stays the same during an episode filled in."""
    vector = np.zeros(len(layout.columns), np.float32)
    vector[: len(REQUEST)] = list(request_features(commission))
    at = len(REQUEST)
    for row, tool in enumerate(layout.tools):
        if tool in commission.offer.schemas:
            vector[at + row * len(TOOL) : at + row * len(TOOL) + 2] = 1.0, fits(commission, tool)
    slots = vector[at + len(layout.tools) * len(TOOL) :][: len(SLOTS) * len(SLOT)].reshape(-1, len(SLOT))
    slots[:, SLOT.index("missing")] = [counted(commission.wanted(slot, commission.usual_tool)) for slot in SLOTS]
    return vector


def request_features(commission: Commission) -> Iterator[float]:
    """Yield the columns `request.*`."""
    brief, size, film = commission.brief, commission.brief.size, commission.film
    wide, tall = _leaning(size)
    told = {
        "image": not film, "film": film, "count": counted(brief.count), "single": brief.count == 1,
        "listed": bool(brief.items), "each": brief.each > 1, "has_shots": brief.shots is not None,
        "shots": counted(brief.shots or 0), "has_seconds": brief.seconds is not None,
        "seconds": (brief.seconds or 0.0) / MINUTE, "per_item": brief.per_item, "music": brief.music,
        "voice": brief.voice, "effects": brief.effects, "subtitles": brief.subtitle, "sized": size is not None,
        "exact": size is not None and size.exact, "square": size is not None and not (wide or tall), "wide": wide,
        "tall": tall, "object": brief.group == "object", "scene": brief.group == "scene",
        "style": brief.group == "style", "recurring": bool(brief.recurring), "variety": brief.variety,
        "picture": bool(brief.picture), "footage": bool(brief.footage), "slower": brief.slower, "song": bool(brief.song),
        "chinese": brief.lang == "zh",
    }  # fmt: skip
    for name, tool in (("text", VEO), ("frame", KLING)) if film else ():
        shooting = commission.shooting(tool)
        full = shooting.per_film * CLIP_SECONDS[tool][-1]
        told |= {f"{name}_clips": counted(len(shooting.shown)), f"{name}_join": shooting.cut,
                 f"{name}_fills": brief.seconds is None or full >= 0.9 * shooting.film_seconds}  # fmt: skip
    return (min(1.0, float(told.get(name, 0.0))) for name in REQUEST)


def _leaning(size: Size | None) -> tuple[bool, bool]:
    if size is None:
        return False, False
    return size.width > (1 + SIZE_TOLERANCE) * size.height, size.height > (1 + SIZE_TOLERANCE) * size.width


def fits(commission: Commission, tool: str) -> bool:
    """Whether a tool can make the shape that is asked for."""
    size, act = commission.brief.size, act_of(tool)
    if act in ("draw", "edit"):
        wanted = commission.size("asked")
        return shape_arguments(tool, wanted)[1] if knows_shapes(tool) else wanted is None
    if act == "film" and size is not None:
        return not size.exact and (size.width, size.height) in ((16, 9), (9, 16))
    return True


def counted(n: int) -> float:
    """Return a number of things as a column tells it.

    >>> [round(counted(n), 2) for n in (0, 1, 3, 12, 30)]
    [0.0, 0.29, 0.5, 1.0, 1.0]
    """
    return min(1.0, sqrt(n / DOZEN))


def _share(n: float, scale: float) -> float:
    return min(1.0, n / scale)


def _slot(standing: Standing, slot: str) -> tuple[float, ...]:
    held, planned = standing.slots[slot], standing.planned_into[slot]
    missing = len(standing.missing(slot))
    if not held:
        return (0.0, counted(missing), 0.0, counted(planned), 0.0, 0.0, 0.0, 0.0, 0.0)
    made = list(held.values())
    seconds = sum([float(one.asset.get("duration", 0.0)) for one in made])
    drawn = sum([one.drawn for one in made]) / len(made)
    flaws = sum([one.flaws for one in made])
    size = standing.commission.brief.size
    return (
        counted(len(made)), counted(missing), float(not missing), counted(planned), drawn,
        _share(seconds, MINUTE), float(_long_enough(standing, seconds)),
        float(size is None or all(_in_shape(one, size) for one in made)), _share(flaws, TRIES),
    )  # fmt: skip


def _long_enough(standing: Standing, seconds: float) -> bool:
    """Whether files are as long together as the request says, give or take 10 % or half a second."""
    brief = standing.commission.brief
    if brief.seconds is None:
        return True
    whole = brief.seconds * (brief.count if brief.per_item else 1)
    return abs(seconds - whole) <= max(0.5, 0.1 * whole)


def _in_shape(made: Made, size: Size) -> bool:
    width, height = made.asset.get("width"), made.asset.get("height")
    if not width or not height or (width, height) == (size.width, size.height):
        return True
    return not size.exact and abs(width * size.height / (height * size.width) - 1) <= SIZE_TOLERANCE


def _rest(standing: Standing) -> list[float]:
    """Return the columns `budget.*` and `last.*`."""
    last, made = standing.last, standing.made
    done = standing.has_plan and all(made[tool] >= n for tool, n in standing.planned.items())
    errors = {kind if kind in ERRORS else "other" for kind in last.errors}
    return [
        _share(standing.turn, TURNS), _share(standing.calls, CALLS), _share(standing.cost, USD),
        _share(standing.latency, HOUR), float(standing.has_plan), float(done),
        counted(last.made), counted(last.failed), float(not last.acted),
        *([float(kind in errors) for kind in ERRORS] if errors else _NO_ERRORS),
    ]  # fmt: skip


_NO_ERRORS = [0.0] * len(ERRORS)
