"""What an edit's prompt says of a flaw: whether it asks for it to be put right, and whether an edit did so."""

from __future__ import annotations

import re

from visgenenv.lexicon import Mentions
from visgenenv.media.content import Flaw, Graph

_MEND = re.compile(
    r"\b(?:fix|repair|correct|restor|clean|retouch|redo|heal|improv|get rid of|remov|undo)"
    r"|修复|修正|修补|修好|纠正|改正|完善|去掉|去除|移除|消除|改善",
    re.I,
)
_ANY = re.compile(
    r"\b(?:flaw|defect|art[ei]fact|problem|issue|mistake|error|glitch|quality|everything)|瑕疵|缺陷|问题|错误|质量|毛病",
    re.I,
)
_SPEAKS = {
    "blur": r"sharp|blur|focus|crisp|clearer|锐|模糊|虚焦|清晰|对焦",
    "low_resolution": r"resolution|upscal|pixel|\bhd\b|\b4k\b|sharp|分辨率|放大|像素|高清|清晰|马赛克",
    "noise": r"nois|grain|降噪|去噪|噪点|颗粒",
    "colour_cast": r"colou?r cast|\bcast\b|white balance|neutral|natural colou?r|colou?r (?:correct|balance)|偏色|色偏|白平衡|色调",
    "cropped": r"crop|cut off|outpaint|in frame|into the frame|whole|full body|complete|裁|出框|出画|完整|补全|扩图|居中",
    "extra_limb": r"limb|\blegs?\b|\barms?\b|\bhands?\b|\bpaws?\b|anatom|肢|腿|手臂|胳膊|爪|解剖",
    "garbled_text": r"text|title|caption|word|letter|spell|typo|文字|标题|错别字|错字|字体|乱码",
    "missing_text": r"(?:missing|add|write|restore).{0,20}(?:text|title|caption|words)|(?:补|加|写).{0,8}(?:文字|标题|字)",
    "wrong_count": r"\bextra\b|number of|how many|count|missing|多余|数量|个数|少了|多了",
    "missing_object": r"missing|缺少|少了|漏",
    "extra_object": r"\bextra\b|unwanted|not ask|did not|didn't|多余|不需要|多出",
    "wrong_colour": r"wrong colou?r|original colou?r|right colou?r|correct colou?r|颜色(?:不对|错)|原来的颜色|正确的颜色",
    "wrong_subject": r"wrong (?:subject|animal|object|person|character)|主体(?:不对|错)",
}
_PATTERNS = {kind: re.compile(words, re.I) for kind, words in _SPEAKS.items()}
_BY_ITSELF = frozenset({"blur", "low_resolution", "noise", "colour_cast", "cropped", "missing_text"})
"""Of these a prompt speaks without saying that something is wrong: "sharpen it", "denoise"."""


def speaks_of(flaw: Flaw, prompt: str, found: Mentions) -> bool:
    """Whether a prompt asks for a flaw to be put right: by its kind, by its figure, or all that is wrong."""
    kind, mend = bool(_PATTERNS[flaw.kind].search(prompt)) if flaw.kind in _PATTERNS else False, _MEND.search(prompt)
    if kind and (mend or flaw.kind in _BY_ITSELF or flaw.name in _named(found)):
        return True
    return bool(mend and _ANY.search(prompt))


def _named(found: Mentions) -> set[str]:
    return {subject.name for subject in found.subjects} | set(found.excluded)


def shows(flaw: Flaw, graph: Graph) -> bool:
    """Whether a picture, after it was changed, still has a flaw that it had."""
    figures = {figure.name: figure for figure in graph.figures}
    match flaw.kind:
        case "missing_object":
            return flaw.name not in figures
        case "extra_object" | "cropped" | "extra_limb":
            return flaw.name in figures
        case "wrong_colour":
            return flaw.name in figures and figures[flaw.name].colour == flaw.after
        case "wrong_count":
            return flaw.name in figures and str(figures[flaw.name].count) == flaw.after
        case "wrong_subject":
            return flaw.after in figures and flaw.name not in figures
        case "garbled_text" | "missing_text":
            return graph.caption == flaw.after
    return True
