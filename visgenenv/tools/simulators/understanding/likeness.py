"""How alike pictures and shots are: a score from what is drawn and from common ancestry, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from msgspec import Struct

from visgenenv.tools.simulators.understanding.sights import Sight, View

MOST_COMPARED = 24
"""So many shots or pictures are compared, each with each."""
SAME_FROM = 7.5
"""From this score on two views show the same subject."""


class Difference(NamedTuple):
    """What sets a view apart from the first one: its number (from 1), the kind, and the subject or the two values."""

    view: int
    code: str
    name: str = ""
    before: str | int = ""
    after: str | int = ""


class Likeness(Struct, frozen=True):
    """A comparison of several views: the mean score of all pairs (None for a single view), and what differs."""

    score: float | None
    same: tuple[str, ...] = ()
    """Names of the subjects that look the same everywhere."""
    strangers: tuple[int, ...] = ()
    """Numbers (from 1) of the views that do not show the subject of the first."""
    differences: tuple[Difference, ...] = ()
    identical: bool = False


def pair_score(one: View, two: View) -> float:
    """Return 0 to 10: 8 to 9.5 with a common subject that looks the same, 3 to 6 for independent ones.

    Between them lies what has a common ancestor but no common figure: a subject was swapped or drawn anew.
    """
    names = {name for name, _ in one.looks} & {name for name, _ in two.looks}
    alike = 0.7 * (one.style == two.style) + 0.3 * (one.scene == two.scene) + 0.3 * (one.lights == two.lights)
    empty = not one.looks and not two.looks
    if one.looks & two.looks or (empty and one.line & two.line):
        same = {(s.name, s.count, s.colour) for s in one.subjects} == {
            (s.name, s.count, s.colour) for s in two.subjects
        }
        return 8.1 + 0.9 * alike / 1.3 + 0.3 * same
    if one.line & two.line:
        return 6.2 + 0.6 * alike / 1.3
    return 3.3 + 1.2 * bool(names) + 1.0 * alike / 1.3


def compare(sights: Sequence[Sight]) -> Likeness:
    """Compare several pictures or films with each other, each as the whole of what it shows."""
    if len(sights) > 1 and len({sight.content for sight in sights}) == 1:
        return Likeness(10.0, _names(_whole(sights[0])), identical=True)
    likeness = _compared(tuple(_whole(sight) for sight in sights[:MOST_COMPARED]))
    sizes = [Difference(number, "size", "", _size(sights[0]), _size(sight)) for number, sight in enumerate(sights, 1)]
    told = (*likeness.differences, *[one for one in sizes if one.before != one.after])
    return Likeness(likeness.score, likeness.same, likeness.strangers, tuple(sorted(told, key=lambda one: one.view)))


def across(sight: Sight) -> Likeness:
    """Compare the shots of one film with each other."""
    return _compared(sight.views[:MOST_COMPARED])


def _size(sight: Sight) -> str:
    return f"{sight.width}x{sight.height}"


def _names(view: View) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in view.subjects))


@lru_cache(maxsize=1024)
def _whole(sight: Sight) -> View:
    """Return all views of an asset as one."""
    if len(sight.views) == 1 and sight.views[0].subjects == sight.subjects:
        return sight.views[0]
    looks = frozenset(look for view in sight.views for look in view.looks)
    line = frozenset(one for view in sight.views for one in view.line) | {sight.content}
    first = sight.views[0] if sight.views else View(0.0, 0.0, ())
    return View(0.0, sight.seconds, sight.subjects, first.scene, first.style, first.lights, first.framing, looks, line)


@lru_cache(maxsize=1024)
def _compared(views: tuple[View, ...]) -> Likeness:
    if len(views) < 2:
        return Likeness(None, _names(views[0]) if views else ())
    scores = [pair_score(one, two) for one, two in combinations(views, 2)]
    first = views[0]
    common = frozenset.intersection(*[view.looks for view in views])
    strangers = tuple(n for n, view in enumerate(views[1:], 2) if pair_score(first, view) < SAME_FROM)
    told = [difference for n, view in enumerate(views[1:], 2) for difference in _differences(first, view, n)]
    same = tuple(dict.fromkeys(one.name for one in first.subjects if one.name in {name for name, _ in common}))
    return Likeness(sum(scores) / len(scores), same, strangers, tuple(told))


def _differences(first: View, other: View, number: int) -> list[Difference]:
    """Return what sets a view apart from the first."""
    before, after = ({one.name: one for one in view.subjects} for view in (first, other))
    looks, told = first.looks & other.looks, []
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            told.append(Difference(number, "missing", name))
        elif name not in before:
            told.append(Difference(number, "added", name))
        else:
            one, two = before[name], after[name]
            if name not in {known for known, _ in looks}:
                told.append(Difference(number, "identity", name))
            if one.count != two.count:
                told.append(Difference(number, "count", name, one.count, two.count))
            if one.colour and two.colour and one.colour != two.colour:
                told.append(Difference(number, "colour", name, one.colour, two.colour))
    for code, was, now in (("scene", first.scene, other.scene), ("style", first.style, other.style),
                           ("light", " ".join(first.lights), " ".join(other.lights))):  # fmt: skip
        if was != now:
            told.append(Difference(number, code, "", was, now))
    return told
