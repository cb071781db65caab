"""From a request to a brief: what is to be made, read by rules from English or Chinese words alone."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from visgenenv.lexicon import SCENES, STYLES, Mentions, find
from visgenenv.policies.expert_amounts import seconds, without_askers, without_remarks
from visgenenv.policies.expert_demands import (
    EACH,
    EFFECTS,
    IMAGE_EN,
    MUSIC,
    SCENE_CUE,
    SENTENCES,
    SLOWER,
    STYLE_CUE,
    SUBTITLE,
    VARIETY,
    VIDEO_EN,
    VOICE,
    GroupKind,
    count_of,
    group_of,
    modality_of,
    sentence_at,
    shots_of,
    size_of,
    wanted,
)
from visgenenv.policies.expert_items import Item, colon_list, read_items
from visgenenv.policies.expert_subject import PIXEL_WORDS, common_style, named, recurring, subject_of
from visgenenv.policies.expert_templates import TemplateId, template_of
from visgenenv.types import Lang, Modality, Size

MAX_CHARS = 8_000
"""A longer request is read up to here."""

_PLAIN = str.maketrans("\uff0c\uff1a\uff08\uff09\uff1f\uff01\uff1b", ",:()?!;", "<>")


_WANTED = re.compile(rf"\b(?:{IMAGE_EN}|{VIDEO_EN})\b", re.IGNORECASE)


class Brief(Struct, frozen=True):
    """What a request asks for, as far as its words say.

    `count` is how many deliverables (least of a range), `seconds` how long in all or, with `per_item`, each,
    `shots` how many shots a film has, `items` what single pictures or shots show (`each` of every one).
    `subject` is the phrase that names what it is about, in the request's own language.
    """

    lang: Lang
    modality: Modality
    count: int
    items: tuple[Item, ...]
    each: int
    shots: int | None
    seconds: float | None
    per_item: bool
    music: bool
    voice: bool
    effects: bool
    subtitle: bool
    size: Size | None
    group: GroupKind
    subject: str
    scene: str
    style: str
    variety: bool
    recurring: str
    """Who or what turns up in two or more items, where the request itself does not say whom it is about."""
    uploads: tuple[str, ...]
    template: TemplateId = "W1"
    """The way of working that it calls for (`expert_templates`)."""
    slower: bool = False
    """Whether the user's own film is too short and has to be slowed down."""

    @property
    def picture(self) -> str:
        """Link of the picture the user brought, or nothing."""
        return self._upload("img_")

    @property
    def footage(self) -> str:
        """Link of the film the user brought, or nothing."""
        return self._upload("vid_")

    @property
    def song(self) -> str:
        """Link of the sound the user brought, or nothing."""
        return self._upload("aud_")

    def _upload(self, prefix: str) -> str:
        return next((url for url in self.uploads if url.startswith(f"asset://{prefix}")), "")

    @property
    def lines(self) -> bool:
        """Whether the shots come with words to be spoken."""
        return any(item.line for item in self.items)


def _said_with(cue: re.Pattern[str], text: str) -> Mentions:
    """Return what is mentioned in the sentences that hold a cue: a demand, not a remark."""
    return find(" ".join(match[0] for match in SENTENCES.finditer(text) if cue.search(match[0])))


@lru_cache(maxsize=1024)
def read_brief(query: str, uploads: tuple[str, ...] = ()) -> Brief:
    """Read a request.

    Args:
        query: In English or Chinese.
        uploads: Links of the files the user brought.

    Example:
        >>> brief = read_brief("Produce a 40-second film with eight shots about a red fox. Add background music.")
        >>> brief.modality, brief.seconds, brief.shots, brief.music, brief.subject
        ('video', 40.0, 8, True, 'a red fox')
    """
    text = query[:MAX_CHARS].encode("utf-8", "replace").decode().translate(_PLAIN)
    listing = read_items(text)
    premise = without_remarks(listing.premise)
    lang: Lang = "zh" if len(re.findall(r"[\u4e00-\u9fff]", text)) * 3 > len(text) / 2 else "en"
    modality = modality_of(premise, listing)
    low = count_of(premise, listing, modality, lang)
    listed = low if modality == "image" else shots_of(premise, listing, low, lang) or 0
    found = colon_list(listing.premise, listed) if listed > 2 and not listing.items else None
    if found and not _WANTED.search(found.items[0].text):
        listing, premise = found, without_remarks(found.premise)
    time = seconds(premise) if modality == "video" else None
    asked = without_askers(listing.premise)
    subject = subject_of(asked, premise, lang)
    plain = PIXEL_WORDS.sub(" ", asked)
    mentions = find(plain.replace(subject, " ") if subject else plain)
    film = modality == "video"
    group = group_of(premise, listing, any(url.startswith("asset://img_") for url in uploads))
    kinds = {url.removeprefix("asset://")[:4] for url in uploads}
    return Brief(
        lang=lang,
        modality=modality,
        count=low,
        items=listing.items,
        each=listing.each,
        shots=shots_of(premise, listing, low, lang) if film else None,
        seconds=time[0] if time else None,
        per_item=bool(time and low > 1 and EACH.search(sentence_at(premise, time[1]))),
        music=film and wanted(MUSIC, premise),
        voice=film and (wanted(VOICE, premise) or any(item.line for item in listing.items)),
        effects=film and wanted(EFFECTS, premise),
        subtitle=film and wanted(SUBTITLE, premise),
        size=size_of(premise, film),
        group=group,
        subject=subject,
        scene=named(SCENES, _said_with(SCENE_CUE, plain).scenes or mentions.scenes, lang),
        style=named(STYLES, _said_with(STYLE_CUE, plain).styles or mentions.styles or common_style(listing), lang),
        variety=bool(VARIETY.search(premise)),
        recurring=recurring(listing, lang),
        uploads=uploads,
        template=template_of(
            asked, modality, low, grouped=bool(group), picture="img_" in kinds, footage="vid_" in kinds
        ),
        slower="vid_" in kinds and bool(SLOWER.search(premise)),
    )
