"""How a commission stands: what was planned, what is there, what failed. Read turn by turn from a conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct

from visgenenv.control.commission import FILLS, Commission, act_of
from visgenenv.control.layout import SLOTS
from visgenenv.types import Action, Lang, ToolCall

_UNREADABLE: dict[str, Any] = {"status": "error", "error": {"type": "UNREADABLE"}}
_ISSUES = ("issues:", "问题:")
"""How an analysis begins to list what is wrong with a file."""


class Made(Struct):
    """A file in a slot: its public description, whether it descends from a reference, and the flaws seen in it."""

    asset: dict[str, Any]
    drawn: bool = False
    flaws: int = 0

    @property
    def url(self) -> str:
        return str(self.asset["url"])

    @property
    def kind(self) -> str:
        return str(self.asset["kind"])


class Last(Struct):
    """What came of the latest turn: calls that succeeded and failed, types of errors, whether it did anything."""

    made: int = 0
    failed: int = 0
    acted: bool = True
    errors: tuple[str, ...] = ()


class Standing:
    """Everything that a controller may know of an episode. `take` adds a turn; nothing else changes it.

    Args:
        commission: What is to be made.
        lang: Of the environment's own words.
    """

    def __init__(self, commission: Commission, lang: Lang):
        self.commission, self.lang = commission, lang
        self.turn = self.calls = 0
        self.cost = self.latency = 0.0
        self.clip_tool = commission.usual_tool
        self.has_plan = False
        self.planned: Counter[str] = Counter()
        self.planned_into: Counter[str] = Counter()
        """Planned calls by the slot that they fill."""
        self.slots: dict[str, dict[int, Made]] = {slot: {} for slot in SLOTS}
        self.made: Counter[str] = Counter()
        self.failing: Counter[str] = Counter()
        self.blocked: Counter[tuple[str, int]] = Counter()
        self.kinds: set[str] = {_KIND[url[8:12]] for url in commission.brief.uploads if url[8:12] in _KIND}
        """Kinds of files that exist."""
        self.last = Last()
        self.changed: set[str] = set()
        """Slots that the latest turn has changed, and tools that it has called."""
        self._references: set[str] = set(commission.brief.uploads)
        self._full: set[str] = set()
        self._tried: dict[str, set[int]] = {}

    def wanted(self, slot: str) -> int:
        """Return how many the request asks for."""
        return self.commission.wanted(slot, self.clip_tool)

    def missing(self, slot: str) -> list[int]:
        """Return the places of a slot that are still empty."""
        held = self.slots[slot]
        return [place for place in range(self.wanted(slot)) if place not in held]

    def take(self, action: Action, told: Sequence[str]) -> None:
        """Add one turn: what was written, and the tool messages that came back."""
        self.turn += 1
        self.changed = set()
        self.last = Last(acted=bool(action.calls) or action.answer is not None or action.plan is not None)
        if action.plan is not None:
            self._note_plan(action.plan)
        if action.calls:
            self._full = {slot for slot, held in self.slots.items() if held and not self.missing(slot)}
            self._tried = {slot: set() for slot in SLOTS}
            for call, content in zip(action.calls, told, strict=False):
                self._note_call(call, _read(content))

    def _note_plan(self, text: str) -> None:
        steps = _steps(text)
        self.has_plan = self.has_plan or bool(steps)
        self.changed.update(self.planned, self.planned_into)
        self.planned, self.planned_into = Counter(), Counter()
        clip_tool = self.clip_tool
        for tool, n in steps:
            self.planned[tool] += n
            self.planned_into[FILLS[act_of(tool)]] += n
            if act_of(tool) in ("film", "animate"):
                self.clip_tool = tool
        self.changed.update(self.planned, self.planned_into, SLOTS if self.clip_tool != clip_tool else ())

    def _note_call(self, call: ToolCall, result: dict[str, Any]) -> None:
        self.calls += 1
        self.changed.add(call.name)
        usage = result.get("usage") or {}
        self.cost += usage.get("cost_usd", 0.0)
        self.latency += usage.get("latency_s", 0.0)
        slot, candidates = self._place(call)
        place = self._free(slot, candidates)
        self._tried[slot].add(place)
        trouble, warnings = _trouble(result)
        if trouble:
            self.last.failed += 1
            self.last.errors = (*self.last.errors, trouble)
            self.failing[call.name] += 1
            self.blocked[slot, place] += trouble in ("CONTENT_BLOCKED", "EMPTY_RESULT")
            return
        self.last.made += 1
        self.made[call.name] += 1
        self.failing[call.name] = 0
        drawn = any(url in self._references for url in urls_in(call.arguments))
        for asset in result.get("assets") or ():
            self._keep(asset, slot, place, drawn, warnings)
        if call.name.endswith("_analysis"):
            self._note_flaws(call, result)

    def _keep(self, asset: dict[str, Any], slot: str, place: int, drawn: bool, flaws: int) -> None:
        """Put a file into its place, or the next free one; a slot that was complete is begun anew."""
        into = "notes" if slot == "others" and asset["kind"] not in ("image", "video", "audio") else slot
        if into in self._full and into not in ("others", "notes"):
            self.slots[into].clear()
            self._full.discard(into)
        held = self.slots[into]
        if place in held or into != slot:
            place = next(k for k in range(len(held) + 1) if k not in held)
        held[place] = Made(asset, drawn, flaws)
        self._tried[slot].add(place)
        self.changed.add(into)
        self.kinds.add(asset["kind"])
        if drawn or into == "reference":
            self._references.add(asset["url"])

    def _note_flaws(self, call: ToolCall, result: dict[str, Any]) -> None:
        """Note which of the files that were looked at have flaws, as an analysis tells line by line."""
        answer = (result.get("data") or {}).get("answer")
        lines = answer.split("\n") if isinstance(answer, str) else []
        flawed = {url for url, line in zip(urls_in(call.arguments), lines, strict=False) if any(word in line for word in _ISSUES)}  # fmt: skip
        for slot, held in self.slots.items() if flawed else ():
            for made in held.values():
                if made.url in flawed:
                    made.flaws += 1
                    self.changed.add(slot)

    def _place(self, call: ToolCall) -> tuple[str, Sequence[int]]:
        """Return the slot of a call's results, and the places that they may be for."""
        act = act_of(call.name)
        if act == "speak" and self.commission.film:
            text = str(call.arguments.get("text", ""))
            spoken = self.commission.shooting(self.clip_tool).spoken
            return "voices", [k for k, entry in enumerate(spoken) if text.startswith(entry[2].rstrip("。.!…, "))]
        if act not in ("draw", "edit", "film", "animate"):
            return FILLS[act], ()
        text = str(call.arguments.get("prompt", ""))
        places = self.commission.wording(self.clip_tool).places
        found = places.get(text)
        if found is None:
            found = next((known for words, known in places.items() if words in text), ())
        if act in ("film", "animate"):
            return "clips", () if found == (-1,) else found
        return ("reference", ()) if found == (-1,) else ("pictures", found)

    def _free(self, slot: str, candidates: Sequence[int]) -> int:
        """Return the first place that is neither taken nor tried in this turn; a complete slot is begun anew."""
        held = () if slot in self._full else self.slots[slot]
        tried = self._tried[slot]
        for place in candidates:
            if place not in held and place not in tried:
                return place
        place = 0
        while place in held or place in tried:
            place += 1
        return place


_KIND = {"img_": "image", "vid_": "video", "aud_": "audio"}


def _trouble(result: dict[str, Any]) -> tuple[str, int]:
    """Return what went wrong with a call, or nothing, and how many warnings came with it."""
    error = result.get("error")
    if error is not None:
        return str(error.get("type") or "other"), 0
    data = result.get("data")
    warnings = data.get("warnings") if isinstance(data, dict) else None
    if not isinstance(warnings, list) or not warnings:
        return "", 0
    return "EMPTY_RESULT" if any("silent" in str(text) for text in warnings) else "", len(warnings)


def urls_in(value: Any) -> Iterator[str]:
    """Yield every link in JSON arguments, in their order."""
    if isinstance(value, str):
        if value.startswith("asset://"):
            yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from urls_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from urls_in(part)


def _read(content: str) -> dict[str, Any]:
    try:
        result = orjson.loads(content)
    except ValueError:
        return _UNREADABLE
    return result if isinstance(result, dict) else _UNREADABLE


@lru_cache(maxsize=2048)
def _steps(text: str) -> tuple[tuple[str, int], ...]:
    """Return the tools of a plan, with how often each is to be called."""
    try:
        read = orjson.loads(text)
    except ValueError:
        return ()
    steps = [step for step in read if isinstance(step, dict)] if isinstance(read, list) else []
    named = [(step.get("tool"), step.get("n", 1)) for step in steps]
    return tuple((tool, max(0, n)) for tool, n in named if isinstance(tool, str) and isinstance(n, int))
