"""R_cons: whether what must stay the same was drawn from one reference (specification 1.3; VisionCreator, 4.3.2)."""

from __future__ import annotations

from collections.abc import Sequence

from visgenenv import media
from visgenenv.rewards.attributes import names_it
from visgenenv.rewards.facts import delivered
from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset, Group, Score

MAX_EDGES = 3
"""A reference counts through so many edits: beyond that, identity has drifted."""
COVERED = 0.5
"""Share of a group's attributes that the prompt of its reference must name."""


def cons_score(trajectory: Trajectory) -> Score:
    """Score consistency: for each group the share of its members that come from one reference; None without groups.

    A group's members are what is delivered (of a film, the generated clips that it shows), but never fewer than the
    task demands, so that leaving members out does not pay. Its reference is the user's picture, or one that was made
    before the members and whose prompt names at least half of what the group is known by.
    """
    groups = trajectory.task.groups
    if not groups:
        return Score(None, "nothing has to stay the same")
    members = _members(trajectory)
    order = {asset.id: place for place, asset in enumerate(trajectory.assets)}
    lineage = _Lineage(trajectory.assets)
    values: dict[str, float] = {}
    for group in groups:
        own = _of_group(group, members) if len(groups) > 1 else members
        values[group.name] = max(
            (_hits(root, own, group.n_required, lineage, order) for root in _roots(trajectory, group)), default=0
        ) / max(len(own), group.n_required)
    value = min(1.0, sum(values.values()) / len(values))
    said = ", ".join(f"{share:.0%} of {name}" for name, share in values.items())
    return Score(value, f"drawn from one reference: {said}", {"groups": values, "members": len(members)})


class _Lineage:
    """Who descends from whom, counted in edges."""

    def __init__(self, assets: Sequence[Asset]):
        self.parents = {asset.id: [parent for parent, _ in asset.parents] for asset in assets}
        self._near: dict[str, frozenset[str]] = {}

    def near(self, asset_id: str) -> frozenset[str]:
        """Return the ancestors of an asset at most `MAX_EDGES` away."""
        known = self._near.get(asset_id)
        if known is None:
            reached: set[str] = set()
            edge = {asset_id}
            for _ in range(MAX_EDGES):
                edge = {parent for one in edge for parent in self.parents.get(one, ())} - reached
                reached |= edge
            known = self._near[asset_id] = frozenset(reached)
        return known


def _members(trajectory: Trajectory) -> tuple[Asset, ...]:
    """Return the pictures delivered, or the generated clips (or stills) that the delivered films show."""
    files = delivered(trajectory)
    if trajectory.task.modality == "image":
        return files
    sources = {shot.source for asset in files for shot in media.truth(asset).shots}
    found: dict[str, Asset] = {}
    for asset in trajectory.assets:
        if asset.recipe.seed in sources and asset.recipe.node in ("shot", "animate", "scene", "edit"):
            found.setdefault(asset.recipe.seed, asset)
    return tuple(found.values())


def _of_group(group: Group, members: Sequence[Asset]) -> tuple[Asset, ...]:
    """Return the members whose prompt names the group."""
    named = tuple(one for one in members if _names(group, str(one.recipe.params.get("prompt") or "")))
    return named or tuple(members)


def _names(group: Group, prompt: str) -> bool:
    return any(alias.lower() in prompt.lower() or names_it(alias, prompt) for alias in (group.name, *group.aliases))


def _roots(trajectory: Trajectory, group: Group) -> list[Asset]:
    """Return the pictures that can be a group's reference."""
    if group.user_ref:
        return [asset for asset in trajectory.assets if asset.created_by == "user" and asset.kind == "image"]
    return [
        asset for asset in trajectory.assets
        if asset.kind == "image" and asset.created_by != "user" and _covers(group, str(asset.recipe.params.get("prompt") or ""))
    ]  # fmt: skip


def _covers(group: Group, prompt: str) -> bool:
    if not group.attrs:
        return _names(group, prompt)
    return sum(names_it(attr, prompt) for attr in group.attrs) >= COVERED * len(group.attrs)


def _hits(root: Asset, members: Sequence[Asset], needed: int, lineage: _Lineage, order: dict[str, int]) -> int:
    """Count the members that come from a reference, itself included if others do; one alone shares it with nobody."""
    drawn = [one for one in members if one.id != root.id and root.id in lineage.near(one.id)]
    earlier = [one for one in drawn if order[root.id] < order[one.id]]
    itself = bool(earlier) and any(one.id == root.id for one in members)
    hits = len(earlier) + itself
    return hits if hits > 1 or needed == 1 else 0
