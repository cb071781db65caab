"""Which of fifteen ways of working a request calls for: by what it asks for, and by what the user brings.

The names follow the specification's list of workflow templates; VisionCreator mentions fifteen and names one
("from storyboards to animated short films").
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from visgenenv.types import Lang, Modality

TemplateId = Literal["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "W11", "W12", "W13", "W14", "W15"]


class Template(Struct, frozen=True):
    """A way of working: its name, and the stages a person would name, in both languages."""

    id: TemplateId
    name: dict[Lang, str]
    stages: dict[Lang, str]


_ROWS = """
W1 | a single picture | draw it | 单张图片 | 绘制
W2 | a set of pictures that belong together | reference, edits | 一致的图片组 | 参考图、编辑
W3 | pictures that differ | one prompt each | 多样的图片组 | 逐张写提示词
W4 | new versions of the user's picture | the user's picture, edits | 用户图片的编辑与风格化 | 用户图片、编辑
W5 | a brand kit | mark, applications | 品牌套件 | 标志、应用
W6 | a poster or key visual | motif, layout, drawing | 海报与主视觉 | 主题、版式、绘制
W7 | screens of a page or game | look, screens | 页面或界面 | 视觉、各屏
W8 | a storyboard or picture book | characters, pages | 分镜或绘本 | 角色、逐页
W9 | a promotional film | shots, clips, music, cut | 宣传片 | 镜头、片段、音乐、合成
W10 | a story with spoken lines | characters, keyframes, clips, voices, cut | 有台词的故事片 | 角色、关键帧、片段、配音、合成
W11 | a music film | song, beats, clips, cut on the beat | 音乐影片 | 歌曲、节拍、片段、卡点合成
W12 | a film that explains | facts, narration, pictures, cut | 讲解影片 | 资料、解说、画面、合成
W13 | an animation | character sheet, panels, clips, effects, cut | 动画 | 角色设定、画面、片段、音效、合成
W14 | a short clip for fun | clips, sound, cut | 娱乐短片 | 片段、声音、合成
W15 | the user's own footage in new form | footage, sound, cut | 用户素材再剪辑 | 素材、声音、合成
"""


def _templates() -> dict[TemplateId, Template]:
    rows = [[cell.strip() for cell in line.split("|")] for line in _ROWS.strip().splitlines()]
    return {id: Template(id, {"en": en, "zh": zh}, {"en": how, "zh": wie}) for id, en, how, zh, wie in rows}  # type: ignore[misc,arg-type]


TEMPLATES = _templates()
"""All fifteen by id."""

TYPES: dict[str, TemplateId] = {
    "video.1": "W9", "video.2": "W9", "video.3": "W9", "video.4": "W9", "video.5": "W9", "video.6": "W12",
    "video.7": "W12", "video.8": "W11", "video.9": "W11", "video.10": "W14", "video.11": "W10", "video.12": "W14",
    "video.13": "W13", "video.14": "W13", "video.15": "W13", "video.16": "W13", "video.17": "W14", "video.18": "W14",
    "video.19": "W10", "video.20": "W10", "video.21": "W12",
    "image.1": "W2", "image.2": "W7", "image.3": "W6", "image.4": "W7", "image.5": "W5", "image.6": "W6",
    "image.7": "W6", "image.8": "W6", "image.9": "W6", "image.10": "W1", "image.11": "W2", "image.12": "W3",
    "image.13": "W5", "image.14": "W7", "image.15": "W2", "image.16": "W2", "image.17": "W3", "image.18": "W8",
    "image.19": "W8", "image.20": "W4", "image.21": "W1",
}  # fmt: skip
"""The usual template of each of VisionCreator's 42 types (its Table 8). What a request demands may call for another:
the policy is never told a type and goes by the words."""

_FILMS: tuple[tuple[TemplateId, str], ...] = (
    ("W13", r"picture book|(?:motion|dynamic) comic|animat|绘本|漫画视频|动态漫|动画|动漫短"),
    ("W12", r"story explanation|故事解说|tutorial|instruction|documentar|nature clip|自然短片|explain(?:er|ing)|popular science|教学|教程|科普|纪录片|解说(?:视频|片)|讲解"),
    ("W11", r"music videos?|\bmvs?\b|concert (?:film|clip)|演唱会|MV(?![a-z])"),
    ("W14", r"game(?:play)? (?:video|adaptation|trailer|clip|film)|variety show|podcast|vlog|\breels?\b|tiktok|游戏(?:视频|改编)|综艺|播客"),
    ("W9", r"marketing|public service|corporate|brand|promo|commercial|advert|\bads?\b|trailer|teaser|营销|公益|宣传|品牌|广告|推广(?:视频|短?片)|预告"),
    ("W10", r"story|drama|movie|short films?|film trailers?|故事|短剧|电影|剧情"),
)  # fmt: skip
_PICTURES: tuple[tuple[TemplateId, str], ...] = (
    ("W8", r"storyboard|picture books?|分镜图|绘本"),
    ("W7", r"landing pages?|detail pages?|\bh5\b|interface|web pages?|screens? for|落地页|详情页|界面|网页"),
    ("W5", r"brand identity|brand kit|logo(?![a-z])|logos|品牌视觉|品牌套件|标志"),
    ("W6", r"posters?|key visuals?|banners?|covers?|海报|主视觉|横幅|封面"),
)
_COMPILED = {
    "video": tuple((id, re.compile(words, re.IGNORECASE)) for id, words in _FILMS),
    "image": tuple((id, re.compile(words, re.IGNORECASE)) for id, words in _PICTURES),
}


def template_of(
    asked: str, modality: Modality, count: int, *, grouped: bool, picture: bool, footage: bool
) -> TemplateId:
    """Choose a template.

    Args:
        asked: The request without its list of items.
        modality: Of what is to be delivered.
        count: How many are asked for.
        grouped: Whether something must stay the same.
        picture: Whether the user brings a picture.
        footage: Whether the user brings a film.

    Example:
        >>> template_of("Two posters for a book fair.", "image", 2, grouped=False, picture=False, footage=False)
        'W6'
    """
    if modality == "video" and footage:
        return "W15"
    if modality == "image" and picture:
        return "W4"
    places = [(match.start(), order, id) for order, (id, words) in enumerate(_COMPILED[modality])
              if (match := words.search(asked))]  # fmt: skip
    if places:
        return min(places)[2]
    if modality == "video":
        return "W9"
    return "W2" if grouped else "W3" if count > 1 else "W1"
