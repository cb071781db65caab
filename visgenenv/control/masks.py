"""What makes sense now: the mask over the components of an action."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from visgenenv.control.commission import Commission
from visgenenv.control.layout import ANSWER, PLAN, ROUTES, SOURCES, Layout
from visgenenv.control.standing import Standing
from visgenenv.policies.workflows.shapes import KLING, VEO

_TAKES: dict[str, frozenset[str]] = {
    "image": frozenset(["image"]), "images": frozenset(["image"]), "video": frozenset(["video"]),
    "videos": frozenset(["video"]), "audio": frozenset(["audio", "video"]), "audios": frozenset(["audio", "video"]),
    "clips": frozenset(["video", "image"]),
}  # fmt: skip
"""Required parameters that name files, and the kinds of which they take one."""


def write_mask(layout: Layout, standing: Standing, mask: NDArray[np.int8]) -> None:
    """Mark what makes sense: tools on offer whose files exist, sources that hold something, routes with their tools.

    A plan makes sense once, and again after a failure; an answer, once there is something, or something has failed, or
    nothing else can be done. Every component has at least one choice.
    What is not marked may be chosen all the same: it becomes a turn that is answered with an error.

    Args:
        layout: Of the spaces.
        standing: Of the episode.
        mask: int8 of shape (layout.mask_size,), overwritten.
    """
    kinds = frozenset(standing.kinds)
    kept = standing.commission.columns.get(kinds)
    if kept is None:
        kept = standing.commission.columns[kinds] = _fixed(layout, standing.commission, kinds)
    fixed, tools, sources = kept
    mask[:] = fixed
    mask[PLAN] = not standing.has_plan or standing.last.failed > 0
    held = [bool(standing.slots[slot]) for slot in SOURCES[_BROUGHT:]]
    mask[sources : sources + len(held)] = held
    mask[ANSWER] = any(standing.slots.values()) or standing.last.failed > 0 or not tools


_BROUGHT = SOURCES.index("upload") + 1


def _fixed(layout: Layout, commission: Commission, kinds: frozenset[str]) -> tuple[NDArray[np.int8], bool, int]:
    """Return the mask as far as it depends on the kinds of files there are; whether any tool can be called; and where
    the sources begin that fill up."""
    schemas = commission.offer.schemas
    mask = np.ones(layout.mask_size, np.int8)
    possible = [tool in schemas and _possible(schemas[tool], kinds) for tool in layout.tools]
    mask[layout.nvec[0] - len(layout.tools) : layout.nvec[0]] = possible
    routes, sources = (layout.starts[layout.components.index(name)] for name in ("route", "source"))
    mask[routes : routes + len(ROUTES)] = _routes(commission)
    mask[sources + SOURCES.index("upload")] = bool(commission.brief.uploads)
    return mask, any(possible), sources + _BROUGHT


def _possible(schema: dict[str, Any], kinds: frozenset[str]) -> bool:
    """Whether there is a file of every kind that a tool requires."""
    required = set(schema.get("required") or ())
    needs = [_TAKES[name] for name in required if name in _TAKES]
    needs += [frozenset(["text"])] if {"script", "storyboard"} <= required else []
    return not any(need.isdisjoint(kinds) for need in needs)


def _routes(commission: Commission) -> tuple[bool, ...]:
    """Return, for each route, whether its tools and files are there; the first is always open."""
    brief, offer = commission.brief, commission.offer
    draws, edits = bool(offer.makers(None)), bool(offer.editors(None))
    frames = offer.has(KLING)
    return (
        True, draws, draws and edits, edits and bool(brief.picture), offer.has(VEO), frames and draws,
        frames and draws and edits, frames and edits and bool(brief.picture), bool(brief.footage),
    )  # fmt: skip
