"""What is seen and heard of an asset, as an observer who looks closely would note it: pure readings of the truth."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from visgenenv.media.graphs import graph
from visgenenv.media.shots import shots
from visgenenv.media.truth import recipe_truth, truth
from visgenenv.tools.simulators.understanding.defects import issues
from visgenenv.tools.simulators.understanding.hearing import music, noises, spoken
from visgenenv.tools.simulators.understanding.sights import Sight, View, merged
from visgenenv.types import Asset, Recipe, Subject, Truth

if TYPE_CHECKING:
    from visgenenv.tools.workspace import Workspace

KEPT = 4096
"""So many assets are remembered."""
MOST_VIEWS = 2000
"""So many shots of a film are looked at one by one."""
GREY_STYLES = frozenset({"black and white", "ink", "sketch"})
"""In these no colour of a subject can be told."""
_DRAWN = ("scene", "edit", "shot", "animate")
_PASSES_ON = frozenset({"edit_source", "subject", "first_frame", "last_frame", "clip", "source"})
"""Roles of a parent whose subjects live on; `style` and `track` are not among them."""
_SHOWS_IT = frozenset({"edit_source", "subject", "first_frame", "last_frame"})


_memory: OrderedDict[str, tuple[Asset, Sight]] = OrderedDict()


def observe(asset: Asset, workspace: Workspace) -> Sight:
    """Return what is seen and heard of an asset; remembered, since neither assets nor their ancestors change."""
    known = _memory.get(asset.id)
    if known is not None and known[0] is asset:
        return known[1]
    sight = _look(asset, workspace)
    _memory[asset.id] = asset, sight
    if len(_memory) > KEPT:
        _memory.popitem(last=False)
    return sight


def _look(asset: Asset, workspace: Workspace) -> Sight:
    known = truth(asset)
    family = _family(asset, workspace)
    blanched = _lost_colours(asset.recipe)
    views = _views(asset, known, family, workspace) if asset.kind in ("image", "video") else ()
    dull = [blanched or view.style in GREY_STYLES for view in views]
    views = tuple(_colourless(view) if grey else view for view, grey in zip(views, dull, strict=True))
    glyphless = "missing_glyphs" in known.defects
    return Sight(
        kind=asset.kind,
        content=asset.content_root or asset.id,
        width=asset.width,
        height=asset.height,
        seconds=asset.duration,
        n_frames=asset.n_frames,
        fps=asset.fps[0] / asset.fps[1] if asset.n_frames else 0.0,
        sample_rate=asset.sample_rate,
        has_audio=asset.has_audio or asset.kind == "audio",
        subjects=_all_subjects(known, views, any(dull)),
        placed=asset.recipe.node in _DRAWN,
        grey=any(dull),
        views=views,
        words=_boxes(known.text) if glyphless else known.text,
        cues=tuple((start, end, _boxes(words) if glyphless else words) for start, end, words in known.subtitles),
        said=spoken(asset.recipe, known, asset.duration) if asset.duration else (),
        music=music(asset.recipe, known),
        noises=(noises(asset.recipe) or ("ambient sound",)) if known.sound else (),
        issues=issues(asset, known),
        referenced=any(role in _SHOWS_IT for one in family.values() for _, role in one.parents),
        end=asset.duration,
    )


def _boxes(text: str) -> str:
    """A font without the glyphs shows boxes."""
    return "".join(char if char.isascii() else "□" for char in text)


def _colourless(view: View) -> View:
    return replace(view, subjects=tuple(replace(one, colour="") for one in view.subjects))


def _all_subjects(known: Truth, views: tuple[View, ...], dull: bool) -> tuple[Subject, ...]:
    """Return the subjects of the whole; where some of it has no colours, those as they are seen."""
    if not dull:
        return known.subjects
    if len(views) == 1:
        return tuple(replace(one, colour="") for one in known.subjects)
    return merged(one for view in views for one in view.subjects)


def _lost_colours(recipe: Recipe) -> bool:
    """Whether an operation took the colours of a film, or of any part of it."""
    return any(one.node == "ops" and _takes_colour(one) for one in _parts(recipe))


def _takes_colour(recipe: Recipe) -> bool:
    return any(op.get("name") == "bw" or op.get("saturation") == 0 for op in recipe.params["ops"])


def _family(asset: Asset, workspace: Workspace) -> dict[str, Asset]:
    """Return an asset and the pictures and films whose subjects it carries on, by id."""
    family, waiting = {asset.id: asset}, [asset]
    while waiting:
        for parent_id, role in waiting.pop().parents:
            wanted = role in _PASSES_ON and parent_id not in family
            parent = workspace.assets.get(parent_id) if wanted else None
            if parent is not None and parent.kind in ("image", "video"):
                family[parent_id] = parent
                waiting.append(parent)
    return family


def _line(family: dict[str, Asset]) -> frozenset[str]:
    return frozenset(one.content_root or one.id for one in family.values())


def _views(asset: Asset, known: Truth, family: dict[str, Asset], workspace: Workspace) -> tuple[View, ...]:
    """Return a picture as one view, a film as one for each of its shots, without gaps."""
    if asset.kind == "image":
        return (_view(asset.recipe, known, 0.0, 0.0, _line(family)),)
    parts = {recipe.seed: recipe for recipe in _parts(asset.recipe)}
    made = {one.recipe.seed: one for one in family.values()}
    lines: dict[str, frozenset[str]] = {}
    found = [(at, at + shot.seconds, shot.source) for at, shot in shots(asset.recipe)[:MOST_VIEWS]]
    views: list[View] = []
    for (_, _, source), (start, end) in zip(found, _cuts(found, asset.duration), strict=True):
        if source not in lines:
            lines[source] = _line(_family(made[source], workspace)) if source in made else frozenset({source})
        part = parts.get(source, asset.recipe)
        views.append(_view(part, recipe_truth(part), start, end, lines[source]))
    return tuple(views) or (View(0.0, asset.duration, known.subjects, known.scene, known.style, line=_line(family)),)


def _cuts(found: list[tuple[float, float, str]], seconds: float) -> Iterator[tuple[float, float]]:
    """Yield from when to when each shot counts: a transition is cut in its middle, the last shot ends with the film."""
    begins = 0.0
    for index, (_, end, _) in enumerate(found):
        stops = seconds if index + 1 == len(found) else (end + found[index + 1][0]) / 2
        yield begins, stops
        begins = stops


def _view(recipe: Recipe, known: Truth, start: float, end: float, line: frozenset[str]) -> View:
    drawn = graph(recipe)
    looks = frozenset((figure.name, figure.identity) for figure in drawn.figures)
    return View(start, end, known.subjects, known.scene, known.style, drawn.lights, drawn.framing, looks, line)


def _parts(recipe: Recipe) -> Iterator[Recipe]:
    """Yield a recipe and those it is put together from, each once, down to what is drawn by itself."""
    seen: set[str] = set()
    waiting = [recipe]
    while waiting:
        one = waiting.pop()
        if one.seed not in seen:
            seen.add(one.seed)
            yield one
            waiting += one.sources if one.node not in _DRAWN else ()
