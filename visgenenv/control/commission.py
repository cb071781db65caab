"""What has been commissioned: the request as read from its words, and what each of its places shows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from visgenenv.policies.brief import Brief, read_brief
from visgenenv.policies.workflows import Offer
from visgenenv.policies.workflows.craft import prompt, reference_prompt
from visgenenv.policies.workflows.images import bundles_of, shown_of
from visgenenv.policies.workflows.recut import footage_shooting
from visgenenv.policies.workflows.shapes import KLING, VEO
from visgenenv.policies.workflows.shooting import Shooting, frame_of, prepare, shoot_with
from visgenenv.types import Size

_STEMS = {
    "text2image": "draw", "image_edit": "edit", "text2video": "film", "image2video": "animate", "music": "compose",
    "sound_fx": "sound", "tts_generation": "speak", "video_composite": "cut", "subtitle": "title",
    "video_trim": "trim", "video_speed": "pace",
}  # fmt: skip
FILLS = {"draw": "pictures", "edit": "pictures", "film": "clips", "animate": "clips", "cut": "cuts", "trim": "cuts", "pace": "cuts", "title": "titled",
         "speak": "voices", "compose": "music", "sound": "effects", "": "others"}  # fmt: skip
"""Where the results of each act are kept; `draw` and `edit` also fill `reference`, by what the prompt says."""
_REMEMBERED = 4096


@lru_cache(maxsize=256)
def act_of(tool: str) -> str:
    """Return what a tool does, or nothing for one that is called with what its schema requires and no more.

    >>> act_of("tool_text2image_gpt"), act_of("tool_task_manager")
    ('draw', '')
    """
    name = tool.removeprefix("tool_")
    return next((act for stem, act in _STEMS.items() if name.startswith(stem)), "")


class Wording(Struct, frozen=True):
    """What the places of a commission show, and how prompts say it.

    Attributes:
        shown: What each place shows.
        bundles: Descriptions, and how many places in turn share each, where nothing is drawn from another picture.
        prompts: The prompt of each place, for one drawn from words and for an edit.
        places: Prompt -> the places that it may belong to; -1 is the reference picture.
    """

    shown: tuple[str, ...]
    bundles: tuple[tuple[str, int], ...]
    prompts: tuple[tuple[str, str], ...]
    places: dict[str, tuple[int, ...]]


class Commission:
    """A request, read, with the tools on offer. Nothing in it changes, so episodes of one task share it.

    Args:
        brief: What the request asks for.
        offer: The tools.
        query: The request itself.
    """

    def __init__(self, brief: Brief, offer: Offer, query: str):
        self.brief, self.offer, self.query = brief, offer, query
        self.film = brief.modality == "video"
        self.reference = reference_prompt(brief)
        usual = prepare(brief, offer) if self.film else None
        self.usual_tool = usual.tool if usual else KLING
        self._shootings: dict[str, Shooting] = {}
        self._wordings: dict[str, Wording] = {}
        self._wanted: dict[tuple[str, str], int] = {}
        self.columns: dict[Any, Any] = {}
        """Kept for the encoder: what stays the same whatever happens. A commission belongs to one layout."""

    def shooting(self, tool: str) -> Shooting:
        """Return how the film is shot if this tool makes its clips."""
        known = KLING if tool == KLING else VEO
        found = self._shootings.get(known)
        if found is None:
            if self.brief.footage:
                found = footage_shooting(self.brief, self.offer)
            else:
                found = shoot_with(known, False, self.brief, self.offer)
            self._shootings[known] = found
        return found

    def wording(self, tool: str) -> Wording:
        """Return what the places show, if this tool makes the clips."""
        known = KLING if tool == KLING else VEO
        found = self._wordings.get(known)
        if found is None:
            shown = self.shooting(tool).shown if self.film else tuple(shown_of(self.brief))
            found = self._wordings[known] = self._word(shown)
        return found

    def _word(self, shown: tuple[str, ...]) -> Wording:
        brief = self.brief
        bundles = tuple((text, 1) for text in shown) if self.film else tuple(bundles_of(brief))
        prompts = tuple((prompt(brief, text), prompt(brief, text, edit=True)) for text in shown)
        places: dict[str, list[int]] = {self.reference: [-1]}
        for place, words in enumerate(prompts):
            for one in dict.fromkeys(words):
                places.setdefault(one, []).append(place)
        start = 0
        for text, n in bundles:
            known = places.setdefault(prompt(brief, text), [])
            known += [place for place in range(start, start + n) if place not in known]
            start += n
        return Wording(shown, bundles, prompts, {text: tuple(found) for text, found in places.items()})

    def size(self, shape: str) -> Size | None:
        """Return the shape that pictures are asked for in."""
        if shape == "asked":
            return frame_of(self.brief) if self.film else self.brief.size
        return {"square": Size(1, 1), "wide": Size(16, 9), "tall": Size(9, 16)}.get(shape)

    def wanted(self, slot: str, tool: str) -> int:
        """Return how many a slot is to hold: as many as the request asks for, if this tool makes the clips."""
        found = self._wanted.get((slot, tool))
        if found is None:
            found = self._wanted[slot, tool] = self._count(slot, tool)
        return found

    def _count(self, slot: str, tool: str) -> int:
        if slot in ("pictures", "clips") and self.film:
            return len(self.shooting(tool).shown)
        if slot == "voices" and self.film:
            return max(1, len(self.shooting(tool).spoken))
        return self.brief.count if slot in ("pictures", "clips", "cuts", "titled") else 1


class Readings:
    """Remembers the commissions that were read: the same request, language and tools are read once.

    The same names must stand for the same tools, and the layout be the same, wherever one `Readings` is used.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Commission] = {}

    def read(
        self, query: str, uploads: tuple[str, ...], names: Hashable, tools: Callable[[], Sequence[dict[str, Any]]]
    ) -> Commission:
        """Return the commission of a request; `tools` gives the schemas if it is not yet known by `names`."""
        key = (query, uploads, names)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[key] = Commission(read_brief(query, uploads), Offer(tuple(tools())), query)
        return found
