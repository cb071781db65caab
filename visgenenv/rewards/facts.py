"""Facts of a finished record that several components need: what was delivered, and what it was made from."""

from __future__ import annotations

from collections.abc import Iterable

from visgenenv.trajectory import Trajectory
from visgenenv.types import Asset


def cited(trajectory: Trajectory) -> tuple[list[Asset], list[str]]:
    """Return the assets that the answer cites (each once, in order) and the urls that name none."""
    found: dict[str, Asset] = {}
    unknown: list[str] = []
    known = {asset.id: asset for asset in trajectory.assets}
    for url in trajectory.answer.answer_url_list if trajectory.answer else ():
        asset = known.get(url.removeprefix("asset://").partition(".")[0])
        if asset is None:
            unknown.append(url)
        else:
            found[asset.id] = asset
    return list(found.values()), unknown


def delivered(trajectory: Trajectory) -> tuple[Asset, ...]:
    """Return `Deliver(a)`: cited, made in this episode, of the requested modality, distinct by content.

    The paper counts an episode as a success when this is not empty (specification 1.0, `V`).
    """
    out: dict[str, Asset] = {}
    for asset in cited(trajectory)[0]:
        if asset.created_by != "user" and asset.kind == trajectory.task.modality:
            out.setdefault(asset.content_root, asset)
    return tuple(out.values())


def closure(trajectory: Trajectory, roots: Iterable[Asset]) -> set[str]:
    """Return the ids of the given assets and of everything they were made from."""
    parents = {asset.id: [parent for parent, _ in asset.parents] for asset in trajectory.assets}
    reached: set[str] = set()
    open_ids = [asset.id for asset in roots]
    while open_ids:
        asset_id = open_ids.pop()
        if asset_id not in reached:
            reached.add(asset_id)
            open_ids.extend(parents.get(asset_id, ()))
    return reached
