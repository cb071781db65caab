"""Answers that judge: likeness and consistency, technical quality, whether a reference was followed."""

from __future__ import annotations

from collections.abc import Sequence

from visgenenv.lexicon import SUBJECTS
from visgenenv.tools.simulators.understanding import phrases as say
from visgenenv.tools.simulators.understanding.defects import Issue
from visgenenv.tools.simulators.understanding.likeness import SAME_FROM, Difference, Likeness, across, compare
from visgenenv.tools.simulators.understanding.sights import Sight
from visgenenv.types import Lang

_BEST, _EACH = 9.0, 1.5
"""A flawless asset is scored so, and each defect takes so much off (our choice)."""
_MOST = 12
_ISSUES = {
    "missing_glyphs": ("characters are shown as empty boxes: the font lacks their glyphs", "文字显示为方框:字体缺少这些字形"),
    "low_resolution": ("the resolution is low, the picture looks soft", "分辨率低,画面发虚"),
    "low_sample_rate": ("the sample rate is low, the sound is dull", "采样率低,声音发闷"),
    "near_silent": ("it is almost silent", "几乎没有声音"),
    "silence": ("nothing is to be heard", "听不到任何声音"),
    "still": ("a motionless picture stands for more than 5 s", "静止画面停留超过 5 秒"),
    "borders": ("there are borders around the picture: a clip of another shape", "画面四周有边框:片段比例不同"),
    "frozen": ("the picture is frozen", "画面定格不动"),
    "flicker": ("the picture flickers", "画面闪烁"),
    "hiss": ("there is audible hiss", "有明显的底噪"),
    "noise": ("the picture is grainy", "画面噪点多"),
    "blur": ("the picture is blurred", "画面模糊"),
    "colour_cast": ("the colours have a cast", "画面偏色"),
    "garbled_text": ("the lettering is garbled", "文字错乱"),
    "cropped": ("the {} is cut off at the edge", "{}在画面边缘被截断"),
    "extra_limb": ("the {} has a limb too many", "{}多了一肢"),
    "vanishing_object": ("the {} is gone for a while", "{}一度消失"),
    "identity_drift": ("the subject turns into another", "主体中途变成了别的"),
    "colour_drift": ("the subject changes colour", "主体颜色中途改变"),
    "silence_gap": ("there is a gap of silence", "中间有一段无声"),
    "clipping": ("the sound is clipped", "声音削波失真"),
    "truncated": ("the sound ends too early", "声音提前中断"),
}  # fmt: skip


def likeness_of(sights: Sequence[Sight]) -> Likeness:
    """Compare assets with each other, or the shots of a single film."""
    if len(sights) == 1 and sights[0].kind == "video":
        return across(sights[0])
    return compare(sights)


def scored(likeness: Likeness, spread: int) -> float | None:
    """Return the score that is told: `spread` tenths from the exact one, inside the band it belongs to."""
    exact = likeness.score
    if exact is None or likeness.identical:
        return exact
    low, high = (8.0, 9.5) if exact >= 8 else (3.0, 6.0) if exact <= 6 else (0.0, 10.0)
    return min(high, max(low, round(exact + spread / 10, 1)))


def quality_score(found: Sequence[Issue], spread: int) -> float:
    """Return 0 to 10 for an asset with these defects."""
    return max(1.0, round(_BEST - _EACH * len({issue.code for issue in found}) + spread / 10, 1))


def issue(code: str, lang: Lang) -> str:
    """Say what a defect is; one without a wording of ours by its own name."""
    kind, _, name = code.partition(":")
    words = _ISSUES.get(kind)
    thing = say.bare(name, lang, 1) if name else ("主体" if lang == "zh" else "subject")
    return words[lang == "zh"].format(thing) if words else kind.replace("_", " ")


def same(sights: Sequence[Sight], lang: Lang, spread: int) -> str:
    """Say whether pictures, or the shots of a film, show the same subject, with the score and what differs."""
    zh = lang == "zh"
    likeness = likeness_of(sights)
    score = scored(likeness, spread)
    shots = len(sights) == 1
    if score is None:
        return _alone(sights, lang)
    names = [say.bare(name, lang, 1) for name in likeness.same]
    unit = (
        ("镜头" if shots else say.noun(sights[0], lang)) if zh else f"{'shot' if shots else say.noun(sights[0], lang)}s"
    )
    if likeness.identical:
        text = f"是的:这些{unit}的内容完全相同" if zh else f"Yes: the {unit} are identical"
    elif not likeness.strangers and (likeness.score or 0) >= SAME_FROM:
        what = say.listed(names, lang)
        text = (
            f"是的:各个{unit}中的{what or '画面'}是同一个"
            if zh
            else f"Yes: the {unit} show the same {what or 'setting'}"
        )
    else:
        odd = ("、" if zh else ", ").join(str(n) for n in likeness.strangers[:_MOST])
        which = (f",第 {odd} 个与第 1 个不同" if zh else f"; unlike the first: number {odd}") if odd else ""
        text = (
            f"不是:各个{unit}的主体并不一致{which}" if zh else f"No: the {unit} do not all show the same subject{which}"
        )
    text += f"(一致性 {score:.1f}/10)。" if zh else f" (consistency {score:.1f} of 10)."
    told = differences(likeness, sights, lang)
    if told:
        text += f"差异:{';'.join(told[:_MOST])}。" if zh else f" Differences: {'; '.join(told[:_MOST])}."
    return text


def _alone(sights: Sequence[Sight], lang: Lang) -> str:
    """A single view has nothing to be compared with."""
    if sights[0].kind == "video":
        return (
            "只有一个镜头,没有可比较的内容。" if lang == "zh" else "There is a single shot, nothing to compare it with."
        )
    noun = say.noun(sights[0], lang)
    return (
        f"只给出一个{noun},没有可比较的内容。"
        if lang == "zh"
        else f"There is only one {noun}, nothing to compare it with."
    )


def differences(likeness: Likeness, sights: Sequence[Sight], lang: Lang) -> list[str]:
    """Say what sets each view apart from the first."""
    shots = len(sights) == 1
    return [f"{_view(one.view, sights, shots, lang)}{difference(one, lang)}" for one in likeness.differences]


def _view(number: int, sights: Sequence[Sight], shots: bool, lang: Lang) -> str:
    if lang == "zh":
        return f"第 {number} 个{'镜头' if shots else say.noun(sights[0], lang)}:"
    return f"{'shot' if shots else say.noun(sights[0], lang)} {number}: "


def difference(one: Difference, lang: Lang) -> str:
    """Say one difference from the first view in a phrase."""
    zh = lang == "zh"
    name = say.bare(one.name, lang, 1) if one.name in SUBJECTS else ""
    before, after = _value(one.code, one.before, lang), _value(one.code, one.after, lang)
    match one.code:
        case "missing":
            return f"缺少{name}" if zh else f"the {name} is missing"
        case "added":
            return f"多了{name}" if zh else f"a further subject, {name}"
        case "identity":
            return f"{name}的长相不同" if zh else f"the {name} looks different"
        case "count":
            return (
                f"{name}的数量从 {before} 变为 {after}"
                if zh
                else f"the number of {say.bare(one.name, lang, 2)} is {after} instead of {before}"
            )
        case "colour":
            return f"{name}的颜色从{before}变为{after}" if zh else f"the {name} is {after} instead of {before}"
    label = {
        "scene": ("setting", "场景"),
        "style": ("style", "风格"),
        "light": ("light", "光线"),
        "size": ("size", "尺寸"),
    }[one.code]
    return f"{label[1]}从{before}变为{after}" if zh else f"the {label[0]} is {after} instead of {before}"


def _value(code: str, value: str | int, lang: Lang) -> str:
    text = str(value)
    if code == "colour" and text:
        return say.colour(text, lang)
    if code == "scene" and text:
        return say.scene(text, lang)
    if code == "style":
        return say.style(text, lang) if text else ("无" if lang == "zh" else "plain")
    if code == "light":
        return say.listed([say.light(one, lang) for one in text.split()], lang) or ("平常" if lang == "zh" else "plain")
    return text


def quality(sight: Sight, lang: Lang, spread: int) -> str:
    """Score the technical quality and name the defects."""
    zh = lang == "zh"
    score = quality_score(sight.issues, spread)
    codes = dict.fromkeys(one.code for one in sight.issues)
    if sight.kind == "video":
        told = [
            f"{issue(code, lang)} ({say.clock(min(one.at for one in sight.issues if one.code == code))})"
            for code in codes
        ]
    else:
        told = [issue(code, lang) for code in codes]
    if zh:
        return f"质量 {score:.1f}/10,{'问题:' + ';'.join(told) if told else '没有发现缺陷'}。"
    return f"The quality is {score:.1f} of 10; {'issues: ' + '; '.join(told) if told else 'no defects found'}."


def reference(sights: Sequence[Sight], lang: Lang, spread: int) -> str:
    """Say whether references were followed: among several assets by likeness, for one by how it was made."""
    zh = lang == "zh"
    if len(sights) > 1:
        return same(sights, lang, spread)
    (sight,) = sights
    if sight.kind == "audio":
        return "音频没有参考图。" if zh else "A recording follows no reference picture."
    names = say.listed([say.bare(one.name, lang, 1) for one in sight.subjects[:3]], lang)
    if sight.referenced:
        return (
            f"是的:{names or '画面'}沿用了参考图的形象。"
            if zh
            else f"Yes: the {names or 'picture'} follows a reference picture."
        )
    return "没有:看不出使用了参考图。" if zh else "No: nothing shows that a reference picture was used."
