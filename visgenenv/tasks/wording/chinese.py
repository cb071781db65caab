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


def what(latent: Latent, scenario: Scenario, shots: str, said: set[str], test: bool, draws: Draws) -> str:
    """Name what is wanted and how many; note in `said` what need not be said again."""
    low, high = latent.count
    measure, noun = scenario.noun[2:]
    style = ""
    if latent.style and "style" not in latent.same and draws.chance(0.3):
        style = f"{style_name(latent.style)}的"
        said.add("style")
    if high == 1:
        length = ""
        if latent.duration and draws.chance(0.5):
            length = f"{seconds_zh(latent.duration.seconds, draws)}{'长' if test else ''}的"
            said.add("length")
        return f"一{measure}{length}{style}{noun}{shots}"
    if low < high:
        form = draws.pick(("{}-{}", "{}到{}", "{}至{}"))
        written = form != "{}-{}" and draws.chance(0.5)
        number = form.format(numeral(low), numeral(high)) if written else form.format(low, high)
        return f"{number}{measure}{style}{noun}"
    if latent.each > 1:
        return f"一批{style}{noun}"
    if latent.modality == "image" and latent.items and draws.chance(0.12):
        return f"一组{style}{noun}"
    lead = draws.pick(("", "一套", "一组")) if latent.modality == "image" else ""
    return f"{lead}{number_zh(low, draws)}{measure}{'独立的' if latent.modality == 'video' else ''}{style}{noun}"


def about(latent: Latent, test: bool, draws: Draws) -> str:
    """Say what it is about."""
    if latent.things:
        return f"{'画中要有' if test else '画面里有'}{'、'.join(phrase(thing, 'zh') for thing in latent.things)}。"
    if latent.topic:
        served = SCENARIOS[latent.type].about in ("occasion", "company")
        topics = (
            ("围绕{}展开。", "题材是{}。") if test else ("主题是{}。", "是为{}做的。" if served else "内容关于{}。")
        )
        return draws.pick(topics).format(latent.topic[1])
    if latent.hero is None:
        return ""
    heroes = ("主人公是{}。", "画的是{}。", "讲的是{}。") if test else ("主角是{}。", "主体为{}。", "内容围绕{}。")
    amiss = "讲" if latent.modality == "image" else "画"
    return draws.pick([form for form in heroes if form[0] != amiss]).format(latent.hero.words("zh"))
