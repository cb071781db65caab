"""Planning: the to-do list, the only state that no asset holds."""

from __future__ import annotations

from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.types import ToolResult


def tool_task_manager(call: Invocation, *, action: str, todos: list[dict[str, Any]] | None = None) -> ToolResult:
    """Replace the whole list, or return it as it stands; claims of completion are not checked."""
    if action == "read":
        stored = call.workspace.todos
        return call.done(data=_report(stored))
    stored = tuple({"priority": "medium", **todo} for todo in todos or ())
    ids = [todo["id"] for todo in stored]
    if len(set(ids)) < len(ids):
        repeated = next(id for i, id in enumerate(ids) if id in ids[:i])
        call.refuse(f"$.todos: the id {repeated!r} occurs more than once; ids must be unique", code="INVALID_TODOS")
    return call.done(data=_report(stored), todos=stored)


def _report(stored: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    counts = {"pending": 0, "in_progress": 0, "completed": 0, "cancelled": 0}
    for todo in stored:
        counts[todo["status"]] += 1
    busy = counts["in_progress"]
    warnings = [f"{busy} items are in_progress; keep exactly one"] if busy > 1 else []
    return {"todos": list(stored), "counts": counts, "warnings": warnings}
