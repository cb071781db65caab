"""Reading what a request is about: whom it shows, where, in which style."""

from __future__ import annotations

import re
from collections.abc import Mapping

from visgenenv.lexicon import SUBJECTS, Entry, find, name_in
from visgenenv.policies.expert_amounts import NUMBER_EN
from visgenenv.policies.expert_demands import IMAGE_EN, SAME, SENTENCES, SHOTS_EN, VIDEO_EN
from visgenenv.policies.expert_items import Listing
from visgenenv.types import Lang

_SUBJECT_EN = re.compile(
    rf"\b(?:of|showing|about|featuring|starring|for)\s+(?!(?:{NUMBER_EN})\s+(?:{SHOTS_EN})\b|the day|these|each|them|us\b|me\b|our\b)"
    r"([^.?!\n]{3,400}?)(?=\s+for me\b|,[\w\s]{{0,16}}\s(?:{NUMBER_EN})\s(?:{SHOTS_EN})\b|[.?!\n]|$)",
    re.IGNORECASE,
)
_SUBJECT_ZH = re.compile(
    r"(?:主角是|主体为|主体是|内容围绕|主题是|画面里有|关于|是为|主人公是|画的是|讲的是|题材是|围绕|画中要有)([^。!\n]{2,300}?)(?=,我上传|做的|展开|的故事。|[。!\n]|$)"
)
_ASKING = re.compile(
    r"\b(?:make|need|design|create|generate|produce|looking for|like|want|shoot|draw|put together|could use|deliver|preparing|filming|film|after is|order|task|wanted|deliverable|request is|list today|let's do|work out|finish)\b|帮我|制作|生成|我想要|我需要|设计",
    re.IGNORECASE,
)
_SHOULD = re.compile(
    r"^\s*(?:the|each|every)\s(?:video|film|clip|images?|pictures?)\s(?:should|must|has to)\s(?:\w+ly\s)?",
    re.IGNORECASE,
)
PIXEL_WORDS = re.compile(r"\d{3,4}\s?[x×]\s?\d{3,4}\s?(?:像素|pixels|px)?", re.IGNORECASE)
_FORMAT = re.compile(r"[·]|\d+:\d+|\d{3,4}\s?[x×]|字幕|subtitle|上传|upload|风格|画风|style", re.IGNORECASE)


def subject_of(original: str, premise: str, lang: Lang) -> str:
    """Return the phrase that says what it is about, else the sentences that are not about format."""
    found = _named_en(original) if lang == "en" else _SUBJECT_ZH.search(original)
    if found:
        return found[1].strip(" ,")
    kept = []
    for match in SENTENCES.finditer(original):
        if _FORMAT.search(premise[match.start() : match.end()]) or SAME.search(match[0]):
            continue
        clauses = [_SHOULD.sub("", clause).strip(" .:。") for clause in re.split(r",\s?", match[0])]
        kept += [clause for clause in clauses if clause and not _ASKING.search(clause)]
    return ", ".join(kept)[:300]


def _named_en(text: str) -> re.Match[str] | None:
    """Find what a request is of, about or for: words after the noun for what is wanted."""
    opening = _opening(text)
    wanted = re.search(rf"\b(?:{VIDEO_EN}|{IMAGE_EN})\b", opening, re.IGNORECASE)
    return _SUBJECT_EN.search(opening, wanted.end() if wanted else 0)


def _opening(text: str) -> str:
    """Return the sentence that asks."""
    return next((match[0] for match in SENTENCES.finditer(text) if _ASKING.search(match[0])), text)


def recurring(listing: Listing, lang: Lang) -> str:
    """Name the being or thing that most items show, if at least two do; beings before things."""
    named = [subject.name for item in listing.items for subject in find(item.text).subjects]
    again = [name for name in dict.fromkeys(named) if named.count(name) > 1]
    if not again:
        return ""
    alive = [name for name in again if SUBJECTS[name].category in ("animal", "person")]
    return name_in(SUBJECTS[max(alive or again, key=named.count)], lang)


def common_style(listing: Listing) -> tuple[str, ...]:
    """Return the style that at least half of the items name."""
    named = [style for item in listing.items for style in find(item.text).styles[:1]]
    return tuple(style for style in dict.fromkeys(named) if named.count(style) * 2 >= len(listing.items))


def named(table: Mapping[str, Entry], names: tuple[str, ...], lang: Lang) -> str:
    entry = table.get(names[0]) if names else None
    if entry is None:
        return ""
    return entry.en[0] if lang == "en" else entry.zh[0]
