"""Wording prompts and narration from a brief, in the language of the request."""

from __future__ import annotations

from visgenenv.policies.brief import Brief
from visgenenv.policies.expert_templates import TEMPLATES
from visgenenv.policies.workflows.words import say
from visgenenv.types import Lang

PROMPT_CHARS = 700
"""Longest prompt written: Qwen-Image cuts at 800."""

_MOODS = {
    "en": "smiling|laughing|crying|sleeping|surprised|thinking|shy|angry|waving|running|jumping|dancing|reading|eating|"
    "singing|winking|yawning|cheering|whispering|proud",
    "zh": "微笑|大笑|哭泣|睡觉|惊讶|思考|害羞|生气|挥手|奔跑|跳跃|跳舞|看书|吃东西|唱歌|眨眼|打哈欠|欢呼|低语|得意",
}
_MOMENTS = {
    "en": "a wide opening view|a closer look from the side|a close-up of the details|a moment of movement|"
    "a quiet pause with soft light|a view from above|people reacting with joy|a change of season|a reflection in water|"
    "a slow turn around it|light breaking through|a wide closing view",
    "zh": "开场全景|侧面近景|细节特写|充满动感的瞬间|柔光下的静谧停顿|俯瞰视角|人们露出喜悦的神情|季节变换|水面倒影|缓慢环绕|光线穿透而出|收尾全景",
}


def invented(brief: Brief, n: int, film: bool) -> tuple[str, ...]:
    """Return `n` different things to show where the request names none."""
    pool = (_MOMENTS if film else _MOODS)[brief.lang].split("|")
    again = "variation {}" if brief.lang == "en" else "第{}种变化"
    return tuple(
        pool[k] if k < len(pool) else f"{pool[k % len(pool)]}, {again.format(k // len(pool) + 1)}" for k in range(n)
    )


def prompt(brief: Brief, shown: str = "", edit: bool = False) -> str:
    """Word one picture or shot: what it shows, of whom, where, in which style."""
    return _joined(brief, _basis(brief, edit), shown, brief.subject, _place(brief), _style(brief))


_REFERENCES: dict[Lang, dict[str, str]] = {
    "en": {
        "scene": "Reference view of the place, empty and clear",
        "style": "Style reference",
        "W5": "The mark alone on plain ground, clear and simple",
        "W8": "Character sheet, full figure from the front, clear and evenly lit",
        "": "Reference picture, full view, clear and evenly lit",
    },
    "zh": {
        "scene": "场景参考图,布局清晰",
        "style": "风格参考图",
        "W5": "标志单独呈现,背景干净",
        "W8": "角色设定图,正面全身,光线均匀",
        "": "参考图,完整清晰的正面形象,光线均匀",
    },
}
"""What the picture is that others are drawn from: by what must stay the same, else by the template."""
_TOLD = ("W8", "W10", "W13")
"""Templates that tell a story: their reference is a character sheet."""


def reference_prompt(brief: Brief) -> str:
    """Word the picture that all others are drawn from."""
    leads = _REFERENCES[brief.lang]
    template = "W8" if brief.template in _TOLD else brief.template
    lead = leads.get(brief.group) if brief.group in ("scene", "style") else leads.get(template)
    lead = lead or leads[""]
    return _joined(brief, lead, brief.subject or brief.recurring or _first(brief), _place(brief), _style(brief))


def about(brief: Brief) -> str:
    """Say in a few words what a request is about."""
    words = brief.subject or brief.recurring or _first(brief)
    if len(words) > 140:
        words = words[:140].rpartition(" ")[0] if words.isascii() else words[:140]
    return words.rstrip(" .,;:!、。")


def way_of(brief: Brief, lang: Lang) -> str:
    """Name the way of working that the request calls for, and its stages."""
    template = TEMPLATES[brief.template]
    return say("way", lang, name=template.name[lang], stages=template.stages[lang])


def tune(brief: Brief) -> str:
    """Word the background music."""
    theme = about(brief)
    return (
        f"Soft instrumental background music for: {theme}" if brief.lang == "en" else f"轻柔的纯音乐配乐,主题:{theme}"
    )


def noise(brief: Brief) -> str:
    """Word the sound effects: those of a story, or of a show."""
    theme = about(brief)[:200]
    if brief.lang == "en":
        sounds = "Applause, a whoosh and a bell" if brief.template == "W14" else "Footsteps, wind and a creaking door"
        return f"{sounds} for: {theme}"
    sounds = "掌声、呼啸声和铃声" if brief.template == "W14" else "脚步声、风声和开门声"
    return f"{sounds},用于:{theme}"


def _first(brief: Brief) -> str:
    return next((item.text for item in brief.items), "")


def _basis(brief: Brief, edit: bool) -> str:
    if not edit:
        return ""
    if brief.lang == "en":
        kept = {"scene": f"the same {brief.scene or 'place'} and its layout", "style": "the same style"}.get(
            brief.group, "the same subject"
        )
        return f"Keep {kept} as in the reference picture"
    kept = {"scene": f"{brief.scene or '场景'}及其布局", "style": "风格"}.get(brief.group, "主体形象")
    return f"保持参考图中的{kept}不变"


def _place(brief: Brief) -> str:
    return brief.scene if brief.scene and brief.scene not in brief.subject else ""


def _style(brief: Brief) -> str:
    if not brief.style:
        return ""
    if brief.lang == "zh":
        return brief.style if brief.style.endswith("风格") else f"{brief.style}风格"
    return f"{brief.style} style"


def _joined(brief: Brief, *parts: str) -> str:
    stop = ". " if brief.lang == "en" else "。"
    said: list[str] = []
    for part in parts:
        clean = part.strip(" .。")
        if clean and clean not in said:
            said.append(clean)
    text = stop.join(said) + stop.strip()
    return text[:PROMPT_CHARS]


def speech_seconds(text: str) -> float:
    """Return how long a text may take to speak at most: 4.5 Chinese or 15 Latin characters a second, and 7 %."""
    chinese = sum("\u4e00" <= char <= "\u9fff" for char in text)
    return (chinese / 4.5 + (len(text) - chinese) / 15) * 1.07 + 0.2


def narration(brief: Brief, shown: tuple[str, ...], seconds: float) -> str:
    """Write a narration that fits into the film: as many sentences about its shots as there is time for."""
    sentences = [_sentence(brief, text) for text in (brief.subject, *shown) if text]
    said = ""
    for sentence in sentences:
        longer = f"{said} {sentence}".strip() if brief.lang == "en" else said + sentence
        if said and speech_seconds(longer) > seconds - 0.5:
            break
        said = longer
    return _cut(said, seconds - 0.3)


def _sentence(brief: Brief, text: str) -> str:
    text = text.strip(" .。,")
    return f"{text[:1].upper()}{text[1:]}." if brief.lang == "en" else f"{text}。"


def _cut(text: str, seconds: float) -> str:
    """Drop words from the end until the text can be spoken in time."""
    while len(text) > 4 and speech_seconds(text) > seconds:
        shorter = text.rstrip(".。").rpartition(" ")[0]
        text = shorter if text.isascii() and shorter else text[: int(len(text) * 0.9)]
    return text
