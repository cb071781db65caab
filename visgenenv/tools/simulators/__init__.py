"""One simulator per tool document, of the same name. The table is written out by hand: this is all there is."""

from __future__ import annotations

from collections.abc import Callable

from visgenenv.tools.simulators.audio.effects import tool_sound_fx_gen
from visgenenv.tools.simulators.audio.generation import tool_music_suno, tool_tts_generation
from visgenenv.tools.simulators.editing.composition import tool_audio_edit_cut, tool_video_composite
from visgenenv.tools.simulators.editing.narration import tool_tts_composite
from visgenenv.tools.simulators.editing.pacing import tool_video_speed_adjust
from visgenenv.tools.simulators.editing.postprocessing import tool_video_postprocess
from visgenenv.tools.simulators.editing.subtitling import tool_subtitle_add_text
from visgenenv.tools.simulators.editing.trimming import tool_video_trim_edit
from visgenenv.tools.simulators.image.edits import tool_image_edit_gemini, tool_image_edit_gpt, tool_image_edit_qwen
from visgenenv.tools.simulators.image.generation import (
    tool_text2image_gemini,
    tool_text2image_gpt,
    tool_text2image_hunyuan,
    tool_text2image_qwen,
)
from visgenenv.tools.simulators.image.seedream import tool_text2image_seed
from visgenenv.tools.simulators.planning.todos import tool_task_manager
from visgenenv.tools.simulators.search.inspiration import tool_search_inspire
from visgenenv.tools.simulators.search.searching import tool_search_content
from visgenenv.tools.simulators.text.merging import tool_script_storyboard_merge
from visgenenv.tools.simulators.text.pages import tool_html_builder
from visgenenv.tools.simulators.text.polishing import tool_storyboard_polish
from visgenenv.tools.simulators.text.summaries import tool_content_summary
from visgenenv.tools.simulators.text.writers import tool_prompt_refine, tool_video_script_gen, tool_video_shot_gen
from visgenenv.tools.simulators.understanding.analysis import (
    tool_audio_analysis,
    tool_image_analysis,
    tool_video_analysis,
)
from visgenenv.tools.simulators.understanding.beats import tool_beat_detect
from visgenenv.tools.simulators.video.generation import (
    tool_image2video_keling,
    tool_image2video_veo3,
    tool_text2video_veo,
)
from visgenenv.tools.simulators.video.pipeline import tool_video_auto_pipeline
from visgenenv.types import ToolResult

Simulator = Callable[..., ToolResult]
"""`simulate(call: Invocation, **arguments) -> ToolResult`; arguments are validated, with defaults filled in."""

SIMULATORS: dict[str, Simulator] = {
    "tool_prompt_refine": tool_prompt_refine,
    "tool_video_shot_gen": tool_video_shot_gen,
    "tool_video_script_gen": tool_video_script_gen,
    "tool_storyboard_polish": tool_storyboard_polish,
    "tool_script_storyboard_merge": tool_script_storyboard_merge,
    "tool_text2video_veo": tool_text2video_veo,
    "tool_text2image_gemini": tool_text2image_gemini,
    "tool_text2image_hunyuan": tool_text2image_hunyuan,
    "tool_text2image_seed": tool_text2image_seed,
    "tool_text2image_gpt": tool_text2image_gpt,
    "tool_text2image_qwen": tool_text2image_qwen,
    "tool_image_edit_gemini": tool_image_edit_gemini,
    "tool_image_edit_qwen": tool_image_edit_qwen,
    "tool_image_edit_gpt": tool_image_edit_gpt,
    "tool_image2video_keling": tool_image2video_keling,
    "tool_image2video_veo3": tool_image2video_veo3,
    "tool_music_suno": tool_music_suno,
    "tool_sound_fx_gen": tool_sound_fx_gen,
    "tool_tts_generation": tool_tts_generation,
    "tool_video_composite": tool_video_composite,
    "tool_video_postprocess": tool_video_postprocess,
    "tool_beat_detect": tool_beat_detect,
    "tool_video_trim_edit": tool_video_trim_edit,
    "tool_video_speed_adjust": tool_video_speed_adjust,
    "tool_tts_composite": tool_tts_composite,
    "tool_audio_edit_cut": tool_audio_edit_cut,
    "tool_subtitle_add_text": tool_subtitle_add_text,
    "tool_video_analysis": tool_video_analysis,
    "tool_audio_analysis": tool_audio_analysis,
    "tool_image_analysis": tool_image_analysis,
    "tool_video_auto_pipeline": tool_video_auto_pipeline,
    "tool_search_content": tool_search_content,
    "tool_search_inspire": tool_search_inspire,
    "tool_content_summary": tool_content_summary,
    "tool_task_manager": tool_task_manager,
    "tool_html_builder": tool_html_builder,
}

__all__ = ["SIMULATORS", "Simulator"]
