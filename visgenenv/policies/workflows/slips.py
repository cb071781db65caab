"""Slips of the pen in a call: a value the tool does not take, a link copied wrongly, a name misspelt, a gap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from visgenenv.policies.workflows.chance import Chance
from visgenenv.policies.workflows.offer import Offer
from visgenenv.policies.workflows.turns import Call

Kind = Literal["value", "missing", "link", "tool"]

_NEAR_MISSES: dict[str, Any] = {
    "aspect_ratio": "5:3",
    "size": "1000x1000",
    "duration": "7",
    "resolution": "900p",
    "voice_id": "narrator",
    "fit": "fill",
}
"""What people write who have another service in mind."""
_MISSPELT = (("tool_text2image_", "tool_image_generate_"), ("tool_image_edit_", "tool_edit_image_"),
             ("tool_text2video_", "tool_video_generate_"), ("tool_image2video_", "tool_animate_"),
             ("tool_video_composite", "tool_video_merge"), ("tool_music_suno", "tool_music_generate"),
             ("tool_tts_generation", "tool_text2speech"))  # fmt: skip

_RARENESS: dict[Kind, float] = {"value": 0.0, "link": 0.1, "missing": 0.4, "tool": 0.5}
"""The higher, the seldomer."""


class Slip(Struct, frozen=True):
    """A call as it was written by mistake, and what is wrong with it: where, what stands there, what should."""

    kind: Kind
    call: Call
    name: str = ""
    wrong: str = ""
    right: str = ""


def slip_in(call: Call, offer: Offer, chance: Chance, label: str) -> Slip | None:
    """Write a call wrongly in one point, if there is one to miss."""
    found = {slip.kind: slip for slip in chance.several(label, list(_slips(call, offer)), 99)}
    if not found:
        return None
    return found[min(found, key=lambda kind: _RARENESS[kind] + chance.unit(f"{label} {kind}"))]


def _slips(call: Call, offer: Offer) -> Iterator[Slip]:
    schema = offer.schemas.get(call.name, {})
    fields = schema.get("properties", {})
    for name, value in call.arguments.items():
        wrong = _wrong_value(name, value, fields.get(name, {}))
        if wrong is not None:
            yield Slip("value", _with(call, name, wrong), name, str(wrong), str(value))
        link = _first_link(value)
        if link:
            copied = _miscopied(link)
            yield Slip("link", _with(call, name, _replaced(value, link, copied)), name, copied, link)
    for name in schema.get("required", ()):
        if name in call.arguments:
            rest = {key: value for key, value in call.arguments.items() if key != name}
            yield Slip("missing", Call(call.name, rest), name)
    for stem, other in _MISSPELT:
        if call.name.startswith(stem):
            yield Slip("tool", Call(call.name.replace(stem, other), call.arguments), "", "", call.name)


def _wrong_value(name: str, value: Any, field: dict[str, Any]) -> Any:
    """Return a value that the schema of a field refuses, or None."""
    if "enum" in field and isinstance(value, str):
        wrong = _NEAR_MISSES.get(name)
        return wrong if wrong is not None and wrong not in field["enum"] else None
    if isinstance(value, int | float) and not isinstance(value, bool) and "maximum" in field:
        return type(value)(field["maximum"] * 2)
    return None


def _first_link(value: Any) -> str:
    """Return the first asset link in a value."""
    if isinstance(value, str):
        return value if value.startswith("asset://") else ""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((link for part in parts if (link := _first_link(part))), "")


def _replaced(value: Any, old: str, new: str) -> Any:
    """Return a value with a link replaced where it first stands."""
    if isinstance(value, str):
        return new if value == old else value
    if isinstance(value, dict):
        return {key: _replaced(part, old, new) for key, part in value.items()}
    return [_replaced(part, old, new) for part in value] if isinstance(value, list) else value


def _miscopied(link: str) -> str:
    """Return a link with two letters of its id changed places; where these are alike, one of them is another."""
    stem, dot, extension = link.rpartition(".")
    swapped = stem[:-2] + stem[-1] + stem[-2]
    return (swapped if swapped != stem else stem[:-1] + ("a" if stem[-1] != "a" else "b")) + dot + extension


def _with(call: Call, name: str, value: Any) -> Call:
    return Call(call.name, {**call.arguments, name: value})
