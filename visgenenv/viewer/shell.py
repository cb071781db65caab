"""The page around the data: style, script, and the policy that lets nothing else run."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from visgenenv.rewards import PRESETS
from visgenenv.viewer.episode import to_text

MARK = b'<meta name="generator" content="visgenenv">'
"""By which a page of ours is known."""

_SCRIPTS = ("dom", "data", "list", "charts", "figures", "episode", "graph", "compare", "group", "app")


def page(index: Mapping[str, Any], episodes: Iterable[tuple[int, str]] = ()) -> bytes:
    """Return the page as UTF-8.

    Args:
        index: The list, with `title`, `mode` ("inline", "shards" or "server") and `preset`.
        episodes: Number and JSON (as `to_text` writes it) of the episodes that stand in the page itself.
    """
    whole = {**index, "presets": list(PRESETS)}
    blocks = [("index", Markup(to_text(whole)))]
    blocks += [(f"episode-{number}", Markup(text)) for number, text in episodes]
    style, script = sources()
    text = _template().render(
        title=index["title"],
        policy=policy(str(index["mode"])),
        style=Markup(style),
        script=Markup(script),
        blocks=blocks,
    )
    return text.encode("utf-8", "replace")


def policy(mode: str) -> str:
    """Return the Content-Security-Policy of a page: only its own style and script, and files beside it."""
    style, script = (b64encode(sha256(text.encode()).digest()).decode() for text in sources())
    beside = "'self'" if mode == "server" else "'self' file:"
    shards = f" {beside}" if mode == "shards" else ""
    asked = "'self'" if mode == "server" else "'none'"
    return (
        f"default-src 'none'; script-src 'sha256-{script}'{shards}; style-src 'sha256-{style}'; "
        f"img-src {beside} data:; media-src {beside}; connect-src {asked}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types visgenenv"
    )


@cache
def sources() -> tuple[str, str]:
    """Return style and script, each in one piece: modules could not be loaded by a page that is opened from a disk."""
    folder = files("visgenenv.viewer") / "templates"
    parts = [(folder / f"{name}.js").read_text("utf-8") for name in _SCRIPTS]
    return (folder / "page.css").read_text("utf-8"), '(() => {\n"use strict";\n' + "\n".join(parts) + "\n})();"


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("visgenenv.viewer"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")
