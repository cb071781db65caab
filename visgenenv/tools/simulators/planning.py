"""Planning: the to-do list, replaced as a whole and read back."""

from __future__ import annotations

from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.types import ToolResult

STATUSES = ("pending", "in_progress", "completed", "cancelled")


def tool_task_manager(call: Invocation, *, action: str, todos: list[dict[str, Any]] | None = None) -> ToolResult:
    """Write the whole list anew, or read it; what it claims is not checked against the assets."""
    if action == "read":
        return call.done(data=_told(call.workspace.todos))
    written = tuple([{"priority": "medium", **todo} for todo in todos or ()])
    ids = [todo["id"] for todo in written]
    if len(set(ids)) < len(ids):
        twice = next(one for index, one in enumerate(ids) if one in ids[:index])
        call.refuse(f"$.todos: the id {twice!r} is used twice; ids must be unique")
    return call.done(data=_told(written), todos=written)


def _told(todos: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Return the stored list, the counts by status and, if more than one is in progress, a warning."""
    counts = dict.fromkeys(STATUSES, 0)
    for todo in todos:
        counts[todo["status"]] += 1
    data: dict[str, Any] = {"todos": list(todos), "counts": counts, "warnings": []}
    if counts["in_progress"] > 1:
        data["warnings"].append(f"{counts['in_progress']} items are in progress; work on one at a time")
    return data
