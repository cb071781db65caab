"""The 42 task types by name, and one `Scenario` for each: how it is called, what it is about, what may be demanded.

Types: VisionCreator (arXiv 2603.02681), Table 8, in its order; "picture book" stands in both columns.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from visgenenv.tasks.scenarios.places import FESTIVE, HOMES, OUTDOORS, ROOMS, SETS, SHOWS, TALKS, WORKTOPS
from visgenenv.tasks.scenarios.tables import Pair

_VIDEO = (
    "product marketing|public service ad|corporate promotion|brand story|event promotion|instructional|"
    "popular-science documentary|music video|concert recording|variety show|story video|video podcast|picture book|"
    "dynamic comic|animated short|animated movie|game adaptation|game video|movie|short drama|story explanation"
)
_IMAGE = (
    "product images|detail pages|key visual|landing page|brand identity|banner|official-account cover|"
    "Xiaohongshu cover|marketing poster|avatar|static emoji|icon|logo|mini-game UI|character design|"
    "character action|scene design|storyboard|picture book|stylisation|realistic photography"
)
TYPES: dict[str, str] = {
    f"{modality}.{number}": name
    for modality, names in (("video", _VIDEO), ("image", _IMAGE))
    for number, name in enumerate(names.split("|"), 1)
}
"""Every type of the paper by id, with its English name."""

About = Literal["goods", "creature", "person", "animal", "photo", "matter", "occasion", "company", "song", "steps", "scene"]  # fmt: skip
"""What a request is about: a hero of some category, or a subject matter of its scenario."""


class Scenario(Struct, frozen=True):
    """One type of request.

    `noun` is what is delivered: English singular and plural, Chinese measure word and noun. `moments` names the pool
    of what the single pictures or shots show; `ordered` ones keep their order, and `spoken` ones come with lines.
    `ratios` are aspect ratios people ask for, `pixels` exact sizes, `item_word` names the moments in a request
    (English plural, Chinese), `differs` what must differ where variety is asked for. `sound` are the mixes of sound
    that may be asked for, `footage` and `song` the shares of requests that bring their own film or music. `stays` names
    the pool of what can happen while the place stays the same, `places` where, `short` the noun where several short
    ones are wanted ("three film trailers").
    """

    type: str
    noun: tuple[str, str, str, str]
    dimensions: tuple[str, ...]
    about: About
    moments: str
    item_word: Pair = ("", "")
    differs: Pair = ("place", "地点")
    ordered: bool = False
    spoken: bool = False
    ratios: tuple[tuple[int, int], ...] = ()
    pixels: tuple[tuple[int, int], ...] = ()
    styled: bool = True
    sound: tuple[tuple[str, ...], ...] = ((),)
    subtitle: float = 0.0
    upload: float = 0.0
    footage: float = 0.0
    song: float = 0.0
    stays: str = ""
    places: tuple[str, ...] = ROOMS
    short: tuple[str, str, str, str] | None = None

    def noun_of(self, dimension: str) -> tuple[str, str, str, str]:
        """Return what is delivered, in a request of some dimension."""
        return self.short if self.short and dimension == "amount" else self.noun


_SQUARE, _WIDE, _TALL = (1, 1), (16, 9), (9, 16)
_STILL = ("creative", "match", "style", "variety", "amount")
_SCENIC = (*_STILL, "scene")
_ALL_STILL = (*_SCENIC, "object")
_FILM = ("creative", "match", "style", "variety", "amount", "duration", "storyboard", "scene")
_HERO_FILM = (*_FILM, "object")
_MUSIC = ((), ("bgm",), ("bgm",))
_VOICED = (("tts",), ("bgm",), ("bgm", "tts"))
_EFFECTS = ((), ("sfx",), ("bgm", "sfx"), ("bgm",))
_EXPRESSION, _ANGLE, _IDEA = ("expression", "表情"), ("angle", "角度"), ("idea", "创意")


def _still(
    number: int, noun: str, several: str, measure: str, chinese: str, about: About, moments: str, word: Pair,
    dimensions: tuple[str, ...], ratios: tuple[tuple[int, int], ...], *, pixels: tuple[tuple[int, int], ...] = (),
    differs: Pair = ("composition", "构图"), ordered: bool = False, styled: bool = True, upload: float = 0.0,
    stays: str = "views", places: tuple[str, ...] = ROOMS,
) -> Scenario:  # fmt: skip
    return Scenario(
        f"image.{number}", (noun, several, measure, chinese), dimensions, about, moments, word, differs, ordered,
        ratios=ratios, pixels=pixels, styled=styled, upload=upload, stays=stays, places=places,
    )  # fmt: skip


def _film(
    number: int, noun: str, several: str, measure: str, chinese: str, about: About, moments: str,
    sound: tuple[tuple[str, ...], ...], *, ratios: tuple[tuple[int, int], ...] = (_WIDE, _TALL),
    pixels: tuple[tuple[int, int], ...] = (), ordered: bool = True, spoken: bool = False, styled: bool = True,
    subtitle: float = 0.0, upload: float = 0.0, footage: float = 0.0, song: float = 0.0, stays: str = "gather",
    places: tuple[str, ...] = ROOMS, short: tuple[str, str, str, str] | None = None,
) -> Scenario:  # fmt: skip
    heroes = about in ("goods", "creature", "person", "animal")
    dimensions = tuple(name for name in (_HERO_FILM if heroes else _FILM) if name != "style" or styled)
    if moments in ("nature", "public", "company", "roots", "event"):
        dimensions = tuple(name for name in dimensions if name != "scene")
    if about == "steps":
        dimensions = ("storyboard", "scene", "style", "duration", "creative")
    return Scenario(
        f"video.{number}", (noun, several, measure, chinese), dimensions, about, moments, ("shots", "镜头"),
        ordered=ordered, spoken=spoken, ratios=ratios, pixels=pixels, styled=styled, sound=sound, subtitle=subtitle,
        upload=upload, footage=footage, song=song, stays=stays or moments, places=places, short=short,
    )  # fmt: skip


_ALL = (
    _still(1, "product image", "product images", "张", "产品图", "goods", "angles", ("views", "画面"), _ALL_STILL,
           (_SQUARE, (4, 3), (3, 4)), pixels=((1024, 1024), (1328, 1328)), differs=_ANGLE, styled=False, upload=0.3,
           places=HOMES),
    _still(2, "detail page image", "detail page images", "张", "详情页图片", "goods", "detail", ("sections", "板块"),
           ("object", "style", "amount", "match", "creative"), ((3, 4), (2, 3)), upload=0.3),
    _still(3, "key visual", "key visuals", "张", "主视觉图", "occasion", "ideas", ("motifs", "元素"), _SCENIC,
           (_WIDE, (3, 4)), pixels=((1664, 928),), differs=_IDEA, places=FESTIVE),
    _still(4, "landing page visual", "landing page visuals", "张", "H5落地页图", "occasion", "page", ("screens", "板块"),
           ("style", "amount", "match", "creative", "variety"), (_TALL, (3, 4))),
    _still(5, "brand identity visual", "brand identity visuals", "张", "品牌视觉图", "company", "brand",
           ("applications", "应用物料"), ("style", "amount", "creative"), (_SQUARE, (4, 3))),
    _still(6, "banner", "banners", "张", "横幅banner", "occasion", "ideas", ("motifs", "元素"), _SCENIC,
           ((21, 9), _WIDE), pixels=((1664, 928),), places=FESTIVE),
    _still(7, "official-account cover", "official-account covers", "张", "公众号封面", "matter", "covers",
           ("ideas", "创意"), _SCENIC, ((21, 9), _WIDE)),
    _still(8, "Xiaohongshu cover", "Xiaohongshu covers", "张", "小红书封面", "goods", "angles", ("compositions", "构图"),
           _ALL_STILL, ((3, 4),), pixels=((1104, 1472),), places=HOMES),
    _still(9, "poster", "posters", "张", "海报", "occasion", "ideas", ("motifs", "元素"), _SCENIC,
           ((3, 4), (2, 3), _TALL), pixels=((1024, 1536), (928, 1664)), places=FESTIVE),
    _still(10, "avatar", "avatars", "个", "头像", "creature", "expressions", ("moods", "表情"), (*_STILL, "object"),
           (_SQUARE,), pixels=((1024, 1024),), differs=_EXPRESSION, upload=0.2),
    _still(11, "emoji sticker", "emoji stickers", "个", "表情包贴图", "creature", "expressions", ("expressions", "表情"),
           (*_STILL, "object"), (_SQUARE,), differs=_EXPRESSION, upload=0.3),
    _still(12, "icon", "icons", "枚", "图标", "company", "icons", ("functions", "功能"), ("amount", "style", "creative"),
           (_SQUARE,), pixels=((1024, 1024),)),
    _still(13, "logo", "logos", "个", "logo", "company", "logo", ("ideas", "方案"), ("amount", "creative", "style", "variety"),
           (_SQUARE,), differs=_IDEA),
    _still(14, "game interface screen", "game interface screens", "张", "小游戏界面图", "creature", "screen",
           ("screens", "界面"), ("style", "amount", "object", "creative"), (_TALL, _WIDE)),
    _still(15, "character illustration", "character illustrations", "张", "角色立绘", "creature", "skins",
           ("skins", "皮肤"), _ALL_STILL, ((2, 3), (3, 4), _TALL), differs=("outfit", "服装"), places=SETS),
    _still(16, "action picture", "action pictures", "张", "动作图", "creature", "actions", ("actions", "动作"),
           (*_STILL, "object"), (_SQUARE, (4, 3)), differs=("action", "动作"), upload=0.4),
    _still(17, "scene concept", "scene concepts", "张", "场景设计图", "scene", "times", ("conditions", "时段与天气"),
           ("scene", "style", "match", "creative", "amount", "variety"), (_WIDE, (21, 9), (3, 2)), differs=("light", "光线"),
           stays="times", places=OUTDOORS),
    _still(18, "storyboard frame", "storyboard frames", "张", "分镜图", "creature", "tale", ("moments", "情节"),
           ("object", "scene", "amount", "style"), (_WIDE,), ordered=True, stays="stay", places=SETS),
    _still(19, "picture book page", "picture book pages", "页", "绘本", "animal", "tale", ("pages", "内容"),
           ("object", "style", "amount", "scene"), (_SQUARE, (4, 3)), ordered=True, stays="stay", places=SETS),
    _still(20, "stylised version", "stylised versions", "张", "风格化图片", "creature", "styles", ("styles", "风格"),
           ("object",), (_SQUARE, (3, 4)), styled=False, upload=1.0),
    _still(21, "realistic photo", "realistic photos", "张", "写实照片", "photo", "places", ("places", "地点"),
           ("creative", "match", "variety", "amount", "scene", "object"),
           ((3, 2), (2, 3), _WIDE), differs=("place", "地点"), styled=False, places=OUTDOORS),
    _film(1, "product marketing video", "product marketing videos", "条", "产品营销视频", "goods", "product",
          ((), ("bgm",), ("bgm", "tts")), ratios=(_WIDE, _TALL, _SQUARE), pixels=((1920, 1080),), upload=0.3, ordered=False,
          stays="display", places=HOMES),
    _film(2, "public service film", "public service films", "支", "公益短片", "matter", "public", _VOICED, subtitle=0.5, ordered=False),
    _film(3, "corporate video", "corporate videos", "支", "企业宣传片", "company", "company", _VOICED, pixels=((1920, 1080),),
          subtitle=0.3, footage=0.3),
    _film(4, "brand story film", "brand story films", "支", "品牌故事短片", "company", "roots", _VOICED,
          subtitle=0.3),
    _film(5, "event promo video", "event promo videos", "条", "活动宣传视频", "occasion", "event", _MUSIC,
          ratios=(_TALL, _WIDE), footage=0.5, places=FESTIVE),
    _film(6, "tutorial video", "tutorial videos", "个", "教学视频", "steps", "", (("tts",), (), ("bgm",)),
          subtitle=0.5, footage=0.4, stays="", places=WORKTOPS),
    _film(7, "nature documentary", "nature documentaries", "部", "科普纪录片", "animal", "nature", (("tts",), ("bgm", "tts")),
          ratios=(_WIDE,), styled=False, subtitle=0.3, short=("nature clip", "nature clips", "段", "自然短片")),
    _film(8, "music video", "music videos", "支", "MV", "song", "music", (("bgm",),), song=0.4, ordered=False, places=SETS),
    _film(9, "concert film", "concert films", "部", "演唱会影片", "song", "concert", (("bgm",),), ratios=(_WIDE,),
          styled=False, footage=0.5, song=0.3, stays="", places=("stage",), short=("concert clip", "concert clips", "段", "演唱会短片")),
    _film(10, "variety show clip", "variety show clips", "段", "综艺短片", "occasion", "show", (("sfx",), ("bgm", "sfx"), ("bgm",)),
          subtitle=0.4, footage=0.5, stays="", places=SHOWS),
    _film(11, "story video", "story videos", "个", "故事短片", "creature", "tale", (("tts",), (), ("bgm",)),
          spoken=True, subtitle=0.3, upload=0.3, stays="stay", places=SETS),
    _film(12, "podcast video", "podcast videos", "个", "播客视频", "matter", "talk", (("tts",), ("tts",), ("bgm", "tts")),
          spoken=True, styled=False, subtitle=0.5, footage=0.4, stays="", places=TALKS,
          short=("podcast clip", "podcast clips", "段", "播客短片")),
    _film(13, "picture book video", "picture book videos", "个", "绘本动画视频", "animal", "tale", (("tts",), ("bgm", "tts")),
          ratios=(_WIDE, (4, 3)), subtitle=0.4, stays="stay", places=SETS),
    _film(14, "motion comic video", "motion comic videos", "个", "动态漫画视频", "person", "quest",
          (("sfx",), ("bgm", "sfx"), ("sfx", "tts")), spoken=True, subtitle=0.2, stays="stay", places=SETS),
    _film(15, "animated short", "animated shorts", "部", "动画短片", "creature", "tale", ((), ("bgm",), ("tts",), ("sfx",)),
          ratios=(_WIDE,), spoken=True, upload=0.2, stays="stay", places=SETS),
    _film(16, "animated film", "animated films", "部", "动画电影", "animal", "quest", (("bgm",), ("bgm", "tts"), ("bgm", "sfx")),
          ratios=(_WIDE,), spoken=True, stays="stay", places=SETS,
          short=("animated film trailer", "animated film trailers", "条", "动画电影预告片")),
    _film(17, "game adaptation film", "game adaptation films", "部", "游戏改编短片", "person", "quest", _EFFECTS,
          stays="stay", places=SETS, short=("game adaptation trailer", "game adaptation trailers", "条", "游戏改编预告片")),
    _film(18, "gameplay video", "gameplay videos", "条", "游戏视频", "creature", "gameplay", _EFFECTS, stays="", places=SETS),
    _film(19, "short film", "short films", "部", "电影短片", "person", "drama", (("bgm",), ("tts",), ("bgm", "tts")),
          ratios=(_WIDE,), spoken=True, styled=False, stays="stay", places=SETS,
          short=("film trailer", "film trailers", "条", "电影预告片")),
    _film(20, "short drama", "short dramas", "部", "短剧", "person", "drama", (("tts",),), ratios=(_TALL, _WIDE),
          spoken=True, styled=False, subtitle=0.6, stays="stay",
          short=("short drama trailer", "short drama trailers", "条", "短剧预告片")),
    _film(21, "story explanation video", "story explanation videos", "条", "故事解说视频", "animal", "tale",
          (("tts",), ("bgm", "tts")), subtitle=0.5, stays="stay", places=SETS),
)  # fmt: skip

SCENARIOS: dict[str, Scenario] = {scenario.type: scenario for scenario in _ALL}
"""All 42, by id."""

GOODS: dict[str, tuple[str, ...]] = {
    "consumer electronics": ("smart speaker", "camera", "laptop", "television", "watch", "phone", "projector"),
    "e-commerce": ("backpack", "kite", "umbrella", "clock"),
    "beauty": ("lipstick", "lotion", "perfume"),
    "fashion": ("hat", "handbag", "shirt", "dress"),
    "food and drink": ("apple", "banana", "watermelon", "strawberry", "lemon", "ice cream"),
    "restaurants": ("cake", "bread", "pizza", "cupcake", "donut", "burger", "dumpling"),
    "home and furniture": ("lamp", "sofa", "candle", "chair", "clock"),
    "sport": ("bicycle", "hat"),
    "music": ("guitar", "violin", "microphone", "piano", "drum"),
    "automotive": ("car", "truck", "motorcycle"),
    "children's education": ("book", "kite", "teddy bear"),
    "festivals": ("balloon", "crown", "lantern"),
}  # fmt: skip
"""What is sold in a scenario; the others sell nothing that can be shown."""
CREATIVE_DOMAINS = frozenset(
    ["games", "anime", "children's education", "pets", "space and sci-fi", "festivals", "campus", "intangible heritage",
     "museums", "public service", "agriculture", "popular science", "traffic safety", "environment", "variety"]
)  # fmt: skip
"""Scenarios whose requests may have a character as their hero."""
LARGE = frozenset(["television", "sofa", "chair", "bicycle", "car", "truck", "motorcycle", "piano", "drum"])
"""Goods that nobody holds in a hand or wraps as a gift."""
CAUSES = frozenset(["public service", "environment", "traffic safety"])
"""Scenarios with a cause that a public service film can plead."""
