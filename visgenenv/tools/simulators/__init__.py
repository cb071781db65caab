"""One simulator per tool document, of the same name. The table is written out by hand: this is all there is."""

from __future__ import annotations

from collections.abc import Callable

from visgenenv.tools.simulators import audio, editing, image, planning, text, video
from visgenenv.types import ToolResult

Simulator = Callable[..., ToolResult]
"""`simulate(call: Invocation, **arguments) -> ToolResult`; arguments are validated, with defaults filled in."""

SIMULATORS: dict[str, Simulator] = {
    "tool_prompt_refine": text.tool_prompt_refine,
    "tool_video_shot_gen": text.tool_video_shot_gen,
    "tool_video_script_gen": text.tool_video_script_gen,
    "tool_text2video_veo": video.tool_text2video_veo,
    "tool_text2image_gemini": image.tool_text2image_gemini,
    "tool_text2image_gpt": image.tool_text2image_gpt,
    "tool_text2image_qwen": image.tool_text2image_qwen,
    "tool_image_edit_gemini": image.tool_image_edit_gemini,
    "tool_image_edit_qwen": image.tool_image_edit_qwen,
    "tool_image2video_keling": video.tool_image2video_keling,
    "tool_music_suno": audio.tool_music_suno,
    "tool_tts_generation": audio.tool_tts_generation,
    "tool_video_composite": editing.tool_video_composite,
    "tool_audio_edit_cut": editing.tool_audio_edit_cut,
    "tool_subtitle_add_text": editing.tool_subtitle_add_text,
    "tool_task_manager": planning.tool_task_manager,
}

__all__ = ["SIMULATORS", "Simulator"]
