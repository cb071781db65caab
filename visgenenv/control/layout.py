"""What the numbers mean: the components of an action, the columns of an observation, and where each begins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

PLAN, ANSWER = 0, 1
"""The first two moves; the others are one a tool, in the order of the toolbox."""

ROUTES = ("pictures", "batch", "reference", "upload", "clips", "keyframes", "reference_film", "upload_film", "footage")
"""How a plan goes about it: each picture from its own words; all from one description; edits of a reference picture,
drawn first or brought by the user; clips from words; clips from keyframes; from keyframes edited from a reference,
drawn first or brought; the user's footage, cut."""
SHOWS = ("planned", "reference", "each", "all", "request")
"""What the prompts of a call say: what is next by the plan; the reference picture; each place its own item; one
description for all; the whole request, word for word."""
SLOTS = ("reference", "pictures", "clips", "cuts", "titled", "others", "voices", "music", "effects", "notes")
"""Where results are kept, by what made them. `others` takes media from tools without a slot of their own."""
SOURCES = ("usual", "upload", *SLOTS[:6])
"""What a call works on, or an answer hands over; "usual" is the best there is for the purpose."""
COUNTS = ("one", "half", "asked", "more", "double")
"""How many, relative to what the request asks for: one; half, rounded up; what is still missing (all, if nothing or
everything is there); one more than asked; twice as many."""
SHAPES = ("asked", "usual", "square", "wide", "tall")
"""As the request says; the tool's own; 1:1, 16:9, 9:16."""
LENGTHS = ("asked", "short", "long")
"""Of clips: enough for the shot, the tool's shortest, its longest. Of a cut: as asked, half of it, clips uncut."""
CUTS = ("asked", "never", "always")
"""Whether a plan of a film ends in a cut: where several clips, sound, shape or length take one; or whatever they take."""
SOUNDS = ("asked", "none", "music", "all")
"""Of a plan: which of voice, music, effects and subtitles it provides for. Of a cut: what is put under the clips."""

ERRORS = (
    "INVALID_ARGUMENT", "ASSET_NOT_FOUND", "UNSUPPORTED_FORMAT", "TOO_LARGE", "PRECONDITION_FAILED",
    "TOOL_NOT_AVAILABLE", "CONTENT_BLOCKED", "QUOTA_EXCEEDED", "RATE_LIMITED", "TIMEOUT", "INTERNAL", "EMPTY_RESULT",
    "other",
)  # fmt: skip
"""Types of error told one by one."""
REQUEST = (
    "image", "film", "count", "single", "listed", "each", "has_shots", "shots", "has_seconds", "seconds", "per_item",
    "music", "voice", "effects", "subtitles", "sized", "exact", "square", "wide", "tall", "object", "scene", "style",
    "recurring", "variety", "picture", "footage", "slower", "song", "chinese", "text_clips", "text_join", "text_fills",
    "frame_clips", "frame_join", "frame_fills",
)  # fmt: skip
"""What the words of the request ask for, and, for clips from words and from pictures, how many it takes, whether they
need joining, and whether that many fill the film."""
TOOL = ("offered", "fits", "planned", "made", "failing", "due")
SLOT = ("made", "missing", "complete", "planned", "drawn", "seconds", "fits_length", "fits_shape", "flaws")
BUDGET = ("turn", "calls", "cost", "latency", "has_plan", "planned_all")
LAST = ("made", "failed", "nothing_done")

COMPONENTS: dict[str, int] = {
    "route": len(ROUTES), "show": len(SHOWS), "source": len(SOURCES), "count": len(COUNTS), "shape": len(SHAPES),
    "length": len(LENGTHS), "cut": len(CUTS), "sound": len(SOUNDS),
}  # fmt: skip
"""The components after the first (the move), with their sizes."""


class Layout(Struct, frozen=True):
    """The spaces for one set of tools.

    Example:
        >>> layout = layout_of(("tool_text2image_gemini", "tool_task_manager"))
        >>> layout.nvec[0], layout.columns[:2], layout.move("tool_task_manager")
        (4, ('request.image', 'request.film'), 3)
    """

    tools: tuple[str, ...]
    columns: tuple[str, ...]
    nvec: tuple[int, ...]
    starts: tuple[int, ...]
    """Where each component begins in the mask."""

    @property
    def components(self) -> tuple[str, ...]:
        """The components by name, the move first."""
        return ("move", *COMPONENTS)

    @property
    def mask_size(self) -> int:
        return sum(self.nvec)

    def move(self, tool: str) -> int:
        """Return the move that calls a tool."""
        return 2 + self.tools.index(tool)

    def tool(self, move: int) -> str:
        """Return the tool that a move calls.

        Raises:
            ValueError: There is no such move, or it calls none.
        """
        if not 2 <= move < 2 + len(self.tools):
            raise ValueError(f"move={move} is no tool: those are 2 to {1 + len(self.tools)}")
        return self.tools[move - 2]


@lru_cache(maxsize=32)
def layout_of(tools: Sequence[str]) -> Layout:
    """Return the layout for tools in their order."""
    tools = tuple(tools)
    columns = [f"request.{name}" for name in REQUEST]
    columns += [f"{tool}.{name}" for tool in tools for name in TOOL]
    columns += [f"{slot}.{name}" for slot in SLOTS for name in SLOT]
    columns += [f"budget.{name}" for name in BUDGET]
    columns += [f"last.{name}" for name in (*LAST, *ERRORS)]
    nvec = (2 + len(tools), *COMPONENTS.values())
    starts = tuple(sum(nvec[:k]) for k in range(len(nvec)))
    return Layout(tools, tuple(columns), nvec, starts)


class Choice(Struct, frozen=True):
    """An action by its meaning.

    Example:
        >>> Choice(move=PLAN, route="reference").count
        'asked'
    """

    move: int
    route: str = "pictures"
    show: str = "planned"
    source: str = "usual"
    count: str = "asked"
    shape: str = "asked"
    length: str = "asked"
    cut: str = "asked"
    sound: str = "asked"


_TABLES: dict[str, tuple[str, ...]] = {
    "route": ROUTES, "show": SHOWS, "source": SOURCES, "count": COUNTS, "shape": SHAPES, "length": LENGTHS,
    "cut": CUTS, "sound": SOUNDS,
}  # fmt: skip


def read_choice(numbers: Any) -> Choice:
    """Return what the numbers of an action mean.

    Raises:
        ValueError: A number is outside its component.
    """
    values = [int(number) for number in numbers]
    if len(values) != 1 + len(COMPONENTS):
        raise ValueError(f"an action has {1 + len(COMPONENTS)} numbers, not {len(values)}")
    try:
        move, *rest = values
        meant = [table[value] for table, value in zip(_TABLES.values(), rest, strict=True)]
    except IndexError:
        meant = []
    if not meant or min(values) < 0:
        sizes = ", ".join(f"{name} 0 to {size - 1}" for name, size in COMPONENTS.items())
        raise ValueError(f"{values} is outside the action space: {sizes}")
    return Choice(move, *meant)


def write_choice(choice: Choice) -> list[int]:
    """Return the numbers of an action."""
    return [choice.move, *(table.index(getattr(choice, name)) for name, table in _TABLES.items())]
