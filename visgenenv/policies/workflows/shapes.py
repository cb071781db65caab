"""How each picture and film tool is told a shape and a number: the services' own vocabularies.

Sources: the size tables of Gemini image generation, Qwen-Image, Qwen-Image-Edit and OpenAI image generation;
Veo 3 and Kling for the lengths of clips.
"""

from __future__ import annotations

from math import log, sqrt
from typing import Any

from visgenenv.types import Size

GEMINI, QWEN, GPT = "tool_text2image_gemini", "tool_text2image_qwen", "tool_text2image_gpt"
EDIT_GEMINI, EDIT_QWEN = "tool_image_edit_gemini", "tool_image_edit_qwen"
VEO, KLING = "tool_text2video_veo", "tool_image2video_keling"
COMPOSITE, SUBTITLE = "tool_video_composite", "tool_subtitle_add_text"
TRIM, SPEED = "tool_video_trim_edit", "tool_video_speed_adjust"
SUNO, TTS, EFFECTS = "tool_music_suno", "tool_tts_generation", "tool_sound_fx_gen"
BEATS = "tool_beat_detect"

CLIP_SECONDS = {VEO: (4, 6, 8), KLING: (5, 10)}
BATCHES = {GEMINI: ("num_images", 4), GPT: ("n", 10), QWEN: ("", 1)}
FILM_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4")
TOLERANCE = 0.03
"""Ratios within this share of each other look alike; the vendors' own tables miss theirs by as much."""

_GEMINI_PIXELS = {
    "1:1": (1024, 1024), "2:3": (832, 1248), "3:2": (1248, 832), "3:4": (864, 1184), "4:3": (1184, 864),
    "4:5": (896, 1152), "5:4": (1152, 896), "9:16": (768, 1344), "16:9": (1344, 768), "21:9": (1536, 672),
}  # fmt: skip
_PIXELS: dict[str, dict[str, tuple[int, int]]] = {
    GEMINI: _GEMINI_PIXELS,
    EDIT_GEMINI: _GEMINI_PIXELS,
    QWEN: {f"{w}*{h}": (w, h) for w, h in ((1664, 928), (1472, 1104), (1328, 1328), (1104, 1472), (928, 1664))},
    GPT: {f"{w}x{h}": (w, h) for w, h in ((1024, 1024), (1536, 1024), (1024, 1536))},
}
_PARAMETER = {GEMINI: "aspect_ratio", EDIT_GEMINI: "aspect_ratio", QWEN: "size", GPT: "size", EDIT_QWEN: "size"}


def knows_shapes(tool: str) -> bool:
    """Whether a tool's words for shapes stand in the tables here."""
    return tool in _PARAMETER


def shape_arguments(tool: str, size: Size | None) -> tuple[dict[str, Any], bool]:
    """Return the arguments that ask a picture tool for a shape, and whether what comes will fit the demand."""
    if size is None:
        return {}, True
    if tool == EDIT_QWEN:
        return {"size": "{}*{}".format(*_free_pixels(size))}, True
    name, (width, height) = min(_PIXELS[tool].items(), key=lambda entry: (_distance(entry[1], size), entry[0]))
    fits = _distance((width, height), size) <= log(1 + TOLERANCE)
    if size.exact:
        same = [word for word, pixels in _PIXELS[tool].items() if pixels == (size.width, size.height)]
        name, fits = (same[0], True) if same else (name, False)
    return {_PARAMETER[tool]: name}, fits


def _free_pixels(size: Size) -> tuple[int, int]:
    """Return pixels for a tool that takes any size of 512 to 2048 a side."""
    if size.exact:
        return size.width, size.height
    ratio = size.width / size.height
    width = round(sqrt(1024 * 1024 * ratio) / 16) * 16
    return width, round(width / ratio / 16) * 16


def _distance(pixels: tuple[int, int], size: Size) -> float:
    return abs(log(pixels[0] * size.height / (pixels[1] * size.width)))


def film_ratio(size: Size | None) -> str:
    """Return the ratio, of those a cut can have, that is nearest to the demand; 16:9 if there is none."""
    if size is None:
        return "16:9"
    ratios = {name: (int(name.split(":")[0]), int(name.split(":")[1])) for name in FILM_RATIOS}
    return min(ratios, key=lambda name: _distance(ratios[name], size))


def film_resolution(size: Size | None) -> str:
    """Return 480p, 720p or 1080p: what an exact demand says, else 720p."""
    side = min(size.width, size.height) if size is not None and size.exact else 720
    return min(("480p", "720p", "1080p"), key=lambda name: abs(int(name[:-1]) - side))


def clip_length(tool: str, seconds: float) -> int:
    """Return the shortest length a video tool makes that is at least this long, else its longest."""
    lengths = CLIP_SECONDS[tool]
    return next((length for length in lengths if length >= seconds - 0.01), lengths[-1])
