"""Scene graphs that no prompt decides: content drawn by chance, and photos and clips of a media database."""

from __future__ import annotations

from visgenenv.lexicon import COLOURS, SCENES, STYLES, SUBJECTS, find
from visgenenv.media.content import Figure, Graph, chance
from visgenenv.types import Recipe


def by_chance(recipe: Recipe) -> Graph:
    """Draw the content from the seed alone: the paper's setting, where only size and length are as asked."""
    u = chance(recipe.seed, "random content")
    names = list(SUBJECTS)
    picked = dict.fromkeys([names[int(u[0] * len(names))], names[int(u[1] * len(names))]][: 1 + (u[2] < 0.35)])
    colours = ["", "", *COLOURS]
    figures = tuple(
        Figure(
            name,
            1 + int(u[3] * 3) if SUBJECTS[name].category != "sky" else 1,
            colours[int(u[4] * len(colours))],
            recipe.seed,
        )
        for name in picked
    )
    styles = ["", "", "", *STYLES]
    prompt = str(recipe.params.get("prompt") or "")
    found = find(prompt)
    asked = tuple(dict.fromkeys([*[s.name for s in found.subjects], *found.unknown]))
    return Graph(
        recipe.seed,
        figures,
        list(SCENES)[int(u[5] * len(SCENES))],
        styles[int(u[6] * len(styles))],
        prompt=prompt,
        unrendered=tuple(name for name in asked if name not in picked),
    )


def filmed(recipe: Recipe) -> Graph:
    """A photo or clip of a media database: what its words name is shown, and nothing else is known of it."""
    entry, prompt = recipe.params["entry"], str(recipe.params.get("prompt") or "")
    words, found = entry["words"], find(prompt)
    names = [word for word in words if word in SUBJECTS]
    colour = next((word for word in words if word in COLOURS), "") if len(names) == 1 else ""
    asked = dict.fromkeys([*[subject.name for subject in found.subjects], *found.unknown])
    return Graph(
        recipe.seed,
        scene=next((word for word in words if word in SCENES), ""),
        style=next((word for word in words if word in STYLES), ""),
        prompt=prompt,
        unrendered=tuple(name for name in asked if name not in words),
        footage=entry,
        depicted=tuple((name, colour) for name in names),
    )
