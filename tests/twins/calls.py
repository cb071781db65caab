"""Random calls of the nine editing tools, legal ones and others; the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from visgenenv import load_toolbox
from visgenenv.spaces import sample_schema

from .stock import FILMS, INPUTS, PICTURES, SONGS, SOUNDS, Arguments

TOOLBOX = load_toolbox()
Rng = np.random.Generator


def pick(rng: Rng, options: Sequence[Any]) -> Any:
    return options[int(rng.integers(len(options)))]


def sometimes(rng: Rng, share: float) -> bool:
    return bool(rng.random() < share)


def moment(rng: Rng, low: float, high: float) -> float:
    """Draw a time with 0 to 3 decimals, as agents write them."""
    return round(float(rng.uniform(low, max(low, high))), pick(rng, (0, 1, 2, 2, 3, 3)))


def stretch(rng: Rng, seconds: float) -> tuple[float, float]:
    """Draw a stretch of something so long: mostly inside it, sometimes past an end or the wrong way round."""
    over = pick(rng, (0.0, 0.0, 0.0, 0.02, 0.05, 0.6))
    first, second = moment(rng, 0, seconds + over), moment(rng, 0, seconds + over)
    if not sometimes(rng, 0.06):
        first, second = min(first, second), max(first, second)
    return first, round(seconds, 3) if sometimes(rng, 0.15) else second


def trim(rng: Rng) -> Arguments:
    video = pick(rng, FILMS)
    seconds, call = INPUTS[video].duration, {"video": video, "mode": pick(rng, ("keep", "keep", "remove"))}
    if sometimes(rng, 0.15):
        call["accurate"] = False
    if sometimes(rng, 0.4):
        spans = [stretch(rng, seconds) for _ in range(int(rng.integers(1, 5)))]
        return call | {"segments": [{"start": start, "end": end} for start, end in spans]}
    start, end = stretch(rng, seconds)
    return call | {"start_time": start} | ({} if sometimes(rng, 0.2) else {"end_time": end})


def speed(rng: Rng) -> Arguments:
    video = pick(rng, FILMS + SOUNDS)
    seconds, call = INPUTS[video].duration, {"video": video}
    if sometimes(rng, 0.5):
        call["speed"] = (
            pick(rng, (0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 0)) if sometimes(rng, 0.4) else moment(rng, 0.1, 4.05)
        )
    else:
        call["target_duration"] = max(0.1, moment(rng, 0.1, seconds * pick(rng, (1, 3, 11))))
    if sometimes(rng, 0.3):
        start, end = stretch(rng, seconds)
        call["segment"] = {"start": start, "end": end}
    for name in ("keep_pitch", "keep_fps"):
        if sometimes(rng, 0.3):
            call[name] = pick(rng, (True, False))
    return call


def composite(rng: Rng) -> Arguments:
    clips = [_clip(rng) for _ in range(int(rng.integers(1, 5)))]
    call: Arguments = {"clips": clips}
    if sometimes(rng, 0.5):
        call["transition"] = pick(rng, ("none", "crossfade", "fade", "slide", "wipe", "dissolve"))
        call["transition_duration"] = max(0.1, moment(rng, 0.1, 0.8))
    if sometimes(rng, 0.5):
        call["audio_tracks"] = [_track(rng) for _ in range(int(rng.integers(1, 3)))]
        call["audio_sync"] = pick(rng, ("trim", "extend", "longest"))
    if sometimes(rng, 0.3):
        call["background_music"] = {"asset": pick(rng, SOUNDS)} | ({"loop": False} if sometimes(rng, 0.5) else {})
    if sometimes(rng, 0.2):
        call["keep_original_audio"] = False
    if sometimes(rng, 0.12):
        call["aspect_ratio"] = pick(rng, ("16:9", "4:3", "1:1", "3:4", "9:16"))
    if sometimes(rng, 0.04):
        call["resolution"] = "480p"
    if sometimes(rng, 0.4):
        call["fps"] = pick(rng, (24, 25, 30, 60))
    return call | ({"fit": "crop"} if sometimes(rng, 0.4) else {})


def _clip(rng: Rng) -> Arguments:
    if sometimes(rng, 0.25):
        picture: Arguments = {"asset": pick(rng, PICTURES)}
        return picture if sometimes(rng, 0.05) else picture | {"duration": max(0.1, moment(rng, 0.1, 2.5))}
    video = pick(rng, FILMS)
    clip: Arguments = {"asset": video}
    if sometimes(rng, 0.6):
        start, end = stretch(rng, INPUTS[video].duration)
        kind = pick(rng, ("both", "both", "start", "end", "length", "back"))
        if kind == "length":
            clip |= {"start": start, "duration": max(0.1, round(abs(end - start), 3))}
        elif kind == "back":
            clip["start"] = -max(0.01, start)
        else:
            clip |= {} if kind == "end" else {"start": start}
            clip |= {} if kind == "start" else {"end": end}
    return clip | ({"volume": moment(rng, 0, 2)} if sometimes(rng, 0.3) else {})


def _track(rng: Rng) -> Arguments:
    track: Arguments = {"asset": pick(rng, SOUNDS)}
    if sometimes(rng, 0.6):
        track["start"] = moment(rng, 0, 2)
    for name in ("fade_in", "fade_out", "volume"):
        if sometimes(rng, 0.3):
            track[name] = moment(rng, 0, 2)
    return track


def postprocess(rng: Rng) -> Arguments:
    operations = [_operation(rng) for _ in range(int(rng.integers(1, 5)))]
    call: Arguments = {"video": pick(rng, FILMS), "operations": operations}
    return call | ({"format": pick(rng, ("mp4", "mov", "webm", "gif"))} if sometimes(rng, 0.4) else {})


def _operation(rng: Rng) -> Arguments:
    name = pick(rng, tuple(_OPERATIONS))
    return {"op": name, **_OPERATIONS[name](rng)}


def _side(rng: Rng) -> int:
    return int(rng.integers(16, 200))


_RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16")
_OPERATIONS: dict[str, Callable[[Rng], Arguments]] = {
    "resize": lambda rng: pick(
        rng, ({"width": _side(rng)}, {"height": _side(rng)}, {"width": _side(rng), "height": _side(rng)})
    ),
    "crop": lambda rng: pick(
        rng,
        (
            {"aspect_ratio": pick(rng, _RATIOS)},
            {"width": _side(rng) // 3 + 10, "height": _side(rng) // 4 + 10},
            {
                "width": _side(rng) // 4 + 10,
                "height": _side(rng) // 5 + 10,
                "x": int(rng.integers(0, 40)),
                "y": int(rng.integers(0, 20)),
            },
        ),
    ),
    "pad": lambda rng: {"aspect_ratio": pick(rng, _RATIOS)},
    "rotate": lambda rng: {"angle": pick(rng, (90, 180, 270))},
    "flip": lambda rng: {"direction": pick(rng, ("horizontal", "vertical"))},
    "fade_in": lambda rng: {"duration": moment(rng, 0, 2)},
    "fade_out": lambda rng: {"duration": moment(rng, 0, 2)},
    "color": lambda rng: {"brightness": moment(rng, -1, 1), "saturation": moment(rng, 0, 3)},
    "filter": lambda rng: {"name": pick(rng, ("spring", "sunset", "vivid", "fair_skin", "food", "bw"))},
    "volume": lambda rng: {"volume": moment(rng, 0, 4)},
    "mute": lambda rng: {},
    "watermark": lambda rng: {"image": pick(rng, PICTURES), "scale": 0.3, "opacity": moment(rng, 0, 1)},
    "freeze": lambda rng: {"time": moment(rng, 0, 2.2), "duration": moment(rng, 0, 1.5)},
    "loop": lambda rng: {"count": int(rng.integers(2, 4))},
    "fps": lambda rng: {"fps": pick(rng, (24, 25, 30, 60))},
}


def narrate(rng: Rng) -> Arguments:
    video = pick(rng, FILMS)
    call: Arguments = {"video": video, "overflow": pick(rng, ("trim", "extend", "speed_up", "error"))}
    kind = pick(rng, ("audio", "text", "segments", "segments"))
    if kind == "audio":
        call["audio"] = pick(rng, SOUNDS)
    elif kind == "text":
        call["text"] = pick(rng, ("Hi.", "A fox runs home.", "你好", "狐狸在森林里跑。它很快。"))
    else:
        words = ("Hi.", "Go!", "A fox.", "你好", "一只小狐狸")
        call["segments"] = [
            {"text": pick(rng, words), "start_time": moment(rng, 0, 1.7)} for _ in range(int(rng.integers(1, 4)))
        ]
    if sometimes(rng, 0.3):
        call["speed"] = moment(rng, 0.6, 2)
    if sometimes(rng, 0.3):
        call["burn_subtitles"] = True
    return call | ({"original_volume": moment(rng, 0, 2)} if sometimes(rng, 0.3) else {})


def cut_audio(rng: Rng) -> Arguments:
    audio = pick(rng, SOUNDS * 2 + FILMS)
    call: Arguments = {"audio": audio}
    if sometimes(rng, 0.7):
        call["start_time"], call["end_time"] = stretch(rng, INPUTS[audio].duration)
    if sometimes(rng, 0.1):
        call["start_time"] = -moment(rng, 0, 2)
    for name in ("fade_in", "fade_out", "volume"):
        if sometimes(rng, 0.25):
            call[name] = moment(rng, 0, 0.7)
    for name in ("concat_with", "mix_with"):
        if sometimes(rng, 0.3):
            call[name] = [pick(rng, SOUNDS) for _ in range(int(rng.integers(1, 3)))]
    if sometimes(rng, 0.3):
        call["loop_to_duration"] = max(0.1, moment(rng, 0.1, 5))
    if sometimes(rng, 0.15):
        call["normalize"] = True
    return call | {"format": pick(rng, ("mp3", "wav", "m4a"))}


def subtitle(rng: Rng) -> Arguments:
    video = pick(rng, FILMS)
    call: Arguments = {"video": video, "font_size": int(rng.integers(12, 30))}
    kind = pick(rng, ("text", "file", "cues"))
    if kind == "file":
        call["subtitle_file"] = pick(rng, ("sub_srt00000", "sub_vtt00000", "sub_ass00000", "sub_bad00000"))
    elif kind == "text":
        call["text"] = pick(rng, ("Hello", "你好", "two\nlines", " "))
        if sometimes(rng, 0.6):
            call["start_time"], call["end_time"] = stretch(rng, INPUTS[video].duration + 0.5)
            call["end_time"] = max(0.01, call["end_time"])
    else:
        call["subtitles"] = []
        for _ in range(int(rng.integers(1, 4))):
            start, end = stretch(rng, INPUTS[video].duration + 0.3)
            call["subtitles"].append(
                {"text": pick(rng, ("Hi", "你好")), "start_time": start, "end_time": max(0.01, end)}
            )
    return call | ({"burn_in": False} if sometimes(rng, 0.2) else {})


def beats(rng: Rng) -> Arguments:
    audio = pick(rng, SONGS * 3 + SOUNDS + FILMS)
    call: Arguments = {"audio": audio}
    if sometimes(rng, 0.3):
        call["start_time"], call["end_time"] = stretch(rng, INPUTS[audio].duration)
    if sometimes(rng, 0.2):
        call["min_interval"] = moment(rng, 0, 1)
    return call


def pipeline(rng: Rng) -> Arguments:
    kind = pick(rng, ("topic", "script", "topic", "board"))
    call: Arguments = {"video_aspect": pick(rng, ("16:9", "9:16", "1:1", "3:4")), "target_duration": moment(rng, 5, 9)}
    if kind == "board":
        call["storyboard"] = "txt_script00"
    else:
        call |= (
            {"script": "txt_script00"} if kind == "script" else {"topic": pick(rng, ("a lighthouse", "一只狐狸", " "))}
        )
    if sometimes(rng, 0.6):
        call["materials"] = [pick(rng, FILMS + PICTURES) for _ in range(int(rng.integers(1, 5)))]
    if sometimes(rng, 0.6):
        call["transition"] = pick(rng, ("none", "crossfade", "fade", "slide", "wipe", "dissolve"))
    if sometimes(rng, 0.5):
        call["clip_duration"] = moment(rng, 2, 5)
    if sometimes(rng, 0.5):
        call["bgm"] = pick(rng, ("none", "aud_song0000", "random"))
    return call | ({"subtitle_enabled": False} if sometimes(rng, 0.3) else {})


DRAWN: dict[str, Callable[[Rng], Arguments]] = {
    "tool_video_composite": composite,
    "tool_video_postprocess": postprocess,
    "tool_video_auto_pipeline": pipeline,
    "tool_beat_detect": beats,
    "tool_video_trim_edit": trim,
    "tool_video_speed_adjust": speed,
    "tool_tts_composite": narrate,
    "tool_audio_edit_cut": cut_audio,
    "tool_subtitle_add_text": subtitle,
}
BY_SCHEMA = 0.1
"""Share of calls drawn from the schema alone; they are mostly refused."""


def drawn(tool: str, number: int) -> Arguments:
    """Return call `number` of a tool; the same on every machine."""
    rng = np.random.default_rng([sorted(DRAWN).index(tool), number])
    if sometimes(rng, BY_SCHEMA) and tool != "tool_video_auto_pipeline":
        fitting = [*FILMS, *SOUNDS, *PICTURES, "sub_srt00000"]
        call = sample_schema(TOOLBOX[tool].spec.input_schema, rng, [f"asset://{name}" for name in fitting])
        return _cited(call, rng)
    return DRAWN[tool](rng)


def _cited(call: Arguments, rng: Rng) -> Arguments:
    """Let the places that cite assets cite ones of a fitting kind, and keep what a call asks for short and small."""
    for name, part in call.items():
        if name in ("video", "audio", "concat_with", "mix_with", "subtitle_file"):
            one = pick(rng, {"video": FILMS, "subtitle_file": ["sub_srt00000"]}.get(name, SOUNDS))
            call[name] = [one] if isinstance(part, list) else one
        elif name in _MOST:
            call[name] = min(part, _MOST[name])
    for segment in call.get("segments", ()):
        segment |= {name: min(value, 1.4) for name, value in segment.items() if name == "start_time"}
    for clip in call.get("clips", ()):
        if "duration" in clip:
            clip["duration"] = min(clip["duration"], 3.0)
    for op in call.get("operations", ()):
        op |= {name: min(value, _MOST[name]) for name, value in op.items() if name in _MOST}
    return call


_MOST = {"loop_to_duration": 9.5, "target_duration": 9.5, "duration": 2.5, "width": 300, "height": 300, "count": 3}
