"""Object, Scene and Style: whether what must stay the same is seen to stay the same (specification 6.2).

Every picture or shot is compared with the root of its group: the user's own picture, or the look that most members
share. Half of the likeness is the description (the right subject in its colour, the right place), half is the identity:
the same individual, the same layout. Identity fades a little with every edit, and two pictures drawn apart have none in
common. Of a style there is only the description: drawn in the same manner is the same style.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from visgenenv.bench.seen import Seen, drifted, edits, seen_in
from visgenenv.lexicon import COLOURS, find
from visgenenv.rewards.attributes import found_in, read_attribute
from visgenenv.trajectory import Trajectory
from visgenenv.types import Group

FADING = 0.97
"""Share of the identity that survives an edit."""


class _Member(Struct, frozen=True):
    """How a picture stands to its group: described so far, and of which root, so many edits away."""

    described: float
    root: str = ""
    edits: int = 0


def consistency(trajectory: Trajectory, kind: str) -> float | None:
    """Return how alike the members of the task's groups of a kind are, in [0, 1]; None if there is no such group.

    Members that are missing count 0: a group has no fewer than the task demands.

    Args:
        trajectory: A finished record.
        kind: "object", "scene" or "style".
    """
    groups = [group for group in trajectory.task.groups if group.kind == kind]
    if not groups:
        return None
    seen = seen_in(trajectory)
    return sum(_likeness(group, seen, trajectory) for group in groups) / len(groups)


def _likeness(group: Group, seen: Sequence[Seen], trajectory: Trajectory) -> float:
    members = [_MEMBERS[group.kind](group, one) for one in seen]
    root = _uploaded(trajectory) if group.user_ref else _shared(members)
    values = [one.described * (1 + _same(one, root)) / 2 for one in members]
    needed = max(len(members), group.n_required)
    return sum(values) / needed if needed else 0.0


def _same(member: _Member, root: str) -> float:
    return FADING**member.edits if root and member.root == root else 0.0


def _shared(members: Sequence[_Member]) -> str:
    """Return the root that most members share; one that a single member has is shared by nobody."""
    counts = Counter(one.root for one in members if one.root and one.described)
    if not counts:
        return ""
    most = max(counts.values())
    return min(root for root, n in counts.items() if n == most) if most > 1 or len(members) == 1 else ""


def _uploaded(trajectory: Trajectory) -> str:
    """Return the identity of what the user's picture shows."""
    for asset in trajectory.assets:
        if asset.created_by == "user" and asset.kind == "image":
            return asset.recipe.seed
    return ""


def _object(group: Group, one: Seen) -> _Member:
    """A subject of the lexicon is looked for in the picture, any other in the words it was made with."""
    names = {subject.name for text in (group.name, *group.aliases) for subject in find(text).subjects}
    colour = next((attr for attr in group.attrs if attr in COLOURS), "")
    if not names:
        said = [found_in(read_attribute(attr), one.shown) for attr in (*group.aliases[:1], *group.attrs)]
        return _Member(sum(said) / len(said) if said else 0.0, one.graph.seed, edits(one.recipe))
    for figure in one.graph.figures:
        if figure.name in names:
            described = 1.0 if not colour or figure.colour == colour else 0.5
            return _Member(described, "" if drifted(one.recipe) else figure.identity, edits(one.recipe))
    depicted = any(name in names for name, _ in one.graph.depicted)
    return _Member(float(depicted), one.graph.seed if depicted else "", edits(one.recipe))


def _scene(group: Group, one: Seen) -> _Member:
    there = one.graph.scene == group.name and group.name in one.shown.named
    return _Member(float(there), one.graph.seed if there else "", edits(one.recipe))


def _style(group: Group, one: Seen) -> _Member:
    drawn = one.graph.style == group.name and group.name in one.shown.named
    return _Member(float(drawn), one.graph.style if drawn else "")


_MEMBERS = {"object": _object, "scene": _scene, "style": _style}
