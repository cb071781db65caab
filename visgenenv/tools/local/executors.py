"""By tool: what executes it on real files. These are the nine of the specification's section F."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from visgenenv.tools.local.composing import compose
from visgenenv.tools.local.cutting import cut_sound
from visgenenv.tools.local.desk import Product
from visgenenv.tools.local.narrating import narrate
from visgenenv.tools.local.pacing import adjust_speed
from visgenenv.tools.local.pipelining import pipeline
from visgenenv.tools.local.processing import postprocess
from visgenenv.tools.local.titling import add_text
from visgenenv.tools.local.tracking import track
from visgenenv.tools.local.trimming import trim

Executor = Callable[..., tuple[list[Product], dict[str, Any]]]
"""Takes a desk and the call's arguments; gives the files made, in the order of the simulator's, and the data."""

EXECUTORS: dict[str, Executor] = {
    "tool_video_composite": compose,
    "tool_video_postprocess": postprocess,
    "tool_video_auto_pipeline": pipeline,
    "tool_beat_detect": track,
    "tool_video_trim_edit": trim,
    "tool_video_speed_adjust": adjust_speed,
    "tool_tts_composite": narrate,
    "tool_audio_edit_cut": cut_sound,
    "tool_subtitle_add_text": add_text,
}
