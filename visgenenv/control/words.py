"""What is thought aloud for every move, in both languages. The number of the turn keeps thoughts apart."""

from __future__ import annotations

from visgenenv.control.layout import Choice
from visgenenv.types import Lang

_WAYS: dict[str, dict[Lang, str]] = {
    "pictures": {"en": "each picture from its own description", "zh": "每张图按各自的描述生成"},
    "batch": {"en": "all pictures from one description, in batches", "zh": "用同一段描述批量生成"},
    "reference": {"en": "a reference picture first, then edits of it", "zh": "先画参考图,再由它编辑"},
    "upload": {"en": "edits of the user's own picture", "zh": "在用户图片的基础上编辑"},
    "clips": {"en": "every shot filmed from its text", "zh": "每个镜头由文字生成"},
    "keyframes": {"en": "a keyframe per shot, then clips from them", "zh": "先画关键帧,再生成片段"},
    "reference_film": {"en": "a reference, keyframes edited from it, then clips", "zh": "先画参考图,再编辑关键帧,再生成片段"},
    "upload_film": {"en": "keyframes edited from the user's picture, then clips", "zh": "由用户图片编辑关键帧,再生成片段"},
    "footage": {"en": "the user's footage, cut to length", "zh": "把用户素材剪到所需时长"},
}  # fmt: skip
_SHOWN: dict[str, dict[Lang, str]] = {
    "planned": {"en": "as the plan says", "zh": "按计划进行"},
    "reference": {"en": "what all others are to resemble", "zh": "供其余画面参照的形象"},
    "each": {"en": "each with what it is to show", "zh": "各自展示对应内容"},
    "all": {"en": "all by one description", "zh": "使用同一段描述"},
    "request": {"en": "in the words of the request", "zh": "沿用需求原文"},
}
_HELD: dict[str, dict[Lang, str]] = {
    "usual": {"en": "what there is for it", "zh": "现有素材"},
    "upload": {"en": "the user's file", "zh": "用户素材"},
    "reference": {"en": "the reference picture", "zh": "参考图"},
    "pictures": {"en": "the pictures", "zh": "图片"},
    "clips": {"en": "the clips", "zh": "片段"},
    "cuts": {"en": "the cut", "zh": "成片"},
    "titled": {"en": "the subtitled film", "zh": "带字幕的成片"},
    "others": {"en": "the other files", "zh": "其他素材"},
}
_THOUGHTS: dict[str, dict[Lang, str]] = {
    "plan": {
        "en": "Turn {turn}: the request is about {about}. The way I choose: {way}; here is the plan.",
        "zh": "第{turn}轮:需求主题是{about}。我选择的做法:{way},计划如下。",
    },
    "call": {
        "en": "Turn {turn}: {n} calls to {tool}, {shown}; worked on: {held}.",
        "zh": "第{turn}轮:调用{tool}{n}次,{shown};所用素材:{held}。",
    },
    "answer": {
        "en": "Turn {turn}: I hand over {n} of {wanted} asked for, taken from: {held}.",
        "zh": "第{turn}轮:交付{n}个(需求{wanted}个),取自:{held}。",
    },
}
_SUMMARY: dict[Lang, str] = {
    "en": "Delivered {n} of {wanted} asked for: {about}.",
    "zh": "已交付{n}个(需求{wanted}个):{about}。",
}


def plan_thought(lang: Lang, turn: int, about: str, choice: Choice) -> str:
    return _THOUGHTS["plan"][lang].format(turn=turn, about=_plain(about), way=_WAYS[choice.route][lang])


def call_thought(lang: Lang, turn: int, tool: str, n: int, choice: Choice) -> str:
    shown, held = _SHOWN[choice.show][lang], _HELD[choice.source][lang]
    return _THOUGHTS["call"][lang].format(turn=turn, tool=tool, n=n, shown=shown, held=held)


def answer_thought(lang: Lang, turn: int, n: int, wanted: int, choice: Choice) -> str:
    return _THOUGHTS["answer"][lang].format(turn=turn, n=n, wanted=wanted, held=_HELD[choice.source][lang])


def summary(lang: Lang, n: int, wanted: int, about: str) -> str:
    return _SUMMARY[lang].format(n=n, wanted=wanted, about=_plain(about))


def _plain(text: str) -> str:
    return text.replace("<", "").replace(">", "")
