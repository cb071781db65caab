"""The web that tool_search_content searches: a fixed corpus of pages, true, bilingual, with distractors among them.

The pages were written for this project (CC0); outdated ones and ones that only share words with a subject are meant.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, lru_cache

import msgspec
from msgspec import Struct

from visgenenv._data import data_dir
from visgenenv.lexicon import COLOURS, SCENES, SUBJECTS, find, name_in
from visgenenv.tools.simulators.search.ranking import Index, terms
from visgenenv.tools.simulators.text.prose import Lang, language, sentences

TODAY = date(2026, 6, 30)
"""The day on which the corpus stands still; `time_range` counts back from it."""

RANGES = {"day": 1, "week": 7, "month": 31, "year": 366}
"""How many days back each `time_range` reaches."""

_LEAST_SCORE = 0.08
_STALE = "2021-06-30"
_OWN_LANGUAGE = 1.15
_TITLES_ONLY = "ultra-fast"
_WINDOW = 3
_ANSWERS = {"basic": 2, "advanced": 4}


class Page(Struct, frozen=True):
    """A page of the corpus. `published` is its day, as YYYY-MM-DD; `image` describes its one picture."""

    url: str
    title: str
    lang: Lang
    published: str
    topic: str
    text: str
    image: str

    @property
    def site(self) -> str:
        """The domain it stands on."""
        return self.url.split("/")[2]

    @property
    def image_url(self) -> str:
        """Where its picture would be; not an asset."""
        return f"https://{self.site}/images/{self.url.rpartition('/')[2]}.jpg"


class Search(Struct, frozen=True):
    """What is looked for and where; dates as YYYY-MM-DD, empty for no bound."""

    query: str
    depth: str = "basic"
    topic: str = "general"
    since: str = ""
    until: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    limit: int = 5


class Hit(Struct, frozen=True):
    """A page found, how well it fits, and what of it answers the query best."""

    page: Page
    score: float
    content: str


@cache
def pages() -> tuple[Page, ...]:
    """Return the corpus, in the order of its file."""
    return msgspec.json.decode((data_dir("tool_specs") / "data" / "pages.json").read_bytes(), type=tuple[Page, ...])


@cache
def _by_url() -> dict[str, Page]:
    return {_bare(page.url): page for page in pages()}


def page_at(url: str) -> Page | None:
    """Return the page of a url, or None; scheme, `www.` and a final slash do not matter."""
    return _by_url().get(_bare(url))


def _bare(url: str) -> str:
    return url.strip().lower().partition("://")[2].removeprefix("www.").partition("#")[0].rstrip("/")


@cache
def _index(titles_only: bool) -> Index:
    return Index([(page.title, "" if titles_only else page.text) for page in pages()])


def first_day(time_range: str) -> str:
    """Return the first day that a `time_range` covers."""
    return (TODAY - timedelta(days=RANGES[time_range])).isoformat()


@lru_cache(512)
def search(wanted: Search) -> tuple[Hit, ...]:
    """Return the pages that answer a query, best first; the same for the same query, always."""
    asked = _asked(wanted)
    own, known = language(wanted.query), pages()
    index = _index(wanted.depth == _TITLES_ONLY)
    hits = []
    for score, number in index.rank(asked.items()):
        page = known[number]
        if score >= _LEAST_SCORE and _fits(page, wanted):
            better = score * _OWN_LANGUAGE if page.lang == own else score
            hits.append((round(min(better, 0.999), 5), page))
    hits.sort(key=lambda hit: -hit[0])
    return tuple(Hit(page, score, _content(page, wanted.depth, asked)) for score, page in hits[: wanted.limit])


def _asked(wanted: Search) -> dict[str, float]:
    """Return the terms looked for; an advanced search also takes in the other language's words for what it knows."""
    asked = dict.fromkeys(terms(wanted.query), 1.0)
    if wanted.depth == "advanced":
        found = find(wanted.query)
        known = [SUBJECTS[one.name] for one in found.subjects]
        known += [SCENES[name] for name in found.scenes] + [COLOURS[name] for name in found.colours]
        for entry in known:
            for lang in ("en", "zh"):
                for term in terms(name_in(entry, lang)):
                    asked.setdefault(term, 0.3)
    return asked


def _fits(page: Page, wanted: Search) -> bool:
    return (
        (wanted.topic == "general" or page.topic == wanted.topic)
        and (not wanted.since or page.published >= wanted.since)
        and (not wanted.until or page.published <= wanted.until)
        and (not wanted.include or any(_on(page.site, domain) for domain in wanted.include))
        and not any(_on(page.site, domain) for domain in wanted.exclude)
    )


def _on(site: str, domain: str) -> bool:
    """Whether a site is a domain or a part of it."""
    domain = domain.strip().lower().rpartition("://")[2].partition("/")[0].removeprefix("www.")
    return site == domain or site.endswith(f".{domain}")


def _content(page: Page, depth: str, asked: dict[str, float]) -> str:
    """Quote a page: the stretch nearest to the query, or for an advanced search the best sentences, in order."""
    lines = sentences(page.text)
    worth = [_worth(line, asked) for line in lines]
    joint = "" if page.lang == "zh" else " "
    if depth == "advanced":
        best = sorted(sorted(range(len(lines)), key=lambda i: (-worth[i], i))[: _WINDOW + 2])
        return joint.join(lines[i] for i in best)
    size = _WINDOW if depth == "basic" else _WINDOW - 1
    starts = range(max(len(lines) - size, 0) + 1)
    start = max(starts, key=lambda i: (sum(worth[i : i + size]), -i))
    return joint.join(lines[start : start + size])


def _worth(line: str, asked: dict[str, float]) -> float:
    index, said = _index(False), frozenset(terms(line))
    return sum(index.weight(term) * share for term, share in asked.items() if term in said)


@lru_cache(512)
def answer(hits: tuple[Hit, ...], query: str, kind: str) -> str:
    """Answer a query with the best sentences of the best pages, in the query's language where a page has it."""
    own, asked = language(query), dict.fromkeys(terms(query), 1.0)
    good = [hit for hit in hits if hit.score >= hits[0].score * 0.5]
    good = [hit for hit in good if hit.page.lang == own] or good
    good = [hit for hit in good if hit.page.published >= _STALE] or good
    told = [
        (_worth(line, asked) * hit.score + (0.2 if place == 0 else 0), -number, -place, line)
        for number, hit in enumerate(good[:3])
        for place, line in enumerate(sentences(hit.page.text))
    ]
    best = sorted(sorted(told, reverse=True)[: _ANSWERS[kind]], key=lambda one: (-one[1], -one[2]))
    return ("" if own == "zh" else " ").join(dict.fromkeys(line for *_, line in best))
