"""Looking things up before the work and looking results over after it: calls that tell something and make nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

from visgenenv.policies.workflows.craft import about, prompt
from visgenenv.policies.workflows.job import Job
from visgenenv.policies.workflows.turns import Result, Step, Turn, Way, Wish, obtain
from visgenenv.policies.workflows.words import say
from visgenenv.types import Lang

SEARCH, SUMMARY, INSPIRE = "tool_search_content", "tool_content_summary", "tool_search_inspire"
REFINE, SCRIPT = "tool_prompt_refine", "tool_video_script_gen"
LOOK, WATCH, LISTEN = "tool_image_analysis", "tool_video_analysis", "tool_audio_analysis"

MOST_LOOKUPS = 2
"""Calls that only tell something, before the work; rewards allow two without a loss."""
MOST_PICTURES, MOST_FILMS = 16, 10
"""Files in one analysis."""
_HABITS: dict[str, tuple[str, ...]] = {
    "W12": (SEARCH, SUMMARY, SCRIPT),
    "W10": (SCRIPT, SEARCH),
    "W13": (SCRIPT, REFINE),
    "W9": (SCRIPT, SEARCH),
    "W6": (INSPIRE, REFINE),
    "W5": (INSPIRE, REFINE),
}
"""What a template looks up first."""
_ANY = (SEARCH, INSPIRE, REFINE, SUMMARY, SCRIPT)
_GOALS = {SEARCH: "search", SUMMARY: "sum_up", INSPIRE: "inspire", REFINE: "refine", SCRIPT: "script"}

_ARGUMENTS: dict[str, tuple[Callable[[Job], dict[str, Any]], str]] = {
    SEARCH: (lambda job: {"query": about(job.brief)[:200], "max_results": 3}, "query"),
    SUMMARY: (lambda job: {"text": prompt(job.brief), "max_length": 200}, "text"),
    INSPIRE: (lambda job: {"query": about(job.brief)[:200], "count": 3}, "query"),
    REFINE: (lambda job: {"text": prompt(job.brief)}, "text"),
    SCRIPT: (lambda job: {"topic": about(job.brief), "duration": max(5.0, job.brief.seconds or 30.0)}, "topic"),
}  # fmt: skip


def chosen(job: Job, calls: int) -> list[str]:
    """Return the tools to look something up with before `calls` calls: of those on offer, what a template likes first."""
    if not about(job.brief):
        return []
    liked = dict.fromkeys((*_HABITS.get(job.brief.template, ()), *job.chance.several("look up", _ANY, len(_ANY))))
    useless = SCRIPT if job.brief.modality == "image" else INSPIRE
    return [tool for tool in liked if job.offer.has(tool) and tool != useless][: min(MOST_LOOKUPS, calls)]


def lookup_steps(job: Job, tools: Sequence[str]) -> tuple[Step, ...]:
    goals = [say(f"goal_{_GOALS[tool]}", job.lang) for tool in tools]
    return tuple(Step(goal[0].upper() + goal[1:], tool) for goal, tool in zip(goals, tools, strict=True))


def look_up(job: Job, tools: Sequence[str], plan: tuple[Step, ...] | None) -> Generator[Turn, list[Result], None]:
    """Make the look-ups one after another; a summary is of what a search has found, if there was one."""
    found = ""
    for place, tool in enumerate(tools):
        write, wording = _ARGUMENTS[tool]
        arguments = {"sources": [found], "max_length": 200} if tool == SUMMARY and found else write(job)
        think = say("look_up", job.lang, goal=say(f"goal_{_GOALS[tool]}", job.lang), subject=about(job.brief))
        if place:
            think = f"{say('looked_up', job.lang)} {think}"
        way = Way(tool, arguments, wording if wording in arguments else "")
        wish = Wish(say("the_look_up", job.lang), (way,), tells=True)
        (told,) = yield from obtain([wish], think, job.lang, None if place else plan)
        if told and tool == SEARCH:
            found = next((asset["url"] for asset in told[0].get("assets") or () if asset.get("kind") == "text"), "")


def inspection(urls: Sequence[str], kind: str, question: str, lang: Lang) -> Wish:
    """Return the wish to have pictures or films of one kind looked at."""
    tool, name = {"image": (LOOK, "images"), "video": (WATCH, "videos"), "audio": (LISTEN, "audios")}[kind]
    arguments: dict[str, Any] = {name: list(urls), "question": question}
    if kind != "audio":
        arguments["analysis_type"] = "quality"
    return Wish(say("the_check", lang), (Way(tool, arguments, "question"),), tells=True)


def looker(kind: str) -> tuple[str, int]:
    """Return the tool that looks at a kind of file, and at how many at once."""
    return {"image": (LOOK, MOST_PICTURES), "video": (WATCH, MOST_FILMS), "audio": (LISTEN, MOST_FILMS)}[kind]


def look_over(job: Job, urls: Sequence[str]) -> Generator[Turn, list[Result], str]:
    """Have what is to be delivered looked at, if a tool can; return what it says, shortened."""
    kind = job.brief.modality
    tool, most = looker(kind)
    if not urls or not job.offer.has(tool):
        return ""
    think = say("look_over", job.lang, tool=tool, n=len(urls))
    wish = inspection(urls[:most], kind, say("question_quality", job.lang), job.lang)
    (told,) = yield from obtain([wish], think, job.lang)
    return answer_of(told[0], job.lang) if told else ""


def answer_of(result: Result, lang: Lang) -> str:
    """Return an analysis's answer in one line of at most 200 characters."""
    text = " ".join(str((result.get("data") or {}).get("answer") or "").split())
    return text[:200].rstrip(" .。")
