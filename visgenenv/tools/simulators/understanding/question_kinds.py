"""The kinds of question that can be asked about an asset, and the words that tell them, in English and Chinese."""

from __future__ import annotations

import re

MEASURES = "个只条头匹辆艘架朵棵颗杯瓶本把位名座台部张件份盏支幅口顶块副面枚列根片串轮道碗种人"
"""Chinese measure words: a number before one of them counts things."""

RATIOS = "16:9|9:16|4:3|3:4|1:1|3:2|2:3|5:4|4:5|21:9|9:21"
"""Ratios as people write them; other numbers with a colon are times."""

_PATTERNS = {
    "camera": (
        r"camera (?:mov\w*|motions?|angles?|work|shakes?|position)|framing|close-?up",
        r"运镜|镜头运动|机位|拍摄角度|景别|构图",
    ),
    "shots": (
        r"shots?|cuts?|scenes|scene changes?|transitions?|editing",
        r"镜头|分镜|剪辑|转场",
    ),
    "tempo": (
        r"bpm|tempo|beats?|how fast|rhythm",
        r"节拍|节奏|拍速|速度|每分钟",
    ),
    "rate": (
        r"fps|frame ?rate|frames (?:per|a) second|(?:many|of) frames|sample rate",
        r"帧率|帧数|多少帧|几帧|采样率",
    ),
    "length": (
        r"how long|duration|length|seconds|minutes|run(?:ning)? ?time",
        r"时长|多长|长度|几秒|多少秒|几分钟|总长",
    ),
    "size": (
        r"size|resolution|dimensions?|pixels?|width|height|wide|aspect|ratio|orientation|vertical|horizontal"
        rf"|{RATIOS}|\d{{2,5}} ?[x×*] ?\d{{2,5}}|1080p|720p|4k",
        r"尺寸|分辨率|像素|宽高|宽度|高度|比例|画幅|横屏|竖屏|横版|竖版|多大",
    ),
    "language": (
        r"(?:what|which) language",
        r"什么语言|哪种语言|何种语言",
    ),
    "vocals": (
        r"vocals?|sing(?:s|ing|ers?)?|sung|lyrics?|instrumental",
        r"人声|演唱|唱|歌词|纯音乐",
    ),
    "genre": (
        r"genres?|(?:style|kind|type|sort) of (?:the )?(?:music|song)|musical style",
        r"曲风|流派|音乐的?(?:风格|类型)",
    ),
    "mood": (
        r"moods?|emotion\w*|feelings?|atmosphere|tone|vibe",
        r"情绪|氛围|气氛|情感|感情|语气",
    ),
    "music": (
        r"music|bgm|sound ?track|songs?|melod(?:y|ies)",
        r"音乐|配乐|背景乐|歌曲|旋律",
    ),
    "speech": (
        r"speech|speaks?|speaking|spoken|voices?|voice-?overs?|narrat\w*|dialog(?:ue)?s?|talk\w*|said|says?"
        r"|transcri\w*",
        r"语音|旁白|对白|说话|说了|台词|配音|解说|转录|转写|听写|逐字|朗读",
    ),
    "sound": (
        r"sounds?|audio|muted?|silen(?:t|ce)|noises?|hear[ds]?|audible",
        r"声音|音频|音效|静音|有声|听到",
    ),
    "text": (
        r"texts?|captions?|titles?|subtitles?|ocr|letters?|words?|written|writing|spell\w*|typos?|reads?|slogan"
        r"|logo|headline",
        r"字幕|文字|标题|写着|写了|写的|写有|文案|字样|标语|错别字|哪些字|什么字",
    ),
    "colour": (
        r"colou?rs?|palette|hues?",
        r"颜色|色彩|什么色|配色|色调",
    ),
    "where": (
        r"where|position(?:s|ed)?|located|which side|placement|composition",
        r"哪里|哪儿|哪边|位置|方位|在哪",
    ),
    "same": (
        r"same|(?:in)?consisten\w*|identical|identity|alike|coheren\w*|continuity",
        r"一致|相同|同一|一样|连贯|统一",
    ),
    "compare": (
        r"compar\w*|differ\w*|similar\w*|versus|vs|changed",
        r"对比|比较|区别|差异|不同|相似|变化",
    ),
    "quality": (
        r"quality|defect\w*|art[ei]facts?|flaw\w*|blur\w*|sharp\w*|glitch\w*|distort\w*|flicker\w*"
        r"|(?:problem|issue|error|mistake)s?|wrong|rate (?:it|this|the|them)|score|rating|good|professional"
        r"|acceptable|suitable|beautiful|(?:black )?bars",
        r"质量|画质|音质|瑕疵|缺陷|模糊|清晰|失真|闪烁|打分|评分|变形|黑边|好看|合格|卡顿"
        r"|(?:什么|没有|有|哪些|存在|任何)问题",
    ),
    "style": (
        r"styl(?:es?|i[sz]ed)|aesthetics?|medium|render(?:ed|ing)?",
        r"风格|画风|画法",
    ),
    "scene": (
        r"scene|settings?|background|backdrop|environment|surroundings|location|place",
        r"场景|背景(?!音|乐)|环境|地点|场所",
    ),
    "light": (
        r"light(?:s|ing)?|weather|time of day|day or night",
        r"光线|光照|天气|光影|白天还是",
    ),
    "reference": (
        r"references?|based on"
        r"|(?:source|original|input|uploaded) (?:image|picture|photo|video|clip|subject|product)",
        r"参考|基于|原图|参照|上传的",
    ),
    "action": (
        r"doing|actions?|activit(?:y|ies)|happen\w*|moves?|moving|movements?|motions?",
        r"动作|做什么|干什么|发生|运动",
    ),
    "subject": (
        r"subjects?|characters?|objects?|protagonist|wh(?:at|ich) (?:animal|person|product|thing|creature)s?",
        r"主体|主角|角色|物体|主题|什么动物|哪些动物|什么东西",
    ),
    "match": (
        r"match(?:es|ed|ing)?|correspond\w*|prompts?|as (?:described|requested|asked)|meets?|follows?|fits?",
        r"符合|匹配|对应|满足|体现|按照|提示词|描述的",
    ),
    "count": (
        r"how many|number of|count",
        rf"多少|几[{MEASURES}]|数量|数一数|有几",
    ),
    "describe": (
        r"descri\w*|what (?:do|can) you (?:see|hear)|what (?:does|do|did) [\w ]{1,40}\b(?:show|contain|depict)"
        r"|summar\w*|overview|analy[sz]\w*|everything"
        r"|what(?:'s| is| are)? (?:this|it|in|shown|there|on|the (?:image|picture|video|photo|clip|film|audio|content))"
        r"|in detail|contents?|explain|examine|review|inspect|look at|depict\w*|evaluat\w*",
        r"描述|有什么|有哪些|内容|介绍|分析|概括|总结|看看|说说|讲讲|是什么|详细|查看|描绘|展示了",
    ),
}  # fmt: skip
KINDS = {kind: (re.compile(rf"(?<![a-z])(?:{en})(?![a-z])"), re.compile(zh)) for kind, (en, zh) in _PATTERNS.items()}
"""What each kind of question is told by in English and in Chinese; "exists" is told by a yes/no form that names a thing."""
_LATIN = re.compile("[a-z0-9]")


def kinds_in(clause: str) -> dict[str, int]:
    """Return where in a clause each kind of question shows itself."""
    latin = _LATIN.search(clause) is not None
    at = {kind: match.start() for kind, (en, _) in KINDS.items() if latin and (match := en.search(clause))}
    if not clause.isascii():
        at |= {kind: match.start() for kind, (_, zh) in KINDS.items() if (match := zh.search(clause))}
    return at
