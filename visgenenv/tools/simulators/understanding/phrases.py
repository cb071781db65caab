"""Naming what is observed, in English and Chinese: lists, subjects, places, settings, sizes, times, sounds."""

from __future__ import annotations

from collections.abc import Iterable
from math import log

from visgenenv.lexicon import COLOURS, LIGHTS, SCENES, STYLES, SUBJECTS, name_in, phrase
from visgenenv.lexicon.words import IRREGULAR
from visgenenv.tools.simulators.understanding.sights import Sight
from visgenenv.types import Lang, Subject

_SETTINGS = {
    "forest": "in a forest", "city": "in a city", "beach": "on a beach", "desert": "in a desert", "snow": "in the snow",
    "space": "in space", "ocean": "on the ocean", "underwater": "underwater", "studio": "in a studio",
    "living room": "in a living room", "garden": "in a garden", "meadow": "in a meadow", "mountain": "in the mountains",
    "kitchen": "in a kitchen", "street": "in a street", "night sky": "under a night sky", "cafe": "in a cafe",
    "stage": "on a stage", "sky": "in the sky", "office": "in an office",
}  # fmt: skip
_RATIOS = ((1, 1), (16, 9), (9, 16), (4, 3), (3, 4), (3, 2), (2, 3), (5, 4), (4, 5), (21, 9), (9, 21), (2, 1), (1, 2))
RATIO_SLACK = 0.035
"""A ratio is called by its name if it is within so much of it: vendors' own sizes miss theirs by up to 3 %."""
_CHINESE = {
    "waves": "海浪声", "a deep hum": "低沉的嗡鸣", "birds": "鸟鸣", "traffic": "车流声", "wind": "风声", "a quiet room": "安静的室内声", "ambient sound": "环境声",
    "a rustle": "沙沙声", "thunder": "雷声", "explosion": "爆炸声", "rain": "雨声", "water": "水声", "fire": "火焰声", "footsteps": "脚步声",
    "bell": "铃声", "engine": "引擎声", "whoosh": "呼啸声", "applause": "掌声", "crowd": "人群声", "insects": "虫鸣", "bark": "犬吠声",
    "meow": "猫叫声", "typing": "打字声", "click": "点击声", "knock": "敲击声", "glass": "玻璃破碎声", "clock": "滴答声", "heartbeat": "心跳声",
    "siren": "警笛声", "alarm": "提示音", "magic": "魔法音效",
    "jazz": "爵士", "rock": "摇滚", "hip hop": "嘻哈", "lo-fi": "低保真", "traditional Chinese": "国风", "classical": "古典", "folk": "民谣",
    "cinematic": "影视配乐", "electronic": "电子", "ambient": "氛围", "piano": "钢琴", "country": "乡村", "funk": "放克", "latin": "拉丁",
    "children's": "儿歌", "pop": "流行", "tense": "紧张", "sad": "悲伤", "dark": "阴暗", "mysterious": "神秘", "epic": "史诗般", "romantic": "浪漫",
    "warm": "温暖", "hopeful": "充满希望", "playful": "俏皮", "cheerful": "欢快", "energetic": "充满活力", "dreamy": "梦幻", "calm": "平静",
    "happy": "高兴", "angry": "愤怒", "fearful": "恐惧", "disgusted": "厌恶", "surprised": "惊讶", "neutral": "平和",
    "animal": "动物", "person": "人物", "vehicle": "交通工具", "building": "建筑", "plant": "植物", "food": "食物", "object": "产品",
    "close": "特写", "medium": "中景", "wide": "远景",
}  # fmt: skip
_PLURALS = {"person": "people", "food": "food"}


def chinese(word: str) -> str:
    """Return the Chinese for a word of the fixed lists (sounds, genres, moods); the word itself if it has none."""
    return _CHINESE.get(word, word)


def either(word: str, lang: Lang) -> str:
    return chinese(word) if lang == "zh" else word


def listed(items: Iterable[str], lang: Lang) -> str:
    """Join items as a sentence does.

    >>> listed(["a fox", "a bear", "a bee"], "en"), listed(["狐狸", "熊"], "zh")
    ('a fox, a bear and a bee', '狐狸和熊')
    """
    all_of_it = list(items)
    *head, last = all_of_it or [""]
    comma, conjunction = ("、", "和") if lang == "zh" else (", ", " and ")
    return f"{comma.join(head)}{conjunction}{last}" if head else last


def subjects(found: Iterable[Subject], lang: Lang) -> str:
    return listed([phrase(one, lang) for one in found], lang)


def bare(name: str, lang: Lang, count: int = 1) -> str:
    """Name a subject without number and colour."""
    return name_in(SUBJECTS[name], lang, count)


def is_plural(subject: Subject) -> bool:
    """Whether English says "are": of several, and of words like "sunglasses"."""
    return subject.count > 1 or SUBJECTS[subject.name].en[0] in IRREGULAR.values()


def group(name: str, lang: Lang) -> str:
    return chinese(name) if lang == "zh" else _PLURALS.get(name, f"{name}s")


def colour(name: str, lang: Lang) -> str:
    return COLOURS[name].zh[0] if lang == "zh" else name


def setting(scene: str, lang: Lang) -> str:
    """Say where something is: "in a forest"; in Chinese the name of the place."""
    return SCENES[scene].zh[0] if lang == "zh" else _SETTINGS.get(scene, f"in a {scene}")


def scene(name: str, lang: Lang) -> str:
    return SCENES[name].zh[0] if lang == "zh" else name


def style(name: str, lang: Lang) -> str:
    return STYLES[name].zh[0] if lang == "zh" else STYLES[name].en[0]


def light(name: str, lang: Lang) -> str:
    return LIGHTS[name].zh[0] if lang == "zh" else LIGHTS[name].en[0]


def place(position: tuple[float, float], lang: Lang) -> str:
    """Say in which ninth of the frame something is.

    >>> place((0.2, 0.8), "en"), place((0.5, 0.5), "zh")
    ('lower left', '画面中央')
    """
    across = 0 if position[0] < 0.38 else 2 if position[0] > 0.62 else 1
    down = 0 if position[1] < 0.36 else 2 if position[1] > 0.64 else 1
    if lang == "zh":
        words = (("左上方", "上方", "右上方"), ("左侧", "中央", "右侧"), ("左下方", "下方中间", "右下方"))
        return f"画面{words[down][across]}"
    rows = (("upper left", "top centre", "upper right"), ("left", "centre", "right"),
            ("lower left", "bottom centre", "lower right"))  # fmt: skip
    return rows[down][across]


def pixels(sight: Sight, lang: Lang) -> str:
    """Give width and height in pixels, the ratio and the orientation."""
    wide, high = sight.width, sight.height
    shape = log(wide / high)
    near = min(_RATIOS, key=lambda ratio: abs(log(ratio[0] / ratio[1]) - shape))
    exact = abs(log(near[0] / near[1]) - shape) <= RATIO_SLACK
    ratio = f"{near[0]}:{near[1]}" if exact else f"{wide / high:.2f}:1"
    if lang == "zh":
        return f"{wide}x{high} 像素,比例约 {ratio},{'横向' if wide > high else '竖向' if wide < high else '方形'}"
    orientation = "landscape" if wide > high else "portrait" if wide < high else "square"
    return f"{wide}x{high} pixels, a ratio of about {ratio} ({orientation})"


def number(value: float) -> str:
    """Write a number with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def seconds(value: float, lang: Lang) -> str:
    return f"{number(value)} 秒" if lang == "zh" else f"{number(value)} s"


def clock(value: float) -> str:
    """Write a time of a film or sound as minutes and seconds.

    >>> clock(75.26)
    '01:15.3'
    """
    tenths = int(value * 10 + 0.5)
    return f"{tenths // 600:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"


def noun(sight: Sight, lang: Lang) -> str:
    """Call an asset by its kind."""
    words = {"image": ("picture", "图片"), "video": ("film", "视频"), "audio": ("recording", "音频")}
    return words[sight.kind][lang == "zh"]
