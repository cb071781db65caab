"""tool_search_inspire: pictures and clips of the stock library, each found one an asset."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from visgenenv.lexicon import COLOURS
from visgenenv.media.truth import recipe_truth
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.search import stock
from visgenenv.tools.simulators.search.stock import Entry
from visgenenv.tools.simulators.search.stock_ranking import Wanted, nearest_colour, page_of, rank, read_query
from visgenenv.tools.simulators.text.prose import Lang, language
from visgenenv.types import Asset, Recipe, ToolResult


def tool_search_inspire(
    call: Invocation,
    *,
    query: str,
    media_type: str,
    count: int,
    orientation: str | None = None,
    color: str | None = None,
    style_tags: list[str],
    page: int,
    image: str | None = None,
) -> ToolResult:
    """Pictures and clips of a stock library; each one found becomes an asset, related to nothing the user has."""
    colour = _colour(call, color) if color else ""
    asked = read_query(query, tuple(style_tags))
    if image is not None:
        asked = _similar(asked, call.asset(image))
    found = rank(asked, media_type, orientation or "", colour)
    entries = _as_delivered(call, page_of(found, page, count), found.exact)
    lang = _language(query)
    items, assets = [], []
    for entry in entries:
        asset = _mint(call, entry)
        assets.append(asset)
        items.append({"asset_id": asset.id, "url": asset.url, **_card(entry.number, lang)})
    data: dict[str, Any] = {"items": items, "page": page, "total_results": len(found.matches)}
    return call.done(*assets, data=data, cost=call.spec.price["per_call"])


def _colour(call: Invocation, color: str) -> str:
    colour = nearest_colour(color)
    if not colour:
        names = ", ".join(COLOURS)
        call.refuse(f"$.color: {color!r} is not a colour we know; expected #RRGGBB or one of {names}")
    return colour


def _similar(asked: Wanted, picture: Asset) -> Wanted:
    """Ask also for what a picture shows: its subjects, its place and its style."""
    shown = recipe_truth(picture.recipe)
    return Wanted(
        tuple(dict.fromkeys([*[one.name for one in shown.subjects], *asked.subjects])),
        tuple(dict.fromkeys([*([shown.scene] if shown.scene else []), *asked.scenes])),
        tuple(dict.fromkeys([*([shown.style] if shown.style else []), *asked.styles])),
        asked.colours,
        asked.lights,
    )


def _as_delivered(call: Invocation, entries: list[Entry], exact: bool) -> list[Entry]:
    """Return what arrives: now and then fewer, and where nothing fits in every respect sometimes nothing."""
    if entries and not exact and call.quirk("no_items"):
        return []
    if len(entries) > 1 and call.quirk("fewer_items"):
        return entries[: (len(entries) + 1) // 2]
    return entries


def _mint(call: Invocation, entry: Entry) -> Asset:
    recipe = _recipe(entry.number)
    if not entry.seconds:
        return call.mint("image", "jpg", "image/jpeg", recipe, width=entry.width, height=entry.height)
    frames, fps = entry.seconds * entry.fps, (entry.fps, 1)
    return call.mint(
        "video", "mp4", "video/mp4", recipe, width=entry.width, height=entry.height, n_frames=frames, fps=fps
    )


_language = lru_cache(1024)(language)


@lru_cache(16384)
def _recipe(number: int) -> Recipe:
    entry = stock.library()[number]
    prompt = stock.describe(number, "en")
    if not entry.seconds:
        return Recipe("scene", entry.seed, {"prompt": prompt})
    return Recipe("shot", entry.seed, {"prompt": prompt, "seconds": float(entry.seconds), "audio": False})


@lru_cache(16384)
def _card(number: int, lang: Lang) -> dict[str, Any]:
    """Return what the library says of an entry; shared between results, so nobody may change it."""
    entry = stock.library()[number]
    title = stock.describe(number, lang)
    card: dict[str, Any] = {
        "title": title[0].upper() + title[1:],
        "media_type": "video" if entry.seconds else "image",
        "width": entry.width,
        "height": entry.height,
        "source": entry.source,
        "tags": list(stock.tags(number, lang)),
        "dominant_color": stock.hex_of(entry.colour),
        "license": entry.licence,
    }
    return card | {"duration": entry.seconds, "fps": entry.fps} if entry.seconds else card
