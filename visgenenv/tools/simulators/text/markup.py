"""Writing HTML pages from sections, and putting a page's own HTML in order. The templates lie beside this file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from visgenenv.tools.simulators.text.prose import Lang

if TYPE_CHECKING:  # imported when the first page is written: the library stays light to import
    from jinja2 import Environment, Template
    from markupsafe import Markup

_LINK = re.compile(r"(?:https?://|mailto:)[^\s|<>\"']+")
_BULLET = re.compile(r"^[-*•]\s+")
_RULE = re.compile(r"^[\s|:-]+$")
_OUTER_SCRIPT = re.compile(r"<script\b[^>]*\bsrc\s*=[^>]*>(?:[^<]*</script\s*>)?", re.IGNORECASE)
_HTML_TAG = re.compile(r"<html\b[^>]*>", re.IGNORECASE)
_HTML, _BODY = re.compile(r"<html\b", re.IGNORECASE), re.compile(r"<body\b", re.IGNORECASE)
_HEAD_END, _HTML_END = re.compile(r"</head\s*>", re.IGNORECASE), re.compile(r"</html\s*>", re.IGNORECASE)
_LABEL = {"en": "Learn more", "zh": "了解更多"}


class Section(Struct, frozen=True):
    """One section as asked for; `media` are pairs of link and kind."""

    type: str
    heading: str = ""
    text: str = ""
    media: tuple[tuple[str, str], ...] = ()


class Look(Struct, frozen=True):
    """How a page looks: theme, layout, the width of its content in pixels, and its language."""

    theme: str
    layout: str
    width: int
    lang: Lang


class _Block(Struct, frozen=True):
    text: str = ""
    items: tuple[str, ...] = ()


class _Medium(Struct, frozen=True):
    url: str
    kind: str
    alt: str


class _View(Struct, frozen=True):
    type: str
    heading: str
    blocks: tuple[_Block, ...]
    media: tuple[_Medium, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    label: str = ""
    link: str = ""


def write_page(title: str, sections: Iterable[Section], look: Look) -> str:
    """Write a whole page that needs no network; every text is escaped."""
    views = [_view(section, title, look.lang) for section in sections]
    return _render(title, views, look)


@lru_cache(256)
def complete(html: str, title: str, look: Look) -> tuple[str, tuple[str, ...]]:
    """Put HTML in order; return it and what was changed.

    Scripts that would be fetched are dropped; a fragment is wrapped into a page, a page without a body gets one.
    """
    changes = []
    html, dropped = _OUTER_SCRIPT.subn("", html)
    if dropped:
        changes.append(f"{dropped} script{'s' if dropped > 1 else ''} with a src dropped: only inline scripts are kept")
    if not _HTML.search(html):
        changes.append("html without <html> was wrapped into a page")
        html = _wrapped(html, title, look)
    elif not _BODY.search(html):
        changes.append("html without <body> was given one")
        html = _with_body(html)
    return html, tuple(changes)


def _wrapped(html: str, title: str, look: Look) -> str:
    if not _BODY.search(html):
        return _render(title, [], look, html)
    page = _render(title, [], look, "-")
    return f"{page[: page.index('<body')]}{html}\n</html>\n"


def _with_body(html: str) -> str:
    """Put everything behind the head, or behind the <html> tag, into a body."""
    head = _HEAD_END.search(html) or _HTML_TAG.search(html)
    start = head.end() if head else len(html)
    end = _HTML_END.search(html, start)
    stop = end.start() if end else len(html)
    return f"{html[:start]}<body>{html[start:stop]}</body>{html[stop:] or '</html>'}"


def _render(title: str, views: Iterable[_View], look: Look, content: str = "") -> str:
    """Fill the template with sections, or with HTML that stands in their place."""
    from markupsafe import Markup

    layout = "gallery-page" if look.layout == "gallery" else look.layout
    return _template().render(
        title=title, sections=list(views), content=Markup(content), lang=look.lang, theme=look.theme, layout=layout,
        width=look.width, css=_style(look.theme, look.layout),
    )  # fmt: skip


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("visgenenv.tools.simulators.text")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)


@cache
def _template() -> Template:
    return _environment().get_template("page.html")


@cache
def _style(theme: str, layout: str) -> Markup:
    """Return the style of one theme and layout alone."""
    from markupsafe import Markup

    themes = _source("themes.css").splitlines()
    own = next(line for line in themes if line.startswith(f"body.{theme} "))
    return Markup("\n".join([own, _source("base.css").strip(), _source(f"{layout}.css").strip()]))


def _source(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _view(section: Section, title: str, lang: Lang) -> _View:
    """Prepare a section for the template: its paragraphs, its table, its button, and words for its pictures."""
    count = len(section.media)
    name = section.heading or title
    media = tuple(
        _Medium(url, kind, name if count == 1 else f"{name} ({number}/{count})")
        for number, (url, kind) in enumerate(section.media, 1)
    )
    if section.type == "table":
        return _View(section.type, section.heading, (), media, _rows(section.text))
    if section.type == "cta":
        text, label, link = _button(section.text, lang)
        return _View(section.type, section.heading, _blocks(text), media, (), label, link)
    return _View(section.type, section.heading, _blocks(section.text), media)


def _blocks(text: str) -> tuple[_Block, ...]:
    """Part a text into paragraphs and lists."""
    blocks: list[_Block] = []
    items: list[str] = []
    for line in map(str.strip, [*text.splitlines(), ""]):
        if _BULLET.match(line):
            items.append(_BULLET.sub("", line))
            continue
        if items:
            blocks.append(_Block(items=tuple(items)))
            items = []
        if line:
            blocks.append(_Block(line))
    return tuple(blocks)


def _rows(text: str) -> tuple[tuple[str, ...], ...]:
    """Read a table: a line a row, cells parted by `|`, a tab or a comma; all rows get the same number of cells."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not _RULE.match(line)]
    mark = next((mark for mark in ("|", "\t", ",", "\uff0c") if any(mark in line for line in lines)), "|")
    rows = [[cell.strip() for cell in line.strip("|").split(mark)] for line in lines]
    width = max(map(len, rows), default=0)
    return tuple(tuple(row + [""] * (width - len(row))) for row in rows)


def _button(text: str, lang: Lang) -> tuple[str, str, str]:
    """Part the text of a call to action into words, the button's label and its link.

    The line that holds a link is the button's; without one, the last line is its label.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        link = _LINK.search(line)
        if link:
            label = (line[: link.start()] + line[link.end() :]).strip(" |:\uff1a-—")
            return "\n".join(lines[:number] + lines[number + 1 :]), label or _LABEL[lang], link.group()
    return "\n".join(lines[:-1]), lines[-1] if lines else _LABEL[lang], "#top"
