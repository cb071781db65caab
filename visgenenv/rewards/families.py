"""Families of tools: tools of one family do the same job for different services. What each takes, gives and is called.

The table serves the reading of plans (which tool does "图生图" mean?), their symbolic execution (what does a step
need, what does it make?) and the matching of calls to steps. A tool that stands in no row is a family of its own.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct


class Family(Struct, frozen=True):
    """What tools of one family need, make, and are called.

    Attributes:
        name: Of the family.
        stems: Beginnings of the names of its tools, without `tool_`.
        takes: Kinds it cannot do without: one of each group must be there.
        gives: Kind of what it makes; nothing for tools that only tell or note something.
        words: Ways to name it, in English and Chinese, the exact ones.
        loose: Words that name it if nothing more exact does.
        also: Kinds it makes beside `gives`.
    """

    name: str
    stems: tuple[str, ...]
    takes: tuple[tuple[str, ...], ...]
    gives: str
    words: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


# name | stems | takes ("a/b": one of both, ",": and) | gives | exact words | loose words
_TABLE = """
image_edit | image_edit | image | image | image-to-image, image to image, img2img, i2i, image edit, image editing, edit image, edit the image, edit the picture, reference-based generation, 图生图, 图像编辑, 图片编辑, 参考图生成, 以图生图, 改图, 编辑图片 | edit, edited, restyle, stylise, stylize, retouch, 编辑, 修改, 修图, 重绘, 风格化
text2image | text2image | | image | text-to-image, text to image, txt2img, t2i, image generation, generate image, image generator, nano banana, seedream, hunyuan image, 文生图, 文字生成图片, 文本生成图像, 文字生图, 图像生成, 图片生成, 生成图片, 生成图像, 生图, 绘图工具 | draw, paint, illustrate, render, picture, pictures, image, images, keyframe, keyframes, illustration, 画, 绘制, 绘图, 图片, 图像, 关键帧, 插画, 海报, 参考图
image2video | image2video | image | video | image-to-video, image to video, img2vid, i2v, keling, kling, animate image, 图生视频, 图片生成视频, 图片转视频, 首帧生成视频, 以图生视频 | animate, animated, animation, 动起来, 动画化, 生视频, 视频生成
text2video | text2video | | video | text-to-video, text to video, txt2vid, t2v, veo, video generation, 文生视频, 文字生成视频, 文本生成视频, 生成视频 | film, shoot, clip, clips, 拍摄, 片段, 视频片段, 视频
pipeline | video_auto_pipeline | | video | auto pipeline, automatic video pipeline, one-click video, 一键成片, 自动成片, 视频流水线 | pipeline
composite | video_composite | video/image | video | video composite, video composition, composite video, compositing, video compositing, video assembly, concatenate, concatenation, 视频合成, 合成视频, 视频拼接, 视频剪辑, 剪辑合成 | composite, compose the film, join, assemble, stitch, merge, cut together, edit together, final cut, 合成, 拼接, 剪辑, 组装, 合并, 串联
tts_composite | tts_composite | video | video | tts and subtitles, tts and subtitle, add tts, 给视频添加tts和字幕, 添加tts和字幕, dub the video, voice-over composite, 给视频添加tts, 添加tts, 视频配音, 配音和字幕, 配音合成 | dub, dubbing
subtitle | subtitle | video | video | subtitle, subtitles, captions, burn in, burn-in, add text, 字幕, 加字幕, 烧录字幕, 添加文字 | caption, 文字叠加
speech | tts | | audio | text-to-speech, text to speech, tts, speech synthesis, voice synthesis, 语音合成, 文字转语音, 文本转语音, 语音生成 | voice-over, voiceover, voice, narration, narrate, speech, dialogue, spoken, 配音, 旁白, 朗读, 解说, 对白, 语音
music | music | | audio | music generation, generate music, suno, background music, soundtrack, bgm, 音乐生成, 生成音乐, 背景音乐, 配乐, 作曲 | music, song, score, 音乐, 歌曲
effect | sound_fx | | audio | sound effect, sound effects, sfx, foley, 音效, 音效生成 | sound, 声音
audio_edit | audio_edit | audio/video | audio | audio edit, audio editing, trim audio, mix audio, audio cut, 音频剪辑, 音频编辑, 混音 | fade
trim | video_trim | video | video | trim, video trim, trim video, 视频裁剪, 视频截取, 裁剪视频 | shorten, 裁剪, 截取
speed | video_speed | video/audio | video | speed adjust, change speed, slow motion, 变速, 慢动作, 加速 | speed, 速度
postprocess | video_postprocess | video | video | postprocess, post-process, post-processing, colour grading, color grading, 后期处理, 调色, 后期 | filter, watermark, 滤镜, 水印
beats | beat_detect | audio/video | | beat detection, beat detect, detect beats, 节拍检测, 鼓点检测, 卡点检测 | beat, beats, 节拍, 鼓点
image_check | image_analysis | image | | image analysis, inspect image, check the picture, check image, 图像分析, 图片分析, 图像检查, 图片检查 | inspect, review, 检查, 审查
video_check | video_analysis | video | | video analysis, inspect video, check the video, 视频分析, 视频检查 |
audio_check | audio_analysis | audio | | audio analysis, listen to the, 音频分析, 音频检查 |
script | video_script | | text | script generation, script writing, write the script, screenplay, 脚本生成, 撰写脚本, 剧本生成, 生成脚本 | script, 脚本, 剧本
shots | video_shot | | text | shot list, storyboard generation, shot generation, shot planning, 分镜生成, 分镜设计, 镜头脚本, 生成分镜 | storyboard, 分镜脚本
polish | storyboard_polish | text | text | storyboard polish, polish the storyboard, 分镜润色, 优化分镜 | polish, 润色
script_merge | script_storyboard_merge | text | text | merge script, script merge, 脚本合并, 合并脚本 |
summary | content_summary | | text | content summary, summarise, summarize, summary, 内容总结, 摘要, 内容摘要 | 总结
refine | prompt_refine | | text | prompt refine, refine prompt, prompt refinement, refine the prompt, prompt optimisation, prompt optimization, 提示词优化, 优化提示词, 提示词润色 | refine, 提示词
page | html_builder | | document | html builder, html page, build html, build the page, 网页生成, 网页制作, h5制作 | html, web page, 网页, h5
search | search_content | | text | web search, content search, search content, research, 内容搜索, 网络搜索, 资料搜索, 检索资料 | search, look up, 搜索, 检索, 查找
inspire | search_inspire | | image | search inspiration, inspiration search, find inspiration, image search, stock search, 灵感搜索, 搜索灵感, 素材搜索, 图片搜索 | inspiration, 灵感, 素材
todo | task_manager | | | task manager, to-do list, todo list, task list, 任务管理, 待办, 任务清单 | todo
llm | llm | | | llm, language model, no tool, without a tool, myself, own reasoning, none, 大模型, 语言模型, 无需工具, 不需要工具, 自行, 自己完成, 模型自身 | think, decide, understand, choose, plan the, deliver, hand over, answer, submit, 思考, 构思, 理解, 确定, 分析需求, 交付, 提交
"""


def _family(line: str) -> Family:
    name, stems, takes, gives, words, loose = (cell.strip() for cell in line.split("|"))
    needs = tuple(tuple(need.split("/")) for need in _list(takes))
    return Family(name, _list(stems), needs, gives, _list(words), _list(loose))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(",") if part.strip())


FAMILIES: dict[str, Family] = {family.name: family for family in map(_family, _TABLE.strip().splitlines())}
"""Every family by name."""

MEDIUM = {
    "text2image": "picture", "image_edit": "picture", "inspire": "picture", "text2video": "film", "image2video": "film",
    "pipeline": "film",
}  # fmt: skip
"""Families that can stand in for one another when a service fails."""

INFORMING = frozenset(
    {"search", "summary", "refine", "todo", "script", "shots", "polish", "script_merge", "beats", "image_check",
     "video_check", "audio_check", "inspire"}
)  # fmt: skip
"""Families whose calls tell or note something; what they make is no part of a film."""

INSPECTING = frozenset({"beats", "image_check", "video_check", "audio_check"})
"""Families that look at what was made."""

_BATCHES = {
    "tool_text2image_gemini": 4, "tool_text2image_gpt": 10, "tool_text2image_seed": 15, "tool_image_edit_qwen": 6,
    "tool_image_edit_gpt": 10, "tool_music_suno": 2, "tool_search_inspire": 20,
}  # fmt: skip


@lru_cache(maxsize=1024)
def family_of(tool: str) -> str:
    """Return the family of a tool or of a family's own name: `text2image` for `tool_text2image_qwen`.

    >>> family_of("tool_text2image_qwen"), family_of("music"), family_of("tool_my_own")
    ('text2image', 'music', 'my_own')
    """
    stem = tool.removeprefix("tool_")
    if stem in FAMILIES:
        return stem
    return next((one.name for one in FAMILIES.values() if stem.startswith(one.stems)), stem)


def batch_of(tool: str) -> int:
    """Return how many outputs one call of a tool may give; of a family, what its most generous tool gives."""
    if tool.startswith("tool_"):
        return _BATCHES.get(tool, 1)
    return max([n for name, n in _BATCHES.items() if family_of(name) == tool], default=1)


def in_pool(tool: str, pool: tuple[str, ...]) -> bool:
    """Whether a plan may name this tool: it is on offer, or a tool of the family named is, or it needs none."""
    family = family_of(tool)
    if family == "llm":
        return True
    return tool in pool or (not tool.startswith("tool_") and any(family_of(one) == family for one in pool))


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[re.Pattern[str], str, bool], ...]:
    """Return every form with its family, longest first, and whether it is an exact one."""
    rows = [(form, one.name, exact) for one in FAMILIES.values()
            for exact, forms in ((True, one.words), (False, one.loose)) for form in forms]  # fmt: skip
    rows.sort(key=lambda row: -len(row[0]))
    return tuple((_pattern(form), name, exact) for form, name, exact in rows)


def _pattern(form: str) -> re.Pattern[str]:
    if form.isascii():
        return re.compile(rf"(?<![a-z0-9]){re.escape(form)}(?:s|ing)?(?![a-z0-9])", re.IGNORECASE)
    return re.compile(re.escape(form), re.IGNORECASE)


_READ, _MOST = 600, 40
"""So many characters are read, and so many words for tools found; a step of a plan has far fewer."""


@lru_cache(maxsize=4096)
def families_named(text: str, strict: bool = False) -> tuple[str, ...]:
    """Return the families a text names, in order: those named exactly, or else the first that is named loosely.

    A `strict` reading takes no loose word for a tool: what is left is the model's own act.
    """
    taken: list[tuple[int, int]] = []
    exact: list[tuple[int, str]] = []
    loose: list[tuple[int, str]] = []
    text = text[:_READ]
    for pattern, name, is_exact in _forms():
        for match in pattern.finditer(text):
            if len(taken) == _MOST:
                break
            start, end = match.span()
            if any(start < last and end > first for first, last in taken):
                continue
            taken.append((start, end))
            (exact if is_exact else loose).append((start, name))
    if exact:
        return tuple(dict.fromkeys(name for _, name in sorted(exact)))
    if strict:
        return ("llm",) if loose else ()
    return tuple(name for _, name in sorted(loose)[:1])
