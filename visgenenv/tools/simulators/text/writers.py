"""The writing tools: they work from their arguments and the texts these cite, and each mints one text asset."""

from __future__ import annotations

from typing import Any

import orjson

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.text import refining, scripts, storyboards
from visgenenv.tools.simulators.text.prose import MARKS, clip, sentences
from visgenenv.tools.simulators.text.prose import language as read_language
from visgenenv.tools.simulators.text.refining import refine
from visgenenv.tools.simulators.text.scripts import Written, write_script
from visgenenv.tools.simulators.text.storyboards import Demand, write_storyboard
from visgenenv.tools.simulators.text.wording import words_of
from visgenenv.tools.simulators.text.writing import cited_text, text_of, words, write, writing_time
from visgenenv.types import ToolResult

_SENTENCES_PER_REFERENCE = 2
_READ = 2000
"""Characters of a reference that are read for its first facts."""


def tool_prompt_refine(
    call: Invocation,
    *,
    text: str,
    instruction: str = "",
    target_tool: str | None,
    style: str = "",
    language: str,
    max_length: int,
) -> ToolResult:
    """Tidy a prompt, add what its generator profits from, keep it within both limits."""
    original = words(call, text, cited_text(call))
    tables = call.spec.tables
    lang = read_language(original, language)
    limit = min(max_length, tables["prompt_limits"][target_tool][lang]) if target_tool else max_length
    craft = tuple(tables["craft"][tables["family"].get(target_tool, "image")][lang])
    first = int(call.draws[1] * refining.VARIANTS)
    refined, notes = refine(original, lang, limit, style.strip(), instruction.strip(), craft, first)
    data: dict[str, Any] = {"refined_text": refined, "char_count": len(refined), "notes": list(notes)}
    if call.quirk("cut"):
        refined = data["refined_text"] = clip(refined, max(len(refined) * 3 // 5, 1))
        data |= {"char_count": len(refined), "warnings": ["stop_reason max_tokens: the text was cut short"]}
    return call.done(write(call, refined, "prompt"), data=data, cost=call.spec.price["per_call"])


def tool_video_script_gen(
    call: Invocation,
    *,
    topic: str,
    duration: float,
    script_type: str,
    style: str = "",
    audience: str = "",
    language: str,
    num_scenes: int | None = None,
    key_points: list[str] | None = None,
    reference_texts: list[str] | None = None,
) -> ToolResult:
    """Write scenes whose narration a speaker says in `duration` seconds."""
    words(call, topic, None)
    points = tuple(key_points or ())
    for reference in reference_texts or ():
        points += tuple(sentences(text_of(call.asset(reference))[:_READ])[:_SENTENCES_PER_REFERENCE])
    lang = read_language(topic, language)
    script = write_script(
        words_of(call.spec, lang), topic.strip(), duration, script_type, lang, num_scenes, style.strip(),
        audience.strip(), points, int(call.draws[1] * scripts.VARIANTS),
    )  # fmt: skip
    if call.quirk("cut") and len(script.data["scenes"]) > 1:
        script = _cut_short(script)
    return call.done(write(call, script.text, "script"), data=script.told(), cost=call.spec.price["per_call"])


def _cut_short(script: Written) -> Written:
    """Return a script whose last scene was never written."""
    data = {**script.data, "scenes": script.data["scenes"][:-1]}
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
    return Written({**data, "warnings": ["stop_reason max_tokens: the last scene is missing"]}, text)


def tool_video_shot_gen(
    call: Invocation,
    *,
    script: str,
    total_duration: float | None = None,
    num_shots: int | None = None,
    video_model: str,
    aspect_ratio: str,
    style: str = "",
    language: str,
    characters: list[dict[str, str]] | None = None,
) -> ToolResult:
    """Share a script's content out over shots that the video model can make."""
    text = words(call, script, cited_text(call))
    known = tuple([(one["name"], one.get("description", "").strip(MARKS)) for one in characters or ()])
    demand = Demand(total_duration, num_shots, video_model, aspect_ratio, style.strip(), known)
    luck = call.draws
    slip = (1 if luck[2] < 0.5 else -1) if num_shots and call.quirk("miscount") else 0
    lang, first = read_language(text, language), int(luck[1] * storyboards.VARIANTS)
    board = write_storyboard(call.spec, text, lang, demand, slip, first)
    if isinstance(board, str):
        call.refuse(board)
    asset = write(call, board.text, "storyboard")
    wait = writing_time(call, len(board.data["shots"]))
    return call.done(asset, data=board.told(), latency=wait, cost=call.spec.price["per_call"])
