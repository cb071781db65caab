"""The 42 task types by name, and one `Scenario` for each type the generator draws.

Types: VisionCreator (arXiv 2603.02681), Table 8, in its order; "picture book" stands in both columns.
"""

from __future__ import annotations

from msgspec import Struct

from visgenenv.lexicon import STYLES
from visgenenv.tasks.scenarios import phrases as p
from visgenenv.tasks.scenarios.phrases import Pair

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

SQUARE, WIDE, TALL = (1, 1), (16, 9), (9, 16)
CREATURES = ("animal", "person")
GOODS = ("object", "food")
ROOMS = ("living room", "kitchen", "studio", "garden", "cafe", "office", "street")


class Scenario(Struct, frozen=True):
    """One type of request: how it is called, what it is about, and what may be demanded of it.

    `noun` is what is delivered: English singular and plural, Chinese measure word and noun. `moments` are what the
    single pictures or shots show; `ordered` ones keep their order and `lines` are spoken to them one by one.
    `topics` replace the hero where a request is about a matter. `ratios` are aspect ratios people ask for, `pixels`
    exact sizes, `scenes` the places
    a request may insist on (default: any). `item_word` names the moments in a request (English plural, Chinese).
    """

    type: str
    noun: tuple[str, str, str, str]
    dimensions: tuple[str, ...]
    heroes: tuple[str, ...] = ()
    moments: tuple[Pair, ...] = ()
    lines: tuple[Pair, ...] = ()
    item_word: Pair = ("", "")
    topics: tuple[Pair, ...] = ()
    steps: tuple[tuple[Pair, tuple[Pair, ...]], ...] = ()
    ordered: bool = False
    scenes: tuple[str, ...] = ()
    ratios: tuple[tuple[int, int], ...] = ()
    pixels: tuple[tuple[int, int], ...] = ()
    styled: bool = True
    sound: tuple[tuple[str, ...], ...] = ((),)
    subtitle: float = 0.0
    upload: float = 0.0
    facts: tuple[int, ...] = (0, 3, 4, 5, 6, 9)
    """Which remarks with numbers may stand in such a request."""


_SHOP, _HOME = (0, 1, 3, 4, 5, 6, 8), (2, 6, 7, 9)
_ACTIONS = tuple(moment for moment, _ in p.TALE)
_SPOKEN = tuple(line for _, line in p.TALE)

_ALL = (
    Scenario(
        "image.1",
        ("product image", "product images", "张", "产品图"),
        ("amount", "object", "style"),
        heroes=GOODS,
        moments=p.ANGLES,
        item_word=("views", "画面"),
        ratios=(SQUARE, (4, 3), (3, 4)),
        pixels=((1024, 1024), (1328, 1328)),
        styled=False,
        upload=0.3,
        facts=_SHOP,
    ),
    Scenario(
        "image.6",
        ("banner", "banners", "张", "横幅banner"),
        ("amount", "style", "match"),
        topics=p.EVENTS,
        moments=p.PLACES,
        item_word=("backgrounds", "背景"),
        ratios=((21, 9), WIDE),
        pixels=((1664, 928),),
        facts=_SHOP,
    ),
    Scenario(
        "image.8",
        ("Xiaohongshu cover", "Xiaohongshu covers", "张", "小红书封面"),
        ("amount", "style", "creative"),
        heroes=("food", "plant", "object"),
        moments=p.ANGLES,
        item_word=("compositions", "构图"),
        ratios=((3, 4),),
        pixels=((1104, 1472),),
        facts=_SHOP,
    ),
    Scenario(
        "image.9",
        ("poster", "posters", "张", "海报"),
        ("amount", "style", "creative", "match"),
        topics=p.EVENTS,
        moments=p.PLACES,
        item_word=("settings", "场景"),
        ratios=((3, 4), (2, 3), TALL),
        pixels=((1024, 1536), (928, 1664)),
        facts=_SHOP,
    ),
    Scenario(
        "image.10",
        ("avatar", "avatars", "个", "头像"),
        ("amount", "style", "variety"),
        heroes=CREATURES,
        moments=p.EXPRESSIONS,
        item_word=("moods", "表情"),
        ratios=(SQUARE,),
        pixels=((1024, 1024),),
        facts=_HOME,
    ),
    Scenario(
        "image.11",
        ("emoji sticker", "emoji stickers", "个", "表情包贴图"),
        ("amount", "object", "variety"),
        heroes=CREATURES,
        moments=p.EXPRESSIONS,
        item_word=("expressions", "表情"),
        ratios=(SQUARE,),
        upload=0.3,
        facts=_HOME,
    ),
    Scenario(
        "image.12",
        ("icon", "icons", "枚", "图标"),
        ("amount", "style"),
        topics=(
            ("a travel app", "一款旅行应用"),
            ("a bakery's shop app", "一家面包店的小程序"),
            ("a reading app", "一款读书应用"),
        ),
        moments=p.ICONS,
        item_word=("functions", "功能"),
        ratios=(SQUARE,),
        pixels=((1024, 1024),),
    ),
    Scenario(
        "image.15",
        ("character illustration", "character illustrations", "张", "角色立绘"),
        ("object", "amount", "creative"),
        heroes=("person", "animal"),
        moments=p.SKINS,
        item_word=("skins", "皮肤"),
        ratios=((2, 3), (3, 4), TALL),
        facts=(0, 4, 5, 9),
    ),
    Scenario(
        "image.16",
        ("action picture", "action pictures", "张", "动作图"),
        ("object", "amount", "variety"),
        heroes=CREATURES,
        moments=p.ACTIONS,
        item_word=("actions", "动作"),
        ratios=(SQUARE, (4, 3)),
        upload=0.4,
        facts=_HOME,
    ),
    Scenario(
        "image.17",
        ("scene concept", "scene concepts", "张", "场景设计图"),
        ("scene", "style"),
        moments=p.TIMES,
        item_word=("conditions", "时段与天气"),
        ratios=(WIDE, (21, 9), (3, 2)),
        facts=(0, 4, 9),
    ),
    Scenario(
        "image.18",
        ("storyboard frame", "storyboard frames", "张", "分镜图"),
        ("object", "scene", "amount"),
        heroes=CREATURES,
        moments=_ACTIONS,
        item_word=("moments", "情节"),
        ordered=True,
        ratios=(WIDE,),
        facts=(0, 4, 6),
    ),
    Scenario(
        "image.19",
        ("picture book page", "picture book pages", "页", "绘本"),
        ("object", "style", "amount"),
        heroes=("animal",),
        moments=_ACTIONS,
        item_word=("pages", "内容"),
        ordered=True,
        ratios=(SQUARE, (4, 3)),
        facts=_HOME,
    ),
    Scenario(
        "image.20",
        ("stylised version", "stylised versions", "张", "风格化图片"),
        ("object",),
        heroes=CREATURES,
        moments=tuple((f"{style.en[0]} style", f"{style.zh[0]}风格") for style in STYLES.values()),
        item_word=("styles", "风格"),
        ratios=(SQUARE, (3, 4)),
        styled=False,
        upload=1.0,
        facts=_HOME,
    ),
    Scenario(
        "image.21",
        ("realistic photo", "realistic photos", "张", "写实照片"),
        ("amount", "match", "variety"),
        heroes=("animal", "vehicle"),
        moments=p.PLACES,
        item_word=("places", "地点"),
        ratios=((3, 2), (2, 3), WIDE),
        styled=False,
        facts=(0, 6, 9),
    ),
    Scenario(
        "video.1",
        ("product marketing video", "product marketing videos", "条", "产品营销视频"),
        ("storyboard", "duration", "object", "scene", "amount"),
        heroes=GOODS,
        moments=p.PRODUCT_MOMENTS,
        scenes=ROOMS,
        ratios=(WIDE, TALL, SQUARE),
        pixels=((1920, 1080),),
        sound=((), ("bgm",), ("bgm", "tts")),
        upload=0.3,
        facts=_SHOP,
    ),
    Scenario(
        "video.2",
        ("public service film", "public service films", "支", "公益短片"),
        ("duration", "storyboard", "creative"),
        topics=p.CAUSES,
        moments=p.PUBLIC_MOMENTS,
        ratios=(WIDE,),
        sound=(("tts",), ("bgm",), ("bgm", "tts")),
        subtitle=0.5,
    ),
    Scenario(
        "video.5",
        ("event promo video", "event promo videos", "条", "活动宣传视频"),
        ("amount", "duration", "storyboard"),
        topics=p.EVENTS,
        moments=p.EVENT_MOMENTS,
        ratios=(TALL, WIDE),
        sound=((), ("bgm",)),
        facts=_SHOP,
    ),
    Scenario(
        "video.6",
        ("tutorial video", "tutorial videos", "个", "教学视频"),
        ("storyboard", "scene"),
        steps=tuple(p.STEPS.items()),
        scenes=ROOMS,
        ordered=True,
        ratios=(WIDE, TALL),
        sound=(("tts",), (), ("bgm",)),
        subtitle=0.5,
        facts=(6, 7, 9),
    ),
    Scenario(
        "video.7",
        ("nature documentary", "nature documentaries", "部", "科普纪录片"),
        ("storyboard", "duration", "object"),
        heroes=("animal",),
        moments=p.NATURE,
        ratios=(WIDE,),
        styled=False,
        sound=(("tts",), ("bgm", "tts")),
        subtitle=0.4,
        facts=(2, 7),
    ),
    Scenario(
        "video.8",
        ("music video", "music videos", "支", "MV"),
        ("storyboard", "duration", "style"),
        topics=p.SONGS,
        moments=p.MUSIC_MOMENTS,
        ratios=(WIDE, TALL),
        sound=(("bgm",),),
        facts=(0, 4, 5, 6),
    ),
    Scenario(
        "video.11",
        ("story video", "story videos", "个", "故事短片"),
        ("object", "storyboard", "style"),
        heroes=CREATURES,
        moments=_ACTIONS,
        lines=_SPOKEN,
        ordered=True,
        ratios=(WIDE, TALL),
        sound=(("tts",), (), ("bgm",)),
        subtitle=0.3,
        upload=0.3,
        facts=_HOME,
    ),
    Scenario(
        "video.13",
        ("picture book video", "picture book videos", "个", "绘本动画视频"),
        ("object", "style", "storyboard"),
        heroes=("animal",),
        moments=_ACTIONS,
        ordered=True,
        ratios=(WIDE, (4, 3)),
        sound=(("tts",), ("bgm", "tts")),
        subtitle=0.4,
        facts=_HOME,
    ),
    Scenario(
        "video.15",
        ("animated short", "animated shorts", "部", "动画短片"),
        ("object", "style", "duration"),
        heroes=CREATURES,
        moments=_ACTIONS,
        lines=_SPOKEN,
        ordered=True,
        ratios=(WIDE,),
        sound=((), ("bgm",), ("tts",)),
        facts=_HOME,
    ),
    Scenario(
        "video.20",
        ("short drama", "short dramas", "部", "短剧"),
        ("storyboard", "object"),
        heroes=("person",),
        moments=tuple(moment for moment, _ in p.DRAMA),
        lines=tuple(line for _, line in p.DRAMA),
        ordered=True,
        ratios=(TALL, WIDE),
        styled=False,
        sound=(("tts",),),
        subtitle=0.6,
        facts=(0, 4, 6),
    ),
)

SCENARIOS: dict[str, Scenario] = {scenario.type: scenario for scenario in _ALL}
"""The types that are drawn so far, by id."""
