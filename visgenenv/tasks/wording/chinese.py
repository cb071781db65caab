"""Chinese requests: the same demands as the English ones, said as a Chinese speaker would."""

from __future__ import annotations

import re

import numpy as np

from visgenenv.lexicon import SCENES, STYLES, SUBJECTS, phrase
from visgenenv.tasks.latent import Latent, pick
from visgenenv.tasks.scenarios.catalogue import Scenario
from visgenenv.tasks.scenarios.phrases import FACTS
from visgenenv.tasks.wording.numbers import number_zh, numeral, seconds_zh

_FULL_WIDTH = str.maketrans(",:()?!", "\uff0c\uff1a\uff08\uff09\uff1f\uff01")
_HALF_WIDTH = re.compile(r"[,()?!]|(?<!\d):|:(?!\d)")

_OPEN = ("请帮我做{}。", "我需要{}。", "帮我生成{}。", "想请你设计{}。", "来{}。")
_OPEN_FILM = ("请制作{}。", "我想要{}。", "帮我做{}。", "生成{}。", "麻烦制作{}。")


def write(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> str:
    """Write the request in Chinese."""
    openings = _OPEN if latent.modality == "image" else _OPEN_FILM
    what, said_length = _what(latent, scenario, rng)
    opening = pick(openings, rng).format(what)
    length = "" if said_length else _length(latent, rng)
    rest = [_subject(latent, rng), length, *_manner(latent, scenario, opening, rng)]
    rng.shuffle(rest)
    fact = FACTS[latent.fact][1] if latent.fact >= 0 else ""
    head = [opening, fact] if rng.random() < 0.5 else [fact, opening]
    text = "".join([*head, *rest, _list(latent, scenario, rng)])
    return _HALF_WIDTH.sub(lambda match: match[0].translate(_FULL_WIDTH), text) if rng.random() < 0.6 else text


def _what(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> tuple[str, bool]:
    """Name what is wanted and how many; say also whether the length is part of it."""
    low, high = latent.count
    measure, noun = scenario.noun[2:]
    style = f"{_style_name(latent.style)}的" if latent.style and rng.random() < 0.3 else ""
    if latent.modality == "video" and high == 1:
        said = latent.duration is not None and bool(rng.random() < 0.6)
        length = f"{seconds_zh(latent.duration.seconds, rng)}的" if said and latent.duration else ""
        return f"一{measure}{length}{style}{noun}{_shots(latent, rng)}", said
    if low < high:
        form = pick(("{}-{}", "{}到{}", "{}至{}"), rng)
        written = rng.random() < 0.5 and form != "{}-{}"
        number = form.format(numeral(low), numeral(high)) if written else form.format(low, high)
        return f"{number}{measure}{style}{noun}", False
    if latent.each > 1:
        return f"一批{style}{noun}", False
    if latent.modality == "image" and latent.items and rng.random() < 0.12:
        return f"一组{style}{noun}", False
    number = number_zh(low, rng)
    lead = pick(("", "一套", "一组"), rng) if high > 1 and latent.modality == "image" else ""
    return f"{lead}{number}{measure}{'独立的' if latent.modality == 'video' else ''}{style}{noun}", False


def _style_name(style: str) -> str:
    name = STYLES[style].zh[0]
    return name if name.endswith("风格") else f"{name}风格"


def _shots(latent: Latent, rng: np.random.Generator) -> str:
    if latent.shots is None or rng.random() < 0.1:
        return ""
    n = number_zh(latent.shots, rng)
    return pick((f",共{n}个镜头", f",分为{n}个分镜", f",包含{n}个场景"), rng)


def _subject(latent: Latent, rng: np.random.Generator) -> str:
    """Say what it is about."""
    if latent.things:
        return f"画面里有{'、'.join(phrase(thing, 'zh') for thing in latent.things)}。"
    if latent.topic:
        return pick((f"主题是{latent.topic[1]}。", f"是为{latent.topic[1]}做的。"), rng)
    if latent.hero is None:
        return ""
    words = latent.hero.words("zh")
    if latent.upload:
        return f"主角是{words},我上传了它的图片,请以此为参考。"
    return pick((f"主角是{words}。", f"主体为{words}。", f"内容围绕{words}。"), rng)


def _length(latent: Latent, rng: np.random.Generator) -> str:
    if latent.duration is None:
        return ""
    time = seconds_zh(latent.duration.seconds, rng)
    if latent.duration.scope == "each":
        return pick((f"每条{time}。", f"每个时长{time}。", f"各{time}。"), rng)
    return pick((f"总时长{time}。", f"全片{time}。", f"时长控制在{time}。"), rng)


def _manner(latent: Latent, scenario: Scenario, opening: str, rng: np.random.Generator) -> list[str]:
    return [_style(latent, opening, rng), _sameness(latent, scenario, rng), _shape(latent, rng), *_sound(latent, rng)]


def _style(latent: Latent, opening: str, rng: np.random.Generator) -> str:
    parts = []
    if latent.scene and latent.group != "scene":
        parts.append(pick(("背景是{}。", "场景设在{}。"), rng).format(SCENES[latent.scene].zh[0]))
    if latent.style and latent.group != "style" and STYLES[latent.style].zh[0] not in opening:
        parts.append(pick(("采用{}。", "画风:{}。", "我喜欢{}。"), rng).format(_style_name(latent.style)))
    if latent.dimension == "creative":
        parts.append(pick(("给我一个出人意料的创意。", "大胆发挥创意。"), rng))
    if latent.dimension == "variety":
        word = {"image.16": "动作", "image.21": "地点"}.get(latent.type, "表情")
        parts.append(pick((f"每一个的{word}都要不同,不能重复。", f"{word}各不相同。"), rng))
    return "".join(parts)


def _sameness(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> str:
    unit = "每个镜头" if latent.modality == "video" else f"每{scenario.noun[2]}"
    if latent.group == "object" and latent.hero:
        hero = latent.hero.noun("zh")
        forms = (
            f"{unit}里都必须是同一{_measure(latent)}{hero}。",
            f"{hero}的形象要全程保持一致。",
            f"{unit}中{hero}的外观保持统一。",
        )
        return pick(forms, rng)
    if latent.group == "scene":
        scene = SCENES[latent.scene].zh[0]
        forms = (
            f"{unit}都在同一个{scene},布局保持不变。",
            f"{scene}的场景要保持一致。",
            f"{unit}必须展示同样的{scene}。",
        )
        return pick(forms, rng)
    if latent.group == "style":
        style = _style_name(latent.style)
        forms = (f"整体保持统一的{style}。", f"{unit}的风格要一致:{style}。", f"全部采用同样的{style}。")
        return pick(forms, rng)
    return ""


def _measure(latent: Latent) -> str:
    return SUBJECTS[latent.hero.name].measure if latent.hero else "个"


def _shape(latent: Latent, rng: np.random.Generator) -> str:
    size = latent.size
    if size is None:
        return ""
    if size.exact:
        return pick((f"尺寸{size.width}×{size.height}像素。", f"分辨率必须是{size.width}x{size.height}。"), rng)
    ratio = f"{size.width}:{size.height}"
    word = "方形" if size.width == size.height else "横版" if size.width > size.height else "竖版"
    return pick((f"画幅{ratio}。", f"比例为{ratio}。", f"{word}{ratio}。"), rng)


def _sound(latent: Latent, rng: np.random.Generator) -> list[str]:
    if latent.modality == "image":
        return []
    said = []
    if "bgm" in latent.audio:
        said.append(pick(("要有背景音乐。", "配上轻柔的背景音乐。", "需要配乐。"), rng))
    elif rng.random() < 0.12:
        said.append(pick(("不需要背景音乐。", "不要配乐。"), rng))
    if latent.lines:
        said.append(pick(("台词要有配音。", "每个镜头都有一句台词配音。"), rng))
    elif "tts" in latent.audio:
        said.append(pick(("需要旁白。", "配上中文解说。", "加上旁白配音。"), rng))
    if latent.subtitle:
        said.append(pick(("加上字幕。", "需要中文字幕。", "画面上要有字幕。"), rng))
    elif rng.random() < 0.12:
        said.append(pick(("不需要字幕。", "不用加字幕。"), rng))
    return said


def _list(latent: Latent, scenario: Scenario, rng: np.random.Generator) -> str:
    """List what the single pictures or shots show."""
    noun = latent.hero.noun("zh") if latent.hero else ""
    items = [chinese.replace("{H}", noun) for _, chinese in latent.items]
    if not items:
        return ""
    if latent.modality == "video":
        return _shot_list(items, latent, rng)
    word = scenario.item_word[1]
    if latent.each > 1:
        each = number_zh(latent.each, rng)
        measure = scenario.noun[2]
        return pick(
            (f"{word}包括{'、'.join(items)},各{each}{measure}。", f"{word}:{'、'.join(items)},每种{each}{measure}。"),
            rng,
        )
    if any("," in item for item in items) or rng.random() < 0.35:
        return "\n" + "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
    return pick((f"包括以下{word}:", f"{word}分别是:", f"{word}依次为:"), rng) + f"{'、'.join(items)}。"


def _shot_list(items: list[str], latent: Latent, rng: np.random.Generator) -> str:
    """Write the shots one after the other, with their spoken lines."""
    form = int(rng.integers(4))
    say = pick(("配音:“{}”", "台词:“{}”"), rng)
    lines = [say.format(line) for _, line in latent.lines] or [""] * len(items)
    marks = [
        ("镜头{}:", "画面{}:", "({})", "分镜{}:")[form].format(numeral(n) if form == 3 else n)
        for n in range(1, len(items) + 1)
    ]
    shots = [f"{mark}{item}。{line}" for mark, item, line in zip(marks, items, lines, strict=True)]
    return "\n" + ("" if rng.random() < 0.3 and form != 2 else "\n").join(shots)
