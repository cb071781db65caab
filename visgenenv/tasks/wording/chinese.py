"""What is wanted, in Chinese: the phrase after "请制作", and what it is about."""

from __future__ import annotations

import re

from visgenenv.lexicon import STYLES, phrase
from visgenenv.tasks.draws import Draws
from visgenenv.tasks.latent import Latent
from visgenenv.tasks.scenarios import SCENARIOS, Scenario
from visgenenv.tasks.wording.numbers import number_zh, numeral, seconds_zh

_FULL_WIDTH = str.maketrans(",:()?!", "\uff0c\uff1a\uff08\uff09\uff1f\uff01")
_HALF_WIDTH = re.compile(r"[,()?!]|(?<!\d):|:(?!\d)")


def full_width(text: str) -> str:
    """Write punctuation the Chinese way; ratios such as 16:9 keep their colon."""
    return _HALF_WIDTH.sub(lambda match: match[0].translate(_FULL_WIDTH), text)


def style_name(style: str) -> str:
    name = STYLES[style].zh[0]
    return name if name.endswith("风格") else f"{name}风格"


def what(latent: Latent, scenario: Scenario, said: set[str], test: bool, draws: Draws) -> str:
    """Name what is wanted and how many; note in `said` what need not be said again."""
    low, high = latent.count
    measure, noun = scenario.noun_of(latent.dimension)[2:]
    style = ""
    if latent.style and "style" not in latent.same and draws.chance(0.3):
        style = f"{style_name(latent.style)}的"
        said.add("style")
    if high == 1:
        length = ""
        if latent.duration and draws.chance(0.5):
            length = f"{seconds_zh(latent.duration.seconds, draws)}{'长' if test else ''}的"
            said.add("length")
        return f"一{measure}{length}{style}{noun}"
    if low < high:
        form = draws.pick(("{}-{}", "{}到{}", "{}至{}"))
        written = form != "{}-{}" and draws.chance(0.5)
        number = form.format(numeral(low), numeral(high)) if written else form.format(low, high)
        return f"{number}{measure}{style}{noun}"
    if latent.each > 1:
        return f"一批{style}{noun}"
    if latent.modality == "image" and latent.items and draws.chance(0.12):
        return f"一组{style}{noun}"
    alone = "各自独立的" if test else "独立的"
    lead = draws.pick(("", "一套", "一组")) if latent.modality == "image" else ""
    return f"{lead}{number_zh(low, draws)}{measure}{alone if latent.modality == 'video' else ''}{style}{noun}"


def about(latent: Latent, test: bool, draws: Draws) -> str:
    """Say what it is about."""
    if latent.things:
        return f"{'画中要有' if test else '画面里有'}{'、'.join(phrase(thing, 'zh') for thing in latent.things)}。"
    if latent.topic:
        return draws.pick(_topics(latent, test)).format(latent.topic[1])
    return draws.pick(_heroes(latent, test)).format(latent.hero.words("zh")) if latent.hero else ""


def _topics(latent: Latent, test: bool) -> tuple[str, ...]:
    """Return ways to name a topic. What is explained stands in quotes, since it can be a whole question."""
    kind = SCENARIOS[latent.type].about
    if kind in ("matter", "steps"):
        return ("围绕“{}”展开。", "题材是“{}”。") if test else ("主题是“{}”。", "内容关于“{}”。")
    if test:
        return ("围绕{}展开。", "题材是{}。")
    return ("主题是{}。", "是为{}做的。")


def _heroes(latent: Latent, test: bool) -> tuple[str, ...]:
    """Return ways to name a hero: goods and photos have a subject, stories somebody they are about."""
    if SCENARIOS[latent.type].about in ("goods", "photo"):
        return ("主体是{}。",) if test else ("主体为{}。",)
    if latent.modality == "image":
        return ("主人公是{}。", "画的是{}。") if test else ("主角是{}。", "主体为{}。")
    if latent.type in ("video.7", "video.18"):
        return ("主人公是{}。",) if test else ("主角是{}。",)
    return ("主人公是{}。", "讲的是{}的故事。") if test else ("主角是{}。", "内容围绕{}展开。")
