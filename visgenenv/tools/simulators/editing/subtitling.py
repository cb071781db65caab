"""Words over pictures: subtitles and titles burnt into a film, or written as a file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.editing.cues import Cue, read_cues, write_srt
from visgenenv.tools.simulators.editing.rendering import ROUNDING, render_time
from visgenenv.types import Asset, Recipe, ToolResult


def tool_subtitle_add_text(
    call: Invocation,
    *,
    video: str,
    start_time: float,
    end_time: float | None,
    position: str,
    font_size: int,
    font_color: str,
    stroke_color: str,
    stroke_width: float,
    font_type: str,
    style: str,
    burn_in: bool,
    subtitles: list[dict[str, Any]] | None = None,
    subtitle_file: str | None = None,
    text: str | None = None,
    background_color: str | None = None,
) -> ToolResult:
    """Burn words into a film without changing its size, rate or length, or write them as an srt file."""
    film = call.asset(video)
    parents = [(film.id, "source")]
    wanted: Sequence[Cue]
    if subtitles is not None:
        wanted = [(float(cue["start_time"]), float(cue["end_time"]), cue["text"]) for cue in subtitles]
    elif subtitle_file is not None:
        wanted = _cues_of(call, call.asset(subtitle_file))
        parents.append((call.asset(subtitle_file).id, "source"))
    else:
        wanted = [(float(start_time), film.duration if end_time is None else float(end_time), text or "")]
    cues, warnings = _fit_cues(call, wanted, film.duration)
    data: dict[str, Any] = {"cues": len(cues)}
    if warnings:
        data["warnings"] = warnings
    if not burn_in:
        return _as_file(call, cues, film, tuple(parents), data)
    wait = render_time(call, film.duration, film.width, film.height, film.fps)
    params = {
        "cues": [{"text": words, "start": start, "end": end} for start, end, words in cues],
        "position": position,
        "font_size": int(font_size),
        "font_color": font_color,
        "stroke_color": stroke_color,
        "stroke_width": float(stroke_width),
        "background_color": background_color,
        "style": style,
        "font_type": font_type,
        "size": [film.width, film.height],
    }
    if font_type in call.spec.tables["latin_fonts"] and not all(words.isascii() for _, _, words in cues):
        params["missing_glyphs"] = True
        message = f"font {font_type!r} has latin glyphs only: other characters are drawn as boxes; use 'sans_cjk'"
        data.setdefault("warnings", []).append(message)
    titled = call.mint(
        "video",
        "mp4",
        "video/mp4",
        Recipe("titles", call.seed(), params, (film.recipe,)),
        width=film.width,
        height=film.height,
        n_frames=film.n_frames,
        fps=film.fps,
        has_audio=film.has_audio,
        sample_rate=film.sample_rate,
        channels=film.channels,
        parents=tuple(parents),
    )
    return call.done(titled, data=data, latency=(wait, wait), cost=call.spec.price["per_second"] * film.duration)


def _cues_of(call: Invocation, file: Asset) -> tuple[Cue, ...]:
    cues = read_cues(str(file.recipe.params.get("text", "")))
    if not cues:
        call.refuse(f"Unable to open {file.url}: it holds no readable srt, vtt or ass cue")
    return cues


def _fit_cues(call: Invocation, cues: Sequence[Cue], length: float) -> tuple[list[Cue], list[str]]:
    """Check cues against a film's length; what runs over its end is clipped, with a warning."""
    fitted: list[Cue] = []
    clipped: list[str] = []
    for index, (start, end, words) in enumerate(cues):
        if not words.strip():
            call.refuse(f"cue {index}: its text is empty")
        if start >= end:
            call.refuse(f"cue {index}: start_time ({start:.2f}) should be smaller than end_time ({end:.2f}).")
        if start >= length:
            call.refuse(
                f"cue {index}: start_time ({start:.2f}) should be smaller than the clip's duration ({length:.2f})."
            )
        if end > length + ROUNDING:
            clipped.append(str(index))
        fitted.append((start, min(end, length), words))
    if not clipped:
        return fitted, []
    return fitted, [f"clipped at the end of the video ({length:.2f} s): cue {', '.join(clipped)}"]


def _as_file(
    call: Invocation, cues: list[Cue], film: Asset, parents: tuple[tuple[str, str], ...], data: dict[str, Any]
) -> ToolResult:
    sources = (film.recipe, *[asset.recipe for asset in call.cited if asset.kind == "subtitle"])
    recipe = Recipe("document", call.seed(), {"text": write_srt(cues)}, sources)
    file = call.mint("subtitle", "srt", "application/x-subrip", recipe, subtype="srt", parents=parents)
    return call.done(file, data=data, latency=tuple(call.spec.latency["file"]))
