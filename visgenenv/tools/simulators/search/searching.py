"""tool_search_content: pages of the fact base, found by a query or read by url, kept as one text."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.search import factbase
from visgenenv.tools.simulators.search.factbase import Hit, Page, Search
from visgenenv.types import Asset, Recipe, ToolResult

_FOR_QUERIES = ("search_depth", "topic", "time_range", "start_date", "end_date", "max_results", "include_answer",
                "include_raw_content", "include_image_descriptions", "include_domains", "exclude_domains", "country")  # fmt: skip
_FOR_URLS = ("extract_depth", "format")


def tool_search_content(
    call: Invocation,
    *,
    query: str | None = None,
    urls: list[str] | None = None,
    search_depth: str,
    topic: str,
    time_range: str | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
    max_results: int,
    include_answer: bool | str,
    include_raw_content: bool | str,
    include_images: bool,
    include_image_descriptions: bool,
    include_domains: list[str],
    exclude_domains: list[str],
    country: str | None = None,
    extract_depth: str,
    format: str,
) -> ToolResult:
    """Tavily: pages that answer a query, or the texts of pages whose urls are known."""
    if query is None:
        return _extract(call, urls or [], extract_depth, format, include_images)
    wanted = Search(
        query, search_depth, topic, *_span(call, time_range, start_date, end_date),
        tuple(include_domains), tuple(exclude_domains), max_results,
    )  # fmt: skip
    hits = () if call.quirk("no_results") else factbase.search(wanted)
    wait = call.latency(*call.spec.latency["search"][search_depth])
    data: dict[str, Any] = {
        "query": query,
        "results": [_result(hit, include_raw_content, topic) for hit in hits],
        "images": _images(hits, include_image_descriptions) if include_images else [],
        "response_time": round(wait * call.latency_scale, 2),
    }
    if include_answer and hits:
        data["answer"] = factbase.answer(hits, query, "advanced" if include_answer == "advanced" else "basic")
    _warn(call, data, _FOR_URLS, "a query")
    found = [_write(call, _told(hits), "search")] if hits else []
    cost = call.spec.price["per_credit"] * call.spec.price["search_credits"][search_depth]
    return call.done(*found, data=data, latency=(wait, wait), cost=cost)


def _span(call: Invocation, time_range: str | None, start: str | None, end: str | None) -> tuple[str, str]:
    """Return the first and the last day allowed; refuse dates that are none, or in the wrong order."""
    since, until = start or "", end or ""
    for name, day in (("start_date", since), ("end_date", until)):
        if day and not _is_day(day):
            call.refuse(f"$.{name}: {day!r} is no day of the calendar; expected YYYY-MM-DD", code="400")
    if since and until and since > until:
        call.refuse(f"start_date {since} is after end_date {until}", code="400")
    return (max(since, factbase.first_day(time_range)) if time_range else since), until


@lru_cache(1024)
def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _result(hit: Hit, raw: bool | str, topic: str) -> dict[str, Any]:
    page = hit.page
    told = {"title": page.title, "url": page.url, "content": hit.content, "score": hit.score}
    if topic == "news":
        told["published_date"] = page.published
    return told | {"raw_content": _raw(page, "text" if raw == "text" else "markdown")} if raw else told


def _raw(page: Page, form: str) -> str:
    return f"# {page.title}\n\n{page.text}" if form == "markdown" else f"{page.title}\n\n{page.text}"


def _images(hits: tuple[Hit, ...], described: bool) -> list[Any]:
    pages = [hit.page for hit in hits]
    return [{"url": p.image_url, "description": p.image} if described else p.image_url for p in pages]


@lru_cache(512)
def _told(hits: tuple[Hit, ...]) -> str:
    """Write what was found as a text: the words first, and below each where they stand."""
    return "\n\n".join(f"{hit.content}\n{_source(hit.page)}" for hit in hits)


def _source(page: Page) -> str:
    return f"— {page.title}, {page.published}, {page.url}"


def _extract(call: Invocation, urls: list[str], depth: str, form: str, images: bool) -> ToolResult:
    """Read pages by url; those that are unknown, and now and then one that is known, end up in `failed_results`."""
    results: list[dict[str, Any]] = []
    failed, read = [], []
    rate = call.spec.quirks["page_fails"] * call.fault_scale
    for index, url in enumerate(urls):
        page = factbase.page_at(url)
        if page is None:
            failed.append({"url": url, "error": "Failed to fetch url: the page was not found"})
        elif rate and call.draw(f"page {index}") < rate:
            failed.append({"url": url, "error": "Failed to fetch url: the site did not answer in time"})
        else:
            read.append(page)
            results.append(
                {"url": url, "raw_content": _read(page, depth, form), "images": [page.image_url] if images else []}
            )
    wait = call.latency(*call.spec.latency["extract"])
    data = {"results": results, "failed_results": failed, "response_time": round(wait * call.latency_scale, 2)}
    _warn(call, data, _FOR_QUERIES, "urls")
    text = "\n\n".join([f"{page.text}\n{_source(page)}" for page in read])
    assets = [_write(call, text, "pages")] if read else []
    credits = call.spec.price["extract_credits"][depth] * -(-len(read) // 5)
    return call.done(*assets, data=data, latency=(wait, wait), cost=call.spec.price["per_credit"] * credits)


def _read(page: Page, depth: str, form: str) -> str:
    """Return a page's text; an advanced extraction also brings its date and the caption of its picture."""
    text = _raw(page, form)
    if depth == "advanced":
        caption = f"![{page.image}]({page.image_url})" if form == "markdown" else page.image
        text += f"\n\n{page.published}\n\n{caption}"
    return text


def _warn(call: Invocation, data: dict[str, Any], names: tuple[str, ...], mode: str) -> None:
    """Say which of the parameters given have no effect here."""
    given = call.call.arguments
    idle = [name for name in names if name in given and given[name] != call.spec.defaults.get(name)]
    if given.get("country") and "country" not in idle:
        idle.append("country")
    if idle:
        data["warnings"] = [f"no effect with {mode}: {', '.join(idle)}"]


def _write(call: Invocation, text: str, subtype: str) -> Asset:
    return call.mint("text", "txt", "text/plain", Recipe("document", call.seed(), {"text": text}), subtype=subtype)
