"""The calls of one tool: how many, saying what, working on which files. One function for what each act does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from visgenenv.control.commission import FILLS, act_of
from visgenenv.control.filling import NOTHING, filled
from visgenenv.control.layout import Choice
from visgenenv.control.planning import amount
from visgenenv.control.standing import Made, Standing
from visgenenv.policies.workflows.craft import about, noise, prompt, tune
from visgenenv.policies.workflows.images import numbered
from visgenenv.policies.workflows.shapes import (
    BATCHES,
    CLIP_SECONDS,
    KLING,
    VEO,
    clip_length,
    film_ratio,
    knows_shapes,
    shape_arguments,
)
from visgenenv.policies.workflows.turns import Call
from visgenenv.policies.workflows.words import reworded

MAX_PROMPT = 700
"""Characters of the request that a prompt repeats."""


_USUAL = {
    "edit": ("reference", "upload", "pictures", "others"),
    "animate": ("pictures", "reference", "upload", "others"),
    "cut": ("clips", "cuts", "upload", "pictures", "others"),
    "title": ("cuts", "clips", "others"),
    "pace": ("upload", "cuts", "clips", "others"),
    "image": ("pictures", "reference", "others"),
    "video": ("titled", "cuts", "clips", "others"),
}
"""What is usually worked on, or handed over as the answer to a request for pictures or film: the first that fits."""
_KINDS = {"edit": "image", "animate": "image", "title": "video", "pace": "video", "image": "image", "video": "video"}


def held_in(standing: Standing, source: str, purpose: str = "") -> list[Made]:
    """Return what a source holds, in the order of its places; the usual one depends on the purpose."""
    if source == "usual":
        source = usual(standing, purpose)
    if source == "upload":
        return _brought(standing)
    slot = standing.slots.get(source, {})
    return [slot[place] for place in sorted(slot)]


def usual(standing: Standing, purpose: str) -> str:
    """Return the source that is usual for a purpose: the first that holds something of the kind; "" if none does."""
    kind = _KINDS.get(purpose)
    for source in _USUAL.get(purpose, ()):
        held = _brought(standing) if source == "upload" else standing.slots[source].values()
        if any(made.kind == kind if kind else made.kind != "audio" for made in held):
            return source
    return ""


def _brought(standing: Standing) -> list[Made]:
    """Return the user's own files."""
    brief = standing.commission.brief
    files = (("image", brief.picture), ("video", brief.footage), ("audio", brief.song))
    return [Made({"url": url, "kind": kind}, True) for kind, url in files if url]


def shown_by(standing: Standing, tool: str, choice: Choice) -> str:
    """Return what prompts say; of a plan's next step: the reference where others are to be drawn from it, else as listed."""
    if choice.show != "planned":
        return choice.show
    brief, act = standing.commission.brief, act_of(tool)
    edits = any(n and act_of(name) == "edit" for name, n in standing.planned.items())
    if act == "draw" and edits and not brief.picture and not standing.slots["reference"]:
        return "reference"
    if act != "draw" or standing.commission.film or brief.items or brief.variety:
        return "each"
    return "each" if standing.planned[tool] >= brief.count > 1 else "all"


def chosen(standing: Standing, slot: str, count: str) -> list[int]:
    """Return the places to be worked on."""
    everything = list(range(standing.wanted(slot)))
    if count == "asked":
        return standing.missing(slot) or everything
    if count == "one":
        flawed = [place for place, made in sorted(standing.slots[slot].items()) if made.flaws and place in everything]
        return (standing.missing(slot) or flawed or everything)[:1]
    return (everything * 2)[: amount(count, len(everything))]


def _draw(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    shape, choice = _shape(standing, tool, choice), replace(choice, show=shown_by(standing, tool, choice))
    if choice.show == "reference":
        for _ in range(amount(choice.count, 1)):
            yield Call(tool, {"prompt": _worded(standing, standing.commission.reference, "reference", 0)} | shape)
        return
    number, batch = BATCHES.get(tool, ("", 1))
    for text, n, first in _batches(standing, choice, chosen(standing, "pictures", choice.count), batch):
        words = _worded(standing, text, "pictures", first)
        yield Call(tool, {"prompt": words} | shape | ({number: n} if number and n > 1 else {}))


def _edit(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    shape, choice = _shape(standing, tool, choice), replace(choice, show=shown_by(standing, tool, choice))
    sources = _images(standing, choice, "edit")
    if choice.show == "reference":
        for _ in range(amount(choice.count, 1)):
            words = _worded(standing, standing.commission.reference, "reference", 0)
            yield Call(tool, {"prompt": words, "images": sources[:1]} | shape)
        return
    for place in chosen(standing, "pictures", choice.count):
        words = _worded(standing, _prompt(standing, choice, place, 1), "pictures", place)
        image = [sources[place % len(sources)]] if sources else []
        yield Call(tool, {"prompt": words, "images": image} | shape)


def _shape(standing: Standing, tool: str, choice: Choice) -> dict[str, Any]:
    return shape_arguments(tool, standing.commission.size(choice.shape))[0] if knows_shapes(tool) else {}


def _batches(standing: Standing, choice: Choice, places: Sequence[int], batch: int) -> Iterator[tuple[str, int, int]]:
    """Yield prompt, number of pictures and first place: places in turn that share a description share a call."""
    brief = standing.commission.brief
    for text, run in groupby(places, lambda place: _description(standing, choice, place)):
        group = list(run)
        for k in range(0, len(group), batch):
            said = text if len(group) <= batch else numbered(brief, text, k // batch + 1)
            words = standing.commission.query[:MAX_PROMPT] if choice.show == "request" else prompt(brief, said)
            yield words, min(batch, len(group) - k), group[k]


def _description(standing: Standing, choice: Choice, place: int) -> str:
    """Return what a place shows, where it is not drawn from another picture."""
    if choice.show != "each":
        return ""
    wording = standing.commission.wording(standing.clip_tool)
    rest = place = place % len(wording.shown)
    for text, n in wording.bundles:
        if rest < n:
            return text or wording.shown[place]
        rest -= n
    return wording.shown[place]


def _prompt(standing: Standing, choice: Choice, place: int, edit: int) -> str:
    """Word one place's prompt."""
    commission = standing.commission
    if choice.show == "request":
        return commission.query[:MAX_PROMPT]
    if choice.show == "reference":
        return commission.reference
    if choice.show == "all":
        return prompt(commission.brief, edit=bool(edit))
    prompts = commission.wording(standing.clip_tool).prompts
    return prompts[place % len(prompts)][edit]


def _worded(standing: Standing, text: str, slot: str, place: int, parameter: str = "prompt") -> str:
    """Word a text anew as often as it was blocked."""
    times = standing.blocked[slot, place]
    return reworded(parameter, text, times) if times else text


def _images(standing: Standing, choice: Choice, purpose: str) -> list[str]:
    return [made.url for made in held_in(standing, choice.source, purpose) if made.kind == "image"]


def _clips(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    commission, known = standing.commission, KLING if tool == KLING else VEO
    choice = replace(choice, show=shown_by(standing, tool, choice))
    needed = commission.shooting(tool).seconds
    lengths = {"short": CLIP_SECONDS[known][0], "long": CLIP_SECONDS[known][-1]}
    animate = act_of(tool) == "animate"
    for place in chosen(standing, "clips", choice.count):
        seconds = lengths.get(choice.length) or clip_length(known, needed[place % len(needed)])
        length: dict[str, Any] = {"duration": str(seconds)} if tool == KLING else {"duration_seconds": seconds}
        words = _worded(standing, _prompt(standing, choice, place, 0), "clips", place)
        if not animate:
            ratio = "9:16" if film_ratio(commission.size(choice.shape)) in ("9:16", "3:4") else "16:9"
            yield Call(tool, {"prompt": words, "aspect_ratio": ratio, "generate_audio": False} | length)
        elif (image := _frame(standing, choice, place)) is not None:
            yield Call(tool, {"image": image, "prompt": words} | length)


def _frame(standing: Standing, choice: Choice, place: int) -> str | None:
    """Return the picture a clip begins with: its own, or the only one; a link to nothing if there is none at all."""
    images = _images(standing, choice, "animate")
    if len(images) <= 1:
        return images[0] if images else NOTHING
    source = usual(standing, "animate") if choice.source == "usual" else choice.source
    made = standing.slots[source].get(place)
    return made.url if made is not None and made.kind == "image" else None


def _speak(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    commission = standing.commission
    brief = commission.brief
    spoken = commission.shooting(standing.clip_tool).spoken if commission.film else ()
    for place in chosen(standing, "voices", choice.count):
        text = spoken[place % len(spoken)][2] if spoken else about(brief)
        (way,) = commission.offer.speak(text, brief.lang, narrator=not brief.lines)
        yield Call(tool, way.arguments | {"text": _worded(standing, text, "voices", place, "text")})


def _compose(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    for place in chosen(standing, "music", choice.count):
        words = _worded(standing, tune(standing.commission.brief), "music", place)
        yield Call(tool, {"prompt": words, "instrumental": True})


def _sound(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    commission = standing.commission
    seconds = commission.shooting(standing.clip_tool).film_seconds if commission.film else 5.0
    for place in chosen(standing, "effects", choice.count):
        words = _worded(standing, noise(commission.brief), "effects", place)
        yield Call(tool, {"prompt": words, "duration_seconds": max(0.5, min(30.0, seconds))})


def _plain(standing: Standing, tool: str, choice: Choice) -> Iterator[Call]:
    """Call a tool without a template of its own, on the source's files first, then on the newest of their kind."""
    commission = standing.commission
    everything = [made for slot in standing.slots.values() for made in slot.values()]
    urls = [made.url for made in (*held_in(standing, choice.source), *reversed(everything))]
    urls += commission.brief.uploads
    own = len(held_in(standing, choice.source)) or 1

    def find(prefix: str) -> list[str]:
        fitting = [url for url in urls if url.startswith(f"asset://{prefix}")]
        return list(dict.fromkeys(fitting))[:own]

    arguments = filled(tool, commission.offer.schemas.get(tool, {}), about(commission.brief), find)
    for _ in chosen(standing, FILLS[act_of(tool)], choice.count):
        yield Call(tool, arguments)


Writer = Callable[[Standing, str, Choice], Iterator[Call]]
"""Yields the calls that a choice asks of a tool."""

WRITERS: dict[str, Writer] = {
    "draw": _draw, "edit": _edit, "film": _clips, "animate": _clips, "speak": _speak, "compose": _compose,
    "sound": _sound, "": _plain,
}  # fmt: skip
"""By what a tool does."""
