"""tool_html_builder: real HTML pages that show the episode's assets."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct, structs

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.text.markup import Look, Section, complete, write_page
from visgenenv.tools.simulators.text.prose import language as read_language
from visgenenv.tools.spec import ToolSpec
from visgenenv.types import Asset, Recipe, ToolResult

_LINK = re.compile(r"asset://[A-Za-z0-9_.-]+")


def tool_html_builder(
    call: Invocation,
    *,
    title: str,
    html: str | None = None,
    sections: list[dict[str, Any]] | None = None,
    theme: str,
    layout: str,
    width: int,
    language: str,
    embed_assets: bool,
) -> ToolResult:
    """Build a page from sections or from HTML; asset links stay `asset://...` until it is exported."""
    if html is not None:
        look = Look(theme, layout, width, read_language(title, language))
        page, shown, warnings = _from_html(call, html, title, look)
        result = _deliver(call, page, shown, warnings, embed_assets)
        return structs.replace(result, inputs=tuple([asset.id for asset in shown])) if shown else result
    written = not any(section.get("heading") or section.get("text") for section in sections or ())
    if written:
        (late,) = call.output_faults(1)
        if late is not None:
            return call.fail(late)
    cited = [call.asset(one) for section in sections or () if "assets" in section for one in section["assets"]]
    media = tuple([(asset.url, asset.kind) for asset in cited])
    built = _from_sections(call.spec, title, orjson.dumps(sections), media, (theme, layout, width, language), written)
    if isinstance(built, Unfit):
        call.refuse(built.message)
    shown = list({asset.id: asset for asset in cited}.values())
    return _deliver(call, built, shown, [], embed_assets, written)


class Unfit(Struct, frozen=True):
    """Why a page cannot be built from its sections."""

    message: str


@lru_cache(256)
def _from_sections(
    spec: ToolSpec,
    title: str,
    sections: bytes,
    media: tuple[tuple[str, str], ...],
    look: tuple[str, str, int, str],
    written: bool,
) -> str | Unfit:
    """Write the page of sections given as JSON; `media` are the links and kinds of what they cite, in order."""
    asked = orjson.loads(sections)
    said = "".join([title, *[section.get("text", "") for section in asked]])
    lang = read_language(said, look[3])
    parts, left = [], iter(media)
    for index, section in enumerate(asked):
        own = tuple(next(left) for _ in section.get("assets", ()))
        problem = _unfit(spec.tables, f"$.sections[{index}].assets", section["type"], own)
        if problem:
            return Unfit(problem)
        heading, text = section.get("heading", ""), section.get("text", "")
        if written:
            heading, text = [line.format(title=title) for line in spec.tables["written"][lang][section["type"]]]
        parts.append(Section(section["type"], heading, text, own))
    return write_page(title, parts, Look(*look[:3], lang))


def _unfit(tables: dict[str, Any], place: str, type: str, media: tuple[tuple[str, str], ...]) -> str:
    """Say why a section cannot show what it cites; nothing if it can."""
    kinds = tables["section_kinds"][type]
    for i, (url, kind) in enumerate(media):
        if kind not in kinds:
            expected = " or ".join(map(repr, kinds)) or "no asset"
            return f"{place}[{i}]: {url} is of kind {kind!r}, a section of type {type!r} takes {expected}"
    if not media and type in tables["needs_assets"]:
        return f"{place}: a section of type {type!r} shows nothing without an asset"
    return ""


def _from_html(call: Invocation, html: str, title: str, look: Look) -> tuple[str, list[Asset], list[str]]:
    """Complete raw HTML, and look up what it links to; unknown links stay, broken, as in a browser."""
    page, changes = complete(html, title, look)
    known = {link: call.workspace.find(link) for link in _links(page)}
    if any(asset is not None and asset.url != link for link, asset in known.items()):
        page = _LINK.sub(lambda match: asset.url if (asset := known[match.group()]) else match.group(), page)
    warnings = [*changes, *[f"broken link: there is no asset {link}" for link, asset in known.items() if asset is None]]
    given = [name for name in ("theme", "layout", "width") if name in call.call.arguments]
    if given and not any("wrapped" in change for change in changes):
        warnings.append(f"no effect on html that is a page already: {', '.join(given)}")
    return page, list({asset.id: asset for asset in known.values() if asset}.values()), warnings


@lru_cache(256)
def _links(page: str) -> tuple[str, ...]:
    """Return the asset links of a page, each once."""
    return tuple(dict.fromkeys(_LINK.findall(page)))


@lru_cache(256)
def _size(page: str) -> int:
    """Return a page's exact bytes as UTF-8."""
    return len(page.encode("utf-8", "replace"))


def _deliver(
    call: Invocation, page: str, shown: list[Asset], warnings: list[str], embed: bool, written: bool = False
) -> ToolResult:
    """Mint the page and tell what it holds."""
    spec, size = call.spec, _size(page)
    if embed and (shown or size > 1e6):
        _check_weight(call, size, shown)
    recipe = Recipe("document", call.seed(), {"text": page}, tuple([asset.recipe for asset in shown]))
    parents = tuple([(asset.id, "source") for asset in shown])
    asset = call.mint("document", "html", "text/html", recipe, subtype="page", parents=parents)
    links = [one.url for one in shown]
    data: dict[str, Any] = {"url": asset.url, "size_bytes": size, "referenced_assets": links}
    if warnings:
        data["warnings"] = warnings
    if written:
        return call.done(asset, data=data, latency=spec.latency["written"], cost=spec.price["written"])
    return call.done(asset, data=data, cost=spec.price["template"])


def _check_weight(call: Invocation, size: int, shown: list[Asset]) -> None:
    """Refuse a page that would be too heavy with its assets inside it, in base64."""
    tables = call.spec.tables
    megabytes = (size + sum([_weight(asset, tables) for asset in shown]) * 4 / 3) / 1e6
    if megabytes > tables["max_megabytes"]:
        message = f"the page would have about {megabytes:.0f} MB with its assets embedded; at most {tables['max_megabytes']} MB"
        call.refuse(f"{message}. Use smaller assets, or embed_assets false.", "TOO_LARGE", "", 413)


def _weight(asset: Asset, tables: dict[str, Any]) -> float:
    """Estimate the bytes of an asset's file: pictures by area, films by area and frames, sounds by length."""
    if asset.kind == "image":
        return float(asset.width * asset.height * tables["bytes_per_pixel"].get(asset.mime, 1.5))
    if asset.kind == "video":
        return float(asset.width * asset.height * asset.n_frames * tables["bytes_per_film_pixel"])
    return float(asset.duration * tables["bytes_per_second"].get(asset.mime, 24_000))
