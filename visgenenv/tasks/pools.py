"""Which tools a request needs, which it is offered, and how many calls the shortest plan takes.

Only names and published limits stand here; no tool is imported. Shapes: the size tables of the services
(Gemini image generation, Qwen-Image, OpenAI image generation); clip lengths: Veo 3 and Kling.
"""

from __future__ import annotations

from math import ceil

from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Latent
from visgenenv.types import Size

TOOLS = (
    "tool_prompt_refine",
    "tool_video_shot_gen",
    "tool_video_script_gen",
    "tool_storyboard_polish",
    "tool_script_storyboard_merge",
    "tool_text2image_gemini",
    "tool_text2image_qwen",
    "tool_text2image_gpt",
    "tool_text2image_hunyuan",
    "tool_text2image_seed",
    "tool_image_edit_gemini",
    "tool_image_edit_qwen",
    "tool_image_edit_gpt",
    "tool_text2video_veo",
    "tool_image2video_keling",
    "tool_image2video_veo3",
    "tool_music_suno",
    "tool_sound_fx_gen",
    "tool_tts_generation",
    "tool_video_composite",
    "tool_video_trim_edit",
    "tool_video_speed_adjust",
    "tool_video_postprocess",
    "tool_video_auto_pipeline",
    "tool_tts_composite",
    "tool_audio_edit_cut",
    "tool_beat_detect",
    "tool_subtitle_add_text",
    "tool_image_analysis",
    "tool_video_analysis",
    "tool_audio_analysis",
    "tool_search_content",
    "tool_search_inspire",
    "tool_content_summary",
    "tool_html_builder",
    "tool_task_manager",
)
"""The tools a pool is drawn from, in the order in which they are offered."""

_RATIOS = {
    "tool_text2image_gemini": {(1, 1), (2, 3), (3, 2), (3, 4), (4, 3), (4, 5), (5, 4), (9, 16), (16, 9), (21, 9)},
    "tool_text2image_qwen": {(16, 9), (4, 3), (1, 1), (3, 4), (9, 16)},
    "tool_text2image_gpt": {(1, 1), (3, 2), (2, 3)},
}
_PIXELS = {
    "tool_text2image_gemini": {(1024, 1024)},
    "tool_text2image_qwen": {(1664, 928), (1472, 1104), (1328, 1328), (1104, 1472), (928, 1664)},
    "tool_text2image_gpt": {(1024, 1024), (1536, 1024), (1024, 1536)},
}
_BATCH = {"tool_text2image_gemini": 4, "tool_text2image_qwen": 1, "tool_text2image_gpt": 10}
_EDITORS = ("tool_image_edit_gemini", "tool_image_edit_qwen")
_VEO, _KLING = "tool_text2video_veo", "tool_image2video_keling"
_COMPOSITE, _TRIM, _SPEED = "tool_video_composite", "tool_video_trim_edit", "tool_video_speed_adjust"
_CLIPS = {_VEO: (4, 6, 8), _KLING: (5, 10)}


def draw_pool(latent: Latent, draws: Draws) -> tuple[str, ...]:
    """Draw the tools on offer: what the request needs, and two to five that it does not."""
    needed = _needed_images(latent, draws) if latent.type.startswith("image") else _needed_film(latent, draws)
    rest = [tool for tool in TOOLS if tool not in needed]
    offered = needed | {rest[i] for i in draws.sample(len(rest), draws.between(2, 5))}
    return tuple(tool for tool in TOOLS if tool in offered)


def _one_or_more(options: list[str], draws: Draws) -> set[str]:
    """Return one of the options, sometimes two."""
    size = min(len(options), 1 + draws.chance(0.4))
    return {options[i] for i in draws.sample(len(options), size)}


def makers(size: Size | None) -> list[str]:
    """Return the text-to-image tools that can draw this shape."""
    if size is None:
        return list(_RATIOS)
    table = _PIXELS if size.exact else _RATIOS
    return [tool for tool, shapes in table.items() if (size.width, size.height) in shapes]


def _editors(size: Size | None) -> list[str]:
    gemini = size is None or not size.exact or "tool_text2image_gemini" in makers(size)
    return list(_EDITORS) if gemini else ["tool_image_edit_qwen"]


def _needed_images(latent: Latent, draws: Draws) -> set[str]:
    if not latent.same:
        return _one_or_more(makers(latent.size), draws)
    edit = _one_or_more(_editors(latent.size), draws)
    return edit if latent.upload else edit | _one_or_more(makers(latent.size), draws)


def _needed_film(latent: Latent, draws: Draws) -> set[str]:
    if latent.upload == "short":
        return {_SPEED, "tool_subtitle_add_text"} if latent.subtitle else {_SPEED}
    if latent.upload == "footage" and not latent.audio and latent.size is None and draws.chance(0.6):
        return {_TRIM, "tool_subtitle_add_text"} if latent.subtitle else {_TRIM}
    needed = {_COMPOSITE} | (set() if latent.upload == "footage" else _needed_shots(latent, draws))
    needed |= {"tool_music_suno"} if "bgm" in latent.audio and latent.upload != "song" else set()
    needed |= {"tool_sound_fx_gen"} if "sfx" in latent.audio else set()
    needed |= {"tool_tts_generation"} if "tts" in latent.audio else set()
    needed |= {"tool_beat_detect"} if latent.upload == "song" and draws.chance(0.5) else set()
    return needed | ({"tool_subtitle_add_text"} if latent.subtitle else set())


def _needed_shots(latent: Latent, draws: Draws) -> set[str]:
    """Return what makes the clips: from text, or from pictures where something must stay the same."""
    frames = _one_or_more(makers(None if latent.size is None or latent.size.exact else latent.size), draws)
    if latent.same:
        return {_KLING} | _one_or_more(list(_EDITORS), draws) | (set() if latent.upload == "picture" else frames)
    return {_VEO} if draws.chance(0.5) else {_KLING} | frames


def reference_length(latent: Latent, pool: tuple[str, ...]) -> int:
    """Return the calls of the shortest plan a craftsman would defend: what must stay the same is drawn from one
    reference picture first, and what differs is asked for by a call of its own."""
    return _image_calls(latent, pool) if latent.type.startswith("image") else _film_calls(latent, pool)


def _image_calls(latent: Latent, pool: tuple[str, ...]) -> int:
    n = latent.count[0]
    if latent.same:
        return n + (not latent.upload)
    batch = max(_BATCH[tool] for tool in makers(latent.size) if tool in pool)
    if latent.items:
        return len(latent.items) * ceil(latent.each / batch)
    return n if latent.dimension == "variety" else ceil(n / batch)


def _film_calls(latent: Latent, pool: tuple[str, ...]) -> int:
    films = latent.count[0]
    anchor = int(bool(latent.same) and latent.upload != "picture")
    sound = int("bgm" in latent.audio and latent.upload != "song") + int("sfx" in latent.audio)
    if "tts" in latent.audio:
        sound += len(latent.lines) or 1
    if latent.upload in ("footage", "short"):
        return 1 + sound + int(latent.subtitle)
    frames = bool(latent.same) or any(tool in pool for tool in makers(None))
    routes = [_KLING] if latent.same else [tool for tool in (_VEO, _KLING) if tool in pool and (tool == _VEO or frames)]
    return anchor + sound + films * (min(_clip_calls(latent, tool) for tool in routes) + int(latent.subtitle))


def _clip_calls(latent: Latent, tool: str) -> int:
    """Return the calls that make one film's pictures with one video tool, joining included."""
    seconds = latent.duration.seconds if latent.duration else 0.0
    n = max(latent.shots or 1, ceil(seconds / _CLIPS[tool][-1] - 1e-9))
    fits = not seconds or any(abs(length - seconds) <= max(0.5, 0.1 * seconds) for length in _CLIPS[tool])
    size = latent.size
    shaped = size is None or (not size.exact and (tool == _KLING or (size.width, size.height) in ((16, 9), (9, 16))))
    join = n > 1 or bool(latent.audio) or not fits or not shaped
    return (latent.shots or n) * (1 + (tool == _KLING)) + join
