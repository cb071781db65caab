"""Reading the demands of a request: pictures or film, how many, with which sound, of which shape, what stays the same."""

from __future__ import annotations

import re
from typing import Literal

from visgenenv.lexicon import find
from visgenenv.policies.expert_amounts import NUMBER_EN, count_en, count_zh, seconds, shape
from visgenenv.policies.expert_items import Listing
from visgenenv.types import Lang, Modality, Size

VIDEO_EN = (
    r"videos?|films?|clips?|movies?|shorts?|documentar(?:y|ies)|dramas?|mvs?|reels?|trailers?|tiktoks?|vlogs?|commercials?|"
    r"animations?|episodes?|teasers?|recordings?"
)
IMAGE_EN = (
    r"images?|pictures?|photos?|illustrations?|posters?|banners?|avatars?|stickers?|emojis?|icons?|logos?|covers?|"
    r"pages?|frames?|concepts?|visuals?|wallpapers?|cards?|portraits?|versions?|screens?|drawings?|paintings?|keyframes?"
)
_VIDEO_ZH = r"视频|短片|影片|片子|MV|mv|短剧|纪录片|宣传片|动画片|动画|微电影|广告片|预告片"
_IMAGE_ZH = r"图标|海报|插画|头像|封面|表情|立绘|照片|绘本|横幅|banner|壁纸|logo|Logo|画稿|(?<![构地])图(?!书)"
_MEASURES = "张|幅|个|枚|页|款|条|支|部|份|段|则|只"
SHOTS_EN, _SHOTS_ZH = "shots?|scenes?|segments?|parts?", "镜头|分镜|场景|画面|段落|片段"
SAME = re.compile(
    r"\bsame\b|consistent|consistency|identical|unified|unchanged|一致|统一|同一|同样|不变", re.IGNORECASE
)
_CHARACTER = re.compile(r"\bcharacter\b|mascot|角色|吉祥物|人物设定", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:no|without|leave out|not|don't(?! forget)|skip)\b|不需要|不要|不用|无需|不加|没有|别加", re.IGNORECASE
)
MUSIC = re.compile(
    r"background music|soundtrack|\bbgm\b|music videos?\b|\b(?:add|with|put|plus|include|needs?|wants?|and)\b[^.\n]{0,30}\bmusic\b"
    r"|背景音乐|配乐|配上[^。]{0,8}音乐|\bMV\b|[条支个部]MV",
    re.IGNORECASE,
)
EFFECTS = re.compile(r"sound effects?|\bsfx\b|音效", re.IGNORECASE)
VOICE = re.compile(
    r"voice[- ]?over|narrat|spoken|as voice|voiced|dubb|read aloud|旁白|配音|解说(?!视频)|台词|朗读|口播", re.IGNORECASE
)
SUBTITLE = re.compile(r"subtitle|caption|字幕", re.IGNORECASE)
SLOWER = re.compile(r"too short|slow(?:er\b| it down| motion)|放慢|慢放|慢动作", re.IGNORECASE)
VARIETY = re.compile(
    r"nothing may repeat|no two|a different \w+|all different|\bvary the\b|每次都换|各不相同|都要不同|不能重复|不重复",
    re.IGNORECASE,
)
SCENE_CUE = re.compile(
    r"\bsetting\b|\bset in\b|background is|background:|\bbackdrop\b|takes place|\blocation\b|around it|\blayout\b|\bthe same\b|stays? (?:consistent|identical)"
    r"|背景是|场景|环境|地点|布局|同一个|同一处|都一致",
    re.IGNORECASE,
)
STYLE_CUE = re.compile(r"\bstyle\b|\blook\b|art direction|风格|画风|美术|视觉:", re.IGNORECASE)
_NO_TWO = re.compile(r"\b(?:no two|a different)\b[^.\n]*", re.IGNORECASE)
EACH = re.compile(r"\beach\b|\bevery\b|apiece|\bper\b|每|各", re.IGNORECASE)
SENTENCES = re.compile(r"[^.。!?\n]+[.。!?]*")
_BOOKS = re.compile(r"picture book|绘本", re.IGNORECASE)
GroupKind = Literal["", "object", "scene", "style"]


def modality_of(premise: str, listing: Listing) -> Modality:
    """Decide between pictures and film by the first thing asked for; its last noun counts ("picture book video")."""
    video = re.search(rf"\b(?:{VIDEO_EN})\b(?!\s+(?:{NUMBER_EN})\b)|{_VIDEO_ZH}", premise, re.IGNORECASE)
    image = re.search(rf"\b(?:{IMAGE_EN})\b|{_IMAGE_ZH}", premise, re.IGNORECASE)
    if video and image:
        between = premise[min(video.end(), image.end()) : max(video.start(), image.start())]
        together = len(between) <= 20 and not re.search(r"[,.。;\n]|\b(?:of|about|for|with|showing|in)\b", between)
        if together:
            return "video" if video.start() > image.start() else "image"
        return "video" if video.start() < image.start() else "image"
    if video or image:
        return "video" if video else "image"
    if seconds(premise):
        return "video"
    shown = re.search(r"镜头|画面|配音|\bshot\b|\bscene\b", premise + " ".join(item.text for item in listing.items))
    return "video" if shown or any(item.line for item in listing.items) else "image"


def count_of(premise: str, listing: Listing, modality: Modality, lang: Lang) -> int:
    """Return how many deliverables are asked for: by number, else by the list, else one."""
    if modality == "image" and listing.each > 1 and listing.items:
        return len(listing.items) * listing.each
    nouns = (
        (VIDEO_EN if lang == "en" else _VIDEO_ZH) if modality == "video" else (IMAGE_EN if lang == "en" else _IMAGE_ZH)
    )
    amount = count_en(premise, nouns) if lang == "en" else count_zh(premise, nouns, _MEASURES)
    listed = len(listing.items) if modality == "image" else 0
    if amount is None:
        return listed or 1
    return listed if listed and amount.high == 1 else amount.low


def shots_of(premise: str, listing: Listing, films: int, lang: Lang) -> int | None:
    if listing.items and films == 1:
        return len(listing.items)
    plain = _NO_TWO.sub("", premise)
    amount = count_en(plain, SHOTS_EN) if lang == "en" else count_zh(plain, _SHOTS_ZH, "个|组|段|幕")
    return amount.low if amount else None


def sentence_at(text: str, place: int) -> str:
    return next((match[0] for match in SENTENCES.finditer(text) if match.start() <= place < match.end()), "")


def wanted(pattern: re.Pattern[str], text: str) -> bool:
    """Whether something is asked for in a clause that does not refuse it."""
    clauses = re.split(r"[,.。!?;\n]", text)
    said = [clause for clause in clauses if pattern.search(clause)]
    return bool(said) and not all(_NOT.search(clause) for clause in said)


def size_of(premise: str, film: bool) -> Size | None:
    found = shape(premise)
    if found:
        return Size(*found)
    upright = film and re.search(r"\bvertical\b|\bportrait (?:format|video|film)\b|竖版|竖屏", premise, re.IGNORECASE)
    return Size(9, 16) if upright else None


def group_of(premise: str, listing: Listing, uploaded: bool) -> GroupKind:
    """Decide what must stay the same, if anything must."""
    for match in SENTENCES.finditer(premise):
        sentence = match[0]
        if not SAME.search(sentence) or VARIETY.search(sentence):
            continue
        mentions = find(_BOOKS.sub("", sentence))
        if re.search(r"\bstyle\b|风格|画风", sentence, re.IGNORECASE):
            return "style"
        if mentions.scenes or re.search(r"layout|布局|场景|room", sentence, re.IGNORECASE):
            return "scene" if not mentions.subjects or re.search(r"layout|布局", sentence) else "object"
        return "object"
    if uploaded:
        return "object"
    return "object" if _CHARACTER.search(premise) and len(listing.items) > 1 else ""
