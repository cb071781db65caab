"""Reading an instruction: what is to be added, replaced or left out, and whether the text is to become shorter."""

from __future__ import annotations

import re
from functools import lru_cache, partial

from msgspec import Struct

from visgenenv.tools.simulators.text.prose import MARKS

_NEXT = r"(?!\s*(?:,\s*)?(?:and|then)\s+(?:add|keep|make|use|do|remove|change|replace|turn|show|give)\b)"
_TAIL = rf"((?:{_NEXT}[^.;,!\n]){{2,120}})"
_ADD = re.compile(
    rf"\b(?:add|include|mention|emphasi[sz]e|highlight|show|use)\s+{_TAIL}|\bwith\s+{_TAIL}"
    r"|(?:加入|加上|添加|增加|包含|突出|强调|使用|改用)([^。,;\n\uff0c\uff1b]{1,60})",
    re.IGNORECASE,
)
_MAKE = re.compile(
    r"\bmake\s+(?:it|them|everything|the \w+(?: \w+)?|all \w+)\s+(?:look\s+|feel\s+)?((?:more\s+|much\s+|less\s+|a bit\s+)?[a-z-]{3,24})\b"
    r"|(?:更加?|变得)([\u4e00-\u9fff]{1,6})(?:一些|一点|些|点)?",
    re.IGNORECASE,
)
_SWAP = re.compile(
    r"\b(?:replace|change|turn)\s+(?:the\s+|every\s+|all\s+)?([^.;,\n]{1,60}?)\s+(?:with|by|into|to)\s+([^.;,\n]{1,60}?)(?=[.;,\n]|$|\s+and\s)"
    r"|(?:把|将)([^。,;\n\uff0c\uff1b]{1,30}?)(?:替换成|替换为|改成|改为|换成|变成)([^。,;\n\uff0c\uff1b]{1,30})",
    re.IGNORECASE,
)
_DROP = re.compile(
    r"\b(?:remove|delete|drop|leave out|without|avoid|no)\s+(?:the\s+|any\s+|all\s+)?([^.;,\n]{2,60}?)(?=[.;,\n]|$|\s+and\s)"
    r"|(?:去掉|删掉|删除|移除|不要|避免)([^。,;\n\uff0c\uff1b]{1,30})",
    re.IGNORECASE,
)
_SHORTER = re.compile(
    r"\b(?:short(?:er|en)?|concise|brief(?:er)?|trim|tighten)\b|简短|精简|缩短|简洁|更短", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_WORDS_NO_LOOKS = (
    "shorter longer briefer concise brief short long tighter sure faster slower quicker calmer snappier better good"
    " 快 慢 紧凑 舒缓 长 短 简短 简洁 好 流畅"
)
_NO_LOOKS = frozenset(_WORDS_NO_LOOKS.split())
"""Words about length, pace or quality, which no prompt profits from."""


class Wishes(Struct, frozen=True):
    """What an instruction asks for; phrases in its own words."""

    add: tuple[str, ...] = ()
    swap: tuple[tuple[str, str], ...] = ()
    drop: tuple[str, ...] = ()
    shorter: bool = False


@lru_cache(256)
def read_wishes(instruction: str) -> Wishes:
    """Read what an instruction asks for.

    >>> read_wishes("Add rim lighting and make it warmer; replace the fox with a wolf, without people")
    Wishes(add=('rim lighting', 'warmer'), swap=(('fox', 'a wolf'),), drop=('people',), shorter=False)
    """
    if not instruction:
        return Wishes()
    swaps = [tuple(filter(None, match)) for match in _SWAP.findall(instruction)]
    rest = _SWAP.sub("", instruction)
    drops = [next(filter(None, match)) for match in _DROP.findall(rest)]
    rest = _DROP.sub("", rest)
    adds = [next(filter(None, match)) for match in _ADD.findall(rest)]
    made = [next(filter(None, match)) for match in _MAKE.findall(rest)]
    return Wishes(
        _tidy([*adds, *[word for word in made if word.lower().rpartition(" ")[2] not in _NO_LOOKS]]),
        tuple(
            (pair[0].strip(), pair[1].strip())
            for pair in swaps
            if len(pair) == 2 and pair[0].strip() and pair[1].strip()
        ),
        _tidy(drops),
        _SHORTER.search(instruction) is not None,
    )


def _tidy(phrases: list[str]) -> tuple[str, ...]:
    stripped = (re.sub(r",?\s*\bplease$", "", phrase.strip(), flags=re.IGNORECASE).strip(MARKS) for phrase in phrases)
    return tuple(dict.fromkeys(phrase for phrase in stripped if phrase))[:8]


def swapped(text: str, swaps: tuple[tuple[str, str], ...]) -> str:
    """Return a text with every phrase that is to be replaced written anew, in any case.

    >>> swapped("A small fox meets the Fox.", (("fox", "a wolf"),))
    'A small wolf meets the Wolf.'
    """
    lower = text.lower()
    for old, new in swaps:
        bare = _ARTICLE.sub("", new) or new
        if old.lower() in lower and not (old.lower() in bare.lower() and bare.lower() in lower):
            text = _swap_pattern(old).sub(partial(_written_anew, new, bare), text)
            lower = text.lower()
    return text


@lru_cache(256)
def _swap_pattern(old: str) -> re.Pattern[str]:
    edge = r"\b" if old.isascii() and old[-1].isalnum() and old[0].isalnum() else ""
    return re.compile(rf"(\b(?:an?|the)\s+)?{edge}{re.escape(old)}{edge}", re.IGNORECASE)


def _written_anew(new: str, bare: str, match: re.Match[str]) -> str:
    """Keep a `the` and a capital; another article becomes that of the new phrase, and where none was there is none."""
    if match[1] is None:
        return f"{bare[0].upper()}{bare[1:]}" if match[0][0].isupper() else bare
    if new == bare or match[1].lower().startswith("the"):
        name = match[0][len(match[1])].isupper()
        return f"{match[1]}{bare[0].upper() if name else bare[0]}{bare[1:]}"
    return f"{new[0].upper() if match[1][0].isupper() else new[0]}{new[1:]}"
