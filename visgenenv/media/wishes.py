"""What a prompt wishes beside what it mentions: nearer or wider, something gone, replaced or recoloured."""

from __future__ import annotations

import re

from visgenenv.lexicon import Mentions, find
from visgenenv.types import Subject

_CLOSE = re.compile(r"close[- ]?up|macro|extreme close|特写|近景|大特写", re.I)
_WIDE = re.compile(
    r"wide shot|long shot|establishing|panoram|bird'?s[- ]eye|aerial|全景|远景|广角|俯瞰|鸟瞰|镜头拉远", re.I
)
_CHANGE = re.compile(r"\b(?:make|turn|change|recolou?r|paint|dye)\b|变成|改成|改为|换成|变为|涂成|染成", re.I)
_SWAP_EN = re.compile(r"\b(?:replace|swap|change|turn)\b(.{1,80}?)\b(?:with|for|into|to)\b(.{1,80})", re.I | re.S)
_SWAP_ZH = re.compile(r"[把将](.{1,20}?)(?:替换成|替换为|换成|改成|变成|换为)(.{1,30})", re.S)
_REMOVE = re.compile(
    r"\b(?:remove|delete|erase|take away|get rid of)\b(.{1,60})|(?:去掉|移除|删除|去除)(.{1,20})", re.I | re.S
)


def framing(prompt: str) -> str:
    """Return how near a prompt wants the subject: "close", "wide", or "" where it does not say."""
    return "close" if _CLOSE.search(prompt) else "wide" if _WIDE.search(prompt) else ""


_REFERENCE = re.compile(r"\breferences?\b|\bsame (?:character|subject|style|look)s? as\b|参考|参照", re.I)


def is_new_picture(prompt: str) -> bool:
    """Whether a prompt wants a further picture made after a reference, rather than that picture changed."""
    return bool(_REFERENCE.search(prompt))


def is_change(prompt: str) -> bool:
    """Whether a prompt asks for something to be made another way, such as recoloured."""
    return bool(_CHANGE.search(prompt))


def loose_colour(found: Mentions) -> str:
    """Return a colour that a prompt names without giving it to a subject, or ""."""
    taken = {subject.colour for subject in found.subjects}
    return next((colour for colour in found.colours if colour not in taken), "")


def removed(prompt: str) -> set[str]:
    """Return the subjects that a prompt wants taken away."""
    return {subject.name for match in _REMOVE.finditer(prompt) for subject in find(match[1] or match[2]).subjects[:1]}


def swapped(prompt: str) -> tuple[str, Subject | None]:
    """Return which subject is to give way to which, if the prompt says so."""
    match = _SWAP_EN.search(prompt) or _SWAP_ZH.search(prompt)
    before, after = (find(match[1]).subjects, find(match[2]).subjects) if match else ((), ())
    if before and after and before[0].name != after[0].name:
        return before[0].name, after[0]
    return "", None
