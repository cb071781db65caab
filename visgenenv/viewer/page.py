"""Writing the page: overview, episodes, figures, style and script in one file that needs nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from visgenenv.viewer.figures import bare, draw_figures
from visgenenv.viewer.play import Play
from visgenenv.viewer.transcript import Figures, overview, transcript

MEGABYTE = 1_000_000
_MARK = b'<meta name="generator" content="visgenenv">'


def write_page(
    plays: Sequence[Play],
    folder: str | Path,
    *,
    title: str = "VisGenEnv episodes",
    max_mb: float = 30.0,
    film_height: int = 360,
    workers: int = 1,
    tick: Callable[[int], None] | None = None,
) -> Path:
    """Write `folder/index.html` and the pictures, films and sounds it shows below `folder/media`.

    Args:
        plays: The episodes in the order of the page; those with `full` are shown with films and full pictures.
        folder: Made if missing. An earlier page of ours there, and its media, are replaced; all else is left alone.
        title: Of the page.
        max_mb: Megabytes that page and figures together may take.
        film_height: Of films, in pixels; 0 keeps films in their own size.
        workers: Processes that draw at the same time.
        tick: Called with the number of figures done (of all assets of all episodes).

    Returns:
        The path of the page.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    _clear(path)
    blank = {(play.anchor, asset.id): bare(play, asset) for play in plays for asset in play.trajectory.assets}
    room = int(max_mb * MEGABYTE) - int(1.1 * len(_render(plays, blank, title)))
    figures = draw_figures(plays, folder, room, film_height, workers, tick)
    path.write_bytes(_render(plays, figures, title))
    return path


def _clear(path: Path) -> None:
    """Remove the media of a page that we wrote earlier in the same place, and of no other."""
    if path.is_file() and _MARK in path.read_bytes()[:1000]:
        shutil.rmtree(path.parent / "media", ignore_errors=True)


def _render(plays: Sequence[Play], figures: Figures, title: str) -> bytes:
    """Return the page as UTF-8; what UTF-8 cannot carry (lone surrogates) becomes a question mark."""
    names = list(dict.fromkeys(name for play in plays for name in play.record.components))
    policies = list(dict.fromkeys(play.policy for play in plays))
    views = [transcript(play, figures, opened=index == 0) for index, play in enumerate(plays)]
    text = _template().render(
        title=title,
        subtitle=f"{len(plays)} episodes of {len(policies)} {'policy' if len(policies) == 1 else 'policies'}",
        presets=", ".join(dict.fromkeys(play.record.preset for play in plays)),
        components=names,
        overview=[overview(name, [play for play in plays if play.policy == name], names) for name in policies],
        choices={key: sorted({view[key] for view in views}) for key in ("policy", "suite", "outcome")},
        plays=views,
    )
    return text.encode("utf-8", "replace")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("visgenenv.viewer"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("css", "js"):
        source = environment.loader.get_source(environment, f"page.{name}")[0]  # type: ignore[union-attr]
        environment.globals[name] = Markup(source)
    return environment.get_template("page.html")
