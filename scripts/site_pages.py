"""What `mkdocs.yml` cannot say about the site: pages that stand outside of docs/, their links, and the tools by category.

Files in the repository link to each other as they lie there, so that links work on GitHub and in an editor. On the
site every file outside of docs/ that a page links to becomes a page (Markdown, Python) or a file at the same path; the
README is the first page. Links are rewritten accordingly; one that leads nowhere stays as it is and fails the build.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"(?<=\]\()(?P<target>(?!https?:|mailto:|#)[^)\s#]+)(?=[)#\s])")
FENCE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
CATEGORY = re.compile(r"^## (?P<name>.+)$|\((?P<page>tools/tool_\w+\.md)\)", re.MULTILINE)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Write into the navigation what it names by pattern only: tools, examples, experiments."""
    entries = []
    for entry in config.nav or ():
        (name, target), *_ = entry.items()
        if name == "Tools":
            target = [{"Catalogue": target}, *_tools_by_category()]
        elif target == "examples/*.md":
            target = [
                {path.relative_to(ROOT / "examples").with_suffix("").as_posix(): _uri(path)} for path in _examples()
            ]
        elif isinstance(target, str) and "*" in target:
            target = [path.relative_to(DOCS).as_posix() for path in sorted(DOCS.glob(target))]
        entries += [{name: target}] if target else []
    config.nav = entries
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the README as first page, and what pages link to outside of docs/."""
    _outside.cache_clear()  # `mkdocs serve` builds again and again
    for path in sorted(_outside()):
        if path.suffix in (".md", ".py"):
            files.append(File.generated(config, _uri(path), content=_content(path)))
        else:
            files.append(File.generated(config, _uri(path), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Let the links of a page lead to where the site has their targets."""
    uri = page.file.src_uri
    source = next((path for path in _outside() if _uri(path) == uri), DOCS / uri)
    parts = FENCE.split(markdown)
    parts[::2] = [LINK.sub(lambda link: _on_site(link["target"], source, uri), part) for part in parts[::2]]
    return "".join(parts)


def _tools_by_category() -> Iterator[dict[str, Any]]:
    """Yield the sections of the catalogue that hold tools, with their pages."""
    pages: dict[str, list[str]] = {}
    section = ""
    for found in CATEGORY.finditer((DOCS / "tools.md").read_text("utf-8")):
        if found["name"]:
            section = found["name"]
        else:
            pages.setdefault(section, []).append(found["page"])
    return ({name: [{Path(page).stem.removeprefix("tool_"): page} for page in found]} for name, found in pages.items())


def _examples() -> list[Path]:
    return sorted((ROOT / "examples").rglob("*.py"))


@cache
def _outside() -> frozenset[Path]:
    """Return every file outside of docs/ that a page of the site links to, the README and all examples among them."""
    found = {ROOT / "README.md", *_examples()}
    unread = {*found, *DOCS.rglob("*.md")}
    while unread:
        page = unread.pop()
        new = (
            {path for path in _targets(page) if not path.is_relative_to(DOCS)} - found
            if page.suffix == ".md"
            else set()
        )
        found |= new
        unread |= new
    return frozenset(found)


def _targets(page: Path) -> Iterator[Path]:
    for part in FENCE.split(page.read_text("utf-8"))[::2]:
        for link in LINK.finditer(part):
            path = (page.parent / link["target"]).resolve()
            if path.is_file() and path.is_relative_to(ROOT):
                yield path


def _uri(path: Path) -> str:
    """Return where the site has a file of the repository."""
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS).as_posix()
    if path == ROOT / "README.md":
        return "index.md"
    return path.relative_to(ROOT).with_suffix(".md" if path.suffix == ".py" else path.suffix).as_posix()


def _content(path: Path) -> str:
    text = path.read_text("utf-8")
    return f"# {path.relative_to(ROOT).as_posix()}\n\n````python\n{text}````\n" if path.suffix == ".py" else text


def _on_site(target: str, source: Path, uri: str) -> str:
    path = (source.parent / target).resolve()
    if not path.is_file() or not path.is_relative_to(ROOT):
        return target
    return posixpath.relpath(_uri(path), posixpath.dirname(uri) or ".")
