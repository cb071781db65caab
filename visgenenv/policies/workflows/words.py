"""What the expert says while it works, in both languages, and how it words a blocked prompt anew."""

from __future__ import annotations

import re

from visgenenv.policies.workflows.mode_words import MODE_SAYINGS
from visgenenv.types import Lang

_SAYINGS: dict[str, dict[Lang, str]] = {
    "round": {"en": "Round {round}: {parts}", "zh": "第{round}轮:{parts}"},
    "continue": {
        "en": "Round {round}: {n} calls of this stage are still to be made; going on with {first}.",
        "zh": "第{round}轮:这一阶段还有{n}次调用,从{first}继续。",
    },
    "failed": {
        "en": "{what} failed with {error}; that is not a matter of the wording, so I call {tool} for it again.",
        "zh": "{what}返回{error},与提示词无关,再次调用{tool}。",
    },
    "blocked": {
        "en": "{what} was blocked by the safety filter; repeating it would fail again, so I reword it for {tool}.",
        "zh": "{what}被安全审核拦截,原样重试没有意义,改写后再调用{tool}。",
    },
    "silent": {
        "en": "{what} came back almost silent, which is no use under a film; I ask {tool} once more in other words.",
        "zh": "{what}几乎没有声音,无法使用,换个说法再向{tool}要一次。",
    },
    "partial": {
        "en": "{what} came only in part; I ask {tool} for the missing ones alone.",
        "zh": "{what}只返回了一部分,仅向{tool}补做缺少的部分。",
    },
    "images_start": {
        "en": "The user wants {n}: {subject}. {how}",
        "zh": "用户需要{n}:{subject}。{how}",
    },
    "how_anchor": {
        "en": "What must stay the same has to come from one source, so I draw a reference picture first and edit it {n} times.",
        "zh": "要保持一致就必须同源,所以先画一张参考图,再以它为基础编辑{n}次。",
    },
    "how_upload": {
        "en": "The user's own picture is the reference; each of the {n} pictures is an edit of it.",
        "zh": "以用户上传的图片为参考,{n}张图都在它的基础上编辑。",
    },
    "how_items": {
        "en": "Each shows something else, so each gets its own prompt; they do not depend on one another and go out together.",
        "zh": "每张内容不同,各写一条提示词;彼此独立,一次性发出。",
    },
    "how_batch": {
        "en": "They share one description, so a batch call saves time.",
        "zh": "它们共用一段描述,批量生成最省时间。",
    },
    "edits": {
        "en": "The reference {anchor} is ready. Now the {n} pictures, all edited from it: {first} and so on.",
        "zh": "参考图{anchor}已完成,接下来基于它编辑{n}张图:{first}等。",
    },
    "film_start": {
        "en": "The user wants {films} of {shots}{length}: {subject}. {how}",
        "zh": "用户需要{films},{shots}{length},主题是{subject}。{how}",
    },
    "length": {"en": ", {seconds:g} s", "zh": ",{seconds:g}秒"},
    "film_anchor": {
        "en": "For consistency: one reference picture, a keyframe per shot edited from it, a clip from each keyframe, then the cut.",
        "zh": "为保证一致:先做参考图,再由它编辑出每个镜头的关键帧,由关键帧生成片段,最后合成。",
    },
    "film_upload": {
        "en": "The uploaded picture is the reference: a keyframe per shot edited from it, a clip from each, then the cut.",
        "zh": "以上传的图片为参考:由它编辑出每个镜头的关键帧,再生成片段,最后合成。",
    },
    "film_footage": {
        "en": "The user's own footage is all that is needed: trim it, put the sound under it, and shoot nothing new.",
        "zh": "只需用户自己的素材:裁剪到位、配上声音,不拍新镜头。",
    },
    "film_frames": {
        "en": "Nothing has to recur, so each shot gets a keyframe of its own and a clip made from it.",
        "zh": "没有必须重复出现的元素,每个镜头各画一张关键帧,再生成片段。",
    },
    "film_clips": {
        "en": "The shots are independent, so Veo can make each clip straight from its text.",
        "zh": "各镜头相互独立,可以直接用 Veo 由文字生成片段。",
    },
    "keyframes": {
        "en": "Reference {anchor} is ready; {n} keyframes are edited from it, one per shot, beginning with: {first}.",
        "zh": "参考图{anchor}就绪,由它编辑{n}张关键帧,每个镜头一张,第一张:{first}。",
    },
    "clips": {
        "en": "{n} keyframes are there. Each becomes a clip long enough for its shot ({lengths} s).",
        "zh": "{n}张关键帧已完成,各自生成足够长的片段({lengths}秒)。",
    },
    "cut": {
        "en": "{n} clips are ready. Cut them in order, {seconds:g} s per film{sound}; every shot keeps its own source.",
        "zh": "{n}个片段就绪,按顺序合成,时长{seconds:g}秒{sound},每个镜头使用各自的素材。",
    },
    "with_voice": {"en": ", with the voice at its place", "zh": ",配音放在对应位置"},
    "with_music": {"en": ", with music underneath", "zh": ",并铺上背景音乐"},
    "titles": {
        "en": "The cut {url} is done; burn in {n} subtitles that follow its timing.",
        "zh": "成片{url}已完成,按时间轴烧录{n}条字幕。",
    },
    "done": {
        "en": "Number, length and format match the request. I deliver {n} and nothing else: {urls}.",
        "zh": "数量、时长与格式均与需求一致,只交付这{n}个成果:{urls}。",
    },
    "short": {
        "en": "Only {n} of {wanted} could be made in spite of retries; I deliver these and say so.",
        "zh": "多次重试后只完成了{n}个(共{wanted}个),如实交付。",
    },
    "none": {
        "en": "Nothing could be made with the tools on offer; I say so.",
        "zh": "现有工具无法完成任何成果,如实说明。",
    },
    "summary_images": {
        "en": "Made {n}: {subject}.",
        "zh": "已完成{n}:{subject}。",
    },
    "summary_film": {
        "en": "Made {n} of {shots}, {seconds:g} s in all: {subject}.",
        "zh": "已完成{n},{shots},共{seconds:g}秒,主题是{subject}。",
    },
    "summary_none": {
        "en": "The request could not be carried out with the tools on offer.",
        "zh": "现有工具无法完成该需求。",
    },
    "reference": {"en": "the reference picture", "zh": "参考图"},
    "picture": {"en": "picture {k}", "zh": "第{k}张图"},
    "keyframe": {"en": "keyframe {k}", "zh": "关键帧{k}"},
    "clip": {"en": "clip {k}", "zh": "片段{k}"},
    "voice": {"en": "voice line {k}", "zh": "配音{k}"},
    "music": {"en": "the music", "zh": "背景音乐"},
    "effects": {"en": "the sound effects", "zh": "音效"},
    "film": {"en": "cut {k}", "zh": "成片{k}"},
    "subtitled": {"en": "subtitles {k}", "zh": "字幕版{k}"},
    "goal_reference": {"en": "Draw the reference picture", "zh": "绘制统一参考图"},
    "goal_edits": {"en": "Edit the reference into each picture", "zh": "由参考图编辑出每张图"},
    "goal_pictures": {"en": "Draw the pictures", "zh": "生成所需图片"},
    "goal_keyframes": {"en": "Draw one keyframe per shot", "zh": "为每个镜头绘制关键帧"},
    "goal_clips": {"en": "Animate each keyframe into a clip", "zh": "由关键帧生成视频片段"},
    "goal_text_clips": {"en": "Film each shot from its text", "zh": "由文字生成每个镜头"},
    "goal_voice": {"en": "Record the spoken words", "zh": "生成配音"},
    "goal_music": {"en": "Compose the background music", "zh": "生成背景音乐"},
    "goal_effects": {"en": "Make the sound effects", "zh": "生成音效"},
    "goal_trim": {"en": "Cut the user's footage to length", "zh": "把用户素材剪到所需时长"},
    "goal_cut": {"en": "Cut clips and sound together", "zh": "合成片段与声音"},
    "goal_titles": {"en": "Burn in the subtitles", "zh": "烧录字幕"},
}
_SAYINGS |= MODE_SAYINGS

_MILDER = (
    "{} Calm and friendly mood.",
    "A gentle picture suitable for all ages: {}",
    "{} Soft light, peaceful.",
    "Bright and cheerful. {}",
    "{} Simple, harmless, kind.",
    "In a quiet storybook mood: {}",
)
_MILDER_ZH = (
    "{}气氛平和友好。",
    "温和、适合所有年龄的画面:{}",
    "{}光线柔和,宁静。",
    "明亮欢快。{}",
    "{}简单而善意。",
    "安静的童话氛围:{}",
)


def say(key: str, lang: Lang, **values: object) -> str:
    """Return one of the sayings, filled in; angle brackets never get through."""
    clean = {
        name: value.replace("<", "").replace(">", "") if isinstance(value, str) else value
        for name, value in values.items()
    }
    return _SAYINGS[key][lang].format(**clean)


_COUNTED: dict[str, dict[Lang, tuple[str, str]]] = {
    "picture": {"en": ("a picture", "{} pictures"), "zh": ("一张图", "{}张图")},
    "film": {"en": ("a film", "{} films"), "zh": ("一支影片", "{}支影片")},
    "shot": {"en": ("one shot", "{} shots"), "zh": ("一个镜头", "{}个镜头")},
}


def counted(n: int, thing: str, lang: Lang) -> str:
    """Name so many pictures, films or shots.

    >>> counted(1, "film", "en"), counted(8, "shot", "zh")
    ('a film', '8个镜头')
    """
    one, several = _COUNTED[thing][lang]
    return one if n == 1 else several.format(n)


def reworded(parameter: str, text: str, times: int) -> str:
    """Word a blocked text anew, differently each time. Spoken words keep their words; only the pauses change."""
    if parameter == "text":
        base = re.sub(r"[。.!…, ]+$", "", text)
        stops = (".", "!", "...", ",", " ...", "!!") if text.isascii() else ("。", "!", "…", ",", "……", "!!")
        others = [base + stop for stop in stops if base + stop != text]
        return others[(times - 1) % len(others)]
    table = _MILDER if text.isascii() else _MILDER_ZH
    return table[(times - 1) % len(table)].format(text) + " " * ((times - 1) // len(table))
