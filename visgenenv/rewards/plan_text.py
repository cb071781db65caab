"""Reading plans in words: numbered, bulleted or plain text in English or Chinese; and the tools that words name."""

from __future__ import annotations

import re
from typing import Any

from visgenenv.rewards.families import FAMILIES, families_named, family_of
from visgenenv.rewards.plan_amounts import MAX_TIMES, Amounts, times_of, yield_of
from visgenenv.rewards.plans import OWN_ACT, PlanStep

MAX_STEPS = 200
"""More steps, or references to steps, are read up to here."""

_MARK = re.compile(
    r"^[*#>\s]{0,20}(?:step\s*(\d{1,3})|第\s*(\d{1,3}|[一二三四五六七八九十]{1,3})\s*步|步骤\s*(\d{1,3}|[一二三四五六七八九十]{1,3})|"
    r"\(?(\d{1,3})[.):\]、,]|([一二三四五六七八九十]{1,3})[、.:])[\s*.:)、,-]*",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*[-*•]\s+")
_INLINE = re.compile(r"(?<=[.;,。;])\s*(?=(?:step\s*)?\d{1,2}[.):、]\s*\S)", re.IGNORECASE)
_LEAD = re.compile(r"^[^\d\n]{0,16}(?=1\s*[.):、])")
_SENTENCE = re.compile(r"(?<=[.;!。;!])\s*(?![^\s]{0,12}(?:工具|tool)\s*[::])|\n", re.IGNORECASE)
_FIELD = re.compile(
    r"(goal|objective|tools?|deps|dependencies|depends on|目标|任务|工具|依赖)\s*[*_]*\s*[:=]\s*", re.IGNORECASE
)
_TOOL_NAME = re.compile(r"\btool_[a-z0-9_]+|\b(?:text2image|image_edit|text2video|image2video|video|music|tts|subtitle)_[a-z0-9_]+", re.IGNORECASE)  # fmt: skip
_REFERS = re.compile(
    r"(?:steps?|步骤)\s*#?((?:\d{1,3}|[一二三四五六七八九十]{1,3})(?:\s*(?:,|、|and|&|和|与|及|-|to|至|到)\s*(?:step\s*|步骤\s*)?\d{1,3})*)|第\s*(\d{1,3}|[一二三四五六七八九十]{1,3})\s*步|#(\d{1,3})",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d{1,3})\s*(?:-|to|至|到)\s*(\d{1,3})")
_OWN = re.compile(r"^\W*(llm|none|n/?a|self|myself|no tool|无|自己|自行|大模型|语言模型|-)\W*$", re.IGNORECASE)
_HANDS_OVER = re.compile(
    r"\b(?:deliver|hand(?:ing)? over|submit|send .{0,30}to the user)\b|交付|提交|交给用户", re.IGNORECASE
)
_CHINESE = {word: n for n, word in enumerate("一二三四五六七八九", 1)} | {
    "十": 10, "十一": 11, "十二": 12, "十三": 13, "十四": 14, "十五": 15,
}  # fmt: skip


def steps_of(text: str, amounts: Amounts) -> list[PlanStep]:
    """Return the steps of a plan in words."""
    steps: list[PlanStep] = []
    for body in _bodies(text)[:MAX_STEPS]:
        goal, tool, deps = _fields(body)
        tools = tools_named(tool, goal) if tool else tools_named(goal, "")
        number = len(steps) + 1
        refers = tuple(dep for dep in _references(deps or goal) if dep != number or deps)
        n = times_of(f"{goal} {tool}".strip(), family_of(tools[0]) if tools else "", amounts, steps)
        steps.append(PlanStep(goal, tools, min(n, MAX_TIMES), refers, bool(refers), yields=yield_of(goal)))
    return steps


def is_numbered(text: str) -> bool:
    """Whether a text has numbered or bulleted lines."""
    return any(_MARK.match(line) or _BULLET.match(line) or _LEAD.match(line) for line in text.splitlines())


def _bodies(text: str) -> list[str]:
    """Split a text at its step numbers; without any, at its bullets."""
    lines = text.splitlines()
    if sum(bool(_MARK.match(line)) for line in lines) < 2:
        inline = [part for line in lines for part in _INLINE.split(line)]
        lines = (
            inline
            if sum(bool(_MARK.match(line)) for line in inline) > sum(map(bool, map(_MARK.match, lines)))
            else lines
        )
    lines = [_LEAD.sub("", line) if _LEAD.match(line) else line for line in lines[:1]] + lines[1:]
    mark = _MARK if any(map(_MARK.match, lines)) else _BULLET if any(map(_BULLET.match, lines)) else None
    if mark is None:
        return [part.strip() for line in lines for part in _SENTENCE.split(line) if _acts(part)]
    bodies: list[list[str]] = []
    for line in lines:
        match = mark.match(line)
        if match and line[match.end() :].strip():
            bodies.append([line[match.end() :]])
        elif bodies and line.strip():
            bodies[-1].append(line.strip())
    return [" ".join(body).strip() for body in bodies]


def _acts(sentence: str) -> bool:
    """Whether a sentence of running text is a step: it names a tool, by name or exactly by its kind."""
    named = families_named(sentence, True)
    return bool(_TOOL_NAME.search(sentence) or (named and named != (OWN_ACT,)))


def _fields(body: str) -> tuple[str, str, str]:
    """Return goal, tool and dependencies of a step's text; all of it is the goal where it names no fields."""
    parts = {"goal": "", "tool": "", "deps": ""}
    marks = list(_FIELD.finditer(body))
    if not marks:
        return body, "", ""
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        said = body[mark.end() : after.start() if after else len(body)].strip(" ;,。.、*")
        word = mark[1].lower()
        key = "tool" if word.startswith(("tool", "工具")) else "deps" if word.startswith(("dep", "依赖")) else "goal"
        parts[key] = parts[key] or said
    head = body[: marks[0].start()].strip(" ;,。.、*-:")
    return (parts["goal"] or head), parts["tool"], parts["deps"]


def _references(text: str) -> list[int]:
    found: list[int] = []
    for match in _REFERS.finditer(text):
        said = match[1] or match[2] or match[3] or ""
        if len(found) > MAX_STEPS:
            break
        for low, high in _RANGE.findall(said):
            found += range(int(low), min(int(high), int(low) + MAX_STEPS) + 1)
        found += [_number(word) for word in re.findall(r"\d{1,3}|[一二三四五六七八九十]{1,3}", said)]
    if not found and re.fullmatch(r"[\d\s,、]+", text):
        found = [int(digits) for digits in re.findall(r"\d{1,3}", text)]
    return list(dict.fromkeys(found[:MAX_STEPS]))


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _CHINESE.get(word, 0)


def tools_named(value: Any, goal: str) -> tuple[str, ...]:
    """Return the tools a step names: in the words of its tool field, or else of its goal."""
    if isinstance(value, list):
        return tuple(dict.fromkeys(tool for one in value[:8] for tool in tools_named(one, "")))
    if not isinstance(value, str):
        return () if value is not None else tools_named(goal, "") if goal else ()
    if _OWN.match(value) or not value.strip():
        return (OWN_ACT,) if value.strip() or not goal else tools_named(goal, "")
    names = [name.lower() for name in _TOOL_NAME.findall(value)]
    known = [name if name.startswith("tool_") else f"tool_{name}" for name in names if _known(name)]
    if known:
        return tuple(dict.fromkeys(known))
    families = families_named(value, _HANDS_OVER.search(value) is not None)
    if families:
        return families
    word = value.strip()
    return (word[:80],) if re.fullmatch(r"[A-Za-z][\w.-]{2,79}", word) else ()


def _known(name: str) -> bool:
    return name.startswith("tool_") or (family_of(name) in FAMILIES and name not in FAMILIES)
