"""The writing tools: they work from their arguments and the texts these cite, and each mints one text asset."""

from __future__ import annotations

from typing import Any

import orjson

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.prose import Lang, clip, length, sentences
from visgenenv.tools.simulators.prose import language as read_language
from visgenenv.tools.simulators.refining import refine
from visgenenv.tools.simulators.scripts import write_script
from visgenenv.tools.simulators.storyboards import (
    Part,
    Script,
    count_shots,
    fit_durations,
    read_script,
    share_out,
    weigh,
    write_shots,
)
from visgenenv.types import Asset, Recipe, ToolResult

_SENTENCES_PER_REFERENCE = 2


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
    source = _cited_text(call)
    original = _words(call, text, source)
    tables = call.spec.tables
    lang = read_language(original, language)
    limit = min(max_length, tables["prompt_limits"][target_tool][lang]) if target_tool else max_length
    refined, notes = refine(
        original,
        lang=lang,
        limit=limit,
        style=style.strip(),
        instruction=instruction,
        craft=tables["craft"][tables["family"].get(target_tool, "image")][lang],
        first=int(call.draws[1] * 64),
    )
    data: dict[str, Any] = {"refined_text": refined, "char_count": len(refined), "notes": notes}
    if call.draws[2] < tables["cut_rate"] * call.fault_scale:
        refined = data["refined_text"] = clip(refined, max(len(refined) * 3 // 5, 1))
        data |= {"char_count": len(refined), "warnings": ["stop_reason max_tokens: the text was cut short"]}
    return call.done(_write(call, refined, "prompt"), data=data, cost=call.spec.price["per_call"])


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
    _words(call, topic, None)
    facts = [
        fact
        for reference in reference_texts or ()
        for fact in sentences(_text(call.asset(reference)))[:_SENTENCES_PER_REFERENCE]
    ]
    script = write_script(
        call.spec.tables,
        topic=topic.strip(),
        duration=duration,
        kind=script_type,
        lang=read_language(topic, language),
        n=num_scenes or min(max(round(duration / 6), 1), 40),
        style=style.strip(),
        audience=audience.strip(),
        points=[*(key_points or ()), *facts],
        first=int(call.draws[1] * 64),
    )
    asset = _write(call, orjson.dumps(script, option=orjson.OPT_INDENT_2).decode(), "script")
    return call.done(asset, data=script, cost=call.spec.price["per_call"])


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
    text = _words(call, script, _cited_text(call))
    tables = call.spec.tables
    lang = read_language(text, language)
    known = read_script(text, lang)
    allowed = tables["durations"].get(video_model, [])
    total = total_duration or _estimate(known, num_shots, allowed, tables["speech_rate"][lang], lang)
    n = num_shots or count_shots(known, total, allowed, tables["seconds_per_shot"])
    shots, durations = _timed(call, known, total, n, allowed, lang)
    written = write_shots(
        tables, known, shots, durations, lang=lang, style=style.strip(), characters=characters or [],
        first=int(call.draws[1] * 64),
    )  # fmt: skip
    board = {
        "title": known.title,
        "total_duration": round(sum(durations), 6),
        "aspect_ratio": aspect_ratio,
        "shots": written,
    }
    asset = _write(call, orjson.dumps(board, option=orjson.OPT_INDENT_2).decode(), "storyboard")
    if len(shots) != n:
        board["warnings"] = [f"{n} shots were asked for, the model wrote {len(shots)}"]
    return call.done(asset, data=board, latency=_writing_time(call, len(shots)), cost=call.spec.price["per_call"])


def _timed(
    call: Invocation, script: Script, total: float, n: int, allowed: list[int], lang: Lang
) -> tuple[list[Part], list[float]]:
    """Return shots and durations: `n` of them, or now and then one more or less, as models do."""
    counts, rate, draw = [n], call.spec.tables["miscount_rate"] * call.fault_scale, call.draws[2]
    if call.arguments.get("num_shots") and draw < rate:
        counts = [n + 1 if draw * 2 < rate or n == 1 else n - 1, n]
    for count in counts:
        shots = share_out(script.parts, count, lang)
        durations = fit_durations(total, count, allowed, [weigh(shot, lang) for shot in shots])
        if durations is not None:
            break
    else:
        call.refuse(
            f"total_duration {total:g} s cannot be made of {n} shots of {' or '.join(map(str, allowed))} s: they last"
            f" {n * allowed[0]} to {n * allowed[-1]} s. Change num_shots or total_duration, or leave one of them out."
        )
    return shots, durations


def _estimate(script: Script, n: int | None, allowed: list[int], rate: float, lang: Lang) -> float:
    """Return the length of a film nobody stated: the script's own, or what its words need; possible for `n` shots."""
    words = sum(length(part.said or part.seen, lang) for part in script.parts)
    shots = n or (len(script.parts) if script.fixed else 0)
    total = script.seconds or max(words / rate, 4.0 * shots)
    if allowed and shots:
        total = min(max(total, shots * allowed[0]), shots * allowed[-1])
    return min(max(float(round(total)), 4.0), 600.0)


def _writing_time(call: Invocation, n: int) -> tuple[float, float]:
    """Return median and p95 of the time to write `n` shots; malformed JSON is repaired by asking once more."""
    model = call.spec.tables["latency_model"]
    tokens = model["fixed_tokens"] + model["tokens_per_shot"] * n
    median = model["first_token_s"] + tokens / model["tokens_per_second"]
    if call.draws[3] < call.spec.tables["json_repair_rate"] * call.fault_scale:
        median *= 2
    return median, median * call.spec.latency["p95"] / call.spec.latency["median"]


def _cited_text(call: Invocation) -> Asset | None:
    """Return the text asset a call's text parameter cites, or None where it holds the text itself."""
    return call.cited[0] if call.cited and call.cited[0].kind == "text" else None


def _text(asset: Asset) -> str:
    return str(asset.recipe.params["text"])


def _words(call: Invocation, text: str, source: Asset | None) -> str:
    """Return the text to work on; refuse one without any words."""
    text = _text(source) if source else text
    if not text.strip():
        call.refuse("the text to work on holds no words, only spaces")
    return text


def _write(call: Invocation, text: str, subtype: str) -> Asset:
    """Mint the text asset; every asset the call cites is a parent: texts as source, pictures as subject."""
    parents = tuple((asset.id, "source" if asset.kind == "text" else "subject") for asset in call.cited)
    recipe = Recipe("document", call.seed(), {"text": text}, tuple(asset.recipe for asset in call.cited))
    return call.mint("text", "txt", "text/plain", recipe, subtype=subtype, parents=parents)
