"""Reading plans: a JSON list of steps here, text in `plan_text`; and the dependencies that nobody wrote down."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

import orjson
from msgspec.structs import replace

from visgenenv.rewards.families import FAMILIES, family_of
from visgenenv.rewards.plan_amounts import MAX_TIMES, Amounts, times_of, yield_of
from visgenenv.rewards.plan_text import MAX_STEPS, is_numbered, steps_of, tools_named
from visgenenv.rewards.plans import Plan, PlanStep

MAX_CHARS = 20_000
"""A longer plan is read up to here."""

_KEYS: dict[str, tuple[str, ...]] = {
    "goal": (
        "goal",
        "task",
        "description",
        "objective",
        "action",
        "title",
        "name",
        "step_goal",
        "目标",
        "任务",
        "描述",
    ),
    "tool": ("tool", "tools", "tool_name", "tool_names", "function", "工具"),
    "n": ("n", "count", "times", "calls", "num", "number", "repeat", "quantity", "数量", "次数"),
    "deps": ("deps", "dependencies", "depends_on", "dependsOn", "requires", "after", "inputs", "依赖"),
    "deliver": ("deliver", "deliverable", "final", "is_final", "交付"),
    "id": ("id", "step", "step_id", "index", "no", "编号", "序号"),
}
_BLANKS = re.compile(r"[^\S\n]+")
_LISTS = ("steps", "plan", "tasks", "todo", "步骤", "计划")
_ONE = Amounts()


@lru_cache(maxsize=2048)
def read_plan(text: str, amounts: Amounts = _ONE) -> Plan:
    """Read a plan; a text without any step gives a plan without steps. Nothing raises.

    Args:
        text: What stands inside the plan tag.
        amounts: What "each" means in this task.

    Example:
        >>> plan = read_plan("1. Goal: one reference. Tool: text-to-image\\n2. Goal: edit it 4 times. Tool: 图生图 ×4")
        >>> [(step.tool, step.n, step.deps) for step in plan.steps]
        [('text2image', 1, ()), ('image_edit', 4, (1,))]
    """
    whole, text = text, _BLANKS.sub(" ", unicodedata.normalize("NFKC", text[:MAX_CHARS])[:MAX_CHARS])
    rows = _json_rows(text)
    if rows is not None:
        steps, form = _from_json(rows, amounts), "json"
    else:
        steps, form = steps_of(text, amounts), "numbered" if is_numbered(text) else "prose"
    if not steps:
        return Plan((), whole, "")
    return Plan(tuple(_with_flow(steps, form)), whole, form)


def _json_rows(text: str) -> list[dict[str, Any]] | None:
    """Return the steps of a JSON plan, or None if it is none."""
    body = text.strip()
    if body.startswith("```"):
        body = body.strip("`").removeprefix("json").strip()
    if body[:1] not in ("[", "{"):
        return None
    try:
        read = orjson.loads(body)
    except ValueError:
        return None
    if isinstance(read, dict):
        read = next((read[key] for key in _LISTS if isinstance(read.get(key), list)), [read])
    if not isinstance(read, list):
        return None
    return [row for row in read[:MAX_STEPS] if isinstance(row, dict)]


def _get(row: dict[str, Any], field: str) -> Any:
    return next((row[key] for key in _KEYS[field] if row.get(key) is not None), None)


def _from_json(rows: list[dict[str, Any]], amounts: Amounts) -> list[PlanStep]:
    numbers = {str(_get(row, "id")): number for number, row in enumerate(rows, 1) if _get(row, "id") is not None}
    steps: list[PlanStep] = []
    for row in rows:
        goal = _get(row, "goal")
        goal = goal.strip()[:2000] if isinstance(goal, str) else ""
        tools = tools_named(_get(row, "tool"), goal)
        deps = _get(row, "deps")
        steps.append(
            PlanStep(
                goal=goal,
                tools=tools,
                n=_times(_get(row, "n"), goal, tools, amounts, steps),
                yields=yield_of(goal),
                deps=_written(deps, numbers),
                declared=isinstance(deps, list | int | str) and not isinstance(deps, bool),
                deliver=_get(row, "deliver") is True,
            )
        )
    return steps


def _times(value: Any, goal: str, tools: tuple[str, ...], amounts: Amounts, before: list[PlanStep]) -> int:
    """Return how many calls a step stands for: as written, or else as its words say."""
    if isinstance(value, bool):
        value = None
    if isinstance(value, int | float) and value == value:
        return int(min(max(value, 1), MAX_TIMES))
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,4}\s*", value):
        return min(max(int(value), 1), MAX_TIMES)
    words = f"{goal} {value}" if isinstance(value, str) else goal
    return min(times_of(words, family_of(tools[0]) if tools else "", amounts, before), MAX_TIMES)


def _written(value: Any, numbers: dict[str, int]) -> tuple[int, ...]:
    """Return the step numbers of a dependency field: numbers, ids of steps, or words such as "step 2"."""
    found: list[int] = []
    for one in value[:MAX_STEPS] if isinstance(value, list) else [value]:
        if isinstance(one, bool) or one is None:
            continue
        if str(one) in numbers:
            found.append(numbers[str(one)])
        elif isinstance(one, int | float):
            found.append(int(max(-1, min(one, 10_000))) if one == one else -1)
        elif isinstance(one, str):
            found += [int(digits) for digits in re.findall(r"\d{1,4}", one)]
    return tuple(dict.fromkeys(found))


def _with_flow(steps: list[PlanStep], form: str) -> list[PlanStep]:
    """Give the steps that write no dependencies those that follow from the kinds they need.

    In running text a reference to one step does not mean that there are no others; what JSON says is taken at its word.
    """
    out: list[PlanStep] = []
    for step in steps:
        if step.declared and form == "json":
            out.append(step)
            continue
        flow = _flow(step, out, {dep for dep in step.deps if 0 < dep <= len(out)})
        out.append(replace(step, deps=tuple(dict.fromkeys([*step.deps, *flow]))))
    return out


def _flow(step: PlanStep, before: list[PlanStep], known: set[int]) -> list[int]:
    """Return the latest earlier steps that make what a step takes; one that joins takes everything not yet used."""
    family = FAMILIES.get(family_of(step.tool))
    if family is None:
        return []
    gives = {number: _gives(one) for number, one in enumerate(before, 1)}
    used = {dep for one in before for dep in one.deps}
    deps: list[int] = []
    for kinds in family.takes:
        makers = [number for number, kind in gives.items() if kind in kinds]
        if family.name == "composite":
            films = [number for number in makers if gives[number] == "video"] or makers
            deps += [number for number in films if number not in used] or films[-1:]
        elif makers and not known & set(makers):
            deps.append(makers[-1])
    if family.name == "composite":
        deps += [number for number, kind in gives.items() if kind == "audio" and number not in used]
    return deps


def _gives(step: PlanStep) -> str:
    family = FAMILIES.get(family_of(step.tool))
    return family.gives if family else ""
