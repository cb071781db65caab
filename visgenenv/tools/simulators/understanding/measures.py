"""Answers about size, length, rate, framing and shots, one function for each kind of question."""

from __future__ import annotations

import re
from math import log

from visgenenv.tools.simulators.understanding import phrases as say
from visgenenv.tools.simulators.understanding.questions import Ask
from visgenenv.tools.simulators.understanding.sights import Sight
from visgenenv.types import Lang

MOST_LINES = 40
"""So many shots, subtitles or segments are told in the words of an answer; the data hold all."""


def size(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Give the size in pixels, and say whether it is the one asked about."""
    if sight.kind == "audio":
        return "音频没有画面,也就没有尺寸。" if lang == "zh" else "A recording has no picture and no size in pixels."
    told = say.pixels(sight, lang)
    if not (ask.yes_no and ask.sizes):
        return f"尺寸为 {told}。" if lang == "zh" else f"The size is {told}."
    right = all(_is_size(one, sight) for one in ask.sizes)
    if lang == "zh":
        return f"{'是的' if right else '不是'}:尺寸为 {told}。"
    return f"{'Yes' if right else 'No'}: the size is {told}."


def _is_size(asked: str, sight: Sight) -> bool:
    """Whether a picture has the pixels, or (within 3.5 %, as vendors deliver them) the ratio asked about."""
    wide, high = (max(1, int(part)) for part in re.split(r"\D+", asked))
    if ":" not in asked:
        return (wide, high) == (sight.width, sight.height)
    return abs(log(sight.width / sight.height * high / wide)) <= say.RATIO_SLACK


def length(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Give the length in seconds."""
    if sight.kind == "image":
        return "图片没有时长。" if lang == "zh" else "A picture has no length."
    long = say.seconds(sight.seconds, lang)
    return f"时长 {long}。" if lang == "zh" else f"The length is {long}."


def rate(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Give frames a second, or samples a second."""
    if sight.kind == "image":
        return "图片没有帧率。" if lang == "zh" else "A picture has no frame rate."
    if sight.kind == "audio":
        return f"采样率 {sight.sample_rate} Hz。" if lang == "zh" else f"The sample rate is {sight.sample_rate} Hz."
    fps = say.number(sight.fps)
    return (
        f"帧率 {fps} fps,共 {sight.n_frames} 帧。"
        if lang == "zh"
        else f"The frame rate is {fps} fps, {sight.n_frames} frames in all."
    )


def camera(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Name the framing; how a camera moves cannot be told from single frames."""
    seen = [say.either(one, lang) for one in dict.fromkeys(view.framing for view in sight.views if view.framing)]
    moves = sight.kind == "video"
    if lang == "zh":
        return f"景别是{say.listed(seen, lang)}。{'从抽样帧看不出具体的运镜。' if moves else ''}"
    more = " How the camera moves cannot be told from sampled frames." if moves else ""
    return f"The framing: {say.listed([f'a {one} view' for one in seen], lang)}.{more}"


def shots(ask: Ask, sight: Sight, lang: Lang) -> str:
    """List the shots with their times."""
    if sight.kind != "video":
        return "只有一个画面,没有镜头切换。" if lang == "zh" else "There is one picture and no cut."
    n = len(sight.views)
    lines = [
        f"{say.clock(view.start)}-{say.clock(view.end)} {shot(sight, i, lang)}"
        for i, view in enumerate(sight.views[:MOST_LINES])
    ]
    if lang == "zh":
        return f"共 {n} 个镜头:{';'.join(lines)}。"
    return f"I count {n} {'shots' if n > 1 else 'shot'}: {'; '.join(lines)}."


def shot(sight: Sight, index: int, lang: Lang) -> str:
    """Describe one shot in a phrase."""
    view = sight.views[index]
    seen = say.subjects(view.subjects, lang)
    place = say.setting(view.scene, lang) if view.scene else ""
    lights = [say.light(one, lang) for one in view.lights]
    if lang == "zh":
        parts = [seen or "空景", place, *lights, say.style(view.style, lang) if view.style else ""]
        return ",".join(part for part in parts if part)
    parts = [
        f"{seen or 'no subject'} {place}".strip(),
        *lights,
        f"{say.style(view.style, lang)} style" if view.style else "",
    ]
    return ", ".join(part for part in parts if part)
